//! Does a 95% interval contain its target 95 times in 100? Every kind of interval on panels whose target is known.
//!
//! The target is the expected share in a sample of this size: the mean over many other simulated panels. Release mode
//! is worth it.

#[path = "cli/face.rs"]
mod face;

use std::process::ExitCode;

use apportion::{Breakdown, IntervalKind, Model, Panel, Result, Term};
use clap::{CommandFactory, Parser, value_parser};
use rayon::prelude::*;

const KINDS: [IntervalKind; 5] =
    [IntervalKind::Jackknife, IntervalKind::Percentile, IntervalKind::Basic, IntervalKind::Normal, IntervalKind::Bca];
const LEVEL: f64 = 0.95;
const METHODS: [&str; 2] = ["sequential", "shapley"];
const PARTS: usize = 5;

/// A number for each part of the variation by each method.
type ByPart = [[f64; PARTS]; METHODS.len()];

/// Coverage of every kind of interval over simulated panels of 150 authorities and 8 years
#[derive(Parser)]
#[command(name = "coverage")]
struct Arguments {
    /// Panels on which intervals are made
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = value_parser!(u64).range(1..=1_000_000))]
    panels: u64,
    /// Bootstrap draws for each panel
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = value_parser!(u64).range(2..=100_000))]
    draws: u64,
    /// Other panels, whose mean shares are the targets
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = value_parser!(u64).range(2..=1_000_000))]
    target_panels: u64,
    /// Seed of the first panel; the others follow
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u64).range(..=1 << 62))]
    seed: u64,
}

fn main() -> ExitCode {
    face::run(Arguments::command(), |arguments: Arguments| Ok(coverage(&arguments)?))
}

fn coverage(arguments: &Arguments) -> Result<String> {
    let Arguments { panels, draws, target_panels, seed } = *arguments;
    let first_other = seed + panels;
    let mut lines = vec![
        format!("Coverage in % of {:.0}% intervals over {panels} simulated panels of 150 × 8", 100.0 * LEVEL),
        format!("(seeds {seed} to {}), {draws} draws each. Target: the mean share in the sample", first_other - 1),
        format!(
            "over {target_panels} other simulated panels (seeds {first_other} to {}).",
            first_other + target_panels - 1
        ),
    ];
    let kinds: String = KINDS.iter().map(|kind| format!("{:>12}", kind.name())).collect();
    let mut target_error = 0.0_f64;
    for (title, model) in questions() {
        let others: Vec<ByPart> = (first_other..first_other + target_panels)
            .into_par_iter()
            .map(|seed| shares(&model, seed))
            .collect::<Result<_>>()?;
        let target = mean(&others);
        target_error = target_error.max(largest_error(&others, &target));
        let covered: Vec<[ByPart; KINDS.len()]> = (seed..first_other)
            .into_par_iter()
            .map(|seed| covered(&model, seed, draws as usize, &target))
            .collect::<Result<_>>()?;
        let of_kind = |kind: usize| mean(&covered.iter().map(|by_kind| by_kind[kind]).collect::<Vec<_>>());
        let coverage: Vec<ByPart> = (0..KINDS.len()).map(of_kind).collect();
        lines.push(format!("\n{title}"));
        let names = model.components().iter().map(|c| c.name.as_str()).chain(["unexplained"]);
        let names: Vec<&str> = names.collect();
        for (m, method) in METHODS.iter().enumerate() {
            lines.push(format!("{method:12}{:>7}{kinds}", "target"));
            for (p, part) in names.iter().enumerate() {
                let cells: String = coverage.iter().map(|by_part| format!("{:12.1}", 100.0 * by_part[m][p])).collect();
                lines.push(format!("{part:12}{:7.1}{cells}", 100.0 * target[m][p]));
            }
        }
    }
    let monte_carlo = |coverage: f64| 100.0 * (coverage * (1.0 - coverage) / panels as f64).sqrt();
    lines.push(format!(
        "\nMonte Carlo standard error: {:.1} points at a coverage of 95%, {:.1} at 80%.\n\
         A target is known to within {:.2} points (standard error).",
        monte_carlo(0.95),
        monte_carlo(0.8),
        100.0 * target_error
    ));
    Ok(lines.join("\n"))
}

/// The NAO's question, and one with a component that explains nothing.
fn questions() -> [(&'static str, Model); 2] {
    let deprived = || Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
    let effects =
        |model: Model| model.component("policy", [Term::PeriodEffects]).component("practice", [Term::UnitEffects]);
    [
        (
            "Every component explains something",
            effects(deprived().component("spending", ["spend_per_child", "vacancy_rate"])),
        ),
        ("Nine regions explain nothing: their share is chance", effects(deprived().component("regions", ["region"]))),
    ]
}

/// The shares in the sample of one panel.
fn shares(model: &Model, seed: u64) -> Result<ByPart> {
    let fit = model.fit(&Panel::simulated_england(seed)?)?;
    Ok([fit.sequential()?, fit.shapley()?].map(|breakdown| of_parts(&breakdown, |_, share| share)))
}

/// One where the interval of a panel covers the target, zero where it does not.
fn covered(model: &Model, seed: u64, draws: usize, target: &ByPart) -> Result<[ByPart; KINDS.len()]> {
    let fit = model.fit(&Panel::simulated_england(seed)?)?;
    let (sequential, shapley) = (fit.sequential()?, fit.shapley()?);
    let (jackknife, bootstrap) = (fit.jackknife()?.level(LEVEL)?, fit.bootstrap(draws, seed)?.level(LEVEL)?);
    let mut covered = [ByPart::default(); KINDS.len()];
    for (covered, kind) in covered.iter_mut().zip(KINDS) {
        let resampling = match kind {
            IntervalKind::Jackknife => jackknife.clone(),
            kind => bootstrap.clone().kind(kind)?,
        };
        for (m, breakdown) in Breakdown::all_with_intervals(&[&sequential, &shapley], &resampling)?.iter().enumerate() {
            covered[m] = of_parts(breakdown, |part, _| {
                let interval = breakdown.rows().nth(part).and_then(|row| row.interval);
                let covers = interval.is_some_and(|i| i.lower <= target[m][part] && target[m][part] <= i.upper);
                f64::from(u8::from(covers))
            });
        }
    }
    Ok(covered)
}

/// A number for each row of a breakdown, from its position and its share.
fn of_parts(breakdown: &Breakdown, value: impl Fn(usize, f64) -> f64) -> [f64; PARTS] {
    let mut values = [0.0; PARTS];
    for (part, (slot, row)) in values.iter_mut().zip(breakdown.rows()).enumerate() {
        *slot = value(part, row.share_of_total);
    }
    values
}

fn mean(values: &[ByPart]) -> ByPart {
    averaged(values, |_, _, x| x)
}

/// The largest standard error of a mean over panels.
fn largest_error(values: &[ByPart], mean: &ByPart) -> f64 {
    let variances = averaged(values, |m, p, x| (x - mean[m][p]).powi(2));
    let largest = variances.into_iter().flatten().fold(0.0, f64::max);
    (largest / (values.len() - 1) as f64).sqrt()
}

fn averaged(values: &[ByPart], f: impl Fn(usize, usize, f64) -> f64) -> ByPart {
    let mut average = ByPart::default();
    for (m, by_part) in average.iter_mut().enumerate() {
        for (p, slot) in by_part.iter_mut().enumerate() {
            *slot = values.iter().map(|value| f(m, p, value[m][p])).sum::<f64>() / values.len() as f64;
        }
    }
    average
}
