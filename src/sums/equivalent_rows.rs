//! Rows that have the same sums as those behind them.
//!
//! A unit and period that holds one row is that row. One that holds several becomes one row at its mean, with their
//! weight. What its rows vary about that mean is not known by period, but by unit, and no share needs more of it:
//!
//! ```text
//! W = Σ w (x − c)(x − c)' − Σ_t s_t s_t'/w_t        s_t the sums of a period, w_t its weight
//! ```
//!
//! With W = LL', a row of weight w at the mean m is cut into 2r rows of weight w/2r at m ± √(r/w) L_j, j = 1…r: their
//! mean is m, and their products about it are LL'. One row of each unit is cut so. Every moment over any set of units is
//! then that of the rows behind the sums, with effects of periods or without.

use super::grouped_sums::GroupedSums;
use super::question::THE_SUMS;
use crate::error::{DataError, Error, Result, SumsProblem};
use crate::numerics::eliminate::{packed_index, packed_len};

/// Parts of a sum of squares within which it is rounding.
const ROUNDING: f64 = 1e-12;
/// Parts of a sum within which two tables agree.
const AGREE: f64 = 1e-9;
/// Sums of squares beyond it, or below one over it, have lost digits to the ends of the range of doubles, or soon will.
const LARGEST: f64 = 1e290;

/// Rows, unit by unit in the order of the sums, within a unit by period.
pub(super) struct EquivalentRows {
    pub(super) unit: Vec<u32>,
    pub(super) period: Vec<i32>,
    pub(super) weight: Vec<f64>,
    /// Rows that each stands for; of one that is cut, the first of its parts has them all.
    pub(super) counts: Vec<usize>,
    /// By variable, in full.
    pub(super) values: Vec<Vec<f64>>,
    pub(super) are_several: bool,
}

/// A unit and period: rows, weight, sums.
struct Cell<'a> {
    period: i32,
    n: u64,
    weight: f64,
    sums: &'a [f64],
}

impl GroupedSums {
    /// The rows, of these variables.
    ///
    /// # Errors
    /// [`DataError::Sums`] for a unit whose sums are not those of its periods, or that no rows give.
    pub(super) fn equivalent_rows(&self, variables: &[usize]) -> Result<EquivalentRows> {
        let q = self.question.variables.len();
        let cells = self.cells_by_unit(q);
        let are_several = cells.iter().flatten().any(|cell| cell.n > 1);
        // Nothing that is asked of sums of several rows depends on where a column lies, and far from zero it loses digits: so
        // it is told from the centre of the first unit, and the outcome in its own points.
        let origin = |v: usize| if are_several && v + 1 < q { self.units.centres.get(v).copied() } else { None };
        let origins: Vec<f64> = variables.iter().map(|&v| origin(v).unwrap_or(0.0)).collect();
        let mut rows = EquivalentRows {
            unit: Vec::new(),
            period: Vec::new(),
            weight: Vec::new(),
            counts: Vec::new(),
            values: vec![Vec::new(); variables.len()],
            are_several,
        };
        for (unit, cells) in cells.iter().enumerate() {
            self.check(unit, cells)?;
            let within = self.within_cells(unit, cells, variables)?;
            let centre = |v: usize| self.units.centres[unit * q + variables[v]] - origins[v];
            let cut = cells.iter().enumerate().max_by_key(|(_, cell)| cell.n).map(|(at, _)| at);
            for (at, cell) in cells.iter().enumerate() {
                // A sum of one row without weights is that row to the last bit.
                let mean = |v: usize| cell.sums[variables[v]] / cell.weight;
                let mut push = |weight: f64, count: u64, moved: &dyn Fn(usize) -> f64| {
                    rows.unit.push(unit as u32);
                    rows.period.push(cell.period);
                    rows.weight.push(weight);
                    rows.counts.push(count as usize);
                    for (v, values) in rows.values.iter_mut().enumerate() {
                        values.push(centre(v) + (mean(v) + moved(v)));
                    }
                };
                if cut != Some(at) || within.is_empty() {
                    push(cell.weight, cell.n, &|_| 0.0);
                    continue;
                }
                let parts = within.len() as f64;
                let scale = (parts / cell.weight).sqrt();
                for (j, column) in within.iter().enumerate() {
                    for sign in [scale, -scale] {
                        let count = if j == 0 && sign > 0.0 { cell.n } else { 0 };
                        push(cell.weight / (2.0 * parts), count, &|v| sign * column[v]);
                    }
                }
            }
        }
        Ok(rows)
    }

