//! Units: what one leads to expect of each, what remains, and how sure that is.

use super::diagnostics::noise_in_words;
use super::{level_heading, row, warned};
use crate::decompose::{Contribution, ContributionRow, ContributionTable};
use crate::findings::{UnitFinding, Units};
#[cfg(feature = "charts")]
use crate::report::answer::drawn;
use crate::report::answer::{Answer, Origin};
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::{counted, level};
use crate::report::units::{largest, method_in_words};
use crate::report::words::points;

/// The columns of what moves a row from the mean.
fn with_contributions(mut table: Table, always: bool, contributions: &[Contribution]) -> Table {
    let always = always.then_some("always").into_iter();
    for name in always.chain(contributions.iter().map(|of| of.name.as_str())) {
        table = table.column(name, name, Format::Points);
    }
    table
}

fn contribution_cells(always: Option<f64>, contributions: &[Contribution]) -> impl Iterator<Item = Cell> {
    always.map(Cell::from).into_iter().chain(contributions.iter().map(|of| Cell::from(of.points)))
}

impl Answer for Units {
    fn kind(&self) -> &'static str {
        "units"
    }

    fn tables(&self) -> Tables {
        let heading = level_heading(self.level);
        let remainders = Table::new("units", "what remains beside what one is led to expect")
            .column("unit", "unit", Format::Text)
            .column("label", "name", Format::Text)
            .column("n_periods", "periods", Format::Whole)
            .column("actual", "actual", Format::Points)
            .column("expected", "expected", Format::Points)
            .column("remainder", "remainder", Format::Points)
            .column("std_error", "std. error", Format::Points)
            .range(["lower", "upper"], heading.as_str(), Format::Points)
            .column("shrunken", "shrunken", Format::Points)
            .column("rank", "rank", Format::Whole)
            .range(["rank_lower", "rank_upper"], heading, Format::Whole)
            .column("p_value", "p", Format::PValue)
            .column("beyond_chance", "beyond chance", Format::Text)
            .rows(self.units.iter().map(|unit| {
                row([
                    Cell::from(&unit.unit),
                    Cell::from(unit.label.as_ref()),
                    Cell::from(unit.n_periods),
                    Cell::from(unit.actual),
                    Cell::from(unit.expected),
                    Cell::from(unit.remainder),
                    Cell::from(unit.std_error),
                    Cell::from([unit.lower, unit.upper]),
                    Cell::from(unit.shrunken),
                    Cell::from(unit.rank),
                    Cell::from([unit.rank_lower as f64, unit.rank_upper as f64]),
                    Cell::from(unit.p_value),
                    Cell::from(unit.beyond_chance),
                ])
            }))
            .without_empty_columns();
        let periods = match self.periods {
            Some((from, to)) if from == to => format!(", {from}"),
            Some((from, to)) => format!(", {from} to {to}"),
            None => String::new(),
        };
        let number = |x: f64| points(x, largest(self.units.iter().map(|unit| unit.actual)));
        let n = counted(self.units.len(), "unit");
        Tables::new(format!("{}, what remains of {n}{periods}", self.outcome), [remainders, self.contributions()])
            .about([format!(
                "mean {}; standard deviation of what persists {}; noise {}",
                number(self.mean),
                number(self.persistent_sd),
                self.noise.model
            )])
            .about(self.panel.clone())
            .notes(warned(&self.warnings))
    }

    fn sentences(&self) -> Vec<String> {
        let n = self.units.len();
        let beyond: Vec<&UnitFinding> = self.units.iter().filter(|unit| unit.beyond_chance).collect();
        let higher = beyond.iter().filter(|unit| unit.remainder > 0.0).count();
        let differ = format!(
            "from what the components beside unit effects lead one to expect of {} by more than chance allows, if noise within units {}",
            self.outcome,
            noise_in_words(self.noise.model)
        );
        let mut said = vec![match beyond.len() {
            0 => format!("None of {} differs {differ}.", counted(n, "unit")),
            some => {
                let verb = if some == 1 { "differs" } else { "differ" };
                format!("{some} of {} {verb} {differ}: {higher} higher, {} lower.", counted(n, "unit"), some - higher)
            }
        }];
        let of = largest(self.units.iter().flat_map(|unit| [unit.actual, unit.expected, unit.upper, unit.lower]));
        let told = |side: &str, unit: &UnitFinding| {
            let rank = match unit.rank_lower == unit.rank_upper {
                true => unit.rank_lower.to_string(),
                false => format!("from {} to {}", unit.rank_lower, unit.rank_upper),
            };
            format!(
                "Furthest {side} what is expected is {}: {} where {} is expected. What remains is {} ({} interval {} to {}), \
                 its rank {rank} of {n}.",
                unit.label.as_ref().unwrap_or(&unit.unit),
                points(unit.actual, of),
                points(unit.expected, of),
                points(unit.remainder, of),
                level(self.level),
                points(unit.lower, of),
                points(unit.upper, of)
            )
        };
        let highest = self.units.iter().max_by(|a, b| a.remainder.total_cmp(&b.remainder));
        let lowest = self.units.iter().min_by(|a, b| a.remainder.total_cmp(&b.remainder));
        said.extend(highest.filter(|unit| unit.remainder > 0.0).map(|unit| told("above", unit)));
        said.extend(lowest.filter(|unit| unit.remainder < 0.0).map(|unit| told("below", unit)));
        said.push(
            "A remainder is a persistent difference that these components do not account for, and noise; it is no proof of what \
             a unit does. Ranks of most units are uncertain, as their intervals say."
                .to_string(),
        );
        said
    }

    fn origin(&self) -> Origin {
        Origin::default().seeded(Some(self.seed))
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        let charts = [
            drawn("What remains of each unit, with its interval.", Chart::units(self)),
            drawn("What is expected of each unit, and what it is.", Chart::expected_and_actual(self)),
        ];
        charts.into_iter().flatten().collect()
    }
}

