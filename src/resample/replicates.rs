//! The shares in every replicate, eight replicates at a time.

use ndarray::Array2;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::careful::{Careful, is_degenerate, is_doubtful};
use super::cluster_groups::ClusterGroups;
use super::cluster_set::ClusterSet;
use super::clusters::ClusterMatrix;
use super::draws::Draws;
use super::told::Told;
use crate::decompose::{Breakdown, Evaluator, GroupSums, Plan, Players, Progress};
use crate::error::{EstimateError, FitDifference, QuestionError, Result};
use crate::fit::FittedModel;
use crate::numerics::lanes::{LANES, Wide};
use crate::numerics::number::RANK_TOLERANCE;

/// Groups of eight replicates in a parallel task, at least.
const TASK: usize = 4;

/// Groups times the numbers each works on, below which waking other threads costs more than it saves.
const WORTH_THREADS: usize = 10_000;

/// Up to so many players, the values of all coalitions of eight replicates are kept, in 64 MB for each thread.
const MOST_IN_TABLE: usize = 20;
/// The coalitions of all replicates together are at most two to this power: some ten minutes' work.
const MOST_COALITIONS: usize = 41;
/// At most so many numbers are found over all replicates (512 MB).
const MOST_NUMBERS: usize = 64 << 20;

/// The shares of one breakdown in every replicate.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Replicates {
    /// What the first columns of `shares` are: `always` (of zeros where no term is always in), the components,
    /// `unexplained`. Columns beyond them are what the method says beyond, in the order of the breakdown's
    /// [`Detail`](crate::decompose::Detail).
    pub names: Vec<String>,
    /// One row for each replicate, shares of the total as fractions; NaN where the outcome does not vary.
    pub shares: Array2<f64>,
    /// Replicates in which a component that varies in the sample does not, or the outcome does not.
    pub degenerate: usize,
    /// The error of a share in doubles, where columns are so nearly collinear that it matters and there are too many
    /// replicates to compute them in twice the precision; `None` where the shares are good to nine digits.
    pub error_bound: Option<f64>,
}

impl Replicates {
    /// Replicates whose outcome varies.
    pub(super) fn usable(&self) -> Vec<usize> {
        (0..self.shares.nrows()).filter(|&r| !self.shares[[r, 0]].is_nan()).collect()
    }
}

/// What every task reads.
struct Job<'a> {
    players: &'a Players,
    plans: &'a [Plan],
    groups: Option<&'a ClusterGroups>,
    /// Where each plan's answer begins among those of all.
    starts: Vec<usize>,
    matrix: &'a ClusterMatrix<'a>,
    draws: &'a Draws,
    replicates: usize,
}

/// What a task works in, allocated once.
struct Buffers<'a> {
    counts: Vec<Wide>,
    entries: Vec<Wide>,
    /// One for each plan, with its memory.
    evaluators: Vec<Box<dyn Evaluator<Wide> + 'a>>,
    /// One list for each plan.
    answers: Vec<Vec<Wide>>,
}

/// Breakdowns whose methods are ready for replicates.
pub(super) struct Planned<'a> {
    fit: &'a FittedModel,
    clusters: &'a ClusterSet,
    players: Players,
    plans: Vec<Plan>,
    /// What is read beside the moments: sums of groups that clusters lie in.
    groups: Option<ClusterGroups>,
}

impl<'a> Planned<'a> {
    /// # Errors
    /// [`EstimateError::OtherFit`] for a breakdown that is not of this fit.
    pub(super) fn new(fit: &'a FittedModel, clusters: &'a ClusterSet, breakdowns: &[&Breakdown]) -> Result<Self> {
        let mut plans = Vec::with_capacity(breakdowns.len());
        for breakdown in breakdowns {
            let credited = fit.credited(&breakdown.method);
            check_same_fit(fit, &credited, breakdown)?;
            let plan = fit.plan_for(&breakdown.method, credited)?;
            if !plan.says(fit.design(), &breakdown.detail) {
                let why = FitDifference::Detail { method: breakdown.method.name() };
                return Err(EstimateError::OtherFit { why }.into());
            }
            plans.push(plan);
        }
        Ok(Planned { fit, clusters, players: fit.players(), plans, groups: None })
    }

