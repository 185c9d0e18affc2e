//! How much precision do the sums of squares of a design need, and what error is left?

use rayon::prelude::*;

use super::span::Span;
use crate::numerics::dot::{dot, squared_norm};
use crate::numerics::rank::{Basis, COLUMN_TOLERANCE};
use crate::numerics::triangular::solve_upper;

/// Up to this many independent columns, each one's tolerance given all others is computed; beyond, that given those
/// before it stands for it.
const INVERTED_UP_TO: usize = 1_000;
/// Up to this many, columns are exchanged for those they span.
const EXCHANGED_UP_TO: usize = 300;
/// Where every coefficient is larger than this part of its column's length, exchanging leads nowhere worse.
const SMALL_COEFFICIENT: f64 = 0.5;
/// Up to so many coefficients, every exchange is a start to look for worse ones from.
const STARTS_UP_TO: usize = 150;
/// Up to so many coefficients, those that an exchange would leave are looked at too.
const LOOK_AHEAD_UP_TO: usize = 3_000;
/// What is left of a combination passes for rounding up to so many times that of the values: it was computed in
/// doubles.
const AS_ROUNDING: f64 = 8.0;
/// What is left of a column, as a part of its length, below which rounding, 1e-16 over it, passes for a column.
const LOPSIDED: f64 = 1e-4;
/// What is left of two coefficients that cancel is rounding at or below this part of them.
const NOISE: f64 = 1e-13;
/// Rounding that is more than this part of what is left of a column may be what is taken for it.
const UNSURE: f64 = 1e-4;
/// From this many on, on all threads.
const WORTH_THREADS: usize = 100;
/// What eliminations on a design meet.
#[derive(Debug, Clone)]
pub(super) struct Conditioning {
    /// The smallest pivot that counts, in any coalition, as a part of its column's variation over the sample.
    pub(super) smallest_pivot: f64,
    /// The smallest over the root of what effects leave of the column; an elimination's error is rounding over this.
    pub(super) weakest_pivot: f64,
    /// Columns to be replaced by the combinations that they are, in this order.
    pub(super) combinations: Vec<Replaced>,
    /// The error that replacing them, or the data's own ambiguity, leaves.
    pub(super) error: f64,
}

/// A column that is put in as a combination, on standardised variables; its means stay where it is one within units
/// only.
#[derive(Debug, Clone)]
pub(super) struct Replaced {
    pub(super) variable: usize,
    pub(super) of: Vec<(usize, f64)>,
    pub(super) within_only: bool,
}

impl Conditioning {
    /// `raw` and `within` as far as there are coalitions without and with unit effects.
    pub(super) fn new(raw: Option<&Span>, within: Option<&Span>) -> Self {
        let mut found = Conditioning { smallest_pivot: 1.0, weakest_pivot: 1.0, combinations: Vec::new(), error: 0.0 };
        let of_raw = raw.map_or(Vec::new(), |span| found.weigh(span, false));
        let mut of_within = within.map_or(Vec::new(), |span| found.weigh(span, true));
        let known = |v: usize| raw.is_some_and(|raw| raw.combinations.iter().any(|c| c.variable == v));
        of_within.retain(|replaced| !known(replaced.variable));
        // Within units first: what is replaced there may be part of what is a combination of raw columns.
        found.combinations = of_within;
        found.combinations.extend(of_raw);
        found
    }

    /// Takes the pivots of one half in; returns what is to be replaced there.
    ///
    /// A coalition may hold any independent columns, not just those kept. So columns are exchanged, the smallest
    /// coefficient first, which leads to the worst of them.
    fn weigh(&mut self, span: &Span, within_only: bool) -> Vec<Replaced> {
        let columns = Exchanged::new(span);
        // By the columns kept first: exchanges only look for what coalitions may meet.
        let replaced = columns.replaced(within_only);
        self.meet_worst(columns.clone());
        // From one basis the smallest coefficients do not always lead to the worst.
        let (n, d) = (columns.kept.len(), columns.others.len());
        if d > 1 && n * d <= STARTS_UP_TO {
            for pair in columns.pairs() {
                let mut start = columns.clone();
                start.exchange(pair);
                self.meet_worst(start);
            }
        }
        // Together, combinations may leave columns out but for rounding, which a near dependence makes look like a
        // column.
        let n_combined = replaced.iter().filter(|replaced| replaced.of.len() > 1).count();
        if n_combined > 1 && self.smallest_pivot < LOPSIDED * LOPSIDED {
            self.error = 1.0;
        }
        replaced
    }

