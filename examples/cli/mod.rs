//! Options and steps that `decompose` and `nao_breakdown` share.

pub mod face;

use std::path::PathBuf;
use std::time::Instant;

use apportion::{
    Breakdown, Component, Elapsed, FittedModel, IntervalKind, Model, Panel, PanelSchema, Report, Resampling, Term,
    parse_terms,
};
use clap::{Args, ValueEnum, value_parser};

use face::Result;

/// Methods of the command line that the library does not have yet.
const NOT_BUILT_YET: [&str; 13] = [
    "first",
    "last",
    "owen",
    "pmvd",
    "genizi",
    "car",
    "pratt",
    "conditional_dominance",
    "complete_dominance",
    "commonality",
    "variance_components",
    "gelbach",
    "all",
];
/// Ten million replicates of ten shares fill a gigabyte.
const MOST_DRAWS: u64 = 10_000_000;

/// The question, how it is answered, and how the answer is shown.
#[derive(Args)]
pub struct Options {
    /// Panel in CSV with a header line
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Column whose variation is split, or log() and the like of it
    #[arg(long, value_name = "TERM")]
    pub outcome: Option<Term>,
    /// Column of the units, such as authorities
    #[arg(long, value_name = "COL")]
    pub unit: Option<String>,
    /// Column of the periods, such as years
    #[arg(long, value_name = "COL")]
    pub period: Option<String>,
    /// A named cause and its terms; repeat in the order in which they enter
    #[arg(long = "component", value_name = "NAME=TERM,TERM", value_parser = component)]
    pub components: Vec<Component>,
    /// Terms that are always in and credited to nobody
    #[arg(long, value_name = "TERM,TERM", value_parser = terms)]
    pub always: Option<Terms>,
    /// Column of weights
    #[arg(long, value_name = "COL")]
    pub weights: Option<String>,
    /// sequential or shapley; repeat for several [default: both]
    #[arg(long = "method", value_name = "NAME", value_parser = method)]
    pub methods: Vec<Method>,
    /// Kind of interval
    #[arg(long, value_name = "KIND", value_enum, default_value_t = Interval::Jackknife)]
    pub interval: Interval,
    /// Draws of units; needed by percentile, basic, normal and bca
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(2..=MOST_DRAWS), allow_negative_numbers = true)]
    pub bootstrap: Option<u64>,
    /// The part of samples whose interval should cover the target
    #[arg(long, value_name = "PART", value_parser = level, default_value_t = 0.95, allow_negative_numbers = true)]
    pub level: f64,
    /// Seed of the draws
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    pub seed: u64,
    /// Threads to work on [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024), allow_negative_numbers = true)]
    pub threads: Option<u16>,
    /// Prints one JSON document instead of tables
    #[arg(long)]
    pub json: bool,
}

/// A list of terms given as one argument.
#[derive(Debug, Clone)]
pub struct Terms(pub Vec<Term>);

/// How the variation is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// In the order of the components.
    Sequential,
    /// On average over all orders.
    Shapley,
}

/// What `--interval` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Interval {
    /// No intervals
    None,
    /// Leaves out each unit in turn
    Jackknife,
    /// Quantiles of the draws
    Percentile,
    /// The same, reflected about the estimate
    Basic,
    /// Bias-corrected, symmetric
    Normal,
    /// Bias-corrected and accelerated
    Bca,
}

/// What was asked for.
pub struct Answer {
    /// One for each method, in the order asked for.
    pub breakdowns: Vec<Breakdown>,
    /// The same as a document.
    pub report: Report,
}

impl Options {
    /// The model that the options describe.
    pub fn model(&self) -> Result<Model> {
        let outcome = self.outcome.clone().ok_or("--outcome is needed")?;
        let model = self.components.iter().fold(Model::new(outcome), |model, component| {
            model.component(component.name.as_str(), component.terms.iter().cloned())
        });
        Ok(match &self.always {
            Some(Terms(terms)) => model.always(terms.iter().cloned()),
            None => model,
        })
    }

    /// The panel in `--data`, of which only what the model uses is read.
    pub fn read(&self, model: &Model) -> Result<Panel> {
        let data = self.data.as_ref().ok_or("--data is needed")?;
        let terms = model.components().iter().flat_map(|component| &component.terms);
        let used = model.outcome().into_iter().chain(terms).chain(model.always_terms()).flat_map(Term::columns);
        let mut schema = PanelSchema::cross_section().only(used);
        if let Some(unit) = &self.unit {
            schema = schema.unit(unit);
        }
        if let Some(period) = &self.period {
            schema = schema.period(period);
        }
        if let Some(weights) = &self.weights {
            schema = schema.weight(weights);
        }
        Ok(Panel::read_csv(data, &schema)?)
    }

