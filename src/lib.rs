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
//! | N, G, T | rows, units, periods; at most one row for each unit and period | any |
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
//! | floor | what is there |
//! |---|---|
//! | data | [`Panel`], [`PanelSchema`]; [`Panel::describe`] → [`Description`]; [`Sample`] with the audit of what was left out |
//! | sources | [`Source`] → [`Published`]; [`Panel::join`], [`Panel::derive`], [`Panel::reorganise`]; [`Provenance`] of every column |
//! | question | [`Model`], [`Component`], [`Term`] |
//! | fit | [`FittedModel`], its [`Moments`] and [`Regression`]; [`Warning`]s |
//! | regression | [`PanelRegression`] → [`FittedRegression`], its [`Covariance`], tests and diagnostics |
//! | breakdown | [`FittedModel::sequential`], [`FittedModel::shapley`], … (see [`Method`]) → [`Breakdown`]; [`FittedModel::all_methods`] → [`MethodTable`]; [`FittedModel::order_range`] |
//! | beside it | [`FittedModel::shapley_sampled`] for any number of components; [`FittedModel::gelbach`]; [`FittedModel::best_subsets`]; [`Game`] for other values than R² |
//! | interval | [`FittedModel::jackknife`], [`FittedModel::bootstrap`] → [`Resampling`], for breakdowns, [comparisons](Resampling::comparisons), [selection](Resampling::selection) |
//! | report | every result prints itself; [`RegressionTable`] sets regressions side by side; [`Report`] is the JSON document |
//!
//! # What the numbers are, and are not
//!
//! - A share says what goes with a component, not what the component causes.
//! - A sequential share depends on the order: print [`FittedModel::order_range`] beside it.
//! - Unit effects get at least as much as any component that is constant over the years of a unit, by construction:
//!   they span it. With few years they also take up noise, about (1 − R²)/T of the variation.
//! - An interval's target is the expected in-sample share for units drawn from a superpopulation like these, over these
//!   periods. It is not the sampling error of a census, nor a statement about other years; the noise within a unit is
//!   not drawn again.
//! - Complete cases are used and nothing is imputed; [`FittedModel::sample`] says which rows went and why.
//!
//! # How exact
//!
//! Nothing is refitted: every coalition is a sub-block of one or two matrices of cross-products, formed once about the
//! means and scaled. A column adds nothing, to a breakdown as to a [`Regression`], when what the others leave of it is
//! at or below 1e-11 of its length, or no more than the rounding of the values; the data are otherwise taken as exact.
//! Where that is too little for cross-products of doubles to tell ([`RANK_TOLERANCE`]), it is decided on the columns
//! themselves. Where columns are so nearly collinear that doubles would lose the ninth digit of a share, the
//! cross-products are formed and eliminated again in twice the precision, up to 24 components, and so are the
//! replicates behind its interval, up to 12. What cannot be promised to nine digits, because there are too many
//! components or the answer depends on how the values were rounded, carries [`Warning::Imprecise`] with a bound. Shares
//! equal those of dummy-variable regressions to 1e-9 and better, and a seed gives the same bits on any number of
//! threads.
//!
//! # Limits
//!
//! Least squares only: no counts; random effects in a [`PanelRegression`] but not in a breakdown. Unit effects are
//! absorbed, all other effects are columns, at most 3,000 of them. Under resampling, what is made from the whole sample
//! (factor levels, unit means) is held fixed.
//!
//! | method | components |
//! |---|---|
//! | sequential, first, last, pratt, variance components | any number |
//! | genizi, car | any number, up to 400 columns, no unit effects but in `always` |
//! | shapley, conditional dominance | 36; memory does not grow with the coalitions |
//! | owen | 36, the terms of one component counted with all others; 16 terms in a component |
//! | sampled Shapley values | as many as memory holds |
//! | pmvd, complete dominance, the range over orders, precedence, games | 24: a table of coalitions fills 128 MB |
//! | commonality | 20: a million parts |
//! | resampling of what keeps a table | 20 |
//! | best subsets | 60 |
//! | unit effects in several components, where coalitions are enumerated | 8 of them |
//!
//! # References
//!
//! National Audit Office (2019), *Pressures on children's social care*, HC 1868. U. Grömping (2007),
//! <https://doi.org/10.1198/000313007X188252>. G. M. Furnival and R. W. Wilson (1974),
//! <https://doi.org/10.1080/00401706.1974.10489231>. B. Efron and C. Stein (1981),
//! <https://doi.org/10.1214/aos/1176345462>. A. C. Davison and D. V. Hinkley (1997),
//! <https://doi.org/10.1017/CBO9780511802843>.

pub mod decompose;
pub mod error;
pub mod fit;
pub mod model;
mod numerics;
pub mod panel;
pub mod regress;
pub mod report;
pub mod resample;
pub mod sources;
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
