//! The last players of one column each: levels of fixed size, whose numbers stay in registers.
//!
//! The inverse of a node's pivot is computed by its parent, beside the elimination that precedes it, and the last two
//! players are solved by determinants with a single division: divisions are slow, and what waits for them stands still.

use pulp::{Simd, WithSimd};

use crate::numerics::eliminate::{inverse_of, packed_len};
use crate::numerics::number::Number;

/// Fewest and most of the last players that are walked here.
const LEAST: usize = 4;
const MOST: usize = 10;

/// Residual sums of squares by coalition size, of the last players of one column each.
pub(super) struct LastSums<N> {
    zero: N,
    /// The players that are walked here: none, or from four to ten.
    players: usize,
    /// For the players before the last four, from the one with five to go: by size, over the coalitions it is in.
    with: [Vec<N>; MOST - LEAST],
    /// For each number of earlier players in: the coalitions of the last four by their bits, less one; the first of the
    /// four is the highest bit.
    last_four: Vec<[N; 15]>,
    room: Vec<N>,
}

impl<N: Number> LastSums<N> {
    pub(super) fn new(blocks: &[usize], zero: N) -> Self {
        let singles = blocks.iter().rev().take_while(|block| **block == 1).count().min(MOST);
        let players = if N::IS_REGISTER && singles >= LEAST { singles } else { 0 };
        let sizes = blocks.len() + 1;
        LastSums {
            zero,
            players,
            with: std::array::from_fn(|i| vec![zero; if players > LEAST + i { sizes } else { 0 }]),
            last_four: vec![[zero; 15]; if players > 0 { sizes - LEAST } else { 0 }],
            room: vec![zero; if players > 0 { room(players) } else { 0 }],
        }
    }

    /// Whether nodes with so many undecided players are walked here.
    #[inline(always)]
    pub(super) fn is_walked(&self, undecided: usize) -> bool {
        self.players == undecided && undecided > 0
    }

    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.with.iter_mut().for_each(|with| with.fill(self.zero));
        self.last_four.as_flattened_mut().fill(self.zero);
    }

    /// Puts the sums into the rows of the last players, one of `stride` each.
    #[inline(always)]
    pub(super) fn put_into(&self, rows: &mut [N], stride: usize) {
        if self.players == 0 {
            return;
        }
        let (earlier, last) = rows.split_at_mut(rows.len() - LEAST * stride);
        // From the end, for `with` begins with the player that has five to go.
        for (row, with) in earlier.rchunks_exact_mut(stride).zip(&self.with).filter(|(_, with)| !with.is_empty()) {
            row.copy_from_slice(with);
        }
        for (size, sums) in self.last_four.iter().enumerate() {
            for (coalition, &sum) in (1_usize..).zip(sums) {
                let size = size + coalition.count_ones() as usize;
                for player in (0..LEAST).filter(|player| coalition >> (LEAST - 1 - player) & 1 == 1) {
                    let at = player * stride + size;
                    last[at] = last[at] + sum;
                }
            }
        }
    }
}

/// Adds to `sums` the residual sums of squares of all coalitions of as many players as `all` has room for, beside the
/// `size` players already in; `all` becomes their sums by the number of these players included.
#[cfg_attr(not(debug_assertions), inline(always))]
#[cfg_attr(debug_assertions, inline(never))]
pub(super) fn walk_last<N: Number, S: Simd, const MASKED: bool>(
    simd: S,
    matrix: &[N],
    size: usize,
    sums: &mut LastSums<N>,
    all: &mut [N],
) {
    let inverse = &inverse_of::<N, MASKED>(matrix[0]);
    // Taken out for the walk, which borrows it beside the sums.
    let mut room = std::mem::take(&mut sums.room);
    match sums.players {
        4 => Last::<N, 4, MASKED> { matrix, inverse, size, sums, room: &mut room }.walk(simd),
        5 => Last::<N, 5, MASKED> { matrix, inverse, size, sums, room: &mut room }.walk(simd),
        6 => Last::<N, 6, MASKED> { matrix, inverse, size, sums, room: &mut room }.walk(simd),
        7 => Last::<N, 7, MASKED> { matrix, inverse, size, sums, room: &mut room }.walk(simd),
        8 => Last::<N, 8, MASKED> { matrix, inverse, size, sums, room: &mut room }.walk(simd),
        9 => Last::<N, 9, MASKED> { matrix, inverse, size, sums, room: &mut room }.walk(simd),
        _ => Last::<N, 10, MASKED> { matrix, inverse, size, sums, room: &mut room }.walk(simd),
    }
    all.copy_from_slice(&room[..all.len()]);
    sums.room = room;
}

