//! Every unit over time, and the mean.

use super::axis::{below, range, room_beside, upright};
use super::numbers::{Unit, decimals_for, number};
use super::page::{Page, Sign, source};
use super::scene::{Point, Scene, Stroke, Text};
use super::spread::apart;
use super::style::ChartStyle;
use super::text::{cut, width};
use super::{Chart, Figure, needs};
use crate::error::Result;
use crate::panel::Panel;

/// Units that are named beside the end of their lines: so many of the highest, and of the lowest.
const NAMED: usize = 3;

impl Chart {
    /// A column over time: a thin line for each unit, broken where it has no value, and a bold one for their mean. The highest
    /// and the lowest of the last period are named.
    ///
    /// # Errors
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn), or another for a column of text;
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a panel without units, with fewer than two periods,
    /// or for a column without a value.
    ///
    /// # Examples
    /// ```
    /// use apportion::Panel;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::report::chart::Chart;
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let chart = Chart::over_time(&panel, "cpp_rate")?;
    /// assert!(chart.description().contains("150 units") && chart.to_svg().contains(">mean"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn over_time(panel: &Panel, column: &str) -> Result<Self> {
        let column = panel.column(column)?;
        let numbers = column.numbers()?;
        let (Some(units), Some(periods)) = (panel.unit_indices(), panel.period_indices()) else {
            return needs("panel", "without units or periods", "name its columns of units and periods in PanelSchema");
        };
        if panel.n_periods() < 2 {
            return needs("panel", "of one period", "a line needs two at least");
        }
        let mut lines = vec![vec![None; panel.n_periods()]; panel.n_units()];
        for (row, (&unit, &period)) in units.iter().zip(periods).enumerate() {
            lines[unit as usize][period as usize] = Some(numbers[row]).filter(|value| value.is_finite());
        }
        if lines.iter().flatten().all(Option::is_none) {
            return needs("column", format!("\"{}\" without a value", column.name()), "choose one that has some");
        }
        let labels = if panel.label_columns().is_empty() { Vec::new() } else { panel.unit_names()? };
        let name =
            |at: usize, unit: &String| labels.get(at).copied().flatten().map_or_else(|| unit.clone(), str::to_owned);
        Ok(Chart::new(OverTime {
            column: column.name().to_owned(),
            measured_in: panel.provenance(column.name())?.measured_in.clone(),
            periods: panel.periods().to_vec(),
            units: panel.units().iter().enumerate().map(|(at, unit)| name(at, unit)).zip(lines).collect(),
            source: source(panel.description(), column.name(), None),
        }))
    }
}

#[derive(Debug)]
struct OverTime {
    column: String,
    measured_in: Option<String>,
    periods: Vec<i32>,
    units: Vec<(String, Vec<Option<f64>>)>,
    source: String,
}

impl OverTime {
    /// The mean over the units that have a value, by period.
    fn means(&self) -> Vec<Option<f64>> {
        let mean = |at: usize| {
            let values: Vec<f64> = self.units.iter().filter_map(|unit| unit.1[at]).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        (0..self.periods.len()).map(mean).collect()
    }

    /// The highest and the lowest of the last period, by their places.
    fn extremes(&self) -> Vec<(usize, f64)> {
        let last = self.periods.len() - 1;
        let mut ends: Vec<(usize, f64)> =
            self.units.iter().enumerate().filter_map(|(at, unit)| Some((at, unit.1[last]?))).collect();
        ends.sort_by(|a, b| b.1.total_cmp(&a.1));
        let lowest = ends.split_off(ends.len().saturating_sub(NAMED).max(NAMED.min(ends.len())));
        ends.truncate(NAMED);
        ends.into_iter().chain(lowest).collect()
    }
}

impl Figure for OverTime {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let (small, colours) = (style.small(), style.colours());
        let column = style.named(&self.column);
        let (first, last) = (self.periods[0], self.periods[self.periods.len() - 1]);
        let title = format!("{column}, {first} to {last}");
        let mut page =
            Page::new(style, &title, &format!("A line for each of {} units, and their mean", self.units.len()));
        page.keys(&[(Sign::Line(colours.plain), "a unit".to_owned()), (Sign::Line(colours.high), "mean".to_owned())]);
        let unit = self.measured_in.as_deref().map_or_else(|| column.clone(), |unit| format!("{column}, {unit}"));
        page.heading(&unit);
        let (top, bottom) = (page.y, page.y + style.plot_height());
        let y = range(style, self.units.iter().flat_map(|unit| unit.1.iter().flatten().copied()), [], false);
        let y = y.between(bottom, top);
        let means = self.means();
        let decimals = style.stated_decimals().unwrap_or_else(|| decimals_for(means.iter().flatten().copied()));

