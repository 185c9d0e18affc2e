//! The sums over rows, by unit, and by unit and period.

use std::collections::HashMap;

use super::question::{SumsQuestion, THE_SUMS};
use super::unit_codes::Quick;
use crate::error::{DataError, Result, SumsProblem};
use crate::numerics::eliminate::packed_len;
use crate::panel::{LeftOutRows, Reason};

/// Rows that sums may be of, with those left out: up to here every count is a double, as which tables hold it.
pub(super) const MOST_ROWS: u64 = if usize::BITS < 64 { usize::MAX as u64 } else { (1 << f64::MANTISSA_DIGITS) - 1 };

/// Sums over the rows of each unit, and of each unit and period, of the variables of a [`SumsQuestion`].
///
/// With weights w and a centre c of each unit and variable, a value of the unit's, of each unit
///
/// ```text
/// c,  n,  Σ w,  Σ w (x − c),  Σ w (x − c)(z − c)      for all pairs of variables x and z
/// ```
///
/// and of each unit and period n, Σ w and Σ w (x − c). Products are of centred values always: squares of values far from zero
/// hold nothing of their differences, nor squares about one centre for all anything of how the rows of a unit differ that
/// lies far from it. Rows may be many to a unit and period, and come in pieces of any size and order;
/// what is kept does not grow with them.
///
/// # Examples
/// ```
/// use apportion::sums::{GroupedSums, SumsQuestion};
/// use apportion::{Model, Panel};
///
/// let model = Model::new("plan").component("income", ["income"]).component("practice", ["unit_effects"]);
/// let mut sums = GroupedSums::new(SumsQuestion::new(&model, "authority", None)?);
/// // Children, in two pieces.
/// sums.add_columns(&["A", "A", "B"], None, &[("plan", &[0.0, 1.0, 0.0]), ("income", &[9.0, 4.0, 7.0])])?;
/// sums.add_columns(&["B", "B", "A"], None, &[("plan", &[1.0, 1.0, 0.0]), ("income", &[5.0, 1.0, f64::NAN])])?;
/// let fit = sums.fit(&model)?;
/// assert_eq!((fit.sample().n_observations, fit.sample().audit().as_str()), (5, "1 (income missing: not a number (NaN))"));
/// // With a row for each child, it would be the same.
/// let children = Panel::builder()
///     .units(["A", "A", "B", "B", "B"])
///     .column("plan", [0.0, 1.0, 0.0, 1.0, 1.0])
///     .column("income", [9.0, 4.0, 7.0, 5.0, 1.0])
///     .build()?;
/// let shares = fit.shapley()?;
/// assert!((shares.share_of_total("income")? - model.fit(&children)?.shapley()?.share_of_total("income")?).abs() < 1e-12);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GroupedSums {
    pub(super) question: SumsQuestion,
    pub(super) units: Units,
    pub(super) cells: Cells,
    pub(super) left_out: Vec<LeftOutRows>,
}

/// Sums by unit, one after another.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Units {
    pub(super) names: Vec<String>,
    pub(super) position: HashMap<String, u32, Quick>,
    /// What the sums of each are about, those of its periods too: as many numbers as there are variables.
    pub(super) centres: Vec<f64>,
    pub(super) sums: Sums,
    /// Upper triangles, row by row.
    pub(super) products: Vec<f64>,
}

/// Sums by unit and period.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cells {
    pub(super) keys: Vec<(u32, i32)>,
    pub(super) position: HashMap<(u32, i32), u32, Quick>,
    pub(super) sums: Sums,
}

/// Rows, weights and sums of each of several groups.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sums {
    pub(super) n: Vec<u64>,
    pub(super) weight: Vec<f64>,
    /// As many to a group as there are variables.
    pub(super) of: Vec<f64>,
}

impl Sums {
    fn push(&mut self, q: usize) {
        self.n.push(0);
        self.weight.push(0.0);
        self.of.resize(self.of.len() + q, 0.0);
    }

    /// Rows of all groups: what is read or merged is of few enough, and what is added to them is in memory.
    fn rows(&self) -> u64 {
        self.n.iter().sum()
    }

    /// The sums of a group.
    pub(super) fn at(&self, group: usize, q: usize) -> &[f64] {
        &self.of[group * q..][..q]
    }

    /// Adds those of another group, whose centres lie further by `shifts`.
    fn add(&mut self, group: usize, other: &Sums, from: usize, shifts: &[f64]) {
        let q = shifts.len();
        let weight = other.weight[from];
        self.n[group] += other.n[from];
        self.weight[group] += weight;
        for ((sum, more), shift) in self.of[group * q..][..q].iter_mut().zip(other.at(from, q)).zip(shifts) {
            *sum += more + weight * shift;
        }
    }
}

impl Units {
    /// The position of a unit, which is there from now on; where it was not, its sums are about this centre.
    pub(super) fn at(&mut self, name: &str, centre: impl ExactSizeIterator<Item = f64>) -> u32 {
        if let Some(&at) = self.position.get(name) {
            return at;
        }
        let (at, q) = (self.names.len() as u32, centre.len());
        self.names.push(name.to_string());
        self.position.insert(name.to_string(), at);
        self.centres.extend(centre);
        self.sums.push(q);
        self.products.resize(self.products.len() + packed_len(q), 0.0);
        at
    }
}

