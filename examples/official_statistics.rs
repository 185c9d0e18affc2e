//! From the files that departments publish to a panel, its description and a breakdown, with every choice in `panel`.
//!
//! A file that is not there is named with the publication where it is found, and the rest goes on without it. What the
//! files hold of `Panel::england()` is compared with it, cell by cell.

#[path = "cli/face.rs"]
mod face;
#[path = "cli/rebuilt.rs"]
mod rebuilt;

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use apportion::error::{DataError, SourceError};
use apportion::panel::{Derivation, Description, Join, UnitRule};
use apportion::sources::{Lookup, Measure};
use apportion::{Breakdown, Error, Model, Panel, Report, Source, Term};
use clap::{CommandFactory, Parser};
use face::Result;
use rebuilt::Rebuilt;
use serde::Serialize;

/// What is split, and by which measures.
const OUTCOME: &str = "cpp_rate";
const MEASURES: [&str; 6] =
    ["cpp_count", "population_0_17", "low_income_pct", "idaci_2019", "spend_core_per_child", "vacancy_rate"];

/// A panel, its description and a breakdown of child protection plan rates from the official files
#[derive(Parser)]
#[command(name = "official_statistics")]
struct Arguments {
    /// Folder with the published files
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Financial years, by the year in which they end
    #[arg(long, value_name = "A-B", value_parser = years, default_value = "2018-2024")]
    years: RangeInclusive<i32>,
    /// Also writes the panel here, and where it comes from beside it
    #[arg(long, value_name = "panel.csv")]
    out: Option<PathBuf>,
    /// Fails where a file gives another value than Panel::england() has
    #[arg(long)]
    check: bool,
    /// Prints one JSON document instead of tables
    #[arg(long)]
    json: bool,
}

/// What is printed with --json.
#[derive(Serialize)]
struct Answer {
    description: Description,
    report: Report,
    left_out: Vec<String>,
    /// What the files give again of the panel of England.
    england: Rebuilt,
}

fn main() -> ExitCode {
    face::run(Arguments::command(), |arguments: Arguments| {
        let mut missing = Missing { dir: arguments.dir, lines: Vec::new() };
        let panel = panel(&mut missing, arguments.years)?;
        let england = Rebuilt::from(&missing.dir)?;
        if arguments.check {
            england.check()?;
        }
        let fit = model(&panel).fit(&panel)?;
        let breakdowns = Breakdown::all_with_intervals(&[&fit.sequential()?, &fit.shapley()?], &fit.jackknife()?)?;
        if let Some(path) = arguments.out {
            // What is begun is written whole: an interrupt waits.
            face::IS_WATCHED.store(true, Ordering::SeqCst);
            panel.write_csv(path)?;
        }
        let used = [OUTCOME].into_iter().chain(MEASURES).filter(|name| panel.has_column(name));
        let description = panel.describe_columns(&used.collect::<Vec<_>>())?;
        if arguments.json {
            let report = Report::new(&breakdowns)?;
            return Ok(serde_json::to_string_pretty(&Answer {
                description,
                report,
                left_out: missing.lines,
                england,
            })?);
        }
        let tables = breakdowns.iter().map(Breakdown::to_string);
        let blocks = [panel.summary().to_string(), description.to_string(), missing.lines.join("\n")];
        let rebuilt = [format!("\n{england}")];
        Ok(blocks
            .into_iter()
            .chain(tables)
            .chain(rebuilt)
            .filter(|block| !block.is_empty())
            .collect::<Vec<_>>()
            .join("\n"))
    })
}

