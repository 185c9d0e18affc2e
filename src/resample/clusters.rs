//! The moments of each cluster, laid out so that a replicate's are a small matrix product away.

use std::ops::Range;

use super::cluster_set::ClusterSet;
use crate::fit::{FittedModel, Layout};
use crate::numerics::lanes::{LANES, Wide};

/// Entries multiplied at a time: with the counts, their sums fill the sixteen registers of AVX2.
const TILE: usize = 6;
/// Clusters whose moments are formed at a time.
const BLOCK: usize = 256;
/// Up to this many numbers (256 MB) are kept; beyond, they are formed again for every eight replicates.
const MOST_KEPT: usize = 32 << 20;

/// The entries of the moments that a set of plans reads, cluster by cluster.
pub(super) struct ClusterMatrix<'a> {
    fit: &'a FittedModel,
    clusters: &'a ClusterSet,
    layout: Layout,
    /// Entries that differ between clusters: their positions in the moments.
    varying: Vec<usize>,
    /// Entries that are the same in every cluster, with that value.
    constant: Vec<(usize, f64)>,
    total: &'a [f64],
    /// Tiles of the varying entries, each cluster by cluster; `None` where they would fill the memory.
    kept: Option<Vec<f64>>,
}

impl<'a> ClusterMatrix<'a> {
    pub(super) fn new(fit: &'a FittedModel, clusters: &'a ClusterSet, read: Vec<usize>) -> Self {
        let layout = Layout(fit.moments().n_variables());
        let total = fit.moments().entries();
        let mut matrix =
            ClusterMatrix { fit, clusters, layout, varying: read, constant: Vec::new(), total, kept: None };
        if matrix.clusters.len().saturating_mul(matrix.varying.len()) <= MOST_KEPT {
            matrix.keep();
        }
        matrix
    }

    pub(super) fn clusters(&self) -> &ClusterSet {
        self.clusters
    }

    pub(super) fn n_clusters(&self) -> usize {
        self.clusters.len()
    }

    /// Lays out the entries of all clusters, and sets apart those that are the same in each.
    fn keep(&mut self) {
        let formed;
        let moments = match self.fit.unit_moments() {
            Some(moments) => moments,
            None => {
                formed = self.fit.moments_of(&self.clusters.ranges);
                &formed
            }
        };
        let n = self.clusters.len();
        let read = std::mem::take(&mut self.varying);
        let mut kept = Vec::with_capacity(read.len().next_multiple_of(TILE) * n);
        let mut values = Vec::with_capacity(n);
        for (&position, entry) in read.iter().zip(self.layout.decode(&read)) {
            moments.values(entry, &mut values);
            self.clusters.gather(&mut values);
            // Such as the weight on a balanced panel: no need to sum it over and over.
            if values.iter().all(|value| *value == values[0]) {
                self.constant.push((position, values[0]));
                continue;
            }
            let at = self.varying.len();
            self.varying.push(position);
            let tile = at / TILE * TILE * n;
            // Filled up with zeros, so that the last tile is summed like the others.
            kept.resize(tile + TILE * n, 0.0);
            let slots = kept[tile..].chunks_exact_mut(TILE);
            slots.zip(&values).for_each(|(slots, value)| slots[at % TILE] = *value);
        }
        self.kept = Some(kept);
    }

    /// The varying entries of a run of clusters, a row for each.
    fn rows(&self, clusters: Range<usize>) -> Vec<f64> {
        let some = self.clusters.some(clusters);
        let moments = self.fit.moments_of(&some.ranges);
        let (width, mut values) = (self.varying.len(), Vec::new());
        let mut rows = vec![0.0; some.len() * width];
        for (at, entry) in self.layout.decode(&self.varying).into_iter().enumerate() {
            moments.values(entry, &mut values);
            some.gather(&mut values);
            rows.iter_mut().skip(at).step_by(width).zip(&values).for_each(|(slot, value)| *slot = *value);
        }
        rows
    }

    /// The moments of eight replicates that hold each cluster so often.
    #[inline(always)]
    pub(super) fn weighted(&self, counts: &[Wide], entries: &mut [Wide]) {
        for &(entry, _) in &self.constant {
            // As many clusters are drawn as there are, so what is the same in each keeps its total.
            entries[entry] = Wide([self.total[entry]; LANES]);
        }
        match &self.kept {
            Some(kept) => {
                let n = self.clusters.len();
                for (tile, slots) in self.varying.chunks(TILE).zip(kept.chunks_exact(TILE * n)) {
                    let sums = tile_sums(counts, slots);
                    tile.iter().zip(sums).for_each(|(&entry, sum)| entries[entry] = sum);
                }
            }
            None => self.weighted_again(counts, entries),
        }
    }

    /// The same, from moments formed for this purpose and forgotten.
    fn weighted_again(&self, counts: &[Wide], entries: &mut [Wide]) {
        self.varying.iter().for_each(|&entry| entries[entry] = Wide([0.0; LANES]));
        for (block, counts) in counts.chunks(BLOCK).enumerate() {
            let rows = self.rows(block * BLOCK..block * BLOCK + counts.len());
            for (row, &count) in rows.chunks_exact(self.varying.len()).zip(counts) {
                for (&entry, &x) in self.varying.iter().zip(row) {
                    entries[entry] = entries[entry] + count * Wide([x; LANES]);
                }
            }
        }
    }

    /// The moments of eight replicates, each without one cluster: `first` and those that follow. Beyond the last
    /// cluster nothing is left out.
    #[inline(always)]
    pub(super) fn leaving_out(&self, first: usize, entries: &mut [Wide]) {
        let n = self.clusters.len();
        for (entry, own) in self.constant.iter().copied() {
            entries[entry] = Wide([self.total[entry] - own; LANES]);
        }
        let lanes = LANES.min(n - first);
        let again = match self.kept {
            Some(_) => Vec::new(),
            None => self.rows(first..first + lanes),
        };
        for (at, &entry) in self.varying.iter().enumerate() {
            // Taken from the total, at a cost that does not grow with the clusters.
            let mut left = [self.total[entry]; LANES];
            for (lane, left) in left.iter_mut().take(lanes).enumerate() {
                *left -= match &self.kept {
                    Some(kept) => kept[(at / TILE * n + first + lane) * TILE + at % TILE],
                    None => again[lane * self.varying.len() + at],
                };
            }
            entries[entry] = Wide(left);
        }
    }
}

/// Sums of a tile's entries over the clusters, each as often as it was drawn.
#[inline(always)]
fn tile_sums(counts: &[Wide], slots: &[f64]) -> [Wide; TILE] {
    let mut sums = [Wide([0.0; LANES]); TILE];
    for (count, slots) in counts.iter().zip(slots.chunks_exact(TILE)) {
        for (sum, &x) in sums.iter_mut().zip(slots) {
            *sum = *sum + *count * Wide([x; LANES]);
        }
    }
    sums
}
