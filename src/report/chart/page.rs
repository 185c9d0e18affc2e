//! What stands about the marks of every chart: title, subtitle, keys, notes, source.

use super::numbers::number;
use super::scene::{Scene, Stroke, Text};
use super::style::ChartStyle;
use super::text::{cut, width, wrap};
use super::theme::Colour;
use crate::decompose::IntervalMethod;
use crate::panel::Sample;

/// Room at the sides of the canvas.
pub(super) const MARGIN: f64 = 16.0;

/// A canvas that is filled from above.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) style: &'a ChartStyle,
    pub(super) scene: Scene,
    pub(super) left: f64,
    pub(super) right: f64,
    /// Down to where it is filled.
    pub(super) y: f64,
}

/// What a key shows beside its words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sign {
    Swatch(Colour),
    Dot(Colour),
    Ring(Colour),
    Diamond(Colour),
    Line(Colour),
    Dashes(Colour),
    /// An upright stroke.
    Tick(Colour),
}

impl<'a> Page<'a> {
    /// A canvas with its title and subtitle, which are the style's where it has some.
    pub(super) fn new(style: &'a ChartStyle, title: &str, subtitle: &str) -> Self {
        let colours = style.colours();
        let title = style.title_or(title);
        let scene = Scene {
            width: style.pixels(),
            height: 0.0,
            background: colours.background,
            title: title.clone(),
            description: String::new(),
            marks: Vec::new(),
        };
        let mut page = Page { style, scene, left: MARGIN, right: style.pixels() - MARGIN, y: MARGIN };
        page.paragraph(&title, 1.3 * style.size(), true, colours.text, 3);
        page.paragraph(&style.subtitle_or(subtitle), style.size(), false, colours.quiet, 3);
        page.y += 0.6 * style.size();
        page
    }

    /// Lines over the whole width, below what is there.
    fn paragraph(&mut self, text: &str, size: f64, bold: bool, colour: Colour, most: usize) {
        if text.trim().is_empty() {
            return;
        }
        for line in wrap(text, self.right - self.left, size, bold, most) {
            self.y += 1.25 * size;
            let text = Text::new(line, (self.left, self.y - 0.3 * size), size, colour);
            self.scene.text(if bold { text.bold() } else { text });
        }
        self.y += 0.25 * size;
    }

    /// What an upright axis is of, above it.
    pub(super) fn heading(&mut self, text: &str) {
        let size = self.style.small();
        let text = cut(text, self.right - self.left, size, false);
        self.scene.text(Text::new(text, (self.left, self.y + size), size, self.style.colours().quiet));
        self.y += 2.0 * size;
    }

    /// A note below what is there.
    pub(super) fn note(&mut self, text: &str) {
        self.y += 0.3 * self.style.size();
        self.paragraph(text, 0.9 * self.style.size(), false, self.style.colours().quiet, 4);
    }

    /// The keys of a chart in lines, each as wide as it is, below what is there.
    pub(super) fn keys(&mut self, keys: &[(Sign, String)]) {
        let (size, colours) = (self.style.small(), self.style.colours());
        let sign = 1.6 * size;
        let mut x = self.left;
        self.y += 1.3 * size;
        for (shape, words) in keys {
            let words = cut(words, self.right - self.left - sign - 6.0, size, false);
            let room = sign + 6.0 + width(&words, size, false);
            if x > self.left && x + room > self.right {
                x = self.left;
                self.y += 1.5 * size;
            }
            self.sign(*shape, x, self.y - 0.35 * size, sign);
            self.scene.text(Text::new(words, (x + sign + 6.0, self.y), size, colours.text));
            x += room + 14.0;
        }
        self.y += 0.9 * size;
    }

    fn sign(&mut self, shape: Sign, x: f64, y: f64, wide: f64) {
        let (middle, scene) = (x + wide / 2.0, &mut self.scene);
        match shape {
            Sign::Swatch(colour) => scene.rect((x, y - 0.3 * wide), (x + wide, y + 0.3 * wide), colour),
            Sign::Dot(colour) => scene.disc((middle, y), 4.0, colour),
            Sign::Ring(colour) => scene.ring((middle, y), 3.5, Stroke::new(colour, 1.5)),
            Sign::Diamond(colour) => scene.diamond((middle, y), 4.5, colour),
            Sign::Line(colour) => scene.line((x, y), (x + wide, y), Stroke::new(colour, 2.0)),
            Sign::Dashes(colour) => scene.dashes((x, y), (x + wide, y), Stroke::new(colour, 1.5)),
            Sign::Tick(colour) => scene.line((middle, y - 5.0), (middle, y + 5.0), Stroke::new(colour, 2.0)),
        }
    }

    /// The canvas with its source, as high as it is filled.
    pub(super) fn finish(mut self, source: &str, description: String) -> Scene {
        self.y += 0.4 * self.style.size();
        self.paragraph(&self.style.source_or(source), 0.85 * self.style.size(), false, self.style.colours().quiet, 4);
        self.scene.height = (self.y + 0.6 * MARGIN).ceil();
        self.scene.description = description;
        self.scene
    }
}

/// Where the numbers come from: what the panel says of itself, and the rows; of a panel that says nothing the outcome.
pub(super) fn source(panel: Option<&str>, outcome: &str, sample: Option<&Sample>) -> String {
    let rows = sample.map(|sample| {
        let counts =
            [(sample.n_observations, "observations"), (sample.n_units, "units"), (sample.n_periods, "periods")];
        let counts = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", number(*n as f64, 0)));
        counts.collect::<Vec<_>>().join(", ")
    });
    match (panel.map(|panel| panel.trim_end_matches('.')), rows) {
        (Some(panel), Some(rows)) => format!("Source: {panel}. {rows}."),
        (Some(panel), None) => format!("Source: {panel}."),
        (None, Some(rows)) => format!("{outcome}: {rows}."),
        (None, None) => String::new(),
    }
}

/// How intervals were made, in a line.
pub(super) fn intervals(method: &IntervalMethod) -> String {
    let level = level(method.level);
    let clusters =
        method.cluster_column.as_deref().map_or_else(|| "units".to_owned(), |column| format!("clusters by {column}"));
    if method.kind.leaves_out() {
        format!("{level} intervals ({}): each of {} {clusters} left out once.", method.kind, method.clusters)
    } else {
        format!(
            "{level} intervals ({}): {} bootstrap samples of {} {clusters}.",
            method.kind, method.replicates, method.clusters
        )
    }
}

pub(super) fn level(level: f64) -> String {
    let percent = 100.0 * level;
    if (percent - percent.round()).abs() < 1e-9 { format!("{percent:.0}%") } else { format!("{percent:.1}%") }
}

/// What is said where intervals were cut.
pub(super) const CUT: &str = "Arrows: the interval goes on beyond the axis.";
