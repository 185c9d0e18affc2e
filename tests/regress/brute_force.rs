//! Panel regressions by brute force: every effect is a column, every sample is refitted.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use apportion::regress::{
    ClusterCorrection, CovarianceMatrix, Leverage, RandomMethod, SmallSample, WildBootstrap, WildWeights,
};
use apportion::{Covariance, Estimator, FittedRegression, Panel, PanelRegression};
use ndarray::{Array1, Array2, Axis};

/// An unbalanced panel with gaps, of nine units and six periods, weights, a region of units and a constant within units.
fn panel() -> Panel {
    let mut state = 11_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    let (mut units, mut periods, mut region) = (Vec::new(), Vec::new(), Vec::new());
    let mut columns = vec![Vec::new(); 5];
    for unit in 0..9 {
        let own = random();
        for period in 0..6 {
            let gap = random();
            if gap > 0.35 || unit == 3 && period == 2 {
                continue;
            }
            let x = own + random() + 0.1 * f64::from(period);
            let z = 3.0 * random() + x * 0.5;
            let noise = random() * (1.0 + x * x);
            let row =
                [2.0 + x - 0.5 * z + 2.0 * own + 0.2 * f64::from(period * period) + noise, x, z, own, 0.6 + random()];
            columns.iter_mut().zip(row).for_each(|(c, v)| c.push(v));
            units.push(format!("u{unit}"));
            periods.push(2000 + period);
            region.push(["north", "south", "west"][unit % 3].to_string());
        }
    }
    let builder = Panel::builder().units(units).periods(periods).text_column("region", region);
    let named = ["y", "x", "z", "own", "w"].into_iter().zip(columns);
    named.fold(builder, |builder, (name, values)| builder.column(name, values)).build().expect("a panel")
}

fn column(panel: &Panel, name: &str) -> Array1<f64> {
    Array1::from(panel.column(name).unwrap().numbers().unwrap().to_vec())
}

fn dummies(codes: &[u32]) -> Array2<f64> {
    let levels = *codes.iter().max().unwrap() as usize + 1;
    Array2::from_shape_fn((codes.len(), levels), |(row, level)| f64::from(u8::from(codes[row] as usize == level)))
}

/// The Moore–Penrose inverse of a symmetric matrix raised to a power, by its eigenvectors (Jacobi).
fn power(matrix: &Array2<f64>, exponent: f64) -> Array2<f64> {
    let n = matrix.nrows();
    let (mut a, mut v) = (matrix.clone(), Array2::<f64>::eye(n));
    for _ in 0..60 {
        for p in 0..n {
            for q in p + 1..n {
                if a[[p, q]].abs() < 1e-300 {
                    continue;
                }
                let theta = (a[[q, q]] - a[[p, p]]) / (2.0 * a[[p, q]]);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let t = if theta == 0.0 { 1.0 } else { t };
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for k in 0..n {
                    let (x, y) = (a[[k, p]], a[[k, q]]);
                    (a[[k, p]], a[[k, q]]) = (c * x - s * y, s * x + c * y);
                }
                for k in 0..n {
                    let (x, y) = (a[[p, k]], a[[q, k]]);
                    (a[[p, k]], a[[q, k]]) = (c * x - s * y, s * x + c * y);
                    let (x, y) = (v[[k, p]], v[[k, q]]);
                    (v[[k, p]], v[[k, q]]) = (c * x - s * y, s * x + c * y);
                }
            }
        }
    }
    let largest = a.diag().iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    let raised = a.diag().mapv(|x| if x > 1e-9 * largest.max(1e-3) { x.powf(exponent) } else { 0.0 });
    v.dot(&Array2::from_diag(&raised)).dot(&v.t())
}

/// The first rows and columns.
fn corner(matrix: &Array2<f64>, k: usize) -> Array2<f64> {
    Array2::from_shape_fn((k, k), |at| matrix[at])
}

/// A dense regression with every effect as a column, rows multiplied with the roots of their weights.
struct Dense {
    x: Array2<f64>,
    residuals: Array1<f64>,
    estimates: Array1<f64>,
    /// Of the cross-products of all columns.
    inverse: Array2<f64>,
    /// The columns whose coefficients are compared: the first ones.
    k: usize,
}

impl Dense {
    fn new(panel: &Panel, estimator: Estimator, weighted: bool) -> Self {
        let n = panel.n_observations();
        let mut parts = vec![Array2::from_shape_fn((n, 2), |(row, c)| column(panel, ["x", "z"][c])[row])];
        let (units, periods) = (panel.unit_indices().unwrap(), panel.period_indices().unwrap());
        match estimator {
            Estimator::Pooled => parts.insert(0, Array2::ones((n, 1))),
            Estimator::Within => parts.push(dummies(units)),
            Estimator::WithinPeriod => parts.push(dummies(periods)),
            _ => parts.extend([dummies(units), dummies(periods)]),
        }
        let views: Vec<_> = parts.iter().map(Array2::view).collect();
        let mut x = ndarray::concatenate(Axis(1), &views).unwrap();
        let mut y = column(panel, "y");
        if weighted {
            let w = column(panel, "w");
            let mean = w.sum() / n as f64;
            for row in 0..n {
                let root = (w[row] / mean).sqrt();
                x.row_mut(row).mapv_inplace(|v| v * root);
                y[row] *= root;
            }
        }
        let inverse = power(&x.t().dot(&x), -1.0);
        let estimates = inverse.dot(&x.t().dot(&y));
        let residuals = &y - &x.dot(&estimates);
        Dense { x, residuals, estimates, inverse, k: if estimator == Estimator::Pooled { 3 } else { 2 } }
    }

