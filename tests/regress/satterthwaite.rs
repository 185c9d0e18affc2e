//! Degrees of freedom of CR2, by forming every matrix.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use apportion::regress::{ClusterCorrection, SmallSample};
use apportion::{Covariance, Estimator, Panel, PanelRegression};
use ndarray::{Array1, Array2};

use crate::common::Numbers;

/// Six units of two to five years in three regions, none of which has a year to itself.
fn panel(random: &mut Numbers) -> (Panel, Vec<usize>, Vec<usize>, Vec<usize>) {
    let (mut units, mut periods, mut regions) = (Vec::new(), Vec::new(), Vec::new());
    for unit in 0..6 {
        for period in 0..[3, 4, 2, 4, 5, 4][unit] {
            units.push(unit);
            periods.push(period + unit % 2);
            regions.push(unit % 3);
        }
    }
    let n = units.len();
    let x: Vec<f64> = (0..n).map(|_| random.normal()).collect();
    let z: Vec<f64> = x.iter().map(|x| 0.5 * x + random.normal()).collect();
    let y: Vec<f64> = x.iter().map(|x| x + random.normal()).collect();
    let panel = Panel::builder()
        .units(units.iter().map(|unit| format!("U{unit}")))
        .periods(periods.iter().map(|period| 2010 + *period as i32))
        .text_column("region", regions.iter().map(|region| format!("R{region}")))
        .column("x", x)
        .column("z", z)
        .column("w", (0..n).map(|_| 0.5 + random.uniform()))
        .column("y", y)
        .build()
        .unwrap();
    (panel, units, periods, regions)
}

/// The symmetric root of the inverse of I − H_gg on what is not its null space, by Newton's iterations for a root on a
/// matrix that is regular: here clusters are regions and effects of units, which are nested, so that the null space is
/// the span of their dummies; it is filled in and taken out again.
fn inverse_root(m: &Array2<f64>, null: &Array2<f64>) -> Array2<f64> {
    let n = m.nrows();
    let filled = m + null;
    // Denman and Beavers: y goes to the root, z to its inverse.
    let (mut y, mut z) = (filled, Array2::eye(n));
    for _ in 0..60 {
        let (a, b) = (inverse(&y), inverse(&z));
        (y, z) = ((&y + &b) * 0.5, (&z + &a) * 0.5);
    }
    z - null
}

fn inverse(matrix: &Array2<f64>) -> Array2<f64> {
    let n = matrix.nrows();
    let (mut a, mut b) = (matrix.clone(), Array2::<f64>::eye(n));
    for i in 0..n {
        let pivot = (i..n).max_by(|&p, &q| a[[p, i]].abs().total_cmp(&a[[q, i]].abs())).unwrap();
        for c in 0..n {
            a.swap([i, c], [pivot, c]);
            b.swap([i, c], [pivot, c]);
        }
        let scale = a[[i, i]];
        for c in 0..n {
            a[[i, c]] /= scale;
            b[[i, c]] /= scale;
        }
        for r in (0..n).filter(|&r| r != i) {
            let factor = a[[r, i]];
            for c in 0..n {
                let (of_a, of_b) = (a[[i, c]], b[[i, c]]);
                a[[r, c]] -= factor * of_a;
                b[[r, c]] -= factor * of_b;
            }
        }
    }
    b
}

