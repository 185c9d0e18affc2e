//! What chance gives of every share, and what is left: from the shares with each cluster left out.
//!
//! Two remedies, each for one kind of chance. Few units line up with any region's variable: that is what leaving one
//! out removes, whatever the method and however rows depend on each other within a unit. Noise that survives in a unit's
//! mean leaves together with its unit, and is invisible to that: it is estimated from the differences of the unit's
//! rows, and the method is applied to it as to R².

use super::chance_test::chance_tests;
use super::interval::{IntervalRule, left_out_error, root_error, squares_about};
use super::left_out_noise::{LeftOutNoise, UnderModel};
use super::replicates::Replicates;
use super::resampling::Resampling;
use crate::decompose::{Breakdown, Corrected, IntervalKind, Method, UnitEffectsShare};
use crate::error::{EstimateError, NoiseProblem, QuestionError, Result};
use crate::numerics::means::mean;
use crate::numerics::number::RANK_TOLERANCE;
use crate::numerics::tails::Reference;
use crate::warning::Warning;

/// Periods below which noise and what persists are hard to tell apart.
const FEW_PERIODS: usize = 5;
/// A share or an error of rounding size.
const NOTHING: f64 = 1e-12;

/// What the corrected shares of all breakdowns of a fit have in common.
pub(super) struct Correction {
    /// Positions of the clusters that were left out.
    left_out: Vec<usize>,
    /// The noise in unit effects; why there is none, where the model has some.
    noise: Result<Option<LeftOutNoise>, NoiseProblem>,
    /// A model of noise that was asked for, and has nothing to act on.
    unused: Option<Warning>,
    lost: Vec<Lost>,
    half_width: f64,
}

/// Columns of a component that are there in one cluster alone.
struct Lost {
    component: String,
    columns: Vec<String>,
    /// Whether they are all that it has.
    are_all: bool,
}

/// A number of a breakdown, and what it is without each cluster.
pub(super) struct LeftOut<'a> {
    pub(super) value: f64,
    pub(super) without: &'a [f64],
    /// Its part of the noise in the units' means.
    pub(super) of_noise: f64,
    pub(super) can_be_negative: bool,
}

impl LeftOut<'_> {
    /// Its part of the noise in the units' means, and what it is without each cluster once that is taken out.
    fn without_noise(&self, under: Option<&UnderModel>) -> (f64, Vec<f64>) {
        let Some(under) = under else { return (0.0, self.without.to_vec()) };
        let pairs = self.without.iter().zip(&under.without);
        (self.of_noise * under.share, pairs.map(|(without, noise)| without - self.of_noise * noise).collect())
    }
}

