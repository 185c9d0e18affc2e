//! `moments`: from sums what `decompose` says from rows, and the queries that make them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use std::path::Path;

use apportion::sums::{GroupedSums, SumsQuestion};
use apportion::{Model, Panel, PanelSchema};
use serde_json::Value;

use crate::common::example::{Directory, example, json_of, printed, refused};

const QUESTION: [&str; 6] = [
    "--outcome=inv",
    "--unit=firm",
    "--period=year",
    "--component=size=log(value)",
    "--component=policy=period_effects",
    "--component=firm=unit_effects",
];

/// Whether two documents say the same, numbers to a part in 10¹⁰.
fn assert_same(found: &Value, expected: &Value, at: &str) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (key, expected) in expected.iter().filter(|(key, _)| *key != "elapsed_ms") {
                assert_same(found.get(key).unwrap_or(&Value::Null), expected, &format!("{at}.{key}"));
            }
        }
        (Value::Array(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len(), "{at}");
            found.iter().zip(expected).for_each(|(found, expected)| assert_same(found, expected, at));
        }
        (Value::Number(found), Value::Number(expected)) => {
            let [found, expected] = [found, expected].map(|number| number.as_f64().unwrap());
            assert!((found - expected).abs() <= 1e-10 * expected.abs().max(1.0), "{at}: {found} and {expected}");
        }
        (found, expected) => assert_eq!(found, expected, "{at}"),
    }
}

#[test]
fn sums_say_what_rows_say() {
    let directory = Directory::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/grunfeld.csv");
    let panel = Panel::read_csv(&data, &PanelSchema::new("firm", "year")).unwrap();
    let model = Model::new("inv")
        .component("size", ["log(value)"])
        .component("policy", ["period_effects"])
        .component("firm", ["unit_effects"]);
    let mut sums = GroupedSums::new(SumsQuestion::new(&model, "firm", Some("year")).unwrap());
    sums.add_panel(&panel).unwrap();
    let tables = directory.0.join("tables");
    sums.write_csv(&tables).unwrap();
    let of_sums = json_of(example("moments").args(QUESTION).arg("--from-sql").arg(&tables).arg("--json"));
    let of_rows = json_of(example("decompose").args(QUESTION).arg("--data").arg(&data).arg("--json"));
    assert_same(&of_sums, &of_rows, "");
    assert!(of_sums["elapsed_ms"]["fit"].as_f64().unwrap() > 0.0);
    // The tables of another question are refused, with what to do.
    let mut other = QUESTION;
    other[3] = "--component=size=value";
    let said = refused(example("moments").args(other).arg("--from-sql").arg(&tables));
    assert!(said.contains("centres.csv: it answers question"), "{said}");
}

#[test]
fn queries_are_printed_for_each_table() {
    let text = printed(example("moments").args(QUESTION).args(["--print-sql=spark", "--table=children"]));
    let names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("-- ")).collect();
    assert_eq!(names.len(), 3);
    assert!(names[0].starts_with("centres.csv") && names[2] == "by_unit_and_period.csv", "{names:?}");
    assert!(text.contains("FROM children") && text.contains("CAST(`firm` AS STRING)"), "{text}");
    let document = json_of(example("moments").args(QUESTION).args(["--print-sql=spark", "--table=children", "--json"]));
    for name in ["centres", "by_unit", "by_unit_and_period"] {
        assert!(text.contains(document[name].as_str().unwrap()), "{name}");
    }
}

#[test]
fn what_cannot_be_summed_or_read_is_refused() {
    let refused = |arguments: &[&str]| refused(example("moments").args(QUESTION).args(arguments));
    assert!(refused(&[]).contains("--data FILE.parquet, --from-sql DIR or --print-sql DIALECT is needed"));
    assert!(refused(&["--print-sql=cobol"]).contains("duckdb, spark, snowflake, bigquery, datafusion"));
    assert!(refused(&["--print-sql=duckdb", "--component=before=lag(value)"]).contains("columns of numbers"));
    assert!(refused(&["--from-sql=/nowhere/at/all"]).contains("centres.csv"));
    assert!(refused(&["--table=x"]).contains("--print-sql"));
    // Before anything is read, and whatever is to be read.
    for counts in [&["--count=x", "--population=w"][..], &["--population=w"]] {
        for source in ["--from-sql=/nowhere/at/all", "--data=/nowhere.parquet", "--print-sql=duckdb"] {
            let said = refused(&[&[source], counts].concat());
            assert!(said.contains("leave out --count and --population"), "{source} {counts:?}: {said}");
        }
    }
}

