//! By how many points does each component move a row when its columns change, under a method?
//!
//! Contributions are linear in (1, x, x̄_i, ȳ_i). Between two rows of one unit all but x is the same, so that what a
//! component moves the one from the other follows from the coefficients of x alone, whichever moments these come from.

use super::coefficients::{Coefficients, columns};
use crate::decompose::method::Method;
use crate::decompose::plan::Plan;
use crate::error::Result;
use crate::fit::FittedModel;

/// Where the coefficients of x stand in the answer of a [`Plan`], and on which scale.
pub(crate) struct Slopes {
    method: Method,
    names: Vec<String>,
    /// The design's columns that have coefficients, in their order.
    columns: Vec<usize>,
    /// From a change of each column to points of the outcome, on the scale of the moments.
    scales: Vec<f64>,
}

impl FittedModel {
    /// A method ready for coefficients, and where they stand in its answers.
    ///
    /// # Errors
    /// Those of [`contributions_by`](Self::contributions_by).
    pub(crate) fn slopes(&self, method: &Method) -> Result<(Slopes, Plan)> {
        let plan = self.contributions_plan(method, self.players())?;
        let columns = columns(plan.players());
        let by = &self.moments().standardisation().scale;
        let scales = columns.iter().map(|&column| self.outcome_scale() / by[column]).collect();
        let slopes = Slopes { method: plan.method().clone(), names: plan.players().names.clone(), columns, scales };
        Ok((slopes, plan))
    }
}

impl Slopes {
    /// The method, with nothing left open.
    pub(crate) fn method(&self) -> &Method {
        &self.method
    }

    /// The components.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The design's columns whose changes are asked for.
    pub(crate) fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// By how many points what is always in, each component and everybody moves what changes by so much, column by column.
    pub(crate) fn moved<'a>(&'a self, answer: &'a [f64], change: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        let parts = answer[self.names.len() + 2..].chunks_exact(Coefficients::width(self.columns.len()));
        parts.map(move |part| {
            let scaled = self.scales.iter().zip(change).map(|(scale, change)| scale * change);
            // The intercept comes first.
            part[1..].iter().zip(scaled).map(|(slope, change)| slope * change).sum()
        })
    }
}
