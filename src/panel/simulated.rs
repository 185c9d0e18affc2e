//! What would an analysis find if the answer were known? A made-up panel of English size whose true shares are known.
//!
//! It knows nothing of any real authority: the regions lend their names and sizes, the numbers only their scale.

use rand::{Rng, SeedableRng};

use super::Panel;
use crate::error::Result;
use crate::numerics::streams::Stream;

/// The seed of the examples: the smallest whose sample shares round to 15, 6, 10, 44 and 25 per cent, with a rate of
/// mean within 1 of 43, standard deviation within 1.5 of 18 and minimum above 3.
pub const SIMULATED_ENGLAND_SEED: u64 = 744;

/// The generating shares of [`Panel::simulated_england`], in per cent of the population variance of `cpp_rate`, in
/// the order of entry for which they hold.
pub const SIMULATED_ENGLAND_SHARES: [(&str, f64); 5] =
    [("deprivation", 15.0), ("spending", 6.0), ("policy", 10.0), ("practice", 40.0), ("unexplained", 29.0)];

/// Each region's number of authorities, and its mean low income less the national mean in percentage points.
///
/// The numbers are those of 2018 without the City of London and the Isles of Scilly, too small to simulate. Weighted
/// by them the offsets sum to zero, so that the national mean is [`LOW_INCOME_MEAN`].
const REGIONS: [(&str, usize, f64); 9] = [
    ("North East", 12, 3.0),
    ("North West", 23, 2.0),
    ("Yorkshire and The Humber", 15, 2.0),
    ("East Midlands", 9, 0.0),
    ("West Midlands", 14, 3.0),
    ("East of England", 11, -3.0),
    ("London", 32, 0.0),
    ("South East", 19, -4.0),
    ("South West", 15, -3.0),
];
const AUTHORITIES: usize = 150;

const FIRST_YEAR: i32 = 2011;
const YEARS: usize = 8;
/// Low income falls and rises again: symmetric in time.
const DRIFT: [f64; YEARS] = [7.0, 1.0, -3.0, -5.0, -5.0, -3.0, 1.0, 7.0];
/// Policy raises rates, most of all in 2015: antisymmetric in time, hence orthogonal to the drift.
const POLICY: [f64; YEARS] = [-6.0, -5.0, -4.0, -3.0, 3.0, 4.0, 5.0, 6.0];
/// The straight line along which authorities grow and part: antisymmetric too, but of mean zero over authorities.
const TREND: [f64; YEARS] = [-7.0, -5.0, -3.0, -1.0, 1.0, 3.0, 5.0, 7.0];

// The rate: children on a plan per 10,000. Much wider, and the floor at zero would be reached too often.
const RATE_MEAN: f64 = 43.0;
const RATE_SD: f64 = 17.6;

// Low income, per cent. About one row in 100,000 falls outside 5 to 40.
const LOW_INCOME_MEAN: f64 = 18.0;
const LOW_INCOME_LEVEL_SD: f64 = 3.5;
const LOW_INCOME_PER_DRIFT: f64 = 0.15;
const LOW_INCOME_TREND_SD: f64 = 0.5 / 7.0;
const LOW_INCOME_NOISE_SD: f64 = 0.3;

// Spending, pounds per child. What goes with low income is deprivation's, the rest is spending's.
const SPEND_MEAN: f64 = 950.0;
const SPEND_PER_LOW_INCOME: f64 = 14.0;
const SPEND_LEVEL_SD: f64 = 85.0;
const SPEND_NOISE_SD: f64 = 60.0;

// Vacancies, per cent. The bounds of the draws keep them between 1 and 45.
const VACANCY_MEAN: f64 = 14.0;
const VACANCY_LEVEL_SD: f64 = 3.0;
const VACANCY_NOISE_SD: f64 = 6.0;
/// What vacancies contribute to the share of the spending component, in per cent; money contributes the rest.
const VACANCY_SHARE: f64 = 3.0;

// Children under 18. The bounds of the draws keep them between 5,000 and 270,000.
const POPULATION_MEAN: f64 = 78_000.0;
const POPULATION_SD: f64 = 52_300.0;
const GROWTH_MOST: f64 = 0.04 / 7.0;

