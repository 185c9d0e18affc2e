//! Do two things go together: over places and years, between places, and from year to year within them?

use serde::{Deserialize, Serialize};

use super::scale::JudgementScale;
use crate::decompose::Interval;
use crate::error::{EstimateError, FindingProblem, QuestionError, Result, no_key};
use crate::numerics::means::mean;
use crate::numerics::order::middle_ranks;
use crate::panel::{Deviations, Panel, product_moment};
use crate::regress::check_level;
use crate::resample::left_out_interval;
use crate::warning::{FEW_CLUSTERS, Warning};

const FINDING: &str = "a relation";
/// With one left out, two are needed that may differ.
const FEWEST_UNITS: usize = 3;
/// Deviations that differ by no more than this part of the largest are ties that rounding has parted.
const TIED: f64 = 1e-12;
/// A correlation this close to one is one.
const PERFECT: f64 = 1.0 - 1e-12;

/// What is related: a column of numbers by its name, or a judgement in words, read as 1, 2, … from the lowest by its
/// scale.
///
/// # Examples
/// See [`Relation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationVariable {
    /// A column of numbers.
    Number(String),
    /// A judgement in words.
    Judgement(JudgementScale),
}

impl From<&str> for RelationVariable {
    fn from(column: &str) -> Self {
        RelationVariable::Number(column.to_string())
    }
}

impl From<String> for RelationVariable {
    fn from(column: String) -> Self {
        RelationVariable::Number(column)
    }
}

impl From<JudgementScale> for RelationVariable {
    fn from(scale: JudgementScale) -> Self {
        RelationVariable::Judgement(scale)
    }
}

impl RelationVariable {
    fn column(&self) -> &str {
        match self {
            RelationVariable::Number(column) => column,
            RelationVariable::Judgement(scale) => scale.column(),
        }
    }

    /// The numbers of all rows, NaN where missing.
    fn numbers(&self, panel: &Panel) -> Result<Vec<f64>> {
        match self {
            RelationVariable::Number(column) => Ok(panel.numbers_for("a relation", column)?.to_vec()),
            RelationVariable::Judgement(scale) => {
                let places = scale.places(panel, FINDING)?.into_iter();
                Ok(places.map(|place| place.map_or(f64::NAN, |place| place as f64 + 1.0)).collect())
            }
        }
    }
}

/// A correlation, and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CorrelationEstimate {
    /// From −1 to 1.
    pub correlation: f64,
    /// Its bias, standard error and interval, each unit left out in turn.
    #[serde(flatten)]
    pub interval: Interval,
}

/// How two things go together at one level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Association {
    /// By their numbers; `None` where one of the two does not vary here.
    pub pearson: Option<CorrelationEstimate>,
    /// By their ranks, ties by the mean of theirs.
    pub spearman: Option<CorrelationEstimate>,
}

