//! Rows into sums: which sums does each row belong to, and what is added there?
//!
//! Every row is added to the sums of its unit, and of its unit and period, in the order in which it comes, so that sums
//! depend on nothing else.

use super::grouped_sums::{Cells, Units};
use crate::numerics::eliminate::packed_len;

/// How many places a table of units and periods may have for each row, before it is a map.
const PLACES_PER_ROW: usize = 4;

/// The rows of a batch that are summed.
pub(super) struct Rows<'a> {
    pub(super) kept: &'a [usize],
    /// The unit of every row of the batch, by its position among these names.
    pub(super) codes: &'a [u32],
    pub(super) names: &'a [String],
    pub(super) periods: Option<&'a [i32]>,
    pub(super) weights: Option<&'a [f64]>,
    /// Of every variable the numbers of all rows.
    pub(super) numbers: &'a [&'a [f64]],
}

/// Not looked up yet.
const UNKNOWN: u32 = u32::MAX;

/// Of each name of a batch the position of its unit among the sums, as far as it has been looked up. Batches whose names
/// begin with those of the batch before share one.
#[derive(Default)]
pub(super) struct KnownPositions(Vec<u32>);

impl Rows<'_> {
    /// Adds the rows.
    pub(super) fn add_to(&self, units: &mut Units, cells: &mut Cells, known: &mut KnownPositions) {
        let unit_of = self.units(units, &mut known.0);
        let cell_of = self.periods.map(|periods| self.cells(periods, &unit_of, cells));
        let into = Into { unit_of: &unit_of, cell_of: cell_of.as_deref(), units, cells };
        // Loops whose length is known are unrolled.
        macro_rules! of_length {
            ($($q:literal)*) => {
                match self.numbers.len() {
                    $($q => self.products::<$q>(into),)*
                    _ => self.products_of_many(into),
                }
            };
        }
        of_length!(1 2 3 4 5 6 7 8 9 10 11 12);
    }

    /// The unit of each kept row, by its position among the sums.
    fn units(&self, units: &mut Units, known: &mut Vec<u32>) -> Vec<u32> {
        known.resize(self.names.len(), UNKNOWN);
        let unit = |&row: &usize| {
            let code = self.codes[row] as usize;
            if known[code] == UNKNOWN {
                known[code] = units.at(&self.names[code], self.numbers.iter().map(|values| values[row]));
            }
            known[code]
        };
        self.kept.iter().map(unit).collect()
    }

    /// The unit and period of each kept row, by their position among the sums.
    fn cells(&self, periods: &[i32], unit_of: &[u32], cells: &mut Cells) -> Vec<u32> {
        let q = self.numbers.len();
        let kept = || self.kept.iter().map(|&row| periods[row]);
        let (first, last) = (kept().min().unwrap_or_default(), kept().max().unwrap_or_default());
        let spans = (last.abs_diff(first) as usize).saturating_add(1);
        let places = self.names.len().saturating_mul(spans);
        let rows = self.kept.iter().zip(unit_of).map(|(&row, &unit)| (self.codes[row] as usize, (unit, periods[row])));
        if places <= PLACES_PER_ROW * self.kept.len() {
            let mut known = vec![UNKNOWN; places];
            let cell = |(code, key): (usize, (u32, i32))| {
                let place = &mut known[code * spans + key.1.abs_diff(first) as usize];
                if *place == UNKNOWN {
                    *place = cells.at(key, q);
                }
                *place
            };
            return rows.map(cell).collect();
        }
        // Rows of a unit and period often stand together.
        let mut before: Option<((u32, i32), u32)> = None;
        let cell = |(_, key): (usize, (u32, i32))| match before {
            Some((known, cell)) if known == key => cell,
            _ => before.insert((key, cells.at(key, q))).1,
        };
        rows.map(cell).collect()
    }

    fn products<const Q: usize>(&self, into: Into) {
        let Ok(numbers) = <[&[f64]; Q]>::try_from(self.numbers) else { return };
        self.each(into, |row, centres| {
            let mut centred = [0.0; Q];
            for ((d, values), centre) in centred.iter_mut().zip(&numbers).zip(centres) {
                *d = values[row] - centre;
            }
            centred
        });
    }

    fn products_of_many(&self, into: Into) {
        self.each(into, |row, centres| {
            let of = self.numbers.iter().zip(centres);
            of.map(|(values, centre)| values[row] - centre).collect::<Vec<f64>>()
        });
    }

    #[inline(always)]
    fn each<V: AsRef<[f64]>>(&self, into: Into, centred: impl Fn(usize, &[f64]) -> V) {
        let Into { unit_of, cell_of, units, cells } = into;
        for (at, (&row, &unit)) in self.kept.iter().zip(unit_of).enumerate() {
            let (q, unit) = (self.numbers.len(), unit as usize);
            let centred = centred(row, &units.centres[unit * q..][..q]);
            let centred = centred.as_ref();
            let weight = self.weights.map_or(1.0, |weights| weights[row]);
            units.sums.n[unit] += 1;
            units.sums.weight[unit] += weight;
            let mut products = &mut units.products[unit * packed_len(q)..][..packed_len(q)];
            let sums = &mut units.sums.of[unit * q..][..q];
            for (i, sum) in sums.iter_mut().enumerate() {
                let factor = weight * centred[i];
                *sum += factor;
                let (own, rest) = products.split_at_mut(q - i);
                own.iter_mut().zip(&centred[i..]).for_each(|(p, d)| *p += factor * d);
                products = rest;
            }
            let Some(cell_of) = cell_of else { continue };
            let cell = cell_of[at] as usize;
            cells.sums.n[cell] += 1;
            cells.sums.weight[cell] += weight;
            let sums = &mut cells.sums.of[cell * q..][..q];
            sums.iter_mut().zip(centred).for_each(|(sum, d)| *sum += weight * d);
        }
    }
}

/// Where rows are added: of each kept row the unit, and the unit and period, among all sums.
struct Into<'a> {
    unit_of: &'a [u32],
    cell_of: Option<&'a [u32]>,
    units: &'a mut Units,
    cells: &'a mut Cells,
}
