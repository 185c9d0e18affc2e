//! Whether variation falls.

use super::{counts, level_heading, row, warned};
use crate::findings::{Trend, VariationOverTime, VariationSeries};
use crate::report::answer::{Answer, Origin};
use crate::report::breakdown::left_out;
use crate::report::estimates::Digits;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::{level, percent};
use crate::report::words::per_cent;

/// The columns of a trend, and its cells.
pub(super) fn with_trend(table: Table, of: f64, format: Format) -> Table {
    table
        .column("slope", "per period", format)
        .column("std_error", "std. error", format)
        .range(["lower", "upper"], level_heading(of), format)
        .column("p_value", "p", Format::PValue)
}

pub(super) fn trend_cells(trend: Option<&Trend>) -> [Cell; 4] {
    [
        Cell::from(trend.map(|trend| trend.slope)),
        Cell::from(trend.map(|trend| trend.std_error)),
        Cell::from(trend.map(|trend| [trend.lower, trend.upper])),
        Cell::from(trend.map(|trend| trend.p_value)),
    ]
}

/// Whether a trend is beyond chance, in words with its interval: "falls by 0.4 points a period (95% interval of the slope
/// -0.6 to -0.2)".
pub(super) fn trend_in_words(trend: &Trend, of: f64, unit: &str, number: impl Fn(f64) -> String) -> String {
    let ends = format!("{} interval of the slope {} to {}", level(of), number(trend.lower), number(trend.upper));
    match (trend.lower > 0.0, trend.upper < 0.0) {
        // No unit moves it, so that there is nothing to tell chance by.
        _ if trend.t.is_none() && trend.slope != 0.0 => {
            format!("moves by {}{unit} a period, and leaving units out says nothing of chance", number(trend.slope))
        }
        (true, _) => format!("rises by {}{unit} a period ({ends})", number(trend.slope)),
        (_, true) => format!("falls by {}{unit} a period ({ends})", number(-trend.slope)),
        _ => format!("shows no trend beyond chance ({}{unit} a period, {ends})", number(trend.slope)),
    }
}

impl Answer for VariationOverTime {
    fn kind(&self) -> &'static str {
        "variation_over_time"
    }

    fn tables(&self) -> Tables {
        let heading = level_heading(self.level);
        let periods = Table::new("periods", "")
            .column("period", "period", Format::Whole)
            .column("n_units", "units", Format::Whole)
            .column("mean", "mean", Format::Significant)
            .rows(self.periods.iter().map(|of| row([of.period.into(), of.n_units.into(), of.mean.into()])));
        // Parts are per cents and spreads are not: each has a table of its own.
        let series = |has_units: bool| self.series.iter().filter(move |series| series.measure.has_units() == has_units);
        let points = |name: &str, caption: &str, has_units: bool| {
            let format = if has_units { Format::Significant } else { Format::Percent };
            let unit = if has_units { "value" } else { "value, %" };
            Table::new(name, caption)
                .column("measure", "measure", Format::Text)
                .column("period", "period", Format::Whole)
                .column("value", unit, format)
                .column("std_error", "std. error", format)
                .range(["lower", "upper"], heading.as_str(), format)
                .rows(series(has_units).flat_map(|series| {
                    series.points.iter().map(|point| {
                        let name = Cell::from(series.to_string());
                        let error = Cell::from(point.interval.map(|interval| interval.std_error));
                        row([name, point.period.into(), point.value.into(), error, Cell::from(point.interval)])
                    })
                }))
                .without_empty_columns()
        };
        let trends = |name: &str, caption: &str, has_units: bool| {
            let format = if has_units { Format::Significant } else { Format::Percent };
            let table = Table::new(name, caption).column("measure", "trend of", Format::Text);
            with_trend(table, self.level, format).rows(series(has_units).map(|series: &VariationSeries| {
                row([Cell::from(series.to_string())].into_iter().chain(trend_cells(series.trend.as_ref())))
            }))
        };
        let tables = [
            periods,
            points("spreads", "spread between units, in the unit of the outcome", true),
            points("parts", "parts of the variation", false),
            trends("trends", "trends of spreads", true),
            trends("trends_of_parts", "trends of parts, in percentage points", false),
        ];
        let span = match (self.periods.first(), self.periods.last()) {
            (Some(first), Some(last)) => format!(", {} to {}", first.period, last.period),
            _ => String::new(),
        };
        Tables::new(format!("{}, variation between units{span}", self.outcome), tables)
            .about([counts(&self.sample)])
            .about(self.panel.clone())
            .notes(left_out(&self.sample))
            .notes(self.left_out.iter().map(|left| format!("left out: {left}")))
            .notes(warned(&self.warnings))
    }

    fn sentences(&self) -> Vec<String> {
        let told = |series: &VariationSeries| {
            let trend = series.trend.as_ref()?;
            let words = match series.measure.has_units() {
                true => trend_in_words(trend, self.level, "", |x| Digits::Significant(3).text(x)),
                false => trend_in_words(trend, self.level, " points", percent),
            };
            let ends = series.points.first().zip(series.points.last());
            let number = |x: f64| {
                if series.measure.has_units() { Digits::Significant(3).text(x) } else { per_cent(x) }
            };
            let ends = ends.map_or(String::new(), |(first, last)| {
                let (a, b) = (number(first.value), number(last.value));
                format!("was {a} in {} and {b} in {}; ", first.period, last.period)
            });
            let what = match (&series.component, &series.method) {
                (Some(component), Some(method)) => format!("share of {component} ({method})"),
                (Some(unexplained), None) => format!("{unexplained} share"),
                _ => series.to_string(),
            };
            // Over all of them it need not go as from the first to the last.
            Some(format!("Of {}, the {what} {ends}over all periods it {words}.", self.outcome))
        };
        let mut said: Vec<String> = self.series.iter().filter_map(told).collect();
        if said.is_empty() {
            said.push(format!("There are too few periods of {} for a trend.", self.outcome));
        }
        said
    }

    fn origin(&self) -> Origin {
        Origin::of_sample(&self.sample)
    }
}
