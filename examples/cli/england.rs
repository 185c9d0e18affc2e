//! The questions that the examples put to England's panel.

use apportion::panel::UnitRule;
use apportion::{Model, Panel, Result, Term};

/// What the rate of the plain question is made of: counts, population, and what it is per.
pub const COUNTS: (&str, &str, f64) = ("cpp_count", "population_0_17", 10_000.0);
/// And that of the nearest.
pub const COUNTS_OF_STARTS: (&str, &str, f64) = ("cpp_starts", "population_0_17", 10_000.0);

/// The plain question: children on a plan at the end of the year, deprivation first, then core spending.
pub fn plain() -> Model {
    Model::new("cpp_rate")
        .component("deprivation", ["idaci_2015"])
        .component("spending", ["log(spend_core_per_child)"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
}

/// The question whose answer comes nearest to what the NAO published, of the many that were tried.
pub fn nearest() -> Model {
    Model::new("log(cpp_start_rate)")
        .component("policy", [Term::PeriodEffects])
        .component("spending", ["spend_safeguarding_per_child"])
        .component("deprivation", ["idaci_2015"])
        .component("practice", [Term::UnitEffects])
}

/// The years of the NAO's analysis, all authorities but two.
pub fn of_the_window() -> Result<Panel> {
    Panel::england()?.in_periods(2011..=2018)?.without(&UnitRule::degenerate_authorities())
}