    /// The periods of every unit, ascending; without periods, all of it.
    fn cells_by_unit(&self, q: usize) -> Vec<Vec<Cell<'_>>> {
        if self.question.period.is_none() {
            let sums = &self.units.sums;
            let cell = |unit| Cell { period: 0, n: sums.n[unit], weight: sums.weight[unit], sums: sums.at(unit, q) };
            return (0..self.units.names.len()).map(|unit| vec![cell(unit)]).collect();
        }
        let mut by_unit: Vec<Vec<Cell<'_>>> = self.units.names.iter().map(|_| Vec::new()).collect();
        let sums = &self.cells.sums;
        for (at, &(unit, period)) in self.cells.keys.iter().enumerate() {
            let cell = Cell { period, n: sums.n[at], weight: sums.weight[at], sums: sums.at(at, q) };
            by_unit[unit as usize].push(cell);
        }
        by_unit.iter_mut().for_each(|cells| cells.sort_by_key(|cell| cell.period));
        by_unit
    }

    /// Whether a unit has the rows, the weight and the sums of its periods.
    fn check(&self, unit: usize, cells: &[Cell]) -> Result<()> {
        let q = self.question.variables.len();
        let disagrees = |what: String| {
            let unit = self.units.names[unit].clone();
            wrong(SumsProblem::Disagrees { unit, what })
        };
        let sums = &self.units.sums;
        self.check_weight(unit, sums.n[unit], sums.weight[unit])?;
        cells.iter().try_for_each(|cell| self.check_weight(unit, cell.n, cell.weight))?;
        self.check_products(unit)?;
        if sums.n[unit] != cells.iter().map(|cell| cell.n).sum::<u64>() {
            return Err(disagrees("number of rows".to_string()));
        }
        let weight = sums.weight[unit];
        if (weight - cells.iter().map(|cell| cell.weight).sum::<f64>()).abs() > AGREE * weight {
            return Err(disagrees("weight".to_string()));
        }
        for (v, &sum) in sums.at(unit, q).iter().enumerate() {
            // No sum is further from zero than the root of weight times squares.
            let most = (weight * self.product(unit, v, v)).sqrt();
            let of_cells: f64 = cells.iter().map(|cell| cell.sums[v]).sum();
            if (sum - of_cells).abs() > AGREE * most {
                return Err(disagrees(format!("sum of {}", self.question.variables[v])));
            }
        }
        Ok(())
    }

    /// Whether there are rows that weigh so much.
    fn check_weight(&self, unit: usize, rows: u64, weight: f64) -> Result<()> {
        let is_weighted = self.question.weights.is_some();
        let is_possible = rows > 0 && weight > 0.0 && (is_weighted || (weight - rows as f64).abs() <= AGREE * weight);
        if is_possible {
            return Ok(());
        }
        let (unit, weight) = (self.units.names[unit].clone(), weight.to_string());
        Err(wrong(SumsProblem::Weight { unit, rows, weight, is_weighted }))
    }

    /// Whether rows give such products: no product of two variables is larger than their lengths times each other.
    fn check_products(&self, unit: usize) -> Result<()> {
        let q = self.question.variables.len();
        let column = |v: usize| self.question.variables[v].to_string();
        let name = || self.units.names[unit].clone();
        let square = |v: usize| self.product(unit, v, v);
        for v in 0..q {
            let (own, sum) = (square(v), self.units.sums.at(unit, q)[v]);
            if own < 0.0 {
                return Err(wrong(SumsProblem::Negative { unit: name(), column: column(v) }));
            }
            let is_lost = own == 0.0 && sum != 0.0;
            if !own.is_finite() || own > LARGEST || is_lost || (own > 0.0 && own < 1.0 / LARGEST) {
                return Err(wrong(SumsProblem::Range { unit: name(), column: column(v) }));
            }
        }
        for (i, j) in (0..q).flat_map(|i| (i + 1..q).map(move |j| (i, j))) {
            let most = square(i).max(0.0).sqrt() * square(j).max(0.0).sqrt();
            // Not a number is no product either.
            let is_possible = self.product(unit, i, j).abs() <= most * (1.0 + AGREE);
            if !is_possible {
                return Err(wrong(SumsProblem::Products { unit: name(), first: column(i), second: column(j) }));
            }
        }
        Ok(())
    }

    fn product(&self, unit: usize, i: usize, j: usize) -> f64 {
        let q = self.question.variables.len();
        self.units.products[unit * packed_len(q) + packed_index(q, i.min(j), i.max(j))]
    }

    /// What the rows of a unit vary within its periods: the columns of L, none where they hold one row each.
    fn within_cells(&self, unit: usize, cells: &[Cell], variables: &[usize]) -> Result<Vec<Vec<f64>>> {
        let k = variables.len();
        let mut left = vec![vec![0.0; k]; k];
        for i in 0..k {
            for j in 0..k {
                let (a, b) = (variables[i], variables[j]);
                let of_cells: f64 = cells.iter().map(|cell| cell.sums[a] / cell.weight * cell.sums[b]).sum();
                left[i][j] = self.product(unit, a, b) - of_cells;
            }
        }
        let own: Vec<f64> = variables.iter().map(|&v| self.product(unit, v, v)).collect();
        let one_row_each = cells.iter().all(|cell| cell.n == 1);
        for (i, &v) in variables.iter().enumerate() {
            let (name, column) = (|| self.units.names[unit].clone(), || self.question.variables[v].to_string());
            if left[i][i] < -AGREE * own[i] || own[i] < 0.0 || own[i].is_nan() {
                return Err(wrong(SumsProblem::Negative { unit: name(), column: column() }));
            }
            if one_row_each && left[i][i] > AGREE * own[i] {
                return Err(wrong(SumsProblem::Disagrees {
                    unit: name(),
                    what: format!("sum of squares of {}", column()),
                }));
            }
        }
        if one_row_each {
            return Ok(Vec::new());
        }
        let mut columns = Vec::new();
        let mut is_left: Vec<bool> = (0..k).map(|i| left[i][i] > ROUNDING * own[i]).collect();
        // The largest part of what there was first, so that what is lost to rounding is lost of little.
        while let Some(pivot) =
            (0..k).filter(|&i| is_left[i]).max_by(|&a, &b| (left[a][a] / own[a]).total_cmp(&(left[b][b] / own[b])))
        {
            let root = left[pivot][pivot].sqrt();
            let column: Vec<f64> = (0..k).map(|i| if is_left[i] { left[i][pivot] / root } else { 0.0 }).collect();
            for i in (0..k).filter(|&i| is_left[i]) {
                for j in (0..k).filter(|&j| is_left[j]) {
                    left[i][j] -= column[i] * column[j];
                }
            }
            is_left[pivot] = false;
            for i in 0..k {
                // Beside each other they take more than there is.
                if is_left[i] && left[i][i] < -AGREE * own[i] {
                    let [first, second] = [pivot, i].map(|v| self.question.variables[variables[v]].to_string());
                    let unit = self.units.names[unit].clone();
                    return Err(wrong(SumsProblem::Products { unit, first, second }));
                }
                is_left[i] &= left[i][i] > ROUNDING * own[i];
            }
            columns.push(column);
        }
        Ok(columns)
    }
}

fn wrong(why: SumsProblem) -> Error {
    DataError::Sums { table: THE_SUMS.to_string(), why }.into()
}
