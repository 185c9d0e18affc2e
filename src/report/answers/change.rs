//! What goes with a change of the mean, and with a gap between two groups.

use super::{counts, interval_cells, interval_heading, row, warned, with_interval};
use crate::decompose::{Interval, IntervalMethod};
use crate::findings::{Change, ChangePart, CountChange, GapPart, Oaxaca};
#[cfg(feature = "charts")]
use crate::report::answer::drawn;
use crate::report::answer::{Answer, Origin};
use crate::report::breakdown::{how_made_of, left_out};
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::counted;
use crate::report::units::{largest, method_in_words};
use crate::report::words::{in_brackets, listed, per_cent, points, points_within};

/// A part with its interval: what it is of, its name, its number.
type Part<'a> = (&'a str, &'a str, f64, Option<Interval>);

fn parts_table<'a>(
    name: &str,
    caption: String,
    of: &str,
    unit: &str,
    interval: Option<&IntervalMethod>,
    parts: impl IntoIterator<Item = Part<'a>>,
) -> Table {
    let table = Table::new(name, caption).column(of, of, Format::Text).column("name", "part", Format::Text).column(
        "change",
        unit,
        Format::Points,
    );
    with_interval(table, &interval_heading(interval), Format::Points).rows(parts.into_iter().map(
        |(of, name, number, interval)| {
            let [error, ends] = interval_cells(interval.as_ref());
            row([Cell::from(of), Cell::from(name), Cell::from(number), error, ends])
        },
    ))
}

impl Answer for Change {
    fn kind(&self) -> &'static str {
        "change"
    }

    fn tables(&self) -> Tables {
        let interval = self.interval.as_ref();
        fn part<'a>(method: &'static str, part: &'a ChangePart) -> Part<'a> {
            (method, &part.name, part.change, part.interval)
        }
        let (mut means, mut rates): (Vec<Part<'_>>, Vec<Part<'_>>) = Default::default();
        for of in &self.methods {
            let method = of.method.name();
            means.extend(of.rows().map(|row| part(method, row)));
            rates.extend(of.rates_by_component.iter().map(|row| part(method, row)));
        }
        means.push(("", "all", self.actual, self.interval_of_actual));
        let methods: Vec<String> = self.methods.iter().map(|of| method_in_words(&of.method)).collect();
        let mean = parts_table("mean", methods.join("; "), "method", "points", interval, means);
        let mut tables = vec![mean.closing(1).without_empty_columns()];
        if let Some(counts) = &self.counts {
            let caption = format!(
                "count of these units, rates per {} of {}; appeared and ended are units that the panel has in one of both \
                 periods; lacked are those whose values are missing in one of them",
                counts.per, counts.population_column
            );
            let ends = [(self.from, counts.from), (self.to, counts.to)];
            let ends = ends.map(|(period, count)| row([Cell::from(period.to_string()), Cell::from(count)]));
            let table = Table::new("counts", caption).column("part", "part", Format::Text).column(
                "count",
                "count",
                Format::Points,
            );
            let parts = counts.parts().map(|(name, number, interval)| {
                let [error, ends] = interval_cells(interval.as_ref());
                row([Cell::from(name), Cell::from(number), error, ends])
            });
            let [from, to] = ends;
            let table =
                with_interval(table, &interval_heading(interval), Format::Points).rows([from]).rows(parts).rows([to]);
            tables.push(table.closing(1).without_empty_columns());
            let caption = "of the count, what rates make".to_string();
            tables.push(parts_table("rates", caption, "method", "count", interval, rates).without_empty_columns());
        }
        let title = format!(
            "{}, change of the mean of {} from {} to {}",
            self.outcome,
            counted(self.units, "unit"),
            self.from,
            self.to
        );
        Tables::new(title, tables)
            .about([counts(&self.sample)])
            .about(self.panel.clone())
            .notes(interval.map(|interval| how_made_of(interval, "unit")))
            .notes(left_out(&self.sample))
            .notes(warned(&self.warnings))
    }

    fn sentences(&self) -> Vec<String> {
        let Change { outcome, from, to, .. } = self;
        // All points of the sentence have the same decimals.
        let ends = |interval: Option<Interval>| interval.into_iter().flat_map(|of| [of.lower, of.upper]);
        let parts = self.methods.iter().take(1).flat_map(|method| method.rows());
        let parts = parts.flat_map(|part| [part.change].into_iter().chain(ends(part.interval)));
        let size = largest([self.actual].into_iter().chain(ends(self.interval_of_actual)).chain(parts));
        let is_told = self.interval_of_actual.is_none_or(|i| i.lower > 0.0 || i.upper < 0.0);
        let verb = match (points(self.actual, size).trim_start_matches(['0', '.', '-']).is_empty(), self.actual < 0.0) {
            (true, _) => "did not change",
            (false, true) => "fell",
            (false, false) => "rose",
        };
        let ends = self.interval_of_actual.map(|interval| match verb == "fell" {
            true => Interval { lower: -interval.upper, upper: -interval.lower, ..interval },
            false => interval,
        });
        let ends =
            ends.map_or(String::new(), |of| format!(" ({} to {})", points(of.lower, size), points(of.upper, size)));
        let by = match verb {
            "did not change" => ends,
            _ => format!(" by {} points{ends}", points(self.actual.abs(), size)),
        };
        let mut said = vec![format!(
            "From {from} to {to} the mean of {outcome} over {}{} {verb}{by}.",
            counted(self.units, "unit"),
            in_brackets(self.interval.as_ref())
        )];
        if !is_told && verb != "did not change" {
            said.push("Chance alone may be the whole of this change, as its interval reaches zero.".to_string());
        }
        if let Some(first) = self.methods.first() {
            let parts = first.rows().map(|part| {
                let what =
                    if part.name == first.unexplained.name { "nothing in the model" } else { part.name.as_str() };
                (what, part.change, part.interval)
            });
            let parts = parts_in_words(parts.collect(), self.actual, is_told, " points", |x| points(x, size));
            let rest = match first.method.is_additive() {
                true => "",
                false => " By this method the parts do not add up to the change.",
            };
            said.push(format!("By the method {}, {parts}.{rest}", first.method.name()));
        }
        if let Some(counts) = &self.counts {
            said.extend(counts_in_words(counts));
        }
        said.push("A part of a change is what goes with a component, not what it caused.".to_string());
        said
    }

    fn origin(&self) -> Origin {
        Origin::of_sample(&self.sample).seeded(self.interval.as_ref().and_then(|interval| interval.seed))
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        let by = self.methods.first().map_or("", |method| method.method.name());
        let charts = [
            drawn("What goes with the change of the mean.", Chart::change(self, by)),
            drawn("What goes with the change of the count.", Chart::counts(self)),
        ];
        charts.into_iter().flatten().collect()
    }
}

