//! Iterated least squares: Newton's steps towards the means that are most likely.

use rayon::prelude::*;

use super::block::{Block, Moved};
use super::centred::Centred;
use super::count_rows::{Coefficients, CountFit, CountRows};
use super::distribution::Distribution;
use super::equations::Equations;
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

impl CountRows<'_> {
    /// The fit of greatest likelihood, from these linear predictors where there are any.
    ///
    /// # Errors
    /// [`EstimateError::NotConverged`] where rounds do not end.
    pub(crate) fn fit(&self, distribution: Distribution, from: Option<&[f64]>) -> Result<CountFit> {
        let start = from.map_or(Start::Afresh, Start::Predictor);
        let mut rounds = Rounds::new(self, distribution, start);
        rounds.run(Ends::AtPredictor)?;
        rounds.form();
        let factor = rounds.sums.factor(&rounds.columns.squares);
        Ok(rounds.found(&factor))
    }

    /// The deviance of the fit of greatest likelihood, from a fit of other weights or of some of the rows.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit).
    pub(super) fn deviance_from(&self, distribution: Distribution, from: &Coefficients, left: f64) -> Result<f64> {
        let mut rounds = Rounds::new(self, distribution, Start::Coefficients(from));
        rounds.run(Ends::AtDeviance(left))?;
        Ok(rounds.deviance())
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

/// Where rounds begin.
enum Start<'a> {
    /// Halfway between the counts and what the exposure alone lets expect.
    Afresh,
    /// At a predictor of any columns.
    Predictor(&'a [f64]),
    /// At a predictor of these columns.
    Coefficients(&'a Coefficients),
}

/// When they end.
#[derive(Clone, Copy)]
enum Ends {
    /// When the predictor is found.
    AtPredictor,
    /// When no more of the deviance than this is left to be gained.
    AtDeviance(f64),
}

/// A fit as rounds go on.
struct Rounds<'a> {
    rows: &'a CountRows<'a>,
    distribution: Distribution,
    columns: Centred,
    blocks: Vec<Block>,
    sums: Equations,
    slopes: Vec<f64>,
    levels: Vec<f64>,
    /// Until the predictor is one of the columns, steps lead to such a one; from then on they are differences.
    is_of_columns: bool,
}

impl<'a> Rounds<'a> {
    fn new(rows: &'a CountRows<'a>, distribution: Distribution, start: Start) -> Self {
        let columns = Centred::new(rows);
        let mut blocks = rows.blocks();
        let (mut slopes, mut levels, mut is_of_columns) = (vec![0.0; columns.k], vec![0.0; rows.n_levels()], false);
        match start {
            Start::Afresh => {
                let from = rows.start();
                on_each(&mut blocks, |block| block.start(&from, false));
            }
            Start::Predictor(from) => {
                on_each(&mut blocks, |block| block.start(from, true));
            }
            Start::Coefficients(from) => {
                (slopes, levels, is_of_columns) = (from.slopes.clone(), from.levels.clone(), true);
                on_each(&mut blocks, |block| block.start_from(rows, &columns, from));
            }
        }
        let sums = Equations::new(columns.k, rows.n_levels(), rows.units.is_some());
        Rounds { rows, distribution, columns, blocks, sums, slopes, levels, is_of_columns }
    }

    /// The equations of a step from here.
    fn form(&mut self) {
        let (rows, distribution, columns, to_itself) =
            (self.rows, self.distribution, &self.columns, !self.is_of_columns);
        on_each(&mut self.blocks, |block| block.form(rows, columns, distribution, to_itself));
        self.sums.clear();
        self.blocks.iter().for_each(|block| self.sums.merge(&block.equations));
    }

    /// Takes steps to the end.
    fn run(&mut self, ends: Ends) -> Result<()> {
        let (rows, distribution) = (self.rows, self.distribution);
        let counts: f64 = rows.counts.iter().zip(rows.weights).map(|(y, w)| w * y).sum();
        for _ in 0..MOST_ROUNDS {
            self.form();
            let step = self.sums.solve(&self.columns.squares);
            let (columns, to_itself) = (&self.columns, !self.is_of_columns);
            let is_newton = self.blocks.iter().all(|block| block.is_newton);
            let mut moved = Moved::of(on_each(&mut self.blocks, |block| {
                block.advance(rows, columns, distribution, &step, to_itself)
            }));
            // The deviance falls along the step: where it does not, the step was too long.
            let falls = |moved: &Moved| moved.change.is_finite() && (to_itself || moved.change <= ROUNDING * counts);
            let (mut part, mut halvings) = (1.0, 0);
            while !falls(&moved) && halvings < MOST_HALVINGS {
                moved = Moved::of(on_each(&mut self.blocks, |block| block.halve(rows, distribution)));
                part *= 0.5;
                halvings += 1;
            }
            if to_itself && halvings > 0 {
                continue;
            }
            self.is_of_columns = true;
            self.slopes.iter_mut().zip(&step.slopes).for_each(|(sum, b)| *sum += part * b);
            self.levels.iter_mut().zip(&step.levels).for_each(|(sum, b)| *sum += part * b);
            if halvings == MOST_HALVINGS && !moved.change.is_finite() {
                break;
            }
            if halvings == MOST_HALVINGS || moved.ends(ends, is_newton && halvings == 0 && !to_itself) {
                return Ok(());
            }
        }
        Err(EstimateError::NotConverged { model: distribution.name(), rounds: MOST_ROUNDS }.into())
    }

    fn deviance(&mut self) -> f64 {
        let (rows, distribution) = (self.rows, self.distribution);
        on_each(&mut self.blocks, |block| block.deviance(rows, distribution)).into_iter().sum()
    }

    /// The fit where rounds have ended, by the factor of levels and columns there.
    fn found(mut self, factor: &Cholesky) -> CountFit {
        let deviance = self.deviance();
        let Rounds { rows, columns, blocks, slopes, levels: level_effects, .. } = self;
        let joined = |of: fn(&Block) -> &[f64]| blocks.iter().flat_map(of).copied().collect::<Vec<f64>>();
        let (predictor, means) = (joined(|block| &block.predictor), joined(|block| &block.means));
        let has_pivot = |i: usize| factor.rows()[i][i] > 0.0;
        let has_slope = (0..columns.k).map(|c| has_pivot(rows.n_levels() + c)).collect();
        let n_levels = (0..rows.n_levels()).filter(|&level| has_pivot(level)).count();
        let taken = columns.taken(&slopes);
        // What is left in the first row of each: all rows have the same but for rounding.
        let effect = |&row: &usize| {
            let of_columns: f64 = slopes.iter().zip(columns.row(row)).map(|(b, x)| b * x).sum();
            let of_level = rows.levels.map_or(0.0, |levels| level_effects[levels.codes[row] as usize]);
            predictor[row] - rows.offset[row] - of_columns - of_level - taken
        };
        let one = [0, rows.counts.len()];
        let starts = rows.units.unwrap_or(&one);
        let effects: Vec<f64> = starts[..starts.len() - 1].iter().map(effect).collect();
        CountFit {
            has_slope,
            n_effects: effects.len() + n_levels,
            effects,
            slopes,
            level_effects,
            predictor,
            means,
            deviance,
        }
    }
}

impl Moved {
    /// Whether rounds end with this step.
    fn ends(self, ends: Ends, is_newton: bool) -> bool {
        match ends {
            Ends::AtPredictor => self.most <= if is_newton { MOVED_BY_NEWTON } else { MOVED },
            // The third derivative of the log-likelihood in a row's predictor is no larger than the second, of the Poisson and
            // of the negative binomial. So over a step that moves no row by more than m curvature changes by a factor of no
            // more than e^m, and what is left to be gained after it is at most (m e^m/2)² e^m of its decrement, the step's square
            // in the weights of the curvature.
            Ends::AtDeviance(left) => {
                let part = 0.5 * self.most * self.most.exp();
                self.most <= MOVED || (is_newton && part * part * self.most.exp() * self.decrement <= left)
            }
        }
    }
}

/// What is asked of every block, on several threads if there are several.
fn on_each<T: Send>(blocks: &mut [Block], ask: impl Fn(&mut Block) -> T + Send + Sync) -> Vec<T> {
    match blocks {
        [block] => vec![ask(block)],
        many => many.par_iter_mut().map(ask).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counts::count_rows::Levels;

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
