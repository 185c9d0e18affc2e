//! How do regressions compare, side by side?
//!
//! One table of rows for coefficients and columns for models, from which text, Markdown, LaTeX and CSV are written.

mod csv;
mod latex;
mod markdown;
mod text;

use serde::{Deserialize, Serialize};

use super::estimates::{Digits, covariance, left_out, r_squared, r_squareds};
use crate::regress::{CoefficientEstimate, CoefficientTable};

/// Bounds of p-values and their stars.
const STARS: [(f64, &str); 3] = [(0.001, "***"), (0.01, "**"), (0.05, "*")];
/// What the stars mean.
const STARS_IN_WORDS: &str = "* p < 0.05, ** p < 0.01, *** p < 0.001";

/// Regressions side by side: a column for each model, a row for each coefficient in the order of appearance, its
/// estimate with the standard error in brackets below; then outcome, estimator, rows, units, periods, degrees of
/// freedom and R² of each model; then how its standard errors came about, the columns it left out, and its warnings.
///
/// It prints as text of at most 80 columns, in several blocks where the models need more, and can be had as
/// [Markdown](Self::to_markdown), [LaTeX](Self::to_latex) and [CSV](Self::to_csv).
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::report::RegressionTable;
/// use apportion::{Covariance, Estimator, Panel, PanelRegression};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let regression = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]);
/// let within = regression.clone().estimator(Estimator::Within).fit(&panel)?.coefficients(&Covariance::cluster())?;
/// let twoway = regression.estimator(Estimator::Twoway).fit(&panel)?.coefficients(&Covariance::cluster())?;
///
/// let table = RegressionTable::new([("within", &within), ("two-way", &twoway)]);
/// let text = table.to_string();
/// assert!(text.contains("within: clustered by authority (150), small-sample factor"));
/// assert!(!text.contains('*'), "no stars unless asked for");
/// assert!(table.clone().stars(true).to_string().contains("* p < 0.05"));
/// assert!(table.to_csv().starts_with("model,name,estimate,std_error,statistic,p_value,lower,upper\nwithin,"));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegressionTable {
    models: Vec<Model>,
    stars: bool,
    digits: Digits,
}

/// A regression under the name of its column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Model {
    name: String,
    table: CoefficientTable,
}

/// A coefficient's name and its value in each model.
struct Row<'a> {
    name: &'a str,
    cells: Vec<Option<&'a CoefficientEstimate>>,
}

