//! Funnels and shrunken rates as text: how many units stand out, and which.

use std::fmt;

use super::aligned::{Line, aligned};
use super::text::{counted, level, percent, short, wrapped};
use crate::findings::{BayesRate, EmpiricalBayes, Funnel, FunnelLimits, FunnelUnit, UnitCounts};

/// Units of shrunken rates that are printed at either end.
const MOST_SHOWN: usize = 10;

/// Two of the limits of a unit.
type Ends = fn(&FunnelLimits) -> (f64, f64);

impl fmt::Display for UnitCounts {
    /// How many were counted, of how many, in how many units; and how many rows are not in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = |of: fn(&crate::findings::UnitCount) -> f64| short(Some(self.units.iter().map(of).sum()));
        let (counted_all, people) = (sum(|unit| unit.count), sum(|unit| unit.population));
        let units = counted(self.units.len(), "unit");
        let mut text = format!("{counted_all} counted of {people} people, in {units}");
        if !self.left_out.is_empty() {
            text += &format!("; {} without count or population left out", counted(self.left_out.len(), "row"));
        }
        f.write_str(&wrapped(&text).join("\n"))
    }
}

impl fmt::Display for Funnel {
    /// Target and over-dispersion, how many units lie beyond which limits, and those beyond the limits that allow for
    /// over-dispersion, the highest first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (units, [target, phi, tau2]) =
            (counted(self.units.len(), "unit"), [self.target, self.phi, self.tau2].map(|x| short(Some(x))));
        let mut lines = wrapped(&format!("Funnel of {units} about {target} per person: φ {phi}, τ² {tau2}"));
        let ends: [Ends; 2] =
            [|l| (l.poisson_lower, l.poisson_upper), |l| (l.overdispersed_lower, l.overdispersed_upper)];
        let mut table = vec![Line::new("units beyond limits", vec!["below".to_string(), "above".to_string()])];
        for (name, ends) in [("Poisson", ends[0]), ("over-dispersed", ends[1])] {
            for at in 0..2 {
                let beyond = |is: fn(f64, (f64, f64)) -> bool| {
                    self.units.iter().filter(|unit| is(unit.ratio, ends(&unit.limits[at]))).count().to_string()
                };
                let level = self.units.first().map_or_else(String::new, |unit| level(unit.limits[at].level));
                let cells = vec![beyond(|ratio, (lower, _)| ratio < lower), beyond(|ratio, (_, upper)| ratio > upper)];
                table.push(Line::new(format!("{name} {level}"), cells));
            }
        }
        lines.push(String::new());
        lines.extend(aligned(&table));
        let is_out = |unit: &&FunnelUnit| {
            let (lower, upper) = ends[1](&unit.limits[0]);
            unit.ratio < lower || unit.ratio > upper
        };
        let mut out: Vec<&FunnelUnit> = self.units.iter().filter(is_out).collect();
        out.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
        if !out.is_empty() {
            let heads = ["counted", "expected", "ratio", "z"].map(str::to_string).to_vec();
            let mut table = vec![Line::new("beyond over-dispersed", heads)];
            table.extend(out.iter().map(|unit| {
                let cells = [unit.count, unit.expected, unit.ratio, unit.z].map(|x| short(Some(x))).to_vec();
                Line::new(named(&unit.unit, unit.label.as_deref()), cells)
            }));
            lines.push(String::new());
            lines.extend(aligned(&table));
        }
        f.write_str(&lines.join("\n"))
    }
}

impl fmt::Display for EmpiricalBayes {
    /// The overall rate, what of the spread is no chance, and the units with the highest and lowest shrunken rates.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (units, rate) = (counted(self.units.len(), "unit"), short(Some(self.rate)));
        let spread = short(Some(self.variance.sqrt()));
        let mut lines = wrapped(&format!(
            "Empirical Bayes rates of {units}: {rate} per person overall, standard deviation beyond chance {spread}"
        ));
        let mut units: Vec<&BayesRate> = self.units.iter().collect();
        units.sort_by(|a, b| b.shrunken.total_cmp(&a.shrunken));
        let heads = ["rate", "shrunken", "reliability"].map(str::to_string).to_vec();
        let mut table = vec![Line::new("", heads)];
        let left_out = units.len().saturating_sub(2 * MOST_SHOWN);
        for (place, unit) in units.iter().enumerate() {
            if left_out > 0 && (MOST_SHOWN..MOST_SHOWN + left_out).contains(&place) {
                if place == MOST_SHOWN {
                    table.push(Line::new(format!("({left_out} between)"), Vec::new()));
                }
                continue;
            }
            let [rate, shrunken] = [unit.rate, unit.shrunken].map(|x| short(Some(x)));
            let cells = vec![rate, shrunken, percent(unit.reliability)];
            table.push(Line::new(named(&unit.unit, unit.label.as_deref()), cells));
        }
        lines.push(String::new());
        lines.extend(aligned(&table));
        f.write_str(&lines.join("\n"))
    }
}

/// A unit by its code and its name.
fn named(unit: &str, label: Option<&str>) -> String {
    label.map_or_else(|| unit.to_string(), |label| format!("{unit} {label}"))
}
