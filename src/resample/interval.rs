//! From replicates of one share to its bias, standard error and interval.
//!
//! B. Efron (1987), "Better bootstrap confidence intervals", JASA 82, <https://doi.org/10.1080/01621459.1987.10478410>;
//! A. C. Davison and D. V. Hinkley (1997), Bootstrap Methods and their Application, sections 2.3, 5.2 and 5.3,
//! <https://doi.org/10.1017/CBO9780511802843>; B. Efron and C. Stein (1981), "The jackknife estimate of variance",
//! Annals of Statistics 9, <https://doi.org/10.1214/aos/1176345462>; B. Efron and R. J. Tibshirani (1993), An
//! Introduction to the Bootstrap, chapter 14, <https://doi.org/10.1201/9780429246593>.

use crate::decompose::{Interval, IntervalKind};
use crate::numerics::means::mean;
use crate::numerics::tails::{Reference, normal_cdf, normal_quantile};

/// How replicates become an interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct IntervalRule {
    kind: IntervalKind,
    level: f64,
    /// The quantile that half the interval is so many standard errors of: of t where clusters are left out, else normal.
    pub(super) half_width: f64,
}

pub(super) struct Found {
    pub(super) interval: Interval,
    /// All replicates lie on one side of the estimate, which a bias correction by ranks cannot express.
    pub(super) one_sided: bool,
}

impl IntervalRule {
    pub(super) fn new(kind: IntervalKind, level: f64, clusters: usize) -> Self {
        let df = kind.leaves_out().then_some(clusters as f64 - 1.0);
        IntervalRule { kind, level, half_width: Reference::new(df).quantile(level) }
    }

    /// The fewest draws whose order statistics reach the quantiles asked for; `None` where none are used.
    pub(super) fn draws_wanted(&self) -> Option<usize> {
        use IntervalKind::{Basic, Bca, Percentile};
        // (R + 1)(1 − level)/2 must reach the first order statistic.
        // A hair less: 2/(1 − 0.9) comes out a little above 20.
        let wanted = (2.0 / (1.0 - self.level) - 1.0 - 1e-9).ceil() as usize;
        matches!(self.kind, Percentile | Basic | Bca).then_some(wanted)
    }

    /// `without` holds the shares with each cluster left out, which the BCa interval needs; `for_roots`, where the number
    /// cannot be negative, what the roots of the root interval are of.
    pub(super) fn interval(
        &self,
        estimate: f64,
        mut values: Vec<f64>,
        without: Option<&[f64]>,
        for_roots: Option<&[f64]>,
    ) -> Found {
        let mean = mean(&values);
        let (lower_tail, upper_tail) = ((1.0 - self.level) / 2.0, (1.0 + self.level) / 2.0);
        let (bias, std_error) = match self.kind.leaves_out() {
            // One of n left out moves a share by a part of 1/(n − 1) only, hence the factors (Efron and Stein).
            true => ((values.len() as f64 - 1.0) * (mean - estimate), left_out_error(&values)),
            false => (mean - estimate, drawn_error(&values, mean)),
        };
        let mut one_sided = false;
        let quantiles = |values: &mut [f64], low, high| (quantile(values, low), quantile(values, high));
        let (lower, upper) = match (self.kind, for_roots) {
            (IntervalKind::Root, Some(for_roots)) => squares_about(estimate, self.half_width * root_error(for_roots)),
            (IntervalKind::Root | IntervalKind::Jackknife | IntervalKind::Normal, _) => {
                let half = self.half_width * std_error;
                (estimate - half, estimate + half)
            }
            (IntervalKind::Percentile, _) => quantiles(&mut values, lower_tail, upper_tail),
            (IntervalKind::Basic, _) => {
                let (low, high) = quantiles(&mut values, lower_tail, upper_tail);
                (2.0 * estimate - high, 2.0 * estimate - low)
            }
            (IntervalKind::Bca, _) => {
                let below;
                (below, one_sided) = part_below(&values, estimate);
                let z0 = normal_quantile(below);
                let a = acceleration(without.unwrap_or_default());
                let adjusted = |p: f64| {
                    let z = z0 + normal_quantile(p);
                    // Past the pole of the adjustment no quantile is far enough out.
                    let stretch = 1.0 - a * z;
                    if stretch > 0.0 { normal_cdf(z0 + z / stretch) } else { f64::from(z > 0.0) }
                };
                let (low, high) = (adjusted(lower_tail), adjusted(upper_tail));
                quantiles(&mut values, low, high)
            }
        };
        Found { interval: Interval { bias, std_error, lower, upper }, one_sided }
    }
}

