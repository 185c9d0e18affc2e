//! What does each component add, on average over the orders of a round?

use std::ops::Range;

use super::factor::{Positions, Room, Square};
use super::orders::drawn;
use crate::decompose::Players;
use crate::numerics::lanes::{LANES, Wide};

/// The cross-products that every order permutes: what is always in has been taken out of them.
#[derive(Debug, Clone)]
pub(super) struct Matrices {
    /// Positions of each player's columns; the outcome follows the last.
    columns: Vec<Range<usize>>,
    outcome: usize,
    brings_units: Vec<bool>,
    /// Until a player brings unit effects.
    before: Square,
    /// From there on, where a player does.
    after: Option<Square>,
    total: f64,
}

impl Matrices {
    pub(super) fn new(players: &Players, entries: &[f64]) -> Self {
        let mut next = 0;
        let columns = players.variables.iter().map(|own| {
            next += own.len();
            next - own.len()..next
        });
        let columns = columns.collect();
        let brings_units: Vec<bool> = (0..players.len()).map(|p| players.brings_units(p)).collect();
        let square = |players: &Players| {
            let root = players.root(Vec::new(), (0..players.len()).collect());
            let mut matrix = vec![0.0; root.len()];
            Square::from_packed(root.gather(entries, &mut matrix), root.n_remaining())
        };
        // The same players once unit effects are in: on cross-products within units, as if these were always in.
        let within = || Players { always_has_unit_effects: true, ..players.clone() };
        Matrices {
            columns,
            outcome: next,
            before: square(players),
            after: brings_units.contains(&true).then(|| square(&within())),
            brings_units,
            total: players.total_sum_of_squares(entries),
        }
    }

    /// The part of the outcome's variation that is left by what is always in.
    pub(super) fn left_by_always(&self) -> f64 {
        self.before.outcome() / self.total
    }

    pub(super) fn workspace(&self) -> Workspace {
        let n = self.outcome + 1;
        let gains = vec![Wide([0.0; LANES]); n];
        Workspace { room: Room::new(n), variables: Vec::new(), before: gains.clone(), after: gains }
    }

    fn n_players(&self) -> usize {
        self.columns.len()
    }

    /// Columns that enter before unit effects do; all where they never do.
    fn columns_before(&self, order: &[usize]) -> usize {
        order.iter().take_while(|&&p| !self.brings_units[p]).map(|&p| self.columns[p].len()).sum()
    }

    /// The mean over the orders of a round: what each player adds, then what is left unexplained, as parts of the
    /// outcome's variation.
    pub(super) fn round_mean(&self, seed: u64, round: usize, workspace: &mut Workspace) -> Vec<f64> {
        let orders = drawn(seed, round, self.n_players());
        self.factor(&orders, workspace);
        let mut mean = vec![0.0; self.n_players() + 1];
        for (lane, order) in orders.iter().enumerate() {
            self.add_along(order, lane, workspace, &mut mean);
        }
        mean.iter_mut().for_each(|sum| *sum /= LANES as f64);
        mean
    }

    /// Finds what each column takes from the residual sum of squares in these orders.
    fn factor(&self, orders: &[Vec<usize>; LANES], workspace: &mut Workspace) {
        let Workspace { room, variables, before, after } = workspace;
        variables.clear();
        variables.resize(self.outcome + 1, [self.outcome; LANES]);
        for (lane, order) in orders.iter().enumerate() {
            let columns = order.iter().flat_map(|&p| self.columns[p].clone());
            variables.iter_mut().zip(columns).for_each(|(at, column)| at[lane] = column);
        }
        // The whole order first: below, the outcome takes the place of one of its columns.
        if let Some(matrix) = &self.after {
            room.factor(matrix, variables, after);
        }
        // What enters after unit effects is read off the other factor.
        // One place of the outcome for all lanes: what lanes with a shorter beginning find beyond it is not read.
        let longest = orders.iter().map(|order| self.columns_before(order)).max().unwrap_or(0);
        variables[longest] = [self.outcome; LANES];
        room.factor(&self.before, &variables[..=longest], before);
    }

