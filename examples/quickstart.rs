//! From a panel to the share of each cause, how sure it is, and how far it depends on the order.

use apportion::{Model, Panel, Result, SIMULATED_ENGLAND_SEED, Term};

fn main() -> Result<()> {
    // Your own: Panel::read_csv("england.csv", &PanelSchema::new("la_number", "year"))?
    let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;

    let model = Model::new("cpp_rate")
        .component("deprivation", ["low_income_pct"])
        .component("spending", ["log(spend_per_child)", "vacancy_rate"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects]);
    let fit = model.fit(&panel)?;

    // In the order written, with an interval that leaves out each authority in turn.
    let sequential = fit.sequential()?.with_intervals(&fit.jackknife()?)?;
    println!("{sequential}\n");

    // On average over all orders, and how far each share moves between them.
    println!("{}\n", fit.shapley()?);
    println!("{}", fit.order_range()?);

    let practice = sequential.share_of_total("practice")?;
    println!("\nSimulated data: {:.0}% of the variation goes with practice, entered last.", 100.0 * practice);
    Ok(())
}
