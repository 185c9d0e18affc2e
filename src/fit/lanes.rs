//! Numbers that the elimination works on: one double, eight side by side, or one in twice the precision.
//!
//! The same code computes a point estimate ([`f64`]), eight replicates or eight coalitions at once ([`Wide`], and
//! [`Vector`](super::Vector) in the registers of this machine), and an ill-conditioned estimate again in twice the
//! precision ([`Double`]). Products and sums are rounded separately (never fused) in all but [`Double`], so that a lane
//! holds the same bits as a scalar run on any machine.

use std::ops::{Add, Mul, Sub};

use pulp::{Arch, Scalar, Simd, WithSimd};

use super::vector::Vector;

/// What the others leave of a column's sum of squares, as a part of that about its mean over the full sample, at or below
/// which cross-products of doubles carry no information about it: their relative error is about 1e-16.
///
/// This is where doubles end, not where a column ends. A column adds nothing, to a [`Regression`](crate::Regression) and
/// to a breakdown alike, when what the others leave of it is at or below 1e-11 of its length (1e-22 of its sum of
/// squares), or no more than the rounding of the values. Down to there the elimination is carried out in twice the
/// precision; where that would take too long, [`Warning::Imprecise`](crate::Warning::Imprecise) says so.
pub const RANK_TOLERANCE: f64 = 1e-11;

/// The same in twice the precision: the square of what a regression keeps.
const DOUBLE_RANK_TOLERANCE: f64 = 1e-22;

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
    /// Does something by the instruction set of this machine, where this number gains by it: every other instruction set
    /// would only be compiled in vain.
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

impl Number for f64 {
    type Mask = bool;

    #[inline(always)]
    fn inverse(self) -> Self {
        1.0 / self
    }

    #[inline(always)]
    fn counts(self) -> bool {
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

/// How many doubles stand side by side in a [`Wide`].
pub(crate) const LANES: usize = 8;

/// Eight doubles: one AVX-512 register, two of AVX2, four of SSE2 or NEON.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Wide(pub(crate) [f64; LANES]);

macro_rules! lanewise {
    ($trait:ident, $method:ident, $op:tt) => {
        impl $trait for Wide {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                let mut out = [0.0; LANES];
                for i in 0..LANES {
                    out[i] = self.0[i] $op other.0[i];
                }
                Wide(out)
            }
        }
    };
}

lanewise!(Add, add, +);
lanewise!(Sub, sub, -);
lanewise!(Mul, mul, *);

impl Wide {
    #[inline(always)]
    fn map<T: Copy + Default>(self, f: impl Fn(usize, f64) -> T) -> [T; LANES] {
        let mut out = [T::default(); LANES];
        for (lane, out) in out.iter_mut().enumerate() {
            *out = f(lane, self.0[lane]);
        }
        out
    }
}

impl Number for Wide {
    type Mask = [bool; LANES];

    #[inline(always)]
    fn inverse(self) -> Self {
        Wide(self.map(|_, x| 1.0 / x))
    }

    #[inline(always)]
    fn counts(self) -> Self::Mask {
        self.map(|_, x| x.counts())
    }

    #[inline(always)]
    fn counts_at(self, scale: Self) -> Self::Mask {
        self.map(|lane, x| x.counts_at(scale.0[lane]))
    }

    #[inline(always)]
    fn or_zero(self, mask: Self::Mask) -> Self {
        Wide(self.map(|lane, x| x.or_zero(mask[lane])))
    }

    #[inline(always)]
    fn or_one(self, mask: Self::Mask) -> Self {
        Wide(self.map(|lane, x| x.or_one(mask[lane])))
    }

    #[inline(always)]
    fn is_above(self, bound: f64) -> bool {
        self.map(|_, x| x > bound) == [true; LANES]
    }
}

impl Lane for Wide {
    type Part<S: Simd> = Vector<S>;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Wide([x; LANES])
    }

