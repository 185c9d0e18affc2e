//! Where on the canvas does a value lie, and what says so to the reader?

use super::numbers::{Unit, ticks, written};
use super::scene::{Point, Scene, Stroke, Text};
use super::style::ChartStyle;
use super::text::{cut, width};

/// Intervals may reach so many times the span of the points, or the width of most intervals, beyond the points before they are
/// cut.
const BEYOND: f64 = 1.5;

/// From values to pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    /// Where the lowest value lies.
    pub(super) from: f64,
    /// Where the highest does.
    pub(super) to: f64,
}

impl Scale {
    pub(super) fn at(&self, value: f64) -> f64 {
        self.from + (self.to - self.from) * (value - self.low) / (self.high - self.low)
    }

    /// The same, at the end of the axis for what lies outside.
    pub(super) fn within(&self, value: f64) -> f64 {
        self.at(value.clamp(self.low, self.high))
    }

    pub(super) fn has(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    pub(super) fn between(mut self, from: f64, to: f64) -> Self {
        (self.from, self.to) = (from, to);
        self
    }
}

/// The range of an axis: the values and zero where it is asked for, their intervals but for those that are far wider than
/// most, and some room beside them; or what the style says.
pub(super) fn range(
    style: &ChartStyle,
    values: impl IntoIterator<Item = f64>,
    intervals: impl IntoIterator<Item = (f64, f64)>,
    with_zero: bool,
) -> Scale {
    if let Some((low, high)) = style.stated_axis() {
        return Scale { low, high, from: 0.0, to: 1.0 };
    }
    let start = if with_zero { (0.0, 0.0) } else { (f64::INFINITY, f64::NEG_INFINITY) };
    let reach = |values: (f64, f64), value: f64| {
        if value.is_finite() { (values.0.min(value), values.1.max(value)) } else { values }
    };
    let (low, high) = values.into_iter().fold(start, reach);
    if low > high {
        return Scale { low: 0.0, high: 1.0, from: 0.0, to: 1.0 };
    }
    let intervals: Vec<(f64, f64)> =
        intervals.into_iter().filter(|(from, to)| from.is_finite() && to.is_finite()).collect();
    let mut widths: Vec<f64> = intervals.iter().map(|(from, to)| to - from).collect();
    widths.sort_by(f64::total_cmp);
    let usual = widths.get(widths.len().saturating_sub(1) / 2).copied().unwrap_or(0.0);
    let beyond = (BEYOND * (high - low)).max(BEYOND * usual);
    let bounds = (low - beyond, high + beyond);
    let ends = intervals.iter().flat_map(|(from, to)| [from.clamp(bounds.0, bounds.1), to.clamp(bounds.0, bounds.1)]);
    let (low, high) = ends.fold((low, high), reach);
    let span = match high - low {
        span if span > 1e-12 * high.abs().max(low.abs()) => span,
        // One value: about as far from it as it is from zero.
        _ => high.abs().max(1.0),
    };
    // No room beyond zero where nothing lies there.
    let pad = 0.04 * span;
    let padded = (
        if low >= 0.0 { (low - pad).max(0.0) } else { low - pad },
        if high <= 0.0 { (high + pad).min(0.0) } else { high + pad },
    );
    // All values are zero.
    let (low, high) = if padded.0 < padded.1 { padded } else { (0.0, 1.0) };
    Scale { low, high, from: 0.0, to: 1.0 }
}

/// The ticks that have room side by side, and what is written at them.
fn fitting(style: &ChartStyle, scale: &Scale, unit: Unit, across: bool) -> (Vec<f64>, Vec<String>) {
    let room = (scale.to - scale.from).abs();
    let most = if across { (room / 38.0).clamp(2.0, 10.0) } else { (room / 40.0).clamp(2.0, 8.0) } as usize;
    let mut chosen = (Vec::new(), Vec::new());
    for most in (2..=most).rev() {
        let values = ticks(scale.low, scale.high, most, unit == Unit::Whole);
        let texts = written(&values, unit);
        let widest = texts.iter().map(|text| width(text, style.small(), false)).fold(0.0, f64::max);
        let apart =
            values.windows(2).map(|two| (scale.at(two[1]) - scale.at(two[0])).abs()).fold(f64::INFINITY, f64::min);
        chosen = (values, texts);
        if !across || widest + 10.0 < apart {
            break;
        }
    }
    chosen
}

/// Where the middle of each tick's number lies, on the canvas; none where it would lie over the one before.
fn places(scale: &Scale, values: &[f64], texts: &[String], size: f64, canvas: f64) -> Vec<Option<f64>> {
    let mut end = f64::NEG_INFINITY;
    let mut place = |(value, text): (&f64, &String)| {
        let half = width(text, size, false) / 2.0;
        let at = scale.at(*value).clamp(half, (canvas - half).max(half));
        let is_free = at - half > end;
        if is_free {
            end = at + half + 3.0;
        }
        is_free.then_some(at)
    };
    values.iter().zip(texts).map(&mut place).collect()
}

/// Draws the ticks of an axis from left to right with its grid, from `top` to `bottom`, and the title below; returns where
/// that ends. Where `above`, ticks are written at the top too.
pub(super) fn across(
    scene: &mut Scene,
    style: &ChartStyle,
    scale: &Scale,
    unit: Unit,
    (top, bottom): Point,
    title: &str,
    above: bool,
) -> f64 {
    let (colours, small) = (style.colours(), style.small());
    let (values, texts) = fitting(style, scale, unit, true);
    let places = places(scale, &values, &texts, small, scene.width);
    for ((&value, text), place) in values.iter().zip(&texts).zip(places) {
        let x = scale.at(value);
        scene.line((x, top), (x, bottom), Stroke::new(colours.grid, 1.0));
        let Some(at) = place else { continue };
        scene.text(Text::new(text, (at, bottom + 1.3 * small), small, colours.quiet).middle());
        if above {
            scene.text(Text::new(text, (at, top - 0.5 * small), small, colours.quiet).middle());
        }
    }
    if scale.has(0.0) {
        let x = scale.at(0.0);
        scene.line((x, top), (x, bottom), Stroke::new(colours.axis, 1.0));
    }
    if title.is_empty() {
        return bottom + 1.6 * small;
    }
    // In the middle of the axis, or as far to its side as it needs.
    let room = scene.width - 32.0;
    let title = cut(title, room, style.small(), false);
    let half = width(&title, small, false) / 2.0;
    let x = ((scale.from + scale.to) / 2.0).clamp(16.0 + half, (scene.width - 16.0 - half).max(16.0 + half));
    scene.text(Text::new(title, (x, bottom + 2.9 * small), small, colours.quiet).middle());
    bottom + 3.2 * small
}

/// How much room the numbers of an upright axis take.
pub(super) fn room_beside(style: &ChartStyle, scale: &Scale, unit: Unit) -> f64 {
    let (_, texts) = fitting(style, scale, unit, false);
    texts.iter().map(|text| width(text, style.small(), false)).fold(0.0, f64::max) + 8.0
}

/// Draws the ticks of an upright axis with its grid, from `left` to `right`; of the scale `from` lies below.
pub(super) fn upright(scene: &mut Scene, style: &ChartStyle, scale: &Scale, unit: Unit, (left, right): Point) {
    let (colours, small) = (style.colours(), style.small());
    let (values, texts) = fitting(style, scale, unit, false);
    for (&value, text) in values.iter().zip(&texts) {
        let y = scale.at(value);
        scene.line((left, y), (right, y), Stroke::new(colours.grid, 1.0));
        scene.text(Text::new(text, (left - 6.0, y + 0.35 * small), small, colours.quiet).end());
    }
    if scale.has(0.0) {
        let y = scale.at(0.0);
        scene.line((left, y), (right, y), Stroke::new(colours.axis, 1.0));
    }
}

/// The ticks below a plot of which the upright axis has the grid: short lines and numbers, and the title; returns where
/// that ends.
pub(super) fn below(scene: &mut Scene, style: &ChartStyle, scale: &Scale, unit: Unit, bottom: f64, title: &str) -> f64 {
    let (colours, small) = (style.colours(), style.small());
    let (values, texts) = fitting(style, scale, unit, true);
    scene.line((scale.from, bottom), (scale.to, bottom), Stroke::new(colours.axis, 1.0));
    let places = places(scale, &values, &texts, small, scene.width);
    for ((&value, text), place) in values.iter().zip(&texts).zip(places) {
        let x = scale.at(value);
        scene.line((x, bottom), (x, bottom + 4.0), Stroke::new(colours.axis, 1.0));
        let Some(at) = place else { continue };
        scene.text(Text::new(text, (at, bottom + 4.0 + 1.2 * small), small, colours.quiet).middle());
    }
    if title.is_empty() {
        return bottom + 4.0 + 1.5 * small;
    }
    let title = cut(title, scene.width - 32.0, small, false);
    let half = width(&title, small, false) / 2.0;
    let x = ((scale.from + scale.to) / 2.0).clamp(16.0 + half, (scene.width - 16.0 - half).max(16.0 + half));
    scene.text(Text::new(title, (x, bottom + 4.0 + 2.7 * small), small, colours.quiet).middle());
    bottom + 4.0 + 3.0 * small
}

/// Draws an interval along a row, with ends, or with an arrow where it goes on beyond the axis; says whether it does.
pub(super) fn whisker(
    scene: &mut Scene,
    scale: &Scale,
    y: f64,
    (lower, upper): (f64, f64),
    stroke: Stroke,
    cap: f64,
) -> bool {
    if !(lower.is_finite() && upper.is_finite()) {
        return false;
    }
    let (from, to) = (scale.within(lower), scale.within(upper));
    scene.line((from, y), (to, y), stroke);
    let mut is_cut = false;
    for (end, x) in [(lower, from), (upper, to)] {
        if scale.has(end) {
            if cap > 0.0 {
                scene.line((x, y - cap), (x, y + cap), stroke);
            }
        } else {
            is_cut = true;
            // Inwards from the end of the axis, so that it stays on the canvas.
            let size = cap.max(3.5);
            let towards = if end < scale.low { -1.0 } else { 1.0 };
            scene.area(
                vec![(x, y), (x - 1.6 * size * towards, y - size), (x - 1.6 * size * towards, y + size)],
                stroke.colour,
                1.0,
            );
        }
    }
    is_cut
}

/// The same over a bar, on which a dark line is seen by what is about it.
pub(super) fn whisker_on_bar(
    scene: &mut Scene,
    scale: &Scale,
    y: f64,
    ends: (f64, f64),
    stroke: Stroke,
    cap: f64,
) -> bool {
    if ends.0.is_finite() && ends.1.is_finite() {
        let around = Stroke::new(scene.background, stroke.width + 1.5);
        scene.line((scale.within(ends.0), y), (scale.within(ends.1), y), around);
    }
    whisker(scene, scale, y, ends, stroke, cap)
}
