//! What is expected of each unit, and what it is.

use super::axis::{below, range, room_beside, upright};
use super::caterpillar::{beyond_chance, colour_of, keys};
use super::numbers::Unit;
use super::page::{Page, source};
use super::scene::{Scene, Stroke};
use super::spread::{extremes, name_points};
use super::style::ChartStyle;
use super::words::unit_word;
use super::{Chart, Figure, needs};
use crate::error::Result;
use crate::findings::Units;

/// Units whose names are tried at most.
const MOST_NAMES: usize = 14;

impl Chart {
    /// The actual outcome of every unit against what is expected of it, with the line on which both are the same; those
    /// that lie furthest from it are named.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) where there is no unit.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::UnitAnalysis;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::report::chart::Chart;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// let chart = Chart::expected_and_actual(&UnitAnalysis::new().of(&fit)?)?;
    /// assert!(chart.to_svg().matches("<circle").count() >= 150);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn expected_and_actual(units: &Units) -> Result<Self> {
        if units.units.is_empty() {
            return needs("units", "none", "analyse periods in which the sample has some");
        }
        Ok(Chart::new(Expected { units: units.clone() }))
    }
}

#[derive(Debug)]
struct Expected {
    units: Units,
}

impl Figure for Expected {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let (size, colours, of) = (style.size(), style.colours(), &self.units);
        let outcome = style.named(&of.outcome);
        let mut page = Page::new(
            style,
            &format!("{outcome}: expected and actual"),
            "A point for each unit; on the line both are the same",
        );
        page.keys(&keys(style));
        page.heading(&format!("actual {outcome}"));
        let (top, height) = (page.y, style.plot_height());
        let bottom = top + height;
        let both = range(style, of.units.iter().flat_map(|unit| [unit.actual, unit.expected]), [], false);
        let y = both.between(bottom, top);
        let left = page.left + room_beside(style, &y, Unit::Plain);
        let x = range(style, of.units.iter().map(|unit| unit.expected), [], false).between(left, page.right - 8.0);
        upright(&mut page.scene, style, &y, Unit::Plain, (left, page.right - 8.0));
        page.y = below(&mut page.scene, style, &x, Unit::Plain, bottom, &format!("expected {outcome}"));
        let (from, to) = (x.low.max(y.low), x.high.min(y.high));
        if from < to {
            page.scene.line((x.at(from), y.at(from)), (x.at(to), y.at(to)), Stroke::new(colours.axis, 1.5));
        }
        let mut points = Vec::with_capacity(of.units.len());
        for unit in of.units.iter().filter(|unit| x.has(unit.expected) && y.has(unit.actual)) {
            let at = (x.at(unit.expected), y.at(unit.actual));
            page.scene.disc(at, 3.5, colour_of(style, unit));
            points.push((at, unit.remainder.abs(), unit_word(style, &unit.unit, unit.label.as_deref())));
        }
        let outside = of.units.len() - points.len();
        name_points(&mut page.scene, style, extremes(points, MOST_NAMES), [left, top, page.right, bottom]);
        page.y += 0.3 * size;
        page.note(&format!("{}.", beyond_chance(of)));
        if outside > 0 {
            page.note(&format!("{outside} units lie outside of the axes."));
        }
        let mut by_remainder: Vec<_> = of.units.iter().collect();
        by_remainder.sort_by(|a, b| b.remainder.abs().total_cmp(&a.remainder.abs()));
        let told = by_remainder.iter().take(4).map(|unit| {
            let decimals = super::numbers::decimals_for([unit.actual, unit.expected]);
            let number = |value: f64| super::numbers::number(value, style.stated_decimals().unwrap_or(decimals));
            let name = unit_word(style, &unit.unit, unit.label.as_deref());
            format!("{name} {} where {} are expected", number(unit.actual), number(unit.expected))
        });
        let told = told.collect::<Vec<_>>().join("; ");
        let description = format!(
            "A point for each of {} units: actual {outcome} against what is expected. {}. Furthest from the line: {told}.",
            of.units.len(),
            beyond_chance(of)
        );
        page.finish(&source(of.panel.as_deref(), &of.outcome, None), description)
    }
}
