//! Iterated least squares: Newton's steps towards the means that are most likely.

use rayon::prelude::*;

use super::block::{Block, Moved};
use super::distribution::Distribution;
use super::equations::{Equations, Solution};
use crate::error::{EstimateError, Result};
use crate::numerics::triangular::Cholesky;

/// Rounds after which a fit is given up.
const MOST_ROUNDS: usize = 200;
/// A step is halved so many times before it counts as none.
const MOST_HALVINGS: usize = 40;
/// The linear predictor is found when no row's moves by more.
const MOVED: f64 = 1e-10;
/// Or, of Newton's steps, by more than this: each leaves about the square of what it moved.
const MOVED_BY_NEWTON: f64 = 1e-6;
/// A rise of the deviance by this part of the counts is rounding.
const ROUNDING: f64 = 1e-12;
/// Blocks of rows that are worked on side by side: their number does not depend on that of threads, so that sums do not.
const MOST_BLOCKS: usize = 16;
/// Rows from which on a second block is worth waking a thread for.
const ROWS_OF_BLOCK: usize = 4_096;

/// Counts, and what they are regressed on.
#[derive(Clone, Copy)]
pub(crate) struct CountRows<'a> {
    pub(crate) counts: &'a [f64],
    /// ln of the exposure; zeros where there is none.
    pub(crate) offset: &'a [f64],
    pub(crate) weights: &'a [f64],
    /// Where the rows of each unit start, and last where those of the last one end, if units have effects.
    pub(crate) units: Option<&'a [usize]>,
    /// Of the periods, say, if these have effects beside those of units or the intercept.
    pub(crate) levels: Option<Levels<'a>>,
    pub(crate) columns: &'a [&'a [f64]],
}

/// A second grouping whose levels have effects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Levels<'a> {
    /// The level of each row.
    pub(crate) codes: &'a [u32],
    /// How many levels there are.
    pub(crate) len: usize,
}

/// Counts as they are expected.
#[derive(Debug, Clone)]
pub(crate) struct CountFit {
    /// Of the columns; zero where one adds nothing to those before it and to all effects.
    pub(crate) slopes: Vec<f64>,
    /// Whether a column has a slope of its own.
    pub(crate) has_slope: Vec<bool>,
    /// The effect of each unit, or the intercept alone.
    pub(crate) effects: Vec<f64>,
    /// The effect of each level; zero of one that the effects before it and those of units take up.
    pub(crate) level_effects: Vec<f64>,
    /// Independent effects, of units (or the intercept) and of levels.
    pub(crate) n_effects: usize,
    /// ln of the means.
    pub(crate) predictor: Vec<f64>,
    pub(crate) means: Vec<f64>,
    pub(crate) deviance: f64,
    /// The factor of the columns' cross-products, effects taken out, by the curvature of the likelihood at the means.
    pub(crate) factor: Cholesky,
    pub(crate) rounds: usize,
}

