//! Splits the variation of an outcome among named causes: a CSV file in, tables or JSON out.
//!
//! ```text
//! cargo run --release --example decompose -- --data england.csv --outcome cpp_rate --unit la_number --period year \
//!     --component deprivation=low_income_pct --component 'spending=log(spend_core_per_child),vacancy_rate' \
//!     --component policy=period_effects --component practice=unit_effects
//! ```
//!
//! With `--family poisson --exposure population_0_17` the outcome is a count, and what is split is its deviance.

#[allow(dead_code, reason = "some of it serves other examples")]
mod cli;

use std::process::ExitCode;

use apportion::Method;
use apportion::findings::Analysis;
use clap::{CommandFactory, Parser};
use cli::Asked;
use cli::face::{self, Result};

/// How much of the variation in an outcome across places and years goes with each named cause?
#[derive(Parser)]
#[command(name = "decompose")]
struct Arguments {
    #[command(flatten)]
    options: cli::Options,
    #[command(flatten)]
    counted: cli::Counted,
}

fn main() -> ExitCode {
    let needed = |argument: clap::Arg| argument.required(true);
    let command = Arguments::command();
    let command = ["data", "outcome", "components"].into_iter().fold(command, |c, name| c.mut_arg(name, needed));
    face::run(command, answer)
}

fn answer(Arguments { mut options, counted }: Arguments) -> Result<String> {
    if options.methods.is_empty() {
        // By their names: both are wanted, and what cannot be had is refused.
        let in_order = Method::Sequential { order: Vec::new() };
        options.methods = [in_order, Method::Shapley].map(Asked::Method).to_vec();
    }
    let answer = options.answer(counted, Analysis::clone)?;
    if options.json { answer.json() } else { Ok(answer.findings.to_string()) }
}
