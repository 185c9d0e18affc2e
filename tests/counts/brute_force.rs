//! Fits by Newton's method on every dummy, and θ by the slope of the likelihood.

use apportion::model::Family;
use apportion::{Breakdown, IntervalKind, Model, Panel, Term};
use ndarray::{Array1, Array2};

struct Rows {
    units: Vec<usize>,
    periods: Vec<i32>,
    x: Vec<f64>,
    people: Vec<f64>,
    weights: Vec<f64>,
    counts: Vec<f64>,
}

/// Unbalanced, with counts that vary more than chance has it; x lies a million from zero.
fn rows() -> Rows {
    let mut state = 88_172_645_463_325_252_u64;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut rows = Rows { units: vec![], periods: vec![], x: vec![], people: vec![], weights: vec![], counts: vec![] };
    for unit in 0..30 {
        let own = uniform() - 0.5;
        for period in 0..6 {
            if (unit * 5 + period * 3) % 11 == 0 {
                continue;
            }
            let (x, people) = (0.3 * uniform(), 500.0 + 1_000.0 * uniform());
            let mean = people * (-4.0 + own + x + 0.1 * period as f64).exp();
            rows.units.push(unit);
            rows.periods.push(2010 + period as i32);
            rows.x.push(1e6 + x);
            rows.people.push(people);
            rows.weights.push(0.5 + uniform());
            rows.counts.push((mean * (0.4 + 1.2 * uniform())).round());
        }
    }
    rows
}

fn panel(rows: &Rows) -> Panel {
    Panel::builder()
        .units(rows.units.iter())
        .periods(rows.periods.iter().copied())
        .column("x", &rows.x)
        .column("people", &rows.people)
        .column("w", &rows.weights)
        .column("count", &rows.counts)
        .build()
        .unwrap()
}

/// The intercept and every dummy but the first; x less a million.
fn columns(rows: &Rows, with_units: bool) -> Array2<f64> {
    let n = rows.counts.len();
    let mut columns: Vec<Vec<f64>> = vec![vec![1.0; n], rows.x.iter().map(|x| x - 1e6).collect()];
    let dummy = |is: &dyn Fn(usize) -> bool| (0..n).map(|row| f64::from(u8::from(is(row)))).collect::<Vec<f64>>();
    columns.extend((2011..2016).map(|period| dummy(&|row| rows.periods[row] == period)));
    if with_units {
        columns.extend((1..30).map(|unit| dummy(&|row| rows.units[row] == unit)));
    }
    Array2::from_shape_fn((n, columns.len()), |(row, c)| columns[c][row])
}

fn solve(mut a: Array2<f64>, mut b: Array1<f64>) -> Array1<f64> {
    let n = b.len();
    for c in 0..n {
        let pivot = (c..n).max_by(|&i, &j| a[[i, c]].abs().total_cmp(&a[[j, c]].abs())).unwrap();
        for k in 0..n {
            a.swap([c, k], [pivot, k]);
        }
        b.swap(c, pivot);
        for row in c + 1..n {
            let part = a[[row, c]] / a[[c, c]];
            for k in c..n {
                a[[row, k]] -= part * a[[c, k]];
            }
            b[row] -= part * b[c];
        }
    }
    for c in (0..n).rev() {
        let known: f64 = (c + 1..n).map(|k| a[[c, k]] * b[k]).sum();
        b[c] = (b[c] - known) / a[[c, c]];
    }
    b
}

/// The means, by Fisher's scoring on all columns.
fn means(rows: &Rows, x: &Array2<f64>, weights: &[f64], theta: Option<f64>) -> Vec<f64> {
    let n = rows.counts.len();
    let rate = rows.counts.iter().sum::<f64>() / rows.people.iter().sum::<f64>();
    let mut eta: Vec<f64> = (0..n).map(|row| (0.5 * (rows.counts[row] + rate * rows.people[row])).ln()).collect();
    for _ in 0..100 {
        let mean = |row: usize| eta[row].exp();
        let w = |row: usize| weights[row] * theta.map_or(mean(row), |theta| mean(row) / (1.0 + mean(row) / theta));
        let z = |row: usize| eta[row] - rows.people[row].ln() + (rows.counts[row] - mean(row)) / mean(row);
        let k = x.ncols();
        let products = Array2::from_shape_fn((k, k), |(i, j)| (0..n).map(|r| w(r) * x[[r, i]] * x[[r, j]]).sum());
        let with = Array1::from_shape_fn(k, |i| (0..n).map(|r| w(r) * x[[r, i]] * z(r)).sum());
        let b = solve(products, with);
        eta = (0..n).map(|row| rows.people[row].ln() + x.row(row).dot(&b)).collect();
    }
    eta.into_iter().map(f64::exp).collect()
}

fn deviance(rows: &Rows, means: &[f64], weights: &[f64], theta: Option<f64>) -> f64 {
    let of = |row: usize| {
        let (y, mean) = (rows.counts[row], means[row]);
        let first = if y > 0.0 { y * (y / mean).ln() } else { 0.0 };
        let rest = theta.map_or(y - mean, |theta| (y + theta) * ((y + theta) / (mean + theta)).ln());
        2.0 * weights[row] * (first - rest)
    };
    (0..means.len()).map(of).sum()
}

