//! A method applied to the coefficients of coalitions: of every component one list of numbers, by which its contribution
//! to any row follows.
//!
//! The fitted value of a coalition S at a row, on the scale of the moments, is
//!
//! ```text
//! f_S = a + x'β_S                      without unit effects
//! f_S = ȳ_i + (x − x̄_i)'β_S            with them: ȳ_i and x̄_i are the means of the row's unit
//! ```
//!
//! so that what a component adds under a method that is linear in coalitions is linear in (1, x, x̄_i, ȳ_i) too. The
//! method is applied to those coefficients, not to rows. They come from the triangular factor that an elimination leaves
//! behind.

use pulp::Simd;

use crate::decompose::coalitions::progress::Part;
use crate::decompose::coalitions::{Players, Root};
use crate::decompose::evaluate::{Evaluate, Needs, to_shares};
use crate::decompose::rule::{Rule, Worth};
use crate::decompose::sequential::Chain;
use crate::numerics::eliminate::{eliminate_in_place, packed_len};
use crate::numerics::number::Lane;
use crate::numerics::real::Lanes;

/// The numbers of a coalition: what it leaves of the outcome, the intercept; then for each column the coefficient of x
/// and that of x̄_i; last that of ȳ_i.
const LEFT: usize = 0;
const INTERCEPT: usize = 1;
const COLUMNS: usize = 2;

/// A method made ready to be applied to coefficients.
///
/// Its answer is that of the method itself, then the coefficients of nobody, of each component's contribution, and of
/// everybody: as many numbers each as [`width`](Self::width) says.
pub(super) struct Coefficients {
    n_players: usize,
    rule: Rule,
    /// The variables of the moments that have coefficients, in their order.
    columns: Vec<usize>,
    /// Where each variable of the moments stands among them.
    place: Vec<usize>,
    n_columns: usize,
    outcome: usize,
}

impl Coefficients {
    pub(super) fn new(players: &Players, rule: Rule) -> Self {
        let columns = columns(players);
        let mut place = vec![0; players.layout.0];
        columns.iter().enumerate().for_each(|(at, &v)| place[v] = at);
        let (n_players, n_columns, outcome) = (players.len(), columns.len(), players.outcome());
        Coefficients { n_players, rule, columns, place, n_columns, outcome }
    }

    /// Coefficients of a row: the intercept, of each column those of x and of x̄_i, and that of ȳ_i.
    pub(super) fn width(n_columns: usize) -> usize {
        2 + 2 * n_columns
    }

    /// Numbers of a coalition.
    pub(super) fn n_numbers(n_columns: usize) -> usize {
        1 + Self::width(n_columns)
    }

    /// The numbers of a coalition whose columns have been included.
    #[inline(always)]
    fn put<L: Lane>(&self, root: &Root, included: &Included<L>, beta: &mut [L], out: &mut [L]) {
        let zero = L::splat(0.0);
        out.fill(zero);
        out[LEFT] = included.left();
        let variables = root.variables();
        // The intercept comes first where there is one, the outcome last.
        let n_before = usize::from(!root.is_within());
        let n_all = n_before + variables.len() + 1;
        for (at, &(start, n)) in included.pivots.iter().enumerate().rev() {
            let (row, own) = (&included.room[start..start + n], n_all - n);
            let mut left = row[n - 1];
            for &(_, later) in &included.pivots[at + 1..] {
                left = left - row[n - later] * beta[n_all - later];
            }
            let coefficient = left * row[0].inverse_pivot();
            beta[own] = coefficient;
            match own.checked_sub(n_before) {
                None => out[INTERCEPT] = coefficient,
                Some(variable) => {
                    let place = COLUMNS + self.place[variables[variable]];
                    out[place] = coefficient;
                    if root.is_within() {
                        out[place + self.n_columns] = zero - coefficient;
                    }
                }
            }
        }
        if root.is_within() {
            out[COLUMNS + 2 * self.n_columns] = L::splat(1.0);
        }
    }

