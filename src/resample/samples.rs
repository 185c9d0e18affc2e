//! The same question put to two samples: by how much does every share differ, and how sure is that?

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::comparisons::CorrectedDifference;
use super::corrected::{LeftOut, can_be_negative};
use super::of_units::FEWEST_CLUSTERS;
use super::resampling::Resampling;
use crate::decompose::{Breakdown, Interval, Method, Share};
use crate::error::{EstimateError, QuestionError, Result, no_key};
use crate::numerics::means::mean;
use crate::numerics::tails::Reference;
use crate::panel::Sample;
use crate::warning::{FEW_CLUSTERS, Warning};

/// Standard errors at or below which there are none, and differences that are nothing.
const NOTHING: f64 = 1e-12;

/// One of two samples: what it is called, its rows, and how much of its variation is explained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ComparedSample {
    /// What it is called.
    pub name: String,
    /// The rows used, and for those left out, why.
    #[serde(flatten)]
    pub sample: Sample,
    /// R² of the whole model.
    pub r2_overall: f64,
    /// What deserves doubt about it.
    pub warnings: Vec<Warning>,
}

/// A share in one sample less the same share in another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ShareDifference {
    /// The component, `always` or `unexplained`.
    pub name: String,
    /// The share of total in the first sample.
    pub first: f64,
    /// And in the second.
    pub second: f64,
    /// The first less the second.
    pub difference: f64,
    /// The probability of Student's t, one-sided, that the first exceeds the second; 0, a half or 1 where the standard error
    /// is zero.
    pub exceeds: f64,
    /// Of the difference: bias, standard error and both ends.
    #[serde(flatten)]
    pub interval: Interval,
    /// The same of corrected shares; `None` where either sample has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<CorrectedDifference>,
}

/// By how much the shares of two samples differ: two periods, two kinds of places, a sample and a part of it.
///
/// Units that are in both samples depend on each other, and leave both together. With θ₍₋ᵢ₎ a share without cluster i, θ̄
/// their mean over the G clusters of its sample, and a term of zero in a sample that has no cluster i,
///
/// ```text
/// SE² = Σ_i (a_1i − a_2i)²,   a_si = √((G_s − 1)/G_s) (θ_s(−i) − θ̄_s)
/// interval: θ_1 − θ_2 ± t SE,   t on min(G_1, G_2) − 1 degrees of freedom
/// ```
///
/// which is the jackknife's variance of the difference where both have the same clusters, and the sum of both variances
/// where they have none in common. Differences of corrected shares are likewise; two samples of different size or length
/// have different chance in their shares, so that these are the ones to read.
///
/// B. Efron and C. Stein (1981), <https://doi.org/10.1214/aos/1176345462>.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::resample::SampleDifferences;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
/// let model = model.component("practice", [Term::UnitEffects]);
/// let early = model.fit(&panel.in_periods(2011..=2014)?)?;
/// let late = model.fit(&panel.in_periods(2015..=2018)?)?;
/// let (first, second) = (early.sequential()?, late.sequential()?);
/// let found = SampleDifferences::between(
///     ("2011 to 2014", &first, &early.jackknife()?),
///     ("2015 to 2018", &second, &late.jackknife()?),
/// )?;
/// assert_eq!((found.shared_clusters, found.first.sample.n_units), (150, 150));
/// let deprivation = &found.components[0];
/// let difference = first.share_of_total("deprivation")? - second.share_of_total("deprivation")?;
/// assert!((deprivation.difference - difference).abs() < 1e-12);
/// assert!(deprivation.interval.lower < difference && deprivation.corrected.is_some());
/// println!("{found}");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SampleDifferences {
    /// The outcome.
    pub outcome: String,
    /// How the variation was split.
    #[serde(flatten)]
    pub method: Method,
    /// The first sample.
    pub first: ComparedSample,
    /// The second.
    pub second: ComparedSample,
    /// Clusters, units unless asked otherwise, that are in both.
    pub shared_clusters: usize,
    /// The column that clusters are of; `None` where they are units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster_column: Option<String>,
    /// One for each component, in the order of the model.
    pub components: Vec<ShareDifference>,
    /// What is always in; `None` without such terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub always: Option<ShareDifference>,
    /// What is in no component.
    pub unexplained: ShareDifference,
    /// The level of the intervals.
    pub level: f64,
    /// What the panel of the first sample says of itself. `None` where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel: Option<String>,
}

/// A breakdown's numbers without each cluster in turn.
struct LeftOutShares {
    clusters: Vec<String>,
    /// `always`, the components, the unexplained.
    raw: Vec<LeftOutShare>,
    /// The same corrected, where they can be.
    corrected: Option<Vec<LeftOutShare>>,
    /// Why they cannot.
    not_corrected: Option<Warning>,
}

struct LeftOutShare {
    value: f64,
    without: Vec<f64>,
}

