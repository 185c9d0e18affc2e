//! Some rows of a model of counts, whole units of them, as rounds go on.

use std::ops::Range;

use super::centred::Centred;
use super::count_rows::{Coefficients, CountRows};
use super::distribution::Distribution;
use super::equations::{Equations, Solution};

/// A mean is no smaller: none of a fit that has an end is, and steps that go too far stay numbers.
const LEAST_MEAN: f64 = 1e-300;
/// Where no row moves by more, curvature is that of the likelihood itself, and further away that which it is expected to have.
const NEAR: f64 = 0.5;
/// Rows at once, where they are of no unit.
const ROWS_AT_ONCE: usize = 64;

/// How far a step has led.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moved {
    /// The largest change of a row's predictor.
    pub(super) most: f64,
    /// Half the change of the deviance.
    pub(super) change: f64,
    /// The sum of squares of the rows' changes, by the weights of the equations.
    pub(super) decrement: f64,
}

impl Moved {
    pub(super) fn of(blocks: Vec<Moved>) -> Self {
        let add = |a: Moved, b: Moved| Moved {
            most: a.most.max(b.most),
            change: a.change + b.change,
            decrement: a.decrement + b.decrement,
        };
        blocks.into_iter().fold(Moved { most: 0.0, change: 0.0, decrement: 0.0 }, add)
    }
}

/// Rows of whole units.
pub(super) struct Block {
    rows: Range<usize>,
    units: Range<usize>,
    pub(super) predictor: Vec<f64>,
    pub(super) means: Vec<f64>,
    /// Both before the last step.
    before: (Vec<f64>, Vec<f64>),
    /// Of the rows, in the equations.
    weights: Vec<f64>,
    /// The sum of weights and the mean of the response of each unit.
    of_units: Vec<(f64, f64)>,
    /// What stands beside the rows of a unit, and the response.
    own: Vec<f64>,
    pub(super) equations: Equations,
    /// Whether these have the curvature of the likelihood itself.
    pub(super) is_newton: bool,
    /// Whether the predictor is close to what is sought.
    is_near: bool,
}

impl Block {
    pub(super) fn new(rows: Range<usize>, units: Range<usize>, k: usize, levels: usize, has_units: bool) -> Self {
        let n = rows.len();
        Block {
            predictor: vec![0.0; n],
            means: vec![0.0; n],
            before: (vec![0.0; n], vec![0.0; n]),
            weights: vec![0.0; n],
            of_units: Vec::with_capacity(units.len()),
            own: Vec::new(),
            equations: Equations::new(k, levels, has_units),
            is_newton: false,
            is_near: false,
            rows,
            units,
        }
    }

    /// Begins at these linear predictors of all rows, far from what is sought or near.
    pub(super) fn start(&mut self, predictor: &[f64], is_near: bool) {
        self.is_near = is_near;
        self.predictor.copy_from_slice(&predictor[self.rows.clone()]);
        self.means.iter_mut().zip(&self.predictor).for_each(|(mean, x)| *mean = mean_of(*x));
    }

    /// Begins near what is sought, at the predictor that these make.
    pub(super) fn start_from(&mut self, of: &CountRows, columns: &Centred, from: &Coefficients) {
        self.is_near = true;
        let (taken, first) = (columns.taken(&from.slopes), self.rows.start);
        for (at, group) in self.groups(of).enumerate() {
            let effect = taken + if of.units.is_some() { from.effects[self.units.start + at] } else { from.effects[0] };
            for at in group {
                let row = first + at;
                let fitted: f64 = columns.row(row).iter().zip(&from.slopes).map(|(x, b)| x * b).sum();
                let of_level = of.levels.map_or(0.0, |levels| from.levels[levels.codes[row] as usize]);
                self.predictor[at] = of.offset[row] + effect + fitted + of_level;
                self.means[at] = mean_of(self.predictor[at]);
            }
        }
    }