#[test]
fn the_command_of_the_readme_runs_as_it_stands() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, command) = readme.split_once("--example moments -- ").unwrap();
    let (command, text) = command.split_once("```").unwrap();
    let command = command.replace("\\\n", " ").replace('\'', "");
    let (instead, _) = text.split_once("With `").unwrap().1.split_once('`').unwrap();
    let queries = command.replace("--data children.parquet", instead);
    let queries = printed(example("moments").args(queries.split_whitespace()));
    assert!(queries.contains("FROM children") && !queries.contains("FROM data"), "{queries}");
    for line in queries.lines().filter_map(|line| line.strip_prefix("-- ")) {
        let file = line.split(',').next().unwrap();
        assert!(text.contains(&format!("TO '{file}'")), "{file}");
    }

    #[cfg(feature = "arrow")]
    {
        let directory = Directory::new();
        let rows = "authority,year,plan,income\na,1,1,3\na,2,2,5\nb,1,4,1\nb,2,3,2\nc,1,7,1\nc,2,9,6\n";
        let panel = Panel::read_csv(directory.write("rows.csv", rows), &PanelSchema::new("authority", "year")).unwrap();
        panel.write_parquet(directory.0.join("children.parquet")).unwrap();
        let said = printed(example("moments").current_dir(&directory.0).args(command.split_whitespace()));
        assert!(said.starts_with("plan, sequential: deprivation → practice\n"), "{said}");
    }
}

#[test]
fn help_says_what_data_is_read() {
    let help = printed(example("moments").arg("--help"));
    assert!(help.contains("Parquet file, or folder of them") && !help.contains("CSV with a header"), "{help}");
}

#[cfg(feature = "arrow")]
#[test]
fn a_folder_of_parquet_files_is_read_as_one() {
    let directory = Directory::new();
    let whole = directory.0.join("whole.parquet");
    let folder = directory.0.join("parts");
    std::fs::create_dir_all(folder.join("older.parquet")).unwrap();
    let of = |data: &Path| {
        let mut command = example("moments");
        command.args(QUESTION).arg("--json").arg("--data").arg(data);
        command
    };
    let said = refused(&mut of(&folder));
    assert!(said.contains("no file in this folder ends in .parquet"), "{said}");

    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/grunfeld.csv");
    let panel = Panel::read_csv(data, &PanelSchema::new("firm", "year")).unwrap();
    panel.write_parquet(&whole).unwrap();
    panel.in_periods(1935..=1940).unwrap().write_parquet(folder.join("a.parquet")).unwrap();
    panel.in_periods(1941..=1954).unwrap().write_parquet(folder.join("b.parquet")).unwrap();
    std::fs::write(folder.join("_SUCCESS"), "").unwrap();
    assert_same(&json_of(&mut of(&folder)), &json_of(&mut of(&whole)), "");
}

#[cfg(feature = "arrow")]
#[test]
fn a_column_of_a_type_that_is_not_read_is_not_to_be_left_out() {
    use apportion::sources::arrow_array::{ArrayRef, BinaryArray, Float64Array, RecordBatch};
    use parquet::arrow::ArrowWriter;

    let directory = Directory::new();
    let path = directory.0.join("binary.parquet");
    let columns: [(&str, ArrayRef); 3] = [
        ("firm", std::sync::Arc::new(BinaryArray::from(vec![b"a" as &[u8], b"b"]))),
        ("inv", std::sync::Arc::new(Float64Array::from(vec![1.0, 2.0]))),
        ("value", std::sync::Arc::new(Float64Array::from(vec![3.0, 1.0]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let question = ["--outcome=inv", "--unit=firm", "--component=size=value"];
    let said = refused(example("moments").args(question).arg("--data").arg(&path));
    assert!(said.contains("\"firm\"") && said.trim_end().ends_with("cast it to text"), "{said}");
}