    /// Takes in the pivots of these columns, and of those that exchanging leads to.
    fn meet_worst(&mut self, mut columns: Exchanged) {
        // Bounded, since exchanges made by looking ahead need not come to an end.
        for _ in 0..=2 * columns.others.len() {
            self.meet_all(&columns);
            let is_worst = self.error == 1.0 && self.smallest_pivot <= COLUMN_TOLERANCE * COLUMN_TOLERANCE;
            match columns.next_exchange() {
                Some(pair) if !is_worst => columns.exchange(pair),
                _ => break,
            }
        }
    }

    fn meet_all(&mut self, columns: &Exchanged) {
        let nothing = COLUMN_TOLERANCE * COLUMN_TOLERANCE;
        let mut of_replaced = 0.0;
        for (column, left) in columns.kept.iter().zip(&columns.inverse.left) {
            self.meet(*left, column.own);
            // The kept columns may all be in one coalition, so their errors add up.
            of_replaced += column.error(*left, 1.0);
        }
        self.error = self.error.max(of_replaced);
        for (column, coefficients) in columns.others.iter().zip(&columns.coefficients) {
            for ((other, b), left_of_other) in columns.kept.iter().zip(coefficients).zip(&columns.inverse.left) {
                // What is left of this column where it stands in for the other: at most, and at least.
                let (most, least) = (b * b * other.own, b * b * left_of_other);
                if most > nothing {
                    self.meet(least, column.own);
                    self.error = self.error.max(column.error(least, *b));
                }
            }
        }
    }

    fn meet(&mut self, left: f64, own: f64) {
        self.smallest_pivot = self.smallest_pivot.min(left);
        self.weakest_pivot = self.weakest_pivot.min(left / own.sqrt());
    }
}

/// A column of a [`Span`] as it stands in for others.
#[derive(Clone, Copy)]
struct Column {
    at: usize,
    own: f64,
    /// What the combination that it is leaves of it; zero for one that is none.
    left_over: f64,
    /// The length within which that is known.
    rounding: f64,
}

impl Column {
    fn is_rounding(&self) -> bool {
        self.left_over <= AS_ROUNDING * self.rounding
    }

    /// The error where so much is left of it, once replaced: a direction that turns by an angle moves R² by its sine, a
    /// share by twice that, and as much again for safety. `b` is its coefficient where others could take its place.
    fn error(&self, left: f64, b: f64) -> f64 {
        // Where it is not replaced, whether it is a column depends on the order in which the coalition is eliminated.
        let is_unsure = !self.is_rounding() && self.left_over > 0.1 * COLUMN_TOLERANCE * b.abs();
        let part = self.left_over / left.sqrt();
        if is_unsure || part >= UNSURE { 1.0 } else { 4.0 * part }
    }
}

/// Independent columns that span all, and the others in terms of them.
#[derive(Clone)]
struct Exchanged<'a> {
    span: &'a Span,
    kept: Vec<Column>,
    others: Vec<Column>,
    inverse: Inverse,
    /// Of each of the others.
    coefficients: Vec<Vec<f64>>,
}

