//! What an estimator takes from the data before least squares: sample rows in, the rows of a regression out.

use rayon::prelude::*;

use super::least_squares::Problem;
use super::random_effects::{EffectVariances, QuasiDemean, QuasiDemeaning, RandomEffect, effect_variances};
use super::{Estimator, PanelRegression};
use crate::error::{Error, EstimateError, QuestionError, Result, TermProblem};
use crate::model::Design;
use crate::numerics::absorb::{Absorb, Projection};
use crate::numerics::dot::weighted_dot;
use crate::numerics::groups::Groups;
use crate::numerics::rank::rounding;

/// The name of the constant's coefficient.
pub(crate) const INTERCEPT: &str = "(Intercept)";

/// The rows of a regression, as an estimator leaves them.
#[derive(Debug, Clone)]
pub(crate) struct Transformed {
    pub(crate) outcome: Vec<f64>,
    /// The intercept first where there is one.
    pub(crate) columns: Vec<Vec<f64>>,
    pub(crate) names: Vec<String>,
    pub(crate) has_intercept: bool,
    pub(crate) weights: Vec<f64>,
    /// What these weights are multiplied by to be the user's.
    pub(crate) weights_scale: f64,
    /// Lengths about the mean before the transformation, and those within which the columns are known.
    pub(crate) lengths: Vec<f64>,
    pub(crate) roundings: Vec<f64>,
    /// For each row, the row of the sample that it stands for: of a difference the later one, of a unit its first.
    pub(crate) rows: Vec<usize>,
    pub(crate) absorbed: Absorbed,
    /// Positions of the columns, the intercept not counted, among the levels.
    pub(crate) positions: Vec<usize>,
    /// The columns before the transformation, where they are not those of the design.
    own_levels: Option<Vec<Vec<f64>>>,
    /// Of random effects.
    pub(crate) variances: Option<(EffectVariances, QuasiDemeaning)>,
}

/// The effects that were projected out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Absorbed {
    pub(crate) units: bool,
    pub(crate) periods: bool,
    /// Independent columns among them.
    pub(crate) rank: usize,
}

impl Absorbed {
    pub(crate) fn any(self) -> bool {
        self.units || self.periods
    }

    /// The projection that leaves what these effects do.
    pub(crate) fn absorb<'a>(self, design: &'a Design) -> Absorb<'a> {
        let units = design.units.as_ref().filter(|_| self.units);
        let periods = design.periods.as_ref().filter(|_| self.periods);
        Absorb::new(units, periods, &design.weights)
    }

    /// Parts of the panel without a common unit or period, where both are absorbed.
    pub(crate) fn parts(self, design: &Design) -> usize {
        match (&design.units, &design.periods) {
            (Some(units), Some(periods)) if self.units && self.periods => {
                units.names.len() + periods.names.len() - self.rank
            }
            _ => 1,
        }
    }

    /// The projection onto them, `None` where there are none.
    pub(crate) fn projection(self, design: &Design) -> Option<Projection> {
        self.any().then(|| self.absorb(design).projection())
    }
}

impl Transformed {
    pub(crate) fn new(question: &PanelRegression, design: &Design) -> Result<Self> {
        let estimator = question.estimator;
        let absorbed = Absorbed {
            units: estimator.absorbs_units() || !design.unit_effects.is_empty(),
            periods: estimator.absorbs_periods(),
            rank: 0,
        };
        let may_absorb = estimator.absorbs_units() || matches!(estimator, Estimator::Pooled | Estimator::WithinPeriod);
        if absorbed.units && !may_absorb {
            let why = TermProblem::UnitEffects { estimator: estimator.name() };
            return Err(QuestionError::TermMeaning { term: "unit_effects".to_string(), why }.into());
        }
        let levels = Levels::new(design);
        match estimator {
            Estimator::Pooled | Estimator::Within | Estimator::WithinPeriod | Estimator::Twoway => {
                levels.absorbed(absorbed, question.intercept)
            }
            Estimator::Between => levels.unit_means(question.intercept),
            Estimator::FirstDifference => levels.differences(question.intercept),
            Estimator::Random => levels.random(RandomEffect::Unit, question),
            Estimator::RandomPeriod => levels.random(RandomEffect::Period, question),
            Estimator::RandomTwoway => levels.random(RandomEffect::Twoway, question),
            Estimator::Mundlak => {
                let levels = levels.within_and_between(question)?;
                let own_levels = Some(levels.columns.clone());
                Ok(Transformed { own_levels, ..levels.random(RandomEffect::Unit, question)? })
            }
        }
    }