/// Which clusters are in both samples.
struct Pairs {
    /// For each of the first its place in the second.
    partner: Vec<Option<usize>>,
    /// Those of the second alone.
    alone: Vec<usize>,
}

impl SampleDifferences {
    /// Compares two breakdowns by one method, each with its name and a resampling that leaves out clusters of its own fit.
    ///
    /// # Errors
    /// [`QuestionError::Option`] where the two differ in method, components, clusters or level, or draws are taken;
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without units, which say what depends on what;
    /// [`EstimateError::TooFew`] below three clusters in either sample; those of
    /// [`Breakdown::with_intervals`].
    ///
    /// # Examples
    /// See [`SampleDifferences`].
    pub fn between(
        (first, breakdown, resampling): (&str, &Breakdown, &Resampling),
        (second, other, others): (&str, &Breakdown, &Resampling),
    ) -> Result<Self> {
        check(breakdown, resampling, other, others)?;
        let (left, right) = (resampling.left_out_shares(breakdown)?, others.left_out_shares(other)?);
        let pairs = Pairs::of(&left.clusters, &right.clusters);
        let fewest = left.clusters.len().min(right.clusters.len());
        if fewest < FEWEST_CLUSTERS {
            let what = "clusters in each sample, of which one is left out at a time".to_string();
            return Err(EstimateError::TooFew { what, expected: FEWEST_CLUSTERS, found: fewest }.into());
        }
        let t = Reference::new(Some(fewest as f64 - 1.0));
        let half_width = t.quantile(resampling.level);
        let exceeds = |difference: f64, error: f64| match error > NOTHING {
            true => t.above(-difference / error),
            false if difference.abs() <= NOTHING => 0.5,
            false => f64::from(u8::from(difference > 0.0)),
        };
        let difference = |at: usize, name: &str| {
            let (one, two) = (&left.raw[at], &right.raw[at]);
            let (difference, std_error) = (one.value - two.value, pairs.error(one, two));
            let half = half_width * std_error;
            let corrected = left.corrected.as_ref().zip(right.corrected.as_ref()).map(|(left, right)| {
                let (one, two) = (&left[at], &right[at]);
                let (difference, std_error) = (one.value - two.value, pairs.error(one, two));
                let half = half_width * std_error;
                CorrectedDifference {
                    difference,
                    exceeds: exceeds(difference, std_error),
                    std_error,
                    lower: difference - half,
                    upper: difference + half,
                }
            });
            ShareDifference {
                name: name.to_string(),
                first: one.value,
                second: two.value,
                difference,
                exceeds: exceeds(difference, std_error),
                interval: Interval {
                    bias: one.bias() - two.bias(),
                    std_error,
                    lower: difference - half,
                    upper: difference + half,
                },
                corrected,
            }
        };
        let k = breakdown.components.len();
        let components = breakdown.components.iter().enumerate();
        Ok(SampleDifferences {
            outcome: breakdown.outcome.clone(),
            method: breakdown.method.clone(),
            first: ComparedSample::of(first, breakdown, &left),
            second: ComparedSample::of(second, other, &right),
            shared_clusters: pairs.partner.iter().flatten().count(),
            cluster_column: resampling.clusters.column().map(str::to_string),
            components: components.map(|(at, share)| difference(1 + at, &share.name)).collect(),
            always: breakdown.always.as_ref().map(|_| difference(0, "always")),
            unexplained: difference(k + 1, "unexplained"),
            level: resampling.level,
            panel: breakdown.panel.clone(),
        })
    }

    /// The difference of a component's share.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not among them.
    ///
    /// # Examples
    /// See [`SampleDifferences`].
    pub fn component(&self, name: &str) -> Result<&ShareDifference> {
        self.components.iter().find(|share| share.name == name).ok_or_else(|| {
            let available = self.components.iter().map(|share| share.name.clone()).collect();
            QuestionError::UnknownComponent { component: name.to_string(), available }.into()
        })
    }
}

/// Whether the two answer the same question in the same way.
fn check(breakdown: &Breakdown, resampling: &Resampling, other: &Breakdown, others: &Resampling) -> Result<()> {
    let refuse = |option: &'static str, expected: String, found: String| {
        Err(QuestionError::Option { option, expected, found }.into())
    };
    for resampling in [resampling, others] {
        if !resampling.leaves_out() {
            let expected = "samples are compared by leaving units out of both: use jackknife()".to_string();
            return refuse("resampling", expected, "draws".to_string());
        }
        if resampling.fit.design().units.is_none() {
            return Err(no_key("a comparison of two samples", "unit"));
        }
    }
    let names = |of: &Breakdown| of.components.iter().map(|share| share.name.clone()).collect::<Vec<_>>().join(", ");
    let ask = |what: &str, first: &str| format!("the second sample must have {what} of the first, {first}");
    if names(breakdown) != names(other) {
        return refuse("components", ask("the components", &names(breakdown)), names(other));
    }
    let method = |of: &Breakdown| match &of.method {
        Method::Sequential { order } => format!("sequential in the order {}", order.join(", ")),
        method => method.name().to_string(),
    };
    if breakdown.method != other.method {
        return refuse("method", ask("the method", &method(breakdown)), method(other));
    }
    if breakdown.always.is_some() != other.always.is_some() {
        let is = |of: &Breakdown| if of.always.is_some() { "terms that are always in" } else { "none always in" };
        return refuse("always", ask("the terms", is(breakdown)), is(other).to_string());
    }
    if resampling.level != others.level {
        return refuse("level", ask("the level", &resampling.level.to_string()), others.level.to_string());
    }
    if resampling.clusters.column() != others.clusters.column() {
        let named = |of: &Resampling| of.clusters.column().unwrap_or("units").to_string();
        return refuse("clusters", ask("the clusters", &named(resampling)), named(others));
    }
    Ok(())
}

