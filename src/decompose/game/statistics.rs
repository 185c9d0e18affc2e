//! Fit statistics beyond R², from the same moments.

use super::Game;
use crate::decompose::coalitions::coalition::Coalition;
use crate::decompose::coalitions::{Players, Root};
use crate::decompose::definition::INSTEAD;
use crate::error::{QuestionError, Refusal, Result, cannot};
use crate::fit::{FittedModel, Layout, Submatrix, UnitMoments};
use crate::numerics::eliminate::{eliminate_in_place, packed_index};
use crate::numerics::number::{Lane, Number};
use crate::numerics::real::Lanes;

impl FittedModel {
    /// R² of every coalition as a [`Game`], for the methods and questions that a breakdown does not answer.
    ///
    /// # Errors
    /// [`EstimateError::TooManyComponents`](crate::error::EstimateError::TooManyComponents) beyond 24 components, whose
    /// table fills 128 MB, or 8 that each bring unit effects.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// let game = fit.r2_game()?;
    /// assert!((game.value([1].into_iter().collect())? - 6.25 / 8.75).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn r2_game(&self) -> Result<Game> {
        let players = self.players();
        let table = self.coalition_table("a table of R²", &players, INSTEAD)?;
        Ok(Game::of_table(players.names, table))
    }

    /// Adjusted R² of every coalition, which punishes columns that explain no more than chance would.
    ///
    /// ```text
    /// adjusted R²(S) = 1 − (1 − R²(S)) (n − 1)/(n − 1 − p_S)
    /// ```
    ///
    /// with n rows and p_S the rank of the columns of S and what is always in, beside the intercept; unit effects count
    /// one for each unit but the first. A component may be credited with less than nothing. Source: M. Ezekiel (1930);
    /// G. S. Maddala (2001), Introduction to Econometrics, section 4.4.
    ///
    /// # Errors
    /// Those of [`r2_game`](FittedModel::r2_game); [`EstimateError::Method`](crate::error::EstimateError::Method) where
    /// the model has as many parameters as rows.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let adjusted = fit.adjusted_r2()?.shapley()?;
    /// assert!((adjusted.whole - (1.0 - (2.5 / 8.75) * 3.0 / 2.0)).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn adjusted_r2(&self) -> Result<Game> {
        let players = self.players();
        let mut table = self.coalition_table("adjusted R²", &players, INSTEAD)?;
        let ranks = match self.precise_entries(players.len()) {
            Some(entries) => ranks(&players, self.n_clusters(), entries),
            None => ranks(&players, self.n_clusters(), self.moments().entries()),
        };
        let n = self.sample().n_observations as f64;
        for (value, rank) in table.values.iter_mut().zip(ranks) {
            let left = n - 1.0 - f64::from(rank);
            if left <= 0.0 {
                let (parameters, rows) = (rank as usize, self.sample().n_observations);
                return Err(cannot("adjusted R²", Refusal::TooManyParameters { parameters, rows }));
            }
            *value = 1.0 - (1.0 - *value) * (n - 1.0) / left;
        }
        Ok(Game::of_table(players.names, table).named("adjusted R²"))
    }

    /// R² out of sample: units are left out in turn, the model is fitted to the others, and its errors on those left
    /// out are counted.
    ///
    /// ```text
    /// value(S) = 1 − Σ_g Σ_{i∈g} w_i (y_i − ŷ_i without g)² / Σ w (y − ȳ)²
    /// ```
    ///
    /// `folds` groups of units are left out together, the i-th unit with those that have the same remainder of i by
    /// `folds`; `None` leaves out each unit (without units, each row) by itself. The value without components is
    /// slightly negative: the mean, too, is predicted. Columns made from the whole sample (unit means) are held fixed.
    /// Source: M. Stone (1974), <https://doi.org/10.1111/j.2517-6161.1974.tb00994.x>.
    ///
    /// # Errors
    /// [`EstimateError::Method`](crate::error::EstimateError::Method) with unit effects, which say nothing about a unit
    /// that was not fitted; [`QuestionError::Option`] unless there are two folds or more and no more than units;
    /// [`EstimateError::TooManyComponents`](crate::error::EstimateError::TooManyComponents) beyond 24 components.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0, 6.0, 9.0])
    ///     .column("x", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let game = fit.cross_validated_r2(None)?;
    /// let all = game.shapley()?;
    /// assert!(all.whole < fit.r2_overall() && all.empty < 0.0);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn cross_validated_r2(&self, folds: Option<usize>) -> Result<Game> {
        let players = self.players();
        if players.always_has_unit_effects || players.has_unit_effects.contains(&true) {
            return Err(cannot("cross-validated R²", Refusal::UnitsLeftOut));
        }
        let clusters = self.clusters();
        let n_folds = folds.unwrap_or(clusters.len());
        if n_folds < 2 || n_folds > clusters.len() {
            return Err(QuestionError::Option {
                option: "folds",
                expected: format!("from 2 to {}, the number of units (of rows without units)", clusters.len()),
                found: n_folds.to_string(),
            }
            .into());
        }
        let moments = self.moments_of(&clusters);
        let folds: Vec<Fold> = (0..n_folds).map(|fold| Fold::new(self, &moments, fold, n_folds)).collect();
        let total = players.total_sum_of_squares(self.moments().entries());
        let value = |coalition: Coalition| -> Result<f64> {
            let mut variables = players.always.clone();
            coalition.members().for_each(|p| variables.extend(&players.variables[p]));
            variables.push(players.outcome());
            let submatrix = Submatrix::new(players.layout, false, &variables);
            let mut matrix = vec![0.0; submatrix.entries().len()];
            let missed: f64 = folds.iter().map(|fold| fold.missed(&submatrix, &mut matrix)).sum();
            Ok(1.0 - missed / total)
        };
        Ok(Game::parallel(players.names.iter().map(String::as_str), value)?.named("cross-validated R²"))
    }
}

