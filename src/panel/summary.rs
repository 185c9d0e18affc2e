//! What is in a panel, at a glance?
//!
//! Statistics are unweighted and taken over the values that are not missing; the printed form fits 80 columns.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Panel;
use super::column::{Column, ColumnKind, Values};
use super::missing::Missing;

/// Characters of a printed line.
const WIDTH: usize = 80;

/// Characters of a printed statistic, enough for five digits, a sign and an exponent.
const NUMBER: usize = 9;

/// The least space for a column's name; longer names are cut when the line is full.
const LEAST_NAME: usize = 12;

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
#[non_exhaustive]
pub struct PanelSummary {
    /// What the panel is, when it says so.
    pub description: Option<String>,
    /// Rows.
    pub n_rows: usize,
    /// The units, when there is a unit column.
    pub units: Option<KeySummary>,
    /// The periods, when there is a period column.
    pub periods: Option<KeySummary>,
    /// Whether every unit has a row in every period.
    pub balanced: bool,
    /// Pairs of a unit and a period without a row.
    pub n_gaps: usize,
    /// The first three of them, as "unit period".
    pub first_gaps: Vec<String>,
    /// The weight column.
    pub weight: Option<String>,
    /// The population column.
    pub population: Option<String>,
    /// The columns, in the order of the source.
    pub columns: Vec<ColumnSummary>,
}

/// The units or the periods of a panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
        let n_gaps = n_pairs.saturating_sub(panel.n_rows());
        let both = panel.units.is_some() && panel.periods.is_some();
        Self {
            description: panel.description().map(str::to_owned),
            n_rows: panel.n_rows(),
            units: panel.unit_column().map(|column| KeySummary::of(column, panel.units())),
            periods: panel.period_column().map(|column| KeySummary::of(column, panel.periods())),
            balanced: panel.is_balanced(),
            n_gaps: if both { n_gaps } else { 0 },
            first_gaps: if both { first_gaps(panel) } else { Vec::new() },
            weight: panel.weight_column().map(str::to_owned),
            population: panel.population_column().map(str::to_owned),
            columns: panel.columns().iter().map(ColumnSummary::of).collect(),
        }
    }
}

/// The first pairs of unit and period without a row; rows are sorted, so a pair is missing where the next row is another.
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
    fn of<T: ToString>(column: &str, values: &[T]) -> Self {
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

impl fmt::Display for PanelSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(description) = &self.description {
            wrap(f, "", &printable(description))?;
        }
        wrap(f, "", &self.rows_line())?;
        if !self.balanced {
            let more = if self.n_gaps > self.first_gaps.len() { ", …" } else { "" };
            let gaps = printable(&self.first_gaps.join(", "));
            wrap(f, "", &format!("not balanced: {} ({gaps}{more})", counted(self.n_gaps, "gap")))?;
        }
        for (role, column) in [("weight", &self.weight), ("population", &self.population)] {
            if let Some(column) = column {
                wrap(f, "", &format!("{role}: {}", printable(column)))?;
            }
        }
        if self.columns.is_empty() {
            return Ok(());
        }
        let n_missing = |column: &ColumnSummary| column.missing.values().sum::<usize>();
        let widest = |text: &str, value: &dyn Fn(&ColumnSummary) -> usize| {
            self.columns.iter().map(|column| value(column).to_string().len()).max().unwrap_or(0).max(text.len())
        };
        let (n_width, missing_width) = (widest("n", &|column| column.n), widest("missing", &n_missing));
        let statistics = 4 * (NUMBER + 1) + 1;
        let room = WIDTH.saturating_sub(n_width + missing_width + statistics + 4).max(LEAST_NAME);
        let longest = self.columns.iter().map(|column| column.name.chars().count()).max().unwrap_or(0);
        let name_width = longest.max("column".len()).min(room);

        writeln!(
            f,
            "\n{:name_width$}  {:>n_width$}  {:>missing_width$}  {:>NUMBER$} {:>NUMBER$} {:>NUMBER$} {:>NUMBER$}",
            "column", "n", "missing", "mean", "sd", "min", "max"
        )?;
        for column in &self.columns {
            let missing = n_missing(column);
            let name = cut(&printable(&column.name), name_width);
            write!(f, "{name:name_width$}  {:>n_width$}  {missing:>missing_width$}  ", column.n)?;
            match &column.levels {
                Some(levels) => {
                    let text = format!("text, {}: {}", counted(levels.len(), "level"), printable(&levels.join(", ")));
                    writeln!(f, "{}", cut(&text, statistics - 2))?;
                }
                None => {
                    let [mean, sd, min, max] = [column.mean, column.sd, column.min, column.max].map(short);
                    writeln!(f, "{mean:>NUMBER$} {sd:>NUMBER$} {min:>NUMBER$} {max:>NUMBER$}")?;
                }
            }
            if missing > 0 {
                let reasons: Vec<_> = column.missing.iter().map(|(reason, n)| format!("{n} {reason}")).collect();
                wrap(f, "  ", &format!("missing: {}", reasons.join(", ")))?;
            }
        }
        Ok(())
    }
}

