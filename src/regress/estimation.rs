//! From a question and a design to a fitted regression.

use super::least_squares::Solution;
use super::of_counts::OfCounts;
use super::r_squared::Left;
use super::random_effects::RandomEffect;
use super::spreads::Spreads;
use super::transform::{Transformed, needs, period_values};
use super::{Estimator, FittedRegression, PanelRegression, RSquared};
use crate::error::{Error, EstimateError, OutcomeUse, QuestionError, Refusal, Result, cannot};
use crate::fit::check_within;
use crate::model::{Design, quasi_poisson};
use crate::numerics::dot::weighted_dot;
use crate::numerics::rank::rounding;
use crate::panel::Panel;
use crate::warning::Warning;

/// Values beyond this, or apart by less than one over it, are refused: squares of their sums leave the range of
/// doubles.
const LARGEST: f64 = 1e145;
/// Residuals of this part of the outcome's length are rounding.
const EXACT: f64 = 1e-14;

impl FittedRegression {
    pub(super) fn new(question: &PanelRegression, panel: &Panel) -> Result<Self> {
        let estimator = question.estimator;
        if estimator.needs_units() && panel.unit_indices().is_none() {
            return Err(needs(estimator, "unit"));
        }
        if estimator.needs_periods() && panel.period_indices().is_none() {
            return Err(needs(estimator, "period"));
        }
        let in_terms = |error| match error {
            Error::Question(QuestionError::OutcomeAsTerm { outcome, used_in: OutcomeUse::Component { .. } }) => {
                QuestionError::OutcomeAsTerm { outcome, used_in: OutcomeUse::Terms }.into()
            }
            error => error,
        };
        // Differences of a factor's levels sum to zero with an intercept or without one.
        let has_constant = question.intercept || estimator == Estimator::FirstDifference;
        let mut design = Design::beside(has_constant, &question.model()?, panel).map_err(in_terms)?;
        // A regression has terms; the component that holds them here is not the user's.
        design.component_names.clear();
        // Unit effects among the terms are absorbed, which makes it another estimator.
        let estimator = match estimator {
            Estimator::Pooled if !design.unit_effects.is_empty() => Estimator::Within,
            Estimator::WithinPeriod if !design.unit_effects.is_empty() => Estimator::Twoway,
            estimator => estimator,
        };
        if !question.intercept && (estimator.absorbs_units() || estimator.absorbs_periods()) {
            return Err(QuestionError::NoInterceptToLeaveOut { estimator: estimator.name() }.into());
        }
        let question = question.clone().estimator(estimator);
        let counts = OfCounts::of(&question, &mut design)?;
        let fit = Self::of(&question, design)?.with(counts);
        if fit.data.absorbed.any() && fit.data.outcome.iter().all(|y| *y == 0.0) {
            let why = Refusal::NothingOfOutcome { outcome: fit.design.outcome_name };
            return Err(cannot(estimator.name(), why));
        }
        if fit.estimates.is_empty() {
            let beside_effects = fit.data.absorbed.any();
            let why = Refusal::NothingOfColumns { columns: fit.left_out_columns, beside_effects };
            return Err(cannot(estimator.name(), why));
        }
        Ok(fit)
    }

