//! Options and steps that `decompose`, `nao_breakdown`, `levels` and others share.

pub mod alternatives;
mod arguments;
mod counted;
pub mod england;
pub mod face;
mod interval;
pub mod page;
pub mod parts;
pub mod specifications;
mod watch;
pub mod words;

use std::path::PathBuf;
use std::sync::Once;
use std::time::Instant;

use apportion::counts::FittedCounts;
use apportion::error::EstimateError;
use apportion::findings::{Analysis, Findings, Intervals};
use apportion::regress::NoiseModel;
use apportion::{Component, Error, FittedModel, IntervalKind, Model, Panel, PanelSchema, Report, Resampling, Term};
use clap::{Args, Command, value_parser};
use serde::Serialize;

pub use arguments::Asked;
use arguments::{After, Terms, after, component, level, method, method_help, terms};
pub use counted::Counted;
use face::Result;
pub use interval::Interval;
pub use watch::Watch;

/// Ten million replicates of ten shares fill a gigabyte.
const MOST_DRAWS: u64 = 10_000_000;
/// Official rates of children are per so many of them.
const PER: f64 = 10_000.0;

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
    /// A component that enters only after others, as an interaction after its main effects; repeat for several
    #[arg(long, value_name = "NAME=NAME,NAME", value_parser = after)]
    pub after: Vec<After>,
    /// Column of the counts that the rate is made of: says how much of what is unexplained is their randomness
    #[arg(long, value_name = "COL", requires = "population")]
    pub count: Option<String>,
    /// Column of the population that they are of
    #[arg(long, value_name = "COL")]
    pub population: Option<String>,
    /// What the rate is per [default: 10000]
    #[arg(long, value_name = "NUMBER", requires = "population", allow_negative_numbers = true)]
    pub per: Option<f64>,
    #[arg(long = "method", value_name = "NAME", value_parser = method, help = method_help())]
    pub methods: Vec<Asked>,
    /// Kind of interval; several side by side with commas between, or repeat [default: root; none for the table of all
    /// methods, which does not print them]
    #[arg(long = "interval", value_name = "KIND", value_enum, value_delimiter = ',')]
    pub intervals: Vec<Interval>,
    /// Draws of units; needed by percentile, basic, normal and bca
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(2..=MOST_DRAWS), allow_negative_numbers = true)]
    pub bootstrap: Option<u64>,
    /// The part of samples whose interval should cover the target [default: 0.95]
    #[arg(long, value_name = "PART", value_parser = level, allow_negative_numbers = true)]
    pub level: Option<f64>,
    /// Seed of the draws; without draws there is nothing to seed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = face::whole::<u64>, allow_negative_numbers = true)]
    pub seed: u64,
    /// Threads to work on [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024), allow_negative_numbers = true)]
    pub threads: Option<u16>,
    /// What counts as noise in the means of units, which corrected shares are without: independent, ar1, or persistent:M,
    /// all that rows M periods apart do not share [default: persistent:3, or less where periods are few]
    #[arg(long, value_name = "MODEL")]
    pub noise: Option<NoiseModel>,
    /// Column of clusters of units, such as regions, which are left out or drawn as a whole
    #[arg(long, value_name = "COL")]
    pub cluster: Option<String>,
    /// Also compares the components: their ranks and pairwise differences, with intervals
    #[arg(long)]
    pub compare: bool,
    /// Also writes a page of HTML with tables, charts and what they say
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Prints one JSON document instead of tables
    #[arg(long)]
    pub json: bool,
    /// What counts are out of, where the example takes them.
    #[arg(skip)]
    pub exposure: Option<String>,
}

/// What was found, and how long that took.
pub struct Answer {
    pub findings: Findings,
    elapsed: Elapsed,
}

/// Wall-clock time of each step, in milliseconds.
#[derive(Clone, Copy, Default, Serialize)]
pub struct Elapsed {
    pub read: f64,
    pub fit: f64,
    pub decompose: f64,
    pub bootstrap: f64,
}

/// The document, with the times below it.
#[derive(Serialize)]
struct Timed {
    #[serde(flatten)]
    report: Report,
    elapsed_ms: Elapsed,
}

impl Options {
    /// The model that the options describe.
    pub fn model(&self) -> Result<Model> {
        let outcome = self.outcome.clone().ok_or("--outcome is needed")?;
        let model = self.components.iter().fold(Model::new(outcome), |model, component| {
            model.component(component.name.as_str(), component.terms.iter().cloned())
        });
        let model = self.after.iter().fold(model, |model, After { component, others }| {
            model.after(component.as_str(), others.iter().map(String::as_str))
        });
        Ok(match &self.always {
            Some(Terms(terms)) => model.always(terms.iter().cloned()),
            None => model,
        })
    }