/// The plain jackknife interval of an estimate, from what it is with each cluster left out.
pub(crate) fn left_out_interval(estimate: f64, without: Vec<f64>, level: f64) -> Interval {
    let nothing = rounding_of_bias(estimate, &without);
    let rule = IntervalRule::new(IntervalKind::Jackknife, level, without.len());
    without_rounding(rule.interval(estimate, without, None, None).interval, nothing)
}

/// The same of an estimate that cannot be negative, on the scale of its root.
pub(crate) fn left_out_root_interval(estimate: f64, without: Vec<f64>, level: f64) -> Interval {
    let nothing = rounding_of_bias(estimate, &without);
    let rule = IntervalRule::new(IntervalKind::Root, level, without.len());
    let for_roots = without.clone();
    without_rounding(rule.interval(estimate, without, None, Some(&for_roots)).interval, nothing)
}

/// What rounding leaves of a bias that is none, which is the difference of two means times the clusters.
fn rounding_of_bias(estimate: f64, without: &[f64]) -> f64 {
    let largest = without.iter().fold(estimate.abs(), |most, x| most.max(x.abs()));
    4.0 * f64::EPSILON * without.len() as f64 * largest
}

fn without_rounding(interval: Interval, nothing: f64) -> Interval {
    let bias = if interval.bias.abs() <= nothing { 0.0 } else { interval.bias };
    Interval { bias, ..interval }
}

/// The standard error of an estimate, from what it is with each cluster left out.
pub(super) fn left_out_error(without: &[f64]) -> f64 {
    let (mean, n) = (mean(without), without.len() as f64);
    ((n - 1.0) / n * without.iter().map(|x| (x - mean).powi(2)).sum::<f64>()).sqrt()
}

fn drawn_error(drawn: &[f64], mean: f64) -> f64 {
    (drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (drawn.len() as f64 - 1.0)).sqrt()
}

/// The standard error of the root of a number, from what it is with each cluster left out; below zero is zero.
pub(super) fn root_error(without: &[f64]) -> f64 {
    let roots: Vec<f64> = without.iter().map(|x| x.max(0.0).sqrt()).collect();
    left_out_error(&roots)
}

/// From so much below the root of a number, or zero, to so much above it, squared.
pub(super) fn squares_about(number: f64, half: f64) -> (f64, f64) {
    let root = number.max(0.0).sqrt();
    ((root - half).max(0.0).powi(2), (root + half).powi(2))
}

/// The part of the replicates below the estimate, ties counted as a half; where it is none or all, half a replicate is
/// put on the other side and the second value says so.
fn part_below(values: &[f64], estimate: f64) -> (f64, bool) {
    let n = values.len() as f64;
    // A share that cannot vary differs from its estimate by rounding only.
    let tolerance = 1e-13;
    let below = values.iter().filter(|x| **x < estimate - tolerance).count() as f64;
    let tied = values.iter().filter(|x| (**x - estimate).abs() <= tolerance).count() as f64;
    let part = (below + tied / 2.0) / n;
    (part.clamp(0.5 / n, 1.0 - 0.5 / n), part == 0.0 || part == 1.0)
}

/// A sixth of the skewness of the influence of leaving each cluster out (Efron and Tibshirani 1993, equation 14.15).
fn acceleration(without: &[f64]) -> f64 {
    let mean = mean(without);
    let (squares, cubes) = without.iter().fold((0.0, 0.0), |(squares, cubes), x| {
        let influence = mean - x;
        (squares + influence.powi(2), cubes + influence.powi(3))
    });
    if squares > 0.0 { cubes / (6.0 * squares.powf(1.5)) } else { 0.0 }
}