impl Resampling<'_> {
    /// # Errors
    /// [`EstimateError::Noise`] where a model of noise was asked for that cannot be had.
    pub(super) fn correction(&self, left_out: Vec<usize>) -> Result<Correction> {
        let asked = self.noise.unwrap_or_default();
        let noise = match LeftOutNoise::new(self.fit, &self.clusters, &left_out, asked, !self.corrects) {
            Ok(noise) => Ok(Some(noise)),
            Err(NoiseProblem::NoUnitEffects) => Ok(None),
            Err(problem) if self.noise.is_some() => return Err(EstimateError::Noise(problem).into()),
            Err(problem) => Err(problem),
        };
        let unused = self.noise.filter(|_| matches!(noise, Ok(None)));
        let unused = unused.map(|noise| Warning::NoiseUnused { noise: noise.to_string() });
        let half_width = IntervalRule::new(IntervalKind::Root, self.level, self.clusters.len()).half_width;
        // Roots alone do not ask which columns leave.
        let lost = if self.corrects { self.lost() } else { Vec::new() };
        Ok(Correction { left_out, noise, unused, lost, half_width })
    }

    /// The columns that do not vary once one of the clusters is left out.
    fn lost(&self) -> Vec<Lost> {
        let (players, total) = (self.fit.players(), self.fit.moments().entries());
        let mut leaves = vec![false; players.layout.0];
        let mut own = Vec::new();
        for cluster in 0..self.clusters.len() {
            self.clusters.entries(self.fit, cluster, &mut own);
            own.iter_mut().zip(total).for_each(|(own, total)| *own = total - *own);
            for &v in players.variables.iter().flatten() {
                leaves[v] |= players.centred(v, &own) <= RANK_TOLERANCE;
            }
        }
        let lost = |(player, variables): (usize, &Vec<usize>)| {
            let columns: Vec<&usize> = variables.iter().filter(|&&v| leaves[v]).collect();
            let are_all = columns.len() == variables.len() && !players.has_unit_effects[player];
            let name = |&&v: &&usize| self.fit.design().columns[v].name.clone();
            (!columns.is_empty()).then(|| {
                let component = players.names[player].clone();
                Lost { component, columns: columns.iter().map(name).collect(), are_all }
            })
        };
        players.variables.iter().enumerate().filter_map(lost).collect()
    }

    /// What the method gives everybody of noise in the units' means.
    pub(super) fn of_noise(&self, method: &Method) -> Result<Vec<f64>> {
        Ok(self.fit.plan(method)?.of_noise())
    }

    /// Puts what is left without chance beside every share of a breakdown, from the shares without each cluster.
    pub(super) fn correct(
        &self,
        breakdown: &mut Breakdown,
        correction: &Correction,
        without: &Replicates,
        of_noise: &[f64],
    ) {
        let problem = correction.problem(&breakdown.method);
        breakdown.warnings.retain(|warning| !is_of_correction(warning));
        breakdown.noise = None;
        breakdown.unit_effects_by_model.clear();
        let k = breakdown.components.len();
        let method = breakdown.method.clone();
        for (at, cell) in breakdown.cells_mut() {
            let Some((chance, corrected)) = cell.correction else { continue };
            if problem.is_some() {
                (*chance, *corrected) = (None, None);
                continue;
            }
            let values = correction.values(without, at);
            // What is unexplained receives noise, and so can exceed its share as well as fall below it.
            let can_be_negative = at == k + 1 || can_be_negative(&method, k, at);
            let number = LeftOut { value: cell.value, without: &values, of_noise: of_noise[at], can_be_negative };
            let found = correction.corrected(&number);
            (*chance, *corrected) = (Some(cell.value - found.share_of_total), Some(found));
        }
        if let Some(why) = problem {
            breakdown.components.iter_mut().for_each(|share| share.chance_p = None);
            breakdown.warnings.push(Warning::NotCorrected { why });
            return;
        }
        self.test(breakdown, correction, of_noise);
        breakdown.warnings.extend(correction.unused.clone());
        for Lost { component, columns, .. } in &correction.lost {
            let own = breakdown.components.iter_mut().filter(|share| share.name == *component);
            own.for_each(|share| share.chance_p = None);
            let (component, columns) = (component.clone(), columns.clone());
            breakdown.warnings.push(Warning::LeavesWithOne { component, columns });
        }
        if let Ok(Some(noise)) = &correction.noise {
            for (i, share) in breakdown.components.iter().enumerate().filter(|(i, _)| of_noise[1 + i] != 0.0) {
                let values = correction.values(without, 1 + i);
                let can_be_negative = method.can_be_negative(None);
                let number = LeftOut {
                    value: share.share_of_total,
                    without: &values,
                    of_noise: of_noise[1 + i],
                    can_be_negative,
                };
                let under = |under: &UnderModel| UnitEffectsShare {
                    model: under.model,
                    name: share.name.clone(),
                    corrected: correction.under(&number, Some(under)),
                };
                breakdown.unit_effects_by_model.extend(noise.models.iter().map(under));
            }
            breakdown.noise = Some(noise.noise.clone());
            breakdown.warnings.extend(noise.warning.clone());
            let periods = breakdown.sample.n_periods;
            if periods < FEW_PERIODS {
                breakdown.warnings.push(Warning::FewPeriods { periods, wanted: FEW_PERIODS });
            }
        }
        for share in breakdown.components.iter().filter(|_| !method.can_be_negative(None)) {
            if share.share_of_total > NOTHING && share.corrected.is_some_and(|c| c.share_of_total <= 0.0) {
                breakdown.warnings.push(Warning::NoMoreThanChance { component: share.name.clone() });
            }
        }
    }

    /// The chance tests of sequential shares.
    fn test(&self, breakdown: &mut Breakdown, correction: &Correction, of_noise: &[f64]) {
        let players = self.fit.players();
        let place = |name: &String| players.names.iter().position(|known| known == name);
        // One whose order was left out is in that of the model.
        let p_values = match &breakdown.method.stated(&players.names) {
            Method::Sequential { order } => {
                let order: Vec<usize> = order.iter().filter_map(place).collect();
                chance_tests(self.fit, &self.clusters, &players, &order)
            }
            _ => vec![None; players.len()],
        };
        let is_sequential = matches!(breakdown.method, Method::Sequential { .. });
        let t = Reference::new(Some(correction.left_out.len() as f64 - 1.0));
        for (i, share) in breakdown.components.iter_mut().enumerate() {
            let of_units = share.corrected.filter(|c| is_sequential && of_noise[1 + i] > 0.0 && c.std_error > NOTHING);
            let of_units = of_units.map(|c| t.above(c.share_of_total / c.std_error));
            share.chance_p = of_units.or_else(|| p_values.get(i).copied().flatten());
        }
    }
}

