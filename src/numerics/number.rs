//! What does the elimination need of a number?
//!
//! The same code computes a point estimate (`f64`), eight replicates or eight coalitions at once
//! ([`Wide`](super::lanes::Wide), and [`Vector`](super::vector::Vector) in the registers of this machine), and an
//! ill-conditioned estimate again in twice the precision ([`Double`](super::double::Double)). Products and sums are
//! rounded separately (never fused) in all but the last, so that a lane holds the same bits as a scalar run on any
//! machine.

use std::ops::{Add, Mul, Sub};

use pulp::{Scalar, Simd, WithSimd};

/// What the others leave of a column's sum of squares, as a part of that about its mean over the full sample, at or
/// below which cross-products of doubles carry no information about it: their relative error is about 1e-16.
///
/// This is where doubles end, not where a column ends. A column adds nothing, to a
/// [`FittedRegression`](crate::FittedRegression) and to a breakdown alike, when what the others leave of it is at or below
/// 1e-11 of its length (1e-22 of its sum of squares), or no more than the rounding of the values. Down to there the
/// elimination is carried out in twice the precision; where that would take too long,
/// [`Warning::Imprecise`](crate::Warning::Imprecise) says so.
pub const RANK_TOLERANCE: f64 = 1e-11;

/// The same in twice the precision: the square of what a regression keeps.
pub(super) const DOUBLE_RANK_TOLERANCE: f64 = 1e-22;

/// What the elimination needs of a number.
pub(crate) trait Number:
    Copy + Send + Sync + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self>
{
    /// Whether it is a register, so that code that keeps many of them at once pays.
    const IS_REGISTER: bool = false;
    /// In which lanes something holds.
    type Mask: Copy;
    fn inverse(self) -> Self;
    /// Where this pivot is large enough to count.
    fn counts(self) -> Self::Mask;
    /// Where a pivot that stands here multiplied by `scale` is large enough to count.
    fn counts_at(self, scale: Self) -> Self::Mask;
    /// This number where the mask holds, zero elsewhere.
    fn or_zero(self, mask: Self::Mask) -> Self;
    /// This number where the mask holds, one elsewhere.
    fn or_one(self, mask: Self::Mask) -> Self;
    /// Whether every lane is above the bound.
    fn is_above(self, bound: f64) -> bool;

    /// Walks without masks where pivots are `clear` and this number is one that gains by it.
    #[inline(always)]
    fn walk<S: Simd>(simd: S, _clear: bool, walk: impl Walk) {
        walk.walk::<S, true>(simd);
    }

    /// One over the pivot, or zero where the pivot is too small to count.
    #[inline(always)]
    fn inverse_pivot(self) -> Self {
        let counts = self.counts();
        self.or_one(counts).inverse().or_zero(counts)
    }
}

/// Something to be done with or without masks of ranks, by an instruction set.
pub(crate) trait Walk {
    fn walk<S: Simd, const MASKED: bool>(self, simd: S);
}

/// A number that can be made from a double, and goes through registers in parts.
pub(crate) trait Lane: Number {
    type Part<S: Simd>: Number;
    /// Does something by the instruction set of this machine, where this number gains by it: every other instruction
    /// set would only be compiled in vain.
    fn dispatch<W: WithSimd>(op: W) -> W::Output;
    fn splat(x: f64) -> Self;
    fn parts<S: Simd>() -> usize;
    fn part<S: Simd>(&self, simd: S, part: usize) -> Self::Part<S>;
    fn put_part<S: Simd>(&mut self, part: usize, value: Self::Part<S>);
}

/// A number that is a part by itself.
macro_rules! whole {
    ($number:ty) => {
        type Part<S: Simd> = $number;

        #[inline(always)]
        fn parts<S: Simd>() -> usize {
            1
        }

        #[inline(always)]
        fn part<S: Simd>(&self, _: S, _: usize) -> $number {
            *self
        }

        #[inline(always)]
        fn put_part<S: Simd>(&mut self, _: usize, value: $number) {
            *self = value;
        }

        fn dispatch<W: WithSimd>(op: W) -> W::Output {
            op.with_simd(Scalar::new())
        }
    };
}

pub(super) use whole;

impl Number for f64 {
    type Mask = bool;

    #[inline(always)]
    fn inverse(self) -> Self {
        1.0 / self
    }

    #[inline(always)]
    fn counts(self) -> bool {
        // So written that what is not a number does not count either.
        self > RANK_TOLERANCE
    }

    #[inline(always)]
    fn counts_at(self, scale: Self) -> bool {
        self > RANK_TOLERANCE * scale
    }

    #[inline(always)]
    fn or_zero(self, mask: bool) -> Self {
        if mask { self } else { 0.0 }
    }

    #[inline(always)]
    fn or_one(self, mask: bool) -> Self {
        if mask { self } else { 1.0 }
    }

    #[inline(always)]
    fn is_above(self, bound: f64) -> bool {
        self > bound
    }
}

impl Lane for f64 {
    whole!(f64);

    #[inline(always)]
    fn splat(x: f64) -> Self {
        x
    }
}