    /// Methods that are ready, and read no more than the moments.
    pub(super) fn of_plans(fit: &'a FittedModel, clusters: &'a ClusterSet, plans: Vec<Plan>) -> Self {
        Planned { fit, clusters, players: fit.players(), plans, groups: None }
    }

    /// Methods that read the sums of these groups too.
    pub(super) fn with_groups(
        fit: &'a FittedModel,
        clusters: &'a ClusterSet,
        plans: Vec<Plan>,
        groups: &GroupSums,
    ) -> Self {
        let groups = (groups.len() > 0).then(|| ClusterGroups::new(fit, clusters, groups));
        Planned { groups, ..Planned::of_plans(fit, clusters, plans) }
    }

    /// Coalitions in one replicate.
    pub(super) fn n_coalitions(&self) -> u64 {
        self.plans.iter().map(Plan::n_coalitions).fold(0, u64::saturating_add)
    }

    /// Whether tables and answers of all replicates fit into memory.
    pub(super) fn check_size(&self, draws: &Draws) -> Result<()> {
        check_size(&self.plans, draws.replicates(self.clusters.len()))
    }

    /// The shares in every replicate.
    ///
    /// # Errors
    /// Where there are too many numbers; [`EstimateError::Cancelled`] once `progress` was told to stop.
    pub(super) fn replicates(&self, draws: &Draws, progress: &Progress) -> Result<Vec<Replicates>> {
        let Planned { fit, clusters, players, plans, groups } = self;
        let replicates = draws.replicates(clusters.len());
        self.check_size(draws)?;
        let mut read: Vec<usize> = plans.iter().flat_map(Plan::reads).chain(players.entries_read(&[])).collect();
        // Methods read much the same entries; each is formed once.
        read.sort_unstable();
        read.dedup();
        let matrix = ClusterMatrix::new(fit, clusters, read);
        let starts = plans.iter().scan(0, |next, plan| {
            *next += plan.len();
            Some(*next - plan.len())
        });
        let starts = starts.collect();
        let job = Job { players, plans, groups: groups.as_ref(), starts, matrix: &matrix, draws, replicates };

        // Cut short, what is found of a group is of no use.
        let group = |buffers: &mut Buffers, group: usize| {
            let found = Arch::new().dispatch(Group { job: &job, buffers, first: group * LANES, progress });
            (!progress.is_cancelled()).then_some(found)
        };
        let n_groups = replicates.div_ceil(LANES);
        let work = n_groups.saturating_mul(players.layout.len().saturating_add(1 << players.len().min(20)));
        let groups: Option<Vec<Found>> = if work < WORTH_THREADS {
            let mut buffers = job.buffers();
            (0..n_groups).map(|g| group(&mut buffers, g)).collect()
        } else {
            (0..n_groups).into_par_iter().with_min_len(TASK).map_init(|| job.buffers(), group).collect()
        };
        let mut groups = groups.ok_or_else(|| draws.cancelled())?;
        let error_bound = job.mend(fit, &mut groups, progress)?;

        let degenerate = (0..replicates).filter(|r| groups[r / LANES].degenerate[r % LANES]).count();
        let of_plan = |plan: usize| {
            let share =
                |(replicate, row): (usize, usize)| groups[replicate / LANES].shares[job.at(plan, row, replicate)];
            let shares = Array2::from_shape_fn((replicates, plans[plan].len()), share);
            let credited = plans[plan].players().names.iter().map(String::as_str);
            let names = ["always"].into_iter().chain(credited).chain(["unexplained"]).map(str::to_string).collect();
            Replicates { names, shares, degenerate, error_bound }
        };
        Ok((0..plans.len()).map(of_plan).collect())
    }
}