/// A node whose undecided players are the last `PLAYERS`.
struct Last<'a, N, const PLAYERS: usize, const MASKED: bool> {
    matrix: &'a [N],
    /// One over the first pivot.
    inverse: &'a N,
    /// Players in.
    size: usize,
    sums: &'a mut LastSums<N>,
    /// Where this node's sums go, by the number of these players included; then room for the nodes below.
    room: &'a mut [N],
}

/// Numbers in the room of a node of so many players: its sums, the matrix and the sums of the node with the first
/// player in, and the room of the node without.
const fn room(players: usize) -> usize {
    if players <= LEAST { LEAST + 1 } else { players + 1 + packed_len(players) + players + room(players - 1) }
}

/// [`Last`] with the instruction set of this machine.
struct Call<'a, N, S, const PLAYERS: usize, const MASKED: bool>(S, Last<'a, N, PLAYERS, MASKED>);

/// A level of fixed size above another.
macro_rules! level {
    ($players:literal above $below:literal) => {
        impl<N: Number, const MASKED: bool> Last<'_, N, $players, MASKED> {
            #[inline(always)]
            fn walk<S: Simd>(self, simd: S) {
                simd.vectorize(Call(simd, self));
            }
        }

        impl<N: Number, S: Simd, const MASKED: bool> WithSimd for Call<'_, N, S, $players, MASKED> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S2: Simd>(self, _: S2) {
                const COLUMNS: usize = $players + 1;
                let Call(simd, Last { matrix, inverse, size, sums, room }) = self;
                let matrix = &matrix[..packed_len(COLUMNS)];
                let (all, room) = room.split_at_mut(COLUMNS);
                let (included, room) = room.split_at_mut(packed_len($players));
                let if_in = &without_first::<N, COLUMNS, MASKED>(matrix, *inverse, included);
                let if_out = &inverse_of::<N, MASKED>(matrix[COLUMNS]);
                Last::<N, $below, MASKED> {
                    matrix: included,
                    inverse: if_in,
                    size: size + 1,
                    sums: &mut *sums,
                    room: &mut *room,
                }
                .walk(simd);
                // The node below left its sums at the beginning of the room.
                let (inside, room) = room.split_at_mut($players);
                let own = &mut sums.with[$players - LEAST - 1][size + 1..][..$players];
                for (own, &inside) in own.iter_mut().zip(&*inside) {
                    *own = *own + inside;
                }
                let matrix = &matrix[COLUMNS..];
                Last::<N, $below, MASKED> { matrix, inverse: if_out, size, sums, room: &mut *room }.walk(simd);
                let outside = &room[..$players];
                all[0] = outside[0];
                for k in 1..$players {
                    all[k] = outside[k] + inside[k - 1];
                }
                all[$players] = inside[$players - 1];
            }
        }
    };
}

level!(10 above 9);
level!(9 above 8);
level!(8 above 7);
level!(7 above 6);
level!(6 above 5);
level!(5 above 4);

/// Projects the first of `COLUMNS` variables out of the others: `left` becomes their matrix. Returns one over its
/// pivot.
#[inline(always)]
fn without_first<N: Number, const COLUMNS: usize, const MASKED: bool>(matrix: &[N], inverse: N, left: &mut [N]) -> N {
    // Of a length known to the compiler, which then leaves out the checks of bounds.
    let matrix = &matrix[..packed_len(COLUMNS)];
    let left = &mut left[..packed_len(COLUMNS - 1)];
    let factor = matrix[1] * inverse;
    left[0] = matrix[COLUMNS] - factor * matrix[1];
    // Before the rest, so that nothing waits for the division.
    let inverse_left = inverse_of::<N, MASKED>(left[0]);
    let mut at = 1;
    for j in 2..COLUMNS {
        left[at] = matrix[COLUMNS + at] - factor * matrix[j];
        at += 1;
    }
    for i in 2..COLUMNS {
        let factor = matrix[i] * inverse;
        for j in i..COLUMNS {
            left[at] = matrix[COLUMNS + at] - factor * matrix[j];
            at += 1;
        }
    }
    inverse_left
}

