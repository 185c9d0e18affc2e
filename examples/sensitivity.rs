//! Would another analyst get the same shares? Every specification that could be defended, and which choice moves them.
//!
//! Of England's authorities the question of the National Audit Office, with its figures beside the nearest specification; or
//! with `--data` and `decompose`'s options of your own, each choice with its alternatives.

#[allow(dead_code, reason = "shares of one specification are another question")]
mod cli;
#[allow(dead_code, reason = "only the figures are needed")]
mod nao;

use std::process::ExitCode;

use apportion::findings::Sensitivity;
use apportion::report::Answer;
use apportion::{Method, Panel};
use clap::{CommandFactory, Parser};
use cli::alternatives::{Alternatives, figures};
use cli::face::{self, Result};
use cli::specifications::Document;
use cli::{Asked, Watch};

/// Specifications that are shown as the nearest, and how near in points is near.
const NEAREST: usize = 5;
const NEAR: f64 = 0.02;

/// Would another analyst get the same shares? The shares under every specification that could be defended.
#[derive(Parser)]
#[command(name = "sensitivity")]
struct Arguments {
    #[command(flatten)]
    options: cli::Options,
    #[command(flatten)]
    alternatives: Alternatives,
    /// Figures, as parts of the total, that specifications are held against [default: the NAO's, of England]
    #[arg(long, value_name = "NAME=PART,…", value_parser = figures)]
    figures: Option<Figures>,
    /// Answers so many specifications drawn at random by --seed
    #[arg(long, value_name = "N", conflicts_with = "one_at_a_time", value_parser = face::whole::<usize>, allow_negative_numbers = true)]
    sample: Option<usize>,
    /// Answers the base, and every alternative with all others as in the base
    #[arg(long)]
    one_at_a_time: bool,
    /// Prints every specification as CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

type Figures = Vec<(String, f64)>;

fn main() -> ExitCode {
    face::run(cli::with_a_panel_of_its_own(Arguments::command()), answer)
}

fn answer(arguments: Arguments) -> Result<String> {
    let (panel, asked) = question(&arguments)?;
    let start = std::time::Instant::now();
    let watch = Watch::new("specifications");
    let curve = asked.watched(&panel, |done, of| watch.at(done, of))?;
    let elapsed_ms = start.elapsed().as_secs_f64() * 1e3;
    drop(watch);
    if arguments.csv {
        return Ok(curve.to_csv());
    }
    let of_the_nao = || nao::PUBLISHED.iter().map(|(name, per_cent, _)| (name.to_string(), per_cent / 100.0)).collect();
    let figures = arguments.figures.or_else(|| arguments.options.data.is_none().then(of_the_nao));
    let figures: Option<Vec<(&str, f64)>> =
        figures.as_ref().map(|figures: &Figures| figures.iter().map(|(name, part)| (name.as_str(), *part)).collect());
    let nearest = figures.map(|figures| curve.nearest(&figures, NEAREST, NEAR)).transpose()?;
    if let Some(file) = &arguments.options.html {
        let near = nearest.iter().map(|nearest| ("Near the figures", nearest as &dyn Answer));
        let parts = [("Specifications", &curve as &dyn Answer)].into_iter().chain(near);
        cli::page::write(file, cli::page::Start::Title("Would another analyst get the same shares?"), parts)?;
    }
    if arguments.options.json {
        return Ok(serde_json::to_string(&Document::of(&curve, nearest.as_ref(), elapsed_ms))?);
    }
    Ok([Some(curve.to_string()), nearest.map(|nearest| nearest.to_string())]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n\n"))
}

/// The panel, and what is asked of it.
fn question(
    Arguments { options, alternatives, sample, one_at_a_time, .. }: &Arguments,
) -> Result<(Panel, Sensitivity)> {
    if options.compare || options.count.is_some() || options.population.is_some() {
        return Err("specifications have no comparisons and no counting noise: leave out --compare and --count".into());
    }
    options.check()?;
    let (panel, asked) = alternatives.question(options)?;
    let methods = options.methods.iter().map(|asked| match asked {
        Asked::Method(method) => Ok(method.clone()),
        _ => Err("specifications are split by one --method or several, such as sequential and shapley"),
    });
    let mut methods = methods.collect::<std::result::Result<Vec<Method>, &str>>()?;
    if methods.is_empty() {
        methods = vec![Method::Sequential { order: Vec::new() }, Method::Shapley];
    }
    let has_orders =
        methods.iter().any(|method| matches!(method, Method::Sequential { .. })) && !alternatives.one_order;
    let asked = if has_orders { asked.all_orders() } else { asked };
    let asked = asked.methods(methods);
    // Thousands of specifications have intervals only where they are asked for.
    let intervals = if options.asks_for_intervals() { options.one_way()? } else { None };
    let asked = intervals.into_iter().fold(asked, Sensitivity::intervals);
    Ok((
        panel,
        match sample {
            Some(many) => asked.sample(*many, options.seed),
            None if *one_at_a_time => asked.one_at_a_time(),
            None => asked,
        },
    ))
}
