//! What a panel has, and what it lacks: as a heat map.

use super::cells::{Cells, Heat};
use super::page::source;
use super::{Chart, needs};
use crate::error::Result;
use crate::panel::Panel;

impl Chart {
    /// How complete each column is in each period: a row for each column, shaded by the part of the units that have a value.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a panel without periods, or without columns.
    ///
    /// # Examples
    /// ```
    /// use apportion::Panel;
    /// use apportion::report::chart::Chart;
    ///
    /// let panel = Panel::builder().units(["A", "A", "B"]).periods([2017, 2018, 2018]).column("rate", [1.0, f64::NAN, 3.0]);
    /// let panel = panel.build()?;
    /// assert!(Chart::coverage(&panel)?.description().contains("rate 2017 50%, 2018 50%"));
    /// assert!(Chart::coverage_of(&panel, "rate")?.description().contains("2 values"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn coverage(panel: &Panel) -> Result<Self> {
        if panel.periods().is_empty() {
            return needs("panel", "without periods", "name its column of periods in PanelSchema");
        }
        if panel.columns().is_empty() {
            return needs("panel", "without columns", "give it at least one");
        }
        let periods = panel.period_indices().unwrap_or(&[]);
        let units = panel.n_units().max(1) as f64;
        let rows = panel.columns().iter().map(|column| {
            let mut present = vec![0.0; panel.n_periods()];
            for (row, &period) in periods.iter().enumerate() {
                if column.missing(row).is_none() {
                    present[period as usize] += 1.0;
                }
            }
            let parts = present.into_iter().map(|n: f64| Some((n / units).min(1.0))).collect();
            (column.name().to_owned(), parts)
        });
        Ok(Chart::new(Heat {
            title: "What the panel has, by column and period".to_owned(),
            subtitle: format!("Part of the {} units that have a value", panel.n_units()),
            periods: panel.periods().to_vec(),
            rows: rows.collect(),
            cells: Cells::Parts,
            source: source(panel.description(), "", None),
        }))
    }

    /// Where one column has values: a row for each unit, a cell for each period.
    ///
    /// # Errors
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn);
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a panel without units or periods.
    ///
    /// # Examples
    /// See [`coverage`](Self::coverage).
    pub fn coverage_of(panel: &Panel, column: &str) -> Result<Self> {
        let column = panel.column(column)?;
        let (Some(units), Some(periods)) = (panel.unit_indices(), panel.period_indices()) else {
            return needs("panel", "without units or periods", "name its columns of units and periods in PanelSchema");
        };
        let mut cells = vec![vec![None; panel.n_periods()]; panel.n_units()];
        for (row, (&unit, &period)) in units.iter().zip(periods).enumerate() {
            cells[unit as usize][period as usize] = Some(if column.missing(row).is_none() { 1.0 } else { 0.0 });
        }
        let labels = if panel.label_columns().is_empty() { Vec::new() } else { panel.unit_names()? };
        let name = |(at, unit): (usize, &String)| {
            labels.get(at).copied().flatten().map_or_else(|| unit.clone(), str::to_owned)
        };
        let names: Vec<String> = panel.units().iter().enumerate().map(name).collect();
        Ok(Chart::new(Heat {
            title: format!("Where the panel has {}", column.name()),
            subtitle: "A row for each unit".to_owned(),
            periods: panel.periods().to_vec(),
            rows: names.into_iter().zip(cells).collect(),
            cells: Cells::Marks,
            source: source(panel.description(), "", None),
        }))
    }
}
