//! What moves one unit, period or row from the mean.

use super::page::source;
use super::waterfall::{Step, Waterfall};
use super::words::{ALWAYS, Said, UNEXPLAINED};
use super::{Chart, needs};
use crate::decompose::{ContributionRow, ContributionTable};
use crate::error::Result;

impl Chart {
    /// What moves one row of a table of contributions from the mean, in steps.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a row without contributions.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::report::chart::Chart;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
    /// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
    /// let units = fit.contributions()?.by_unit()?.sorted_by("actual")?;
    /// let chart = Chart::contributions(&units, &units.rows[0])?;
    /// assert!(chart.title().starts_with("What moves"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn contributions(table: &ContributionTable, row: &ContributionRow) -> Result<Self> {
        if row.contributions.is_empty() {
            return needs("row", "without contributions", "take one of the table's rows");
        }
        let moved = |name: &str, by: f64| Step::Move { name: name.to_owned(), by, interval: None };
        let stand = |name: &str, value: f64| Step::Stand { name: name.to_owned(), value, interval: None };
        let always = row.always.map(|by| moved(ALWAYS, by));
        let parts = row.contributions.iter().map(|part| moved(&part.name, part.points));
        let steps = [stand("mean of all", table.mean)].into_iter().chain(always).chain(parts);
        let steps = steps.chain([moved(UNEXPLAINED, row.unexplained), stand("actual", row.actual)]);
        let unit = row.unit.as_ref().map(|unit| Said::Unit(unit.clone(), row.label.clone()));
        let period = row.period.map(|period| Said::words(period.to_string()));
        let mut title = vec![Said::words("What moves ")];
        match (unit, period) {
            (Some(unit), Some(period)) => title.extend([unit, Said::words(", "), period]),
            (Some(one), None) | (None, Some(one)) => title.push(one),
            (None, None) => title.push(Said::words("this row")),
        }
        title.extend([Said::words(" from the mean of "), Said::name(&table.outcome)]);
        Ok(Chart::new(Waterfall {
            title,
            subtitle: vec![Said::words("Contributions, "), Said::By(table.method.clone())],
            axis: vec![Said::name(&table.outcome)],
            steps: steps.collect(),
            from_zero: false,
            notes: Vec::new(),
            source: source(table.panel.as_deref(), &table.outcome, None),
        }))
    }
}
