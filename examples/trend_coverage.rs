//! Does the test of a trend hold its size where the same units return? Simulated panels in which no measure of variation
//! changes: how often the test says that it does, at 5%. Release mode is worth it.

#[path = "cli/face.rs"]
mod face;
#[path = "cli/panels.rs"]
mod panels;
#[allow(dead_code, reason = "trends ask for no shares")]
mod scenarios;
#[path = "cli/watch.rs"]
mod watch;

use std::process::ExitCode;

use apportion::Result;
use apportion::findings::VariationAnalysis;
use clap::{CommandFactory, Parser, value_parser};
use panels::on_each;
use scenarios::{SCENARIOS, Scenario};

/// Panels whose units persist by practice and by noise, few of them, and some that come and go.
const SHOWN: [&str; 7] = ["independent", "ar5", "ar7", "ar9", "few", "unbalanced", "heavy"];
const LEVEL: f64 = 0.05;

/// Size of the test of a trend in variation, over simulated panels without one
#[derive(Parser)]
#[command(name = "trend_coverage")]
struct Arguments {
    /// Panels of each scenario
    #[arg(long, value_name = "N", default_value_t = 4_000, value_parser = value_parser!(u64).range(2..=1_000_000))]
    panels: u64,
    /// Seed of the first panel; the others follow
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u64).range(..=1 << 62))]
    seed: u64,
}

fn main() -> ExitCode {
    face::run(Arguments::command(), |arguments: Arguments| {
        let mut lines = Vec::new();
        for scenario in SCENARIOS.iter().filter(|scenario| SHOWN.contains(&scenario.name)) {
            let seeds = arguments.seed..arguments.seed + arguments.panels;
            let p_values = on_each(scenario.name, seeds, |seed| p_values(scenario, seed))?;
            let names = p_values.first().map_or(&[][..], |first| first.as_slice()).iter().map(|(name, _)| name);
            if lines.is_empty() {
                let heads = names.clone().map(|name| format!("{:>12}", name.split(' ').next_back().unwrap_or(name)));
                lines.push(format!("{:12}{}", "", heads.collect::<String>()));
            }
            let rejected = names.enumerate().map(|(at, _)| {
                let rejected = p_values.iter().filter(|of| of.get(at).is_some_and(|(_, p)| *p <= LEVEL)).count();
                format!("{:12.1}", 100.0 * rejected as f64 / p_values.len() as f64)
            });
            lines.push(format!("{:12}{}", scenario.name, rejected.collect::<String>()));
        }
        let error = 100.0 * (LEVEL * (1.0 - LEVEL) / arguments.panels as f64).sqrt();
        lines.push(format!(
            "\nPer cent of panels in which a trend is found at 5% of the standard deviation,\n\
             the quartile spread, and the shares of deprivation, spending and unexplained by\n\
             shapley, where there is none (Monte Carlo standard error {error:.1}). Seeds {} to {}.",
            arguments.seed,
            arguments.seed + arguments.panels - 1
        ));
        Ok(lines.join("\n"))
    })
}

/// The p-value of every trend, by what it is of.
fn p_values(scenario: &Scenario, seed: u64) -> Result<Vec<(String, f64)>> {
    let variation = VariationAnalysis::new().of(&scenario.fit(seed)?)?;
    let series = variation.series.iter().filter(|series| series.method.as_deref() != Some("sequential"));
    let name = |series: &apportion::findings::VariationSeries| {
        series.component.clone().unwrap_or_else(|| series.measure.to_string())
    };
    // A coefficient of variation is of numbers above zero, and these are about it.
    Ok(series.filter_map(|series| Some((name(series), series.trend.as_ref()?.p_value))).collect())
}
