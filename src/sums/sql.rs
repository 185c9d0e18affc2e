//! The queries that make the sums where the data are.

use std::fmt;
use std::str::FromStr;

use super::question::{Check, SumsQuestion};
use crate::error::{Error, QuestionError, Result};
use crate::model::Term;
use crate::panel::{Function, is_same};

/// How a database writes names and numbers.
///
/// # Examples
/// ```
/// use apportion::sums::SqlDialect;
///
/// assert_eq!("duckdb".parse::<SqlDialect>()?, SqlDialect::DuckDb);
/// assert_eq!(SqlDialect::BigQuery.to_string(), "bigquery");
/// assert!("cobol".parse::<SqlDialect>().is_err());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SqlDialect {
    /// DuckDB.
    DuckDb,
    /// Spark SQL, Databricks too.
    Spark,
    /// Snowflake.
    Snowflake,
    /// BigQuery.
    BigQuery,
    /// Apache DataFusion.
    DataFusion,
}

impl SqlDialect {
    /// Every dialect, in the order in which messages name them.
    pub const ALL: [SqlDialect; 5] =
        [SqlDialect::DuckDb, SqlDialect::Spark, SqlDialect::Snowflake, SqlDialect::BigQuery, SqlDialect::DataFusion];

    fn name(self) -> &'static str {
        match self {
            SqlDialect::DuckDb => "duckdb",
            SqlDialect::Spark => "spark",
            SqlDialect::Snowflake => "snowflake",
            SqlDialect::BigQuery => "bigquery",
            SqlDialect::DataFusion => "datafusion",
        }
    }

    fn quoted(self, name: &str) -> String {
        match self {
            SqlDialect::Spark => format!("`{}`", name.replace('`', "``")),
            SqlDialect::BigQuery => format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")),
            _ => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    fn double(self) -> &'static str {
        if self == SqlDialect::BigQuery { "FLOAT64" } else { "DOUBLE" }
    }

    fn whole(self) -> &'static str {
        if self == SqlDialect::BigQuery { "INT64" } else { "BIGINT" }
    }

    fn text(self) -> &'static str {
        if matches!(self, SqlDialect::Spark | SqlDialect::BigQuery) { "STRING" } else { "VARCHAR" }
    }
}

impl fmt::Display for SqlDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SqlDialect {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|dialect| dialect.name()).collect();
            let expected = format!("it is one of {}", names.join(", "));
            QuestionError::Option { option: "the dialect", expected, found: name.to_string() }.into()
        })
    }
}

/// The queries of a question, in the order in which they are run: the result of the first is kept as a table named
/// `centres`, which the others read.
///
/// Their results are written as CSV with headers, `centres.csv`, `by_unit.csv` and `by_unit_and_period.csv`, and read by
/// [`GroupedSums::read_csv`](super::GroupedSums::read_csv).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SumsSql {
    /// Of each unit its rows, reasons for which rows are left out, and the means that all else is about.
    pub centres: String,
    /// Sums and products by unit.
    pub by_unit: String,
    /// Sums by unit and period; `None` where the question has no periods.
    pub by_unit_and_period: Option<String>,
}

/// Beyond it lies no finite double.
const LARGEST: &str = "1.7976931348623157e308";

