//! Which methods, which intervals, which comparisons: one question, and everything that answers it.

use serde::{Deserialize, Serialize};

use super::intervals::Intervals;
use crate::decompose::{Gelbach, IntervalMethod, LeftOutMethod, Method, MethodTable, OrderRange};
use crate::error::Result;
use crate::fit::FittedModel;
use crate::model::Factor;
use crate::panel::{Lineage, Sample};
use crate::resample::Comparison;
use crate::warning::Warning;

/// A question to a fit: by which methods its variation is split, how sure the shares are, and what else is said.
///
/// | | default | because |
/// |---|---|---|
/// | methods | sequential in the order of the model, and Shapley | the one that is published, beside the one that no order moves |
/// | intervals | the jackknife's, at 0.95 | they depend on no seed; see [`Intervals`] |
/// | comparisons, the range over orders, Gelbach | none | each is asked for where it is read |
///
/// What is asked for by its name is refused where the model cannot be split by it. What was not, because it is among
/// the default or [all methods](Self::all_methods), is left out, and the findings say why. A method that can be split but
/// has too many coalitions to be resampled is left out beside all methods even where it was asked for by its name too:
/// the table is resampled as one.
///
/// # Examples
/// ```
/// use apportion::findings::{Analysis, Intervals};
/// use apportion::{Method, Model, Panel};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 3.0, 5.0, 4.0, 6.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
///     .column("z", [0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
///     .build()?;
/// let fit = Model::new("y").component("a", ["x"]).component("b", ["z"]).fit(&panel)?;
///
/// let findings = Analysis::new().of(&fit)?;
/// let both = [fit.sequential()?, fit.shapley()?];
/// assert_eq!(findings.methods.breakdowns[1], both[1].with_intervals(&fit.jackknife()?)?);
///
/// let other = Analysis::new().method(Method::Owen).intervals(Intervals::bootstrap(99, 1)).comparisons().of(&fit)?;
/// assert_eq!((other.methods.breakdowns.len(), other.comparisons[0].ranks[0].rank), (1, 1.0));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    pub(super) asked: Vec<Asked>,
    pub(super) order_range: bool,
    pub(super) intervals: Option<Intervals>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) also_intervals: Vec<Intervals>,
    pub(super) comparisons: bool,
    /// Columns of counts and populations, and what rates are per.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) counts: Option<(String, String, f64)>,
}

/// What takes the place of the default methods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Asked {
    Method(Method),
    Gelbach,
    All,
}

/// What an [`Analysis`] found of a fit; printed, all of it. The document that the examples write of it is
/// [`Report::of(&findings)`](crate::Report::of).
///
/// # Examples
/// ```
/// use apportion::findings::{Analysis, Findings};
/// use apportion::{Model, Panel};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 3.0, 5.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0])
///     .column("z", [0.0, 1.0, 0.0, 1.0])
///     .build()?;
/// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
/// let findings: Findings = Analysis::new().all_methods().without_intervals().of(&fit)?;
/// assert_eq!(findings.methods, fit.all_methods()?);
/// // Nothing is always in, so that no coefficient changes.
/// assert_eq!((findings.gelbach, findings.left_out[0].method.as_str()), (None, "gelbach"));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Findings {
    /// The outcome.
    pub outcome: String,
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    pub panel: Option<String>,
    /// Where the columns of the question come from, where the panel knows.
    pub lineage: Lineage,
    /// The terms of the model that entered as levels and not as numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<Factor>,
    /// The rows used, and for those left out, why.
    #[serde(flatten)]
    pub sample: Sample,
    /// R² of the whole model.
    pub r2_overall: f64,
    /// What deserves doubt about the fit; each result has what deserves doubt about it besides.
    pub warnings: Vec<Warning>,
    /// A breakdown for each method, in the order asked for, and the methods that were left out. Where intervals were made in
    /// several ways, one for each of them.
    pub methods: MethodTable,
    /// Whether all methods were asked for, which are printed as one table.
    pub is_table: bool,
    /// How the coefficients of what is always in change; `None` where that was not asked for, or left out.
    pub gelbach: Option<Gelbach>,
    /// How far the sequential shares move over all orders; `None` where that was not asked for, or left out.
    pub order_range: Option<OrderRange>,
    /// Ranks and differences of the components, one for each breakdown; empty where they were not asked for.
    pub comparisons: Vec<Comparison>,
    /// What was left out beside methods of shares: `gelbach` or `order_range`, and why.
    pub left_out: Vec<LeftOutMethod>,
}

impl Default for Analysis {
    fn default() -> Self {
        let intervals = Some(Intervals::default());
        Analysis {
            asked: Vec::new(),
            order_range: false,
            intervals,
            also_intervals: Vec::new(),
            comparisons: false,
            counts: None,
        }
    }
}

impl Analysis {
    /// The default question, which the methods below change.
    pub fn new() -> Self {
        Analysis::default()
    }

    /// Also asks for this method; the first that is asked for takes the place of the default ones. A method that is
    /// asked for twice is split once.
    pub fn method(mut self, method: Method) -> Self {
        self.asked.push(Asked::Method(method));
        self
    }

