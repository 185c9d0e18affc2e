//! The columns of a design on the rows of another panel.

use crate::error::{Error, EstimateError, PredictProblem, Result};
use crate::model::{Design, Part, Term, parts, resolve};
use crate::panel::{Panel, Selection};

/// The columns of a design, those of the effects not among them, on the rows of another panel.
///
/// # Errors
/// [`EstimateError::Predict`] for missing values, a level that the design has not seen, and unit means.
pub(super) fn columns_on(design: &Design, panel: &Panel) -> Result<Vec<Vec<f64>>> {
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
                Part::Levels { codes, names, .. } => {
                    levels.push(names.get(codes[row] as usize).map_or("", String::as_str))
                }
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