impl Panel {
    /// A simulated panel of 150 authorities in nine regions over the years 2011 to 2018: no real authority.
    ///
    /// Columns: `authority` (unit, `S001` to `S150`), `year` (period), `region` (text), `population_0_17` (children),
    /// `low_income_pct` (per cent), `spend_per_child` (pounds), `vacancy_rate` (per cent), `cpp_count` (children on a
    /// child protection plan, a whole number) and `cpp_rate` (10,000 × `cpp_count` / `population_0_17`). No value is
    /// missing. A seed gives the same values on every machine; the examples use [`SIMULATED_ENGLAND_SEED`].
    ///
    /// # Formula
    ///
    /// For authority *i* in year *t*, before the count is rounded to whole children,
    ///
    /// ```text
    /// rate = 43 + b (low_income − 18) + c (spend − 950 − 14 (low_income − 18)) + d (vacancy − 14) + P_t + U_i + E_it
    /// ```
    ///
    /// with `b`, `c`, `d` and the scales of `P`, `U` and `E` such that the six terms, which are uncorrelated, have
    /// these parts of a variance of 17.6² (of spending's 6, money and vacancies have 3 each):
    ///
    /// | entered | component | columns | true share | mean share in 150 × 8 rows |
    /// |---|---|---|---|---|
    /// | 1 | deprivation | `low_income_pct` | 15% | 15.3% |
    /// | 2 | spending | `spend_per_child`, `vacancy_rate` | 6% | 6.3% |
    /// | 3 | policy | period effects | 10% | 10.3% |
    /// | 4 | practice | unit effects | 40% | 42.7% |
    /// | | unexplained | | 29% | 25.4% |
    ///
    /// True shares are those of infinitely many authorities in these eight years, each with its true effect. An
    /// effect is seen only through the mean of eight years, which carries an eighth of the noise: with ever more
    /// authorities, practice tends to 40 + 29/8 = 43.6% and unexplained to 29 − 29/8 = 25.4%. With 150, what is
    /// entered earlier takes a little of practice by chance. The means are those of 10,000 seeds, over which the
    /// shares have standard deviations of 4.2, 2.0, 1.4, 5.5 and 3.0 points. Rounding to whole children, and a floor
    /// at zero reached by fewer than one row in 100,000, change no share by more than 0.01 points.
    ///
    /// # Errors
    ///
    /// None: fallible because it is built like any other panel.
    ///
    /// # Examples
    ///
    /// ```
    /// use apportion::{Panel, SIMULATED_ENGLAND_SEED};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// assert_eq!(panel.n_rows(), 150 * 8);
    /// assert!(panel.description().is_some_and(|text| text.starts_with("simulated")));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn simulated_england(seed: u64) -> Result<Panel> {
        SimulatedEngland::generate(seed).into_panel(seed)
    }
}

/// The columns of the panel, one entry a row; rows by authority, then year.
#[derive(Debug, Default, PartialEq)]
struct SimulatedEngland {
    units: Vec<String>,
    regions: Vec<&'static str>,
    periods: Vec<i32>,
    population: Vec<f64>,
    low_income_pct: Vec<f64>,
    spend_per_child: Vec<f64>,
    vacancy_rate: Vec<f64>,
    cpp_count: Vec<f64>,
    cpp_rate: Vec<f64>,
}

impl SimulatedEngland {
    fn generate(seed: u64) -> Self {
        let [deprivation, spending, policy, practice, unexplained] = SIMULATED_ENGLAND_SHARES.map(|(_, share)| share);
        let spend_variance = square(SPEND_LEVEL_SD) + square(SPEND_NOISE_SD);
        let vacancy_variance = square(VACANCY_LEVEL_SD) + square(VACANCY_NOISE_SD);
        let per_low_income = slope(deprivation, low_income_variance());
        let per_pound = slope(spending - VACANCY_SHARE, spend_variance);
        let per_vacancy = slope(VACANCY_SHARE, vacancy_variance);
        let per_policy = slope(policy, mean_square(&POLICY));
        let (practice_sd, noise_sd) = (slope(practice, 1.0), slope(unexplained, 1.0));

        let mut draws = Draws(Stream::seed_from_u64(seed));
        let mut england = Self::default();
        let regions = REGIONS.iter().flat_map(|&(region, n, offset)| std::iter::repeat_n((region, offset), n));
        for (number, (region, offset)) in (1..).zip(regions) {
            let size = POPULATION_MEAN + POPULATION_SD * draws.skewed(&MILD);
            let growth = GROWTH_MOST * draws.uniform();
            let low_income_level = LOW_INCOME_MEAN + offset + LOW_INCOME_LEVEL_SD * draws.skewed(&STRONG);
            let low_income_trend = LOW_INCOME_TREND_SD * draws.bell();
            let spend_level = SPEND_LEVEL_SD * draws.skewed(&MILD);
            let vacancy_level = VACANCY_MEAN + VACANCY_LEVEL_SD * draws.skewed(&MILD);
            let practice_effect = practice_sd * draws.skewed(&STRONGEST);
            for (year, ((drift, step), trend)) in (FIRST_YEAR..).zip(DRIFT.iter().zip(&POLICY).zip(&TREND)) {
                let population = (size * (1.0 + growth * trend)).round();
                let movement = LOW_INCOME_PER_DRIFT * drift + low_income_trend * trend;
                let low_income = hundredths(low_income_level + movement + LOW_INCOME_NOISE_SD * draws.bell());
                let excess = low_income - LOW_INCOME_MEAN;
                let spend_expected = SPEND_MEAN + SPEND_PER_LOW_INCOME * excess;
                let spend = (spend_expected + spend_level + SPEND_NOISE_SD * draws.skewed(&MILD)).round();
                let vacancy = hundredths(vacancy_level + VACANCY_NOISE_SD * draws.skewed(&MILD));
                // From the columns as published: rounding them does not bend the relation.
                let rate = RATE_MEAN
                    + per_low_income * excess
                    + per_pound * (spend - spend_expected)
                    + per_vacancy * (vacancy - VACANCY_MEAN)
                    + per_policy * step
                    + practice_effect
                    + noise_sd * draws.skewed(&STRONGEST);
                let count = (rate * population / 10_000.0).round().max(0.0);

                england.units.push(format!("S{number:03}"));
                england.regions.push(region);
                england.periods.push(year);
                england.population.push(population);
                england.low_income_pct.push(low_income);
                england.spend_per_child.push(spend);
                england.vacancy_rate.push(vacancy);
                england.cpp_count.push(count);
                england.cpp_rate.push(10_000.0 * count / population);
            }
        }
        england
    }

