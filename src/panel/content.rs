//! How does what a source held in its columns become a panel?
//!
//! Here cells get their meaning, whatever the source was: a file of text, or one that knows numbers from texts.

use rayon::prelude::*;

use super::Panel;
use super::cells::Cells;
use super::column::Column;
use super::history::Reading;
use super::keys::{read_periods, read_units};
#[cfg(feature = "arrow")]
use super::missing::Missing;
use super::rows::Rows;
use super::schema::PanelSchema;
use crate::error::{Place, Result};

/// What a source held in a column, in the order of the rows.
pub(crate) enum Content {
    /// Texts, which may be numbers.
    Cells(Cells),
    /// Numbers, or why there are none.
    #[cfg(feature = "arrow")]
    Numbers(Vec<Result<f64, Missing>>),
}

impl Content {
    /// The same as texts; keys are.
    fn into_cells(self) -> Cells {
        match self {
            Content::Cells(cells) => cells,
            #[cfg(feature = "arrow")]
            Content::Numbers(numbers) => {
                let cell = |number: Result<f64, Missing>| {
                    number.map_or_else(|mark| mark.mark_in_any_column().into_owned(), |number| number.to_string())
                };
                numbers.into_iter().map(cell).collect()
            }
        }
    }
}

/// Gives the columns of a source their meaning, in parallel; of those that are not kept there is no content.
///
/// # Errors
///
/// Those of [`Panel::read_csv`] for keys, values, weight and population.
pub(crate) fn panel_of(
    names: Vec<String>,
    mut kept: Vec<Option<Content>>,
    places: Vec<Place>,
    (schema, mut reading): (&PanelSchema, Reading),
) -> Result<Panel> {
    let mut take = |name: &Option<String>| -> Option<(String, Cells)> {
        let name = name.as_ref()?;
        let position = names.iter().position(|there| there == name)?;
        Some((name.clone(), kept.get_mut(position)?.take()?.into_cells()))
    };
    // Taken out of the cells, so that keys do not become columns of data as well.
    let (units, periods) = (take(&schema.unit), take(&schema.period));
    let units = match units {
        Some((name, cells)) => {
            let (units, spellings) = read_units(name, &cells, &places)?;
            reading.spellings = spellings;
            Some(units)
        }
        None => None,
    };
    let periods = periods.map(|(name, cells)| read_periods(name, &cells, &places)).transpose()?;
    let column = |name: String, content: Content| {
        let cells = &match content {
            Content::Cells(cells) => cells,
            #[cfg(feature = "arrow")]
            Content::Numbers(numbers) => return Column::from_values(name, numbers),
        };
        let is_weight = [&schema.weight, &schema.population].into_iter().flatten().any(|weight| *weight == name);
        if schema.texts.contains(&name) && !is_weight {
            Ok(Column::from_text(name, cells, &places))
        } else if schema.numbers.contains(&name) || is_weight {
            Column::from_number_cells(name, cells, &places, &schema.style)
        } else {
            Column::from_cells(name, cells, &places, &schema.style)
        }
    };
    let columns: Vec<Result<Column>> = names
        .into_par_iter()
        .zip(kept)
        .filter_map(|(name, content)| content.map(|content| column(name, content)))
        .collect();
    // The first error in the order of the columns, however many threads there are.
    let columns = columns.into_iter().collect::<Result<_>>()?;
    let (weight, population) = (schema.weight.clone(), schema.population.clone());
    Rows { units, periods, weight, population, columns, places: places.into(), reading }.into_panel()
}
