//! Which rows a question is about, and what its terms are on all of them.

use super::exposure::{Exposure, check_counts};
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
    pub(super) exposure: Option<Exposure>,
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
        check_counts(model, &outcome_term.to_string(), &outcome, panel)?;

        let mut evaluated = Vec::new();
        let mut unit_effect_terms = Vec::new();
        for (credit, position, term) in listed(model) {
            let term = resolve(term, panel);
            let parts = parts(&term, panel, &mut selection)?;
            match term {
                Term::UnitEffects => unit_effect_terms.push((credit, position)),
                term => evaluated.push((credit, position, term, parts)),
            }
        }
        let (weights_name, weights) = weights(model, panel, &mut selection)?;
        let exposure = Exposure::of(model, panel, &mut selection)?;
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
            exposure,
            rows,
            sample,
        })
    }

    /// The sample of a question of which the numbers are known already, for every row of a panel of keys alone: those of a
    /// term, or of what stands in `within()` and `between()`.
    ///
    /// # Errors
    /// Those of [`Model::check`] and of `numbers`; [`DataError::NoKey`] for effects of a key that the panel does not have.
    pub(crate) fn of_numbers(
        model: &'a Model,
        panel: &'a Panel,
        numbers: impl Fn(&Term) -> Result<Numbers>,
        weights: Option<(Option<String>, Numbers)>,
        sample: Sample,
    ) -> Result<Self> {
        let outcome_term = model.checked_outcome()?;
        let (mut evaluated, mut unit_effect_terms) = (Vec::new(), Vec::new());
        for (credit, position, term) in listed(model) {
            let term = resolve(term, panel);
            match &term {
                Term::UnitEffects if panel.unit_indices().is_some() => unit_effect_terms.push((credit, position)),
                Term::UnitEffects | Term::PeriodEffects => {
                    let parts = parts(&term, panel, &mut Selection::all(panel))?;
                    evaluated.push((credit, position, term, parts));
                }
                Term::Within(inner) | Term::Between(inner) => {
                    let deviation = matches!(term, Term::Within(_));
                    let part = Part::UnitMean { values: numbers(inner)?, deviation };
                    evaluated.push((credit, position, term, vec![part]));
                }
                other => {
                    let part = Part::Numbers(numbers(other)?);
                    evaluated.push((credit, position, term, vec![part]));
                }
            }
        }
        let outcome = numbers(outcome_term)?;
        let rows = RowList::all(outcome.len());
        let (weights_name, weights) = weights.unzip();
        let weights_name = weights_name.flatten();
        Ok(Selected {
            model,
            panel,
            outcome_term,
            outcome,
            evaluated,
            unit_effect_terms,
            weights_name,
            weights,
            // Sums are of least squares.
            exposure: None,
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

/// The terms of a model with who is credited, and their position there.
fn listed(model: &Model) -> impl Iterator<Item = (Credit, usize, &Term)> {
    let components = model.components().iter().enumerate();
    let of_components =
        components.flat_map(|(i, c)| c.terms.iter().enumerate().map(move |t| (Credit::Component(i), t)));
    let always = model.always_terms().iter().enumerate().map(|t| (Credit::Always, t));
    always.chain(of_components).map(|(credit, (position, term))| (credit, position, term))
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
