//! A method made ready for its players, evaluated on any moments by any kind of number.
//!
//! Whatever the method, its answer is one list of numbers: what is always in, the components, the unexplained, and then
//! what the method has to say beyond that (see [`Detail`](super::Detail)).
//!
//! A method is written once, for any [`Lanes`] and any instruction set ([`Evaluate`]). Whoever holds one does not know
//! which it is ([`Prepared`]), and calls it for one of the kinds of number that there are; within the call the
//! instruction set of this machine is chosen, so that all below is compiled for it.

use pulp::{Simd, WithSimd};

use super::coalitions::branches::Parallel;
use super::coalitions::progress::Part;
use super::coalitions::{Players, Root};
use crate::fit::FittedModel;
use crate::numerics::double::Double;
use crate::numerics::lanes::Wide;
use crate::numerics::number::Lane;
use crate::numerics::real::Lanes;
use crate::warning::Warning;

/// What a prepared method reads, and how much it does and says.
pub(super) trait Needs: Send + Sync {
    /// The matrices that are gathered from the moments.
    fn roots(&self) -> Vec<&Root>;

    /// Positions in the moments that are read beside those of the roots.
    fn reads(&self) -> Vec<usize> {
        Vec::new()
    }

    /// Numbers in the answer beyond the shares.
    fn n_beyond(&self) -> usize {
        0
    }

    /// How many coalitions are enumerated; one where the method needs a few.
    fn n_coalitions(&self) -> u64 {
        1
    }

    /// Players whose coalitions are all kept, where any are.
    fn table_players(&self) -> Option<usize> {
        None
    }

    /// Puts what an answer says of columns back on the scale of the sample, where it is of variables times these scales.
    /// Shares have none.
    fn rescale(&self, _scales: &[f64], _answer: &mut [f64]) {}

    /// What deserves doubt in this method's shares of this fit.
    fn warnings(&self, _: &FittedModel) -> Vec<Warning> {
        Vec::new()
    }
}

/// How a prepared method is evaluated, for any kind of number and any instruction set.
pub(super) trait Evaluate: Needs + Sized + 'static {
    /// Memory to work in, allocated once and used again.
    type Scratch<L: Lanes>;

    fn scratch<L: Lanes>(&self) -> Self::Scratch<L>;

    /// The answer, as parts of the total sum of squares; where the outcome does not vary, all zero. Says to `part` how
    /// far it is where it takes long; nothing of use once that was told to stop. Written `#[inline(always)]`, or it is
    /// not compiled for the instruction set.
    fn evaluate<L: Lanes, S: Simd>(
        &self,
        simd: S,
        entries: &[L],
        total: L,
        part: &Part,
        scratch: &mut Self::Scratch<L>,
        out: &mut [L],
    );

    /// The same of the full sample: in parallel where there are many coalitions.
    fn evaluate_in_parallel<L: Lanes + Parallel>(&self, entries: &[L], total: L, part: &Part, out: &mut [L]) {
        L::dispatch(Call { method: self, entries, total, part, scratch: &mut self.scratch(), out });
    }
}

/// Any prepared method.
pub(super) trait Prepared: Needs + On<Wide> + On<Double> + InParallel<f64> + InParallel<Double> {}

impl<M: Evaluate> Prepared for M {}

/// Any prepared method on this kind of number.
pub(super) trait On<L> {
    /// With its memory, and the players that the total sum of squares is read by.
    fn evaluator<'a>(&'a self, players: &'a Players) -> Box<dyn Evaluator<L> + 'a>;
}

/// Any prepared method on the full sample in this kind of number: see [`Evaluate::evaluate_in_parallel`].
pub(super) trait InParallel<L> {
    fn in_parallel(&self, entries: &[L], total: L, part: &Part, out: &mut [L]);
}

/// A prepared method and the memory that it works in.
pub(crate) trait Evaluator<L> {
    /// The answer, as parts of the total sum of squares, in as many numbers as the plan says; nothing of use once `part`
    /// was told to stop.
    fn evaluate(&mut self, entries: &[L], part: &Part, out: &mut [L]);
}

struct WithScratch<'a, M: Evaluate, L: Lanes> {
    method: &'a M,
    players: &'a Players,
    scratch: M::Scratch<L>,
}

impl<L: Lanes + 'static, M: Evaluate> On<L> for M {
    fn evaluator<'a>(&'a self, players: &'a Players) -> Box<dyn Evaluator<L> + 'a> {
        Box::new(WithScratch { method: self, players, scratch: self.scratch() })
    }
}

impl<L: Lanes + Parallel, M: Evaluate> InParallel<L> for M {
    fn in_parallel(&self, entries: &[L], total: L, part: &Part, out: &mut [L]) {
        self.evaluate_in_parallel(entries, total, part, out);
    }
}

impl<L: Lanes, M: Evaluate> Evaluator<L> for WithScratch<'_, M, L> {
    fn evaluate(&mut self, entries: &[L], part: &Part, out: &mut [L]) {
        let total = self.players.total_sum_of_squares(entries);
        L::dispatch(Call { method: self.method, entries, total, part, scratch: &mut self.scratch, out });
    }
}

/// [`Evaluate::evaluate`] by the instruction set of this machine.
struct Call<'a, M: Evaluate, L: Lanes> {
    method: &'a M,
    entries: &'a [L],
    total: L,
    part: &'a Part<'a>,
    scratch: &'a mut M::Scratch<L>,
    out: &'a mut [L],
}

impl<M: Evaluate, L: Lanes> WithSimd for Call<'_, M, L> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.method.evaluate(simd, self.entries, self.total, self.part, self.scratch, self.out);
    }
}

/// Room for the largest of these matrices: they are gathered one after another.
pub(super) fn room<'a, L: Lane>(roots: impl IntoIterator<Item = &'a Root>) -> Vec<L> {
    vec![L::splat(0.0); roots.into_iter().map(Root::len).max().unwrap_or(0)]
}

/// From reductions of the residual sum of squares, the first of them what is left on `always`, to parts of the total.
#[inline(always)]
pub(super) fn to_shares<L: Lane>(total: L, out: &mut [L]) {
    let per_total = total.inverse_pivot();
    out[0] = total - out[0];
    out.iter_mut().for_each(|share| *share = *share * per_total);
}
