//! Every warning as a sentence.

use std::fmt;

use super::Warning;

/// The first names, and how many more there are.
fn few(names: &[String]) -> String {
    let (some, more) = names.split_at(names.len().min(3));
    match more.len() {
        0 => some.join(", "),
        more => format!("{} and {more} more", some.join(", ")),
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::NoColumnLeft { component } => {
                write!(f, "{component}: none of its columns varies in the sample, so it is credited with nothing")
            }
            Warning::ConstantColumn { column, component } => {
                write!(f, "{component}: {column} does not vary in the sample and adds nothing")
            }
            Warning::AddsNothing { component, once, unit_effects } if once == "always" => {
                let what = if *unit_effects { "unit effects are" } else { "what spans its columns is" };
                write!(f, "{component} adds nothing because {what} always in: drop the one or the other")
            }
            Warning::AddsNothing { component, once, unit_effects: true } => write!(
                f,
                "{component} adds nothing once unit effects ({once}) are in: enter it before them or drop them"
            ),
            Warning::AddsNothing { component, once, .. } => {
                write!(f, "{component} adds nothing once {once} is in: the order decides which of them is credited")
            }
            Warning::NoCoefficient { component } => write!(
                f,
                "{component} lacks a coefficient beside the other components, which span its columns: what it explains \
                 is in their parts here"
            ),
            Warning::Aliased { component, columns, unit_effects } => {
                let of = if *unit_effects { "unit effects" } else { "the columns before" };
                write!(f, "{component}: {}", few(columns))?;
                let without = if columns.len() == 1 { "adds nothing to" } else { "add nothing to" };
                write!(f, " {without} {of} and {} no coefficient", if columns.len() == 1 { "has" } else { "have" })
            }
            Warning::NearlyCollinear { column, component, tolerance } => write!(
                f,
                "{component}: {column} is nearly a combination of the columns before it (tolerance {tolerance:.1e}): \
                 how they share their part is arbitrary"
            ),
            Warning::Saturated { observations } => write!(
                f,
                "the model has as many parameters as observations ({observations}): it would fit any outcome, and \
                 leaves nothing unexplained by construction"
            ),
            Warning::Imprecise { bound } => {
                write!(
                    f,
                    "columns are so nearly collinear that shares and intervals are only known to about {bound:.0e}"
                )
            }
            Warning::FewClusters { clusters, wanted } => {
                write!(f, "{clusters} clusters are few: intervals are unreliable below {wanted}")
            }
            Warning::NotPositive => {
                write!(
                    f,
                    "the covariance is not positive, some combination of coefficients having a variance below zero: single \
                     standard errors stand, joint tests can fail"
                )
            }
            Warning::Singletons { of, names } => {
                write!(f, "{of}s with a single row, which their own effect explains: {}", few(names))
            }
            Warning::NoiseOfOthers { units } => write!(
                f,
                "units with one period have no noise of their own to tell, theirs is taken to be that of the others: {}",
                few(units)
            ),
            Warning::PerhapsOne { column, texts } => {
                let alike = |texts: &Vec<String>| {
                    texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(" and ")
                };
                let all = few(&texts.iter().map(alike).collect::<Vec<_>>());
                write!(f, "{column}: {all} count apart, and are perhaps one: write them alike if they are")
            }
            Warning::DecidedAlone { coefficients, by } => write!(
                f,
                "no standard error of {}: nothing but {} decides, and one error alone cannot be told from the \
                 coefficient",
                few(coefficients),
                few(by)
            ),
            Warning::NothingOfErrors { coefficients } => write!(
                f,
                "no standard error of {}: residuals cancel in every row or cluster that is summed over, as where there \
                 are as many coefficients as clusters",
                few(coefficients)
            ),
            Warning::NothingWithin { bandwidth } => write!(
                f,
                "no two periods are within the bandwidth of {bandwidth}, so errors count as unrelated over time: name a \
                 larger one"
            ),
            Warning::ExactFit => {
                write!(f, "the fit is exact: what is left, and the standard errors with it, is rounding")
            }
            Warning::QuasiPoisson { outcome, rows } => write!(
                f,
                "{outcome} is no whole number, rows: {rows}. The model is quasi-Poisson, right about means; for errors take \
                 clusters or HC"
            ),
            Warning::Disconnected { parts } => write!(
                f,
                "the panel falls into {parts} parts without a common unit or period: effects of different parts cannot be \
                 compared"
            ),
            Warning::Gaps { differences } => write!(
                f,
                "differences left out because they would reach over a gap in the periods of a unit: {differences}"
            ),
            Warning::NegativeVariance { of } => write!(
                f,
                "the variance of the {of} effects came out negative and was set to zero: they vary by less than chance \
                 would have them"
            ),
            Warning::DifferenceNotPositive { kept, of } => write!(
                f,
                "the difference of the covariances was not positive definite: {kept} of its {of} directions entered the \
                 statistic, and the auxiliary regression is the safer test"
            ),
            Warning::CommonVariance => write!(
                f,
                "with each regression's own residual variance the difference of the covariances is not positive definite: \
                 both are formed with that of the efficient one (sigmamore)"
            ),
            Warning::NoDifference { kept, of } => write!(
                f,
                "the covariances differ in {kept} of {of} directions, which alone enter the statistic: beyond them the \
                 columns do not vary between units, and both regressions say the same"
            ),
            Warning::PairsLeftOut { left_out, pairs } => write!(
                f,
                "{left_out} of {pairs} pairs of units have too few periods in common for a correlation, and were left out"
            ),
            Warning::DegenerateReplicates { degenerate, replicates } => write!(
                f,
                "in {degenerate} of {replicates} replicates a component or the outcome has no variation: such a \
                 component adds nothing there, a replicate whose outcome does not vary is left out"
            ),
            Warning::LostCoefficients { degenerate, replicates } => write!(
                f,
                "in {degenerate} of {replicates} replicates a column of always has no variation of its own left, and \
                 no coefficient: they are left out"
            ),
            Warning::Biased { component, bias, std_error } => write!(
                f,
                "{component}: the estimated bias ({:+.1} points) exceeds a quarter of the standard error ({:.1} points)",
                100.0 * bias,
                100.0 * std_error
            ),
            Warning::NotCorrected { why } => write!(f, "no corrected shares: {why}"),
            Warning::NearLag { from_lag, wanted, longest } => write!(
                f,
                "rows of a unit are at most {longest} period{} apart: what they share from lag {from_lag} on counts as \
                 persistent, not from lag {wanted} as usual",
                if *longest == 1 { "" } else { "s" }
            ),
            Warning::FewPeriods { periods, wanted } => {
                write!(f, "{periods} periods are few: noise and what persists are hard to tell apart below {wanted}")
            }
            Warning::NoiseUnused { noise } => {
                write!(f, "the model has no unit effects, which alone take up noise: {noise} changes nothing")
            }
            Warning::NoNearPairs { from_lag } => write!(
                f,
                "no rows of a unit are less than {from_lag} periods apart, so that noise counts as independent: number \
                 the periods in steps of one"
            ),
            Warning::LeavesWithOne { component, columns } => write!(
                f,
                "{component}: what {} explains rests on one cluster and leaves with it, so that no test can tell it from \
                 chance",
                few(columns)
            ),
            Warning::SaturatedWithout { saturated, replicates } => write!(
                f,
                "{saturated} of {replicates} replicates are fitted exactly, and leave nothing unexplained: intervals are \
                 too narrow to be trusted, leave columns out"
            ),
            Warning::NamesUnits { term } => {
                write!(f, "{term} names every unit by itself, and is taken as unit effects")
            }
            Warning::NoMoreThanChance { component } => {
                write!(f, "{component}: its share is no more than chance gives a component of its shape")
            }
            Warning::FewDraws { draws, wanted } => {
                write!(f, "{draws} draws do not reach the quantiles of this level: use {wanted} or more")
            }
            Warning::OneSided { component } => {
                write!(f, "{component}: all replicates lie on one side of the estimate, its interval is a rough one")
            }
        }
    }
}