impl ComparedSample {
    fn of(name: &str, breakdown: &Breakdown, left_out: &LeftOutShares) -> Self {
        let mut warnings = breakdown.warnings.clone();
        warnings.extend(left_out.not_corrected.clone().filter(|not| !warnings.contains(not)));
        let clusters = left_out.clusters.len();
        if clusters < FEW_CLUSTERS && !warnings.iter().any(|warning| matches!(warning, Warning::FewClusters { .. })) {
            warnings.push(Warning::FewClusters { clusters, wanted: FEW_CLUSTERS });
        }
        ComparedSample {
            name: name.to_string(),
            sample: breakdown.sample.clone(),
            r2_overall: breakdown.r2_overall,
            warnings,
        }
    }
}

impl Resampling<'_> {
    fn left_out_shares(&self, breakdown: &Breakdown) -> Result<LeftOutShares> {
        let (replicates, _) = self.all_replicates(&[breakdown])?;
        let none = || EstimateError::TooFew { what: "replicates".to_string(), expected: 1, found: 0 };
        let replicates = replicates.first().ok_or_else(none)?;
        let usable = self.usable(replicates)?;
        let correction = self.correction(usable.clone())?;
        let k = breakdown.components.len();
        let value = |share: &Share| share.share_of_total;
        let mut values = vec![breakdown.always.as_ref().map_or(0.0, value)];
        values.extend(breakdown.components.iter().map(value));
        values.push(value(&breakdown.unexplained));
        let raw: Vec<LeftOutShare> = values
            .into_iter()
            .enumerate()
            .map(|(at, value)| LeftOutShare { value, without: correction.values(replicates, at) })
            .collect();
        let problem = correction.problem(&breakdown.method).filter(|_| self.corrects);
        let corrected = match self.corrects && problem.is_none() {
            true => {
                let of_noise = self.of_noise(&breakdown.method)?;
                let corrected = raw.iter().enumerate().map(|(at, LeftOutShare { value, without })| {
                    let can_be_negative = at == k + 1 || can_be_negative(&breakdown.method, k, at);
                    let number = LeftOut { value: *value, without, of_noise: of_noise[at], can_be_negative };
                    let value = correction.corrected(&number).share_of_total;
                    LeftOutShare { value, without: correction.for_roots(&number) }
                });
                Some(corrected.collect())
            }
            false => None,
        };
        let clusters = usable.iter().map(|&cluster| self.clusters.name(self.fit, cluster)).collect();
        Ok(LeftOutShares { clusters, raw, corrected, not_corrected: problem.map(|why| Warning::NotCorrected { why }) })
    }
}

impl LeftOutShare {
    fn bias(&self) -> f64 {
        (self.without.len() as f64 - 1.0) * (mean(&self.without) - self.value)
    }

    /// What each cluster adds to the root of the jackknife's variance.
    fn deviations(&self) -> Vec<f64> {
        let (mean, n) = (mean(&self.without), self.without.len() as f64);
        let scale = ((n - 1.0) / n).sqrt();
        self.without.iter().map(|value| scale * (value - mean)).collect()
    }
}

impl Pairs {
    fn of(first: &[String], second: &[String]) -> Self {
        let mut places: HashMap<&str, usize> =
            second.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let partner = first.iter().map(|name| places.remove(name.as_str())).collect();
        let mut alone: Vec<usize> = places.into_values().collect();
        alone.sort_unstable();
        Pairs { partner, alone }
    }

    /// The standard error of the first less the second.
    fn error(&self, first: &LeftOutShare, second: &LeftOutShare) -> f64 {
        let (first, second) = (first.deviations(), second.deviations());
        let shared = first.iter().zip(&self.partner).map(|(own, partner)| own - partner.map_or(0.0, |at| second[at]));
        let alone = self.alone.iter().map(|&at| second[at]);
        shared.chain(alone).map(|deviation| deviation * deviation).sum::<f64>().sqrt()
    }
}
