//! The same question to a model of counts, whose deviance is split.

use super::analysis::{Analysis, Asked, Findings};
use super::intervals::Intervals;
use super::steps::ORDER_RANGE;
use crate::counts::FittedCounts;
use crate::decompose::{GELBACH, LeftOutMethod, MethodTable, OrderRange};
use crate::error::{Error, EstimateError, QuestionError, Refusal, Result, cannot};
use crate::resample::CountResampling;

impl Analysis {
    /// Everything that was asked for of a model of counts: shares of the deviance by each method, with intervals.
    ///
    /// Of the default methods, and of all of them, those that split sums of squares are left out, and the findings say why.
    /// Comparisons, changes of coefficients, counting noise and clusters of units are of least squares.
    ///
    /// # Errors
    /// [`EstimateError::Method`] for what is of least squares only and was asked for by its name;
    /// those of [`FittedCounts::breakdown`], [`FittedCounts::jackknife`], [`FittedCounts::bootstrap`] and
    /// [`Breakdown::with_count_intervals`](crate::Breakdown::with_count_intervals).
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::Analysis;
    /// use apportion::model::Family;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).family(Family::Poisson).fit_counts(&panel)?;
    /// let findings = Analysis::new().of_counts(&fit)?;
    /// let shapley = fit.shapley()?.with_count_intervals(&fit.jackknife()?)?;
    /// assert_eq!(findings.methods.breakdown("shapley")?, &shapley);
    /// // Genizi's shares are of sums of squares.
    /// let all = Analysis::new().all_methods().without_intervals().of_counts(&fit)?;
    /// assert!(all.methods.left_out.iter().any(|left_out| left_out.method == "genizi"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn of_counts(&self, fit: &FittedCounts) -> Result<Findings> {
        let of_least_squares = |asker| cannot(asker, Refusal::OfCounts { family: fit.model().family.name() });
        if self.asked.contains(&Asked::Gelbach) {
            return Err(of_least_squares(GELBACH));
        }
        if self.counts.is_some() {
            return Err(of_least_squares("the counting noise of a rate"));
        }
        if self.comparisons {
            return Err(of_least_squares("the comparison of components"));
        }
        let order = fit.model().components().iter().map(|component| component.name.clone()).collect();
        let mut methods = MethodTable::default();
        for (method, by_name) in self.methods_in(order) {
            match fit.breakdown(&method) {
                Err(
                    error @ Error::Estimate(EstimateError::Method { .. } | EstimateError::TooManyComponents { .. }),
                ) if !by_name => {
                    let name = method.name().to_string();
                    methods.left_out.push(LeftOutMethod { reason: error.to_string(), method: name });
                }
                breakdown => methods.breakdowns.push(breakdown?),
            }
        }
        let mut left_out = Vec::new();
        let order_range = match self.order_range.then(|| fit.order_range()) {
            Some(Err(error @ Error::Estimate(EstimateError::TooManyComponents { .. }))) => {
                left_out.push(LeftOutMethod { method: ORDER_RANGE.to_string(), reason: error.to_string() });
                None
            }
            range => range.transpose()?,
        };
        let methods = self.with_count_intervals(fit, methods)?;
        Ok(self.found(fit, methods, order_range, left_out))
    }

    /// Each breakdown with its intervals, made in every way that was asked for.
    fn with_count_intervals(&self, fit: &FittedCounts, plain: MethodTable) -> Result<MethodTable> {
        let ways: Vec<CountResampling> =
            self.intervals.iter().chain(&self.also_intervals).map(|way| way.of_counts(fit)).collect::<Result<_>>()?;
        if ways.is_empty() {
            return Ok(plain);
        }
        let mut breakdowns = Vec::new();
        for breakdown in &plain.breakdowns {
            for way in &ways {
                let with = breakdown.with_count_intervals(way)?;
                if !breakdowns.contains(&with) {
                    breakdowns.push(with);
                }
            }
        }
        Ok(MethodTable { breakdowns, ..plain })
    }

    fn found(
        &self,
        fit: &FittedCounts,
        methods: MethodTable,
        order_range: Option<OrderRange>,
        left_out: Vec<LeftOutMethod>,
    ) -> Findings {
        let design = fit.design();
        Findings {
            outcome: design.outcome_name.clone(),
            panel: design.panel.description().map(str::to_string),
            lineage: design.lineage.clone(),
            factors: design.factor_terms(),
            sample: fit.sample().clone(),
            r2_overall: 1.0 - fit.deviance() / fit.null_deviance(),
            warnings: fit.warnings().to_vec(),
            methods,
            is_table: self.asked.contains(&Asked::All),
            gelbach: None,
            order_range,
            comparisons: Vec::new(),
            left_out,
        }
    }
}

impl Intervals {
    /// The resampling of a model of counts.
    fn of_counts<'a>(&self, fit: &'a FittedCounts) -> Result<CountResampling<'a>> {
        let refuse = |option, found: String| {
            let expected = "of counts, units are left out or drawn one by one, and noise is the family's".to_string();
            Err(QuestionError::Option { option, expected, found }.into())
        };
        if let Some(column) = self.cluster_column() {
            return refuse("cluster", column.to_string());
        }
        if let Some(noise) = self.noise {
            return refuse("noise", noise.to_string());
        }
        let mut resampling = match self.drawn {
            Some((draws, seed)) => fit.bootstrap(draws, seed)?,
            None => fit.jackknife()?,
        };
        if let Some(kind) = self.kind {
            resampling = resampling.kind(kind)?;
        }
        match self.level {
            Some(level) => resampling.level(level),
            None => Ok(resampling),
        }
    }
}
