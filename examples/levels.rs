//! At which level does the variation lie, between places or over their years, and what explains it there?
//!
//! Of England's authorities, 2011 to 2018, or with `--data` and the options of `decompose` of your own; `--nested region` tells regions from the places in them, to any depth from the
//! outermost column on. Ends in sentences that say what the numbers say.

#[allow(dead_code, reason = "some of it serves other examples")]
mod cli;

use std::process::ExitCode;

use apportion::Method;
use apportion::decompose::{Level, LevelShare, Levels};
use clap::{CommandFactory, Parser};
use cli::face::{self, Result};
use cli::words::{in_brackets, percent, wrapped};
use cli::{Asked, Elapsed, timed};
use serde::Serialize;

/// At which level does the variation of an outcome lie, and what does each named cause explain there?
#[derive(Parser)]
#[command(name = "levels")]
struct Arguments {
    #[command(flatten)]
    options: cli::Options,
    /// Column of groups that units lie in, such as regions; repeat from the outermost to the innermost
    #[arg(long, value_name = "COL")]
    nested: Vec<String>,
}

/// The document, with the times below it.
#[derive(Serialize)]
struct Timed<'a> {
    #[serde(flatten)]
    levels: &'a Levels,
    elapsed_ms: Elapsed,
}

fn main() -> ExitCode {
    let command = cli::with_a_panel_of_its_own(Arguments::command());
    face::run(command, answer)
}

fn answer(Arguments { options, nested }: Arguments) -> Result<String> {
    if options.noise.is_some() || options.compare {
        return Err("levels have no corrected shares and no comparisons: leave out --noise and --compare".into());
    }
    if options.count.is_some() {
        return Err("counting noise is no level: ask decompose for it, and leave out --count and --population".into());
    }
    let in_order = Method::Sequential { order: Vec::new() };
    let asked = options.methods.iter().map(|asked| match asked {
        Asked::Method(method) => Ok(method.clone()),
        _ => Err("levels are split by --method sequential, shapley, first or last"),
    });
    let mut methods = asked.collect::<std::result::Result<Vec<Method>, &str>>()?;
    if methods.is_empty() {
        methods = vec![in_order, Method::Shapley];
    }
    let (model, panel) = options.panel_or_england(&nested)?;
    let (fit, mut elapsed) = options.fit(&model, || Ok(panel))?;
    let columns: Vec<&str> = nested.iter().map(String::as_str).collect();
    let levels = timed(&mut elapsed.decompose, || fit.levels_in(&columns)?.methods(&methods))?;
    let levels = timed(&mut elapsed.bootstrap, || match options.resampling(&fit)? {
        Some(resampling) => Ok::<_, face::Error>(levels.with_intervals(&resampling)?),
        None => Ok(levels),
    })?;
    options.write_page(&fit, [("Levels", &levels as &dyn apportion::report::Answer)])?;
    match options.json {
        true => Ok(serde_json::to_string_pretty(&Timed { levels: &levels, elapsed_ms: elapsed })?),
        false => Ok(format!("{levels}\n\n{}", sentences(&levels))),
    }
}

/// What the numbers say, level by level, by the first method that was asked.
fn sentences(levels: &Levels) -> String {
    let mut lines = vec!["In words:".to_string()];
    for (at, level) in levels.levels.iter().enumerate() {
        let (part, place) = (percent(level.part_of_total), place(&levels.nested_in, at));
        let mut said =
            format!("{part}%{} of the variation of {} lies {place}.", in_brackets(level.interval), levels.outcome);
        if let Some(method) = level.methods.first().filter(|_| level.part_of_total > 1e-9) {
            let most = |a: &&LevelShare, b: &&LevelShare| a.share_of_total.total_cmp(&b.share_of_total);
            if let Some(most) = method.components.iter().max_by(most).filter(|most| most.share_of_total > 5e-4) {
                let (share, name) = (percent(most.share_of_total), &most.name);
                said += &format!(" Of these {part} points {name} explains most, {share}{}", in_brackets(most.interval));
                said += &format!(" ({});", method.method.name());
            }
            said += &match method.unexplained.share_of_total {
                left if left > 5e-4 => format!(" {} points are unexplained.", percent(left)),
                _ => " nothing is left unexplained.".to_string(),
            };
            let worse: Vec<&str> = worse(level).collect();
            if !worse.is_empty() {
                said += &format!(" With {} this level is fitted worse than without.", worse.join(" and "));
            }
        }
        lines.push(wrapped(&said));
    }
    if let Some(icc) = levels.intraclass_correlation {
        lines.push(wrapped(&format!("Two periods of one unit correlate by {icc:.2}.")));
    }
    lines.push(wrapped("A share is what goes with a component, not what it causes."));
    lines.join("\n")
}

/// Components with a share below zero, by the first method.
fn worse(level: &Level) -> impl Iterator<Item = &str> {
    let components = level.methods.iter().take(1).flat_map(|method| &method.components);
    components.filter(|share| share.share_of_total < -5e-4).map(|share| share.name.as_str())
}

/// Where the level at this place lies, from the outermost in.
fn place(nested_in: &[String], at: usize) -> String {
    let inside = at.checked_sub(1).and_then(|outer| nested_in.get(outer));
    match (nested_in.get(at), inside) {
        (Some(group), None) => format!("between groups of units by {group}"),
        (Some(group), Some(outer)) => format!("between groups by {group} within one of {outer}"),
        (None, Some(outer)) => format!("between units within one {outer}"),
        (None, None) if at == 0 => "between units".to_string(),
        (None, None) => "within units, from one period to another".to_string(),
    }
}
