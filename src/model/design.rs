//! Model × panel → design: the columns and absorbed effects on the sample, each credited to a component.

use std::sync::Arc;

use super::Model;
use super::exposure::Exposure;
use super::first_cell::{FirstCell, numbers_alone};
use super::grouped::Grouped;
use super::selected::{Credit, Selected};
use super::term::Term;
use super::variables::{Part, parts, resolve};
use crate::error::{DataError, EstimateError, QuestionError, Refusal, Result, TermProblem, cannot};
use crate::numerics::groups::Groups;
use crate::panel::{Lineage, Numbers, Panel, RowList, Sample, Selection};

/// The most columns a design may have: their cross-products then fill 36 MB, and one elimination takes seconds.
const MOST_COLUMNS: usize = 3_000;

/// A column of the design on the rows of the sample, on the user's scale.
#[derive(Debug, Clone)]
pub(crate) struct DesignColumn {
    pub(crate) name: String,
    pub(crate) credit: Credit,
    /// Its term, by position among those of its component.
    pub(crate) term: usize,
    pub(crate) values: Numbers,
    /// A dummy of plain period effects, which a final fit may absorb instead.
    pub(crate) is_period_dummy: bool,
}

/// A term as it entered the design.
#[derive(Debug, Clone)]
pub(crate) struct DesignTerm {
    pub(crate) term: Term,
    pub(crate) cells: Option<Vec<String>>,
}

/// Everything that a fit needs of model and panel. Rows are sorted by unit, then period.
#[derive(Debug, Clone)]
pub(crate) struct Design {
    pub(crate) outcome_name: String,
    pub(crate) outcome: Numbers,
    pub(crate) weights_name: Option<String>,
    /// One for each row, their mean one.
    pub(crate) weights: Numbers,
    /// What the user's weights were divided by for that.
    pub(crate) weights_mean: f64,
    /// What counts are out of.
    pub(crate) exposure: Option<Exposure>,
    pub(crate) columns: Vec<DesignColumn>,
    /// Every term once, with the cells of its factors by name (the first, left out, among them).
    pub(crate) terms: Vec<DesignTerm>,
    pub(crate) component_names: Vec<String>,
    /// The terms of each component, as text.
    pub(crate) term_names: Vec<Vec<String>>,
    /// Who has unit effects, which are absorbed and have no column.
    pub(crate) unit_effects: Vec<Credit>,
    /// The same with the position of the term that brings them.
    pub(crate) unit_effect_terms: Vec<(Credit, usize)>,
    /// Terms that name every unit by itself, and were taken as unit effects.
    pub(crate) name_units: Vec<String>,
    pub(crate) has_period_effects: bool,
    pub(crate) units: Option<Groups>,
    pub(crate) periods: Option<Groups>,
    /// Rows of the panel, ascending.
    pub(crate) rows: Arc<RowList>,
    pub(crate) sample: Sample,
    /// Whence the rows were taken; sharing its columns, it costs nothing.
    pub(crate) panel: Panel,
    /// Where the columns of the question come from.
    pub(crate) lineage: Lineage,
    /// What the rows stand for, where they are made of sums; `None` where they are the panel's.
    pub(crate) grouped: Option<Grouped>,
}

impl Design {
    /// The design of a model, which has an intercept.
    ///
    /// A factor that names every unit by itself is unit effects under another name, and is taken as such: its dummies take up
    /// the same noise.
    pub(crate) fn new(model: &Model, panel: &Panel) -> Result<Self> {
        Self::with(true, true, model, panel)
    }

    /// The same beside a constant, or without one: then the first factor has a column for every level.
    pub(crate) fn beside(constant: bool, model: &Model, panel: &Panel) -> Result<Self> {
        Self::with(constant, false, model, panel)
    }

    fn with(constant: bool, names_are_effects: bool, model: &Model, panel: &Panel) -> Result<Self> {
        Self::of(Selected::new(model, panel)?, constant, names_are_effects)
    }

    /// The design of a sample, beside an intercept.
    ///
    /// # Errors
    /// Those of [`Model::fit`] that a sample leaves.
    pub(crate) fn of_selected(selected: Selected) -> Result<Self> {
        Self::of(selected, true, true)
    }

