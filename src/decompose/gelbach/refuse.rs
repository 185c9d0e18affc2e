//! What has no answer, and why?

use super::GelbachCovariance;
use super::equations::{Equations, Solution};
use crate::decompose::Players;
use crate::error::{CoefficientProblem, Error, EstimateError, QuestionError, Result, no_key};
use crate::fit::FittedModel;
use crate::model::Credit;
use crate::numerics::number::{Lane, RANK_TOLERANCE};

impl FittedModel {
    pub(super) fn gelbach_equations(&self, players: &Players) -> Result<Equations> {
        let option = |option, expected: String, found: &str| {
            Error::from(QuestionError::Option { option, expected, found: found.to_string() })
        };
        if self.model().always_terms().is_empty() {
            let expected = "put the terms whose coefficients change into it".to_string();
            return Err(option("always", expected, "empty"));
        }
        let columns = &self.design().columns;
        let mut always = (0..columns.len()).filter(|&v| columns[v].credit == Credit::Always).peekable();
        if always.peek().is_none() {
            let expected = "add a term that has a coefficient".to_string();
            return Err(option("always", expected, "unit effects alone"));
        }
        if let Some(v) = always.find(|&v| self.moments().is_constant(v)) {
            return Err(EstimateError::NoCoefficient {
                column: columns[v].name.clone(),
                regression: "base",
                why: CoefficientProblem::Constant,
            }
            .into());
        }
        let mut with_units = (0..players.len()).filter(|&p| players.brings_units(p));
        let units_of = with_units.next();
        if let (Some(one), Some(other)) = (units_of, with_units.next()) {
            let (one, other) = (&players.names[one], &players.names[other]);
            let expected =
                format!("\"{one}\" and \"{other}\" have them, and their parts cannot be told apart: give them to one");
            return Err(option("unit effects", expected, "in two components"));
        }
        Ok(Equations::new(players, units_of))
    }

    pub(super) fn check_gelbach_covariance(&self, covariance: GelbachCovariance, equations: &Equations) -> Result<()> {
        let expected = match covariance {
            GelbachCovariance::Cluster if self.design().units.is_none() => {
                return Err(no_key("the clustered covariance of gelbach (heteroskedastic does without)", "unit"));
            }
            GelbachCovariance::Iid | GelbachCovariance::Heteroskedastic if equations.units_of.is_some() => {
                "a component has unit effects, each estimated from all rows of its unit, so that rows are not \
                 independent: use cluster"
            }
            GelbachCovariance::Heteroskedastic if equations.base_is_within => {
                "it is inconsistent beside unit effects in short panels: use cluster"
            }
            _ => return Ok(()),
        };
        Err(QuestionError::Option {
            option: "covariance",
            expected: expected.to_string(),
            found: covariance.name().to_string(),
        }
        .into())
    }

    /// Every column of `always` must have a coefficient in both regressions.
    pub(super) fn check_coefficients<L: Lane>(
        &self,
        equations: &Equations,
        solution: &Solution<L>,
        value: impl Fn(L) -> f64,
    ) -> Result<()> {
        let n = equations.n_always;
        for (regression, first, is_within) in
            [("base", 0, equations.base_is_within), ("full", n, equations.full_is_within)]
        {
            for (a, &v) in equations.always().iter().enumerate() {
                if value(solution.left[first + a]) > RANK_TOLERANCE {
                    continue;
                }
                let by_units = is_within && value(solution.own[first + a]) <= RANK_TOLERANCE;
                let why = if by_units {
                    let component = equations.units_of.map(|at| self.design().component_names[at].clone());
                    CoefficientProblem::ConstantWithinUnits { component }
                } else {
                    CoefficientProblem::Combination { with_unit_effects: is_within }
                };
                let column = self.design().columns[v].name.clone();
                return Err(EstimateError::NoCoefficient { column, regression, why }.into());
            }
        }
        Ok(())
    }
}
