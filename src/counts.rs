//! How many are expected to be counted, and how far from that do the counts lie?
//!
//! A [`FittedCounts`] holds the means that are most likely, of a Poisson or a negative binomial model. It does not know of
//! shares: [`decompose`](crate::decompose) asks it.
//!
//! | question | ask | answer |
//! |---|---|---|
//! | a model of counts on a panel | [`Model::fit_counts`](crate::Model::fit_counts) | [`FittedCounts`] |

mod block;
mod centred;
mod count_rows;
mod distribution;
mod equations;
mod fitted_counts;
mod iterate;
mod replicate;
mod rows_of_design;
mod separation;
mod theta;
mod unit_deviance;

pub(crate) use distribution::Distribution;
pub use fitted_counts::FittedCounts;
pub(crate) use replicate::{CountReplicate, Noting};
pub(crate) use rows_of_design::{check_counts, leave_out_separated, null_deviance, offset, with_rows};
pub(crate) use theta::information_of_theta;
pub(crate) use unit_deviance::expected_unit_deviance;
