//! What is asked of an early warning, and the answer put together.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::cases::{Asked, Case, FINDING, judged};
use super::ranking::{area, fifth_of, fifths, within_bounds};
use super::score::Score;
use super::{EarlyWarning, NamedUnit, Ranking};
use crate::error::{EstimateError, FindingProblem, QuestionError, Result};
use crate::findings::scale::JudgementScale;
use crate::numerics::tails::Reference;
use crate::panel::Panel;
use crate::regress::check_level;
use crate::resample::left_out_interval;
use crate::warning::{FEW_CLUSTERS, Warning};

/// With one unit left out there must be a bad judgement still, and another.
const FEWEST_UNITS: usize = 2;
/// The highest fifth, from 0.
const HIGHEST: usize = 4;

/// What is asked of an early warning: which judgement is bad, what is measured before it, and how one knows when it fell.
///
/// # Examples
/// ```
/// use apportion::error::{EstimateError, FindingProblem};
/// use apportion::findings::{EarlyWarningAnalysis, JudgementScale};
/// use apportion::{Error, Panel};
///
/// let words = ["Inadequate", "Requires improvement", "Good", "Outstanding"];
/// let scale = JudgementScale::new("ofsted_overall", words)?.beside("Adequate", "Requires improvement")?;
/// let asked = EarlyWarningAnalysis::new(scale, ["Inadequate", "Requires improvement"]).dated_by("ofsted_date");
/// let asked = asked.measures(["cpp_rate", "rereferral_pct"]).lag(2).level(0.9);
/// let panel = Panel::england()?;
/// let warning = asked.of(&panel, 2019)?;
/// assert_eq!((warning.lag, warning.level, warning.fitted.to), (2, 0.9, 2019));
/// // Nothing is said of the years that the score has seen.
/// let error = asked.of(&panel, 2025).unwrap_err();
/// let Error::Estimate(EstimateError::Finding { why, .. }) = error else { panic!("another error") };
/// assert_eq!(why, FindingProblem::NothingLater { fitted_until: 2025, last: 2025 });
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EarlyWarningAnalysis {
    scale: JudgementScale,
    bad: Vec<String>,
    measures: Vec<String>,
    date: Option<String>,
    lag: u32,
    level: f64,
}

impl EarlyWarningAnalysis {
    /// The question which units will be given one of the bad words of a scale. Measures are of the period before: were
    /// they of the same, some would be of after the judgement. Intervals are at 95%, the usual level.
    pub fn new<W: Into<String>>(scale: JudgementScale, bad: impl IntoIterator<Item = W>) -> Self {
        let bad = bad.into_iter().map(Into::into).collect();
        EarlyWarningAnalysis { scale, bad, measures: Vec::new(), date: None, lag: 1, level: 0.95 }
    }

    /// These columns of numbers too.
    pub fn measures<M: Into<String>>(mut self, columns: impl IntoIterator<Item = M>) -> Self {
        self.measures.extend(columns.into_iter().map(Into::into));
        self
    }

    /// The column of the day of the judgement, where judgements stand in a panel until the next: one is new where its day
    /// is another than in the period before. Without it, every judgement is new in its period.
    pub fn dated_by(mut self, column: impl Into<String>) -> Self {
        self.date = Some(column.into());
        self
    }

    /// How many periods before the judgement the measures are of. Default: 1.
    pub fn lag(mut self, periods: u32) -> Self {
        self.lag = periods;
        self
    }

