//! Makes the sums of a breakdown with DataFusion, in process: the queries that `moments --print-sql datafusion --json`
//! prints, on Parquet or CSV, as tables for `moments --from-sql`.
//!
//! ```text
//! apportion-datafusion --data children.parquet --queries queries.json --out sums [--table data] [--partitions 2]
//! ```

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type, UInt64Type};
use datafusion::datasource::MemTable;
use datafusion::prelude::{CsvReadOptions, ParquetReadOptions, SessionConfig, SessionContext};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Arguments {
    data: PathBuf,
    queries: PathBuf,
    out: PathBuf,
    table: String,
    partitions: usize,
}

impl Arguments {
    fn read() -> Result<Self> {
        let (mut data, mut queries, mut out) = (None, None, None);
        let mut table = "data".to_string();
        // As many as there are cores.
        let mut partitions = std::thread::available_parallelism()?.get();
        let mut given = std::env::args().skip(1);
        while let Some(name) = given.next() {
            let value = given.next().ok_or_else(|| format!("{name} takes a value"))?;
            match name.as_str() {
                "--data" => data = Some(value.into()),
                "--queries" => queries = Some(value.into()),
                "--out" => out = Some(value.into()),
                "--table" => table = value,
                "--partitions" => {
                    partitions = value.parse().map_err(|_| format!("--partitions takes a number, not {value}"))?;
                }
                other => {
                    return Err(format!("no option {other}: --data, --queries, --out, --table, --partitions").into());
                }
            }
        }
        let needed = |path: Option<PathBuf>, name: &str| path.ok_or_else(|| format!("{name} is needed"));
        Ok(Arguments {
            data: needed(data, "--data")?,
            queries: needed(queries, "--queries")?,
            out: needed(out, "--out")?,
            table,
            partitions: partitions.max(1),
        })
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::read() {
        Ok(arguments) => run(&arguments).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let queries: serde_json::Value = serde_json::from_str(&fs::read_to_string(&arguments.queries)?)?;
    let query = |name: &str| queries[name].as_str();
    let context = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(arguments.partitions));
    let path = arguments.data.to_str().ok_or("the path of the data is no text")?;
    match arguments.data.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => context.register_csv(&arguments.table, path, CsvReadOptions::new()).await?,
        _ => context.register_parquet(&arguments.table, path, ParquetReadOptions::default()).await?,
    }
    fs::create_dir_all(&arguments.out)?;
    // Nothing is written until all is computed: a partition that fails leaves no table.
    let centres = context.sql(query("centres").ok_or("no query of centres")?).await?.collect().await?;
    let schema = centres.first().ok_or("no centres")?.schema();
    context.register_table("centres", std::sync::Arc::new(MemTable::try_new(schema, vec![centres.clone()])?))?;
    let mut tables = vec![("centres.csv", centres)];
    for name in ["by_unit", "by_unit_and_period"] {
        if let Some(text) = query(name) {
            let file = if name == "by_unit" { "by_unit.csv" } else { "by_unit_and_period.csv" };
            tables.push((file, context.sql(text).await?.collect().await?));
        }
    }
    for (file, batches) in tables {
        fs::write(arguments.out.join(file), csv(&batches)?)?;
    }
    Ok(())
}

/// The batches as CSV, every number with all its digits.
fn csv(batches: &[RecordBatch]) -> Result<String> {
    let mut text = String::new();
    let Some(first) = batches.first() else { return Ok(text) };
    let names: Vec<String> = first.schema().fields().iter().map(|field| field.name().clone()).collect();
    text += &(names.join(",") + "\n");
    for batch in batches {
        for row in 0..batch.num_rows() {
            let cells: Vec<String> =
                batch.columns().iter().map(|column| cell(column.as_ref(), row)).collect::<Result<_>>()?;
            text += &(cells.join(",") + "\n");
        }
    }
    Ok(text)
}

fn cell(column: &dyn Array, row: usize) -> Result<String> {
    if column.is_null(row) {
        return Ok(String::new());
    }
    let quoted = |text: &str| match text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_string(),
    };
    Ok(match column.data_type() {
        DataType::Utf8 => quoted(column.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => quoted(column.as_string::<i64>().value(row)),
        DataType::Utf8View => quoted(column.as_string_view().value(row)),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row).to_string(),
        other => return Err(format!("a column of {other} among the sums").into()),
    })
}
