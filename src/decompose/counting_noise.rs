//! How much of what is unexplained is no more than the randomness of counts?

use serde::{Deserialize, Serialize};

use super::breakdown::Breakdown;
use crate::error::{CountProblem, EstimateError, FitDifference, QuestionError, Result};
use crate::fit::FittedModel;
use crate::panel::CellValue;

/// What a rate, or its logarithm, and the rate that its count makes may differ by, as a part of the larger: published rates
/// are rounded to a digit after the point.
const ROUNDING: f64 = 0.02;
/// Two R² of the same fit differ by no more.
const SAME_R2: f64 = 1e-9;

/// The part of a rate's variation that is the randomness of counts: were the children who are counted drawn at random, as
/// many on average, again and again.
///
/// With c the counts, p the populations, s what rates are per, r = s·c/p, and h the leverage in the whole model,
///
/// ```text
/// rate            Σ w (1 − h) s·r/p / TSS
/// its logarithm   Σ w (1 − h)/c / TSS
/// ```
///
/// It lies within what is unexplained, and is the least that is random there: children who come together, as brothers and
/// sisters do, make counts vary by more. What is unexplained beyond it is not in the model.
///
/// # Examples
/// ```
/// use apportion::{Model, Panel, PanelSchema, Term};
///
/// let csv = "la,year,plans,children,rate,poor\n\
///     A,2017,40,9000,44.4,20\nA,2018,50,9100,54.9,21\nB,2017,14,5000,28.0,11\nB,2018,12,5100,23.5,10\n\
///     C,2017,90,21000,42.9,15\nC,2018,80,20800,38.5,16\n";
/// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year"))?;
/// let model = Model::new("rate").component("deprivation", ["poor"]);
/// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
/// let noise = fit.counting_noise("plans", "children", 10_000.0)?;
/// let breakdown = fit.sequential()?.with_counting_noise(&noise)?;
/// assert_eq!(breakdown.unexplained.counting_noise, Some(noise.share_of_total));
/// // The other way round is no rate.
/// assert!(fit.counting_noise("children", "plans", 10_000.0).is_err());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CountingNoise {
    /// The outcome.
    pub outcome: String,
    /// The column of counts.
    pub count: String,
    /// The column of populations.
    pub population: String,
    /// What the rate is per: 10,000 children, say.
    pub per: f64,
    /// Whether the outcome is the rate's logarithm.
    pub is_logarithm: bool,
    /// Part of the outcome's total variation, as a fraction.
    pub share_of_total: f64,
    /// Rows of the sample.
    n_observations: usize,
    r2_overall: f64,
}

/// What counts leave to chance in each row of a sample.
pub(crate) struct CountingVariances {
    pub(crate) variances: Vec<f64>,
    /// Whether the outcome is the rate's logarithm.
    pub(crate) is_logarithm: bool,
}

