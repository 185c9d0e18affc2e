//! What coalitions explain of the deviance of counts, and what methods make of that.

use rayon::prelude::*;

use super::{CoalitionTable, DevianceShares, Method, Players, Precedence};
use crate::counts::{CountReplicate, Distribution, FittedCounts, Noting, expected_unit_deviance};
use crate::decompose::sequential::order_positions;
use crate::decompose::split::check_number;
use crate::decompose::{commonality, dominance, owen, pmvd};
use crate::error::{Refusal, Result, cannot};

/// The most components, or terms, whose coalitions are all fitted.
const MOST_COMPONENTS: usize = 16;
const INSTEAD: &str = "put components together, or use the sequential method, which has no limit";
/// Two coalitions of which one is larger by what adds nothing differ by the rounding of their deviances.
const ROUNDING: f64 = 1e-13;

/// Counts whose deviance is known from columns of a design.
pub(crate) trait Deviances: Sync {
    /// From one rate for all.
    fn null(&self) -> f64;

    /// From these columns, with unit effects or without.
    fn of(&self, columns: &[usize], has_units: bool) -> Result<f64>;
}

impl Deviances for FittedCounts {
    fn null(&self) -> f64 {
        self.null_deviance()
    }

    fn of(&self, columns: &[usize], has_units: bool) -> Result<f64> {
        Ok(self.of_coalition(columns, has_units)?.deviance)
    }
}

impl Deviances for Noting<'_> {
    fn null(&self) -> f64 {
        self.null_deviance()
    }

    fn of(&self, columns: &[usize], has_units: bool) -> Result<f64> {
        self.deviance(columns, has_units)
    }
}

impl Deviances for CountReplicate<'_> {
    fn null(&self) -> f64 {
        self.null_deviance()
    }

    fn of(&self, columns: &[usize], has_units: bool) -> Result<f64> {
        self.deviance(columns, has_units)
    }
}

/// What coalitions of the components explain.
pub(crate) struct Worth<'a> {
    /// Whose design and whose components.
    fit: &'a FittedCounts,
    /// Of which rows.
    deviances: &'a dyn Deviances,
    pub(super) players: Players,
}

impl<'a> Worth<'a> {
    pub(crate) fn new(fit: &'a FittedCounts, deviances: &'a dyn Deviances) -> Self {
        let design = fit.design();
        let is_constant = |v: usize| {
            let values = &design.columns[v].values;
            values.iter().all(|x| *x == values[0])
        };
        Worth { fit, deviances, players: Players::new(design, is_constant) }
    }

    /// How many coalitions a method asks for, at most.
    pub(crate) fn coalitions(&self, method: &Method) -> usize {
        let k = self.players.len();
        match method {
            Method::Sequential { .. } | Method::First | Method::Last => k + 2,
            Method::Owen => {
                let terms: usize = self.players.terms(self.fit.design()).iter().map(Players::len).sum();
                (1 << k.min(MOST_COMPONENTS)) + (1 << terms.min(MOST_COMPONENTS))
            }
            _ => 1 << k.min(MOST_COMPONENTS),
        }
    }

    /// The part of the null deviance that these players explain, given as bits.
    fn of(&self, players: &Players, coalition: usize) -> Result<f64> {
        let members = (0..players.len()).filter(|p| coalition >> p & 1 == 1);
        let mut columns = players.always.clone();
        let mut has_units = players.always_has_unit_effects;
        for player in members {
            columns.extend(&players.variables[player]);
            has_units |= players.has_unit_effects[player];
        }
        if columns.is_empty() && !has_units {
            return Ok(0.0);
        }
        // Columns stand in their own order, in which it is decided what adds nothing.
        columns.sort_unstable();
        Ok(1.0 - self.deviances.of(&columns, has_units)? / self.deviances.null())
    }

    /// What every coalition explains.
    pub(super) fn table(&self, asker: &str) -> Result<CoalitionTable> {
        self.table_of(&self.players, asker)
    }

    fn table_of(&self, players: &Players, asker: &str) -> Result<CoalitionTable> {
        check_number(asker, players, MOST_COMPONENTS, INSTEAD)?;
        let n_players = players.len();
        let of = |coalition: usize| self.of(players, coalition);
        let mut values = (0..1_usize << n_players).into_par_iter().map(of).collect::<Result<Vec<f64>>>()?;
        for coalition in 1..values.len() {
            let members = (0..n_players).filter(|p| coalition >> p & 1 == 1);
            let mut without = members.map(|p| values[coalition & !(1 << p)]);
            if let Some(same) = without.find(|value| (value - values[coalition]).abs() <= ROUNDING) {
                values[coalition] = same;
            }
        }
        Ok(CoalitionTable { n_players, values })
    }

