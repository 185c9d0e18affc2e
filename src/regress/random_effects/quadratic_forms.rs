//! Which sums of squares within and between groups do the residuals leave, and what would the model make of them?
//!
//! Everything is in rows multiplied by the roots of their weights, about the weighted mean: ỹ = √w(y − ȳ). There the
//! error has covariance Ω = σ²_ε I + Σ σ²_s A_s A_s′, where A_s holds √w under the row's group of effects s. P_s
//! projects on A_s, which gives weighted group means; the within projection M takes out all effects. For a residual
//! r = Lỹ and a projection P the form is r′Pr, and its expectation tr(L′PLΩ), whatever the distribution.

use super::{RandomEffect, RandomMethod, has_all_rows, weigh_alike, without_periods};
use crate::error::{Error, Refusal, Result, cannot};
use crate::numerics::absorb::Absorb;
use crate::numerics::dot::{dot, norm, squared_norm};
use crate::numerics::gauss::solve;
use crate::numerics::groups::{Groups, WeightedGroups, n_parts};
use crate::numerics::rank::{Basis, rounding};
use crate::numerics::triangular::{solve_from_the_right, solve_upper};

/// A projection whose sum of squares is a form.
#[derive(Debug, Clone, Copy)]
enum Projection {
    /// What all the effects leave.
    Within,
    /// On the means of one set's groups.
    Between(usize),
}

/// The quadratic forms, and by form what the variance of the error and of each set of effects adds to its expectation.
pub(super) struct Equations {
    pub(super) forms: Vec<f64>,
    pub(super) expectations: Vec<Vec<f64>>,
}

/// The panel and the regression of which the errors' variances are asked.
pub(super) struct Setting<'a> {
    method: RandomMethod,
    effect: RandomEffect,
    weights: &'a [f64],
    roots: Vec<f64>,
    /// About their weighted means, not yet multiplied by the roots of the weights.
    outcome: Vec<f64>,
    columns: Vec<Vec<f64>>,
    /// Lengths of the columns about their means, and those within which they are known.
    scales: Vec<f64>,
    roundings: Vec<f64>,
    /// Those of units, of periods, or of both in this order.
    sets: Vec<WeightedGroups<'a>>,
    absorb: Absorb<'a>,
    /// How many dimensions the effects span.
    n_effects: usize,
    has_all_rows: bool,
    weigh_alike: bool,
}

/// A regression on transformed rows.
struct LeastSquares {
    /// Positions of the columns that were not left out.
    kept: Vec<usize>,
    basis: Basis,
    /// Of the columns kept.
    coefficients: Vec<f64>,
    residual_sum_of_squares: f64,
}

impl<'a> Setting<'a> {
    pub(super) fn new(
        outcome: &[f64],
        columns: &[impl AsRef<[f64]>],
        units: &'a Groups,
        periods: Option<&'a Groups>,
        weights: &'a [f64],
        effect: RandomEffect,
        method: RandomMethod,
    ) -> Result<Self> {
        let of_units = Some(units).filter(|_| effect != RandomEffect::Period);
        let of_periods = match effect {
            RandomEffect::Unit => None,
            _ => Some(periods.ok_or_else(without_periods)?),
        };
        let groups: Vec<&Groups> = of_units.into_iter().chain(of_periods).collect();
        let overlap = if let [first, second] = groups[..] { n_parts(first, second) } else { 0 };
        let n_effects = groups.iter().map(|g| g.names.len()).sum::<usize>() - overlap;
        let roots: Vec<f64> = weights.iter().map(|w| w.sqrt()).collect();
        let mean = Absorb::new(None, None, weights);
        let length = |values: &[f64]| norm(&multiplied(values, &roots));
        let roundings = columns.iter().map(|c| rounding(length(c.as_ref()))).collect();
        let columns: Vec<Vec<f64>> = columns.iter().map(|c| mean.residuals(c.as_ref())).collect();
        Ok(Setting {
            method,
            effect,
            weights,
            outcome: mean.residuals(outcome),
            scales: columns.iter().map(|c| length(c)).collect(),
            roundings,
            columns,
            sets: groups.iter().map(|g| WeightedGroups::new(g, weights)).collect(),
            absorb: Absorb::new(of_units, of_periods, weights),
            n_effects,
            has_all_rows: has_all_rows(units, periods),
            weigh_alike: weigh_alike(weights),
            roots,
        })
    }

