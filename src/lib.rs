//! How much of the variation in an outcome across places and years goes with each named cause?

mod decompose;
mod error;
mod fit;
mod model;
mod panel;
mod resample;

pub use decompose::{Breakdown, Interval, IntervalKind, IntervalMethod, Method, OrderRange, Share, ShareRange};
pub use error::{Error, Place, Result, TermSyntax};
pub use fit::{Coefficient, FittedModel, Moments, RANK_TOLERANCE, Regression, Warning};
pub use model::{Component, Model, Term, parse_terms};
pub use panel::{
    Column, ColumnKind, ColumnSummary, Dropped, KeySummary, Missing, Panel, PanelBuilder, PanelSchema, PanelSummary,
    Reason, SIMULATED_ENGLAND_SEED, SIMULATED_ENGLAND_SHARES, Sample, Values,
};
pub use resample::{Replicates, Resampling};
