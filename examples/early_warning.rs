//! Did what was measured before the inspector came tell which units would be judged badly?
//!
//! Of Ofsted's judgements of England's authorities, by vacancies, agency staff, turnover, caseloads, re-referrals and plans
//! of the year before, or with `--data` of your own. The score is fitted on judgements up to one period, and nothing is
//! said of those.

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
use apportion::findings::EarlyWarningAnalysis;
use apportion::panel::UnitRule;
use apportion::report::Answer;
use clap::{CommandFactory, Parser};
use face::Result;
use serde_json::json;
use words::said;

/// What the committee of 2016 told the department to look at, and the last year that the score is fitted on.
const MEASURES: [&str; 6] = ["vacancy_rate", "agency_rate", "turnover_rate", "caseload", "rereferral_pct", "cpp_rate"];
const FITTED_UNTIL: i32 = 2021;

/// Did what was measured before the inspector came tell which units would be judged badly?
#[derive(Parser)]
#[command(name = "early_warning")]
struct Arguments {
    #[command(flatten)]
    data: data::Data,
    #[command(flatten)]
    judgement: judgement::Judgement,
    /// Words of the judgement that are bad
    #[arg(long, value_name = "WORD,WORD", value_delimiter = ',')]
    bad: Vec<String>,
    /// Column of the day of the judgement, where it stands until the next
    #[arg(long, value_name = "COL", requires = "data")]
    date: Option<String>,
    /// Columns of what is measured before
    #[arg(long, value_name = "COL,COL", value_delimiter = ',')]
    measures: Vec<String>,
    /// How many periods before
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = face::whole::<u32>, allow_negative_numbers = true)]
    lag: u32,
    /// The last period of judgements that the score is fitted on
    #[arg(long, value_name = "PERIOD", value_parser = face::period)]
    fit_until: Option<i32>,
    /// Level of the intervals
    #[arg(long, default_value_t = 0.95)]
    level: f64,
    /// Prints every unit that the score would have named, not only twenty
    #[arg(long)]
    all: bool,
    /// Prints rankings by fifths as CSV
    #[arg(long, conflicts_with_all = ["json", "all"])]
    csv: bool,
    /// Also writes a page of HTML with tables, charts and what they say
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Prints one JSON document instead of tables
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    face::run(
        Arguments::command().mut_arg("data", |data| {
            data.requires("unit")
                .requires("period")
                .requires("measures")
                .requires("judgement")
                .requires("fit_until")
                .requires("bad")
        }),
        answer,
    )
}

fn answer(arguments: Arguments) -> Result<String> {
    let scale = arguments.judgement.scale(arguments.data.is_given())?.ok_or("--judgement and --scale are needed")?;
    let or = |given: &[String], own: &[&str]| match given {
        [] => own.iter().map(|name| name.to_string()).collect(),
        given => given.to_vec(),
    };
    let (measures, bad) = (or(&arguments.measures, &MEASURES), or(&arguments.bad, &["Inadequate"]));
    let texts = [Some(scale.column()), arguments.date.as_deref()].into_iter().flatten();
    let (panel, date) = match arguments.data.read(measures.iter().map(String::as_str), texts)? {
        Some(panel) => (panel, arguments.date.clone()),
        None => (Panel::england()?.without(&UnitRule::degenerate_authorities())?, Some("ofsted_date".to_string())),
    };
    let asked = EarlyWarningAnalysis::new(scale, bad).measures(measures).lag(arguments.lag).level(arguments.level);
    let asked = date.into_iter().fold(asked, EarlyWarningAnalysis::dated_by);
    let warning = asked.of(&panel, arguments.fit_until.unwrap_or(FITTED_UNTIL))?;
    if let Some(file) = &arguments.html {
        let title = "Did what was measured before tell which units would be judged badly?";
        page::write(file, page::Start::Title(title), [("Early warning", &warning as &dyn Answer)])?;
    }
    if arguments.csv {
        return Ok(warning.to_csv());
    }
    if arguments.json {
        return Ok(serde_json::to_string_pretty(&json!({ "early_warning": warning }))?);
    }
    let table = warning.to_text(if arguments.all { usize::MAX } else { 20 });
    Ok(format!("{table}\n\n{}", said(&warning)))
}