    /// The variances that solve the equations, of the error first; not yet checked, and perhaps negative.
    pub(super) fn estimates(&self) -> Result<Vec<f64>> {
        if self.sets.iter().any(|set| set.weight.len() < 2) {
            return Err(self.refusal(Refusal::OneGroup));
        }
        if self.method == RandomMethod::Nerlove {
            return self.nerlove();
        }
        let Equations { forms, expectations } = self.equations()?;
        solve(expectations, forms).ok_or_else(|| self.refusal(Refusal::VariancesAlike))
    }

    fn refusal(&self, why: Refusal) -> Error {
        cannot(self.method.name(), why)
    }

    /// The standard deviation of the outcome.
    pub(super) fn outcome_deviation(&self) -> f64 {
        norm(&multiplied(&self.outcome, &self.roots)) / (self.n_observations() as f64).sqrt()
    }

    pub(super) fn equations(&self) -> Result<Equations> {
        match self.method {
            RandomMethod::WallaceHussain => self.wallace_hussain(),
            RandomMethod::Amemiya => self.amemiya(),
            _ => self.swamy_arora(),
        }
    }

    fn swamy_arora(&self) -> Result<Equations> {
        let within = self.within()?;
        let mut forms = vec![within.residual_sum_of_squares];
        let mut expectations = vec![self.expectation_within(within.kept.len())];
        for (s, set) in self.sets.iter().enumerate() {
            // On the rows, each with its group's mean: so groups count by what their rows weigh.
            let between = self.regression(|values| self.between(s, values));
            let (groups, columns) = (set.weight.len(), between.kept.len());
            let left = degrees_left(groups, 1 + columns)
                .ok_or_else(|| self.refusal(Refusal::TooFewGroups { groups, columns }))?;
            forms.push(between.residual_sum_of_squares);
            let directions = self.with_constant(&between.basis);
            // tr(A′(P − QQ′)A) for each set of effects, Q the directions taken out.
            let of_effects = (0..self.sets.len()).map(|other| {
                let taken: f64 = directions.iter().map(|q| squared_norm(&self.group_sums(other, q))).sum();
                self.trace_between(s, other) - taken
            });
            expectations.push([left].into_iter().chain(of_effects).collect());
        }
        Ok(Equations { forms, expectations })
    }

    fn wallace_hussain(&self) -> Result<Equations> {
        let pooled = self.regression(<[f64]>::to_vec);
        let residuals = multiplied(&self.residuals(&pooled), &self.roots);
        let forms = self.projections().map(|p| squared_norm(&self.project(p, &residuals))).collect();
        // There plm divides by plain counts, without regard to the columns.
        if self.is_balanced() {
            return Ok(Equations { forms, expectations: self.balanced_expectations()? });
        }
        // Only to refuse a panel on which nothing is left within.
        self.degrees_within(0)?;
        let directions = self.with_constant(&pooled.basis);
        let expectations = self.projections().map(|p| self.expectation_pooled(p, &directions)).collect();
        Ok(Equations { forms, expectations })
    }

    fn amemiya(&self) -> Result<Equations> {
        let within = self.within()?;
        let residuals = multiplied(&self.residuals(&within), &self.roots);
        let forms = self.projections().map(|p| squared_norm(&self.project(p, &residuals))).collect();
        if self.is_balanced() {
            return Ok(Equations { forms, expectations: self.balanced_expectations()? });
        }
        // Counted, not subtracted: by rounding a column may be kept within that is a combination of others overall.
        let overall = self.regression(<[f64]>::to_vec);
        let constant = overall.kept.iter().filter(|c| !within.kept.contains(c)).count();
        if constant > 0 {
            return Err(self.refusal(Refusal::ConstantWithin { columns: constant }));
        }
        let total: f64 = self.weights.iter().sum();
        let mut expectations = vec![self.expectation_within(within.kept.len())];
        for (s, set) in self.sets.iter().enumerate() {
            // The part of the coefficients' error that lies between: tr((X′MX)⁻¹X′P_sX), P_s about the mean.
            let columns: Vec<Vec<f64>> =
                within.kept.iter().map(|&c| self.project_plain(Projection::Between(s), &self.columns[c])).collect();
            let of_coefficients: f64 =
                solve_from_the_right(columns, within.basis.factor()).iter().map(|c| squared_norm(c)).sum();
            // About the mean: the constant is taken out, and with it Σ W_g²/W of every set of effects.
            let of_effects = self
                .sets
                .iter()
                .enumerate()
                .map(|(other, effects)| self.trace_between(s, other) - squared_norm(&effects.weight) / total);
            let of_error = set.weight.len() as f64 - 1.0 + of_coefficients;
            expectations.push([of_error].into_iter().chain(of_effects).collect());
        }
        Ok(Equations { forms, expectations })
    }

