//! By how many points of the outcome does each component move a row, a unit or a period from the mean?
//!
//! | question | ask | answer |
//! |---|---|---|
//! | in the order of the model | [`FittedModel::contributions`](crate::FittedModel::contributions) | [`Contributions`] |
//! | by another method | [`FittedModel::contributions_by`](crate::FittedModel::contributions_by) | [`Contributions`] |
//! | of rows, units or periods | [`Contributions::by_row`], [`Contributions::by_unit`], [`Contributions::by_period`] | a [`ContributionTable`] |

mod coefficients;
mod slopes;
mod table;

use std::ops::RangeInclusive;

pub(crate) use slopes::Slopes;
pub(crate) use table::points;
pub use table::{Contribution, ContributionRow, ContributionTable};

use super::coalitions::Players;
use super::coalitions::progress::Progress;
use super::method::Method;
use super::plan::Plan;
use super::rule::Rule;
use crate::error::{DataError, Error, EstimateError, Refusal, Result, cannot, no_key};
use crate::fit::FittedModel;
use coefficients::{Coefficients, columns};

/// The most numbers that are kept of all coalitions (128 MB).
const MOST_NUMBERS: usize = 1 << 24;

/// By how many points each component moves each row from the mean: [`FittedModel::contributions`].
///
/// # Examples
/// ```
/// use apportion::decompose::Contributions;
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Method, Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
/// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
/// let contributions: Contributions = fit.contributions_by(&Method::Shapley)?.in_periods(2017..=2018)?;
/// let units = contributions.by_unit()?;
/// assert_eq!((units.rows.len(), units.rows[0].n_observations), (150, 2));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Contributions<'a> {
    fit: &'a FittedModel,
    method: Method,
    names: Vec<String>,
    /// Of every row of the sample, in points: what is always in less the mean, each component, and the whole model less
    /// the mean.
    points: Vec<f64>,
    /// The rows of the sample that were asked for.
    rows: Vec<usize>,
}

