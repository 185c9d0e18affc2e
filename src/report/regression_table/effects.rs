//! Which effects are in, and what is in but not shown.

use super::RegressionTable;
use super::rows::distinct;
use crate::regress::{CoefficientTable, Estimator};
use crate::report::text::counted;

const UNIT_EFFECTS: &str = "unit_effects";
const PERIOD_EFFECTS: &str = "period_effects";

/// Effects as terms, and what their rows are called.
const EFFECTS: [(&str, &str); 2] = [(UNIT_EFFECTS, "unit effects"), (PERIOD_EFFECTS, "period effects")];

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
        let are = |table: &CoefficientTable, effects: &str| {
            has(table, &|term| term == effects || self.stands_for(term) == Some(effects))
        };
        for (effects, name) in EFFECTS {
            row(&printed(effects, name), &|table| match estimated(table.estimator, effects) {
                NO if are(table, effects) => YES,
                RANDOM if effects == PERIOD_EFFECTS && are(table, effects) => YES,
                said => said,
            });
        }
        let hidden = self.models.iter().flat_map(|model| {
            let hidden = self.shown(&model.table).1.into_iter();
            let terms = hidden.filter_map(|c| self.level(&c.name).map(|(term, _)| term));
            terms.filter(|term| !is_effects(term) && self.stands_for(term).is_none())
        });
        for factor in distinct(hidden.collect()) {
            row(&self.printed(factor), &|table| if has(table, &|term| term == factor) { YES } else { NO });
        }
        rows
    }

    /// The effects that any of the estimators takes out, or has as random.
    pub(super) fn effects_in(&self) -> Vec<&'static str> {
        let is_in = |effects: &str| self.models.iter().any(|m| estimated(m.table.estimator, effects) != NO);
        EFFECTS.into_iter().map(|(effects, _)| effects).filter(|effects| is_in(effects)).collect()
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

fn is_effects(term: &str) -> bool {
    EFFECTS.iter().any(|(effects, _)| *effects == term)
}

/// What an estimator makes of effects, without any column of theirs.
fn estimated(estimator: Estimator, effects: &str) -> &'static str {
    match estimator {
        Estimator::Within if effects == UNIT_EFFECTS => YES,
        Estimator::WithinPeriod if effects == PERIOD_EFFECTS => YES,
        Estimator::Twoway => YES,
        Estimator::FirstDifference if effects == UNIT_EFFECTS => DIFFERENCED,
        Estimator::Random | Estimator::Mundlak if effects == UNIT_EFFECTS => RANDOM,
        Estimator::RandomPeriod if effects == PERIOD_EFFECTS => RANDOM,
        Estimator::RandomTwoway => RANDOM,
        _ => NO,
    }
}