    /// Also asks for these methods, as [`method`](Self::method) does; an empty list asks for nothing, and leaves the
    /// default ones.
    pub fn methods(self, methods: impl IntoIterator<Item = Method>) -> Self {
        methods.into_iter().fold(self, Analysis::method)
    }

    /// Also asks for the sequential shares in the order of the model, as [`method`](Self::method) does for another
    /// order.
    pub fn sequential(self) -> Self {
        self.method(Method::Sequential { order: Vec::new() })
    }

    /// Also asks how the coefficients of `always` change, which takes the place of the default methods.
    pub fn gelbach(mut self) -> Self {
        self.asked.push(Asked::Gelbach);
        self
    }

    /// Also asks for every method that the model can be split by, and Gelbach's where something is always in; the
    /// others are left out. The printed table shows no intervals: where nothing else reads them,
    /// [`without_intervals`](Self::without_intervals) saves the time that they take.
    pub fn all_methods(mut self) -> Self {
        self.asked.push(Asked::All);
        self
    }

    /// Also asks how far the shares move with the order of entry, which is left out where there are too many components
    /// for it.
    pub fn order_range(mut self) -> Self {
        self.order_range = true;
        self
    }

    /// Makes the intervals in this way.
    pub fn intervals(mut self, intervals: Intervals) -> Self {
        self.intervals = Some(intervals);
        self
    }

    /// Makes intervals in this way too, beside those of [`intervals`](Self::intervals), which stay the first: the findings
    /// have a breakdown for each method and each way, of one method in a row, and comparisons for each where they are asked
    /// for. Intervals that come out the same stand once. Those of changing coefficients are made in the first way alone.
    /// Default: one way, as most readers want one interval.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::{Analysis, Intervals};
    /// use apportion::{IntervalKind, Model, Panel, Report};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let drawn = Intervals::bootstrap(99, 1);
    /// let analysis = Analysis::new().sequential().also_intervals(drawn.clone().kind(IntervalKind::Bca)).also_intervals(drawn);
    /// let findings = analysis.of(&fit)?;
    /// let kinds: Vec<_> = findings.methods.breakdowns.iter().filter_map(|b| Some(b.interval.as_ref()?.kind)).collect();
    /// assert_eq!(kinds, [IntervalKind::Root, IntervalKind::Bca, IntervalKind::Percentile]);
    /// let text = findings.to_string();
    /// let heading = text.lines().find(|line| line.ends_with("percentile")).map(|line| line.split_whitespace().collect());
    /// assert_eq!(heading, Some(vec!["share", "root", "bca", "percentile"]));
    /// assert_eq!(Report::of(&findings)?.methods.len(), 3);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn also_intervals(mut self, intervals: Intervals) -> Self {
        match &self.intervals {
            Some(_) => self.also_intervals.push(intervals),
            None => self.intervals = Some(intervals),
        }
        self
    }

    /// Makes no intervals, and resamples nothing.
    pub fn without_intervals(mut self) -> Self {
        self.intervals = None;
        self.also_intervals.clear();
        self
    }

    /// Also asks for the ranks and differences of the components, by every method.
    pub fn comparisons(mut self) -> Self {
        self.comparisons = true;
        self
    }

    /// Also asks what of the unexplained is the randomness of counts, by the columns that the rate is made of and what it is
    /// per, as [`FittedModel::counting_noise`] has it.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::Analysis;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("plans", [40.0, 50.0, 14.0, 12.0, 90.0])
    ///     .column("children", [8_000.0, 10_000.0, 5_000.0, 4_000.0, 20_000.0])
    ///     .column("rate", [50.0, 50.0, 28.0, 30.0, 45.0])
    ///     .column("poor", [20.0, 21.0, 11.0, 12.0, 15.0])
    ///     .build()?;
    /// let fit = Model::new("rate").component("deprivation", ["poor"]).fit(&panel)?;
    /// let findings = Analysis::new().without_intervals().counting_noise("plans", "children", 10_000.0).of(&fit)?;
    /// assert!(findings.methods.breakdowns.iter().all(|breakdown| breakdown.unexplained.counting_noise.is_some()));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn counting_noise(mut self, count: impl Into<String>, population: impl Into<String>, per: f64) -> Self {
        self.counts = Some((count.into(), population.into(), per));
        self
    }

    /// Everything that was asked for: [`split`](Self::split), then [`resample`](Self::resample). Where that takes long,
    /// [`split_watched`](Self::split_watched) and [`resample_watched`](Self::resample_watched) say how far they are, and
    /// can be stopped.
    ///
    /// # Errors
    /// Those of the two.
    ///
    /// # Examples
    /// See [`Analysis`].
    pub fn of(&self, fit: &FittedModel) -> Result<Findings> {
        self.resample(fit, self.split(fit)?)
    }
}

impl Findings {
    /// How the intervals were made, the first where they were made in [several ways](Analysis::also_intervals); `None`
    /// without intervals.
    ///
    /// # Examples
    /// See [`Intervals`].
    pub fn interval(&self) -> Option<&IntervalMethod> {
        let of_shares = self.methods.breakdowns.first().map(|breakdown| &breakdown.interval);
        of_shares.or(self.gelbach.as_ref().map(|gelbach| &gelbach.interval))?.as_ref()
    }
}
