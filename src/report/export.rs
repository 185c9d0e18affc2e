//! The answer as a document: what other programs read.

use serde::{Deserialize, Serialize};

use super::export_detail::{ReportBySize, ReportCovariance, ReportPair, ReportSubset, ReportTerm};
use super::text::counted;
use crate::decompose::{
    Breakdown, GelbachColumn, GelbachCovariance, Interval, IntervalKind, IntervalMethod, Method, Share, ShareRange,
};
use crate::error::{Error, Result};
use crate::panel::{Lineage, Sample};
use crate::resample::{Difference, Rank};

/// Two R² of the same fit differ by no more.
const SAME_R2: f64 = 1e-9;

/// Breakdowns of one fit, in the layout of the examples' JSON: one value for serde to write and read.
///
/// Keys are the names of the fields; what does not apply is left out.
///
/// # Examples
/// ```
/// use apportion::{Model, Panel, Report, SIMULATED_ENGLAND_SEED, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("practice", [Term::UnitEffects])
///     .fit(&panel)?;
/// let breakdowns = fit.jackknife()?.intervals(&[&fit.sequential()?, &fit.shapley()?])?;
/// let report = Report::new(&breakdowns)?;
/// assert_eq!(report.methods[0].order.as_deref(), Some(&["deprivation".to_string(), "practice".to_string()][..]));
///
/// let json = serde_json::to_string(&report)?;
/// assert!(json.starts_with(r#"{"outcome":"cpp_rate","#));
/// assert_eq!(serde_json::from_str::<Report>(&json)?, report);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The outcome.
    pub outcome: String,
    /// What the panel says of itself; a simulated panel says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel: Option<String>,
    /// Where the columns of the question come from, where the panel knows.
    #[serde(default, skip_serializing_if = "Lineage::is_empty")]
    pub lineage: Lineage,
    /// Rows used.
    pub n_observations: usize,
    /// Distinct units among them; 0 without a unit column.
    pub n_units: usize,
    /// Distinct periods among them; 0 without a period column.
    pub n_periods: usize,
    /// The rows left out, by reason.
    pub dropped: Vec<ReportDropped>,
    /// R² of the whole model.
    pub r2_overall: f64,
    /// One entry for each breakdown.
    pub methods: Vec<ReportMethod>,
    /// How far the sequential share of each component moves over all orders; `None` where that was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_range: Option<Vec<ShareRange>>,
    /// How the intervals were made; `None` without intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<ReportInterval>,
    /// What deserves doubt, as sentences. With several breakdowns, what not all of them say begins with the method.
    pub warnings: Vec<String>,
    /// How long it took, where that was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed_ms: Option<Elapsed>,
}

/// Rows left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDropped {
    /// Why.
    pub reason: String,
    /// How many.
    pub rows: usize,
}

/// The shares by one method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportMethod {
    /// The method's name.
    pub method: String,
    /// The components in the order in which they enter; `None` where the method has no order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<String>>,
    /// The components, in the order of the model.
    pub components: Vec<ReportComponent>,
    /// What the terms that are always in explain; `None` without such terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub always: Option<ReportShare>,
    /// What no component explains.
    pub unexplained: ReportShare,
    /// What each component adds on average by the number of components in before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_size: Option<Vec<ReportBySize>>,
    /// How often one component adds more than another, every two in both orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairs: Option<Vec<ReportPair>>,
    /// What sets of components have in common.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subsets: Option<Vec<ReportSubset>>,
    /// Covariances of two components' fitted parts, which count twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariances: Option<Vec<ReportCovariance>>,
    /// Of Gelbach's decomposition: how the coefficients of what is always in change. It has no components with shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coefficients: Option<Vec<GelbachColumn>>,
    /// What the standard errors of these allow for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariance: Option<GelbachCovariance>,
    /// Where each component ranks, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranks: Option<Vec<Rank>>,
    /// The difference of every two components, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differences: Option<Vec<Difference>>,
}

/// The share of a component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportComponent {
    /// The component.
    pub name: String,
    /// Part of the outcome's total variation, as a fraction.
    pub share_of_total: f64,
    /// Part of what there was to credit, R² − R²(always), as a fraction.
    pub share_of_explained: f64,
    /// `bias`, `std_error`, `lower` and `upper` of `share_of_total`, beside it; left out without intervals.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// In a commonality analysis, where `share_of_total` is what the component explains alone: what it has in common with
    /// others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common: Option<f64>,
    /// Its terms, where the method credits them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Vec<ReportTerm>>,
}