fn model(family: Family) -> Model {
    Model::new("count")
        .component("slope", ["x"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
        .family(family)
        .exposure("people")
}

#[test]
fn poisson_models_are_those_of_every_dummy_weighted_or_not() {
    let rows = rows();
    let n = rows.counts.len();
    let mean_weight = rows.weights.iter().sum::<f64>() / n as f64;
    let scaled: Vec<f64> = rows.weights.iter().map(|w| w / mean_weight).collect();
    for (weights, model) in [(vec![1.0; n], model(Family::Poisson)), (scaled, model(Family::Poisson).weights("w"))] {
        let fit = model.fit_counts(&panel(&rows)).unwrap();
        let whole = means(&rows, &columns(&rows, true), &weights, None);
        for (found, expected) in fit.expected_counts().iter().zip(&whole) {
            assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
        }
        let of = |means: &[f64]| deviance(&rows, means, &weights, None);
        assert!((fit.deviance() / of(&whole) - 1.0).abs() < 1e-9);
        let without = of(&means(&rows, &columns(&rows, false), &weights, None));
        let practice = fit.sequential().unwrap().share_of_total("practice").unwrap();
        assert!((practice - (without - of(&whole)) / fit.null_deviance()).abs() < 1e-10);
        assert_eq!(fit.n_parameters(), columns(&rows, true).ncols());
    }
}

#[test]
fn theta_is_where_the_likelihood_is_level() {
    let rows = rows();
    let fit = model(Family::NegativeBinomial).fit_counts(&panel(&rows)).unwrap();
    let theta = fit.theta().unwrap();
    let weights = vec![1.0; rows.counts.len()];
    let x = columns(&rows, true);
    let means = means(&rows, &x, &weights, Some(theta));
    for (found, expected) in fit.expected_counts().iter().zip(&means) {
        assert!((found / expected - 1.0).abs() < 1e-8, "{found} {expected}");
    }
    // ψ(y + θ) − ψ(θ) + ln(θ/(θ + μ)) + 1 − (y + θ)/(θ + μ), summed.
    let score = |theta: f64| -> f64 {
        let of = |(y, mean): (&f64, &f64)| {
            let differences: f64 = (0..*y as usize).map(|k| 1.0 / (theta + k as f64)).sum();
            differences + (theta / (theta + mean)).ln() + 1.0 - (y + theta) / (theta + mean)
        };
        rows.counts.iter().zip(&means).map(of).sum()
    };
    let slope = (score(1.001 * theta) - score(0.999 * theta)) / (0.002 * theta);
    assert!((score(theta) / slope / theta).abs() < 1e-9, "{} {slope}", score(theta));
    assert!((fit.deviance() / deviance(&rows, &means, &weights, Some(theta)) - 1.0).abs() < 1e-8);
}

/// Every unit left out of the panel, and the model fitted to what is left.
#[test]
fn the_jackknife_is_of_models_without_each_unit() {
    let panel = panel(&rows());
    for family in [Family::Poisson, Family::NegativeBinomial] {
        let fit = model(family).fit_counts(&panel).unwrap();
        for breakdown in [fit.sequential().unwrap(), fit.shapley().unwrap()] {
            let jackknife = fit.jackknife().unwrap().kind(IntervalKind::Jackknife).unwrap();
            let found = breakdown.with_count_intervals(&jackknife).unwrap();
            let without = |unit: &String| {
                let rest = panel.filter("one less", |row| Ok(row.unit() != Some(unit.as_str()))).unwrap();
                model(family).fit_counts(&rest).unwrap().breakdown(&breakdown.method).unwrap()
            };
            let replicates: Vec<Breakdown> = panel.units().iter().map(without).collect();
            let n = replicates.len() as f64;
            for (at, share) in found.rows().enumerate() {
                let values: Vec<f64> = replicates.iter().map(|b| b.rows().nth(at).unwrap().share_of_total).collect();
                let mean = values.iter().sum::<f64>() / n;
                let error = ((n - 1.0) / n * values.iter().map(|x| (x - mean).powi(2)).sum::<f64>()).sqrt();
                let interval = share.interval.unwrap();
                assert!((interval.std_error - error).abs() < 1e-9, "{} {error}", interval.std_error);
                let bias = (n - 1.0) * (mean - share.share_of_total);
                assert!((interval.bias - bias).abs() < 1e-8, "{} {bias}", interval.bias);
            }
        }
    }
}

/// A unit that is drawn twice is two units, with effects of their own that are the same.
#[test]
fn the_bootstrap_draws_units_and_a_seed_gives_it_again() {
    let fit = model(Family::Poisson).fit_counts(&panel(&rows())).unwrap();
    let breakdown = fit.sequential().unwrap();
    let with = |seed: u64| breakdown.with_count_intervals(&fit.bootstrap(99, seed).unwrap()).unwrap();
    assert_eq!(with(5), with(5));
    assert_ne!(with(5), with(6));
    for share in with(5).rows() {
        let interval = share.interval.unwrap();
        assert!(interval.lower <= interval.upper && interval.std_error < 0.5);
    }
    assert!(fit.jackknife().unwrap().kind(IntervalKind::Percentile).is_err());
    let other = model(Family::Poisson).component("other", ["w"]).fit_counts(&panel(&rows())).unwrap();
    assert!(breakdown.with_count_intervals(&other.jackknife().unwrap()).is_err());
}
