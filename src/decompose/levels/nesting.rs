//! In which groups does each unit lie, and which levels does that make?

use std::collections::HashMap;

use super::by_level::ByLevel;
use super::groups::GroupSums;
use super::{Level, LevelBreakdown, LevelShare, Levels, apart};
use crate::decompose::coalitions::progress::Progress;
use crate::decompose::method::Method;
use crate::decompose::plan::Plan;
use crate::decompose::rule::Rule;
use crate::error::{ClusterProblem, Error, EstimateError, NestingProblem, Refusal, Result, no_key};
use crate::fit::FittedModel;

/// The levels at which the outcome of a fit varies, ready to be split: [`FittedModel::levels`],
/// [`FittedModel::levels_in`].
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Method, Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
/// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
/// let nesting = fit.levels_in(&["region"])?;
/// assert_eq!(nesting.names(), ["region", "unit_in_region", "within"]);
/// let both = nesting.methods(&[Method::First, Method::Last])?;
/// assert_eq!(both.levels[0].methods.len(), 2);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Nesting<'a> {
    fit: &'a FittedModel,
    columns: Vec<String>,
    groups: GroupSums,
}

impl FittedModel {
    /// The two levels at which the outcome varies: between units, and within them over time.
    ///
    /// The residuals e of every regression on some components are split into their unit means and the deviations from
    /// them, with all weights and for units with any number of rows,
    ///
    /// ```text
    /// RSS(S) = Σ w ē_i² + Σ w (e − ē_i)²,   TSS likewise
    /// ```
    ///
    /// and a component's share at a level is what it takes away from that level's sum, under the method that is then
    /// asked: a part of the outcome's total variation, or of the variation at the level. The shares at all levels add up
    /// to the component's overall share. One at a level can be negative, where a component fits places better and years
    /// worse, and is never cut off.
    ///
    /// # Errors
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) for a panel without units.
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
    /// let levels = fit.levels()?.sequential()?;
    /// let (between, within) = (levels.level("between")?, levels.level("within")?);
    /// assert!((between.part_of_total + within.part_of_total - 1.0).abs() < 1e-12);
    /// let at = |name| Ok::<_, apportion::Error>((between.share_of_total(name)?, within.share_of_total(name)?));
    /// let (places, years) = at("practice")?;
    /// assert!((places + years - fit.sequential()?.share_of_total("practice")?).abs() < 1e-12);
    /// assert!(places > 0.4 && years.abs() < 0.01, "practice is about places");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn levels(&self) -> Result<Nesting<'_>> {
        self.levels_in(&[])
    }

    /// The levels of units that lie in groups, those perhaps in larger ones: columns from the outermost to the
    /// innermost, such as region and county. Levels are named after them: `region`, `county_in_region`,
    /// `unit_in_county`, `within`.
    ///
    /// Residuals are split into the means of the outermost groups, the means of the next within those, and so on down to
    /// the deviations from unit means.
    ///
    /// # Errors
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) for a panel without units;
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn) for a column that is not there;
    /// [`EstimateError::Nesting`] for one that is missing in the sample, has a unit in two groups, or does not nest in
    /// the column before it.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// let levels = fit.levels_in(&["region"])?.shapley()?;
    /// let parts: f64 = levels.levels.iter().map(|level| level.part_of_total).sum();
    /// assert!((parts - 1.0).abs() < 1e-12);
    /// let refused = fit.levels_in(&["vacancy_rate"]).unwrap_err();
    /// assert!(refused.to_string().contains("a unit lies in one group"), "{refused}");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn levels_in(&self, columns: &[&str]) -> Result<Nesting<'_>> {
        if self.design().units.is_none() {
            return Err(no_key("a split by level", "unit"));
        }
        let mut of_unit: Vec<Vec<u32>> = Vec::with_capacity(columns.len());
        for (at, column) in columns.iter().enumerate() {
            let refuse = |why| Err(EstimateError::Nesting { column: column.to_string(), why }.into());
            if columns[..at].contains(column) {
                return refuse(NestingProblem::Twice);
            }
            let (groups, rows) = self.groups_by(column)?;
            if let Some(above) = of_unit.last() {
                // The first unit of each group says where the group lies.
                for (unit, &group) in groups.iter().enumerate() {
                    let first = rows[group as usize];
                    if above[unit] != above[first] {
                        let name = |column: &str, unit: usize| self.group_name(column, unit);
                        let outer = columns[at - 1];
                        return refuse(NestingProblem::DoesNotNest {
                            group: name(column, unit),
                            outer: outer.to_string(),
                            first: name(outer, first),
                            second: name(outer, unit),
                        });
                    }
                }
            }
            of_unit.push(groups);
        }
        let names = level_names(columns);
        if let Some(at) = (1..names.len()).find(|&at| names[..at].contains(&names[at])) {
            // What lies within units has no column of its own: the one that is called like it has.
            let column = columns.get(at).or(columns.iter().find(|column| **column == names[at])).or(columns.last());
            let (column, level) = (column.map_or_else(String::new, |column| column.to_string()), names[at].clone());
            return Err(EstimateError::Nesting { column, why: NestingProblem::SameName { level } }.into());
        }
        let columns = columns.iter().map(|column| column.to_string()).collect();
        Ok(Nesting { fit: self, columns, groups: GroupSums::new(self, of_unit) })
    }

    /// The group of each unit by a column, and the first unit of each group.
    ///
    /// # Errors
    /// [`EstimateError::Nesting`] where it is missing, a key, or not the same in all rows of a unit.
    pub(crate) fn groups_by(&self, column: &str) -> Result<(Vec<u32>, Vec<usize>)> {
        let design = self.design();
        let refuse = |why| Err(EstimateError::Nesting { column: column.to_string(), why }.into());
        for (key, name) in [("unit", design.panel.unit_column()), ("period", design.panel.period_column())] {
            if name == Some(column) {
                return refuse(NestingProblem::IsKey { key });
            }
        }
        let levels = match design.panel.levels_on(column, design.rows.iter().copied()) {
            Err(Error::Estimate(EstimateError::Cluster { why: ClusterProblem::Missing { row }, .. })) => {
                return refuse(NestingProblem::Missing { row });
            }
            levels => levels?,
        };
        let mut place: HashMap<u64, u32> = HashMap::new();
        let (mut groups, mut firsts) = (Vec::with_capacity(self.unit_ranges().len()), Vec::new());
        for (unit, rows) in self.unit_ranges().iter().enumerate() {
            let level = levels[rows.start];
            if let Some(other) = rows.clone().find(|&row| levels[row] != level) {
                let name = |row: usize| design.panel.level_of(column, design.rows[row]).unwrap_or_default();
                let (first, second) = (name(rows.start), name(other));
                let unit = design.panel.unit_of(design.rows[rows.start]).unwrap_or_default().to_string();
                return refuse(NestingProblem::SplitsUnit { unit, first, second });
            }
            let next = place.len() as u32;
            let group = *place.entry(level).or_insert(next);
            if group == next && firsts.len() == group as usize {
                firsts.push(unit);
            }
            groups.push(group);
        }
        Ok((groups, firsts))
    }

    /// What the group of a unit by a column is called.
    pub(crate) fn group_name(&self, column: &str, unit: usize) -> String {
        let design = self.design();
        design.panel.level_of(column, design.rows[self.unit_ranges()[unit].start]).unwrap_or_default()
    }
}

