//! Is variation falling?
//!
//! Of the rates of plans of England's authorities, 2011 to 2018, and of Ofsted's judgements of them, or with `--data` and
//! the options of `decompose` of your own; `--judgement` and `--scale` name a judgement in words beside it.

#[allow(dead_code, reason = "shares of all periods together are another question")]
mod cli;
#[path = "cli/judgement.rs"]
mod judgement;

use std::process::ExitCode;

use apportion::findings::{
    JudgementsOverTime, Trend, VariationAnalysis, VariationMeasure, VariationOverTime, VariationSeries,
};
use apportion::report::Answer;
use clap::{CommandFactory, Parser};
use cli::face::{self, Result};
use cli::words::{percent, short, wrapped};
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
    blocks.push(sentences(&variation, judgements.as_ref()));
    Ok(blocks.join("\n\n"))
}

/// What the numbers say.
fn sentences(variation: &VariationOverTime, judgements: Option<&JudgementsOverTime>) -> String {
    let beyond = 1.0 - variation.level;
    let mut lines = vec!["In words:".to_string()];
    let shares = |series: &&VariationSeries| series.method.as_deref() != Some("sequential");
    for series in variation.series.iter().filter(shares) {
        let (Some(first), Some(last), Some(trend)) = (series.points.first(), series.points.last(), &series.trend)
        else {
            continue;
        };
        let [from, to] = [first.value, last.value].map(|value| number(series.measure, value));
        let name = match (&series.component, &series.method) {
            (Some(component), Some(method)) => format!("share of {component} ({method})"),
            (Some(component), None) => format!("{component} part"),
            (None, _) => format!("{} of {}", series.measure, variation.outcome),
        };
        let has_units = number(series.measure, 1.0).find('%').is_none();
        lines.push(format!(
            "The {name} was {from} in {} and {to} in {}. {}.",
            first.period,
            last.period,
            verdict(trend, beyond, has_units)
        ));
    }
    for level in judgements.iter().flat_map(|judgements| &judgements.levels) {
        let (Some(first), Some(last), Some(trend)) = (level.counts.first(), level.counts.last(), &level.trend) else {
            continue;
        };
        let [from, to] = [first, last].map(|count| count.part.map_or("none".to_string(), |part| percent(part) + "%"));
        lines.push(format!(
            "{}: {} unit{}, {from} of those judged, in {}; {}, {to}, in {}. {}.",
            level.level,
            first.units,
            if first.units == 1 { "" } else { "s" },
            first.period,
            last.units,
            last.period,
            verdict(trend, beyond, false)
        ));
    }
    if let Some(judgements) = judgements {
        let (up, down) = judgements.all_moves.up_and_down();
        lines.push(format!("Of all moves from one period to the next {up} were up and {down} down."));
    }
    wrapped(&lines.join("\n"))
}

fn number(measure: VariationMeasure, value: f64) -> String {
    use VariationMeasure::{QuartileSpread, StandardDeviation, SystematicDeviation};
    match measure {
        StandardDeviation | QuartileSpread | SystematicDeviation if value.abs() < 1.0 => format!("{value:.3}"),
        StandardDeviation | QuartileSpread | SystematicDeviation => format!("{value:.1}"),
        _ => percent(value) + "%",
    }
}

/// Whether it falls or rises over all periods, which need not go as from the first to the last, and by how much.
fn verdict(trend: &Trend, beyond: f64, has_units: bool) -> String {
    let text = |value: f64| if has_units { short(value) } else { percent(value) };
    let points = if has_units { "" } else { " points" };
    let way = match (trend.p_value <= beyond, trend.slope < 0.0) {
        (true, true) => "falls",
        (true, false) => "rises",
        (false, _) => "falls or rises by no more than chance allows",
    };
    let [slope, lower, upper] = [trend.slope, trend.lower, trend.upper].map(text);
    format!("Over all periods it {way}: {slope}{points} a period ({lower} to {upper})")
}
