//! What goes with the change of an outcome between two periods, and of its count: people, places, rates, or which cause?
//!
//! Of England's authorities, 2011 to 2018, or with `--data` and `decompose`'s options of your own; ends in sentences.

#[allow(dead_code, reason = "shares are another question")]
mod cli;

use std::process::ExitCode;

use apportion::findings::{Change, ChangeAnalysis, Oaxaca, OaxacaAnalysis};
use apportion::report::Answer;
use clap::{CommandFactory, Parser};
use cli::face::{self, Result};
use cli::parts::groups;
use cli::words::said;
use cli::{Asked, Elapsed, timed};
use serde::Serialize;

/// What goes with the change of an outcome between two periods, and of its count?
#[derive(Parser)]
#[command(name = "change_over_time")]
struct Arguments {
    #[command(flatten)]
    options: cli::Options,
    /// The period that the change is from [default: the first]
    #[arg(long, value_name = "PERIOD", value_parser = face::period, allow_negative_numbers = true)]
    from: Option<i32>,
    /// The period that it is to [default: the last]
    #[arg(long, value_name = "PERIOD", value_parser = face::period, allow_negative_numbers = true)]
    to: Option<i32>,
    /// Also the change from every period to the next
    #[arg(long)]
    path: bool,
    /// Also the gap between both periods where coefficients differ (Oaxaca and Blinder)
    #[arg(long, conflicts_with = "groups")]
    oaxaca: bool,
    /// The same between two groups of units, by a column that is constant within units
    #[arg(long, value_name = "COL=A,B", value_parser = groups)]
    groups: Option<(String, String, String)>,
    /// Prints the change as CSV
    #[arg(long, conflicts_with_all = ["json", "path", "oaxaca", "groups"])]
    csv: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    change: &'a Change,
    #[serde(skip_serializing_if = "<[Change]>::is_empty")]
    path: &'a [Change],
    #[serde(skip_serializing_if = "Option::is_none")]
    oaxaca: Option<&'a Oaxaca>,
    elapsed_ms: Elapsed,
}

fn main() -> ExitCode {
    let of_data = |data: clap::Arg| data.requires("unit").requires("period");
    face::run(cli::with_a_panel_of_its_own(Arguments::command()).mut_arg("data", of_data), answer)
}

fn answer(Arguments { mut options, from, to, path, oaxaca, groups, csv }: Arguments) -> Result<String> {
    if options.noise.is_some() || options.compare {
        return Err("changes have no corrected shares and no comparisons: leave out --noise and --compare".into());
    }
    let group: Vec<String> = groups.iter().map(|(column, ..)| column.clone()).collect();
    let (model, panel) = options.panel_or_england(&group)?;
    let counts = options.counts().map(|(count, population, per)| (count.to_string(), population.to_string(), per));
    let population = options.take_population();
    options.count = None;
    let (fit, mut elapsed) = options.fit(&model, || Ok(panel))?;
    // Refuses columns that the outcome is not made of.
    counts.map(|(count, population, per)| fit.counting_noise(&count, &population, per)).transpose()?;
    let mut asked = ChangeAnalysis::new().without_intervals();
    for method in &options.methods {
        let Asked::Method(method) = method else {
            return Err("changes are split by --method sequential, shapley, first or last".into());
        };
        asked = asked.method(method.clone());
    }
    let intervals = options.one_way()?;
    asked = intervals.clone().into_iter().fold(asked, ChangeAnalysis::intervals);
    asked = population.into_iter().fold(asked, |asked, (column, per)| asked.counts(column, per));
    let periods = fit.periods();
    let or = |asked: Option<i32>, end: Option<&i32>| asked.or(end.copied()).unwrap_or_default();
    let (from, to) = (or(from, periods.first()), or(to, periods.last()));
    let changes = timed(&mut elapsed.decompose, || {
        let change = asked.of(&fit, from, to)?;
        Ok::<_, apportion::Error>((change, if path { asked.path(&fit)? } else { Vec::new() }))
    });
    let (change, path) = changes.map_err(cli::or_none)?;
    let gap = match groups {
        Some((column, a, b)) => Some(OaxacaAnalysis::between_groups(column, a, b)),
        None => oaxaca.then(|| OaxacaAnalysis::between_periods(from, to)),
    };
    let put =
        |gap: OaxacaAnalysis| intervals.into_iter().fold(gap.without_intervals(), OaxacaAnalysis::intervals).of(&fit);
    let gap = gap.map(put).transpose().map_err(cli::or_none)?;
    let of_gap = gap.iter().map(|gap| ("Gap", gap as &dyn Answer));
    options.write_page(&fit, [("Change", &change as &dyn Answer)].into_iter().chain(of_gap))?;
    if csv {
        return Ok(change.to_csv());
    }
    if options.json {
        let document = Document { change: &change, path: &path, oaxaca: gap.as_ref(), elapsed_ms: elapsed };
        return Ok(serde_json::to_string_pretty(&document)?);
    }
    let mut blocks: Vec<String> = path.iter().chain([&change]).map(Change::to_string).collect();
    blocks.extend(gap.iter().map(Oaxaca::to_string).chain([said(&change)]).chain(gap.iter().map(said)));
    Ok(blocks.join("\n\n"))
}
