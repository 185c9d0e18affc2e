//! How far does a share rest on one unit, or on one period?

use serde::{Deserialize, Serialize};

use super::replicates::check_same_fit;
use crate::decompose::Breakdown;
use crate::error::{Error, EstimateError, Result, no_key};
use crate::fit::FittedModel;

/// The shares of a breakdown without one unit, or without one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ShareInfluence {
    /// The unit or the period that is left out.
    pub without: String,
    /// The shares of the total, in the order of [`Breakdown::rows`]: `always` where the breakdown has it, the
    /// components, `unexplained`; empty where the outcome does not vary without it.
    pub shares: Vec<ShareWithout>,
}

/// A share without one unit, or without one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ShareWithout {
    /// The component, `always` or `unexplained`.
    pub name: String,
    /// Its share of the total without it.
    pub share_of_total: f64,
    /// How far that lies above the share of the whole sample.
    pub change: f64,
}

impl FittedModel {
    /// The shares of a breakdown without each unit in turn, in the order of the units: exact, from the units' moments.
    ///
    /// # Errors
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without units; those of [`jackknife`](Self::jackknife);
    /// [`EstimateError::OtherFit`] for a breakdown of another fit.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate")
    ///     .component("deprivation", ["low_income_pct"])
    ///     .component("practice", [Term::UnitEffects])
    ///     .fit(&panel)?;
    /// let units = fit.influence_of_units(&fit.sequential()?)?;
    /// assert_eq!(units.len(), 150);
    /// // The authority on which the share of deprivation rests most.
    /// let change = |unit: &apportion::resample::ShareInfluence| unit.shares[0].change.abs();
    /// let most = units.iter().max_by(|a, b| change(a).total_cmp(&change(b))).map(change);
    /// assert!(most.is_some_and(|most| most < 0.1));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn influence_of_units(&self, breakdown: &Breakdown) -> Result<Vec<ShareInfluence>> {
        let units = self.design().units.as_ref().ok_or_else(|| no_key("the influence of units", "unit"))?;
        let replicates = self.jackknife()?.replicates(&[breakdown])?;
        let whole = shares(breakdown);
        let Some(replicates) = replicates.first() else { return Ok(Vec::new()) };
        // Replicates begin with `always`, which the breakdown need not have.
        let first = usize::from(breakdown.always.is_none());
        let of_unit = |(name, row): (&String, ndarray::ArrayView1<f64>)| {
            let row: Vec<f64> = row.iter().copied().skip(first).take(whole.len()).collect();
            influence(name.clone(), &whole, &row)
        };
        Ok(units.names.iter().zip(replicates.shares.outer_iter()).map(of_unit).collect())
    }

    /// The shares of a breakdown without each period in turn: exact, from the moments of the rows that are left. Unit
    /// means in the design stay those of the whole sample.
    ///
    /// # Errors
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without periods; [`EstimateError::TooFew`] with a single one;
    /// [`EstimateError::OtherFit`] for a breakdown of another fit.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate")
    ///     .component("deprivation", ["low_income_pct"])
    ///     .component("policy", [Term::PeriodEffects])
    ///     .fit(&panel)?;
    /// let periods = fit.influence_of_periods(&fit.shapley()?)?;
    /// assert_eq!((periods.len(), periods[0].without.as_str()), (8, "2011"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn influence_of_periods(&self, breakdown: &Breakdown) -> Result<Vec<ShareInfluence>> {
        let needs = || no_key("the influence of periods", "period");
        let periods = self.design().periods.as_ref().ok_or_else(needs)?;
        if periods.names.len() < 2 {
            let what = "periods, of which one is left out".to_string();
            return Err(EstimateError::TooFew { what, expected: 2, found: periods.names.len() }.into());
        }
        self.design().needs_rows("the influence of periods")?;
        let whole = shares(breakdown);
        check_same_fit(self, &self.credited(&breakdown.method), breakdown)?;
        let of_period = |(code, name): (usize, &String)| {
            let fit = match self.on(|row| periods.codes[row] as usize != code) {
                // Without this period the outcome says nothing.
                Err(
                    Error::Estimate(EstimateError::NoVariation { .. })
                    | Error::Estimate(EstimateError::TooFewRows { .. }),
                ) => {
                    return Ok(ShareInfluence { without: name.clone(), shares: Vec::new() });
                }
                fit => fit?,
            };
            let without: Vec<f64> =
                shares(&fit.breakdown(&breakdown.method)?).into_iter().map(|(_, share)| share).collect();
            Ok(influence(name.clone(), &whole, &without))
        };
        periods.names.iter().enumerate().map(of_period).collect()
    }
}

fn influence(without: String, whole: &[(String, f64)], shares: &[f64]) -> ShareInfluence {
    let share = |((name, whole), share): (&(String, f64), &f64)| ShareWithout {
        name: name.clone(),
        share_of_total: *share,
        change: share - whole,
    };
    let shares = if shares.iter().any(|s| s.is_nan()) { &[][..] } else { shares };
    ShareInfluence { without, shares: whole.iter().zip(shares).map(share).collect() }
}

/// The shares of the total by name, in the order of replicates.
fn shares(breakdown: &Breakdown) -> Vec<(String, f64)> {
    breakdown.rows().map(|share| (share.name.clone(), share.share_of_total)).collect()
}
