//! What does the whole of an analysis say?
//!
//! One question, put once to a fit: which methods, which intervals, which comparisons. Its answer is a value that holds
//! all of them. Nothing is split or resampled here; the floors below do that.
//!
//! | question | ask | answer |
//! |---|---|---|
//! | the shares by several methods, with intervals, and what is said beside them | [`Analysis`] | [`Findings`] |
//! | the same of a model of counts | [`Analysis::of_counts`] | [`Findings`] |
//! | how sure the shares are, and at which level | [`Intervals`] | the [`Interval`](crate::Interval)s in it |
//! | what moves each unit from the mean, what remains of it, its rank, and whether that is beyond chance | [`UnitAnalysis`] | [`Units`]: a [`UnitFinding`] for each |
//! | what goes with a change between two periods, and of a count's with people, places and rates | [`ChangeAnalysis`] | [`Change`]: by each method a [`ChangeBreakdown`] into [`ChangePart`]s, and a [`CountChange`] with its [`CountIntervals`] |
//! | the same where coefficients differ by period, or by group of units | [`OaxacaAnalysis`] | [`Oaxaca`]: [`TwoFold`] by each [`OaxacaReference`] and [`ThreeFold`] into [`GapPart`]s, with each [`OaxacaGroup`]'s [`OaxacaColumn`]s |
//! | how many were counted in each unit, of how many | [`UnitCounts`] | a [`UnitCount`] for each |
//! | which units lie beyond what chance, or units like them, allow | [`Funnel`], about a [`FunnelTarget`] | a [`FunnelUnit`] for each, with its [`FunnelLimits`] |
//! | how much units vary in each period, and whether that falls | [`VariationAnalysis`] | [`VariationOverTime`]: of each [`VariationPeriod`] every [`VariationMeasure`], a [`VariationSeries`] of [`VariationPoint`]s with its [`Trend`] |
//! | how many units stand at each level of a judgement in words, and their moves | [`JudgementScale`] | [`JudgementsOverTime`]: of each [`JudgementLevel`] a [`LevelCount`] by period; [`Moves`] |
//! | whether measures told who would be judged badly later | [`EarlyWarningAnalysis`] | [`EarlyWarning`]: a [`Ranking`] for each and for a score, with its [`Fifth`]s; each [`NamedUnit`]; the [`JudgedPeriods`], and [`LeftOutJudgements`] |
//! | whether two things go together, over all, between units and within them | a column's name, a [`JudgementScale`]: each a [`RelationVariable`] | [`Relation`]: of each level an [`Association`] of [`CorrelationEstimate`]s |
//! | what the rates are without the chance of small numbers | [`EmpiricalBayes`] | a [`BayesRate`] for each |
//! | whether another analyst would get the same shares, and which choice moves them | [`Sensitivity`]: each [`AnalystChoice`] with its alternatives | [`SpecificationCurve`]: each [`Specification`] of [`ChosenAlternatives`], [`LeftOutSpecifications`]; of each share its [`SpecificationRange`] and its [`ShareMoves`] by [`ChoiceMoves`]; each [`PairOfShares`]; [`NearestSpecifications`] to figures, each a [`NearSpecification`] |
//!
//! # Examples
//! ```
//! use apportion::findings::Analysis;
//! use apportion::panel::SIMULATED_ENGLAND_SEED;
//! use apportion::{Model, Panel, Report, Term};
//!
//! let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
//! let fit = Model::new("cpp_rate")
//!     .component("deprivation", ["low_income_pct"])
//!     .component("practice", [Term::UnitEffects])
//!     .fit(&panel)?;
//! let findings = Analysis::new().comparisons().order_range().of(&fit)?;
//! println!("{findings}");
//! assert!(findings.methods.breakdown("sequential")?.component("practice")?.interval.is_some());
//!
//! let json = serde_json::to_string(&Report::of(&findings)?)?;
//! assert!(json.contains(r#""ranks":[{"name":"deprivation","rank":2.0,"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod analysis;
mod change;
mod early_warning;
mod empirical_bayes;
mod funnel;
mod intervals;
mod judgements;
mod oaxaca;
mod of_counts;
mod relation;
mod scale;
mod sensitivity;
mod steps;
mod trend;
mod unit_counts;
mod units;
mod variation;

pub use analysis::{Analysis, Findings};
pub use change::{Change, ChangeAnalysis, ChangeBreakdown, ChangePart, CountChange, CountIntervals};
pub use early_warning::{
    EarlyWarning, EarlyWarningAnalysis, Fifth, JudgedPeriods, LeftOutJudgements, NamedUnit, Ranking,
};
pub use empirical_bayes::{BayesRate, EmpiricalBayes};
pub use funnel::{Funnel, FunnelLimits, FunnelTarget, FunnelUnit};
pub use intervals::Intervals;
pub use judgements::{JudgementLevel, JudgementsOverTime, LevelCount, Moves};
pub use oaxaca::{GapPart, Oaxaca, OaxacaAnalysis, OaxacaColumn, OaxacaGroup, OaxacaReference, ThreeFold, TwoFold};
pub use relation::{Association, CorrelationEstimate, Relation, RelationVariable};
pub use scale::JudgementScale;
pub use sensitivity::{
    AnalystChoice, ChoiceMoves, ChosenAlternatives, LeftOutSpecifications, NearSpecification, NearestSpecifications,
    PairOfShares, Sensitivity, ShareMoves, Specification, SpecificationCurve, SpecificationRange,
};
pub(crate) use sensitivity::{listed, specifications};
pub use trend::Trend;
pub use unit_counts::{UnitCount, UnitCounts};
pub use units::{UnitAnalysis, UnitFinding, Units};
pub use variation::{
    VariationAnalysis, VariationMeasure, VariationOverTime, VariationPeriod, VariationPoint, VariationSeries,
};
