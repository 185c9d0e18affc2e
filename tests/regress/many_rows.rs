//! Tens of thousands of rows, which several threads work on in blocks: what they give is the regression itself, and the
//! same whatever the order of the rows and the number of threads.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use apportion::{CoefficientTable, Covariance, Estimator, FittedRegression, Panel, PanelRegression};

use crate::common::Numbers;

// Of three columns more values than are kept once effects are taken out of them.
const UNITS: usize = 5_000;
const PERIODS: usize = 12;

/// Columns of a panel by row: unit, period, then y, x, z, a constant within units, and weights.
struct Rows {
    units: Vec<usize>,
    periods: Vec<i32>,
    columns: Vec<(&'static str, Vec<f64>)>,
}

impl Rows {
    /// With gaps, or complete; values are multiples of 2⁻¹⁰, and columns lie this far from zero.
    fn new(has_gaps: bool, shift: f64) -> Self {
        let mut random = Numbers::new(17);
        let mut exact = |scale: f64| (scale * random.normal() * 1024.0).round() / 1024.0;
        let mut rows = Rows { units: Vec::new(), periods: Vec::new(), columns: Vec::new() };
        let mut values: [Vec<f64>; 5] = Default::default();
        for unit in 0..UNITS {
            let own = exact(1.0);
            for period in 0..PERIODS {
                let (x, z, noise, weight) = (exact(0.3) + own, exact(0.3), exact(0.5), exact(1.0).abs() + 0.25);
                if has_gaps && (unit * 7 + period * 5) % 11 == 0 {
                    continue;
                }
                rows.units.push(unit);
                rows.periods.push(2000 + period as i32);
                let trend = 0.25 * period as f64;
                let row = [0.5 * x - z + own + trend + noise, x + shift, z + trend + shift, shift + 0.1 * own, weight];
                values.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
            }
        }
        rows.columns = ["y", "x", "z", "own", "w"].into_iter().zip(values).collect();
        rows
    }

    /// In another order: the n-th row is what was row `7919 n`, counted round and round.
    fn shuffled(&self) -> Self {
        let rows = self.units.len();
        let order: Vec<usize> = (0..rows).map(|row| row * 7_919 % rows).collect();
        let of = |column: &Vec<f64>| order.iter().map(|&row| column[row]).collect();
        Rows {
            units: order.iter().map(|&row| self.units[row]).collect(),
            periods: order.iter().map(|&row| self.periods[row]).collect(),
            columns: self.columns.iter().map(|(name, column)| (*name, of(column))).collect(),
        }
    }

