//! The answer: the share of every component, what is unexplained, and what they were computed from.

use serde::{Deserialize, Serialize};

use super::detail::{Cell, Detail};
use super::deviance_shares::DevianceShares;
use super::method::Method;
use super::share::{Corrected, IntervalMethod, Share};
use crate::error::{Error, QuestionError, Result};
use crate::model::Factor;
use crate::panel::{Lineage, Sample};
use crate::regress::{Noise, NoiseModel};
use crate::warning::Warning;

/// The corrected share of a component with unit effects under one model of noise.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate").component("practice", [Term::UnitEffects]).fit(&panel)?;
/// let breakdown = fit.sequential()?.with_intervals(&fit.jackknife()?)?;
/// let models: Vec<String> = breakdown.unit_effects_by_model.iter().map(|under| under.model.to_string()).collect();
/// assert_eq!(models, ["independent", "persistent:3", "ar1"]);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UnitEffectsShare {
    /// How noise is taken to go with itself over time.
    #[serde(flatten)]
    pub model: NoiseModel,
    /// The component.
    pub name: String,
    /// Its share, chance and noise of this kind taken out.
    pub corrected: Corrected,
}

/// The variation of an outcome, split among the components of a model.
///
/// `share_of_total` over the components, `always` and `unexplained` sums to 1 where the method
/// [is additive](Method::is_additive); over the components alone to R² − R²(always).
///
/// serde writes it in the layout of the document of a [`Report`](crate::Report), what it is of above its method's entry.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Breakdown, Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("practice", [Term::UnitEffects])
///     .fit(&panel)?;
/// let breakdown = fit.sequential()?;
/// let deprivation = breakdown.share_of_total("deprivation")?;
/// let practice = breakdown.share_of_total("practice")?;
/// assert!((deprivation + practice + breakdown.unexplained.share_of_total - 1.0).abs() < 1e-12);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Breakdown {
    /// The outcome.
    pub outcome: String,
    /// How the variation was split.
    pub method: Method,
    /// The components, in the order of the model.
    pub components: Vec<Share>,
    /// What the terms that are always in explain, credited to nobody; `None` without such terms.
    pub always: Option<Share>,
    /// What no component explains.
    pub unexplained: Share,
    /// What the method says beyond a share for each component.
    pub detail: Detail,
    /// R² of the whole model: one less the unexplained share.
    pub r2_overall: f64,
    /// The rows used, and for those left out, why.
    pub sample: Sample,
    /// The weight column; `None` where every row weighs alike.
    pub weights: Option<String>,
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    pub panel: Option<String>,
    /// Where the columns of the question come from, where the panel knows; so that the answer can be traced.
    pub lineage: Lineage,
    /// The terms of the model that entered as levels and not as numbers.
    pub factors: Vec<Factor>,
    /// How the intervals were made; `None` without intervals.
    pub interval: Option<IntervalMethod>,
    /// The noise within units that corrected shares are without; `None` where there are none, or no unit effects.
    pub noise: Option<Noise>,
    /// The corrected shares of components with unit effects under each model of noise; empty where there are none.
    pub unit_effects_by_model: Vec<UnitEffectsShare>,
    /// Of counts, the deviance that the shares are parts of; `None` where they are parts of the variation about the mean.
    pub deviance: Option<DevianceShares>,
    /// What deserves doubt.
    pub warnings: Vec<Warning>,
}

impl Breakdown {
    /// The share of this component.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not in the model.
    ///
    /// # Examples
    /// See [`Share`](super::Share).
    pub fn component(&self, name: &str) -> Result<&Share> {
        self.components.iter().find(|c| c.name == name).ok_or_else(|| {
            Error::from(QuestionError::UnknownComponent {
                component: name.to_string(),
                available: self.components.iter().map(|c| c.name.clone()).collect(),
            })
        })
    }

    /// A component's part of the outcome's total variation, as a fraction.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not in the model.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
    /// let breakdown = fit.shapley()?;
    /// // 6.25 of a total of 8.75, of which 8.5 are explained.
    /// assert!((breakdown.share_of_total("first")? - 6.25 / 8.75).abs() < 1e-12);
    /// assert!((breakdown.share_of_explained("first")? - 6.25 / 8.5).abs() < 1e-12);
    /// assert!(breakdown.share_of_total("third").unwrap_err().to_string().contains("third"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn share_of_total(&self, name: &str) -> Result<f64> {
        Ok(self.component(name)?.share_of_total)
    }

    /// A component's part of what there was to credit, as a fraction.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not in the model.
    ///
    /// # Examples
    /// See [`share_of_total`](Self::share_of_total).
    pub fn share_of_explained(&self, name: &str) -> Result<f64> {
        Ok(self.component(name)?.share_of_explained)
    }

    /// Every row of the breakdown: `always` where there is one, the components, `unexplained`.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]);
    /// let panel = panel.column("z", [0.0, 1.0, 0.0, 1.0]).build()?;
    /// let breakdown = Model::new("y").always(["x"]).component("cause", ["z"]).fit(&panel)?.shapley()?;
    /// let names: Vec<&str> = breakdown.rows().map(|row| row.name.as_str()).collect();
    /// assert_eq!(names, ["always", "cause", "unexplained"]);
    /// assert!((breakdown.rows().map(|row| row.share_of_total).sum::<f64>() - 1.0).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn rows(&self) -> impl Iterator<Item = &Share> {
        self.always.iter().chain(&self.components).chain([&self.unexplained])
    }

    /// For every component, what it explains alone, R²(c) − R²(always), as its unique part and what it has in common
    /// with others; `None` unless the breakdown is one [`commonality`](crate::FittedModel::commonality) made.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// let split = fit.commonality()?.unique_and_common();
    /// let (unique, common) = split.map_or((1.0, 0.0), |of_each| of_each[0]);
    /// assert!(unique.abs() < 1e-12 && (common - 6.25 / 8.75).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn unique_and_common(&self) -> Option<Vec<(f64, f64)>> {
        let Detail::Subsets(parts) = &self.detail else { return None };
        let split = |component: usize| {
            let own = parts.iter().filter(|part| part.coalition.contains(component));
            let (unique, common): (Vec<_>, Vec<_>) = own.partition(|part| part.coalition.len() == 1);
            (unique.iter().map(|p| p.share_of_total).sum(), common.iter().map(|p| p.share_of_total).sum())
        };
        Some((0..self.components.len()).map(split).collect())
    }

    /// Every number of the breakdown in the layout of the replicates: `always` (absent where the model has none),
    /// components, unexplained, and what the method says beyond; each with the place of its interval.
    pub(crate) fn cells_mut(&mut self) -> impl Iterator<Item = (usize, Cell<'_>)> {
        let k = self.components.len();
        let always = self.always.iter_mut().map(|row| (0, Cell::of_share(row)));
        let components = self.components.iter_mut().enumerate().map(|(i, row)| (i + 1, Cell::of_share(row)));
        let unexplained = [(k + 1, Cell::of_share(&mut self.unexplained))];
        let more = self.detail.cells_mut().into_iter().enumerate().map(move |(i, cell)| (k + 2 + i, cell));
        always.chain(components).chain(unexplained).chain(more)
    }
}
