//! Simulated panels whose shares are known: drawn at random, and in a miniature without chance.
//!
//! A unit has three standard normal traits and draws of its own in every year; the outcome is a sum of deprivation (the
//! first trait), spending (some of all), policy (the same for all units in a year), practice (the third trait) and
//! noise, which goes with itself over time as in AR(1).

use apportion::{Breakdown, FittedModel, Method, Model, Panel, Result, Term};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// How panels are made.
#[derive(Clone, Copy)]
pub struct Scenario {
    pub name: &'static str,
    pub what: &'static str,
    pub units: usize,
    /// The years in which each unit is seen, by turns.
    years: &'static [&'static [i32]],
    /// The autocorrelation of noise from one year to the next.
    pub rho: f64,
    /// Whether noise is three times as large in one half of the units.
    uneven: bool,
    /// Whether practice and noise have the tails of Student's t on five degrees of freedom.
    heavy: bool,
    practice_sd: f64,
    /// Whether practice differs in every second unit only.
    #[allow(dead_code, reason = "shares do not ask which units differ")]
    pub half: bool,
    deprivation: f64,
    /// How much spending goes with practice.
    confounded: f64,
    /// Whether nine regions that explain nothing are among the components.
    pub regions: bool,
}

const EIGHT: &[i32] = &[2011, 2012, 2013, 2014, 2015, 2016, 2017, 2018];
const NOISE_SD: f64 = 0.55;
const SPENDING: f64 = 0.35;
const SPENDING_NOISE: f64 = 0.5;
/// The effect of each year is this times its distance from the middle of the eight.
const POLICY: f64 = 0.1;
const REGIONS: usize = 9;
/// The standard deviation of practice, where it differs.
pub const PRACTICE_SD: f64 = 0.65;

const PLAIN: Scenario = Scenario {
    name: "independent",
    what: "independent noise",
    units: 150,
    years: &[EIGHT],
    rho: 0.0,
    uneven: false,
    heavy: false,
    practice_sd: PRACTICE_SD,
    half: false,
    deprivation: 0.5,
    confounded: 0.0,
    regions: false,
};

pub const SCENARIOS: [Scenario; 13] = [
    PLAIN,
    Scenario { name: "ar5", what: "AR(1) noise, autocorrelation 0.5", rho: 0.5, ..PLAIN },
    Scenario { name: "ar7", what: "AR(1) noise, autocorrelation 0.7", rho: 0.7, ..PLAIN },
    Scenario { name: "ar9", what: "AR(1) noise, autocorrelation 0.9", rho: 0.9, ..PLAIN },
    Scenario { name: "no_practice", what: "units differ in nothing but causes and noise", practice_sd: 0.0, ..PLAIN },
    Scenario { name: "uneven", what: "noise three times as large in half of the units", uneven: true, ..PLAIN },
    Scenario { name: "heavy", what: "practice and noise with heavy tails", heavy: true, ..PLAIN },
    Scenario { name: "few", what: "40 units", units: 40, ..PLAIN },
    Scenario { name: "short", what: "5 years", years: &[&[2011, 2012, 2013, 2014, 2015]], ..PLAIN },
    Scenario {
        name: "unbalanced",
        what: "units seen in 8, 5 or 3 years, some with gaps",
        years: &[EIGHT, &[2014, 2015, 2016, 2017, 2018], &[2011, 2013, 2016]],
        ..PLAIN
    },
    Scenario { name: "confounded", what: "spending goes with practice", confounded: 0.6, ..PLAIN },
    Scenario { name: "null", what: "nine regions explain nothing", regions: true, ..PLAIN },
    Scenario { name: "weak", what: "deprivation explains about one per cent", deprivation: -0.04, ..PLAIN },
];

/// Where some units differ and others do not: what says that they do can be wrong. Without and with noise that goes with
/// itself over time.
#[allow(dead_code, reason = "shares do not ask which units differ")]
pub const HALVES: [Scenario; 3] = [
    Scenario { name: "half", what: "practice differs in half of the units", half: true, ..PLAIN },
    Scenario { name: "half_ar5", what: "the same, autocorrelation 0.5", half: true, rho: 0.5, ..PLAIN },
    Scenario { name: "half_ar7", what: "the same, autocorrelation 0.7", half: true, rho: 0.7, ..PLAIN },
];