impl Cells {
    /// The same of a unit in a period.
    pub(super) fn at(&mut self, key: (u32, i32), q: usize) -> u32 {
        if let Some(&at) = self.position.get(&key) {
            return at;
        }
        let at = self.keys.len() as u32;
        self.keys.push(key);
        self.position.insert(key, at);
        self.sums.push(q);
        at
    }
}

impl GroupedSums {
    /// No rows yet.
    pub fn new(question: SumsQuestion) -> Self {
        GroupedSums { question, units: Units::default(), cells: Cells::default(), left_out: Vec::new() }
    }

    /// What is summed.
    pub fn question(&self) -> &SumsQuestion {
        &self.question
    }

    /// Rows in the sums.
    pub fn n_observations(&self) -> usize {
        self.units.sums.rows() as usize
    }

    /// Units with rows in the sums.
    pub fn n_units(&self) -> usize {
        self.units.names.len()
    }

    /// Periods with rows in the sums; 0 without a period column.
    pub fn n_periods(&self) -> usize {
        let mut periods: Vec<i32> = self.cells.keys.iter().map(|(_, period)| *period).collect();
        periods.sort_unstable();
        periods.dedup();
        periods.len()
    }

    /// Rows that are not in the sums, and why.
    pub fn left_out(&self) -> &[LeftOutRows] {
        &self.left_out
    }

    /// Adds the sums of other rows.
    ///
    /// In whatever order and parts sums are merged, what comes of them is the same but for rounding, and the same to the
    /// last bit for the same order.
    ///
    /// # Errors
    /// [`DataError::Sums`] for sums of another question, and for more than 2⁵³ − 1 rows in all, those left out among them.
    /// Nothing is added then.
    ///
    /// # Examples
    /// ```
    /// use apportion::sums::{GroupedSums, SumsQuestion};
    /// use apportion::Model;
    ///
    /// let question = SumsQuestion::new(&Model::new("y").component("x", ["x"]), "place", None)?;
    /// let of = |places: &[&str], y: &[f64], x: &[f64]| {
    ///     let mut sums = GroupedSums::new(question.clone());
    ///     sums.add_columns(places, None, &[("y", y), ("x", x)]).map(|()| sums)
    /// };
    /// let mut both = of(&["A", "B"], &[1.0, 2.0], &[3.0, 5.0])?;
    /// both.merge(&of(&["B", "C"], &[4.0, 7.0], &[2.0, 8.0])?)?;
    /// assert_eq!((both.n_observations(), both.n_units()), (4, 3));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn merge(&mut self, other: &GroupedSums) -> Result<()> {
        if other.question != self.question {
            return Err(DataError::Sums { table: THE_SUMS.to_string(), why: SumsProblem::OtherSums }.into());
        }
        let rows = self.rows_counted() + other.rows_counted();
        if rows > MOST_ROWS {
            let why = SumsProblem::TooManyRows { rows, most: MOST_ROWS };
            return Err(DataError::Sums { table: THE_SUMS.to_string(), why }.into());
        }
        for LeftOutRows { reason, rows, .. } in &other.left_out {
            self.leave_out(reason, *rows);
        }
        let q = self.question.variables.len();
        let mut at = Vec::with_capacity(other.units.names.len());
        // How far their centres lie from ours.
        let mut shifts = Vec::with_capacity(other.units.centres.len());
        for (from, name) in other.units.names.iter().enumerate() {
            let theirs = &other.units.centres[from * q..][..q];
            let unit = self.units.at(name, theirs.iter().copied());
            at.push(unit);
            let own = &self.units.centres[unit as usize * q..][..q];
            shifts.extend(theirs.iter().zip(own).map(|(theirs, own)| theirs - own));
            let shifts = &shifts[from * q..];
            let (weight, sums) = (other.units.sums.weight[from], other.units.sums.at(from, q));
            let theirs = &other.units.products[from * packed_len(q)..][..packed_len(q)];
            let own = &mut self.units.products[unit as usize * packed_len(q)..][..packed_len(q)];
            let pairs = (0..q).flat_map(|i| (i..q).map(move |j| (i, j)));
            for ((own, more), (i, j)) in own.iter_mut().zip(theirs).zip(pairs) {
                *own += more + shifts[i] * sums[j] + shifts[j] * sums[i] + weight * shifts[i] * shifts[j];
            }
            self.units.sums.add(unit as usize, &other.units.sums, from, shifts);
        }
        for (from, (unit, period)) in other.cells.keys.iter().enumerate() {
            let cell = self.cells.at((at[*unit as usize], *period), q);
            self.cells.sums.add(cell as usize, &other.cells.sums, from, &shifts[*unit as usize * q..][..q]);
        }
        Ok(())
    }

    /// Rows in the sums and those left out; of tables that disagree, by the one that has more.
    fn rows_counted(&self) -> u64 {
        let summed = self.units.sums.rows().max(self.cells.sums.rows());
        summed + self.left_out.iter().map(|left_out| left_out.rows as u64).sum::<u64>()
    }

    /// Counts rows that are left out for a reason.
    pub(super) fn leave_out(&mut self, reason: &Reason, rows: usize) {
        match self.left_out.iter_mut().find(|known| known.reason == *reason) {
            Some(known) => known.rows += rows,
            None => self.left_out.push(LeftOutRows::counted(reason.clone(), rows)),
        }
    }
}