    fn hat(&self) -> Array2<f64> {
        self.x.dot(&self.inverse).dot(&self.x.t())
    }

    /// A Σ s s' A of scores, the compared coefficients' part.
    fn sandwich(&self, scores: &[Array1<f64>]) -> Array2<f64> {
        let mut meat = Array2::zeros(self.inverse.dim());
        for s in scores {
            meat = meat + s.clone().insert_axis(Axis(1)).dot(&s.clone().insert_axis(Axis(0)));
        }
        let all = self.inverse.dot(&meat).dot(&self.inverse);
        corner(&all, self.k)
    }

    /// X_g' M_g^p e_g over the clusters.
    fn adjusted(&self, codes: &[u32], exponent: f64) -> Vec<Array1<f64>> {
        let hat = self.hat();
        let levels = *codes.iter().max().unwrap();
        let of_cluster = |level: u32| {
            let rows: Vec<usize> = (0..codes.len()).filter(|&r| codes[r] == level).collect();
            let m = Array2::from_shape_fn((rows.len(), rows.len()), |(i, j)| {
                f64::from(u8::from(i == j)) - hat[[rows[i], rows[j]]]
            });
            let e = power(&m, exponent).dot(&self.residuals.select(Axis(0), &rows));
            self.x.select(Axis(0), &rows).t().dot(&e)
        };
        (0..=levels).map(of_cluster).collect()
    }
}

fn fit(panel: &Panel, estimator: Estimator, weighted: bool) -> FittedRegression {
    let question = PanelRegression::new("y", ["x", "z"]).estimator(estimator);
    let question = if weighted { question.weights("w") } else { question };
    question.fit(panel).expect("it fits")
}

#[track_caller]
fn assert_close(what: &str, found: &CovarianceMatrix, expected: &Array2<f64>, tolerance: f64) {
    let scale = expected.diag().mapv(f64::sqrt);
    for ((i, j), value) in found.matrix.indexed_iter() {
        let difference = (value - expected[[i, j]]).abs() / (scale[i] * scale[j]);
        assert!(difference < tolerance, "{what}: entry ({i}, {j}) {value} against {}", expected[[i, j]]);
    }
}

const ABSORBING: [Estimator; 4] = [Estimator::Pooled, Estimator::Within, Estimator::WithinPeriod, Estimator::Twoway];

#[test]
fn absorbed_effects_equal_dummies_under_every_covariance() {
    let panel = panel();
    let plain = |covariance: Covariance| covariance.small_sample(SmallSample::Unadjusted);
    for estimator in ABSORBING {
        for weighted in [false, true] {
            let dense = Dense::new(&panel, estimator, weighted);
            let fit = fit(&panel, estimator, weighted);
            let what = format!("{estimator}, weighted: {weighted}");
            for (b, expected) in fit.estimates().iter().zip(&dense.estimates) {
                assert!((b - expected).abs() < 1e-10, "{what}: {b} against {expected}");
            }
            let n = panel.n_observations() as f64;
            let rank = power(&dense.x.t().dot(&dense.x), 0.0).diag().sum().round();
            assert_eq!(fit.df_residual() as f64, n - rank, "{what}");
            let k = dense.k;
            let rss = dense.residuals.dot(&dense.residuals);
            let bread = corner(&dense.inverse, k);
            let check = |name: &str, covariance: Covariance, expected: &Array2<f64>| {
                let found = fit.covariance(&covariance).expect("a covariance");
                assert_close(&format!("{what}, {name}"), &found, expected, 1e-9);
            };
            check("iid", Covariance::iid(), &(&bread * (rss / (n - rank))));
            let leverages = dense.hat().diag().to_owned();
            let rows = |scale: &dyn Fn(f64) -> f64| -> Array2<f64> {
                let score = |row: usize| {
                    let h = leverages[row];
                    // A row that alone decides an effect has no residual.
                    let factor = if 1.0 - h < 1e-9 { 0.0 } else { scale(h) };
                    &dense.x.row(row) * (dense.residuals[row] * factor)
                };
                dense.sandwich(&(0..panel.n_observations()).map(score).collect::<Vec<_>>())
            };
            let hc = |leverage| Covariance::heteroskedastic(leverage);
            check("hc0", hc(Leverage::Hc0), &rows(&|_| 1.0));
            check("hc1", hc(Leverage::Hc1), &(rows(&|_| 1.0) * (n / (n - rank))));
            check("hc2", hc(Leverage::Hc2), &rows(&|h| (1.0 - h).powf(-0.5)));
            check("hc3", hc(Leverage::Hc3), &rows(&|h| 1.0 / (1.0 - h)));
            check("hc4", hc(Leverage::Hc4), &rows(&|h| (1.0 - h).powf(-0.5 * (n * h / rank).min(4.0))));
            let regions: Vec<u32> =
                (0..panel.n_observations()).map(|row| panel.unit_indices().unwrap()[row] % 3).collect();
            let clusterings = [
                ("firms", None, panel.unit_indices().unwrap().to_vec()),
                ("periods", Some("period"), panel.period_indices().unwrap().to_vec()),
                ("regions", Some("region"), regions),
            ];
            for (name, by, codes) in clusterings {
                let cluster = match by {
                    Some("period") => Covariance::cluster_by(panel.period_column().unwrap()),
                    Some(by) => Covariance::cluster_by(by),
                    None => Covariance::cluster(),
                };
                let sums: Vec<Array1<f64>> = (0..=*codes.iter().max().unwrap())
                    .map(|level| {
                        let rows: Vec<usize> = (0..codes.len()).filter(|&r| codes[r] == level).collect();
                        dense.x.select(Axis(0), &rows).t().dot(&dense.residuals.select(Axis(0), &rows))
                    })
                    .collect();
                check(name, plain(cluster.clone()), &dense.sandwich(&sums));
                let g = sums.len() as f64;
                let cr1 = cluster.clone().correction(ClusterCorrection::Cr1);
                check(name, cr1, &(dense.sandwich(&sums) * (g / (g - 1.0))));
                let cr2 = cluster.clone().correction(ClusterCorrection::Cr2);
                check(name, cr2, &dense.sandwich(&dense.adjusted(&codes, -0.5)));
                let cr3 = cluster.correction(ClusterCorrection::Cr3);
                check(name, cr3, &dense.sandwich(&dense.adjusted(&codes, -1.0)));
            }
        }
    }
}