    #[inline(always)]
    fn parts<S: Simd>() -> usize {
        LANES.div_ceil(S::F64_LANES)
    }

    #[inline(always)]
    fn part<S: Simd>(&self, simd: S, part: usize) -> Vector<S> {
        Vector::load(simd, &self.0[part * S::F64_LANES..])
    }

    #[inline(always)]
    fn put_part<S: Simd>(&mut self, part: usize, value: Vector<S>) {
        value.store(&mut self.0[part * S::F64_LANES..]);
    }

    fn dispatch<W: WithSimd>(op: W) -> W::Output {
        Arch::new().dispatch(op)
    }
}

/// The unevaluated sum of two doubles, about 32 decimal digits.
///
/// Algorithms: T. J. Dekker (1971), "A floating-point technique for extending the available precision", Numerische
/// Mathematik 18, <https://doi.org/10.1007/BF01397083>; D. E. Knuth, TAOCP volume 2, section 4.2.2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Double {
    high: f64,
    low: f64,
}

impl Double {
    pub(crate) fn new(x: f64) -> Self {
        Double { high: x, low: 0.0 }
    }

    /// The exact sum of two doubles.
    pub(crate) fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let b_part = high - a;
        Double { high, low: (a - (high - b_part)) + (b - b_part) }
    }

    /// The exact product of two doubles, by the fused multiply-add's single rounding.
    fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        Double { high, low: a.mul_add(b, -high) }
    }

    pub(crate) fn value(self) -> f64 {
        self.high + self.low
    }

    pub(crate) fn inverse(self) -> Self {
        let mut x = Double::new(1.0 / self.high);
        // Each Newton step x(2 − ax) doubles the number of correct digits; the second guards the last few.
        for _ in 0..2 {
            x = x + x * (Double::new(1.0) - self * x);
        }
        x
    }
}

impl Add for Double {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let high = Double::sum(self.high, other.high);
        let low = Double::sum(self.low, other.low);
        let once = Double::sum(high.high, high.low + low.high);
        Double::sum(once.high, once.low + low.low)
    }
}

impl Sub for Double {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + Double { high: -other.high, low: -other.low }
    }
}

impl Mul for Double {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = Double::product(self.high, other.high);
        Double::sum(product.high, product.low + (self.high * other.low + self.low * other.high))
    }
}

impl Number for Double {
    type Mask = bool;

    fn inverse(self) -> Self {
        Double::inverse(self)
    }

    fn counts(self) -> bool {
        self.high > DOUBLE_RANK_TOLERANCE
    }

    fn counts_at(self, scale: Self) -> bool {
        self.high > DOUBLE_RANK_TOLERANCE * scale.high
    }

    fn or_zero(self, mask: bool) -> Self {
        if mask { self } else { Double::new(0.0) }
    }

    fn or_one(self, mask: bool) -> Self {
        if mask { self } else { Double::new(1.0) }
    }

    fn is_above(self, bound: f64) -> bool {
        self.high > bound
    }
}

impl Lane for Double {
    whole!(Double);

    fn splat(x: f64) -> Self {
        Double::new(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn double_keeps_what_a_double_loses() {
        let third = Double::new(3.0).inverse();
        assert!((third * Double::new(3.0) - Double::new(1.0)).value().abs() < 1e-31);
        let x = Double::sum(1e16, 1.0) + Double::new(1e-10);
        assert_eq!((x - Double::new(1e16)).value(), 1.0 + 1e-10);
    }

    #[test]
    fn small_pivots_count_as_none() {
        let wide = Wide([1e-12, 4.0, -1.0, f64::NAN, 1e-11, 2e-11, 0.0, 0.5]).inverse_pivot();
        assert_eq!(wide.0, [0.0, 0.25, 0.0, 0.0, 0.0, 1.0 / 2e-11, 0.0, 2.0]);
        assert_eq!(1e-12_f64.inverse_pivot(), 0.0);
        assert_eq!(Double::new(4.0).inverse_pivot().value(), 0.25);
    }
}
