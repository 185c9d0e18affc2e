//! Functions of the coefficients: linear combinations, and smooth ones by the delta method.

use ndarray::Array1;

use super::FittedRegression;
use super::covariance::{Covariance, Estimated};
use super::inference::{CoefficientEstimate, check_level};
use crate::error::{QuestionError, Refusal, Result, cannot};

impl FittedRegression {
    /// A linear combination Σ c b of coefficients, with its standard error √(c'Vc) and a 95% interval.
    ///
    /// # Errors
    /// [`QuestionError::UnknownCoefficient`] for a name without a coefficient;
    /// [`QuestionError::Option`] for weights that are all zero, cancel or are not finite; those of
    /// [`covariance`](Self::covariance).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]).fit(&panel)?;
    /// // What ten points more of both go with.
    /// let both = fit.combination(&[("low_income_pct", 10.0), ("vacancy_rate", 10.0)], &Covariance::cluster())?;
    /// assert!((both.estimate - 10.0 * (fit.estimates()[1] + fit.estimates()[2])).abs() < 1e-10);
    /// assert!(both.lower < both.estimate && both.estimate < both.upper);
    /// let more = fit.combination(&[("low_income_pct", 1.0), ("vacancy_rate", -1.0)], &Covariance::cluster())?;
    /// assert_eq!(more.name, "low_income_pct − vacancy_rate");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn combination(&self, weights: &[(&str, f64)], covariance: &Covariance) -> Result<CoefficientEstimate> {
        self.combination_at(weights, covariance, 0.95)
    }

    /// The same with an interval of another level.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a level that is not between 0 and 1; otherwise as for
    /// [`combination`](Self::combination).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]).fit(&panel)?;
    /// let (both, cluster) = ([("low_income_pct", 1.0), ("vacancy_rate", 1.0)], Covariance::cluster());
    /// let (wide, narrow) = (fit.combination_at(&both, &cluster, 0.99)?, fit.combination(&both, &cluster)?);
    /// assert!(wide.lower < narrow.lower && wide.std_error == narrow.std_error);
    /// // Of one coefficient it is the interval of the table.
    /// let one = fit.combination_at(&[("vacancy_rate", 1.0)], &cluster, 0.9)?;
    /// assert!((one.upper - fit.coefficients_at(&cluster, 0.9)?.coefficients[2].upper).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn combination_at(
        &self,
        weights: &[(&str, f64)],
        covariance: &Covariance,
        level: f64,
    ) -> Result<CoefficientEstimate> {
        check_level(level)?;
        let refuse = |expected: &str, found: String| {
            Err(QuestionError::Option { option: "the combination", expected: expected.to_string(), found }.into())
        };
        let text = combination_text(weights);
        if weights.iter().any(|(_, weight)| !weight.is_finite()) {
            return refuse("give every coefficient a finite weight", text);
        }
        let mut c = Array1::zeros(self.estimates().len());
        for (name, weight) in weights {
            c[self.position(name)?] += weight;
        }
        if c.iter().all(|weight| *weight == 0.0) {
            let found =
                if text.is_empty() { "of no coefficients".to_string() } else { format!("{text}, which is zero") };
            return refuse("give at least one coefficient a weight other than zero", found);
        }
        let estimate: f64 = c.iter().zip(self.estimates()).map(|(c, b)| c * b).sum();
        if !estimate.is_finite() {
            return refuse("give smaller weights", text);
        }
        self.function_of_estimates(text, estimate, &c, &self.estimated(covariance)?, level)
    }

    /// A smooth function of the coefficients, with the standard error of the delta method, √(g'Vg), g its gradient,
    /// taken by central differences, and a 95% interval.
    ///
    /// # Errors
    /// Those of [`covariance`](Self::covariance); [`EstimateError::Method`](crate::error::EstimateError::Method) where
    /// the function is not finite about the estimates.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]).fit(&panel)?;
    /// let ratio = fit.delta_method("ratio", |b| b[1] / b[2], &Covariance::cluster())?;
    /// assert!((ratio.estimate - fit.estimates()[1] / fit.estimates()[2]).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn delta_method(
        &self,
        name: impl Into<String>,
        function: impl Fn(&[f64]) -> f64,
        covariance: &Covariance,
    ) -> Result<CoefficientEstimate> {
        self.delta_method_at(name, function, covariance, 0.95)
    }

    /// The same with an interval of another level.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a level that is not between 0 and 1; otherwise as for
    /// [`delta_method`](Self::delta_method).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]).fit(&panel)?;
    /// let at = |level| fit.delta_method_at("ratio", |b| b[1] / b[2], &Covariance::cluster(), level);
    /// assert!(at(0.9)?.upper < at(0.95)?.upper && at(0.9)?.p_value == at(0.95)?.p_value);
    /// assert!(at(95.0).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn delta_method_at(
        &self,
        name: impl Into<String>,
        function: impl Fn(&[f64]) -> f64,
        covariance: &Covariance,
        level: f64,
    ) -> Result<CoefficientEstimate> {
        check_level(level)?;
        let estimated = self.estimated(covariance)?;
        let std_errors = estimated.of_columns.std_errors();
        let mut b = self.estimates().to_vec();
        let mut gradient = Array1::zeros(b.len());
        for i in 0..b.len() {
            let at = b[i];
            // The cube root of the rounding, by the larger of the coefficient and its standard error.
            let step = f64::EPSILON.cbrt() * at.abs().max(std_errors[i]).max(f64::MIN_POSITIVE);
            b[i] = at + step;
            let above = function(&b);
            b[i] = at - step;
            gradient[i] = (above - function(&b)) / (2.0 * step);
            b[i] = at;
        }
        self.function_of_estimates(name.into(), function(self.estimates()), &gradient, &estimated, level)
    }

    /// A function of the estimates by its value and gradient there.
    fn function_of_estimates(
        &self,
        name: String,
        estimate: f64,
        gradient: &Array1<f64>,
        estimated: &Estimated,
        level: f64,
    ) -> Result<CoefficientEstimate> {
        if !estimate.is_finite() || gradient.iter().any(|g| !g.is_finite()) {
            return Err(cannot("the delta method", Refusal::NotFinite { function: name }));
        }
        if gradient.iter().all(|g| *g == 0.0) {
            return Err(cannot("the delta method", Refusal::ConstantFunction { function: name }));
        }
        let function = self.basis.functional(gradient.view());
        let (std_error, df) = (estimated.variance(function.view()).sqrt(), estimated.df(function.view()));
        let own = df.filter(|_| !estimated.of_columns.df_by_coefficient.is_empty());
        Ok(CoefficientEstimate { df: own, ..CoefficientEstimate::new(name, estimate, std_error, df, level) })
    }
}

/// A linear combination in words: 2 x − z.
fn combination_text(weights: &[(&str, f64)]) -> String {
    let mut text = String::new();
    for (name, weight) in weights {
        let is_negative = *weight < 0.0;
        text.push_str(match (text.is_empty(), is_negative) {
            (true, true) => "−",
            (true, false) => "",
            (false, true) => " − ",
            (false, false) => " + ",
        });
        if weight.abs() != 1.0 {
            text.push_str(&format!("{} ", weight.abs()));
        }
        text.push_str(name);
    }
    text
}
