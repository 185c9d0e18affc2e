//! Do shares of a deviance mean what they say? Simulated panels of counts whose means are known: bias of plain and adjusted
//! shares, and what intervals cover.
//!
//! Given the means, the deviance from a coalition is expected to be that of the means from its own fit to them, and what
//! counts lie about their means by chance, less what its parameters take up of that. A plain share should be the share of
//! these expectations; an adjusted one the share without what parameters take up. Release mode is worth it.

#[path = "cli/face.rs"]
mod face;
#[path = "cli/panels.rs"]
mod panels;
#[path = "cli/watch.rs"]
mod watch;

use std::process::ExitCode;

use apportion::counts::FittedCounts;
use apportion::model::Family;
use apportion::{Breakdown, IntervalKind, Method, Model, Panel, Result, Term};
use clap::builder::PossibleValuesParser;
use clap::{CommandFactory, Parser, value_parser};
use panels::on_each;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const UNITS: usize = 100;
const PERIODS: usize = 6;

/// Counts that vary about their means as much as chance has it, or more: with variance μ + μ²/θ.
struct Scenario {
    name: &'static str,
    what: &'static str,
    theta: Option<f64>,
}

const SCENARIOS: [Scenario; 2] = [
    Scenario { name: "poisson", what: "counts that vary by chance alone", theta: None },
    Scenario { name: "overdispersed", what: "counts of variance μ + μ²/20", theta: Some(20.0) },
];

/// Bias and coverage of shares of a deviance over simulated panels of counts whose means are known
#[derive(Parser)]
#[command(name = "count_coverage")]
struct Arguments {
    /// Panels of each scenario
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = value_parser!(u64).range(2..=1_000_000))]
    panels: u64,
    /// Scenario; repeat for several [default: all]
    #[arg(long = "scenario", value_name = "NAME", value_parser = PossibleValuesParser::new(SCENARIOS.map(|s| s.name)))]
    scenarios: Vec<String>,
    /// Units of a panel so large that chance of few is nothing
    #[arg(long, value_name = "N", default_value_t = 30_000, value_parser = value_parser!(u64).range(100..=1_000_000))]
    many_units: u64,
    /// The part of panels whose interval should cover its target
    #[arg(long, value_name = "PART", default_value_t = 0.95)]
    level: f64,
    /// Seed of the first panel; the others follow
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u64).range(..=1 << 62))]
    seed: u64,
}

fn main() -> ExitCode {
    face::run(Arguments::command(), |arguments: Arguments| {
        let chosen = |s: &&Scenario| arguments.scenarios.is_empty() || arguments.scenarios.iter().any(|n| n == s.name);
        let blocks: face::Result<Vec<String>> = SCENARIOS.iter().filter(chosen).map(|s| block(s, &arguments)).collect();
        let error = 100.0 * (0.95 * 0.05 / arguments.panels as f64).sqrt();
        let below = format!(
            "Per cent; bias in points. Of each panel the target is the share of expected\n\
             deviances given its own means, with what parameters take up by chance (plain)\n\
             or without (adj.), covered by root and jackknife intervals, and by the root\n\
             interval moved to the adjusted share. Of many units it is the share in {} of\n\
             them, for plain shares and those corrected by the jackknife (corr.), covered\n\
             by root intervals, moved likewise. Monte Carlo standard error of a coverage:\n\
             {error:.1} at 95. Seeds {} to {}.",
            arguments.many_units,
            arguments.seed,
            arguments.seed + arguments.panels - 1
        );
        Ok(format!("{}\n\n{below}", blocks?.join("\n\n")))
    })
}

