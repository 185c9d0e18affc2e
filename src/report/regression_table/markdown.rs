//! The table in Markdown.

use super::RegressionTable;
use crate::report::text::{escaped, markdown_row};

impl RegressionTable {
    /// As a Markdown table (GitHub's), with the notes as a list below it.
    ///
    /// Characters that Markdown would read as its own are escaped by a backslash; a line break in a name becomes
    /// `<br>`.
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::RegressionTable;
    /// # use apportion::{Covariance, Panel, PanelRegression};
    /// # let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("low_x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["low_x"]).fit(&panel)?;
    /// let table = RegressionTable::new([("all", &fit.coefficients(&Covariance::iid())?)]);
    /// assert!(table.to_markdown().contains("| low\\_x | 1.100 |\n|  | (0.5196) |\n"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_markdown(&self) -> String {
        let names = self.models.iter().map(|model| escaped(&model.name)).collect();
        let mut lines = vec![markdown_row("", names), format!("|:--|{}", "--:|".repeat(self.models.len()))];
        for row in self.rows() {
            let estimates = row.cells.iter().map(|cell| {
                cell.map_or(String::new(), |c| format!("{}{}", self.number(c.estimate), escaped(self.stars_of(c))))
            });
            let below = row.cells.iter().map(|cell| {
                let (text, close) = cell.map_or((String::new(), ""), |c| self.below(c, |x| self.number(x)));
                // A square bracket would open a link.
                escaped(&format!("{text}{close}"))
            });
            lines.push(markdown_row(&escaped(&row.name), estimates.collect()));
            lines.push(markdown_row("", below.collect()));
        }
        for (label, cells) in self.statistics() {
            lines.push(markdown_row(&escaped(&label), cells.iter().map(|cell| escaped(cell)).collect()));
        }
        lines.push(String::new());
        lines.extend(self.notes().iter().map(|note| format!("- {}", escaped(note))));
        lines.join("\n") + "\n"
    }
}
