//! From a panel to the share of each cause, how sure it is, and how far it depends on the order.

use std::error::Error;
use std::io::{self, ErrorKind, Write};

use apportion::panel::SIMULATED_ENGLAND_SEED;
use apportion::{Model, Panel, Term};

fn main() -> Result<(), Box<dyn Error>> {
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

    // On average over all orders, and how far each share moves between them.
    let (shapley, range) = (fit.shapley()?, fit.order_range()?);

    let practice = 100.0 * sequential.share_of_total("practice")?;
    let said = format!("Simulated data: {practice:.0}% of the variation goes with practice, entered last.");
    let text = format!("{sequential}\n\n{shapley}\n\n{range}\n\n{said}");
    // A reader that has seen enough, such as `head`, is no error.
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