/// The share of what is always in, or unexplained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportShare {
    /// Part of the outcome's total variation, as a fraction.
    pub share_of_total: f64,
    /// `bias`, `std_error`, `lower` and `upper` of `share_of_total`, beside it; left out without intervals.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// How the intervals were made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportInterval {
    /// The kind of interval.
    pub kind: IntervalKind,
    /// The part of samples whose interval should cover the target.
    pub level: f64,
    /// Units that are drawn or left out; rows in a cross-section.
    pub clusters: usize,
    /// Bootstrap draws; `None` for the jackknife, which leaves out each cluster once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicates: Option<usize>,
    /// Seed of the draws; `None` for the jackknife.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Replicates in which a component, or the outcome, has no variation.
    #[serde(default)]
    pub degenerate: usize,
}

/// Wall-clock time of each step, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Elapsed {
    /// Reading or making the panel.
    pub read: f64,
    /// Fitting the model.
    pub fit: f64,
    /// Splitting the variation, by all methods.
    pub decompose: f64,
    /// Leaving units out or drawing them, and the intervals.
    pub bootstrap: f64,
}

impl Report {
    /// The report of these breakdowns, which must come from one fit and carry the same kind of intervals, or none.
    ///
    /// # Errors
    /// [`Error::TooFew`] without a breakdown; [`Error::Option`] when outcome, sample, weights, panel, R² or intervals
    /// differ between breakdowns.
    pub fn new(breakdowns: &[Breakdown]) -> Result<Report> {
        let [first, others @ ..] = breakdowns else {
            return Err(Error::TooFew { what: "breakdowns of a report".to_string(), expected: 1, found: 0 });
        };
        others.iter().try_for_each(|other| check_shared(first, other))?;
        Ok(Report {
            outcome: first.outcome.clone(),
            panel: first.panel.clone(),
            lineage: first.lineage.clone(),
            n_observations: first.sample.n_observations,
            n_units: first.sample.n_units,
            n_periods: first.sample.n_periods,
            dropped: ReportDropped::all(&first.sample),
            r2_overall: first.r2_overall,
            methods: breakdowns.iter().map(ReportMethod::of).collect(),
            order_range: None,
            interval: first.interval.as_ref().map(ReportInterval::of),
            warnings: warnings(breakdowns),
            elapsed_ms: None,
        })
    }

    /// Says how long the steps took.
    pub fn with_elapsed(mut self, elapsed: Elapsed) -> Self {
        self.elapsed_ms = Some(elapsed);
        self
    }
}

/// What stands once in a report must be the same in every breakdown.
fn check_shared(first: &Breakdown, other: &Breakdown) -> Result<()> {
    let differs = |option, one: String, found: String| {
        let expected = format!("a report holds breakdowns of one fit, and another says {one}");
        Err(Error::Option { option, expected, found })
    };
    let named = |name: &Option<String>| name.clone().unwrap_or_else(|| "none".to_string());
    if first.outcome != other.outcome {
        return differs("outcome", first.outcome.clone(), other.outcome.clone());
    }
    if first.weights != other.weights {
        return differs("weights", named(&first.weights), named(&other.weights));
    }
    if first.panel != other.panel {
        return differs("panel", named(&first.panel), named(&other.panel));
    }
    if first.sample != other.sample {
        let rows = |breakdown: &Breakdown| {
            let rows = counted(breakdown.sample.n_observations, "row");
            format!("{rows} (left out: {})", breakdown.sample.audit())
        };
        return differs("sample", rows(first), rows(other));
    }
    if (first.r2_overall - other.r2_overall).abs() > SAME_R2 {
        return differs("R²", first.r2_overall.to_string(), other.r2_overall.to_string());
    }
    if first.interval != other.interval {
        let made = |breakdown: &Breakdown| match &breakdown.interval {
            Some(m) => {
                let seed = m.seed.map_or(String::new(), |seed| format!(", seed {seed}"));
                let replicates = counted(m.replicates, "replicate");
                format!("{} at level {} from {replicates}{seed}", m.kind.name(), m.level)
            }
            None => "none".to_string(),
        };
        return differs("interval", made(first), made(other));
    }
    Ok(())
}

/// The order that a method states.
pub(super) fn order_of(method: &Method) -> Option<&Vec<String>> {
    match method {
        Method::Sequential { order } => Some(order),
        _ => None,
    }
}

