//! What chance gives of every share and what is left, as a table; and what is known of noise, in sentences.

use std::fmt;

use super::grid::{self, Column};
use super::text::{level, percent, short, wrapped};
use crate::decompose::{Breakdown, Share, UnitEffectsShare};
use crate::regress::{Noise, NoiseModel};

impl Breakdown {
    /// The second block of a printed breakdown; nothing where shares are not corrected.
    pub(super) fn corrected_lines(&self) -> Vec<String> {
        let rows: Vec<&Share> = self.rows().collect();
        if rows.iter().all(|row| row.corrected.is_none()) {
            return Vec::new();
        }
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        let at = self.interval.as_ref().map_or(String::new(), |method| level(method.level));
        let number = |value: Option<f64>| value.map_or(String::new(), percent);
        let corrected = |value: fn(&crate::decompose::Corrected) -> f64| {
            rows.iter().map(move |row| number(row.corrected.as_ref().map(value))).collect::<Vec<_>>()
        };
        let ends = ends(&corrected(|c| c.lower), &corrected(|c| c.upper));
        let has_tests = rows.iter().any(|row| row.chance_p.is_some());
        let mut columns = vec![
            Column::new(["", "share"], rows.iter().map(|row| percent(row.share_of_total))),
            Column::new(["", "chance"], rows.iter().map(|row| number(row.chance))),
        ];
        if has_tests {
            columns.push(Column::new(["", "p"], rows.iter().map(|row| row.chance_p.map_or(String::new(), p_value))));
        }
        columns.extend([
            Column::new(["", "corrected"], corrected(|c| c.share_of_total).into_iter()),
            Column::new([&at, "interval"], ends.into_iter()),
            Column::new(["std.", "error"], corrected(|c| c.std_error).into_iter()),
        ]);
        let mut lines = wrapped(
            "The share, with its interval, is of samples of such units over these periods, chance included. Corrected is \
             of all such units: without the chance that few units and the noise in their means give, which is unexplained.",
        );
        if has_tests {
            lines.extend(wrapped("p is how often chance alone gives as much."));
        }
        lines.extend(grid::lines(&names, &columns, |_| Vec::new(), &[]));
        lines.extend(self.noise_lines());
        lines
    }

    /// The shares of unit effects under each model of noise, the semivariogram, and what to make of it.
    fn noise_lines(&self) -> Vec<String> {
        let Some(noise) = &self.noise else { return Vec::new() };
        let mut lines = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for under in &self.unit_effects_by_model {
            if !names.contains(&under.name.as_str()) {
                names.push(&under.name);
            }
        }
        for name in &names {
            // From lag 1 on, persistent noise is independent.
            let is_first = |under: &&UnitEffectsShare| under.model != NoiseModel::Persistent { from_lag: Some(1) };
            let own = self.unit_effects_by_model.iter().filter(|under| under.name == *name);
            let own: Vec<String> = own.filter(is_first).map(under_model).collect();
            lines.extend(wrapped(&format!("{name} by model of noise: {}", own.join(", "))));
        }
        lines.extend(semivariogram(noise));
        lines.extend(diagnostics(noise, &names.join(" and ")).iter().flat_map(|sentence| wrapped(sentence)));
        lines
    }
}

impl fmt::Display for Noise {
    /// Within 80 columns: how much of it is in the means of units under which model, the semivariogram, and what to make of
    /// it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = percent(self.share_of_total);
        let mut lines = wrapped(&format!("noise ({}) in the means of units: {part}% of the total", self.model));
        lines.extend(semivariogram(self));
        if let Some(rho) = self.rho {
            let error = self.rho_std_error.map_or(String::new(), |error| format!(" (std. error {error:.2})"));
            lines.push(format!("AR(1): autocorrelation {rho:.2}{error}"));
        }
        lines.extend(diagnostics(self, "").iter().flat_map(|sentence| wrapped(sentence)));
        f.write_str(&lines.join("\n"))
    }
}

fn semivariogram(noise: &Noise) -> Vec<String> {
    let longest = noise.semivariogram.len();
    if longest == 1 {
        return wrapped(&format!("semivariogram, 1 period apart: {}", short(noise.semivariogram[0])));
    }
    if noise.semivariogram.iter().all(Option::is_some) {
        let values = noise.semivariogram.iter().map(|value| short(*value)).collect::<Vec<_>>().join(" ");
        return wrapped(&format!("semivariogram, 1 to {longest} periods apart: {values}"));
    }
    let known = noise.semivariogram.iter().enumerate().filter(|(_, value)| value.is_some());
    let values: Vec<String> = known.map(|(at, value)| format!("{}: {}", at + 1, short(*value))).collect();
    wrapped(&format!("semivariogram, by periods apart: {}", values.join(", ")))
}

/// What the semivariogram says of the models of noise, as sentences.
pub(super) fn diagnostics(noise: &Noise, unit_effects: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    if noise.drift.is_some_and(|drift| drift.still_fades()) {
        let limit = if unit_effects.is_empty() { "what persists" } else { unit_effects };
        sentences.push(format!("differences still fade beyond three periods: {limit} is an upper limit"));
    }
    if noise.identified == Some(false) {
        sentences.push("AR(1) is not identified here: such noise could not be told from what persists".to_string());
    }
    sentences
}

fn under_model(under: &UnitEffectsShare) -> String {
    let what = match under.model {
        NoiseModel::Independent => "independent".to_string(),
        NoiseModel::Persistent { from_lag: Some(1) } => "persistent from 1 period on".to_string(),
        NoiseModel::Persistent { from_lag: Some(lag) } => format!("persistent from {lag} periods on"),
        NoiseModel::Persistent { from_lag: None } => "persistent".to_string(),
        NoiseModel::Ar1 => "AR(1)".to_string(),
    };
    let corrected = &under.corrected;
    let [share, lower, upper] = [corrected.share_of_total, corrected.lower, corrected.upper].map(percent);
    format!("{what} {share} ({lower} to {upper})")
}

/// Both ends of each interval, aligned.
pub(super) fn ends(lower: &[String], upper: &[String]) -> Vec<String> {
    let [low, high] = [lower, upper].map(|ends| ends.iter().map(String::len).max().unwrap_or(0));
    let pair = |(lower, upper): (&String, &String)| match lower.as_str() {
        "" => String::new(),
        lower => format!("{lower:>low$} to {upper:>high$}"),
    };
    lower.iter().zip(upper).map(pair).collect()
}

/// A p-value to three decimals.
fn p_value(p: f64) -> String {
    if p < 0.0005 { "<0.001".to_string() } else { format!("{p:.3}") }
}
