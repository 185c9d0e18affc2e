//! How much of a gap between two groups goes with what they are, and how much with how the outcome goes with it?

mod question;
mod regressions;

use serde::{Deserialize, Serialize};

pub use question::OaxacaAnalysis;

use crate::decompose::{Interval, IntervalMethod};
use crate::error::{Error, QuestionError, Result};
use crate::warning::Warning;

/// The gap between the means of two groups, of two periods or of two kinds of units, by A. S. Blinder (1973) and R. Oaxaca
/// (1973): coefficients may differ by group, as they may not in a [`Change`](super::Change). What [`OaxacaAnalysis`] finds.
///
/// With x̄ the means of the columns and of a constant, β the coefficients of least squares in each group, and β* those of a
/// reference,
///
/// ```text
/// two-fold     ȳ_a − ȳ_b = (x̄_a − x̄_b)β*  +  x̄_a(β_a − β*) + x̄_b(β* − β_b)
///                          explained          unexplained, of a and of b
/// three-fold   ȳ_a − ȳ_b = (x̄_a − x̄_b)β_b + x̄_b(β_a − β_b) + (x̄_a − x̄_b)(β_a − β_b)
///                          endowments        coefficients      interaction
/// ```
///
/// Regressions are on the columns of all components and of `always`, without unit effects; a column that has no
/// coefficient in one of the groups is left out of both and named. All rows of a group count, whether their unit is in the
/// other or not, with their weights. The numbers are those of R's package `oaxaca` and of statsmodels. Coefficients come
/// from cross-products, and are exact to about 1e-16 over the part of a column that the others leave.
///
/// The parts of single columns depend on where each is zero, and of a factor on the level that is left out; the sums do
/// not. "Unexplained" is what these columns leave, not discrimination and not practice.
///
/// # Examples
/// ```
/// use apportion::findings::{Oaxaca, OaxacaAnalysis, OaxacaReference};
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("policy", [Term::PeriodEffects])
///     .component("practice", [Term::UnitEffects])
///     .fit(&panel)?;
/// let oaxaca: Oaxaca = OaxacaAnalysis::between_periods(2011, 2018).of(&fit)?;
/// assert_eq!((oaxaca.a.name.as_str(), oaxaca.b.n_observations), ("2018", 150));
/// // Within a period its effect is no column.
/// assert_eq!(oaxaca.left_out.len(), 7);
/// let (two, three) = (oaxaca.two_fold(OaxacaReference::B)?, &oaxaca.three_fold[0]);
/// assert!((two.explained.points + two.unexplained.points - oaxaca.gap.points).abs() < 1e-9);
/// assert!((two.unexplained.points - three.coefficients.points - three.interaction.points).abs() < 1e-9);
/// assert!(oaxaca.gap.interval.is_some());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Oaxaca {
    /// The outcome.
    pub outcome: String,
    /// The column that says who is in which group.
    pub by: String,
    /// The group whose mean is taken first: of two periods that which the change is to.
    pub a: OaxacaGroup,
    /// The group whose mean is taken away: that which the change is from.
    pub b: OaxacaGroup,
    /// ȳ_a − ȳ_b.
    pub gap: GapPart,
    /// By every reference.
    pub two_fold: Vec<TwoFold>,
    /// From b, as it is written above; then from a, with the groups' places changed and the signs kept those of the gap.
    pub three_fold: Vec<ThreeFold>,
    /// Columns that have no coefficient in one of the groups, and are left out of both.
    pub left_out: Vec<String>,
    /// The weight column; `None` where every row weighs alike.
    pub weights: Option<String>,
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    pub panel: Option<String>,
    /// How the intervals were made; `None` without intervals.
    pub interval: Option<IntervalMethod>,
    /// What deserves doubt.
    pub warnings: Vec<Warning>,
}

/// One of two groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OaxacaGroup {
    /// The period, or the level of the column.
    pub name: String,
    /// Its rows.
    pub n_observations: usize,
    /// Mean of the outcome.
    pub mean: f64,
    /// The constant, then the columns, in the order of the design.
    pub columns: Vec<OaxacaColumn>,
}

