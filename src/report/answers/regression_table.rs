//! Regressions side by side, as rows of numbers.

use super::row;
use crate::report::answer::Answer;
#[cfg(feature = "charts")]
use crate::report::answer::drawn;
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::regression_table::RegressionTable;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::level;
use crate::report::words::listed;

impl Answer for RegressionTable {
    fn kind(&self) -> &'static str {
        "regression_table"
    }

    /// A row for each coefficient, for each model its estimate, its standard error and its interval; then what is said of
    /// each model. The layout of journals, brackets below the estimates, is that of the table's own
    /// [`to_markdown`](RegressionTable::to_markdown) and [`to_latex`](RegressionTable::to_latex).
    fn tables(&self) -> Tables {
        let mut estimates = Table::new("coefficients", "").column("name", "term", Format::Text);
        for (name, of) in self.models() {
            let ends = [format!("{name}_lower"), format!("{name}_upper")];
            estimates = estimates
                .column(name, name, Format::Significant)
                .column(&format!("{name}_std_error"), "std. error", Format::Significant)
                .range([&ends[0], &ends[1]], format!("{} interval", level(of.level)), Format::Significant);
        }
        let rows = self.estimates().into_iter().map(|(name, cells)| {
            let numbers = cells.into_iter().flat_map(|cell| {
                [
                    Cell::from(cell.map(|c| c.estimate)),
                    Cell::from(cell.map(|c| c.std_error)),
                    Cell::from(cell.map(|c| [c.lower, c.upper])),
                ]
            });
            row([Cell::from(name)].into_iter().chain(numbers))
        });
        let mut statistics = Table::new("statistics", "of each model").column("statistic", "statistic", Format::Text);
        for (name, _) in self.models() {
            statistics = statistics.column(name, name, Format::Text);
        }
        let said = self.statistics().into_iter();
        let said =
            said.map(|(name, cells)| row([Cell::from(name)].into_iter().chain(cells.into_iter().map(Cell::from))));
        Tables::new("Regressions side by side", [estimates.rows(rows), statistics.rows(said)])
            // What is in brackets there has columns of its own here.
            .notes(self.notes().into_iter().skip(1))
    }

    fn sentences(&self) -> Vec<String> {
        let names: Vec<&str> = self.models().map(|(name, _)| name).collect();
        let turns = self.estimates().into_iter().filter(|(_, cells)| {
            let signs: Vec<bool> = cells.iter().flatten().map(|cell| cell.estimate < 0.0).collect();
            signs.iter().any(|sign| *sign) && signs.iter().any(|sign| !*sign)
        });
        let turns: Vec<String> = turns.map(|(name, _)| name).collect();
        let mut said =
            vec![format!("{} {} side by side.", listed(&names), if names.len() == 1 { "stands" } else { "stand" })];
        if names.len() > 1 {
            said.push(match turns.is_empty() {
                true => "No coefficient has one sign in one model and another in another.".to_string(),
                false => format!("The sign differs between models for {}.", listed(&turns)),
            });
        }
        said
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        let models: Vec<_> = self.models().collect();
        drawn("Coefficients with their intervals, model by model.", Chart::coefficients(&models)).into_iter().collect()
    }
}
