//! What goes with a change between two periods: of the mean, and of a count.

use super::numbers::{number, signed};
use super::page::{intervals, source};
use super::waterfall::{Step, Waterfall};
use super::words::Said;
use super::{Chart, needs};
use crate::decompose::Interval;
use crate::error::Result;
use crate::findings::Change;

impl Chart {
    /// The change of the mean between two periods in steps, one for each component, by one of the methods that it was split
    /// by.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a method that it was not split by.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::ChangeAnalysis;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::report::chart::Chart;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// let change = ChangeAnalysis::new().counts("population_0_17", 10_000.0).of(&fit, 2011, 2018)?;
    /// assert!(Chart::change(&change, "shapley")?.title().contains("2011 to 2018"));
    /// assert!(Chart::change(&change, "pratt").unwrap_err().to_string().contains("shapley"));
    /// assert!(Chart::counts(&change)?.description().contains("rates"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn change(change: &Change, by: &str) -> Result<Self> {
        let Some(split) = change.methods.iter().find(|split| split.method.name() == by) else {
            let names: Vec<&str> = change.methods.iter().map(|split| split.method.name()).collect();
            return needs("method", format!("\"{by}\""), &format!("the change was split by {}", names.join(", ")));
        };
        let moved = split.rows().map(|part| Step::Move {
            name: part.name.clone(),
            by: part.change,
            interval: ends(part.interval),
        });
        let total =
            Step::Stand { name: "change".to_owned(), value: change.actual, interval: ends(change.interval_of_actual) };
        Ok(Chart::new(Waterfall {
            title: vec![
                Said::words("What goes with the change in "),
                Said::name(&change.outcome),
                Said::words(format!(" from {} to {}", change.from, change.to)),
            ],
            subtitle: vec![Said::words(format!("Mean over {} units; ", change.units)), Said::By(split.method.clone())],
            axis: vec![Said::words("change in "), Said::name(&change.outcome)],
            steps: moved.chain([total]).collect(),
            from_zero: true,
            notes: change.interval.as_ref().map(intervals).into_iter().collect(),
            source: source(change.panel.as_deref(), &change.outcome, Some(&change.sample)),
        }))
    }

    /// The change of a count in steps: more people, people in other places, and other rates.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a change without counts.
    ///
    /// # Examples
    /// See [`change`](Self::change).
    pub fn counts(change: &Change) -> Result<Self> {
        let Some(counts) = &change.counts else {
            return needs("change", "without counts", "ask for them with ChangeAnalysis::counts");
        };
        let of_ends = counts.intervals.as_ref();
        let stand = |period: i32, value: f64| Step::Stand { name: format!("{period}"), value, interval: None };
        let words = |name: &str| match name {
            "population" => "more people",
            "mix" => "people in other places",
            _ => "other rates",
        };
        let moved = counts.parts().take(3).map(|(name, by, interval)| {
            let name = if by < 0.0 && name == "population" { "fewer people" } else { words(name) };
            Step::Move { name: name.to_owned(), by, interval: ends(interval) }
        });
        let steps = [stand(change.from, counts.from)].into_iter().chain(moved).chain([stand(change.to, counts.to)]);
        let mut notes: Vec<String> = Vec::new();
        let others: Vec<String> = counts
            .parts()
            .skip(3)
            .filter(|part| part.1 != 0.0)
            .map(|(name, value, _)| {
                let what = match name {
                    "appeared" => "units that appeared",
                    "ended" => "units that ended",
                    _ => "units that the sample lacks at one end",
                };
                format!("{what} {}", signed(value, 0))
            })
            .collect();
        if !others.is_empty() {
            notes.push(format!("Units present in both years. Beside them: {}.", others.join(", ")));
        }
        notes.extend(change.interval.as_ref().filter(|_| of_ends.is_some()).map(intervals));
        Ok(Chart::new(Waterfall {
            title: vec![Said::words(format!(
                "What goes with the change of the count from {} to {}",
                change.from, change.to
            ))],
            subtitle: vec![
                Said::name(&change.outcome),
                Said::words(format!(", per {} of ", number(counts.per, 0))),
                Said::name(&counts.population_column),
            ],
            axis: vec![Said::words("count")],
            steps: steps.collect(),
            from_zero: false,
            notes,
            source: source(change.panel.as_deref(), &change.outcome, Some(&change.sample)),
        }))
    }
}

fn ends(interval: Option<Interval>) -> Option<(f64, f64)> {
    interval.map(|ends| (ends.lower, ends.upper))
}
