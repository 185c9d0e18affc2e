//! What transformation of the rows makes least squares of them generalised least squares?
//!
//! In rows multiplied by the roots of their weights the errors have covariance σ²_ε(I + aAA′ + cCC′), a = σ²_u/σ²_ε and
//! c = σ²_p/σ²_ε, with A and C holding √w under the row's unit and period. A transformation F will do when F′F is the
//! inverse of the matrix in brackets.
//!
//! For effects of one kind F is symmetric: it takes θ_i = 1 − √(σ²_ε/(σ²_ε + W_i σ²_u)) of a unit's weighted mean from
//! each of its rows, W_i being the sum of its weights. For both kinds on a balanced panel of equal weights it is
//! symmetric too: it takes θ_unit of the unit's mean and θ_period of the period's, and gives θ_total of the overall
//! mean back (W. A. Fuller and G. E. Battese (1974), *Journal of Econometrics* 2, 67–78). For both on any other panel
//! group means do not suffice. Then, with R the transformation for one kind, H = √c RC and the Cholesky factor LL′ =
//! I + H′H, it is F = (I − H(I + L′)⁻¹L⁻¹H′)R; that F′F is the inverse follows from H′H = LL′ − I. R is of the kind
//! with more groups, so L is of the size of the other. The GLS estimate is the one that plm reaches by inverting.

use super::{EffectVariances, QuasiDemeaning, has_all_rows, weigh_alike, without_periods};
use crate::error::{Error, QuestionError, Result};
use crate::numerics::groups::{Groups, WeightedGroups};
use crate::numerics::triangular::Cholesky;

/// The transformation of rows that goes with estimated variance components.
pub(crate) struct QuasiDemean<'a> {
    weights: &'a [f64],
    units: Option<Effects<'a>>,
    periods: Option<Effects<'a>>,
    both: Both,
}

/// One kind of effects and what is taken of each group's mean.
struct Effects<'a> {
    set: WeightedGroups<'a>,
    theta: Vec<f64>,
}

/// What effects of both kinds ask for.
enum Both {
    /// There are not both.
    No,
    /// The share of the overall mean given back.
    Balanced(f64),
    /// The smaller set's factor.
    Factored { ratio: f64, factor: Cholesky, periods_are_smaller: bool },
}

impl<'a> QuasiDemean<'a> {
    /// # Errors
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) for random period effects without periods;
    /// [`QuestionError::Option`] for a variance of the error that is not above zero, or one of effects that is below.
    pub(crate) fn new(
        variances: &EffectVariances,
        units: &'a Groups,
        periods: Option<&'a Groups>,
        weights: &'a [f64],
    ) -> Result<Self> {
        let error = variances.idiosyncratic;
        let is_variance = |value: f64| value.is_finite() && value >= 0.0;
        if !is_variance(error) || error == 0.0 {
            return Err(not_a_variance("idiosyncratic variance", error, "above zero"));
        }
        if let Some(found) = [variances.unit, variances.period].into_iter().flatten().find(|v| !is_variance(*v)) {
            return Err(not_a_variance("variance of effects", found, "zero or more"));
        }
        let effects = |groups: &'a Groups, variance: f64| Effects::new(groups, weights, variance / error);
        let of_units = variances.unit.map(|variance| effects(units, variance));
        let of_periods = match variances.period {
            Some(variance) => Some(effects(periods.ok_or_else(without_periods)?, variance)),
            None => None,
        };
        let both = match (&of_units, &of_periods, variances.unit, variances.period) {
            (Some(u), Some(p), Some(unit), Some(period)) if has_all_rows(units, periods) && weigh_alike(weights) => {
                let ratio = (u.set.weight[0] * unit + p.set.weight[0] * period) / error;
                // The share is 1 − 1/√(1 + ratio).
                Both::Balanced(u.theta[0] + p.theta[0] - share(ratio))
            }
            (Some(u), Some(p), Some(unit), Some(period)) => {
                let periods_are_smaller = p.set.weight.len() <= u.set.weight.len();
                let ((larger, smaller), (of_larger, of_smaller)) =
                    if periods_are_smaller { ((u, p), (unit, period)) } else { ((p, u), (period, unit)) };
                let (of_larger, of_smaller) = (of_larger / error, of_smaller / error);
                let factor = factor(&larger.set, &smaller.set, weights, of_larger, of_smaller);
                Both::Factored { ratio: of_smaller, factor, periods_are_smaller }
            }
            _ => Both::No,
        };
        Ok(QuasiDemean { weights, units: of_units, periods: of_periods, both })
    }

    /// Transforms a column, or the outcome, or a column of ones for the intercept. Values come and go on the original
    /// scale; for least squares they are still to be multiplied by the roots of the weights.
    pub(crate) fn apply(&self, values: &[f64]) -> Vec<f64> {
        match (&self.units, &self.periods, &self.both) {
            (Some(units), Some(periods), Both::Balanced(total)) => {
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                let (of_units, of_periods) = (units.taken(values, self.weights), periods.taken(values, self.weights));
                let taken = |row: usize| {
                    of_units[units.set.codes[row] as usize] + of_periods[periods.set.codes[row] as usize] - total * mean
                };
                values.iter().enumerate().map(|(row, x)| x - taken(row)).collect()
            }
            (Some(units), Some(periods), Both::Factored { ratio, factor, periods_are_smaller }) => {
                let (larger, smaller) = if *periods_are_smaller { (units, periods) } else { (periods, units) };
                let mut once = larger.reduce(values, self.weights);
                // H′ holds R once more: H′Rv = √c C′RRv.
                let twice = larger.reduce(&once, self.weights);
                let sums = smaller.set.sums(twice.iter().zip(self.weights).map(|(x, w)| x * w));
                // √c twice, once for each H.
                let solved = solve(factor, sums.iter().map(|s| ratio * s).collect());
                let expanded: Vec<f64> = smaller.set.codes.iter().map(|&group| solved[group as usize]).collect();
                let correction = larger.reduce(&expanded, self.weights);
                once.iter_mut().zip(correction).for_each(|(x, c)| *x -= c);
                once
            }
            (Some(effects), _, _) | (None, Some(effects), _) => effects.reduce(values, self.weights),
            (None, None, _) => values.to_vec(),
        }
    }

    /// What is taken of each mean.
    pub(crate) fn theta(&self) -> QuasiDemeaning {
        let of = |effects: &Option<Effects>| effects.as_ref().map_or(Vec::new(), |effects| effects.theta.clone());
        let total = if let Both::Balanced(total) = self.both { Some(total) } else { None };
        QuasiDemeaning { unit: of(&self.units), period: of(&self.periods), total }
    }
}