/// How two things go together: over all rows, between the means of units, and within units over their deviations from
/// these.
///
/// Over the rows on which neither is missing, with a and b the deviations of rows from their mean (overall), of the
/// units' means from the mean of these means (between), and of rows from the means of their units (within),
///
/// ```text
/// Pearson    r = Σ ab / √(Σa² Σb²)
/// Spearman   the same of the ranks of a and of b, about the mean rank
/// ```
///
/// Intervals leave each unit out in turn, with all its years, so that years of one unit need not be independent; they
/// are t on U − 1 degrees of freedom about atanh r and so lie within −1 and 1 (R. A. Fisher's scale). A judgement counts
/// as 1, 2, … by its scale: Spearman asks of nothing but its order.
///
/// What all units share in a year, such as rising prices, goes into the overall and the within correlation.
///
/// The three need not agree: places that spend more may be judged worse, and each be judged better after spending
/// more. None of them says what causes what.
///
/// # Examples
/// ```
/// use apportion::findings::{JudgementScale, Relation};
/// use apportion::Panel;
///
/// let words = ["Inadequate", "Requires improvement", "Good", "Outstanding"];
/// let scale = JudgementScale::new("ofsted_overall", words)?.beside("Adequate", "Requires improvement")?;
/// let panel = Panel::england_2011_2018()?;
/// let relation = Relation::of(&panel, "spend_core_per_child", scale, 0.95)?;
/// let overall = relation.overall.spearman.unwrap();
/// assert!(overall.interval.lower < overall.correlation && overall.correlation < overall.interval.upper);
/// // What is constant over the years of a place has nothing within it.
/// let constant = Relation::of(&panel, "idaci_2015", "cpp_rate", 0.95)?;
/// assert!(constant.within.pearson.is_none() && constant.between.pearson.unwrap().correlation > 0.3);
/// println!("{relation}");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Relation {
    /// The one column.
    pub first: String,
    /// The other.
    pub second: String,
    /// Rows on which neither is missing.
    pub n_observations: usize,
    /// Units that they are of.
    pub n_units: usize,
    /// The level of the intervals.
    pub level: f64,
    /// Over rows.
    pub overall: Association,
    /// Over the means of units.
    pub between: Association,
    /// Over deviations from them.
    pub within: Association,
    /// What there is no correlation of, and why.
    pub left_out: Vec<String>,
    /// What the panel says of itself; `None` where it says nothing.
    pub panel: Option<String>,
    /// What deserves doubt.
    pub warnings: Vec<Warning>,
}

/// The deviations of both at the three levels, and the numbers of variables that vary there.
struct Levels([(Vec<f64>, Vec<f64>); 3]);

impl Levels {
    fn of(a: &[f64], b: &[f64], units: &[u32]) -> Self {
        let (a, b) = (Deviations::of(a, Some(units)), Deviations::of(b, Some(units)));
        Levels([(a.overall, b.overall), (a.between, b.between), (a.within, b.within)])
    }

    /// Pearson's and Spearman's correlation at each level.
    fn correlations(&self) -> [[Option<f64>; 2]; 3] {
        self.0.each_ref().map(|(a, b)| [product_moment(a, b), product_moment(&ranks(a), &ranks(b))])
    }
}

/// Ranks about their mean; none vary where nothing does.
fn ranks(deviations: &[f64]) -> Vec<f64> {
    let largest = deviations.iter().fold(0.0_f64, |largest, d| largest.max(d.abs()));
    let ranks = middle_ranks(deviations, TIED * largest);
    let middle = mean(&ranks);
    ranks.into_iter().map(|rank| rank - middle).collect()
}

