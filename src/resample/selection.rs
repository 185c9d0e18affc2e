//! How often is each component among the best few?
//!
//! The best subset of a size is found anew in every replicate, from the replicate's moments. A component that is chosen
//! in nearly all of them is chosen by the data; one that shares its place with others is one of several that would do.

use std::collections::BTreeMap;

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::careful::{Careful, is_degenerate, is_doubtful};
use super::clusters::ClusterMatrix;
use super::draws::Draws;
use super::resampling::Resampling;
use crate::decompose::{Candidates, Progress};
use crate::error::{Error, EstimateError, QuestionError, Result};
use crate::fit::FittedModel;
use crate::numerics::lanes::{LANES, Wide};
use crate::numerics::number::RANK_TOLERANCE;
use crate::warning::{FEW_CLUSTERS, Warning};

/// How often a component is in the best subset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ComponentFrequency {
    /// The component.
    pub component: String,
    /// The part of the replicates, as a fraction, in whose best subset it is.
    pub proportion: f64,
}

/// How often a subset is the best.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SubsetFrequency {
    /// The components in it, in the order of the model.
    pub components: Vec<String>,
    /// The part of the replicates, as a fraction, whose best subset it is.
    pub proportion: f64,
}

/// Which components are chosen when the best subset of one size is looked for in every replicate.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("spending", ["spend_per_child"])
///     .component("vacancies", ["vacancy_rate"])
///     .fit(&panel)?;
/// let selection = fit.bootstrap(200, 7)?.selection(2)?;
/// let sum: f64 = selection.chosen.iter().map(|c| c.proportion).sum();
/// assert!((sum - 2.0).abs() < 1e-12);                        // two are chosen every time
/// assert!(selection.proportion("deprivation")? > 0.9);
/// assert!(selection.subsets[0].components.contains(&"deprivation".to_string()));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Selection {
    /// The outcome.
    pub outcome: String,
    /// Components in the best subset.
    pub size: usize,
    /// The best subset of this size in the full sample, in the order of the model.
    pub best: Vec<String>,
    /// Every component, in the order of the model; their proportions sum to `size`.
    pub chosen: Vec<ComponentFrequency>,
    /// Every subset that is the best in some replicate, the most frequent first; their proportions sum to 1.
    pub subsets: Vec<SubsetFrequency>,
    /// Units that are drawn or left out; rows in a cross-section.
    pub clusters: usize,
    /// Replicates computed. Those whose outcome does not vary have no best subset and are left out of the proportions.
    pub replicates: usize,
    /// Seed of the draws; `None` for the jackknife, which draws nothing, and for draws that were given.
    pub seed: Option<u64>,
    /// Replicates in which a component, or the outcome, has no variation.
    pub degenerate: usize,
    /// What deserves doubt.
    pub warnings: Vec<Warning>,
}

impl Selection {
    /// The part of the replicates in whose best subset this component is.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not in the model.
    pub fn proportion(&self, component: &str) -> Result<f64> {
        let found = self.chosen.iter().find(|c| c.component == component);
        found.map(|c| c.proportion).ok_or_else(|| {
            Error::from(QuestionError::UnknownComponent {
                component: component.to_string(),
                available: self.chosen.iter().map(|c| c.component.clone()).collect(),
            })
        })
    }
}

/// What was found in one replicate.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    /// `None` where the outcome does not vary.
    best: Option<u64>,
    is_degenerate: bool,
    /// Nearly all of a variable's variation is lost.
    is_doubtful: bool,
}

