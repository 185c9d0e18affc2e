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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// What chance gives of it: the share less its corrected share. `None` where that was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
    /// How often chance would give as much to a component of this shape: the p-value of its chance test. `None` where
    /// there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance_p: Option<f64>,
    /// The share in a population of such units, chance taken out. `None` where it was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<Corrected>,
    /// Of the unexplained: the part of it, as a fraction of the total, that is the randomness of counts. `None` of any other
    /// share, and until [`with_counting_noise`](super::Breakdown::with_counting_noise) has been asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counting_noise: Option<f64>,
    /// Of the deviance of counts: the share once every parameter of a coalition is charged what it takes up by chance, φ̂ of
    /// the deviance each, φ̂ the Pearson dispersion of the whole model. It may be negative, and with `always` and the unexplained
    /// sums to one. `None` of least squares, of methods that are not linear in what coalitions explain (PMVD), and where no row
    /// is to spare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<f64>,
}

impl Share {
    /// A share of which nothing more is known.
    pub(crate) fn new(name: impl Into<String>, share_of_total: f64, share_of_explained: f64) -> Self {
        let name = name.into();
        Share {
            name,
            share_of_total,
            share_of_explained,
            interval: None,
            chance: None,
            chance_p: None,
            corrected: None,
            counting_noise: None,
            adjusted: None,
        }
    }
}

/// A share once chance is taken out, which units and their noise give it: an estimate for the population of units that
/// the sample is drawn from, over these periods.
///
/// ```text
/// corrected = G θ − (G − 1) θ̄₍₋ᵢ₎,   θ the share less the noise in it
/// ```
///
/// over the G clusters, each left out once. It is never cut off: below zero it says that the share is no more than
/// chance. What is noise, [`Noise`](crate::regress::Noise) tells.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
/// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
/// let breakdown = fit.sequential()?.with_intervals(&fit.jackknife()?)?;
/// let practice = breakdown.component("practice")?;
/// let corrected = practice.corrected.unwrap();
/// assert!(corrected.share_of_total < practice.share_of_total && corrected.lower < corrected.share_of_total);
/// assert!((practice.share_of_total - practice.chance.unwrap() - corrected.share_of_total).abs() < 1e-15);
/// // What is taken from it is unexplained.
/// let sum: f64 = breakdown.rows().filter_map(|row| row.corrected).map(|corrected| corrected.share_of_total).sum();
/// assert!((sum - 1.0).abs() < 1e-12);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Corrected {
    /// Part of the outcome's total variation, as a fraction.
    pub share_of_total: f64,
    /// Standard error, by leaving clusters out.
    pub std_error: f64,
    /// Lower end of its interval: on the scale of the root where the share cannot be negative, see
    /// [`IntervalKind::Root`].
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// How an interval was made.
///
/// With r the share, θ̂* its bootstrap replicates, r₍₋ᵢ₎ the share without cluster i and r̄ the mean of those over the G
/// clusters, q_p the quantile p of θ̂*, z the normal quantile of the level and t Student's on G − 1 degrees of freedom,
///
/// ```text
/// root         max(0, √r − ts)² to (√r + ts)²,   s² = (G − 1)/G Σ (ρ₍₋ᵢ₎ − ρ̄)²,  ρ₍₋ᵢ₎ the root of the share without i
/// jackknife    r ± t SE,   SE² = (G − 1)/G Σ (r₍₋ᵢ₎ − r̄)²
/// percentile   q_α/2 to q_1−α/2,   α one less the level
/// basic        2r − q_1−α/2 to 2r − q_α/2
/// normal       r ± z SE,   SE the standard deviation of θ̂*
/// bca          q_Φ(u(α/2)) to q_Φ(u(1−α/2)),   u(p) = z0 + (z0 + z_p)/(1 − a (z0 + z_p))
/// ```
///
/// with z0 the normal quantile of the part of θ̂* below r, and a = Σ (r̄ − r₍₋ᵢ₎)³ / (6 [Σ (r̄ − r₍₋ᵢ₎)²]^1.5).
///
/// [`jackknife`](crate::FittedModel::jackknife) gives the first two, and root by default: a share that cannot be
/// negative varies by an amount that goes with its own root, and so has an interval that is wide above and never below
/// zero. Of a component with unit effects it is the root of max(0, θ₍₋ᵢ₎ + r − θ), θ the share less the noise of the
/// units' means, which leaves with its unit. A number that can be negative (a difference, a covariance, what
/// components have in common, a coefficient) has the jackknife's interval instead. The default of
/// [`bootstrap`](crate::FittedModel::bootstrap) is percentile, whose ends lie among the shares that were drawn.
///
/// None is corrected for bias: a share in the sample is not a biased guess of another, and what chance gives of it stands
/// beside it as [`Corrected`]. What each kind covered, [`resample`](crate::resample) tells; basic and BCa are not
/// recommended for shares.
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IntervalKind {
    /// The share's root ± t · jackknife standard error of roots, squared; the jackknife's where it can be negative.
    Root,
    /// Estimate ± t · jackknife standard error.
    Jackknife,
    /// Quantiles of the bootstrap replicates.
    Percentile,
    /// The same, reflected about the estimate.
    Basic,
    /// Estimate ± z · bootstrap standard error.
    Normal,
    /// Quantiles adjusted for bias and for a standard error that changes with the share.
    Bca,
}