    fn into_panel(self, seed: u64) -> Result<Panel> {
        let panel = Panel::builder()
            .units(self.units)
            .unit_name("authority")
            .periods(self.periods)
            .period_name("year")
            .text_column("region", self.regions)
            .column("population_0_17", self.population)
            .column("low_income_pct", self.low_income_pct)
            .column("spend_per_child", self.spend_per_child)
            .column("vacancy_rate", self.vacancy_rate)
            .column("cpp_count", self.cpp_count)
            .column("cpp_rate", self.cpp_rate)
            .population("population_0_17")
            .build()?;
        Ok(panel.with_description(format!("simulated England, seed {seed}: no real authority")))
    }
}

/// The coefficient that gives a regressor of this variance its share (in per cent) of the variance of the rate.
fn slope(share: f64, variance: f64) -> f64 {
    (share / 100.0 * square(RATE_SD) / variance).sqrt()
}

/// The population variance of `low_income_pct` over authorities and years: its five sources are uncorrelated.
fn low_income_variance() -> f64 {
    let regions: f64 = REGIONS.iter().map(|&(_, n, offset)| n as f64 * square(offset)).sum();
    regions / AUTHORITIES as f64
        + square(LOW_INCOME_LEVEL_SD)
        + square(LOW_INCOME_PER_DRIFT) * mean_square(&DRIFT)
        + square(LOW_INCOME_TREND_SD) * mean_square(&TREND)
        + square(LOW_INCOME_NOISE_SD)
}

fn mean_square(values: &[f64; YEARS]) -> f64 {
    values.iter().map(|&value| square(value)).sum::<f64>() / YEARS as f64
}

fn square(value: f64) -> f64 {
    value * value
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// A sum of uniforms raised to a power: skewed to the right, with a bound below that keeps rates positive.
struct Shape {
    uniforms: usize,
    power: usize,
    mean: f64,
    variance: f64,
}

/// Once standardised, between −1.39 and 3.38, with skewness 0.8.
const MILD: Shape = Shape { uniforms: 2, power: 2, mean: 7.0 / 6.0, variance: 127.0 / 180.0 };
/// Between −1.14 and 5.67, with skewness 1.4.
const STRONG: Shape = Shape { uniforms: 3, power: 3, mean: 4.5, variance: 331.0 / 21.0 };
/// Between −0.87 and 7.29, with skewness 2.1.
const STRONGEST: Shape = Shape { uniforms: 3, power: 4, mean: 8.6, variance: 7408.0 / 75.0 };

/// Draws by arithmetic and square roots only, which every machine rounds alike (`powi` and `ln` it need not).
struct Draws(Stream);

impl Draws {
    /// Between 0 and 1, one of the 2⁵³ multiples of 2⁻⁵³.
    fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Nearly normal: mean 0, variance 1, between −3 and 3.
    fn bell(&mut self) -> f64 {
        2.0 * (self.uniform() + self.uniform() + self.uniform()) - 3.0
    }

    /// Of this shape, with mean 0 and variance 1.
    fn skewed(&mut self, shape: &Shape) -> f64 {
        let sum = (0..shape.uniforms).fold(0.0, |sum, _| sum + self.uniform());
        let raised = (0..shape.power).fold(1.0, |product, _| product * sum);
        (raised - shape.mean) / shape.variance.sqrt()
    }
}

#[cfg(test)]
mod tests {
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
}