impl CountRows<'_> {
    /// The fit of greatest likelihood, from these linear predictors where there are any.
    ///
    /// # Errors
    /// [`EstimateError::NotConverged`] where rounds do not end.
    pub(crate) fn fit(&self, distribution: Distribution, from: Option<&[f64]>) -> Result<CountFit> {
        let columns = Centred::new(self);
        let start = match from {
            Some(_) => None,
            None => Some(self.start()),
        };
        let mut blocks = self.blocks();
        let is_near = from.is_some();
        if let Some(from) = from.or(start.as_deref()) {
            on_each(&mut blocks, |block| {
                block.start(from);
                block.form(self, &columns, distribution, is_near, true);
            });
        }
        let mut found = Solution {
            levels: vec![0.0; self.n_levels()],
            slopes: vec![0.0; columns.k],
            intercept: 0.0,
            factor: Cholesky::default(),
        };
        let counts: f64 = self.counts.iter().zip(self.weights).map(|(y, w)| w * y).sum();
        // Until the predictor is one of the columns, steps lead to such a one; from then on they are differences.
        let mut is_first = true;
        let mut sums = Equations::new(columns.k, self.n_levels(), self.units.is_some());
        for round in 1..=MOST_ROUNDS {
            collect(&blocks, &mut sums);
            let step = sums.solve(&columns.squares);
            let newton = blocks.iter().all(|block| block.is_newton);
            let mut moved = Moved::of(on_each(&mut blocks, |block| {
                let moved = block.advance(self, &columns, distribution, &step, is_first);
                block.form(self, &columns, distribution, moved.is_near(), false);
                moved
            }));
            // The deviance falls along the step: where it does not, the step was too long.
            let (mut part, mut halvings) = (1.0, 0);
            while !(moved.change.is_finite() && (is_first || moved.change <= ROUNDING * counts))
                && halvings < MOST_HALVINGS
            {
                moved = Moved::of(on_each(&mut blocks, |block| {
                    let moved = block.halve(self, distribution);
                    block.form(self, &columns, distribution, false, is_first);
                    moved
                }));
                part *= 0.5;
                halvings += 1;
            }
            if is_first && halvings > 0 {
                continue;
            }
            is_first = false;
            found.slopes.iter_mut().zip(&step.slopes).for_each(|(sum, b)| *sum += part * b);
            found.levels.iter_mut().zip(&step.levels).for_each(|(sum, b)| *sum += part * b);
            let ended = if newton && halvings == 0 { MOVED_BY_NEWTON } else { MOVED };
            if moved.most <= ended || halvings == MOST_HALVINGS {
                collect(&blocks, &mut sums);
                found.factor = sums.factor(&columns.squares);
                return Ok(self.found(distribution, &columns, found, blocks, round));
            }
        }
        Err(EstimateError::NotConverged { model: distribution.name(), rounds: MOST_ROUNDS }.into())
    }

    /// The fit where rounds have ended.
    fn found(
        &self,
        distribution: Distribution,
        columns: &Centred,
        found: Solution,
        mut blocks: Vec<Block>,
        rounds: usize,
    ) -> CountFit {
        let deviance = on_each(&mut blocks, |block| block.deviance(self, distribution)).into_iter().sum();
        let joined = |of: fn(&Block) -> &[f64]| blocks.iter().flat_map(of).copied().collect::<Vec<f64>>();
        let (predictor, means) = (joined(|block| &block.predictor), joined(|block| &block.means));
        let Solution { slopes, levels: level_effects, factor, .. } = found;
        let has_pivot = |i: usize| factor.rows()[i][i] > 0.0;
        let has_slope = (0..columns.k).map(|c| has_pivot(self.n_levels() + c)).collect();
        let n_levels = (0..self.n_levels()).filter(|&level| has_pivot(level)).count();
        let taken: f64 = slopes.iter().zip(&columns.means).map(|(b, mean)| b * mean).sum();
        // What is left in the first row of each: all rows have the same but for rounding.
        let effect = |&row: &usize| {
            let of_columns: f64 = slopes.iter().zip(columns.row(row)).map(|(b, x)| b * x).sum();
            let of_level = self.levels.map_or(0.0, |levels| level_effects[levels.codes[row] as usize]);
            predictor[row] - self.offset[row] - of_columns - of_level - taken
        };
        let one = [0, self.counts.len()];
        let starts = self.units.unwrap_or(&one);
        let effects: Vec<f64> = starts[..starts.len() - 1].iter().map(effect).collect();
        CountFit {
            has_slope,
            n_effects: effects.len() + n_levels,
            effects,
            factor: factor.after(level_effects.len()),
            slopes,
            level_effects,
            predictor,
            means,
            deviance,
            rounds,
        }
    }

    pub(super) fn n_levels(&self) -> usize {
        self.levels.map_or(0, |levels| levels.len)
    }

    /// The rows in blocks of whole units.
    fn blocks(&self) -> Vec<Block> {
        let n = self.counts.len();
        let size = ROWS_OF_BLOCK.max(n.div_ceil(MOST_BLOCKS));
        let (k, levels, has_units) = (self.columns.len(), self.n_levels(), self.units.is_some());
        let Some(starts) = self.units else {
            let ends = (0..n).step_by(size).map(|first| (first..n.min(first + size), 0..1));
            return ends.map(|(rows, units)| Block::new(rows, units, k, levels, has_units)).collect();
        };
        let mut blocks = Vec::new();
        let mut first = 0;
        while first + 1 < starts.len() {
            let last = starts.partition_point(|&start| start < starts[first] + size).clamp(first + 1, starts.len() - 1);
            blocks.push(Block::new(starts[first]..starts[last], first..last, k, levels, has_units));
            first = last;
        }
        blocks
    }

    /// Halfway between the counts and what the exposure alone lets expect.
    fn start(&self) -> Vec<f64> {
        let rows = || self.counts.iter().zip(self.offset).zip(self.weights);
        // What is out of what, by the first row's, so that no exposure is too large or too small.
        let first = self.offset.first().copied().unwrap_or_default();
        let (count, exposure) =
            rows().fold((0.0, 0.0), |(count, exposure), ((y, o), w)| (count + w * y, exposure + w * (o - first).exp()));
        let rate = count / exposure;
        rows().map(|((y, o), _)| (0.5 * (y + rate * (o - first).exp())).ln()).collect()
    }
}

