//! R² of coalitions in twice the precision: double-double arithmetic, every coalition a regression of its own.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// The unevaluated sum of two doubles, about 31 digits. T. J. Dekker (1971), <https://doi.org/10.1007/BF01397083>.
#[derive(Debug, Clone, Copy)]
pub struct Long(f64, f64);

pub fn long(x: f64) -> Long {
    Long(x, 0.0)
}

fn two_sum(a: f64, b: f64) -> Long {
    let sum = a + b;
    let of_b = sum - a;
    Long(sum, (a - (sum - of_b)) + (b - of_b))
}

impl Long {
    pub fn value(self) -> f64 {
        self.0 + self.1
    }

    fn sqrt(self) -> Long {
        let root = long(self.0.sqrt());
        // One Newton step doubles the digits.
        if self.0 > 0.0 { (root + self / root) * long(0.5) } else { long(0.0) }
    }
}

impl Add for Long {
    type Output = Long;

    fn add(self, other: Long) -> Long {
        let (high, low) = (two_sum(self.0, other.0), two_sum(self.1, other.1));
        let once = two_sum(high.0, high.1 + low.0);
        two_sum(once.0, once.1 + low.1)
    }
}

impl Neg for Long {
    type Output = Long;

    fn neg(self) -> Long {
        Long(-self.0, -self.1)
    }
}

impl Sub for Long {
    type Output = Long;

    fn sub(self, other: Long) -> Long {
        self + -other
    }
}

impl Mul for Long {
    type Output = Long;

    fn mul(self, other: Long) -> Long {
        let high = self.0 * other.0;
        two_sum(high, self.0.mul_add(other.0, -high) + (self.0 * other.1 + self.1 * other.0))
    }
}

impl Div for Long {
    type Output = Long;

    fn div(self, other: Long) -> Long {
        let first = self.0 / other.0;
        let rest = self - long(first) * other;
        let second = rest.0 / other.0;
        two_sum(first, second) + long((rest - long(second) * other).0 / other.0)
    }
}

/// What a component brings: columns, or the effects of all units.
#[derive(Debug, Clone)]
pub enum Brings {
    Columns(Vec<Vec<f64>>),
    UnitEffects,
}

/// The rows of a regression.
pub struct Reference<'a> {
    pub outcome: &'a [f64],
    pub players: &'a [Brings],
    pub units: Option<&'a [String]>,
    pub weights: &'a [f64],
}

impl Reference<'_> {
    /// R² of every coalition, by the bits of its members.
    pub fn values(&self) -> Vec<f64> {
        (0..1_usize << self.players.len()).map(|coalition| self.r2(coalition)).collect()
    }

    fn r2(&self, coalition: usize) -> f64 {
        let present = || self.players.iter().enumerate().filter(|(i, _)| coalition >> i & 1 == 1).map(|(_, p)| p);
        let has_units = present().any(|p| matches!(p, Brings::UnitEffects));
        let mut columns: Vec<&Vec<f64>> = Vec::new();
        for player in present() {
            if let Brings::Columns(of_player) = player {
                columns.extend(of_player);
            }
        }
        let mut left = self.centred(self.outcome, has_units);
        // What rounding makes of an exact combination is told from a column by taking in the largest part first.
        let raw = |column: &Vec<f64>| column.iter().map(|x| long(*x)).collect::<Vec<_>>();
        let scales: Vec<f64> = columns.iter().map(|column| self.length(&self.centred(column, false)).0).collect();
        let magnitudes = columns.iter().zip(&scales).map(|(column, scale)| self.length(&raw(column)).0 / scale);
        let nothing = magnitudes.fold(1e-11, |nothing, magnitude| (8.0 * f64::EPSILON * magnitude).max(nothing));
        let mut rest: Vec<(f64, Vec<Long>)> =
            columns.iter().zip(&scales).map(|(column, scale)| (*scale, self.centred(column, has_units))).collect();
        while !rest.is_empty() {
            let parts: Vec<f64> = rest.iter().map(|(scale, column)| self.length(column).0 / scale).collect();
            let largest = (0..parts.len()).fold(0, |best, i| if parts[i] > 1.001 * parts[best] { i } else { best });
            let (_, mut unit) = rest.remove(largest);
            if parts[largest] <= nothing {
                continue;
            }
            let length = self.length(&unit);
            unit.iter_mut().for_each(|x| *x = *x / length);
            for _ in 0..2 {
                self.subtract(&mut left, &unit);
                rest.iter_mut().for_each(|(_, column)| self.subtract(column, &unit));
            }
        }
        let total = self.centred(self.outcome, false);
        (long(1.0) - self.product(&left, &left) / self.product(&total, &total)).value()
    }

    fn product(&self, a: &[Long], b: &[Long]) -> Long {
        let rows = a.iter().zip(b).zip(self.weights);
        rows.fold(long(0.0), |sum, ((x, z), w)| sum + *x * *z * long(*w))
    }

    fn length(&self, a: &[Long]) -> Long {
        self.product(a, a).sqrt()
    }

    fn subtract(&self, from: &mut [Long], unit: &[Long]) {
        let along = self.product(from, unit);
        from.iter_mut().zip(unit).for_each(|(x, u)| *x = *x - along * *u);
    }

    /// Deviations from the weighted mean, overall or of the row's unit.
    fn centred(&self, values: &[f64], within: bool) -> Vec<Long> {
        let units = self.units.filter(|_| within);
        let mut means = std::collections::BTreeMap::new();
        let key = |row: usize| units.map_or("", |units| units[row].as_str());
        for (row, (x, w)) in values.iter().zip(self.weights).enumerate() {
            let (sum, weight) = means.entry(key(row)).or_insert((long(0.0), long(0.0)));
            *sum = *sum + long(*x) * long(*w);
            *weight = *weight + long(*w);
        }
        let mean = |row: usize| means[key(row)].0 / means[key(row)].1;
        values.iter().enumerate().map(|(row, x)| long(*x) - mean(row)).collect()
    }
}