impl<'a> Exchanged<'a> {
    fn new(span: &'a Span) -> Self {
        let column = |at: usize| Column { at, own: span.own(at), left_over: 0.0, rounding: span.rounding(at) };
        let combinations = span.combinations.iter().flat_map(|combination| {
            let at = span.positions(&[combination.variable]);
            at.into_iter().map(|at| Column {
                left_over: combination.left,
                rounding: combination.rounding,
                ..column(at)
            })
        });
        let mut others: Vec<Column> = combinations.collect();
        let factor: Vec<&[f64]> = span.kept.iter().map(|&at| span.coordinates[at].as_slice()).collect();
        let inverse = Inverse::new(&factor);
        let mut coefficients = Vec::with_capacity(others.len());
        for column in &mut others {
            let b = solve_upper(&factor, &span.padded(column.at));
            let (b, noise) = inverse.without_noise(b, column.rounding);
            // Of a copy exactly nothing is left, and that is no rounding.
            if column.left_over > 0.0 {
                // What rounding the combination took up is not left over.
                column.left_over = column.left_over.max(0.5 * f64::EPSILON);
                (column.left_over, column.rounding) = (column.left_over + noise, column.rounding + noise);
            }
            coefficients.push(b);
        }
        Exchanged { span, kept: span.kept.iter().map(|&at| column(at)).collect(), others, inverse, coefficients }
    }

    fn replaced(&self, within_only: bool) -> Vec<Replaced> {
        let columns = self.others.iter().zip(&self.coefficients).filter(|(column, _)| column.is_rounding());
        let replaced = columns.map(|(column, coefficients)| {
            let variables = self.kept.iter().map(|kept| self.span.variables[kept.at]);
            let of = variables.zip(coefficients.iter().copied()).filter(|(_, b)| *b != 0.0).collect();
            Replaced { variable: self.span.variables[column.at], of, within_only }
        });
        replaced.collect()
    }

    /// The exchange, as which of the others for which kept column, that has the smallest coefficient; where none is
    /// small, the one that leaves the smallest to the next; `None` where no small one is in sight.
    fn next_exchange(&self) -> Option<(usize, usize)> {
        let (n, d) = (self.kept.len(), self.others.len());
        if n > EXCHANGED_UP_TO {
            return None;
        }
        // As parts of the columns' lengths.
        let part = |k: usize, j: usize| self.coefficients[k][j].abs() * (self.kept[j].own / self.others[k].own).sqrt();
        let pairs =
            || (0..d).flat_map(|k| (0..n).map(move |j| (k, j))).filter(|&(k, j)| self.coefficients[k][j] != 0.0);
        let smallest = pairs().map(|(k, j)| (part(k, j), (k, j))).min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, pair)) = smallest.filter(|(part, _)| *part < SMALL_COEFFICIENT) {
            return Some(pair);
        }
        if n * d > LOOK_AHEAD_UP_TO {
            return None;
        }
        let ahead = self.pairs().map(|pair| (self.smallest_after(pair), pair)).min_by(|a, b| a.0.total_cmp(&b.0));
        ahead.filter(|(part, _)| *part < SMALL_COEFFICIENT).map(|(_, pair)| pair)
    }

    /// All exchanges that there are: which of the others, and which kept column.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let pairs = (0..self.others.len()).flat_map(|k| (0..self.kept.len()).map(move |j| (k, j)));
        pairs.filter(|&(k, j)| self.coefficients[k][j] != 0.0)
    }

    /// The smallest coefficient that an exchange would leave, as a part of its column's length.
    fn smallest_after(&self, (k, j): (usize, usize)) -> f64 {
        let row = &self.coefficients[k];
        let mut smallest = f64::INFINITY;
        for (column, coefficients) in self.others.iter().zip(&self.coefficients) {
            let factor = coefficients[j] / row[j];
            for ((x, z), kept) in coefficients.iter().zip(row).zip(&self.kept) {
                let left = (x - factor * z).abs();
                if left > NOISE * (x.abs() + (factor * z).abs()) {
                    smallest = smallest.min(left * (kept.own / column.own).sqrt());
                }
            }
        }
        smallest
    }

    fn exchange(&mut self, (k, j): (usize, usize)) {
        // Seen from the column that goes, the combination's rounding is larger by as much as its coefficient is small.
        let rounding = self.others[k].rounding / self.coefficients[k][j].abs();
        std::mem::swap(&mut self.others[k], &mut self.kept[j]);
        self.others[k].rounding = self.others[k].rounding.max(rounding);
        // Anew from the coordinates: updates would gather rounding from one exchange to the next.
        let mut basis = Basis::default();
        for column in &self.kept {
            let rest = basis.reflect(&self.span.padded(column.at));
            basis.push(rest, 0.0);
        }
        self.inverse = Inverse::new(basis.factor());
        let coefficients = |column: &Column| {
            let b = solve_upper(basis.factor(), &basis.reflect(&self.span.padded(column.at)).column);
            self.inverse.without_noise(b, column.rounding).0
        };
        self.coefficients = self.others.iter().map(coefficients).collect();
    }
}