    fn of(selected: Selected, constant: bool, names_are_effects: bool) -> Result<Self> {
        let Selected { model, panel, outcome_term, outcome, weights_name, weights, exposure, rows, sample, .. } =
            selected;
        let (mut evaluated, mut unit_effect_terms) = (selected.evaluated, selected.unit_effect_terms);
        let terms = evaluated.iter().map(|(_, _, term, _)| term).chain([outcome_term]);
        let used: Vec<String> = terms.flat_map(Term::columns).map(str::to_owned).chain(weights_name.clone()).collect();
        let mut name_units = Vec::new();
        if names_are_effects {
            let codes = panel.unit_indices().unwrap_or_default();
            let names_units = |parts: &[Part]| matches!(parts, [part] if part.names_units(codes, &rows));
            let found = evaluated.extract_if(.., |(.., parts): &mut (_, _, _, Vec<Part>)| names_units(parts));
            for (credit, position, term, _) in found {
                unit_effect_terms.push((credit, position));
                name_units.push(term.to_string());
            }
        }
        let mut unit_effects: Vec<Credit> = unit_effect_terms.iter().map(|(credit, _)| *credit).collect();
        unit_effects.sort_unstable();
        unit_effects.dedup();
        let (weights, weights_mean) = match weights {
            Some(weights) => {
                let weights = weights.on(&rows);
                check_even(weights_name.as_deref(), &weights, |row| panel.row_label(rows[row]))?;
                with_mean_one(&weights, sample.n_observations)
            }
            None => (vec![1.0; rows.len()].into(), 1.0),
        };
        let (units, periods) = (panel.unit_groups(&rows), panel.period_groups(&rows));

        let mut design = Design {
            outcome_name: outcome_term.to_string(),
            outcome: outcome.on(&rows),
            weights_name,
            weights,
            weights_mean,
            exposure: exposure.map(|exposure| exposure.on(&rows)),
            columns: Vec::new(),
            terms: Vec::new(),
            component_names: model.components().iter().map(|c| c.name.clone()).collect(),
            term_names: model.components().iter().map(|c| c.terms.iter().map(Term::to_string).collect()).collect(),
            unit_effects,
            unit_effect_terms,
            name_units,
            has_period_effects: evaluated.iter().any(|(_, _, term, _)| *term == Term::PeriodEffects),
            units,
            periods,
            rows: Arc::new(rows),
            sample,
            panel: panel.clone(),
            lineage: panel.lineage(used.iter().map(String::as_str)),
            grouped: None,
        };
        let mut spans_constant = constant || !design.unit_effects.is_empty();
        if !design.unit_effects.is_empty() {
            design.terms.push(DesignTerm { term: Term::UnitEffects, cells: None });
        }
        let alone = numbers_alone(evaluated.iter().map(|(_, _, term, _)| term), panel);
        for (credit, position, term, parts) in evaluated {
            let first = FirstCell::of(&term, panel, &alone, spans_constant, names_are_effects);
            spans_constant |= design.push_term(credit, position, &term, parts, first)?;
        }
        Ok(design)
    }

    /// The position of each row in the sample; shared where it is that in the panel.
    pub(crate) fn own_rows(&self) -> Arc<RowList> {
        match self.rows.is_all() {
            true => self.rows.clone(),
            false => Arc::new(RowList::all(self.rows.len())),
        }
    }

    /// Its rows.
    pub(crate) fn n_observations(&self) -> usize {
        self.outcome.len()
    }

    /// What these rows of it stand for: as many rows of the panel, unless they are made of sums.
    pub(crate) fn counted(&self, rows: &[usize]) -> usize {
        self.grouped.as_ref().map_or(rows.len(), |grouped| rows.iter().map(|&row| grouped.counts[row]).sum())
    }

    /// What all its rows stand for.
    pub(crate) fn n_counted(&self) -> usize {
        self.grouped.as_ref().map_or(self.outcome.len(), |grouped| grouped.counts.iter().sum())
    }

    /// Whether a row is made of the sums of several.
    pub(crate) fn are_sums_of_several(&self) -> bool {
        self.grouped.as_ref().is_some_and(|grouped| grouped.are_several)
    }

    /// Refuses what needs every row by itself, where there are sums of several.
    pub(crate) fn needs_rows(&self, asker: &'static str) -> Result<()> {
        if self.are_sums_of_several() { Err(cannot(asker, Refusal::NeedsRows)) } else { Ok(()) }
    }

    /// Refuses what goes back to the panel, where there is none behind the sums.
    pub(crate) fn needs_panel(&self, asker: &'static str) -> Result<()> {
        match &self.grouped {
            Some(_) => Err(cannot(asker, Refusal::NeedsPanel)),
            None => Ok(()),
        }
    }