impl<N: Number, const MASKED: bool> Last<'_, N, 4, MASKED> {
    #[inline(always)]
    fn walk<S: Simd>(self, _: S) {
        let Last { matrix, inverse, size, sums, room } = self;
        let sums = &mut sums.last_four[size];
        let matrix = &matrix[..packed_len(5)];
        let mut included = [matrix[0]; packed_len(4)];
        let if_in = without_first::<N, 5, MASKED>(matrix, *inverse, &mut included);
        let if_out = inverse_of::<N, MASKED>(matrix[5]);
        let [c0, c1, c2, c3, c4, c5, c6, c7] = three_columns::<N, MASKED>(&matrix[5..], if_out);
        // By coalition, fifteen additions a node; by player it would be thirty-two.
        for (sum, value) in sums.iter_mut().zip([c1, c2, c3, c4, c5, c6, c7]) {
            *sum = *sum + value;
        }
        let (one, two) = (c1 + c2 + c4, c3 + c5 + c6);
        let [c8, c9, c10, c11, c12, c13, c14, c15] = three_columns::<N, MASKED>(&included, if_in);
        for (sum, value) in sums[7..].iter_mut().zip([c8, c9, c10, c11, c12, c13, c14, c15]) {
            *sum = *sum + value;
        }
        let all = [c0, one + c8, two + (c9 + c10 + c12), c7 + (c11 + c13 + c14), c15];
        room[..5].copy_from_slice(&all);
    }
}

/// Residual sums of squares of the coalitions of three columns, by their bits; the first column is the highest bit.
#[inline(always)]
fn three_columns<N: Number, const MASKED: bool>(matrix: &[N], inverse: N) -> [N; 8] {
    let m = &matrix[..packed_len(4)];
    let (f, g, h) = (m[1] * inverse, m[2] * inverse, m[3] * inverse);
    let [first, first_third, first_second, all] = two_columns::<N, MASKED>([
        m[4] - f * m[1],
        m[5] - f * m[2],
        m[6] - f * m[3],
        m[7] - g * m[2],
        m[8] - g * m[3],
        m[9] - h * m[3],
    ]);
    let [none, third, second, second_third] = two_columns::<N, MASKED>([m[4], m[5], m[6], m[7], m[8], m[9]]);
    [none, third, second, second_third, first, first_third, first_second, all]
}

/// Residual sums of squares on neither, the second, the first, and both of two columns, by one division: with the
/// determinant d = bb·cc − bc² and what c keeps beside b, d / bb, and its product with y, n / bb,
///
/// ```text
/// RSS(c) = yy − cy² / cc    RSS(b) = yy − by² / bb    RSS(b, c) = RSS(b) − n² / (bb·d)
/// ```
#[inline(always)]
fn two_columns<N: Number, const MASKED: bool>([mut bb, mut bc, mut by, mut cc, mut cy, yy]: [N; 6]) -> [N; 4] {
    let second_counts = cc.counts();
    if MASKED {
        let counts = bb.counts();
        (bb, bc, by) = (bb.or_one(counts), bc.or_zero(counts), by.or_zero(counts));
    }
    let product = bb * cc;
    let mut determinant = product - bc * bc;
    let mut numerator = bb * cy - bc * by;
    let mut denominator = product * determinant;
    if MASKED {
        // A second column that counts for nothing alone counts for nothing beside the first either.
        let counts = determinant.counts_at(bb);
        (determinant, numerator) = (determinant.or_one(counts), numerator.or_zero(counts));
        (cc, cy) = (cc.or_one(second_counts), cy.or_zero(second_counts));
        denominator = bb * cc * determinant;
    }
    let inverse = denominator.inverse();
    // One over bb·cc, from the one division.
    let inverse_product = determinant * inverse;
    let first = yy - by * by * cc * inverse_product;
    let second = yy - cy * cy * bb * inverse_product;
    [yy, second, first, first - numerator * numerator * cc * inverse]
}