    /// The rows of a unit or a few of no unit, by their positions in the block.
    fn groups<'a>(&self, of: &CountRows<'a>) -> impl Iterator<Item = Range<usize>> + use<'a> {
        let (rows, units) = (self.rows.clone(), self.units.clone());
        let first = rows.start;
        let starts = of.units.map(|starts| &starts[units.start..=units.end]);
        let of_units =
            starts.into_iter().flat_map(move |starts| starts.windows(2).map(move |e| e[0] - first..e[1] - first));
        let n = if starts.is_some() { 0 } else { rows.len() };
        of_units.chain((0..n).step_by(ROWS_AT_ONCE).map(move |at| at..n.min(at + ROWS_AT_ONCE)))
    }

    /// Forms the equations of a step from here: to the predictor itself, or by how much it changes.
    pub(super) fn form(&mut self, of: &CountRows, columns: &Centred, distribution: Distribution, to_itself: bool) {
        self.equations.clear();
        self.of_units.clear();
        self.is_newton = self.is_near || distribution == Distribution::Poisson;
        let first = self.rows.start;
        for group in self.groups(of) {
            self.own.clear();
            for at in group.clone() {
                let row = first + at;
                let (w, left) = distribution.working(of.counts[row], self.means[at], self.is_near);
                self.weights[at] = w * of.weights[row];
                let left = if of.weights[row] > 0.0 { left } else { 0.0 };
                let so_far = if to_itself { self.predictor[at] - of.offset[row] } else { 0.0 };
                self.own.extend_from_slice(columns.row(row));
                self.own.push(so_far + left);
            }
            let codes = of.levels.map_or(&[][..], |levels| &levels.codes[first + group.start..first + group.end]);
            let of_unit = self.equations.add(&self.weights[group], &mut self.own, codes);
            self.of_units.push(of_unit);
        }
    }

    /// Takes the step that solves the equations.
    pub(super) fn advance(
        &mut self,
        of: &CountRows,
        columns: &Centred,
        distribution: Distribution,
        step: &Solution,
        to_itself: bool,
    ) -> Moved {
        std::mem::swap(&mut self.before.0, &mut self.predictor);
        std::mem::swap(&mut self.before.1, &mut self.means);
        let first = self.rows.start;
        for (at, group) in self.groups(of).enumerate() {
            let mut sum = 0.0;
            for at in group.clone() {
                let row = first + at;
                let x = columns.row(row);
                let mut fitted: f64 = x.iter().zip(&step.slopes).map(|(x, b)| x * b).sum();
                if let Some(levels) = of.levels {
                    fitted += step.levels[levels.codes[row] as usize];
                }
                sum += self.weights[at] * fitted;
                self.predictor[at] = fitted;
            }
            let effect = match (of.units, self.of_units[at]) {
                (None, _) => step.intercept,
                (Some(_), (weight, response)) if weight > 0.0 => response - sum / weight,
                _ => 0.0,
            };
            for at in group {
                let from = if to_itself { of.offset[first + at] } else { self.before.0[at] };
                self.predictor[at] += from + effect;
            }
        }
        self.moved(of, distribution)
    }

    /// Goes back half of the step.
    pub(super) fn halve(&mut self, of: &CountRows, distribution: Distribution) -> Moved {
        self.predictor.iter_mut().zip(&self.before.0).for_each(|(x, from)| *x = 0.5 * (*x + from));
        self.moved(of, distribution)
    }

    /// The means of the predictor, and how far it lies from where it was.
    fn moved(&mut self, of: &CountRows, distribution: Distribution) -> Moved {
        let mut moved = Moved { most: 0.0, change: 0.0, decrement: 0.0 };
        let rows = of.counts[self.rows.clone()].iter().zip(&of.weights[self.rows.clone()]).zip(&self.weights);
        let before = self.before.0.iter().zip(&self.before.1);
        for (((x, mean), (from, mean_before)), ((y, w), working)) in
            self.predictor.iter().zip(&mut self.means).zip(before).zip(rows)
        {
            *mean = mean_of(*x);
            // What weighs nothing is not there.
            if *w > 0.0 {
                let by = x - from;
                moved.most = moved.most.max(by.abs());
                moved.change += w * (distribution.rise(*y, *mean, *mean_before) - y * by);
                moved.decrement += working * by * by;
            }
        }
        if moved.most == f64::INFINITY {
            moved.change = f64::NAN;
        }
        self.is_near = moved.most <= NEAR;
        moved
    }

    pub(super) fn deviance(&self, of: &CountRows, distribution: Distribution) -> f64 {
        let rows = of.counts[self.rows.clone()].iter().zip(&of.weights[self.rows.clone()]);
        let rows = rows.zip(&self.means).filter(|((_, w), _)| **w > 0.0);
        rows.map(|((y, w), mean)| w * distribution.unit_deviance(*y, *mean)).sum()
    }
}

fn mean_of(predictor: f64) -> f64 {
    predictor.exp().max(LEAST_MEAN)
}
