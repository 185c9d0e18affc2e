//! As many doubles as a register of this machine holds.
//!
//! [`Wide`](super::lanes::Wide) leaves it to the compiler to find the vectors in arrays of eight; a [`Vector`] is one
//! from the start, which the walk over coalitions needs to keep its numbers in registers. A lane holds the same bits in
//! either.

use std::ops::{Add, Mul, Sub};

use pulp::Simd;

use super::number::{Number, RANK_TOLERANCE, Walk};

/// A register of doubles, aligned so that no load of one straddles two cache lines.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Vector<S: Simd> {
    // Shows that this machine has the instructions; it takes no room.
    simd: S,
    doubles: S::f64s,
}

impl<S: Simd> Vector<S> {
    /// The first of these doubles, as many as fit.
    #[inline(always)]
    pub(super) fn load(simd: S, doubles: &[f64]) -> Self {
        Vector { simd, doubles: simd.partial_load_f64s(doubles) }
    }

    #[inline(always)]
    pub(super) fn store(self, doubles: &mut [f64]) {
        self.simd.partial_store_f64s(doubles, self.doubles);
    }
}

macro_rules! of_vectors {
    ($trait:ident, $method:ident, $instruction:ident) => {
        impl<S: Simd> $trait for Vector<S> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Vector { simd: self.simd, doubles: self.simd.$instruction(self.doubles, other.doubles) }
            }
        }
    };
}

of_vectors!(Add, add, add_f64s);
of_vectors!(Sub, sub, sub_f64s);
// Not fused with a sum: its single rounding would give other bits than a single number has.
of_vectors!(Mul, mul, mul_f64s);

impl<S: Simd> Number for Vector<S> {
    const IS_REGISTER: bool = true;
    type Mask = S::m64s;

    #[inline(always)]
    fn inverse(self) -> Self {
        let one = self.simd.splat_f64s(1.0);
        Vector { simd: self.simd, doubles: self.simd.div_f64s(one, self.doubles) }
    }

    #[inline(always)]
    fn counts(self) -> S::m64s {
        // The comparison that a single number makes, so that a lane drops the same columns.
        self.simd.greater_than_f64s(self.doubles, self.simd.splat_f64s(RANK_TOLERANCE))
    }

    #[inline(always)]
    fn counts_at(self, scale: Self) -> S::m64s {
        let least = self.simd.mul_f64s(self.simd.splat_f64s(RANK_TOLERANCE), scale.doubles);
        self.simd.greater_than_f64s(self.doubles, least)
    }

    #[inline(always)]
    fn or_zero(self, mask: S::m64s) -> Self {
        let zero = self.simd.splat_f64s(0.0);
        Vector { simd: self.simd, doubles: self.simd.select_f64s(mask, self.doubles, zero) }
    }

    #[inline(always)]
    fn or_one(self, mask: S::m64s) -> Self {
        let one = self.simd.splat_f64s(1.0);
        Vector { simd: self.simd, doubles: self.simd.select_f64s(mask, self.doubles, one) }
    }

    #[inline(always)]
    fn walk<T: Simd>(simd: T, clear: bool, walk: impl Walk) {
        // Asked once for the whole walk: masks at every pivot cost an eighth of the time.
        match clear {
            true => walk.walk::<T, false>(simd),
            false => walk.walk::<T, true>(simd),
        }
    }

    #[inline(always)]
    fn is_above(self, bound: f64) -> bool {
        self.simd.reduce_min_f64s(self.doubles) > bound
    }
}
