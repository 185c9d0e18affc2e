//! Charts in rows: names at the left, marks in the middle, numbers at the right.

use super::axis::{Scale, across};
use super::numbers::Unit;
use super::page::Page;
use super::scene::{Scene, Stroke, Text};
use super::text::{width, wrap};
use super::theme::Colour;

/// What is said of one row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) label: String,
    /// What is written at its right, in lines.
    pub(super) values: Vec<String>,
    pub(super) bold: bool,
    /// Height that its marks need.
    pub(super) height: f64,
}

impl Row {
    pub(super) fn new(label: impl Into<String>, value: impl Into<String>, height: f64) -> Self {
        Row { label: label.into(), values: vec![value.into()], bold: false, height }
    }

    /// With another line at its right.
    pub(super) fn and(mut self, value: impl Into<String>) -> Self {
        self.values.push(value.into());
        self
    }

    pub(super) fn bold(mut self) -> Self {
        self.bold = true;
        self
    }
}

/// Rows that have their places.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) scale: Scale,
    /// Top, middle and bottom of each.
    pub(super) places: Vec<(f64, f64, f64)>,
    pub(super) top: f64,
    pub(super) bottom: f64,
    labels: Vec<Vec<String>>,
    values: Vec<Vec<String>>,
}

/// Rows that are higher than this together are taller than a screen.
const TALL: f64 = 1_000.0;
/// How much of the page marks have at least, before the numbers at their right are broken into lines.
const MARKS: f64 = 0.3;

/// Rows of a chart that goes over the whole width.
pub(super) fn rows(page: &Page<'_>, rows: &[Row], scale: Scale) -> Rows {
    rows_between(page, rows, scale, page.left, page.right, page.y)
}

/// The same between two sides of the page.
pub(super) fn rows_between(page: &Page<'_>, rows: &[Row], scale: Scale, left: f64, right: f64, top: f64) -> Rows {
    let size = page.style.size();
    let room = 0.34 * (right - left);
    let labels: Vec<Vec<String>> = rows.iter().map(|row| wrap(&row.label, room, size, row.bold, 3)).collect();
    let widest = |row: &Row, lines: &[String]| lines.iter().map(|line| width(line, size, row.bold)).fold(0.0, f64::max);
    let before = rows.iter().zip(&labels).map(|(row, lines)| widest(row, lines)).fold(0.0, f64::max);
    let from = left + before + if before > 0.0 { 10.0 } else { 0.0 };
    let end_before = |values: &[Vec<String>]| {
        let after = values.iter().flatten().map(|value| width(value, page.style.small(), false)).fold(0.0, f64::max);
        right - after - if after > 0.0 { 10.0 } else { 0.0 }
    };
    let mut values: Vec<Vec<String>> = rows.iter().map(|row| row.values.clone()).collect();
    if end_before(&values) - from < MARKS * (right - left) {
        values = values.iter().map(|lines| lines.iter().flat_map(|value| broken(value)).collect()).collect();
    }
    let to = end_before(&values);
    let heights = rows
        .iter()
        .zip(&labels)
        .zip(&values)
        .map(|((row, lines), values)| row.height.max(lines.len().max(values.len()) as f64 * 1.15 * size + 4.0));
    let heights: Vec<f64> = heights.collect();
    // What is taller than a screen has ticks above too, which need room.
    let is_tall = heights.iter().sum::<f64>() > TALL;
    let top = if is_tall { top + 1.6 * page.style.small() } else { top };
    let mut y = top;
    let mut places = Vec::with_capacity(rows.len());
    for height in heights {
        places.push((y, y + height / 2.0, y + height));
        y += height;
    }
    Rows { scale: scale.between(from, to.max(from + 20.0)), places, top, bottom: y, labels, values }
}

impl Rows {
    /// Draws the axis with its grid, so that marks come above it; the page is filled down to its end.
    pub(super) fn axis(&self, page: &mut Page<'_>, unit: Unit, title: &str) {
        let above = self.bottom - self.top > TALL;
        page.y = across(&mut page.scene, page.style, &self.scale, unit, (self.top, self.bottom), title, above);
    }

    /// Draws the names and the numbers of all rows.
    pub(super) fn words(&self, page: &mut Page<'_>, rows: &[Row]) {
        let colours = page.style.colours();
        let (size, small) = (page.style.size(), page.style.small());
        for (at, row) in rows.iter().enumerate() {
            let middle = self.places[at].1;
            let first = middle - (self.labels[at].len() as f64 - 1.0) / 2.0 * 1.15 * size + 0.35 * size;
            for (line, text) in self.labels[at].iter().enumerate() {
                let place = (self.scale.from - 10.0, first + line as f64 * 1.15 * size);
                let text = Text::new(text, place, size, colours.text).end();
                page.scene.text(if row.bold { text.bold() } else { text });
            }
            let values = &self.values[at];
            let first = middle - (values.len() as f64 - 1.0) / 2.0 * 1.2 * small + 0.35 * small;
            for (line, value) in values.iter().enumerate() {
                let colour = if line == 0 { colours.text } else { colours.quiet };
                let place = (self.scale.to + 10.0, first + line as f64 * 1.2 * small);
                page.scene.text(Text::new(value, place, small, colour));
            }
        }
    }
}

/// A number and its interval, each in a line.
fn broken(value: &str) -> Vec<String> {
    match value.split_once(" (") {
        Some((number, interval)) => vec![number.to_owned(), format!("({interval}")],
        None => vec![value.to_owned()],
    }
}

/// A bar from one value to another, as far as the axis goes; an arrow where it goes on.
pub(super) fn bar(scene: &mut Scene, scale: &Scale, (from, to): (f64, f64), (top, bottom): (f64, f64), colour: Colour) {
    if !(from.is_finite() && to.is_finite()) {
        return;
    }
    scene.rect((scale.within(from), top), (scale.within(to), bottom), colour);
    for value in [from, to] {
        if !scale.has(value) {
            let (x, middle) = (scale.within(value), (top + bottom) / 2.0);
            let inwards = if value > scale.high { -6.0 } else { 6.0 };
            let stroke = Stroke::new(scene.background, 1.5);
            scene.path(
                vec![(x + inwards, middle - 5.0), (x + 0.3 * inwards, middle), (x + inwards, middle + 5.0)],
                stroke,
            );
        }
    }
}