/// Residual sums of squares on neither, the second, the first, and both of the last two players, of `block` columns
/// each: one, two or three.
#[cfg_attr(not(debug_assertions), inline(always))]
#[cfg_attr(debug_assertions, inline(never))]
pub(super) fn last_two<N: Number, const MASKED: bool>(matrix: &[N], block: usize) -> [N; 4] {
    let inverse = inverse_of::<N, MASKED>(matrix[0]);
    match block {
        1 => {
            let m = &matrix[..packed_len(3)];
            two_columns::<N, MASKED>([m[0], m[1], m[2], m[3], m[4], m[5]])
        }
        2 => {
            let left_out = &matrix[packed_len(5) - packed_len(3)..];
            let second = rss_of_two::<N, MASKED>(left_out, inverse_of::<N, MASKED>(left_out[0]));
            let (mut one_out, mut two_out) = ([matrix[0]; packed_len(4)], [matrix[0]; packed_len(3)]);
            let inverse = without_first::<N, 5, MASKED>(matrix, inverse, &mut one_out);
            let inverse = without_first::<N, 4, MASKED>(&one_out, inverse, &mut two_out);
            [left_out[5], second, two_out[5], rss_of_two::<N, MASKED>(&two_out, inverse)]
        }
        _ => {
            let left_out = &matrix[packed_len(7) - packed_len(4)..];
            let second = rss_of_three::<N, MASKED>(left_out, inverse_of::<N, MASKED>(left_out[0]));
            let (mut one_out, mut two_out) = ([matrix[0]; packed_len(6)], [matrix[0]; packed_len(5)]);
            let mut three_out = [matrix[0]; packed_len(4)];
            let inverse = without_first::<N, 7, MASKED>(matrix, inverse, &mut one_out);
            let inverse = without_first::<N, 6, MASKED>(&one_out, inverse, &mut two_out);
            let inverse = without_first::<N, 5, MASKED>(&two_out, inverse, &mut three_out);
            [left_out[9], second, three_out[9], rss_of_three::<N, MASKED>(&three_out, inverse)]
        }
    }
}

/// The residual sum of squares on two columns.
#[inline(always)]
fn rss_of_two<N: Number, const MASKED: bool>(matrix: &[N], inverse: N) -> N {
    let mut left = [matrix[0]; packed_len(2)];
    let inverse = without_first::<N, 3, MASKED>(matrix, inverse, &mut left);
    left[2] - left[1] * left[1] * inverse
}

/// The residual sum of squares on three columns, by one division where no pivot can be too small.
#[inline(always)]
fn rss_of_three<N: Number, const MASKED: bool>(matrix: &[N], inverse: N) -> N {
    if MASKED {
        let mut left = [matrix[0]; packed_len(3)];
        let inverse = without_first::<N, 4, MASKED>(matrix, inverse, &mut left);
        return rss_of_two::<N, MASKED>(&left, inverse);
    }
    let m = &matrix[..packed_len(4)];
    let [aa, ab, ac, ay, bb, bc, by, cc, cy, yy] = [m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8], m[9]];
    // The elimination without its divisions: each step is `aa`, then `bb`, times what it would be.
    let (bb, bc, by) = (aa * bb - ab * ab, aa * bc - ab * ac, aa * by - ab * ay);
    let (cc, cy) = (aa * cc - ac * ac, aa * cy - ac * ay);
    let (cc, cy) = (bb * cc - bc * bc, bb * cy - bc * by);
    yy - ((ay * ay * bb + by * by) * cc + cy * cy) * (aa * bb * cc).inverse()
}

/// The matrix of the `LEFT` variables that remain once the first three are projected out, in one pass.
#[inline(always)]
pub(super) fn without_three<N: Number, const LEFT: usize, const MASKED: bool>(matrix: &[N], out: &mut [N]) {
    let m = &matrix[..packed_len(LEFT + 3)];
    let out = &mut out[..packed_len(LEFT)];
    let columns = LEFT + 3;
    let a = &m[..columns];
    let inverse_a = inverse_of::<N, MASKED>(a[0]);
    let (mut b, mut c) = ([a[0]; LEFT], [a[0]; LEFT]);
    let factor = a[1] * inverse_a;
    let inverse_b = inverse_of::<N, MASKED>(m[columns] - factor * a[1]);
    let b_c = m[columns + 1] - factor * a[2];
    for j in 0..LEFT {
        b[j] = m[columns + 2 + j] - factor * a[3 + j];
    }
    let (factor, factor_b) = (a[2] * inverse_a, b_c * inverse_b);
    let inverse_c = inverse_of::<N, MASKED>(m[2 * columns - 1] - factor * a[2] - factor_b * b_c);
    for j in 0..LEFT {
        c[j] = m[2 * columns + j] - factor * a[3 + j] - factor_b * b[j];
    }
    let m = &m[3 * columns - 3..];
    let mut at = 0;
    for i in 0..LEFT {
        let (f, g, h) = (a[3 + i] * inverse_a, b[i] * inverse_b, c[i] * inverse_c);
        for j in i..LEFT {
            out[at] = m[at] - f * a[3 + j] - g * b[j] - h * c[j];
            at += 1;
        }
    }
}
