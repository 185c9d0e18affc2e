//! The noise within units, found again without each cluster.

use rayon::prelude::*;

use super::cluster_set::ClusterSet;
use super::interval::left_out_error;
use crate::error::NoiseProblem;
use crate::fit::FittedModel;
use crate::regress::{FoundNoise, Noise, NoiseModel, Residuals};
use crate::warning::Warning;

/// Noise in the sample, and without each cluster.
pub(super) struct LeftOutNoise {
    /// Under the model that was asked for.
    pub(super) noise: Noise,
    /// Under every model that can be had here.
    pub(super) models: Vec<UnderModel>,
    /// Which of them was asked for.
    pub(super) chosen: usize,
    pub(super) warning: Option<Warning>,
}

/// What one model of noise says.
pub(super) struct UnderModel {
    pub(super) model: NoiseModel,
    /// The noise in the units' means, as a part of the total.
    pub(super) share: f64,
    /// The same without each of the clusters that were asked about, in their order.
    pub(super) without: Vec<f64>,
}

/// What is found without one cluster.
struct Without {
    shares: Vec<Option<f64>>,
    /// Whether there is nothing to tell noise by, whatever the model.
    is_saturated: bool,
    rho: Option<f64>,
    drift: Option<f64>,
}

impl LeftOutNoise {
    /// With each of these clusters left out in turn; under the model that is asked for alone, or under all.
    ///
    /// # Errors
    /// [`NoiseProblem`], where nothing can be said of noise in the sample or without one of the clusters.
    pub(super) fn new(
        fit: &FittedModel,
        clusters: &ClusterSet,
        left_out: &[usize],
        asked: NoiseModel,
        is_alone: bool,
    ) -> Result<Self, NoiseProblem> {
        let residuals = Residuals::new(fit)?;
        let all = residuals.of_all()?;
        let (asked, warning) = asked.stated(all.semivariogram())?;
        let persistent = match asked {
            NoiseModel::Persistent { .. } => asked,
            _ => NoiseModel::default().stated(all.semivariogram())?.0,
        };
        let share = |found: &FoundNoise, model| {
            let autocovariances = found.semivariogram().autocovariances(model)?;
            Some(found.share_of_total(&autocovariances.values))
        };
        let ar1 = |found: &FoundNoise| match is_alone {
            true => None,
            false => found.semivariogram().autocovariances(NoiseModel::Ar1)?.rho,
        };
        let all_models = [NoiseModel::Independent, persistent, NoiseModel::Ar1];
        let models: &[NoiseModel] = if is_alone { &[asked] } else { &all_models };
        let far_half = all.far_half();
        let without = |own: &mut Vec<f64>, &cluster: &usize| {
            clusters.entries(fit, cluster, own);
            let found = residuals.without(&clusters.members[cluster], own);
            Without {
                shares: models.iter().map(|model| share(found.as_ref()?, *model)).collect(),
                is_saturated: found.is_none(),
                rho: found.as_ref().and_then(ar1),
                drift: found.as_ref().and_then(|found| found.drift(Some(far_half))),
            }
        };
        let without: Vec<Without> = left_out.par_iter().map_init(Vec::new, without).collect();

        let mut under = Vec::new();
        let mut chosen = 0;
        for (at, &model) in models.iter().enumerate() {
            let lost = without.iter().position(|without| without.shares[at].is_none());
            match (share(&all, model), lost) {
                (Some(share), None) => {
                    if model == asked {
                        chosen = under.len();
                    }
                    let without = without.iter().filter_map(|without| without.shares[at]).collect();
                    under.push(UnderModel { model, share, without });
                }
                (_, Some(lost)) if model == asked => {
                    let cluster = clusters.name(fit, left_out[lost]);
                    return Err(match without[lost].is_saturated {
                        true => NoiseProblem::NothingWithout { cluster },
                        false => NoiseProblem::OneCluster { cluster },
                    });
                }
                _ => {}
            }
        }
        let noise = Noise::of(&all, asked, fit.outcome_scale()).filter(Noise::is_finite);
        let noise = noise.ok_or(NoiseProblem::Scale)?;
        let error = |of: &dyn Fn(&Without) -> Option<f64>| {
            let values: Option<Vec<f64>> = without.iter().map(of).collect();
            values.map(|values| left_out_error(&values))
        };
        let noise = noise.with_errors(error(&|without| without.rho), error(&|without| without.drift));
        Ok(LeftOutNoise { noise, models: under, chosen, warning })
    }
}