/// Row t is the financial year that ends on 31 March t.
fn panel(missing: &mut Missing, years: RangeInclusive<i32>) -> Result<Panel> {
    let same_year = Join::left();
    let year_before = Join::left().period_offset(-1);

    // Plans at 31 March t, counts of all durations; `c` is suppressed, `x` and `z` stay what the release calls them.
    let plans = Source::explore_education(missing.path("d5_cpps_at31march_by_duration_2013_to_2025.csv"))
        .title("Children in need: child protection plans at 31 March by duration")
        .publisher("Department for Education")
        .filter("category", "Child Protection Plans by length of time")
        .measure(Measure::count("CPP_At31").named("cpp_count").measured_in("children"));
    let plans = missing.outcome(&plans)?;
    let codes = Lookup::from_panel(&plans, "new_la_code")?.leaving_out_others();
    let mut panel = plans.in_periods(years)?.without(&UnitRule::degenerate_authorities())?;

    // Children aged 0 to 17 in the middle of the year before.
    let population = Source::explore_education(missing.path("ons_mid-year_population_estimates_2012_to_2024.csv"))
        .title("Children in need: mid-year population estimates")
        .publisher("Department for Education, from the Office for National Statistics")
        .measure(Measure::count("population_estimate").named("population_0_17").measured_in("children"));
    missing.join(&mut panel, &population, &year_before)?;

    // Social workers at 30 September of the year before; joint returns are given to each authority that files them.
    let workforce = Source::explore_education(missing.path("csww_indicators_2017_to_2025.csv"))
        .title("Children's social work workforce: indicators")
        .publisher("Department for Education")
        .joint_returns_to_each("workforce_joint_return")
        .measure(Measure::rate("vacancy_rate_fte").named("vacancy_rate").measured_in("%"))
        .measure(Measure::rate("agency_rate_fte").named("agency_rate").measured_in("%"))
        .measure(Measure::rate("turnover_rate_fte").named("turnover_rate").measured_in("%"));
    missing.join(&mut panel, &workforce, &year_before)?;

    // Gross spending in cash in the year that ends in t.
    let spending = Source::lait(missing.path("lait_2026-04-08_extract.csv"))
        .title("Local Authority Interactive Tool: finance, outturn")
        .publisher("Department for Education")
        .measure(Measure::count("TotalLACFinance").named("spend_looked_after").measured_in("£"))
        .measure(Measure::count("SafeguardingFinance").named("spend_safeguarding").measured_in("£"))
        .measure(Measure::count("FamilySupportFinance").named("spend_family_support").measured_in("£"));
    missing.join(&mut panel, &spending, &same_year)?;

    // Children under 16 in relative low income before housing costs, year ending in t.
    let low_income = Source::lait(missing.path("lait_2025-05-28_extract.csv"))
        .title("Local Authority Interactive Tool: children in low-income families")
        .publisher("Department for Education, from the Department for Work and Pensions")
        .measure(Measure::rate("ChildPov").named("low_income_pct").measured_in("% of children under 16"));
    missing.join(&mut panel, &low_income, &same_year)?;

    // A score of 2019, known by the codes of 2019, the same in all years.
    let idaci = Source::table(missing.path("imd-2019.xlsx"), "Upper Tier Local Authority District code (2019)", None)
        .title("English indices of deprivation 2019: upper-tier authorities")
        .publisher("Ministry of Housing, Communities and Local Government")
        .sheet("IDACI")
        .lookup(codes)
        .measure(Measure::score("IDACI - Average score").named("idaci_2019"));
    missing.join(&mut panel, &idaci, &Join::left().on_unit())?;

    if panel.has_column("population_0_17") {
        let rate = Derivation::rate("cpp_count").measured_in("plans per 10,000 children");
        panel = panel.with_population("population_0_17")?.derive(OUTCOME, &rate)?;
        if panel.has_column("spend_safeguarding") {
            let core = Derivation::sum(["spend_looked_after", "spend_safeguarding", "spend_family_support"]);
            let per_child =
                Derivation::ratio("spend_core", "population_0_17").measured_in("£ per child, cash").rounded(4);
            panel = panel.derive("spend_core", &core)?.derive("spend_core_per_child", &per_child)?;
        }
    }
    Ok(panel)
}

/// The National Audit Office's causes, each with what there is of it; the count stands in where there is no population.
fn model(panel: &Panel) -> Model {
    let there = |names: &[&str]| -> Vec<Term> {
        names.iter().filter(|name| panel.has_column(name)).map(|name| Term::column(*name)).collect()
    };
    let outcome = if panel.has_column(OUTCOME) { OUTCOME } else { "cpp_count" };
    let causes = [
        ("deprivation", there(&["low_income_pct"])),
        ("spending", there(&["spend_core_per_child", "vacancy_rate"])),
        ("policy", vec![Term::PeriodEffects]),
        ("practice", vec![Term::UnitEffects]),
    ];
    let found = causes.into_iter().filter(|(_, terms)| !terms.is_empty());
    found.fold(Model::new(outcome), |model, (name, terms)| model.component(name, terms))
}

/// What could not be read, and where it is published.
struct Missing {
    dir: PathBuf,
    lines: Vec<String>,
}

impl Missing {
    fn path(&self, file: &str) -> PathBuf {
        self.dir.join(file)
    }

    /// What a source holds of the outcome, without which there is nothing to go on with.
    fn outcome(&self, source: &Source) -> Result<Panel> {
        match source.read() {
            Ok(published) => Ok(published.into_authorities()),
            Err(error) if is_not_there(&error) => {
                Err(format!("{} There is no outcome without it.", not_there(source)).into())
            }
            Err(error) => Err(format!("{}: {error}", file_name(source)).into()),
        }
    }

    /// Joins what a source holds, or says why it is left out.
    fn join(&mut self, panel: &mut Panel, source: &Source, how: &Join) -> Result<()> {
        let file = file_name(source);
        match source.read() {
            Ok(published) => {
                *panel = panel.join(published.authorities(), how)?;
                let codes = published.left_out();
                if !codes.is_empty() {
                    self.lines.push(format!("Left out of {file}, in no lookup: {}.", codes.join(", ")));
                }
            }
            Err(error) if is_not_there(&error) => self.lines.push(format!("Left out: {}", not_there(source))),
            Err(error @ Error::Source(SourceError::Feature { .. })) => self.lines.push(format!("Left out: {error}.")),
            Err(error) => return Err(format!("{file}: {error}").into()),
        }
        Ok(())
    }
}

fn file_name(source: &Source) -> String {
    let path = source.path();
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn is_not_there(error: &Error) -> bool {
    matches!(error, Error::Data(DataError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound)
}

fn not_there(source: &Source) -> String {
    let (title, publisher) = source.publication();
    format!("{} is not there. It is published as \"{title}\" by the {publisher}.", file_name(source))
}

fn years(text: &str) -> std::result::Result<RangeInclusive<i32>, String> {
    let (first, last) = text.split_once('-').ok_or("two years with a hyphen, as in 2018-2024")?;
    let year = |text: &str| text.trim().parse::<i32>().map_err(|_| format!("\"{text}\" is no year"));
    let (first, last) = (year(first)?, year(last)?);
    if first > last { Err(format!("{first} comes after {last}")) } else { Ok(first..=last) }
}
