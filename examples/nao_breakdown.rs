//! The National Audit Office's breakdown of child protection plan rates: on a simulated panel, or on your own.
//!
//! Without arguments it runs on the embedded panel, which is simulated. With `--data FILE` and the options of
//! `decompose` it runs on yours. Source of the figures: National Audit Office (2019), Pressures on children's social
//! care, HC 1868, whose exact specification was never published.

mod cli;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use apportion::{Breakdown, Interval, Method, Model, OrderRange, Panel, SIMULATED_ENGLAND_SEED, Share, Term};
use clap::{CommandFactory, Parser};
use cli::Answer;
use cli::face::{self, Result};

/// Component, published per cent, and what the report calls it.
const NAO: [(&str, f64, &str); 5] = [
    ("deprivation", 15.0, "deprivation"),
    ("spending", 6.0, "spending, social-worker vacancies"),
    ("policy", 10.0, "national policy changes"),
    ("practice", 44.0, "characteristics of authorities (1)"),
    ("unexplained", 25.0, "unexplained"),
];
const SOURCE: &str = "\
NAO: National Audit Office (2019), Pressures on children's social care, HC 1868
(1) practice, market conditions, children and families";

/// The NAO's breakdown of child protection plan rates, on a simulated panel or on your own
#[derive(Parser)]
#[command(name = "nao_breakdown")]
struct Arguments {
    #[command(flatten)]
    options: cli::Options,
    /// Also writes nao_breakdown.json into this directory, which is made if need be
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    // What describes another panel needs one, and a panel needs a question.
    let of_data = ["outcome", "unit", "period", "components", "always", "weights"];
    let command = Arguments::command().mut_arg("data", |data| data.requires("outcome").requires("components"));
    let command = of_data.into_iter().fold(command, |c, name| c.mut_arg(name, |argument| argument.requires("data")));
    face::run(command, answer)
}

fn answer(Arguments { options, out }: Arguments) -> Result<String> {
    let (fit, elapsed) = match options.data {
        Some(_) => {
            let model = options.model()?;
            options.fit(&model, || options.read(&model))?
        }
        None => options.fit(&nao_model(), || Ok(Panel::simulated_england(SIMULATED_ENGLAND_SEED)?))?,
    };
    let answer = options.answer(&fit, elapsed)?;
    let json = answer.json()?;
    let text = if options.json { json.clone() } else { tables(&answer, &fit.order_range()?) };
    if let Some(directory) = out {
        let file = directory.join("nao_breakdown.json");
        let written = fs::create_dir_all(&directory).and_then(|()| fs::write(&file, json + "\n"));
        written.map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    Ok(text)
}

fn nao_model() -> Model {
    Model::new("cpp_rate")
        .component("deprivation", ["low_income_pct"])
        .component("spending", ["spend_per_child", "vacancy_rate"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
}

fn tables(answer: &Answer, range: &OrderRange) -> String {
    let mut blocks = Vec::new();
    for (i, breakdown) in answer.breakdowns.iter().enumerate() {
        blocks.push(breakdown.to_string());
        if matches!(breakdown.method, Method::Sequential { .. }) {
            blocks.extend(beside_nao(breakdown));
        }
        if i == 0 {
            blocks.push(headed(&answer.report.panel, range.to_string()));
        }
    }
    blocks.push(headed(&answer.report.panel, how_to_read(range)));
    blocks.join("\n\n")
}

/// The sequential shares beside those published, for components that bear the same names.
fn beside_nao(breakdown: &Breakdown) -> Option<String> {
    let published = |row: &Share| NAO.iter().find(|(name, ..)| *name == row.name);
    let shown = breakdown.components.iter().filter(|row| published(row).is_some()).count();
    // What is unexplained compares only where the causes do.
    let rows: Vec<&Share> =
        breakdown.components.iter().chain((shown == NAO.len() - 1).then_some(&breakdown.unexplained)).collect();
    if shown == 0 {
        return None;
    }
    let name_width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).min(16);
    let mut lines = vec![
        "Beside the NAO's figures, in % of the variation".to_string(),
        format!("{:name_width$}   here  {:>12}   NAO", "", "interval"),
    ];
    for row in rows {
        let name: String = row.name.chars().take(name_width).collect();
        let here = format!("{name:name_width$}  {:5.1}  {:>12}", 100.0 * row.share_of_total, ends(row.interval));
        lines.push(match published(row) {
            Some((_, percent, what)) => format!("{here}  {percent:4.0}  {what}"),
            None => here.trim_end().to_string(),
        });
    }
    lines.push(SOURCE.to_string());
    Some(headed(&breakdown.panel, lines.join("\n")))
}

fn ends(interval: Option<Interval>) -> String {
    interval.map_or(String::new(), |i| format!("{:.1} to {:.1}", 100.0 * i.lower, 100.0 * i.upper))
}

fn how_to_read(range: &OrderRange) -> String {
    let widest = range.components.iter().max_by(|a, b| (a.max - a.min).total_cmp(&(b.max - b.min)));
    let moves = widest.map_or(String::new(), |r| {
        format!("\n{} gets {:.1}% in one order and {:.1}% in another.", r.name, 100.0 * r.min, 100.0 * r.max)
    });
    format!(
        "How to read this: a share is the part of the variation across units and periods\n\
         that goes with a component, not what it causes. It depends on the order:{moves}"
    )
}

/// What the panel says of itself stands above every block.
fn headed(panel: &Option<String>, block: String) -> String {
    match panel {
        Some(panel) => format!("{panel}\n{block}"),
        None => block,
    }
}
