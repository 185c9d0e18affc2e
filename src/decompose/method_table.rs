//! All methods side by side: how far does the answer depend on which is asked?

use serde::{Deserialize, Serialize};

use super::breakdown::Breakdown;
use super::coalitions::progress::Progress;
use super::method::Method;
use crate::error::{Error, EstimateError, QuestionError, Result};
use crate::fit::FittedModel;

/// Breakdowns of one fit by several methods; printed, a table of methods × components.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("practice", [Term::UnitEffects])
///     .fit(&panel)?;
/// let table = fit.all_methods()?;
/// println!("{table}");
/// assert!(table.breakdown("shapley")?.share_of_total("practice")? > 0.4);
/// // Unit effects have no columns of their own to decorrelate.
/// let left_out: Vec<&str> = table.left_out.iter().map(|l| l.method.as_str()).collect();
/// assert_eq!(left_out, ["genizi", "car"]);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MethodTable {
    /// One for each method.
    pub breakdowns: Vec<Breakdown>,
    /// The methods that this model cannot be split by.
    pub left_out: Vec<LeftOutMethod>,
}

/// A method that this model cannot be split by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LeftOutMethod {
    /// The method.
    pub method: String,
    /// Why.
    pub reason: String,
}

impl FittedModel {
    /// The variation split by every method that this model can be split by, sequential in the order of the model; for
    /// the others, why not.
    ///
    /// # Errors
    /// [`QuestionError::Order`] where the components stand in an order that the model's precedences forbid.
    ///
    /// # Examples
    /// See [`MethodTable`].
    pub fn all_methods(&self) -> Result<MethodTable> {
        let names = self.model().components().iter().map(|component| component.name.clone());
        self.methods(&Method::all(names.collect()))
    }

    /// The same for these methods.
    ///
    /// # Errors
    /// Those of a method, but for [`EstimateError::Method`] and [`EstimateError::TooManyComponents`]: a method that
    /// does not apply is left out, with the reason.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Method, Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// let table = fit.methods(&[Method::First, Method::Shapley])?;
    /// assert_eq!(table.breakdown("first")?, &fit.first()?);
    /// assert!(table.breakdown("owen").is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn methods(&self, methods: &[Method]) -> Result<MethodTable> {
        self.methods_by(methods, &Progress::unwatched())
    }

    /// The same as a part of what `progress` is of.
    pub(crate) fn methods_by(&self, methods: &[Method], progress: &Progress) -> Result<MethodTable> {
        let mut table = MethodTable { breakdowns: Vec::new(), left_out: Vec::new() };
        for method in methods {
            match self.breakdown_by(method, progress) {
                Ok(breakdown) => table.breakdowns.push(breakdown),
                Err(
                    error @ (Error::Estimate(EstimateError::Method { .. })
                    | Error::Estimate(EstimateError::TooManyComponents { .. })),
                ) => {
                    table.left_out.push(LeftOutMethod { method: method.name().to_string(), reason: error.to_string() });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(table)
    }
}

impl MethodTable {
    /// The breakdown by the method of this name.
    ///
    /// # Errors
    /// [`QuestionError::Option`] where it is not in the table.
    ///
    /// # Examples
    /// See [`FittedModel::methods`].
    pub fn breakdown(&self, method: &str) -> Result<&Breakdown> {
        self.breakdowns.iter().find(|b| b.method.name() == method).ok_or_else(|| {
            Error::from(QuestionError::Option {
                option: "method",
                expected: format!(
                    "the table has {}",
                    self.breakdowns.iter().map(|b| b.method.name()).collect::<Vec<_>>().join(", ")
                ),
                found: method.to_string(),
            })
        })
    }
}
