//! How is the deviance of counts put in words, where a breakdown or a regression is of one?

use super::estimates::{Digits, r_squared, r_squareds};
use super::text::percent;
use crate::decompose::{Breakdown, DevianceShares};
use crate::model::Family;
use crate::regress::{CoefficientTable, Deviance};

/// What is explained, by name: of least squares R².
pub(super) fn explained(breakdown: &Breakdown) -> &'static str {
    match breakdown.deviance {
        Some(_) => "deviance explained",
        None => "R²",
    }
}

/// What is split, without whose it is.
pub(super) fn what(breakdown: &Breakdown) -> &'static str {
    match breakdown.deviance {
        Some(_) => "deviance",
        None => "variation",
    }
}

/// What is split: "the variation of y".
pub(super) fn split(breakdown: &Breakdown) -> String {
    format!("the {} of {}", what(breakdown), breakdown.outcome)
}

/// What counts are of, and how far they lie from their means.
struct Counts<'a> {
    family: Family,
    exposure: Option<&'a str>,
    theta: Option<f64>,
    theta_std_error: Option<f64>,
    deviances: [f64; 2],
    pearson_dispersion: Option<f64>,
}

impl Counts<'_> {
    fn in_words(&self) -> String {
        let number = |x: f64| Digits::default().text(x);
        let family = match self.family {
            Family::Poisson => "Poisson counts",
            _ => "negative binomial counts",
        };
        let mut parts = vec![match self.exposure {
            Some(exposure) => format!("{family} out of {exposure}, whose logarithm has a coefficient of one"),
            None => family.to_string(),
        }];
        parts.extend(self.theta.map(|theta| match self.theta_std_error {
            Some(error) => format!("θ {} (std. error {})", number(theta), number(error)),
            None => format!("θ {}", number(theta)),
        }));
        let [own, null] = self.deviances.map(number);
        parts.push(format!("deviance {own} of {null}, that of one rate for all"));
        parts.extend(self.pearson_dispersion.map(|pearson| format!("Pearson's dispersion {}", number(pearson))));
        parts.join("; ")
    }
}

/// Of a regression.
fn of_regression(deviance: &Deviance) -> String {
    let Deviance { family, theta, theta_std_error, pearson_dispersion, .. } = *deviance;
    let deviances = [deviance.deviance, deviance.null_deviance];
    let exposure = deviance.exposure.as_deref();
    Counts { family, exposure, theta, theta_std_error, deviances, pearson_dispersion }.in_words()
}

/// How much a regression explains: parts of the variation, or of the deviance, by name; then, of counts, what they are of.
pub(super) fn explained_by(table: &CoefficientTable) -> Vec<String> {
    let parts = r_squareds(&table.r_squared).into_iter();
    let parts: Vec<String> = parts.filter_map(|(name, r2)| r2.map(|r2| format!("{name} {}", r_squared(r2)))).collect();
    let what = if table.deviance.is_some() { "deviance explained:" } else { "R²" };
    let explained = format!("{what} {}", parts.join(", "));
    [explained].into_iter().chain(table.deviance.as_ref().map(of_regression)).collect()
}

/// Of a breakdown, and what of the unexplained is chance.
pub(super) fn of_breakdown(deviance: &DevianceShares) -> Vec<String> {
    let DevianceShares { family, theta, pearson_dispersion, .. } = *deviance;
    let deviances = [deviance.deviance, deviance.null_deviance];
    let exposure = deviance.exposure.as_deref();
    let counts = Counts { family, exposure, theta, theta_std_error: None, deviances, pearson_dispersion };
    let parts = deviance.chance.zip(deviance.beyond_chance).map(|(chance, beyond)| {
        let [all, chance, beyond] = [chance + beyond, chance, beyond].map(percent);
        match deviance.beyond_chance == Some(0.0) {
            true => format!("unexplained {all}%: no more than chance gives counts of these means"),
            false => {
                format!(
                    "unexplained {all}%: chance {chance}%, as counts of these means vary, and beyond chance {beyond}%"
                )
            }
        }
    });
    [counts.in_words()].into_iter().chain(parts).collect()
}