    fn panel(&self) -> Panel {
        let builder = Panel::builder().units(self.units.iter()).periods(self.periods.iter().copied());
        self.columns.iter().fold(builder, |builder, (name, column)| builder.column(*name, column)).build().unwrap()
    }
}

fn fit(panel: &Panel, estimator: Estimator, weighted: bool) -> FittedRegression {
    let regression = PanelRegression::new("y", ["x", "z", "own"]).estimator(estimator);
    let regression = if weighted { regression.weights("w") } else { regression };
    regression.fit(panel).expect("a fit")
}

fn table(fit: &FittedRegression) -> CoefficientTable {
    fit.coefficients(&Covariance::cluster()).expect("a table")
}

const CASES: [(Estimator, bool, bool); 6] = [
    (Estimator::Within, false, false),
    (Estimator::Within, true, true),
    (Estimator::Twoway, false, false),
    (Estimator::Twoway, true, false),
    (Estimator::Twoway, true, true),
    (Estimator::WithinPeriod, true, true),
];

/// Residuals and columns that no effect is left in, and residuals that no column is left in, are those of least squares.
#[test]
fn residuals_and_columns_are_orthogonal_as_least_squares_has_them() {
    for (estimator, has_gaps, weighted) in CASES {
        let rows = Rows::new(has_gaps, 0.0);
        let fit = fit(&rows.panel(), estimator, weighted);
        let what = format!("{estimator}, gaps {has_gaps}, weights {weighted}");
        let n = rows.units.len();
        let weights: Vec<f64> = if weighted { rows.columns[4].1.clone() } else { vec![1.0; n] };
        let matrix = fit.design_matrix();
        let columns: Vec<Vec<f64>> = (0..fit.names().len()).map(|at| matrix.values.column(at).to_vec()).collect();
        let e = fit.residuals();
        let sum = |values: &dyn Fn(usize) -> f64, rows: &[usize]| rows.iter().map(|&row| values(row)).sum::<f64>();
        let all: Vec<usize> = (0..n).collect();
        for values in columns.iter().map(Vec::as_slice).chain([e]) {
            let mut of_unit = vec![Vec::new(); UNITS];
            let mut of_period = vec![Vec::new(); PERIODS];
            all.iter().for_each(|&row| of_unit[rows.units[row]].push(row));
            all.iter().for_each(|&row| of_period[(rows.periods[row] - 2000) as usize].push(row));
            let groups = match estimator {
                Estimator::Within => of_unit,
                Estimator::Twoway => of_unit.into_iter().chain(of_period).collect(),
                _ => of_period,
            };
            let left = groups.iter().map(|group| sum(&|row| weights[row] * values[row], group).abs());
            assert!(left.fold(0.0, f64::max) < 1e-9, "{what}");
        }
        for column in &columns {
            assert!(sum(&|row| weights[row] * column[row] * e[row], &all).abs() < 1e-8, "{what}");
        }
        // The sandwich from the rows, of two columns or of three.
        let k = columns.len();
        let product = |i: usize, j: usize| sum(&|row| weights[row] * columns[i][row] * columns[j][row], &all);
        let bread = ndarray::Array2::from_shape_fn((k, k), |(i, j)| product(i, j));
        let mut meat = ndarray::Array2::<f64>::zeros((k, k));
        let mut scores = vec![vec![0.0; k]; UNITS];
        for row in 0..n {
            (0..k).for_each(|i| scores[rows.units[row]][i] += weights[row] * columns[i][row] * e[row]);
        }
        for score in &scores {
            (0..k).for_each(|i| (0..k).for_each(|j| meat[[i, j]] += score[i] * score[j]));
        }
        let covariance = table(&fit).covariance;
        // B V B is the meat, whatever the inverse of B.
        let found = bread.dot(&covariance.matrix).dot(&bread) / covariance.small_sample_factor;
        let size = meat.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        assert!(found.iter().zip(&meat).all(|(a, b)| (a - b).abs() < 1e-10 * size), "{what}: {found} {meat}");
        let total = sum(&|row| weights[row], &all);
        let mean = sum(&|row| weights[row] * rows.columns[0].1[row], &all) / total;
        let about_mean = sum(&|row| weights[row] * (rows.columns[0].1[row] - mean).powi(2), &all);
        let unexplained = sum(&|row| weights[row] * e[row] * e[row], &all);
        assert!((fit.r_squared().overall - (1.0 - unexplained / about_mean)).abs() < 1e-12, "{what}");
    }
}

/// The between R² from the means of units, one by one.
#[test]
fn the_fit_of_unit_means_is_that_of_the_means() {
    let rows = Rows::new(true, 0.0);
    let fit = fit(&rows.panel(), Estimator::Twoway, true);
    let weights = &rows.columns[4].1;
    let slopes = [fit.estimate("x").unwrap(), fit.estimate("z").unwrap()];
    let left =
        |row: usize| rows.columns[0].1[row] - slopes[0] * rows.columns[1].1[row] - slopes[1] * rows.columns[2].1[row];
    let total: f64 = weights.iter().sum();
    let constant = (0..weights.len()).map(|row| weights[row] * left(row)).sum::<f64>() / total;
    let mut sums = vec![[0.0; 3]; UNITS];
    for row in 0..weights.len() {
        let parts = [1.0, rows.columns[0].1[row], left(row) - constant];
        sums[rows.units[row]].iter_mut().zip(parts).for_each(|(sum, x)| *sum += weights[row] * x);
    }
    let mean = sums.iter().map(|[_, y, _]| y).sum::<f64>() / total;
    let square = |value: &dyn Fn(&[f64; 3]) -> f64| sums.iter().map(|s| s[0] * value(s).powi(2)).sum::<f64>();
    let expected = 1.0 - square(&|s| s[2] / s[0]) / square(&|s| s[1] / s[0] - mean);
    assert!((fit.r_squared().between.unwrap() - expected).abs() < 1e-12);
}

#[test]
fn the_order_of_rows_changes_nothing() {
    for (estimator, has_gaps, weighted) in CASES {
        let rows = Rows::new(has_gaps, 0.0);
        let (sorted, unsorted) = (rows.panel(), rows.shuffled().panel());
        assert!(sorted == unsorted);
        let (sorted, unsorted) = (fit(&sorted, estimator, weighted), fit(&unsorted, estimator, weighted));
        assert_eq!(table(&sorted).coefficients, table(&unsorted).coefficients);
        assert_eq!(sorted.residuals(), unsorted.residuals());
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    for (estimator, has_gaps, weighted) in CASES {
        let rows = Rows::new(has_gaps, 0.0).shuffled();
        let found = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let fit = fit(&rows.panel(), estimator, weighted);
                (table(&fit), fit.residuals().to_vec())
            })
        };
        let ((one, of_one), (three, of_three)) = (found(1), found(3));
        assert_eq!((one.coefficients, one.r_squared, of_one), (three.coefficients, three.r_squared, of_three));
    }
}

