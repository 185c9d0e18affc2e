//! Which effects are in, and what is in but not shown.

use super::RegressionTable;
use super::rows::distinct;
use crate::regress::{CoefficientTable, Estimator};
use crate::report::text::counted;

const UNIT_EFFECTS: &str = "unit_effects";
const PERIOD_EFFECTS: &str = "period_effects";

const YES: &str = "yes";
const NO: &str = "no";
const RANDOM: &str = "random";
/// They drop out of differences, where nothing is estimated of them.
const DIFFERENCED: &str = "differenced";

impl RegressionTable {
    /// A row for unit effects and one for period effects, where any model has them, and one for each factor of which a level
    /// is not shown: its name, and what is said of each model.
    pub(super) fn effects(&self) -> Vec<(String, Vec<String>)> {
        let mut rows = Vec::new();
        let mut row = |name: &str, cell: &dyn Fn(&CoefficientTable) -> &'static str| {
            let cells: Vec<&str> = self.models.iter().map(|model| cell(&model.table)).collect();
            if cells.iter().any(|cell| *cell != NO) {
                rows.push((name.to_string(), cells.into_iter().map(str::to_string).collect()));
            }
        };
        let has = |table: &CoefficientTable, is_term: &dyn Fn(&str) -> bool| {
            let terms = table.coefficients.iter().filter_map(|c| self.level(&c.name));
            terms.into_iter().any(|(term, _)| is_term(term))
        };
        let printed = |effects: &str, otherwise: &str| self.choice.label(effects).unwrap_or(otherwise).to_string();
        let are = |table: &CoefficientTable, effects: &str| has(table, &|term| stands_for(table, term) == effects);
        row(&printed(UNIT_EFFECTS, "unit effects"), &|table| match table.estimator {
            Estimator::Within | Estimator::Twoway => YES,
            Estimator::FirstDifference => DIFFERENCED,
            Estimator::Random | Estimator::RandomTwoway | Estimator::Mundlak => RANDOM,
            _ if are(table, UNIT_EFFECTS) => YES,
            _ => NO,
        });
        row(&printed(PERIOD_EFFECTS, "period effects"), &|table| match table.estimator {
            Estimator::WithinPeriod | Estimator::Twoway => YES,
            _ if are(table, PERIOD_EFFECTS) => YES,
            Estimator::RandomPeriod | Estimator::RandomTwoway => RANDOM,
            _ => NO,
        });
        let hidden = self.models.iter().flat_map(|model| {
            let hidden = self.shown(&model.table).1.into_iter();
            let terms = hidden.filter_map(|c| self.level(&c.name).map(|(term, _)| term));
            terms.filter(|term| stands_for(&model.table, term).is_empty())
        });
        for factor in distinct(hidden.collect()) {
            row(&self.printed(factor), &|table| if has(table, &|term| term == factor) { YES } else { NO });
        }
        rows
    }

    /// What a model has that is not shown, in words; `None` where all is.
    pub(super) fn not_shown(&self, table: &CoefficientTable) -> Option<String> {
        let hidden = self.shown(table).1;
        let term = |name| self.level(name).map_or(name, |(term, _)| term);
        let names = distinct(hidden.iter().map(|c| term(&c.name)).collect());
        let said = |name: &str| {
            let levels = hidden.iter().filter(|c| self.level(&c.name).is_some_and(|(term, _)| term == name)).count();
            let printed = self.printed(name);
            if levels > 0 { format!("{printed} ({})", counted(levels, "level")) } else { printed }
        };
        let names: Vec<String> = names.into_iter().map(said).collect();
        (!names.is_empty()).then(|| format!("not shown: {}", names.join(", ")))
    }
}

/// The effects that a term is, or is under another name; empty where it is none.
fn stands_for<'a>(table: &'a CoefficientTable, term: &'a str) -> &'a str {
    if [UNIT_EFFECTS, PERIOD_EFFECTS].contains(&term) {
        return term;
    }
    let factor = table.factors.iter().find(|factor| factor.name == term);
    factor.and_then(|factor| factor.same_as.as_deref()).unwrap_or_default()
}