#[test]
fn leaving_units_out_equals_refitting() {
    let panel = panel();
    for estimator in ABSORBING {
        for weighted in [false, true] {
            let whole = fit(&panel, estimator, weighted);
            let influence = whole.influence_of_units().expect("units");
            let jackknife = whole.covariance(&Covariance::jackknife()).expect("a covariance");
            let mut refitted = Vec::new();
            for (unit, found) in panel.units().iter().zip(&influence) {
                assert_eq!(*unit, found.name);
                let rows: Vec<usize> =
                    (0..panel.n_observations()).filter(|&r| panel.unit_of(r) != Some(unit)).collect();
                let part = part_of(&panel, &rows);
                let without = fit(&part, estimator, weighted);
                for (b, expected) in found.estimates.iter().zip(without.estimates()) {
                    let b = b.expect("it can be had");
                    assert!((b - expected).abs() < 1e-10, "{estimator} without {unit}: {b} against {expected}");
                }
                // DFBETAS by their definition, with the standard deviation of the refitted regression. Weights have mean
                // one over the sample at hand, so that σ² is on the user's scale.
                let bread = whole.covariance(&Covariance::iid()).expect("iid").matrix / whole.sigma2();
                for (j, d) in found.dfbetas.iter().enumerate() {
                    let change = whole.estimates()[j] - without.estimates()[j];
                    let expected = change / (without.sigma2() * bread[[j, j]]).sqrt();
                    let d = d.expect("it can be had");
                    assert!((d - expected).abs() < 1e-9, "{estimator}, {unit}: {d} against {expected}");
                }
                refitted.push(Array1::from(without.estimates().to_vec()));
            }
            let g = refitted.len() as f64;
            let mean = refitted.iter().fold(Array1::<f64>::zeros(whole.estimates().len()), |sum, b| sum + b) / g;
            let mut expected = Array2::zeros((mean.len(), mean.len()));
            for b in &refitted {
                let d = (b - &mean).insert_axis(Axis(1));
                expected = expected + d.dot(&d.t()) * ((g - 1.0) / g);
            }
            assert_close(&format!("{estimator}"), &jackknife, &expected, 1e-8);
        }
    }
}

/// The rows at these positions.
fn part_of(panel: &Panel, rows: &[usize]) -> Panel {
    let units: Vec<&str> = rows.iter().map(|&r| panel.unit_of(r).unwrap()).collect();
    let mut builder = Panel::builder().units(units).periods(rows.iter().map(|&r| panel.period_of(r).unwrap()));
    for name in ["y", "x", "z", "own", "w"] {
        let values = column(panel, name);
        builder = builder.column(name, rows.iter().map(|&r| values[r]).collect::<Vec<_>>());
    }
    builder.build().expect("a panel")
}

#[test]
fn cooks_distance_and_leverage_are_those_of_the_dense_regression() {
    let panel = panel();
    let dense = Dense::new(&panel, Estimator::Pooled, true);
    let rows = fit(&panel, Estimator::Pooled, true).influence_of_rows().expect("rows");
    let hat = dense.hat();
    let s2 = dense.residuals.dot(&dense.residuals) / (panel.n_observations() as f64 - 3.0);
    for (row, found) in rows.iter().enumerate() {
        let (h, e) = (hat[[row, row]], dense.residuals[row]);
        assert!((found.leverage - h).abs() < 1e-12);
        let expected = e * e * h / (3.0 * s2 * (1.0 - h) * (1.0 - h));
        assert!(
            (found.cooks_distance.expect("it can be had") - expected).abs() < 1e-10 * expected.max(1.0),
            "row {row}"
        );
    }
}

