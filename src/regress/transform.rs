//! What an estimator takes from the data before least squares: sample rows in, the rows of a regression out.

mod mundlak;

use std::sync::Arc;

use rayon::prelude::*;

use super::columns::Columns;
use super::least_squares::Problem;
use super::random_effects::{EffectVariances, QuasiDemean, QuasiDemeaning, RandomEffect, effect_variances};
use super::spreads::Spreads;
use super::{Estimator, PanelRegression};
use crate::error::{Error, EstimateError, QuestionError, Result, TermProblem, no_key};
use crate::model::{Design, DesignColumn};
use crate::numerics::absorb::{Absorb, Projection};
use crate::numerics::groups::Groups;
use crate::numerics::rank::rounding;
use crate::panel::{Numbers, RowList};

/// Deviations of more values than so many, which the caches hold no longer, are formed where they are asked for.
const FEW_VALUES: usize = 1 << 17;

/// The name of the constant's coefficient.
pub(crate) const INTERCEPT: &str = "(Intercept)";

/// The rows of a regression, as an estimator leaves them.
#[derive(Debug, Clone)]
pub(crate) struct Transformed {
    pub(crate) outcome: Vec<f64>,
    /// The intercept first where there is one. Once they are regressed they stand in the fit's basis, and not here.
    pub(crate) columns: Columns,
    pub(crate) names: Vec<String>,
    pub(crate) has_intercept: bool,
    pub(crate) weights: Numbers,
    /// What these weights are multiplied by to be the user's.
    pub(crate) weights_scale: f64,
    /// What is taken from every row of a column before anything else is: in the intercept, or in the effects, it counts
    /// for nothing.
    pub(crate) shifts: Vec<f64>,
    /// Lengths about the mean before the transformation, and those within which the columns are known.
    pub(crate) lengths: Vec<f64>,
    pub(crate) roundings: Vec<f64>,
    /// For each row, the row of the sample that it stands for: of a difference the later one, of a unit its first.
    pub(crate) rows: Arc<RowList>,
    pub(crate) absorbed: Absorbed,
    /// Positions of the columns, the intercept not counted, among the levels.
    pub(crate) positions: Vec<usize>,
    /// The columns before the transformation, where they are not those of the design.
    own_levels: Option<Vec<Numbers>>,
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
    pub(crate) fn new(question: &PanelRegression, design: &Design, spreads: &Spreads) -> Result<Self> {
        let estimator = question.estimator;
        let absorbed = Absorbed { units: estimator.absorbs_units(), periods: estimator.absorbs_periods(), rank: 0 };
        if !design.unit_effects.is_empty() && !estimator.absorbs_units() {
            let why = TermProblem::UnitEffects { estimator: estimator.name() };
            return Err(QuestionError::TermMeaning { term: "unit_effects".to_string(), why }.into());
        }
        // A column less a constant says the same beside one, and means of units, products and variances keep their digits
        // where it is far from zero.
        let is_difference = estimator == Estimator::FirstDifference;
        // Effects are taken out of columns as they are, about values of their own.
        let is_shifted = (question.intercept || is_difference) && !absorbed.any();
        let levels = Levels::new(design, spreads, is_shifted);
        match estimator {
            Estimator::Pooled | Estimator::Within | Estimator::WithinPeriod | Estimator::Twoway => {
                levels.absorbed(absorbed, spreads, question.intercept)
            }
            Estimator::Between => levels.unit_means(question.intercept),
            Estimator::FirstDifference => levels.differences(question.intercept),
            Estimator::Random => levels.random(RandomEffect::Unit, question),
            Estimator::RandomPeriod => levels.random(RandomEffect::Period, question),
            Estimator::RandomTwoway => levels.random(RandomEffect::Twoway, question),
            Estimator::Mundlak => {
                let levels = levels.within_and_between(question)?;
                let own_levels = Some(levels.unshifted());
                Ok(Transformed { own_levels, ..levels.random(RandomEffect::Unit, question)? })
            }
        }
    }