impl Correction {
    /// Why the shares of a method are not corrected; `None` where they are.
    pub(super) fn problem(&self, method: &Method) -> Option<NoiseProblem> {
        let gone = self.lost.iter().find(|lost| lost.are_all);
        match (&self.noise, method.is_linear(), gone) {
            (Err(problem), ..) => Some(problem.clone()),
            (_, false, _) => Some(NoiseProblem::NotLinear { method: method.name().to_string() }),
            (.., Some(Lost { component, .. })) => {
                Some(NoiseProblem::LeavesWithClusters { component: component.clone() })
            }
            _ => None,
        }
    }

    /// A number of a breakdown without each cluster that was left out.
    pub(super) fn values(&self, without: &Replicates, at: usize) -> Vec<f64> {
        self.left_out.iter().map(|&cluster| without.shares[[cluster, at]]).collect()
    }

    fn chosen(&self) -> Option<&UnderModel> {
        let noise = self.noise.as_ref().ok()?.as_ref()?;
        noise.models.get(noise.chosen)
    }

    /// What the roots of a raw share's root interval are of: the number without each cluster, and without the noise that
    /// leaves with it.
    pub(super) fn for_roots(&self, number: &LeftOut) -> Vec<f64> {
        let (noise, without) = number.without_noise(self.chosen());
        without.iter().map(|x| x + noise).collect()
    }

    pub(super) fn corrected(&self, number: &LeftOut) -> Corrected {
        self.under(number, self.chosen())
    }

    /// The corrected number under a model of noise.
    fn under(&self, number: &LeftOut, under: Option<&UnderModel>) -> Corrected {
        let (noise, without) = number.without_noise(under);
        let theta = number.value - noise;
        let n = without.len() as f64;
        let share_of_total = theta - (n - 1.0) * (mean(&without) - theta);
        let std_error = left_out_error(&without);
        let (lower, upper) = if number.can_be_negative {
            let half = self.half_width * std_error;
            (share_of_total - half, share_of_total + half)
        } else {
            let raised: Vec<f64> = without.iter().map(|x| x + noise).collect();
            let (lower, upper) = squares_about(number.value, self.half_width * root_error(&raised));
            let chance = number.value - share_of_total;
            (lower - chance, upper - chance)
        };
        Corrected { share_of_total, std_error, lower, upper }
    }
}

