//! The coefficients of a regression as a table of at most 80 columns.

use std::fmt;

use super::aligned::{Line, aligned};
use super::deviance::explained_by;
use super::estimates::{Digits, counts, covariance, intervals, left_out, meaning, p_value, statistic};
use super::text::wrapped;
use crate::regress::{CoefficientEstimate, CoefficientTable};

impl fmt::Display for CoefficientTable {
    /// Outcome and estimator, what the panel says of itself; a row for each coefficient with its estimate and interval to four significant digits,
    /// those of a component below its name; then rows, units, periods and degrees of freedom, the rows left out, R², how the standard
    /// errors came about, terms that entered as levels, columns without a coefficient and warnings. Names are not cut: a long one stands above its
    /// numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = wrapped(&format!("{}, {}: {}", self.outcome, self.estimator, meaning(self)));
        lines.extend(self.panel.iter().flat_map(|panel| wrapped(panel)));
        lines.push(String::new());
        let letter = if self.covariance.df.is_some() { "t" } else { "z" };
        // A column of degrees of freedom only where they differ by coefficient.
        let has_df = !self.covariance.df_by_coefficient.is_empty();
        let mut heading = ["estimate", "std. error", letter, "p", "lower", "upper"].map(str::to_string).to_vec();
        if has_df {
            heading.insert(3, "df".to_string());
        }
        let mut rows = vec![Line::new("", heading)];
        let mut credited = None;
        for coefficient in &self.coefficients {
            if coefficient.component.as_ref() != credited {
                credited = coefficient.component.as_ref();
                rows.extend(credited.map(|component| Line::new(format!("{component}:"), Vec::new())));
            }
            rows.push(row(coefficient, has_df));
        }
        match self.coefficients.is_empty() {
            true => lines.push("no coefficients: effects alone".to_string()),
            false => lines.extend(aligned(&rows)),
        }
        lines.push(String::new());
        lines.extend(wrapped(&counts(self)));
        lines.extend(left_out(self).flat_map(|sentence| wrapped(&sentence)));
        lines.extend(explained_by(self).iter().flat_map(|sentence| wrapped(sentence)));
        lines.extend(wrapped(&format!("standard errors: {}; {}", covariance(&self.covariance), intervals(self))));
        lines.extend(self.factors.iter().flat_map(|factor| wrapped(&factor.to_string())));
        if !self.left_out_columns.is_empty() {
            let dropped = self.left_out_columns.join(", ");
            lines.extend(wrapped(&format!("dropped, as combinations of columns before or of effects: {dropped}")));
        }
        let warnings = self.warnings.iter().chain(&self.covariance.warnings);
        lines.extend(warnings.flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        f.write_str(&lines.join("\n"))
    }
}

fn row(coefficient: &CoefficientEstimate, has_df: bool) -> Line {
    let number = |x| Digits::default().text(x);
    let CoefficientEstimate { name, estimate, std_error, statistic: ratio, p_value: p, lower, upper, .. } = coefficient;
    let mut cells =
        vec![number(*estimate), number(*std_error), statistic(*ratio), p_value(*p), number(*lower), number(*upper)];
    if has_df {
        cells.insert(3, coefficient.df.map_or("–".to_string(), |df| format!("{df:.1}")));
    }
    Line::new(name, cells)
}
