//! How do regressions compare, side by side?
//!
//! One table of rows for coefficients and columns for models, from which text, Markdown, LaTeX and CSV are written.

mod choice;
mod csv;
mod effects;
mod latex;
mod markdown;
mod rows;
mod text;

use serde::{Deserialize, Serialize};

use self::choice::Choice;
use super::estimates::{Digits, covariance, intervals, left_out, r_squared, r_squareds};
use crate::regress::{CoefficientEstimate, CoefficientTable, Deviance};

/// Bounds of p-values and their stars.
const STARS: [(f64, &str); 3] = [(0.001, "***"), (0.01, "**"), (0.05, "*")];
/// What the stars mean.
const STARS_IN_WORDS: &str = "* p < 0.05, ** p < 0.01, *** p < 0.001";

/// Regressions side by side: a column for each model, a row for each coefficient in the order of appearance, its
/// estimate with the standard error in brackets below; then outcome, estimator, effects, rows, units, periods, degrees of
/// freedom and R² of each model; then how its standard errors came about, the columns it left out, and its warnings.
///
/// Effects have a row where any of the models has them: `yes` where they are absorbed or have columns of their own, `random`
/// for random ones, `differenced` for the unit effects that drop out of first differences, `no` without.
///
/// It prints as text of at most 80 columns, in several blocks where the models need more, and can be had as
/// [Markdown](Self::to_markdown), [LaTeX](Self::to_latex) and [CSV](Self::to_csv).
///
/// | what a reader sees | by | default |
/// |---|---|---|
/// | which coefficients | [`keep`](Self::keep), [`omit`](Self::omit) | all |
/// | in which order | [`order`](Self::order) | that of appearance |
/// | under which names | [`labels`](Self::labels) | those of the regressions |
/// | intervals below the estimates | [`intervals`](Self::intervals) | standard errors |
/// | stars | [`stars`](Self::stars) | none |
/// | how many digits | [`significant_digits`](Self::significant_digits), [`decimals`](Self::decimals) | four significant ones |
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegressionTable {
    models: Vec<Model>,
    stars: bool,
    digits: Digits,
    #[serde(default)]
    intervals: bool,
    #[serde(default)]
    choice: Choice,
}

/// A regression under the name of its column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RegressionColumn"))]
struct Model {
    name: String,
    table: CoefficientTable,
}