impl Resampling<'_> {
    /// How often each component is in the best subset of this size, over the replicates.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a size of 0 or above the number of components; those of
    /// [`best_subsets`](crate::FittedModel::best_subsets); [`EstimateError::TooFew`] when hardly a replicate has an
    /// outcome that varies.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0, 4.0, 6.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("a", ["x"]).component("b", ["z"]).fit(&panel)?;
    /// let selection = fit.jackknife()?.selection(1)?;
    /// // Whichever row is left out, x explains most.
    /// assert_eq!((selection.best.as_slice(), selection.proportion("a")?), (&["a".to_string()][..], 1.0));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn selection(&self, size: usize) -> Result<Selection> {
        let fit = self.fit;
        let candidates = Candidates::new(fit)?;
        if !(1..=candidates.players.len()).contains(&size) {
            return Err(QuestionError::Option {
                option: "size",
                expected: format!("it must be 1 to {}, the number of components", candidates.players.len()),
                found: size.to_string(),
            }
            .into());
        }
        let best = fit.best_of_size(&candidates, size);
        let matrix = ClusterMatrix::new(fit, &self.clusters, candidates.entries_read());
        let clusters = matrix.n_clusters();
        let replicates = self.draws.replicates(clusters);
        let job = Job { candidates: &candidates, matrix: &matrix, draws: &self.draws, replicates, size, best };
        let (found, bound) = job.all(self)?;

        let chosen: Vec<u64> = found.iter().filter_map(|found| found.best).collect();
        if chosen.len() < 2 {
            let what = "replicates whose outcome varies".to_string();
            return Err(EstimateError::TooFew { what, expected: 2, found: chosen.len() }.into());
        }
        let degenerate = found.iter().filter(|found| found.is_degenerate).count();
        let mut warnings = fit.warnings().to_vec();
        if clusters < FEW_CLUSTERS {
            warnings.push(Warning::FewClusters { clusters, wanted: FEW_CLUSTERS });
        }
        if degenerate > 0 {
            warnings.push(Warning::DegenerateReplicates { degenerate, replicates });
        }
        warnings.extend(bound.map(|bound| Warning::Imprecise { bound }));
        let names = |set| candidates.members_of(set).map(|p| candidates.players.names[p].clone()).collect();
        let proportion = |count: usize| count as f64 / chosen.len() as f64;
        let frequency = |(p, name): (usize, &String)| {
            let count = chosen.iter().filter(|set| *set >> p & 1 == 1).count();
            ComponentFrequency { component: name.clone(), proportion: proportion(count) }
        };
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        chosen.iter().for_each(|set| *counts.entry(*set).or_default() += 1);
        let mut counts: Vec<(u64, usize)> = counts.into_iter().collect();
        // The most frequent first, and of equals the one that has the first component on which they differ.
        counts.sort_by_key(|(set, count)| (std::cmp::Reverse(*count), std::cmp::Reverse(set.reverse_bits())));
        let subsets = counts.iter().map(|&(set, count)| {
            let components = names(set);
            SubsetFrequency { components, proportion: proportion(count) }
        });
        Ok(Selection {
            outcome: fit.design().outcome_name.clone(),
            size,
            best: names(best),
            chosen: candidates.players.names.iter().enumerate().map(frequency).collect(),
            subsets: subsets.collect(),
            clusters,
            replicates,
            seed: self.draws.seed(),
            degenerate,
            warnings,
        })
    }
}

/// What every task reads.
struct Job<'a> {
    candidates: &'a Candidates,
    matrix: &'a ClusterMatrix<'a>,
    draws: &'a Draws,
    replicates: usize,
    size: usize,
    /// The best subset of the full sample, which is hard to better in a replicate.
    best: u64,
}

/// What a task works in, allocated once.
struct Buffers {
    counts: Vec<Wide>,
    entries: Vec<Wide>,
}

