//! The residuals of a whole model, pair by pair of one unit's rows, of all units and with some left out.
//!
//! Unit effects, and everything else that is constant within units, cancel in the difference of two residuals. Leaving
//! units out moves the coefficients of what is not: the sums over all pairs are quadratic in them, and are formed once
//! from the differences of columns, wherever that is cheaper than to go through all rows again.

use std::ops::Range;

use rayon::prelude::*;

use super::autocovariance::Semivariogram;
use crate::error::NoiseProblem;
use crate::fit::{FittedModel, Layout};
use crate::model::{Credit, Design, Term};
use crate::numerics::eliminate::{back_substitute, eliminate_range, packed_index, packed_len};

/// Periods further apart than this are no calendar of years, quarters or days.
const LONGEST: i64 = 1_000;

/// Residuals of the whole model, with unit effects in, on the scale on which the outcome's sum of squares is one.
pub(crate) struct Residuals<'a> {
    fit: &'a FittedModel,
    units: &'a [Range<usize>],
    /// What varies within units, in the order of elimination, and then the outcome: where each two stand among the
    /// cross-products.
    positions: Vec<usize>,
    n_columns: usize,
    /// Cross-products of all units, and their sums, as the fit has them.
    entries: &'a [f64],
    coefficients: Vec<f64>,
    rank: usize,
    /// For each row the columns, and last the residual of the full sample.
    rows: Vec<f64>,
    period: Vec<i64>,
    all: Sums,
    /// By lag, the sums over all pairs of products of differences, half of them; where they are worth forming.
    forms: Option<Vec<f64>>,
}

/// What the mean of a unit's noise is made of, by the number of periods apart, from none on: numbers of pairs, and the
/// sums of w_t w_s over ordered pairs, each divided by its unit's weight, and as they are.
#[derive(Debug, Clone)]
pub(crate) struct Sums {
    pairs: Vec<f64>,
    by_unit: Vec<f64>,
    plain: Vec<f64>,
}

/// What is known of the noise in some of the units.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// By lag, from none on, on the scale of the outcome's variation.
    values: Vec<f64>,
    sums: Sums,
    weight: f64,
    /// The outcome's sum of squares about its mean.
    total: f64,
}

impl Found {
    pub(crate) fn semivariogram(&self) -> Semivariogram<'_> {
        Semivariogram { values: &self.values, pairs: &self.sums.pairs }
    }

    /// What noise of these autocovariances adds to the sum of squares between units, as a part of the outcome's total:
    /// Σ (1/w_i − 1/w) Σ w_t w_s γ(t − s).
    pub(crate) fn share_of_total(&self, autocovariances: &[f64]) -> f64 {
        let Sums { by_unit, plain, .. } = &self.sums;
        let terms = autocovariances.iter().zip(by_unit.iter().zip(plain));
        terms.map(|(gamma, (own, plain))| gamma * (own - plain / self.weight)).sum::<f64>() / self.total
    }

    /// A difference of semivariograms as a part of the outcome's variance.
    pub(crate) fn as_part(&self, value: f64) -> f64 {
        value * self.weight / self.total
    }
}

impl<'a> Residuals<'a> {
    /// # Errors
    /// [`NoiseProblem`], where nothing can be said of noise, or no share takes it up.
    pub(crate) fn new(fit: &'a FittedModel) -> Result<Self, NoiseProblem> {
        refuse_slopes(fit.design())?;
        if fit.design().unit_effects.is_empty() {
            return Err(NoiseProblem::NoUnitEffects);
        }
        Self::beside_units(fit)
    }

