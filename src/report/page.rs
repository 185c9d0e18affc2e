//! How does an analysis become a page that can be sent to somebody?
//!
//! One file of HTML that asks for nothing else: no font, no script and no picture from elsewhere.

mod code;
mod explain;
mod markup;
mod section;

use std::path::{Path, PathBuf};

use self::section::Section;
use super::Report;
use super::answer::Answer;
#[cfg(feature = "charts")]
use super::chart::Chart;
use super::table::Table;
use crate::counts::FittedCounts;
use crate::error::{DataError, Result};
use crate::findings::Findings;
use crate::fit::FittedModel;
use crate::model::{Design, Model};

/// Rows from which on a table stands in a file of its own beside the page.
const MOST_ROWS: usize = 500;

impl Report {
    /// The page of an analysis: what was asked, of which rows; the shares with a chart and what they say; the methods, the
    /// range over orders, changing coefficients and comparisons as far as they were asked for; what the methods are, in plain
    /// English; warnings, where the data come from, and the code to run it again.
    ///
    /// What else was computed is added to the page: [`HtmlPage::add`].
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::{Analysis, UnitAnalysis};
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel, Report, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
    /// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
    /// let findings = Analysis::new().order_range().of(&fit)?;
    /// let units = UnitAnalysis::new().of(&fit)?;
    ///
    /// let page = Report::html(&fit, &findings).title("What goes with plan rates?").add("Authorities", &units);
    /// let html = page.to_html();
    /// assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">") && html.contains("<h2 id=\"authorities\">"));
    /// assert!(!html.contains("http://") || html.contains("http://www.w3.org/2000/svg"), "nothing is fetched");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn html(fit: &FittedModel, findings: &Findings) -> HtmlPage {
        HtmlPage::of(fit.model(), fit.design(), findings)
    }

    /// The same of a model of counts, whose deviance is split.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::Analysis;
    /// use apportion::model::Family;
    /// use apportion::{Model, Panel, Report};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).family(Family::Poisson).fit_counts(&panel)?;
    /// let html = Report::html_of_counts(&fit, &Analysis::new().of_counts(&fit)?).to_html();
    /// assert!(html.contains("What goes with the deviance of y?") && html.contains("model.fit_counts(panel)?"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn html_of_counts(fit: &FittedCounts, findings: &Findings) -> HtmlPage {
        HtmlPage::of(fit.model(), fit.design(), findings)
    }
}

/// A page of HTML on an analysis, which [`Report::html`] begins and to which answers are added.
///
/// It is valid HTML and works by keyboard and with a screen reader; without scripts only sorting and filtering are missing.
/// Everything that comes from data is escaped.
///
/// # Examples
/// See [`Report::html`].
#[derive(Debug, Clone)]
pub struct HtmlPage {
    title: String,
    lead: Vec<String>,
    before: Vec<Section>,
    added: Vec<Section>,
    after: Vec<Section>,
    warnings: Vec<String>,
}

