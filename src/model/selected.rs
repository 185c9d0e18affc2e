//! Which rows a question is about, and what its terms are on all of them.

use super::term::Term;
use super::variables::{Part, checked_numbers, parts, resolve};
use super::{Model, Weights};
use crate::error::{DataError, EstimateError, Result};
use crate::panel::{Numbers, Panel, Reason, RowList, Sample, Selection};

/// Who is credited with a column's part of the variation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Credit {
    /// Conditioned on, credited to nobody.
    Always,
    /// This component, by its position.
    Component(usize),
}

/// The sample of a question and its values on all rows, before columns are made of them.
pub(crate) struct Selected<'a> {
    pub(super) model: &'a Model,
    pub(super) panel: &'a Panel,
    pub(super) outcome_term: &'a Term,
    pub(super) outcome: Numbers,
    /// Terms with who is credited, their position, and their parts.
    pub(super) evaluated: Vec<(Credit, usize, Term, Vec<Part>)>,
    pub(super) unit_effect_terms: Vec<(Credit, usize)>,
    pub(super) weights_name: Option<String>,
    pub(super) weights: Option<Numbers>,
    pub(super) rows: RowList,
    pub(super) sample: Sample,
}

impl<'a> Selected<'a> {
    /// # Errors
    /// Those of [`Model::fit`] that are found before columns are made.
    pub(crate) fn new(model: &'a Model, panel: &'a Panel) -> Result<Self> {
        let outcome_term = model.checked_outcome()?;
        let mut selection = Selection::all(panel);
        let outcome = checked_numbers(outcome_term, panel, &mut selection)?;

        let listed = model.components().iter().enumerate();
        let listed = listed.flat_map(|(i, c)| c.terms.iter().enumerate().map(move |t| (Credit::Component(i), t)));
        let always = model.always_terms().iter().enumerate().map(|t| (Credit::Always, t));
        let mut evaluated = Vec::new();
        let mut unit_effect_terms = Vec::new();
        for (credit, (position, term)) in always.chain(listed) {
            let term = resolve(term, panel);
            let parts = parts(&term, panel, &mut selection)?;
            match term {
                Term::UnitEffects => unit_effect_terms.push((credit, position)),
                term => evaluated.push((credit, position, term, parts)),
            }
        }
        let (weights_name, weights) = weights(model, panel, &mut selection)?;
        let rows = selection.rows();
        let sample = selection.into_sample();
        if rows.is_empty() {
            return Err(EstimateError::NothingLeft { audit: sample.audit() }.into());
        }
        if rows.len() < 2 {
            return Err(EstimateError::TooFewRows { rows: rows.len() }.into());
        }
        Ok(Selected {
            model,
            panel,
            outcome_term,
            outcome,
            evaluated,
            unit_effect_terms,
            weights_name,
            weights,
            rows,
            sample,
        })
    }

    pub(crate) fn n_observations(&self) -> usize {
        self.rows.len()
    }

    /// The periods of the sample, ascending.
    pub(crate) fn periods(&self) -> Vec<i32> {
        let mut periods: Vec<i32> = self.rows.iter().filter_map(|&row| self.panel.period_of(row)).collect();
        periods.sort_unstable();
        periods.dedup();
        periods
    }
}

/// The weight column's name and its values on every row of the panel, `None` where rows weigh alike.
fn weights(model: &Model, panel: &Panel, selection: &mut Selection) -> Result<(Option<String>, Option<Numbers>)> {
    let name = match &model.weights {
        Weights::Panel => panel.weight_column(),
        Weights::Column(name) => Some(name.as_str()),
        Weights::Equal => None,
    };
    let Some(name) = name else { return Ok((None, None)) };
    let weights = checked_numbers(&Term::column(name), panel, selection)?;
    for (row, &value) in weights.iter().enumerate() {
        if value < 0.0 {
            return Err(DataError::Negative { column: name.to_string(), place: panel.place(row), value }.into());
        }
    }
    if weights.iter().all(|w| *w == 0.0 || w.is_nan()) {
        return Err(DataError::ZeroWeights { column: name.to_string() }.into());
    }
    for (row, _) in weights.iter().enumerate().filter(|(_, w)| **w == 0.0) {
        selection.leave_out(row, Reason::ZeroWeight { column: name.to_string() });
    }
    Ok((Some(name.to_string()), Some(weights)))
}
