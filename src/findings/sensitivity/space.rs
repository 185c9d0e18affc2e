//! All choices made ready: what a set of alternatives asks, of which rows, and what it is called.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::asked::Asked;
use super::axes::{Alternatives, Axis, axes};
use super::check::check;
use super::orders::methods;
use super::{AnalystChoice, ChosenAlternatives};
use crate::decompose::Method;
use crate::error::Result;
use crate::model::{Component, Model, Term, Weights};
use crate::panel::Panel;

/// All choices, made ready.
pub(super) struct Space {
    pub(super) base: Model,
    pub(super) axes: Vec<Axis>,
    pub(super) methods: Vec<Method>,
    /// Whether methods are told apart by their orders.
    has_orders: bool,
    name_of_methods: Arc<str>,
    /// Columns that any specification reads.
    pub(super) columns: Vec<String>,
}

/// Which rows of the panel a question is about: positions among windows and among units left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PartOfPanel(Option<usize>, Option<usize>);

impl Space {
    /// # Errors
    /// Those of [`check`], and of the groups of units.
    pub(super) fn new(asked: &Asked, panel: &Panel) -> Result<Self> {
        check(asked, panel)?;
        let base = asked.base.clone();
        let axes = axes(asked, panel)?;
        let (methods, has_orders) = methods(asked)?;
        let name_of_methods = Arc::from(if has_orders { "order" } else { "method" });
        let mut columns: Vec<String> = Vec::new();
        let mut add = |column: &str| {
            if !columns.iter().any(|there| there == column) && !panel.is_key(column) {
                columns.push(column.to_string());
            }
        };
        let sets = asked.terms.iter().flat_map(|(_, sets)| sets.iter().flatten()).chain(asked.always.iter().flatten());
        let extras = asked.extras.iter().map(|(_, term)| term);
        let own = base.components().iter().flat_map(|component| &component.terms).chain(base.always_terms());
        let terms = base.outcome().into_iter().chain(&asked.outcomes).chain(own).chain(sets).chain(extras);
        terms.flat_map(Term::columns).for_each(&mut add);
        asked.weights.iter().flatten().for_each(|column| add(column));
        if let Weights::Column(column) = &base.weights {
            add(column);
        }
        Ok(Space { base, axes, methods, has_orders, name_of_methods, columns })
    }

    /// The choices with their alternatives, the method last.
    pub(super) fn choices(&self) -> Vec<AnalystChoice> {
        let of_axis = |axis: &Axis| AnalystChoice {
            name: axis.name.to_string(),
            alternatives: axis.labels.iter().map(|label| label.to_string()).collect(),
            base: axis.labels[axis.base].to_string(),
        };
        let methods: Vec<String> = self.methods.iter().map(|method| self.label(method).to_string()).collect();
        let of_methods = methods.first().map(|first| AnalystChoice {
            name: self.name_of_methods.to_string(),
            base: first.clone(),
            alternatives: methods.clone(),
        });
        self.axes.iter().map(of_axis).chain(of_methods).collect()
    }

    /// The rows that a question is about.
    pub(super) fn part_of_panel(&self, chosen: &[Option<usize>]) -> PartOfPanel {
        let of = |is_it: fn(&Alternatives) -> bool| {
            let at = self.axes.iter().position(|axis| is_it(&axis.alternatives));
            at.and_then(|at| chosen[at])
        };
        let periods = of(|of| matches!(of, Alternatives::Periods(_)));
        PartOfPanel(periods, of(|of| matches!(of, Alternatives::Units(_))))
    }

    /// The window of periods of a part.
    pub(super) fn window(&self, PartOfPanel(window, _): PartOfPanel) -> Option<&RangeInclusive<i32>> {
        let windows = self.axes.iter().find_map(|axis| match &axis.alternatives {
            Alternatives::Periods(windows) => Some(windows),
            _ => None,
        });
        windows?.get(window?)
    }

    /// The panel on the rows of a part.
    ///
    /// # Errors
    /// Those of [`Panel::without`] and [`Panel::in_periods`].
    pub(super) fn panel_of(&self, part: PartOfPanel, panel: &Panel) -> Result<Panel> {
        let rule = self.axes.iter().find_map(|axis| match &axis.alternatives {
            Alternatives::Units(rules) => rules.get(part.1?)?.as_ref(),
            _ => None,
        });
        // A unit of the rule need not be in the window.
        let without = rule.map(|rule| panel.without(rule)).transpose()?;
        let panel = without.as_ref().unwrap_or(panel);
        match self.window(part) {
            Some(window) => panel.in_periods(window.clone()),
            None => Ok(panel.clone()),
        }
    }

    /// The alternatives by the names of their choices, that of the method last.
    pub(super) fn named(&self, chosen: &[Option<usize>], method: &Arc<str>) -> ChosenAlternatives {
        let of_axes = self.axes.iter().zip(chosen);
        let of_axes = of_axes.filter_map(|(axis, chosen)| Some((axis.name.clone(), axis.labels[(*chosen)?].clone())));
        ChosenAlternatives(of_axes.chain([(self.name_of_methods.clone(), method.clone())]).collect())
    }

    /// A method as an alternative is called.
    pub(super) fn label(&self, method: &Method) -> Arc<str> {
        match method {
            Method::Sequential { order } if order.is_empty() => "none".into(),
            Method::Sequential { order } if self.has_orders => order.join(" → ").into(),
            method => method.name().into(),
        }
    }

    /// The model of these alternatives, and which of them matter.
    pub(super) fn model(&self, chosen: &[usize]) -> (Model, Vec<Option<usize>>) {
        let mut outcome = None;
        let mut always = None;
        let mut weights = None;
        let mut components: Vec<Option<Component>> = self.base.components().iter().cloned().map(Some).collect();
        // Sets first, then what stands beside them, then who is out.
        for (axis, &at) in self.axes.iter().zip(chosen) {
            match &axis.alternatives {
                Alternatives::Outcome(outcomes) => outcome = Some(outcomes[at].clone()),
                Alternatives::Always(sets) => always = Some(sets[at].clone()),
                Alternatives::Weights(of) => weights = Some(of[at].clone()),
                Alternatives::Terms(component, sets) => {
                    if let Some(component) = &mut components[*component] {
                        component.terms.clone_from(&sets[at]);
                    }
                }
                Alternatives::Extra(component, term) => {
                    if let Some(component) = &mut components[*component] {
                        component.terms.retain(|there| there != term);
                        component.terms.extend((at == 1).then(|| term.clone()));
                    }
                }
                Alternatives::Present(component) if at == 1 => components[*component] = None,
                Alternatives::Present(_) | Alternatives::Periods(_) | Alternatives::Units(_) => {}
            }
        }
        let matters = |(axis, &at): (&Axis, &usize)| match &axis.alternatives {
            Alternatives::Terms(component, _) | Alternatives::Extra(component, _) => {
                components[*component].as_ref().map(|_| at)
            }
            _ => Some(at),
        };
        let chosen = self.axes.iter().zip(chosen).map(matters).collect();
        let always = always.unwrap_or_else(|| self.base.always_terms().to_vec());
        let mut model = match outcome {
            Some(outcome) => self.base.with_parts(outcome, components.into_iter().flatten().collect(), always),
            None => self.base.clone(),
        };
        if let Some(weights) = weights {
            model.weights = weights;
        }
        (model, chosen)
    }
}
