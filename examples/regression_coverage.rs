//! Does a 95% interval of a coefficient contain it 95 times in 100, under each covariance, with many units and with few?
//!
//! Errors and regressor are related within units: y_it = 1 + x_it + u_i + e_it, x_it = a_i + b_it, all normal, on eight
//! periods. The coefficient is estimated by pooled least squares. Release mode is worth it.

#[path = "cli/face.rs"]
mod face;
#[path = "cli/panels.rs"]
mod panels;
#[path = "cli/watch.rs"]
mod watch;

use std::process::ExitCode;

use apportion::error::{EstimateError, Refusal};
use apportion::regress::{ClusterCorrection, Leverage, WildBootstrap};
use apportion::{Covariance, Error, Panel, PanelRegression, Result};
use clap::{CommandFactory, Parser, value_parser};
use panels::on_each;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const PERIODS: usize = 8;
const UNITS: [usize; 2] = [150, 12];
const TRUTH: f64 = 1.0;

/// Coverage of 95% intervals of a coefficient, by covariance and number of units
#[derive(Parser)]
#[command(name = "regression_coverage")]
struct Arguments {
    /// Simulated panels
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = value_parser!(u64).range(1..=1_000_000))]
    panels: u64,
    /// Draws of the wild bootstrap for each panel
    #[arg(long, value_name = "N", default_value_t = 399, value_parser = value_parser!(u64).range(99..=100_000))]
    draws: u64,
    /// Seed of the first panel; the others follow
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u64).range(..=1 << 62))]
    seed: u64,
}

fn main() -> ExitCode {
    face::run(Arguments::command(), |arguments: Arguments| coverage(&arguments))
}

fn covariances() -> Vec<(&'static str, Covariance)> {
    let corrected = |correction| Covariance::cluster().correction(correction);
    vec![
        ("iid", Covariance::iid()),
        ("HC1", Covariance::heteroskedastic(Leverage::Hc1)),
        ("cluster, fixest's factor", Covariance::cluster()),
        ("cluster CR0", corrected(ClusterCorrection::Cr0)),
        ("cluster CR2", corrected(ClusterCorrection::Cr2)),
        ("cluster CR3", corrected(ClusterCorrection::Cr3)),
        ("jackknife over units", Covariance::jackknife()),
        ("two-way cluster", Covariance::twoway_cluster()),
        ("Newey–West", Covariance::newey_west(None)),
        ("Driscoll–Kraay", Covariance::driscoll_kraay(None)),
    ]
}

fn coverage(arguments: &Arguments) -> face::Result<String> {
    let Arguments { panels, draws, seed } = *arguments;
    let mut lines = vec![
        format!("Coverage in % of 95% intervals of a coefficient over {panels} simulated panels of {PERIODS} periods"),
        format!("{:28}{:>12}{:>12}", "", format!("{} units", UNITS[0]), format!("{} units", UNITS[1])),
    ];
    let names: Vec<&str> = covariances().into_iter().map(|(name, _)| name).chain(["wild cluster bootstrap"]).collect();
    let (mut shares, mut without_variance) = (Vec::new(), Vec::new());
    for units in UNITS {
        let what = format!("intervals with {units} units");
        let covered: Vec<Vec<Option<bool>>> =
            on_each(what, seed..seed + panels, |seed| covered(units, seed, draws as usize))?;
        let counted = |at: usize, what: Option<bool>| covered.iter().filter(|by_kind| by_kind[at] == what).count();
        let share = |at: usize| counted(at, Some(true)) as f64 / panels as f64;
        shares.push((0..names.len()).map(share).collect::<Vec<f64>>());
        without_variance.push((0..names.len()).map(|at| counted(at, None)).sum::<usize>());
    }
    for (at, name) in names.iter().enumerate() {
        lines.push(format!("{name:28}{:12.1}{:12.1}", 100.0 * shares[0][at], 100.0 * shares[1][at]));
    }
    let error = 100.0 * (0.95 * 0.05 / panels as f64).sqrt();
    let [many, few] = [0, 1].map(|at| without_variance[at]);
    lines.push(format!("A two-way variance at or below zero counts as not covering: {many} panels and {few}."));
    lines.push(format!("Monte Carlo standard error at a coverage of 95%: {error:.1} points"));
    Ok(lines.join("\n"))
}

/// Whether the interval covers the truth, by covariance and last by the wild bootstrap; `None` where there is no variance
/// and so no interval.
fn covered(units: usize, seed: u64, draws: usize) -> Result<Vec<Option<bool>>> {
    let fit = PanelRegression::new("y", ["x"]).fit(&panel(units, seed)?)?;
    let mut covered = Vec::new();
    for (_, covariance) in covariances() {
        covered.push(match fit.coefficients(&covariance) {
            Ok(table) => Some(table.coefficients.iter().any(|c| c.name == "x" && c.lower <= TRUTH && TRUTH <= c.upper)),
            Err(Error::Estimate(EstimateError::Method { why: Refusal::NoVariance { .. }, .. })) => None,
            Err(error) => return Err(error),
        });
    }
    // The interval holds the values with a p-value above 5%, so it is enough to test the true one.
    let wild = fit.wild_bootstrap("x", &WildBootstrap::new(draws, seed).null(TRUTH))?;
    covered.push(Some(wild.p_value > 0.05));
    Ok(covered)
}

fn panel(units: usize, seed: u64) -> Result<Panel> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    // Twelve uniform numbers less six: close enough to normal here.
    let mut normal = || (0..12).map(|_| (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64).sum::<f64>() - 6.0;
    let (mut names, mut periods, mut x, mut y) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for unit in 0..units {
        let (own_x, own_y) = (normal(), normal());
        for period in 0..PERIODS {
            names.push(unit.to_string());
            periods.push(2011 + period as i32);
            x.push(own_x + normal());
            y.push(1.0 + TRUTH * x[x.len() - 1] + own_y + normal());
        }
    }
    Panel::builder().units(names).periods(periods).column("x", x).column("y", y).build()
}
