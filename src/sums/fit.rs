//! From sums to a fit.

use super::grouped_sums::GroupedSums;
use super::question::SumsQuestion;
use crate::error::{DataError, EstimateError, Result, SumsProblem};
use crate::fit::FittedModel;
use crate::model::{Design, Grouped, Model, Selected, Term};
use crate::panel::{Numbers, Panel, Sample};

impl GroupedSums {
    /// The model on the rows behind these sums.
    ///
    /// Every split of R², levels, contributions of units and periods, and intervals by leaving units out or drawing them
    /// again are those of the rows. What needs a row by itself (regressions and their residuals, noise and with it
    /// corrected shares of unit effects, changes over time) is refused where a unit and period holds several. So is, always,
    /// what goes back to the columns of a panel.
    ///
    /// # Errors
    /// [`DataError::Sums`] for a model with a term that was not summed, other keys or weights, and for sums that no rows
    /// give; [`EstimateError::NothingLeft`] for no rows; those of [`Model::fit`](crate::Model::fit) for what the sums say.
    ///
    /// # Examples
    /// See [`GroupedSums`] and [`add_panel`](Self::add_panel).
    pub fn fit(&self, model: &Model) -> Result<FittedModel> {
        let asked = SumsQuestion::new(model, self.question.unit.clone(), self.question.period.as_deref())?;
        if asked.weights != self.question.weights {
            let why = SumsProblem::OtherSums;
            return Err(DataError::Sums { table: super::question::THE_SUMS.to_string(), why }.into());
        }
        let variables: Vec<usize> =
            asked.variables.iter().map(|number| self.question.position(number)).collect::<Result<_>>()?;
        let sample = Sample {
            n_observations: self.n_observations(),
            n_units: self.n_units(),
            n_periods: self.n_periods(),
            left_out: self.left_out.clone(),
        };
        if sample.n_observations == 0 {
            return Err(EstimateError::NothingLeft { audit: sample.audit() }.into());
        }
        if sample.n_observations < 2 {
            return Err(EstimateError::TooFewRows { rows: sample.n_observations }.into());
        }
        let rows = self.equivalent_rows(&variables)?;
        let names: Vec<&str> = rows.unit.iter().map(|&unit| self.units.names[unit as usize].as_str()).collect();
        let periods = self.question.period.as_deref().map(|name| (name, rows.period.as_slice()));
        let (panel, order) = Panel::of_repeated_keys((&self.question.unit, &names), periods);
        let in_order = |values: &[f64]| match &order {
            None => values.to_vec(),
            Some(order) => order.iter().map(|&row| values[row as usize]).collect(),
        };
        let numbers = |term: &Term| {
            let at = asked.position(term)?;
            Ok(Numbers::from(in_order(&rows.values[at])))
        };
        let weights = match &self.question.weights {
            Some(name) => Some((Some(name.clone()), in_order(&rows.weight).into())),
            // Rows that stand for several weigh as much.
            None if rows.are_several => Some((None, in_order(&rows.weight).into())),
            None => None,
        };
        let selected = Selected::of_numbers(model, &panel, numbers, weights, sample)?;
        let mut design = Design::of_selected(selected)?;
        let counts = match &order {
            None => rows.counts.clone(),
            Some(order) => order.iter().map(|&row| rows.counts[row as usize]).collect(),
        };
        design.grouped = Some(Grouped { counts, are_several: rows.are_several });
        FittedModel::of_design(model, design)
    }
}