    /// Those of the model with unit effects beside it, whether it has them or not.
    ///
    /// # Errors
    /// [`NoiseProblem`], where nothing can be said of noise.
    pub(crate) fn beside_units(fit: &'a FittedModel) -> Result<Self, NoiseProblem> {
        let design = fit.design();
        if design.are_sums_of_several() {
            return Err(NoiseProblem::SeveralRows);
        }
        let period = periods(design)?;
        let units = fit.unit_ranges();
        let all = Sums::over(units, &period, &design.weights)?;
        if all.pairs.len() < 2 {
            return Err(NoiseProblem::NoPairs);
        }
        let layout = Layout(fit.moments().n_variables());
        let entries = fit.moments().entries();
        let credits = [Credit::Always].into_iter().chain((0..design.component_names.len()).map(Credit::Component));
        let of = |credit| (0..design.columns.len()).filter(move |&v| design.columns[v].credit == credit);
        let varies = |v: &usize| entries[layout.within(*v, *v)] > 0.0;
        let variables: Vec<usize> = credits.flat_map(of).filter(varies).chain([design.columns.len()]).collect();
        let n = variables.len();
        let pairs = (0..n).flat_map(|i| (i..n).map(move |j| (i, j)));
        let positions = pairs.map(|(i, j)| layout.within(variables[i], variables[j])).collect();
        let mut residuals = Residuals {
            fit,
            units,
            positions,
            n_columns: n - 1,
            entries,
            coefficients: Vec::new(),
            rank: 0,
            rows: Vec::new(),
            period,
            all,
            forms: None,
        };
        (residuals.coefficients, residuals.rank) = residuals.solve(entries);
        residuals.rows = fit.standardised_rows(&variables);
        for row in residuals.rows.chunks_exact_mut(n) {
            let fitted: f64 = row.iter().zip(&residuals.coefficients).map(|(x, b)| x * b).sum();
            row[n - 1] -= fitted;
        }
        let n_pairs: f64 = residuals.all.pairs[1..].iter().sum();
        let by_rows = residuals.rows.len() as f64 + n_pairs;
        if (residuals.lags().len() * packed_len(n)) as f64 <= by_rows {
            residuals.forms = Some(residuals.form());
        }
        Ok(residuals)
    }

    /// The lags that there are, from one on.
    fn lags(&self) -> Range<usize> {
        1..self.all.pairs.len()
    }

    /// The noise in all units.
    ///
    /// # Errors
    /// [`NoiseProblem::NothingLeft`] where columns and unit effects leave nothing to estimate it by.
    pub(crate) fn of_all(&self) -> Result<Found, NoiseProblem> {
        let sums = self.all.clone();
        let halves = self.half_squares(None, 0..self.units.len());
        self.found(self.entries, self.units.len(), self.rank, sums, halves).ok_or(NoiseProblem::NothingLeft)
    }

    /// The noise in all units but some, whose moments are given as the fit has them; `None` where no degree of freedom is
    /// left within units.
    pub(crate) fn without(&self, units: &[usize], own: &[f64]) -> Option<Found> {
        let left: Vec<f64> = self.entries.iter().zip(own).map(|(all, own)| all - own).collect();
        let (coefficients, rank) = self.solve(&left);
        let moved: Vec<f64> = coefficients.iter().zip(&self.coefficients).map(|(b, full)| b - full).collect();
        let mut sums = self.all.clone();
        units.iter().for_each(|&unit| sums.subtract(&self.sums_of(unit)));
        let halves = match &self.forms {
            Some(forms) => {
                let mut halves = self.quadratic(forms, &moved);
                for (half, own) in halves.iter_mut().zip(self.half_squares(Some(&moved), units.iter().copied())) {
                    *half -= own;
                }
                halves
            }
            None => {
                let others = (0..self.units.len()).filter(|unit| !units.contains(unit));
                self.half_squares(Some(&moved), others)
            }
        };
        self.found(&left, self.units.len() - units.len(), rank, sums, halves)
    }