impl FittedModel {
    /// By how many points of the outcome each component moves every row from the mean, in the order of the model.
    ///
    /// With f_S the fitted values of a coalition, a component's contribution to a row is f with it less f without it,
    ///
    /// ```text
    /// c_j = f_(π₁…πⱼ) − f_(π₁…πⱼ₋₁)
    /// y − ȳ = (f_always − ȳ) + Σ c_j + residual,        Σ w c_j (y − ȳ)/TSS = the share of the component
    /// ```
    ///
    /// in points of the outcome; of its logarithm, where that is the outcome. The contribution to a unit or a period is
    /// the weighted mean over its rows.
    ///
    /// # Errors
    /// Those of [`sequential`](Self::sequential).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate")
    ///     .component("deprivation", ["low_income_pct"])
    ///     .component("policy", [Term::PeriodEffects])
    ///     .component("practice", [Term::UnitEffects])
    ///     .fit(&panel)?;
    /// let units = fit.contributions()?.by_unit()?;
    /// let first = &units.rows[0];
    /// let points: f64 = first.contributions.iter().map(|of| of.points).sum();
    /// assert!((units.mean + points + first.unexplained - first.actual).abs() < 1e-9);
    /// // Unit effects fit the mean of every unit, so that nothing of it is unexplained.
    /// assert!(first.unexplained.abs() < 1e-9);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn contributions(&self) -> Result<Contributions<'_>> {
        self.contributions_by(&Method::Sequential { order: Vec::new() })
    }

    /// The same by another method: Shapley's, which is the mean over all orders, or over those that the model's
    /// [precedences](crate::Model::after) allow; sequential in an order of its own; first and last, whose contributions do
    /// not add up to the whole, as their shares do not.
    ///
    /// # Errors
    /// [`EstimateError::Method`] for other methods, which do not split what is fitted;
    /// [`EstimateError::TooManyComponents`] for Shapley contributions of
    /// more than 16 components.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Method, Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// let rows = fit.contributions_by(&Method::Shapley)?.by_row().rows;
    /// // x moves the first row by −1.25 points, and its two copies share that.
    /// assert!((rows[0].points("one")? + 0.625).abs() < 1e-12 && (rows[0].points("other")? + 0.625).abs() < 1e-12);
    /// assert!((rows[0].unexplained + 0.5).abs() < 1e-12);
    /// assert!(fit.contributions_by(&Method::Pmvd).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn contributions_by(&self, method: &Method) -> Result<Contributions<'_>> {
        let players = self.players();
        let plan = self.contributions_plan(method, players)?;
        let points = self.points_of(&plan)?;
        Ok(Contributions {
            fit: self,
            method: plan.method().clone(),
            names: plan.players().names.clone(),
            points,
            rows: (0..self.design().n_observations()).collect(),
        })
    }

    /// A method made ready for coefficients: after its own answer, those of nobody, of each component, and of everybody.
    fn contributions_plan(&self, method: &Method, players: Players) -> Result<Plan> {
        let method = method.stated(&players.names);
        let rule = Rule::new(self, &players, &method, "shapley of every row", Refusal::NotByRow)?;
        let n_columns = columns(&players).len();
        if let Some(components) = rule.table_players()
            && Coefficients::n_numbers(n_columns) << components > MOST_NUMBERS
        {
            return Err(cannot("shapley", Refusal::TooManyCoefficients { columns: n_columns, components }));
        }
        let prepared = Coefficients::new(&players, rule);
        Ok(Plan::new(method, players, Box::new(prepared)))
    }

    /// What the components without unit effects, and what is always in, lead one to expect of every row of the sample.
    ///
    /// # Errors
    /// [`Refusal::NothingRemains`] where unit effects are always in.
    pub(crate) fn expected_without_units(&self) -> Result<Vec<f64>> {
        let players = self.players_without_units()?;
        let in_order: Vec<usize> = (0..players.len()).collect();
        let rule = Rule::Sequential(super::sequential::Chain::new(&players, in_order));
        let (order, prepared) = (players.names.clone(), Coefficients::new(&players, rule));
        let width = players.len() + 2;
        let plan = Plan::new(Method::Sequential { order }, players, Box::new(prepared));
        let mean = self.outcome_mean();
        Ok(self.points_of(&plan)?.chunks_exact(width).map(|row| mean + row[width - 1]).collect())
    }

    /// The components without unit effects.
    pub(crate) fn players_without_units(&self) -> Result<Players> {
        let players = self.players();
        if players.always_has_unit_effects {
            return Err(cannot("a remainder", Refusal::NothingRemains));
        }
        let others: Vec<usize> = (0..players.len()).filter(|&p| !players.has_unit_effects[p]).collect();
        Ok(players.only(&others))
    }

    /// The answer of a plan on the whole sample.
    pub(crate) fn unwatched(&self, plan: &Plan) -> Result<Vec<f64>> {
        let cancelled = || Error::from(EstimateError::Cancelled { method: plan.method().name().to_string() });
        self.evaluate(plan, &Progress::unwatched()).ok_or_else(cancelled)
    }

    /// From coefficients to points: of every row of the sample, of nobody (less the mean), each component and everybody
    /// (less the mean).
    fn points_of(&self, plan: &Plan) -> Result<Vec<f64>> {
        let players = plan.players();
        let answer = self.unwatched(plan)?;
        let (columns, n_rows) = (columns(players), players.len() + 2);
        let n_columns = columns.len();
        let coefficients: Vec<&[f64]> = answer[n_rows..].chunks_exact(Coefficients::width(n_columns)).collect();
        let design = self.design();
        // Columns, then the outcome, of which only unit means are read.
        let width = n_columns + 1;
        let variables: Vec<usize> = columns.into_iter().chain([players.outcome()]).collect();
        let rows = self.standardised_rows(&variables);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (mut points, mut mean) = (vec![0.0; design.n_observations() * n_rows], vec![0.0; width]);
        let scale = self.outcome_scale();
        // Without units these are blocks of rows, and nothing has a coefficient of their means.
        for unit in self.unit_ranges() {
            mean.fill(0.0);
            let weights = &design.weights[unit.clone()];
            let own = rows[unit.start * width..unit.end * width].chunks_exact(width);
            for (row, w) in own.clone().zip(weights) {
                mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += w * x);
            }
            let weight: f64 = weights.iter().sum();
            mean.iter_mut().for_each(|mean| *mean /= weight);
            for (part, of) in coefficients.iter().enumerate() {
                let (of_row, of_unit) = (&of[1..=n_columns], &of[1 + n_columns..]);
                let shared = of[0] + dot(of_unit, &mean);
                let points = points[unit.start * n_rows..].iter_mut().skip(part).step_by(n_rows);
                points.zip(own.clone()).for_each(|(point, row)| *point = scale * (shared + dot(of_row, row)));
            }
        }
        Ok(points)
    }
}