    /// The panel in `--data`, of which only what the model uses is read.
    pub fn read(&self, model: &Model) -> Result<Panel> {
        self.read_with(model, &[])
    }

    /// The same with columns of names beside those of the question, such as groups or labels.
    pub fn read_with(&self, model: &Model, groups: &[String]) -> Result<Panel> {
        let data = self.data.as_ref().ok_or("--data is needed")?;
        let terms = model.components().iter().flat_map(|component| &component.terms);
        let used = model.outcome().into_iter().chain(terms).chain(model.always_terms()).flat_map(Term::columns);
        let used: Vec<&str> = used.collect();
        let is_used = |name: &str| used.contains(&name) || self.weights.as_deref() == Some(name);
        let counts = [&self.count, &self.population, &self.exposure].into_iter().filter_map(|column| column.as_deref());
        let groups: Vec<&str> = groups.iter().chain(&self.cluster).map(String::as_str).collect();
        let mut schema =
            PanelSchema::cross_section().only(used.iter().copied().chain(counts).chain(groups.iter().copied()));
        // Codes of groups are names, whatever they look like, unless the model reads them as numbers.
        schema = schema.texts(groups.into_iter().filter(|group| !is_used(group)));
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
        self.fitted(model, panel, |panel| model.fit(panel))
    }

    /// The same of a model of counts.
    pub fn fit_counts(&self, model: &Model, panel: impl FnOnce() -> Result<Panel>) -> Result<(FittedCounts, Elapsed)> {
        self.fitted(model, panel, |panel| model.fit_counts(panel))
    }

    fn fitted<T>(
        &self,
        model: &Model,
        panel: impl FnOnce() -> Result<Panel>,
        fit: impl FnOnce(&Panel) -> apportion::Result<T>,
    ) -> Result<(T, Elapsed)> {
        self.check()?;
        if self.population.is_some() && self.count.is_none() {
            return Err("--population goes with --count, the column of counts that are of it: name both".into());
        }
        model.check()?;
        let mut elapsed = Elapsed::default();
        let panel = timed(&mut elapsed.read, panel)?;
        let fit = timed(&mut elapsed.fit, || fit(&panel))?;
        Ok((fit, elapsed))
    }

    /// Puts the question to the panel in `--data`, of counts or not, and writes the page that `--html` asks for. `ask` says what
    /// the example wants beside what the options ask for.
    pub fn answer(&mut self, counted: Counted, ask: impl FnOnce(&Analysis) -> Analysis) -> Result<Answer> {
        let is_of_counts = counted.is_of_counts();
        let model = self.model()?;
        let (model, analysis) = (counted.model(self, model), ask(&self.analysis()?));
        let read = || self.read(&model);
        let html = self.html.as_deref();
        if is_of_counts {
            let (fit, elapsed) = self.fit_counts(&model, read)?;
            let answer = Answer::of_counts(&analysis, &fit, elapsed)?;
            let start = page::Start::SharesOfCounts(&fit, &answer.findings);
            html.map(|file| page::write(file, start, [])).transpose()?;
            return Ok(answer);
        }
        let (fit, elapsed) = self.fit(&model, read)?;
        let answer = Answer::of(&analysis, &fit, elapsed)?;
        html.map(|file| page::write(file, page::Start::Shares(&fit, &answer.findings), [])).transpose()?;
        Ok(answer)
    }

    /// Refuses intervals that make no sense together, and takes as many threads as are asked for.
    pub fn check(&self) -> Result<()> {
        self.check_intervals()?;
        self.set_threads()
    }

    /// The question and panel of the options; without `--data` the plain question to England's panel of 2011 to 2018.
    /// `groups` are columns that are read beside those of the question.
    pub fn panel_or_england(&self, groups: &[String]) -> Result<(Model, Panel)> {
        if self.data.is_none() {
            return Ok((england::plain(), Panel::england_2011_2018()?));
        }
        let model = self.model()?;
        let panel = self.read_with(&model, groups)?;
        Ok((model, panel))
    }

