//! What do results look like? Every chart, every form of table and the report, from England and from the simulated panel.
//!
//! `--out DIR` says where to; the directory is made if need be.

#[allow(dead_code, reason = "shares are another question")]
mod cli;
#[allow(dead_code, reason = "only the figures are wanted")]
mod nao;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use apportion::findings::{Analysis, ChangeAnalysis, Funnel, FunnelTarget, Intervals, UnitAnalysis, UnitCounts};
use apportion::panel::SIMULATED_ENGLAND_SEED;
use apportion::report::chart::Chart;
use apportion::report::{Answer, AnswerDocument, RegressionTable, SideBySide};
use apportion::{Covariance, Estimator, FittedModel, Method, Model, Panel, PanelRegression, Report};
use clap::{CommandFactory, Parser};
use cli::face::{self, Result};
use cli::words::said;

/// Every chart, every form of table, and the report
#[derive(Parser)]
#[command(name = "gallery")]
struct Arguments {
    /// The directory that all of it is written into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

fn main() -> ExitCode {
    face::run(Arguments::command(), answer)
}

fn answer(Arguments { out }: Arguments) -> Result<String> {
    let simulated = (
        cli::england::simulated(),
        Panel::simulated_england(SIMULATED_ENGLAND_SEED)?,
        ["low_income_pct", "vacancy_rate"],
    );
    let england = (cli::england::plain(), Panel::england_2011_2018()?, ["idaci_2015", "vacancy_rate"]);
    let mut written = 0;
    for (name, (model, panel, columns)) in [("simulated", simulated), ("england", england)] {
        written += Gallery::new(&out.join(name))?.fill(&model, &panel, &columns)?;
    }
    Ok(format!("{written} files in {}", out.display()))
}

/// A directory, and how many files are in it.
struct Gallery<'a> {
    directory: &'a Path,
    written: usize,
}

impl<'a> Gallery<'a> {
    fn new(directory: &'a Path) -> Result<Self> {
        fs::create_dir_all(directory).map_err(|error| format!("cannot make {}: {error}", directory.display()))?;
        Ok(Gallery { directory, written: 0 })
    }

    /// Everything of one panel.
    fn fill(mut self, model: &Model, panel: &Panel, columns: &[&str; 2]) -> Result<usize> {
        let fit = model.fit(panel)?;
        let analysis = Analysis::new().order_range().comparisons().also_intervals(Intervals::jackknife());
        let findings = analysis.of(&fit)?;
        for breakdown in &findings.methods.breakdowns {
            self.answer(breakdown.method.name(), breakdown)?;
        }
        let published = nao::PUBLISHED.map(|(name, per_cent, _)| (name, per_cent / 100.0));
        let own = findings.methods.breakdowns.iter();
        let beside = own.fold(SideBySide::new(), |all, breakdown| all.breakdown(breakdown.method.name(), breakdown));
        self.answer("side_by_side", &beside.figures("NAO", published))?;
        self.answer("methods", &fit.all_methods()?)?;
        for method in [Method::ConditionalDominance, Method::CompleteDominance, Method::Commonality] {
            self.answer(method.name(), &fit.breakdown(&method)?)?;
        }
        if let Some(range) = &findings.order_range {
            self.answer("order_range", range)?;
        }
        self.answer("comparisons", &findings.comparisons)?;
        let in_order = [Method::Sequential { order: Vec::new() }];
        self.answer("levels", &fit.levels()?.methods(&in_order)?.with_intervals(&fit.jackknife()?)?)?;
        self.answer("noise", &fit.noise(Default::default())?)?;
        let units = UnitAnalysis::new().of(&fit)?.sorted_by("remainder")?;
        self.answer("units", &units)?;
        self.answer("contributions", &fit.contributions()?.by_unit()?)?;
        let (count, population, per) = cli::england::COUNTS;
        let counts = UnitCounts::of(panel, count, population, 2011..=2018)?;
        self.answer("funnel", &Funnel::of(&counts, &FunnelTarget::Crude)?)?;
        self.answer("change", &ChangeAnalysis::new().counts(population, per).of(&fit, 2011, 2018)?)?;
        let asked = apportion::findings::Sensitivity::new(model.clone()).outcomes(["log(cpp_rate)"]);
        let curve = asked.windows(2011..=2018, 6..=8).all_orders().of(panel)?;
        self.answer("specifications", &curve)?;
        self.answer("regressions", &regressions(panel, columns)?)?;
        self.answer("summary", &panel.summary())?;
        self.answer("description", &panel.describe_columns(&["cpp_rate", columns[0]])?)?;
        self.chart("coverage", &Chart::coverage(panel)?)?;
        self.chart("over_time", &Chart::over_time(panel, "cpp_rate")?)?;
        self.report(&fit, &findings, &units)?;
        Ok(self.written)
    }

    /// An answer in every form.
    fn answer<A: Answer + serde::Serialize + ?Sized>(&mut self, name: &str, answer: &A) -> Result<()> {
        let tables = answer.tables();
        self.write(&format!("{name}.txt"), &format!("{}\n\n{}\n", tables.to_text(), said(answer)))?;
        self.write(&format!("{name}.md"), &tables.to_markdown())?;
        self.write(&format!("{name}.tex"), &tables.to_latex())?;
        self.write(&format!("{name}.csv"), &tables.to_csv())?;
        self.write(&format!("{name}.table.html"), &tables.to_html())?;
        self.write(&format!("{name}.json"), &AnswerDocument::new(answer).to_json()?)?;
        for (at, (_, chart)) in answer.charts().iter().enumerate() {
            let number = if at == 0 { String::new() } else { format!("_{}", at + 1) };
            self.chart(&format!("{name}{number}"), chart)?;
        }
        Ok(())
    }

    fn chart(&mut self, name: &str, chart: &Chart) -> Result<()> {
        self.write(&format!("{name}.svg"), &chart.to_svg())
    }

    fn report(
        &mut self,
        fit: &FittedModel,
        findings: &apportion::findings::Findings,
        units: &dyn Answer,
    ) -> Result<()> {
        let page = Report::html(fit, findings).add("Authorities", units);
        self.written += page.write_to(self.directory.join("report.html"))?.len();
        Ok(())
    }

    fn write(&mut self, name: &str, text: &str) -> Result<()> {
        let file = self.directory.join(name);
        fs::write(&file, text).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        self.written += 1;
        Ok(())
    }
}

/// The same columns by two estimators, side by side.
fn regressions(panel: &Panel, columns: &[&str; 2]) -> Result<RegressionTable> {
    let of = |estimator| {
        let regression = PanelRegression::new("cpp_rate", *columns).estimator(estimator);
        regression.fit(panel)?.coefficients(&Covariance::cluster())
    };
    let (pooled, within) = (of(Estimator::Pooled)?, of(Estimator::Within)?);
    Ok(RegressionTable::new([("pooled", &pooled), ("within", &within)]))
}