impl SumsQuestion {
    /// The queries that make the sums of a table, in the SQL of a database.
    ///
    /// Rows are left out as a [`Sample`](crate::panel::Sample) would leave them out: where a column has no number, a
    /// logarithm no positive one, or a weight is zero. All is computed in double precision, and products are of centred
    /// values only: sums of squares of values about 10⁶ that differ by tenths hold no digit of what they vary.
    ///
    /// # Examples
    /// ```
    /// use apportion::sums::{SqlDialect, SumsQuestion};
    /// use apportion::Model;
    ///
    /// let model = Model::new("plan").component("income", ["log(income)"]).component("practice", ["unit_effects"]);
    /// let queries = SumsQuestion::new(&model, "authority", Some("year"))?.sql(SqlDialect::DuckDb, "children");
    /// assert!(queries.centres.contains("WHEN \"income\" IS NULL THEN"));
    /// assert!(queries.by_unit.ends_with("GROUP BY unit"));
    /// assert!(queries.by_unit_and_period.is_some_and(|query| query.ends_with("GROUP BY unit, period")));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn sql(&self, dialect: SqlDialect, table: &str) -> SumsSql {
        let rows = self.rows_sql(dialect, table);
        let fingerprint = self.fingerprint();
        let q = self.variables.len();
        let counts = (1..=self.checks().len())
            .map(|at| format!(",\n  SUM(CASE WHEN reason = {at} THEN 1 ELSE 0 END) AS left_out_{at}"));
        let negative = match &self.weights {
            Some(weights) => {
                let weights = self.number_sql(&Term::column(weights), dialect);
                format!(",\n  SUM(CASE WHEN {weights} < 0 THEN 1 ELSE 0 END) AS negative_weights")
            }
            None => String::new(),
        };
        let means = (1..=q).map(|v| format!(",\n  AVG(CASE WHEN reason = 0 THEN v{v} END) AS c{v}"));
        let centres = format!(
            "{rows}\nSELECT '{fingerprint}' AS question, unit,\n  COUNT(*) OVER () AS n_units,\n  COUNT(*) AS n_rows,\n  SUM(CASE WHEN \
             reason = 0 THEN 1 ELSE 0 END) AS n{negative}{}{}\nFROM checked_rows\nGROUP BY unit",
            counts.collect::<String>(),
            means.collect::<String>()
        );
        let centred = (1..=q).map(|v| format!(", v{v} - c{v} AS d{v}"));
        let centred = format!(
            "{rows},\ncentred_rows AS (\n  SELECT checked_rows.unit AS unit{}, w{}\n  FROM checked_rows INNER JOIN centres ON \
             checked_rows.unit = centres.unit\n  WHERE reason = 0\n)",
            if self.period.is_some() { ", period" } else { "" },
            centred.collect::<String>()
        );
        let sums: String = (1..=q).map(|v| format!(",\n  SUM(w * d{v}) AS s{v}")).collect();
        let pairs = (1..=q).flat_map(|i| (i..=q).map(move |j| (i, j)));
        let products: String = pairs.map(|(i, j)| format!(",\n  SUM(w * d{i} * d{j}) AS p{i}_{j}")).collect();
        let head = format!("SELECT '{fingerprint}' AS question, unit");
        let counted = ", COUNT(*) AS n, SUM(w) AS w";
        SumsSql {
            centres,
            by_unit: format!("{centred}\n{head}{counted}{sums}{products}\nFROM centred_rows\nGROUP BY unit"),
            by_unit_and_period: self
                .period
                .as_ref()
                .map(|_| format!("{centred}\n{head}, period{counted}{sums}\nFROM centred_rows\nGROUP BY unit, period")),
        }
    }

    /// The rows with their numbers, and why they are left out: 0 where they are not.
    fn rows_sql(&self, dialect: SqlDialect, table: &str) -> String {
        let (double, whole, text) = (dialect.double(), dialect.whole(), dialect.text());
        let quoted = |name: &str| dialect.quoted(name);
        let mut selected = vec![format!("CAST({} AS {text}) AS unit", quoted(&self.unit))];
        if let Some(period) = &self.period {
            selected.push(format!("CAST({} AS {whole}) AS period", quoted(period)));
        }
        selected.push(match &self.weights {
            Some(weights) => format!("CAST({} AS {double}) AS w", quoted(weights)),
            None => format!("CAST(1 AS {double}) AS w"),
        });
        for (v, variable) in self.variables.iter().enumerate() {
            selected.push(format!("{} AS v{}", self.number_sql(variable, dialect), v + 1));
        }
        let whens = self.checks().into_iter().enumerate().map(|(at, check)| {
            let when = match check {
                Check::Missing(column) => format!("{} IS NULL", quoted(column)),
                Check::Undefined(term) => {
                    let number = self.number_sql(term, dialect);
                    // No comparison holds of what is not there, and no database takes NaN to lie between.
                    format!("{number} IS NULL OR NOT ({number} BETWEEN -{LARGEST} AND {LARGEST})")
                }
                Check::ZeroWeight(column) => {
                    let weight = format!("CAST({} AS {double})", quoted(column));
                    // Neither is what is infinite, or no number, a weight.
                    format!("{weight} IS NULL OR NOT ({weight} > 0 AND {weight} <= {LARGEST})")
                }
            };
            format!("\n    WHEN {when} THEN {}", at + 1)
        });
        format!(
            "WITH checked_rows AS (\n  SELECT {},\n    CASE{}\n    ELSE 0 END AS reason\n  FROM {table}\n)",
            selected.join(",\n    "),
            whens.collect::<String>()
        )
    }

    /// A number of a row; NULL where it has none.
    fn number_sql(&self, term: &Term, dialect: SqlDialect) -> String {
        let double = dialect.double();
        match term {
            Term::Column(name) => {
                let is_period = self.period.as_deref().is_some_and(|period| is_same(period, name));
                let name = self.period.as_deref().filter(|_| is_period).unwrap_or(name);
                format!("CAST({} AS {double})", dialect.quoted(name))
            }
            Term::Log(inner) => {
                let x = self.number_sql(inner, dialect);
                format!("CASE WHEN {x} > 0 THEN LN({x}) END")
            }
            Term::Function(function, inner) => {
                let x = self.number_sql(inner, dialect);
                match function {
                    Function::Sqrt => format!("CASE WHEN {x} >= 0 THEN SQRT({x}) END"),
                    // By its own formula, of either sign alike: not every database has it.
                    Function::Asinh => {
                        let of_size = format!("LN(ABS({x}) + SQRT({x} * {x} + 1))");
                        format!("CASE WHEN {x} < 0 THEN -{of_size} ELSE {of_size} END")
                    }
                    Function::Log1p => format!("CASE WHEN {x} > -1 THEN LN(1 + {x}) END"),
                    Function::Power(power) => {
                        let product = vec![x.as_str(); *power as usize].join(" * ");
                        format!("({product})")
                    }
                }
            }
            Term::Interaction(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.number_sql(part, dialect)).collect();
                format!("({})", parts.join(" * "))
            }
            // A question has no others.
            other => dialect.quoted(&other.to_string()),
        }
    }
}
