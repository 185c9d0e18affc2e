//! What small dense algorithms need of a number beyond the elimination, and how lanes are taken apart for them.

use super::double::Double;
use super::lanes::{LANES, Wide};
use super::number::Lane;

/// A single number, in double or in twice the precision.
pub(crate) trait Real: Lane + PartialEq {
    /// The rounding of one operation, as a part of its result.
    const EPSILON: f64;
    fn value(self) -> f64;
    /// The square root of a number above zero; zero otherwise.
    fn sqrt(self) -> Self;
}

impl Real for f64 {
    const EPSILON: f64 = f64::EPSILON;

    #[inline(always)]
    fn value(self) -> f64 {
        self
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        if self > 0.0 { f64::sqrt(self) } else { 0.0 }
    }
}

impl Real for Double {
    const EPSILON: f64 = 1e-31;

    fn value(self) -> f64 {
        Double::value(self)
    }

    fn sqrt(self) -> Self {
        let first = Real::sqrt(self.value());
        if first == 0.0 {
            return Double::new(0.0);
        }
        // Each Newton step doubles the number of correct digits; the second guards the last few.
        let step = |x: Double| x + (self - x * x) * (x + x).inverse();
        step(step(Double::new(first)))
    }
}

/// A number or several side by side, each of which can be taken out.
pub(crate) trait Lanes: Lane {
    type Scalar: Real;
    const COUNT: usize;

    fn lane(&self, lane: usize) -> Self::Scalar;
    fn put(&mut self, lane: usize, value: f64);
}

impl Lanes for f64 {
    type Scalar = f64;
    const COUNT: usize = 1;

    #[inline(always)]
    fn lane(&self, _: usize) -> f64 {
        *self
    }

    #[inline(always)]
    fn put(&mut self, _: usize, value: f64) {
        *self = value;
    }
}

impl Lanes for Wide {
    type Scalar = f64;
    const COUNT: usize = LANES;

    #[inline(always)]
    fn lane(&self, lane: usize) -> f64 {
        self.0[lane]
    }

    #[inline(always)]
    fn put(&mut self, lane: usize, value: f64) {
        self.0[lane] = value;
    }
}

impl Lanes for Double {
    type Scalar = Double;
    const COUNT: usize = 1;

    fn lane(&self, _: usize) -> Double {
        *self
    }

    fn put(&mut self, _: usize, value: f64) {
        *self = Double::new(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn square_roots_are_good_to_twice_the_precision() {
        let root = Real::sqrt(Double::new(2.0));
        assert!((root * root - Double::new(2.0)).value().abs() < 1e-31);
        assert_eq!((Real::sqrt(Double::new(-1.0)).value(), Real::sqrt(-1.0_f64)), (0.0, 0.0));
    }
}
