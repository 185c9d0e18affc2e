//! Which of the regressed rows are related: the levels of a column.

use std::sync::Arc;

use super::kind::CovarianceKind;
use crate::error::{ClusterProblem, EstimateError, QuestionError, Refusal, Result, cannot, no_key};
use crate::numerics::groups::{Groups, starts_of};
use crate::panel::{Column, Values};
use crate::regress::{Estimator, FittedRegression};

/// The cluster of each regressed row.
#[derive(Debug, Clone)]
pub(crate) struct Clusters {
    pub(crate) name: String,
    pub(crate) codes: Arc<Vec<u32>>,
    n_clusters: usize,
    /// Where the rows of each stand together, their starts and the end of the last.
    starts: Option<Vec<usize>>,
}

impl Clusters {
    /// Renumbers the codes, so that each number up to the largest occurs.
    fn new(name: &str, codes: impl Iterator<Item = u64>) -> Self {
        let codes: Vec<u64> = codes.collect();
        let largest = codes.iter().copied().max().unwrap_or_default();
        // Mostly few numbers are missing, and a table of all of them serves.
        let table = usize::try_from(largest).ok().filter(|&largest| largest <= codes.len());
        let (codes, n_clusters): (Vec<u32>, usize) = match table {
            Some(largest) => {
                let mut renumbered = vec![0; largest + 1];
                codes.iter().for_each(|&code| renumbered[code as usize] = 1);
                let mut next = 0;
                for new in &mut renumbered {
                    (*new, next) = (next, next + *new);
                }
                (codes.iter().map(|&code| renumbered[code as usize]).collect(), next as usize)
            }
            None => {
                let mut distinct = codes.clone();
                distinct.sort_unstable();
                distinct.dedup();
                let position = |code: &u64| distinct.partition_point(|d| d < code) as u32;
                (codes.iter().map(position).collect(), distinct.len())
            }
        };
        let starts = starts_of(&codes, n_clusters);
        Clusters { name: name.to_string(), codes: Arc::new(codes), n_clusters, starts }
    }

    /// The groups themselves.
    fn of(name: &str, groups: &Groups) -> Self {
        let starts = groups.starts().map(<[usize]>::to_vec);
        Clusters { name: name.to_string(), codes: groups.codes.clone(), n_clusters: groups.len(), starts }
    }

    /// Where the rows of each cluster start, and last where those of the last one end; `None` where they do not stand
    /// together.
    pub(super) fn starts(&self) -> Option<&[usize]> {
        self.starts.as_deref()
    }

    pub(crate) fn len(&self) -> usize {
        self.n_clusters
    }

    /// These, unless there is but one: its sum of scores is zero, whatever the errors.
    pub(super) fn at_least_two(self) -> Result<Self> {
        if self.n_clusters >= 2 {
            return Ok(self);
        }
        Err(EstimateError::Cluster { column: self.name, why: ClusterProblem::OneLevel }.into())
    }

    /// The intersections of two clusterings.
    pub(super) fn cross(&self, other: &Clusters) -> Clusters {
        // Two codes side by side in one number are a code of the pair.
        let cells = self.codes.iter().zip(other.codes.iter()).map(|(&a, &b)| u64::from(a) << 32 | u64::from(b));
        Clusters::new(&format!("{}:{}", self.name, other.name), cells)
    }

    /// The rows of each cluster.
    pub(crate) fn rows(&self) -> Vec<Vec<usize>> {
        let mut rows = vec![Vec::new(); self.n_clusters];
        self.codes.iter().enumerate().for_each(|(row, &code)| rows[code as usize].push(row));
        rows
    }

    /// Whether no group has rows in two clusters.
    pub(crate) fn nest(&self, groups: &Groups) -> bool {
        if Arc::ptr_eq(&self.codes, &groups.codes) {
            return true;
        }
        // The first row of a group names its cluster, and all others have to agree.
        let mut cluster_of = vec![None; groups.names.len()];
        self.codes
            .iter()
            .zip(groups.codes.iter())
            .all(|(&cluster, &group)| *cluster_of[group as usize].get_or_insert(cluster) == cluster)
    }
}