/// The shares of a method, components first, and unexplained last.
pub type Shares = Vec<f64>;

/// Methods that are looked at.
pub fn methods() -> [Method; 2] {
    [Method::Sequential { order: Vec::new() }, Method::Shapley]
}

/// The truth about one scenario and method.
pub struct Truth {
    pub shares: Shares,
    /// What each of these models of noise leaves in the units' means that is none of theirs, as a part of the total:
    /// independent, persistent from lag 3, AR(1).
    pub left_by_model: [f64; 3],
}

impl Scenario {
    pub fn model(&self) -> Model {
        let model = Model::new("y").component("deprivation", ["deprivation"]).component("spending", ["spending"]);
        let model = if self.regions { model.component("regions", ["region"]) } else { model };
        model.component("policy", [Term::PeriodEffects]).component("practice", [Term::UnitEffects])
    }

    /// One panel, drawn by this seed.
    pub fn fit(&self, seed: u64) -> Result<FittedModel> {
        Ok(self.fit_and_practice(seed)?.0)
    }

    /// The same with what practice adds to the outcome of each unit.
    pub fn fit_and_practice(&self, seed: u64) -> Result<(FittedModel, Vec<f64>)> {
        let mut practice = Vec::with_capacity(self.units);
        let mut draws = Draws { random: Xoshiro256PlusPlus::seed_from_u64(seed), heavy: self.heavy };
        let mut rows = Rows::default();
        for unit in 0..self.units {
            let mut traits = [draws.normal(), draws.normal(), draws.of_tail()];
            if self.half && unit % 2 == 1 {
                traits[2] = 0.0;
            }
            practice.push(self.practice_sd * traits[2]);
            let scale = match (self.uneven, unit / self.years.len() % 2) {
                // 0.447 and three times that, which have the mean square one.
                (true, 0) => 0.2_f64.sqrt(),
                (true, _) => 1.8_f64.sqrt(),
                (false, _) => 1.0,
            };
            let mut noise = draws.of_tail();
            let years: Vec<f64> = EIGHT
                .iter()
                .map(|_| {
                    let now = noise;
                    noise = self.rho * noise + (1.0 - self.rho * self.rho).sqrt() * draws.of_tail();
                    scale * NOISE_SD * now
                })
                .collect();
            let own: Vec<f64> = EIGHT.iter().map(|_| draws.normal()).collect();
            let region = (draws.uniform() * REGIONS as f64) as usize;
            self.push(&mut rows, unit, self.years[unit % self.years.len()], traits, &own, &years, region);
        }
        Ok((self.model().fit(&rows.panel()?)?, practice))
    }

    /// The shares in infinitely many such units, seen in such years: all variables of a few units are orthogonal, so
    /// that their moments are those of the population, and noise adds to the total alone.
    pub fn truth(&self, method: &Method) -> Result<Truth> {
        let mut rows = Rows::default();
        let column =
            |unit: usize, column: usize| if (unit & column).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
        for (pattern, years) in self.years.iter().enumerate() {
            for unit in 0..16 {
                let own: Vec<f64> = (0..EIGHT.len()).map(|year| column(unit, 4 + year)).collect();
                let traits = [1, 2, 3].map(|at| column(unit, at));
                self.push(&mut rows, 16 * pattern + unit, years, traits, &own, &[0.0; 8], 0);
            }
        }
        let fit = Scenario { regions: false, ..*self }.model().fit(&rows.panel()?)?;
        let total = fit.moments().total()?;
        let signal = total[[total.nrows() - 1, total.ncols() - 1]] / fit.moments().weight();
        let variance = signal + NOISE_SD * NOISE_SD;
        let mut breakdown: Breakdown = fit.breakdown(method)?;
        breakdown.components.iter_mut().for_each(|share| share.share_of_total *= signal / variance);
        let mut shares: Shares = breakdown.components.iter().map(|share| share.share_of_total).collect();
        if self.regions {
            shares.insert(2, 0.0);
        }
        shares.push(1.0 - shares.iter().sum::<f64>());
        Ok(Truth { shares, left_by_model: self.noise_left().map(|left| left / variance) })
    }