impl RegressionTable {
    /// A table of these models, each with the name of its column; one model makes a table too.
    ///
    /// # Examples
    /// ```
    /// use apportion::regress::Leverage;
    /// use apportion::report::RegressionTable;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
    /// let robust = Covariance::heteroskedastic(Leverage::Hc1);
    /// let (iid, hc1) = (fit.coefficients(&Covariance::iid())?, fit.coefficients(&robust)?);
    /// let csv = RegressionTable::new([("iid", &iid), ("robust", &hc1)]).to_csv();
    /// // Two models of two coefficients each, and a header.
    /// let firsts: Vec<&str> = csv.lines().filter_map(|line| line.split(',').next()).collect();
    /// assert_eq!(firsts, ["model", "iid", "iid", "robust", "robust"]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn new<'a, N: Into<String>>(models: impl IntoIterator<Item = (N, &'a CoefficientTable)>) -> Self {
        let models = models.into_iter().map(|(name, table)| Model { name: name.into(), table: table.clone() });
        RegressionTable { models: models.collect(), stars: false, digits: Digits::default() }
    }

    /// Marks estimates by their p-values: \* below 0.05, \*\* below 0.01, \*\*\* below 0.001, and says so below.
    /// Default: no stars, as they make a threshold of what is none; the standard errors say more.
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::RegressionTable;
    /// # use apportion::{Covariance, Panel, PanelRegression};
    /// # let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("low_x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["low_x"]).fit(&panel)?;
    /// let table = RegressionTable::new([("all", &fit.coefficients(&Covariance::iid())?)]);
    /// assert!(!table.to_string().contains("p < 0.05"));
    /// assert!(table.stars(true).to_string().contains("* p < 0.05, ** p < 0.01, *** p < 0.001"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn stars(mut self, stars: bool) -> Self {
        self.stars = stars;
        self
    }

    /// Prints estimates and standard errors with so many significant digits, 1 to 17. Default: 4, since columns differ
    /// in their units.
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::RegressionTable;
    /// # use apportion::{Covariance, Panel, PanelRegression};
    /// # let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("low_x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["low_x"]).fit(&panel)?;
    /// let table = RegressionTable::new([("all", &fit.coefficients(&Covariance::iid())?)]);
    /// assert!(table.to_string().contains("(0.5196)"));
    /// assert!(table.significant_digits(2).to_string().contains("(0.52)"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn significant_digits(mut self, digits: usize) -> Self {
        self.digits = Digits::Significant(digits);
        self
    }

    /// Prints estimates and standard errors with so many decimals, at most 17, instead of significant digits.
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::RegressionTable;
    /// # use apportion::{Covariance, Panel, PanelRegression};
    /// # let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("low_x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["low_x"]).fit(&panel)?;
    /// let table = RegressionTable::new([("all", &fit.coefficients(&Covariance::iid())?)]);
    /// assert!(table.decimals(1).to_string().contains("(0.5)"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn decimals(mut self, decimals: usize) -> Self {
        self.digits = Digits::Decimals(decimals);
        self
    }

    /// The union of the models' coefficients, in the order in which they appear.
    fn rows(&self) -> Vec<Row<'_>> {
        let mut rows: Vec<Row<'_>> = Vec::new();
        for (at, model) in self.models.iter().enumerate() {
            for coefficient in &model.table.coefficients {
                // A model with two coefficients of one name has two rows.
                let known = rows.iter().position(|row| row.name == coefficient.name && row.cells[at].is_none());
                let row = known.unwrap_or_else(|| {
                    rows.push(Row { name: &coefficient.name, cells: vec![None; self.models.len()] });
                    rows.len() - 1
                });
                rows[row].cells[at] = Some(coefficient);
            }
        }
        rows
    }

    /// What else is said of each model, by row; rows that say nothing are left out.
    fn statistics(&self) -> Vec<(String, Vec<String>)> {
        let row = |label: &str, cell: &dyn Fn(&CoefficientTable) -> String| {
            (label.to_string(), self.models.iter().map(|model| cell(&model.table)).collect::<Vec<_>>())
        };
        let some = |n: usize| if n > 0 { n.to_string() } else { String::new() };
        let mut rows = vec![
            row("outcome", &|t| t.outcome.clone()),
            row("estimator", &|t| t.estimator.to_string()),
            row("weights", &|t| t.weights.clone().unwrap_or_default()),
            row("observations", &|t| t.n_observations.to_string()),
            row("units", &|t| some(t.n_units)),
            row("periods", &|t| some(t.n_periods)),
            row("residual df", &|t| t.df_residual.to_string()),
        ];
        for kind in 0..4 {
            let r2 = |t: &CoefficientTable| r_squareds(&t.r_squared)[kind].1.map_or(String::new(), r_squared);
            let name = ["R² overall", "R² within", "R² between", "R² adjusted"][kind];
            rows.push(row(name, &r2));
        }
        rows.retain(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
        rows
    }

    /// What stands below: what is in brackets, what stars mean, and of each model its covariance, what it left out and
    /// its warnings.
    fn notes(&self) -> Vec<String> {
        let mut notes = vec!["standard errors in brackets".to_string()];
        notes.extend(self.stars.then(|| STARS_IN_WORDS.to_string()));
        for Model { name, table } in &self.models {
            notes.push(format!("{name}: {}", covariance(&table.covariance)));
            if !table.left_out_columns.is_empty() {
                notes.push(format!("{name}: dropped {}", table.left_out_columns.join(", ")));
            }
            notes.extend(table.factors.iter().map(|factor| format!("{name}: {factor}")));
            notes.extend(left_out(table).map(|sentence| format!("{name}: {sentence}")));
            let warnings = table.warnings.iter().chain(&table.covariance.warnings);
            notes.extend(warnings.map(|warning| format!("{name}: warning: {warning}")));
        }
        notes
    }

    fn number(&self, x: f64) -> String {
        self.digits.text(x)
    }

    fn stars_of(&self, coefficient: &CoefficientEstimate) -> &'static str {
        let earned = STARS.iter().find(|(bound, _)| self.stars && coefficient.p_value < *bound);
        earned.map_or("", |(_, stars)| stars)
    }
}