#[test]
fn effects_and_predictions_equal_those_of_dummies() {
    let panel = panel();
    for weighted in [false, true] {
        for estimator in ABSORBING {
            let dense = Dense::new(&panel, estimator, weighted);
            let fit = fit(&panel, estimator, weighted);
            let df = fit.df_residual() as f64;
            let s2 = dense.residuals.dot(&dense.residuals) / df;
            let predictions = fit.predictions(&panel, &Covariance::iid(), 0.9).expect("the sample's own rows");
            let w = column(&panel, "w");
            let mean = w.sum() / panel.n_observations() as f64;
            for (row, found) in predictions.iter().enumerate() {
                let root = if weighted { (w[row] / mean).sqrt() } else { 1.0 };
                let x = dense.x.row(row).mapv(|x| x / root);
                assert!((found.expected - x.dot(&dense.estimates)).abs() < 1e-9, "{estimator}");
                let expected = (s2 * x.dot(&dense.inverse.dot(&x))).sqrt();
                assert!((found.std_error - expected).abs() < 1e-9, "{estimator}: {} {expected}", found.std_error);
                // The row's own error has the variance σ²/w on the user's scale of weights.
                let half = |upper: f64| (upper - found.expected).powi(2);
                let t2 = half(found.upper) / expected.powi(2);
                let own = (half(found.outcome_upper) - half(found.upper)) / t2;
                let weight = if weighted { w[row] / mean } else { 1.0 };
                assert!((own / (s2 / weight) - 1.0).abs() < 1e-6, "{estimator}: {own}");
            }
            let (units, periods) = (panel.unit_indices().unwrap(), panel.period_indices().unwrap());
            let sets = [(Estimator::Within, units, true), (Estimator::WithinPeriod, periods, false)];
            for (only, codes, is_unit) in sets {
                if estimator != only && estimator != Estimator::Twoway {
                    continue;
                }
                let effects =
                    if is_unit { fit.unit_effects(&Covariance::iid()) } else { fit.period_effects(&Covariance::iid()) };
                let effects = effects.expect("absorbed");
                // The level of a unit is what is expected of it without columns, over the weighted mean of the periods.
                let offset = if is_unit || estimator == Estimator::WithinPeriod { 2 } else { 2 + panel.n_units() };
                for (code, found) in effects.iter().enumerate() {
                    let mut c = Array1::zeros(dense.x.ncols());
                    c[offset + code] = 1.0;
                    if estimator == Estimator::Twoway {
                        let (others, start) = if is_unit { (periods, 2 + panel.n_units()) } else { (units, 2) };
                        let weights = if weighted { w.clone() } else { Array1::ones(panel.n_observations()) };
                        for (row, &other) in others.iter().enumerate() {
                            c[start + other as usize] += weights[row] / weights.sum();
                        }
                    }
                    let level = c.dot(&dense.estimates);
                    assert!((found.level - level).abs() < 1e-9, "{estimator}: {} against {level}", found.level);
                    let expected = (s2 * c.dot(&dense.inverse.dot(&c))).sqrt();
                    assert!((found.std_error - expected).abs() < 1e-9, "{estimator}: {} {expected}", found.std_error);
                    assert_eq!(found.rows, codes.iter().filter(|&&c| c as usize == code).count());
                }
            }
        }
    }
}

/// The wild bootstrap worked out on outcomes: y* = Xb̃ + v·ẽ, refitted with every effect as a column.
#[test]
fn the_wild_bootstrap_equals_refitting_every_outcome() {
    let panel = panel();
    for (estimator, by) in [
        (Estimator::Pooled, None),
        (Estimator::Within, None),
        (Estimator::WithinPeriod, None),
        (Estimator::Twoway, None),
        (Estimator::Twoway, Some("region")),
    ] {
        let weighted = true;
        let dense = Dense::new(&panel, estimator, weighted);
        let fit = fit(&panel, estimator, weighted);
        let codes: Vec<u32> = match by {
            None => panel.unit_indices().unwrap().to_vec(),
            Some(_) => panel.unit_indices().unwrap().iter().map(|u| u % 3).collect(),
        };
        let g = *codes.iter().max().unwrap() as usize + 1;
        let mut options = WildBootstrap::new(2_000, 1).weights(WildWeights::Rademacher).null(0.4);
        options.by = by.map(str::to_string);
        let found = fit.wild_bootstrap("x", &options).expect("a test");
        assert_eq!((found.draws, found.clusters), (1 << g, g), "all sign patterns are taken");
        let at = dense.k - 2;
        let a = dense.inverse.column(at).to_owned();
        let y = &dense.residuals + &dense.x.dot(&dense.estimates);
        let restricted = &dense.estimates - &(&a * ((dense.estimates[at] - 0.4) / a[at]));
        let e = &y - &dense.x.dot(&restricted);
        let t = |y: &Array1<f64>| {
            let b = dense.inverse.dot(&dense.x.t().dot(y));
            let e = y - &dense.x.dot(&b);
            let mut variance = 0.0;
            for level in 0..g {
                let rows: Vec<usize> = (0..codes.len()).filter(|&r| codes[r] as usize == level).collect();
                let score = dense.x.select(Axis(0), &rows).t().dot(&e.select(Axis(0), &rows));
                variance += a.dot(&score).powi(2);
            }
            (b[at] - 0.4) / variance.sqrt()
        };
        let sample = t(&y);
        assert!((found.statistic - sample).abs() < 1e-8, "{estimator}: {} against {sample}", found.statistic);
        let mut count = 0;
        for draw in 0..1_usize << g {
            let v = |row: usize| if draw >> codes[row] & 1 == 1 { -1.0 } else { 1.0 };
            let outcome = Array1::from_shape_fn(y.len(), |row| dense.x.row(row).dot(&restricted) + v(row) * e[row]);
            count += usize::from(t(&outcome).abs() >= sample.abs() * (1.0 - 1e-9));
        }
        let expected = count as f64 / (1_usize << g) as f64;
        assert!((found.p_value - expected).abs() < 1e-12, "{estimator}: {} against {expected}", found.p_value);
    }
}

#[test]
fn the_wild_interval_ends_where_the_p_value_crosses() {
    let fit = fit(&panel(), Estimator::Within, false);
    let options = WildBootstrap::new(999, 5);
    let found = fit.wild_bootstrap("z", &options).expect("a test");
    let (lower, upper) = (found.lower.expect("it ends"), found.upper.expect("it ends"));
    let step = 1e-3 * (upper - lower);
    for (end, inward) in [(lower, step), (upper, -step)] {
        let p = |null: f64| fit.wild_bootstrap("z", &options.clone().null(null)).expect("a test").p_value;
        assert!(p(end + inward) > 0.05 && p(end - inward) <= 0.05, "{end}");
    }
}