    /// The regression of a design's outcome on its columns. Where nothing is left of the outcome, or of any column,
    /// that is what it says: coefficients of zero, or none.
    pub(super) fn of(question: &PanelRegression, design: Design) -> Result<Self> {
        let estimator = question.estimator;
        if design.outcome.iter().all(|y| *y == design.outcome[0]) {
            return Err(EstimateError::NoVariation { outcome: design.outcome_name, rows: design.outcome.len() }.into());
        }
        let spreads = Spreads::of(&design);
        for (name, values, spread) in spreads.named(&design) {
            let range = spread.most - spread.least;
            if spread.most > LARGEST || spread.least < -LARGEST || (range > 0.0 && range < 1.0 / LARGEST) {
                check_within(name, values, LARGEST)?;
            }
        }
        let mut data = Transformed::new(question, &design, &spreads)?;
        let length = spreads.outcome.about_zero;
        if data.absorbed.any() && is_nothing(&data, length) {
            // Rounding would have coefficients, too.
            data.outcome.fill(0.0);
        }
        let Solution { kept, mut estimates, mut basis, residuals } = data.problem().solve();
        let left_out = (0..data.names.len()).filter(|c| !kept.contains(c)).map(|c| data.names[c].clone());
        let left_out_columns: Vec<String> = left_out.chain(design.terms_of_one_level()).collect();
        data.keep(&kept);
        if data.has_intercept && estimator != Estimator::FirstDifference {
            estimates[0] -= data.shifts.iter().zip(&estimates).map(|(shift, b)| shift * b).sum::<f64>();
            basis.shifts = data.shifts.clone();
        }
        let parameters = kept.len() + data.absorbed.rank;
        let rows = data.outcome.len();
        if parameters > rows {
            let what = format!("rows for {parameters} coefficients and effects (take terms out)");
            return Err(EstimateError::TooFew { what, expected: parameters + 1, found: rows }.into());
        }
        let df_residual = rows - parameters;
        let mut warnings = Vec::new();
        if df_residual == 0 {
            warnings.push(Warning::Saturated { observations: rows });
        }
        for effect in data.variances.iter().flat_map(|(variances, _)| &variances.negative) {
            let of = if *effect == RandomEffect::Period { "period" } else { "unit" };
            warnings.push(Warning::NegativeVariance { of: of.to_string() });
        }
        let square = weighted_dot(&residuals, &residuals, &data.weights);
        warnings.extend((df_residual > 0 && square <= EXACT * EXACT * length).then_some(Warning::ExactFit));
        let parts = data.absorbed.parts(&design);
        warnings.extend((parts > 1).then_some(Warning::Disconnected { parts }));
        warnings.extend(design.perhaps_one());
        warnings.extend(design.singletons(data.absorbed.units, data.absorbed.periods));
        if estimator == Estimator::FirstDifference {
            let units = design.units.as_ref().map_or(0, |units| units.names.len());
            let differences = design.n_observations() - units - rows;
            warnings.extend((differences > 0).then_some(Warning::Gaps { differences }));
        }
        let left = match data.absorbed.any() {
            true => Left::BesideEffects(&estimates),
            false => {
                let expected = expected(&design, &data, &estimates, question)?;
                Left::OnRows(design.outcome.iter().zip(&expected).map(|(y, f)| y - f).collect())
            }
        };
        let r_squared = RSquared::new((&design, &spreads), &data, square, &left, df_residual);
        let largest_outcome = spreads.outcome.most.max(-spreads.outcome.least);
        Ok(FittedRegression {
            question: question.clone(),
            design,
            data,
            estimates,
            basis,
            residuals,
            largest_outcome,
            df_residual,
            left_out_columns,
            r_squared,
            warnings,
            counts: None,
        })
    }

    /// The same as the last round of a regression of counts.
    pub(super) fn with(mut self, counts: Option<OfCounts>) -> Self {
        if let Some(counts) = &counts {
            let overall = 1.0 - counts.deviance / counts.null_deviance;
            // A dispersion for every parameter but the intercept.
            let parameters = (self.n_observations() - self.df_residual) as f64 - 1.0;
            let taken = parameters * self.sigma2() / counts.null_deviance;
            let adjusted = (self.df_residual > 0).then_some(overall - taken);
            self.r_squared = RSquared { overall, within: None, between: None, adjusted };
            self.warnings.extend(quasi_poisson(&self.design.outcome_name, &counts.counts));
        }
        self.counts = counts;
        self
    }
}

/// Whether nothing but rounding is left of the outcome, whose weighted sum of squares this is.
fn is_nothing(data: &Transformed, square: f64) -> bool {
    weighted_dot(&data.outcome, &data.outcome, &data.weights).sqrt() <= 8.0 * rounding(square.sqrt())
}

/// What a regression without absorbed effects expects of the level of the outcome on each row of the sample.
fn expected(design: &Design, data: &Transformed, estimates: &[f64], question: &PanelRegression) -> Result<Vec<f64>> {
    let mut expected = vec![0.0; design.n_observations()];
    for (b, column) in data.slopes(estimates).iter().zip(data.levels(design)) {
        expected.iter_mut().zip(column).for_each(|(f, x)| *f += b * x);
    }
    let is_difference = question.estimator == Estimator::FirstDifference;
    if is_difference && data.has_intercept {
        // The intercept of differences is a trend of levels.
        expected.iter_mut().zip(period_values(design)?).for_each(|(f, period)| *f += estimates[0] * period as f64);
    }
    let constant = if is_difference {
        let left = design.outcome.iter().zip(&expected).zip(&design.weights);
        left.map(|((y, f), w)| w * (y - f)).sum::<f64>() / design.weights.iter().sum::<f64>()
    } else if data.has_intercept {
        estimates[0]
    } else {
        0.0
    };
    expected.iter_mut().for_each(|f| *f += constant);
    Ok(expected)
}
