//! Whose entry changes the coefficients of what is always in.

use super::{counts, interval_heading, row, warned};
use crate::decompose::{Gelbach, GelbachColumn, GelbachEstimate};
use crate::report::answer::{Answer, Origin};
use crate::report::estimates::Digits;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::words::{listed, per_cent};

fn number(x: f64) -> String {
    Digits::default().text(x)
}

impl Answer for Gelbach {
    fn kind(&self) -> &'static str {
        "gelbach"
    }

    fn tables(&self) -> Tables {
        let table = Table::new("changes", "")
            .column("column", "column", Format::Text)
            .column("part", "part", Format::Text)
            .column("estimate", "estimate", Format::Significant)
            .column("std_error", "std. error", Format::Significant)
            .column("share_of_change", "of change, %", Format::Percent)
            .column("share_of_base", "of base, %", Format::Percent)
            .range(["lower", "upper"], interval_heading(self.interval.as_ref()), Format::Significant);
        let line = |column: &GelbachColumn, part: &str, of: &GelbachEstimate, shares: [Option<f64>; 2]| {
            let [of_change, of_base] = shares.map(Cell::from);
            let numbers =
                [Cell::from(of.estimate), Cell::from(of.std_error), of_change, of_base, Cell::from(of.interval)];
            row([Cell::from(&column.name), Cell::from(part)].into_iter().chain(numbers))
        };
        let rows = self.columns.iter().flat_map(|column| {
            let mut rows = vec![line(column, "base", &column.base, [None; 2])];
            rows.extend(column.changes.iter().map(|change| {
                line(column, &change.component, &change.change, [change.share_of_change, change.share_of_base])
            }));
            rows.push(line(column, "total change", &column.total_change, [None; 2]));
            rows.push(line(column, "full", &column.full, [None; 2]));
            rows
        });
        let clusters = self.clusters.map_or(String::new(), |clusters| format!(" by {clusters} units"));
        let title = format!("{}, Gelbach: how the coefficients of always change", self.outcome);
        Tables::new(title, [table.rows(rows).without_empty_columns()])
            .about([format!("{}, std. errors: {}{clusters}", counts(&self.sample), self.covariance.name())])
            .about(self.panel.clone())
            .notes(warned(&self.warnings))
    }

    fn sentences(&self) -> Vec<String> {
        let told = |column: &GelbachColumn| {
            let (base, full) = (number(column.base.estimate), number(column.full.estimate));
            let change = &column.total_change;
            let mut parts: Vec<_> = column.changes.iter().collect();
            parts.sort_by(|a, b| b.change.estimate.abs().total_cmp(&a.change.estimate.abs()));
            let part = |part: &&crate::decompose::GelbachChange| {
                let share = part.share_of_change.map_or(String::new(), |share| format!(", {} of it", per_cent(share)));
                format!("{} {}{share}", part.component, number(part.change.estimate))
            };
            let parts: Vec<String> = parts.iter().map(part).collect();
            let (change, error) = (number(change.estimate), number(change.std_error));
            format!(
                "The coefficient of {} is {base} without the components and {full} with them; the change of {change} \
                 (std. error {error}) goes with {}.",
                column.name,
                listed(&parts)
            )
        };
        self.columns.iter().map(told).collect()
    }

    fn origin(&self) -> Origin {
        Origin::of_sample(&self.sample).seeded(self.interval.as_ref().and_then(|interval| interval.seed))
    }
}