    /// By model of noise, the noise in a unit's mean that it leaves there.
    fn noise_left(&self) -> [f64; 3] {
        let gamma = |k: i32| NOISE_SD * NOISE_SD * self.rho.powi(k);
        // Ordered pairs of years of one unit, so far apart, by pattern.
        let pairs = |years: &[i32], lag: i32| {
            years.iter().flat_map(|t| years.iter().map(move |s| t - s)).filter(|apart| apart.abs() == lag).count()
                as f64
        };
        let rows: f64 = self.years.iter().map(|years| years.len() as f64).sum();
        let in_means = |gamma: &dyn Fn(i32) -> f64| -> f64 {
            let of = |years: &&[i32]| (0..8).map(|k| gamma(k) * pairs(years, k)).sum::<f64>() / years.len() as f64;
            self.years.iter().map(of).sum::<f64>() / rows
        };
        let all = |lag: i32| self.years.iter().map(|years| pairs(years, lag)).sum::<f64>();
        let variogram = |k: i32| gamma(0) - gamma(k);
        let far = |from: i32| {
            let (sum, n) = (from..8).fold((0.0, 0.0), |(sum, n), k| (sum + all(k) * variogram(k), n + all(k)));
            sum / n
        };
        let persistent = |from: i32| {
            let far = far(from);
            in_means(&|k| if k < from { far - if k == 0 { 0.0 } else { variogram(k) } } else { 0.0 })
        };
        let truth = in_means(&gamma);
        [truth - persistent(1), truth - persistent(3), 0.0]
    }

    #[allow(clippy::too_many_arguments, reason = "the columns of a unit, each once")]
    fn push(
        &self,
        rows: &mut Rows,
        unit: usize,
        years: &[i32],
        traits: [f64; 3],
        own: &[f64],
        noise: &[f64],
        region: usize,
    ) {
        let [deprivation, other, practice] = traits;
        for &year in years {
            let at = (year - EIGHT[0]) as usize;
            let spending = 0.4 * deprivation + 0.6 * other + self.confounded * practice + SPENDING_NOISE * own[at];
            let policy = POLICY * (at as f64 - 3.5);
            rows.unit.push(unit);
            rows.year.push(year);
            rows.region.push(format!("region {}", char::from(b'A' + region as u8)));
            rows.deprivation.push(deprivation);
            rows.spending.push(spending);
            rows.y.push(
                self.deprivation * deprivation + SPENDING * spending + policy + self.practice_sd * practice + noise[at],
            );
        }
    }
}

#[derive(Default)]
struct Rows {
    unit: Vec<usize>,
    year: Vec<i32>,
    region: Vec<String>,
    deprivation: Vec<f64>,
    spending: Vec<f64>,
    y: Vec<f64>,
}

impl Rows {
    fn panel(self) -> Result<Panel> {
        let panel = Panel::builder().units(self.unit).periods(self.year);
        let panel = panel.column("y", self.y).column("deprivation", self.deprivation).column("spending", self.spending);
        panel.text_column("region", self.region).build()
    }
}

/// Random numbers of variance one.
struct Draws {
    random: Xoshiro256PlusPlus,
    heavy: bool,
}

impl Draws {
    fn uniform(&mut self) -> f64 {
        (self.random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        // Box and Muller's, of which the second number is not kept: one less is never zero.
        let (radius, angle) = (1.0 - self.uniform(), self.uniform());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }

    /// A normal number, or one of Student's t on five degrees of freedom.
    fn of_tail(&mut self) -> f64 {
        let normal = self.normal();
        if !self.heavy {
            return normal;
        }
        let chi_squared: f64 = (0..5).map(|_| self.normal().powi(2)).sum();
        normal / (chi_squared / 5.0).sqrt() * 0.6_f64.sqrt()
    }
}
