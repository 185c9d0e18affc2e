//! Which rows and units decide the coefficients, and how far do the columns explain one another?

mod collinearity;
mod influence;

pub use collinearity::{Collinearity, ColumnInflation};
pub use influence::Influence;