impl<'a> Effects<'a> {
    /// `ratio` is the variance of the effects over that of the error.
    fn new(groups: &'a Groups, weights: &[f64], ratio: f64) -> Self {
        let set = WeightedGroups::new(groups, weights);
        let theta = set.weight.iter().map(|weight| share(weight * ratio)).collect();
        Effects { set, theta }
    }

    /// What is taken from the rows of each group.
    fn taken(&self, values: &[f64], weights: &[f64]) -> Vec<f64> {
        self.set.means(values, weights).iter().zip(&self.theta).map(|(mean, theta)| theta * mean).collect()
    }

    fn reduce(&self, values: &[f64], weights: &[f64]) -> Vec<f64> {
        let taken = self.taken(values, weights);
        values.iter().zip(self.set.codes).map(|(x, &group)| x - taken[group as usize]).collect()
    }
}

/// 1 − 1/√(1 + x), to all digits for small x too.
fn share(x: f64) -> f64 {
    let root = (1.0 + x).sqrt();
    x / (root * (root + 1.0))
}

fn not_a_variance(option: &'static str, found: f64, expected: &str) -> Error {
    Error::from(QuestionError::Option { option, expected: format!("it must be {expected}"), found: found.to_string() })
}

/// The Cholesky factor of I + cC′R²C; `of_larger` and `of_smaller` are ratios to the error's
/// variance.
fn factor(
    larger: &WeightedGroups,
    smaller: &WeightedGroups,
    weights: &[f64],
    of_larger: f64,
    of_smaller: f64,
) -> Cholesky {
    let n = smaller.weight.len();
    let mut matrix = vec![vec![0.0; n]; n];
    for (group, weight) in smaller.weight.iter().enumerate() {
        matrix[group][group] = 1.0 + of_smaller * weight;
    }
    // Only rows of one larger group meet; sorted, they stand together, and sums are formed in one order.
    let mut rows: Vec<usize> = (0..weights.len()).collect();
    rows.sort_by_key(|&row| (larger.codes[row], smaller.codes[row]));
    for group in rows.chunk_by(|&a, &b| larger.codes[a] == larger.codes[b]) {
        let taken = of_larger / (1.0 + of_larger * larger.weight[larger.codes[group[0]] as usize]);
        for (&r, &s) in group.iter().flat_map(|r| group.iter().map(move |s| (r, s))) {
            let entry = &mut matrix[smaller.codes[r] as usize][smaller.codes[s] as usize];
            *entry -= of_smaller * taken * weights[r] * weights[s];
        }
    }
    // The matrix exceeds the identity, and so does each pivot but for rounding.
    Cholesky::new(n, |i, j| matrix[i][j], |_, left| left.max(1.0))
}

/// (I + L′)⁻¹L⁻¹x.
fn solve(factor: &Cholesky, x: Vec<f64>) -> Vec<f64> {
    let mut x = factor.forward(x);
    for (i, row) in factor.rows().iter().enumerate().rev() {
        x[i] /= 1.0 + row[i];
        let solved = x[i];
        x.iter_mut().zip(&row[..i]).for_each(|(x, l)| *x -= l * solved);
    }
    x
}
