//! What answers a question, in two steps: shares, then intervals and comparisons. Each can say how far it is.

use std::ops::ControlFlow;

use super::analysis::{Analysis, Asked, Findings};
use super::intervals::Intervals;
use crate::decompose::{Breakdown, GELBACH, LeftOutMethod, Method, MethodTable, Progress};
use crate::error::{Error, EstimateError, QuestionError, Result};
use crate::fit::FittedModel;
use crate::resample::{Comparison, Resampling};

/// Name under which the range over orders is left out.
pub(super) const ORDER_RANGE: &str = "order_range";
/// Name under which corrected shares are left out.
const CORRECTED: &str = "corrected";

/// What a watch is called by: from any thread, with what is done and what there is.
type Watch<'a> = &'a (dyn Fn(u64, u64) -> ControlFlow<()> + Send + Sync);

impl Analysis {
    /// The first step: everything but intervals and comparisons.
    ///
    /// # Errors
    /// Those of each method that is asked for by its name; of the others but for [`EstimateError::Method`] and
    /// [`EstimateError::TooManyComponents`], as in [`FittedModel::methods`]; of Gelbach's decomposition among all
    /// methods but for [`QuestionError::Option`], [`EstimateError::Method`], [`EstimateError::NoCoefficient`] and
    /// [`EstimateError::TooFew`]; those of [`FittedModel::counting_noise`] where that is asked for.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::Analysis;
    /// use apportion::{Method, Model, Panel, Term};
    ///
    /// let panel = Panel::builder().units([1, 1, 2, 2]).periods([1, 2, 1, 2]);
    /// let panel = panel.column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 1.0, 1.0, 3.0]).build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).component("place", [Term::UnitEffects]).fit(&panel)?;
    /// // Unit effects have no columns of their own to decorrelate.
    /// let findings = Analysis::new().all_methods().split(&fit)?;
    /// assert_eq!(findings.methods.left_out[0].method, "genizi");
    /// assert!(Analysis::new().method(Method::Genizi).split(&fit).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn split(&self, fit: &FittedModel) -> Result<Findings> {
        self.split_by(fit, &Progress::unwatched())
    }

    /// [`split`](Self::split) with word of how far it is, over all methods together, as
    /// [`FittedModel::breakdown_watched`] has it of one. The same is found.
    ///
    /// Without a method of shares there is nothing to count, and no call. The range over orders and coefficients, which
    /// take a second at most, come last and are not counted.
    ///
    /// # Errors
    /// Those of [`split`](Self::split), and [`EstimateError::Cancelled`] once `watch` has said so.
    ///
    /// # Examples
    /// ```
    /// use std::ops::ControlFlow;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use apportion::findings::Analysis;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let left = AtomicU64::new(u64::MAX);
    /// let watch = |done, of| {
    ///     left.fetch_min(of - done, Ordering::Relaxed);
    ///     ControlFlow::Continue(())
    /// };
    /// let analysis = Analysis::new();
    /// assert_eq!(analysis.split_watched(&fit, watch)?, analysis.split(&fit)?);
    /// assert_eq!(left.into_inner(), 0);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn split_watched(
        &self,
        fit: &FittedModel,
        watch: impl Fn(u64, u64) -> ControlFlow<()> + Sync,
    ) -> Result<Findings> {
        // What cannot be split is refused or left out, and takes no time.
        let of = self.methods_of(fit).iter().filter_map(|(method, _)| fit.n_coalitions(method).ok()).sum();
        self.split_by(fit, &Progress::new(of, Some(&watch)))
    }

    /// The second step: what [`split`](Self::split) found of this fit, with the intervals and comparisons that were
    /// asked for, all from the same draws. Without intervals it is what was found.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for comparisons without intervals or without a breakdown; those of
    /// [`FittedModel::jackknife`] or [`FittedModel::bootstrap`], of [`Resampling::kind`](crate::Resampling::kind),
    /// [`Resampling::level`](crate::Resampling::level) and of [`Breakdown::all_with_intervals`]. Among the default, and
    /// wherever all methods are asked for, one that has too many coalitions to be resampled is left out, also where it
    /// was asked for by its name besides.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::Analysis;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let analysis = Analysis::new().sequential();
    /// let plain = analysis.split(&fit)?;
    /// assert_eq!((plain.interval(), analysis.resample(&fit, plain.clone())?), (None, analysis.of(&fit)?));
    /// assert!(Analysis::new().without_intervals().comparisons().of(&fit).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn resample(&self, fit: &FittedModel, findings: Findings) -> Result<Findings> {
        self.resample_by(fit, findings, None)
    }

    /// [`resample`](Self::resample) with word of how far it is, over intervals and comparisons together, as
    /// [`Resampling::watched`](crate::Resampling::watched) has it of one of them. The same is found.
    ///
    /// # Errors
    /// Those of [`resample`](Self::resample), and [`EstimateError::Cancelled`] once `watch` has said so.
    ///
    /// # Examples
    /// ```
    /// use std::ops::ControlFlow;
    /// use apportion::error::EstimateError;
    /// use apportion::findings::Analysis;
    /// use apportion::{Error, Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let analysis = Analysis::new();
    /// let found = analysis.split(&fit)?;
    /// let cancelled = analysis.resample_watched(&fit, found, |_, _| ControlFlow::Break(()));
    /// assert!(matches!(cancelled, Err(Error::Estimate(EstimateError::Cancelled { .. }))));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn resample_watched(
        &self,
        fit: &FittedModel,
        findings: Findings,
        watch: impl Fn(u64, u64) -> ControlFlow<()> + Send + Sync,
    ) -> Result<Findings> {
        self.resample_by(fit, findings, Some(&watch))
    }

    /// The first step as what `progress` is of.
    fn split_by(&self, fit: &FittedModel, progress: &Progress) -> Result<Findings> {
        let is_table = self.asked.contains(&Asked::All);
        let mut methods = MethodTable::default();
        for (method, by_name) in self.methods_of(fit) {
            if by_name {
                methods.breakdowns.push(fit.breakdown_by(&method, progress)?);
            } else {
                let found = fit.methods_by(&[method], progress)?;
                methods.breakdowns.extend(found.breakdowns);
                methods.left_out.extend(found.left_out);
            }
        }
        if let Some((count, population, per)) = &self.counts {
            let noise = fit.counting_noise(count, population, *per)?;
            for breakdown in &mut methods.breakdowns {
                *breakdown = breakdown.with_counting_noise(&noise)?;
            }
        }
        let mut left_out = Vec::new();
        let gelbach = match self.asked.contains(&Asked::Gelbach) {
            true => Some(fit.gelbach()?),
            false if is_table => match fit.gelbach() {
                Ok(gelbach) => Some(gelbach),
                Err(error) if does_not_apply(&error) => {
                    let reason = format!("{GELBACH}: {error}");
                    left_out.push(LeftOutMethod { method: GELBACH.to_string(), reason });
                    None
                }
                Err(error) => return Err(error),
            },
            false => None,
        };
        let order_range = match self.order_range.then(|| fit.order_range()) {
            Some(Err(error @ Error::Estimate(EstimateError::TooManyComponents { .. }))) => {
                left_out.push(LeftOutMethod { method: ORDER_RANGE.to_string(), reason: error.to_string() });
                None
            }
            range => range.transpose()?,
        };
        Ok(Findings {
            outcome: fit.outcome_name().to_string(),
            panel: fit.panel_description().map(str::to_string),
            lineage: fit.lineage().clone(),
            factors: fit.factors(),
            sample: fit.sample().clone(),
            r2_overall: fit.r2_overall(),
            warnings: fit.warnings().to_vec(),
            methods,
            is_table,
            gelbach,
            order_range,
            comparisons: Vec::new(),
            left_out,
        })
    }

    /// The second step.
    fn resample_by(&self, fit: &FittedModel, mut findings: Findings, watch: Option<Watch>) -> Result<Findings> {
        let refuse = |expected: &str, found: &str| -> Result<Findings> {
            let (expected, found) = (expected.to_string(), found.to_string());
            Err(QuestionError::Option { option: "comparisons", expected, found }.into())
        };
        let Some(intervals) = &self.intervals else {
            return match self.comparisons {
                true => refuse("they need intervals: ask for the jackknife or draws", "without intervals"),
                false => Ok(findings),
            };
        };
        if self.comparisons && findings.methods.breakdowns.is_empty() {
            return refuse("they compare shares: ask for a method that gives them, such as shapley", "without shares");
        }
        let ways: Vec<(&Intervals, Resampling)> = [intervals]
            .into_iter()
            .chain(&self.also_intervals)
            .map(|intervals| Ok((intervals, intervals.resampling(fit)?)))
            .collect::<Result<_>>()?;
        let plain = std::mem::take(&mut findings.methods);
        // Nobody asks how much there is to do where nobody watches.
        let of_shares = |resampling: &Resampling| watch.map_or(0, |_| resampling.n_coalitions(&plain.breakdowns));
        let times = if self.comparisons { 2 } else { 1 };
        let first = ways.first().map(|(_, resampling)| resampling);
        let of_coefficients = first.filter(|_| findings.gelbach.is_some()).map_or(0, Resampling::n_replicates);
        let of = ways.iter().map(|(_, resampling)| times * of_shares(resampling)).sum::<u64>() + of_coefficients;
        let mut before = 0;
        for (intervals, resampling) in &ways {
            let mut found = MethodTable { breakdowns: Vec::new(), left_out: plain.left_out.clone() };
            if findings.is_table || self.asked.is_empty() {
                found = plain.with_intervals(&after(resampling, before, of, watch))?;
            } else {
                let plain: Vec<&Breakdown> = plain.breakdowns.iter().collect();
                found.breakdowns = Breakdown::all_with_intervals(&plain, &after(resampling, before, of, watch))?;
            }
            before += of_shares(resampling);
            let beside_draws = intervals.beside_draws(fit)?;
            if let Some(left_out) = &beside_draws {
                correct(&mut found, &mut findings.left_out, left_out)?;
            }
            if self.comparisons {
                let breakdowns: Vec<&Breakdown> = found.breakdowns.iter().collect();
                let mut comparisons = after(resampling, before, of, watch).comparisons(&breakdowns)?;
                before += of_shares(resampling);
                if let Some(left_out) = &beside_draws {
                    let corrected = left_out.comparisons(&breakdowns)?;
                    comparisons.iter_mut().zip(&corrected).for_each(|(drawn, left)| drawn.take_corrected(left));
                }
                comparisons.retain(|comparison| !findings.comparisons.contains(comparison));
                findings.comparisons.extend(comparisons);
            }
            put_beside(&mut findings.methods, found);
        }
        if let (Some(gelbach), Some(first)) = (&findings.gelbach, first) {
            findings.gelbach = Some(gelbach.with_intervals(&after(first, before, of, watch))?);
        }
        let place = |comparison: &Comparison| findings.methods.breakdowns.iter().position(|b| comparison.is_of(b));
        findings.comparisons.sort_by_key(place);
        Ok(findings)
    }

    /// Each method once, in the order asked for, and whether it was asked for by its name.
    fn methods_of(&self, fit: &FittedModel) -> Vec<(Method, bool)> {
        self.methods_in(fit.model().components().iter().map(|component| component.name.clone()).collect())
    }

    /// The same of components in this order.
    pub(super) fn methods_in(&self, order: Vec<String>) -> Vec<(Method, bool)> {
        let mut methods: Vec<(Method, bool)> = Vec::new();
        let mut ask = |method: &Method, by_name: bool| {
            // The order of the model is one order, whether it was written out or not.
            let method = method.stated(&order);
            match methods.iter_mut().find(|(known, _)| *known == method) {
                Some((_, known_by_name)) => *known_by_name |= by_name,
                None => methods.push((method, by_name)),
            }
        };
        if self.asked.is_empty() {
            // Any number of components has an order.
            ask(&Method::Sequential { order: Vec::new() }, true);
            ask(&Method::Shapley, false);
        }
        for asked in &self.asked {
            match asked {
                Asked::Method(method) => ask(method, true),
                Asked::Gelbach => {}
                Asked::All => Method::all(Vec::new()).iter().for_each(|method| ask(method, false)),
            }
        }
        methods
    }
}