#[test]
fn mundlak_holds_the_within_coefficients_on_unbalanced_panels() {
    let panel = panel();
    let question = PanelRegression::new("y", ["x", "z", "own"]).estimator(Estimator::Mundlak);
    let mundlak = question.fit(&panel).expect("it fits");
    let within = fit(&panel, Estimator::Within, false);
    assert_eq!(mundlak.names()[1..], ["within(x)", "within(z)", "own", "between(x)", "between(z)"]);
    for (at, name) in ["within(x)", "within(z)"].into_iter().enumerate() {
        let difference = mundlak.estimate(name).expect("it has one") - within.estimates()[at];
        assert!(difference.abs() < 1e-10, "{name}: {difference:e}");
    }
}

#[test]
fn an_interaction_is_demeaned_twice() {
    let panel = panel();
    let fit = PanelRegression::new("y", ["x", "z", "x:z"]).estimator(Estimator::Mundlak).fit(&panel).expect("it fits");
    // By hand: the product of deviations, demeaned, beside the deviations.
    let deviations = |values: &Array1<f64>| {
        let codes = panel.unit_indices().unwrap();
        let mean = |unit: u32| {
            let own: Vec<f64> = (0..codes.len()).filter(|&r| codes[r] == unit).map(|r| values[r]).collect();
            own.iter().sum::<f64>() / own.len() as f64
        };
        Array1::from_shape_fn(values.len(), |row| values[row] - mean(codes[row]))
    };
    let (x, z) = (deviations(&column(&panel, "x")), deviations(&column(&panel, "z")));
    let product = deviations(&(&x * &z));
    let design = Array2::from_shape_fn((panel.n_observations(), 3), |(row, c)| [x[row], z[row], product[row]][c]);
    let expected = power(&design.t().dot(&design), -1.0).dot(&design.t().dot(&column(&panel, "y")));
    for (name, expected) in ["within(x)", "within(z)", "within(x:z)"].into_iter().zip(expected) {
        let found = fit.estimate(name).expect("it has one");
        assert!((found - expected).abs() < 1e-9, "{name}: {found} against {expected}");
    }
}

/// Generalised least squares with the dense covariance of the errors that the variance components make.
#[test]
fn random_effects_equal_dense_generalised_least_squares() {
    let panel = panel();
    let (n, w) = (panel.n_observations(), column(&panel, "w"));
    let x = Array2::from_shape_fn((n, 3), |(row, c)| if c == 0 { 1.0 } else { column(&panel, ["x", "z"][c - 1])[row] });
    let y = column(&panel, "y");
    let (units, periods) = (panel.unit_indices().unwrap(), panel.period_indices().unwrap());
    for estimator in [Estimator::Random, Estimator::RandomPeriod, Estimator::RandomTwoway] {
        for method in [RandomMethod::SwamyArora, RandomMethod::WallaceHussain, RandomMethod::Amemiya] {
            for weighted in [false, true] {
                let question = PanelRegression::new("y", ["x", "z"]).estimator(estimator).random_method(method);
                let question = if weighted { question.weights("w") } else { question };
                let fit = question.fit(&panel).expect("it fits");
                let components = fit.effect_variances().expect("it is random");
                let v = Array2::from_shape_fn((n, n), |(i, j)| {
                    let own = if i == j { components.idiosyncratic } else { 0.0 };
                    // σ²_ε is that of a row of weight one.
                    let own = if weighted { own / w[i] } else { own };
                    let unit = if units[i] == units[j] { components.unit.unwrap_or(0.0) } else { 0.0 };
                    let period = if periods[i] == periods[j] { components.period.unwrap_or(0.0) } else { 0.0 };
                    own + unit + period
                });
                let inverse = power(&v, -1.0);
                let bread = power(&x.t().dot(&inverse).dot(&x), -1.0);
                let expected = bread.dot(&x.t().dot(&inverse).dot(&y));
                for (b, expected) in fit.estimates().iter().zip(&expected) {
                    assert!((b - expected).abs() < 1e-8, "{estimator} {method}: {b} against {expected}");
                }
                // The covariance is the same but for the scale, which the residuals have.
                let found = fit.covariance(&Covariance::iid()).expect("iid").matrix;
                let scale = found[[0, 0]] / bread[[0, 0]];
                for (at, value) in found.indexed_iter() {
                    assert!((value / bread[at] / scale - 1.0).abs() < 1e-7, "{estimator} {method}");
                }
            }
        }
    }
}

#[test]
fn unit_means_weigh_as_their_units() {
    let panel = panel();
    for weighted in [false, true] {
        let fit = fit(&panel, Estimator::Between, weighted);
        let (units, w) = (panel.unit_indices().unwrap(), column(&panel, "w"));
        let w = if weighted { w } else { Array1::ones(panel.n_observations()) };
        let sums = |values: &Array1<f64>| {
            let mut sums = Array1::<f64>::zeros(panel.n_units());
            units.iter().zip(values).for_each(|(&unit, x)| sums[unit as usize] += x);
            sums
        };
        let of_units = sums(&w);
        let mean = |name: &str| sums(&(&column(&panel, name) * &w)) / &of_units;
        let (y, x, z) = (mean("y"), mean("x"), mean("z"));
        let root = |unit: usize| if weighted { of_units[unit].sqrt() } else { 1.0 };
        let design = Array2::from_shape_fn((panel.n_units(), 3), |(u, c)| root(u) * [1.0, x[u], z[u]][c]);
        let outcome = Array1::from_shape_fn(panel.n_units(), |u| root(u) * y[u]);
        let expected = power(&design.t().dot(&design), -1.0).dot(&design.t().dot(&outcome));
        for (b, expected) in fit.estimates().iter().zip(&expected) {
            assert!((b - expected).abs() < 1e-9, "{b} against {expected}");
        }
    }
}