impl Job<'_> {
    fn buffers(&self) -> Buffers<'_> {
        let zero = Wide([0.0; LANES]);
        Buffers {
            counts: vec![zero; self.matrix.n_clusters()],
            entries: vec![zero; self.players.layout.len() + self.groups.map_or(0, ClusterGroups::len)],
            evaluators: self.plans.iter().map(Plan::evaluator).collect(),
            answers: self.plans.iter().map(|plan| vec![zero; plan.len()]).collect(),
        }
    }

    /// Where a share stands among those of its group.
    fn at(&self, plan: usize, row: usize, replicate: usize) -> usize {
        (self.starts[plan] + row) * LANES + replicate % LANES
    }

    /// In which lanes something has lost its variation, and in which nearly all of it.
    #[inline(always)]
    fn verdicts(&self, entries: &[Wide], counts: &[Wide], first: usize) -> ([bool; LANES], [bool; LANES]) {
        let players = self.players;
        let (mut degenerate, mut doubtful) = ([false; LANES], [false; LANES]);
        let outcome = players.outcome();
        let variables = || players.variables.iter().flatten().chain(&players.always).copied().chain([outcome]);
        // The least of all variables first: where that is much, as nearly always, no variable needs a closer look.
        let mut least = [1.0_f64; LANES];
        for v in variables() {
            let left = players.centred::<Wide>(v, entries);
            least.iter_mut().zip(left.0).for_each(|(least, left)| *least = if left < *least { left } else { *least });
        }
        let n_clusters = self.matrix.n_clusters() as f64;
        let mut most_drawn = [0.0_f64; LANES];
        if *self.draws != Draws::LeaveOneOut {
            for count in counts {
                most_drawn.iter_mut().zip(count.0).for_each(|(most, n)| *most = if n > *most { n } else { *most });
            }
        }
        // What is left by subtraction carries the rounding of what was taken away; a sum of nothing is nothing.
        let nothing = if *self.draws == Draws::LeaveOneOut { f64::NEG_INFINITY } else { 1e-14 };
        for lane in 0..LANES.min(self.replicates - first) {
            // One unit by itself, however often, has no differences between units.
            let is_one_unit = self.matrix.clusters().are_units()
                && (most_drawn[lane] == n_clusters || n_clusters == 2.0 && *self.draws == Draws::LeaveOneOut);
            if !is_one_unit && !is_doubtful(least[lane], f64::NEG_INFINITY) {
                continue;
            }
            let left = |v: usize| players.centred::<Wide>(v, entries).0[lane];
            degenerate[lane] = is_degenerate(players, |v| left(v) > RANK_TOLERANCE, is_one_unit);
            // The outcome is never plainly nothing: whether it varies decides whether there are shares at all.
            doubtful[lane] =
                variables().any(|v| is_doubtful(left(v), if v == outcome { f64::NEG_INFINITY } else { nothing }));
        }
        (degenerate, doubtful)
    }

    /// Computes again, in twice the precision, what doubles cannot be trusted with; the error that remains where that
    /// would take too long.
    fn mend(&self, fit: &FittedModel, groups: &mut [Found], progress: &Progress) -> Result<Option<f64>> {
        let is_doubtful = |r: &usize| groups[r / LANES].doubtful[r % LANES];
        let careful = Careful::new(fit, self.matrix.clusters(), self.groups);
        // Owen values walk more coalitions than their components have.
        let components = self.plans.iter().map(Plan::enumerated).fold(self.players.len(), usize::max);
        let all = fit.needs_precision() && careful.is_affordable(components, self.replicates);
        let replicates: Vec<usize> = (0..self.replicates).filter(|r| all || is_doubtful(r)).collect();
        if replicates.is_empty() {
            return Ok(fit.error_bound(false));
        }
        if !careful.is_affordable(components, replicates.len()) {
            // A column of which next to nothing is left may be taken for none.
            return Ok(Some(1.0));
        }
        let n_clusters = self.matrix.n_clusters();
        let again = |&r: &usize| {
            let drawn = || self.draws.drawn(r, n_clusters);
            progress.goes_on().then(|| careful.replicate(self.players, self.plans, &drawn()))
        };
        let mended: Option<Vec<_>> = replicates.par_iter().map(again).collect();
        let mended = mended.ok_or_else(|| self.draws.cancelled())?;
        for (&replicate, mended) in replicates.iter().zip(mended) {
            let group = &mut groups[replicate / LANES];
            group.degenerate[replicate % LANES] = mended.is_degenerate;
            for (plan, shares) in mended.shares.iter().enumerate() {
                for (row, share) in shares.iter().enumerate() {
                    group.shares[self.at(plan, row, replicate)] = *share;
                }
            }
        }
        Ok(fit.error_bound(all))
    }
}

