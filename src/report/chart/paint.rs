//! A scene, drawn onto an area of plotters: every backend draws what the SVG has.

use plotters::backend::DrawingBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text as Letters};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBAColor, ShapeStyle, TextStyle};

use super::scene::{Anchor, Mark, Point, Scene, Stroke, Text};
use super::theme::Colour;

/// The letters, the first of these that a reader's system has; one sans-serif is like another in width.
pub(super) const FAMILY: &str = "Arial,Helvetica,sans-serif";
/// plotters divides the size of letters by this.
const PLOTTERS_EM: f64 = 1.24;
/// How far below the top of its letters plotters puts the line that a text stands on, as a part of their size.
const PLOTTERS_TOP: f64 = 0.76;

/// Draws a scene, so many times its size and so far from the upper left corner of the area, which are whole pixels.
pub(super) fn paint<DB: DrawingBackend>(
    scene: &Scene,
    area: &DrawingArea<DB, Shift>,
    times: f64,
    (left, top): Point,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let at = |(x, y): Point| ((left + x * times).round() as i32, (top + y * times).round() as i32);
    let all = |points: &[Point]| points.iter().map(|&point| at(point)).collect::<Vec<_>>();
    area.draw(&Rectangle::new([at((0.0, 0.0)), at((scene.width, scene.height))], filled(scene.background, 1.0)))?;
    for mark in &scene.marks {
        match mark {
            Mark::Rect { at: corner, size, colour, opacity } => {
                let corners = [at(*corner), at((corner.0 + size.0, corner.1 + size.1))];
                area.draw(&Rectangle::new(corners, filled(*colour, *opacity)))?;
            }
            Mark::Line { from, to, stroke } => {
                area.draw(&PathElement::new(vec![at(*from), at(*to)], line(stroke, times)))?;
            }
            Mark::Path { points, stroke } => area.draw(&PathElement::new(all(points), line(stroke, times)))?,
            Mark::Area { points, colour, opacity } => {
                area.draw(&Polygon::new(all(points), filled(*colour, *opacity)))?;
            }
            Mark::Disc { at: centre, radius, colour, opacity } => {
                area.draw(&Circle::new(at(*centre), pixels(radius * times), filled(*colour, *opacity)))?;
            }
            Mark::Ring { at: centre, radius, stroke } => {
                area.draw(&Circle::new(at(*centre), pixels(radius * times), line(stroke, times)))?;
            }
            Mark::Text(text) => {
                area.draw(&Letters::new(text.text.as_str(), at(top_of(text)), letters(text, times)))?;
            }
        }
    }
    Ok(())
}

fn pixels(length: f64) -> u32 {
    (length.round() as u32).max(1)
}

fn colour_of(Colour(red, green, blue): Colour, opacity: f64) -> RGBAColor {
    RGBAColor(red, green, blue, opacity)
}

fn filled(colour: Colour, opacity: f64) -> ShapeStyle {
    colour_of(colour, opacity).filled()
}

fn line(stroke: &Stroke, times: f64) -> ShapeStyle {
    colour_of(stroke.colour, stroke.opacity).stroke_width(pixels(stroke.width * times))
}

/// The point that plotters hangs a text from.
fn top_of(text: &Text) -> Point {
    let above = PLOTTERS_TOP * text.size;
    if text.upright { (text.at.0 - above, text.at.1) } else { (text.at.0, text.at.1 - above) }
}

fn letters(text: &Text, times: f64) -> TextStyle<'static> {
    let weight = if text.bold { FontStyle::Bold } else { FontStyle::Normal };
    let turned = if text.upright { FontTransform::Rotate270 } else { FontTransform::None };
    let font = FontDesc::new(FontFamily::Name(FAMILY), text.size * times * PLOTTERS_EM, weight).transform(turned);
    let side = match text.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    TextStyle { font, color: colour_of(text.colour, 1.0).to_backend_color(), pos: Pos::new(side, VPos::Top) }
}
