//! How does a column get another name?

use std::sync::Arc;

use super::Panel;
use super::column::Column;
use super::history::{ColumnChange, Step};
use super::names::unknown_column;
use super::provenance::{Origin, Provenance};
use super::spelling::{is_same, trimmed};
use crate::error::{DataError, Result};

impl Panel {
    /// The panel with a column under another name, whether it holds data, units or periods: what joins need where both
    /// panels have a column of one name. It is the last of [`Panel::steps`], unless the name stays what it was.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`] for the column; [`DataError::ColumnName`] for a name that is none or taken.
    ///
    /// ```
    /// use apportion::panel::Join;
    /// use apportion::Panel;
    /// let of = |rate: f64| Panel::builder().units([202]).column("rate", [rate]).build();
    /// let (plans, poverty) = (of(43.0)?, of(0.2)?);
    /// assert!(plans.join(&poverty, &Join::left().on_unit()).is_err(), "the column stands in both");
    /// let panel = plans.join(&poverty.renamed("rate", "poverty_rate")?, &Join::left().on_unit())?;
    /// assert_eq!(panel.column("poverty_rate")?.numbers()?, [0.2]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn renamed(&self, column: &str, name: impl Into<String>) -> Result<Panel> {
        let name = name.into();
        let keys = || self.unit_column().into_iter().chain(self.period_column());
        let there = || keys().chain(self.columns().iter().map(Column::name));
        let key = keys().find(|key| is_same(key, column));
        let Some(old) = key.or_else(|| self.column(column).ok().map(Column::name)).map(str::to_owned) else {
            return Err(unknown_column(column, there()));
        };
        if !is_name(&name) || there().any(|other| other != old && is_same(other, &name)) {
            return Err(DataError::ColumnName { verb: format!("rename column \"{old}\" to"), column: name }.into());
        }
        let mut panel = self.clone();
        for key in panel.units.iter_mut().filter(|key| key.name == old) {
            Arc::make_mut(key).name.clone_from(&name);
        }
        for key in panel.periods.iter_mut().filter(|key| key.name == old) {
            Arc::make_mut(key).name.clone_from(&name);
        }
        let others = [&mut panel.weight, &mut panel.population].into_iter().flatten().chain(&mut panel.labels);
        for other in others.filter(|other| **other == old) {
            other.clone_from(&name);
        }
        for column in Arc::make_mut(&mut panel.columns) {
            if column.name() == old {
                *column = column.clone().renamed(name.clone());
            }
            // Columns derived from it still know what they are made of.
            let mut provenance: Provenance = column.provenance().clone();
            if let Origin::Derived { columns, .. } = &mut provenance.origin
                && let Some(input) = columns.iter_mut().find(|input| **input == old)
            {
                input.clone_from(&name);
                *column = column.clone().with_provenance(Arc::new(provenance));
            }
        }
        if name != old {
            panel.steps.push(Step::Columns(ColumnChange::Renamed { column: old, name }));
        }
        Ok(panel)
    }

    /// Whether a new column may be called so: a name without spaces around it that no column has, however it is spelt.
    pub(super) fn is_new_name(&self, name: &str) -> bool {
        is_name(name) && !self.is_key(name) && !self.has_column(name)
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && trimmed(name) == name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::Derivation;

    #[test]
    fn everything_that_names_a_column_follows_it() {
        let panel = Panel::builder().units(["A"]).periods([2018]).column("x", [1.0]).text_column("name", ["a"]);
        let panel = panel.weight("x").build().unwrap().with_labels(["name"]).unwrap();
        let panel = panel.derive("log_x", &Derivation::log("x")).unwrap();
        let renamed = panel.renamed("x", "children").unwrap().renamed("name", "la").unwrap().renamed("unit", "code");
        let renamed = renamed.unwrap().renamed("period", "year").unwrap();
        assert_eq!((renamed.unit_column(), renamed.period_column()), (Some("code"), Some("year")));
        assert_eq!((renamed.weight_column(), renamed.label_columns()), (Some("children"), &["la".to_owned()][..]));
        assert_eq!(renamed.lineage(["log_x"]).columns.len(), 2);
        assert_eq!(panel.renamed("x", "x").unwrap(), panel);
    }

    #[test]
    fn names_that_cannot_be() {
        let panel = Panel::builder().units(["A"]).column("x", [1.0]).column("y", [1.0]).build().unwrap();
        for name in ["", " z", "y", "y\u{a0}", "unit"] {
            assert!(panel.renamed("x", name).is_err(), "{name:?}");
        }
        let error = panel.renamed("z", "w").unwrap_err();
        assert!(matches!(error, crate::Error::Data(DataError::UnknownColumn { .. })), "{error}");
    }
}