    #[inline(always)]
    fn walk_chain<L: Lane>(&self, chain: &Chain, entries: &[L], scratch: &mut Scratch<L>) {
        let Scratch { included, beta, along, .. } = scratch;
        let mut along = along.chunks_exact_mut(Self::n_numbers(self.n_columns));
        for segment in chain.roots() {
            included.gather(segment, entries);
            if let Some(out) = along.next() {
                self.put(segment, included, beta, out);
            }
            for (&block, out) in segment.blocks.iter().zip(along.by_ref()) {
                included.include(block);
                self.put(segment, included, beta, out);
            }
        }
    }

    #[inline(always)]
    fn fill_table<L: Lane>(&self, roots: &[Root], entries: &[L], scratch: &mut Scratch<L>) {
        let Scratch { included, beta, table, .. } = scratch;
        for root in roots {
            included.gather(root, entries);
            let present = root.present.iter().map(|p| 1 << p).sum();
            self.fill(root, 0, present, included, beta, table);
        }
    }

    /// The numbers of every coalition of the root's players from this one on, beside these.
    fn fill<L: Lane>(
        &self,
        root: &Root,
        next: usize,
        coalition: usize,
        included: &mut Included<L>,
        beta: &mut [L],
        table: &mut [L],
    ) {
        let (Some(&player), Some(&block)) = (root.players.get(next), root.blocks.get(next)) else {
            let n_numbers = Self::n_numbers(self.n_columns);
            return self.put(root, included, beta, &mut table[coalition * n_numbers..][..n_numbers]);
        };
        let before = included.copy_matrix();
        included.include(block);
        self.fill(root, next + 1, coalition | 1 << player, included, beta, table);
        included.restore(before, block);
        self.fill(root, next + 1, coalition, included, beta, table);
    }
}

/// The variables of all players that have columns, the order in which their coefficients stand.
pub(super) fn columns(players: &Players) -> Vec<usize> {
    players.always.iter().chain(players.variables.iter().flatten()).copied().collect()
}

/// A matrix of which some variables are projected out of the others, with the rows of the triangular factor that are left
/// of them.
struct Included<L> {
    room: Vec<L>,
    /// Where the rest stands, and of how many variables.
    rest: (usize, usize),
    /// Where the row of each included variable stands, and how long it is.
    pivots: Vec<(usize, usize)>,
    /// Where nothing stands yet.
    free: usize,
}

/// Where a matrix stood, and what was included.
#[derive(Clone, Copy)]
struct Before {
    rest: (usize, usize),
    n_pivots: usize,
    free: usize,
}

impl<L: Lane> Included<L> {
    fn new(room: usize) -> Self {
        let room = vec![L::splat(0.0); room];
        Included { room, rest: (0, 0), pivots: Vec::new(), free: 0 }
    }

    /// Begins with the matrix of a root, what is in all its coalitions included.
    #[inline(always)]
    fn gather(&mut self, root: &Root, entries: &[L]) {
        let (positions, n_included) = root.positions();
        self.room.iter_mut().zip(positions).for_each(|(slot, &at)| *slot = entries[at as usize]);
        self.rest = (0, root.n_remaining() + n_included);
        self.free = positions.len();
        self.pivots.clear();
        self.include(n_included);
    }

    /// Projects so many variables out of those that follow.
    #[inline(always)]
    fn include(&mut self, count: usize) {
        for _ in 0..count {
            let (start, n) = self.rest;
            eliminate_in_place(&mut self.room[start..start + packed_len(n)], n);
            self.pivots.push((start, n));
            self.rest = (start + n, n - 1);
        }
    }

    /// What is left of the outcome's sum of squares.
    #[inline(always)]
    fn left(&self) -> L {
        let (start, n) = self.rest;
        self.room[start + packed_len(n) - 1]
    }

    /// Goes on with a copy of the matrix.
    fn copy_matrix(&mut self) -> Before {
        let before = Before { rest: self.rest, n_pivots: self.pivots.len(), free: self.free };
        let (start, n) = self.rest;
        self.room.copy_within(start..start + packed_len(n), self.free);
        self.rest = (self.free, n);
        self.free += packed_len(n);
        before
    }

    /// Goes back to the matrix as it was, and leaves so many of its variables out.
    fn restore(&mut self, before: Before, left_out: usize) {
        let (start, n) = before.rest;
        self.pivots.truncate(before.n_pivots);
        self.free = before.free;
        self.rest = (start + packed_len(n) - packed_len(n - left_out), n - left_out);
    }
}

