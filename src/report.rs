//! How is the answer printed, and how is it handed on?
//!
//! Every result prints itself as a table that fits 80 columns, whatever the names and numbers in it. Nothing is
//! computed here: the floors below have done that.
//!
//! | what | how |
//! |---|---|
//! | a breakdown, a range, a table of methods, a panel's summary or description | `println!("{breakdown}")` |
//! | what is asked of a regression beside its coefficients: tests, R², covariances, influence, inflation, effects, predictions | `println!("{effect}")` |
//! | regressions side by side, as text, Markdown, LaTeX or CSV | [`RegressionTable`] |
//! | all that an analysis found, or breakdowns of one fit, as the JSON that the examples print | [`Report`], by `serde_json::to_string(&report)` |
//! | a regression as that | [`RegressionReport`] |
//! | every result as text of any width, Markdown, LaTeX, CSV or HTML; as sentences | [`Answer`]: [`answer.tables()`](Answer::tables) → [`Tables`], [`answer.sentences()`](Answer::sentences) |
//! | which columns, rows, names and decimals these show | [`Tables`], [`Glyphs`] |
//! | a table of my own among them | [`Table`], [`Column`], [`Format`], [`Cell`] |
//! | one result as a JSON document that says where it comes from | [`AnswerDocument`], [`Origin`], [`SCHEMA_VERSION`] |
//! | an analysis as one page of HTML, with charts, to send to somebody; feature `html`, on by default | [`Report::html`] → [`HtmlPage`] |
//! | what a program may rely on in such a document, as a JSON Schema, with the feature `schema` | [`json_schema`](fn.json_schema.html) |
//! | several breakdowns, and published figures, side by side | [`SideBySide`] |
//! | any of them as a chart, as SVG or onto a drawing area of plotters; feature `charts`, on by default | [`chart`] |
//!
//! A result on its own is written by serde in the layout that it has in these documents, and read back.
//!
//! # Examples
//! ```
//! use apportion::{Model, Panel};
//!
//! let panel = Panel::builder()
//!     .column("y", [1.0, 2.0, 3.0, 5.0])
//!     .column("x", [0.0, 0.0, 1.0, 1.0])
//!     .column("z", [0.0, 1.0, 0.0, 1.0])
//!     .build()?;
//! let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
//! assert_eq!(
//!     fit.sequential()?.to_string(),
//!     "\
//! y, sequential: first → second
//! 4 observations
//!
//!              share of                                             share of
//! component       total                                            explained
//! first           71.4%  ████████████████████████████████████████      73.5%
//! second          25.7%  ██████████████▍                               26.5%
//! unexplained      2.9%  █▋
//!
//! R² 97.1%"
//! );
//! # Ok::<(), apportion::Error>(())
//! ```

mod aligned;
mod answer;
mod answers;
mod breakdown;
mod change;
#[cfg(feature = "charts")]
pub mod chart;
mod coefficients;
mod comparison;
mod corrected;
mod description;
mod detail;
mod deviance;
mod diagnostics;
mod document;
mod early_warning;
mod estimates;
mod findings;
mod gelbach;
mod grid;
mod hypotheses;
mod levels;
mod method_table;
mod oaxaca;
#[cfg(feature = "html")]
mod page;
mod range;
mod regression;
mod regression_table;
mod relation;
mod sampled;
mod samples;
#[cfg(feature = "schema")]
mod schema;
mod sensitivity;
mod side_by_side;
mod subsets;
mod summary;
mod table;
mod tables;
mod text;
mod unit_rates;
mod units;
mod variation;
mod variation_over_time;
mod words;

pub use answer::{Answer, AnswerDocument, Origin, SCHEMA_VERSION};
pub use document::Report;
#[cfg(feature = "html")]
pub use page::HtmlPage;
pub use regression::RegressionReport;
pub use regression_table::RegressionTable;
#[cfg(feature = "schema")]
pub use schema::json_schema;
pub use side_by_side::SideBySide;
pub use table::{Cell, Column, Format, Glyphs, Table};
pub use tables::Tables;
