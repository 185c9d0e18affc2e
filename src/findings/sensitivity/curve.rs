//! From the answers of all questions to a curve, and from a curve to a part of it.

use rayon::prelude::*;

use super::answer::{Answer, Broken};
use super::asked::Rules;
use super::questions::Question;
use super::ranges::{TIE, ranking};
use super::space::Space;
use super::verdict::verdict;
use super::{
    AnalystChoice, LeftOutSpecifications, PairOfShares, ShareMoves, Specification, SpecificationCurve,
    SpecificationRange,
};
use crate::error::{Error, EstimateError, QuestionError, Result};
use crate::model::Model;
use crate::panel::Panel;

/// The curve of these answers, of which the first is the base's.
///
/// # Errors
/// The base's, where nothing can be answered; [`EstimateError::TooFew`] where the rules leave no specification.
pub(super) fn curve(
    space: &Space,
    questions: &[Question],
    answers: Vec<Answer>,
    panel: &Panel,
    rules: &Rules,
) -> Result<SpecificationCurve> {
    let (mut of_periods, mut of_rows) = (0, 0);
    let mut base = None;
    let mut specifications = Vec::new();
    for (question, answer) in questions.iter().zip(answers) {
        match answer {
            Answer::Kept(own) if question.is_base => base = own.into_iter().next(),
            Answer::Kept(own) => specifications.extend(own),
            Answer::LeftOut(Broken::Periods, many) => of_periods += many,
            Answer::LeftOut(Broken::Rows, many) => of_rows += many,
        }
    }
    if specifications.is_empty() {
        let what = "specifications whose sample keeps the rules".to_string();
        return Err(EstimateError::TooFew { what, expected: 1, found: 0 }.into());
    }
    let are_all_wrong = specifications.iter().all(|of| of.error.is_some());
    if let Some(question) = questions.iter().find(|question| question.is_base && are_all_wrong) {
        question.check(space, panel)?;
    }
    let left_out = [
        ("a period of the window is not in the sample".to_string(), of_periods),
        (format!("fewer than {} rows in the sample", rules.least_rows), of_rows),
    ];
    let left_out = left_out.into_iter().filter(|(_, specifications)| *specifications > 0);
    let left_out = left_out.map(|(reason, specifications)| LeftOutSpecifications { reason, specifications }).collect();
    let none = || Error::from(EstimateError::TooFew { what: "base specifications".to_string(), expected: 1, found: 0 });
    let of = Of {
        model: &space.base,
        choices: space.choices(),
        base: base.ok_or_else(none)?,
        left_out,
        panel: panel.description().map(str::to_string),
    };
    Ok(of.curve(specifications))
}

/// What a curve is of, whatever its specifications.
struct Of<'a> {
    model: &'a Model,
    choices: Vec<AnalystChoice>,
    base: Specification,
    left_out: Vec<LeftOutSpecifications>,
    panel: Option<String>,
}

impl Of<'_> {
    fn curve(self, specifications: Vec<Specification>) -> SpecificationCurve {
        let Of { model, choices, base, left_out, panel } = self;
        let components: Vec<String> = model.components().iter().map(|component| component.name.clone()).collect();
        let names: Vec<&str> =
            ["always"].into_iter().chain(components.iter().map(String::as_str)).chain(["unexplained"]).collect();
        let ranges: Vec<SpecificationRange> =
            names.par_iter().filter_map(|name| SpecificationRange::of(name, &specifications)).collect();
        let moved_by: Vec<ShareMoves> =
            ranges.par_iter().filter_map(|range| ShareMoves::of(&range.name, &choices, &specifications)).collect();
        let two = |at: usize| components[at + 1..].iter().map(move |other| (at, other));
        let pairs: Vec<(usize, &String)> = (0..components.len()).flat_map(two).collect();
        let pair = |&(at, other): &(usize, &String)| PairOfShares::of(&components[at], other, &specifications);
        let mut curve = SpecificationCurve {
            model: model.clone(),
            same_order: same_order(&components, &base, &specifications),
            failed: specifications.iter().filter(|of| of.error.is_some()).count(),
            pairs: pairs.par_iter().filter_map(pair).collect(),
            moved_by,
            components: components.clone(),
            choices,
            base,
            specifications,
            ranges,
            left_out,
            verdict: String::new(),
            panel,
        };
        curve.verdict = verdict(&curve);
        curve
    }
}

