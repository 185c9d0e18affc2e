//! Which rows belong together: the units of a sample, its periods, the levels of a factor, or cells of these.

/// The code of a name that stands on no row.
const NOT_THERE: u32 = u32::MAX;

/// Groups of the rows of a sample: codes without gaps, and the names that the codes stand for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    pub(crate) codes: Vec<u32>,
    pub(crate) names: Vec<String>,
}

impl Groups {
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
        Groups { codes: rows.iter().map(|&row| renumbered[codes[row] as usize]).collect(), names: kept }
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
        Groups { codes: (0..self.codes.len()).map(code).collect(), names: cells.iter().map(name).collect() }
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The groups with a single row.
    pub(crate) fn with_one_row(&self) -> Vec<String> {
        let mut rows = vec![0_usize; self.len()];
        self.codes.iter().for_each(|&code| rows[code as usize] += 1);
        self.names.iter().zip(rows).filter(|(_, rows)| *rows == 1).map(|(name, _)| name.clone()).collect()
    }

    /// The weighted mean of each group.
    ///
    /// A group whose values are all alike has that value as its mean, to the last bit: its deviations are zero, not
    /// rounding noise that a regression would take for variation.
    pub(crate) fn means(&self, values: &[f64], weights: &[f64]) -> Vec<f64> {
        let mut means = vec![Mean::default(); self.len()];
        // One pass, as a million rows are read at the speed of memory.
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
    for (&a, &b) in first.codes.iter().zip(&second.codes) {
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
}

impl<'a> WeightedGroups<'a> {
    pub(crate) fn new(groups: &'a Groups, weights: &[f64]) -> Self {
        let mut set = WeightedGroups { codes: &groups.codes, weight: vec![0.0; groups.len()] };
        set.weight = set.sums(weights.iter().copied());
        set
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
