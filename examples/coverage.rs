//! Do shares mean what they say? Simulated panels whose truth is known: bias, coverage and width, scenario by scenario.
//!
//! Two targets. A raw share is of the sample, chance included: its interval should cover the expected share in samples
//! of this size, which is the mean over other simulated panels. A corrected share is of the population of such units:
//! its interval should cover the share in infinitely many of them. Release mode is worth it.

#[path = "cli/face.rs"]
mod face;
#[path = "cli/panels.rs"]
mod panels;
mod scenarios;
#[path = "cli/watch.rs"]
mod watch;

use std::process::ExitCode;

use apportion::{Breakdown, IntervalKind, Method, Result};
use clap::builder::PossibleValuesParser;
use clap::{CommandFactory, Parser, value_parser};
use panels::on_each;
use scenarios::{SCENARIOS, Scenario, Shares, Truth, methods};

const DRAWN: [IntervalKind; 4] =
    [IntervalKind::Percentile, IntervalKind::Basic, IntervalKind::Normal, IntervalKind::Bca];

/// Bias and coverage of raw and corrected shares over simulated panels whose truth is known
#[derive(Parser)]
#[command(name = "coverage")]
struct Arguments {
    /// Panels of each scenario on which shares and intervals are made
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = value_parser!(u64).range(2..=1_000_000))]
    panels: u64,
    /// Other panels, whose mean raw shares are the expected ones
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = value_parser!(u64).range(2..=1_000_000))]
    target_panels: u64,
    /// Scenario; repeat for several [default: all]
    #[arg(long = "scenario", value_name = "NAME", value_parser = PossibleValuesParser::new(SCENARIOS.map(|s| s.name)))]
    scenarios: Vec<String>,
    /// Bootstrap draws for each panel, to see what percentile, basic, normal and bca intervals cover too
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(2..=100_000))]
    draws: Option<u64>,
    /// The part of panels whose interval should cover its target
    #[arg(long, value_name = "PART", default_value_t = 0.95)]
    level: f64,
    /// Seed of the first panel; the others follow
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u64).range(..=1 << 62))]
    seed: u64,
}

fn main() -> ExitCode {
    face::run(Arguments::command(), |arguments: Arguments| {
        let chosen = |s: &&Scenario| arguments.scenarios.is_empty() || arguments.scenarios.iter().any(|n| n == s.name);
        let blocks: face::Result<Vec<String>> = SCENARIOS.iter().filter(chosen).map(|s| block(s, &arguments)).collect();
        let error = |part: f64| 100.0 * (part * (1.0 - part) / arguments.panels as f64).sqrt();
        let below = format!(
            "Per cent; bias and width in points of the total. Raw intervals should cover the\n\
             expected share in samples of this size, corrected ones (corr.) the share in\n\
             infinitely many units. p < 5%: how often the chance test rejects. Monte Carlo\n\
             standard error of a coverage: {:.1} at 95, {:.1} at 85. Seeds {} to {}.",
            error(0.95),
            error(0.85),
            arguments.seed,
            arguments.seed + arguments.panels + arguments.target_panels - 1
        );
        Ok(format!("{}\n\n{below}", blocks?.join("\n\n")))
    })
}

/// One component by one method in one panel.
#[derive(Clone, Default)]
struct Seen {
    corrected: f64,
    width: f64,
    covers: bool,
    /// By kind of interval of the raw share: root, then those that are drawn.
    covers_raw: Vec<bool>,
    rejects: Option<bool>,
    /// Corrected under independent, persistent and AR(1) noise, where that can be had, and whether it covers.
    by_model: Vec<(f64, bool)>,
}

fn block(scenario: &Scenario, arguments: &Arguments) -> face::Result<String> {
    let Arguments { panels, target_panels, seed, draws, level, .. } = *arguments;
    let methods = methods();
    let truths: Vec<Truth> = methods.iter().map(|method| scenario.truth(method)).collect::<Result<_>>()?;
    let others = seed + panels..seed + panels + target_panels;
    let raw = |seed| -> Result<Vec<Shares>> {
        let fit = scenario.fit(seed)?;
        methods.iter().map(|method| Ok(shares(&fit.breakdown(method)?))).collect()
    };
    let raw: Vec<Vec<Shares>> = on_each(format!("{}, expected shares", scenario.name), others, raw)?;
    let expected = |m: usize, p: usize| raw.iter().map(|of| of[m][p]).sum::<f64>() / raw.len() as f64;
    let expected: Vec<Shares> =
        (0..methods.len()).map(|m| (0..truths[m].shares.len()).map(|p| expected(m, p)).collect()).collect();
    let seen = |seed| panel(scenario, seed, draws, level, &truths, &expected);
    let seen: Vec<Vec<Vec<Seen>>> = on_each(scenario.name, seed..seed + panels, seen)?;

    let names: Vec<String> = scenario.model().components().iter().map(|component| component.name.clone()).collect();
    let drawn = if draws.is_some() { &DRAWN[..] } else { &[] };
    let kinds: String = drawn.iter().map(|kind| format!("{:>6.5}", kind.name())).collect();
    let mut lines = vec![format!("{}: {}, {panels} panels", scenario.name, scenario.what)];
    for (m, method) in methods.iter().enumerate() {
        lines.push(format!(
            "{:<11}{:>6}{:>7}{:>6}{:>7}{:>6}{:>6}{:>7}{kinds}",
            method.name(),
            "truth",
            "bias",
            "±",
            "corr.",
            "width",
            "raw",
            "p < 5%"
        ));
        for (p, truth) in truths[m].shares.iter().enumerate() {
            let name = names.get(p).map_or("unexplained", String::as_str);
            let of: Vec<&Seen> = seen.iter().map(|panel| &panel[m][p]).collect();
            lines.push(format!("{name:<11}{}", row(&of, *truth)));
        }
        let practice = names.len() - 1;
        for (at, model) in ["independent", "persistent", "AR(1)"].iter().enumerate() {
            let truth = truths[m].shares[practice] + truths[m].left_by_model[at];
            let of: Vec<(f64, bool)> = seen.iter().filter_map(|s| s[m][practice].by_model.get(at).copied()).collect();
            let values: Vec<f64> = of.iter().map(|(value, _)| *value).collect();
            let covers = part(of.iter().map(|(_, covers)| *covers));
            let (bias, error) = bias(&values, truth);
            lines.push(format!("{model:>11}{:6.1}{bias:7.2}{error:6.2}{covers:7.1}", 100.0 * truth));
        }
    }
    Ok(lines.join("\n"))
}

