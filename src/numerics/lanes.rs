//! Eight doubles side by side, on which one elimination computes eight replicates or coalitions.

use std::ops::{Add, Mul, Sub};

use pulp::{Arch, Simd, WithSimd};

use super::number::{Lane, Number};
use super::vector::Vector;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_pivots_count_as_none() {
        let wide = Wide([1e-12, 4.0, -1.0, f64::NAN, 1e-11, 2e-11, 0.0, 0.5]).inverse_pivot();
        assert_eq!(wide.0, [0.0, 0.25, 0.0, 0.0, 0.0, 1.0 / 2e-11, 0.0, 2.0]);
        assert_eq!(1e-12_f64.inverse_pivot(), 0.0);
    }
}
