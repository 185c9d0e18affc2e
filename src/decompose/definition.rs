//! What is a method of splitting? What each tells of itself, in its own file.

use super::coalitions::Players;
use super::detail::Detail;
use super::evaluate::Prepared;
use super::method::Method;
use crate::error::Result;
use crate::fit::FittedModel;
use crate::model::Design;

/// What to do where there are too many components to enumerate their coalitions.
pub(super) const INSTEAD: &str = "put components together, or use the sequential method, which has no limit";

/// A method of splitting, described.
///
/// A new method costs one file, in which stand its public [`FittedModel`] method, its `Definition` and, where none that
/// there is will do, what is prepared ([`Needs`](super::evaluate::Needs) and [`Evaluate`](super::evaluate::Evaluate));
/// and these lines elsewhere:
///
/// - the `mod` line of the file in `decompose.rs`, and a row in the table above it;
/// - the variant in [`Method`], and a row in the table above it;
/// - the row in the list of `methods.rs`;
/// - where it says more than shares, the key of that in `report/document/entry/read.rs`.
pub(super) trait Definition: Sync {
    /// Which one it is; with no order, where it is one that states an order.
    fn method(&self) -> Method;

    /// See [`Method::name`].
    fn name(&self) -> &'static str;

    /// See [`Method::meaning`].
    fn meaning(&self) -> &'static str;

    /// Whether the components' shares sum to R² − R²(always).
    fn is_additive(&self) -> bool {
        true
    }

    /// Whether its numbers are linear in what coalitions explain, so that noise has a share of its own in each.
    fn is_linear(&self) -> bool {
        true
    }

    /// Whether its shares can be negative, or the number at this place among those beyond them.
    fn can_be_negative(&self, _beyond: Option<usize>) -> bool {
        false
    }

    /// Whether it needs every order, or every coalition, to be possible.
    fn needs_all_orders(&self) -> bool {
        false
    }

    /// Whether every column is credited by itself, instead of the components.
    fn credits_columns(&self) -> bool {
        false
    }

    /// The most components whose coalitions it enumerates, where there are orders that the model forbids or none;
    /// `None` where it enumerates none.
    fn most_components(&self, _forbids_orders: bool) -> Option<usize> {
        None
    }

    /// What to do where there are more.
    fn instead(&self) -> &'static str {
        INSTEAD
    }

    /// The method with what it leaves open filled in from the names of the components.
    fn stated(&self, method: &Method, _names: &[String]) -> Method {
        method.clone()
    }

    /// Makes it ready to be evaluated.
    ///
    /// # Errors
    /// Those of the method, but for what is asked of all alike: its number of components, and that orders be possible.
    fn prepare(&self, setting: &Setting) -> Result<Box<dyn Prepared>>;

    /// What it says in the numbers beyond the shares.
    fn detail(&self, _players: &Players, _design: &Design, _beyond: &[f64]) -> Detail {
        Detail::Nothing
    }
}

/// For what a method is prepared.
pub(super) struct Setting<'a> {
    pub(super) fit: &'a FittedModel,
    /// Itself, as it is stated.
    pub(super) method: &'a Method,
    /// Who is credited: the components, or their columns.
    pub(super) players: &'a Players,
}
