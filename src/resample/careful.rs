//! Replicates that doubles cannot be trusted with, in twice the precision and on their own scale.
//!
//! Two kinds: every replicate of a design whose point estimate needs it, and single replicates that have lost nearly
//! all of a variable's variation, because one cluster held it (a dominant weight, an outlier). There the full sample's
//! scale would hide what is left.

use std::sync::OnceLock;

use super::cluster_groups::ClusterGroups;
use super::cluster_set::ClusterSet;
use crate::decompose::{Plan, Players};
use crate::fit::FittedModel;
use crate::numerics::double::Double;
use crate::numerics::number::RANK_TOLERANCE;

/// A variable's sum of squares about its mean, as a part of that about the full sample's mean, at or below which it is
/// constant: twenty-four digits, a few less than [`Double`] holds.
const CONSTANT: f64 = 1e-24;
/// At most so many numbers are kept (1 GB), so many additions made, and the coalitions of so many components walked.
const MOST_KEPT: usize = 64 << 20;
const MOST_ADDITIONS: usize = 1 << 30;
const MOST_COMPONENTS: usize = 12;

/// The moments of every cluster in twice the precision, formed when first asked for.
pub(super) struct Careful<'a> {
    fit: &'a FittedModel,
    clusters: &'a ClusterSet,
    groups: Option<&'a ClusterGroups>,
    entries: OnceLock<Vec<Vec<Double>>>,
}

/// One replicate: its answer for every plan, NaN where the outcome is constant, and whether it is degenerate.
pub(super) struct CarefulReplicate {
    pub(super) shares: Vec<Vec<f64>>,
    pub(super) is_degenerate: bool,
}

/// The moments of one replicate, which variables vary in it, and whether it is degenerate.
pub(super) struct CarefulMoments {
    pub(super) entries: Vec<Double>,
    pub(super) varies: Vec<bool>,
    pub(super) is_degenerate: bool,
    /// What each variable was multiplied by.
    scales: Vec<f64>,
}

impl<'a> Careful<'a> {
    pub(super) fn new(fit: &'a FittedModel, clusters: &'a ClusterSet, groups: Option<&'a ClusterGroups>) -> Self {
        Careful { fit, clusters, groups, entries: OnceLock::new() }
    }

    /// Numbers of a replicate: its moments, and what is read beside them.
    fn len(&self) -> usize {
        self.fit.moments().entries().len() + self.groups.map_or(0, ClusterGroups::len)
    }

    /// Whether so many replicates, in each of which the coalitions of so many components are walked, are within bounds
    /// of memory and time.
    pub(super) fn is_affordable(&self, components: usize, replicates: usize) -> bool {
        self.can_add(replicates) && components <= MOST_COMPONENTS
    }

    /// The same of their moments alone.
    pub(super) fn can_add(&self, replicates: usize) -> bool {
        let kept = self.clusters.len().saturating_mul(self.len());
        kept <= MOST_KEPT && kept.saturating_mul(replicates) <= MOST_ADDITIONS
    }

    /// The moments of the replicate that holds these clusters, as often as they are named.
    pub(super) fn entries(&self, drawn: &[usize]) -> Vec<Double> {
        let of_cluster = |cluster: usize| {
            let mut entries = self.fit.double_entries_of(&self.clusters.rows(cluster));
            if let Some(groups) = self.groups {
                entries.extend(groups.double_sums(self.fit, &self.clusters.members[cluster]));
            }
            entries
        };
        let clusters = self.entries.get_or_init(|| (0..self.clusters.len()).map(of_cluster).collect());
        // Summed anew, also where one is left out: what subtraction leaves would carry the rounding of what went.
        let mut entries = vec![Double::new(0.0); self.len()];
        for &cluster in drawn {
            entries.iter_mut().zip(&clusters[cluster]).for_each(|(sum, x)| *sum = *sum + *x);
        }
        entries
    }

    /// The replicate that holds these clusters, as often as they are named.
    pub(super) fn replicate(&self, players: &Players, plans: &[Plan], drawn: &[usize]) -> CarefulReplicate {
        let CarefulMoments { entries, varies, is_degenerate, scales } = self.moments(players, drawn);
        let shares = |plan: &Plan| match varies[players.outcome()] {
            true => plan.precise_answer(&entries, &scales),
            false => vec![f64::NAN; plan.len()],
        };
        CarefulReplicate { shares: plans.iter().map(shares).collect(), is_degenerate }
    }

    /// The moments of the same replicate, each variable on the scale of its own variation there.
    pub(super) fn moments(&self, players: &Players, drawn: &[usize]) -> CarefulMoments {
        let mut entries = self.entries(drawn);
        let (varies, scales) = rescale(players, &mut entries);
        let is_one_unit = self.clusters.are_units() && drawn.iter().all(|cluster| *cluster == drawn[0]);
        CarefulMoments { is_degenerate: is_degenerate(players, |v| varies[v], is_one_unit), entries, varies, scales }
    }
}

/// Puts every variable on the scale of its own variation in the replicate, so that the rank rule is about what is
/// there; says which variables vary, and by what each was multiplied.
fn rescale(players: &Players, entries: &mut [Double]) -> (Vec<bool>, Vec<f64>) {
    let layout = players.layout;
    let q = layout.0;
    // Per unit of weight, so that a sum is a mean, whose square is what centring takes.
    let per_weight = entries[layout.weight()].inverse();
    entries.iter_mut().for_each(|entry| *entry = *entry * per_weight);
    let mut scales = vec![Double::new(1.0); q];
    let mut varies = vec![false; q];
    for v in 0..q {
        let (sum, raw) = (entries[layout.sum(v)], entries[layout.raw(v, v)].value());
        let centred = (entries[layout.raw(v, v)] - sum * sum).value();
        varies[v] = raw > f64::MIN_POSITIVE && centred > CONSTANT * raw;
        // A root in doubles will do: any scale serves that all entries of a variable share.
        scales[v] = Double::new(if varies[v] { 1.0 / centred.sqrt() } else { 0.0 });
    }
    for i in 0..q {
        entries[layout.sum(i)] = entries[layout.sum(i)] * scales[i];
        for j in i..q {
            for at in [layout.raw(i, j), layout.within(i, j)] {
                entries[at] = entries[at] * scales[i] * scales[j];
            }
        }
    }
    // Behind the moments stand weights and sums of groups: of each group as of all rows.
    for group in entries[layout.len()..].chunks_exact_mut(1 + q) {
        group[1..].iter_mut().zip(&scales).for_each(|(sum, scale)| *sum = *sum * *scale);
    }
    (varies, scales.into_iter().map(Double::value).collect())
}

/// Whether the outcome, or a component that varies in the full sample, is constant in a replicate, which may hold one
/// unit only, however often.
pub(super) fn is_degenerate(players: &Players, varies: impl Fn(usize) -> bool, is_one_unit: bool) -> bool {
    let is_lost = |(player, variables): (usize, &Vec<usize>)| {
        let has_units = players.has_unit_effects[player];
        // Without columns that vary or unit effects in the full sample, a component has nothing to lose.
        let had_any = !variables.is_empty() || has_units;
        let units_differ = has_units && !is_one_unit;
        had_any && !units_differ && !variables.iter().any(|&v| varies(v))
    };
    !varies(players.outcome()) || players.variables.iter().enumerate().any(is_lost)
}

/// Whether what is left of a variable's variation, as a part of the full sample's, is too little for doubles and not
/// plainly nothing.
pub(super) fn is_doubtful(left: f64, plainly_nothing: f64) -> bool {
    left < 1e7 * RANK_TOLERANCE && left > plainly_nothing
}
