//! One part of the variation, and how sure it is.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::choice::Choice;
use crate::error::{Error, Result};

/// A part of the variation.
///
/// # Examples
/// ```
/// use apportion::{Model, Panel, Share};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 3.0, 5.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0])
///     .column("z", [0.0, 1.0, 0.0, 1.0])
///     .build()?;
/// let breakdown = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?.shapley()?;
/// let first: &Share = breakdown.component("first")?;
/// // 6.25 of a total of 8.75, of which 8.5 are explained.
/// assert!((first.share_of_total - 6.25 / 8.75).abs() < 1e-12);
/// assert!((first.share_of_explained - 6.25 / 8.5).abs() < 1e-12);
/// assert_eq!((first.interval, breakdown.unexplained.share_of_explained), (None, 0.0));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Share {
    /// The component's name, `always` or `unexplained`.
    pub name: String,
    /// Part of the outcome's total variation, as a fraction.
    pub share_of_total: f64,
    /// Part of what there was to credit, R² − R²(always), as a fraction; 0 for `always` and `unexplained`, and where
    /// there was nothing to credit.
    pub share_of_explained: f64,
    /// How sure `share_of_total` is; `None` until [`with_intervals`](super::Breakdown::with_intervals) has been asked.
    /// JSON has its numbers beside the share, or none of them.
    #[serde(flatten, deserialize_with = "Interval::beside")]
    pub interval: Option<Interval>,
}

/// How an interval was made.
///
/// With θ̂ the share, θ* its bootstrap replicates, θ̂₍₋ᵢ₎ the share without cluster i and θ̄ the mean of those over the
/// G clusters, q_p the quantile p of θ*, z the normal quantile of the level and t Student's on G − 1 degrees of
/// freedom,
///
/// ```text
/// jackknife    G θ̂ − (G − 1) θ̄ ± t SE,   SE² = (G − 1)/G Σ (θ̂₍₋ᵢ₎ − θ̄)²
/// percentile   q_α/2 to q_1−α/2,   α one less the level
/// basic        2θ̂ − q_1−α/2 to 2θ̂ − q_α/2
/// normal       2θ̂ − mean θ* ± z SE,   SE the standard deviation of θ*
/// bca          q_Φ(u(α/2)) to q_Φ(u(1−α/2)),   u(p) = z0 + (z0 + z_p)/(1 − a (z0 + z_p))
/// ```
///
/// with z0 the normal quantile of the part of θ* below θ̂, and a = Σ (θ̄ − θ̂₍₋ᵢ₎)³ / (6 [Σ (θ̄ − θ̂₍₋ᵢ₎)²]^1.5).
/// [`jackknife`](crate::FittedModel::jackknife) gives the first and no other; the default of
/// [`bootstrap`](crate::FittedModel::bootstrap) is percentile, whose ends lie among the shares that were drawn, and so
/// never outside what a share can be.
///
/// B. Efron and C. Stein (1981), <https://doi.org/10.1214/aos/1176345462>; B. Efron (1987),
/// <https://doi.org/10.1080/01621459.1987.10478410>; A. C. Davison and D. V. Hinkley (1997), sections 2.3, 5.2 and 5.3,
/// <https://doi.org/10.1017/CBO9780511802843>.
///
/// # Examples
/// ```
/// use apportion::{IntervalKind, Model, Panel};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
///     .build()?;
/// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
/// let of = |kind| fit.sequential()?.with_intervals(&fit.bootstrap(199, 7)?.kind(kind)?);
/// let (percentile, basic) = (of(IntervalKind::Percentile)?, of(IntervalKind::Basic)?);
/// let ends = |breakdown: &apportion::Breakdown| breakdown.components[0].interval.unwrap();
/// // The basic interval is the percentile interval reflected about the share.
/// let sum = ends(&percentile).upper + ends(&basic).lower;
/// assert!((sum - 2.0 * percentile.components[0].share_of_total).abs() < 1e-12);
/// assert!(fit.jackknife()?.kind(IntervalKind::Basic).is_err());
/// assert_eq!("bca".parse::<IntervalKind>()?, IntervalKind::Bca);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IntervalKind {
    /// Bias-corrected estimate ± t · jackknife standard error.
    Jackknife,
    /// Quantiles of the bootstrap replicates.
    Percentile,
    /// The same, reflected about the estimate.
    Basic,
    /// Bias-corrected estimate ± z · bootstrap standard error.
    Normal,
    /// Quantiles adjusted for bias and for a standard error that changes with the share.
    Bca,
}

impl IntervalKind {
    /// The kind's name, as the examples' command line and JSON write it.
    pub fn name(self) -> &'static str {
        match self {
            IntervalKind::Jackknife => "jackknife",
            IntervalKind::Percentile => "percentile",
            IntervalKind::Basic => "basic",
            IntervalKind::Normal => "normal",
            IntervalKind::Bca => "bca",
        }
    }
}

