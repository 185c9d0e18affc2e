//! At which level does the variation lie, between places or over their years, and what explains it there?
//!
//! Of England's authorities, 2011 to 2018, or with `--data` and the options of `decompose` of your own; `--nested region` tells regions from the places in them, to any depth from the
//! outermost column on. Ends in sentences that say what the numbers say.

#[allow(dead_code, reason = "some of it serves other examples")]
mod cli;

use std::process::ExitCode;

use apportion::Method;
use apportion::decompose::Levels;
use clap::{CommandFactory, Parser};
use cli::face::{self, Result};
use cli::words::said;
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
        false => Ok(format!("{levels}\n\n{}", said(&levels))),
    }
}
