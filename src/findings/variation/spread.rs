//! How much does a number vary over the units of one period, and how much would it without each of them?

use super::VariationMeasure::{self, *};
use crate::numerics::means::{exact_mean, mean};
use crate::numerics::quantile::quantile;
use crate::numerics::tails::{normal_density, normal_quantile};

/// A sum of squares without one unit that is no more than this part of all of it is nothing.
const NOTHING: f64 = 1e-14;

/// A statistic, and what it is without each unit in turn.
pub(super) struct LeftOut {
    pub(super) value: f64,
    pub(super) without: Vec<f64>,
}

/// Whether any two values differ, and whether any two do without any one of them.
pub(super) fn varies(values: &[f64]) -> (bool, bool) {
    // By the largest, so that no square is beyond doubles.
    let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs())).max(f64::MIN_POSITIVE);
    let (deviations, squares) = deviations(&values.iter().map(|value| value / largest).collect::<Vec<f64>>());
    let is_equal = values.windows(2).all(|pair| pair[0] == pair[1]);
    let n = values.len() as f64;
    let left = |d: &f64| squares - d * d * n / (n - 1.0);
    (!is_equal, !is_equal && deviations.iter().all(|d| left(d) > NOTHING * squares))
}

/// Every measure of the spread of at least three values that vary; `chance` is of each the variance of its count, `None`
/// without counts. A coefficient of variation is none where values below zero make it meaningless.
pub(super) fn spreads(values: &[f64], chance: Option<&[f64]>, is_ratio: bool) -> Vec<(VariationMeasure, LeftOut)> {
    let n = values.len() as f64;
    let centre = exact_mean(values).unwrap_or(0.0);
    let (deviations, squares) = deviations(values);
    let variance = squares / (n - 1.0);
    let variances: Vec<f64> =
        deviations.iter().map(|d| ((squares - d * d * n / (n - 1.0)) / (n - 2.0)).max(0.0)).collect();
    let of = |value: f64, without: &dyn Fn(usize) -> f64| LeftOut {
        value,
        without: (0..values.len()).map(without).collect(),
    };
    let mut found = vec![(StandardDeviation, of(variance.sqrt(), &|at| variances[at].sqrt()))];
    if is_ratio && centre > 0.0 && values.iter().all(|&value| value >= 0.0) {
        let without = |at: usize| variances[at].sqrt() / (centre - deviations[at] / (n - 1.0));
        found.push((CoefficientOfVariation, of(variance.sqrt() / centre, &without)));
    }
    found.push((QuartileSpread, quartile_spread(values)));
    if let Some(chance) = chance {
        let sum: f64 = chance.iter().sum();
        let without_chance = |at: usize| variances[at] - (sum - chance[at]) / (n - 1.0);
        let systematic = variance - sum / n;
        let root = |variance: f64| variance.max(0.0).sqrt();
        found.push((SystematicDeviation, of(root(systematic), &|at| root(without_chance(at)))));
        let part = |at: usize| without_chance(at) / variances[at];
        found.push((SystematicPart, of(systematic / variance, &part)));
    }
    found
}

fn deviations(values: &[f64]) -> (Vec<f64>, f64) {
    let centre = exact_mean(values).unwrap_or(0.0);
    let deviations: Vec<f64> = values.iter().map(|value| value - centre).collect();
    let squares = deviations.iter().map(|d| d * d).sum();
    (deviations, squares)
}

/// The upper quartile less the lower. A quantile jumps from one value to the next as a unit leaves, and what it jumps by
/// says nothing of its standard error (B. Efron, 1982, chapter 3): so each unit takes its influence with it instead,
/// (p − 1[y ≤ q]) over the density at the quantile q.
fn quartile_spread(values: &[f64]) -> LeftOut {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |p: f64| quantile(&sorted, p).unwrap_or(0.0);
    let influence = |p: f64| {
        let h = bandwidth(p, sorted.len());
        // The density falls off to the outside, and the distance that it is taken over is wide: of normal values the
        // quotient is right.
        let of_normal = (normal_quantile(p + h) - normal_quantile(p - h)) * normal_density(normal_quantile(p));
        let one_over_density = (at(p + h) - at(p - h)) / of_normal;
        let q = at(p);
        move |value: f64| (p - f64::from(u8::from(value <= q))) * one_over_density
    };
    let (upper, lower) = (influence(0.75), influence(0.25));
    let influences: Vec<f64> = values.iter().map(|&value| upper(value) - lower(value)).collect();
    let (spread, centre, n) = (at(0.75) - at(0.25), mean(&influences), values.len() as f64);
    LeftOut { value: spread, without: influences.iter().map(|own| spread - (own - centre) / (n - 1.0)).collect() }
}

/// How far to either side the density at a quantile is looked for: P. Hall and S. J. Sheather (1988), at 95%; well inside
/// the ends.
fn bandwidth(p: f64, n: usize) -> f64 {
    let z = normal_quantile(p);
    let ratio = 1.5 * normal_density(z).powi(2) / (2.0 * z * z + 1.0);
    let h = (n as f64).powf(-1.0 / 3.0) * normal_quantile(0.975).powf(2.0 / 3.0) * ratio.cbrt();
    h.min(0.8 * p).min(0.8 * (1.0 - p))
}
