//! Names beside what they are of, none over another.

use super::scene::{Mark, Point, Scene, Text};
use super::style::ChartStyle;
use super::text::cut;

/// Places one above the other at least so far apart, as near as may be to where they should be, between a top and a bottom;
/// in the order given.
pub(super) fn apart(wanted: &[f64], gap: f64, (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let mut placed = wanted.to_vec();
    let mut least = top;
    for &at in &order {
        placed[at] = placed[at].max(least);
        least = placed[at] + gap;
    }
    let mut most = bottom;
    for &at in order.iter().rev() {
        placed[at] = placed[at].min(most);
        most = placed[at] - gap;
    }
    placed
}

/// A point with how far out it is, and its name.
pub(super) type Named = (Point, f64, String);

/// The points furthest out, the furthest first.
pub(super) fn extremes(mut points: Vec<Named>, most: usize) -> Vec<Named> {
    points.sort_by(|a, b| b.1.total_cmp(&a.1));
    points.truncate(most);
    points
}

/// Names points that are drawn, each at a side of its point where the name lies over no other name and over no point; one
/// that finds no such place has none.
pub(super) fn name_points(
    scene: &mut Scene,
    style: &ChartStyle,
    points: Vec<Named>,
    [left, top, right, bottom]: [f64; 4],
) {
    let size = 0.85 * style.size();
    let over = |a: &[f64; 4], b: &[f64; 4]| a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
    for ((x, y), _, name) in points {
        let name = cut(&name, 0.32 * (right - left), size, false);
        let text = |dx: f64, dy: f64| Text::new(&name, (x + dx, y + dy), size, style.colours().text);
        let at = [
            text(7.0, 0.35 * size),
            text(-7.0, 0.35 * size).end(),
            text(0.0, -0.6 * size).middle(),
            text(0.0, 1.3 * size).middle(),
            text(5.0, -0.5 * size),
            text(-5.0, -0.5 * size).end(),
            text(5.0, 1.1 * size),
            text(-5.0, 1.1 * size).end(),
        ];
        let is_free = |text: &&Text| {
            let bounds = text.bounds();
            let is_inside = bounds[0] >= left && bounds[1] >= top && bounds[2] <= right && bounds[3] <= bottom;
            let is_hit = |mark: &Mark| match mark {
                Mark::Text(other) => over(&other.bounds(), &bounds),
                Mark::Disc { .. } => over(&mark.bounds(), &bounds),
                _ => false,
            };
            is_inside && !scene.marks.iter().any(is_hit)
        };
        if let Some(text) = at.iter().find(is_free).cloned() {
            // Lines behind a name are dimmed.
            let [left, top, right, bottom] = text.bounds();
            scene.shade((left, top), (right, bottom), scene.background, 0.75);
            scene.text(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn names_keep_their_order_and_their_distance() {
        assert_eq!(apart(&[50.0, 10.0, 52.0], 12.0, (0.0, 100.0)), [50.0, 10.0, 62.0]);
        let placed = apart(&[99.0, 98.0, 97.0], 10.0, (0.0, 100.0));
        assert_eq!(placed, [100.0, 90.0, 80.0]);
    }
}