    fn found(&self, entries: &[f64], units: usize, rank: usize, sums: Sums, halves: Vec<f64>) -> Option<Found> {
        let layout = Layout(self.fit.moments().n_variables());
        let outcome = layout.0 - 1;
        let (weight, sum) = (entries[layout.weight()], entries[layout.sum(outcome)]);
        let total = entries[layout.raw(outcome, outcome)] - sum / weight * sum;
        // Lag zero has each row once.
        let within = sums.rows() - units as f64;
        let left = within - rank as f64;
        if left <= 0.0 || total <= 0.0 {
            return None;
        }
        let factor = within / left;
        let value = |(half, &pairs): (&f64, &f64)| if pairs > 0.0 { factor * half / pairs } else { 0.0 };
        let values = halves.iter().zip(&sums.pairs).map(value).collect();
        Some(Found { values, sums, weight, total })
    }

    /// The coefficients of what varies within units, zero for what adds nothing, and how many count.
    fn solve(&self, entries: &[f64]) -> (Vec<f64>, usize) {
        let n = self.n_columns + 1;
        let mut factor: Vec<f64> = self.positions.iter().map(|&at| entries[at]).collect();
        eliminate_range(&mut factor, n, 0..n - 1);
        let (coefficients, has_coefficient) = back_substitute(&factor, n);
        (coefficients, has_coefficient.into_iter().filter(|has| *has).count())
    }

    fn sums_of(&self, unit: usize) -> Sums {
        let mut sums = Sums::none(self.all.pairs.len());
        sums.add(self.units[unit].clone(), &self.period, &self.fit.design().weights);
        sums
    }

    /// By lag, half the sums of squared differences of these units' residuals, with coefficients that have moved.
    fn half_squares(&self, moved: Option<&[f64]>, units: impl Iterator<Item = usize>) -> Vec<f64> {
        let n = self.n_columns + 1;
        let mut halves = vec![0.0; self.all.pairs.len()];
        let mut own = Vec::new();
        for unit in units {
            let range = self.units[unit].clone();
            own.clear();
            own.extend(self.rows[range.start * n..range.end * n].chunks_exact(n).map(|row| {
                let fitted: f64 = moved.map_or(0.0, |moved| row.iter().zip(moved).map(|(x, b)| x * b).sum());
                row[n - 1] - fitted
            }));
            let period = &self.period[range];
            for (t, (later, at)) in own.iter().zip(period).enumerate() {
                for (earlier, then) in own[..t].iter().zip(period) {
                    halves[(at - then) as usize] += 0.5 * (later - earlier) * (later - earlier);
                }
            }
        }
        halves
    }

    /// The same over all units, from the products of differences.
    fn quadratic(&self, forms: &[f64], moved: &[f64]) -> Vec<f64> {
        let n = self.n_columns + 1;
        let mut halves = vec![0.0; self.all.pairs.len()];
        let by: Vec<f64> = moved.iter().map(|b| -b).chain([1.0]).collect();
        for (half, form) in halves[1..].iter_mut().zip(forms.chunks_exact(packed_len(n))) {
            let mut rest = form;
            for i in 0..n {
                let (row, next) = rest.split_at(n - i);
                let with_later: f64 = row[1..].iter().zip(&by[i + 1..]).map(|(d, b)| d * b).sum();
                *half += by[i] * (row[0] * by[i] + 2.0 * with_later);
                rest = next;
            }
        }
        halves
    }

