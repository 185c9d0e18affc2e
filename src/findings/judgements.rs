//! How many units stand at each level of a judgement, and which way do they move?

use serde::{Deserialize, Serialize};

use super::scale::JudgementScale;
use super::trend::{PeriodStatistic, Trend};
use crate::error::{EstimateError, FindingProblem, Result, no_key};
use crate::numerics::tails::Reference;
use crate::panel::Panel;
use crate::regress::check_level;

const FINDING: &str = "judgements over time";

/// How many units stand at a level in one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LevelCount {
    /// The period.
    pub period: i32,
    /// Units at this level.
    pub units: usize,
    /// The part that they are of the units with a judgement; `None` where none has one.
    pub part: Option<f64>,
    /// Lower end of the part's interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
}

/// A level of the judgement over the periods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct JudgementLevel {
    /// The word.
    pub level: String,
    /// Period by period.
    pub counts: Vec<LevelCount>,
    /// The slope of the part on time; `None` where fewer than two periods have two units with a judgement.
    pub trend: Option<Trend>,
}

/// Which units moved from which level to which, between two periods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Moves {
    /// The earlier period.
    pub from: i32,
    /// The later one.
    pub to: i32,
    /// Units by their level in the earlier period, then in the later one.
    pub table: Vec<Vec<usize>>,
    /// Units by level that have a judgement in the later period and none in the earlier one.
    pub joined: Vec<usize>,
    /// Units by level that have one in the earlier period and none in the later one.
    pub left: Vec<usize>,
}

impl Moves {
    fn none(from: i32, to: i32, levels: usize) -> Self {
        Moves { from, to, table: vec![vec![0; levels]; levels], joined: vec![0; levels], left: vec![0; levels] }
    }

    fn add(&mut self, from: Option<usize>, to: Option<usize>) {
        match (from, to) {
            (Some(from), Some(to)) => self.table[from][to] += 1,
            (None, Some(to)) => self.joined[to] += 1,
            (Some(from), None) => self.left[from] += 1,
            (None, None) => {}
        }
    }

    /// Units that are higher in the later period than in the earlier one, and units that are lower.
    ///
    /// # Examples
    /// See [`JudgementsOverTime`].
    pub fn up_and_down(&self) -> (usize, usize) {
        let sum = |is: fn(usize, usize) -> bool| {
            let cells = self.table.iter().enumerate().flat_map(|(from, row)| {
                row.iter().enumerate().filter(move |(to, _)| is(from, *to)).map(|(_, units)| units)
            });
            cells.sum()
        };
        (sum(|from, to| to > from), sum(|from, to| to < from))
    }
}

/// How many units, and what part of those with a judgement, stand at each level by period, and the moves between levels.
///
/// Intervals of a part x/n are E. B. Wilson's (1927), with z of the normal at the level,
///
/// ```text
/// (x + z²/2 ± z √(x(n − x)/n + z²/4)) / (n + z²)
/// ```
///
/// which have a width where x is 0 or n. The trend of a part knows that the same units return: see [`Trend`]. Moves are
/// between every period and the next that the panel has, and over all of these together. A judgement stands until the
/// next one, so a move is a new judgement, and what stays may be an old one.
///
/// # Examples
/// ```
/// use apportion::findings::{JudgementScale, JudgementsOverTime};
/// use apportion::Panel;
///
/// let words = ["Inadequate", "Requires improvement", "Good", "Outstanding"];
/// let scale = JudgementScale::new("ofsted_overall", words)?.beside("Adequate", "Requires improvement")?;
/// let panel = Panel::england()?.in_periods(2016..=2019)?;
/// let judgements = JudgementsOverTime::of(&panel, &scale, 0.95)?;
/// let lowest = &judgements.levels[0];
/// assert_eq!((lowest.level.as_str(), lowest.counts[0].units, lowest.counts[1].units), ("Inadequate", 20, 28));
/// let (up, down) = judgements.moves[0].up_and_down();
/// assert!(up > 0 && down > 0);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct JudgementsOverTime {
    /// The column of judgements.
    pub judgement: String,
    /// The confidence level of the intervals.
    pub level: f64,
    /// Units of each period with a judgement.
    pub judged: Vec<usize>,
    /// Units of each period without one.
    pub not_judged: Vec<usize>,
    /// The levels, lowest first.
    pub levels: Vec<JudgementLevel>,
    /// From each period to the next.
    pub moves: Vec<Moves>,
    /// The sum of these, from the first period to the last.
    pub all_moves: Moves,
    /// What the panel says of itself; `None` where it says nothing.
    pub panel: Option<String>,
}