    /// The mean square of the within residuals, without regard to degrees of freedom, and the variances of the fixed
    /// effects.
    fn nerlove(&self) -> Result<Vec<f64>> {
        if !self.has_all_rows {
            return Err(self.refusal(Refusal::NotEveryRow));
        }
        let within = self.within()?;
        let effects = self.absorb.effects(&self.residuals(&within));
        let effects = match self.effect {
            RandomEffect::Unit => vec![effects.first],
            RandomEffect::Period => vec![effects.second],
            RandomEffect::Twoway => vec![effects.first, effects.second],
        };
        let of_error = within.residual_sum_of_squares / self.n_observations() as f64;
        Ok([of_error].into_iter().chain(effects.iter().map(|e| variance(e))).collect())
    }

    fn n_observations(&self) -> usize {
        self.outcome.len()
    }

    /// Whether plain denominators are exact.
    fn is_balanced(&self) -> bool {
        self.has_all_rows && self.weigh_alike
    }

    /// Regresses the outcome on the columns, both transformed.
    fn regression(&self, transform: impl Fn(&[f64]) -> Vec<f64>) -> LeastSquares {
        let transformed = |values: &[f64]| multiplied(&transform(values), &self.roots);
        let mut basis = Basis::default();
        let mut kept = Vec::new();
        for (c, column) in self.columns.iter().enumerate() {
            let rest = basis.rest_of(&transformed(column), self.scales[c], self.roundings[c]);
            if rest.length > 0.0 {
                basis.push(rest, self.roundings[c]);
                kept.push(c);
            }
        }
        let outcome = basis.reflect(&transformed(&self.outcome));
        let coefficients = solve_upper(basis.factor(), &outcome.column[..kept.len()]);
        LeastSquares { kept, basis, coefficients, residual_sum_of_squares: outcome.length * outcome.length }
    }

    /// The regression on what the effects leave.
    fn within(&self) -> Result<LeastSquares> {
        let within = self.regression(|values| self.absorb.residuals(values));
        let taken = if self.method == RandomMethod::SwamyArora { within.kept.len() } else { 0 };
        self.degrees_within(taken)?;
        Ok(within)
    }

    /// The outcome less what the coefficients make of the columns, all about their means, on the original scale.
    fn residuals(&self, fit: &LeastSquares) -> Vec<f64> {
        let mut left = self.outcome.clone();
        for (&c, b) in fit.kept.iter().zip(&fit.coefficients) {
            left.iter_mut().zip(&self.columns[c]).for_each(|(y, x)| *y -= b * x);
        }
        left
    }

    /// A group's weighted mean on each of its rows, on the original scale.
    fn between(&self, s: usize, values: &[f64]) -> Vec<f64> {
        let means = self.sets[s].means(values, self.weights);
        self.sets[s].codes.iter().map(|&group| means[group as usize]).collect()
    }

    /// The constant, then the directions of a basis, which are orthogonal to it.
    fn with_constant(&self, basis: &Basis) -> Vec<Vec<f64>> {
        let length = norm(&self.roots);
        let mut directions = vec![self.roots.iter().map(|root| root / length).collect()];
        directions.extend(basis.orthonormal(self.n_observations()));
        directions
    }

    fn projections(&self) -> impl Iterator<Item = Projection> {
        [Projection::Within].into_iter().chain((0..self.sets.len()).map(Projection::Between))
    }

    /// Projects rows that are multiplied by the roots of their weights.
    fn project(&self, projection: Projection, values: &[f64]) -> Vec<f64> {
        let plain: Vec<f64> = values.iter().zip(&self.roots).map(|(x, root)| x / root).collect();
        self.project_plain(projection, &plain)
    }