/// The inverse of the kept columns' triangular factor, and what all others leave of each of them.
#[derive(Clone)]
struct Inverse {
    /// Each from the diagonal on; empty where there are too many.
    rows: Vec<Vec<f64>>,
    /// One over the diagonal of the inverse cross-products.
    left: Vec<f64>,
}

impl Inverse {
    fn new(factor: &[impl AsRef<[f64]> + Sync]) -> Self {
        let n = factor.len();
        let entry = |i: usize, j: usize| factor[i].as_ref()[j];
        if n > INVERTED_UP_TO {
            return Inverse { rows: Vec::new(), left: (0..n).map(|i| entry(i, i).powi(2)).collect() };
        }
        let row = |j: usize| {
            let mut row = vec![0.0; n - j];
            for i in j..n {
                let along = dot(&factor[i].as_ref()[j..i], &row);
                row[i - j] = (f64::from(u8::from(i == j)) - along) / entry(i, i);
            }
            row
        };
        let rows: Vec<Vec<f64>> = match n < WORTH_THREADS {
            true => (0..n).map(row).collect(),
            false => (0..n).into_par_iter().map(row).collect(),
        };
        let left = rows.iter().map(|row| 1.0 / squared_norm(row)).collect();
        Inverse { rows, left }
    }

    /// Coefficients of a combination, those set to zero that the column can do without to within its rounding, and the
    /// length of what that leaves out. Beside a near dependence rounding makes large coefficients, and a small one,
    /// seen from a column whose own is small, is large.
    fn without_noise(&self, mut b: Vec<f64>, rounding: f64) -> (Vec<f64>, f64) {
        let mut noise = drop_below(rounding, &mut b);
        let is_noise = |b: f64, inverse: f64| b != 0.0 && b * b <= rounding * rounding * inverse;
        if self.rows.is_empty() || !b.iter().zip(&self.left).any(|(b, left)| is_noise(*b, 1.0 / left)) {
            return (b, noise);
        }
        // The whole inverse only now: most combinations have nothing to drop.
        let n = b.len();
        let entry = |i: usize, j: usize| {
            let (i, j) = (i.min(j), i.max(j));
            dot(&self.rows[i][j - i..], &self.rows[j])
        };
        let mut inverse: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect();
        while let Some(j) = (0..n).find(|&j| is_noise(b[j], inverse[j][j])) {
            let row = inverse[j].clone();
            // Held at zero, a coefficient moves the others to where they fit best, and the inverse loses its column.
            let taken = b[j] / row[j];
            // What the others cannot take over of it: its coefficient times the length that they leave of the column.
            noise += b[j].abs() / row[j].sqrt();
            b.iter_mut().zip(&row).for_each(|(b, g)| *b -= taken * g);
            b[j] = 0.0;
            for (i, left) in inverse.iter_mut().enumerate() {
                let factor = row[i] / row[j];
                left.iter_mut().zip(&row).for_each(|(x, g)| *x -= factor * g);
            }
            noise += drop_below(rounding, &mut b);
        }
        (b, noise)
    }
}

/// Sets to zero what is at or below the limit; returns what that was.
fn drop_below(limit: f64, b: &mut [f64]) -> f64 {
    let is_small = |b: &&mut f64| b.abs() <= limit;
    b.iter_mut().filter(is_small).map(|b| std::mem::replace(b, 0.0).abs()).sum()
}