/// Numbers that copies of a root's matrix take, at most.
fn room_for(root: &Root) -> usize {
    let mut n = root.n_remaining();
    root.blocks.iter().fold(root.len(), |room, block| {
        let room = room + packed_len(n);
        n -= block;
        room
    })
}

impl Needs for Coefficients {
    fn roots(&self) -> Vec<&Root> {
        self.rule.roots()
    }

    fn n_beyond(&self) -> usize {
        (self.n_players + 2) * Self::width(self.n_columns)
    }

    fn n_coalitions(&self) -> u64 {
        self.table_players().map_or(1, |players| 1 << players)
    }

    fn table_players(&self) -> Option<usize> {
        self.rule.table_players()
    }

    fn rescale(&self, scales: &[f64], answer: &mut [f64]) {
        let per_outcome = 1.0 / scales[self.outcome];
        for part in answer[self.n_players + 2..].chunks_exact_mut(Self::width(self.n_columns)) {
            part[0] *= per_outcome;
            // Of x, then of x̄_i. That of ȳ_i, which comes last, is of the outcome's own scale.
            let slopes = part[1..].iter_mut();
            slopes
                .zip(self.columns.iter().chain(&self.columns))
                .for_each(|(slope, &column)| *slope *= scales[column] * per_outcome);
        }
    }
}

/// What every coalition is worth in coefficients, of these moments.
struct OfCoalitions<'a, L> {
    by: &'a Coefficients,
    entries: &'a [L],
    scratch: &'a mut Scratch<L>,
}

impl<L: Lane> Worth<L> for OfCoalitions<'_, L> {
    #[inline(always)]
    fn n_numbers(&self) -> usize {
        Coefficients::n_numbers(self.by.n_columns)
    }

    #[inline(always)]
    fn along(&mut self, chain: &Chain) -> &[L] {
        self.by.walk_chain(chain, self.entries, self.scratch);
        &self.scratch.along
    }

    #[inline(always)]
    fn of_all(&mut self, roots: &[Root]) -> &[L] {
        self.by.fill_table(roots, self.entries, self.scratch);
        &self.scratch.table
    }
}

impl Evaluate for Coefficients {
    type Scratch<L: Lanes> = Scratch<L>;

    fn scratch<L: Lanes>(&self) -> Scratch<L> {
        let n_numbers = Self::n_numbers(self.n_columns);
        let zeros = |n: usize| vec![L::splat(0.0); n];
        let roots = self.rule.roots();
        let is_table = self.table_players().is_some();
        let room = roots.iter().map(|root| if is_table { room_for(root) } else { root.len() }).max().unwrap_or(0);
        Scratch {
            included: Included::new(room),
            beta: zeros(self.n_columns + 2),
            along: zeros((self.n_players + 1) * n_numbers),
            table: zeros(self.table_players().map_or(0, |players| n_numbers << players)),
            found: zeros((self.n_players + 2) * n_numbers),
        }
    }

    #[inline(always)]
    fn evaluate<L: Lanes, S: Simd>(
        &self,
        _: S,
        entries: &[L],
        total: L,
        _: &Part,
        scratch: &mut Scratch<L>,
        out: &mut [L],
    ) {
        let n_rows = self.n_players + 2;
        let mut found = std::mem::take(&mut scratch.found);
        self.rule.split(&mut OfCoalitions { by: self, entries, scratch: &mut *scratch }, n_rows, &mut found);
        let (own, coefficients) = out.split_at_mut(n_rows);
        own.copy_from_slice(&found[..n_rows]);
        to_shares(total, own);
        for (row, out) in coefficients.chunks_exact_mut(Self::width(self.n_columns)).enumerate() {
            for (number, out) in out.iter_mut().enumerate() {
                let value = found[(INTERCEPT + number) * n_rows + row];
                // What a component takes away is what is left less by; of coefficients it is what it adds.
                let is_component = row > 0 && row + 1 < n_rows;
                *out = if is_component { L::splat(0.0) - value } else { value };
            }
        }
        scratch.found = found;
    }
}

/// What [`Coefficients`] work in.
pub(super) struct Scratch<L> {
    included: Included<L>,
    /// The coefficients of the variables of a root.
    beta: Vec<L>,
    along: Vec<L>,
    table: Vec<L>,
    found: Vec<L>,
}
