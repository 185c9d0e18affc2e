//! What tests of hypotheses say, each in a sentence.

use std::fmt;

use super::estimates::{p_value, plain};
use super::text::wrapped;
use crate::regress::{JointTest, NullDistribution, SpecificationTest};

/// Four decimals, of numbers without end an exponent.
fn statistic(x: f64) -> String {
    if x.abs() >= 1e6 { format!("{x:.4e}") } else { format!("{x:.4}") }
}

/// The probability as an equation, or as the bound that stands for what is too small to print.
fn probability(p: f64) -> String {
    let p = p_value(p);
    p.strip_prefix('<').map_or_else(|| format!("p = {p}"), |bound| format!("p < {bound}"))
}

impl fmt::Display for JointTest {
    /// The statistic with its degrees of freedom, and the probability.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (df, statistic, p) = (plain(self.df), statistic(self.statistic), probability(self.p_value));
        match self.df_denominator {
            Some(denominator) => write!(f, "F({df}, {}) = {statistic}, {p}", plain(denominator)),
            None => write!(f, "χ²({df}) = {statistic}, {p}"),
        }
    }
}

impl fmt::Display for SpecificationTest {
    /// The statistic with its distribution, the probability and the null hypothesis; then what deserves doubt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let distribution = match self.distribution {
            NullDistribution::Normal | NullDistribution::UpperNormal => "z".to_string(),
            NullDistribution::ChiSquared { df } => format!("χ²({})", plain(df)),
            NullDistribution::F { df, df_denominator } => format!("F({}, {})", plain(df), plain(df_denominator)),
        };
        let (statistic, p) = (statistic(self.statistic), probability(self.p_value));
        let (name, null) = (&self.name, &self.null);
        let mut lines = wrapped(&format!("{name}: {distribution} = {statistic}, {p} (null hypothesis: {null})"));
        lines.extend(self.warnings.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        f.write_str(&lines.join("\n"))
    }
}