/// In what part of the specifications that have all components none of those that differ in the base has changed places.
fn same_order(components: &[String], base: &Specification, specifications: &[Specification]) -> Option<f64> {
    let base = ranking(components, base)?;
    let with_all = specifications.iter().filter_map(|of| {
        let shares = base.iter().map(|(at, _)| of.share_of_total(&components[*at]));
        shares.collect::<Option<Vec<f64>>>()
    });
    let (mut found, mut same) = (0_usize, 0_usize);
    for shares in with_all {
        found += 1;
        // Not only neighbours: between two that tie in the base a third may pass.
        let keeps = |(at, later): (usize, usize)| {
            let is_tie = base[at].1 - base[later].1 <= TIE;
            is_tie || shares[at] >= shares[later] - TIE
        };
        let n = shares.len();
        same += usize::from((0..n).flat_map(|at| (at + 1..n).map(move |later| (at, later))).all(keeps));
    }
    (found > 0).then(|| same as f64 / found as f64)
}

impl SpecificationCurve {
    /// How far a share reaches.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that no specification has.
    ///
    /// # Examples
    /// See [`Sensitivity`](super::Sensitivity).
    pub fn range(&self, name: &str) -> Result<&SpecificationRange> {
        self.ranges.iter().find(|range| range.name == name).ok_or_else(|| self.unknown(name))
    }

    /// What moves a share.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that no specification has, and where no choice differs.
    ///
    /// # Examples
    /// See [`SpecificationCurve`].
    pub fn moves(&self, name: &str) -> Result<&ShareMoves> {
        self.moved_by.iter().find(|moves| moves.name == name).ok_or_else(|| self.unknown(name))
    }

    /// The same with the specifications in ascending order of one share, as a specification curve is drawn; those that lack
    /// it come last.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that no specification has.
    ///
    /// # Examples
    /// See [`SpecificationCurve`].
    pub fn sorted_by(&self, name: &str) -> Result<Self> {
        self.range(name)?;
        let mut sorted = self.clone();
        let key = |of: &Specification| of.share_of_total(name).unwrap_or(f64::INFINITY);
        sorted.specifications.sort_by(|a, b| key(a).total_cmp(&key(b)));
        Ok(sorted)
    }

    /// The curve of the specifications for which this holds, everything that is said of them anew. The base stays.
    ///
    /// # Errors
    /// [`EstimateError::TooFew`] where it holds for none.
    ///
    /// # Examples
    /// See [`SpecificationCurve`].
    pub fn filtered(&self, keep: impl Fn(&Specification) -> bool) -> Result<Self> {
        let kept: Vec<Specification> = self.specifications.iter().filter(|of| keep(of)).cloned().collect();
        if kept.is_empty() {
            let what = "specifications that the rule keeps".to_string();
            return Err(EstimateError::TooFew { what, expected: 1, found: 0 }.into());
        }
        let of = Of {
            model: &self.model,
            choices: self.choices.clone(),
            base: self.base.clone(),
            left_out: self.left_out.clone(),
            panel: self.panel.clone(),
        };
        Ok(of.curve(kept))
    }

    fn unknown(&self, name: &str) -> Error {
        let available = self.ranges.iter().map(|range| range.name.clone()).collect();
        QuestionError::UnknownComponent { component: name.to_string(), available }.into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::ChosenAlternatives;
    use super::*;
    use crate::decompose::Share;

    #[test]
    fn what_ties_in_the_base_may_change_places_and_nothing_may_pass_between() {
        let names = ["a", "b", "c"].map(str::to_string);
        let of = |shares: [f64; 3]| {
            let mut of = Specification::failed(ChosenAlternatives(Vec::new()), None, String::new());
            of.error = None;
            of.shares = names.iter().zip(shares).map(|(name, share)| Share::new(name.as_str(), share, share)).collect();
            of
        };
        let same = |shares: [f64; 3]| same_order(&names, &of([0.4, 0.4, 0.1]), &[of(shares)]);
        assert_eq!(same([0.5, 0.2, 0.1]), Some(1.0));
        assert_eq!(same([0.2, 0.5, 0.1]), Some(1.0));
        // The third lies above one of both, and below the other.
        assert_eq!(same([0.1, 0.5, 0.3]), Some(0.0));
        assert_eq!(same([0.5, 0.1, 0.3]), Some(0.0));
    }
}