impl JudgementsOverTime {
    /// The judgements of a panel on a scale, with intervals at this level.
    ///
    /// # Errors
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without units or periods;
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn), and
    /// [`DataError::ColumnUse`](crate::error::DataError::ColumnUse) for a column of numbers; [`EstimateError::Finding`] for
    /// a word without a place on the scale, with its unit and period, and for one period; [`EstimateError::TooFew`] where
    /// no unit has a judgement; [`QuestionError::Option`](crate::error::QuestionError::Option) for a level outside of 0 to
    /// 1.
    ///
    /// # Examples
    /// See [`JudgementsOverTime`].
    pub fn of(panel: &Panel, scale: &JudgementScale, level: f64) -> Result<Self> {
        let units = panel.unit_indices().ok_or_else(|| no_key(FINDING, "unit"))?;
        let of_periods = panel.period_indices().ok_or_else(|| no_key(FINDING, "period"))?;
        check_level(level)?;
        let places = scale.places(panel, FINDING)?;
        let periods = panel.periods();
        if let [period] = periods {
            let why = FindingProblem::OnePeriod { period: *period };
            return Err(EstimateError::Finding { finding: FINDING, why }.into());
        }
        let (Some(first), Some(last)) = (periods.first(), periods.last()) else {
            return Err(no_key(FINDING, "period"));
        };
        if places.iter().all(Option::is_none) {
            let what = format!("units with a judgement in \"{}\"", scale.column());
            return Err(EstimateError::TooFew { what, expected: 1, found: 0 }.into());
        }
        // Of each period, the place of every unit of the panel.
        let mut of_period = vec![vec![None; panel.n_units()]; periods.len()];
        let mut n_rows = vec![0; periods.len()];
        for ((&place, &unit), &period) in places.iter().zip(units).zip(of_periods) {
            of_period[period as usize][unit as usize] = place;
            n_rows[period as usize] += 1;
        }
        let judged: Vec<usize> = of_period.iter().map(|places| places.iter().flatten().count()).collect();
        let z = Reference::new(None).quantile(level);
        let of_level = |(at, word): (usize, &String)| {
            let counts = periods.iter().zip(&of_period).zip(&judged).map(|((&period, places), &n)| {
                let units = places.iter().filter(|place| **place == Some(at)).count();
                let ends = (n > 0).then(|| wilson(units, n, z));
                let part = (n > 0).then(|| units as f64 / n as f64);
                LevelCount { period, units, part, lower: ends.map(|ends| ends.0), upper: ends.map(|ends| ends.1) }
            });
            let counts: Vec<LevelCount> = counts.collect();
            let statistics = counts.iter().zip(&of_period).zip(&judged).filter(|(_, n)| **n > 1);
            let statistics = statistics.map(|((count, places), &n)| {
                let (units, n) = (count.units as f64, n as f64);
                let judged = places.iter().enumerate().filter_map(|(unit, place)| Some((unit, (*place)?)));
                let without =
                    judged.map(|(unit, place)| (unit, (units - f64::from(u8::from(place == at))) / (n - 1.0)));
                PeriodStatistic { period: count.period, value: units / n, without: without.collect() }
            });
            let statistics: Vec<PeriodStatistic> = statistics.collect();
            let trend = Trend::of(&statistics, panel.n_units(), level);
            JudgementLevel { level: word.clone(), counts, trend }
        };
        let n_levels = scale.levels().len();
        let mut all_moves = Moves::none(*first, *last, n_levels);
        let moves = periods.windows(2).zip(of_period.windows(2)).map(|(periods, places)| {
            let mut moves = Moves::none(periods[0], periods[1], n_levels);
            for (&from, &to) in places[0].iter().zip(&places[1]) {
                moves.add(from, to);
                all_moves.add(from, to);
            }
            moves
        });
        Ok(JudgementsOverTime {
            judgement: scale.column().to_string(),
            level,
            moves: moves.collect(),
            all_moves,
            levels: scale.levels().iter().enumerate().map(of_level).collect(),
            not_judged: n_rows.iter().zip(&judged).map(|(rows, judged)| rows - judged).collect(),
            judged,
            panel: panel.description().map(str::to_string),
        })
    }
}

/// The ends of E. B. Wilson's interval of a part x of n, for a normal quantile z.
pub(super) fn wilson(x: usize, n: usize, z: f64) -> (f64, f64) {
    let (x, n) = (x as f64, n as f64);
    let half = z * (x * (n - x) / n + z * z / 4.0).sqrt();
    let end = |sign: f64| ((x + z * z / 2.0 + sign * half) / (n + z * z)).clamp(0.0, 1.0);
    (end(-1.0), end(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_is_the_root_of_its_equation() {
        // |x/n − p| = z √(p(1 − p)/n) at both ends.
        let z = 1.959_963_984_540_054;
        for (x, n) in [(3, 20), (10, 17), (19, 20)] {
            let part = x as f64 / n as f64;
            let (lower, upper) = wilson(x, n, z);
            for p in [lower, upper] {
                assert!(((part - p).abs() - z * (p * (1.0 - p) / n as f64).sqrt()).abs() < 1e-14, "{x} of {n}: {p}");
            }
        }
        assert_eq!((wilson(0, 20, z).0, wilson(20, 20, z).1), (0.0, 1.0));
    }
}
