//! What every floor above calculates with; it knows no panel and no model.
//!
//! | question | file |
//! |---|---|
//! | which numbers the elimination works on | `number`, one double; `lanes`, eight; `vector`, a register; `double`, twice the precision; `real`, their roots |
//! | what is left of a symmetric matrix once variables are projected out | `eliminate` |
//! | which columns add something | `rank` |
//! | equations with a triangular matrix, factors, inverses | `triangular` |
//! | few equations of any kind | `gauss` |
//! | eigenvalues of a symmetric matrix | `eigen` |
//! | which rows belong together, and their means | `groups` |
//! | what one or two sets of effects leave | `absorb` |
//! | sums of products, means, where a column lies and how far it spreads | `dot`, `means`, `spread` |
//! | loops by the instructions that the processor has | `kernel` |
//! | ranks, ties by the mean of theirs | `order` |
//! | random numbers | `streams` |
//! | probabilities and quantiles | `tails` |

pub(crate) mod absorb;
pub(crate) mod carry;
pub(crate) mod dot;
pub(crate) mod double;
pub(crate) mod eigen;
pub(crate) mod eliminate;
pub(crate) mod gauss;
pub(crate) mod groups;
pub(crate) mod kernel;
pub(crate) mod lanes;
pub(crate) mod means;
pub(crate) mod number;
pub(crate) mod order;
pub(crate) mod quantile;
pub(crate) mod rank;
pub(crate) mod real;
pub(crate) mod spread;
pub(crate) mod streams;
pub(crate) mod tails;
pub(crate) mod triangular;
pub(crate) mod vector;
