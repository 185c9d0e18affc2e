//! Which rows leave together, or are drawn together?

use std::ops::Range;

use crate::fit::{FittedModel, Layout};

/// Clusters of units; of rows in a cross-section.
#[derive(Debug, Clone)]
pub(super) struct ClusterSet {
    /// The rows of each unit, or each row by itself.
    pub(super) ranges: Vec<Range<usize>>,
    /// Which of them each cluster is made of.
    pub(super) members: Vec<Vec<usize>>,
}

impl ClusterSet {
    /// Every unit, or row, by itself.
    pub(super) fn of_units(fit: &FittedModel) -> Self {
        let ranges = fit.clusters();
        ClusterSet { members: (0..ranges.len()).map(|unit| vec![unit]).collect(), ranges }
    }

    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// What a cluster is called.
    pub(super) fn name(&self, fit: &FittedModel, cluster: usize) -> String {
        let design = fit.design();
        let row = self.ranges[self.members[cluster][0]].start;
        match design.units {
            Some(_) => design.panel.unit_of(design.rows[row]).unwrap_or_default().to_string(),
            None => design.panel.row_label(design.rows[row]),
        }
    }

    /// The moments of one cluster, as the fit has those of all.
    pub(super) fn entries(&self, fit: &FittedModel, cluster: usize, entries: &mut Vec<f64>) {
        let layout = Layout(fit.moments().n_variables());
        entries.clear();
        entries.resize(layout.len(), 0.0);
        for &member in &self.members[cluster] {
            match fit.unit_moments() {
                Some(moments) => moments.add_to(member, layout, entries),
                None => fit.moments_of(&self.ranges[member..=member]).add_to(0, layout, entries),
            }
        }
    }
}
