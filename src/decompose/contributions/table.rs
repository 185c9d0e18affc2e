//! Contributions to rows, units or periods, as a table.

use serde::{Deserialize, Serialize};

use super::Contributions;
use crate::decompose::method::Method;
use crate::error::{Error, QuestionError, Result};
use crate::warning::Warning;

/// A component's contribution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Contribution {
    /// The component.
    pub name: String,
    /// By how many points of the outcome it moves this row, unit or period from the mean.
    pub points: f64,
}

/// What moves one row, unit or period from the mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ContributionRow {
    /// The unit; `None` in a table by period, and of a panel without units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What it is called, where the panel has names of its units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The period; `None` in a table by unit, and of a panel without periods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<i32>,
    /// Rows of the sample that it is the mean of.
    pub n_observations: usize,
    /// The outcome, the weighted mean over these rows.
    pub actual: f64,
    /// By how many points what is always in moves it from the mean; `None` without such terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub always: Option<f64>,
    /// By how many points each component does, in the order of the model.
    pub contributions: Vec<Contribution>,
    /// What the model leaves of it: the mean residual.
    pub unexplained: f64,
}

impl ContributionRow {
    /// By how many points a component moves it from the mean.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not in the model.
    ///
    /// # Examples
    /// See [`FittedModel::contributions_by`](crate::FittedModel::contributions_by).
    pub fn points(&self, component: &str) -> Result<f64> {
        points(&self.contributions, component)
    }
}

/// The points of one of these contributions.
pub(crate) fn points(contributions: &[Contribution], component: &str) -> Result<f64> {
    contributions.iter().find(|of| of.name == component).map(|of| of.points).ok_or_else(|| {
        let available = contributions.iter().map(|of| of.name.clone()).collect();
        Error::from(QuestionError::UnknownComponent { component: component.to_string(), available })
    })
}

/// By how many points of the outcome each component moves rows, units or periods from the mean.
///
/// # Examples
/// ```
/// use apportion::decompose::ContributionTable;
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
/// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
/// let units: ContributionTable = fit.contributions()?.by_unit()?.sorted_by("deprivation")?;
/// assert!(units.rows[0].points("deprivation")? >= units.rows[1].points("deprivation")?);
/// assert!(units.to_csv().starts_with("unit,n_observations,actual,deprivation,practice,unexplained,panel\n"));
/// // The table has the ten highest and lowest of 150.
/// assert!(units.to_string().contains("(130 between)"));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ContributionTable {
    /// The outcome.
    pub outcome: String,
    /// The method.
    #[serde(flatten)]
    pub method: Method,
    /// What the rows are: `row`, `unit` or `period`.
    pub by: String,
    /// The outcome's weighted mean over the whole sample, which contributions move from.
    pub mean: f64,
    /// The rows, in the order of the panel until they are sorted.
    pub rows: Vec<ContributionRow>,
    /// The weight column; `None` where every row weighs alike.
    pub weights: Option<String>,
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    pub panel: Option<String>,
    /// What deserves doubt.
    pub warnings: Vec<Warning>,
}

impl ContributionTable {
    /// The same rows, the highest first: by `actual`, `always`, `unexplained`, or the contribution of a component.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for another name.
    ///
    /// # Examples
    /// See [`ContributionTable`].
    pub fn sorted_by(&self, name: &str) -> Result<Self> {
        let key = |row: &ContributionRow| match name {
            "actual" => Ok(row.actual),
            "unexplained" => Ok(row.unexplained),
            "always" if row.always.is_some() => Ok(row.always.unwrap_or_default()),
            component => row.points(component),
        };
        let mut keyed: Vec<(f64, &ContributionRow)> =
            self.rows.iter().map(|row| Ok((key(row)?, row))).collect::<Result<_>>()?;
        keyed.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok(ContributionTable { rows: keyed.into_iter().map(|(_, row)| row.clone()).collect(), ..self.clone() })
    }
}

impl Contributions<'_> {
    /// The weighted mean over each group of rows.
    pub(super) fn table(&self, by: &str, groups: Vec<Vec<usize>>) -> ContributionTable {
        let (fit, n_parts) = (self.fit, self.names.len() + 2);
        let design = fit.design();
        let mean = fit.outcome_mean();
        let has_always = !fit.model().always_terms().is_empty();
        let nothing = fit.rounding_of_points();
        let cleared = |points: f64| if points.abs() <= nothing { 0.0 } else { points };
        let row = |rows: &Vec<usize>| {
            let weight: f64 = rows.iter().map(|&row| design.weights[row]).sum();
            let over = |value: &dyn Fn(usize) -> f64| match rows[..] {
                [only] => value(only),
                _ => rows.iter().map(|&row| design.weights[row] * value(row)).sum::<f64>() / weight,
            };
            let part = |at: usize| cleared(over(&|row| self.points[row * n_parts + at]));
            let at = rows.first().map_or(0, |&row| design.rows[row]);
            let unit = (by != "period").then(|| design.panel.unit_of(at)).flatten();
            let actual = over(&|row| design.outcome[row]);
            ContributionRow {
                unit: unit.map(str::to_string),
                label: unit.and_then(|unit| fit.unit_label(unit)),
                period: (by != "unit").then(|| design.panel.period_of(at)).flatten(),
                n_observations: design.counted(rows),
                actual,
                always: has_always.then(|| part(0)),
                contributions: self
                    .names
                    .iter()
                    .enumerate()
                    .map(|(at, name)| Contribution { name: name.clone(), points: part(1 + at) })
                    .collect(),
                unexplained: cleared(over(&|row| {
                    design.outcome[row] - mean - self.points[row * n_parts + n_parts - 1]
                })),
            }
        };
        let mut warnings = fit.warnings().to_vec();
        warnings.extend(fit.imprecise(self.names.len()));
        ContributionTable {
            outcome: design.outcome_name.clone(),
            method: self.method.clone(),
            by: by.to_string(),
            mean,
            rows: groups.iter().map(row).collect(),
            weights: design.weights_name.clone(),
            panel: design.panel.description().map(str::to_string),
            warnings,
        }
    }
}

impl crate::fit::FittedModel {
    /// What a unit is called, where the panel has names of its units.
    pub(crate) fn unit_label(&self, unit: &str) -> Option<String> {
        let panel = &self.design().panel;
        match panel.label_columns() {
            [] => None,
            _ => panel.unit_name(unit).ok().flatten().map(str::to_owned),
        }
    }
}
