//! What a regression says of variation, of the errors of its estimates and of the effects it takes for random; and what
//! areas add up to: each in a few lines.

use std::fmt;

use super::aligned::{Line, aligned};
use super::estimates::{Digits, covariance, r_squared, r_squareds};
use super::text::{counted, percent, wrapped};
use crate::regress::{CovarianceMatrix, EffectVariances, QuasiDemeaning, RSquared, RandomEffect};
use crate::sources::NationCheck;

/// A number to four significant digits.
fn number(x: f64) -> String {
    Digits::default().text(x)
}

impl fmt::Display for RSquared {
    /// Those that there are, in a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = r_squareds(self).into_iter().filter_map(|(name, r2)| Some(format!("{} {name}", r_squared(r2?))));
        f.write_str(&format!("R² {}", parts.collect::<Vec<_>>().join(", ")))
    }
}

impl fmt::Display for EffectVariances {
    /// The variances in a line, and which came out negative.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = vec![format!("{} idiosyncratic", number(self.idiosyncratic))];
        for (effect, variance, noun) in
            [(RandomEffect::Unit, self.unit, "units"), (RandomEffect::Period, self.period, "periods")]
        {
            let Some(variance) = variance else { continue };
            let negative = if self.negative.contains(&effect) { " (estimated below zero, set to zero)" } else { "" };
            parts.push(format!("{} of {noun}{negative}", number(variance)));
        }
        f.write_str(&wrapped(&format!("variances: {}", parts.join(", "))).join("\n"))
    }
}

impl fmt::Display for QuasiDemeaning {
    /// What is taken of the means, as a range where it differs between units or periods.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        for (thetas, noun) in [(&self.unit, "unit"), (&self.period, "period")] {
            let (least, most) = thetas
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), &theta| (least.min(theta), most.max(theta)));
            if thetas.is_empty() {
                continue;
            }
            let [least, most] = [least, most].map(number);
            let range = if least == most { least } else { format!("{least} to {most}") };
            parts.push(format!("{range} of the means of {}", counted(thetas.len(), noun)));
        }
        parts.extend(self.total.map(|total| format!("{} of the overall mean given back", number(total))));
        f.write_str(&wrapped(&format!("quasi-demeaning takes {}", parts.join(", "))).join("\n"))
    }
}

impl fmt::Display for CovarianceMatrix {
    /// How it came about, the standard errors that are the roots of its diagonal, and what deserves doubt about it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = wrapped(&covariance(self));
        let mut rows = vec![Line::new("", vec!["std. error".to_string()])];
        let errors = self.names.iter().zip(self.std_errors());
        rows.extend(errors.map(|(name, error)| Line::new(name.clone(), vec![number(error)])));
        lines.append(&mut aligned(&rows));
        lines.extend(self.warnings.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        f.write_str(&lines.join("\n"))
    }
}

impl fmt::Display for NationCheck {
    /// The sum over authorities beside the nation's figure.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [authorities, nation] = [self.authorities, self.nation].map(number);
        let period = if self.period == 0 { String::new() } else { format!("{}: ", self.period) };
        let missing = match self.missing {
            0 => String::new(),
            missing => format!(" ({missing} without a value)"),
        };
        let off = self.relative_difference();
        let off = match off {
            _ if !off.is_finite() => String::new(),
            off => format!(", {}% {}", percent(off.abs()), if off < 0.0 { "less" } else { "more" }),
        };
        f.write_str(&wrapped(&format!("{period}authorities {authorities}{missing}, nation {nation}{off}")).join("\n"))
    }
}
