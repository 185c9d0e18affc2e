//! Where variation lies, between whom and over time, and what explains it there.

use super::{counts, interval_cells, interval_heading, row, warned, with_interval};
use crate::decompose::{Level, LevelShare, Levels};
#[cfg(feature = "charts")]
use crate::report::answer::drawn;
use crate::report::answer::{Answer, Origin};
use crate::report::breakdown::{how_made, left_out};
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::percent;
use crate::report::units::method_in_words;
use crate::report::words::{in_brackets, listed, per_cent, per_cent_within};

impl Answer for Levels {
    fn kind(&self) -> &'static str {
        "levels"
    }

    fn tables(&self) -> Tables {
        let heading = interval_heading(self.interval.as_ref());
        let parts = Table::new("levels", "part of the total at each level")
            .column("level", "level", Format::Text)
            .column("part_of_total", "part of total, %", Format::Percent);
        let parts = with_interval(parts, &heading, Format::Percent).rows(self.levels.iter().map(|level| {
            let [error, ends] = interval_cells(level.interval.as_ref());
            row([Cell::from(&level.name), Cell::from(level.part_of_total), error, ends])
        }));
        let methods = self.levels.first().map_or(0, |level| level.methods.len());
        let mut tables = vec![parts.without_empty_columns()];
        tables.extend((0..methods).map(|method| self.shares(method, &heading)));
        let names: Vec<&str> = self.levels.iter().map(|level| level.name.as_str()).collect();
        let apart = [
            ("R² between units, slopes of its own", self.between_own_slopes.map(per_cent)),
            ("R² within units, slopes of its own", self.within_own_slopes.map(per_cent)),
            ("intraclass correlation", self.intraclass_correlation.map(|icc| format!("{icc:.3}"))),
        ];
        let apart =
            apart.into_iter().filter_map(|(what, found)| Some(format!("beside the shares: {what}: {}", found?)));
        Tables::new(format!("{}, levels: {}", self.outcome, names.join(", ")), tables)
            .about([counts(&self.sample)])
            .about(self.panel.clone())
            .notes(self.interval.iter().map(|interval| how_made(interval, &self.sample)))
            .notes(apart)
            .notes(left_out(&self.sample))
            .notes(warned(&self.warnings))
    }

    fn sentences(&self) -> Vec<String> {
        let part = |(at, level): (usize, &Level)| {
            let lies = if at == 0 { " lies" } else { "" };
            let share = per_cent_within(level.part_of_total, level.interval.as_ref());
            format!("{share}{lies} {}", self.in_words(level))
        };
        let parts: Vec<String> = self.levels.iter().enumerate().map(part).collect();
        let mut said = vec![format!(
            "Of the variation of {}{}, {}.",
            self.outcome,
            in_brackets(self.interval.as_ref()),
            listed(&parts)
        )];
        for level in &self.levels {
            let Some(breakdown) = level.methods.first() else { continue };
            let Some(first) = breakdown.components.iter().max_by(|a, b| a.share_of_level.total_cmp(&b.share_of_level))
            else {
                continue;
            };
            said.push(format!(
                "Of what lies {}, {} goes with {}% and nothing in the model with {}% ({}).",
                self.in_words(level),
                first.name,
                percent(first.share_of_level),
                percent(breakdown.unexplained.share_of_level),
                breakdown.method.name()
            ));
        }
        said
    }

    fn origin(&self) -> Origin {
        Origin::of_sample(&self.sample).seeded(self.interval.as_ref().and_then(|interval| interval.seed))
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        drawn("Where the variation lies, and what goes with it there.", Chart::levels(self)).into_iter().collect()
    }
}

impl Levels {
    /// Where a level is, in words.
    fn in_words(&self, level: &Level) -> String {
        match level.name.as_str() {
            "between" => "between units".to_string(),
            "within" => "within units over time".to_string(),
            "unit_in_region" if self.nested_in.len() == 1 => format!("between units of the same {}", self.nested_in[0]),
            name if self.nested_in.iter().any(|nested| nested == name) => format!("between values of {name}"),
            name => format!("at the level {name}"),
        }
    }

    /// The shares of one method, level by level.
    fn shares(&self, method: usize, heading: &str) -> Table {
        let own = || self.levels.iter().filter_map(|level| Some((level, level.methods.get(method)?)));
        let called = own().next().map(|(_, breakdown)| (breakdown.method.name(), method_in_words(&breakdown.method)));
        let (name, caption) = called.unwrap_or_default();
        let table = Table::new(name, caption)
            .column("level", "level", Format::Text)
            .column("name", "component", Format::Text)
            .column("share_of_total", "share of total, %", Format::Percent);
        let table = with_interval(table, heading, Format::Percent)
            .column("share_of_level", "share of level, %", Format::Percent)
            .column("level_std_error", "std. error", Format::Percent)
            .range(["level_lower", "level_upper"], heading, Format::Percent);
        let cells = |level: &Level, share: &LevelShare| {
            let ([error, ends], [level_error, level_ends]) =
                (interval_cells(share.interval.as_ref()), interval_cells(share.interval_of_level.as_ref()));
            row([
                Cell::from(&level.name),
                Cell::from(&share.name),
                Cell::from(share.share_of_total),
                error,
                ends,
                Cell::from(share.share_of_level),
                level_error,
                level_ends,
            ])
        };
        let rows = own().flat_map(|(level, breakdown)| breakdown.rows().map(move |share| cells(level, share)));
        table.rows(rows.collect::<Vec<_>>()).without_empty_columns()
    }
}
