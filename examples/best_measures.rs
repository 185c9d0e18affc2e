//! Which few of many candidate measures together explain most, and would other places have led to the same choice?

use std::error::Error;
use std::io::{self, ErrorKind, Write};

use apportion::decompose::Criterion;
use apportion::panel::SIMULATED_ENGLAND_SEED;
use apportion::{Model, Panel};

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

fn main() -> Result<(), Box<dyn Error>> {
    let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    let model = CANDIDATES.iter().fold(Model::new("cpp_rate"), |model, term| model.component(*term, [*term]));
    let fit = model.fit(&panel)?;

    // Of each size the best, exactly, and the best of all sizes by three criteria.
    let best = fit.best_subsets()?;
    // A line for each, as twelve of them would be wider than a screen.
    let by_bic = best.best_by(Criterion::Bic).components.join("\n  ");

    // The choice among authorities drawn with replacement.
    let again = fit.bootstrap(DRAWS, 1)?.selection(SIZE)?;

    let text = format!("{best}\n\nby BIC:\n  {by_bic}\n\n{again}");
    // A reader that has seen enough, such as `head`, is no error.
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