    /// Writes the page that `--html` asks for: the shares of this fit, and what the example found under its heading.
    pub fn write_page<'a>(&self, fit: &FittedModel, parts: impl IntoIterator<Item = page::Part<'a>>) -> Result<()> {
        let Some(file) = &self.html else { return Ok(()) };
        let findings = self.analysis()?.order_range().of(fit).map_err(or_none)?;
        page::write(file, page::Start::Shares(fit, &findings), parts)
    }

    /// The pool is the process's, and made once.
    fn set_threads(&self) -> Result<()> {
        static MADE: Once = Once::new();
        let mut made = Ok(());
        if let Some(threads) = self.threads {
            MADE.call_once(|| made = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global());
        }
        Ok(made?)
    }

    /// What the options ask of the fit.
    pub fn analysis(&self) -> Result<Analysis> {
        let analysis = self.methods.iter().fold(Analysis::new(), |analysis, asked| match asked {
            Asked::Method(method) => analysis.method(method.clone()),
            Asked::Gelbach => analysis.gelbach(),
            Asked::All => analysis.all_methods(),
        });
        let analysis = match self.counts().filter(|_| self.data.is_some()) {
            Some((count, population, per)) => analysis.counting_noise(count, population, per),
            None => analysis,
        };
        let analysis = if self.compare { analysis.comparisons() } else { analysis };
        let kinds = self.kinds().into_iter().filter_map(Interval::kind);
        let ways: Vec<Intervals> = kinds.map(|kind| self.way(kind)).collect::<Result<_>>()?;
        Ok(ways.into_iter().fold(analysis.without_intervals(), Analysis::also_intervals))
    }

    /// What is asked of counts beside a question of least squares: the default methods, with the intervals that are asked for
    /// as far as counts have them.
    pub fn analysis_of_counts(&self) -> Result<Analysis> {
        let kinds = self.kinds().into_iter().filter_map(Interval::kind);
        let ways: Vec<Intervals> = kinds.map(|kind| self.plain_way(kind)).collect::<Result<_>>()?;
        Ok(ways.into_iter().fold(Analysis::new().without_intervals(), Analysis::also_intervals))
    }

    /// How intervals of this kind are made.
    fn way(&self, kind: IntervalKind) -> Result<Intervals> {
        let intervals = self.noise.into_iter().fold(self.plain_way(kind)?, Intervals::noise);
        Ok(self.cluster.iter().fold(intervals, Intervals::clusters))
    }

    /// The same but for noise, and of units.
    fn plain_way(&self, kind: IntervalKind) -> Result<Intervals> {
        let intervals = match self.bootstrap.filter(|_| !kind.leaves_out()) {
            Some(draws) => Intervals::bootstrap(usize::try_from(draws)?, self.seed),
            None => Intervals::jackknife(),
        };
        Ok(self.level.into_iter().fold(intervals.kind(kind), Intervals::level))
    }

    /// The population that the rate is of, and what it is per, whether counts are named or not; that of England's plain
    /// question without `--data`. The options are without it afterwards, as if nothing but counts needed it.
    pub fn take_population(&mut self) -> Option<(String, f64)> {
        let (_, population, per) = england::COUNTS;
        match self.data {
            Some(_) => Some((self.population.take()?, self.per.unwrap_or(PER))),
            None => Some((population.to_string(), per)),
        }
    }

    /// The columns that the rate is made of, and what it is per; those of England's plain question without `--data`.
    pub fn counts(&self) -> Option<(&str, &str, f64)> {
        match self.data {
            Some(_) => Some((self.count.as_deref()?, self.population.as_deref()?, self.per.unwrap_or(PER))),
            None => Some(england::COUNTS),
        }
    }

    /// The kinds of interval, asked for or not: a table of all methods without a word about intervals prints none, so that
    /// nothing is resampled for it.
    fn kinds(&self) -> Vec<Interval> {
        let is_asked = self.asks_for_intervals() || self.compare || self.json;
        let is_table = self.methods.contains(&Asked::All);
        match self.intervals.as_slice() {
            [] if is_table && !is_asked => vec![Interval::None],
            [] => vec![Interval::Root],
            asked => asked.to_vec(),
        }
    }

    /// Whether intervals, or anything that they are made by, are asked for.
    pub fn asks_for_intervals(&self) -> bool {
        let how = [self.bootstrap.is_some(), self.level.is_some(), self.noise.is_some(), self.cluster.is_some()];
        !self.intervals.is_empty() || how.contains(&true)
    }

    /// How the one kind of intervals that the options ask for is made; `None` where they ask for none.
    pub fn one_way(&self) -> Result<Option<Intervals>> {
        match self.kinds().as_slice() {
            [kind] => kind.kind().map(|kind| self.way(kind)).transpose(),
            _ => Err("--interval takes one kind here: ask for the others by themselves".into()),
        }
    }

    /// Who is left out or drawn for the intervals that the options ask of a fit.
    pub fn resampling<'a>(&self, fit: &'a FittedModel) -> Result<Option<Resampling<'a>>> {
        let kind = match self.kinds().as_slice() {
            [kind] => kind.kind(),
            _ => return Err("--interval takes one kind here: ask for the others by themselves".into()),
        };
        let Some(kind) = kind else { return Ok(None) };
        let resampling = match self.bootstrap {
            Some(draws) => fit.bootstrap(usize::try_from(draws)?, self.seed),
            None => fit.jackknife(),
        };
        let resampling = resampling.map_err(or_none)?.kind(kind)?;
        let resampling = self.level.into_iter().try_fold(resampling, Resampling::level)?;
        Ok(Some(self.cluster.iter().try_fold(resampling, |resampling, column| resampling.clusters(column))?))
    }

    /// `--bootstrap` goes with the kinds of interval that need draws, and only with them; `--level` with intervals,
    /// `--compare` with them and shares.
    fn check_intervals(&self) -> Result<()> {
        let kinds = self.kinds();
        let unused = self.level.map(|_| "--level");
        let unused = unused.or(self.noise.map(|_| "--noise")).or(self.cluster.as_ref().map(|_| "--cluster"));
        let has_shares = self.methods.is_empty() || self.methods.iter().any(|asked| *asked != Asked::Gelbach);
        let is_none = kinds.contains(&Interval::None);
        if let Some(kind) = kinds.iter().find(|kind| **kind != Interval::None).filter(|_| is_none) {
            return Err(format!("--interval none goes with no other: leave it out, or {}", kind.name()).into());
        }
        match (kinds.iter().find(|kind| kind.needs_draws()), self.bootstrap) {
            (Some(kind), None) => {
                Err(format!("--interval {} needs --bootstrap N, the number of draws", kind.name()).into())
            }
            (None, Some(_)) => Err(format!(
                "--bootstrap goes with --interval percentile, basic, normal or bca, not with --interval {}",
                kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(",")
            )
            .into()),
            _ if unused.is_some() && is_none => {
                let unused = unused.unwrap_or_default();
                Err(format!("{unused} goes with intervals: leave it out, or leave out --interval none").into())
            }
            _ if self.compare && is_none => Err("--compare needs intervals: leave out --interval none".into()),
            _ if self.compare && !has_shares => Err("--compare compares the shares of components, and gelbach gives \
                                                     none: add a --method that does, such as shapley, or leave out \
                                                     --compare"
                .into()),
            _ => Ok(()),
        }
    }
}