    /// Least squares on these rows.
    pub(crate) fn problem(&mut self) -> Problem<'_> {
        Problem {
            // They go on into the basis.
            columns: std::mem::take(&mut self.columns),
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

    /// Whether the rows of the regression are those of the sample, each for itself.
    pub(crate) fn is_of_sample(&self, design: &Design) -> bool {
        self.rows.len() == design.n_observations()
            && (self.rows.is_all() || self.rows.iter().enumerate().all(|(at, &row)| at == row))
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
        self.names = kept.iter().map(|&c| std::mem::take(&mut self.names[c])).collect();
        self.shifts = kept.iter().map(|&c| self.shifts[c]).collect();
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
    /// Less their shifts.
    columns: Vec<Numbers>,
    shifts: Vec<f64>,
    lengths: Vec<f64>,
    roundings: Vec<f64>,
}

impl<'a> Levels<'a> {
    fn new(design: &'a Design, spreads: &Spreads, is_shifted: bool) -> Self {
        let shifted = |column: &DesignColumn| match is_shifted {
            true => {
                let shift = weighted_mean(&column.values, &design.weights);
                (column.values.iter().map(|x| x - shift).collect(), shift)
            }
            false => (column.values.clone(), 0.0),
        };
        let (columns, shifts) = design.columns.par_iter().map(shifted).unzip();
        Levels {
            design,
            names: design.columns.iter().map(|c| c.name.clone()).collect(),
            columns,
            shifts,
            lengths: spreads.columns.iter().map(|spread| spread.about_mean.sqrt()).collect(),
            roundings: spreads.columns.iter().map(|spread| rounding(spread.about_zero.sqrt())).collect(),
        }
    }

    /// The columns as they were.
    fn unshifted(&self) -> Vec<Numbers> {
        let unshifted = |(column, shift): (&Numbers, &f64)| column.iter().map(|x| x + shift).collect();
        self.columns.iter().zip(&self.shifts).map(unshifted).collect()
    }

    fn absorbed(self, mut absorbed: Absorbed, spreads: &Spreads, intercept: bool) -> Result<Transformed> {
        if !absorbed.any() {
            let (outcome, weights) = (self.design.outcome.to_vec(), self.design.weights.clone());
            let ones = intercept.then(|| vec![1.0; outcome.len()]);
            let rows = self.design.own_rows();
            let columns = self.columns.iter().map(|column| column.to_vec()).collect();
            return Ok(self.with_intercept(outcome, columns, ones, weights, rows));
        }
        let absorb = absorbed.absorb(self.design);
        absorbed.rank = absorb.rank();
        let (rows, weights) = (self.design.own_rows(), self.design.weights.clone());
        let are_many = self.columns.len() * rows.len() > FEW_VALUES;
        let within = are_many.then(|| absorb.within(&self.columns, &weights)).flatten();
        let (outcome, columns): (Vec<f64>, Columns) = match within {
            Some(within) => (absorb.residuals(&self.design.outcome), within.into()),
            None => {
                // The outcome last.
                let values = self.columns.iter().chain([&self.design.outcome]).map(Numbers::as_slice);
                let mut columns = absorb.residuals_of(&values.collect::<Vec<_>>());
                (columns.pop().unwrap_or_default(), columns.into())
            }
        };
        // Without an intercept: it lies in the effects.
        let transformed = self.transformed(outcome, columns, false, weights, rows);
        let shifts = spreads.columns.iter().map(|spread| spread.mean).collect();
        Ok(Transformed { absorbed, shifts, ..transformed })
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
        for (row, &code) in units.codes.iter().enumerate() {
            first[code as usize] = first[code as usize].min(row);
        }
        let means = |values: &Numbers| units.means(values, &design.weights);
        let weights = units.weights_of_means(&design.weights);
        // The units' weights have mean one like those of rows; what that takes goes to their scale.
        let mean = weights.iter().sum::<f64>() / n_units as f64;
        let (weights, scale) = (weights.iter().map(|w| w / mean).collect(), design.weights_mean * mean);
        let columns = self.columns.iter().map(means).collect();
        let ones = intercept.then(|| vec![1.0; n_units]);
        let transformed = self.with_intercept(means(&design.outcome), columns, ones, weights, Arc::new(first.into()));
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
        let difference = |values: &Numbers| pairs.iter().map(|&row| values[row] - values[row - 1]).collect();
        let w = &design.weights;
        let weights = pairs.iter().map(|&row| 2.0 / (1.0 / w[row] + 1.0 / w[row - 1])).collect();
        let columns = self.columns.par_iter().map(difference).collect();
        let ones = intercept.then(|| vec![1.0; pairs.len()]);
        let outcome = difference(&design.outcome);
        Ok(self.with_intercept(outcome, columns, ones, weights, Arc::new(pairs.into())))
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
        let rows = design.own_rows();
        let transformed = self.with_intercept(outcome, columns, ones, design.weights.clone(), rows);
        Ok(Transformed { variances: Some(found), ..transformed })
    }

    /// The same with the constant, where there is one, before the columns.
    fn with_intercept(
        self,
        outcome: Vec<f64>,
        columns: Vec<Vec<f64>>,
        intercept: Option<Vec<f64>>,
        weights: Numbers,
        rows: Arc<RowList>,
    ) -> Transformed {
        let has_intercept = intercept.is_some();
        let columns: Vec<Vec<f64>> = intercept.into_iter().chain(columns).collect();
        self.transformed(outcome, columns.into(), has_intercept, weights, rows)
    }

    fn transformed(
        self,
        outcome: Vec<f64>,
        columns: Columns,
        has_intercept: bool,
        weights: Numbers,
        rows: Arc<RowList>,
    ) -> Transformed {
        let positions = (0..self.names.len()).collect();
        let lead = |x: f64| has_intercept.then_some(x);
        Transformed {
            outcome,
            columns,
            names: has_intercept.then(|| INTERCEPT.to_string()).into_iter().chain(self.names).collect(),
            has_intercept,
            weights,
            weights_scale: self.design.weights_mean,
            // Where there is no intercept, effects or differences have taken the shifts out.
            shifts: lead(0.0).into_iter().chain(self.shifts).collect(),
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

/// The mean of a column by the plain sum, of a constant to the last bit. About another rounding of it columns as close to
/// collinear as those of NIST's Filip would have other last digits than are documented.
fn weighted_mean(values: &[f64], weights: &[f64]) -> f64 {
    if values.iter().all(|x| *x == values[0]) {
        return values[0];
    }
    let sum: f64 = values.iter().zip(weights).map(|(x, w)| w * x).sum();
    sum / weights.iter().sum::<f64>()
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
    no_key(format!("the {estimator} estimator"), needs)
}
