//! Every chart there is, of England and of a panel that is hard to draw.

use apportion::findings::{ChangeAnalysis, Funnel, FunnelTarget, Sensitivity, UnitAnalysis, UnitCounts};
use apportion::regress::NoiseModel;
use apportion::report::SideBySide;
use apportion::report::chart::Chart;
use apportion::{Covariance, Estimator, FittedModel, Method, Model, Panel, PanelRegression, Result, Term};

use super::hostile;

type Charts = Vec<(String, Chart)>;

pub fn question() -> Model {
    Model::new("cpp_rate")
        .component("deprivation", ["idaci_2015"])
        .component("spending", ["log(spend_core_per_child)"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
}

pub fn england() -> Charts {
    let panel = Panel::england_2011_2018().expect("the panel");
    let of_panel = |charts: &mut Charts| -> Result<()> {
        let mut add =
            |name: &str, chart: Result<Chart>| chart.map(|chart| charts.push((format!("england {name}"), chart)));
        let fit = question().fit(&panel)?;
        add("stacked", of_published(&fit))?;
        add("coverage of 2010 to 2025", Chart::coverage(&Panel::england()?))?;
        add("coverage of vacancies", Chart::coverage_of(&Panel::england()?, "vacancy_rate"))?;
        add("over time", Chart::over_time(&panel, "cpp_rate"))?;
        let model = PanelRegression::new("cpp_rate", ["log(spend_core_per_child)", "vacancy_rate"]);
        let pooled = model.clone().fit(&panel)?.coefficients(&Covariance::cluster())?;
        let within = model.estimator(Estimator::Within).fit(&panel)?.coefficients(&Covariance::cluster())?;
        add("coefficients", Chart::coefficients(&[("pooled", &pooled), ("within authorities", &within)]))?;
        add("one model", Chart::coefficients(&[("pooled", &pooled)]))?;
        let asked = Sensitivity::new(question()).outcomes(["log(cpp_rate)"]).all_orders();
        let curve = asked.clone().without_each("region").of(&panel)?;
        add("480 specifications", Chart::specification_curve(&curve, "practice"))?;
        add("few specifications", Chart::specification_curve(&asked.sample(30, 1).of(&panel)?, "unexplained"))?;
        Ok(())
    };
    let mut charts = of_fit("england", &question().fit(&panel).expect("it fits"));
    of_panel(&mut charts).unwrap_or_else(|error| panic!("{error}"));
    let counts = ("cpp_count", "population_0_17", 2018, 2011);
    charts.extend(of_units("england", &panel, &question().fit(&panel).expect("it fits"), counts));
    charts
}

fn of_published(fit: &FittedModel) -> Result<Chart> {
    let figures =
        [("deprivation", 0.15), ("spending", 0.06), ("policy", 0.10), ("practice", 0.44), ("unexplained", 0.25)];
    let beside = SideBySide::new().breakdown("England", &fit.sequential()?);
    Chart::breakdowns(&beside.figures("National Audit Office, 2019", figures))
}

pub fn hostile() -> Charts {
    let panel = hostile::panel(300);
    let fit = hostile::model().fit(&panel).expect("it fits");
    let mut charts = of_fit("hostile", &fit);
    charts.extend(of_units("hostile", &panel, &fit, ("count", "people", 2017, 2010)));
    let more = |charts: &mut Charts| -> Result<()> {
        let mut add =
            |name: &str, chart: Result<Chart>| chart.map(|chart| charts.push((format!("hostile {name}"), chart)));
        let mut breakdown = fit.sequential()?.with_intervals(&fit.jackknife()?)?;
        breakdown.components[1].share_of_total = -0.2;
        for (at, lower, upper) in [(1, -7.0, 9.0), (3, 0.0, 90.0), (4, 40.0, 90.0)] {
            if let Some(ends) = &mut breakdown.components[at].interval {
                (ends.lower, ends.upper) = (lower, upper);
            }
        }
        add("far intervals", Chart::shares(&breakdown))?;
        add("far intervals, stacked", Chart::breakdown(&breakdown))?;
        let beside = SideBySide::new().breakdown("a bar with <b>, & and a name that goes on and on and on", &breakdown);
        add("negative shares", Chart::breakdowns(&beside.breakdown("Ł", &fit.sequential()?)))?;
        let unseen = SideBySide::new().figures("nothing", [("a", 0.0), ("unexplained", 0.0)]);
        add("nothing", Chart::breakdowns(&unseen))?;
        add("coverage", Chart::coverage(&panel))?;
        add("coverage of units", Chart::coverage_of(&panel, "x3"))?;
        add("over time", Chart::over_time(&panel, hostile::OUTCOME))?;
        let columns: Vec<String> = (0..10).map(|at| format!("x{at}")).collect();
        let regression = PanelRegression::new(hostile::OUTCOME, columns.iter().map(String::as_str));
        let table = regression.fit(&panel)?.coefficients(&Covariance::cluster())?;
        let mut odd = table.clone();
        odd.coefficients[2].upper = 1e6;
        (odd.coefficients[3].lower, odd.coefficients[3].upper) = (f64::NAN, f64::NAN);
        odd.coefficients[4].estimate = 1e9;
        let name =
            "a model with a very long name <b> & more \"quoted\" words than anybody would want to read in a chart";
        add("coefficients", Chart::coefficients(&[(name, &table), ("другая", &odd)]))?;
        let base = (0..4).fold(Model::new(hostile::OUTCOME), |model, at| {
            model.component(hostile::NAMES[at], [format!("x{at}").as_str()])
        });
        let asked = Sensitivity::new(base).windows(2010..=2017, 5..=8).all_orders();
        add("specifications", Chart::specification_curve(&asked.of(&panel)?, hostile::NAMES[1]))?;
        Ok(())
    };
    more(&mut charts).unwrap_or_else(|error| panic!("{error}"));
    charts
}

/// The charts of a fit.
fn of_fit(of: &str, fit: &FittedModel) -> Charts {
    let charts = || -> Result<Vec<(&str, Chart)>> {
        let jackknife = fit.jackknife()?;
        let breakdown = fit.sequential()?.with_intervals(&jackknife)?;
        let both = [Method::Shapley, Method::Sequential { order: Vec::new() }];
        Ok(vec![
            ("breakdown", Chart::breakdown(&breakdown)?),
            ("shares", Chart::shares(&breakdown)?),
            ("first", Chart::shares(&fit.first()?)?),
            ("methods", Chart::methods(&fit.all_methods()?.with_intervals(&jackknife)?)?),
            ("orders", Chart::order_range(&fit.order_range()?)?),
            ("dominance", Chart::dominance(&fit.conditional_dominance()?)?),
            ("commonality", Chart::commonality(&fit.commonality()?)?),
            ("levels", Chart::levels(&fit.levels()?.shapley()?.with_intervals(&jackknife)?)?),
            ("levels by two methods", Chart::levels(&fit.levels()?.methods(&both)?)?),
            ("noise", Chart::noise(&fit.noise(NoiseModel::default())?, &breakdown.outcome)?),
            ("noise, AR(1)", Chart::noise(&fit.noise(NoiseModel::Ar1)?, &breakdown.outcome)?),
        ])
    };
    let charts = charts().unwrap_or_else(|error| panic!("{of}: {error}"));
    charts.into_iter().map(|(name, chart)| (format!("{of} {name}"), chart)).collect()
}

/// Those of its units, and of their counts.
fn of_units(
    of: &str,
    panel: &Panel,
    fit: &FittedModel,
    (count, people, last, first): (&str, &str, i32, i32),
) -> Charts {
    let charts = || -> Result<Vec<(&str, Chart)>> {
        let units = UnitAnalysis::new().of(fit)?.sorted_by("remainder")?;
        let rows = fit.contributions()?.by_unit()?.sorted_by("actual")?;
        let periods = fit.contributions()?.by_period()?;
        let change = ChangeAnalysis::new().counts(people, 10_000.0).of(fit, first, last)?;
        let counts = UnitCounts::of(panel, count, people, last..=last)?;
        Ok(vec![
            ("units", Chart::units(&units)?),
            ("expected", Chart::expected_and_actual(&units)?),
            ("funnel", Chart::funnel(&Funnel::of(&counts, &FunnelTarget::Crude)?)?),
            ("highest unit", Chart::contributions(&rows, &rows.rows[0])?),
            ("lowest unit", Chart::contributions(&rows, &rows.rows[rows.rows.len() - 1])?),
            ("first period", Chart::contributions(&periods, &periods.rows[0])?),
            ("change", Chart::change(&change, "sequential")?),
            ("change, Shapley", Chart::change(&change, "shapley")?),
            ("counts", Chart::counts(&change)?),
        ])
    };
    let charts = charts().unwrap_or_else(|error| panic!("{of}: {error}"));
    charts.into_iter().map(|(name, chart)| (format!("{of} {name}"), chart)).collect()
}
