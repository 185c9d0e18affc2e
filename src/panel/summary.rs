//! What is in a panel, at a glance?
//!
//! Statistics are unweighted and taken over the values that are not missing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Panel;
use super::column::{Column, ColumnKind, Values};
use super::history::Lineage;
use super::missing::Missing;

/// How many gaps are named.
const GAPS_NAMED: usize = 3;

/// A panel in numbers; prints within 80 columns.
///
/// ```
/// use apportion::Panel;
/// let panel = Panel::builder()
///     .units(["A", "A", "B"])
///     .periods([2017, 2018, 2018])
///     .column("rate", [10.0, 20.0, f64::NAN])
///     .text_column("region", ["North", "North", "South"])
///     .build()?;
/// assert_eq!(
///     panel.summary().to_string(),
///     "\
/// 3 rows: 2 units (unit), 2 periods (period, 2017 to 2018)
/// not balanced: 1 gap (B 2017)
///
/// column  n  missing       mean        sd       min       max
/// rate    2        1         15     7.071        10        20
///   missing: 1 not a number (NaN)
/// region  3        0  text, 2 levels: North, South
/// "
/// );
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PanelSummary {
    /// What the panel is; `None` where nobody said.
    pub description: Option<String>,
    /// Rows.
    #[serde(rename = "n_rows")]
    pub n_observations: usize,
    /// The units; `None` without a unit column.
    pub units: Option<KeySummary>,
    /// The periods; `None` without a period column.
    pub periods: Option<KeySummary>,
    /// Whether every unit has a row in every period.
    pub balanced: bool,
    /// Pairs of a unit and a period without a row.
    pub n_gaps: usize,
    /// The first three of them, as "unit period".
    pub first_gaps: Vec<String>,
    /// The weight column; `None` where rows weigh alike.
    pub weight: Option<String>,
    /// The population column; `None` where the panel knows of none.
    pub population: Option<String>,
    /// The columns, in the order of the source.
    pub columns: Vec<ColumnSummary>,
    /// Where they come from and what was done to the panel, where the panel knows.
    #[serde(default)]
    pub lineage: Lineage,
}

/// The units or the periods of a panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct KeySummary {
    /// The name of the column.
    pub column: String,
    /// How many there are.
    pub n: usize,
    /// The first in order.
    pub first: String,
    /// The last in order.
    pub last: String,
}

/// One column of a panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ColumnSummary {
    /// The name.
    pub name: String,
    /// Numbers or text.
    pub kind: ColumnKind,
    /// Values that are not missing.
    pub n: usize,
    /// Values that are missing, for each reason.
    pub missing: BTreeMap<Missing, usize>,
    /// The mean; `None` for text and without values.
    pub mean: Option<f64>,
    /// The sample standard deviation (n − 1); `None` for text and below two values.
    pub sd: Option<f64>,
    /// The least value; `None` for text and without values.
    pub min: Option<f64>,
    /// The greatest value; `None` for text and without values.
    pub max: Option<f64>,
    /// The distinct texts, sorted; `None` for numbers.
    pub levels: Option<Vec<String>>,
}

impl PanelSummary {
    pub(super) fn of(panel: &Panel) -> Self {
        let n_pairs = panel.n_units().saturating_mul(panel.n_periods());
        let n_gaps = n_pairs.saturating_sub(panel.n_observations());
        let both = panel.units.is_some() && panel.periods.is_some();
        Self {
            description: panel.description().map(str::to_owned),
            n_observations: panel.n_observations(),
            units: panel.unit_column().map(|column| KeySummary::of(column, panel.units())),
            periods: panel.period_column().map(|column| KeySummary::of(column, panel.periods())),
            balanced: panel.is_balanced(),
            n_gaps: if both { n_gaps } else { 0 },
            first_gaps: if both { first_gaps(panel) } else { Vec::new() },
            weight: panel.weight_column().map(str::to_owned),
            population: panel.population_column().map(str::to_owned),
            columns: panel.columns().iter().map(ColumnSummary::of).collect(),
            lineage: panel.lineage(panel.columns().iter().map(Column::name)),
        }
    }
}

