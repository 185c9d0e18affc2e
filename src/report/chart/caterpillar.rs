//! What remains of every unit, with its interval: a caterpillar, in columns where there are many.

use super::axis::{Scale, across, range, whisker};
use super::numbers::{Unit, decimals_for, number, signed};
use super::page::{CUT, Page, Sign, level, source};
use super::scene::{Scene, Stroke, Text};
use super::style::ChartStyle;
use super::text::{cut_apart, width};
use super::theme::Colour;
use super::words::unit_word;
use super::{Chart, Figure, needs};
use crate::error::Result;
use crate::findings::{UnitFinding, Units};

/// Units that are drawn at most: beyond, the first and the last in their order.
const MOST_UNITS: usize = 400;
/// Units that one column holds without being too many.
const IN_ONE: usize = 60;
/// How narrow a column may be, in letters.
const NARROWEST: f64 = 38.0;

impl Chart {
    /// What remains of every unit beyond what is expected of it, with its interval, in the order given: sort them by
    /// `remainder` for a caterpillar. Those beyond chance are coloured.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) where there is no unit.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::UnitAnalysis;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::report::chart::{Chart, ChartStyle};
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// let chart = Chart::units(&UnitAnalysis::new().of(&fit)?.sorted_by("remainder")?)?;
    /// // Two columns of 75 where there is room, one of 150 on a telephone.
    /// assert!(chart.styled(&ChartStyle::new().width(1_200.0)).size().1 < chart.styled(&ChartStyle::new().width(500.0)).size().1);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn units(units: &Units) -> Result<Self> {
        if units.units.is_empty() {
            return needs("units", "none", "analyse periods in which the sample has some");
        }
        Ok(Chart::new(Caterpillar { units: units.clone() }))
    }
}

#[derive(Debug)]
struct Caterpillar {
    units: Units,
}

/// The colour of a unit: of its own where it lies beyond chance.
pub(super) fn colour_of(style: &ChartStyle, unit: &UnitFinding) -> Colour {
    let colours = style.colours();
    match unit.beyond_chance {
        false => colours.plain,
        true if unit.remainder > 0.0 => colours.high,
        true => colours.low,
    }
}

/// The keys of these colours.
pub(super) fn keys(style: &ChartStyle) -> [(Sign, String); 3] {
    let colours = style.colours();
    [
        (Sign::Dot(colours.high), "above what is expected, beyond chance".to_owned()),
        (Sign::Dot(colours.low), "below it, beyond chance".to_owned()),
        (Sign::Dot(colours.plain), "within chance".to_owned()),
    ]
}

/// How many lie beyond chance, in words.
pub(super) fn beyond_chance(units: &Units) -> String {
    let beyond = units.units.iter().filter(|unit| unit.beyond_chance);
    let (above, below): (Vec<_>, Vec<_>) = beyond.partition(|unit| unit.remainder > 0.0);
    format!(
        "{} of {} units are beyond chance, {} above and {} below",
        above.len() + below.len(),
        units.units.len(),
        above.len(),
        below.len()
    )
}

impl Figure for Caterpillar {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let (small, of) = (style.small(), &self.units);
        let n = of.units.len();
        let shown: Vec<&UnitFinding> = if n > MOST_UNITS {
            of.units[..MOST_UNITS / 2].iter().chain(&of.units[n - MOST_UNITS / 2..]).collect()
        } else {
            of.units.iter().collect()
        };
        let scale = range(
            style,
            shown.iter().map(|unit| unit.remainder),
            shown.iter().map(|unit| (unit.lower, unit.upper)),
            true,
        );
        let title = format!("{}: what remains of each unit beyond what is expected", style.named(&of.outcome));
        let mut page = Page::new(style, &title, &format!("Points of the outcome, with {} intervals", level(of.level)));
        page.keys(&keys(style));

        let room = page.right - page.left;
        let most = if shown.len() > IN_ONE { ((room / (NARROWEST * style.size())) as usize).clamp(1, 4) } else { 1 };
        let in_each = shown.len().div_ceil(most);
        let gap = 28.0;
        let wide = (room - gap * (most as f64 - 1.0)) / most as f64;
        let letters = 0.82 * style.size();
        let step = 1.3 * letters;
        let top = page.y + 1.6 * small;
        let mut is_cut = false;
        let mut end = top;
        for (at, units) in shown.chunks(in_each).enumerate() {
            let left = page.left + at as f64 * (wide + gap);
            let names: Vec<String> =
                units.iter().map(|unit| unit_word(style, &unit.unit, unit.label.as_deref())).collect();
            let labels = cut_apart(&names, 0.42 * wide, letters);
            let beside = labels.iter().map(|label| width(label, letters, false)).fold(0.0, f64::max) + 8.0;
            // A tick's number at the end of the axis reaches beyond it.
            let scale = scale.between(left + beside, left + wide - 14.0);
            let bottom = top + step * units.len() as f64;
            end = end.max(across(&mut page.scene, style, &scale, Unit::Plain, (top, bottom), "", true));
            for (row, (unit, label)) in units.iter().zip(&labels).enumerate() {
                let y = top + (row as f64 + 0.5) * step;
                is_cut |= line(&mut page.scene, style, unit, &scale, y);
                let colour = if unit.beyond_chance { style.colours().text } else { style.colours().quiet };
                let place = (scale.from - 8.0, y + 0.35 * letters);
                page.scene.text(Text::new(label, place, letters, colour).end());
            }
        }
        page.y = end + 0.3 * small;
        page.note(&format!("{}, at a false discovery rate of 5% over all of them.", beyond_chance(of)));
        if n > MOST_UNITS {
            page.note(&format!(
                "Shown are the first {0} and the last {0} of {n} units in their order.",
                MOST_UNITS / 2
            ));
        }
        if is_cut {
            page.note(CUT);
        }
        page.finish(&source(of.panel.as_deref(), &of.outcome, None), described(style, of))
    }
}

/// Draws one unit; says whether its interval was cut.
fn line(scene: &mut Scene, style: &ChartStyle, unit: &UnitFinding, scale: &Scale, y: f64) -> bool {
    let colour = colour_of(style, unit);
    let is_cut = whisker(scene, scale, y, (unit.lower, unit.upper), Stroke::new(colour, 1.25), 0.0);
    if scale.has(unit.remainder) {
        scene.disc((scale.at(unit.remainder), y), 2.75, colour);
    }
    is_cut
}

fn described(style: &ChartStyle, of: &Units) -> String {
    let decimals = style.stated_decimals().unwrap_or_else(|| decimals_for(of.units.iter().map(|unit| unit.remainder)));
    let word = |unit: &UnitFinding| {
        let ends = format!("{} to {}", number(unit.lower, decimals), number(unit.upper, decimals));
        format!("{} {} ({ends})", unit_word(style, &unit.unit, unit.label.as_deref()), signed(unit.remainder, decimals))
    };
    let by = |a: &&UnitFinding, b: &&UnitFinding| a.remainder.total_cmp(&b.remainder);
    let highest = of.units.iter().max_by(by).map(word).unwrap_or_default();
    let lowest = of.units.iter().min_by(by).map(word).unwrap_or_default();
    format!(
        "A row for each of {} units: what remains of {} beyond what is expected, with its interval. {}. Highest: {highest}. Lowest: {lowest}.",
        of.units.len(),
        style.named(&of.outcome),
        beyond_chance(of)
    )
}