#[test]
fn degrees_of_freedom_are_those_of_explicit_matrices() {
    let (panel, units, periods, regions) = panel(&mut Numbers::new(3));
    let column = |name: &str| panel.column(name).unwrap().numbers().unwrap().to_vec();
    let n = units.len();
    for (estimator, weighted, by_unit) in [
        (Estimator::Pooled, false, true),
        (Estimator::Pooled, true, false),
        (Estimator::Within, false, false),
        (Estimator::WithinPeriod, true, true),
        (Estimator::Twoway, true, false),
        (Estimator::Twoway, false, true),
    ] {
        let weights = if weighted { column("w") } else { vec![1.0; n] };
        let mut columns: Vec<Vec<f64>> = vec![column("x"), column("z")];
        let dummies = |codes: &[usize], from: usize| -> Vec<Vec<f64>> {
            let levels = codes.iter().max().unwrap() + 1;
            (from..levels).map(|level| codes.iter().map(|&code| f64::from(u8::from(code == level))).collect()).collect()
        };
        match estimator {
            Estimator::Pooled => columns.push(vec![1.0; n]),
            Estimator::Within => columns.extend(dummies(&units, 0)),
            Estimator::WithinPeriod => columns.extend(dummies(&periods, 0)),
            _ => {
                columns.extend(dummies(&units, 0));
                columns.extend(dummies(&periods, 1));
            }
        }
        // Everything times the roots of the weights.
        let x = Array2::from_shape_fn((n, columns.len()), |(row, c)| weights[row].sqrt() * columns[c][row]);
        let bread = inverse(&x.t().dot(&x));
        let left = Array2::<f64>::eye(n) - x.dot(&bread).dot(&x.t());
        let codes = if by_unit { &units } else { &regions };
        let clusters = codes.iter().max().unwrap() + 1;
        // Dummies nested in the clusters are the null space of I − H_gg.
        let nested = matches!(estimator, Estimator::Within | Estimator::Twoway);
        let vectors = |function: &Array1<f64>| -> Vec<Array1<f64>> {
            let of_cluster = |g: usize| {
                let rows: Vec<usize> = (0..n).filter(|&row| codes[row] == g).collect();
                let m = rows.len();
                let among = Array2::from_shape_fn((m, m), |(i, j)| left[[rows[i], rows[j]]]);
                let mut null = Array2::zeros((m, m));
                for unit in (0..6).filter(|_| nested) {
                    let of_unit: Vec<f64> =
                        rows.iter().map(|&row| if units[row] == unit { weights[row].sqrt() } else { 0.0 }).collect();
                    let total: f64 = of_unit.iter().map(|x| x * x).sum();
                    if total > 0.0 {
                        null += &Array2::from_shape_fn((m, m), |(i, j)| of_unit[i] * of_unit[j] / total);
                    }
                }
                let of_rows = Array2::from_shape_fn((m, x.ncols()), |(i, c)| x[[rows[i], c]]);
                let b = inverse_root(&among, &null).dot(&of_rows).dot(&bread).dot(function);
                let mut p = Array1::zeros(n);
                rows.iter().zip(&b).for_each(|(&row, b)| p.scaled_add(*b, &left.row(row)));
                p
            };
            (0..clusters).map(of_cluster).collect()
        };
        let function = |at: usize| Array1::from_shape_fn(x.ncols(), |c| f64::from(u8::from(c == at)));
        let regression = PanelRegression::new("y", ["x", "z"]).estimator(estimator);
        let regression = if weighted { regression.weights("w") } else { regression };
        let fit = regression.fit(&panel).unwrap();
        let by = if by_unit { Covariance::cluster() } else { Covariance::cluster_by("region") };
        let cr2 = by.correction(ClusterCorrection::Cr2);
        let table = fit.coefficients(&cr2).unwrap();
        let p: Vec<Vec<Array1<f64>>> = (0..2).map(|at| vectors(&function(at))).collect();
        for (at, name) in ["x", "z"].into_iter().enumerate() {
            let diagonal: f64 = p[at].iter().map(|p| p.dot(p)).sum();
            let all: f64 = p[at].iter().flat_map(|a| p[at].iter().map(move |b| a.dot(b).powi(2))).sum();
            let expected = diagonal * diagonal / all;
            let found = table.coefficients.iter().find(|c| c.name == name).unwrap();
            let df = found.df.unwrap();
            assert!((df / expected - 1.0).abs() < 1e-8, "{estimator} {name}: {df} for {expected}");
            // The interval is from these.
            let wald = fit.wald(&[name], &cr2).unwrap();
            assert!((wald.df_denominator.unwrap() / df - 1.0).abs() < 1e-10);
            assert!((wald.statistic / found.statistic.powi(2) - 1.0).abs() < 1e-10);
            assert!((wald.p_value / found.p_value - 1.0).abs() < 1e-8, "{estimator} {name}");
            // A function's own, and the same of its multiple.
            let triple = fit.combination(&[(name, 3.0)], &cr2).unwrap();
            assert!((triple.df.unwrap() / df - 1.0).abs() < 1e-10);
            assert!((triple.p_value / found.p_value - 1.0).abs() < 1e-8);
        }
    }
}

#[test]
fn more_coefficients_than_clusters_carry_are_refused() {
    let (panel, ..) = panel(&mut Numbers::new(4));
    let fit = PanelRegression::new("y", ["x", "z", "w"]).fit(&panel).unwrap();
    let by_region = Covariance::cluster_by("region").correction(ClusterCorrection::Cr2);
    let message = fit.wald(&["x", "z", "w"], &by_region).unwrap_err().to_string();
    assert!(message.contains("too few degrees of freedom for 3") || message.contains("singular"), "{message}");
    // With none asked for there are none.
    let plain = by_region.small_sample(SmallSample::Unadjusted);
    let table = fit.coefficients(&plain).unwrap();
    assert!(table.covariance.df_by_coefficient.is_empty() && table.coefficients.iter().all(|c| c.df.is_none()));
}

#[test]
fn the_table_has_a_column_of_them_and_json_keeps_them() {
    let (panel, ..) = panel(&mut Numbers::new(5));
    let fit = PanelRegression::new("y", ["x", "z"]).fit(&panel).unwrap();
    let table = fit.coefficients(&Covariance::cluster().correction(ClusterCorrection::Cr2)).unwrap();
    let text = table.to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.lines().any(|line| line.contains("  df  ")) && text.contains("Satterthwaite"), "{text}");
    let json = serde_json::to_string(&table).unwrap();
    assert_eq!(serde_json::from_str::<apportion::CoefficientTable>(&json).unwrap(), table);
    assert!(json.contains("\"df_by_coefficient\":["));
}
