//! The questions that the examples put to England's panel.

use apportion::findings::Sensitivity;
use apportion::model::Family;
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

/// The same of the counts that the rate is of, out of the population: their deviance is split.
pub fn of_counts() -> Model {
    let (count, population, _) = COUNTS;
    let plain = plain();
    let model = plain.components().iter().fold(Model::new(count), |model, component| {
        model.component(component.name.as_str(), component.terms.iter().cloned())
    });
    model.family(Family::Poisson).exposure(population)
}

/// The same of the simulated panel, whose columns are others.
pub fn simulated() -> Model {
    Model::new("cpp_rate")
        .component("deprivation", ["low_income_pct"])
        .component("spending", ["spend_per_child", "vacancy_rate"])
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

/// All years, all authorities but the two that the NAO left out.
pub fn without_the_two() -> Result<Panel> {
    Panel::england()?.without(&UnitRule::degenerate_authorities())
}

/// The years of the NAO's analysis, all authorities but two.
pub fn of_the_window() -> Result<Panel> {
    Panel::england()?.in_periods(2011..=2018)?.without(&UnitRule::degenerate_authorities())
}

/// What was done on open data: England's authorities, with the choices that can be defended.
pub fn specifications() -> Sensitivity {
    let spending = ["spend_core_per_child", "spend_safeguarding_per_child", "spend_total_cyp_per_child"];
    let spending = spending.map(Term::column).into_iter().flat_map(|column| [[column.clone()], [column.log()]]);
    let deprivation = ["idaci_2015", "imd_2015", "idaci_2019", "hmrc_low_income_pct", "low_income_pct"];
    Sensitivity::new(plain())
        .outcomes(["cpp_rate", "log(cpp_rate)", "cpp_start_rate", "log(cpp_start_rate)"])
        .terms("deprivation", deprivation.map(|measure| [measure]))
        .terms("spending", spending)
        .with_or_without("spending", "vacancy_rate")
        .weights([None, Some("population_0_17")])
        .periods([2011..=2018])
        .windows(2010..=2025, 5..=10)
        .complete_periods()
        .at_least_rows(700)
        // Most of them fall short of one of these.
        .at_most(1_000_000)
}
