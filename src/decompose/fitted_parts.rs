//! How the fitted outcome is made up of the components' own parts, each holding its coefficients.
//!
//! With β from the whole regression, a component's part is f_c = X_c β_c, and with unit effects also α, one constant
//! for each unit. Once what is always in has been taken out of every part and of the outcome,
//!
//! ```text
//! Pratt (Fields)          cov(f_c, y)/var(y)            sums to R² − R²(always), may be negative
//! variance components     var(f_c)/var(y), and cov(f_c, f_d)/var(y) off the diagonal, which counts twice
//! ```
//!
//! Both are *conditional*: they lean on the coefficients of the whole model. A column that the others span has none: it
//! is named in a warning, and what it explains is in the parts of those others. All is read off the moments: with T the
//! cross-products about the overall mean, W those within units and B = T − W, the part α has Σ w α x = B_xy − Σ_j β_j
//! B_xj.
//!
//! J. W. Pratt (1987), "Dividing the indivisible"; D. R. Thomas, E. Hughes and B. D. Zumbo (1998),
//! <https://doi.org/10.1023/A:1006954016433>; G. S. Fields (2003), "Accounting for income inequality and its change",
//! <https://doi.org/10.1016/S0147-9121(03)22001-X>.

use pulp::Simd;

use super::breakdown::Breakdown;
use super::coalitions::progress::Part;
use super::coalitions::{Players, Root};
use super::definition::{Definition, Setting};
use super::detail::Detail;
use super::evaluate::{Evaluate, Needs, Prepared};
use super::method::Method;
use crate::error::Result;
use crate::fit::{FittedModel, Layout};
use crate::model::Design;
use crate::numerics::eliminate::{back_substitute, eliminate_in_place, eliminate_range, packed_index, packed_len};
use crate::numerics::number::{Lane, Number};
use crate::numerics::real::{Lanes, Real};
use crate::warning::Warning;

impl FittedModel {
    /// The covariance of each component's fitted part with the outcome, as a part of the outcome's variance: Pratt's
    /// measure, in inequality research Fields's.
    ///
    /// ```text
    /// share_of_total(c) = cov(X_c β_c, y)/var(y)          sums to R² − R²(always)
    /// ```
    ///
    /// For a single column this is its standardised coefficient times its correlation with the outcome. Unit effects
    /// count through their fitted constants. Shares may be negative. They are conditional on the whole model, and a
    /// component that others span has no coefficient: [`Warning::NoCoefficient`] names
    /// it. Sources: D. R. Thomas, E. Hughes and B. D. Zumbo (1998), <https://doi.org/10.1023/A:1006954016433>; G. S.
    /// Fields (2003), <https://doi.org/10.1016/S0147-9121(03)22001-X>.
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::builder()
    ///     .units([1, 1, 2, 2, 3, 3])
    ///     .periods([1, 2, 1, 2, 1, 2])
    ///     .column("y", [1.0, 2.0, 4.0, 6.0, 3.0, 7.0])
    ///     .column("x", [0.0, 1.0, 1.0, 2.0, 0.0, 3.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("x", ["x"]).component("units", [Term::UnitEffects]).fit(&panel)?;
    /// let breakdown = fit.pratt()?;
    /// let sum = breakdown.share_of_total("x")? + breakdown.share_of_total("units")?;
    /// assert!((sum - breakdown.r2_overall).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn pratt(&self) -> Result<Breakdown> {
        self.breakdown(&Method::Pratt)
    }

    /// The variance of each component's fitted part, and in [`Detail::Covariances`] the covariance of each two,
    /// as parts of the outcome's variance.
    ///
    /// ```text
    /// share_of_total(c) = var(X_c β_c)/var(y),   Σ_c var(X_c β_c) + 2 Σ_{c<d} cov(X_c β_c, X_d β_d) = R² var(y)
    /// ```
    ///
    /// For a single column the variance is its squared standardised coefficient. Conditional on the whole model like
    /// [`pratt`](FittedModel::pratt).
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::Detail;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
    /// let breakdown = fit.variance_components()?;
    /// let Detail::Covariances(covariances) = &breakdown.detail else { unreachable!() };
    /// let sum: f64 = breakdown.components.iter().map(|c| c.share_of_total).sum();
    /// assert!((sum + 2.0 * covariances[0].share_of_total - breakdown.r2_overall).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn variance_components(&self) -> Result<Breakdown> {
        self.breakdown(&Method::VarianceComponents)
    }
}

/// [`Method::Pratt`].
pub(super) struct Pratt;

impl Definition for Pratt {
    fn method(&self) -> Method {
        Method::Pratt
    }

    fn name(&self) -> &'static str {
        "pratt"
    }

    fn meaning(&self) -> &'static str {
        "covariance of the fitted part with the outcome, conditional on the model (Fields)"
    }

    fn can_be_negative(&self, _: Option<usize>) -> bool {
        true
    }

    fn prepare(&self, setting: &Setting) -> Result<Box<dyn Prepared>> {
        Ok(Box::new(FittedParts::new(setting.players, false)))
    }
}

