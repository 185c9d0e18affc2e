//! The National Audit Office's breakdown of child protection plan rates: on open data, or on your own.
//!
//! Without arguments it sets side by side a simulated panel, whose truth is known, England's by the question nearest to
//! the published figures and by the plain one, and these figures. With `--data FILE` and the options of `decompose` it
//! runs on your panel, and the published figures stand beside where the outcome is `cpp_rate`. Source of the figures:
//! National Audit Office (2019), Pressures on children's social care, HC 1868, whose exact specification was never
//! published.

#[allow(dead_code, reason = "some of it serves other examples")]
mod cli;
mod nao;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use apportion::findings::{Analysis, Findings};
use apportion::panel::SIMULATED_ENGLAND_SEED;
use apportion::regress::NoiseModel;
use apportion::{Breakdown, Method, Model, OrderRange, Panel, Share};
use clap::{CommandFactory, Parser};
use cli::face::{self, Result};
use cli::words::{ends, percent, wrapped};
use cli::{Answer, england};
use nao::{Column, PUBLISHED, SOURCE};
use serde_json::{Value, json};

/// What the NAO split.
const OUTCOME: &str = "cpp_rate";
/// The most characters of a name that running text repeats.
const NAME_IN_TEXT: usize = 24;
/// Shares that move by less, as a fraction, are said to stay.
const STAYS: f64 = 0.0005;

/// The NAO's breakdown of child protection plan rates, on open data or on your own
#[derive(Parser)]
#[command(name = "nao_breakdown")]
struct Arguments {
    #[command(flatten)]
    options: cli::Options,
    #[command(flatten)]
    counted: cli::Counted,
    /// Also writes nao_breakdown.json into this directory, which is made if need be
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    let command = cli::with_a_panel_of_its_own(Arguments::command());
    let command =
        ["family", "exposure"].into_iter().fold(command, |c, name| c.mut_arg(name, |arg| arg.requires("data")));
    face::run(command, answer)
}

fn answer(Arguments { mut options, counted, out }: Arguments) -> Result<String> {
    // Every breakdown is printed here, with its intervals.
    if options.intervals.is_empty() {
        options.intervals.push(cli::Interval::Root);
    }
    let analysis = options.analysis()?.order_range();
    let (json, text) = match options.data {
        Some(_) => {
            let answer = options.answer(counted, |analysis| analysis.clone().order_range())?;
            (answer.json()?, tables(&answer.findings))
        }
        None => embedded(&options, &analysis)?,
    };
    let text = if options.json { json.clone() } else { text };
    if let Some(directory) = out {
        let file = directory.join("nao_breakdown.json");
        let written = fs::create_dir_all(&directory).and_then(|()| fs::write(&file, json + "\n"));
        written.map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    Ok(text)
}

/// The document and the text of the panels in the crate: the simulated one, and England's by two questions.
fn embedded(options: &cli::Options, analysis: &Analysis) -> Result<(String, String)> {
    let of = |analysis: &Analysis, model: Model, panel: &dyn Fn() -> apportion::Result<Panel>| {
        let (fit, elapsed) = options.fit(&model, || Ok(panel()?))?;
        Answer::of(analysis, &fit, elapsed)
    };
    let counting = |(count, population, per)| analysis.clone().counting_noise(count, population, per);
    let simulated = of(analysis, england::simulated(), &|| Panel::simulated_england(SIMULATED_ENGLAND_SEED))?;
    let of_counts = england::of_counts();
    let (counts, elapsed) = options.fit_counts(&of_counts, || Ok(Panel::england_2011_2018()?))?;
    let counts = Answer::of_counts(&options.analysis_of_counts()?.order_range(), &counts, elapsed)?;
    let nearest = of(&counting(england::COUNTS_OF_STARTS), england::nearest(), &england::of_the_window)?;
    let plain = of(&counting(england::COUNTS), england::plain(), &Panel::england_2011_2018)?;
    let mut document: Value = serde_json::from_str(&simulated.json()?)?;
    let parsed = |answer: &Answer| Ok::<Value, face::Error>(serde_json::from_str(&answer.json()?)?);
    document["england"] = json!({ "nearest": parsed(&nearest)?, "plain": parsed(&plain)?, "counts": parsed(&counts)? });
    let heads = [["simulated", ""], ["England, plan", "starts, logged"], ["England, plans", "at 31 March"]];
    let all = [&simulated.findings, &nearest.findings, &plain.findings];
    let columns = [0, 1, 2].map(|at| Column { head: heads[at], findings: all[at] });
    let counts = Column { head: ["England, plans", "as counts"], findings: &counts.findings };
    if let Some(file) = &options.html {
        nao::page::write(file, &columns, &counts)?;
    }
    let text = match options.methods.is_empty() && !options.compare {
        true => {
            let mut blocks = vec![nao::side_by_side(&columns)];
            blocks.extend(columns[1..].iter().filter_map(nao::corrected));
            blocks.extend(nao::counts::beside(&columns[2], &counts));
            blocks.push(nao::in_words(&columns[1], &columns[2]));
            blocks.join("\n\n")
        }
        // What was asked for is printed in full, of one panel after another.
        false => all.into_iter().chain([counts.findings]).map(tables).collect::<Vec<_>>().join("\n\n"),
    };
    Ok((serde_json::to_string_pretty(&document)?, text))
}

fn tables(findings: &Findings) -> String {
    let Findings { methods, order_range, panel, .. } = findings;
    let mut blocks = Vec::new();
    blocks.extend(findings.is_table.then(|| methods.to_string()));
    for (i, breakdown) in methods.breakdowns.iter().enumerate() {
        blocks.push(breakdown.to_string());
        if matches!(breakdown.method, Method::Sequential { .. }) && breakdown.outcome == OUTCOME {
            blocks.extend(beside_nao(breakdown));
        }
        if i == 0 {
            blocks.extend(order_range.as_ref().map(|range| headed(panel, range.to_string())));
        }
    }
    blocks.extend(findings.gelbach.iter().map(|gelbach| gelbach.to_string()));
    blocks.extend(findings.comparisons.iter().map(|comparison| comparison.to_string()));
    // The table of all methods says itself what it leaves out.
    let methods_left_out = methods.left_out.iter().filter(|_| !findings.is_table);
    let range_left_out = findings.left_out.iter().filter(|left_out| left_out.method == "order_range");
    let left_out = methods_left_out.chain(range_left_out);
    blocks.extend(left_out.map(|left_out| wrapped(&format!("Left out: {}.", left_out.reason))));
    let mut reading = vec![how_to_read(order_range.as_ref())];
    let sequential = |b: &&Breakdown| matches!(b.method, Method::Sequential { .. });
    reading.extend(methods.breakdowns.iter().find(sequential).and_then(what_persists));
    blocks.push(headed(panel, reading.join("\n")));
    blocks.join("\n\n")
}

/// The sequential shares beside those published, for components that bear the same names.
fn beside_nao(breakdown: &Breakdown) -> Option<String> {
    let published = |row: &Share| PUBLISHED.iter().find(|(name, ..)| *name == row.name);
    let shown = breakdown.components.iter().filter(|row| published(row).is_some()).count();
    // What is unexplained compares only where the causes do.
    let rows: Vec<&Share> =
        breakdown.components.iter().chain((shown == PUBLISHED.len() - 1).then_some(&breakdown.unexplained)).collect();
    if shown == 0 {
        return None;
    }
    let name_width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).min(16);
    let mut lines = vec![
        "Beside the NAO's figures, in % of the variation".to_string(),
        format!("{:name_width$}   here  {:>12}   NAO", "", "interval"),
    ];
    for row in rows {
        let (name, share) = (start(&row.name, name_width), percent(row.share_of_total));
        let here = format!("{name:name_width$}  {share:>5}  {:>12}", ends(row.interval));
        lines.push(match published(row) {
            Some((_, percent, what)) => format!("{here}  {percent:4.0}  {what}"),
            None => here.trim_end().to_string(),
        });
    }
    lines.push(SOURCE.to_string());
    Some(headed(&breakdown.panel, lines.join("\n")))
}