    /// Sums over all pairs of half the products of differences, lag by lag.
    fn form(&self) -> Vec<f64> {
        let n = self.n_columns + 1;
        let len = packed_len(n);
        let of_units = |units: Range<usize>| {
            let mut forms = vec![0.0; self.lags().len() * len];
            let (mut difference, mut there) = (vec![0.0; n], Vec::with_capacity(n));
            for range in &self.units[units] {
                for t in range.clone() {
                    for s in range.start..t {
                        let (later, earlier) = (&self.rows[t * n..][..n], &self.rows[s * n..][..n]);
                        there.clear();
                        // Most columns are dummies, which most pairs have alike.
                        for (at, (a, b)) in later.iter().zip(earlier).enumerate() {
                            difference[at] = a - b;
                            if a != b {
                                there.push(at);
                            }
                        }
                        let lag = (self.period[t] - self.period[s]) as usize;
                        let form = &mut forms[(lag - 1) * len..][..len];
                        for (first, &i) in there.iter().enumerate() {
                            let start = packed_index(n, i, i) - i;
                            let half = 0.5 * difference[i];
                            for &j in &there[first..] {
                                form[start + j] += half * difference[j];
                            }
                        }
                    }
                }
            }
            forms
        };
        // A few fixed parts, summed in order, so that the sums are the same on any number of threads.
        let parts = 8.min(self.units.len());
        let part = |i: usize| self.units.len() * i / parts..self.units.len() * (i + 1) / parts;
        let found: Vec<Vec<f64>> = (0..parts).into_par_iter().map(|i| of_units(part(i))).collect();
        let mut found = found.into_iter();
        let mut forms = found.next().unwrap_or_default();
        found.for_each(|more| forms.iter_mut().zip(more).for_each(|(form, more)| *form += more));
        forms
    }
}

impl Sums {
    fn none(len: usize) -> Self {
        Sums { pairs: vec![0.0; len], by_unit: vec![0.0; len], plain: vec![0.0; len] }
    }

    /// Those of all units.
    fn over(units: &[Range<usize>], period: &[i64], weights: &[f64]) -> Result<Self, NoiseProblem> {
        let longest = units.iter().map(|range| period[range.end - 1] - period[range.start]).max().unwrap_or(0);
        if longest > LONGEST {
            return Err(NoiseProblem::TooFarApart { longest });
        }
        let mut sums = Sums::none(longest as usize + 1);
        units.iter().for_each(|range| sums.add(range.clone(), period, weights));
        Ok(sums)
    }

    /// Adds a unit, of which these are the rows, ordered by period.
    fn add(&mut self, rows: Range<usize>, period: &[i64], weights: &[f64]) {
        let (period, weights) = (&period[rows.clone()], &weights[rows]);
        let per_weight = 1.0 / weights.iter().sum::<f64>();
        for (t, (at, w)) in period.iter().zip(weights).enumerate() {
            for (then, other) in period[..=t].iter().zip(weights) {
                let lag = (at - then) as usize;
                // Each pair of two rows stands for both of its orders.
                let product = if lag == 0 { w * other } else { 2.0 * w * other };
                self.pairs[lag] += 1.0;
                self.by_unit[lag] += product * per_weight;
                self.plain[lag] += product;
            }
        }
    }

    fn subtract(&mut self, other: &Sums) {
        let mine = [&mut self.pairs, &mut self.by_unit, &mut self.plain];
        for (mine, other) in mine.into_iter().zip([&other.pairs, &other.by_unit, &other.plain]) {
            mine.iter_mut().zip(other).for_each(|(mine, other)| *mine -= other);
        }
    }

    fn rows(&self) -> f64 {
        self.pairs[0]
    }
}

/// The period of every row, where rows have periods.
fn periods(design: &Design) -> Result<Vec<i64>, NoiseProblem> {
    refuse_slopes(design)?;
    let codes = design.panel.period_indices().ok_or(NoiseProblem::NoPeriods)?;
    let periods = design.panel.periods();
    Ok(design.rows.iter().map(|&row| i64::from(periods[codes[row] as usize])).collect())
}

fn refuse_slopes(design: &Design) -> Result<(), NoiseProblem> {
    match design.terms.iter().find(|known| gives_units_slopes(&known.term)) {
        Some(term) => Err(NoiseProblem::UnitSlopes { term: term.term.to_string() }),
        None => Ok(()),
    }
}

/// Whether a term gives every unit a coefficient of its own for something that varies within it.
fn gives_units_slopes(term: &Term) -> bool {
    matches!(term, Term::Interaction(parts) if parts.contains(&Term::UnitEffects))
}
