//! The last few players of one column each: levels of fixed size, unrolled by the compiler.
//!
//! Each function takes the packed matrix of its players and the outcome, adds the residual sums of squares of all their
//! coalitions to `with` (a row of `stride` for each player, by size) on top of `size` players already in, and returns
//! their sums by the number of these players included.

use crate::fit::{Lane, packed_len};

#[inline(always)]
pub(super) fn last_one<L: Lane>(matrix: &[L], size: usize, with: &mut [L]) -> [L; 2] {
    let value = matrix[2] - matrix[1] * matrix[1] * matrix[0].inverse_pivot();
    with[size + 1] = with[size + 1] + value;
    [matrix[2], value]
}

#[inline(always)]
pub(super) fn last_two<L: Lane>(matrix: &[L], size: usize, stride: usize, with: &mut [L]) -> [L; 3] {
    let [none, second, first, both] = two_columns([matrix[0], matrix[1], matrix[2], matrix[3], matrix[4], matrix[5]]);
    for (player, alone) in [first, second].into_iter().enumerate() {
        let with = &mut with[player * stride + size + 1..][..2];
        with[0] = with[0] + alone;
        with[1] = with[1] + both;
    }
    [none, first + second, both]
}

#[inline(always)]
pub(super) fn last_three<L: Lane>(matrix: &[L], size: usize, stride: usize, with: &mut [L]) -> [L; 4] {
    let m = &matrix[..packed_len(4)];
    let [none, third, second, second_third] = two_columns([m[4], m[5], m[6], m[7], m[8], m[9]]);
    let inverse = m[0].inverse_pivot();
    let (f, g, h) = (m[1] * inverse, m[2] * inverse, m[3] * inverse);
    let [first, first_third, first_second, three] = two_columns([
        m[4] - f * m[1],
        m[5] - f * m[2],
        m[6] - f * m[3],
        m[7] - g * m[2],
        m[8] - g * m[3],
        m[9] - h * m[3],
    ]);
    let of_players = [
        (first, first_second + first_third),
        (second, first_second + second_third),
        (third, first_third + second_third),
    ];
    for (player, (one, two)) in of_players.into_iter().enumerate() {
        let with = &mut with[player * stride + size + 1..][..3];
        with[0] = with[0] + one;
        with[1] = with[1] + two;
        with[2] = with[2] + three;
    }
    [none, first + second + third, first_second + first_third + second_third, three]
}

/// Residual sums of squares on neither, the second, the first, and both of two columns.
#[inline(always)]
fn two_columns<L: Lane>([aa, ab, ay, bb, by, yy]: [L; 6]) -> [L; 4] {
    let inverse = aa.inverse_pivot();
    let second = yy - by * by * bb.inverse_pivot();
    let factor = ab * inverse;
    let (bb, by) = (bb - factor * ab, by - factor * ay);
    let first = yy - ay * ay * inverse;
    [yy, second, first, first - by * by * bb.inverse_pivot()]
}

/// A level of fixed size above another: its first player in, and left out.
macro_rules! level {
    ($name:ident, $below:ident, $players:literal) => {
        #[inline(always)]
        pub(super) fn $name<L: Lane>(matrix: &[L], size: usize, stride: usize, with: &mut [L]) -> [L; $players + 1] {
            let matrix = &matrix[..packed_len($players + 1)];
            let included = without_first::<L, { $players + 1 }, { packed_len($players) }>(matrix);
            let (own, with) = with.split_at_mut(stride);
            let inside = $below(&included, size + 1, stride, &mut *with);
            let outside = $below(&matrix[$players + 1..], size, stride, with);
            let mut all = [L::splat(0.0); $players + 1];
            all[..$players].copy_from_slice(&outside);
            for (sum, inside) in all[1..$players].iter_mut().zip(inside) {
                *sum = *sum + inside;
            }
            all[$players] = inside[$players - 1];
            for (own, inside) in own[size + 1..][..$players].iter_mut().zip(inside) {
                *own = *own + inside;
            }
            all
        }
    };
}

level!(last_four, last_three, 4);
level!(last_five, last_four, 5);

/// The matrix of N − 1 variables that remain once the first of N is projected out.
#[inline(always)]
fn without_first<L: Lane, const N: usize, const LEFT: usize>(matrix: &[L]) -> [L; LEFT] {
    let matrix = &matrix[..packed_len(N)];
    let inverse = matrix[0].inverse_pivot();
    let mut left = [L::splat(0.0); LEFT];
    let mut at = 0;
    for i in 1..N {
        let factor = matrix[i] * inverse;
        for j in i..N {
            left[at] = matrix[N + at] - factor * matrix[j];
            at += 1;
        }
    }
    left
}