/// A column in one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OaxacaColumn {
    /// Its name; `constant`.
    pub name: String,
    /// Its component, or `always`; `None` of the constant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Its mean.
    pub mean: f64,
    /// Its coefficient: points of the outcome for one unit of the column.
    pub coefficient: f64,
}

/// Whose coefficients are those that would hold without a difference between the groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OaxacaReference {
    /// Those of group a.
    #[serde(rename = "group_a")]
    A,
    /// Those of group b.
    #[serde(rename = "group_b")]
    B,
    /// Half of each: C. W. Reimers (1983).
    Half,
    /// Each by its part of the rows, or of their weight: J. Cotton (1988).
    BySize,
    /// Of a regression on both groups: D. Neumark (1988).
    Pooled,
    /// Of a regression on both groups and a dummy of the one, which takes none of its part of the gap for the columns': B.
    /// Jann (2008).
    PooledWithGroup,
}

/// The gap in two parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TwoFold {
    /// Whose coefficients.
    pub reference: OaxacaReference,
    /// What goes with the columns.
    pub explained: GapPart,
    /// What goes with the coefficients.
    pub unexplained: GapPart,
    /// Of the unexplained, what group a has over the reference.
    pub unexplained_a: GapPart,
    /// And what the reference has over group b.
    pub unexplained_b: GapPart,
    /// The explained, by column.
    pub explained_by_column: Vec<GapPart>,
    /// The unexplained, by column.
    pub unexplained_by_column: Vec<GapPart>,
}

/// The gap in three parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ThreeFold {
    /// From which group it is seen.
    pub from: OaxacaReference,
    /// What goes with the columns.
    pub endowments: GapPart,
    /// What goes with the coefficients.
    pub coefficients: GapPart,
    /// What goes with both at once.
    pub interaction: GapPart,
    /// The endowments, by column.
    pub endowments_by_column: Vec<GapPart>,
    /// The coefficients, by column.
    pub coefficients_by_column: Vec<GapPart>,
    /// The interaction, by column.
    pub interaction_by_column: Vec<GapPart>,
}

/// A part of the gap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GapPart {
    /// Which part; of parts by column, the column.
    pub name: String,
    /// In points of the outcome.
    pub points: f64,
    /// How sure it is; `None` without intervals.
    #[serde(flatten, deserialize_with = "Interval::beside")]
    pub interval: Option<Interval>,
}

impl OaxacaReference {
    /// All of them, in the order of [`Oaxaca::two_fold`].
    pub const ALL: [OaxacaReference; 6] = [
        OaxacaReference::A,
        OaxacaReference::B,
        OaxacaReference::Half,
        OaxacaReference::BySize,
        OaxacaReference::Pooled,
        OaxacaReference::PooledWithGroup,
    ];

    /// Its name, as JSON has it.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::OaxacaReference;
    ///
    /// assert_eq!(OaxacaReference::ALL.map(OaxacaReference::name)[4], "pooled");
    /// assert_eq!(serde_json::to_string(&OaxacaReference::A)?, r#""group_a""#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            OaxacaReference::A => "group_a",
            OaxacaReference::B => "group_b",
            OaxacaReference::Half => "half",
            OaxacaReference::BySize => "by_size",
            OaxacaReference::Pooled => "pooled",
            OaxacaReference::PooledWithGroup => "pooled_with_group",
        }
    }
}

impl Oaxaca {
    /// The gap in two parts, by this reference.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for one that is not among them, as in a document that somebody cut.
    ///
    /// # Examples
    /// See [`Oaxaca`].
    pub fn two_fold(&self, reference: OaxacaReference) -> Result<&TwoFold> {
        self.two_fold.iter().find(|two| two.reference == reference).ok_or_else(|| {
            let there: Vec<&str> = self.two_fold.iter().map(|two| two.reference.name()).collect();
            let expected = format!("it must be one of {}", there.join(", "));
            Error::from(QuestionError::Option { option: "reference", expected, found: reference.name().to_string() })
        })
    }
}