/// Arguments of an example that has a panel of its own: what describes another needs one, and a panel needs a question.
pub fn with_a_panel_of_its_own(command: Command) -> Command {
    let of_data =
        ["outcome", "unit", "period", "components", "always", "weights", "after", "count", "population", "per"];
    let command = command.mut_arg("data", |data| data.requires("outcome").requires("components"));
    of_data.into_iter().fold(command, |c, name| c.mut_arg(name, |argument| argument.requires("data")))
}

/// Without enough units or rows there are no intervals, but there are shares.
pub fn or_none(error: Error) -> face::Error {
    match error {
        Error::Estimate(EstimateError::TooFew { ref what, .. })
            if what.starts_with("replicates") || what.ends_with("to draw from or leave out") =>
        {
            format!("{error}: use --interval none").into()
        }
        error => error.into(),
    }
}

impl Answer {
    /// Puts the question to the fit, in two steps that are timed and watched.
    pub fn of(analysis: &Analysis, fit: &FittedModel, mut elapsed: Elapsed) -> Result<Self> {
        let findings = timed(&mut elapsed.decompose, || {
            let watch = Watch::new("shares");
            analysis.split_watched(fit, |done, of| watch.at(done, of))
        })?;
        let findings = timed(&mut elapsed.bootstrap, || {
            let watch = Watch::new("intervals");
            analysis.resample_watched(fit, findings, |done, of| watch.at(done, of)).map_err(or_none)
        })?;
        Ok(Answer { findings, elapsed })
    }

    /// The same of a model of counts, in one step.
    pub fn of_counts(analysis: &Analysis, fit: &FittedCounts, mut elapsed: Elapsed) -> Result<Self> {
        let findings = timed(&mut elapsed.bootstrap, || analysis.of_counts(fit).map_err(or_none))?;
        Ok(Answer { findings, elapsed })
    }

    /// All of it as one JSON document.
    pub fn json(&self) -> Result<String> {
        let report = Report::of(&self.findings)?;
        Ok(serde_json::to_string_pretty(&Timed { report, elapsed_ms: self.elapsed })?)
    }
}

pub fn timed<T, E>(
    milliseconds: &mut f64,
    step: impl FnOnce() -> std::result::Result<T, E>,
) -> std::result::Result<T, E> {
    let start = Instant::now();
    let done = step();
    *milliseconds = start.elapsed().as_secs_f64() * 1e3;
    done
}
