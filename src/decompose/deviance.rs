//! How is the deviance of counts split among the components?
//!
//! A coalition is worth the part of the null deviance that its model explains, (D(null) − D(S))/D(null): of least squares it
//! would be R². Of Poisson models with an intercept the deviances of nested models differ by the Kullback–Leibler divergence
//! of their means, so that no step of any order is negative, and steps add up (A. C. Cameron and F. A. G. Windmeijer 1997,
//! <https://doi.org/10.1016/S0304-4076(96)01818-0>). Every coalition is a fit of its own.
//!
//! Every parameter takes up some of the deviance by chance: φ of it, where counts vary φ times as much as the family has it. An
//! adjusted share is of the deviances
//!
//! ```text
//! D(S) + φ̂ p_S,   p_S the independent columns and effects of S beyond the intercept,  φ̂ = Σ w (y − μ)²/V(μ) / (n − p)
//! ```
//!
//! instead of D(S), split by the same method, with the same D(null) below. H. Heinzl and M. Mittlböck (2003) adjust pseudo-R² of
//! Poisson models for over-dispersion by quasi-likelihood, <https://doi.org/10.1016/S0167-9473(03)00062-8>.

mod adjusted;
mod by_name;
mod of_counts;

use super::breakdown::Breakdown;
use super::coalitions::Players;
use super::coalitions::table::CoalitionTable;
use super::deviance_shares::DevianceShares;
use super::method::Method;
use super::orders::{OrderRange, ranges};
use super::precedence::Precedence;
use super::share::Share;
use crate::counts::FittedCounts;
use crate::error::Result;
use adjusted::{Adjusted, Fitted};
pub(crate) use of_counts::Worth;

impl FittedCounts {
    /// The deviance split by this method: what the methods of their own names call.
    ///
    /// # Errors
    /// Those of the method; [`EstimateError::Method`](crate::error::EstimateError::Method) for one that is of least squares
    /// only (genizi, car, pratt, variance components); [`EstimateError::TooManyComponents`](crate::error::EstimateError) beyond
    /// 16 components, or 16 terms, where coalitions are enumerated;
    /// [`EstimateError::NotConverged`](crate::error::EstimateError::NotConverged).
    ///
    /// # Examples
    /// ```
    /// use apportion::model::Family;
    /// use apportion::{Method, Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let model = Model::new("y").component("first", ["x"]).component("second", ["z"]).family(Family::Poisson);
    /// let fit = model.fit_counts(&panel)?;
    /// let shapley = fit.breakdown(&Method::Shapley)?;
    /// assert_eq!(shapley, fit.shapley()?);
    /// let sum = shapley.share_of_total("first")? + shapley.share_of_total("second")?;
    /// assert!((sum - (1.0 - fit.deviance() / fit.null_deviance())).abs() < 1e-12);
    /// assert!(fit.breakdown(&Method::Pratt).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn breakdown(&self, method: &Method) -> Result<Breakdown> {
        let fitted = Fitted::new(self);
        let worth = Worth::new(self, &fitted);
        let method = method.stated(&worth.players.names);
        let (shares, beyond) = worth.answer(&method)?;
        let deviance = self.deviance_shares();
        let adjusted = match deviance.pearson_dispersion {
            Some(dispersion) if method != Method::Pmvd => {
                Some(Worth::new(self, &Adjusted { fitted: &fitted, dispersion }).answer(&method)?.0)
            }
            _ => None,
        };
        let share = |at: usize, name: &str, of_explained: f64| Share {
            adjusted: adjusted.as_ref().map(|adjusted| adjusted[at]),
            ..Share::new(name, shares[at], of_explained)
        };
        let k = worth.players.len();
        let has_always = !self.model().always_terms().is_empty();
        let to_credit = 1.0 - shares[k + 1] - shares[0];
        let of_explained = |share: f64| if to_credit > 0.0 { share / to_credit } else { 0.0 };
        let components = worth.players.names.iter().enumerate();
        let design = self.design();
        Ok(Breakdown {
            outcome: design.outcome_name.clone(),
            detail: method.definition().detail(&worth.players, design, &beyond),
            components: components.map(|(c, name)| share(c + 1, name, of_explained(shares[c + 1]))).collect(),
            always: has_always.then(|| share(0, "always", 0.0)),
            unexplained: share(k + 1, "unexplained", 0.0),
            r2_overall: 1.0 - shares[k + 1],
            sample: design.sample.clone(),
            weights: design.weights_name.clone(),
            panel: design.panel.description().map(str::to_string),
            lineage: design.lineage.clone(),
            factors: design.factor_terms(),
            interval: None,
            noise: None,
            unit_effects_by_model: Vec::new(),
            warnings: self.warnings().to_vec(),
            deviance: Some(deviance),
            method,
        })
    }

    /// What each component adds in the order in which the model states them; see
    /// [`FittedModel::sequential`](crate::FittedModel::sequential).
    ///
    /// # Errors
    /// Those of [`breakdown`](Self::breakdown).
    ///
    /// # Examples
    /// See [`DevianceShares`](crate::decompose::DevianceShares).
    pub fn sequential(&self) -> Result<Breakdown> {
        self.sequential_in(&[])
    }

    /// The same in another order, which names every component once.
    ///
    /// # Errors
    /// Those of [`FittedModel::sequential_in`](crate::FittedModel::sequential_in), and of [`breakdown`](Self::breakdown).
    pub fn sequential_in(&self, order: &[&str]) -> Result<Breakdown> {
        self.breakdown(&Method::Sequential { order: order.iter().map(|name| name.to_string()).collect() })
    }

    /// What each component adds on average over all orders; see [`FittedModel::shapley`](crate::FittedModel::shapley).
    ///
    /// # Errors
    /// Those of [`breakdown`](Self::breakdown).
    ///
    /// # Examples
    /// See [`breakdown`](Self::breakdown).
    pub fn shapley(&self) -> Result<Breakdown> {
        self.breakdown(&Method::Shapley)
    }

    /// The smallest, the mean and the largest sequential share of every component over all orders; see
    /// [`FittedModel::order_range`](crate::FittedModel::order_range).
    ///
    /// # Errors
    /// Those of [`breakdown`](Self::breakdown).
    pub fn order_range(&self) -> Result<OrderRange> {
        let worth = Worth::new(self, self);
        let table = worth.table("the range over all orders")?;
        let precedence = self.model().predecessors()?.map(|before| Precedence::new(&before));
        Ok(OrderRange {
            outcome: self.design().outcome_name.clone(),
            components: ranges(&table, &worth.players.names, precedence.as_ref()),
            warnings: self.warnings().to_vec(),
        })
    }
}
