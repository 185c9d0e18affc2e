//! Names beside what they are of, none over another.

use super::scene::{Mark, Scene, Text};

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

/// Draws a text at the first of some places where it lies within the bounds and over no other text; says whether it did.
pub(super) fn where_free(
    scene: &mut Scene,
    texts: impl IntoIterator<Item = Text>,
    [left, top, right, bottom]: [f64; 4],
) -> bool {
    let over = |a: &[f64; 4], b: &[f64; 4]| a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
    for text in texts {
        let bounds = text.bounds();
        let is_inside = bounds[0] >= left && bounds[1] >= top && bounds[2] <= right && bounds[3] <= bottom;
        let is_free =
            scene.marks.iter().all(|mark| !matches!(mark, Mark::Text(other) if over(&other.bounds(), &bounds)));
        if is_inside && is_free {
            scene.text(text);
            return true;
        }
    }
    false
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