impl Units {
    fn contributions(&self) -> Table {
        let table = Table::new("contributions", "what moves each unit from the mean, in points")
            .column("unit", "unit", Format::Text)
            .column("label", "name", Format::Text)
            .column("actual", "actual", Format::Points);
        let Some(first) = self.units.first() else { return table };
        let table = with_contributions(table, first.always.is_some(), &first.contributions);
        let rows = self.units.iter().map(|unit| {
            let head = [Cell::from(&unit.unit), Cell::from(unit.label.as_ref()), Cell::from(unit.actual)];
            let own = contribution_cells(unit.always, &unit.contributions);
            row(head.into_iter().chain(own).chain([Cell::from(unit.unexplained)]))
        });
        table.column("unexplained", "unexplained", Format::Points).rows(rows).without_empty_columns()
    }
}

impl Answer for ContributionTable {
    fn kind(&self) -> &'static str {
        "contributions"
    }

    fn tables(&self) -> Tables {
        let mut table = Table::new("contributions", "")
            .column("unit", "unit", Format::Text)
            .column("label", "name", Format::Text)
            .column("period", "period", Format::Whole)
            .column("n_observations", "rows", Format::Whole)
            .column("actual", "actual", Format::Points);
        if let Some(first) = self.rows.first() {
            table = with_contributions(table, first.always.is_some(), &first.contributions);
        }
        let rows = self.rows.iter().map(|of| {
            let head = [
                Cell::from(of.unit.as_ref()),
                Cell::from(of.label.as_ref()),
                Cell::from(of.period),
                Cell::from(of.n_observations),
                Cell::from(of.actual),
            ];
            let own = contribution_cells(of.always, &of.contributions);
            row(head.into_iter().chain(own).chain([Cell::from(of.unexplained)]))
        });
        let mut table = table.column("unexplained", "unexplained", Format::Points).rows(rows);
        // Rows by period have no units, which would be an empty first column.
        if self.rows.iter().all(|of| of.unit.is_none()) {
            let places: Vec<usize> = (2..table.columns.len()).collect();
            table.keep(&places);
        }
        let mean = points(self.mean, self.mean);
        let title =
            format!("{}, points from the mean {mean} by {}, {}", self.outcome, self.by, method_in_words(&self.method));
        Tables::new(title, [table.without_empty_columns()]).about(self.panel.clone()).notes(warned(&self.warnings))
    }

    fn sentences(&self) -> Vec<String> {
        let distance = |of: &ContributionRow| (of.actual - self.mean).abs();
        let Some(furthest) = self.rows.iter().max_by(|a, b| distance(a).total_cmp(&distance(b))) else {
            return vec![format!("There is no row of {}.", self.outcome)];
        };
        let of = largest(self.rows.iter().map(|row| row.actual));
        let (side, by) = if furthest.actual < self.mean { ("below", -1.0) } else { ("above", 1.0) };
        let unit = furthest.label.as_ref().or(furthest.unit.as_ref()).cloned();
        let parts = [unit, furthest.period.map(|period| period.to_string())];
        let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let mut moved: Vec<&Contribution> = furthest.contributions.iter().collect();
        moved.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
        let told = moved.first().map_or(String::new(), |first| {
            format!(
                "; {} moves it by {} and what is unexplained by {}",
                first.name,
                points(first.points, of),
                points(furthest.unexplained, of)
            )
        });
        vec![format!(
            "Furthest from the mean of {} ({}), {name} is {} {side} it{told}.",
            self.outcome,
            points(self.mean, of),
            points(by * (furthest.actual - self.mean), of)
        )]
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        // The row that is furthest from the mean has most to be told of.
        let distance = |of: &&ContributionRow| (of.actual - self.mean).abs();
        let furthest = self.rows.iter().max_by(|a, b| distance(a).total_cmp(&distance(b)));
        let what = "What moves the row that is furthest from the mean.";
        furthest.and_then(|row| drawn(what, Chart::contributions(self, row))).into_iter().collect()
    }
}
