//! Which columns add something, decided before any coefficient is computed.
//!
//! Householder QR with limited pivoting: columns keep their stated order, and one that its predecessors explain, to
//! within a relative tolerance, is set aside instead of moved to the end. So it is always the later column of an
//! aliased set that goes, and it can be named.

/// A column is dropped when what its predecessors leave of it, as a part of its centred length before any effects
/// are absorbed, is at or below this. Five digits above rounding: tighter and noise would get a coefficient. Lengths are
/// square roots of what the rank tolerance of the moments is about, so a regression can keep what a breakdown cannot.
pub(crate) const COLUMN_TOLERANCE: f64 = 1e-11;

/// Positions of the columns that are kept, ascending. `scales` are the lengths that the tolerance is relative to.
pub(crate) fn independent_columns(columns: &[Vec<f64>], scales: &[f64]) -> Vec<usize> {
    let mut kept = Vec::new();
    // Unit Householder vectors, the i-th zero before row i.
    let mut reflections: Vec<Vec<f64>> = Vec::new();
    for (position, column) in columns.iter().enumerate() {
        let done = reflections.len();
        if done == column.len() {
            break;
        }
        let mut left = column.clone();
        for (first, v) in reflections.iter().enumerate() {
            let dot: f64 = v.iter().zip(&left[first..]).map(|(a, b)| a * b).sum();
            left[first..].iter_mut().zip(v).for_each(|(x, a)| *x -= 2.0 * dot * a);
        }
        let rest = &mut left[done..];
        let length = norm(rest);
        if length <= COLUMN_TOLERANCE * scales[position] {
            continue;
        }
        kept.push(position);
        rest[0] += length.copysign(rest[0]);
        let length = norm(rest);
        reflections.push(rest.iter().map(|x| x / length).collect());
    }
    kept
}

pub(crate) fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_column_of_an_aliased_set_goes() {
        let a = vec![1.0, 2.0, 3.0, 5.0];
        let b = vec![0.0, 1.0, 0.0, 2.0];
        let sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + 3.0 * b).collect();
        let noise: Vec<f64> = a.iter().enumerate().map(|(i, a)| a * (1.0 + 1e-15 * i as f64)).collect();
        let columns = [a.clone(), noise, b, sum, vec![0.0; 4], vec![1.0; 4]];
        let scales: Vec<f64> = columns.iter().map(|c| norm(c)).collect();
        assert_eq!(independent_columns(&columns, &scales), [0, 2, 5]);
    }

    #[test]
    fn no_more_columns_than_rows() {
        let columns = [vec![1.0, 0.0], vec![1.0, 1.0], vec![0.0, 1.0]];
        assert_eq!(independent_columns(&columns, &[1.0, 1.0, 1.0]), [0, 1]);
    }
}