/// What is asked of every block, on several threads if there are several.
fn on_each<T: Send>(blocks: &mut [Block], ask: impl Fn(&mut Block) -> T + Send + Sync) -> Vec<T> {
    match blocks {
        [block] => vec![ask(block)],
        many => many.par_iter_mut().map(ask).collect(),
    }
}

/// Sums over all blocks, in their order.
fn collect(blocks: &[Block], sums: &mut Equations) {
    sums.clear();
    blocks.iter().for_each(|block| sums.merge(&block.equations));
}

/// The columns, row by row, less a mean of each: effects or the intercept take that up, and digits of columns far from zero
/// stay.
pub(super) struct Centred {
    pub(super) k: usize,
    rows: Vec<f64>,
    means: Vec<f64>,
    /// Of each column at its largest.
    pub(super) squares: Vec<f64>,
}

impl Centred {
    pub(super) fn new(of: &CountRows) -> Self {
        let (n, k) = (of.counts.len(), of.columns.len());
        let total: f64 = of.weights.iter().sum();
        let (mut rows, mut means, mut squares) = (vec![0.0; n * k], vec![0.0; k], vec![0.0; k]);
        for (c, column) in of.columns.iter().enumerate() {
            let first = column.first().copied().unwrap_or_default();
            let sum: f64 = column.iter().zip(of.weights).map(|(x, w)| w * (x - first)).sum();
            means[c] = first + sum / total;
            let mut most = 0.0_f64;
            for (own, x) in rows[c..].iter_mut().step_by(k).zip(*column) {
                *own = x - means[c];
                most = most.max(own.abs());
            }
            squares[c] = most * most;
        }
        Centred { k, rows, means, squares }
    }

    pub(super) fn row(&self, row: usize) -> &[f64] {
        &self.rows[row * self.k..][..self.k]
    }