fn row(of: &[&Seen], truth: f64) -> String {
    let values: Vec<f64> = of.iter().map(|seen| seen.corrected).collect();
    let (bias, error) = bias(&values, truth);
    let covers = part(of.iter().map(|seen| seen.covers));
    let width = 100.0 * of.iter().map(|seen| seen.width).sum::<f64>() / of.len() as f64;
    let rejects: Vec<bool> = of.iter().filter_map(|seen| seen.rejects).collect();
    let rejects = if rejects.is_empty() { String::new() } else { format!("{:.1}", part(rejects.into_iter())) };
    let raw = |kind: usize| part(of.iter().map(|seen| seen.covers_raw[kind]));
    let drawn: String = (1..of[0].covers_raw.len()).map(|kind| format!("{:6.1}", raw(kind))).collect();
    format!("{:6.1}{bias:7.2}{error:6.2}{covers:7.1}{width:6.1}{:6.1}{rejects:>7}{drawn}", 100.0 * truth, raw(0))
}

/// Mean less truth, and its standard error, in points.
fn bias(values: &[f64], truth: f64) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (100.0 * (mean - truth), 100.0 * (variance / n).sqrt())
}

fn part(covers: impl ExactSizeIterator<Item = bool>) -> f64 {
    let n = covers.len() as f64;
    100.0 * covers.filter(|covers| *covers).count() as f64 / n
}

fn shares(breakdown: &Breakdown) -> Shares {
    breakdown.rows().map(|row| row.share_of_total).collect()
}

/// What one panel says of every component by every method.
fn panel(
    scenario: &Scenario,
    seed: u64,
    draws: Option<u64>,
    level: f64,
    truths: &[Truth],
    expected: &[Shares],
) -> Result<Vec<Vec<Seen>>> {
    let fit = scenario.fit(seed)?;
    let plain: Vec<Breakdown> = methods().iter().map(|method: &Method| fit.breakdown(method)).collect::<Result<_>>()?;
    let plain: Vec<&Breakdown> = plain.iter().collect();
    let left_out = Breakdown::all_with_intervals(&plain, &fit.jackknife()?.level(level)?)?;
    let mut all = vec![left_out.clone()];
    for kind in DRAWN.into_iter().filter(|_| draws.is_some()) {
        let drawn = fit.bootstrap(draws.unwrap_or(2) as usize, seed)?.kind(kind)?.level(level)?;
        all.push(Breakdown::all_with_intervals(&plain, &drawn)?);
    }
    let of_method = |(m, breakdown): (usize, &Breakdown)| {
        let seen = |(p, row): (usize, &apportion::Share)| {
            let truth = truths[m].shares[p];
            let corrected = row.corrected;
            let covers_raw = all.iter().map(|kind| {
                let interval = kind[m].rows().nth(p).and_then(|row| row.interval);
                interval.is_some_and(|i| i.lower <= expected[m][p] && expected[m][p] <= i.upper)
            });
            let under = breakdown.unit_effects_by_model.iter().filter(|under| under.name == row.name).enumerate();
            let by_model = under.map(|(at, under)| {
                let truth = truth + truths[m].left_by_model[at];
                let corrected = under.corrected;
                (corrected.share_of_total, corrected.lower <= truth && truth <= corrected.upper)
            });
            // The default model of noise leaves what persists longer, which is then part of its own target.
            let left = if breakdown.unit_effects_by_model.is_empty() { 0.0 } else { truths[m].left_by_model[1] };
            let own = match row.name.as_str() {
                "practice" => truth + left,
                "unexplained" => truth - left,
                _ => truth,
            };
            Seen {
                corrected: corrected.map_or(f64::NAN, |c| c.share_of_total - own + truth),
                width: corrected.map_or(f64::NAN, |c| c.upper - c.lower),
                covers: corrected.is_some_and(|c| c.lower <= own && own <= c.upper),
                covers_raw: covers_raw.collect(),
                rejects: row.chance_p.map(|p| p < 0.05),
                by_model: by_model.collect(),
            }
        };
        breakdown.rows().enumerate().map(seen).collect()
    };
    Ok(left_out.iter().enumerate().map(of_method).collect())
}
