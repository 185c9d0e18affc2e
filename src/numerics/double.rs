//! Numbers in twice the precision of a double.

use std::ops::{Add, Mul, Sub};

use pulp::{Scalar, Simd, WithSimd};

use super::number::{DOUBLE_RANK_TOLERANCE, Lane, Number, whole};

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
        // Knuth's sum, which need not know which of the two is larger.
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
        // The low parts are summed exactly too: where the high parts cancel, they are all that is left.
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
        // The product of the two low parts is beyond the last digit that is kept.
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
        // The high part alone decides: the low one is at most half a unit in its last place.
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
        assert_eq!(Double::new(4.0).inverse_pivot().value(), 0.25);
        assert_eq!(Double::new(1e-23).inverse_pivot().value(), 0.0);
    }
}
