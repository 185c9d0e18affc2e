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
use crate::report::units::method_in_words;
use crate::report::words::{in_brackets, listed, per_cent, per_cent_within};

/// What prints as no more than zero is none.
const LEAST_SEEN: f64 = 5e-4;

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
            format!("{share}{lies} {}", self.place(at))
        };
        let parts: Vec<String> = self.levels.iter().enumerate().map(part).collect();
        let mut said = vec![format!(
            "Of the variation of {}{}, {}.",
            self.outcome,
            in_brackets(self.interval.as_ref()),
            listed(&parts)
        )];
        // Where nothing varies there is nothing to go with it.
        for (at, level) in self.levels.iter().enumerate().filter(|(_, level)| level.part_of_total > 1e-9) {
            let Some(breakdown) = level.methods.first() else { continue };
            let of_level = |share: &LevelShare| per_cent_within(share.share_of_level, share.interval_of_level.as_ref());
            let is_seen = |share: &&LevelShare| share.share_of_level > LEAST_SEEN;
            let first = breakdown.components.iter().max_by(|a, b| a.share_of_level.total_cmp(&b.share_of_level));
            let (place, method) = (self.place(at), breakdown.method.name());
            let mut told = match first.filter(is_seen) {
                Some(first) => {
                    format!("Of what lies {place}, {} goes with most, {} ({method})", first.name, of_level(first))
                }
                None => format!("Of what lies {place}, no component goes with any ({method})"),
            };
            told += &match Some(&breakdown.unexplained).filter(is_seen) {
                Some(unexplained) => format!("; {} goes with nothing in the model.", of_level(unexplained)),
                None => "; nothing is left unexplained.".to_string(),
            };
            let worse = breakdown.components.iter().filter(|share| share.share_of_level < -LEAST_SEEN);
            let worse: Vec<&str> = worse.map(|share| share.name.as_str()).collect();
            if !worse.is_empty() {
                told += &format!(" With {} this level is fitted worse than without.", listed(&worse));
            }
            said.push(told);
        }
        if let Some(icc) = self.intraclass_correlation {
            said.push(format!("Two periods of one unit correlate by {icc:.2}."));
        }
        said.push("A share is what goes with a component, not what it causes.".to_string());
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
    /// Where the level at this place lies, from the outermost in.
    fn place(&self, at: usize) -> String {
        let outer = at.checked_sub(1).and_then(|outer| self.nested_in.get(outer));
        match (self.nested_in.get(at), outer) {
            (Some(group), None) => format!("between groups of units by {group}"),
            (Some(group), Some(outer)) => format!("between groups by {group} within one of {outer}"),
            (None, Some(outer)) => format!("between units within one {outer}"),
            (None, None) if at == 0 => "between units".to_string(),
            (None, None) => "within units over time".to_string(),
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