/// The moments of the units that are left out together, and of all others.
struct Fold {
    others: Vec<f64>,
    left_out: Vec<f64>,
}

impl Fold {
    fn new(fit: &FittedModel, moments: &UnitMoments, fold: usize, n_folds: usize) -> Self {
        let all = fit.moments().entries();
        let layout = Layout(fit.moments().n_variables());
        let mut left_out = vec![0.0; all.len()];
        (fold..moments.len()).step_by(n_folds).for_each(|unit| moments.add_to(unit, layout, &mut left_out));
        let others = all.iter().zip(&left_out).map(|(all, out)| all - out).collect();
        Fold { others, left_out }
    }

    /// The sum of squared errors on what was left out: b′Mb with M its cross-products and b = (−α, −β, 1).
    fn missed(&self, submatrix: &Submatrix, matrix: &mut [f64]) -> f64 {
        let n = submatrix.n_variables();
        submatrix.gather(&self.others, 0, matrix);
        let mut rest = &mut matrix[..];
        for size in (2..=n).rev() {
            eliminate_in_place(rest, size);
            rest = &mut rest[size..];
        }
        let mut b = vec![0.0; n];
        b[n - 1] = 1.0;
        for i in (0..n - 1).rev() {
            let sum: f64 = (i + 1..n).map(|j| matrix[packed_index(n, i, j)] * b[j]).sum();
            b[i] = -sum * matrix[packed_index(n, i, i)].inverse_pivot();
        }
        submatrix.gather(&self.left_out, 0, matrix);
        let twice_off_diagonal = |i: usize, j: usize| if i == j { 1.0 } else { 2.0 };
        let pairs = (0..n).flat_map(|i| (i..n).map(move |j| (i, j)));
        pairs.map(|(i, j)| twice_off_diagonal(i, j) * b[i] * b[j] * matrix[packed_index(n, i, j)]).sum()
    }
}

/// Parameters beside the intercept of the regression on every coalition, by its bits.
fn ranks<L: Lanes>(players: &Players, n_units: usize, entries: &[L]) -> Vec<u32> {
    let mut ranks = vec![0; 1 << players.len()];
    for root in players.roots() {
        let has_units = players.always_has_unit_effects || root.present.iter().any(|&p| players.has_unit_effects[p]);
        let of_units = if has_units { n_units as u32 - 1 } else { 0 };
        let before: Vec<usize> =
            players.always.iter().chain(root.present.iter().flat_map(|&p| &players.variables[p])).copied().collect();
        let submatrix = Submatrix::new(players.layout, has_units, &[&before[..], &[players.outcome()]].concat());
        let mut matrix = vec![L::splat(0.0); submatrix.entries().len()];
        let intercept = usize::from(!has_units);
        let rest = submatrix.gather(entries, intercept, &mut matrix);
        let (_, eliminated) = without(rest, before.len() + 1, before.len());
        let present: usize = root.present.iter().map(|p| 1 << p).sum();
        let mut matrix = vec![L::splat(0.0); root.len()];
        let matrix = root.gather(entries, &mut matrix);
        count(matrix, root.n_remaining(), &root, 0, present, of_units + eliminated, &mut ranks);
    }
    ranks
}

/// The ranks of every coalition of a root's players from `next` on.
fn count<L: Lanes>(matrix: &[L], n: usize, root: &Root, next: usize, coalition: usize, rank: u32, ranks: &mut [u32]) {
    let Some((&player, &block)) = root.players.get(next).zip(root.blocks.get(next)) else {
        ranks[coalition] = rank;
        return;
    };
    let (included, added) = without(matrix, n, block);
    count(&included, n - block, root, next + 1, coalition | 1 << player, rank + added, ranks);
    let left_out = &matrix[matrix.len() - included.len()..];
    count(left_out, n - block, root, next + 1, coalition, rank, ranks);
}

/// What remains once the first `block` of `n` variables are eliminated, and how many of them counted.
fn without<L: Lanes>(matrix: &[L], n: usize, block: usize) -> (Vec<L>, u32) {
    let mut matrix = matrix.to_vec();
    let (mut rest, mut counted) = (matrix.as_mut_slice(), 0);
    for size in (n - block + 1..=n).rev() {
        counted += u32::from(rest[0].lane(0).inverse_pivot() != L::Scalar::splat(0.0));
        eliminate_in_place(rest, size);
        rest = &mut rest[size..];
    }
    (rest.to_vec(), counted)
}