    /// The same for rows on the original scale; what comes back is multiplied.
    fn project_plain(&self, projection: Projection, values: &[f64]) -> Vec<f64> {
        let projected = match projection {
            Projection::Within => self.absorb.residuals(values),
            Projection::Between(s) => self.between(s, values),
        };
        multiplied(&projected, &self.roots)
    }

    /// A_s′v, for rows that are multiplied.
    fn group_sums(&self, s: usize, values: &[f64]) -> Vec<f64> {
        self.sets[s].sums(values.iter().zip(&self.roots).map(|(x, root)| x * root))
    }

    /// tr(A′PA) for the projection on the groups of s and the effects of another set, or of s itself.
    fn trace_between(&self, s: usize, effects: usize) -> f64 {
        let of_row = |(&group, w): (&u32, &f64)| w * w / self.sets[s].weight[group as usize];
        match s == effects {
            true => self.weights.iter().sum(),
            false => self.sets[s].codes.iter().zip(self.weights).map(of_row).sum(),
        }
    }

    /// Rows less effects and columns.
    fn degrees_within(&self, columns: usize) -> Result<f64> {
        let (rows, effects) = (self.n_observations(), self.n_effects);
        degrees_left(rows, effects + columns)
            .ok_or_else(|| self.refusal(Refusal::TooFewRowsWithin { rows, effects, columns }))
    }

    /// That of the within residuals' sum of squares, which no effect reaches.
    fn expectation_within(&self, columns: usize) -> Vec<f64> {
        let mut expectation = vec![0.0; 1 + self.sets.len()];
        expectation[0] = self.n_observations() as f64 - (self.n_effects + columns) as f64;
        expectation
    }

    /// Those on a balanced panel, columns not counted.
    fn balanced_expectations(&self) -> Result<Vec<Vec<f64>>> {
        self.degrees_within(0)?;
        let mut expectations = vec![self.expectation_within(0)];
        for (s, set) in self.sets.iter().enumerate() {
            let mut expectation = vec![0.0; 1 + self.sets.len()];
            expectation[0] = set.weight.len() as f64;
            expectation[1 + s] = self.n_observations() as f64;
            expectations.push(expectation);
        }
        Ok(expectations)
    }

    /// That of the form in residuals which have only these orthonormal directions Q taken out.
    fn expectation_pooled(&self, projection: Projection, directions: &[Vec<f64>]) -> Vec<f64> {
        let projected: Vec<Vec<f64>> = directions.iter().map(|q| self.project(projection, q)).collect();
        let rank = match projection {
            Projection::Within => (self.n_observations() - self.n_effects) as f64,
            Projection::Between(s) => self.sets[s].weight.len() as f64,
        };
        let of_error = rank - projected.iter().map(|q| squared_norm(q)).sum::<f64>();
        // tr(A′(I − QQ′)P(I − QQ′)A) = tr(A′PA) − 2 tr(Q′AA′PQ) + tr(Q′PQ Q′AA′Q)
        let of_effects = (0..self.sets.len()).map(|effects| {
            let plain = match projection {
                Projection::Within => 0.0,
                Projection::Between(s) => self.trace_between(s, effects),
            };
            let sums: Vec<Vec<f64>> = directions.iter().map(|q| self.group_sums(effects, q)).collect();
            let crossed: f64 = sums.iter().zip(&projected).map(|(sum, q)| dot(sum, &self.group_sums(effects, q))).sum();
            let mut both = 0.0;
            for (k, l) in (0..directions.len()).flat_map(|k| (0..directions.len()).map(move |l| (k, l))) {
                both += dot(&projected[k], &projected[l]) * dot(&sums[k], &sums[l]);
            }
            plain - 2.0 * crossed + both
        });
        [of_error].into_iter().chain(of_effects).collect()
    }
}

fn multiplied(values: &[f64], roots: &[f64]) -> Vec<f64> {
    values.iter().zip(roots).map(|(x, root)| x * root).collect()
}

/// On one less than there are values.
fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (values.len() as f64 - 1.0)
}

fn degrees_left(given: usize, taken: usize) -> Option<f64> {
    given.checked_sub(taken).filter(|left| *left > 0).map(|left| left as f64)
}
