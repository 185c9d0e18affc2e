use std::ops::ControlFlow;
use std::sync::Mutex;

use super::super::branches::{Parallel, add_sums_in_steps, add_sums_parallel};
use super::super::progress::{Part, Progress};
use super::super::{Players, members};
use super::*;
use crate::fit::Layout;
use crate::numerics::double::Double;
use crate::numerics::lanes::Wide;

/// Players of so many columns each, and the moments of sixty rows; `copies` of the columns repeat the one before.
fn players(blocks: &[usize], copies: &[usize]) -> (Players, Vec<f64>) {
    let q = n_variables(blocks);
    let layout = Layout(q);
    let mut state = 7_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    let mut entries = vec![0.0; layout.len()];
    for _ in 0..60 {
        let shared = random();
        let mut row: Vec<f64> = (0..q).map(|_| 0.7 * shared + random()).collect();
        row[q - 1] += row.iter().sum::<f64>();
        copies.iter().for_each(|&column| row[column] = row[column - 1]);
        entries[layout.weight()] += 1.0;
        for i in 0..q {
            entries[layout.sum(i)] += row[i];
            (i..q).for_each(|j| entries[layout.raw(i, j)] += row[i] * row[j]);
        }
    }
    let mut first = 0;
    let variables = blocks.iter().map(|block| {
        first += block;
        (first - block..first).collect()
    });
    let players = Players {
        names: blocks.iter().map(|block| format!("{block}")).collect(),
        layout,
        variables: variables.collect(),
        always: Vec::new(),
        has_unit_effects: vec![false; blocks.len()],
        always_has_unit_effects: false,
    };
    (players, entries)
}

/// Every coalition by itself.
fn one_by_one(players: &Players, entries: &[f64]) -> SizeSums<f64> {
    let everyone: Vec<usize> = (0..players.len()).collect();
    let mut sums = SizeSums::zero(players.len());
    for coalition in 0..1_u64 << players.len() {
        let present = members(&everyone, coalition);
        let root = players.root(present.clone(), Vec::new());
        let residual = root.gather(entries, &mut vec![0.0; root.len()])[0];
        sums.all[present.len()] += residual;
        present.iter().for_each(|player| sums.with[player * (players.len() + 1) + present.len()] += residual);
    }
    sums
}

/// The largest difference of two sums, in means over the coalitions of a size, as parts of the largest.
fn difference(a: &SizeSums<f64>, b: &SizeSums<f64>) -> f64 {
    let numbers = |sums: &SizeSums<f64>| sums.all.iter().chain(&sums.with).copied().collect::<Vec<_>>();
    let (a, b) = (numbers(a), numbers(b));
    let mut of_size = vec![1.0];
    for size in 0..self::players_in(&a) {
        of_size.push(of_size[size] * (self::players_in(&a) - size) as f64 / (size + 1) as f64);
    }
    let differences = a.iter().zip(&b).enumerate().map(|(i, (x, z))| (x - z).abs() / of_size[i % of_size.len()]);
    differences.fold(0.0, f64::max) / a[0]
}

/// From so many numbers: (k + 1)².
fn players_in(numbers: &[f64]) -> usize {
    numbers.len().isqrt() - 1
}

struct Serial<'a, L> {
    root: &'a Root,
    matrix: &'a [L],
    clear: bool,
}

impl<L: Lane> WithSimd for Serial<'_, L> {
    type Output = SizeSums<L>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> SizeSums<L> {
        let Serial { root, matrix, clear } = self;
        let mut sums = SizeSums::zero(root.blocks.len());
        if clear {
            let branch = sums_by_parts(simd, matrix, &root.blocks, true);
            sums.add_branch(&[], &root.players, &branch, |sum| *sum);
        } else {
            let mut workspace = Workspace::new(&root.blocks);
            add_sums(simd, root, matrix, &mut workspace, &mut sums);
            // Again, over what the first time left behind.
            sums.clear();
            add_sums(simd, root, matrix, &mut workspace, &mut sums);
        }
        sums
    }
}

fn serial<L: Lane>(players: &Players, entries: &[f64], clear: bool, number: impl Fn(f64) -> L) -> SizeSums<L> {
    let entries: Vec<L> = entries.iter().map(|&x| number(x)).collect();
    let root = &players.roots()[0];
    let mut matrix = vec![L::splat(0.0); root.len()];
    let matrix = root.gather(&entries, &mut matrix);
    L::dispatch(Serial { root, matrix, clear })
}

fn parallel<L: Parallel>(players: &Players, entries: &[f64]) -> SizeSums<L> {
    let entries: Vec<L> = entries.iter().map(|&x| L::splat(x)).collect();
    let root = &players.roots()[0];
    let mut matrix = vec![L::splat(0.0); root.len()];
    let mut sums = SizeSums::zero(players.len());
    let progress = Progress::unwatched();
    add_sums_parallel(root, root.gather(&entries, &mut matrix), &mut sums, &progress.part(0, 1));
    sums
}

fn of<L: Lane>(sums: &SizeSums<L>, value: impl Fn(&L) -> f64) -> SizeSums<f64> {
    let mut out = SizeSums::zero(sums.n_players);
    out.all = sums.all.iter().map(&value).collect();
    out.with = sums.with.iter().map(&value).collect();
    out
}

