//! At which level the variation lies, and what explains it there.

use super::Chart;
use super::needs;
use super::page::source;
use super::stacked::{Bar, Several};
use super::words::{Said, share, spoken};
use crate::decompose::Levels;
use crate::error::Result;

impl Chart {
    /// The levels as bars as long as their part of the variation, each split among the components; where several methods
    /// were asked, by each.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for levels without a method.
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
    /// let chart = Chart::levels(&fit.levels()?.shapley()?)?;
    /// assert!(chart.description().contains("between units"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn levels(levels: &Levels) -> Result<Self> {
        let mut bars = Vec::new();
        for level in &levels.levels {
            let part = share(level.part_of_total, level.interval, 1);
            for by in &level.methods {
                let parts = by.rows().map(|row| (row.name.clone(), row.share_of_total)).collect();
                let method =
                    if level.methods.len() > 1 { format!(", {}", spoken(by.method.name())) } else { String::new() };
                let name = match level.name.as_str() {
                    "between" => "between units".to_owned(),
                    "within" => "within units".to_owned(),
                    other => spoken(other),
                };
                bars.push(Bar { name, parts, note: method, value: part.clone() });
            }
        }
        if bars.is_empty() {
            return needs("levels", "without methods", "split them with Nesting::sequential, shapley or methods");
        }
        Ok(Chart::new(Several {
            title: vec![Said::words("Where the variation in "), Said::name(&levels.outcome), Said::words(" lies")],
            subtitle: "Bars as long as a level's part of the total variation, split among the components".to_owned(),
            bars,
            source: source(levels.panel.as_deref(), &levels.outcome, Some(&levels.sample)),
        }))
    }
}
