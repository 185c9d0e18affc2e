//! Alternatives to the choices of a question, as they are named on the command line.

use std::ops::RangeInclusive;

use apportion::findings::Sensitivity;
use apportion::{Component, Model, Panel, Term};
use clap::Args;

use super::Options;
use super::face::Result;

/// What each choice of the question could have been instead.
#[derive(Args)]
pub struct Alternatives {
    /// Another outcome; repeat for several
    #[arg(long, value_name = "TERM", requires = "data")]
    also_outcome: Vec<Term>,
    /// Another set of terms of a component; repeat for several
    #[arg(long, value_name = "NAME=TERM,TERM", value_parser = super::arguments::component, requires = "data")]
    also: Vec<Component>,
    /// A term that a component may have beside its others, or not; repeat for several
    #[arg(long, value_name = "NAME=TERM", value_parser = super::arguments::component, requires = "data")]
    maybe: Vec<Component>,
    /// A component that may be in or out; repeat for several
    #[arg(long, value_name = "NAME", requires = "data")]
    optional: Vec<String>,
    /// Another column of weights, or none; repeat for several
    #[arg(long, value_name = "COL|none", requires = "data")]
    also_weights: Vec<String>,
    /// A window of periods, such as 2011-2018; repeat for several, the base's first
    #[arg(long, value_name = "FROM-TO", value_parser = window, requires = "data")]
    window: Vec<RangeInclusive<i32>>,
    /// Leaves out each unit in turn, or each group of units by a column; repeat for several
    #[arg(long, value_name = "units|COL")]
    leave_out: Vec<String>,
    /// Only the order in which components are given, not all orders
    #[arg(long)]
    pub one_order: bool,
    /// Leaves out specifications whose sample lacks a period of their window
    #[arg(long, requires = "data")]
    complete: bool,
    /// Leaves out specifications with fewer rows
    #[arg(long, value_name = "N", requires = "data", value_parser = super::face::whole::<usize>, allow_negative_numbers = true)]
    least_rows: Option<usize>,
}

impl Alternatives {
    /// The panel of the options, and their question with these alternatives; without `--data` England's.
    pub fn question(&self, options: &Options) -> Result<(Panel, Sensitivity)> {
        if options.data.is_none() {
            return Ok((super::england::without_the_two()?, self.put(super::england::specifications())));
        }
        let model = options.model()?;
        // Read are the columns of the question and its alternatives, and those of groups.
        let terms =
            self.also_outcome.iter().chain(self.also.iter().chain(&self.maybe).flat_map(|of| &of.terms)).cloned();
        let weights = self.also_weights.iter().filter(|column| *column != "none").map(Term::column);
        let read = model.clone().component("alternatives", terms.chain(weights));
        let groups: Vec<String> = self.leave_out.iter().filter(|column| *column != "units").cloned().collect();
        Ok((options.read_with(&read, &groups)?, self.of(model)))
    }

    /// The question with these alternatives.
    fn of(&self, base: Model) -> Sensitivity {
        let mut asked = Sensitivity::new(base).outcomes(self.also_outcome.iter().cloned());
        let mut named: Vec<&str> = Vec::new();
        for Component { name, .. } in &self.also {
            if !named.contains(&name.as_str()) {
                let sets = self.also.iter().filter(|of| of.name == *name).map(|of| of.terms.iter().cloned());
                asked = asked.terms(name.as_str(), sets);
                named.push(name);
            }
        }
        for Component { name, terms, .. } in &self.maybe {
            asked = terms.iter().fold(asked, |asked, term| asked.with_or_without(name.as_str(), term.clone()));
        }
        asked = self.optional.iter().fold(asked, Sensitivity::optional);
        let column = |column: &String| (column != "none").then(|| column.clone());
        asked = asked.weights(self.also_weights.iter().map(column)).periods(self.window.iter().cloned());
        if self.complete {
            asked = asked.complete_periods();
        }
        self.put(self.least_rows.into_iter().fold(asked, Sensitivity::at_least_rows))
    }

    /// What is asked of any panel.
    fn put(&self, asked: Sensitivity) -> Sensitivity {
        self.leave_out.iter().fold(asked, |asked, column| match column.as_str() {
            "units" => asked.without_each_unit(),
            column => asked.without_each(column),
        })
    }
}

/// Reads `2011-2018`.
fn window(text: &str) -> std::result::Result<RangeInclusive<i32>, String> {
    let ends = text.split_once('-').and_then(|(from, to)| Some(from.trim().parse().ok()?..=to.trim().parse().ok()?));
    ends.ok_or_else(|| "write the first and the last period, as 2011-2018".to_string())
}

/// Reads `practice=0.44,policy=0.1`.
pub fn figures(text: &str) -> std::result::Result<Vec<(String, f64)>, String> {
    let figure = |text: &str| {
        let (name, part) = text.split_once('=')?;
        Some((name.trim().to_string(), part.trim().parse().ok()?))
    };
    let figures: Option<Vec<(String, f64)>> = text.split(',').map(figure).collect();
    figures.ok_or_else(|| "write names and parts of the total, as practice=0.44,policy=0.1".to_string())
}
