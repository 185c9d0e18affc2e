//! Which rows belong together: the units of a sample, its periods, the levels of a factor, or cells of these.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

/// The code of a name that stands on no row.
const NOT_THERE: u32 = u32::MAX;
/// Groups whose means are formed by one thread: fewer are not worth waking a second.
const GROUPS_AT_ONCE: usize = 2_048;

/// Groups of the rows of a sample: codes without gaps, and the names that the codes stand for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    pub(crate) codes: Arc<Vec<u32>>,
    pub(crate) names: Arc<Vec<String>>,
    /// Found when it is first asked for.
    starts: OnceLock<Option<Vec<usize>>>,
}

impl Groups {
    /// The groups of these codes, every one of which occurs.
    pub(crate) fn of(codes: Arc<Vec<u32>>, names: Arc<Vec<String>>) -> Self {
        Groups { codes, names, starts: OnceLock::new() }
    }

    /// The groups on these rows, renumbered so that every code occurs, in the order of the names.
    pub(crate) fn new(codes: &[u32], names: &[String], rows: &[usize]) -> Self {
        let mut renumbered = vec![NOT_THERE; names.len()];
        for &row in rows {
            renumbered[codes[row] as usize] = 0;
        }
        let mut kept = Vec::new();
        for (code, new) in renumbered.iter_mut().enumerate().filter(|(_, new)| **new == 0) {
            *new = kept.len() as u32;
            kept.push(names[code].clone());
        }
        let codes = rows.iter().map(|&row| renumbered[codes[row] as usize]).collect();
        Groups::of(Arc::new(codes), Arc::new(kept))
    }

    /// The cells of two groupings that occur, in the order of the first, then the second.
    pub(crate) fn cross(&self, other: &Groups) -> Groups {
        let n_other = other.names.len() as u64;
        let cell = |row: usize| u64::from(self.codes[row]) * n_other + u64::from(other.codes[row]);
        let mut cells: Vec<u64> = (0..self.codes.len()).map(cell).collect();
        cells.sort_unstable();
        cells.dedup();
        let name = |c: &u64| format!("{}:{}", self.names[(c / n_other) as usize], other.names[(c % n_other) as usize]);
        let code = |row| cells.partition_point(|c| *c < cell(row)) as u32;
        let codes = (0..self.codes.len()).map(code).collect();
        Groups::of(Arc::new(codes), Arc::new(cells.iter().map(name).collect()))
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Where the rows of each group start, and last where those of the last one end; `None` where rows of a group do not
    /// stand together, or groups not in the order of their codes.
    pub(crate) fn starts(&self) -> Option<&[usize]> {
        self.starts.get_or_init(|| starts_of(&self.codes, self.len())).as_deref()
    }

    /// The groups with a single row.
    pub(crate) fn with_one_row(&self) -> Vec<String> {
        let rows = self.rows();
        self.names.iter().zip(rows).filter(|(_, rows)| *rows == 1).map(|(name, _)| name.clone()).collect()
    }

    /// How many rows each group has.
    fn rows(&self) -> Vec<usize> {
        if let Some(starts) = self.starts() {
            return starts.windows(2).map(|ends| ends[1] - ends[0]).collect();
        }
        let mut rows = vec![0; self.len()];
        self.codes.iter().for_each(|&code| rows[code as usize] += 1);
        rows
    }

    /// The weighted mean of each group.
    ///
    /// A group whose values are all alike has that value as its mean, to the last bit: its deviations are zero, not
    /// rounding noise that a regression would take for variation.
    pub(crate) fn means(&self, values: &[f64], weights: &[f64]) -> Vec<f64> {
        if let Some(starts) = self.starts() {
            return starts
                .par_windows(2)
                .with_min_len(GROUPS_AT_ONCE)
                .map(|ends| {
                    let rows = ends[0]..ends[1];
                    mean_about_first(&values[rows.clone()], &weights[rows])
                })
                .collect();
        }
        let mut means = vec![Mean::default(); self.len()];
        for ((&code, &w), &x) in self.codes.iter().zip(weights).zip(values) {
            means[code as usize].add(w, x);
        }
        means.iter().map(Mean::value).collect()
    }

    /// How much the mean of each group counts among the means: the sum of its weights; where rows weigh alike, 1.
    pub(crate) fn weights_of_means(&self, weights: &[f64]) -> Vec<f64> {
        if weights.iter().all(|w| *w == 1.0) {
            return vec![1.0; self.len()];
        }
        let mut sums = vec![0.0; self.len()];
        self.codes.iter().zip(weights).for_each(|(&code, w)| sums[code as usize] += w);
        sums
    }

    /// The mean of its group on every row; see [`means`](Self::means).
    pub(crate) fn means_on_rows(&self, values: &[f64], weights: &[f64]) -> Vec<f64> {
        let means = self.means(values, weights);
        self.codes.iter().map(|&code| means[code as usize]).collect()
    }
}

/// Where the rows of each code start, and last where those of the last one end; `None` where rows of a code do not stand
/// together, codes not in their order, or where not every code has a row.
pub(crate) fn starts_of(codes: &[u32], n_codes: usize) -> Option<Vec<usize>> {
    let mut starts = Vec::with_capacity(n_codes + 1);
    let mut row = 0;
    for (code, run) in codes.chunk_by(|a, b| a == b).enumerate() {
        if run[0] as usize != code {
            return None;
        }
        starts.push(row);
        row += run.len();
    }
    (starts.len() == n_codes).then(|| {
        starts.push(row);
        starts
    })
}

/// Groups whose rows stand together, in blocks of at least so many rows but for the last, by where they start.
pub(crate) fn blocks_of(starts: &[usize], rows: usize) -> Vec<Range<usize>> {
    let n_groups = starts.len().saturating_sub(1);
    let (mut blocks, mut first) = (Vec::new(), 0);
    while first < n_groups {
        let enough = starts[first].saturating_add(rows);
        let end = (first + starts[first..].partition_point(|&start| start < enough)).clamp(first + 1, n_groups);
        blocks.push(first..end);
        first = end;
    }
    blocks
}

/// The mean, about the first value: of values that are all alike it is that value, and far from zero no digit is lost.
fn mean_about_first(values: &[f64], weights: &[f64]) -> f64 {
    let first = values.first().copied().unwrap_or_default();
    let (mut weight, mut sum) = ([0.0; 4], [0.0; 4]);
    // Four sums side by side, which the processor adds at once.
    for (x, w) in values.chunks(4).zip(weights.chunks(4)) {
        for (lane, (x, w)) in x.iter().zip(w).enumerate() {
            weight[lane] += w;
            sum[lane] += w * (x - first);
        }
    }
    first + sum.iter().sum::<f64>() / weight.iter().sum::<f64>()
}

/// The mean of one group as it is formed.
#[derive(Clone, Copy)]
struct Mean {
    weight: f64,
    sum: f64,
    min: f64,
    max: f64,
}

impl Default for Mean {
    fn default() -> Self {
        Mean { weight: 0.0, sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY }
    }
}

impl Mean {
    fn add(&mut self, weight: f64, x: f64) {
        self.weight += weight;
        self.sum += weight * x;
        self.min = self.min.min(x);
        self.max = self.max.max(x);
    }