fn start(name: &str, width: usize) -> String {
    name.chars().take(width).collect()
}

fn how_to_read(range: Option<&OrderRange>) -> String {
    let widest = range.and_then(|r| r.components.iter().max_by(|a, b| (a.max - a.min).total_cmp(&(b.max - b.min))));
    let moves = match widest {
        None => "It depends on the order.".to_string(),
        Some(r) => match [percent(r.min), percent(r.max)] {
            [least, most] if r.max - r.min < STAYS || least == most => {
                "It can depend on the order, but here no order moves a share by as much as 0.1 points.".to_string()
            }
            [least, most] => {
                let name = start(&r.name, NAME_IN_TEXT);
                format!("It depends on the order:\n{name} gets {least}% in one order and {most}% in another.")
            }
        },
    };
    let share = "How to read this: a share is the part of the variation across units and periods \
                 that goes with a component, not what it causes.";
    wrapped(&format!("{share} {moves}"))
}

/// What is raw, what chance gives and what persists, of the component with the most chance in it.
fn what_persists(breakdown: &Breakdown) -> Option<String> {
    let chance = |share: &&Share| share.chance.unwrap_or(0.0);
    let most = breakdown.components.iter().max_by(|a, b| chance(a).total_cmp(&chance(b)))?;
    let (corrected, chance) = (most.corrected?, most.chance?);
    let name = start(&most.name, NAME_IN_TEXT);
    let what = "A raw share is of this sample, chance included: with few places some line up with any cause, and noise \
                that survives in the mean of a place's few years looks like a difference between places. A corrected \
                share is of all such places, chance taken out.";
    let raw = percent(most.share_of_total);
    if corrected.share_of_total <= 0.0 {
        return Some(wrapped(&format!("{what} The {raw}% of {name} are no more than chance.")));
    }
    let takes_noise = breakdown.unit_effects_by_model.iter().any(|under| under.name == most.name);
    let lag = breakdown.noise.as_ref().map(|noise| noise.model);
    let persists = match lag {
        Some(NoiseModel::Persistent { from_lag: Some(lag) }) if takes_noise && lag > 1 => {
            format!("persist over {lag} years and more")
        }
        Some(_) if takes_noise => "persist".to_string(),
        _ => "are left".to_string(),
    };
    let [points, left, lower, upper] =
        [chance, corrected.share_of_total, corrected.lower, corrected.upper].map(percent);
    Some(wrapped(&format!(
        "{what} Of the {raw}% of {name} chance gives {points} points; {left}% ({lower} to {upper}) {persists}."
    )))
}

/// What the panel says of itself stands above every block.
fn headed(panel: &Option<String>, block: String) -> String {
    match panel {
        Some(panel) => format!("{}\n{block}", wrapped(panel)),
        None => block,
    }
}
