//! A table as an Arrow record batch.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch};

use super::{Cell, Format, Table};
use crate::error::Result;
use crate::sources::arrow::{batch, not_made, texts};

impl Table {
    /// As an Arrow record batch: columns by the names that programs use, of a range two; numbers as doubles in full, texts as
    /// texts, null where a cell is empty. A column with a text among its numbers is one of texts, numbers in full.
    ///
    /// # Errors
    /// [`SourceError::Arrow`](crate::error::SourceError::Arrow) where Arrow refuses the columns.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::Answer;
    /// use apportion::sources::arrow_array::Float64Array;
    /// use apportion::{Model, Panel};
    ///
    /// let model = Model::new("cpp_rate").component("deprivation", ["idaci_2015"]).component("practice", ["unit_effects"]);
    /// let breakdown = model.fit(&Panel::england_2011_2018()?)?.sequential()?;
    /// let shares = breakdown.tables().tables[0].to_record_batch()?;
    /// let of_total = shares.column_by_name("share_of_total").unwrap();
    /// let of_total = of_total.as_any().downcast_ref::<Float64Array>().unwrap();
    /// assert_eq!(of_total.value(0), breakdown.share_of_total("deprivation")?);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
        for (at, column) in self.columns.iter().enumerate() {
            for (end, name) in column.names.iter().enumerate() {
                let cells = || self.rows.iter().map(move |row| row.get(at).unwrap_or(&Cell::Empty));
                let is_text = column.format == Format::Text || cells().any(|cell| matches!(cell, Cell::Text(_)));
                let array: ArrayRef = match is_text {
                    false => Arc::new(cells().map(|cell| number(cell, end)).collect::<Float64Array>()),
                    true => {
                        let all: Vec<Option<String>> = cells().map(|cell| text(cell, end)).collect();
                        texts(|| all.iter().map(Option::as_deref))
                    }
                };
                columns.push((name, array));
            }
        }
        batch(columns.into_iter(), self.rows.len())
            .map_err(|error| not_made(&format!("the table {}", self.name), error))
    }
}

/// The number of a cell, or that at an end of it.
fn number(cell: &Cell, end: usize) -> Option<f64> {
    match cell {
        // Adding zero takes the sign off a zero, as in CSV.
        Cell::Number(number) if end == 0 => Some(number + 0.0),
        Cell::Range(ends) => ends.get(end).map(|number| number + 0.0),
        _ => None,
    }
}

fn text(cell: &Cell, end: usize) -> Option<String> {
    match cell {
        Cell::Text(text) if end == 0 => Some(text.clone()),
        cell => number(cell, end).map(|number| number.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::Float64Type;
    use arrow_array::{Array, RecordBatch};

    use super::*;
    use crate::report::Column;

    #[test]
    fn numbers_texts_and_ranges_become_columns() {
        let mut table = Table::new("shares", "");
        table.columns = vec![
            Column::new("name", "name", Format::Text),
            Column::new("share", "share", Format::Percent),
            Column::range(["lower", "upper"], "interval", Format::Percent),
            Column::new("mixed", "mixed", Format::Whole),
            Column::new("label", "label", Format::Text),
        ];
        let range = Cell::from([-0.0, 0.5]);
        table.rows.push(vec!["poverty".into(), (1.0 / 3.0).into(), range, 2018.into(), Cell::Empty]);
        table.rows.push(vec!["all".into(), Cell::Empty, Cell::Empty, "never".into()]);
        let batch = table.to_record_batch().unwrap();
        let names: Vec<&str> = batch.schema_ref().fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(names, ["name", "share", "lower", "upper", "mixed", "label"]);
        let number =
            |batch: &RecordBatch, name: &str| batch.column_by_name(name).unwrap().as_primitive::<Float64Type>().clone();
        assert_eq!(number(&batch, "share").value(0), 1.0 / 3.0);
        assert!(number(&batch, "share").is_null(1) && number(&batch, "upper").is_null(1));
        let (lower, upper) = (number(&batch, "lower").value(0), number(&batch, "upper").value(0));
        assert_eq!((lower.is_sign_positive(), lower, upper), (true, 0.0, 0.5));
        let mixed: Vec<Option<&str>> = batch.column_by_name("mixed").unwrap().as_string::<i32>().iter().collect();
        assert_eq!(mixed, [Some("2018"), Some("never")]);
        assert_eq!(batch.column_by_name("label").unwrap().as_string::<i32>().null_count(), 2);
        assert_eq!(Table::new("none", "").to_record_batch().unwrap().num_rows(), 0);
    }
}
