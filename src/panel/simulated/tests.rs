use super::*;

fn default_england() -> SimulatedEngland {
    SimulatedEngland::generate(SIMULATED_ENGLAND_SEED)
}

fn row(e: &SimulatedEngland, row: usize) -> (&str, &str, i32, [f64; 5]) {
    let numbers = [&e.population, &e.low_income_pct, &e.spend_per_child, &e.vacancy_rate, &e.cpp_count];
    (&e.units[row], e.regions[row], e.periods[row], numbers.map(|column| column[row]))
}

#[test]
fn values_of_the_default_seed_are_pinned() {
    let e = default_england();
    let expected = [
        (0, ("S001", "North East", 2011, [44_217.0, 20.08, 911.0, 6.93, 138.0])),
        (7, ("S001", "North East", 2018, [45_209.0, 20.04, 1_037.0, 9.65, 173.0])),
        (600, ("S076", "East of England", 2011, [112_628.0, 11.83, 772.0, 15.71, 150.0])),
        (1199, ("S150", "South West", 2018, [21_126.0, 11.91, 856.0, 16.13, 91.0])),
    ];
    for (number, values) in expected {
        assert_eq!(row(&e, number), values);
    }
    let sum = |column: &[f64], scale: f64| column.iter().map(|value| (value * scale).round()).sum::<f64>();
    assert_eq!(sum(&e.population, 1.0), 95_623_501.0);
    assert_eq!(sum(&e.low_income_pct, 100.0), 2_175_739.0);
    assert_eq!(sum(&e.spend_per_child, 1.0), 1_140_547.0);
    assert_eq!(sum(&e.vacancy_rate, 100.0), 1_667_569.0);
    assert_eq!(sum(&e.cpp_count, 1.0), 421_410.0);
}

#[test]
fn a_seed_decides_every_value() {
    assert_eq!(default_england(), default_england());
    assert_ne!(default_england(), SimulatedEngland::generate(SIMULATED_ENGLAND_SEED + 1));
}

#[test]
fn columns_keep_to_the_scale_of_england() {
    let e = default_england();
    let within = |column: &[f64], least: f64, most: f64| {
        column.len() == AUTHORITIES * YEARS && column.iter().all(|value| (least..=most).contains(value))
    };
    assert!(within(&e.population, 5_000.0, 300_000.0));
    assert!(within(&e.low_income_pct, 5.0, 40.0));
    assert!(within(&e.spend_per_child, 500.0, 1_500.0));
    assert!(within(&e.vacancy_rate, 0.0, 45.0));
    assert!(within(&e.cpp_rate, 3.0, 130.0));
    for (row, rate) in e.cpp_rate.iter().enumerate() {
        assert_eq!(e.cpp_count[row].fract(), 0.0);
        assert_eq!(*rate, 10_000.0 * e.cpp_count[row] / e.population[row]);
    }
    let rows = e.cpp_rate.len() as f64;
    let mean = e.cpp_rate.iter().sum::<f64>() / rows;
    let sd = (e.cpp_rate.iter().map(|rate| square(rate - mean)).sum::<f64>() / rows).sqrt();
    assert!((mean - 43.0).abs() < 1.0 && (sd - 18.0).abs() < 1.5, "mean {mean}, sd {sd}");
}

#[test]
fn generating_terms_are_uncorrelated() {
    assert_eq!(SIMULATED_ENGLAND_SHARES.iter().map(|(_, share)| share).sum::<f64>(), 100.0);
    assert_eq!(REGIONS.iter().map(|(_, n, _)| n).sum::<usize>(), AUTHORITIES);
    assert_eq!(REGIONS.iter().map(|&(_, n, offset)| n as f64 * offset).sum::<f64>(), 0.0);
    assert_eq!(DRIFT.iter().zip(&POLICY).map(|(drift, step)| drift * step).sum::<f64>(), 0.0);
    for path in [DRIFT, POLICY, TREND] {
        assert_eq!(path.iter().sum::<f64>(), 0.0);
    }
}

#[test]
fn shapes_have_their_stated_moments() {
    // E S^k of a sum of n uniforms, by adding one uniform at a time: E (S + u)^k = Σ C(k, j) E S^j / (k − j + 1).
    let moment = |uniforms: usize, power: usize| {
        let binomial = |k: usize, j: usize| (0..j).fold(1.0, |c, i| c * (k - i) as f64 / (i + 1) as f64);
        let start: Vec<f64> = (0..=power).map(|k| if k == 0 { 1.0 } else { 0.0 }).collect();
        let add = |e: Vec<f64>, _| {
            (0..=power).map(|k| (0..=k).map(|j| binomial(k, j) * e[j] / (k - j + 1) as f64).sum()).collect()
        };
        (0..uniforms).fold(start, add)[power]
    };
    for shape in [MILD, STRONG, STRONGEST] {
        let mean = moment(shape.uniforms, shape.power);
        assert!((mean - shape.mean).abs() < 1e-12);
        assert!((moment(shape.uniforms, 2 * shape.power) - square(mean) - shape.variance).abs() < 1e-10);
    }
}

/// Deviations from the grand mean, or from the means of units, periods or both, of a balanced panel.
fn demeaned(values: &[f64], by_unit: bool, by_period: bool) -> Vec<f64> {
    let mean = |keep: &dyn Fn(usize) -> bool| {
        let kept: Vec<f64> = (0..values.len()).filter(|&row| keep(row)).map(|row| values[row]).collect();
        kept.iter().sum::<f64>() / kept.len() as f64
    };
    let grand = mean(&|_| true);
    let effect = |used: bool, levels: usize, level: &dyn Fn(usize) -> usize| -> Vec<f64> {
        (0..levels).map(|own| if used { mean(&|row| level(row) == own) - grand } else { 0.0 }).collect()
    };
    let units = effect(by_unit, AUTHORITIES, &|row| row / YEARS);
    let periods = effect(by_period, YEARS, &|row| row % YEARS);
    (0..values.len()).map(|row| values[row] - grand - units[row / YEARS] - periods[row % YEARS]).collect()
}

/// Residual sum of squares of least squares on the regressors and the effects, by Gram and Schmidt.
fn residual(outcome: &[f64], regressors: &[&[f64]], by_unit: bool, by_period: bool) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let mut left: Vec<Vec<f64>> =
        regressors.iter().chain([&outcome]).map(|v| demeaned(v, by_unit, by_period)).collect();
    for k in 0..regressors.len() {
        let pivot = left[k].clone();
        for column in &mut left[k + 1..] {
            let along = dot(column, &pivot) / dot(&pivot, &pivot);
            column.iter_mut().zip(&pivot).for_each(|(value, p)| *value -= along * p);
        }
    }
    left.last().map_or(0.0, |outcome| dot(outcome, outcome))
}

#[test]
fn default_seed_shows_the_published_shares() {
    let e = default_england();
    let regressors = [&e.low_income_pct[..], &e.spend_per_child, &e.vacancy_rate];
    let left = [(0, false, false), (1, false, false), (3, false, false), (3, false, true), (3, true, true)]
        .map(|(n, by_unit, by_period)| residual(&e.cpp_rate, &regressors[..n], by_unit, by_period));
    let shares = [left[0] - left[1], left[1] - left[2], left[2] - left[3], left[3] - left[4], left[4]];
    assert_eq!(shares.map(|share| (100.0 * share / left[0]).round()), [15.0, 6.0, 10.0, 44.0, 25.0]);
}
