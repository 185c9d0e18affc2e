//! Which rows leave together, or are drawn together?

use std::collections::HashMap;
use std::ops::Range;

use crate::error::{ClusterProblem, EstimateError, Result};
use crate::fit::{FittedModel, Layout};

/// Clusters of units; of rows in a cross-section.
#[derive(Debug, Clone)]
pub(super) struct ClusterSet {
    /// The rows of each unit, or each row by itself.
    pub(super) ranges: Vec<Range<usize>>,
    /// Which of them each cluster is made of.
    pub(super) members: Vec<Vec<usize>>,
    /// The column that says so, and what it calls each cluster; `None` where every unit is one.
    pub(super) by: Option<(String, Vec<String>)>,
}

impl ClusterSet {
    /// Every unit, or row, by itself.
    pub(super) fn of_units(fit: &FittedModel) -> Self {
        let ranges = fit.clusters();
        ClusterSet { members: (0..ranges.len()).map(|unit| vec![unit]).collect(), ranges, by: None }
    }

    /// The levels of a column, in the order in which they come up.
    ///
    /// # Errors
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn); [`EstimateError::Cluster`] where it is
    /// missing, or differs between rows of a unit.
    pub(super) fn of_column(fit: &FittedModel, column: &str) -> Result<Self> {
        let units = Self::of_units(fit);
        let design = fit.design();
        if design.panel.unit_column() == Some(column) {
            return Ok(units);
        }
        let levels = match design.panel.period_column() == Some(column) {
            true => design.periods.iter().flat_map(|periods| periods.codes.iter().map(|&code| code.into())).collect(),
            false => design.panel.levels_on(column, design.rows.iter().copied())?,
        };
        let mut place: HashMap<u64, usize> = HashMap::new();
        let (mut members, mut names): (Vec<Vec<usize>>, Vec<String>) = (Vec::new(), Vec::new());
        for (unit, rows) in units.ranges.iter().enumerate() {
            let (first, level) = (design.rows[rows.start], levels[rows.start]);
            if levels[rows.clone()].iter().any(|other| *other != level) {
                let unit = design.panel.unit_of(first).unwrap_or_default().to_string();
                let why = ClusterProblem::SplitsUnit { unit };
                return Err(EstimateError::Cluster { column: column.to_string(), why }.into());
            }
            let at = *place.entry(level).or_insert_with(|| {
                members.push(Vec::new());
                names.push(design.panel.level_of(column, first).unwrap_or_default());
                names.len() - 1
            });
            members[at].push(unit);
        }
        Ok(ClusterSet { ranges: units.ranges, members, by: Some((column.to_string(), names)) })
    }

    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// The column that clusters are of; `None` where every unit is one.
    pub(super) fn column(&self) -> Option<&str> {
        self.by.as_ref().map(|(column, _)| column.as_str())
    }

    /// Whether every unit, or row, is a cluster by itself.
    pub(super) fn are_units(&self) -> bool {
        self.by.is_none()
    }

    /// What a cluster is called.
    pub(super) fn name(&self, fit: &FittedModel, cluster: usize) -> String {
        if let Some((column, names)) = &self.by {
            return format!("{column} {}", names[cluster]);
        }
        let design = fit.design();
        let row = design.rows[self.ranges[cluster].start];
        match design.units {
            Some(_) => design.panel.unit_of(row).unwrap_or_default().to_string(),
            None => design.panel.row_label(row),
        }
    }

    /// The rows of a cluster, unit by unit.
    pub(super) fn rows(&self, cluster: usize) -> Vec<Range<usize>> {
        self.members[cluster].iter().map(|&unit| self.ranges[unit].clone()).collect()
    }

    /// Some of the clusters, with their units alone.
    pub(super) fn some(&self, clusters: Range<usize>) -> Self {
        let mut ranges = Vec::new();
        let members = clusters.map(|cluster| {
            let first = ranges.len();
            ranges.extend(self.rows(cluster));
            (first..ranges.len()).collect()
        });
        ClusterSet { members: members.collect(), ranges, by: self.by.clone() }
    }

    /// From one value for each unit to one for each cluster, which are sums.
    pub(super) fn gather(&self, values: &mut Vec<f64>) {
        if !self.are_units() {
            let sum = |units: &Vec<usize>| units.iter().map(|&unit| values[unit]).sum();
            *values = self.members.iter().map(sum).collect();
        }
    }

    /// The moments of one cluster, as the fit has those of all.
    pub(super) fn entries(&self, fit: &FittedModel, cluster: usize, entries: &mut Vec<f64>) {
        let layout = Layout(fit.moments().n_variables());
        entries.clear();
        entries.resize(layout.len(), 0.0);
        for &unit in &self.members[cluster] {
            match fit.unit_moments() {
                Some(moments) => moments.add_to(unit, layout, entries),
                None => fit.moments_of(&self.ranges[unit..=unit]).add_to(0, layout, entries),
            }
        }
    }
}
