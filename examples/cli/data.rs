//! A panel in a file, of which the columns that an example needs are read.

use std::path::PathBuf;

use apportion::{Panel, PanelSchema};
use clap::Args;

use crate::face::Result;

/// A file, and what its rows are of.
#[derive(Args)]
pub struct Data {
    /// Panel in CSV with a header line
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Column of the units, such as authorities
    #[arg(long, value_name = "COL", requires = "data")]
    unit: Option<String>,
    /// Column of the periods, such as years
    #[arg(long, value_name = "COL", requires = "data")]
    period: Option<String>,
}

impl Data {
    /// Whether a file is named.
    #[allow(dead_code, reason = "not every example asks first")]
    pub fn is_given(&self) -> bool {
        self.data.is_some()
    }

    /// The panel with these columns, and those of text; `None` where no file is named.
    pub fn read<'a>(
        &self,
        columns: impl IntoIterator<Item = &'a str>,
        texts: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Result<Option<Panel>> {
        let Some(file) = &self.data else { return Ok(None) };
        let schema = PanelSchema::cross_section().only(columns.into_iter().chain(texts.clone())).texts(texts);
        let schema = self.unit.iter().fold(schema, |schema, unit| schema.unit(unit));
        let schema = self.period.iter().fold(schema, |schema, period| schema.period(period));
        Ok(Some(Panel::read_csv(file, &schema)?))
    }
}