impl Job<'_> {
    /// What is found in every replicate, and the error where it matters and there is too much to compute again.
    fn all(&self, resampling: &Resampling) -> Result<(Vec<Found>, Option<f64>)> {
        let zero = Wide([0.0; LANES]);
        let buffers = || Buffers {
            counts: vec![zero; self.matrix.n_clusters()],
            entries: vec![zero; self.candidates.players.layout.len()],
        };
        let progress = resampling.progress(self.replicates as u64);
        let group = |buffers: &mut Buffers, group: usize| {
            let first = group * LANES;
            Arch::new().dispatch(Moments { job: self, buffers, first });
            let lanes = LANES.min(self.replicates - first);
            let found: Vec<Found> = (0..lanes).map(|lane| self.one(buffers, lane)).collect();
            progress.add(lanes as u64);
            (!progress.is_cancelled()).then_some(found)
        };
        let groups = (0..self.replicates.div_ceil(LANES)).into_par_iter().map_init(buffers, group);
        let groups = groups.collect::<Option<Vec<_>>>().ok_or_else(|| self.draws.cancelled())?;
        let mut found: Vec<Found> = groups.into_iter().flatten().collect();
        let bound = self.mend(resampling.fit, &mut found, &progress)?;
        Ok((found, bound))
    }

    /// The best subset in one lane.
    fn one(&self, buffers: &Buffers, lane: usize) -> Found {
        let players = &self.candidates.players;
        let entries: Vec<f64> = buffers.entries.iter().map(|wide| wide.0[lane]).collect();
        let left = |v: usize| players.centred(v, &entries);
        let outcome = players.outcome();
        let clusters = self.matrix.n_clusters();
        let is_one_unit = self.matrix.clusters().are_units()
            && match self.draws {
                Draws::LeaveOneOut => clusters == 2,
                _ => buffers.counts.iter().any(|count| count.0[lane] == clusters as f64),
            };
        // What is left by subtraction carries the rounding of what was taken away; a sum of nothing is nothing.
        let nothing = if *self.draws == Draws::LeaveOneOut { f64::NEG_INFINITY } else { 1e-14 };
        let mut columns = players.variables.iter().flatten().chain(&players.always);
        let is_lost = columns.any(|&v| is_doubtful(left(v), nothing));
        let varies = left(outcome) > RANK_TOLERANCE;
        Found {
            best: varies.then(|| self.candidates.best_of_size(&entries, self.size, Some(self.best))),
            is_degenerate: is_degenerate(players, |v| left(v) > RANK_TOLERANCE, is_one_unit),
            is_doubtful: is_lost || is_doubtful(left(outcome), f64::NEG_INFINITY),
        }
    }

    /// Finds again, in twice the precision, what doubles cannot be trusted with.
    fn mend(&self, fit: &FittedModel, found: &mut [Found], progress: &Progress) -> Result<Option<f64>> {
        let players = &self.candidates.players;
        let careful = Careful::new(fit, self.matrix.clusters(), None);
        let all = fit.needs_precision() && careful.can_add(self.replicates);
        let again: Vec<usize> = (0..self.replicates).filter(|&r| all || found[r].is_doubtful).collect();
        if again.is_empty() {
            return Ok(fit.error_bound(false));
        }
        if !careful.can_add(again.len()) {
            // A column of which next to nothing is left may be taken for none.
            return Ok(Some(1.0));
        }
        let one = |&replicate: &usize| {
            let moments = careful.moments(players, &self.draws.drawn(replicate, self.matrix.n_clusters()));
            let varies = moments.varies[players.outcome()];
            let best = || self.candidates.best_of_size(&moments.entries, self.size, Some(self.best));
            Found { best: varies.then(best), is_degenerate: moments.is_degenerate, is_doubtful: false }
        };
        let mended: Option<Vec<Found>> =
            again.par_iter().map(|replicate| progress.goes_on().then(|| one(replicate))).collect();
        let mended = mended.ok_or_else(|| self.draws.cancelled())?;
        again.iter().zip(mended).for_each(|(&replicate, mended)| found[replicate] = mended);
        Ok(fit.error_bound(all))
    }
}

/// The moments of eight replicates, by the instruction set of this machine.
struct Moments<'a> {
    job: &'a Job<'a>,
    buffers: &'a mut Buffers,
    first: usize,
}

impl WithSimd for Moments<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Moments { job, buffers: Buffers { counts, entries }, first } = self;
        match job.draws {
            Draws::LeaveOneOut => job.matrix.leaving_out(first, entries),
            draws => {
                draws.counts(first, counts);
                job.matrix.weighted(counts, entries);
            }
        }
    }
}
