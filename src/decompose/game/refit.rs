//! Any of linfa's regressors in the place of least squares.
//!
//! The estimator is fitted anew on each coalition's columns, and what it predicts is scored: 2^k fits, in parallel.

use linfa::dataset::Dataset;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2};

use super::Game;
use crate::decompose::coalitions::Players;
use crate::decompose::coalitions::coalition::Coalition;
use crate::error::{Refusal, Result, cannot};
use crate::fit::FittedModel;

/// How well predictions meet what was observed.
///
/// linfa's own scores add 1e-10 to the total sum of squares, and take the mean error unsquared from the explained
/// variance; these do not.
///
/// # Examples
/// ```
/// use apportion::decompose::Score;
/// use ndarray::array;
///
/// let observed = array![1.0, 2.0, 3.0];
/// assert_eq!((Score::r2(&observed, &observed), Score::explained_variance(&observed, &observed)), (1.0, 1.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score;

impl Score {
    /// 1 − Σ (y − ŷ)² / Σ (y − ȳ)².
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::Score;
    /// use ndarray::array;
    ///
    /// let (observed, predicted) = (array![1.0, 2.0, 3.0], array![2.0, 2.0, 2.0]);
    /// assert_eq!(Score::r2(&predicted, &observed), 0.0);
    /// assert_eq!(Score::explained_variance(&(&observed + 5.0), &observed), 1.0);
    /// ```
    pub fn r2(predicted: &Array1<f64>, observed: &Array1<f64>) -> f64 {
        let errors = observed - predicted;
        1.0 - errors.dot(&errors) / about_mean(observed)
    }

    /// 1 − var(y − ŷ)/var(y): like [`r2`](Score::r2), but a constant error costs nothing.
    ///
    /// # Examples
    /// See [`r2`](Score::r2).
    pub fn explained_variance(predicted: &Array1<f64>, observed: &Array1<f64>) -> f64 {
        1.0 - about_mean(&(observed - predicted)) / about_mean(observed)
    }
}

fn about_mean(values: &Array1<f64>) -> f64 {
    let mean = values.sum() / values.len() as f64;
    values.iter().map(|x| (x - mean) * (x - mean)).sum()
}

/// Divided by the largest value, squares can neither overflow nor vanish.
fn root_mean_square(values: &[f64]) -> f64 {
    let largest = values.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let squares: f64 = values.iter().map(|x| (x / largest).powi(2)).sum();
    largest * (squares / values.len() as f64).sqrt()
}

impl FittedModel {
    /// The score of an estimator fitted anew on the columns of every coalition, as a [`Game`].
    ///
    /// `estimator` is anything that implements linfa's [`Fit`] for a matrix and one target; `score` takes what it
    /// predicts for the sample and what was observed ([`Score::r2`], [`Score::explained_variance`], or your own). A
    /// coalition without columns predicts the mean. With least squares this is R², only slower.
    ///
    /// Columns are those of the design, each divided by its root mean square over the sample, so that iterations meet
    /// numbers about one whatever the units; not centred, which would be another model without an intercept. Least
    /// squares and other estimators without a penalty say the same on any scale; a penalty weighs the columns as
    /// scaled. Where it is to weigh them otherwise, [`Game::parallel`] takes a closure that fits as you like.
    ///
    /// # Errors
    /// [`EstimateError::Method`](crate::error::EstimateError::Method) with unit effects, which are absorbed and have no
    /// columns, and for a weighted model: linfa's estimators do not all heed weights.
    /// [`EstimateError::Value`](crate::error::EstimateError::Value) with the coalition for which the estimator failed;
    /// [`EstimateError::TooManyComponents`](crate::error::EstimateError::TooManyComponents) beyond 24 components.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::Score;
    /// use apportion::{Model, Panel};
    /// use linfa_linear::{LinearRegression, TweedieRegressor};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0, 4.0, 6.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
    ///
    /// let linear = fit.refitted(&LinearRegression::new(), Score::r2)?.shapley()?;
    /// assert!((linear.value("first")? - fit.shapley()?.share_of_total("first")?).abs() < 1e-9);
    ///
    /// // A gamma regression with a logarithmic link.
    /// let gamma = fit.refitted(&TweedieRegressor::params().power(2.0).alpha(0.0), Score::explained_variance)?;
    /// assert!(gamma.shapley()?.whole > 0.5);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn refitted<P, E>(
        &self,
        estimator: &P,
        score: impl Fn(&Array1<f64>, &Array1<f64>) -> f64 + Sync,
    ) -> Result<Game>
    where
        P: Fit<Array2<f64>, Array1<f64>, E> + Sync,
        P::Object: PredictInplace<Array2<f64>, Array1<f64>>,
        E: std::error::Error + From<linfa::Error> + Send + Sync + 'static,
    {
        let players = self.players();
        self.design().needs_rows("refitting")?;
        self.check_refit(&players)?;
        let design = self.design();
        let observed = Array1::from(design.outcome.to_vec());
        let mean = observed.sum() / observed.len() as f64;
        let sizes: Vec<f64> = design.columns.iter().map(|column| root_mean_square(&column.values)).collect();
        let value = |coalition: Coalition| -> Result<f64, E> {
            let mut variables = players.always.clone();
            coalition.members().for_each(|p| variables.extend(&players.variables[p]));
            if variables.is_empty() {
                return Ok(score(&Array1::from_elem(observed.len(), mean), &observed));
            }
            let columns = Array2::from_shape_fn((observed.len(), variables.len()), |(row, at)| {
                design.columns[variables[at]].values[row] / sizes[variables[at]]
            });
            let dataset = Dataset::new(columns, observed.clone());
            let fitted = estimator.fit(&dataset)?;
            let mut predicted = fitted.default_target(dataset.records());
            fitted.predict_inplace(dataset.records(), &mut predicted);
            Ok(score(&predicted, &observed))
        };
        Ok(Game::parallel(players.names.iter().map(String::as_str), value)?.named("score"))
    }

    fn check_refit(&self, players: &Players) -> Result<()> {
        let refuse = |why| Err(cannot("refitting", why));
        if players.always_has_unit_effects || players.has_unit_effects.contains(&true) {
            return refuse(Refusal::NoColumns { component: None });
        }
        match self.design().weights_name {
            Some(_) => refuse(Refusal::Weighted),
            None => Ok(()),
        }
    }
}