/// Every warning once; what not all breakdowns say begins with the method.
pub(super) fn warnings(breakdowns: &[Breakdown]) -> Vec<String> {
    let mut sentences = Vec::new();
    for breakdown in breakdowns {
        for warning in &breakdown.warnings {
            let sentence = match breakdowns.iter().all(|other| other.warnings.contains(warning)) {
                true => warning.to_string(),
                false => format!("{}: {warning}", breakdown.method.name()),
            };
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
    }
    sentences
}

impl ReportDropped {
    pub(super) fn all(sample: &Sample) -> Vec<Self> {
        sample.dropped.iter().map(|d| ReportDropped { reason: d.reason.to_string(), rows: d.rows }).collect()
    }
}

impl ReportMethod {
    pub(super) fn new(method: &str, unexplained: ReportShare) -> Self {
        ReportMethod {
            method: method.to_string(),
            order: None,
            components: Vec::new(),
            always: None,
            unexplained,
            by_size: None,
            pairs: None,
            subsets: None,
            covariances: None,
            coefficients: None,
            covariance: None,
            ranks: None,
            differences: None,
        }
    }

    fn of(breakdown: &Breakdown) -> Self {
        let order = order_of(&breakdown.method).cloned();
        let mut components: Vec<ReportComponent> = breakdown.components.iter().map(ReportComponent::of).collect();
        if let Some(split) = breakdown.unique_and_common() {
            components.iter_mut().zip(split).for_each(|(component, (_, common))| component.common = Some(common));
        }
        let mut method = ReportMethod {
            order,
            components,
            always: breakdown.always.as_ref().map(ReportShare::of),
            ..ReportMethod::new(breakdown.method.name(), ReportShare::of(&breakdown.unexplained))
        };
        method.add_detail(breakdown);
        method
    }
}

impl ReportComponent {
    fn of(share: &Share) -> Self {
        ReportComponent {
            name: share.name.clone(),
            share_of_total: share.share_of_total,
            share_of_explained: share.share_of_explained,
            interval: share.interval,
            common: None,
            terms: None,
        }
    }
}

impl ReportShare {
    fn of(share: &Share) -> Self {
        ReportShare { share_of_total: share.share_of_total, interval: share.interval }
    }
}

impl ReportInterval {
    pub(super) fn of(method: &IntervalMethod) -> Self {
        ReportInterval {
            kind: method.kind,
            level: method.level,
            clusters: method.clusters,
            replicates: (method.kind != IntervalKind::Jackknife).then_some(method.replicates),
            seed: method.seed,
            degenerate: method.degenerate,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::decompose::OrderRange;
    use crate::fit::FittedModel;
    use crate::model::{Model, Term};
    use crate::panel::Panel;
    use crate::resample::Comparison;
    use crate::warning::Warning;

    fn fit(always: bool) -> FittedModel {
        let mut rate = vec![4.0, 6.0, 5.0, 9.0, 7.0, 8.0, 3.0, 2.0];
        rate.push(f64::NAN);
        let builder = Panel::builder().units(["a", "a", "b", "b", "c", "c", "d", "d", "d"]);
        let panel = builder
            .periods([1, 2, 1, 2, 1, 2, 1, 2, 3])
            .column("rate", rate)
            .column("x", [1.0, 2.0, 2.0, 4.0, 3.0, 3.0, 1.0, 0.0, 1.0])
            .column("z", [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0])
            .build()
            .unwrap();
        let model = Model::new("rate").component("deprivation", ["x"]).component("policy", [Term::PeriodEffects]);
        if always { model.always(["z"]) } else { model }.fit(&panel.with_description("made up")).unwrap()
    }

    fn keys(value: &Value) -> Vec<&str> {
        let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn keys_are_those_of_the_design() {
        let fit = fit(false);
        let report = Report::new(&[fit.sequential().unwrap(), fit.shapley().unwrap()]).unwrap();
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(
            keys(&json),
            [
                "dropped",
                "methods",
                "n_observations",
                "n_periods",
                "n_units",
                "outcome",
                "panel",
                "r2_overall",
                "warnings"
            ]
        );
        assert_eq!(keys(&json["dropped"][0]), ["reason", "rows"]);
        assert_eq!(json["dropped"][0]["rows"], 1);
        let [sequential, shapley] = [&json["methods"][0], &json["methods"][1]];
        assert_eq!(keys(sequential), ["components", "method", "order", "unexplained"]);
        assert_eq!(sequential["order"], serde_json::json!(["deprivation", "policy"]));
        assert_eq!(keys(shapley), ["components", "method", "unexplained"]);
        assert_eq!(shapley["method"], "shapley");
        assert_eq!(keys(&sequential["components"][1]), ["name", "share_of_explained", "share_of_total"]);
        assert_eq!(keys(&sequential["unexplained"]), ["share_of_total"]);
    }

    #[test]
    fn intervals_always_and_times_add_their_keys() {
        let fit = fit(true);
        let with = |resampling: crate::resample::Resampling| {
            let breakdown = fit.sequential().unwrap().with_intervals(&resampling).unwrap();
            let elapsed = Elapsed { read: 0.1, fit: 0.2, decompose: 0.3, bootstrap: 0.4 };
            serde_json::to_value(Report::new(&[breakdown]).unwrap().with_elapsed(elapsed)).unwrap()
        };
        let json = with(fit.bootstrap(50, 3).unwrap());
        let interval = ["bias", "lower", "share_of_total", "std_error", "upper"];
        assert_eq!(keys(&json["methods"][0]["always"]), interval);
        assert_eq!(keys(&json["methods"][0]["unexplained"]), interval);
        assert_eq!(
            keys(&json["methods"][0]["components"][0]),
            ["bias", "lower", "name", "share_of_explained", "share_of_total", "std_error", "upper"]
        );
        assert_eq!(keys(&json["interval"]), ["clusters", "degenerate", "kind", "level", "replicates", "seed"]);
        assert_eq!(keys(&json["elapsed_ms"]), ["bootstrap", "decompose", "fit", "read"]);
        let json = with(fit.jackknife().unwrap());
        assert_eq!(keys(&json["interval"]), ["clusters", "degenerate", "kind", "level"]);
        assert_eq!(json["interval"]["kind"], "jackknife");
    }

    #[test]
    fn a_report_survives_json() {
        let fit = fit(true);
        let breakdowns = [fit.sequential().unwrap(), fit.shapley().unwrap()];
        let plain = Report::new(&breakdowns).unwrap();
        let drawn = fit.bootstrap(50, u64::MAX).unwrap().intervals(&[&breakdowns[0], &breakdowns[1]]).unwrap();
        let elapsed = Elapsed { read: 0.1, ..Elapsed::default() };
        let ranged = plain.clone().with_order_range(&fit.order_range().unwrap()).unwrap();
        for report in [plain, ranged, Report::new(&drawn).unwrap().with_elapsed(elapsed)] {
            let json = serde_json::to_string(&report).unwrap();
            assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
        }
    }

    #[test]
    fn an_order_range_adds_its_key() {
        let fit = fit(true);
        let range = fit.order_range().unwrap();
        let plain = Report::new(&[fit.shapley().unwrap()]).unwrap();
        let json = serde_json::to_value(plain.clone().with_order_range(&range).unwrap()).unwrap();
        assert_eq!(keys(&json["order_range"][0]), ["max", "mean", "min", "name"]);
        let names: Vec<&Value> = json["order_range"].as_array().unwrap().iter().map(|c| &c["name"]).collect();
        assert_eq!(names, ["deprivation", "policy"]);
        assert_eq!(json["order_range"][1]["max"], range.components[1].max);
        assert!(!keys(&serde_json::to_value(&plain).unwrap()).contains(&"order_range"));
        let mut doubtful = range;
        doubtful.warnings = fit.warnings().to_vec();
        doubtful.warnings.push(Warning::Imprecise { bound: 1e-3 });
        let with = plain.clone().with_order_range(&doubtful).unwrap().warnings;
        let [said @ .., last] = with.as_slice() else { panic!("no warning") };
        assert_eq!(said, plain.warnings);
        assert!(last.starts_with("the range over orders: columns are so nearly collinear"), "{last}");
    }

    #[test]
    fn an_order_range_of_another_fit_is_refused() {
        let fit = fit(false);
        let plain = Report::new(&[fit.sequential().unwrap()]).unwrap();
        let refused = |range: OrderRange| plain.clone().with_order_range(&range).unwrap_err().to_string();
        let range = fit.order_range().unwrap();
        assert_eq!(
            refused(OrderRange { outcome: "other".to_string(), ..range.clone() }),
            "order range is of other over deprivation, policy: \
             a report holds answers of one fit, and its breakdowns are of rate over deprivation, policy"
        );
        let mut fewer = range.clone();
        fewer.components.truncate(1);
        assert!(refused(fewer).starts_with("order range is of rate over deprivation: "));
        let mut renamed = range;
        renamed.components[0].name = "spending".to_string();
        assert!(refused(renamed).starts_with("order range is of rate over spending, policy: "));
    }

    #[test]
    fn comparisons_of_another_fit_or_order_are_refused() {
        let fit = fit(false);
        let (sequential, shapley) = (fit.sequential().unwrap(), fit.shapley().unwrap());
        let other_order = fit.sequential_in(&["policy", "deprivation"]).unwrap();
        let jackknife = fit.jackknife().unwrap();
        let comparisons = jackknife.comparisons(&[&sequential, &shapley, &other_order]).unwrap();
        let report = Report::new(&[shapley, other_order, sequential]).unwrap();
        let with = report.clone().with_comparisons(&comparisons).unwrap();
        let leader = |method: &ReportMethod| method.ranks.as_ref().map(|ranks| ranks[0].rank);
        for (at, comparison) in [(0, 1), (1, 2), (2, 0)] {
            assert_eq!(with.methods[at].differences.as_ref(), Some(&comparisons[comparison].differences));
            assert_eq!(leader(&with.methods[at]), Some(comparisons[comparison].ranks[0].rank));
        }

        let refused = |change: fn(&mut Comparison)| {
            let mut comparison = comparisons[0].clone();
            change(&mut comparison);
            report.clone().with_comparisons(&[comparison]).unwrap_err().to_string()
        };
        assert_eq!(
            refused(|c| c.method = Method::Pmvd),
            "comparison is of pmvd: it must be of a method that the report has"
        );
        assert!(
            refused(|c| c.method = Method::Sequential { order: vec!["policy".to_string()] })
                .starts_with("comparison is of sequential in the order policy: ")
        );
        assert_eq!(
            refused(|c| c.ranks[0].name = "spending".to_string()),
            "comparison is of sequential over spending, policy: a report holds answers of one fit, and its breakdown is \
             of sequential over deprivation, policy"
        );
        assert!(refused(|c| c.differences[0].difference += 0.1).contains("its breakdown has other shares"));
    }

    #[test]
    fn warnings_name_the_method_only_where_methods_differ() {
        let fit = fit(false);
        let jackknife = fit.jackknife().unwrap();
        let breakdowns = jackknife.intervals(&[&fit.sequential().unwrap(), &fit.shapley().unwrap()]).unwrap();
        let report = Report::new(&breakdowns).unwrap();
        let few: Vec<&String> = report.warnings.iter().filter(|w| w.contains("clusters are few")).collect();
        assert_eq!(few, ["4 clusters are few: intervals are unreliable below 30"]);
        for biased in report.warnings.iter().filter(|w| w.contains("bias")) {
            let by_method = biased.starts_with("sequential: ") || biased.starts_with("shapley: ");
            assert!(by_method || biased.starts_with("unexplained"), "{biased}");
        }
    }

    #[test]
    fn breakdowns_of_different_fits_are_refused() {
        assert_eq!(Report::new(&[]).unwrap_err().to_string(), "breakdowns of a report: 0 given, at least 1 needed");
        let one = fit(false).sequential().unwrap();
        let refused = |other: Breakdown| Report::new(&[one.clone(), other]).unwrap_err().to_string();
        assert_eq!(
            refused(Breakdown { outcome: "other".to_string(), ..one.clone() }),
            "outcome is other: a report holds breakdowns of one fit, and another says rate"
        );
        let mut sample = one.sample.clone();
        sample.n_observations += 1;
        assert!(refused(Breakdown { sample, ..one.clone() }).starts_with("sample is 9 rows (left out: 1 (rate"));
        assert!(refused(Breakdown { weights: Some("w".to_string()), ..one.clone() }).starts_with("weights is w: "));
        assert!(refused(Breakdown { panel: None, ..one.clone() }).starts_with("panel is none: "));
        assert!(refused(Breakdown { r2_overall: 0.1, ..one.clone() }).starts_with("R² is 0.1: "));
        let drawn = one.with_intervals(&fit(false).bootstrap(40, 5).unwrap()).unwrap();
        assert!(refused(drawn).starts_with("interval is percentile at level 0.95 from 40 replicates, seed 5: "));
    }
}
