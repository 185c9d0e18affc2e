//! The shares in every replicate, eight replicates at a time.

use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::Array2;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::clusters::ClusterMatrix;
use super::draws::Draws;
use crate::decompose::{Breakdown, Plan, Players, Scratch};
use crate::error::{Error, Result};
use crate::fit::{FittedModel, LANES, RANK_TOLERANCE, Wide};

/// Groups of eight replicates in a parallel task, at least.
const TASK: usize = 4;

/// Groups times the numbers each works on, below which waking other threads costs more than it saves.
const WORTH_THREADS: usize = 10_000;

/// The shares of one breakdown in every replicate.
#[derive(Debug, Clone, PartialEq)]
pub struct Replicates {
    /// What the columns of `shares` are: `always`, the components, `unexplained`.
    pub names: Vec<String>,
    /// One row for each replicate, shares of the total as fractions; NaN where the outcome does not vary.
    pub shares: Array2<f64>,
    /// Replicates in which a component that varies in the sample does not, or the outcome does not.
    pub degenerate: usize,
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
    matrix: &'a ClusterMatrix<'a>,
    draws: Draws,
    replicates: usize,
}

/// What a task works in, allocated once.
struct Room {
    counts: Vec<Wide>,
    entries: Vec<Wide>,
    scratch: Vec<Scratch<Wide>>,
    shares: Vec<Wide>,
}

pub(super) fn compute(
    fit: &FittedModel,
    draws: &Draws,
    breakdowns: &[&Breakdown],
    progress: Option<&(dyn Fn(usize, usize) + Send + Sync)>,
) -> Result<Vec<Replicates>> {
    let players = fit.players();
    let mut plans = Vec::with_capacity(breakdowns.len());
    for breakdown in breakdowns {
        check_same_fit(fit, &players, breakdown)?;
        plans.push(fit.plan(&breakdown.method, &players)?);
    }
    let roots: Vec<_> = plans.iter().flat_map(Plan::roots).collect();
    let matrix = ClusterMatrix::new(fit, players.entries_read(&roots));
    let replicates = draws.replicates(matrix.n_clusters());
    let job = Job { players: &players, plans: &plans, matrix: &matrix, draws: *draws, replicates };

    let rows = players.len() + 2;
    let done = AtomicUsize::new(0);
    let group = |room: &mut Room, group: usize| {
        let first = group * LANES;
        let found = Arch::new().dispatch(Group { job: &job, room, first });
        if let Some(progress) = progress {
            let size = LANES.min(replicates - first);
            progress(done.fetch_add(size, Ordering::Relaxed) + size, replicates);
        }
        found
    };
    let n_groups = replicates.div_ceil(LANES);
    let work = n_groups.saturating_mul(players.layout.len().saturating_add(1 << players.len().min(20)));
    let groups: Vec<(Vec<f64>, usize)> = if work < WORTH_THREADS {
        let mut room = job.room();
        (0..n_groups).map(|g| group(&mut room, g)).collect()
    } else {
        (0..n_groups).into_par_iter().with_min_len(TASK).map_init(|| job.room(), group).collect()
    };

    let mut names = vec!["always".to_string()];
    names.extend(players.names.iter().cloned());
    names.push("unexplained".to_string());
    let degenerate = groups.iter().map(|(_, degenerate)| degenerate).sum();
    let of_plan = |plan: usize| {
        let share = |(replicate, row): (usize, usize)| {
            let (group, lane) = (replicate / LANES, replicate % LANES);
            groups[group].0[(plan * rows + row) * LANES + lane]
        };
        Replicates { names: names.clone(), shares: Array2::from_shape_fn((replicates, rows), share), degenerate }
    };
    Ok((0..plans.len()).map(of_plan).collect())
}

impl Job<'_> {
    fn room(&self) -> Room {
        let zero = Wide([0.0; LANES]);
        Room {
            counts: vec![zero; self.matrix.n_clusters()],
            entries: vec![zero; self.players.layout.len()],
            scratch: self.plans.iter().map(|plan| plan.scratch(self.players)).collect(),
            shares: vec![zero; self.players.len() + 2],
        }
    }
}

/// Eight replicates, by the instruction set of this machine: their shares for every plan, and how many of them are
/// degenerate.
struct Group<'a> {
    job: &'a Job<'a>,
    room: &'a mut Room,
    first: usize,
}

impl WithSimd for Group<'_> {
    type Output = (Vec<f64>, usize);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let Group { job, room, first } = self;
        let Room { counts, entries, scratch, shares } = room;
        match job.draws {
            Draws::LeaveOneOut => job.matrix.leaving_out(first, entries),
            Draws::Bootstrap { seed, .. } => {
                Draws::counts(seed, first, counts);
                job.matrix.weighted(counts, entries);
            }
        }
        let total = job.players.total_sum_of_squares(entries);
        let mut out = Vec::with_capacity(job.plans.len() * shares.len() * LANES);
        for (plan, scratch) in job.plans.iter().zip(scratch) {
            plan.shares(simd, job.players, entries, scratch, shares);
            for share in &*shares {
                out.extend((0..LANES).map(|l| if total.0[l] > RANK_TOLERANCE { share.0[l] } else { f64::NAN }));
            }
        }
        let lanes = LANES.min(job.replicates - first);
        let degenerate = job.players.degenerate(entries, total);
        (out, degenerate.iter().take(lanes).filter(|d| **d).count())
    }
}

impl Players {
    /// In which lanes the outcome, or all columns of a component, have lost their variation.
    #[inline(always)]
    fn degenerate(&self, entries: &[Wide], total: Wide) -> [bool; LANES] {
        let mut degenerate = total.0.map(|t| t <= RANK_TOLERANCE);
        for (player, variables) in self.variables.iter().enumerate() {
            // Without columns of its own a component either has unit effects, or nothing to lose.
            if variables.is_empty() || self.has_unit_effects[player] {
                continue;
            }
            let mut varies = [false; LANES];
            for &v in variables {
                let centred = self.centred::<Wide>(v, entries);
                varies.iter_mut().zip(centred.0).for_each(|(varies, left)| *varies |= left > RANK_TOLERANCE);
            }
            degenerate.iter_mut().zip(varies).for_each(|(degenerate, varies)| *degenerate |= !varies);
        }
        degenerate
    }
}

/// A breakdown that was stored and read again passes; one of another model or sample does not.
fn check_same_fit(fit: &FittedModel, players: &Players, breakdown: &Breakdown) -> Result<()> {
    let differs = |message: String| Err(Error::OtherFit { message });
    let (here, there) = (&fit.design().outcome_name, &breakdown.outcome);
    if here != there {
        return differs(format!("its outcome is {there}, not {here}"));
    }
    let names: Vec<&str> = breakdown.components.iter().map(|c| c.name.as_str()).collect();
    if players.names.iter().ne(names.iter()) {
        return differs(format!("its components are {}, not {}", names.join(", "), players.names.join(", ")));
    }
    if fit.sample().n_observations != breakdown.sample.n_observations {
        let (here, there) = (fit.sample().n_observations, breakdown.sample.n_observations);
        return differs(format!("its sample has {there} rows, not {here}"));
    }
    let everyone: Vec<&str> = players.names.iter().map(String::as_str).collect();
    let r2 = fit.r2_overall_of(&everyone)?;
    if (r2 - breakdown.r2_overall).abs() > 1e-9 {
        return differs(format!("its R² is {}, not {r2}", breakdown.r2_overall));
    }
    Ok(())
}
