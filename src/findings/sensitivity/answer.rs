//! Every question is fitted once, and split by each of its methods.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use rayon::prelude::*;

use super::Specification;
use super::asked::Rules;
use super::questions::{Question, Split};
use super::space::{PartOfPanel, Space};
use crate::decompose::{Breakdown, Progress, Shares, Watch};
use crate::error::{Error, EstimateError, Result};
use crate::findings::intervals::Intervals;
use crate::fit::FittedModel;
use crate::model::{Design, Selected};
use crate::panel::Panel;

/// Why a specification is not one of those that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    Periods,
    Rows,
}

/// The specifications of a question, or by which rule so many of them are none.
pub(super) enum Answer {
    Kept(Vec<Specification>),
    LeftOut(Broken, usize),
}

impl Rules {
    /// Which of them a sample breaks: its rows, its periods, those that it is to have.
    fn broken(&self, rows: usize, periods: &[i32], wanted: &Wanted) -> Option<Broken> {
        if self.complete_periods && wanted.lacks(periods) {
            return Some(Broken::Periods);
        }
        (rows < self.least_rows).then_some(Broken::Rows)
    }
}

/// The periods that a complete sample has.
struct Wanted<'a> {
    /// Of the whole panel, ascending.
    of_panel: &'a [i32],
    window: Option<&'a RangeInclusive<i32>>,
}

impl Wanted<'_> {
    /// A period that no row of the panel has cannot be in a sample, unless the window reaches beyond the panel.
    fn lacks(&self, periods: &[i32]) -> bool {
        let ends = self.of_panel.first().zip(self.of_panel.last());
        let reaches_beyond = self
            .window
            .is_some_and(|window| ends.is_none_or(|(first, last)| window.start() < first || window.end() > last));
        let is_wanted = |period: &&i32| self.window.is_none_or(|window| window.contains(period));
        reaches_beyond || self.of_panel.iter().filter(is_wanted).any(|period| periods.binary_search(period).is_err())
    }
}

/// Answers all questions, in their order.
///
/// # Errors
/// [`EstimateError::Cancelled`] once the watch has said so; those of columns that are not there.
pub(super) fn answer(
    space: &Space,
    questions: &[Question],
    panel: &Panel,
    intervals: Option<(&Intervals, bool)>,
    rules: &Rules,
    watch: Watch,
) -> Result<Vec<Answer>> {
    let of = questions.iter().map(|question| question.splits.len() as u64).sum();
    let progress = Progress::new(of, Some(watch));
    // Windows are cut of the columns that are read, not of all that there are.
    let mut columns = space.columns.clone();
    columns.extend(intervals.and_then(|(intervals, _)| intervals.cluster_column()).map(str::to_string));
    columns.sort_unstable();
    columns.dedup();
    let narrow = panel.select(columns)?;
    let mut parts: Vec<PartOfPanel> = Vec::new();
    let mut place: HashMap<PartOfPanel, usize> = HashMap::new();
    let mut place_of = |question: &Question| {
        let part = space.part_of_panel(&question.chosen);
        *place.entry(part).or_insert_with(|| {
            parts.push(part);
            parts.len() - 1
        })
    };
    let part_of: Vec<usize> = questions.iter().map(&mut place_of).collect();
    let panels: Vec<Result<Panel>> = parts.par_iter().map(|&part| space.panel_of(part, &narrow)).collect();
    let one = |(question, part): (&Question, usize)| {
        if progress.is_cancelled() {
            return Answer::Kept(Vec::new());
        }
        // The base is what others are held against, whatever its sample.
        let rules = if question.is_base { &Rules::default() } else { rules };
        let answer = match &panels[part] {
            Ok(own) => {
                let wanted = Wanted { of_panel: panel.periods(), window: space.window(parts[part]) };
                question.answer(space, own, intervals, rules, &wanted)
            }
            Err(error) => question.failed(space, error),
        };
        progress.add(question.splits.len() as u64);
        answer
    };
    let answers = questions.par_iter().zip(part_of).map(one).collect();
    if progress.is_cancelled() {
        return Err(EstimateError::Cancelled { method: "the curve of specifications".to_string() }.into());
    }
    Ok(answers)
}