fn check(blocks: &[usize], copies: &[usize]) {
    let (players, entries) = players(blocks, copies);
    let expected = one_by_one(&players, &entries);
    let root = &players.roots()[0];
    let clear = are_clear(root.gather(&entries, &mut vec![0.0; root.len()]), &root.blocks);
    assert_eq!(clear, copies.is_empty(), "{blocks:?}");
    let check = |name: &str, sums: &SizeSums<f64>| {
        let difference = difference(&expected, sums);
        assert!(difference < 1e-12, "{blocks:?}, copies {copies:?}, {name}: {difference:e}");
    };
    for clear in [false, true] {
        // Where a column is a copy, pivots must be compared.
        if clear && !copies.is_empty() {
            continue;
        }
        check("one at a time", &serial(&players, &entries, clear, |x| x));
        let wide = serial(&players, &entries, clear, |x| Wide([x, 2.0 * x, x, x, x, x, x, x]));
        check("lane 0", &of(&wide, |sum| sum.0[0]));
        check("lane 1", &of(&wide, |sum| sum.0[1] / 2.0));
        check("lane 7", &of(&wide, |sum| sum.0[7]));
        check("twice the precision", &of(&serial(&players, &entries, clear, Double::new), |sum| sum.value()));
    }
    check("in parallel", &parallel(&players, &entries));
    check("in parallel, twice the precision", &of(&parallel::<Double>(&players, &entries), |sum| sum.value()));
}

#[test]
fn sums_are_those_of_every_coalition_by_itself() {
    for players in 0..=10 {
        check(&vec![1; players], &[]);
    }
    check(&[1; 13], &[]);
    check(&[1; 11], &[1, 10]);
    check(&[1; 12], &[5, 6, 11]);
    check(&[2; 5], &[]);
    check(&[3; 6], &[]);
    check(&[3; 5], &[4, 13]);
    check(&[5, 0, 3, 1, 2, 1, 1, 0, 2, 1, 1], &[]);
    check(&[5, 0, 3, 1, 2, 1, 1, 0, 2, 1, 1], &[2, 9, 16]);
    check(&[1, 1, 3, 1, 1, 2, 5, 1, 1, 1, 1, 1, 4, 1], &[]);
    check(&[1, 1, 3, 1, 1, 2, 5, 1, 1, 1, 1, 1, 4, 1], &[1, 3, 12]);
    check(&[0, 2, 3, 3, 2, 3, 0, 2, 3, 3, 2], &[]);
    check(&[0; 4], &[]);
}

#[test]
fn the_watch_sees_every_coalition_and_can_stop() {
    let (players, entries) = players(&[1; 20], &[]);
    let root = &players.roots()[0];
    let mut matrix = vec![0.0; root.len()];
    let matrix = root.gather(&entries, &mut matrix);
    let watched = |answer: ControlFlow<()>| {
        let seen = Mutex::new(Vec::new());
        let watch = |done, of| {
            seen.lock().expect("no panic").push((done, of));
            answer
        };
        let progress = Progress::new(1 << 20, Some(&watch));
        let part = progress.part(1 << 20, 1);
        // One thread, so that nothing has begun when the first branch is done.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        pool.install(|| add_sums_parallel(root, matrix, &mut SizeSums::zero(20), &part));
        let is_cancelled = progress.is_cancelled();
        (seen.into_inner().expect("no panic"), is_cancelled)
    };
    let of = 1 << 20;
    let quarters = [(of / 4, of), (of / 2, of), (of / 4 * 3, of), (of, of)];
    assert_eq!(watched(ControlFlow::Continue(())), (quarters.to_vec(), false));
    assert_eq!(watched(ControlFlow::Break(())), (quarters[..1].to_vec(), true));
}

struct InSteps<'a> {
    root: &'a Root,
    matrix: &'a [f64],
    part: &'a Part<'a>,
}

impl WithSimd for InSteps<'_> {
    type Output = SizeSums<f64>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> SizeSums<f64> {
        let InSteps { root, matrix, part } = self;
        let mut sums = SizeSums::zero(root.blocks.len());
        add_sums_in_steps(simd, root, matrix, &mut Workspace::new(&root.blocks), &mut sums, part);
        sums
    }
}

#[test]
fn steps_have_the_sums_of_the_whole_and_can_stop() {
    for (blocks, copies) in
        [(vec![1; 22], vec![]), (vec![1; 21], vec![3, 20]), ([&[3, 0, 2], &[1; 19][..]].concat(), vec![4])]
    {
        let (players, entries) = players(&blocks, &copies);
        let root = &players.roots()[0];
        let mut matrix = vec![0.0; root.len()];
        let matrix = root.gather(&entries, &mut matrix);
        let in_steps = |answer: ControlFlow<()>| {
            let seen = Mutex::new(Vec::new());
            let watch = |done, _| {
                seen.lock().expect("no panic").push(done);
                answer
            };
            let progress = Progress::new(1 << blocks.len(), Some(&watch));
            let part = progress.part(1 << blocks.len(), 1);
            let sums = f64::dispatch(InSteps { root, matrix, part: &part });
            part.end();
            (sums, seen.into_inner().expect("no panic"))
        };
        let (sums, seen) = in_steps(ControlFlow::Continue(()));
        let difference = difference(&serial(&players, &entries, false, |x| x), &sums);
        assert!(difference < 1e-12, "{blocks:?}, copies {copies:?}: {difference:e}");
        assert_eq!(seen, (1..=1 << (blocks.len() - 20)).map(|step| step << 20).collect::<Vec<u64>>());
        assert_eq!(in_steps(ControlFlow::Break(())).1, [1 << 20]);
    }
}