/// The resampling with a watch that is told of what was done before, and of all there is to do.
fn after<'a>(resampling: &Resampling<'a>, before: u64, of: u64, watch: Option<Watch<'a>>) -> Resampling<'a> {
    match watch {
        Some(watch) => resampling.clone().watched(move |done, _| watch(before + done, of)),
        None => resampling.clone(),
    }
}

/// Adds corrected shares to intervals that come of draws; where leaving units out takes too many coalitions, why there are
/// none.
fn correct(methods: &mut MethodTable, why_not: &mut Vec<LeftOutMethod>, left_out: &Resampling) -> Result<()> {
    let plain: Vec<&Breakdown> = methods.breakdowns.iter().collect();
    match Breakdown::all_with_corrected(&plain, left_out) {
        Err(error @ Error::Estimate(EstimateError::TooManyComponents { .. })) => {
            let method = CORRECTED.to_string();
            let reason = LeftOutMethod { reason: format!("{method}: {error}"), method };
            if !why_not.contains(&reason) {
                why_not.push(reason);
            }
        }
        corrected => methods.breakdowns = corrected?,
    }
    Ok(())
}

/// Puts breakdowns with another kind of intervals after those by the same method, and reasons that are new after others.
fn put_beside(methods: &mut MethodTable, others: MethodTable) {
    for other in others.breakdowns {
        if !methods.breakdowns.contains(&other) {
            let last = methods.breakdowns.iter().rposition(|known| known.method == other.method);
            methods.breakdowns.insert(last.map_or(methods.breakdowns.len(), |last| last + 1), other);
        }
    }
    for reason in others.left_out {
        if !methods.left_out.contains(&reason) {
            methods.left_out.push(reason);
        }
    }
}

/// Whether Gelbach's decomposition is refused because it does not go with the model or its rows: nothing is always in,
/// what is has no coefficient, there are sums of rows only, or no rows are left for standard errors.
fn does_not_apply(error: &Error) -> bool {
    matches!(
        error,
        Error::Question(QuestionError::Option { .. })
            | Error::Estimate(
                EstimateError::Method { .. } | EstimateError::NoCoefficient { .. } | EstimateError::TooFew { .. }
            )
    )
}

#[cfg(test)]
mod tests;
