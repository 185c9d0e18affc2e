//! How is the variation of the outcome split among the components?
//!
//! Every method asks the same question of coalitions of components, "what is R² on your columns?", and none refits:
//! a coalition is a sub-block of the moments. What is not known here is how sure the answer is; see
//! [`resample`](crate::resample).
//!
//! | question | ask | answer |
//! |---|---|---|
//! | what each component adds in one order | [`sequential`](crate::FittedModel::sequential), [`sequential_in`](crate::FittedModel::sequential_in) | [`Breakdown`] of [`Share`]s |
//! | how far that moves over all orders | [`order_range`](crate::FittedModel::order_range) | [`OrderRange`] of [`ShareRange`]s |
//! | what it adds on average over all orders | [`shapley`](crate::FittedModel::shapley) | [`Breakdown`] |
//! | the same, term by term | [`owen`](crate::FittedModel::owen) | [`Breakdown`] with [`Detail::Terms`] of [`TermShare`]s |
//! | the same for more components than can be enumerated | [`shapley_sampled`](crate::FittedModel::shapley_sampled), [`SampledOrders`] | [`SampledShapley`] of [`SampledShare`]s |
//! | what it explains alone, or adds last | [`first`](crate::FittedModel::first), [`last`](crate::FittedModel::last) | [`Breakdown`] |
//! | an average that gives nothing to what adds nothing last | [`pmvd`](crate::FittedModel::pmvd) | [`Breakdown`] |
//! | which component matters more, whatever else is in | [`conditional_dominance`](crate::FittedModel::conditional_dominance), [`complete_dominance`](crate::FittedModel::complete_dominance) | [`Detail::BySize`] of [`SizeShare`]s, [`Detail::Pairs`] of [`PairDominance`]s |
//! | what components have in common | [`commonality`](crate::FittedModel::commonality) | [`Detail::Subsets`] of [`SubsetShare`]s of [`Coalition`]s |
//! | through which uncorrelated columns it explains | [`genizi`](crate::FittedModel::genizi), [`car`](crate::FittedModel::car), by column too | [`Breakdown`] |
//! | what its fitted part contributes | [`pratt`](crate::FittedModel::pratt), [`variance_components`](crate::FittedModel::variance_components) | [`Detail::Covariances`] of [`PairCovariance`]s |
//! | what it explains between units and within, or at levels of nested groups | [`levels`](crate::FittedModel::levels), [`levels_in`](crate::FittedModel::levels_in), [`Nesting`] | [`Levels`]: of each [`Level`] a [`LevelBreakdown`] into [`LevelShare`]s |
//! | by how many points it moves a row, a unit or a period | [`contributions`](crate::FittedModel::contributions), [`contributions_by`](crate::FittedModel::contributions_by), [`Contributions`] | [`ContributionTable`] of [`ContributionRow`]s, in each a [`Contribution`] |
//! | what of the unexplained is the randomness of counts | [`counting_noise`](crate::FittedModel::counting_noise), [`Breakdown::with_counting_noise`] | [`CountingNoise`] |
//! | how the coefficients of `always` change | [`gelbach`](crate::FittedModel::gelbach), [`GelbachCovariance`] | [`Gelbach`] of [`GelbachColumn`]s, [`GelbachChange`]s and [`GelbachEstimate`]s |
//! | all methods side by side | [`all_methods`](crate::FittedModel::all_methods), [`methods`](crate::FittedModel::methods), [`Method`] | [`MethodTable`], [`LeftOutMethod`] |
//! | which components to keep | [`best_subsets`](crate::FittedModel::best_subsets), [`Criterion`] | [`BestSubsets`] of [`BestSubset`]s |
//! | the same of the deviance of counts | the same, of a [`FittedCounts`](crate::counts::FittedCounts) | [`Breakdown`] with [`DevianceShares`] |
//! | the same of another statistic than R² | [`Game`], [`Score`] | [`Attribution`] of [`Credit`]s |
//!
//! [`Interval`], [`IntervalKind`] and [`IntervalMethod`] say how sure a share is, once [`resample`](crate::resample)
//! has been asked; [`Corrected`] what is left of it without chance, and [`UnitEffectsShare`] what of unit effects, by what
//! counts as noise.
//!
//! # How exact
//!
//! Nothing is refitted: every coalition is a sub-block of one or two matrices of cross-products, formed once about the
//! means and scaled. A column adds nothing, to a breakdown as to a [`FittedRegression`](crate::FittedRegression), when what
//! the others leave of it is at or below 1e-11 of its length, or no more than the rounding of the values; the data are
//! otherwise taken as exact. Where that is too little for cross-products of doubles to tell
//! ([`RANK_TOLERANCE`](crate::fit::RANK_TOLERANCE)), it is decided on the columns themselves. Where columns are so
//! nearly collinear that doubles would lose the ninth digit of a share, the cross-products are formed and eliminated
//! again in twice the precision, up to 24 components, and so are the replicates behind its interval, up to 12; for Owen
//! values, up to as many coalitions as those have. What cannot be promised to nine digits, because there are too many
//! components or the answer depends on how the values were rounded, carries
//! [`Warning::Imprecise`](crate::Warning::Imprecise) with a bound. Shares equal those of dummy-variable regressions to
//! 1e-9 and better, and a seed gives the same bits on any number of threads.
//!
//! # How many components
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
//! | shapley at every level, or of every row | 16 |
//! | resampling of what keeps a table | 20 |
//! | best subsets | 60 |
//! | unit effects in several components, where coalitions are enumerated | 8 of them |

