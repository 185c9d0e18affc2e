//! The table as CSV.

use super::{Model, RegressionTable};
use crate::report::text::quoted;

impl RegressionTable {
    /// As CSV: a line for each coefficient of each model that is [shown](Self::keep), all by default, under
    /// `model,name,estimate,std_error,statistic,p_value,lower,upper`; then `level` where [intervals](Self::intervals) were
    /// asked for, and `label` where there are [labels](Self::labels). What stands below the coefficients in the other formats
    /// (effects, rows, R², notes) is of a model and not of a coefficient, and not in it.
    ///
    /// A standard error that there is none of, and what follows from it, is an empty cell. Numbers have as many digits as it
    /// takes to read the same double again, whatever the digits of the printed table; names with commas, quotes or line
    /// breaks stand in quotes, quotes in them doubled (RFC 4180).
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::RegressionTable;
    /// # use apportion::{Covariance, Panel, PanelRegression};
    /// # let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("low_x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["low_x"]).fit(&panel)?;
    /// let table = RegressionTable::new([("all", &fit.coefficients(&Covariance::iid())?)]);
    /// let csv = table.to_csv();
    /// let estimate = csv.lines().last().and_then(|line| line.split(',').nth(2)).map(str::parse);
    /// assert_eq!(estimate, Some(Ok(fit.estimates()[1])));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let has_labels = !self.choice.labels.is_empty();
        let more = [(self.intervals, "level"), (has_labels, "label")].into_iter().filter(|(is_asked, _)| *is_asked);
        let header = "model,name,estimate,std_error,statistic,p_value,lower,upper".split(',');
        let header: Vec<&str> = header.chain(more.map(|(_, name)| name)).collect();
        let mut text = header.join(",") + "\n";
        for Model { name, table } in &self.models {
            for c in self.shown(table).0 {
                let mut numbers = vec![c.estimate, c.std_error, c.statistic, c.p_value, c.lower, c.upper];
                numbers.extend(self.intervals.then_some(table.level));
                let mut cells = vec![quoted(name), quoted(&c.name)];
                cells.extend(numbers.iter().map(|x| if x.is_nan() { String::new() } else { format!("{x:?}") }));
                cells.extend(has_labels.then(|| quoted(&self.printed(&c.name))));
                text.push_str(&(cells.join(",") + "\n"));
            }
        }
        text
    }
}