#[test]
fn single_rows_and_gaps_are_reported() {
    let panel = Panel::builder()
        .units(["a", "a", "a", "b", "c", "c", "c"])
        .periods([1, 2, 4, 1, 1, 2, 3])
        .column("y", [1.0, 2.5, 2.0, 4.0, 3.0, 5.0, 4.0])
        .column("x", [0.0, 1.0, 3.0, 2.0, 1.0, 4.0, 2.0])
        .build()
        .expect("a panel");
    let warnings = |estimator| {
        let fit = PanelRegression::new("y", ["x"]).estimator(estimator).fit(&panel).expect("it fits");
        fit.warnings().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(warnings(Estimator::Within), "units with a single row, which their own effect explains: b");
    assert!(warnings(Estimator::Twoway).contains("periods with a single row"), "{}", warnings(Estimator::Twoway));
    let gaps = "differences left out because they would reach over a gap in the periods of a unit: 1";
    assert_eq!(warnings(Estimator::FirstDifference), gaps);
}

#[test]
fn differences_respect_gaps() {
    let panel = panel();
    let fit = PanelRegression::new("y", ["x"]).estimator(Estimator::FirstDifference).fit(&panel).expect("it fits");
    let (y, x) = (column(&panel, "y"), column(&panel, "x"));
    let pairs: Vec<usize> = (1..panel.n_observations())
        .filter(|&r| {
            panel.unit_of(r) == panel.unit_of(r - 1) && panel.period_of(r) == panel.period_of(r - 1).map(|p| p + 1)
        })
        .collect();
    assert!(pairs.len() < panel.n_observations() - panel.n_units(), "the panel has gaps");
    assert_eq!(fit.n_observations(), pairs.len());
    let (dy, dx): (Vec<f64>, Vec<f64>) = pairs.iter().map(|&r| (y[r] - y[r - 1], x[r] - x[r - 1])).unzip();
    let n = pairs.len() as f64;
    let (my, mx) = (dy.iter().sum::<f64>() / n, dx.iter().sum::<f64>() / n);
    let cross: f64 = dy.iter().zip(&dx).map(|(y, x)| (y - my) * (x - mx)).sum();
    let slope = cross / dx.iter().map(|x| (x - mx).powi(2)).sum::<f64>();
    assert!((fit.estimate("x").expect("it has one") - slope).abs() < 1e-12);
}

#[test]
fn joint_tests_and_combinations_agree_with_their_formulas() {
    let fit = fit(&panel(), Estimator::Twoway, false);
    let covariance = Covariance::heteroskedastic(Leverage::Hc1);
    let v = fit.covariance(&covariance).expect("a covariance");
    let b = Array1::from(fit.estimates().to_vec());
    let joint = fit.wald(&["x", "z"], &covariance).expect("two");
    let expected = b.dot(&power(&v.matrix, -1.0).dot(&b)) / 2.0;
    assert!((joint.statistic - expected).abs() < 1e-9 * expected, "{} against {expected}", joint.statistic);
    assert_eq!((joint.df, joint.df_denominator), (2.0, Some(fit.df_residual() as f64)));
    let sum = fit.combination(&[("x", 2.0), ("z", -1.0)], &covariance).expect("a combination");
    let c = Array1::from(vec![2.0, -1.0]);
    assert!((sum.estimate - c.dot(&b)).abs() < 1e-12);
    assert!((sum.std_error - c.dot(&v.matrix.dot(&c)).sqrt()).abs() < 1e-12);
    // The delta method of a linear function is that function's.
    let delta = fit.delta_method("linear", |b| 2.0 * b[0] - b[1], &covariance).expect("a function");
    assert!((delta.std_error - sum.std_error).abs() < 1e-8);
    let ratio = fit.delta_method("ratio", |b| b[0] / b[1], &covariance).expect("a function");
    let g = Array1::from(vec![1.0 / b[1], -b[0] / (b[1] * b[1])]);
    assert!((ratio.std_error - g.dot(&v.matrix.dot(&g)).sqrt()).abs() < 1e-8);
}

/// y = 2x to the last digit: nothing is left, and nothing may be made of it.
#[test]
fn an_exact_fit_says_so_under_every_covariance() {
    let panel = Panel::builder()
        .units((0..12).map(|i| format!("u{}", i / 3)))
        .periods((0..12).map(|i| i % 3))
        .column("y", (0..12).map(|i| 2.0 * f64::from(i)).collect::<Vec<_>>())
        .column("x", (0..12).map(f64::from).collect::<Vec<_>>())
        .build()
        .expect("a panel");
    for estimator in [Estimator::Pooled, Estimator::Within, Estimator::Between] {
        let fit = PanelRegression::new("y", ["x"]).estimator(estimator).fit(&panel).expect("it fits");
        assert!((fit.estimate("x").unwrap() - 2.0).abs() < 1e-14);
        assert!(fit.warnings().iter().any(|w| w.to_string().contains("the fit is exact")), "{estimator}");
        for covariance in [Covariance::iid(), Covariance::heteroskedastic(Leverage::Hc3), Covariance::cluster()] {
            let table = fit.coefficients(&covariance).expect("a table");
            let json = serde_json::to_string(&table).unwrap();
            serde_json::from_str::<apportion::CoefficientTable>(&json).expect("it can be read again");
            assert!(table.to_string().contains("the fit is exact"), "{table}");
        }
    }
    let fit = PanelRegression::new("y", ["x"]).fit(&panel).expect("it fits");
    for refused in [
        fit.combination(&[("x", 0.0)], &Covariance::iid()),
        fit.combination(&[], &Covariance::iid()),
        fit.delta_method("nothing", |_| 0.0, &Covariance::iid()),
    ] {
        assert!(refused.is_err());
    }
}

#[test]
fn a_coefficient_that_rests_on_one_unit_has_no_leave_one_out() {
    let y = [1.0, 2.0, 4.0, 3.0, 5.0, 2.5, 4.5, 1.5];
    let panel = Panel::builder()
        .units(["a", "a", "b", "b", "c", "c", "d", "d"])
        .periods([1, 2, 1, 2, 1, 2, 1, 2])
        .column("y", y)
        .column("x", [0.0, 1.0, 3.0, 2.0, 4.0, 1.0, 2.0, 0.5])
        .column("d", [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
        .build()
        .expect("a panel");
    let fit = PanelRegression::new("y", ["x", "d"]).fit(&panel).expect("it fits");
    let units = fit.influence_of_units().expect("units");
    assert_eq!((units[0].estimates[2], units[0].dfbetas[2], units[0].cooks_distance), (None, None, None));
    // Of the others it can be had, and so can x without the first unit: from a fit without d.
    assert!(units[1..].iter().all(|unit| unit.estimates.iter().all(Option::is_some)));
    let without = Panel::builder().column("y", &y[2..]).column("x", [3.0, 2.0, 4.0, 1.0, 2.0, 0.5]).build().unwrap();
    let without = PanelRegression::new("y", ["x"]).fit(&without).expect("it fits");
    assert!((units[0].estimates[1].unwrap() - without.estimate("x").unwrap()).abs() < 1e-12);
    for covariance in [Covariance::jackknife(), Covariance::cluster().correction(ClusterCorrection::Cr3)] {
        let table = fit.coefficients(&covariance).expect("a table");
        assert!(table.coefficients[2].std_error.is_nan() && table.coefficients[1].std_error > 0.0);
        let says = "no standard error of d: nothing but a decides";
        let warnings = table.covariance.warnings;
        assert!(warnings.iter().any(|w| w.to_string().starts_with(says)), "{warnings:?}");
    }
    // Unit effects go with their unit, and are no loss.
    let within = PanelRegression::new("y", ["x"]).estimator(Estimator::Within).fit(&panel).expect("it fits");
    assert!(within.influence_of_units().unwrap().iter().all(|unit| unit.estimates[0].is_some()));
}

#[test]
fn parts_of_a_panel_that_no_row_connects_are_not_compared() {
    let panel = Panel::builder()
        .units(["a", "a", "b", "b", "c", "c", "d", "d"])
        .periods([1, 2, 1, 2, 3, 4, 3, 4])
        .column("y", [1.0, 2.0, 4.0, 3.0, 5.0, 2.5, 4.5, 1.5])
        .column("x", [0.0, 1.0, 3.0, 2.0, 4.0, 1.0, 2.0, 0.5])
        .build()
        .expect("a panel");
    let fit = PanelRegression::new("y", ["x"]).estimator(Estimator::Twoway).fit(&panel).expect("it fits");
    assert!(fit.warnings().iter().any(|w| w.to_string().contains("falls into 2 parts")), "{:?}", fit.warnings());
    let row = |unit: &str, period| {
        let panel = Panel::builder().units([unit]).periods([period]).column("x", [1.0]).build().unwrap();
        fit.predictions(&panel, &Covariance::iid(), 0.95)
    };
    assert!(row("a", 2).is_ok());
    assert!(row("a", 3).expect_err("another part").to_string().contains("no row connects"));
}

#[test]
fn what_is_nothing_but_rounding_has_no_coefficient_and_no_inflation() {
    let panel = panel();
    let fit = |terms: &[&str], estimator| {
        PanelRegression::new("y", terms.iter().copied()).estimator(estimator).fit(&panel).expect("it fits")
    };
    // The unit means of deviations are zero, to rounding.
    let mundlak = fit(&["within(x)", "z"], Estimator::Mundlak);
    assert_eq!(mundlak.left_out_columns(), ["between(within(x))"]);
    // A product with a unit mean is its own deviation: there is nothing to be demeaned twice.
    let product = fit(&["between(x):z"], Estimator::Mundlak).estimates()[1];
    let within = fit(&["between(x):z"], Estimator::Within).estimates()[0];
    assert!((product - within).abs() < 1e-9, "{product} against {within}");
    let of = |fit: &FittedRegression, name: &str| {
        fit.collinearity().columns.iter().find(|c| c.name == name).cloned().expect("a column")
    };
    let mundlak = fit(&["x", "z"], Estimator::Mundlak);
    let pooled = fit(&["x", "z"], Estimator::Pooled);
    assert_eq!(of(&mundlak, "within(x)").between, None);
    let (found, expected) = (of(&mundlak, "between(x)").between.unwrap(), of(&pooled, "x").between.unwrap());
    assert!((found - expected).abs() < 1e-9, "{found} against {expected}");
}

#[test]
fn rows_of_the_between_estimator_are_units() {
    let panel = panel();
    let fit = fit(&panel, Estimator::Between, false);
    for covariance in [Covariance::twoway_cluster(), Covariance::newey_west(None), Covariance::cluster_by("x")] {
        let refused = fit.covariance(&covariance).expect_err("units have no periods").to_string();
        assert!(refused.contains("between estimator"), "{refused}");
    }
    assert_eq!(fit.covariance(&Covariance::cluster_by("region")).expect("constant within units").clusters, [3]);
}

/// With few clusters the three parts of a two-way covariance can add up to nothing: that is no significant coefficient.
#[test]
fn a_two_way_variance_below_zero_is_refused() {
    let mut refused = 0;
    for seed in 0..200_u64 {
        let mut state = seed;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        let rows = 24;
        let (y, x): (Vec<f64>, Vec<f64>) = (0..rows).map(|_| (random(), random())).unzip();
        let panel = Panel::builder()
            .units((0..rows).map(|i| format!("u{}", i / 4)))
            .periods((0..rows).map(|i| i % 4))
            .column("y", y)
            .column("x", x)
            .build()
            .expect("a panel");
        let fit = PanelRegression::new("y", ["x"]).estimator(Estimator::Twoway).fit(&panel).expect("it fits");
        match fit.coefficients(&Covariance::twoway_cluster()) {
            Ok(table) => assert!(table.coefficients[0].std_error > 0.0 && table.coefficients[0].p_value > 0.0),
            Err(error) => {
                assert!(error.to_string().contains("cluster by one of the two alone"), "{error}");
                refused += 1;
            }
        }
    }
    assert!((1..100).contains(&refused), "{refused} of 200");
}

#[test]
fn values_whose_squares_overflow_are_refused_by_name() {
    let panel = Panel::builder()
        .column("y", [1.0, 2.0, 4.0, 3.0])
        .column("big", [1e160, 2e160, 3e160, 5e160])
        .column("small", [1e-160, 2e-160, 3e-160, 5e-160])
        .build()
        .expect("a panel");
    for name in ["big", "small"] {
        let refused = PanelRegression::new("y", [name]).fit(&panel).expect_err("out of range").to_string();
        assert!(refused.contains(name) && refused.contains("other units"), "{refused}");
    }
}

/// One series without units, and the same as the only unit of a panel; by hand with two lags.
#[test]
fn newey_west_takes_a_series_without_units() {
    let y = [1.0, 2.5, 2.0, 4.0, 3.0, 5.0, 4.0, 6.5];
    let x = [0.0, 1.0, 3.0, 2.0, 1.0, 4.0, 2.0, 5.0];
    let panel = Panel::builder().periods(2000..2008).column("y", y).column("x", x).build().expect("a series");
    let fit = PanelRegression::new("y", ["x"]).fit(&panel).expect("it fits");
    let found =
        fit.covariance(&Covariance::newey_west(Some(2)).small_sample(SmallSample::Unadjusted)).expect("a covariance");
    let design = Array2::from_shape_fn((8, 2), |(row, c)| [1.0, x[row]][c]);
    let bread = power(&design.t().dot(&design), -1.0);
    let y = Array1::from(y.to_vec());
    let e = &y - &design.dot(&bread.dot(&design.t().dot(&y)));
    let mut meat = Array2::<f64>::zeros((2, 2));
    for i in 0..8_usize {
        for j in 0..8_usize {
            let kernel = 1.0 - i.abs_diff(j) as f64 / 3.0;
            for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                meat[[a, b]] += kernel.max(0.0) * design[[i, a]] * e[i] * design[[j, b]] * e[j];
            }
        }
    }
    assert_close("a series", &found, &bread.dot(&meat).dot(&bread), 1e-12);
    let twice = Panel::builder().periods([1, 1, 2, 2, 3, 3]).column("y", &y.to_vec()[..6]).column("x", &x[..6]);
    let fit = PanelRegression::new("y", ["x"]).fit(&twice.build().expect("a panel")).expect("it fits");
    let refused = fit.covariance(&Covariance::newey_west(Some(1))).expect_err("whose rows?").to_string();
    assert!(refused.contains("several rows, needs a unit column"), "{refused}");
}

#[test]
fn a_bandwidth_that_reaches_no_pair_is_reported() {
    let panel =
        Panel::builder().periods((0..8).map(|i| 2000 + 2 * i)).column("y", [1.0, 2.5, 2.0, 4.0, 3.0, 5.0, 4.0, 6.5]);
    let panel = panel.column("x", [0.0, 1.0, 3.0, 2.0, 1.0, 4.0, 2.0, 5.0]).build().expect("every second year");
    let fit = PanelRegression::new("y", ["x"]).fit(&panel).expect("it fits");
    let warnings = |bandwidth| fit.covariance(&Covariance::newey_west(bandwidth)).expect("a covariance").warnings;
    assert!(warnings(None)[0].to_string().contains("bandwidth of 1"), "{:?}", warnings(None));
    assert!(warnings(Some(2)).is_empty());
}

/// Unit means weighted as in a between regression, whose R² this is for its own coefficients.
#[test]
fn r2_between_weights_the_means_of_units() {
    let panel = panel();
    let regression = PanelRegression::new("y", ["x", "z"]).weights("w");
    let fit = regression.clone().estimator(Estimator::Pooled).fit(&panel).unwrap();
    let (y, w, x, z) = (column(&panel, "y"), column(&panel, "w"), column(&panel, "x"), column(&panel, "z"));
    let expected = &x * fit.estimates()[1] + &z * fit.estimates()[2] + fit.estimates()[0];
    let units = dummies(panel.unit_indices().unwrap());
    let sums = units.t().dot(&w);
    let means = |values: &Array1<f64>| units.t().dot(&(values * &w)) / &sums;
    let (observed, fitted) = (means(&y), means(&expected));
    let mean = (&observed * &sums).sum() / sums.sum();
    let left = (&sums * &(&observed - &fitted).mapv(|e| e * e)).sum();
    let total = (&sums * &(&observed - mean).mapv(|e| e * e)).sum();
    assert!((fit.r_squared().between.unwrap() - (1.0 - left / total)).abs() < 1e-12);
    let between = regression.estimator(Estimator::Between).fit(&panel).unwrap();
    let r2 = between.r_squared();
    assert!(
        (r2.between.unwrap()
            - (1.0 - between.residuals().iter().zip(&sums).map(|(e, w)| w * e * e).sum::<f64>() / total))
            .abs()
            < 1e-12
    );
}