impl Contributions<'_> {
    /// The same of the rows of these periods, both ends included; the fit, and the mean that contributions move from, stay
    /// those of the whole sample.
    ///
    /// # Errors
    /// [`DataError::NoKey`] without periods; [`DataError::NoRowsInPeriods`] where the sample has no row in them.
    ///
    /// # Examples
    /// See [`Contributions`].
    pub fn in_periods(mut self, periods: RangeInclusive<i32>) -> Result<Self> {
        self.rows = self.fit.rows_in(&periods)?;
        Ok(self)
    }

    /// What each component adds to every row.
    ///
    /// # Examples
    /// See [`FittedModel::contributions_by`].
    pub fn by_row(&self) -> ContributionTable {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for &row in &self.rows {
            match groups.last_mut() {
                // Rows that stand for the same unit and period are one.
                Some(group) if self.fit.design().counted(&[row]) == 0 => group.push(row),
                _ => groups.push(vec![row]),
            }
        }
        self.table("row", groups)
    }

    /// What each component adds to every unit: the weighted mean over its rows.
    ///
    /// # Errors
    /// [`DataError::NoKey`] without units.
    ///
    /// # Examples
    /// See [`FittedModel::contributions`].
    pub fn by_unit(&self) -> Result<ContributionTable> {
        if self.fit.design().units.is_none() {
            return Err(no_key("contributions by unit", "unit"));
        }
        Ok(self.table("unit", self.fit.rows_by_unit(&self.rows)))
    }

    /// What each component adds to every period: the weighted mean over its rows.
    ///
    /// # Errors
    /// [`DataError::NoKey`] without periods.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let model = Model::new("cpp_rate").component("policy", [Term::PeriodEffects]);
    /// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
    /// let years = fit.contributions()?.by_period()?;
    /// // Policy raises the rates of the later years, by as much as their mean is higher.
    /// let last = &years.rows[7];
    /// assert_eq!((last.period, last.n_observations), (Some(2018), 150));
    /// assert!((last.points("policy")? - (last.actual - years.mean)).abs() < 1e-9);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn by_period(&self) -> Result<ContributionTable> {
        let Some(periods) = &self.fit.design().periods else {
            return Err(no_key("contributions by period", "period"));
        };
        let mut groups = vec![Vec::new(); periods.len()];
        self.rows.iter().for_each(|&row| groups[periods.codes[row] as usize].push(row));
        groups.retain(|rows| !rows.is_empty());
        Ok(self.table("period", groups))
    }
}

impl FittedModel {
    /// Rows of the sample in these periods.
    ///
    /// # Errors
    /// [`DataError::NoKey`] without periods; [`DataError::NoRowsInPeriods`] where there are none.
    pub(crate) fn rows_in(&self, periods: &RangeInclusive<i32>) -> Result<Vec<usize>> {
        let design = self.design();
        let period = |row: usize| design.panel.period_of(design.rows[row]);
        let all = || (0..design.n_observations()).filter_map(period);
        let (Some(first), Some(last)) = (all().min(), all().max()) else {
            return Err(no_key("contributions in some periods", "period"));
        };
        let is_in = |&row: &usize| period(row).is_some_and(|period| periods.contains(&period));
        let rows: Vec<usize> = (0..design.n_observations()).filter(is_in).collect();
        if rows.is_empty() {
            let there = if first == last { first.to_string() } else { format!("{first} to {last}") };
            return Err(DataError::NoRowsInPeriods { from: *periods.start(), to: *periods.end(), there }.into());
        }
        Ok(rows)
    }

    /// These rows of the sample, ascending, unit by unit.
    pub(crate) fn rows_by_unit(&self, rows: &[usize]) -> Vec<Vec<usize>> {
        let codes = self.design().units.as_ref().map_or(&[][..], |units| &units.codes);
        rows.chunk_by(|&a, &b| codes.get(a) == codes.get(b)).map(<[usize]>::to_vec).collect()
    }
}
