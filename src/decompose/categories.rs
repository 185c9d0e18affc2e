//! How the variation of a number is split among categories, such as the choices that specifications differ in.
//!
//! It is Shapley of the regression on the categories' dummies, like a model whose components are factors. Their
//! cross-products are counts, so that no dummy is formed: a pass over the rows costs as much as there are pairs of
//! categories, however many levels they have.

use super::coalitions::Players;
use super::coalitions::table::CoalitionTable;
use crate::fit::Layout;

/// A categorical variable: the level of every row, and how many levels there are.
pub(crate) struct Category {
    pub(crate) levels: Vec<u32>,
    pub(crate) n_levels: usize,
}

/// What each category has of the variation of a number, and R² of all of them; nothing where it does not vary.
pub(crate) fn split_among(categories: &[Category], values: &[f64]) -> (Vec<f64>, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let total: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    if total <= 0.0 {
        return (vec![0.0; categories.len()], 0.0);
    }
    // The first level of each category is left out, as a dummy.
    let first = |category: usize| categories[..category].iter().map(|of| of.n_levels.saturating_sub(1)).sum::<usize>();
    let starts: Vec<usize> = (0..categories.len()).map(first).collect();
    let n_dummies = first(categories.len());
    let layout = Layout(n_dummies + 1);
    let players = Players {
        names: (0..categories.len()).map(|at| at.to_string()).collect(),
        layout,
        variables: (0..categories.len()).map(|at| (starts[at]..first(at + 1)).collect()).collect(),
        always: Vec::new(),
        has_unit_effects: vec![false; categories.len()],
        always_has_unit_effects: false,
    };
    let dummy = |category: usize, level: u32| (level as usize).checked_sub(1).map(|level| starts[category] + level);
    let mut counts = vec![0.0; n_dummies];
    let mut entries = vec![0.0; layout.len()];
    entries[layout.weight()] = n;
    for (at, category) in categories.iter().enumerate() {
        for (row, &level) in category.levels.iter().enumerate() {
            let Some(own) = dummy(at, level) else { continue };
            counts[own] += 1.0;
            entries[layout.raw(own, n_dummies)] += values[row] - mean;
            for (later, other) in categories.iter().enumerate().skip(at + 1) {
                if let Some(other) = dummy(later, other.levels[row]) {
                    entries[layout.raw(own, other)] += 1.0;
                }
            }
        }
    }
    for own in 0..n_dummies {
        entries[layout.raw(own, own)] = counts[own];
        for other in own..n_dummies {
            entries[layout.raw(own, other)] -= counts[own] * counts[other] / n;
        }
    }
    entries[layout.raw(n_dummies, n_dummies)] = total;
    // Pivots are told from none as parts of what a dummy varies by itself. One level of all rows varies by nothing.
    let scale: Vec<f64> =
        (0..=n_dummies).map(|v| 1.0 / entries[layout.raw(v, v)].max(f64::MIN_POSITIVE).sqrt()).collect();
    for own in 0..=n_dummies {
        for other in own..=n_dummies {
            entries[layout.raw(own, other)] *= scale[own] * scale[other];
        }
    }
    let table = CoalitionTable::of_r2(&players, &players.roots(), &entries);
    (table.shapley(), table.whole())
}