    /// The same, of columns that are no larger than one.
    pub(super) fn scaled(&self, row: usize) -> impl Iterator<Item = f64> {
        let over = |(x, square): (&f64, &f64)| if *square > 0.0 { x / square.sqrt() } else { 0.0 };
        self.row(row).iter().zip(&self.squares).map(over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Units, periods with gaps and in two parts that share none, a column that is constant within units and one that is not.
    struct Panel {
        starts: Vec<usize>,
        codes: Vec<u32>,
        columns: [Vec<f64>; 2],
        counts: Vec<f64>,
        offset: Vec<f64>,
        weights: Vec<f64>,
    }

    const PERIODS: u32 = 7;

    fn panel(units: usize) -> Panel {
        let mut state = 88_172_645_463_325_252_u64;
        let mut uniform = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut panel = Panel {
            starts: vec![0],
            codes: vec![],
            columns: [vec![], vec![]],
            counts: vec![],
            offset: vec![],
            weights: vec![],
        };
        for unit in 0..units {
            let own = uniform();
            for period in (0..PERIODS).filter(|period| (*period < 4) == (unit % 3 > 0)) {
                if uniform() < 0.15 {
                    continue;
                }
                let (x, people) = (uniform(), (100.0 + 900.0 * uniform()).ln());
                let mean = (people - 3.0 + own + x - 0.2 * f64::from(period)).exp();
                panel.codes.push(period);
                panel.columns[0].push(own);
                panel.columns[1].push(x);
                panel.offset.push(people);
                panel.weights.push(0.5 + uniform());
                panel.counts.push((mean * 2.0 * uniform()).round().max(1.0));
            }
            if panel.counts.len() > panel.starts[panel.starts.len() - 1] {
                panel.starts.push(panel.counts.len());
            }
        }
        panel
    }

    fn rows<'a>(panel: &'a Panel, columns: &'a [&'a [f64]], has_units: bool, has_levels: bool) -> CountRows<'a> {
        CountRows {
            counts: &panel.counts,
            offset: &panel.offset,
            weights: &panel.weights,
            units: has_units.then_some(&panel.starts),
            levels: has_levels.then_some(Levels { codes: &panel.codes, len: PERIODS as usize }),
            columns,
        }
    }

    /// The columns of every level, then those of the panel.
    fn with_dummies(panel: &Panel) -> Vec<Vec<f64>> {
        let dummy = |level: u32| panel.codes.iter().map(|code| f64::from(u8::from(*code == level))).collect();
        (0..PERIODS).map(dummy).chain(panel.columns.clone()).collect()
    }

    #[test]
    fn levels_are_the_columns_of_their_dummies() {
        let panel = panel(60);
        let dense = with_dummies(&panel);
        let dense: Vec<&[f64]> = dense.iter().map(|column| column.as_slice()).collect();
        for distribution in [Distribution::Poisson, Distribution::NegativeBinomial { theta: 2.5 }] {
            for has_units in [true, false] {
                let sparse = rows(&panel, &dense[7..], has_units, true).fit(distribution, None).unwrap();
                let dense = rows(&panel, &dense, has_units, false).fit(distribution, None).unwrap();
                for (a, b) in sparse.predictor.iter().zip(&dense.predictor) {
                    assert!((a - b).abs() < 1e-9, "{a} {b}");
                }
                assert!((sparse.deviance / dense.deviance - 1.0).abs() < 1e-12);
                let columns = dense.has_slope.iter().filter(|has| **has).count();
                assert_eq!(sparse.has_slope, [!has_units, true]);
                let slopes = sparse.has_slope.iter().filter(|has| **has).count();
                assert_eq!(sparse.n_effects + slopes, dense.effects.len() + columns);
                // Units of two parts take up a level of each.
                assert_eq!(sparse.n_effects, sparse.effects.len() + if has_units { 5 } else { 6 });
                for (sparse, dense) in sparse.slopes.iter().zip(&dense.slopes[7..]) {
                    assert!((sparse - dense).abs() < 1e-9, "{sparse} {dense}");
                }
                // Effects and slopes make the predictor.
                for (unit, ends) in panel.starts.windows(2).enumerate() {
                    for row in ends[0]..ends[1] {
                        let effect = sparse.effects[if has_units { unit } else { 0 }];
                        let of_columns: f64 = (0..2).map(|c| sparse.slopes[c] * panel.columns[c][row]).sum();
                        let of_level = sparse.level_effects[panel.codes[row] as usize];
                        let sum = panel.offset[row] + effect + of_columns + of_level;
                        assert!((sum - sparse.predictor[row]).abs() < 1e-10, "{sum} {}", sparse.predictor[row]);
                    }
                }
            }
        }
    }

    /// Of many rows, which are worked on in blocks.
    #[test]
    fn threads_do_not_change_a_bit() {
        let panel = panel(5_000);
        let columns = [panel.columns[1].as_slice()];
        for has_units in [true, false] {
            let fit = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| rows(&panel, &columns, has_units, true).fit(Distribution::Poisson, None).unwrap())
            };
            let (one, three) = (fit(1), fit(3));
            assert!(rows(&panel, &columns, has_units, true).blocks().len() > 3);
            assert_eq!((one.slopes, one.predictor, one.deviance), (three.slopes, three.predictor, three.deviance));
        }
    }

    #[test]
    fn zeros_are_separated_by_levels_as_by_their_dummies() {
        let mut panel = panel(30);
        for (count, code) in panel.counts.iter_mut().zip(&panel.codes) {
            if *code == 2 {
                *count = 0.0;
            }
        }
        let dense = with_dummies(&panel);
        let dense: Vec<&[f64]> = dense.iter().map(|column| column.as_slice()).collect();
        for has_units in [true, false] {
            let sparse = rows(&panel, &dense[7..], has_units, true).separated().unwrap();
            let dense = rows(&panel, &dense, has_units, false).separated().unwrap();
            assert_eq!((&sparse.of_units, &sparse.by_columns), (&dense.of_units, &dense.by_columns));
            assert_eq!((&sparse.levels[..], &sparse.columns[..]), (&[2][..], &[][..]));
            assert!(panel.codes.iter().enumerate().all(|(row, code)| *code != 2 || sparse.contains(row)));
        }
    }
}
