//! The columns of a regression, by blocks of their rows.

use std::ops::Range;
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::numerics::absorb::Within;
use crate::numerics::dot::{ROWS_AT_ONCE, WORTH_THREADS};
use crate::numerics::groups::blocks_of;
use crate::panel::Numbers;

/// Columns that are kept, or formed where they are asked for.
///
/// Deviations of many rows take longer to write to memory, which the machine first has to find and clear, than to form
/// again wherever their rows are worked on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    within: Option<Within<Numbers>>,
    kept: OnceLock<Vec<Vec<f64>>>,
}

impl From<Vec<Vec<f64>>> for Columns {
    fn from(columns: Vec<Vec<f64>>) -> Self {
        Columns { within: None, kept: OnceLock::from(columns) }
    }
}

impl From<Within<Numbers>> for Columns {
    fn from(within: Within<Numbers>) -> Self {
        Columns { within: Some(within), kept: OnceLock::new() }
    }
}

/// Rows that are worked on together.
struct Block {
    rows: Range<usize>,
    /// Of what was asked for, or of what the columns are formed by.
    groups: Range<usize>,
}

impl Columns {
    pub(crate) fn len(&self) -> usize {
        self.within.as_ref().map_or_else(|| self.all().len(), Within::len)
    }

    /// All of them, with all their rows: where they are formed, from now on they are kept.
    pub(crate) fn all(&self) -> &[Vec<f64>] {
        if let Some(kept) = self.kept.get() {
            return kept;
        }
        // Not under the cell's lock: threads that form them take up other work while they wait, which may ask for the same.
        let formed = self.within.as_ref().map_or_else(Vec::new, Within::formed);
        self.kept.get_or_init(|| formed)
    }

    /// The same, given away.
    pub(crate) fn into_all(self) -> Vec<Vec<f64>> {
        self.all();
        self.kept.into_inner().unwrap_or_default()
    }

    /// Those at these positions.
    pub(crate) fn at(self, positions: &[usize]) -> Self {
        if positions.len() == self.len() {
            return self;
        }
        let mut all = self.into_all();
        positions.iter().map(|&at| std::mem::take(&mut all[at])).collect::<Vec<_>>().into()
    }

    /// What is made of each block of rows and of the columns on these rows, in the order of the rows.
    pub(crate) fn of_blocks<T: Send>(
        &self,
        rows: usize,
        of_block: impl Fn(Range<usize>, &[&[f64]]) -> T + Sync,
    ) -> Vec<T> {
        let blocks = self.blocks(rows).into_iter().map(|block| (block, <&mut [f64]>::default())).collect();
        self.work(blocks, |block, columns, _| of_block(block.rows, columns))
    }

    /// The same, each block with its part of a column that is being made.
    pub(crate) fn of_blocks_into<T: Send>(
        &self,
        made: &mut [f64],
        of_block: impl Fn(Range<usize>, &[&[f64]], &mut [f64]) -> T + Sync,
    ) -> Vec<T> {
        let (mut parts, mut rest) = (Vec::new(), made);
        for block in self.blocks(rest.len()) {
            let (own, after) = rest.split_at_mut(block.rows.len());
            parts.push((block, own));
            rest = after;
        }
        self.work(parts, |block, columns, made| of_block(block.rows, columns, made))
    }

    /// What is made of each block of groups whose rows stand together, by where these start, and of the columns on their
    /// rows, in the order of the groups.
    pub(crate) fn of_runs<T: Send>(
        &self,
        starts: &[usize],
        of_block: impl Fn(Range<usize>, &[&[f64]]) -> T + Sync,
    ) -> Vec<T> {
        if self.unkept().is_some_and(|within| within.starts() != starts) {
            self.all();
        }
        let blocks = runs(starts).into_iter().map(|block| (block, <&mut [f64]>::default())).collect();
        self.work(blocks, |block, columns, _| of_block(block.groups, columns))
    }

    /// So many rows in blocks.
    fn blocks(&self, rows: usize) -> Vec<Block> {
        match self.unkept() {
            Some(within) => runs(within.starts()),
            None => (0..rows.div_ceil(ROWS_AT_ONCE))
                .map(|block| Block { rows: block * ROWS_AT_ONCE..rows.min((block + 1) * ROWS_AT_ONCE), groups: 0..0 })
                .collect(),
        }
    }

    /// Works on the blocks, of groups that the columns are formed by unless they are kept; in parallel where there are
    /// many.
    fn work<T: Send>(
        &self,
        blocks: Vec<(Block, &mut [f64])>,
        of_block: impl Fn(Block, &[&[f64]], &mut [f64]) -> T + Sync,
    ) -> Vec<T> {
        let unkept = self.unkept();
        let work = |formed: &mut Vec<f64>, (block, made): (Block, &mut [f64])| {
            let Some(within) = unkept else {
                let columns: Vec<&[f64]> = self.all().iter().map(|column| &column[block.rows.clone()]).collect();
                return of_block(block, &columns, made);
            };
            let rows = block.rows.len();
            formed.resize(rows * within.len(), 0.0);
            let columns = formed.chunks_exact_mut(rows).enumerate();
            columns.for_each(|(column, left)| within.form(column, block.groups.clone(), left));
            let columns: Vec<&[f64]> = formed.chunks_exact(rows).collect();
            of_block(block, &columns, made)
        };
        match blocks.last().is_none_or(|(block, _)| block.rows.end < WORTH_THREADS) {
            true => {
                let mut formed = Vec::new();
                blocks.into_iter().map(|block| work(&mut formed, block)).collect()
            }
            false => blocks.into_par_iter().map_init(Vec::new, work).collect(),
        }
    }

    /// What they are formed from, unless they are kept.
    fn unkept(&self) -> Option<&Within<Numbers>> {
        self.within.as_ref().filter(|_| self.kept.get().is_none())
    }
}

/// Groups that start here, in blocks.
fn runs(starts: &[usize]) -> Vec<Block> {
    let block = |groups: Range<usize>| Block { rows: starts[groups.start]..starts[groups.end], groups };
    blocks_of(starts, ROWS_AT_ONCE).into_iter().map(block).collect()
}