impl PanelSummary {
    fn rows_line(&self) -> String {
        let mut parts = Vec::new();
        if let Some(units) = &self.units {
            parts.push(format!("{} ({})", counted(units.n, "unit"), printable(&units.column)));
        }
        if let Some(periods) = &self.periods {
            let span =
                if periods.n > 1 { format!("{} to {}", periods.first, periods.last) } else { periods.first.clone() };
            parts.push(format!("{} ({}, {span})", counted(periods.n, "period"), printable(&periods.column)));
        }
        if parts.is_empty() {
            parts.push("a cross-section".to_owned());
        } else if self.balanced && parts.len() == 2 {
            parts.push("balanced".to_owned());
        }
        format!("{}: {}", counted(self.n_rows, "row"), parts.join(", "))
    }
}

fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// A text on one line, without control characters.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A text of at most `width` characters, ending in "…" when it was longer.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(width.saturating_sub(1)).collect();
    kept.push('…');
    kept
}

/// A statistic in at most [`NUMBER`] characters: whole numbers in full up to eight digits, others with four significant
/// digits.
fn short(value: Option<f64>) -> String {
    let Some(value) = value else { return "–".to_owned() };
    let magnitude = value.abs();
    if value == 0.0 {
        return "0".to_owned(); // and not "-0"
    }
    if value.fract() == 0.0 && magnitude < 1e8 {
        return format!("{value}");
    }
    if (1e-3..1e7).contains(&magnitude) {
        let decimals = (3.0 - magnitude.log10().floor()).clamp(0.0, 6.0) as usize;
        return format!("{value:.decimals$}");
    }
    let exponent = format!("{value:.2e}");
    if exponent.len() <= NUMBER { exponent } else { format!("{value:.1e}") }
}

