//! Does what is said of each unit hold? Simulated panels whose unit effects are known: how often intervals of remainders
//! and of ranks cover, and how often a unit that differs by nothing is called beyond chance. Release mode is worth it.

#[path = "cli/face.rs"]
mod face;
#[path = "cli/panels.rs"]
mod panels;
#[allow(dead_code, reason = "units ask for no shares")]
mod scenarios;
#[path = "cli/watch.rs"]
mod watch;

use std::process::ExitCode;

use apportion::Result;
use apportion::findings::UnitAnalysis;
use apportion::regress::NoiseModel;
use clap::{CommandFactory, Parser, value_parser};
use panels::on_each;
use scenarios::{HALVES, SCENARIOS, Scenario};

/// Panels whose noise is that of one of the models; the others show what else may come.
const SHOWN: [&str; 7] = ["independent", "ar5", "ar7", "no_practice", "few", "unbalanced", "heavy"];

/// Coverage of remainders and ranks, and false discoveries, over simulated panels whose unit effects are known
#[derive(Parser)]
#[command(name = "authority_coverage")]
struct Arguments {
    /// Panels of each scenario
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = value_parser!(u64).range(2..=1_000_000))]
    panels: u64,
    /// Draws behind the ranks
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = value_parser!(u64).range(400..=1_000_000))]
    draws: u64,
    /// Seed of the first panel; the others follow
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u64).range(..=1 << 62))]
    seed: u64,
}

/// What one panel says under one model of noise.
#[derive(Clone, Copy)]
struct Seen {
    covers: f64,
    ranks: f64,
    width: f64,
    discoveries: usize,
    false_ones: usize,
}

fn main() -> ExitCode {
    face::run(Arguments::command(), |arguments: Arguments| {
        let mut lines = vec![format!(
            "{:12}{:>13}{:>10}{:>7}{:>7}{:>13}{:>7}",
            "", "noise", "remainder", "width", "rank", "discoveries", "false"
        )];
        let shown = SCENARIOS.iter().filter(|scenario| SHOWN.contains(&scenario.name)).chain(&HALVES);
        for scenario in shown {
            lines.extend(block(scenario, &arguments)?);
        }
        let error = 100.0 * (0.05 * 0.95 / arguments.panels as f64).sqrt();
        lines.push(format!(
            "\nPer cent of units whose interval covers the truth, at 95; width in standard\n\
             deviations of practice where it differs. Discoveries: units called beyond\n\
             chance, of a panel; false: the mean part of them that differ by nothing, to be\n\
             at most 5 where noise is that of the model (Monte Carlo standard error at most {error:.1}). Seeds {} to {}.",
            arguments.seed,
            arguments.seed + arguments.panels - 1
        ));
        Ok(lines.join("\n"))
    })
}

fn block(scenario: &Scenario, arguments: &Arguments) -> face::Result<Vec<String>> {
    let seeds = arguments.seed..arguments.seed + arguments.panels;
    let models = [NoiseModel::Independent, NoiseModel::Ar1, NoiseModel::default()];
    let seen = on_each(scenario.name, seeds, |seed| panel(scenario, seed, &models, arguments.draws as usize))?;
    let of_model = |(at, model): (usize, &NoiseModel)| {
        let mean = |number: fn(&Seen) -> f64| seen.iter().map(|of| number(&of[at])).sum::<f64>() / seen.len() as f64;
        let [covers, width] = [mean(|of| 100.0 * of.covers), mean(|of| of.width)];
        let is_false = scenario.half || scenario.name == "no_practice";
        // Units that differ by nothing have no true order.
        let ranks = if is_false { String::new() } else { format!("{:.1}", mean(|of| 100.0 * of.ranks)) };
        let discoveries = mean(|of| of.discoveries as f64);
        let part =
            mean(|of| if of.discoveries > 0 { 100.0 * of.false_ones as f64 / of.discoveries as f64 } else { 0.0 });
        let part = if is_false { format!("{part:.1}") } else { String::new() };
        let name = if at == 0 { scenario.name } else { "" };
        let line = format!("{name:12}{model:>13}{covers:10.1}{width:7.2}{ranks:>7}{discoveries:13.1}{part:>7}");
        line.trim_end().to_string()
    };
    Ok(models.iter().enumerate().map(of_model).collect())
}

fn panel(scenario: &Scenario, seed: u64, models: &[NoiseModel], draws: usize) -> Result<Vec<Seen>> {
    let (fit, practice) = scenario.fit_and_practice(seed)?;
    let mut order: Vec<usize> = (0..practice.len()).collect();
    order.sort_by(|&a, &b| practice[b].total_cmp(&practice[a]));
    let mut rank = vec![0; practice.len()];
    order.iter().enumerate().for_each(|(at, &unit)| rank[unit] = at + 1);
    let of_model = |model: &NoiseModel| {
        let units = UnitAnalysis::new().noise(*model).draws(draws).seed(seed).of(&fit)?;
        let n = units.units.len() as f64;
        let mut seen = Seen { covers: 0.0, ranks: 0.0, width: 0.0, discoveries: 0, false_ones: 0 };
        for unit in &units.units {
            // Units are named by their number.
            let truth = unit.unit.parse::<usize>().ok().and_then(|at| Some((*practice.get(at)?, *rank.get(at)?)));
            let Some((truth, rank)) = truth else { continue };
            seen.covers += f64::from(u8::from(unit.lower <= truth && truth <= unit.upper)) / n;
            seen.ranks += f64::from(u8::from(unit.rank_lower <= rank && rank <= unit.rank_upper)) / n;
            seen.width += (unit.upper - unit.lower) / scenarios::PRACTICE_SD / n;
            seen.discoveries += usize::from(unit.beyond_chance);
            seen.false_ones += usize::from(unit.beyond_chance && truth == 0.0);
        }
        Ok(seen)
    };
    models.iter().map(of_model).collect()
}
