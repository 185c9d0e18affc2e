//! What moves each authority from the mean, what remains of it, and is that beyond what chance allows?
//!
//! Of England's authorities, 2011 to 2018, or with `--data` and the options of `decompose` of your own.

#[allow(dead_code, reason = "shares are another question")]
mod cli;

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::process::ExitCode;

use apportion::Method;
use apportion::findings::{Funnel, FunnelTarget, FunnelUnit, UnitAnalysis, UnitCounts, Units};
use apportion::report::Answer;
use clap::{CommandFactory, Parser};
use cli::Asked;
use cli::face::{self, Result};
use cli::words::said;
use serde_json::json;

/// What moves each authority from the mean, what remains of it, and is that beyond what chance allows?
#[derive(Parser)]
#[command(name = "authorities")]
struct Arguments {
    #[command(flatten)]
    options: cli::Options,
    /// The periods over which means are taken [default: all]
    #[arg(long, value_name = "A-B", value_parser = periods)]
    periods: Option<RangeInclusive<i32>>,
    /// Column of the units' names; England's have theirs
    #[arg(long, value_name = "COL", requires = "data")]
    label: Option<String>,
    /// Prints every unit, not only the ten highest and lowest
    #[arg(long)]
    all: bool,
    /// Prints every unit as CSV
    #[arg(long, conflicts_with_all = ["json", "all"])]
    csv: bool,
}

fn main() -> ExitCode {
    let of_data = |data: clap::Arg| data.requires("unit").requires("period");
    face::run(cli::with_a_panel_of_its_own(Arguments::command()).mut_arg("data", of_data), answer)
}

fn answer(Arguments { options, periods, label, all, csv }: Arguments) -> Result<String> {
    let method = match options.methods.as_slice() {
        [] => Method::Sequential { order: Vec::new() },
        [Asked::Method(method @ (Method::Sequential { .. } | Method::Shapley))] => method.clone(),
        _ => return Err("authorities are split by one method: --method sequential or --method shapley".into()),
    };
    if !options.intervals.is_empty() || options.bootstrap.is_some() || options.cluster.is_some() || options.compare {
        return Err("intervals and comparisons of shares go with decompose: leave their options out".into());
    }
    let (model, panel) = options.panel_or_england(label.as_slice())?;
    let panel = if label.is_some() { panel.with_labels(label)? } else { panel };
    let (fit, _) = options.fit(&model, || Ok(panel.clone()))?;
    let mut asked = UnitAnalysis::new().method(method).seed(options.seed);
    asked = options.noise.into_iter().fold(asked, UnitAnalysis::noise);
    asked = options.level.into_iter().fold(asked, UnitAnalysis::level);
    asked = periods.clone().into_iter().fold(asked, UnitAnalysis::periods);
    let units = asked.of(&fit)?.sorted_by("remainder")?;
    let funnel = match options.counts() {
        Some((count, population, per)) => {
            // Refuses columns that the outcome is not made of.
            fit.counting_noise(count, population, per)?;
            let sampled: HashSet<usize> = fit.rows().iter().copied().collect();
            let panel = panel.filter("rows of the sample", |row| Ok(sampled.contains(&row.index())))?;
            let periods = periods.unwrap_or(i32::MIN..=i32::MAX);
            Some(Funnel::of(&UnitCounts::of(&panel, count, population, periods)?, &FunnelTarget::Crude)?)
        }
        None => None,
    };
    let counts = funnel.iter().map(|funnel| ("Counts", funnel as &dyn Answer));
    options.write_page(&fit, [("Authorities", &units as &dyn Answer)].into_iter().chain(counts))?;
    if csv {
        return Ok(units.to_csv());
    }
    if options.json {
        return Ok(serde_json::to_string_pretty(&document(&units, funnel.as_ref()))?);
    }
    let mut blocks = vec![units.to_text(if all { usize::MAX } else { 10 })];
    blocks.extend(funnel.iter().map(Funnel::to_string));
    blocks.push(said(&units));
    Ok(blocks.join("\n\n"))
}

fn document(units: &Units, funnel: Option<&Funnel>) -> serde_json::Value {
    let warnings: Vec<String> = units.warnings.iter().map(ToString::to_string).collect();
    let mut document = json!({
        "panel": units.panel, "outcome": units.outcome, "method": units.method, "periods": units.periods,
        "weights": units.weights, "draws": units.draws, "seed": units.seed, "mean": units.mean, "level": units.level, "persistent_sd": units.persistent_sd,
        "noise": units.noise, "authorities": units.units, "warnings": warnings,
    });
    if let Some(Funnel { target, phi, tau2, units, .. }) = funnel {
        let limits: &[FunnelUnit] = units;
        document["funnel"] = json!({ "target": target, "phi": phi, "tau2": tau2, "limits": limits });
    }
    document
}

fn periods(text: &str) -> std::result::Result<RangeInclusive<i32>, String> {
    let wrong = || "write the first and the last period, such as 2011-2018, or one".to_string();
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (from.trim().parse().map_err(|_| wrong())?, to.trim().parse().map_err(|_| wrong())?);
    if from > to { Err(wrong()) } else { Ok(from..=to) }
}