/// A coefficient's printed name and its value in each model.
struct Row<'a> {
    name: String,
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
        RegressionTable {
            models: models.collect(),
            stars: false,
            digits: Digits::default(),
            intervals: false,
            choice: Choice::default(),
        }
    }

    /// Prints intervals, `[lower, upper]`, below the estimates instead of standard errors, each at the level of its model's
    /// [`CoefficientTable::level`], which the notes say. Default: standard errors, from which a reader makes an interval at
    /// any level.
    ///
    /// The CSV has both always; with this it has the level too, in a column of its own.
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::RegressionTable;
    /// # use apportion::{Covariance, Panel, PanelRegression};
    /// # let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("low_x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["low_x"]).fit(&panel)?;
    /// let table = RegressionTable::new([("all", &fit.coefficients_at(&Covariance::iid(), 0.9)?)]).intervals(true);
    /// let text = table.to_string();
    /// assert!(text.contains("[-0.4173, 2.617]") && text.contains("\n90% intervals in brackets\n"), "{text}");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn intervals(mut self, intervals: bool) -> Self {
        self.intervals = intervals;
        self
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

    /// The models with the names of their columns.
    pub(super) fn models(&self) -> impl Iterator<Item = (&str, &CoefficientTable)> {
        self.models.iter().map(|model| (model.name.as_str(), &model.table))
    }

    /// The coefficients that are shown, in the order in which they are, under the names that are printed.
    pub(super) fn estimates(&self) -> Vec<(String, Vec<Option<&CoefficientEstimate>>)> {
        self.rows().into_iter().map(|row| (row.name, row.cells)).collect()
    }

    /// What else is said of each model, by row; rows that say nothing are left out.
    pub(super) fn statistics(&self) -> Vec<(String, Vec<String>)> {
        let row = |label: &str, cell: &dyn Fn(&CoefficientTable) -> String| {
            (label.to_string(), self.models.iter().map(|model| cell(&model.table)).collect::<Vec<_>>())
        };
        let some = |n: usize| if n > 0 { n.to_string() } else { String::new() };
        let mut rows =
            vec![row("outcome", &|t| self.printed(&t.outcome)), row("estimator", &|t| t.estimator.to_string())];
        rows.extend(self.effects());
        rows.extend([
            row("weights", &|t| t.weights.clone().unwrap_or_default()),
            row("observations", &|t| t.n_observations.to_string()),
            row("units", &|t| some(t.n_units)),
            row("periods", &|t| some(t.n_periods)),
            row("residual df", &|t| t.df_residual.to_string()),
        ]);
        for kind in 0..4 {
            let r2 = |t: &CoefficientTable, of_counts: bool| match t.deviance.is_some() == of_counts {
                true => r_squareds(&t.r_squared)[kind].1.map_or(String::new(), r_squared),
                false => String::new(),
            };
            let name = ["R² overall", "R² within", "R² between", "R² adjusted"][kind];
            rows.push(row(name, &|t| r2(t, false)));
            let name = ["deviance explained", "deviance within", "deviance between", "deviance, adjusted"][kind];
            rows.push(row(name, &|t| r2(t, true)));
        }
        let of_counts = |of: &dyn Fn(&Deviance) -> Option<String>| {
            let of = |t: &CoefficientTable| t.deviance.as_ref().and_then(of).unwrap_or_default();
            self.models.iter().map(|model| of(&model.table)).collect::<Vec<_>>()
        };
        rows.extend([
            ("family".to_string(), of_counts(&|d| Some(d.family.to_string()))),
            ("exposure".to_string(), of_counts(&|d| d.exposure.clone())),
            ("deviance".to_string(), of_counts(&|d| Some(self.number(d.deviance)))),
            ("Pearson dispersion".to_string(), of_counts(&|d| d.pearson_dispersion.map(|x| self.number(x)))),
            ("θ".to_string(), of_counts(&|d| d.theta.map(|x| self.number(x)))),
        ]);
        rows.retain(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
        rows
    }

    /// What stands below: what is in brackets, what stars mean, and of each model its covariance, what it has that is not
    /// shown, what it left out and its warnings.
    pub(super) fn notes(&self) -> Vec<String> {
        let first = self.models.first().map(|model| &model.table);
        let is_one_level = self.models.iter().all(|model| first.is_some_and(|first| first.level == model.table.level));
        let in_brackets = match first.filter(|_| self.intervals) {
            None => "standard errors in brackets".to_string(),
            Some(first) if is_one_level => format!("{} in brackets", intervals(first)),
            Some(_) => "intervals in brackets, each model's at its own level".to_string(),
        };
        let mut notes = vec![in_brackets];
        notes.extend(self.stars.then(|| STARS_IN_WORDS.to_string()));
        for Model { name, table } in &self.models {
            let level = (self.intervals && !is_one_level).then(|| format!("; {}", intervals(table)));
            notes.push(format!("{name}: {}{}", covariance(&table.covariance), level.unwrap_or_default()));
            notes.extend(self.not_shown(table).map(|hidden| format!("{name}: {hidden}")));
            if !table.left_out_columns.is_empty() {
                notes.push(format!("{name}: dropped {}", table.left_out_columns.join(", ")));
            }
            notes.extend(table.factors.iter().map(|factor| format!("{name}: {factor}")));
            notes.extend(left_out(table).map(|sentence| format!("{name}: {sentence}")));
            let warnings = table.warnings.iter().chain(&table.covariance.warnings);
            notes.extend(warnings.map(|warning| format!("{name}: warning: {warning}")));
        }
        // What panels say of themselves, once where several models say the same.
        for panel in self.models.iter().filter_map(|model| model.table.panel.as_ref()) {
            if !notes.contains(panel) {
                notes.push(panel.clone());
            }
        }
        notes
    }

    fn number(&self, x: f64) -> String {
        self.digits.text(x)
    }

    /// What stands below an estimate, its numbers written so: between an opening and a closing bracket, which is apart so
    /// that it can be given room.
    fn below(&self, c: &CoefficientEstimate, number: impl Fn(f64) -> String) -> (String, &'static str) {
        match self.intervals {
            true => (format!("[{}, {}", number(c.lower), number(c.upper)), "]"),
            false => (format!("({}", number(c.std_error)), ")"),
        }
    }

    fn stars_of(&self, coefficient: &CoefficientEstimate) -> &'static str {
        let earned = STARS.iter().find(|(bound, _)| self.stars && coefficient.p_value < *bound);
        earned.map_or("", |(_, stars)| stars)
    }
}