    /// The design on some of its rows, given by their positions; its sample is still the whole.
    pub(crate) fn on(&self, rows: &[usize]) -> Design {
        let numbers = |values: &Numbers| rows.iter().map(|&row| values[row]).collect();
        let groups = |groups: &Groups| Groups::new(&groups.codes, &groups.names, rows);
        let column = |column: &DesignColumn| DesignColumn {
            name: column.name.clone(),
            credit: column.credit,
            term: column.term,
            values: numbers(&column.values),
            is_period_dummy: column.is_period_dummy,
        };
        Design {
            outcome: numbers(&self.outcome),
            weights: numbers(&self.weights),
            exposure: self.exposure.as_ref().map(|exposure| exposure.at(rows)),
            columns: self.columns.iter().map(column).collect(),
            units: self.units.as_ref().map(groups),
            periods: self.periods.as_ref().map(groups),
            rows: Arc::new(rows.iter().map(|&row| self.rows[row]).collect::<Vec<_>>().into()),
            outcome_name: self.outcome_name.clone(),
            weights_name: self.weights_name.clone(),
            terms: self.terms.clone(),
            component_names: self.component_names.clone(),
            term_names: self.term_names.clone(),
            unit_effects: self.unit_effects.clone(),
            unit_effect_terms: self.unit_effect_terms.clone(),
            name_units: self.name_units.clone(),
            sample: self.sample.clone(),
            panel: self.panel.clone(),
            lineage: self.lineage.clone(),
            grouped: self.grouped.as_ref().map(|grouped| grouped.on(rows)),
            weights_mean: self.weights_mean,
            has_period_effects: self.has_period_effects,
        }
    }

    /// The design without the dummies of plain period effects, for a regression that absorbs them.
    pub(crate) fn without_period_dummies(&self) -> Design {
        let mut design = self.clone();
        design.columns.retain(|column| !column.is_period_dummy);
        design.terms.retain(|known| known.term != Term::PeriodEffects);
        design
    }

    /// Adds the columns of one term: the product of its numbers, once for each cell of its factors.
    ///
    /// Whether the columns span the constant is the answer.
    fn push_term(
        &mut self,
        credit: Credit,
        position: usize,
        term: &Term,
        parts: Vec<Part>,
        first: FirstCell,
    ) -> Result<bool> {
        let n = self.n_observations();
        let (mut product, mut may_overflow) = (None::<Numbers>, false);
        let mut cells: Option<Groups> = None;
        for part in parts {
            let numbers = match part {
                Part::Levels { codes, names, reference } => {
                    let levels = Groups::new(&codes, &names, &self.rows);
                    if let Some(level) = reference.filter(|level| levels.names.first() != Some(level)) {
                        let why = TermProblem::ReferenceLeftOut { level };
                        return Err(QuestionError::TermMeaning { term: term.to_string(), why }.into());
                    }
                    cells = Some(match cells {
                        None => levels,
                        Some(cells) => cells.cross(&levels),
                    });
                    continue;
                }
                Part::Numbers(values) => values.on(&self.rows),
                Part::UnitMean { values, deviation } => {
                    may_overflow = true;
                    self.unit_means(values.on(&self.rows), deviation)
                }
            };
            may_overflow |= product.is_some();
            product = Some(match product {
                None => numbers,
                Some(product) => product.iter().zip(numbers.iter()).map(|(p, x)| p * x).collect(),
            });
        }
        // A number by itself is finite on the rows of the sample.
        let checked = product.as_deref().filter(|_| may_overflow);
        if let Some(row) = checked.and_then(|product| product.iter().position(|x| !x.is_finite())) {
            let place = self.panel.place(self.rows[row]);
            return Err(DataError::Infinite { column: term.to_string(), place }.into());
        }
        let is_period_dummy = *term == Term::PeriodEffects;
        if !self.terms.iter().any(|known| known.term == *term) {
            self.terms.push(DesignTerm { term: term.clone(), cells: cells.as_ref().map(|c| c.names.to_vec()) });
        }
        let Some(cells) = cells else {
            let values = product.unwrap_or_else(|| vec![1.0; n].into());
            let name = term.to_string();
            self.push(DesignColumn { name, credit, term: position, values, is_period_dummy })?;
            return Ok(false);
        };
        let found = self.columns.len() + cells.names.len();
        if found > MOST_COLUMNS {
            let found = found - usize::from(first == FirstCell::LeftOut);
            return Err(EstimateError::TooManyColumns { limit: MOST_COLUMNS, found }.into());
        }
        let mut dummies: Vec<Vec<f64>> = vec![vec![0.0; n]; cells.names.len()];
        for (row, &code) in cells.codes.iter().enumerate() {
            dummies[code as usize][row] = product.as_ref().map_or(1.0, |p| p[row]);
        }
        for (name, values) in first.in_order(cells.names.iter().zip(dummies)) {
            let (name, values) = (format!("{term}[{name}]"), values.into());
            self.push(DesignColumn { name, credit, term: position, values, is_period_dummy })?;
        }
        Ok(product.is_none())
    }

