//! Which few of many candidate measures together explain most, and would other places have led to the same choice?

#[path = "cli/face.rs"]
mod face;

use std::process::ExitCode;

use apportion::decompose::Criterion;
use apportion::panel::SIMULATED_ENGLAND_SEED;
use apportion::{Model, Panel, Result};
use clap::{CommandFactory, Parser};

/// Candidates, each a measure in one of the forms in which it is discussed.
const CANDIDATES: [&str; 12] = [
    "low_income_pct",
    "spend_per_child",
    "log(spend_per_child)",
    "lag(spend_per_child)",
    "vacancy_rate",
    "lag(vacancy_rate)",
    "population_0_17",
    "log(population_0_17)",
    "low_income_pct:vacancy_rate",
    "low_income_pct:spend_per_child",
    "region",
    "period_effects",
];
/// How many to choose, and how often to ask again of authorities drawn anew.
const SIZE: usize = 4;
const DRAWS: usize = 500;

/// The best few of twelve measures, and how often they are chosen again
#[derive(Parser)]
#[command(name = "best_measures")]
struct Arguments {}

fn main() -> ExitCode {
    face::run(Arguments::command(), |Arguments {}| Ok(answer()?))
}

fn answer() -> Result<String> {
    let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    let model = CANDIDATES.iter().fold(Model::new("cpp_rate"), |model, term| model.component(*term, [*term]));
    let fit = model.fit(&panel)?;

    // Of each size the best, exactly, and the best of all sizes by three criteria.
    let best = fit.best_subsets()?;
    // A line for each, as twelve of them would be wider than a screen.
    let by_bic = best.best_by(Criterion::Bic).components.join("\n  ");

    // The choice among authorities drawn with replacement.
    let again = fit.bootstrap(DRAWS, 1)?.selection(SIZE)?;

    Ok(format!("{best}\n\nby BIC:\n  {by_bic}\n\n{again}"))
}
