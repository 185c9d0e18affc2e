//! The decomposition as a table of at most 80 columns: a block for each column of `always`.

use std::fmt;

use super::{Gelbach, GelbachEstimate};

/// Characters of a printed line, and of a name in it.
const WIDTH: usize = 80;
const NAME: usize = 26;

impl fmt::Display for Gelbach {
    /// What was asked, then base coefficient, each component's part, total change and full coefficient of each column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = vec![format!("{}, Gelbach: how the coefficients of always change", self.outcome)];
        let clusters = self.clusters.map(|clusters| format!(" by {clusters} units")).unwrap_or_default();
        let (rows, covariance) = (self.sample.n_observations, self.covariance.name());
        lines.push(format!("{rows} observations, std. errors: {covariance}{clusters}"));
        if let Some(interval) = &self.interval {
            let level = (interval.level * 1e8).round() / 1e6;
            lines.push(format!("{level}% {} intervals, {} replicates", interval.kind.name(), interval.replicates));
        }
        for column in &self.columns {
            let ends = if self.interval.is_some() { ["lower", "upper"] } else { [""; 2] };
            let [lower, upper] = ends;
            let heads = format!("{:>11}{:>11}{:>10}{lower:>11}{upper:>11}", "estimate", "std. error", "of change");
            lines.push(String::new());
            lines.push(format!("{:<NAME$}{heads}", cut(&column.name, NAME)));
            lines.push(line("base", &column.base, None));
            for change in &column.changes {
                lines.push(line(&change.component, &change.change, change.share_of_change));
            }
            lines.push(line("total change", &column.total_change, None));
            lines.push(line("full", &column.full, None));
        }
        for (i, warning) in self.warnings.iter().enumerate() {
            lines.extend((i == 0).then(String::new));
            lines.extend(wrapped(&format!("warning: {warning}")));
        }
        let lines: Vec<String> = lines.iter().map(|line| cut(line.trim_end(), WIDTH)).collect();
        f.write_str(&lines.join("\n"))
    }
}

fn line(name: &str, estimate: &GelbachEstimate, share: Option<f64>) -> String {
    let ends = estimate.interval.map(|interval| [number(interval.lower), number(interval.upper)]).unwrap_or_default();
    let [lower, upper] = ends;
    let (name, share) = (cut(&format!("  {name}"), NAME), share.map(percent).unwrap_or_default());
    let (estimate, std_error) = (number(estimate.estimate), number(estimate.std_error));
    format!("{name:<NAME$}{estimate:>11}{std_error:>11}{share:>10}{lower:>11}{upper:>11}")
}

/// A number of any size in at most ten characters.
fn number(x: f64) -> String {
    match x.abs() {
        0.0 => "0".to_string(),
        size if (1e-3..9_999.0).contains(&size) => format!("{x:.4}"),
        _ => format!("{x:.2e}"),
    }
}

/// A fraction in per cent, in at most eight characters.
fn percent(fraction: f64) -> String {
    let value = 100.0 * fraction;
    if value.abs() < 9_999.0 { format!("{value:.1}%") } else { format!("{value:.0e}%") }
}

/// A text of at most `width` characters on one line, ending in "…" when it was longer.
fn cut(text: &str, width: usize) -> String {
    let mut kept: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(width).collect();
    if text.chars().count() > width {
        kept.pop();
        kept.push('…');
    }
    kept
}

/// A text in lines that break at spaces.
fn wrapped(text: &str) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH && !line.is_empty() {
            lines.push(std::mem::replace(&mut line, " ".to_string()));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_shares_of_any_size_fit() {
        for x in [0.0, -9_999.999_96, 1e-3, -1e-300, f64::MAX, -f64::MIN_POSITIVE, 123.456] {
            assert!(number(x).chars().count() <= 10, "{}", number(x));
            assert!(percent(x / 1e3).chars().count() <= 8, "{}", percent(x / 1e3));
        }
        assert_eq!((number(-0.25), percent(0.2345)), ("-0.2500".to_string(), "23.4%".to_string()));
        assert_eq!(cut("practices\n", 8), "practic…");
    }

    #[test]
    fn long_texts_wrap() {
        let lines = wrapped(&"word ".repeat(40));
        assert!(lines.len() > 2 && lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:?}");
        assert_eq!(lines.concat().matches("word").count(), 40);
    }
}