/// What the levels of units nested in these columns are called, from the outermost in.
fn level_names(columns: &[&str]) -> Vec<String> {
    let Some(outermost) = columns.first() else { return ["between", "within"].map(str::to_string).to_vec() };
    let inner = columns.iter().skip(1).copied().chain(["unit"]);
    let nested = inner.zip(columns).map(|(inner, outer)| format!("{inner}_in_{outer}"));
    [outermost.to_string()].into_iter().chain(nested).chain(["within".to_string()]).collect()
}

impl Nesting<'_> {
    /// What the levels are called, from the outermost to what lies within units.
    pub fn names(&self) -> Vec<String> {
        level_names(&self.columns.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// What each component adds at every level in the order of the model.
    ///
    /// # Errors
    /// Those of [`FittedModel::sequential`].
    ///
    /// # Examples
    /// See [`FittedModel::levels`].
    pub fn sequential(&self) -> Result<Levels> {
        self.methods(&[Method::Sequential { order: Vec::new() }])
    }

    /// The same in another order, which names every component once.
    ///
    /// # Errors
    /// Those of [`FittedModel::sequential_in`].
    pub fn sequential_in(&self, order: &[&str]) -> Result<Levels> {
        self.methods(&[Method::Sequential { order: order.iter().map(|name| name.to_string()).collect() }])
    }

    /// What each component adds at every level, averaged over all orders, or over those that the model's
    /// [precedences](crate::Model::after) allow.
    ///
    /// # Errors
    /// [`EstimateError::TooManyComponents`] beyond 16 components.
    ///
    /// # Examples
    /// See [`FittedModel::levels_in`].
    pub fn shapley(&self) -> Result<Levels> {
        self.methods(&[Method::Shapley])
    }

    /// The same by several methods: sequential, Shapley, first and last, which are linear in what coalitions explain.
    ///
    /// # Errors
    /// [`EstimateError::Method`] for any other; those of each.
    ///
    /// # Examples
    /// See [`Nesting`].
    pub fn methods(&self, methods: &[Method]) -> Result<Levels> {
        let fit = self.fit;
        let players = fit.players();
        let (k, is_precise) = (players.len(), fit.needs_precision() && fit.is_precise(players.len()));
        let doubles = if is_precise { self.groups.double_entries(fit) } else { Vec::new() };
        let entries = if is_precise { Vec::new() } else { self.groups.entries(fit) };
        let names = self.names();
        let part = |level: String| Level { name: level, part_of_total: 0.0, interval: None, methods: Vec::new() };
        let mut levels: Vec<Level> = names.into_iter().map(part).collect();
        let has_always = !fit.model().always_terms().is_empty();
        for method in methods {
            let plan = self.plan(method)?;
            let progress = Progress::unwatched();
            let answer = match is_precise {
                true => plan.point_answer(doubles.as_slice(), &progress),
                false => plan.point_answer(entries.as_slice(), &progress),
            };
            let cancelled = || Error::from(EstimateError::Cancelled { method: method.name().to_string() });
            let answer = answer.ok_or_else(cancelled)?;
            for (level, numbers) in levels.iter_mut().zip(answer[k + 2..].chunks_exact(k + 3)) {
                level.part_of_total = numbers[0];
                let share = |name: &str, of_total| LevelShare::new(name, of_total, numbers[0]);
                let components = players.names.iter().zip(&numbers[2..]);
                level.methods.push(LevelBreakdown {
                    method: plan.method().clone(),
                    components: components.map(|(name, &of_total)| share(name, of_total)).collect(),
                    always: has_always.then(|| share("always", numbers[1])),
                    unexplained: share("unexplained", numbers[k + 2]),
                });
            }
        }
        let [between_own_slopes, within_own_slopes] = match is_precise {
            true => apart::own_slopes(&players, &doubles),
            false => apart::own_slopes(&players, &entries),
        };
        let design = fit.design();
        let mut warnings = fit.warnings().to_vec();
        warnings.extend(fit.imprecise(k));
        Ok(Levels {
            outcome: design.outcome_name.clone(),
            nested_in: self.columns.clone(),
            levels,
            between_own_slopes,
            within_own_slopes,
            intraclass_correlation: apart::intraclass_correlation(fit),
            r2_overall: fit.r2_overall(),
            sample: design.sample.clone(),
            weights: design.weights_name.clone(),
            panel: design.panel.description().map(str::to_string),
            interval: None,
            warnings,
        })
    }

    /// The sums that levels of groups are made of, which stand behind the moments.
    pub(crate) fn groups(&self) -> &GroupSums {
        &self.groups
    }

    /// A method made ready for all levels: after its own answer, of each level its part of the total, `always`, the
    /// components, and the unexplained.
    pub(crate) fn plan(&self, method: &Method) -> Result<Plan> {
        let fit = self.fit;
        let players = fit.players();
        let method = method.stated(&players.names);
        let rule = Rule::new(fit, &players, &method, "shapley at every level", Refusal::NotByLevel)?;
        let prepared = ByLevel::new(&players, self.groups.clone(), rule);
        Ok(Plan::new(method, players, Box::new(prepared)))
    }
}
