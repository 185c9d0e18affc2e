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
///
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SHARES;
/// assert_eq!(SIMULATED_ENGLAND_SHARES[0], ("deprivation", 15.0));
/// assert_eq!(SIMULATED_ENGLAND_SHARES.iter().map(|(_, share)| share).sum::<f64>(), 100.0);
/// ```
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
    /// A simulated panel of 150 authorities in nine regions over the years 2011 to 2018: no real authority. The real ones
    /// are in [`Panel::england`]; of this panel the true shares are known.
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
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::Panel;
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// assert_eq!(panel.n_observations(), 150 * 8);
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
mod tests;
