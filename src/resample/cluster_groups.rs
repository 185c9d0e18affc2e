//! What each cluster brings to the sums of the groups that its units lie in.
//!
//! Sparse, as a cluster lies in few groups: most often in one at each level.

use super::cluster_set::ClusterSet;
use crate::decompose::GroupSums;
use crate::fit::FittedModel;
use crate::numerics::double::Double;
use crate::numerics::lanes::{LANES, Wide};

/// Sums of groups, cluster by cluster.
pub(super) struct ClusterGroups {
    groups: GroupSums,
    /// Cluster and place among the sums of all groups of every part.
    places: Vec<(usize, usize)>,
    /// The numbers of the parts, one after another.
    parts: Vec<f64>,
}

impl ClusterGroups {
    pub(super) fn new(fit: &FittedModel, clusters: &ClusterSet, groups: &GroupSums) -> Self {
        let width = groups.width();
        let of_units = groups.of_units(fit);
        let (mut places, mut parts): (Vec<(usize, usize)>, Vec<f64>) = (Vec::new(), Vec::new());
        for (cluster, units) in clusters.members.iter().enumerate() {
            let first = places.len();
            for &unit in units {
                let own = &of_units[unit * width..][..width];
                for (at, weight) in groups.of(unit) {
                    let known = places[first..].iter().position(|&(_, place)| place == at);
                    let part = first + known.unwrap_or(places.len() - first);
                    if known.is_none() {
                        places.push((cluster, at));
                        parts.resize(parts.len() + width, 0.0);
                    }
                    groups.add(own, weight, &mut parts[part * width..][..width]);
                }
            }
        }
        ClusterGroups { groups: groups.clone(), places, parts }
    }

    /// Numbers of all groups.
    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    /// The sums in eight replicates that hold each cluster so often.
    #[inline(always)]
    pub(super) fn weighted(&self, counts: &[Wide], sums: &mut [Wide]) {
        sums.fill(Wide([0.0; LANES]));
        let width = self.groups.width();
        for (&(cluster, at), part) in self.places.iter().zip(self.parts.chunks_exact(width)) {
            let count = counts[cluster];
            for (sum, &x) in sums[at..][..width].iter_mut().zip(part) {
                *sum = *sum + count * Wide([x; LANES]);
            }
        }
    }

    /// What some units bring, in twice the precision.
    pub(super) fn double_sums(&self, fit: &FittedModel, units: &[usize]) -> Vec<Double> {
        let mut sums = vec![Double::new(0.0); self.len()];
        self.groups.double_sums(fit, units, &mut sums);
        sums
    }
}
