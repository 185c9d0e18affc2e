//! Methods of splitting a deviance, by their own names.

use crate::counts::FittedCounts;
use crate::decompose::{Breakdown, Method};
use crate::error::Result;

impl FittedCounts {
    /// What the components add on average over all orders, and in them their terms; see [`FittedModel::owen`](crate::FittedModel::owen).
    ///
    /// # Errors
    /// Those of [`breakdown`](Self::breakdown).
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::Detail;
    /// use apportion::model::Family;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("both", ["x", "z"]).family(Family::Poisson).fit_counts(&panel)?;
    /// let owen = fit.owen()?;
    /// let Detail::Terms(terms) = &owen.detail else { unreachable!() };
    /// let sum: f64 = terms.iter().map(|term| term.share_of_total).sum();
    /// assert!((sum - owen.share_of_total("both")?).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn owen(&self) -> Result<Breakdown> {
        self.breakdown(&Method::Owen)
    }

    /// What each component explains alone; see [`FittedModel::first`](crate::FittedModel::first).
    ///
    /// # Errors
    /// Those of [`breakdown`](Self::breakdown).
    ///
    /// # Examples
    /// ```
    /// use apportion::model::Family;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let model = Model::new("y").component("first", ["x"]).component("second", ["z"]).family(Family::Poisson);
    /// let fit = model.fit_counts(&panel)?;
    /// // Of two, what one explains alone and what the other adds last are all that is explained.
    /// let sum = fit.first()?.share_of_total("first")? + fit.last()?.share_of_total("second")?;
    /// assert!((sum - (1.0 - fit.deviance() / fit.null_deviance())).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn first(&self) -> Result<Breakdown> {
        self.breakdown(&Method::First)
    }

    /// What each component adds last; see [`FittedModel::last`](crate::FittedModel::last).
    ///
    /// # Errors
    /// Those of [`breakdown`](Self::breakdown).
    ///
    /// # Examples
    /// See [`first`](Self::first).
    pub fn last(&self) -> Result<Breakdown> {
        self.breakdown(&Method::Last)
    }

    /// An average over orders that gives nothing to what adds nothing last; see [`FittedModel::pmvd`](crate::FittedModel::pmvd).
    ///
    /// # Errors
    /// Those of [`breakdown`](Self::breakdown).
    ///
    /// # Examples
    /// See [`breakdown`](Self::breakdown).
    pub fn pmvd(&self) -> Result<Breakdown> {
        self.breakdown(&Method::Pmvd)
    }

    /// What each component adds on average to coalitions of each size; see [`FittedModel::conditional_dominance`](crate::FittedModel::conditional_dominance).
    ///
    /// # Errors
    /// Those of [`breakdown`](Self::breakdown).
    ///
    /// # Examples
    /// See [`breakdown`](Self::breakdown).
    pub fn conditional_dominance(&self) -> Result<Breakdown> {
        self.breakdown(&Method::ConditionalDominance)
    }

    /// How often one component adds at least as much as another; see [`FittedModel::complete_dominance`](crate::FittedModel::complete_dominance).
    ///
    /// # Errors
    /// Those of [`breakdown`](Self::breakdown).
    ///
    /// # Examples
    /// See [`breakdown`](Self::breakdown).
    pub fn complete_dominance(&self) -> Result<Breakdown> {
        self.breakdown(&Method::CompleteDominance)
    }

    /// What components explain each alone and what in common; see [`FittedModel::commonality`](crate::FittedModel::commonality).
    ///
    /// # Errors
    /// Those of [`breakdown`](Self::breakdown).
    ///
    /// # Examples
    /// See [`breakdown`](Self::breakdown).
    pub fn commonality(&self) -> Result<Breakdown> {
        self.breakdown(&Method::Commonality)
    }
}