/// What is found of eight replicates: their shares, and in which of them something lacks variation.
struct Found {
    /// By plan, row and lane; see [`Job::at`].
    shares: Vec<f64>,
    degenerate: [bool; LANES],
    /// Nearly all of a variable's variation is lost.
    doubtful: [bool; LANES],
}

/// Eight replicates, by the instruction set of this machine.
struct Group<'a, 'b> {
    job: &'a Job<'a>,
    buffers: &'a mut Buffers<'b>,
    first: usize,
    progress: &'a Progress<'a>,
}

impl WithSimd for Group<'_, '_> {
    type Output = Found;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Self::Output {
        let Group { job, buffers, first, progress } = self;
        let Buffers { counts, entries, evaluators, answers } = buffers;
        match job.draws {
            Draws::LeaveOneOut => job.matrix.leaving_out(first, entries),
            draws => {
                draws.counts(first, counts);
                job.matrix.weighted(counts, entries);
            }
        }
        if let Some(groups) = job.groups {
            // Summed anew where a cluster is left out too: of a group that leaves as a whole nothing may stay.
            job.draws.counts(first, counts);
            groups.weighted(counts, &mut entries[job.players.layout.len()..]);
        }
        let total = job.players.total_sum_of_squares(entries);
        let mut out = Vec::with_capacity(answers.iter().map(Vec::len).sum::<usize>() * LANES);
        let samples = LANES.min(job.replicates - first);
        for ((plan, evaluator), answer) in job.plans.iter().zip(evaluators).zip(answers) {
            let part = progress.part(plan.n_coalitions(), samples);
            evaluator.evaluate(entries, &part, answer);
            part.end();
            for share in &*answer {
                out.extend((0..LANES).map(|l| if total.0[l] > RANK_TOLERANCE { share.0[l] } else { f64::NAN }));
            }
        }
        let (degenerate, doubtful) = job.verdicts(entries, counts, first);
        Found { shares: out, degenerate, doubtful }
    }
}

/// See [`Planned::check_size`].
fn check_size(plans: &[Plan], replicates: usize) -> Result<()> {
    if let Some(found) = plans.iter().filter_map(Plan::table_players).max().filter(|found| *found > MOST_IN_TABLE) {
        return Err(EstimateError::TooManyComponents {
            method: "resampling a method that keeps the values of all coalitions".to_string(),
            limit: MOST_IN_TABLE,
            found,
            instead: "put components together, ask for no intervals, or resample sequential or shapley shares"
                .to_string(),
        }
        .into());
    }
    let most = MOST_COALITIONS.saturating_sub(replicates.max(1).ilog2() as usize);
    if let Some(found) = plans.iter().map(Plan::enumerated).max().filter(|found| *found > most) {
        return Err(EstimateError::TooManyComponents {
            method: format!("a method that enumerates coalitions, in {replicates} replicates,"),
            limit: most,
            found,
            instead: "put components together, ask for no intervals, or resample sequential shares".to_string(),
        }
        .into());
    }
    let numbers = plans.iter().map(Plan::len).sum::<usize>();
    if numbers.saturating_mul(replicates) > MOST_NUMBERS {
        return Err(QuestionError::Option {
            option: "replicates times numbers in the breakdowns",
            expected: format!("at most {MOST_NUMBERS} fit: use fewer replicates, components or methods"),
            found: format!("{replicates} times {numbers}"),
        }
        .into());
    }
    Ok(())
}

/// A breakdown that was stored and read again passes; one of another model or sample does not.
pub(super) fn check_same_fit(fit: &FittedModel, players: &Players, breakdown: &Breakdown) -> Result<()> {
    let components = breakdown.components.iter().map(|c| c.name.clone()).collect();
    check_same(fit, players, &breakdown.outcome, components, breakdown.sample.n_observations, breakdown.r2_overall)
}

/// The same of any answer that says so much.
pub(super) fn check_same(
    fit: &FittedModel,
    players: &Players,
    outcome: &str,
    components: Vec<String>,
    rows: usize,
    r2_overall: f64,
) -> Result<()> {
    let (expected_outcome, names) = (&fit.design().outcome_name, &players.names);
    let expected = Told {
        outcome: expected_outcome,
        components: names.clone(),
        rows: fit.sample().n_observations,
        r2_overall: fit.r2_overall(),
    };
    expected.check(Told { outcome, components, rows, r2_overall })
}