/// Prints a text in lines of at most [`WIDTH`] characters, broken at spaces where there are any; later lines are
/// indented two further.
fn wrap(f: &mut fmt::Formatter<'_>, indent: &str, text: &str) -> fmt::Result {
    let mut line = indent.to_owned();
    let mut used = indent.chars().count();
    let mut fresh = true;
    let next = format!("{indent}  ");
    for word in text.split_whitespace() {
        let mut rest: Vec<char> = word.chars().collect();
        if !fresh && used + 1 + rest.len() > WIDTH {
            writeln!(f, "{line}")?;
            (line, used, fresh) = (next.clone(), next.len(), true);
        }
        if !fresh {
            line.push(' ');
            used += 1;
        }
        while used + rest.len() > WIDTH {
            line.extend(rest.drain(..WIDTH - used));
            writeln!(f, "{line}")?;
            (line, used) = (next.clone(), next.len());
        }
        used += rest.len();
        line.extend(rest);
        fresh = false;
    }
    writeln!(f, "{line}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::PanelSchema;

    fn read(csv: &str, schema: PanelSchema) -> Panel {
        Panel::read_csv_from(csv.as_bytes(), &schema).unwrap()
    }

    fn assert_fits(summary: &PanelSummary) -> String {
        let text = summary.to_string();
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{} characters: {line}", line.chars().count());
        }
        text
    }

    #[test]
    fn figures_of_a_panel() {
        let csv = "unit,year,v,t\na,2017,1,x\na,2018,3,\nb,2018,c,y\nc,2019,8,x\n";
        let summary = read(csv, PanelSchema::new("unit", "year").weight("v")).summary();
        assert_eq!((summary.n_rows, summary.balanced, summary.n_gaps), (4, false, 5));
        assert_eq!(summary.first_gaps, ["a 2019", "b 2017", "b 2019"]);
        let v = &summary.columns[0];
        assert_eq!((v.n, v.mean, v.min, v.max), (3, Some(4.0), Some(1.0), Some(8.0)));
        assert_eq!(v.sd, Some(13_f64.sqrt()));
        assert_eq!(v.missing[&Missing::Confidential], 1);
        let t = &summary.columns[1];
        assert_eq!((t.n, t.mean, t.levels.as_ref().unwrap().len()), (3, None, 2));
        let text = assert_fits(&summary);
        assert!(text.contains("not balanced: 5 gaps (a 2019, b 2017, b 2019, …)"), "{text}");
        assert!(text.contains("weight: v"), "{text}");
        assert!(text.contains("missing: 1 confidential (c)"), "{text}");
    }

    #[test]
    fn a_balanced_panel_and_a_cross_section() {
        let csv = "unit,year\na,2017\nb,2017\n";
        let text = assert_fits(&read(csv, PanelSchema::new("unit", "year")).summary());
        assert_eq!(text, "2 rows: 2 units (unit), 1 period (year, 2017), balanced\n");
        let text = assert_fits(&read(csv, PanelSchema::default()).with_description("Of two rows.").summary());
        assert!(text.starts_with("Of two rows.\n2 rows: a cross-section\n"), "{text}");
    }

    #[test]
    fn columns_without_values_and_with_one() {
        let summary = read("a,b\n1,x\n,c\n", PanelSchema::default()).summary();
        let (a, b) = (&summary.columns[0], &summary.columns[1]);
        assert_eq!((a.n, a.mean, a.sd), (1, Some(1.0), None));
        assert_eq!((b.n, b.mean, b.sd, b.min), (0, None, None, None));
        assert_fits(&summary);
    }

    #[test]
    fn everything_long_fits() {
        let name = "a_very_long_name_".repeat(9);
        let levels = "level ".repeat(40);
        let marks = ["NA", "x", "c", "z", "u", "low", ":", "..", "-", "~", "", "NaN", "-1.2345e-300", "1e300"];
        let rows: String = marks.iter().map(|mark| format!("{name}{mark},{mark},{levels}\n")).collect();
        let panel = read(&format!("{name},v,t\n{rows}"), PanelSchema::default().unit(&name));
        assert_fits(&panel.with_description(format!("{name} {levels}")).summary());
    }

    #[test]
    fn statistics_in_nine_characters() {
        for (value, text) in [
            (0.0, "0"),
            (43.0, "43"),
            (43.123_456, "43.12"),
            (-0.001_234_5, "-0.001234"),
            (34_438_756.0, "34438756"),
            (34_438_756.5, "3.44e7"),
            (999_999.96, "1000000"),
            (1e300, "1.00e300"),
            (-1.5e-300, "-1.5e-300"),
        ] {
            assert_eq!(short(Some(value)), text);
        }
        assert_eq!(short(None), "–");
    }

    proptest::proptest! {
        #[test]
        fn any_statistic_fits(value in proptest::num::f64::ANY) {
            proptest::prop_assume!(value.is_finite());
            proptest::prop_assert!(short(Some(value)).len() <= NUMBER, "{}", short(Some(value)));
        }
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