    /// Adds what each player takes from the residual sum of squares along the order of a lane, and what is left.
    fn add_along(&self, order: &[usize], lane: usize, workspace: &Workspace, added: &mut [f64]) {
        let sum = |gains: &[Wide]| gains.iter().map(|gain| gain.0[lane]).sum::<f64>();
        let mut gains = &workspace.before;
        let mut after = self.after.as_ref();
        let mut left = self.before.outcome();
        let mut at = 0;
        for &player in order {
            let was = left;
            // The first player to bring unit effects changes the matrix.
            if let Some(matrix) = after.take_if(|_| self.brings_units[player]) {
                gains = &workspace.after;
                // The columns so far take something else once unit effects are in.
                left = matrix.outcome() - sum(&gains[..at]);
            }
            let end = at + self.columns[player].len();
            left -= sum(&gains[at..end]);
            at = end;
            added[player] += (was - left) / self.total;
        }
        added[self.n_players()] += left / self.total;
    }
}

/// Memory for [`Matrices::round_mean`], allocated once and used again.
pub(super) struct Workspace {
    room: Room,
    variables: Vec<Positions>,
    /// What each column takes from the residual sum of squares, by its place in the order: without unit effects, and
    /// with them.
    before: Vec<Wide>,
    after: Vec<Wide>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Model, Term};
    use crate::panel::{Panel, SIMULATED_ENGLAND_SEED};

    fn orders(k: usize) -> Vec<Vec<usize>> {
        let mut all = vec![Vec::new()];
        for _ in 0..k {
            let longer = |order: &Vec<usize>| {
                let order = order.clone();
                let missing = (0..k).filter(move |p| !order.contains(p)).collect::<Vec<_>>();
                missing.into_iter()
            };
            all =
                all.iter().flat_map(|o| longer(o).map(|p| [o.clone(), vec![p]].concat()).collect::<Vec<_>>()).collect();
        }
        all
    }

    /// What every order credits is what the sequential method does, and their mean is the Shapley value.
    fn check(model: Model) {
        let fit = model.fit(&Panel::simulated_england(SIMULATED_ENGLAND_SEED).unwrap()).unwrap();
        let matrices = Matrices::new(&fit.players(), fit.moments().entries());
        let mut workspace = matrices.workspace();
        let k = fit.model().components().len();
        let names: Vec<&str> = fit.model().components().iter().map(|c| c.name.as_str()).collect();
        let all = orders(k);
        let mut means = vec![0.0; k];
        for chunk in all.chunks(LANES) {
            matrices.factor(&std::array::from_fn(|lane| chunk[lane % chunk.len()].clone()), &mut workspace);
            for (lane, order) in chunk.iter().enumerate() {
                let mut added = vec![0.0; k + 1];
                matrices.add_along(order, lane, &workspace, &mut added);
                let named: Vec<&str> = order.iter().map(|&p| names[p]).collect();
                let expected = fit.sequential_in(&named).unwrap();
                for (p, share) in expected.components.iter().enumerate() {
                    assert!((added[p] - share.share_of_total).abs() < 1e-12, "{named:?}: {} {}", share.name, added[p]);
                    means[p] += added[p] / all.len() as f64;
                }
                assert!((added[k] - expected.unexplained.share_of_total).abs() < 1e-12);
            }
        }
        for (mean, share) in means.iter().zip(&fit.shapley().unwrap().components) {
            assert!((mean - share.share_of_total).abs() < 1e-12, "{}", share.name);
        }
        let always = fit.shapley().unwrap().always.map_or(0.0, |share| share.share_of_total);
        assert!((1.0 - matrices.left_by_always() - always).abs() < 1e-12);
    }

    #[test]
    fn unit_effects_enter_anywhere_and_bring_columns() {
        check(
            Model::new("cpp_rate")
                .component("deprivation", ["low_income_pct"])
                .component("practice", ["unit_effects", "vacancy_rate"])
                .component("policy", [Term::PeriodEffects])
                .component("spending", ["spend_per_child", "log(spend_per_child)"])
                .always(["population_0_17"]),
        );
    }

    #[test]
    fn the_first_of_two_components_with_unit_effects_brings_them() {
        check(
            Model::new("cpp_rate")
                .component("one", ["unit_effects"])
                .component("deprivation", ["low_income_pct"])
                .component("other", ["unit_effects", "spend_per_child"])
                .weights("population_0_17"),
        );
    }

    #[test]
    fn unit_effects_are_always_in_or_nowhere() {
        let model = Model::new("cpp_rate")
            .component("deprivation", ["low_income_pct"])
            .component("region", ["factor(region)"])
            .component("spending", ["spend_per_child"]);
        check(model.clone());
        check(model.always(["unit_effects"]));
    }
}
