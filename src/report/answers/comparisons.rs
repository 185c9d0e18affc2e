//! Which components rank before which, and what leaving a unit out does to shares.

use std::collections::BTreeSet;

use super::{level_heading, row, with_interval};
use crate::report::answer::{Answer, Origin};
use crate::report::breakdown::how_made_of;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::{level, percent};
use crate::report::units::method_in_words;
use crate::report::words::{is_or_are, per_cent};
use crate::resample::{Comparison, Difference, Rank, ShareInfluence};

impl Answer for Comparison {
    fn kind(&self) -> &'static str {
        "comparison"
    }

    fn tables(&self) -> Tables {
        let heading = level_heading(self.interval.level);
        let drawn = !self.interval.kind.leaves_out();
        let rank = |rank: &Rank| {
            let corrected = rank.corrected.as_ref();
            row([
                Cell::from(&rank.name),
                Cell::from(rank.rank),
                Cell::from([rank.lower, rank.upper]),
                // How often a component is first when one unit is left out is no probability of anything.
                Cell::from(drawn.then_some(rank.first)),
                Cell::from(corrected.map(|c| c.rank)),
                Cell::from(corrected.map(|c| [c.lower, c.upper])),
            ])
        };
        let ranks = Table::new("ranks", "ranks, 1 the largest share")
            .column("name", "component", Format::Text)
            .column("rank", "rank", Format::Whole)
            .range(["lower", "upper"], heading.as_str(), Format::Whole)
            .column("first", "first, %", Format::Percent)
            .column("corrected_rank", "rank, chance out", Format::Whole)
            .range(["corrected_lower", "corrected_upper"], heading.as_str(), Format::Whole)
            .rows(self.ranks.iter().map(rank));
        let difference = |d: &Difference| {
            let corrected = d.corrected.as_ref();
            row([
                Cell::from(&d.first),
                Cell::from(&d.second),
                Cell::from(d.difference),
                Cell::from(d.interval.std_error),
                Cell::from(d.interval),
                Cell::from(d.exceeds),
                Cell::from(corrected.map(|c| c.difference)),
                Cell::from(corrected.map(|c| [c.lower, c.upper])),
            ])
        };
        let table = Table::new("differences", "the first's share less the second's, in points of the total")
            .column("first", "first", Format::Text)
            .column("second", "second", Format::Text)
            .column("difference", "points", Format::Percent);
        let differences = with_interval(table, &heading, Format::Percent)
            .column("exceeds", "first exceeds, %", Format::Percent)
            .column("corrected_difference", "chance out", Format::Percent)
            .range(["corrected_lower", "corrected_upper"], heading.as_str(), Format::Percent)
            .rows(self.differences.iter().map(difference));
        let title = format!("Ranks and differences, {}", method_in_words(&self.method));
        Tables::new(title, [ranks.without_empty_columns(), differences.without_empty_columns()])
            .notes([how_made_of(&self.interval, "cluster")])
    }

    fn sentences(&self) -> Vec<String> {
        let apart = |d: &&Difference| d.interval.lower > 0.0 || d.interval.upper < 0.0;
        let told: Vec<&Difference> = self.differences.iter().filter(apart).collect();
        let n = self.differences.len();
        let Some(largest) = self.differences.iter().max_by(|a, b| a.difference.abs().total_cmp(&b.difference.abs()))
        else {
            return vec!["There is one component only, and nothing to compare.".to_string()];
        };
        let (more, less, sign) = match largest.difference >= 0.0 {
            true => (&largest.first, &largest.second, 1.0),
            false => (&largest.second, &largest.first, -1.0),
        };
        let mut ends = [sign * largest.interval.lower, sign * largest.interval.upper];
        ends.sort_by(f64::total_cmp);
        let at = level(self.interval.level);
        let mut said = vec![format!(
            "{more} has {} points of the variation more than {less} ({at} interval {} to {}), the largest difference of two \
             components.",
            percent(largest.difference.abs()),
            percent(ends[0]),
            percent(ends[1])
        )];
        said.push(match (told.len(), n) {
            (0, _) => "No two components are told apart: every interval reaches zero.".to_string(),
            (all, n) if all == n => "Every two components are told apart: no interval reaches zero.".to_string(),
            (some, n) => format!(
                "Of {n} pairs of components {some} {} told apart; the intervals of the others reach zero.",
                is_or_are(some)
            ),
        });
        said
    }

    fn origin(&self) -> Origin {
        Origin::default().seeded(self.interval.seed)
    }
}