    fn value(&self) -> f64 {
        if self.min == self.max { self.min } else { self.sum / self.weight }
    }
}

/// How many parts without a common group two groupings of the same rows fall into; each costs one dimension.
pub(crate) fn n_parts(first: &Groups, second: &Groups) -> usize {
    let n_first = first.names.len();
    let mut parent: Vec<usize> = (0..n_first + second.names.len()).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            // Halves the path, so that later searches are short.
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    let mut parts = parent.len();
    for (&a, &b) in first.codes.iter().zip(second.codes.iter()) {
        let (a, b) = (root(&mut parent, a as usize), root(&mut parent, n_first + b as usize));
        if a != b {
            parent[a] = b;
            parts -= 1;
        }
    }
    parts
}

/// Groups of rows, and what the rows of each weigh together, formed once for many columns.
pub(crate) struct WeightedGroups<'a> {
    pub(crate) codes: &'a [u32],
    pub(crate) weight: Vec<f64>,
    /// Where the rows of each stand together, as [`Groups::starts`] has them.
    pub(crate) starts: Option<&'a [usize]>,
}

impl<'a> WeightedGroups<'a> {
    pub(crate) fn new(groups: &'a Groups, weights: &[f64]) -> Self {
        let starts = groups.starts();
        let mut set = WeightedGroups { codes: &groups.codes, weight: vec![0.0; groups.len()], starts };
        set.weight = match starts {
            Some(starts) => starts.windows(2).map(|ends| weights[ends[0]..ends[1]].iter().sum()).collect(),
            None => set.sums(weights.iter().copied()),
        };
        set
    }

    /// The rows of each group, one group after the other, and where each group starts among them.
    pub(crate) fn rows(&self) -> (Vec<usize>, Vec<usize>) {
        let mut starts = vec![0; self.weight.len() + 1];
        self.codes.iter().for_each(|&code| starts[code as usize + 1] += 1);
        (0..self.weight.len()).for_each(|group| starts[group + 1] += starts[group]);
        let (mut next, mut rows) = (starts.clone(), vec![0; self.codes.len()]);
        for (row, &code) in self.codes.iter().enumerate() {
            rows[next[code as usize]] = row;
            next[code as usize] += 1;
        }
        (starts, rows)
    }

    /// Sums of the values, one for each group.
    pub(crate) fn sums(&self, values: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut sums = vec![0.0; self.weight.len()];
        for (&code, x) in self.codes.iter().zip(values) {
            sums[code as usize] += x;
        }
        sums
    }

    /// Weighted means of the values, one for each group, to the rounding of their sums.
    pub(crate) fn means(&self, values: &[f64], weights: &[f64]) -> Vec<f64> {
        let sums = self.sums(values.iter().zip(weights).map(|(x, w)| x * w));
        sums.iter().zip(&self.weight).map(|(sum, w)| sum / w).collect()
    }

    /// Takes its group's effect from each value.
    pub(crate) fn subtract(&self, effects: &[f64], values: &mut [f64]) {
        for (x, &code) in values.iter_mut().zip(self.codes) {
            *x -= effects[code as usize];
        }
    }
}
