//! What is the value of an area, given those of its parts?

use std::sync::Arc;

use super::areas::Areas;
use super::{AreaRule, Combined};
use crate::error::{DataError, Place, ReorganisationProblem, Result};
use crate::panel::provenance::Provenance;
use crate::panel::{Cells, Column, Missing, Panel, Quantity, Reading, Values};

type Value = std::result::Result<f64, Missing>;

impl Panel {
    /// The panel on combined rows.
    pub(super) fn on_areas(
        &self,
        areas: &Areas,
        rule: &AreaRule,
        combined: &[Combined],
        flagged: bool,
    ) -> Result<Panel> {
        let any_combined = combined.iter().any(|row| row.rows.len() > 1 || !row.whole);
        let quantities = if any_combined { self.quantities(rule)? } else { vec![None; self.columns().len()] };
        let needs_population = quantities.iter().any(|quantity| match quantity {
            Some(Quantity::Rate) => true,
            Some(Quantity::Score) => rule.average_scores,
            _ => false,
        });
        let population = match self.population_column() {
            Some(name) => Some(self.column(name)?),
            None if any_combined && needs_population => {
                return Err(DataError::Reorganisation { why: ReorganisationProblem::NoPopulation }.into());
            }
            None => None,
        };
        let naming = self.naming_label(areas);
        let mut columns = Vec::with_capacity(self.columns().len());
        for (column, quantity) in self.columns().iter().zip(quantities) {
            let made = match column.values() {
                Values::Number(_) => {
                    let is_label = self.is_label(column.name());
                    let value = |row: &Combined| match is_label {
                        true => agreed(column, row),
                        false => number(column, quantity, rule, population, row),
                    };
                    Column::from_values(column.name().to_owned(), combined.iter().map(value))?
                }
                Values::Text { .. } => {
                    let is_name = naming == Some(column.name());
                    let text = |row: &Combined| text(column, areas, row, is_name);
                    let texts: Vec<_> = combined.iter().map(text).collect();
                    Column::from_texts(column.name().to_owned(), &texts)
                }
            };
            columns.push(made.with_provenance(Arc::new(column.provenance().clone())));
        }
        if flagged {
            if self.has_column(&rule.flag) {
                let why = ReorganisationProblem::Flag { column: rule.flag.clone() };
                return Err(DataError::Reorganisation { why }.into());
            }
            let flags = combined.iter().map(|row| Ok(if row.flagged { 1.0 } else { 0.0 }));
            let provenance = Provenance::derived("1 where a part of the area moved to another".to_owned(), Vec::new());
            columns.push(Column::from_values(rule.flag.clone(), flags)?.with_provenance(Arc::new(provenance)));
        }
        let units: Cells = combined.iter().map(|row| &row.unit).collect();
        let place = |row: &Combined| row.rows.first().map_or(Place::Row(0), |&row| self.place(row));
        let (unit_name, period_name) =
            (self.unit_column().unwrap_or("unit").to_owned(), self.period_column().unwrap_or("period").to_owned());
        let periods = combined.iter().map(|row| row.period).collect();
        let places = combined.iter().map(place).collect();
        let mut panel = Panel::from_columns(
            (unit_name, &units),
            Some((period_name, periods)),
            columns,
            places,
            Reading::default(),
        )?;
        panel.weight = self.weight.clone();
        panel.population = self.population.clone();
        Ok(panel.said_of(self))
    }

    fn is_label(&self, column: &str) -> bool {
        self.labels.iter().any(|label| label == column)
    }

    /// The first label of text that holds names: one that agrees with the table's name of an area, or else the first
    /// without numbers and codes.
    fn naming_label(&self, areas: &Areas) -> Option<&str> {
        let texts = || self.labels.iter().filter_map(|label| self.column(label).ok()).filter(|c| c.levels().is_some());
        let names_an_area = |column: &&Column| {
            (0..self.n_observations()).any(|row| {
                let own = self.unit_of(row).and_then(|unit| areas.own_name(unit));
                own.is_some() && own == column.text(row)
            })
        };
        let has_no_id = |column: &&Column| !column.levels().unwrap_or_default().iter().any(|text| areas.is_id(text));
        texts().find(names_an_area).or_else(|| texts().find(has_no_id)).map(Column::name)
    }

    /// Whether each column adds up; `None` for text and for labels.
    fn quantities(&self, rule: &AreaRule) -> Result<Vec<Option<Quantity>>> {
        let mut unknown = Vec::new();
        let mut quantities = Vec::with_capacity(self.columns().len());
        for column in self.columns() {
            let name = column.name();
            let known = match column.values() {
                Values::Text { .. } => None,
                Values::Number(_) if self.is_label(name) => None,
                Values::Number(_) if self.population_column() == Some(name) => Some(Quantity::Count),
                Values::Number(_) => {
                    let stated = rule.quantities.get(name).copied().or(column.provenance().quantity);
                    // What holds nothing has nothing to combine.
                    if stated.is_none() && column.n_missing() < self.n_observations() {
                        unknown.push(name.to_owned());
                    }
                    stated
                }
            };
            quantities.push(known);
        }
        if unknown.is_empty() {
            return Ok(quantities);
        }
        Err(DataError::Reorganisation { why: ReorganisationProblem::Quantities { columns: unknown } }.into())
    }
}

fn number(
    column: &Column,
    quantity: Option<Quantity>,
    rule: &AreaRule,
    population: Option<&Column>,
    row: &Combined,
) -> Value {
    if let ([only], true) = (row.rows.as_slice(), row.whole) {
        return column.value(*only);
    }
    let averaged = match quantity {
        Some(Quantity::Score) if !rule.average_scores => return Err(Missing::Reorganised),
        Some(Quantity::Count) => false,
        _ => true,
    };
    let (mut sum, mut weights) = (0.0, 0.0);
    for &part in &row.rows {
        let value = column.value(part)?;
        if !averaged {
            sum += value;
            continue;
        }
        let weight = population.map_or(Err(Missing::Undefined), |population| population.value(part))?;
        sum += weight * value;
        weights += weight;
    }
    match (row.whole, averaged) {
        (false, _) => Err(Missing::Absent),
        (true, false) => Ok(sum),
        (true, true) if weights > 0.0 => Ok(sum / weights),
        (true, true) => Err(Missing::Undefined),
    }
}

/// The number that all parts have.
fn agreed(column: &Column, row: &Combined) -> Value {
    let mut parts = row.rows.iter().map(|&part| column.value(part));
    let first = parts.next().unwrap_or(Err(Missing::Absent));
    if parts.all(|part| part == first) { first } else { Err(Missing::Reorganised) }
}

fn text(column: &Column, areas: &Areas, row: &Combined, is_name: bool) -> std::result::Result<String, Missing> {
    let of = |part: usize| column.text(part).ok_or(column.missing(part).unwrap_or(Missing::Empty));
    let mut parts = row.rows.iter().map(|&part| of(part));
    let first = parts.next().unwrap_or(Err(Missing::Absent));
    if parts.all(|part| part == first) {
        return first.map(str::to_owned);
    }
    areas.name(&row.unit).filter(|_| is_name).ok_or(Missing::Reorganised)
}