/// Who asks for units where no column was named.
const BY_CLUSTERS: &str = "inference by clusters";

impl FittedRegression {
    /// The clusters by a column, by default the units.
    pub(crate) fn clusters(&self, by: Option<&str>) -> Result<Clusters> {
        let clusters = match by {
            None => self.unit_clusters(BY_CLUSTERS)?,
            Some(name) if self.design.panel.unit_column() == Some(name) => self.unit_clusters(BY_CLUSTERS)?,
            Some(name) if self.design.panel.period_column() == Some(name) => self.period_clusters(BY_CLUSTERS)?,
            Some(name) => {
                let rows = self.data.rows.iter().map(|&row| self.design.rows[row]);
                let levels = self.design.panel.levels_on(name, rows)?;
                if let Some(unit) = self.varies_within(self.design.panel.column(name)?) {
                    let why = ClusterProblem::VariesWithin { unit: unit.to_string() };
                    return Err(EstimateError::Cluster { column: name.to_string(), why }.into());
                }
                Clusters::new(name, levels.into_iter())
            }
        };
        clusters.at_least_two()
    }

    /// The clusters of two ways: by the columns named, or by units and periods.
    pub(super) fn two_ways(&self, kind: &CovarianceKind, asker: &str) -> Result<[Clusters; 2]> {
        let CovarianceKind::TwowayClusterBy { first, second } = kind else {
            return Ok([self.unit_clusters(asker)?.at_least_two()?, self.period_clusters(asker)?.at_least_two()?]);
        };
        if first == second {
            let expected = "name two different columns, or cluster by one".to_string();
            return Err(QuestionError::Option { option: "the clusters", expected, found: first.clone() }.into());
        }
        Ok([self.clusters(Some(first))?, self.clusters(Some(second))?])
    }

    pub(crate) fn unit_clusters(&self, asker: &str) -> Result<Clusters> {
        let units = self.design.units.as_ref().ok_or_else(|| no_key(asker, "unit"))?;
        Ok(self.by_groups(self.design.panel.unit_column().unwrap_or("unit"), units))
    }

    pub(crate) fn period_clusters(&self, asker: &str) -> Result<Clusters> {
        if self.question.estimator == Estimator::Between {
            return Err(cannot("the covariance", Refusal::RowsAreUnits));
        }
        let periods = self.design.periods.as_ref().ok_or_else(|| no_key(asker, "period"))?;
        Ok(self.by_groups(self.design.panel.period_column().unwrap_or("period"), periods))
    }

    /// A unit within which a column varies, where rows of the regression are units.
    fn varies_within(&self, column: &Column) -> Option<&str> {
        if self.question.estimator != Estimator::Between {
            return None;
        }
        let differs = |a: usize, b: usize| match column.values() {
            Values::Text { codes, .. } => codes[a] != codes[b],
            Values::Number(values) => values[a] != values[b],
        };
        let rows = self.design.rows.windows(2);
        let row = rows
            .map(|pair| (pair[0], pair[1]))
            .find(|&(a, b)| self.design.panel.unit_of(a) == self.design.panel.unit_of(b) && differs(a, b));
        self.design.panel.unit_of(row?.0)
    }

    /// The level of the cluster that a regressed row is in.
    pub(super) fn level(&self, clusters: &Clusters, row: usize) -> String {
        let (panel, name) = (&self.design.panel, clusters.name.as_str());
        let row = self.design.rows[self.data.rows[row]];
        panel.level_of(name, row).unwrap_or_else(|| panel.row_label(row))
    }

    /// The groups of the sample, on the regressed rows.
    fn by_groups(&self, name: &str, groups: &Groups) -> Clusters {
        match self.regresses_sample() {
            true => Clusters::of(name, groups),
            false => Clusters::new(name, self.data.rows.iter().map(|&row| u64::from(groups.codes[row]))),
        }
    }
}