/// [`Method::VarianceComponents`].
pub(super) struct VarianceComponents;

impl Definition for VarianceComponents {
    fn method(&self) -> Method {
        Method::VarianceComponents
    }

    fn name(&self) -> &'static str {
        "variance_components"
    }

    fn meaning(&self) -> &'static str {
        "variance of the fitted part, conditional on the model"
    }

    fn is_additive(&self) -> bool {
        false
    }

    fn can_be_negative(&self, beyond: Option<usize>) -> bool {
        beyond.is_some()
    }

    fn prepare(&self, setting: &Setting) -> Result<Box<dyn Prepared>> {
        Ok(Box::new(FittedParts::new(setting.players, true)))
    }

    fn detail(&self, players: &Players, _: &Design, beyond: &[f64]) -> Detail {
        Detail::covariances(&players.names, beyond)
    }
}

/// Which variables make up which part.
struct FittedParts {
    layout: Layout,
    /// Those of `always`, then of each component in turn.
    variables: Vec<usize>,
    /// Where each component's variables begin and end among them.
    parts: Vec<std::ops::Range<usize>>,
    n_always: usize,
    /// Whether the regression is within units, and the component that is credited with the units' constants.
    within: bool,
    units: Option<usize>,
    /// Covariances of the parts, or only of each with the outcome.
    with_covariances: bool,
}

/// Cross-products of the parts, and where coefficients were missing.
struct Gram<R> {
    /// Of the parts and the outcome, packed, what is always in taken out.
    products: Vec<R>,
    /// For each variable in order, whether it has a coefficient.
    has_coefficient: Vec<bool>,
}

impl FittedParts {
    fn new(players: &Players, with_covariances: bool) -> Self {
        let mut variables = players.always.clone();
        let n_always = variables.len();
        let mut parts = Vec::with_capacity(players.len());
        for own in &players.variables {
            let start = variables.len();
            variables.extend(own);
            parts.push(start..variables.len());
        }
        // Of several that bring unit effects the first is credited: the same constants again add nothing.
        let units = (0..players.len()).find(|&p| players.brings_units(p));
        let within = players.always_has_unit_effects || units.is_some();
        FittedParts { layout: players.layout, variables, parts, n_always, within, units, with_covariances }
    }

    /// Cross-products of the parts from the moments, of which `entry` gives each.
    fn gram<R: Real>(&self, entry: impl Fn(usize) -> R) -> Gram<R> {
        let zero = R::splat(0.0);
        let (layout, outcome) = (self.layout, self.layout.0 - 1);
        let all: Vec<usize> = self.variables.iter().copied().chain([outcome]).collect();
        let n = all.len();
        let per_weight = entry(layout.weight()).inverse();
        let total =
            |i: usize, j: usize| entry(layout.raw(i, j)) - entry(layout.sum(i)) * entry(layout.sum(j)) * per_weight;
        let within = |i: usize, j: usize| entry(layout.within(i, j));
        let packed = |product: &dyn Fn(usize, usize) -> R| -> Vec<R> {
            (0..n).flat_map(|i| (i..n).map(move |j| (i, j))).map(|(i, j)| product(all[i], all[j])).collect()
        };
        let totals = packed(&total);
        // Within units where the regression is; with `always` holding them, there are no other cross-products.
        let metric = if self.within { packed(&within) } else { totals.clone() };
        let mut factor = metric.clone();
        eliminate_range(&mut factor, n, 0..n - 1);
        let (coefficients, has_coefficient) = back_substitute(&factor, n);

        let at = |matrix: &[R], i: usize, j: usize| matrix[packed_index(n, i, j)];
        let (own, of_units) = match self.within && self.units.is_none() {
            true => (&metric, None),
            false => (&totals, self.units),
        };
        // What each variable of `always`, each part and the outcome have in common with variable j.
        let k = self.parts.len();
        let with_part = |part: usize, j: usize| {
            let columns = self.parts[part].clone();
            let mut sum = columns.fold(zero, |sum, i| sum + coefficients[i] * at(own, i, j));
            if of_units == Some(part) {
                let between = |i: usize| at(&totals, i, j) - at(&metric, i, j);
                sum = (0..n - 1).fold(sum + between(n - 1), |sum, i| sum - coefficients[i] * between(i));
            }
            sum
        };
        // The parts' products with each other lean on those with the variables; the units' constants with themselves
        // and with a part are those of α = y − Σ β x between units.
        let between_parts = |a: usize, b: usize| {
            let mut sum = self.parts[b].clone().fold(zero, |sum, j| sum + coefficients[j] * with_part(a, j));
            if of_units == Some(b) {
                sum = sum + with_constants(a, &self.parts, &coefficients, &totals, &metric, n, of_units);
            }
            sum
        };
        // What is always in comes first, so that it can be eliminated from the parts and the outcome.
        let size = self.n_always + k + 1;
        let mut products = Vec::with_capacity(packed_len(size));
        for i in 0..size {
            for j in i..size {
                // Below the parts these wrap round, where the match does not look at them.
                let (a, b) = (i.wrapping_sub(self.n_always), j.wrapping_sub(self.n_always));
                products.push(match (i < self.n_always, j < self.n_always, b == k) {
                    (true, true, _) => at(own, i, j),
                    (true, false, false) => with_part(b, i),
                    (true, false, true) => at(own, i, n - 1),
                    (false, _, false) => between_parts(a, b),
                    (false, _, true) if a == k => at(own, n - 1, n - 1),
                    (false, _, true) => with_part(a, n - 1),
                });
            }
        }
        let mut rest = products.as_mut_slice();
        for size in (k + 2..=size).rev() {
            eliminate_in_place(rest, size);
            rest = &mut rest[size..];
        }
        Gram { products: rest.to_vec(), has_coefficient }
    }

