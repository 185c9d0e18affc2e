//! The description as CSV.

use crate::panel::{ColumnStatistics, Description};
use crate::report::text::quoted;

/// The lines under one header.
struct Lines(String);

impl Description {
    /// As one CSV document in long form, a line for each number, under `table,variable,period,statistic,value`.
    ///
    /// | table | variable | period | statistic |
    /// |---|---|---|---|
    /// | `panel` | | | `n_observations`, `n_units`, `n_periods` |
    /// | `values` | its name | | `n`, `missing`, `missing: ` and a reason, `levels` of text; of numbers `mean`, `sd`, `min`, `lower_quartile`, `median`, `upper_quartile`, `max` |
    /// | `by_period` | its name | the period | the same |
    /// | `variation` | its name | | `overall`, `between`, `within`, `n_units`, `mean_periods` |
    /// | `correlation_overall`, `correlation_between`, `correlation_within`, `correlation_n_observations`, `correlation_n_units` | the one | | the name of the other |
    /// | `coverage` | its name | the period | `n_values` |
    /// | `coverage` | | the period | `n_observations` |
    ///
    /// Numbers have as many digits as it takes to read the same double again; a value that is not defined is empty.
    /// Texts with commas, quotes or line breaks stand in quotes, quotes in them doubled (RFC 4180).
    ///
    /// # Examples
    /// ```
    /// # use apportion::Panel;
    /// let panel = Panel::builder().column("x", [0.1, 0.2]).column("y", [5.0, 5.0]).build()?;
    /// let csv = panel.describe().to_csv();
    /// assert!(csv.starts_with("table,variable,period,statistic,value\npanel,,,n_observations,2\n"));
    /// assert!(csv.contains("\nvalues,x,,max,0.2\n"));
    /// assert!(csv.contains("\ncorrelation_overall,x,,y,\n"), "y does not vary");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let mut lines = Lines("table,variable,period,statistic,value\n".to_string());
        lines.count("panel", "", None, "n_observations", self.n_observations);
        lines.count("panel", "", None, "n_units", self.units.as_ref().map_or(0, |units| units.n));
        lines.count("panel", "", None, "n_periods", self.coverage.periods.len());
        for variable in &self.variables {
            lines.statistics("values", &variable.name, None, &variable.overall);
        }
        for variable in &self.variables {
            for at in &variable.by_period {
                lines.statistics("by_period", &variable.name, Some(at.period), &at.statistics);
            }
        }
        for variable in &self.variables {
            if let Some(x) = &variable.variation {
                for (statistic, value) in [("overall", x.overall), ("between", x.between), ("within", x.within)] {
                    lines.number("variation", &variable.name, None, statistic, value);
                }
                lines.count("variation", &variable.name, None, "n_units", x.n_units);
                lines.number("variation", &variable.name, None, "mean_periods", x.mean_periods);
            }
        }
        for pair in &self.correlations {
            lines.number("correlation_overall", &pair.first, None, &pair.second, pair.overall);
            lines.number("correlation_between", &pair.first, None, &pair.second, pair.between);
            lines.number("correlation_within", &pair.first, None, &pair.second, pair.within);
            lines.count("correlation_n_observations", &pair.first, None, &pair.second, pair.n_observations);
            lines.count("correlation_n_units", &pair.first, None, &pair.second, pair.n_units);
        }
        for (&period, &n) in self.coverage.periods.iter().zip(&self.coverage.n_observations) {
            lines.count("coverage", "", Some(period), "n_observations", n);
        }
        for (variable, counts) in self.variables.iter().zip(&self.coverage.n_values) {
            for (&period, &n) in self.coverage.periods.iter().zip(counts) {
                lines.count("coverage", &variable.name, Some(period), "n_values", n);
            }
        }
        lines.0
    }
}

impl Lines {
    fn push(&mut self, table: &str, variable: &str, period: Option<i32>, statistic: &str, value: &str) {
        let period = period.map_or(String::new(), |period| period.to_string());
        self.0.push_str(&format!("{table},{},{period},{},{value}\n", quoted(variable), quoted(statistic)));
    }

    fn count(&mut self, table: &str, variable: &str, period: Option<i32>, statistic: &str, n: usize) {
        self.push(table, variable, period, statistic, &n.to_string());
    }

    fn number(&mut self, table: &str, variable: &str, period: Option<i32>, statistic: &str, value: Option<f64>) {
        self.push(table, variable, period, statistic, &value.map_or(String::new(), |x| format!("{x:?}")));
    }

    fn statistics(&mut self, table: &str, variable: &str, period: Option<i32>, statistics: &ColumnStatistics) {
        self.count(table, variable, period, "n", statistics.n);
        self.count(table, variable, period, "missing", statistics.missing.values().sum());
        for (reason, &n) in &statistics.missing {
            self.count(table, variable, period, &format!("missing: {reason}"), n);
        }
        if let Some(levels) = statistics.levels {
            self.count(table, variable, period, "levels", levels);
            return;
        }
        let x = statistics.distribution.as_ref();
        for (statistic, value) in [
            ("mean", x.map(|x| x.mean)),
            ("sd", x.and_then(|x| x.sd)),
            ("min", x.map(|x| x.min)),
            ("lower_quartile", x.map(|x| x.lower_quartile)),
            ("median", x.map(|x| x.median)),
            ("upper_quartile", x.map(|x| x.upper_quartile)),
            ("max", x.map(|x| x.max)),
        ] {
            self.number(table, variable, period, statistic, value);
        }
    }
}