impl FittedModel {
    /// The part of the outcome's variation that is the randomness of counts; the outcome is `per` times the count in one
    /// column over the population in another, or the logarithm of that.
    ///
    /// # Errors
    /// [`EstimateError::Counts`] for a row without count or population, and one whose outcome is neither the rate nor its
    /// logarithm to 2%; [`QuestionError::Option`] for a `per` that is not above zero;
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn) and
    /// [`DataError::NotANumber`](crate::error::DataError::NotANumber) for the columns; those of
    /// [`regression`](Self::regression).
    ///
    /// # Examples
    /// See [`CountingNoise`].
    pub fn counting_noise(&self, count: &str, population: &str, per: f64) -> Result<CountingNoise> {
        let CountingVariances { variances, is_logarithm } = self.counting_variances(count, population, per)?;
        let design = self.design();
        let leverages = self.regression()?.leverages(true);
        // The outcome's own scale first, so that squares of any size will do.
        let scale = self.outcome_scale();
        let of_row = |at: usize| design.weights[at] * (1.0 - leverages[at]).max(0.0) * (variances[at] / scale / scale);
        Ok(CountingNoise {
            outcome: design.outcome_name.clone(),
            count: count.to_string(),
            population: population.to_string(),
            per,
            is_logarithm,
            share_of_total: (0..design.n_observations()).map(of_row).sum(),
            n_observations: design.n_observations(),
            r2_overall: self.r2_overall(),
        })
    }

    /// The variance of each row's outcome that is the randomness of its count.
    ///
    /// # Errors
    /// Those of [`counting_noise`](Self::counting_noise) for columns and `per`.
    pub(crate) fn counting_variances(&self, count: &str, population: &str, per: f64) -> Result<CountingVariances> {
        if !(per > 0.0 && per.is_finite()) {
            let expected = "it is what the rate is per, such as 10000, and above zero".to_string();
            return Err(QuestionError::Option { option: "per", expected, found: per.to_string() }.into());
        }
        let design = self.design();
        design.needs_panel("counting noise")?;
        let panel = &design.panel;
        panel.column(count)?;
        panel.column(population)?;
        let refuse = |at: usize, why| {
            let (count, population, place) = (count.to_string(), population.to_string(), panel.row_label(at));
            EstimateError::Counts { count, population, place, why }
        };
        let mut rows = panel.rows();
        let (mut counts, mut people) = (Vec::new(), Vec::new());
        let mut next = 0;
        for &at in design.rows.iter() {
            // Rows of the sample ascend.
            let Some(row) = rows.nth(at - next) else { continue };
            next = at + 1;
            for (column, values) in [(count, &mut counts), (population, &mut people)] {
                if let CellValue::Missing(_) = row.value(column)? {
                    return Err(refuse(at, CountProblem::Missing { column: column.to_string() }).into());
                }
                values.push(row.number(column)?);
            }
        }
        for (&at, (&counted, &people)) in design.rows.iter().zip(counts.iter().zip(&people)) {
            if people <= 0.0 {
                return Err(refuse(at, CountProblem::NoPeople { people }).into());
            }
            if counted < 0.0 {
                return Err(refuse(at, CountProblem::Negative { counted }).into());
            }
        }
        let rate = |at: usize| per * counts[at] / people[at];
        let is_off = |rate: f64, found: f64| (rate - found).abs() > ROUNDING * rate.abs().max(found.abs());
        let all = 0..design.n_observations();
        let not_a_rate = all.clone().find(|&at| is_off(rate(at), design.outcome[at]));
        let not_its_logarithm = all.clone().find(|&at| is_off(rate(at), design.outcome[at].exp()));
        let is_logarithm = match (not_a_rate, not_its_logarithm) {
            (None, _) => false,
            (_, None) => true,
            (Some(rate_off), Some(log_off)) => {
                // That which holds for more rows is what was meant.
                let at = rate_off.max(log_off);
                let why = CountProblem::OtherRate { outcome: design.outcome[at], rate: rate(at), per };
                return Err(refuse(design.rows[at], why).into());
            }
        };
        let variance = |at: usize| if is_logarithm { 1.0 / counts[at] } else { per * rate(at) / people[at] };
        Ok(CountingVariances { variances: all.map(variance).collect(), is_logarithm })
    }
}

impl Breakdown {
    /// The same with what of the unexplained is the randomness of counts.
    ///
    /// # Errors
    /// [`EstimateError::OtherFit`] for counting noise of another fit.
    ///
    /// # Examples
    /// See [`CountingNoise`].
    pub fn with_counting_noise(&self, noise: &CountingNoise) -> Result<Breakdown> {
        let differs = |why| Err(EstimateError::OtherFit { why }.into());
        if self.outcome != noise.outcome {
            return differs(FitDifference::Outcome { found: self.outcome.clone(), expected: noise.outcome.clone() });
        }
        let (found, expected) = (self.sample.n_observations, noise.n_observations);
        if found != expected {
            return differs(FitDifference::Rows { found, expected });
        }
        let (found, expected) = (self.r2_overall, noise.r2_overall);
        if (found - expected).abs() > SAME_R2 {
            return differs(FitDifference::R2 { found, expected });
        }
        let mut breakdown = self.clone();
        breakdown.unexplained.counting_noise = Some(noise.share_of_total);
        Ok(breakdown)
    }
}
