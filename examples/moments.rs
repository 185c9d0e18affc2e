//! The breakdown of data larger than a machine, from sums over their rows: of Parquet files, or of tables that a database
//! made with the queries that this example prints.
//!
//! ```text
//! cargo run --release --features arrow --example moments -- --data children.parquet --outcome plan --unit authority \
//!     --period year --component deprivation=income --component practice=unit_effects
//! ```

#[allow(dead_code, reason = "some of it serves other examples")]
mod cli;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
#[cfg(feature = "arrow")]
use std::{fs::DirEntry, io};

use apportion::sums::{GroupedSums, SqlDialect, SumsQuestion};
use apportion::{Method, Model};
use clap::{CommandFactory, Parser};
use cli::face::{self, Result};
use cli::{Answer, Asked, timed};
use serde_json::json;

/// What `--data` takes here, where nothing reads a panel.
const DATA: &str = "Parquet file, or folder of them; needs a build with --features arrow";

/// How much of the variation among any number of rows goes with each named cause?
#[derive(Parser)]
#[command(name = "moments")]
struct Arguments {
    #[command(flatten)]
    options: cli::Options,
    /// Folder of the tables that the queries made: centres.csv, by_unit.csv, by_unit_and_period.csv
    #[arg(long, value_name = "DIR", conflicts_with = "data")]
    from_sql: Option<PathBuf>,
    /// Prints the queries that make them: duckdb, spark, snowflake, bigquery or datafusion
    #[arg(long, value_name = "DIALECT", conflicts_with_all = ["data", "from_sql"])]
    print_sql: Option<SqlDialect>,
    /// Table that the queries read, as the database calls it
    #[arg(long, value_name = "NAME", requires = "print_sql", default_value = "data")]
    table: String,
    /// Also writes the sums as such tables
    #[arg(long, value_name = "DIR", conflicts_with = "print_sql")]
    write_sums: Option<PathBuf>,
}

fn main() -> ExitCode {
    let command = Arguments::command();
    let command = command.mut_arg("data", |argument| argument.help(DATA));
    let needed = ["outcome", "unit", "components"];
    let command = needed.into_iter().fold(command, |c, name| c.mut_arg(name, |argument| argument.required(true)));
    face::run(command, answer)
}

fn answer(mut arguments: Arguments) -> Result<String> {
    let options = &mut arguments.options;
    if options.count.is_some() || options.population.is_some() {
        return Err(
            "sums over rows have no counting noise: ask decompose for it, and leave out --count and --population"
                .into(),
        );
    }
    if options.methods.is_empty() {
        let in_order = Method::Sequential { order: Vec::new() };
        options.methods = [in_order, Method::Shapley].map(Asked::Method).to_vec();
    }
    let model = options.model()?;
    let model = options.weights.iter().fold(model, Model::weights);
    let unit = options.unit.clone().ok_or("--unit is needed")?;
    let question = SumsQuestion::new(&model, unit, options.period.as_deref())?;
    if let Some(dialect) = arguments.print_sql {
        return queries(&question, dialect, &arguments.table, arguments.options.json);
    }
    let options = &arguments.options;
    options.check()?;
    let mut elapsed = cli::Elapsed::default();
    let sums = timed(&mut elapsed.read, || match (&arguments.from_sql, &options.data) {
        (Some(folder), _) => Ok(GroupedSums::read_csv(&question, folder)?),
        (None, Some(data)) => of_parquet(&question, data),
        (None, None) => Err("--data FILE.parquet, --from-sql DIR or --print-sql DIALECT is needed".into()),
    })?;
    if let Some(folder) = &arguments.write_sums {
        sums.write_csv(folder)?;
    }
    let fit = timed(&mut elapsed.fit, || sums.fit(&model))?;
    let answer = Answer::of(&options.analysis()?, &fit, elapsed)?;
    if let Some(file) = &options.html {
        cli::page::write(file, cli::page::Start::Shares(&fit, &answer.findings), [])?;
    }
    if options.json { answer.json() } else { Ok(answer.findings.to_string()) }
}

#[cfg(feature = "arrow")]
fn of_parquet(question: &SumsQuestion, data: &Path) -> Result<GroupedSums> {
    Ok(GroupedSums::of_parquet(question.clone(), files(data)?)?)
}

/// The file itself; of a folder, all that end in `.parquet`, in the order of their names, so that sums are always added
/// alike.
#[cfg(feature = "arrow")]
fn files(data: &Path) -> Result<Vec<PathBuf>> {
    if !data.is_dir() {
        return Ok(vec![data.to_owned()]);
    }
    let folder = data.display();
    let entries = data.read_dir().and_then(|entries| entries.collect::<io::Result<Vec<DirEntry>>>());
    let entries = entries.map_err(|error| format!("--data {folder}: {error}"))?;
    let mut files: Vec<PathBuf> = entries.iter().map(DirEntry::path).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "parquet") && file.is_file());
    files.sort();
    match files.is_empty() {
        true => {
            Err(format!("--data {folder}: no file in this folder ends in .parquet: name one that holds some").into())
        }
        false => Ok(files),
    }
}

#[cfg(not(feature = "arrow"))]
fn of_parquet(_: &SumsQuestion, _: &Path) -> Result<GroupedSums> {
    Err("--data takes Parquet here, which needs the feature arrow: build with --features arrow".into())
}

/// The queries, each above the name of the file that its result is read from.
fn queries(question: &SumsQuestion, dialect: SqlDialect, table: &str, json: bool) -> Result<String> {
    let queries = question.sql(dialect, table);
    if json {
        return Ok(serde_json::to_string_pretty(&json!({
            "question": question.fingerprint(),
            "centres": queries.centres,
            "by_unit": queries.by_unit,
            "by_unit_and_period": queries.by_unit_and_period,
        }))?);
    }
    let named = |(name, query): (&str, &String)| format!("-- {name}\n{query};");
    let first = "-- centres.csv, and a table named centres for the queries below";
    let rest =
        [("by_unit.csv", Some(&queries.by_unit)), ("by_unit_and_period.csv", queries.by_unit_and_period.as_ref())];
    let rest = rest.into_iter().filter_map(|(name, query)| Some(named((name, query?))));
    Ok([format!("{first}\n{};", queries.centres)].into_iter().chain(rest).collect::<Vec<_>>().join("\n\n"))
}
