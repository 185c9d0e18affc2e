//! Which few of all measures in a panel go with an outcome most, and would other places have led to the same few?
//!
//! Of England's authorities: spending for each child, and the rate of children on a plan; or with `--data` of your own. A
//! measure that is chosen is a factor that goes with the outcome, not one that makes it.

#[path = "cli/data.rs"]
mod data;
#[path = "cli/face.rs"]
mod face;
#[allow(dead_code, reason = "pages that begin with shares are another question")]
#[path = "cli/page.rs"]
mod page;
#[allow(dead_code, reason = "the library prints the shares")]
#[path = "cli/words.rs"]
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use apportion::model::parse_terms;
use apportion::panel::UnitRule;
use apportion::report::Answer;
use apportion::resample::{ComponentFrequency, Selection};
use apportion::{Breakdown, Model, Panel, Term};
use clap::{CommandFactory, Parser};
use face::Result;
use serde_json::{Value, json};
use words::said;

/// What may go with spending; what counts the same children as plans is left out for those.
const OF_SPENDING: &str = "imd_2019,low_income_pct,log(population_0_17),cin_rate,cla_rate,cpp_rate,referral_rate,\
rereferral_pct,vacancy_rate,agency_rate,turnover_rate,caseload,absence_rate,region,period_effects";
const OF_PLANS: &str = "imd_2019,low_income_pct,log(population_0_17),spend_core_per_child,spend_total_cyp_per_child,\
referral_rate,rereferral_pct,vacancy_rate,agency_rate,turnover_rate,caseload,absence_rate,region,period_effects";
/// The years in which all of these are known.
const YEARS: std::ops::RangeInclusive<i32> = 2018..=2024;

/// Which few of all measures go with an outcome most, and would other places have led to the same few?
#[derive(Parser)]
#[command(name = "key_factors")]
struct Arguments {
    #[command(flatten)]
    data: data::Data,
    /// What the factors are of
    #[arg(long, value_name = "TERM", requires = "data")]
    outcome: Option<Term>,
    /// The measures to choose from
    #[arg(long, value_name = "TERM,TERM", requires = "data")]
    candidates: Option<String>,
    /// How many to choose
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = face::whole::<usize>, allow_negative_numbers = true)]
    size: usize,
    /// How often to choose again, of units drawn anew
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = face::whole::<usize>, allow_negative_numbers = true)]
    draws: usize,
    /// Seed of the draws
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = face::whole::<u64>, allow_negative_numbers = true)]
    seed: u64,
    /// Also writes a page of HTML with tables, charts and what they say
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Prints one JSON document instead of tables
    #[arg(long)]
    json: bool,
}

/// How often each measure is chosen, and what the few have of the variation.
struct KeyFactors {
    selection: Selection,
    shares: Breakdown,
}

impl KeyFactors {
    /// Of the two sections of a page.
    fn headings(&self) -> [String; 2] {
        ["chosen", "shares"].map(|what| format!("{}: {what}", self.selection.outcome))
    }
}

fn main() -> ExitCode {
    face::run(Arguments::command().mut_arg("data", |data| data.requires("outcome").requires("candidates")), answer)
}

fn answer(arguments: Arguments) -> Result<String> {
    let found = match (&arguments.outcome, &arguments.candidates) {
        (Some(outcome), Some(candidates)) => {
            let terms = parse_terms(candidates)?;
            let panel = arguments.data.read(terms.iter().chain([outcome]).flat_map(Term::columns), [])?;
            vec![factors(&arguments, &panel.ok_or("--data is needed")?, outcome.clone(), &terms)?]
        }
        _ => {
            let panel = Panel::england()?.in_periods(YEARS)?.without(&UnitRule::degenerate_authorities())?;
            let of =
                |outcome, candidates| factors(&arguments, &panel, Term::column(outcome), &parse_terms(candidates)?);
            vec![of("spend_core_per_child", OF_SPENDING)?, of("cpp_rate", OF_PLANS)?]
        }
    };
    if let Some(file) = &arguments.html {
        let headings = found.iter().map(KeyFactors::headings).collect::<Vec<_>>();
        let parts = found.iter().zip(&headings).flat_map(|(KeyFactors { selection, shares }, [chosen, split])| {
            [(chosen.as_str(), selection as &dyn Answer), (split.as_str(), shares as _)]
        });
        page::write(file, page::Start::Title("Which few measures go with it most?"), parts)?;
    }
    match arguments.json {
        true => Ok(serde_json::to_string_pretty(&json!({ "key_factors": found.iter().map(row).collect::<Vec<_>>() }))?),
        false => Ok(found.iter().map(text).collect::<Vec<_>>().join("\n\n")),
    }
}

fn factors(arguments: &Arguments, panel: &Panel, outcome: Term, candidates: &[Term]) -> Result<KeyFactors> {
    let model = |terms: &[Term]| {
        terms.iter().fold(Model::new(outcome.clone()), |model, term| model.component(term.to_string(), [term.clone()]))
    };
    let all = model(candidates).fit(panel)?;
    let selection = all.bootstrap(arguments.draws, arguments.seed)?.selection(arguments.size)?;
    // They are chosen on the rows that all candidates have, and split what varies on all rows that they have themselves.
    let few: Vec<Term> = candidates.iter().filter(|term| selection.best.contains(&term.to_string())).cloned().collect();
    let fit = model(&few).fit(panel)?;
    Ok(KeyFactors { selection, shares: fit.shapley()?.with_intervals(&fit.jackknife()?)? })
}

/// How often all of the few are chosen together.
fn same_few(selection: &Selection) -> f64 {
    let same = selection.subsets.iter().find(|subset| subset.components == selection.best);
    same.map_or(0.0, |subset| subset.proportion)
}

/// As a row of the document: every candidate with how often it is chosen, those of the few with their shares.
fn row(KeyFactors { selection, shares }: &KeyFactors) -> Value {
    let factor = |of: &ComponentFrequency| {
        let share = shares.component(&of.component).ok();
        json!({ "name": of.component, "is_chosen": share.is_some(), "selected": of.proportion, "share": share })
    };
    json!({
        "outcome": selection.outcome,
        "factors": selection.chosen.iter().map(factor).collect::<Vec<_>>(),
        "same_few": same_few(selection),
        "r2_overall": shares.r2_overall,
        "sample": shares.sample,
        "replicates": selection.replicates,
        "seed": selection.seed,
        "warnings": selection.warnings.iter().chain(&shares.warnings).collect::<Vec<_>>(),
    })
}

fn text(KeyFactors { selection, shares }: &KeyFactors) -> String {
    format!("{selection}\n\n{shares}\n\n{}\n{}", said(selection), said(shares))
}
