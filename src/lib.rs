//! How much of the variation in an outcome across places and years goes with each named cause, and how sure can we be?
//!
//! # The equation
//!
//! For an outcome y of units i in periods t, and components c (named causes) with their columns X_c and effects,
//!
//! ```text
//! R²(S) = 1 − RSS(S)/TSS        S a coalition (a subset) of the k components
//! RSS(S) = min Σ w (y − α − Σ_{c∈S} X_c β_c)²,   TSS = Σ w (y − ȳ)²
//!
//! sequential  R²(π₁ … πⱼ) − R²(π₁ … πⱼ₋₁)                            what c adds in one stated order π
//! Shapley     Σ_{S∌c} |S|!(k−|S|−1)!/k! · [R²(S∪c) − R²(S)]           what c adds, averaged over all k! orders
//! ```
//!
//! and by [every other method](Method) that the field uses.
//!
//! | symbol | meaning | size |
//! |---|---|---|
//! | N, G, T | rows, units, periods; one row to each unit and period, or in [`sums`] any number | any |
//! | w | weight of a row, 1 by default | N |
//! | k | components; unit and period effects are components like any other | up to 36 for Shapley |
//! | p | columns, effects of units not among them: those are absorbed | up to 3,000 |
//!
//! # Where to start
//!
//! Data → question → fit → breakdown → interval → report; each is a value that the next one takes.
//!
//! ```
//! use apportion::panel::SIMULATED_ENGLAND_SEED;
//! use apportion::{Model, Panel, Term};
//!
//! let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;   // or Panel::read_csv(path, &schema)?
//! let model = Model::new("cpp_rate")
//!     .component("deprivation", ["low_income_pct"])
//!     .component("spending", ["spend_per_child", "vacancy_rate"])
//!     .component("policy", [Term::PeriodEffects])
//!     .component("practice", [Term::UnitEffects]);
//! let fit = model.fit(&panel)?;
//! let breakdown = fit.sequential()?.with_intervals(&fit.jackknife()?)?;
//! println!("{breakdown}");
//!
//! let percent = |name| breakdown.share_of_total(name).map(|share| (100.0 * share).round());
//! assert_eq!((percent("deprivation")?, percent("practice")?), (15.0, 44.0));
//! # Ok::<(), apportion::Error>(())
//! ```
//!
//! The panel of this example is made up, so that its true shares are known. [`Panel::england`] is the real one, from
//! official statistics, and [`Panel::england_2011_2018`] the National Audit Office's window of it.
//!
//! The names at the root are those of a first analysis. Everything else is in the module of its floor:
//!
//! | module | its question | begins with |
//! |---|---|---|
//! | [`panel`] | what was observed, of which unit in which period, and what is missing | [`Panel`], [`PanelSchema`] |
//! | [`sources`] | how a published file becomes a panel | [`Source`] |
//! | [`model`] | what is asked: an outcome and the named causes of its variation | [`Model`], [`Component`], [`Term`] |
//! | [`fit`] | how well the columns of the model, or some of them, explain the outcome | [`Model::fit`] → [`FittedModel`], its [`Sample`] |
//! | [`sums`] | what is asked of data larger than a machine, from sums over their rows | [`sums::GroupedSums`], [`sums::SumsQuestion`] |
//! | [`counts`] | how many are expected to be counted | [`Model::fit_counts`] → [`counts::FittedCounts`] |
//! | [`regress`] | which coefficients a panel regression gives, and how sure they are | [`PanelRegression`] → [`FittedRegression`] |
//! | [`decompose`] | how the variation is split among the components | [`FittedModel::sequential`], [`FittedModel::shapley`], … → [`Breakdown`] |
//! | [`resample`] | how sure the shares are | [`FittedModel::jackknife`], [`FittedModel::bootstrap`] → [`Resampling`] |
//! | [`findings`] | what the whole of an analysis says | [`Analysis`](findings::Analysis) → [`Findings`](findings::Findings) |
//! | [`report`] | how the answer is printed, and handed on | every result prints itself; [`Report`] is the JSON document |
//! | [`error`] | what went wrong, and what to do next | [`Error`] |
//! | [`guide`] | how a question is put from end to end, and how the answer is read | [`guide::ten_minutes`] |
//!
//! # Limits
//!
//! - A share says what goes with a component, not what the component causes.
//! - A sequential share depends on the order: print [`FittedModel::order_range`] beside it.
//! - Unit effects get at least as much as any component that is constant over the years of a unit, by construction:
//!   they span it. With few years they also take up noise, about (1 − R²)/T of the variation.
//! - An interval speaks of units drawn from a superpopulation like these, over these periods; see [`resample`].
//! - Complete cases are used and nothing is imputed; [`FittedModel::sample`] says which rows went and why.
//! - Least squares only: no counts; random effects in a [`PanelRegression`], not in a breakdown.
//! - Unit effects are absorbed, all other effects are columns, at most 3,000 of them.
//! - How many components each method takes, and how exact it is, stands in [`decompose`].
//!
//! # References
//!
//! National Audit Office (2019), *Pressures on children's social care*, HC 1868. U. Grömping (2007),
//! <https://doi.org/10.1198/000313007X188252>. G. M. Furnival and R. W. Wilson (1974),
//! <https://doi.org/10.1080/00401706.1974.10489231>. B. Efron and C. Stein (1981),
//! <https://doi.org/10.1214/aos/1176345462>. A. C. Davison and D. V. Hinkley (1997),
//! <https://doi.org/10.1017/CBO9780511802843>.

mod choice;
pub mod counts;
pub mod decompose;
pub mod error;
pub mod findings;
pub mod fit;
pub mod guide;
pub mod model;
mod numerics;
pub mod panel;
pub mod regress;
pub mod report;
pub mod resample;
pub mod sources;
pub mod sums;
mod warning;

#[doc(inline)]
pub use decompose::{Breakdown, Interval, IntervalKind, Method, MethodTable, OrderRange, Share};
#[doc(inline)]
pub use error::{Error, Result};
#[doc(inline)]
pub use fit::FittedModel;
#[doc(inline)]
pub use model::{Component, Model, Term};
#[doc(inline)]
pub use panel::{Panel, PanelSchema, Sample};
#[doc(inline)]
pub use regress::{CoefficientTable, Covariance, Estimator, FittedRegression, PanelRegression};
#[doc(inline)]
pub use report::Report;
#[doc(inline)]
pub use resample::Resampling;
#[doc(inline)]
pub use sources::Source;
pub use warning::Warning;

/// The code in the README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