    /// The components with columns, or unit effects, that have no coefficient because of other components.
    fn without_coefficients(&self, players: &Players, entries: &[f64]) -> Vec<usize> {
        let counted = |parts: &FittedParts| {
            let has = parts.gram(|at| entries[at]).has_coefficient;
            let count = |range: &std::ops::Range<usize>| has[range.clone()].iter().filter(|has| **has).count();
            parts.parts.iter().map(count).collect::<Vec<usize>>()
        };
        let together = counted(self);
        // What it lacks alone is for its own columns' sake; what it lacks beyond that, because of others.
        let lacks = |&player: &usize| {
            let alone = counted(&FittedParts::new(&players.only(&[player]), false));
            let units_elsewhere = players.brings_units(player) && self.units != Some(player);
            units_elsewhere || together[player] < alone[0]
        };
        (0..players.len()).filter(lacks).collect()
    }
}

impl Needs for FittedParts {
    /// None: the moments are read as they are.
    fn roots(&self) -> Vec<&Root> {
        Vec::new()
    }

    fn reads(&self) -> Vec<usize> {
        let all: Vec<usize> = self.variables.iter().copied().chain([self.layout.0 - 1]).collect();
        let mut reads = vec![self.layout.weight()];
        for (at, &i) in all.iter().enumerate() {
            reads.push(self.layout.sum(i));
            for &j in &all[at..] {
                reads.push(self.layout.raw(i, j));
                if self.within {
                    reads.push(self.layout.within(i, j));
                }
            }
        }
        reads
    }

    fn n_beyond(&self) -> usize {
        let k = self.parts.len();
        if self.with_covariances { k * k.saturating_sub(1) / 2 } else { 0 }
    }

    /// One for every component that lacks a coefficient beside the others.
    fn warnings(&self, fit: &FittedModel) -> Vec<Warning> {
        let players = fit.players();
        let lacking = self.without_coefficients(&players, fit.moments().entries());
        lacking.into_iter().map(|p| Warning::NoCoefficient { component: players.names[p].clone() }).collect()
    }
}

impl Evaluate for FittedParts {
    type Scratch<L: Lanes> = ();

    fn scratch<L: Lanes>(&self) {}

    #[inline(always)]
    fn evaluate<L: Lanes, S: Simd>(&self, _: S, entries: &[L], total: L, _: &Part, _: &mut (), out: &mut [L]) {
        let k = self.parts.len();
        for lane in 0..L::COUNT {
            let gram = self.gram(|at| entries[at].lane(lane));
            let product = |i: usize, j: usize| gram.products[packed_index(k + 1, i, j)];
            let total = total.lane(lane);
            let per_total = total.inverse_pivot();
            let mut put = |at: usize, value: L::Scalar| out[at].put(lane, value.value());
            let explained = (0..k).fold(L::Scalar::splat(0.0), |sum, c| sum + product(c, k));
            put(0, (total - product(k, k)) * per_total);
            put(k + 1, (product(k, k) - explained) * per_total);
            let mut next = k + 2;
            for c in 0..k {
                // A part's variance; for Pratt, its covariance with the outcome.
                let with = if self.with_covariances { c } else { k };
                put(1 + c, product(c, with) * per_total);
                for d in (c + 1..k).filter(|_| self.with_covariances) {
                    put(next, product(c, d) * per_total);
                    next += 1;
                }
            }
        }
    }
}

/// What a part has in common with the units' constants α.
fn with_constants<R: Real>(
    part: usize,
    parts: &[std::ops::Range<usize>],
    coefficients: &[R],
    totals: &[R],
    metric: &[R],
    n: usize,
    of_units: Option<usize>,
) -> R {
    let zero = R::splat(0.0);
    let between = |i: usize, j: usize| totals[packed_index(n, i, j)] - metric[packed_index(n, i, j)];
    let alpha_with = |j: usize| (0..n - 1).fold(between(n - 1, j), |sum, i| sum - coefficients[i] * between(i, j));
    let columns = parts[part].clone().fold(zero, |sum, j| sum + coefficients[j] * alpha_with(j));
    if of_units != Some(part) {
        return columns;
    }
    (0..n - 1).fold(columns + alpha_with(n - 1), |sum, j| sum - coefficients[j] * alpha_with(j))
}
