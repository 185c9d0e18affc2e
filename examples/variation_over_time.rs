//! Is variation falling?
//!
//! Of the rates of plans of England's authorities, 2011 to 2018, and of Ofsted's judgements of them, or with `--data` and
//! the options of `decompose` of your own; `--judgement` and `--scale` name a judgement in words beside it.

#[allow(dead_code, reason = "shares of all periods together are another question")]
mod cli;
#[path = "cli/judgement.rs"]
mod judgement;

use std::process::ExitCode;

use apportion::findings::{JudgementsOverTime, VariationAnalysis};
use apportion::report::Answer;
use clap::{CommandFactory, Parser};
use cli::face::{self, Result};
use cli::words::said;
use serde_json::json;

/// Is variation falling, year by year, and what explains it in each?
#[derive(Parser)]
#[command(name = "variation_over_time")]
struct Arguments {
    #[command(flatten)]
    options: cli::Options,
    #[command(flatten)]
    judgement: judgement::Judgement,
    /// Prints every measure of every period as CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

fn main() -> ExitCode {
    let of_data = |data: clap::Arg| data.requires("unit").requires("period");
    face::run(cli::with_a_panel_of_its_own(Arguments::command()).mut_arg("data", of_data), answer)
}

fn answer(Arguments { options, judgement, csv }: Arguments) -> Result<String> {
    let of_shares = options.bootstrap.is_some() || options.cluster.is_some() || options.compare;
    if of_shares || !options.methods.is_empty() || !options.intervals.is_empty() || options.noise.is_some() {
        let why = "every period is split by sequential and shapley, each unit left out in turn: leave out --method, \
                   --interval, --bootstrap, --cluster, --noise and --compare";
        return Err(why.into());
    }
    let scale = judgement.scale(options.data.is_some())?;
    let column: Vec<String> = scale.iter().map(|scale| scale.column().to_string()).collect();
    let (model, panel) = options.panel_or_england(&column)?;
    let (fit, _) = options.fit(&model, || Ok(panel.clone()))?;
    let level = options.level.unwrap_or(0.95);
    let asked = VariationAnalysis::new().level(level);
    let asked = options.counts().into_iter().fold(asked, |asked, (count, of, per)| asked.counts(count, of, per));
    let variation = asked.of(&fit)?;
    let judgements = scale.map(|scale| JudgementsOverTime::of(&panel, &scale, level)).transpose()?;
    let of_judgements = judgements.iter().map(|judgements| ("Judgements", judgements as &dyn Answer));
    options.write_page(&fit, [("Variation", &variation as &dyn Answer)].into_iter().chain(of_judgements))?;
    if csv {
        return Ok(variation.to_csv());
    }
    if options.json {
        let warnings: Vec<String> = variation.warnings.iter().map(ToString::to_string).collect();
        let document = json!({ "variation": variation, "judgements": judgements, "warnings": warnings });
        return Ok(serde_json::to_string_pretty(&document)?);
    }
    let mut blocks = vec![variation.to_string()];
    // They are of the same panel, which has been described.
    let described = |judgements: &JudgementsOverTime| {
        let mut judgements = judgements.clone();
        judgements.panel = None;
        judgements.to_string()
    };
    blocks.extend(judgements.iter().map(described));
    blocks.push(said(&variation));
    blocks.extend(judgements.iter().map(said));
    Ok(blocks.join("\n\n"))
}