/// The answer of one breakdown, which has one set of replicates.
pub(super) fn only(mut answers: Vec<Breakdown>) -> Result<Breakdown> {
    let none = || EstimateError::TooFew { what: "replicates".to_string(), expected: 1, found: 0 };
    answers.pop().ok_or_else(|| none().into())
}

/// Whether the number at this place of a breakdown of so many components can be negative.
pub(super) fn can_be_negative(method: &Method, k: usize, at: usize) -> bool {
    // What is always in, and what is unexplained, are parts of a sum of squares.
    at != 0 && at != k + 1 && method.can_be_negative(at.checked_sub(k + 2))
}

/// Whether a warning came with corrected shares, and goes when others take their place.
fn is_of_correction(warning: &Warning) -> bool {
    use Warning::{FewPeriods, LeavesWithOne, NearLag, NoMoreThanChance, NoNearPairs, NoiseUnused, NotCorrected};
    matches!(
        warning,
        FewPeriods { .. }
            | LeavesWithOne { .. }
            | NearLag { .. }
            | NoMoreThanChance { .. }
            | NoNearPairs { .. }
            | NoiseUnused { .. }
            | NotCorrected { .. }
    )
}

impl Breakdown {
    /// This breakdown with the corrected share of everybody beside its own, the intervals as they are.
    ///
    /// [`with_intervals`](Self::with_intervals) of a jackknife gives both; this is for shares whose intervals come of
    /// draws. Methods that are not linear in what coalitions explain have none, and carry the reason as
    /// [`Warning::NotCorrected`]; so have models with unit effects whose noise cannot be told.
    ///
    /// # Errors
    /// Those of [`all_with_intervals`](Self::all_with_intervals); [`QuestionError::Option`] for a resampling that draws;
    /// [`EstimateError::Noise`] where a [model of noise](Resampling::noise) was asked for that cannot be had.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("practice", [Term::UnitEffects]).fit(&panel)?;
    /// let drawn = fit.shapley()?.with_intervals(&fit.bootstrap(99, 1)?)?;
    /// assert!(drawn.components[0].corrected.is_none());
    /// let both = drawn.with_corrected(&fit.jackknife()?)?;
    /// assert_eq!(both.components[0].interval, drawn.components[0].interval);
    /// assert!(both.components[0].corrected.is_some());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn with_corrected(&self, resampling: &Resampling) -> Result<Breakdown> {
        only(Breakdown::all_with_corrected(&[self], resampling)?)
    }

    /// These breakdowns with corrected shares, which costs less than one after the other.
    ///
    /// # Errors
    /// Those of [`with_corrected`](Self::with_corrected).
    ///
    /// # Examples
    /// See [`with_corrected`](Self::with_corrected).
    pub fn all_with_corrected(breakdowns: &[&Breakdown], resampling: &Resampling) -> Result<Vec<Breakdown>> {
        if !resampling.leaves_out() {
            return Err(QuestionError::Option {
                option: "resampling",
                expected: "corrected shares come of leaving units out: use jackknife()".to_string(),
                found: "draws".to_string(),
            }
            .into());
        }
        let resampling = &Resampling { corrects: true, ..resampling.clone() };
        let replicates = resampling.replicates(breakdowns)?;
        let Some(first) = replicates.first() else { return Ok(Vec::new()) };
        let correction = resampling.correction(resampling.usable(first)?)?;
        let correct = |(breakdown, without): (&&Breakdown, &Replicates)| {
            let mut corrected = (*breakdown).clone();
            let of_noise = resampling.of_noise(&corrected.method)?;
            resampling.correct(&mut corrected, &correction, without, &of_noise);
            Ok(corrected)
        };
        breakdowns.iter().zip(&replicates).map(correct).collect()
    }
}