    /// Least squares on these rows.
    pub(crate) fn problem(&self) -> Problem<'_> {
        Problem {
            columns: &self.columns,
            has_intercept: self.has_intercept,
            outcome: &self.outcome,
            weights: &self.weights,
            lengths: &self.lengths,
            roundings: &self.roundings,
        }
    }

    /// The columns with a coefficient, the intercept not among them, on the rows of the sample before they were
    /// transformed.
    pub(crate) fn levels<'a>(&'a self, design: &'a Design) -> impl Iterator<Item = &'a [f64]> {
        self.positions.iter().map(|&p| match &self.own_levels {
            Some(levels) => levels[p].as_slice(),
            None => design.columns[p].values.as_slice(),
        })
    }

    /// The coefficients of those columns.
    pub(crate) fn slopes<'a>(&self, estimates: &'a [f64]) -> &'a [f64] {
        &estimates[usize::from(self.has_intercept)..]
    }

    /// Leaves the columns at these positions only.
    pub(crate) fn keep(&mut self, kept: &[usize]) {
        if kept.len() == self.names.len() {
            return;
        }
        let lead = usize::from(self.has_intercept);
        self.columns = kept.iter().map(|&c| std::mem::take(&mut self.columns[c])).collect();
        self.names = kept.iter().map(|&c| std::mem::take(&mut self.names[c])).collect();
        self.lengths = kept.iter().map(|&c| self.lengths[c]).collect();
        self.roundings = kept.iter().map(|&c| self.roundings[c]).collect();
        self.positions = kept.iter().filter(|&&c| c >= lead).map(|&c| self.positions[c - lead]).collect();
        self.has_intercept &= kept.first() == Some(&0);
    }
}

/// Outcome and columns on the rows of the sample.
struct Levels<'a> {
    design: &'a Design,
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
    lengths: Vec<f64>,
    roundings: Vec<f64>,
}

impl<'a> Levels<'a> {
    fn new(design: &'a Design) -> Self {
        let columns: Vec<Vec<f64>> = design.columns.iter().map(|c| c.values.clone()).collect();
        let names = design.columns.iter().map(|c| c.name.clone()).collect();
        Self::of(design, names, columns)
    }

    fn of(design: &'a Design, names: Vec<String>, columns: Vec<Vec<f64>>) -> Self {
        let mean = Absorb::new(None, None, &design.weights);
        let length = |values: &[f64]| weighted_dot(values, values, &design.weights).sqrt();
        let lengths = columns.par_iter().map(|c| length(&mean.residuals(c))).collect();
        let roundings = columns.par_iter().map(|c| rounding(length(c))).collect();
        Levels { design, names, columns, lengths, roundings }
    }

    fn absorbed(self, mut absorbed: Absorbed, intercept: bool) -> Result<Transformed> {
        if !absorbed.any() {
            let (outcome, weights) = (self.design.outcome.clone(), self.design.weights.clone());
            let ones = intercept.then(|| vec![1.0; outcome.len()]);
            let rows = (0..outcome.len()).collect();
            return Ok(self.transformed(outcome, None, ones, weights, rows));
        }
        let absorb = absorbed.absorb(self.design);
        absorbed.rank = absorb.rank();
        let outcome = absorb.residuals(&self.design.outcome);
        let columns = self.columns.par_iter().map(|c| absorb.residuals(c)).collect();
        let (rows, weights) = ((0..outcome.len()).collect(), self.design.weights.clone());
        // Without an intercept: it lies in the effects.
        let transformed = self.transformed(outcome, Some(columns), None, weights, rows);
        Ok(Transformed { absorbed, ..transformed })
    }

