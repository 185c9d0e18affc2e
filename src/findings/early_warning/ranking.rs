//! How well does a number rank what is bad above what is not?

use super::Fifth;
use crate::decompose::Interval;
use crate::findings::judgements::wilson;
use crate::numerics::means::mean;
use crate::numerics::order::middle_ranks;

const FIFTHS: usize = 5;

/// The part of all pairs of a bad and another case in which the bad one has the higher value, ties a half; `None` where
/// one of the two kinds is missing.
///
/// By ranks: the sum of those of bad cases, less what it would be were they the lowest (H. B. Mann and D. R. Whitney,
/// 1947).
pub(super) fn area(values: &[f64], is_bad: &[bool]) -> Option<f64> {
    let bad = is_bad.iter().filter(|is_bad| **is_bad).count() as f64;
    let others = is_bad.len() as f64 - bad;
    let ranks = middle_ranks(values, 0.0);
    let sum: f64 = ranks.iter().zip(is_bad).filter(|(_, is_bad)| **is_bad).map(|(rank, _)| rank).sum();
    (bad > 0.0 && others > 0.0).then(|| (sum - bad * (bad + 1.0) / 2.0) / (bad * others))
}

/// The fifth of each value, from 0; ties stand together.
pub(super) fn fifth_of(values: &[f64]) -> Vec<usize> {
    let (n, fifths) = (values.len() as f64, FIFTHS as f64);
    let fifth = |rank: f64| ((fifths * (rank - 0.5) / n) as usize).min(FIFTHS - 1);
    middle_ranks(values, 0.0).into_iter().map(fifth).collect()
}

/// How many of each fifth are bad, for a normal quantile z; `forecasts` says whether the values are forecasts of that.
pub(super) fn fifths(values: &[f64], is_bad: &[bool], z: f64, forecasts: bool) -> Vec<Fifth> {
    let of = fifth_of(values);
    let fifth = |fifth: usize| {
        let at: Vec<usize> = (0..values.len()).filter(|&at| of[at] == fifth).collect();
        let own: Vec<f64> = at.iter().map(|&at| values[at]).collect();
        let (judgements, bad) = (at.len(), at.iter().filter(|&&at| is_bad[at]).count());
        let (lower, upper) = wilson(bad, judgements.max(1), z);
        (judgements > 0).then(|| Fifth {
            fifth: fifth + 1,
            least: own.iter().copied().fold(f64::INFINITY, f64::min),
            greatest: own.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            judgements,
            bad,
            part: bad as f64 / judgements as f64,
            lower,
            upper,
            forecast: forecasts.then(|| mean(&own)),
        })
    };
    (0..FIFTHS).filter_map(fifth).collect()
}

/// The interval of an area on the scale of log odds, on which it has no bounds to leave; an area of 0 or 1 has none but
/// itself.
pub(super) fn within_bounds(interval: Interval, area: f64) -> Interval {
    let spread = area * (1.0 - area);
    if spread <= 0.0 {
        return Interval { lower: area, upper: area, ..interval };
    }
    let half = (interval.upper - interval.lower) / (2.0 * spread);
    let end = |half: f64| 1.0 / (1.0 + ((1.0 - area) / area) * (-half).exp());
    Interval { lower: end(-half), upper: end(half), ..interval }
}