/// The quantile p of the replicates: order statistic (R + 1)p, interpolated on the scale of normal quantiles (Davison
/// and Hinkley, equation 5.8); the extremes where that lies beyond them.
fn quantile(values: &mut [f64], p: f64) -> f64 {
    let n = values.len();
    let position = p * (n as f64 + 1.0);
    let k = (position.floor().max(0.0) as usize).clamp(1, n);
    // Two neighbours are all that is needed, and found without sorting the rest.
    let (_, low, above) = values.select_nth_unstable_by(k - 1, f64::total_cmp);
    if position.is_nan() || k as f64 >= position || k == n {
        return *low;
    }
    let high = above.iter().copied().fold(f64::INFINITY, f64::min);
    let of_normal = |k: usize| normal_quantile(k as f64 / (n as f64 + 1.0));
    *low + (normal_quantile(p) - of_normal(k)) / (of_normal(k + 1) - of_normal(k)) * (high - *low)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(kind: IntervalKind) -> IntervalRule {
        IntervalRule::new(kind, 0.9, 5)
    }

    #[test]
    fn the_jackknife_of_a_mean_is_its_textbook_interval() {
        let data = [2.0, 4.0, 4.0, 7.0, 8.0];
        let mean = 5.0;
        let without = data.iter().map(|x| (25.0 - x) / 4.0).collect();
        let found = rule(IntervalKind::Jackknife).interval(mean, without, None, None).interval;
        // Sample variance 6, so the standard error is √(6/5); t with 4 degrees of freedom at 0.95 is 2.131846786.
        assert!(found.bias.abs() < 1e-14);
        assert!((found.std_error - 1.2_f64.sqrt()).abs() < 1e-14);
        assert!((found.upper - (mean + 2.131_846_786 * 1.2_f64.sqrt())).abs() < 1e-8);
        assert!((found.lower + found.upper - 10.0).abs() < 1e-12);
    }

    #[test]
    fn bootstrap_kinds_agree_with_their_definitions() {
        // 19 replicates: (R + 1) · 0.05 = 1 and (R + 1) · 0.95 = 19, the extremes exactly.
        let values: Vec<f64> = (1..=19).map(|i| f64::from(i * i)).collect();
        let of = |kind| rule(kind).interval(90.0, values.clone(), Some(&[1.0, 2.0, 3.0]), None).interval;
        let percentile = of(IntervalKind::Percentile);
        assert_eq!((percentile.lower, percentile.upper), (1.0, 361.0));
        let basic = of(IntervalKind::Basic);
        assert_eq!((basic.lower, basic.upper), (180.0 - 361.0, 180.0 - 1.0));
        let normal = of(IntervalKind::Normal);
        assert!((normal.bias - 40.0).abs() < 1e-12);
        assert!(((normal.upper + normal.lower) / 2.0 - 90.0).abs() < 1e-10);
        assert!(((normal.upper - normal.lower) / 2.0 - 1.644_853_627 * normal.std_error).abs() < 1e-6);
        // 9 of 19 lie below 90 and the influence is symmetric: a = 0, z0 = Φ⁻¹(9/19), both quantiles shift down.
        let bca = of(IntervalKind::Bca);
        assert!(bca.lower == 1.0 && bca.upper < 361.0 && bca.upper > 289.0, "{bca:?}");
    }

    #[test]
    fn quantiles_interpolate_on_the_normal_scale() {
        // Order statistics that are normal quantiles themselves are met exactly in between.
        let mut values: Vec<f64> = (1..=9).rev().map(|k| normal_quantile(f64::from(k) / 10.0)).collect();
        assert!((quantile(&mut values, 0.25) - normal_quantile(0.25)).abs() < 1e-9);
        assert_eq!(quantile(&mut values, 0.01), normal_quantile(0.1));
        assert_eq!(quantile(&mut values, 0.99), normal_quantile(0.9));
    }

    #[test]
    fn a_share_that_cannot_vary_has_a_point_for_an_interval() {
        for kind in [IntervalKind::Percentile, IntervalKind::Basic, IntervalKind::Normal, IntervalKind::Bca] {
            let found = rule(kind).interval(0.0, vec![0.0; 40], Some(&[0.0; 5]), None);
            assert_eq!((found.interval.lower, found.interval.upper, found.one_sided), (0.0, 0.0, false), "{kind:?}");
        }
    }

    #[test]
    fn draws_wanted_reach_the_quantile() {
        let wanted = |level| IntervalRule::new(IntervalKind::Basic, level, 5).draws_wanted();
        assert_eq!((wanted(0.95), wanted(0.9)), (Some(39), Some(19)));
    }
}