    /// What is multiplied in a column of an interaction, on the rows of the sample: its numbers, and the dummy of its
    /// cell; empty for a column of another term. `terms` are those of the column's component.
    pub(crate) fn factors(&self, column: &DesignColumn, terms: &[Term]) -> Result<Vec<Vec<f64>>> {
        let panel = &self.panel;
        let Some(term @ Term::Interaction(interacted)) = terms.get(column.term) else { return Ok(Vec::new()) };
        let (mut numbers, mut cells) = (Vec::new(), None::<Groups>);
        let mut selection = Selection::all(panel);
        for part in interacted {
            for part in parts(&resolve(part, panel), panel, &mut selection)? {
                match part {
                    Part::Levels { codes, names, .. } => {
                        let levels = Groups::new(&codes, &names, &self.rows);
                        cells = Some(cells.map_or_else(|| levels.clone(), |cells| cells.cross(&levels)));
                    }
                    Part::Numbers(values) => numbers.push(values.on(&self.rows).to_vec()),
                    Part::UnitMean { values, deviation } => {
                        numbers.push(self.unit_means(values.on(&self.rows), deviation).to_vec());
                    }
                }
            }
        }
        if let Some(cells) = cells {
            let name = column.name.strip_prefix(&format!("{}[", resolve(term, panel)));
            let code = cells.names.iter().position(|cell| name == Some(&format!("{cell}]")));
            let is_in = |cell: &u32| f64::from(u8::from(Some(*cell as usize) == code));
            numbers.push(cells.codes.iter().map(is_in).collect());
        }
        Ok(numbers)
    }

    fn push(&mut self, column: DesignColumn) -> Result<()> {
        self.columns.push(column);
        let found = self.columns.len();
        if found > MOST_COLUMNS {
            Err(EstimateError::TooManyColumns { limit: MOST_COLUMNS, found }.into())
        } else {
            Ok(())
        }
    }

    /// Weighted unit means over the sample, or the deviations from them.
    ///
    /// A unit whose values are all alike has that value as its mean, to the last bit: its deviations are zero, not
    /// rounding noise that a regression would take for variation.
    fn unit_means(&self, values: Numbers, deviation: bool) -> Numbers {
        let Some(units) = &self.units else { return values };
        let means = units.means(&values, &self.weights);
        let pairs = units.codes.iter().zip(values.iter());
        pairs.map(|(&code, &x)| if deviation { x - means[code as usize] } else { means[code as usize] }).collect()
    }
}

/// Refuses weights beside the largest of which the smallest is rounding.
fn check_even(name: Option<&str>, weights: &[f64], label: impl Fn(usize) -> String) -> Result<()> {
    let extreme = |is_beyond: fn(f64, f64) -> bool| {
        (0..weights.len()).reduce(|a, b| if is_beyond(weights[b], weights[a]) { b } else { a }).unwrap_or_default()
    };
    let (smallest, largest) = (extreme(|b, a| b < a), extreme(|b, a| b > a));
    if weights[smallest] > f64::EPSILON * weights[largest] {
        return Ok(());
    }
    Err(DataError::UnevenWeights {
        column: name.unwrap_or_default().to_string(),
        smallest: weights[smallest],
        smallest_at: label(smallest),
        largest: weights[largest],
        largest_at: label(largest),
    }
    .into())
}

/// The weights divided by their mean over so many rows, and that mean: no share depends on the scale of the weights, but
/// tolerances do.
fn with_mean_one(weights: &[f64], rows: usize) -> (Numbers, f64) {
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let mean = weights.iter().map(|w| w / largest).sum::<f64>() / rows as f64;
    (weights.iter().map(|w| w / largest / mean).collect(), mean * largest)
}
