//! Regressions by brute force, for comparison: every dummy is a column, every coalition is refitted on its rows.
//!
//! Nothing here uses the crate: the columns are built anew, and the projections are Gram–Schmidt with two rounds of
//! orthogonalisation, whose error does not depend on how the columns are conditioned.
#![allow(dead_code, clippy::expect_used)]

use std::collections::BTreeMap;

/// A column that its predecessors leave less than this part of is taken as a combination of them.
const ALIASED: f64 = 1e-8;

/// Rows of a panel: unit, period, and everything else by name.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    pub unit: Vec<String>,
    pub period: Vec<i32>,
    pub numbers: BTreeMap<String, Vec<f64>>,
    pub text: BTreeMap<String, Vec<String>>,
    pub weight: Vec<f64>,
}

/// Columns of each component.
pub type Components = Vec<Vec<Vec<f64>>>;

impl Rows {
    pub fn len(&self) -> usize {
        self.unit.len()
    }

    pub fn column(&self, name: &str) -> Vec<f64> {
        self.numbers[name].clone()
    }

    /// The rows at these positions, in this order.
    pub fn at(&self, rows: &[usize]) -> Rows {
        let numbers = |values: &Vec<f64>| rows.iter().map(|&r| values[r]).collect();
        let text = |values: &Vec<String>| rows.iter().map(|&r| values[r].clone()).collect();
        Rows {
            unit: text(&self.unit),
            period: rows.iter().map(|&r| self.period[r]).collect(),
            numbers: self.numbers.iter().map(|(name, values)| (name.clone(), numbers(values))).collect(),
            text: self.text.iter().map(|(name, values)| (name.clone(), text(values))).collect(),
            weight: numbers(&self.weight),
        }
    }

    /// Every row on which all of these are finite.
    pub fn complete(&self, columns: &[Vec<f64>]) -> Vec<usize> {
        (0..self.len()).filter(|&r| columns.iter().all(|c| c[r].is_finite())).collect()
    }

    pub fn lag(&self, values: &[f64], periods: i32) -> Vec<f64> {
        let mut at = BTreeMap::new();
        for (row, value) in values.iter().enumerate() {
            at.insert((self.unit[row].clone(), self.period[row]), *value);
        }
        let earlier = |row: usize| at.get(&(self.unit[row].clone(), self.period[row] - periods)).copied();
        (0..self.len()).map(|row| earlier(row).unwrap_or(f64::NAN)).collect()
    }

    pub fn lead(&self, values: &[f64], periods: i32) -> Vec<f64> {
        self.lag(values, -periods)
    }

    /// Each row's weighted unit mean of the values.
    pub fn between(&self, values: &[f64]) -> Vec<f64> {
        let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for ((unit, w), x) in self.unit.iter().zip(&self.weight).zip(values) {
            let sum = sums.entry(unit).or_default();
            sum.0 += w;
            sum.1 += w * x;
        }
        self.unit.iter().map(|unit| sums[unit.as_str()].1 / sums[unit.as_str()].0).collect()
    }

    pub fn within(&self, values: &[f64]) -> Vec<f64> {
        self.between(values).iter().zip(values).map(|(mean, x)| x - mean).collect()
    }

    pub fn unit_dummies(&self) -> Vec<Vec<f64>> {
        dummies(&self.unit)
    }

    pub fn period_dummies(&self) -> Vec<Vec<f64>> {
        dummies(&self.period)
    }
}

/// The rows of the units drawn, a copy of a unit being a unit of its own.
pub fn drawn_rows(rows: &Rows, drawn: &[usize]) -> Rows {
    let mut by_unit: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, unit) in rows.unit.iter().enumerate() {
        by_unit.entry(unit).or_default().push(row);
    }
    let units: Vec<&Vec<usize>> = by_unit.values().collect();
    let mut taken = Vec::new();
    let mut names = Vec::new();
    for (copy, &unit) in drawn.iter().enumerate() {
        taken.extend(units[unit]);
        names.extend(std::iter::repeat_n(format!("copy {copy}"), units[unit].len()));
    }
    let mut sample = rows.at(&taken);
    sample.unit = names;
    sample
}

/// One column for each level, none left out.
pub fn dummies<T: Ord + Clone>(levels: &[T]) -> Vec<Vec<f64>> {
    let mut distinct = levels.to_vec();
    distinct.sort();
    distinct.dedup();
    let indicator = |level: &T| levels.iter().map(|l| f64::from(u8::from(l == level))).collect();
    distinct.iter().map(indicator).collect()
}

/// Every product of a column of one with a column of the other.
pub fn cross(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let product = |x: &Vec<f64>, z: &Vec<f64>| x.iter().zip(z).map(|(x, z)| x * z).collect();
    a.iter().flat_map(|x| b.iter().map(move |z| product(x, z))).collect()
}

/// What a weighted regression on an intercept and some columns leaves of an outcome.
pub struct Projection {
    /// Residuals times the roots of the weights.
    pub left: Vec<f64>,
    /// The outcome's sum of squares about its mean.
    pub total: f64,
    /// Columns that add something, the intercept among them.
    pub rank: usize,
}

