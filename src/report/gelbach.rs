//! The decomposition as a table of at most 80 columns: a block for each column of `always`.

use std::fmt;

use super::text::{beside_at, counted, level, percent, wrapped};
use crate::decompose::{Gelbach, GelbachEstimate};

/// Characters of a name.
const NAME: usize = 26;

impl fmt::Display for Gelbach {
    /// What was asked, then base coefficient, each component's part, total change and full coefficient of each column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = wrapped(&format!("{}, Gelbach: how the coefficients of always change", self.outcome));
        let clusters = self.clusters.map(|clusters| format!(" by {clusters} units")).unwrap_or_default();
        let (rows, covariance) = (self.sample.n_observations, self.covariance.name());
        lines.push(format!("{rows} observations, std. errors: {covariance}{clusters}"));
        if let Some(interval) = &self.interval {
            let (kind, replicates) = (interval.kind.name(), counted(interval.replicates, "replicate"));
            lines.push(format!("{} {kind} intervals, {replicates}", level(interval.level)));
        }
        for column in &self.columns {
            let ends = if self.interval.is_some() { ["lower", "upper"] } else { [""; 2] };
            let [lower, upper] = ends;
            let heads = format!("{:>11}{:>11}{:>10}{lower:>11}{upper:>11}", "estimate", "std. error", "of change");
            lines.push(String::new());
            lines.extend(row("", &column.name, &heads));
            lines.extend(line("base", &column.base, None));
            for change in &column.changes {
                lines.extend(line(&change.component, &change.change, change.share_of_change));
            }
            lines.extend(line("total change", &column.total_change, None));
            lines.extend(line("full", &column.full, None));
        }
        for (i, warning) in self.warnings.iter().enumerate() {
            lines.extend((i == 0).then(String::new));
            lines.extend(wrapped(&format!("warning: {warning}")));
        }
        f.write_str(&lines.join("\n"))
    }
}

/// A name and its cells, in a line of its own above them where it is long.
fn row(indent: &str, name: &str, cells: &str) -> Vec<String> {
    let (mut lines, name) = beside_at(indent, name, NAME);
    lines.push(format!("{name}{cells}").trim_end().to_string());
    lines
}

fn line(name: &str, estimate: &GelbachEstimate, part: Option<f64>) -> Vec<String> {
    let ends = estimate.interval.map(|interval| [number(interval.lower), number(interval.upper)]).unwrap_or_default();
    let [lower, upper] = ends;
    let share = part.map(share).unwrap_or_default();
    let (estimate, std_error) = (number(estimate.estimate), number(estimate.std_error));
    row("  ", name, &format!("{estimate:>11}{std_error:>11}{share:>10}{lower:>11}{upper:>11}"))
}

/// A number of any size in at most ten characters.
fn number(x: f64) -> String {
    match x.abs() {
        0.0 => "0".to_string(),
        size if (1e-3..9_999.0).contains(&size) => format!("{x:.4}"),
        _ => format!("{x:.2e}"),
    }
}

/// A fraction in per cent, in at most nine characters.
fn share(fraction: f64) -> String {
    format!("{}%", percent(fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_size_fit() {
        for x in [0.0, -9_999.999_96, 1e-3, -1e-300, f64::MAX, -f64::MIN_POSITIVE, 123.456] {
            assert!(number(x).chars().count() <= 10, "{}", number(x));
        }
        assert_eq!((number(-0.25), share(0.25)), ("-0.2500".to_string(), "25.0%".to_string()));
    }
}