/// Of counts, or of their means.
fn model(outcome: &str) -> Model {
    Model::new(Term::column(outcome))
        .component("deprivation", ["poor"])
        .component("spending", ["spending"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
        .family(Family::Poisson)
        .exposure("people")
}

impl Scenario {
    /// A panel with its means and its counts.
    fn panel(&self, seed: u64, units: usize) -> Result<(Panel, Vec<f64>)> {
        let mut random = Random(Xoshiro256PlusPlus::seed_from_u64(seed));
        let n = units * PERIODS;
        let [mut poor, mut spending, mut people, mut means, mut counts] = [(); 5].map(|()| Vec::with_capacity(n));
        let policy: [f64; PERIODS] = [0.0, 0.05, -0.05, 0.1, 0.2, 0.15];
        for _ in 0..units {
            let (own_poor, practice) = (random.normal(), 0.25 * random.normal());
            let (size, own_spending) = ((9.0 + 0.5 * random.normal()).exp(), 0.5 * own_poor + random.normal());
            for of_period in policy {
                let spent = own_spending + 0.7 * random.normal();
                let mean = size * (-5.2 + 0.2 * own_poor + 0.1 * spent + of_period + practice).exp();
                let about = self.theta.map_or(mean, |theta| random.gamma(theta) / theta * mean);
                poor.push(own_poor);
                spending.push(spent);
                people.push(size);
                means.push(mean);
                counts.push(random.poisson(about));
            }
        }
        let panel = Panel::builder()
            .units((0..n).map(|row| row / PERIODS))
            .periods((0..n).map(|row| 2000 + (row % PERIODS) as i32))
            .column("poor", poor)
            .column("spending", spending)
            .column("people", people)
            .column("mean", &means)
            .column("count", counts)
            .build()?;
        Ok((panel, means))
    }

    /// Σ E d(Y, μ): by summing over counts, each by its probability from that of the one before.
    fn about_means(&self, means: &[f64]) -> f64 {
        let of_mean = |&mean: &f64| {
            let spread = (mean * (1.0 + self.theta.map_or(0.0, |theta| mean / theta))).sqrt();
            let last = (mean + 12.0 * spread + 30.0) as usize;
            let mut p = self.theta.map_or((-mean).exp(), |theta| (theta / (mean + theta)).powf(theta));
            let mut sum = 0.0;
            for y in 0..=last {
                let count = y as f64;
                let unit = if y == 0 { mean } else { count * (count / mean).ln() - (count - mean) };
                sum += 2.0 * p * unit;
                p *= match self.theta {
                    Some(theta) => (count + theta) / (count + 1.0) * mean / (mean + theta),
                    None => mean / (count + 1.0),
                };
            }
            sum
        };
        means.iter().map(of_mean).sum()
    }

    /// What the shares of each method are expected to be given the means, plain and adjusted; components, then what is
    /// unexplained.
    fn expected(&self, panel: &Panel, means: &[f64], fit: &FittedCounts) -> Result<Vec<[Vec<f64>; 2]>> {
        let of_means = model("mean").fit_counts(panel)?;
        let about = self.about_means(means);
        // The variance over the mean, 1 + μ/θ, on average.
        let mean = means.iter().sum::<f64>() / means.len() as f64;
        let dispersion = 1.0 + self.theta.map_or(0.0, |theta| mean / theta);
        let of_method = |method: &Method| -> Result<[Vec<f64>; 2]> {
            let (means, counts) = (of_means.breakdown(method)?, fit.breakdown(method)?);
            let null = about + of_means.null_deviance() - dispersion;
            let found = counts.deviance.as_ref().and_then(|d| Some((d.null_deviance, d.pearson_dispersion?)));
            let (null_of_counts, charged) = found.unwrap_or((null, 1.0));
            let at = |(mean, count): (&apportion::Share, &apportion::Share)| {
                let parameters = (count.share_of_total - count.adjusted.unwrap_or_default()) * null_of_counts / charged;
                let explained = mean.share_of_total * of_means.null_deviance() / null;
                [explained + dispersion * parameters / null, explained]
            };
            let both: Vec<[f64; 2]> = means.components.iter().zip(&counts.components).map(at).collect();
            Ok([0, 1].map(|which| {
                let components: Vec<f64> = both.iter().map(|both| both[which]).collect();
                let unexplained = 1.0 - components.iter().sum::<f64>();
                components.into_iter().chain([unexplained]).collect()
            }))
        };
        methods().iter().map(of_method).collect()
    }
}

fn methods() -> [Method; 2] {
    [Method::Sequential { order: Vec::new() }, Method::Shapley]
}

/// One component by one method in one panel: shares less their targets, and whether intervals cover.
struct Seen {
    target: f64,
    plain: f64,
    adjusted: f64,
    covers: [bool; 3],
    /// Against many units, plain and corrected.
    of_many: [f64; 2],
    covers_many: [bool; 2],
}

fn block(scenario: &Scenario, arguments: &Arguments) -> face::Result<String> {
    let Arguments { panels, seed, level, .. } = *arguments;
    let (large, means) = scenario.panel(seed.wrapping_sub(1), arguments.many_units as usize)?;
    let many = scenario.expected(&large, &means, &model("count").fit_counts(&large)?)?;
    let seen = on_each(scenario.name, seed..seed + panels, |seed| panel(scenario, seed, level, &many))?;
    let names = ["deprivation", "spending", "policy", "practice", "unexplained"];
    let mut lines = vec![format!("{}: {}, {panels} panels", scenario.name, scenario.what)];
    for (m, method) in methods().iter().enumerate() {
        lines.push(format!(
            "{:<11}{:>6}{:>7}{:>6}{:>6}{:>7}{:>6}{:>6} |{:>6}{:>7}{:>6}{:>7}{:>6}",
            method.name(),
            "target",
            "plain",
            "adj.",
            "±",
            "root",
            "jack.",
            "adj.",
            "many",
            "plain",
            "corr.",
            "root",
            "corr."
        ));
        for (p, name) in names.iter().enumerate() {
            let of: Vec<&Seen> = seen.iter().map(|panel: &Vec<Vec<Seen>>| &panel[m][p]).collect();
            let mean = |value: fn(&Seen) -> f64| 100.0 * of.iter().map(|s| value(s)).sum::<f64>() / of.len() as f64;
            let part =
                |is: &dyn Fn(&Seen) -> bool| 100.0 * of.iter().filter(|s| is(s)).count() as f64 / of.len() as f64;
            let bias = mean(|s| s.plain);
            let square = mean(|s| s.plain * s.plain) / 100.0 - (bias / 100.0).powi(2);
            lines.push(format!(
                "{name:<11}{:6.1}{bias:7.2}{:6.2}{:6.2}{:7.1}{:6.1}{:6.1} |{:6.1}{:7.2}{:6.2}{:7.1}{:6.1}",
                mean(|s| s.target),
                mean(|s| s.adjusted),
                100.0 * (square / of.len() as f64).sqrt(),
                part(&|s| s.covers[0]),
                part(&|s| s.covers[1]),
                part(&|s| s.covers[2]),
                100.0 * many[m][0][p],
                mean(|s| s.of_many[0]),
                mean(|s| s.of_many[1]),
                part(&|s| s.covers_many[0]),
                part(&|s| s.covers_many[1]),
            ));
        }
    }
    Ok(lines.join("\n"))
}

/// What one panel says of every component by every method.
fn panel(scenario: &Scenario, seed: u64, level: f64, many: &[[Vec<f64>; 2]]) -> Result<Vec<Vec<Seen>>> {
    let (panel, means) = scenario.panel(seed, UNITS)?;
    let fit = model("count").fit_counts(&panel)?;
    let expected = scenario.expected(&panel, &means, &fit)?;
    let (root, plain) = (fit.jackknife()?.level(level)?, fit.jackknife()?.kind(IntervalKind::Jackknife)?.level(level)?);
    let of_method = |(m, method): (usize, &Method)| {
        let breakdown: Breakdown = fit.breakdown(method)?;
        let [root, jackknife] = [breakdown.with_count_intervals(&root)?, breakdown.with_count_intervals(&plain)?];
        let rows = root.rows().zip(jackknife.rows()).enumerate();
        let seen = |(p, (row, by_jackknife)): (usize, (&apportion::Share, &apportion::Share))| {
            let [plain, adjusted] = [0, 1].map(|which| expected[m][which][p]);
            let share = row.share_of_total;
            let moved = row.adjusted.unwrap_or_default() - share;
            let ends = |row: &apportion::Share| row.interval.map_or([0.0; 2], |i| [i.lower, i.upper]);
            let (own, jackknife) = (ends(row), ends(by_jackknife));
            let covers = |ends: [f64; 2], by: f64, target: f64| ends[0] + by <= target && target <= ends[1] + by;
            let bias = by_jackknife.interval.map_or(0.0, |i| i.bias);
            Seen {
                target: plain,
                plain: share - plain,
                adjusted: share + moved - adjusted,
                covers: [covers(own, 0.0, plain), covers(jackknife, 0.0, plain), covers(own, moved, adjusted)],
                of_many: [share - many[m][0][p], share - bias - many[m][0][p]],
                covers_many: [covers(own, 0.0, many[m][0][p]), covers(own, -bias, many[m][0][p])],
            }
        };
        Ok(rows.map(seen).collect())
    };
    methods().iter().enumerate().map(of_method).collect()
}

/// Random numbers of a few distributions.
struct Random(Xoshiro256PlusPlus);

impl Random {
    fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Of a whole shape, and scale one: the sum of as many waiting times.
    fn gamma(&mut self, shape: f64) -> f64 {
        (0..shape as usize).map(|_| -self.uniform().ln()).sum()
    }

    /// By the gaps between events.
    fn poisson(&mut self, mean: f64) -> f64 {
        let (mut count, mut left) = (0.0, mean + self.uniform().ln());
        while left > 0.0 {
            left += self.uniform().ln();
            count += 1.0;
        }
        count
    }
}
