//! Does an interval for the difference of two samples cover the difference? Simulated panels in which deprivation matters
//! more in the later years than in the earlier. Release mode is worth it.

#[path = "cli/face.rs"]
mod face;
#[path = "cli/panels.rs"]
mod panels;
#[path = "cli/watch.rs"]
mod watch;

use std::process::ExitCode;

use apportion::resample::SampleDifferences;
use apportion::{Method, Model, Panel, Result, Term};
use clap::{CommandFactory, Parser, value_parser};
use panels::on_each;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const UNITS: usize = 150;
/// What deprivation does in the earlier and in the later years.
const SLOPES: [f64; 2] = [0.7, 0.4];
const PRACTICE_SD: f64 = 0.65;
const NOISE_SD: f64 = 0.55;

/// Coverage of the differences between shares of two simulated samples, which are known
#[derive(Parser)]
#[command(name = "comparison_coverage")]
struct Arguments {
    /// Panels
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = value_parser!(u64).range(2..=1_000_000))]
    panels: u64,
    /// Seed of the first panel; the others follow
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u64).range(..=1 << 62))]
    seed: u64,
}

/// Which units are in either sample.
type Chosen = [fn(usize) -> bool; 2];

/// The samples that are compared: in which years, and which units.
const PAIRS: [(&str, Chosen); 3] = [
    ("the same units", [|_| true, |_| true]),
    ("half of them in both", [|unit| unit < 2 * UNITS / 3, |unit| unit >= UNITS / 3]),
    ("no unit in both", [|unit| unit < UNITS / 2, |unit| unit >= UNITS / 2]),
];

fn main() -> ExitCode {
    face::run(Arguments::command(), |Arguments { panels, seed }: Arguments| {
        let mut lines = vec![format!("{:24}{:>12}{:>12}{:>14}", "", "deprivation", "practice", "unexplained")];
        for (name, chosen) in PAIRS {
            let found = on_each(name, seed..seed + panels, |seed| covered(seed, chosen))?;
            let part = |at: usize| 100.0 * found.iter().filter(|of| of[at]).count() as f64 / found.len() as f64;
            lines.push(format!("{name:24}{:12.1}{:12.1}{:14.1}", part(0), part(1), part(2)));
        }
        let error = 100.0 * (0.05 * 0.95 / panels as f64).sqrt();
        lines.push(format!(
            "\nPer cent of panels whose 95% interval for the corrected share of 2011 to 2014\n\
             less that of 2015 to 2018 covers the truth (Monte Carlo standard error {error:.1}).\n\
             Seeds {seed} to {}.",
            seed + panels - 1
        ));
        Ok(lines.join("\n"))
    })
}

/// Whether the intervals of deprivation, practice and the unexplained cover.
fn covered(seed: u64, chosen: Chosen) -> Result<[bool; 3]> {
    let panels = panels_of(seed)?;
    let model = Model::new("y").component("deprivation", ["deprivation"]).component("practice", [Term::UnitEffects]);
    let fit = |at: usize| {
        let is_chosen = |row: apportion::panel::Row| Ok(row.number("number")? as usize);
        let panel = panels[at].filter("units of the sample", |row| is_chosen(row).map(chosen[at]))?;
        model.fit(&panel)
    };
    let (first, second) = (fit(0)?, fit(1)?);
    let method = Method::Sequential { order: Vec::new() };
    let found = SampleDifferences::between(
        ("earlier", &first.breakdown(&method)?, &first.jackknife()?),
        ("later", &second.breakdown(&method)?, &second.jackknife()?),
    )?;
    let shares = |slope: f64| {
        let parts = [slope * slope, PRACTICE_SD * PRACTICE_SD, NOISE_SD * NOISE_SD];
        parts.map(|part| part / parts.iter().sum::<f64>())
    };
    let [earlier, later] = SLOPES.map(shares);
    let all = [&found.components[0], &found.components[1], &found.unexplained];
    Ok(std::array::from_fn(|at| {
        let truth = earlier[at] - later[at];
        all[at].corrected.as_ref().is_some_and(|of| of.lower <= truth && truth <= of.upper)
    }))
}

/// The earlier and the later years of one panel.
fn panels_of(seed: u64) -> Result<[Panel; 2]> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut normal = || {
        let (radius, angle) = (random.random::<f64>(), random.random::<f64>());
        (-2.0 * (1.0_f64 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    };
    let traits: Vec<[f64; 2]> = (0..UNITS).map(|_| [normal(), normal()]).collect();
    let mut of_years = |slope: f64, first: i32| {
        let (mut units, mut years, mut columns) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new(), Vec::new()]);
        for (unit, [deprivation, practice]) in traits.iter().enumerate() {
            for year in first..first + 4 {
                units.push(unit.to_string());
                years.push(year);
                let outcome = slope * deprivation + PRACTICE_SD * practice + NOISE_SD * normal();
                [outcome, *deprivation, unit as f64].into_iter().zip(&mut columns).for_each(|(x, own)| own.push(x));
            }
        }
        let [outcome, deprivation, number] = columns;
        let panel = Panel::builder().units(units).periods(years).column("y", outcome);
        panel.column("deprivation", deprivation).column("number", number).build()
    };
    Ok([of_years(SLOPES[0], 2011)?, of_years(SLOPES[1], 2015)?])
}
