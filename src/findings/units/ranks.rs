//! Which ranks may a unit have, given what is known of each?

use rand::Rng;
use rayon::prelude::*;

use crate::numerics::streams::stream;

/// A unit's rank over draws, 1 the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rank {
    pub(super) median: usize,
    pub(super) lower: usize,
    pub(super) upper: usize,
}

/// The ranks of units, of each of which a normal distribution is known by its mean and standard deviation: quantiles over
/// draws of all of them.
pub(super) fn ranks(units: &[(f64, f64)], draws: usize, seed: u64, level: f64) -> Vec<Rank> {
    let n = units.len();
    let of_draw = |draw: usize, ranks: &mut [u32], drawn: &mut Vec<(f64, f64, usize)>| {
        let mut random = stream(seed, draw);
        let mut normals = std::iter::repeat_with(|| pair(&mut random)).flatten();
        drawn.clear();
        let each = units.iter().zip(normals.by_ref()).enumerate();
        drawn.extend(each.map(|(unit, (&(mean, sd), z))| (mean + sd * z, z, unit)));
        // Units of which nothing is known but that they are alike have any rank, not that of their place.
        drawn.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
        drawn.iter().enumerate().for_each(|(at, &(.., unit))| ranks[unit] = at as u32 + 1);
    };
    let mut all = vec![0_u32; draws * n];
    let by_draw = all.par_chunks_mut(n.max(1)).enumerate();
    by_draw.for_each_init(Vec::new, |drawn, (draw, ranks)| of_draw(draw, ranks, drawn));
    let of_unit = |own: &mut Vec<u32>, unit: usize| {
        own.clear();
        own.extend(all.iter().skip(unit).step_by(n));
        own.sort_unstable();
        // The smallest rank that at least this part of the draws does not exceed.
        let quantile = |p: f64| {
            let at = (p * draws as f64).ceil() as usize;
            own.get(at.clamp(1, draws) - 1).map_or(0, |rank| *rank as usize)
        };
        let beyond = 0.5 * (1.0 - level);
        Rank { median: quantile(0.5), lower: quantile(beyond), upper: quantile(1.0 - beyond) }
    };
    (0..n).into_par_iter().map_init(Vec::new, of_unit).collect()
}

/// Two independent standard normal numbers, by G. E. P. Box and M. E. Muller (1958).
fn pair(random: &mut impl Rng) -> [f64; 2] {
    let mut uniform = || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    // One less is never zero.
    let (radius, angle) = ((-2.0 * (1.0 - uniform()).ln()).sqrt(), std::f64::consts::TAU * uniform());
    [radius * angle.cos(), radius * angle.sin()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_far_apart_have_one_rank_and_units_alike_any() {
        let apart = ranks(&[(3.0, 0.1), (9.0, 0.1), (6.0, 0.1)], 400, 1, 0.95);
        let median: Vec<usize> = apart.iter().map(|rank| rank.median).collect();
        assert_eq!(median, [3, 1, 2]);
        assert!(apart.iter().all(|rank| rank.lower == rank.upper));
        let alike = ranks(&[(0.0, 0.0); 40], 2_000, 1, 0.95);
        assert!(alike.iter().all(|rank| rank.lower <= 2 && rank.upper >= 39 && rank.median.abs_diff(20) <= 3));
    }

    #[test]
    fn two_units_are_as_sure_as_their_distributions() {
        // A difference of one with a standard deviation of √2: above zero in 76.0% of draws.
        let n = 20_000;
        let first = ranks(&[(1.0, 1.0), (0.0, 1.0)], n, 3, 0.5);
        assert_eq!((first[0].median, first[0].lower, first[0].upper), (1, 1, 1));
        let more = ranks(&[(1.0, 1.0), (0.0, 1.0)], n, 3, 0.54);
        assert_eq!(more[0].upper, 2);
    }
}
