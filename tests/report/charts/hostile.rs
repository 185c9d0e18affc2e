//! A panel that charts find hard: many units, twelve components, long names, signs that XML knows, letters of all kinds.

use apportion::{Model, Panel, Term};

/// The outcome: a column of a name too long for a line.
pub const OUTCOME: &str = "rate_of_child_protection_plans_per_10000_children_aged_0_to_17";

pub const NAMES: [&str; 12] = [
    "deprivation of the households with children in the area, as measured by the index of 2015 and revised since",
    "<script>alert(\"x\")</script>",
    "A & B's \"quoted\" cause",
    "Έξοδα για κάθε παιδί",
    "Расходы на ребёнка",
    "子どもの貧困率と支出",
    "spend_core_per_child_in_need_of_help_or_protection",
    "Ł",
    "policy",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "הוצאה לילד",
    "practice",
];

/// A number of a fixed sequence, about between -2 and 2.
fn drawn(seed: &mut u64) -> f64 {
    let mut sum = 0.0;
    for _ in 0..4 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        sum += (*seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
    }
    sum
}

fn name(unit: usize) -> String {
    match unit % 6 {
        0 => format!("Unit <{unit}> & \"Sons\""),
        1 => format!("Bournemouth, Christchurch and Poole with a very long name indeed {unit}"),
        2 => format!("Περιφέρεια {unit}"),
        3 => format!("Область {unit}"),
        4 => format!("東京都{unit}区"),
        _ => format!("Place {unit}"),
    }
}

/// So many units over eight periods, with gaps, ten columns, counts and populations.
pub fn panel(n_units: usize) -> Panel {
    let mut seed = 12_345;
    let (mut units, mut periods, mut outcome) = (Vec::new(), Vec::new(), Vec::new());
    let (mut columns, mut counts, mut people) = (vec![Vec::new(); 10], Vec::new(), Vec::new());
    for unit in 0..n_units {
        let (own, base) = (4.0 * drawn(&mut seed), drawn(&mut seed));
        for period in (0..8).filter(|period| (unit * 7 + period * 3) % 23 != 0) {
            units.push(name(unit));
            periods.push(2010 + period as i32);
            let mut value = 50.0 + own + 0.3 * period as f64 + drawn(&mut seed);
            for (at, column) in columns.iter_mut().enumerate() {
                let x = base * (at as f64 - 3.0) + 2.0 * drawn(&mut seed);
                value += 0.2 * x * ((at % 5) as f64 - 1.5);
                column.push(x);
            }
            outcome.push(value);
            let population: f64 = 500.0 + 40_000.0 * (unit as f64 / n_units as f64).powi(2);
            counts.push((population * 0.004 * (1.0 + 0.1 * own + 0.1 * drawn(&mut seed))).round().max(0.0));
            people.push(population);
        }
    }
    let mut panel = Panel::builder().units(units).periods(periods).column(OUTCOME, outcome);
    for (at, column) in columns.into_iter().enumerate() {
        panel = panel.column(format!("x{at}"), column);
    }
    panel.column("count", counts).column("people", people).build().expect("a panel")
}

/// Twelve components, the last of them unit effects.
pub fn model() -> Model {
    let columns =
        (0..10).fold(Model::new(OUTCOME), |model, at| model.component(NAMES[at], [format!("x{at}").as_str()]));
    columns.component(NAMES[10], [Term::PeriodEffects]).component(NAMES[11], [Term::UnitEffects])
}