impl Answer for Oaxaca {
    fn kind(&self) -> &'static str {
        "oaxaca"
    }

    fn tables(&self) -> Tables {
        let interval = self.interval.as_ref();
        let table = |name: &str, caption: String, rows: Vec<Part<'_>>| {
            parts_table(name, caption, "of", "points", interval, rows).without_empty_columns()
        };
        fn flat<'a>((of, (name, points, interval)): (&'static str, (&'a str, f64, Option<Interval>))) -> Part<'a> {
            (if of.is_empty() { "sum" } else { of }, name, points, interval)
        }
        let gap = table("gap", String::new(), vec![("gap", &self.gap.name, self.gap.points, self.gap.interval)]);
        let two = self.two_fold.iter().map(|two| {
            let caption = format!("two-fold, {}", self.reference(two.reference));
            table(&format!("two_fold_{}", two.reference.name()), caption, two.rows().map(flat).collect())
        });
        let three = self.three_fold.iter().map(|three| {
            let caption = format!("three-fold, from {}", self.reference(three.from));
            table(&format!("three_fold_{}", three.from.name()), caption, three.rows().map(flat).collect())
        });
        Tables::new(self.heading(), [gap].into_iter().chain(two).chain(three))
            .about(self.panel.clone())
            .notes(self.notes())
    }

    fn sentences(&self) -> Vec<String> {
        let gap = |part: &GapPart| points_within(part.points, part.interval.as_ref());
        let mut said = vec![format!(
            "The mean of {} is {} in {} and {} in {}, a gap of {} points{}.",
            self.outcome,
            points(self.a.mean, self.a.mean),
            self.a.name,
            points(self.b.mean, self.b.mean),
            self.b.name,
            gap(&self.gap),
            in_brackets(self.interval.as_ref())
        )];
        if let Some(two) = self.two_fold.first() {
            said.push(format!(
                "By {}, {} of it go with what the two have of the columns and {} with coefficients that differ.",
                self.reference(two.reference),
                gap(&two.explained),
                gap(&two.unexplained)
            ));
        }
        said.push("The split depends on whose coefficients are taken: print more than one.".to_string());
        said
    }

    fn origin(&self) -> Origin {
        Origin::default().seeded(self.interval.as_ref().and_then(|interval| interval.seed))
    }
}