/// The first pairs of unit and period without a row; rows are sorted, so a pair is missing where the next row is
/// another.
fn first_gaps(panel: &Panel) -> Vec<String> {
    let mut row = 0;
    let mut gaps = Vec::new();
    for unit in panel.units() {
        for &period in panel.periods() {
            if panel.unit_of(row) == Some(unit) && panel.period_of(row) == Some(period) {
                row += 1;
            } else {
                gaps.push(format!("{unit} {period}"));
                if gaps.len() == GAPS_NAMED {
                    return gaps;
                }
            }
        }
    }
    gaps
}

impl KeySummary {
    pub(super) fn of<T: ToString>(column: &str, values: &[T]) -> Self {
        let text = |value: Option<&T>| value.map(T::to_string).unwrap_or_default();
        Self { column: column.to_owned(), n: values.len(), first: text(values.first()), last: text(values.last()) }
    }
}

impl ColumnSummary {
    fn of(column: &Column) -> Self {
        let mut summary = Self {
            name: column.name().to_owned(),
            kind: column.kind(),
            n: 0,
            missing: column.missing_counts(),
            mean: None,
            sd: None,
            min: None,
            max: None,
            levels: None,
        };
        match column.values() {
            Values::Text { codes, levels } => {
                summary.n = codes.len() - column.n_missing();
                summary.levels = Some(levels.clone());
            }
            Values::Number(numbers) => {
                let present = || numbers.iter().copied().filter(|number| !number.is_nan());
                summary.n = present().count();
                let n = summary.n as f64;
                summary.min = present().reduce(f64::min);
                summary.max = present().reduce(f64::max);
                let mean = present().sum::<f64>() / n;
                let squares = present().map(|number| (number - mean).powi(2)).sum::<f64>();
                // Sums of values near the largest double overflow: no statistic rather than a wrong one.
                summary.mean = Some(mean).filter(|mean| mean.is_finite());
                summary.sd = Some((squares / (n - 1.0)).sqrt()).filter(|sd| summary.n > 1 && sd.is_finite());
            }
        }
        summary
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::PanelSchema;

    fn read(csv: &str, schema: PanelSchema) -> Panel {
        Panel::read_csv_from(csv.as_bytes(), &schema).unwrap()
    }

    #[test]
    fn figures_of_a_panel() {
        let csv = "unit,year,v,t\na,2017,1,x\na,2018,3,\nb,2018,c,y\nc,2019,8,x\n";
        let summary = read(csv, PanelSchema::new("unit", "year").weight("v")).summary();
        assert_eq!((summary.n_observations, summary.balanced, summary.n_gaps), (4, false, 5));
        assert_eq!(summary.first_gaps, ["a 2019", "b 2017", "b 2019"]);
        let v = &summary.columns[0];
        assert_eq!((v.n, v.mean, v.min, v.max), (3, Some(4.0), Some(1.0), Some(8.0)));
        assert_eq!(v.sd, Some(13_f64.sqrt()));
        assert_eq!(v.missing[&Missing::Confidential], 1);
        let t = &summary.columns[1];
        assert_eq!((t.n, t.mean, t.levels.as_ref().unwrap().len()), (3, None, 2));
    }

    #[test]
    fn columns_without_values_and_with_one() {
        let summary = read("a,b\n1,x\n,c\n", PanelSchema::default()).summary();
        let (a, b) = (&summary.columns[0], &summary.columns[1]);
        assert_eq!((a.n, a.mean, a.sd), (1, Some(1.0), None));
        assert_eq!((b.n, b.mean, b.sd, b.min), (0, None, None, None));
    }

    #[test]
    fn json_round_trip() {
        let csv = "unit,year,v,t\na,2017,1,x\na,2018,3,\nb,2018,c,y\n";
        let summary = read(csv, PanelSchema::new("unit", "year")).summary();
        let text = serde_json::to_string(&summary).unwrap();
        assert_eq!(serde_json::from_str::<PanelSummary>(&text).unwrap(), summary);
        assert!(text.contains("\"confidential\":1"), "{text}");
    }
}
