//! What the fitted model expects for the rows of a panel, and its face towards linfa.

use std::collections::HashMap;

use linfa::dataset::{AsSingleTargets, DatasetBase};
use linfa::traits::{Fit, Predict};
use ndarray::{Array1, ArrayBase, Data, Ix2};

use super::FittedModel;
use crate::error::{Error, EstimateError, PredictProblem, Result};
use crate::model::{Design, Model, Part, Term, parts, resolve};
use crate::panel::{Panel, Selection};

impl<D, T> Fit<ArrayBase<D, Ix2>, T, Error> for Model
where
    D: Data<Elem = f64>,
    T: AsSingleTargets<Elem = f64>,
{
    type Object = FittedModel;

    /// Fits to a linfa dataset, a cross-section without units whose columns are the dataset's feature names (or
    /// `x1`, `x2`, … where it has none).
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedModel> {
        // The target takes the name of the column that the outcome is, or is made of.
        Model::fit(self, &Panel::from_dataset(dataset, &self.outcome_column()?)?)
    }
}

impl Predict<&Panel, Result<Array1<f64>>> for FittedModel {
    /// The expected outcome of every row of a panel: intercept, effects, and coefficients times columns.
    ///
    /// Fails with [`EstimateError::Predict`] where a row has a missing value, a unit, a period or a level that the fit
    /// has not seen, and for `within()` and `between()`, whose unit means belong to the sample: enter unit effects and
    /// the column itself instead, which span the same.
    fn predict(&self, panel: &Panel) -> Result<Array1<f64>> {
        let regression = self.regression()?;
        let known: HashMap<&str, f64> = regression.coefficients.iter().map(|c| (c.name.as_str(), c.estimate)).collect();
        let mut selection = Selection::all(panel);
        let mut predicted = Array1::from_elem(panel.n_observations(), regression.intercept);
        for term in &self.design().terms {
            let resolved = resolve(&term.term, panel);
            let rows = match &resolved {
                Term::UnitEffects => {
                    self.effects(&regression.unit_effects, panel, |row| panel.unit_of(row).map(str::to_string))
                }
                Term::PeriodEffects => {
                    self.effects(&regression.period_effects, panel, |row| panel.period_of(row).map(|p| p.to_string()))
                }
                resolved => {
                    let parts = parts(resolved, panel, &mut selection)?;
                    let cells = cells(&term.term, term.cells.as_deref(), &parts, panel)?;
                    Ok(cells.iter().map(|(name, x)| x * known.get(name.as_str()).unwrap_or(&0.0)).collect())
                }
            }?;
            predicted.iter_mut().zip(rows).for_each(|(p, x)| *p += x);
        }
        complete(selection)?;
        Ok(predicted)
    }
}

impl FittedModel {
    fn effects(
        &self,
        effects: &[(String, f64)],
        panel: &Panel,
        name: impl Fn(usize) -> Option<String>,
    ) -> Result<Vec<f64>> {
        let known: HashMap<&str, f64> = effects.iter().map(|(name, effect)| (name.as_str(), *effect)).collect();
        let of_row = |row| {
            let name = name(row).unwrap_or_default();
            known.get(name.as_str()).copied().ok_or_else(|| {
                let why = PredictProblem::UnknownEffect { name };
                Error::from(EstimateError::Predict { place: panel.row_label(row), why })
            })
        };
        (0..panel.n_observations()).map(of_row).collect()
    }
}

/// The columns of a design, those of the effects not among them, on the rows of another panel.
///
/// # Errors
/// [`EstimateError::Predict`] for missing values, a level that the design has not seen, and unit means.
pub(crate) fn columns_on(design: &Design, panel: &Panel) -> Result<Vec<Vec<f64>>> {
    let mut columns = vec![vec![0.0; panel.n_observations()]; design.columns.len()];
    let mut selection = Selection::all(panel);
    for term in &design.terms {
        let resolved = resolve(&term.term, panel);
        if resolved == Term::UnitEffects {
            continue;
        }
        let parts = parts(&resolved, panel, &mut selection)?;
        for (row, (name, value)) in cells(&term.term, term.cells.as_deref(), &parts, panel)?.into_iter().enumerate() {
            for (_, values) in design.columns.iter().zip(&mut columns).filter(|(column, _)| column.name == name) {
                values[row] = value;
            }
        }
    }
    complete(selection)?;
    Ok(columns)
}

/// Refuses rows on which a value is missing.
fn complete(selection: Selection) -> Result<()> {
    let sample = selection.into_sample();
    if sample.n_left_out() > 0 {
        let place = format!("{} rows", sample.n_left_out());
        return Err(EstimateError::Predict { place, why: PredictProblem::Missing { audit: sample.audit() } }.into());
    }
    Ok(())
}

/// One term on every row: the name of the column in which it is not zero, and the value there.
fn cells(term: &Term, cells: Option<&[String]>, parts: &[Part], panel: &Panel) -> Result<Vec<(String, f64)>> {
    let mut found = Vec::with_capacity(panel.n_observations());
    for row in 0..panel.n_observations() {
        let fails = |why| Error::from(EstimateError::Predict { place: panel.row_label(row), why });
        let (mut product, mut levels) = (1.0, Vec::new());
        for part in parts {
            match part {
                Part::Numbers(numbers) => product *= numbers[row],
                // A missing level is in the selection already.
                Part::Levels { codes, names } => levels.push(names.get(codes[row] as usize).map_or("", String::as_str)),
                Part::UnitMean { .. } => {
                    return Err(fails(PredictProblem::UnitMeans { term: term.to_string() }));
                }
            }
        }
        let Some(cells) = cells else {
            found.push((term.to_string(), product));
            continue;
        };
        let cell = levels.join(":");
        if !cells.contains(&cell) && levels.iter().all(|level| !level.is_empty()) {
            return Err(fails(PredictProblem::UnknownLevel { term: term.to_string(), level: cell }));
        }
        found.push((format!("{term}[{cell}]"), product));
    }
    Ok(found)
}