/// From so many times the change on, parts cancel rather than make it.
const CANCELS: f64 = 4.0;

/// How much of a change goes with what, the largest first, each with its interval; and what part of the rise or fall that is,
/// unless chance alone may be the change, or it is little beside its parts, of which a per cent says nothing.
fn parts_in_words(
    parts: Vec<(&str, f64, Option<Interval>)>,
    change: f64,
    is_beyond_chance: bool,
    unit: &str,
    text: impl Fn(f64) -> String,
) -> String {
    let size: f64 = parts.iter().map(|(_, part, _)| part.abs()).sum();
    if size == 0.0 {
        return "nothing moved it".to_string();
    }
    let cancels = change.abs() * CANCELS <= size;
    let is_nothing = |number: f64| text(number).trim_start_matches(['0', '.', '-']).is_empty();
    let is_none = |(_, part, interval): &(&str, f64, Option<Interval>)| {
        is_nothing(*part) && interval.is_none_or(|of| is_nothing(of.lower) && is_nothing(of.upper))
    };
    let (none, mut some): (Vec<_>, Vec<_>) = parts.into_iter().partition(is_none);
    some.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let told = some.iter().enumerate().map(|(at, (name, part, interval))| {
        let ends = interval.map_or(String::new(), |of| format!(" ({} to {})", text(of.lower), text(of.upper)));
        let (unit, go) = if at == 0 { (unit, " go") } else { ("", "") };
        let of = match at {
            _ if cancels || !is_beyond_chance => String::new(),
            0 => format!(", {} of the {}", per_cent(part / change), if change < 0.0 { "fall" } else { "rise" }),
            _ => format!(", {}", per_cent(part / change)),
        };
        format!("{}{unit}{ends}{go} with {name}{of}", text(*part))
    });
    let none: Vec<&str> = none.iter().map(|(name, ..)| *name).collect();
    let rest = (!none.is_empty()).then(|| format!("{} with {}", text(0.0), listed(&none)));
    let told = told.chain(rest).collect::<Vec<_>>().join("; ");
    match cancels {
        true if is_nothing(change) => format!("{told}: what moved it cancels"),
        true => format!("{told}: what moved it nearly cancels"),
        false => told,
    }
}

/// What made a count another, and what of it the units do not see.
fn counts_in_words(counts: &CountChange) -> Vec<String> {
    let size = largest([counts.from, counts.to].into_iter());
    // Parts of few things are no whole numbers.
    let text = |x: f64| match size < 10.0 {
        true => points(x, size),
        false if x.abs() < 0.5 => "0".to_string(),
        false => format!("{x:.0}"),
    };
    let by = counts.to - counts.from;
    let moved = match text(by).trim_start_matches(['0', '.']).is_empty() {
        true => "did not change".to_string(),
        false if by < 0.0 => format!("fell by {}", text(-by)),
        false => format!("rose by {}", text(by)),
    };
    let ends = format!("from {} to {}", text(counts.from), text(counts.to));
    // Population, mix and rates; what comes after them is of other units.
    let own: Vec<_> = counts.parts().take(3).collect();
    let mut said = vec![format!("In these units the count {moved}, {ends}.")];
    if own.iter().any(|(_, number, _)| *number != 0.0) {
        said.push(format!("{}.", parts_in_words(own, by, true, "", text)));
    }
    let beside = [
        (counts.appeared, format!("units that appeared add {}", text(counts.appeared))),
        (counts.ended, format!("units that ended take {} away", text(0.0 - counts.ended))),
        (counts.lacked, "units with a missing value in one of both periods are left out".to_string()),
    ];
    let beside: Vec<String> = beside.into_iter().filter(|(number, _)| *number != 0.0).map(|(_, told)| told).collect();
    if !beside.is_empty() {
        said.push(format!("Beside them, {}.", listed(&beside)));
    }
    said
}