    /// Unit means, each with the weight of its unit; without weights, each with the same.
    fn unit_means(self, intercept: bool) -> Result<Transformed> {
        let design = self.design;
        let units = units(design)?;
        let n_units = units.names.len();
        if n_units < 2 {
            let what = "units for the between estimator".to_string();
            return Err(EstimateError::TooFew { what, expected: 2, found: n_units }.into());
        }
        let mut first = vec![usize::MAX; n_units];
        let mut sums = vec![0.0; n_units];
        for (row, (&code, w)) in units.codes.iter().zip(&design.weights).enumerate() {
            let code = code as usize;
            first[code] = first[code].min(row);
            sums[code] += w;
        }
        let means = |values: &Vec<f64>| units.means(values, &design.weights);
        let (weights, scale) = match design.weights.iter().all(|w| *w == 1.0) {
            true => (vec![1.0; n_units], design.weights_mean),
            false => {
                // The units' weights have mean one like those of rows; what that takes goes to their scale.
                let mean = sums.iter().sum::<f64>() / n_units as f64;
                (sums.iter().map(|w| w / mean).collect(), design.weights_mean * mean)
            }
        };
        let columns = self.columns.iter().map(means).collect();
        let ones = intercept.then(|| vec![1.0; n_units]);
        let transformed = self.transformed(means(&design.outcome), Some(columns), ones, weights, first);
        Ok(Transformed { weights_scale: scale, ..transformed })
    }

    /// Differences of rows of a unit that are one period apart; weights as the variance of a difference has it,
    /// 2/(1/w + 1/w').
    fn differences(self, intercept: bool) -> Result<Transformed> {
        let design = self.design;
        let units = units(design)?;
        let periods = period_values(design)?;
        // Rows stand by unit, then period, so that only the row before can be the period before.
        let pairs: Vec<usize> = (1..design.n_observations())
            .filter(|&row| units.codes[row] == units.codes[row - 1] && periods[row] == periods[row - 1] + 1)
            .collect();
        if pairs.is_empty() {
            return Err(EstimateError::TooFew {
                what: "pairs of successive periods within units, for first differences".to_string(),
                expected: 2,
                found: 0,
            }
            .into());
        }
        let difference = |values: &Vec<f64>| pairs.iter().map(|&row| values[row] - values[row - 1]).collect();
        let w = &design.weights;
        let weights = pairs.iter().map(|&row| 2.0 / (1.0 / w[row] + 1.0 / w[row - 1])).collect();
        let columns = self.columns.par_iter().map(difference).collect();
        let ones = intercept.then(|| vec![1.0; pairs.len()]);
        let outcome = difference(&design.outcome);
        Ok(self.transformed(outcome, Some(columns), ones, weights, pairs))
    }

    fn random(self, effect: RandomEffect, question: &PanelRegression) -> Result<Transformed> {
        let design = self.design;
        let units = units(design)?;
        let periods = design.periods.as_ref();
        let variances = effect_variances(
            &design.outcome,
            &self.columns,
            units,
            periods,
            &design.weights,
            effect,
            question.random_method,
        )?;
        let quasi = QuasiDemean::new(&variances, units, periods, &design.weights)?;
        // On the user's scale of weights.
        let idiosyncratic = design.weights_mean * variances.idiosyncratic;
        let found = (EffectVariances { idiosyncratic, ..variances.clone() }, quasi.theta());
        let outcome = quasi.apply(&design.outcome);
        let columns = self.columns.par_iter().map(|c| quasi.apply(c)).collect();
        // The constant is transformed like any column: less its own means it is 1 − θ, not one.
        let ones = question.intercept.then(|| quasi.apply(&vec![1.0; design.n_observations()]));
        let rows = (0..design.n_observations()).collect();
        let transformed = self.transformed(outcome, Some(columns), ones, design.weights.clone(), rows);
        Ok(Transformed { variances: Some(found), ..transformed })
    }