impl Question {
    /// The error of a question that cannot be answered; an answer where it can be.
    ///
    /// # Errors
    /// Whatever keeps it from being answered.
    pub(super) fn check(&self, space: &Space, panel: &Panel) -> Result<()> {
        let panel = space.panel_of(space.part_of_panel(&self.chosen), panel)?;
        let fit = self.model.fit(&panel)?;
        self.splits.iter().try_for_each(|split| fit.breakdown(&split.method).map(drop))
    }

    fn answer(
        &self,
        space: &Space,
        panel: &Panel,
        intervals: Option<(&Intervals, bool)>,
        rules: &Rules,
        wanted: &Wanted,
    ) -> Answer {
        let selected = match Selected::new(&self.model, panel) {
            Ok(selected) => selected,
            Err(error) => {
                let is_empty = matches!(
                    error,
                    Error::Estimate(EstimateError::NothingLeft { .. } | EstimateError::TooFewRows { .. })
                );
                return match rules.broken(0, &[], wanted).filter(|_| is_empty) {
                    Some(rule) => Answer::LeftOut(rule, self.splits.len()),
                    None => self.failed(space, &error),
                };
            }
        };
        if let Some(rule) = rules.broken(selected.n_observations(), &selected.periods(), wanted) {
            return Answer::LeftOut(rule, self.splits.len());
        }
        let fit = Design::of_selected(selected).and_then(|design| FittedModel::of_design(&self.model, design));
        let fit = match fit {
            Ok(fit) => fit,
            Err(error) => return self.failed(space, &error),
        };
        let sample = Arc::new(fit.sample().counted());
        let shares = match intervals {
            Some((intervals, corrects)) => self.with_intervals(&fit, intervals, corrects),
            None => {
                self.splits.iter().map(|split| fit.shares(&split.method).map_err(|error| error.to_string())).collect()
            }
        };
        let specification = |(split, shares): (&Arc<Split>, Result<Shares, String>)| match shares {
            Ok(Shares { always, components, unexplained, r2_overall, warnings }) => Specification {
                choices: space.named(&self.chosen, &split.label),
                r2_overall: Some(r2_overall),
                shares: always.into_iter().chain(components).chain([unexplained]).collect(),
                sample: Some(sample.clone()),
                warnings,
                error: None,
            },
            Err(error) => Specification::failed(space.named(&self.chosen, &split.label), Some(sample.clone()), error),
        };
        Answer::Kept(self.splits.iter().zip(shares).map(specification).collect())
    }

    /// By every method its shares with intervals, all from the same replicates, or why there are none.
    fn with_intervals(&self, fit: &FittedModel, intervals: &Intervals, corrects: bool) -> Vec<Result<Shares, String>> {
        let plain = self.splits.iter().map(|split| fit.breakdown(&split.method).map_err(|error| error.to_string()));
        let plain: Vec<Result<Breakdown, String>> = plain.collect();
        let there: Vec<&Breakdown> = plain.iter().flatten().collect();
        let resampling = intervals.resampling(fit);
        let resampling = resampling.map(|units| if corrects { units } else { units.without_corrected() });
        let made = resampling.and_then(|resampling| Breakdown::all_with_intervals(&there, &resampling));
        match made {
            Ok(made) => {
                let mut made = made.into_iter();
                plain.into_iter().map(|plain| plain.map(|plain| made.next().unwrap_or(plain).into_shares())).collect()
            }
            Err(error) => plain.into_iter().map(|plain| plain.and(Err(error.to_string()))).collect(),
        }
    }

    /// Every method with the same error.
    fn failed(&self, space: &Space, error: &Error) -> Answer {
        let of = |split: &Arc<Split>| {
            Specification::failed(space.named(&self.chosen, &split.label), None, error.to_string())
        };
        Answer::Kept(self.splits.iter().map(of).collect())
    }
}