mod best_subsets;
mod breakdown;
mod categories;
mod coalitions;
mod commonality;
mod contributions;
mod counting_noise;
mod definition;
mod detail;
mod deviance;
mod deviance_shares;
mod dominance;
mod ends;
mod evaluate;
mod fitted_parts;
mod game;
mod gelbach;
mod levels;
mod method;
mod method_table;
mod methods;
mod of_table;
mod orders;
mod owen;
mod plan;
mod pmvd;
mod precedence;
mod precision;
mod r_squared;
mod rule;
mod sampled;
mod sequential;
mod shapley;
mod share;
mod split;
mod whitened;

pub use best_subsets::{BestSubset, BestSubsets, Criterion};
pub use breakdown::{Breakdown, UnitEffectsShare};
pub(crate) use categories::{Category, split_among};
pub use coalitions::coalition::Coalition;
pub use contributions::{Contribution, ContributionRow, ContributionTable, Contributions};
pub use counting_noise::CountingNoise;
pub(crate) use counting_noise::CountingVariances;
pub use detail::{Detail, PairCovariance, PairDominance, SizeShare, SubsetShare, TermShare};
pub(crate) use deviance::Worth;
pub use deviance_shares::DevianceShares;
pub use game::{Attribution, Credit, Game, Score};
pub use gelbach::{Gelbach, GelbachChange, GelbachColumn, GelbachCovariance, GelbachEstimate};
pub use levels::{Level, LevelBreakdown, LevelShare, Levels, Nesting};
pub use method::Method;
pub use method_table::{LeftOutMethod, MethodTable};
pub use orders::{OrderRange, ShareRange};
pub use sampled::{SampledOrders, SampledShapley, SampledShare};
pub use share::{Corrected, Interval, IntervalKind, IntervalMethod, Share};

pub(crate) use best_subsets::Candidates;
pub(crate) use coalitions::Players;
pub(crate) use coalitions::progress::{Progress, Watch};
pub(crate) use coalitions::table::MOST_IN_TABLE;
pub(crate) use contributions::{Slopes, points};
pub(crate) use detail::relation;
pub(crate) use evaluate::Evaluator;
pub(crate) use gelbach::{Equations, GELBACH};
pub(crate) use levels::GroupSums;
pub(crate) use plan::Plan;
pub(crate) use precision::ERROR_AT_PIVOT_ONE;
pub(crate) use sequential::order_positions;
pub(crate) use split::Shares;
