//! Fits a panel regression to a CSV file: coefficients and standard errors under a stated convention.
//!
//! ```text
//! cargo run --release --example regress -- --data england.csv --outcome cpp_rate --unit la_number --period year \
//!     --terms 'low_income_pct,log(spend_core_per_child)' --estimator twoway --vcov cluster
//! ```

#[path = "cli/face.rs"]
mod face;
#[allow(dead_code, reason = "pages that begin with shares are another question")]
#[path = "cli/page.rs"]
mod page;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use apportion::model::{Family, parse_terms};
use apportion::regress::{ClusterCorrection, ErrorsRelated, Leverage, RandomMethod, SmallSample};
use apportion::report::{Answer, RegressionReport};
use apportion::{Covariance, Estimator, Panel, PanelRegression, PanelSchema, Term};
use clap::{CommandFactory, Parser};
use face::Result;
use serde::Serialize;

/// What are the coefficients of a panel regression, and how sure are they?
#[derive(Parser)]
#[command(name = "regress")]
struct Arguments {
    /// Panel in CSV with a header line
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Column that is explained, or log() and the like of it
    #[arg(long, value_name = "TERM")]
    outcome: Term,
    /// What explains it
    #[arg(long, value_name = "TERM,TERM")]
    terms: String,
    /// Column of the units, such as authorities
    #[arg(long, value_name = "COL")]
    unit: Option<String>,
    /// Column of the periods, such as years
    #[arg(long, value_name = "COL")]
    period: Option<String>,
    /// pooled, within, within_period, twoway, between, first_difference, random, random_period, random_twoway or mundlak
    #[arg(long, value_name = "NAME", default_value_t = Estimator::Pooled)]
    estimator: Estimator,
    /// How the variances of random effects are estimated: swar, walhus, amemiya or nerlove [default: swar]
    #[arg(long, value_name = "NAME")]
    random_method: Option<RandomMethod>,
    /// Column of weights
    #[arg(long, value_name = "COL")]
    weights: Option<String>,
    /// What the outcome varies as: gaussian (least squares), poisson or negative_binomial
    #[arg(long, value_name = "NAME", default_value_t = Family::Gaussian)]
    family: Family,
    /// Column that counts are out of, such as a population
    #[arg(long, value_name = "COL")]
    exposure: Option<String>,
    /// Leaves the intercept out
    #[arg(long)]
    no_intercept: bool,
    /// iid, hc0, hc1, hc2, hc3, hc4, cluster, cluster_cr0, cluster_cr1, cluster_cr1s, cluster_cr2, cluster_cr3,
    /// twoway_cluster, twoway_cluster_by, newey_west, driscoll_kraay, beck_katz, beck_katz_within_units or jackknife
    /// [default: iid, with --cluster cluster]
    #[arg(long, value_name = "NAME")]
    vcov: Option<String>,
    /// Column whose levels are the clusters [default: the unit]; two with a comma for twoway_cluster_by
    #[arg(long, value_name = "COL")]
    cluster: Option<String>,
    /// Periods over which errors are related, for newey_west and driscoll_kraay [default: ⌊T^¼⌋]
    #[arg(long, value_name = "N")]
    bandwidth: Option<usize>,
    /// Convention of the small-sample factor: none, fixest, plm or stata
    #[arg(long, value_name = "NAME", default_value_t = SmallSample::Fixest)]
    small_sample: SmallSample,
    /// The probability that the intervals are meant to cover
    #[arg(long, value_name = "PART", default_value_t = 0.95)]
    level: f64,
    /// Also writes a page of HTML with tables, charts and what they say
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Prints one JSON document instead of a table
    #[arg(long)]
    json: bool,
}

/// Wall-clock time of each step, in milliseconds.
#[derive(Default, Serialize)]
struct Elapsed {
    read: f64,
    fit: f64,
    covariance: f64,
}

/// The document, with the times below it.
#[derive(Serialize)]
struct Timed {
    #[serde(flatten)]
    report: RegressionReport,
    elapsed_ms: Elapsed,
}

fn main() -> ExitCode {
    face::run(Arguments::command(), answer)
}

fn answer(arguments: Arguments) -> Result<String> {
    let covariance = arguments.covariance()?;
    let regression = arguments.regression()?;
    let mut elapsed_ms = Elapsed::default();
    let panel = timed(&mut elapsed_ms.read, || arguments.read())?;
    let fit = timed(&mut elapsed_ms.fit, || Ok(regression.fit(&panel)?))?;
    let table = timed(&mut elapsed_ms.covariance, || Ok(fit.coefficients_at(&covariance, arguments.level)?))?;
    if let Some(file) = &arguments.html {
        let title = format!("What goes with {}?", table.outcome);
        page::write(file, page::Start::Title(&title), [("Coefficients", &table as &dyn Answer)])?;
    }
    if !arguments.json {
        return Ok(table.to_string());
    }
    Ok(serde_json::to_string(&Timed { report: RegressionReport::new(&fit, &table), elapsed_ms })?)
}

