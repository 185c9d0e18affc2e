//! Do two things go together: over all, between places, and from year to year within them?
//!
//! Of England's authorities: spending against Ofsted's judgement, spending against children in need, vacancies against
//! re-referrals; or with `--data` of your own.

#[path = "cli/data.rs"]
mod data;
#[path = "cli/face.rs"]
mod face;
#[path = "cli/judgement.rs"]
mod judgement;
#[allow(dead_code, reason = "pages that begin with shares are another question")]
#[path = "cli/page.rs"]
mod page;
#[allow(dead_code, reason = "shares are another question")]
#[path = "cli/words.rs"]
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use apportion::Panel;
use apportion::findings::{JudgementScale, Relation, RelationVariable};
use apportion::panel::UnitRule;
use apportion::report::Answer;
use clap::{CommandFactory, Parser};
use face::Result;
use serde_json::json;
use words::said;

/// What Parliament asked about; vacancies are known from 2016 on.
const PAIRS: [&str; 4] = [
    "spend_core_per_child=ofsted_overall",
    "spend_core_per_child=cin_rate",
    "vacancy_rate=rereferral_pct",
    "vacancy_rate=ofsted_overall",
];

/// Do two things go together: over all, between places, and from year to year within them?
#[derive(Parser)]
#[command(name = "relations")]
struct Arguments {
    #[command(flatten)]
    data: data::Data,
    /// Two columns that are related; repeat for several
    #[arg(long = "pair", value_name = "COL=COL", id = "pairs")]
    pairs: Vec<String>,
    #[command(flatten)]
    judgement: judgement::Judgement,
    /// Level of the intervals
    #[arg(long, default_value_t = 0.95)]
    level: f64,
    /// Prints correlations as CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Also writes a page of HTML with tables, charts and what they say
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Prints one JSON document instead of tables
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    face::run(Arguments::command().mut_arg("data", |data| data.requires("unit").requires("pairs")), answer)
}

fn answer(arguments: Arguments) -> Result<String> {
    let scale = arguments.judgement.scale(arguments.data.is_given())?;
    let given = arguments.pairs.iter().map(String::as_str);
    let pairs: Vec<&str> = if arguments.pairs.is_empty() { PAIRS.to_vec() } else { given.collect() };
    let split = |pair: &&str| {
        let (first, second) = pair.split_once('=')?;
        Some((first.trim().to_string(), second.trim().to_string()))
    };
    let pairs: Option<Vec<(String, String)>> = pairs.iter().map(split).collect();
    let pairs = pairs.ok_or("--pair takes two columns: write COL=COL")?;
    let used = pairs.iter().flat_map(|(first, second)| [first, second]).map(String::as_str);
    let panel = match arguments.data.read(used, scale.as_ref().map(JudgementScale::column))? {
        Some(panel) => panel,
        None => Panel::england()?.without(&UnitRule::degenerate_authorities())?,
    };
    let variable = |column: &String| match &scale {
        Some(scale) if scale.column() == column => RelationVariable::from(scale.clone()),
        _ => RelationVariable::from(column.clone()),
    };
    let relation =
        |(first, second): &(String, String)| Relation::of(&panel, variable(first), variable(second), arguments.level);
    let relations: Vec<Relation> = pairs.iter().map(relation).collect::<apportion::Result<_>>()?;
    if let Some(file) = &arguments.html {
        page::write(file, page::Start::Title("What goes together?"), [("Correlations", &relations as &dyn Answer)])?;
    }
    if arguments.json {
        return Ok(serde_json::to_string_pretty(&json!({ "relations": relations }))?);
    }
    if arguments.csv {
        let own = |(at, relation): (usize, &Relation)| {
            relation.to_csv().lines().skip(at.min(1)).map(|line| format!("{line}\n")).collect::<String>()
        };
        return Ok(relations.iter().enumerate().map(own).collect());
    }
    let mut blocks = Vec::new();
    for (at, relation) in relations.iter().enumerate() {
        let mut relation = relation.clone();
        // All are of one panel, which is described once.
        relation.panel = relation.panel.filter(|_| at == 0);
        blocks.push(relation.to_string());
    }
    blocks.push(said(&relations));
    Ok(blocks.join("\n\n"))
}