#[test]
fn columns_far_from_zero_keep_their_digits_and_constants_within_units_go() {
    for (estimator, has_gaps, weighted) in CASES {
        let near = fit(&Rows::new(has_gaps, 0.0).panel(), estimator, weighted);
        let far = fit(&Rows::new(has_gaps, 1e6).panel(), estimator, weighted);
        let (near, far) = (table(&near), table(&far));
        for (a, b) in near.coefficients.iter().zip(&far.coefficients).filter(|(a, _)| a.name != "own") {
            assert!((a.estimate - b.estimate).abs() < 1e-9 * a.estimate.abs(), "{estimator}: {a:?} {b:?}");
            assert!((a.std_error - b.std_error).abs() < 1e-9 * a.std_error, "{estimator}: {a:?} {b:?}");
        }
        let is_gone = estimator != Estimator::WithinPeriod;
        assert_eq!(far.left_out_columns, if is_gone { vec!["own".to_string()] } else { Vec::new() });
    }
}

/// Each column varies in a few units only, which have leverage: who asks how much does so from many threads at once, and what
/// they ask of is formed by many threads too.
#[test]
fn units_with_leverage_are_looked_at_from_any_number_of_threads() {
    let (units, periods, k) = (100, 120, 12);
    let mut random = Numbers::new(23);
    let y: Vec<f64> = (0..units * periods).map(|_| random.normal()).collect();
    let builder = Panel::builder()
        .units((0..units * periods).map(|row| row / periods))
        .periods((0..units * periods).map(|row| (row % periods) as i32))
        .column("y", y);
    let column = |at: usize, random: &mut Numbers| {
        let size = |row: usize| if (row / periods) % 24 == at * 2 { 1.0 } else { 0.001 };
        (0..units * periods).map(|row| size(row) * random.normal()).collect::<Vec<f64>>()
    };
    let panel = (0..k).fold(builder, |builder, at| builder.column(format!("x{at}"), column(at, &mut random)));
    let panel = panel.build().unwrap();
    let regression = PanelRegression::new("y", (0..k).map(|at| format!("x{at}"))).estimator(Estimator::Within);
    let found = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| table(&regression.fit(&panel).unwrap()).coefficients)
    };
    let one = found(1);
    (0..25).for_each(|_| assert_eq!(found(16), one));
}