impl Relation {
    /// How two variables of a panel go together, with intervals at this level.
    ///
    /// # Errors
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without units;
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn) and
    /// [`DataError::NotANumber`](crate::error::DataError::NotANumber) for columns; [`QuestionError::Option`] for one column
    /// twice, and a level outside of 0 to 1; [`EstimateError::Finding`] for a judgement without a place on the scale, with
    /// its unit and period, and for a variable that does not vary; [`EstimateError::TooFew`] for fewer than three units
    /// that have both.
    ///
    /// # Examples
    /// See [`Relation`].
    pub fn of(
        panel: &Panel,
        first: impl Into<RelationVariable>,
        second: impl Into<RelationVariable>,
        level: f64,
    ) -> Result<Self> {
        let (first, second) = (first.into(), second.into());
        let units = panel.unit_indices().ok_or_else(|| no_key(FINDING, "unit"))?;
        check_level(level)?;
        if first.column() == second.column() {
            let expected = "two columns are related: name another".to_string();
            let found = format!("\"{}\" twice", first.column());
            return Err(QuestionError::Option { option: "relation", expected, found }.into());
        }
        let (a, b) = (first.numbers(panel)?, second.numbers(panel)?);
        let rows: Vec<usize> = (0..a.len()).filter(|&row| !a[row].is_nan() && !b[row].is_nan()).collect();
        let at = |values: &[f64]| -> Vec<f64> { rows.iter().map(|&row| values[row]).collect() };
        let (a, b) = (at(&a), at(&b));
        let units: Vec<u32> = rows.iter().map(|&row| units[row]).collect();
        // Rows of a unit stand together.
        let mut distinct = units.clone();
        distinct.dedup();
        if distinct.len() < FEWEST_UNITS {
            let what = format!("units with \"{}\" and \"{}\"", first.column(), second.column());
            return Err(EstimateError::TooFew { what, expected: FEWEST_UNITS, found: distinct.len() }.into());
        }
        let levels = Levels::of(&a, &b, &units);
        let is_constant = |deviations: &[f64]| deviations.iter().all(|d| *d == 0.0);
        for (variable, deviations) in [(&first, &levels.0[0].0), (&second, &levels.0[0].1)] {
            if is_constant(deviations) {
                let column = variable.column().to_string();
                let why = FindingProblem::Constant { column, period: None, but_for_one: false };
                return Err(EstimateError::Finding { finding: FINDING, why }.into());
            }
        }
        let found = levels.correlations();
        let without = distinct.iter().map(|unit| {
            let stays: Vec<usize> = (0..units.len()).filter(|&row| units[row] != *unit).collect();
            let (a, b) = stays.iter().map(|&row| (a[row], b[row])).collect::<(Vec<f64>, Vec<f64>)>();
            Levels::of(&a, &b, &stays.iter().map(|&row| units[row]).collect::<Vec<_>>()).correlations()
        });
        let without: Vec<[[Option<f64>; 2]; 3]> = without.collect();
        let mut left_out = Vec::new();
        let mut association = |place: usize, name: &str| {
            let estimate = |of: usize| {
                let replicates: Option<Vec<f64>> = without.iter().map(|all| all[place][of]).collect();
                Some(estimate(found[place][of]?, replicates?, level))
            };
            let association = Association { pearson: estimate(0), spearman: estimate(1) };
            if association.pearson.is_none() || association.spearman.is_none() {
                let (of_a, of_b) = (&levels.0[place].0, &levels.0[place].1);
                let fixed = [(&first, of_a), (&second, of_b)].into_iter().filter(|(_, of)| is_constant(of));
                let names: Vec<String> = fixed.map(|(variable, _)| format!("\"{}\"", variable.column())).collect();
                left_out.push(match names.as_slice() {
                    [] => format!("{name}: without some one unit nothing varies"),
                    names => format!("{name}: {} does not vary there", names.join(" and ")),
                });
            }
            association
        };
        let (overall, between) = (association(0, "overall"), association(1, "between units"));
        let within = association(2, "within units");
        let (clusters, wanted) = (distinct.len(), FEW_CLUSTERS);
        let is_few = clusters < wanted;
        Ok(Relation {
            first: first.column().to_string(),
            second: second.column().to_string(),
            n_observations: rows.len(),
            n_units: clusters,
            level,
            overall,
            between,
            within,
            left_out,
            panel: panel.description().map(str::to_string),
            warnings: is_few.then_some(Warning::FewClusters { clusters, wanted }).into_iter().collect(),
        })
    }
}

/// A correlation with its interval, from what it is without each unit.
fn estimate(correlation: f64, without: Vec<f64>, level: f64) -> CorrelationEstimate {
    let plain = left_out_interval(correlation, without.clone(), level);
    // Fisher's scale has no place for one.
    let is_perfect = [correlation].iter().chain(&without).any(|r| r.abs() >= PERFECT);
    let (lower, upper) = if is_perfect {
        (plain.lower.max(-1.0), plain.upper.min(1.0))
    } else {
        let scaled = left_out_interval(correlation.atanh(), without.into_iter().map(f64::atanh).collect(), level);
        (scaled.lower.tanh(), scaled.upper.tanh())
    };
    CorrelationEstimate { correlation, interval: Interval { lower, upper, ..plain } }
}