impl Arguments {
    fn covariance(&self) -> Result<Covariance> {
        let default = if self.cluster.is_some() { "cluster" } else { "iid" };
        let name = self.vcov.as_deref().unwrap_or(default);
        let clustered = self.cluster.as_ref().map_or_else(Covariance::cluster, Covariance::cluster_by);
        let covariance = match name {
            "iid" => Covariance::iid(),
            "hc0" => Covariance::heteroskedastic(Leverage::Hc0),
            "hc1" => Covariance::heteroskedastic(Leverage::Hc1),
            "hc2" => Covariance::heteroskedastic(Leverage::Hc2),
            "hc3" => Covariance::heteroskedastic(Leverage::Hc3),
            "hc4" => Covariance::heteroskedastic(Leverage::Hc4),
            "cluster" => clustered,
            "cluster_cr0" => clustered.correction(ClusterCorrection::Cr0),
            "cluster_cr1" => clustered.correction(ClusterCorrection::Cr1),
            "cluster_cr1s" => clustered.correction(ClusterCorrection::Cr1s),
            "cluster_cr2" => clustered.correction(ClusterCorrection::Cr2),
            "cluster_cr3" => clustered.correction(ClusterCorrection::Cr3),
            "twoway_cluster" => Covariance::twoway_cluster(),
            "twoway_cluster_by" => {
                let columns = self.cluster.as_deref().and_then(|columns| columns.split_once(','));
                let (first, second) = columns.ok_or("--vcov twoway_cluster_by takes --cluster FIRST,SECOND")?;
                Covariance::twoway_cluster_by(first.trim(), second.trim())
            }
            "newey_west" => Covariance::newey_west(self.bandwidth),
            "driscoll_kraay" => Covariance::driscoll_kraay(self.bandwidth),
            "beck_katz" => Covariance::beck_katz(ErrorsRelated::WithinPeriods),
            "beck_katz_within_units" => Covariance::beck_katz(ErrorsRelated::WithinUnits),
            "jackknife" => Covariance::jackknife(),
            _ => {
                let known = "iid, hc0, hc1, hc2, hc3, hc4, cluster, twoway_cluster, newey_west, driscoll_kraay, \
                             cluster_cr0, cluster_cr1, cluster_cr1s, cluster_cr2, cluster_cr3, twoway_cluster_by, \
                             beck_katz, beck_katz_within_units, jackknife";
                return Err(format!("no covariance \"{name}\": --vcov takes one of {known}").into());
            }
        };
        if self.cluster.is_some() && !name.starts_with("cluster") && name != "twoway_cluster_by" {
            return Err(format!("--cluster does nothing for --vcov {name}: use --vcov cluster, or leave it out").into());
        }
        if self.bandwidth.is_some() && !matches!(name, "newey_west" | "driscoll_kraay") {
            let message = "use newey_west or driscoll_kraay, or leave it out";
            return Err(format!("--bandwidth does nothing for --vcov {name}: {message}").into());
        }
        Ok(covariance.small_sample(self.small_sample))
    }

    fn regression(&self) -> Result<PanelRegression> {
        let random = [Estimator::Random, Estimator::RandomPeriod, Estimator::RandomTwoway, Estimator::Mundlak];
        if self.random_method.is_some() && !random.contains(&self.estimator) {
            let message = "use a random estimator or mundlak, or leave it out";
            return Err(format!("--random-method does nothing for --estimator {}: {message}", self.estimator).into());
        }
        let mut regression =
            PanelRegression::new(self.outcome.to_string(), parse_terms(&self.terms)?).estimator(self.estimator);
        if let Some(method) = self.random_method {
            regression = regression.random_method(method);
        }
        if let Some(weights) = &self.weights {
            regression = regression.weights(weights);
        }
        regression = regression.family(self.family);
        if let Some(exposure) = &self.exposure {
            regression = regression.exposure(exposure);
        }
        Ok(if self.no_intercept { regression.without_intercept() } else { regression })
    }

    fn read(&self) -> Result<Panel> {
        let terms = parse_terms(&self.terms)?;
        let used = [&self.outcome].into_iter().chain(&terms).flat_map(Term::columns);
        // Two columns stand behind one option where clusters are in two ways.
        let clusters = self.cluster.iter().flat_map(|columns| columns.split(',').map(str::trim));
        let mut schema = PanelSchema::cross_section().only(used.chain(clusters).chain(self.exposure.as_deref()));
        if let Some(unit) = &self.unit {
            schema = schema.unit(unit);
        }
        if let Some(period) = &self.period {
            schema = schema.period(period);
        }
        if let Some(weights) = &self.weights {
            schema = schema.weight(weights);
        }
        Ok(Panel::read_csv(&self.data, &schema)?)
    }
}

/// Does a step, and says how many milliseconds it took.
fn timed<T>(elapsed: &mut f64, step: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let done = step();
    *elapsed = 1_000.0 * start.elapsed().as_secs_f64();
    done
}
