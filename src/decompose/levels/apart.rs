//! What is said of levels beside the shares: how well regressions of their own fit them, and how alike the rows of a unit
//! are.

use crate::decompose::coalitions::Players;
use crate::fit::FittedModel;
use crate::numerics::eliminate::{eliminate_in_place, packed_len};
use crate::numerics::real::Real;

/// A part of the total variation at or below which there is none at a level.
pub(super) const NOTHING: f64 = 1e-12;

/// R² of the regression of unit means on unit means, each with the weight of its unit, and of deviations from unit means
/// on deviations: all columns of the model, each level with slopes of its own. `None` where the outcome does not vary.
pub(super) fn own_slopes<R: Real>(players: &Players, entries: &[R]) -> [Option<f64>; 2] {
    let layout = players.layout;
    let y = players.outcome();
    let variables: Vec<usize> =
        players.always.iter().chain(players.variables.iter().flatten()).copied().chain([y]).collect();
    let per_weight = entries[layout.weight()].inverse_pivot();
    let within = |i: usize, j: usize| entries[layout.within(i, j)];
    let between = |i: usize, j: usize| {
        let of_means = entries[layout.sum(i)] * per_weight * entries[layout.sum(j)];
        entries[layout.raw(i, j)] - of_means - within(i, j)
    };
    let fit = |product: &dyn Fn(usize, usize) -> R| {
        let mut matrix = Vec::with_capacity(packed_len(variables.len()));
        for (at, &i) in variables.iter().enumerate() {
            matrix.extend(variables[at..].iter().map(|&j| product(i, j)));
        }
        let total = matrix.last()?.value();
        let mut rest = matrix.as_mut_slice();
        for n in (2..=variables.len()).rev() {
            eliminate_in_place(rest, n);
            rest = &mut rest[n..];
        }
        (total > NOTHING).then(|| (1.0 - rest[0].value() / total).clamp(0.0, 1.0))
    };
    [fit(&between), fit(&within)]
}

/// The correlation of two rows of one unit, by the variances of a one-way analysis; `None` where units have one row each,
/// or there is one unit.
///
/// The sums of squares between and within units equal what is expected of them, with rows of equal variance and weights
/// that state importance:
///
/// ```text
/// SS_W = σ_e² Σ_i (w_i − Σ_t w_it²/w_i)
/// SS_B = σ_e² (Σ_i Σ_t w_it²/w_i − Σ w²/w) + σ_u² (w − Σ_i w_i²/w)
/// ```
pub(super) fn intraclass_correlation(fit: &FittedModel) -> Option<f64> {
    let design = fit.design();
    let units = fit.unit_ranges();
    if units.len() < 2 || units.len() == design.n_counted() {
        return None;
    }
    // The squares of rows' weights are not among their sums.
    if design.are_sums_of_several() && design.weights_name.is_some() {
        return None;
    }
    let players = fit.players();
    let (entries, y) = (fit.moments().entries(), players.outcome());
    let within = entries[players.layout.within(y, y)];
    let between = players.total_sum_of_squares(entries) - within;
    let total: f64 = design.weights.iter().sum();
    // As parts of the total weight, so that weights of any size will do.
    let (mut of_squares, mut own, mut squares) = (0.0, 0.0, 0.0);
    for rows in units {
        let weights = design.weights[rows.clone()].iter().map(|w| w / total);
        let (unit, square) = weights.fold((0.0, 0.0), |(sum, squares), w| (sum + w, squares + w * w));
        // Rows that weigh alike have the same square each, of however many the sums are.
        let square = match &design.grouped {
            Some(grouped) if grouped.are_several => {
                unit * unit / grouped.counts[rows.clone()].iter().sum::<usize>() as f64
            }
            _ => square,
        };
        of_squares += square / unit;
        own += unit * unit;
        squares += square;
    }
    let of_rows = within / (1.0 - of_squares);
    let of_units = (between - of_rows * (of_squares - squares)) / (1.0 - own);
    let sum = of_rows + of_units;
    (sum.is_finite() && sum > 0.0).then_some(of_units / sum)
}