    /// The parts of `always`, of the components and of what is unexplained; and the numbers that the method says beyond.
    pub(crate) fn answer(&self, method: &Method) -> Result<(Vec<f64>, Vec<f64>)> {
        let k = self.players.len();
        let forbids_orders = self.fit.model().predecessors()?;
        if forbids_orders.is_some() && method.definition().needs_all_orders() {
            return Err(cannot(method.name(), Refusal::Precedence { are_drawn: false }));
        }
        let all = (1_usize << k) - 1;
        let steps = |from: f64, to: f64| if (to - from).abs() <= ROUNDING { 0.0 } else { to - from };
        let (empty, whole, components, beyond) = match method {
            Method::Sequential { order } => {
                let positions = order_positions(&self.players.names, self.fit.model(), order)?;
                let mut components = vec![0.0; k];
                let (mut members, empty) = (0, self.of(&self.players, 0)?);
                let mut before = empty;
                for player in positions {
                    members |= 1 << player;
                    let after = self.of(&self.players, members)?;
                    components[player] = steps(before, after);
                    before = after;
                }
                (empty, before, components, Vec::new())
            }
            Method::First | Method::Last => {
                let (empty, whole) = (self.of(&self.players, 0)?, self.of(&self.players, all)?);
                let of_player = |player: usize| match method {
                    Method::First => Ok(steps(empty, self.of(&self.players, 1 << player)?)),
                    _ => Ok(steps(self.of(&self.players, all & !(1 << player))?, whole)),
                };
                let components = (0..k).into_par_iter().map(of_player).collect::<Result<Vec<f64>>>()?;
                (empty, whole, components, Vec::new())
            }
            Method::Owen => {
                let table = self.table(method.name())?;
                let (components, terms) = self.owen()?;
                (table.empty(), table.whole(), components, terms)
            }
            Method::Shapley
            | Method::Pmvd
            | Method::ConditionalDominance
            | Method::CompleteDominance
            | Method::Commonality => {
                let table = self.table(method.name())?;
                let (components, beyond) = match method {
                    Method::Shapley => match &forbids_orders {
                        Some(before) => (Precedence::new(before).shapley(&table), Vec::new()),
                        None => (table.shapley(), Vec::new()),
                    },
                    Method::Pmvd if pmvd::falls(&table) => return Err(cannot("pmvd", Refusal::WorthMoreThanAll)),
                    Method::Pmvd => (pmvd::pmvd(&table), Vec::new()),
                    Method::ConditionalDominance => (table.shapley(), dominance::conditional(&table)),
                    Method::CompleteDominance => (table.shapley(), dominance::complete(&table)),
                    _ => {
                        let parts = commonality::parts(&table);
                        ((0..k).map(|player| parts[(1 << player) - 1]).collect(), parts)
                    }
                };
                (table.empty(), table.whole(), components, beyond)
            }
            other => return Err(cannot(other.name(), Refusal::OfLeastSquares)),
        };
        let shares = [empty].into_iter().chain(components).chain([1.0 - whole]).collect();
        Ok((shares, beyond))
    }

    /// Owen's values of the components and of their terms.
    fn owen(&self) -> Result<(Vec<f64>, Vec<f64>)> {
        let by_component = self.players.terms(self.fit.design());
        let mut terms =
            Players { names: Vec::new(), variables: Vec::new(), has_unit_effects: Vec::new(), ..self.players.clone() };
        let mut unions = Vec::new();
        for of_component in by_component {
            let first = terms.names.len();
            unions.push((first..first + of_component.len()).collect::<Vec<usize>>());
            terms.names.extend(of_component.names);
            terms.variables.extend(of_component.variables);
            terms.has_unit_effects.extend(of_component.has_unit_effects);
        }
        let table = self.table_of(&terms, "owen, by terms,")?;
        let values = owen::of_table(&table, &unions);
        let components = unions.iter().map(|terms| terms.iter().map(|&term| values[term]).sum()).collect();
        Ok((components, values))
    }
}

impl FittedCounts {
    /// What its shares are of.
    pub(super) fn deviance_shares(&self) -> DevianceShares {
        let (design, null) = (self.design(), self.null_deviance());
        let (n, parameters) = (design.n_observations() as f64, self.n_parameters() as f64);
        let rows = || design.outcome.iter().zip(self.expected_counts()).zip(&design.weights);
        let pearson: f64 =
            rows().map(|((y, mean), w)| w * (y - mean).powi(2) / self.distribution().variance(*mean)).sum();
        let unexplained = self.deviance() / null;
        let is_counted =
            self.distribution() == Distribution::Poisson && design.outcome.iter().all(|y| y.fract() == 0.0);
        let chance = is_counted.then(|| {
            let expected: f64 = rows().map(|((_, mean), w)| w * expected_unit_deviance(*mean)).sum();
            // No more than there is.
            (expected * (1.0 - parameters / n) / null).min(unexplained)
        });
        DevianceShares {
            family: self.model().family,
            exposure: design.exposure.as_ref().map(|exposure| exposure.name.clone()),
            theta: self.theta(),
            null_deviance: null,
            deviance: self.deviance(),
            pearson_dispersion: (n > parameters).then(|| pearson / (n - parameters)),
            chance,
            beyond_chance: chance.map(|chance| unexplained - chance),
        }
    }
}