    /// Puts the model to the panel, and says how long that took.
    pub fn fit(&self, model: &Model, panel: impl FnOnce() -> Result<Panel>) -> Result<(FittedModel, Elapsed)> {
        self.check_draws()?;
        model.check()?;
        if let Some(threads) = self.threads {
            rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global()?;
        }
        let mut elapsed = Elapsed::default();
        let panel = timed(&mut elapsed.read, panel)?;
        let fit = timed(&mut elapsed.fit, || model.fit(&panel))?;
        Ok((fit, elapsed))
    }

    /// Splits the variation by every method, and puts intervals on the shares.
    pub fn answer(&self, fit: &FittedModel, mut elapsed: Elapsed) -> Result<Answer> {
        let split = || self.methods().into_iter().map(|method| method.split(fit)).collect::<Result<Vec<_>>>();
        let mut breakdowns = timed(&mut elapsed.decompose, split)?;
        if let Some(resampling) = self.resampling(fit)? {
            let plain: Vec<&Breakdown> = breakdowns.iter().collect();
            breakdowns = timed(&mut elapsed.bootstrap, || resampling.intervals(&plain))?;
        }
        let report = Report::new(&breakdowns)?.with_elapsed(elapsed);
        Ok(Answer { breakdowns, report })
    }

    /// The methods asked for, each once.
    fn methods(&self) -> Vec<Method> {
        let asked = if self.methods.is_empty() { &[Method::Sequential, Method::Shapley][..] } else { &self.methods };
        let first = |(i, method): (usize, &Method)| (!asked[..i].contains(method)).then_some(*method);
        asked.iter().enumerate().filter_map(first).collect()
    }

    /// `--bootstrap` goes with the kinds of interval that need draws, and only with them.
    fn check_draws(&self) -> Result<()> {
        let kind = self.interval.name();
        match (self.interval.needs_draws(), self.bootstrap) {
            (true, None) => Err(format!("--interval {kind} needs --bootstrap N, the number of draws").into()),
            (false, Some(_)) => Err(format!(
                "--bootstrap goes with --interval percentile, basic, normal or bca, not with --interval {kind}"
            )
            .into()),
            _ => Ok(()),
        }
    }

    fn resampling<'a>(&self, fit: &'a FittedModel) -> Result<Option<Resampling<'a>>> {
        let Some(kind) = self.interval.kind() else { return Ok(None) };
        let resampling = match self.bootstrap {
            Some(draws) => fit.bootstrap(usize::try_from(draws)?, self.seed)?.kind(kind)?,
            None => fit.jackknife()?,
        };
        Ok(Some(resampling.level(self.level)?))
    }
}

impl Method {
    fn split(self, fit: &FittedModel) -> Result<Breakdown> {
        Ok(match self {
            Method::Sequential => fit.sequential()?,
            Method::Shapley => fit.shapley()?,
        })
    }
}

impl Interval {
    fn kind(self) -> Option<IntervalKind> {
        match self {
            Interval::None => None,
            Interval::Jackknife => Some(IntervalKind::Jackknife),
            Interval::Percentile => Some(IntervalKind::Percentile),
            Interval::Basic => Some(IntervalKind::Basic),
            Interval::Normal => Some(IntervalKind::Normal),
            Interval::Bca => Some(IntervalKind::Bca),
        }
    }

    fn needs_draws(self) -> bool {
        !matches!(self, Interval::None | Interval::Jackknife)
    }

    fn name(self) -> &'static str {
        self.kind().map_or("none", IntervalKind::name)
    }
}

impl Answer {
    /// The report as one JSON document.
    pub fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(&self.report)?)
    }
}

fn timed<T, E>(milliseconds: &mut f64, step: impl FnOnce() -> std::result::Result<T, E>) -> std::result::Result<T, E> {
    let start = Instant::now();
    let done = step();
    *milliseconds = start.elapsed().as_secs_f64() * 1e3;
    done
}

fn component(text: &str) -> std::result::Result<Component, String> {
    match text.split_once('=') {
        None => Err("there is no `=`: write NAME=TERM,TERM".to_string()),
        Some((name, _)) if name.trim().is_empty() => Err("there is no name before `=`".to_string()),
        Some((name, list)) => Ok(Component { name: name.trim().to_string(), terms: terms(list)?.0 }),
    }
}

fn terms(list: &str) -> std::result::Result<Terms, String> {
    parse_terms(list).map(Terms).map_err(|error| error.to_string())
}

fn method(name: &str) -> std::result::Result<Method, String> {
    match name {
        "sequential" => Ok(Method::Sequential),
        "shapley" => Ok(Method::Shapley),
        _ if NOT_BUILT_YET.contains(&name) => Err("it is not built yet: sequential and shapley are".to_string()),
        _ => Err("there is no such method: use sequential or shapley".to_string()),
    }
}

fn level(text: &str) -> std::result::Result<f64, String> {
    match text.parse() {
        Ok(level) if level > 0.0 && level < 1.0 => Ok(level),
        _ => Err("it must be a number above 0 and below 1, such as 0.95".to_string()),
    }
}
