//! A covariance matrix in the layout of a regression's document, which says how standard errors came about.
//!
//! What the document says stands first; a matrix of its own goes on with what the document leaves out.

use ndarray::Array2;
use serde::{Deserialize, Deserializer, Serialize};

use super::{ClusterCorrection, Covariance, CovarianceKind, CovarianceMatrix, ErrorsRelated, Leverage, SmallSample};
use crate::warning::Warning;

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Layout {
    kind: String,
    small_sample: SmallSample,
    /// Clusters, of two ways the smaller number.
    #[serde(skip_serializing_if = "Option::is_none")]
    clusters: Option<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    clustered_by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bandwidth: Option<usize>,
    small_sample_factor: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    df: Option<f64>,
    /// Satterthwaite's by coefficient, in place of that.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "nan_for_null_in_list")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<Option<f64>>"))]
    df_by_coefficient: Vec<f64>,
    /// The kind as it was asked for, where columns or bandwidth were left to the library.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<CovarianceKind>,
    /// Clusters by way, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    clusters_by_way: Vec<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    #[serde(default = "Default::default", skip_serializing_if = "Array2::<f64>::is_empty")]
    #[serde(deserialize_with = "nan_for_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Written"))]
    matrix: Array2<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

/// A matrix as ndarray writes it; a number that is none is null.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[schemars(rename = "Matrix")]
#[expect(dead_code, reason = "it is a layout only")]
struct Written {
    /// The version of ndarray's layout.
    v: u8,
    /// Rows and columns.
    dim: [usize; 2],
    /// The entries, row by row.
    data: Vec<Option<f64>>,
}

/// JSON has no number that is not finite.
fn nan_for_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Array2<f64>, D::Error> {
    Ok(Array2::<Option<f64>>::deserialize(deserializer)?.mapv(|entry| entry.unwrap_or(f64::NAN)))
}

fn nan_for_null_in_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let entries = Vec::<Option<f64>>::deserialize(deserializer)?;
    Ok(entries.into_iter().map(|entry| entry.unwrap_or(f64::NAN)).collect())
}

impl CovarianceMatrix {
    /// As far as the document of a regression holds it: how it came about, with the columns and the bandwidth that were
    /// taken; neither its names and numbers nor its warnings, and of two ways of clusters the smaller number.
    pub(crate) fn without_matrix(&self) -> Self {
        let kind = self.kind_taken().unwrap_or_else(|| self.covariance.kind.clone());
        CovarianceMatrix {
            names: Vec::new(),
            matrix: Array2::default((0, 0)),
            covariance: Covariance { kind, small_sample: self.covariance.small_sample },
            clusters: self.clusters.iter().copied().min().into_iter().collect(),
            warnings: Vec::new(),
            ..self.clone()
        }
    }

    /// The kind that the document says.
    fn kind_taken(&self) -> Option<CovarianceKind> {
        kind_of(&self.covariance.kind.to_string(), &self.clustered_by, self.bandwidth)
    }
}

/// The kind of this name, with the columns and the bandwidth that were taken.
fn kind_of(name: &str, clustered_by: &[String], bandwidth: Option<usize>) -> Option<CovarianceKind> {
    use ClusterCorrection::{Cr0, Cr1, Cr1s, Cr2, Cr3, SmallSample};
    use CovarianceKind::{
        BeckKatz, Cluster, DriscollKraay, Heteroskedastic, Iid, Jackknife, NeweyWest, TwowayCluster, TwowayClusterBy,
    };
    use Leverage::{Hc0, Hc1, Hc2, Hc3, Hc4};
    let clusters = [SmallSample, Cr0, Cr1, Cr1s, Cr2, Cr3]
        .map(|correction| Cluster { by: clustered_by.first().cloned(), correction });
    let others = [Iid, TwowayCluster, NeweyWest { bandwidth }, DriscollKraay { bandwidth }, Jackknife];
    let beck_katz = [ErrorsRelated::WithinPeriods, ErrorsRelated::WithinUnits].map(|related| BeckKatz { related });
    let twoway = match clustered_by {
        [first, second] => Some(TwowayClusterBy { first: first.clone(), second: second.clone() }),
        _ => None,
    };
    let known = others
        .into_iter()
        .chain([Hc0, Hc1, Hc2, Hc3, Hc4].map(Heteroskedastic))
        .chain(clusters)
        .chain(beck_katz)
        .chain(twoway);
    known.into_iter().find(|kind| kind.to_string() == name)
}

impl From<CovarianceMatrix> for Layout {
    fn from(matrix: CovarianceMatrix) -> Self {
        let taken = matrix.kind_taken();
        let CovarianceMatrix {
            names,
            matrix,
            covariance,
            clustered_by,
            clusters,
            bandwidth,
            small_sample_factor,
            df,
            df_by_coefficient,
            warnings,
        } = matrix;
        Layout {
            kind: covariance.kind.to_string(),
            small_sample: covariance.small_sample,
            clusters: clusters.iter().copied().min(),
            clustered_by,
            bandwidth,
            small_sample_factor,
            df,
            df_by_coefficient,
            asked: Some(covariance.kind).filter(|asked| taken.as_ref() != Some(asked)),
            clusters_by_way: if clusters.len() > 1 { clusters } else { Vec::new() },
            names,
            matrix,
            warnings,
        }
    }
}

impl TryFrom<Layout> for CovarianceMatrix {
    type Error = String;

    fn try_from(layout: Layout) -> Result<Self, String> {
        let Layout { kind, small_sample, clusters, clustered_by, bandwidth, small_sample_factor, df, asked, .. } =
            layout;
        let kind = asked.or_else(|| kind_of(&kind, &clustered_by, bandwidth));
        Ok(CovarianceMatrix {
            names: layout.names,
            matrix: layout.matrix,
            covariance: Covariance { kind: kind.ok_or("there is no such kind of covariance")?, small_sample },
            clustered_by,
            clusters: match layout.clusters_by_way {
                none if none.is_empty() => clusters.into_iter().collect(),
                by_way => by_way,
            },
            bandwidth,
            small_sample_factor,
            df,
            df_by_coefficient: layout.df_by_coefficient,
            warnings: layout.warnings,
        })
    }
}
