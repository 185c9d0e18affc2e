//! What the document says beside its breakdowns: the range over orders, changing coefficients, ranks and differences.

use super::{Report, kind_in_words};
use crate::decompose::{Breakdown, GELBACH, Gelbach, IntervalMethod, Method, OrderRange};
use crate::error::{Error, QuestionError, Result};
use crate::report::text::counted;
use crate::resample::{Comparison, Difference};
use crate::warning::Warning;

/// Shares of the same fit differ by no more.
const SAME_SHARES: f64 = 1e-9;

impl Report {
    /// Says how far the shares move with the order in which the components enter.
    ///
    /// # Errors
    /// [`QuestionError::Option`] when the range is of another outcome or of other components than the breakdowns.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel, Report};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// let report = Report::new(&[fit.sequential()?])?.with_order_range(&fit.order_range()?)?;
    /// assert!(serde_json::to_string(&report)?.contains(r#""order_range":[{"name":"one","min":"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_order_range(mut self, range: &OrderRange) -> Result<Self> {
        let described = |outcome: &str, names: &[&str]| format!("of {outcome} over {}", names.join(", "));
        let of_range: Vec<&str> = range.components.iter().map(|c| c.name.as_str()).collect();
        // Breakdowns by column, and coefficients, have no components to compare with.
        let credited = self.methods.iter().find(|b| !b.method.credits_columns()).map(|b| &b.components);
        let credited: Option<Vec<&str>> = credited.map(|shares| shares.iter().map(|c| c.name.as_str()).collect());
        let expected = described(&self.outcome, credited.as_ref().unwrap_or(&of_range));
        let found = described(&range.outcome, &of_range);
        if found != expected {
            let expected = format!("a report holds answers of one fit, and its breakdowns are {expected}");
            return Err(QuestionError::Option { option: "order range", expected, found }.into());
        }
        self.add_warnings("the range over orders", &range.warnings);
        self.order_range = Some(range.components.clone());
        Ok(self)
    }

    /// Adds how the coefficients of `always` change, in the document a method of its own. Their intervals are made as the
    /// first ones of the report.
    ///
    /// # Errors
    /// [`QuestionError::Option`] where it is of another outcome or sample than the report, or with intervals made otherwise.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel, Report};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .column("z", [0.0, 1.0, 0.0, 2.0, 1.0, 3.0])
    ///     .build()?;
    /// let fit = Model::new("y").always(["x"]).component("cause", ["z"]).fit(&panel)?;
    /// let gelbach = fit.gelbach()?;
    /// let report = Report::of_fit(&fit).with_gelbach(&gelbach)?;
    /// assert_eq!((report.sample.n_observations, &report.coefficients), (6, &gelbach.columns));
    /// assert!(serde_json::to_string(&report)?.contains(r#""methods":[{"method":"gelbach","components":[],"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_gelbach(mut self, gelbach: &Gelbach) -> Result<Self> {
        let described = |outcome: &str, rows: usize| format!("of {outcome} on {}", counted(rows, "row"));
        let expected = described(&self.outcome, self.sample.n_observations);
        let found = described(&gelbach.outcome, gelbach.sample.n_observations);
        if found != expected {
            let expected = format!("a report holds answers of one fit, and it is {expected}");
            return Err(QuestionError::Option { option: GELBACH, expected, found }.into());
        }
        // Of which replicates lost a coefficient, shares know nothing.
        let how = |made: &IntervalMethod| (made.kind, made.level, made.seed, made.replicates);
        if let (Some(made), Some(found)) = (&self.interval, &gelbach.interval)
            && how(made) != how(found)
        {
            let expected = format!("intervals of coefficients are made as the report's first, {}", kind_in_words(made));
            return Err(QuestionError::Option { option: GELBACH, expected, found: kind_in_words(found) }.into());
        }
        self.interval = self.interval.or(gelbach.interval.clone());
        self.add_warnings(GELBACH, &gelbach.warnings);
        self.coefficients = gelbach.columns.clone();
        self.covariance = Some(gelbach.covariance);
        Ok(self)
    }

    /// Adds what no breakdown has said yet, beginning with who says it.
    fn add_warnings(&mut self, said_by: &str, warnings: &[Warning]) {
        for sentence in warnings.iter().map(Warning::to_string) {
            if !self.warnings.contains(&sentence) {
                self.warnings.push(format!("{said_by}: {sentence}"));
            }
        }
    }

    /// Adds ranks and differences of the components to the breakdowns that they are of. Where a method stands for several
    /// kinds of intervals, that is the one whose intervals were made as theirs.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a comparison by a method, or a sequential order, that the report does not have, of
    /// other components or shares than the breakdown by that method, or with intervals that were made otherwise.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel, Report};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0, 4.0, 6.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("a", ["x"]).component("b", ["z"]).fit(&panel)?;
    /// let (shapley, jackknife) = (fit.shapley()?, fit.jackknife()?);
    /// let report = Report::new(&[shapley.clone()])?.with_comparisons(&jackknife.comparisons(&[&shapley])?)?;
    /// let ranks = &report.comparisons[0].ranks;
    /// assert_eq!((ranks[0].name.as_str(), ranks[0].rank), ("a", 1.0));
    /// let of_other = jackknife.comparisons(&[&fit.first()?])?;
    /// assert!(report.with_comparisons(&of_other).is_err(), "the report has no such method");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn with_comparisons(mut self, comparisons: &[Comparison]) -> Result<Self> {
        for comparison in comparisons {
            let refuse =
                |expected: String, found| Error::from(QuestionError::Option { option: "comparison", expected, found });
            let name = comparison.method.name();
            let of_method = |b: &&Breakdown| b.method == comparison.method;
            let place = self.place(comparison).and_then(|at| self.methods.get(at));
            let method = place.or_else(|| self.methods.iter().find(of_method)).ok_or_else(|| {
                let in_order = match &comparison.method {
                    Method::Sequential { order } => format!(" in the order {}", order.join(", ")),
                    _ => String::new(),
                };
                refuse("it must be of a method that the report has".to_string(), format!("of {name}{in_order}"))
            })?;
            let over = |names: Vec<&str>| format!("of {name} over {}", names.join(", "));
            let expected = over(method.components.iter().map(|c| c.name.as_str()).collect());
            let found = over(comparison.ranks.iter().map(|rank| rank.name.as_str()).collect());
            if found != expected {
                return Err(refuse(
                    format!("a report holds answers of one fit, and its breakdown is {expected}"),
                    found,
                ));
            }
            let share = |name: &str| method.components.iter().find(|c| c.name == name).map(|c| c.share_of_total);
            for Difference { first, second, difference, .. } in &comparison.differences {
                let here = share(first).zip(share(second)).map(|(first, second)| first - second);
                if here.is_none_or(|here| (here - difference).abs() > SAME_SHARES) {
                    let expected = "a report holds answers of one fit, and its breakdown has other shares".to_string();
                    return Err(refuse(expected, format!("one with {difference} between {first} and {second}")));
                }
            }
            let made = match &method.interval {
                Some(made) => made,
                None => &*self.interval.get_or_insert_with(|| comparison.interval.clone()),
            };
            if *made != comparison.interval {
                let expected = format!("its intervals must be made as those beside it, {}", kind_in_words(made));
                return Err(refuse(expected, kind_in_words(&comparison.interval)));
            }
            let place = self.place(comparison);
            let mut comparisons = std::mem::take(&mut self.comparisons);
            comparisons.retain(|known| self.place(known) != place);
            comparisons.push(comparison.clone());
            self.comparisons = comparisons;
        }
        // As in the document, where each stands with its method.
        let mut comparisons = std::mem::take(&mut self.comparisons);
        comparisons.sort_by_key(|comparison| self.place(comparison));
        self.comparisons = comparisons;
        Ok(self)
    }

    /// The place of the breakdown that a comparison is of.
    pub(super) fn place(&self, comparison: &Comparison) -> Option<usize> {
        self.methods.iter().position(|breakdown| comparison.is_of(breakdown))
    }
}