        let mut named: Vec<(String, f64, bool)> = Vec::new();
        if let Some(Some(mean)) = means.last() {
            named.push((format!("mean {}", number(*mean, decimals)), *mean, true));
        }
        let extremes = self.extremes();
        named.extend(extremes.iter().map(|&(at, value)| (style.named(&self.units[at].0), value, false)));
        let room = 0.26 * (page.right - page.left);
        let labels: Vec<String> = named.iter().map(|(name, _, bold)| cut(name, room, small, *bold)).collect();
        let beside =
            labels.iter().zip(&named).map(|(label, (_, _, bold))| width(label, small, *bold)).fold(0.0, f64::max)
                + 18.0;
        let left = page.left + room_beside(style, &y, Unit::Plain);
        let right = page.right - beside;
        upright(&mut page.scene, style, &y, Unit::Plain, (left, right));
        let x = super::axis::Scale { low: f64::from(first), high: f64::from(last), from: left + 4.0, to: right - 4.0 };
        page.y = below(&mut page.scene, style, &x, Unit::Whole, bottom, "");

        let points = |line: &[Option<f64>]| -> Vec<Option<Point>> {
            let at =
                |(period, value): (&i32, &Option<f64>)| value.map(|value| (x.at(f64::from(*period)), y.within(value)));
            self.periods.iter().zip(line).map(at).collect()
        };
        let draw = |scene: &mut Scene, line: &[Option<f64>], stroke: Stroke| {
            for run in points(line).split(Option::is_none) {
                let run: Vec<Point> = run.iter().flatten().copied().collect();
                if let [only] = run[..] {
                    scene.disc(only, stroke.width.max(1.0), stroke.colour);
                }
                scene.path(run, stroke);
            }
        };
        for (at, (_, line)) in self.units.iter().enumerate() {
            let is_named = extremes.iter().any(|(named, _)| *named == at);
            let stroke =
                if is_named { Stroke::new(colours.axis, 1.25) } else { Stroke::faint(colours.plain, 0.8, 0.45) };
            draw(&mut page.scene, line, stroke);
        }
        draw(&mut page.scene, &means, Stroke::new(colours.high, 3.0));
        let wanted: Vec<f64> = named.iter().map(|(_, value, _)| y.within(*value)).collect();
        let placed = apart(&wanted, 1.3 * small, (top + 0.5 * small, bottom));
        for (at, (_, _, bold)) in named.iter().enumerate() {
            let colour = if *bold { colours.high } else { colours.axis };
            page.scene.line((x.to + 2.0, wanted[at]), (right + 8.0, placed[at]), Stroke::faint(colour, 1.0, 0.7));
            let text = Text::new(&labels[at], (right + 12.0, placed[at] + 0.35 * small), small, colours.text);
            page.scene.text(if *bold { text.bold() } else { text });
        }
        let told: Vec<String> = self
            .periods
            .iter()
            .zip(&means)
            .filter_map(|(period, mean)| Some(format!("{period} {}", number((*mean)?, decimals))))
            .collect();
        let description =
            format!("Lines of {column} of {} units over time. Their mean: {}.", self.units.len(), told.join(", "));
        page.finish(&self.source, description)
    }
}