impl IntervalKind {
    /// The kind's name, as the examples' command line and JSON write it.
    pub fn name(self) -> &'static str {
        match self {
            IntervalKind::Root => "root",
            IntervalKind::Jackknife => "jackknife",
            IntervalKind::Percentile => "percentile",
            IntervalKind::Basic => "basic",
            IntervalKind::Normal => "normal",
            IntervalKind::Bca => "bca",
        }
    }

    /// Whether it comes of leaving clusters out, and not of draws.
    pub fn leaves_out(self) -> bool {
        matches!(self, IntervalKind::Root | IntervalKind::Jackknife)
    }
}

impl Choice for IntervalKind {
    const OPTION: &'static str = "interval";

    fn all() -> impl Iterator<Item = Self> {
        use IntervalKind::{Basic, Bca, Jackknife, Normal, Percentile, Root};
        [Root, Jackknife, Percentile, Basic, Normal, Bca].into_iter()
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
/// assert_eq!((how.kind, how.level, how.clusters, how.replicates), (IntervalKind::Root, 0.95, 6, 6));
/// assert_eq!(how.seed, None);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "StoredMethod", into = "StoredMethod")]
#[non_exhaustive]
pub struct IntervalMethod {
    /// How an interval was made.
    pub kind: IntervalKind,
    /// The part of samples whose interval should cover the target. Default: 0.95, the usual one.
    pub level: f64,
    /// Units that are drawn or left out; rows in a cross-section.
    pub clusters: usize,
    /// The column that says which units leave or are drawn together; `None` where each does by itself.
    pub cluster_column: Option<String>,
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct StoredMethod {
    kind: IntervalKind,
    level: f64,
    clusters: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_column: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replicates: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    degenerate: usize,
}

impl From<IntervalMethod> for StoredMethod {
    fn from(method: IntervalMethod) -> Self {
        let IntervalMethod { kind, level, clusters, cluster_column, replicates, seed, degenerate } = method;
        let replicates = (!kind.leaves_out()).then_some(replicates);
        StoredMethod { kind, level, clusters, cluster_column, replicates, seed, degenerate }
    }
}

impl TryFrom<StoredMethod> for IntervalMethod {
    type Error = String;

    fn try_from(stored: StoredMethod) -> Result<Self, String> {
        let StoredMethod { kind, level, clusters, cluster_column, replicates, seed, degenerate } = stored;
        let replicates = match kind {
            kind if kind.leaves_out() => clusters,
            _ => replicates.ok_or_else(|| format!("{} intervals without their number of replicates", kind.name()))?,
        };
        Ok(IntervalMethod { kind, level, clusters, cluster_column, replicates, seed, degenerate })
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
/// // On the scale of the root it lies evenly about the share.
/// let centre = (interval.lower.sqrt() + interval.upper.sqrt()) / 2.0;
/// assert!((centre - share.share_of_total.sqrt()).abs() < 1e-12);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Interval {
    /// Estimated expected difference between the share and what it estimates. The share itself is not corrected.
    pub bias: f64,
    /// Standard error of the share itself, over the clusters or the draws.
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
