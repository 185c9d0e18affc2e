//! What is drawn where: the marks of a chart, in pixels from its upper left corner.

use super::text::{plain, width};
use super::theme::Colour;

/// A point, from the left and from the top.
pub(super) type Point = (f64, f64);

/// A line's colour and how wide it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stroke {
    pub(super) colour: Colour,
    pub(super) width: f64,
    /// From 0, not seen, to 1.
    pub(super) opacity: f64,
}

impl Stroke {
    pub(super) fn new(colour: Colour, width: f64) -> Self {
        Stroke { colour, width, opacity: 1.0 }
    }

    pub(super) fn faint(colour: Colour, width: f64, opacity: f64) -> Self {
        Stroke { colour, width, opacity }
    }
}

/// On which side of its point a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A text in one line. Its point lies on the line that letters stand on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) at: Point,
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) anchor: Anchor,
    /// Whether it is read from below to above.
    pub(super) upright: bool,
    pub(super) colour: Colour,
}

impl Text {
    pub(super) fn new(text: impl AsRef<str>, at: Point, size: f64, colour: Colour) -> Self {
        let (bold, upright) = (false, false);
        Text { text: plain(text.as_ref()), at, size, bold, anchor: Anchor::Start, upright, colour }
    }

    pub(super) fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    pub(super) fn anchored(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    pub(super) fn middle(self) -> Self {
        self.anchored(Anchor::Middle)
    }

    pub(super) fn end(self) -> Self {
        self.anchored(Anchor::End)
    }

    pub(super) fn upright(mut self) -> Self {
        self.upright = true;
        self
    }

    /// The rectangle it fills: left, top, right, bottom.
    pub(super) fn bounds(&self) -> [f64; 4] {
        let along = width(&self.text, self.size, self.bold);
        let before = match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => along / 2.0,
            Anchor::End => along,
        };
        let (above, below) = (0.74 * self.size, 0.2 * self.size);
        let (x, y) = self.at;
        if self.upright {
            [x - above, y - (along - before), x + below, y + before]
        } else {
            [x - before, y - above, x - before + along, y + below]
        }
    }
}

/// One thing that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A filled rectangle: its upper left corner, and how far it reaches from there.
    Rect {
        at: Point,
        size: Point,
        colour: Colour,
        opacity: f64,
    },
    Line {
        from: Point,
        to: Point,
        stroke: Stroke,
    },
    Path {
        points: Vec<Point>,
        stroke: Stroke,
    },
    Area {
        points: Vec<Point>,
        colour: Colour,
        opacity: f64,
    },
    Disc {
        at: Point,
        radius: f64,
        colour: Colour,
        opacity: f64,
    },
    Ring {
        at: Point,
        radius: f64,
        stroke: Stroke,
    },
    Text(Text),
}

impl Mark {
    /// The rectangle it fills: left, top, right, bottom.
    pub(super) fn bounds(&self) -> [f64; 4] {
        match self {
            Mark::Rect { at, size, .. } => [at.0, at.1, at.0 + size.0, at.1 + size.1],
            Mark::Line { from, to, .. } => around(&[*from, *to]),
            Mark::Path { points, .. } | Mark::Area { points, .. } => around(points),
            Mark::Disc { at, radius, .. } | Mark::Ring { at, radius, .. } => {
                [at.0 - radius, at.1 - radius, at.0 + radius, at.1 + radius]
            }
            Mark::Text(text) => text.bounds(),
        }
    }
}

fn around(points: &[Point]) -> [f64; 4] {
    points.iter().fold([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY], |bounds, &(x, y)| {
        [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)]
    })
}

/// A chart that is laid out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) background: Colour,
    pub(super) title: String,
    /// What it shows, in words.
    pub(super) description: String,
    pub(super) marks: Vec<Mark>,
}

impl Scene {
    /// Draws a mark above those before; one of which a place is no number has none.
    pub(super) fn push(&mut self, mark: Mark) {
        if mark.bounds().iter().all(|place| place.is_finite()) {
            self.marks.push(mark);
        }
    }

    /// A rectangle between two corners, in any order.
    pub(super) fn rect(&mut self, a: Point, b: Point, colour: Colour) {
        self.shade(a, b, colour, 1.0);
    }

    pub(super) fn shade(&mut self, a: Point, b: Point, colour: Colour, opacity: f64) {
        let at = (a.0.min(b.0), a.1.min(b.1));
        self.push(Mark::Rect { at, size: ((a.0 - b.0).abs(), (a.1 - b.1).abs()), colour, opacity });
    }

    pub(super) fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        self.push(Mark::Line { from, to, stroke });
    }

    /// A line of dashes, each a line of its own, as not every backend has dashes.
    pub(super) fn dashes(&mut self, from: Point, to: Point, stroke: Stroke) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        let n = (length / 7.0).floor().clamp(0.0, 2_000.0) as usize;
        for dash in 0..=n {
            let (start, end) = (7.0 * dash as f64, (7.0 * dash as f64 + 4.0).min(length));
            if start < end {
                let at = |along: f64| (from.0 + dx * along / length, from.1 + dy * along / length);
                self.line(at(start), at(end), stroke);
            }
        }
    }

    /// The same along a path, however near its points lie to each other.
    pub(super) fn dashed_path(&mut self, points: &[Point], stroke: Stroke) {
        let mut along = 0.0;
        let mut dash: Vec<Point> = Vec::new();
        for two in points.windows(2) {
            let length = (two[1].0 - two[0].0).hypot(two[1].1 - two[0].1);
            let steps = (length / 2.0).ceil().clamp(1.0, 1_000.0) as usize;
            for step in 0..steps {
                let part = step as f64 / steps as f64;
                let place = (two[0].0 + (two[1].0 - two[0].0) * part, two[0].1 + (two[1].1 - two[0].1) * part);
                if (along + length * part) % 9.0 < 6.0 {
                    dash.push(place);
                } else {
                    // A dash is nearly straight: its ends are enough.
                    if let (Some(&first), Some(&last)) = (dash.first(), dash.last()) {
                        self.path(vec![first, last], stroke);
                    }
                    dash.clear();
                }
            }
            along += length;
        }
        if let (Some(&first), Some(&last)) = (dash.first(), dash.last()) {
            self.path(vec![first, last], stroke);
        }
    }

    pub(super) fn path(&mut self, points: Vec<Point>, stroke: Stroke) {
        if points.len() > 1 {
            self.push(Mark::Path { points, stroke });
        }
    }

    pub(super) fn area(&mut self, points: Vec<Point>, colour: Colour, opacity: f64) {
        if points.len() > 2 {
            self.push(Mark::Area { points, colour, opacity });
        }
    }

    pub(super) fn disc(&mut self, at: Point, radius: f64, colour: Colour) {
        self.push(Mark::Disc { at, radius, colour, opacity: 1.0 });
    }

    pub(super) fn ring(&mut self, at: Point, radius: f64, stroke: Stroke) {
        self.push(Mark::Ring { at, radius, stroke });
    }

    /// A diamond about a point.
    pub(super) fn diamond(&mut self, (x, y): Point, radius: f64, colour: Colour) {
        let points = vec![(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)];
        self.area(points, colour, 1.0);
    }

    pub(super) fn text(&mut self, text: Text) {
        if !text.text.is_empty() {
            self.push(Mark::Text(text));
        }
    }
}