impl Choice for IntervalKind {
    const OPTION: &'static str = "interval";

    fn all() -> impl Iterator<Item = Self> {
        use IntervalKind::{Basic, Bca, Jackknife, Normal, Percentile};
        [Jackknife, Percentile, Basic, Normal, Bca].into_iter()
    }

    fn name(&self) -> &'static str {
        IntervalKind::name(*self)
    }
}

impl fmt::Display for IntervalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display(f)
    }
}

impl FromStr for IntervalKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Choice::parse(text)
    }
}

/// The intervals of a breakdown: how they were made, from what.
///
/// # Examples
/// ```
/// use apportion::{IntervalKind, Model, Panel};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
///     .build()?;
/// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
/// let how = fit.sequential()?.with_intervals(&fit.jackknife()?)?.interval.unwrap();
/// // Without units, each of the six rows is left out once.
/// assert_eq!((how.kind, how.level, how.clusters, how.replicates), (IntervalKind::Jackknife, 0.95, 6, 6));
/// assert_eq!(how.seed, None);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredMethod", into = "StoredMethod")]
#[non_exhaustive]
pub struct IntervalMethod {
    /// How an interval was made.
    pub kind: IntervalKind,
    /// The part of samples whose interval should cover the target. Default: 0.95, the usual one.
    pub level: f64,
    /// Units that are drawn or left out; rows in a cross-section.
    pub clusters: usize,
    /// Replicates computed. JSON has none for the jackknife, which leaves out each cluster once.
    pub replicates: usize,
    /// Seed of the draws; `None` for the jackknife, which draws nothing, and for draws that were
    /// [given](crate::FittedModel::bootstrap_of).
    pub seed: Option<u64>,
    /// Replicates in which a component, or the outcome, has no variation.
    pub degenerate: usize,
}

/// As JSON has it.
#[derive(Serialize, Deserialize)]
struct StoredMethod {
    kind: IntervalKind,
    level: f64,
    clusters: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    replicates: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    degenerate: usize,
}

impl From<IntervalMethod> for StoredMethod {
    fn from(method: IntervalMethod) -> Self {
        let IntervalMethod { kind, level, clusters, replicates, seed, degenerate } = method;
        let replicates = (kind != IntervalKind::Jackknife).then_some(replicates);
        StoredMethod { kind, level, clusters, replicates, seed, degenerate }
    }
}

impl TryFrom<StoredMethod> for IntervalMethod {
    type Error = String;

    fn try_from(stored: StoredMethod) -> Result<Self, String> {
        let StoredMethod { kind, level, clusters, replicates, seed, degenerate } = stored;
        let replicates = match kind {
            IntervalKind::Jackknife => clusters,
            _ => replicates.ok_or_else(|| format!("{} intervals without their number of replicates", kind.name()))?,
        };
        Ok(IntervalMethod { kind, level, clusters, replicates, seed, degenerate })
    }
}

/// How sure a share of the total is, on its own scale.
///
/// Of a share these are fractions of the total variation; of a coefficient, points of the outcome for one unit of its
/// column; of a proportion, a proportion. Its ends are not cut off at 0 or 1.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Interval, Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
/// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
/// let breakdown = fit.sequential()?.with_intervals(&fit.jackknife()?)?;
/// let share = breakdown.component("deprivation")?;
/// let interval: Interval = share.interval.unwrap();
/// assert!(interval.lower < 0.15 && 0.15 < interval.upper, "its true share is 15 per cent");
/// // The jackknife's interval is centred on the share less its bias.
/// let centre = (interval.lower + interval.upper) / 2.0;
/// assert!((centre - (share.share_of_total - interval.bias)).abs() < 1e-12);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Interval {
    /// Estimated expected difference between the share and what it estimates. The share itself is not corrected.
    pub bias: f64,
    /// Standard error, over the clusters or the draws.
    pub std_error: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

impl Interval {
    /// Reads the numbers of an interval that stand beside others: all of them, or none.
    pub(crate) fn beside<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        #[derive(Deserialize)]
        struct Numbers {
            bias: Option<f64>,
            std_error: Option<f64>,
            lower: Option<f64>,
            upper: Option<f64>,
        }
        match Numbers::deserialize(deserializer)? {
            Numbers { bias: Some(bias), std_error: Some(std_error), lower: Some(lower), upper: Some(upper) } => {
                Ok(Some(Interval { bias, std_error, lower, upper }))
            }
            Numbers { bias: None, std_error: None, lower: None, upper: None } => Ok(None),
            _ => Err(D::Error::custom("of an interval, some of bias, std_error, lower and upper are missing")),
        }
    }
}
