//! The sections of a page.

use crate::decompose::Breakdown;
use crate::findings::Findings;
use crate::model::{Component, Design, Model};
use crate::report::answer::{Answer, SCHEMA_VERSION};
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::document::called;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;

/// A part of a page under its heading.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) heading: String,
    /// Paragraphs.
    pub(super) said: Vec<String>,
    /// Charts with their captions.
    #[cfg(feature = "charts")]
    pub(super) charts: Vec<(String, Chart)>,
    pub(super) tables: Option<Tables>,
    /// Terms and what they mean, each with where that is from.
    pub(super) terms: Vec<(String, String)>,
    pub(super) code: Option<String>,
    /// Whether all tables are open, and not the first alone.
    pub(super) is_open: bool,
}

impl Section {
    pub(super) fn new(heading: impl Into<String>) -> Self {
        Section {
            heading: heading.into(),
            said: Vec::new(),
            #[cfg(feature = "charts")]
            charts: Vec::new(),
            tables: None,
            terms: Vec::new(),
            code: None,
            is_open: false,
        }
    }

    /// What an answer says, and its tables.
    pub(super) fn of(heading: impl Into<String>, answer: &(impl Answer + ?Sized)) -> Self {
        Section {
            said: answer.sentences(),
            tables: Some(answer.tables()),
            #[cfg(feature = "charts")]
            charts: answer.charts().into_iter().map(|(what, chart)| (what.to_string(), chart)).collect(),
            ..Section::new(heading)
        }
    }

    /// What was asked, and of which rows.
    pub(super) fn question(model: &Model, design: &Design) -> Self {
        let terms = |component: &Component| {
            let texts: Vec<String> = component.terms.iter().map(ToString::to_string).collect();
            vec![Cell::from(&component.name), Cell::from(texts.join(", "))]
        };
        let always: Vec<String> = model.always_terms().iter().map(ToString::to_string).collect();
        let always = (!always.is_empty())
            .then(|| vec![Cell::from("always in, credited to nobody"), Cell::from(always.join(", "))]);
        let [title, of] = match model.family.is_of_counts() {
            true => ["what the deviance is split among", "the deviance of"],
            false => ["what the variation is split among", "the variation in"],
        };
        let components = Table::new("model", title)
            .column("name", "component", Format::Text)
            .column("terms", "terms", Format::Text)
            .rows(always)
            .rows(model.components().iter().map(terms));
        let rows = design.sample.tables();
        let asked = format!(
            "How much of {of} {} over units and periods goes with each of these causes, and how sure is that?",
            design.outcome_name
        );
        let mut tables = Tables::new("", [components]);
        tables.tables.extend(rows.tables);
        let said =
            [asked].into_iter().chain(design.sample.sentences()).chain(design.panel.description().map(str::to_string));
        Section { said: said.collect(), tables: Some(tables), is_open: true, ..Section::new("Question and sample") }
    }

    /// The tables that stand in files of their own.
    pub(super) fn long_tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter().flat_map(|tables| &tables.tables).filter(|table| table.rows.len() > super::MOST_ROWS)
    }
}

/// The answers among the findings, each as a section.
pub(super) fn of_findings(findings: &Findings) -> Vec<Section> {
    let breakdowns = &findings.methods.breakdowns;
    // A table of all methods shows their shares: of the first alone it is said what they are.
    let shown = if findings.is_table { breakdowns.len().min(1) } else { breakdowns.len() };
    let heading = |at: usize, breakdown: &Breakdown| match at {
        0 => "Shares".to_string(),
        _ => format!("Shares, {}", called(breakdown, breakdowns)),
    };
    let shares = breakdowns.iter().take(shown).enumerate();
    let mut sections: Vec<Section> = shares.map(|(at, of)| Section::of(heading(at, of), of)).collect();
    // It is of the fit, and the same in every breakdown.
    let noise = breakdowns.iter().find_map(|breakdown| breakdown.noise.as_ref());
    sections.extend(noise.map(|noise| Section::of("Noise within units", noise)));
    if breakdowns.len() > 1 {
        sections.push(Section::of("Methods", &findings.methods));
    }
    sections.extend(findings.order_range.iter().map(|range| Section::of("The order of entry", range)));
    sections.extend(findings.gelbach.iter().map(|gelbach| Section::of("Coefficients that change", gelbach)));
    if !findings.comparisons.is_empty() {
        sections.push(Section::of("Ranks and differences", findings.comparisons.as_slice()));
    }
    sections
}

/// Where the numbers come from.
pub(super) fn provenance(design: &Design, findings: &Findings) -> Section {
    let lineage = &design.lineage;
    let columns = Table::new("columns", "where the columns come from")
        .column("name", "column", Format::Text)
        .column("provenance", "from", Format::Text)
        .rows(
            lineage
                .columns
                .iter()
                .map(|column| vec![Cell::from(&column.column), Cell::from(column.provenance.to_string())]),
        );
    let mut said =
        vec![format!("Made by apportion {} (documents in layout {SCHEMA_VERSION}).", env!("CARGO_PKG_VERSION"))];
    said.extend(design.panel.description().map(str::to_string));
    let seed = findings.methods.breakdowns.iter().find_map(|breakdown| breakdown.interval.as_ref()?.seed);
    said.extend(seed.map(|seed| format!("Random draws begin from the seed {seed}, and are the same each time.")));
    said.extend(lineage.steps.iter().map(|step| format!("Done to the panel: {step}.")));
    Section { said, tables: Some(Tables::new("", [columns])), ..Section::new("Provenance") }
}

/// A name for an address: letters and digits of ASCII, the others as a dash.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        match c.is_ascii_alphanumeric() {
            true => slug.push(c.to_ascii_lowercase()),
            false if !slug.ends_with('-') && !slug.is_empty() => slug.push('-'),
            false => {}
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "section".to_string() } else { slug.to_string() }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn addresses_are_plain() {
        assert_eq!(["R² & <b>", "東京", "a  b-"].map(slug), ["r-b", "section", "a-b"]);
    }
}
