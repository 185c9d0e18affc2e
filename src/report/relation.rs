//! How two things go together, as text and CSV.

use std::fmt;

use super::aligned::{Line, aligned};
use super::text::{counted, level, wrapped};
use super::units::csv;
use crate::findings::{Association, CorrelationEstimate, Relation};

fn decimals(value: f64) -> String {
    format!("{value:.3}").replace("-0.000", "0.000")
}

/// A correlation and its interval as cells.
fn cells(estimate: Option<CorrelationEstimate>) -> [String; 2] {
    estimate.map_or_else(
        || ["–".to_string(), String::new()],
        |of| [decimals(of.correlation), format!("{} to {}", decimals(of.interval.lower), decimals(of.interval.upper))],
    )
}

impl Relation {
    /// The correlations of each level under its name.
    pub(super) fn levels(&self) -> [(&'static str, &Association); 3] {
        [("overall", &self.overall), ("between units", &self.between), ("within units", &self.within)]
    }

    /// The correlations at every level as CSV, a line each; numbers in full.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::Relation;
    /// use apportion::Panel;
    ///
    /// let csv = Relation::of(&Panel::england_2011_2018()?, "cpp_rate", "cin_rate", 0.95)?.to_csv();
    /// assert!(csv.starts_with("first,second,level,kind,correlation,std_error,lower,upper\ncpp_rate,cin_rate,overall,"));
    /// assert_eq!(csv.lines().count(), 1 + 3 * 2);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let head = ["first", "second", "level", "kind", "correlation", "std_error", "lower", "upper"];
        let rows = self.levels().into_iter().flat_map(|(level, association)| {
            let kinds = [("pearson", association.pearson), ("spearman", association.spearman)];
            kinds.into_iter().filter_map(move |(kind, estimate)| Some((level, kind, estimate?)))
        });
        let rows = rows.map(|(level, kind, estimate)| {
            let mut cells = vec![self.first.clone(), self.second.clone(), level.to_string(), kind.to_string()];
            let CorrelationEstimate { correlation, interval } = estimate;
            let numbers = [correlation, interval.std_error, interval.lower, interval.upper];
            cells.extend(numbers.map(|number| number.to_string()));
            cells
        });
        csv(head.map(str::to_string).to_vec(), rows)
    }
}

impl fmt::Display for Relation {
    /// Within 80 columns: both correlations at every level with their intervals, and what there is none of.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, units) = (counted(self.n_observations, "row"), counted(self.n_units, "unit"));
        let mut lines = wrapped(&format!("{} and {}, {rows} of {units}", self.first, self.second));
        lines.extend(self.panel.iter().flat_map(|panel| wrapped(panel)));
        let at = level(self.level);
        let mut table = vec![Line::new("correlation", ["Pearson", &at, "Spearman", &at].map(str::to_string).to_vec())];
        table.extend(self.levels().into_iter().map(|(name, association)| {
            let [pearson, spearman] = [association.pearson, association.spearman].map(cells);
            Line::new(name, pearson.into_iter().chain(spearman).collect())
        }));
        lines.push(String::new());
        lines.extend(aligned(&table));
        lines.extend(self.left_out.iter().flat_map(|left| wrapped(&format!("left out: {left}"))));
        lines.extend(self.warnings.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        f.write_str(&lines.join("\n"))
    }
}
