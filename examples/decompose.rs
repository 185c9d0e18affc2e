//! Splits the variation of an outcome among named causes: a CSV file in, tables or JSON out.
//!
//! ```text
//! cargo run --release --example decompose -- --data england.csv --outcome cpp_rate --unit la_number --period year \
//!     --component deprivation=low_income_pct --component 'spending=log(spend_core_per_child),vacancy_rate' \
//!     --component policy=period_effects --component practice=unit_effects
//! ```

#[allow(dead_code, reason = "some of it serves other examples")]
mod cli;

use std::process::ExitCode;

use apportion::Method;
use clap::{CommandFactory, Parser};
use cli::face::{self, Result};
use cli::{Answer, Asked};

/// How much of the variation in an outcome across places and years goes with each named cause?
#[derive(Parser)]
#[command(name = "decompose")]
struct Arguments {
    #[command(flatten)]
    options: cli::Options,
}

fn main() -> ExitCode {
    let needed = |argument: clap::Arg| argument.required(true);
    let command = Arguments::command();
    let command = ["data", "outcome", "components"].into_iter().fold(command, |c, name| c.mut_arg(name, needed));
    face::run(command, answer)
}

fn answer(Arguments { mut options }: Arguments) -> Result<String> {
    if options.methods.is_empty() {
        // By their names: both are wanted, and what cannot be had is refused.
        let in_order = Method::Sequential { order: Vec::new() };
        options.methods = [in_order, Method::Shapley].map(Asked::Method).to_vec();
    }
    let (model, analysis) = (options.model()?, options.analysis()?);
    let (fit, elapsed) = options.fit(&model, || options.read(&model))?;
    let answer = Answer::of(&analysis, &fit, elapsed)?;
    if let Some(file) = &options.html {
        cli::page::write(file, cli::page::Start::Shares(&fit, &answer.findings), [])?;
    }
    if options.json { answer.json() } else { Ok(answer.findings.to_string()) }
}
