//! The table as CSV.

use super::{Model, RegressionTable};
use crate::report::text::quoted;

impl RegressionTable {
    /// As CSV: a line for each coefficient of each model, under
    /// `model,name,estimate,std_error,statistic,p_value,lower,upper`.
    ///
    /// A standard error that there is none of, and what follows from it, is an empty cell. Numbers have as many digits as it takes to read the same double again, whatever the digits of the printed table;
    /// names with commas, quotes or line breaks stand in quotes, quotes in them doubled (RFC 4180).
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
        let mut text = "model,name,estimate,std_error,statistic,p_value,lower,upper\n".to_string();
        for Model { name, table } in &self.models {
            for c in &table.coefficients {
                let numbers = [c.estimate, c.std_error, c.statistic, c.p_value, c.lower, c.upper];
                let numbers: Vec<String> =
                    numbers.iter().map(|x| if x.is_nan() { String::new() } else { format!("{x:?}") }).collect();
                text.push_str(&format!("{},{},{}\n", quoted(name), quoted(&c.name), numbers.join(",")));
            }
        }
        text
    }
}