impl Answer for [Comparison] {
    fn kind(&self) -> &'static str {
        "comparisons"
    }

    fn tables(&self) -> Tables {
        let tables = self.iter().enumerate().flat_map(|(at, comparison)| {
            let name = called(self, at);
            comparison.tables().tables.into_iter().map(move |mut table| {
                table.name = format!("{}_{}", table.name, name.replace(", ", "_"));
                table.caption = format!("{name}: {}", table.caption);
                table
            })
        });
        let notes = self.iter().map(|comparison| how_made_of(&comparison.interval, "cluster"));
        Tables::new("Ranks and differences", tables).notes(notes.collect::<BTreeSet<_>>())
    }

    fn sentences(&self) -> Vec<String> {
        let of = |(at, comparison): (usize, &Comparison)| {
            let mut said = comparison.sentences();
            if let Some(first) = said.first_mut() {
                *first = format!("By {}, {first}", called(self, at));
            }
            said
        };
        self.iter().enumerate().flat_map(of).collect()
    }

    fn origin(&self) -> Origin {
        Origin::default().seeded(self.iter().find_map(|comparison| comparison.interval.seed))
    }
}

/// The method of the one at this place; where it stands for several kinds of intervals, with the kind, and where these are
/// alike too, with a number.
fn called(all: &[Comparison], at: usize) -> String {
    let Some(own) = all.get(at) else { return String::new() };
    let of_method = |other: &&Comparison| other.method == own.method;
    let name = own.method.name();
    let alike = |other: &&Comparison| other.method.name() == name && other.interval.kind == own.interval.kind;
    let before = all[..at].iter().filter(alike).count();
    match (all.iter().filter(of_method).count(), before) {
        (1, 0) => name.to_string(),
        (_, 0) => format!("{name}, {}", own.interval.kind.name()),
        (_, before) => format!("{name}, {}, {}", own.interval.kind.name(), before + 1),
    }
}

impl Answer for ShareInfluence {
    fn kind(&self) -> &'static str {
        "share_influence"
    }

    fn tables(&self) -> Tables {
        std::slice::from_ref(self).tables()
    }

    fn sentences(&self) -> Vec<String> {
        std::slice::from_ref(self).sentences()
    }
}

impl Answer for [ShareInfluence] {
    fn kind(&self) -> &'static str {
        "share_influences"
    }

    fn tables(&self) -> Tables {
        let table = Table::new("influence", "")
            .column("without", "without", Format::Text)
            .column("name", "component", Format::Text)
            .column("share_of_total", "share of total, %", Format::Percent)
            .column("change", "change, points", Format::Percent);
        let rows = self.iter().flat_map(|unit| {
            unit.shares.iter().map(|share| {
                row([
                    Cell::from(&unit.without),
                    Cell::from(&share.name),
                    Cell::from(share.share_of_total),
                    Cell::from(share.change),
                ])
            })
        });
        Tables::new("Shares without each unit", [table.rows(rows)])
    }

    fn sentences(&self) -> Vec<String> {
        let shares = self.iter().flat_map(|unit| unit.shares.iter().map(move |share| (unit, share)));
        let Some((unit, share)) = shares.max_by(|a, b| a.1.change.abs().total_cmp(&b.1.change.abs())) else {
            return vec!["Without any of these the outcome does not vary.".to_string()];
        };
        let n = self.len();
        let of =
            if n > 1 { format!("Of {n} units {} moves shares most: without", unit.without) } else { "Without".into() };
        let what = if n > 1 { "it".to_string() } else { unit.without.clone() };
        let (verb, by) = if share.change < 0.0 { ("falls", -share.change) } else { ("rises", share.change) };
        vec![format!(
            "{of} {what} the share of {} {verb} by {} points, to {}.",
            share.name,
            percent(by),
            per_cent(share.share_of_total)
        )]
    }
}