    /// The level of the intervals.
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// The answer on a panel, the score fitted on judgements up to a period and evaluated on those after it.
    ///
    /// # Errors
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without units or periods;
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn) and
    /// [`DataError::NotANumber`](crate::error::DataError::NotANumber) for columns; [`QuestionError::Option`] for a bad word
    /// that is not on the scale, no bad word, no measure or one named twice, a lag of 0 and a level outside of 0 to 1;
    /// [`EstimateError::Finding`] for a judgement without a place on the scale, with its unit and period, where no
    /// judgement falls later than the last that the score is fitted on, and for a measure that does not vary, or is a
    /// combination of others, where the score is fitted; [`EstimateError::TooFew`] where fewer than two units have a bad
    /// judgement, or another, before or after, and for no more judgements than measures need.
    ///
    /// # Examples
    /// See [`EarlyWarningAnalysis`] and [`EarlyWarning`].
    pub fn of(&self, panel: &Panel, fitted_until: i32) -> Result<EarlyWarning> {
        let is_bad = self.check()?;
        let date = self.date.as_deref();
        let asked = Asked { scale: &self.scale, is_bad: &is_bad, measures: &self.measures, date, lag: self.lag };
        let (cases, left_out) = asked.cases(panel)?;
        let (before, after): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(|case| case.period <= fitted_until);
        if let (true, Some(last)) = (after.is_empty(), before.iter().map(|case| case.period).max()) {
            let why = FindingProblem::NothingLater { fitted_until, last };
            return Err(EstimateError::Finding { finding: FINDING, why }.into());
        }
        self.check_kinds(&before, &format!("until {fitted_until}"))?;
        self.check_kinds(&after, &format!("after {fitted_until}"))?;
        let needed = self.measures.len() + 3;
        if before.len() < needed {
            let what = format!("judgements until {fitted_until} with every measure");
            return Err(EstimateError::TooFew { what, expected: needed, found: before.len() }.into());
        }
        let score = self.score(&before.iter().collect::<Vec<_>>(), None)?;
        let scores: Vec<f64> = after.iter().map(|case| score.at(&case.measures)).collect();
        let units: BTreeSet<u32> = before.iter().chain(&after).map(|case| case.unit).collect();
        let without_score = units.iter().map(|unit| {
            let others: Vec<&Case> = before.iter().filter(|case| case.unit != *unit).collect();
            let score = self.score(&others, panel.units().get(*unit as usize))?;
            Ok(area_of(&after, |at| score.at(&after[at].measures), |other| other != *unit))
        });
        let without_score: Vec<Option<f64>> = without_score.collect::<Result<_>>()?;
        let ranked = self.ranking("score", &scores, &after, without_score, None);
        let evaluated: BTreeSet<u32> = after.iter().map(|case| case.unit).collect();
        let as_fitted =
            evaluated.iter().filter_map(|unit| area_of(&after, |case| scores[case], |other| other != *unit));
        let area_as_fitted = left_out_interval(ranked.area, as_fitted.collect(), self.level);
        let of_measure = |(at, name): (usize, &String)| {
            let values: Vec<f64> = after.iter().map(|case| case.measures[at]).collect();
            let without = |unit: &u32| area_of(&after, |case| values[case], |other| other != *unit);
            let without = evaluated.iter().map(without).collect();
            self.ranking(name, &values, &after, without, score.weights.get(at).copied())
        };
        let mut warnings = Vec::new();
        let (clusters, wanted) = (evaluated.len(), FEW_CLUSTERS);
        if clusters < wanted {
            warnings.push(Warning::FewClusters { clusters, wanted });
        }
        Ok(EarlyWarning {
            judgement: self.scale.column().to_string(),
            bad: self.bad.clone(),
            lag: self.lag,
            level: self.level,
            fitted: judged(&before),
            evaluated: judged(&after),
            score: ranked,
            area_as_fitted,
            measures: self.measures.iter().enumerate().map(of_measure).collect(),
            named: self.named(panel, &after, &scores)?,
            left_out,
            panel: panel.description().map(str::to_string),
            warnings,
        })
    }

    /// Which places on the scale are bad.
    fn check(&self) -> Result<Vec<bool>> {
        check_level(self.level)?;
        let wrong =
            |option, expected: String, found: String| Err(QuestionError::Option { option, expected, found }.into());
        let mut is_bad = vec![false; self.scale.levels().len()];
        for word in &self.bad {
            let Some(place) = self.scale.place(word) else {
                let expected = format!("it must be one of {}", self.scale.levels().join(", "));
                return wrong("bad judgement", expected, format!("\"{word}\""));
            };
            is_bad[place] = true;
        }
        if self.bad.is_empty() {
            return wrong("bad judgement", "name at least one word of the scale".to_string(), "none".to_string());
        }
        if self.measures.is_empty() {
            return wrong("measures", "name at least one column".to_string(), "none".to_string());
        }
        if let Some((_, twice)) = self.measures.iter().enumerate().find(|(at, m)| self.measures[..*at].contains(m)) {
            return wrong("measures", "name each column once".to_string(), format!("\"{twice}\" twice"));
        }
        if self.lag == 0 {
            let expected = "measures must be of an earlier period than the judgement, 1 or more before".to_string();
            return wrong("lag", expected, "0".to_string());
        }
        Ok(is_bad)
    }

    /// Whether both kinds are there, and still are without any one unit.
    fn check_kinds(&self, cases: &[Case], when: &str) -> Result<()> {
        for (is_bad, kind) in [(true, "judged"), (false, "not judged")] {
            let units: BTreeSet<u32> =
                cases.iter().filter(|case| case.is_bad == is_bad).map(|case| case.unit).collect();
            if units.len() < FEWEST_UNITS {
                let what = format!("units {kind} {} {when}, with every measure", self.bad.join(" or "));
                return Err(EstimateError::TooFew { what, expected: FEWEST_UNITS, found: units.len() }.into());
            }
        }
        Ok(())
    }

    /// The score of these cases, which may be those without a unit.
    fn score(&self, cases: &[&Case], without: Option<&String>) -> Result<Score> {
        Score::of(cases, self.measures.len()).map_err(|at| {
            let (measure, without) = (self.measures[at].clone(), without.cloned());
            let why = FindingProblem::NothingOfItsOwn { measure, without };
            EstimateError::Finding { finding: FINDING, why }.into()
        })
    }

    /// A ranking of later judgements; `without` has the area without each unit.
    fn ranking(
        &self,
        measure: &str,
        values: &[f64],
        cases: &[Case],
        without: Vec<Option<f64>>,
        weight: Option<f64>,
    ) -> Ranking {
        let is_bad: Vec<bool> = cases.iter().map(|case| case.is_bad).collect();
        // Both kinds are there, as was checked: a half is never needed.
        let area = area(values, &is_bad).unwrap_or(0.5);
        let interval =
            within_bounds(left_out_interval(area, without.into_iter().flatten().collect(), self.level), area);
        let z = Reference::new(None).quantile(self.level);
        let d = |area: f64| 2.0 * area - 1.0;
        Ranking {
            measure: measure.to_string(),
            area,
            std_error: interval.std_error,
            lower: interval.lower,
            upper: interval.upper,
            somers_d: d(area),
            somers_d_lower: d(interval.lower),
            somers_d_upper: d(interval.upper),
            weight,
            fifths: fifths(values, &is_bad, z, weight.is_none()),
        }
    }

    /// The units in the highest fifth of the score, the highest first.
    fn named(&self, panel: &Panel, cases: &[Case], scores: &[f64]) -> Result<Vec<NamedUnit>> {
        let of = fifth_of(scores);
        let mut highest: Vec<usize> = (0..cases.len()).filter(|&at| of[at] == HIGHEST).collect();
        highest.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        let named = |at: usize| {
            let Case { row, measured, period, is_bad, .. } = cases[at];
            let unit = panel.unit_of(row).unwrap_or_default();
            let label = match panel.label_columns() {
                [] => None,
                _ => panel.unit_name(unit)?.map(str::to_string),
            };
            Ok(NamedUnit {
                unit: unit.to_string(),
                label,
                measured: panel.period_of(measured).unwrap_or_default(),
                judged: period,
                score: scores[at],
                judgement: panel.column(self.scale.column())?.text(row).unwrap_or_default().to_string(),
                is_bad,
            })
        };
        highest.into_iter().map(named).collect()
    }
}

/// The area over the cases whose unit stays.
fn area_of(cases: &[Case], value: impl Fn(usize) -> f64, stays: impl Fn(u32) -> bool) -> Option<f64> {
    let at = (0..cases.len()).filter(|&at| stays(cases[at].unit));
    let (values, is_bad): (Vec<f64>, Vec<bool>) = at.map(|at| (value(at), cases[at].is_bad)).unzip();
    area(&values, &is_bad)
}