impl HtmlPage {
    /// A page of this title with nothing on it yet: for answers that are of no fit.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::HtmlPage;
    /// use apportion::Panel;
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 4.0]).build()?;
    /// let html = HtmlPage::new("A panel").add("At a glance", &panel.summary()).to_html();
    /// assert!(html.contains("<h2 id=\"at-a-glance\">At a glance</h2><p>The panel has 3 rows"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn new(title: impl Into<String>) -> Self {
        HtmlPage {
            title: title.into(),
            lead: Vec::new(),
            before: Vec::new(),
            added: Vec::new(),
            after: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn of(model: &Model, design: &Design, findings: &Findings) -> Self {
        let said = findings.sentences();
        let split = if model.family.is_of_counts() { "deviance" } else { "variation" };
        let mut page = HtmlPage {
            lead: said.into_iter().take(1).collect(),
            before: vec![Section::question(model, design)],
            warnings: findings.warnings.iter().map(ToString::to_string).collect(),
            ..HtmlPage::new(format!("What goes with the {split} of {}?", findings.outcome))
        };
        let breakdowns = &findings.methods.breakdowns;
        page.warnings.extend(super::document::warnings(breakdowns));
        let left_out = findings.left_out.iter().chain(&findings.methods.left_out);
        page.warnings.extend(left_out.map(|left| format!("left out: {}", left.reason)));
        page.before.extend(section::of_findings(findings));
        page.after = vec![
            explain::methods(findings),
            section::provenance(design, findings),
            code::section(model, design, findings),
        ];
        let mut once: Vec<String> = Vec::new();
        for warning in page.warnings {
            if !once.contains(&warning) {
                once.push(warning);
            }
        }
        HtmlPage { warnings: once, ..page }
    }

    /// Under another title. Default: "What goes with the variation of …?"
    ///
    /// # Examples
    /// See [`Report::html`].
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// With a paragraph of your own below the title, before what the numbers say.
    ///
    /// # Examples
    /// ```
    /// # use apportion::findings::Analysis;
    /// # use apportion::{Model, Panel, Report};
    /// # let panel = Panel::builder().column("y", [1.0, 2.0, 4.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// # let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// # let findings = Analysis::new().of(&fit)?;
    /// let html = Report::html(&fit, &findings).lead("Made for the committee.").to_html();
    /// assert!(html.contains("<p class=\"lead\">Made for the committee.</p>"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    #[must_use]
    pub fn lead(mut self, paragraph: impl Into<String>) -> Self {
        let place = self.lead.len().saturating_sub(1);
        self.lead.insert(place, paragraph.into());
        self
    }

    /// With a section on an answer: what it says, its charts with the feature `charts`, and its tables, the first open and the
    /// others folded. A table of more
    /// than fifty rows can be sorted and filtered; one of more than 500 stands in a file beside the page.
    ///
    /// # Examples
    /// See [`Report::html`].
    #[must_use]
    pub fn add(mut self, heading: impl Into<String>, answer: &(impl Answer + ?Sized)) -> Self {
        self.added.push(Section::of(heading, answer));
        self
    }

    /// With one more chart in the section that was added last, or that of the shares where none was; `caption` says what is to be
    /// seen in it. What it draws stands in the tables of the section, and in words for who does not see it.
    ///
    /// # Examples
    /// ```
    /// # use apportion::findings::{Analysis, UnitAnalysis};
    /// # use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// # use apportion::report::chart::Chart;
    /// # use apportion::{Model, Panel, Report};
    /// # let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// # let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// # let findings = Analysis::new().of(&fit)?;
    /// let units = UnitAnalysis::new().of(&fit)?;
    /// let page = Report::html(&fit, &findings).add("Authorities", &units);
    /// let html = page.chart("The same without a title.", &Chart::units(&units)?).to_html();
    /// assert!(html.contains("<figcaption>The same without a title."));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    #[cfg(feature = "charts")]
    #[must_use]
    pub fn chart(mut self, caption: impl Into<String>, chart: &Chart) -> Self {
        let section = self.added.last_mut().or(self.before.last_mut());
        if let Some(section) = section {
            section.charts.push((caption.into(), chart.clone()));
        }
        self
    }

    /// The page as one text. Tables of more than 500 rows are left to [`write_to`](Self::write_to), and here have a line
    /// that says where they would be.
    ///
    /// # Examples
    /// See [`Report::html`].
    pub fn to_html(&self) -> String {
        self.markup("report").into_string()
    }

    /// Writes the page, and beside it a CSV for each table of more than 500 rows; says which files these are.
    ///
    /// # Errors
    /// [`DataError::Write`] where a file cannot be written.
    ///
    /// # Examples
    /// ```
    /// # use apportion::findings::Analysis;
    /// # use apportion::{Model, Panel, Report};
    /// # let panel = Panel::builder().column("y", [1.0, 2.0, 4.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// # let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// # let findings = Analysis::new().of(&fit)?;
    /// let file = std::env::temp_dir().join(format!("apportion-{}.html", std::process::id()));
    /// let written = Report::html(&fit, &findings).write_to(&file)?;
    /// assert_eq!(written, [file.clone()]);
    /// # std::fs::remove_file(file).map_err(apportion::Error::other)?;
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn write_to(&self, path: impl AsRef<Path>) -> Result<Vec<PathBuf>> {
        let path = path.as_ref();
        let stem = path.file_stem().map_or("report".into(), |stem| stem.to_string_lossy());
        let mut written = vec![path.to_path_buf()];
        write(path, &self.markup(&stem).into_string())?;
        for (id, section) in self.sections() {
            for table in section.long_tables() {
                let file = path.with_file_name(file_of(&stem, &id, table));
                write(&file, &table.to_csv())?;
                written.push(file);
            }
        }
        Ok(written)
    }

    /// The sections with their ids, those of the same heading told apart by a number.
    fn sections(&self) -> Vec<(String, &Section)> {
        let mut known: Vec<(String, &Section)> = Vec::new();
        for section in self.before.iter().chain(&self.added).chain(&self.after) {
            let slug = section::slug(&section.heading);
            // "main" and "warnings" are the page's own.
            let is_taken = |id: &String| id == "main" || id == "warnings" || known.iter().any(|(own, _)| own == id);
            let mut id = slug.clone();
            let mut number = 2;
            while is_taken(&id) {
                id = format!("{slug}-{number}");
                number += 1;
            }
            known.push((id, section));
        }
        known
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|source| DataError::Write { path: path.display().to_string(), source }.into())
}

/// The name of the file that has a table of the section of this id.
fn file_of(stem: &str, id: &str, table: &Table) -> String {
    format!("{stem}-{id}-{}.csv", section::slug(&table.name))
}