    /// Each column that varies within units as its deviation from the unit's mean, and that mean. Of a product of two
    /// such columns, the deviation is that of the product of their deviations: demeaned twice, it holds nothing that
    /// differs between units.
    ///
    /// M. Giesselmann and A. W. Schmidt-Catran (2022), "Interactions in fixed effects regression models", Sociological
    /// Methods & Research 51, <https://doi.org/10.1177/0049124120914934>.
    fn within_and_between(self, question: &PanelRegression) -> Result<Self> {
        let design = self.design;
        let units = units(design)?;
        let of_units = Absorb::new(Some(units), None, &design.weights);
        let deviation = |values: &[f64]| -> Option<Vec<f64>> {
            let left = of_units.residuals(values);
            let length = weighted_dot(&left, &left, &design.weights).sqrt();
            // Several roundings, as taking a mean out leaves some even of a constant.
            let nothing = rounding(weighted_dot(values, values, &design.weights).sqrt()) * 8.0;
            (length > nothing).then_some(left)
        };
        // Name, values, and where the column comes from: what counts as nothing is nothing beside that.
        let (mut split, mut between) = (Vec::new(), Vec::new());
        for (source, (column, values)) in design.columns.iter().zip(&self.columns).enumerate() {
            let Some(own) = deviation(values) else {
                split.push((column.name.clone(), values.clone(), source));
                continue;
            };
            let factors = design.factors(column, &question.terms)?;
            let product = match factors.iter().map(|factor| deviation(factor)).collect::<Option<Vec<_>>>() {
                Some(factors) if factors.len() > 1 => {
                    let mut product = vec![1.0; values.len()];
                    factors.iter().for_each(|f| product.iter_mut().zip(f).for_each(|(p, x)| *p *= x));
                    of_units.residuals(&product)
                }
                _ => own,
            };
            split.push((format!("within({})", column.name), product, source));
            let means = units.means(values, &design.weights);
            let spread = units.codes.iter().map(|&code| means[code as usize]).collect();
            between.push((format!("between({})", column.name), spread, source));
        }
        let all = split.into_iter().chain(between);
        let (mut names, mut columns, mut lengths, mut roundings) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (name, values, source) in all {
            names.push(name);
            columns.push(values);
            lengths.push(self.lengths[source]);
            roundings.push(self.roundings[source]);
        }
        Ok(Levels { design, names, columns, lengths, roundings })
    }

    fn transformed(
        self,
        outcome: Vec<f64>,
        columns: Option<Vec<Vec<f64>>>,
        intercept: Option<Vec<f64>>,
        weights: Vec<f64>,
        rows: Vec<usize>,
    ) -> Transformed {
        let has_intercept = intercept.is_some();
        let positions = (0..self.names.len()).collect();
        let lead = |x: f64| has_intercept.then_some(x);
        Transformed {
            outcome,
            columns: intercept.into_iter().chain(columns.unwrap_or(self.columns)).collect(),
            names: has_intercept.then(|| INTERCEPT.to_string()).into_iter().chain(self.names).collect(),
            has_intercept,
            weights,
            weights_scale: self.design.weights_mean,
            // The intercept is never in doubt: it has a length, and no rounding.
            lengths: lead(1.0).into_iter().chain(self.lengths).collect(),
            roundings: lead(0.0).into_iter().chain(self.roundings).collect(),
            rows,
            absorbed: Absorbed::default(),
            positions,
            own_levels: None,
            variances: None,
        }
    }
}

/// The units of the sample.
fn units(design: &Design) -> Result<&Groups> {
    design.units.as_ref().ok_or_else(|| needs(Estimator::Between, "unit"))
}

/// The period of each row of the sample, as a number.
pub(crate) fn period_values(design: &Design) -> Result<Vec<i64>> {
    let periods = design.periods.as_ref().ok_or_else(|| needs(Estimator::FirstDifference, "period"))?;
    // The names of periods are numbers: the panel made them so.
    let values: Vec<i64> = periods.names.iter().map(|name| name.parse().unwrap_or(0)).collect();
    Ok(periods.codes.iter().map(|&code| values[code as usize]).collect())
}

/// An estimator without the units or periods that it needs.
pub(crate) fn needs(estimator: Estimator, needs: &'static str) -> Error {
    Error::from(QuestionError::EstimatorNeeds { estimator: estimator.name(), needs })
}