/// The weighted regression on an intercept and these columns.
pub fn project(outcome: &[f64], columns: &[&[f64]], weights: &[f64]) -> Projection {
    let scaled = |x: &[f64]| -> Vec<f64> { x.iter().zip(weights).map(|(x, w)| x * w.sqrt()).collect() };
    let ones = vec![1.0; outcome.len()];
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let mut left = scaled(outcome);
    let mut total = 0.0;
    for (position, column) in std::iter::once(&ones[..]).chain(columns.iter().copied()).enumerate() {
        let mut direction = scaled(column);
        // Relative to the column about its mean, or a large mean would hide what it adds.
        let intercept = basis.first();
        if let Some(intercept) = intercept {
            subtract(&mut direction, intercept);
            subtract(&mut direction, intercept);
        }
        let length = dot(&direction, &direction).sqrt();
        let magnitude = dot(&scaled(column), &scaled(column)).sqrt();
        for _ in 0..2 {
            basis.iter().for_each(|b| subtract(&mut direction, b));
        }
        let norm = dot(&direction, &direction).sqrt();
        if norm > ALIASED * length && norm > 1e-13 * magnitude {
            direction.iter_mut().for_each(|x| *x /= norm);
            subtract(&mut left, &direction);
            subtract(&mut left, &direction);
            basis.push(direction);
        }
        if position == 0 {
            total = dot(&left, &left);
        }
    }
    Projection { left, total, rank: basis.len() }
}

/// R² of the weighted regression on an intercept and these columns.
pub fn r2(outcome: &[f64], columns: &[&[f64]], weights: &[f64]) -> f64 {
    let Projection { left, total, .. } = project(outcome, columns, weights);
    1.0 - dot(&left, &left) / total
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn subtract(x: &mut [f64], unit: &[f64]) {
    let along = dot(x, unit);
    x.iter_mut().zip(unit).for_each(|(x, u)| *x -= along * u);
}

/// R² of every coalition of components, by the bits of its members; `always` is in all of them.
pub fn coalition_values(outcome: &[f64], components: &Components, always: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let value = |coalition: usize| {
        let mut columns: Vec<&[f64]> = always.iter().map(Vec::as_slice).collect();
        for (i, component) in components.iter().enumerate() {
            if coalition >> i & 1 == 1 {
                columns.extend(component.iter().map(Vec::as_slice));
            }
        }
        r2(outcome, &columns, weights)
    };
    (0..1 << components.len()).map(value).collect()
}

/// Increments in the order in which the components stand.
pub fn sequential(values: &[f64], n: usize) -> Vec<f64> {
    (0..n).map(|i| values[(2 << i) - 1] - values[(1 << i) - 1]).collect()
}

/// Shapley values from their definition, a sum over all coalitions.
pub fn shapley(values: &[f64], n: usize) -> Vec<f64> {
    let factorial = |m: usize| (1..=m).map(|i| i as f64).product::<f64>();
    let of = |player: usize| {
        let mut value = 0.0;
        for coalition in (0..1_usize << n).filter(|s| s >> player & 1 == 0) {
            let size = coalition.count_ones() as usize;
            let weight = factorial(size) * factorial(n - size - 1) / factorial(n);
            value += weight * (values[coalition | 1 << player] - values[coalition]);
        }
        value
    };
    (0..n).map(of).collect()
}

/// A small generator, so that test data do not depend on any crate.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// A panel with gaps: some rows missing, a slow column, a noisy one, one constant within units, and a factor.
pub fn unbalanced(seed: u64, units: usize, periods: usize, missing: f64) -> Rows {
    let mut random = Numbers::new(seed);
    let mut rows = Rows::default();
    let names = ["slow", "noisy", "fixed", "y", "positive"];
    let mut numbers: BTreeMap<String, Vec<f64>> = names.iter().map(|n| (n.to_string(), Vec::new())).collect();
    let mut region = Vec::new();
    for unit in 0..units {
        let (level, fixed, effect) = (random.normal(), 0.1 + random.normal(), random.normal());
        for period in 0..periods {
            if random.uniform() < missing {
                continue;
            }
            let (slow, noisy) = (level + 0.1 * period as f64 + 0.1 * random.normal(), random.normal());
            rows.unit.push(format!("u{unit:03}"));
            rows.period.push(2001 + period as i32);
            rows.weight.push(0.5 + random.uniform());
            region.push(["north", "south", "west"][unit % 3].to_string());
            let y = slow + 0.5 * noisy + fixed + effect + 0.3 * (period % 3) as f64 + random.normal();
            for (name, value) in names.iter().zip([slow, noisy, fixed, y, 1.0 + random.uniform()]) {
                numbers.get_mut(*name).expect("every name has a column").push(value);
            }
        }
    }
    rows.numbers = numbers;
    rows.text.insert("region".to_string(), region);
    rows
}

pub mod contributions;
pub mod example;
pub mod five;
pub mod levels;
pub mod message;
pub mod panel;
pub mod precise;
pub mod published;
pub mod schema;
pub mod shared;
