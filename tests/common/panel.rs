//! The same rows as a panel of the crate.

use apportion::Panel;

use super::Rows;

/// A panel of these rows; `weight` is a column of it.
pub fn panel(rows: &Rows) -> Panel {
    let mut builder = Panel::builder().units(&rows.unit).periods(rows.period.iter().copied());
    for (name, values) in &rows.numbers {
        builder = builder.column(name, values);
    }
    for (name, values) in &rows.text {
        builder = builder.text_column(name, values);
    }
    builder.column("weight", &rows.weight).build().expect("the test's rows are a panel")
}
