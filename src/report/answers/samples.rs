//! Two samples, and what is left of a sample.

use super::{counts, level_heading, row, warned, with_interval};
use crate::panel::Sample;
use crate::report::answer::{Answer, Origin};
use crate::report::breakdown::left_out;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::{counted, level, percent};
use crate::report::units::method_in_words;
use crate::report::words::sentence;
use crate::resample::{SampleDifferences, ShareDifference};

impl Answer for SampleDifferences {
    fn kind(&self) -> &'static str {
        "sample_differences"
    }

    fn tables(&self) -> Tables {
        let heading = level_heading(self.level);
        let share = |share: &ShareDifference| {
            let corrected = share.corrected.as_ref();
            row([
                Cell::from(&share.name),
                Cell::from(share.first),
                Cell::from(share.second),
                Cell::from(share.difference),
                Cell::from(share.interval.std_error),
                Cell::from(share.interval),
                Cell::from(corrected.map(|c| c.difference)),
                Cell::from(corrected.map(|c| c.std_error)),
                Cell::from(corrected.map(|c| [c.lower, c.upper])),
            ])
        };
        let table = Table::new("differences", "")
            .column("name", "component", Format::Text)
            .column("first", format!("{}, %", self.first.name), Format::Percent)
            .column("second", format!("{}, %", self.second.name), Format::Percent)
            .column("difference", "second less first, points", Format::Percent);
        let table = with_interval(table, &heading, Format::Percent)
            .column("corrected_difference", "chance out", Format::Percent)
            .column("corrected_std_error", "std. error", Format::Percent)
            .range(["corrected_lower", "corrected_upper"], heading, Format::Percent)
            .rows(self.shares().map(share))
            .closing(1)
            .without_empty_columns();
        let of = |of: &crate::resample::ComparedSample| {
            let name = of.name.clone();
            let left = left_out(&of.sample).chain(warned(&of.warnings)).collect::<Vec<_>>();
            left.into_iter().map(move |line| format!("{name}: {line}"))
        };
        let title = format!("{}, shares of two samples, {}", self.outcome, method_in_words(&self.method));
        let (first, second) = (&self.first, &self.second);
        Tables::new(title, [table])
            .about([format!("{}: {}", first.name, counts(&first.sample))])
            .about([format!("{}: {}", second.name, counts(&second.sample))])
            .about(self.panel.clone())
            .notes([format!("{} in both, which leave both together", counted(self.shared_clusters, "cluster"))])
            .notes(of(first).chain(of(second)))
    }

    fn sentences(&self) -> Vec<String> {
        let (first, second, at) = (&self.first.name, &self.second.name, level(self.level));
        let mut shares: Vec<&ShareDifference> = self.shares().collect();
        shares.sort_by(|a, b| b.difference.abs().total_cmp(&a.difference.abs()));
        let Some(largest) = shares.first() else { return Vec::new() };
        let mut said = vec![format!(
            "{} ({}) is {}% in {first} and {}% in {second}, {} points apart ({at} interval of second less first \
             {} to {}), the largest difference.",
            match largest.name == self.unexplained.name {
                true => "What is unexplained".to_string(),
                false => format!("The share of {}", largest.name),
            },
            self.method.name(),
            percent(largest.first),
            percent(largest.second),
            percent(largest.difference.abs()),
            percent(largest.interval.lower),
            percent(largest.interval.upper)
        )];
        // Where it is known, without what chance alone would give each of the two.
        let of = |share: &ShareDifference| match &share.corrected {
            Some(corrected) => [corrected.difference, corrected.lower, corrected.upper],
            None => [share.difference, share.interval.lower, share.interval.upper],
        };
        let told = shares.iter().filter_map(|share| {
            let [difference, lower, upper] = of(share);
            let more = match (lower > 0.0, upper < 0.0) {
                (true, _) => "more",
                (_, true) => "less",
                _ => return None,
            };
            let mut ends = [lower.abs(), upper.abs()];
            ends.sort_by(f64::total_cmp);
            let [lower, upper] = ends.map(percent);
            Some(format!("{}, {} points {more} ({lower} to {upper})", share.name, percent(difference.abs())))
        });
        let told: Vec<String> = told.collect();
        let others = match shares.len() - told.len() {
            0 => "",
            1 => "; the interval of the other reaches zero",
            _ => "; the intervals of the others reach zero",
        };
        let is_corrected = shares.iter().any(|share| share.corrected.is_some());
        let without = if is_corrected { "Without what chance alone would give each, " } else { "" };
        let said_of = match told.as_slice() {
            [] => "no share differs by more than chance allows: every interval reaches zero".to_string(),
            told => format!("what differs in {second} by more than chance allows is {}{others}", told.join("; ")),
        };
        said.push(sentence(&format!("{without}{said_of}.")));
        said
    }
}

impl Answer for Sample {
    fn kind(&self) -> &'static str {
        "sample"
    }

    fn tables(&self) -> Tables {
        let table = Table::new("rows", "")
            .column("what", "rows", Format::Text)
            .column("rows", "number", Format::Whole)
            .rows([row([Cell::from("used"), Cell::from(self.n_observations)])])
            .rows(
                self.left_out
                    .iter()
                    .map(|left| row([Cell::from(format!("left out: {}", left.reason)), Cell::from(left.rows)])),
            );
        Tables::new(counts(self), [table])
    }

    fn sentences(&self) -> Vec<String> {
        let mut said = vec![format!("The answer is of {}.", counts(self))];
        said.extend(left_out(self).map(|line| format!("{line}.")));
        said
    }

    fn origin(&self) -> Origin {
        Origin::of_sample(self)
    }
}
