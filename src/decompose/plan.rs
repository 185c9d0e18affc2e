//! One method on one set of players, ready to be evaluated on any moments: the full sample's, or replicates'.

use std::mem::discriminant;

use super::coalitions::Players;
use super::coalitions::progress::Progress;
use super::detail::Detail;
use super::evaluate::{Evaluator, InParallel, On, Prepared};
use super::method::Method;
use crate::fit::FittedModel;
use crate::model::Design;
use crate::numerics::double::Double;
use crate::numerics::lanes::Wide;
use crate::numerics::real::{Lanes, Real};
use crate::warning::Warning;

/// A method prepared for its players.
pub(crate) struct Plan {
    method: Method,
    players: Players,
    prepared: Box<dyn Prepared>,
}

impl Plan {
    pub(super) fn new(method: Method, players: Players, prepared: Box<dyn Prepared>) -> Self {
        Plan { method, players, prepared }
    }

    /// The method, with nothing left open.
    pub(super) fn method(&self) -> &Method {
        &self.method
    }

    /// The players that are credited: the components, or their columns.
    pub(crate) fn players(&self) -> &Players {
        &self.players
    }

    /// Numbers in the answer.
    pub(crate) fn len(&self) -> usize {
        self.players.len() + 2 + self.prepared.n_beyond()
    }

    /// Players whose coalitions are all kept, where any are.
    pub(crate) fn table_players(&self) -> Option<usize> {
        self.prepared.table_players()
    }

    /// How many coalitions are enumerated.
    pub(crate) fn n_coalitions(&self) -> u64 {
        self.prepared.n_coalitions()
    }

    /// As many players as it takes to have so many coalitions.
    pub(crate) fn enumerated(&self) -> usize {
        self.n_coalitions().next_power_of_two().ilog2() as usize
    }

    /// What deserves doubt in this method's shares.
    pub(super) fn warnings(&self, fit: &FittedModel) -> Vec<Warning> {
        self.prepared.warnings(fit)
    }

    /// Positions in the moments that are read.
    pub(crate) fn reads(&self) -> Vec<usize> {
        let mut reads = self.players.entries_read(&self.prepared.roots());
        reads.extend(self.prepared.reads());
        reads
    }

    /// What the method says in the numbers beyond the shares.
    pub(super) fn detail(&self, design: &Design, beyond: &[f64]) -> Detail {
        self.method.definition().detail(&self.players, design, beyond)
    }

    /// Whether it is what the method says, in as many numbers.
    pub(crate) fn says(&self, design: &Design, detail: &Detail) -> bool {
        let is_its = detail.is_nothing() || discriminant(detail) == discriminant(&self.detail(design, &[]));
        is_its && detail.len() == self.prepared.n_beyond()
    }

    /// What the method gives everybody of variation that lies between units and goes with no column: the noise of the
    /// units' means. All of it goes to unit effects, one way or another.
    pub(crate) fn of_noise(&self) -> Vec<f64> {
        let mut answer = vec![0.0; self.len()];
        if self.players.always_has_unit_effects || self.players.has_unit_effects.contains(&true) {
            // Columns of length one without anything in common, and an outcome that does not vary within units.
            let layout = self.players.layout;
            let mut entries = vec![0.0; layout.len()];
            entries[layout.weight()] = 1.0;
            for v in 0..layout.0 {
                entries[layout.raw(v, v)] = 1.0;
                entries[layout.within(v, v)] = f64::from(u8::from(v != self.players.outcome()));
            }
            if let Some(found) = self.point_answer(entries.as_slice(), &Progress::unwatched()) {
                answer = found;
            }
        }
        // What others are given of noise is not explained.
        answer[1 + self.players.len()] = -1.0;
        answer
    }

    /// The method on several replicates at a time, with memory of its own.
    pub(crate) fn evaluator(&self) -> Box<dyn Evaluator<Wide> + '_> {
        self.prepared.evaluator(&self.players)
    }

    /// The answer from moments in twice the precision, one coalition after another; the moments are of the sample's
    /// variables times these scales.
    pub(crate) fn precise_answer(&self, entries: &[Double], scales: &[f64]) -> Vec<f64> {
        let mut out = vec![Double::new(0.0); self.len()];
        On::<Double>::evaluator(&*self.prepared, &self.players).evaluate(
            entries,
            &Progress::unwatched().part(0, 1),
            &mut out,
        );
        let mut answer: Vec<f64> = out.into_iter().map(Double::value).collect();
        self.prepared.rescale(scales, &mut answer);
        answer
    }

    /// The answer of the full sample, in parallel where there are many coalitions; `None` once `progress` was told to
    /// stop.
    pub(super) fn point_answer<L: Lanes>(&self, entries: &[L], progress: &Progress) -> Option<Vec<f64>>
    where
        dyn Prepared: InParallel<L>,
    {
        let mut out = vec![L::splat(0.0); self.len()];
        let total = self.players.total_sum_of_squares(entries);
        let part = progress.part(self.n_coalitions(), 1);
        InParallel::<L>::in_parallel(&*self.prepared, entries, total, &part, &mut out);
        part.end();
        (!progress.is_cancelled()).then(|| out.iter().map(|x| x.lane(0).value()).collect())
    }
}
