//! How much do all components explain, or some of them?

use super::coalitions::Players;
use super::coalitions::progress::Progress;
use super::method::Method;
use super::plan::Plan;
use super::sequential::Chain;
use crate::error::Result;
use crate::fit::FittedModel;

impl FittedModel {
    /// R² of the regression on these components alone, and on what is always in. What deserves doubt is in
    /// [`warnings`](FittedModel::warnings).
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`](crate::error::QuestionError::UnknownComponent) for a name that is not in the
    /// model.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
    /// assert!((fit.r2_overall_of(&["second"])? - 2.25 / 8.75).abs() < 1e-12);
    /// assert_eq!((fit.r2_overall_of(&[])?, fit.r2_overall_of(&["second", "first"])?), (0.0, fit.r2_overall()));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn r2_overall_of(&self, components: &[&str]) -> Result<f64> {
        let players = self.players();
        let mut present = Vec::new();
        for name in components {
            present.push(players.position(name)?);
        }
        present.sort_unstable();
        present.dedup();
        let only = players.only(&present);
        Ok(self.r2_of_chain(&only))
    }

    /// R² of the whole model.
    ///
    /// ```text
    /// R² = 1 − Σ w (y − ŷ)² / Σ w (y − ȳ)²
    /// ```
    ///
    /// # Examples
    /// See [`r2_overall_of`](FittedModel::r2_overall_of).
    pub fn r2_overall(&self) -> f64 {
        self.r2_of_chain(&self.players())
    }

    /// R² of the components of a chain of regressions, in their order.
    fn r2_of_chain(&self, players: &Players) -> f64 {
        let method = Method::Sequential { order: players.names.clone() };
        let chain = Chain::new(players, (0..players.len()).collect());
        let plan = Plan::new(method, players.clone(), Box::new(chain));
        // A chain has nothing to watch, and is not cancelled.
        let answer = self.evaluate(&plan, &Progress::unwatched()).unwrap_or_default();
        1.0 - answer.get(players.len() + 1).unwrap_or(&f64::NAN)
    }
}
