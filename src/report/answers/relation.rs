//! How two things go together.

use super::{level_heading, row, warned};
use crate::findings::{Association, CorrelationEstimate, Relation};
use crate::report::answer::Answer;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::{counted, level};

/// The correlations of a relation: where, of what kind, how large.
fn estimates(relation: &Relation) -> impl Iterator<Item = (&'static str, &'static str, CorrelationEstimate)> {
    relation.levels().into_iter().flat_map(|(place, of)| {
        [("pearson", of.pearson), ("spearman", of.spearman)]
            .into_iter()
            .filter_map(move |(kind, own)| Some((place, kind, own?)))
    })
}

impl Answer for Relation {
    fn kind(&self) -> &'static str {
        "relation"
    }

    fn tables(&self) -> Tables {
        std::slice::from_ref(self).tables()
    }

    fn sentences(&self) -> Vec<String> {
        std::slice::from_ref(self).sentences()
    }
}

impl Answer for [Relation] {
    fn kind(&self) -> &'static str {
        "relations"
    }

    fn tables(&self) -> Tables {
        let at = self.first().map_or(0.95, |relation| relation.level);
        let table = Table::new("correlations", "")
            .column("first", "first", Format::Text)
            .column("second", "second", Format::Text)
            .column("level", "level", Format::Text)
            .column("kind", "kind", Format::Text)
            .column("correlation", "correlation", Format::Significant)
            .column("std_error", "std. error", Format::Significant)
            .range(["lower", "upper"], level_heading(at), Format::Significant);
        let rows = self.iter().flat_map(|relation| {
            estimates(relation).map(|(place, kind, of)| {
                row([
                    Cell::from(&relation.first),
                    Cell::from(&relation.second),
                    Cell::from(place),
                    Cell::from(kind),
                    Cell::from(of.correlation),
                    Cell::from(of.interval.std_error),
                    Cell::from(of.interval),
                ])
            })
        });
        let title = match self {
            [only] => {
                let (rows, units) = (counted(only.n_observations, "row"), counted(only.n_units, "unit"));
                format!("{} and {}, {rows} of {units}", only.first, only.second)
            }
            several => counted(several.len(), "relation"),
        };
        let mut notes: Vec<String> = Vec::new();
        for relation in self {
            let said =
                relation.left_out.iter().map(|left| format!("left out: {left}")).chain(warned(&relation.warnings));
            for note in said.map(|note| format!("{} and {}: {note}", relation.first, relation.second)) {
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        let panel = self.first().and_then(|relation| relation.panel.clone());
        Tables::new(title, [table.rows(rows)]).about(panel).notes(notes)
    }

    fn sentences(&self) -> Vec<String> {
        let number = |x: f64| format!("{x:.2}").replace("-0.00", "0.00");
        let told = |relation: &Relation| {
            let of = |(place, association): (&str, &Association)| {
                let Some(CorrelationEstimate { correlation, interval }) = association.spearman else {
                    return format!("{place} nothing can be said");
                };
                let ends = format!("{} to {}", number(interval.lower), number(interval.upper));
                let so = match (interval.lower > 0.0, interval.upper < 0.0) {
                    (true, _) => "they rise together",
                    (_, true) => "one falls as the other rises",
                    _ => "they show no relation beyond chance",
                };
                format!("{place} {so} ({}, {ends})", number(correlation))
            };
            let places = [
                ("over all", &relation.overall),
                ("between units", &relation.between),
                ("within units over time", &relation.within),
            ];
            let (first, second, at) = (&relation.first, &relation.second, level(relation.level));
            match places.iter().all(|(_, association)| association.spearman.is_none()) {
                true => format!("How {first} and {second} go together could not be told."),
                false => {
                    let parts = places.map(of).join("; ");
                    format!("{first} and {second}, by rank correlations with {at} intervals: {parts}.")
                }
            }
        };
        let mut said: Vec<String> = self.iter().map(told).collect();
        said.push("That two things go together does not say that one comes of the other.".to_string());
        said
    }
}
