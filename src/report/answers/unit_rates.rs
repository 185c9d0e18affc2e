//! Counts of units: funnels and shrunken rates.

use super::row;
use crate::findings::{EmpiricalBayes, Funnel, FunnelUnit, UnitCounts};
use crate::report::answer::Answer;
#[cfg(feature = "charts")]
use crate::report::answer::drawn;
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::{counted, level, percent, short};
use crate::report::words::is_or_are;

impl Answer for UnitCounts {
    fn kind(&self) -> &'static str {
        "unit_counts"
    }

    fn tables(&self) -> Tables {
        let table = Table::new("units", "")
            .column("unit", "unit", Format::Text)
            .column("label", "name", Format::Text)
            .column("n_periods", "periods", Format::Whole)
            .column("count", "count", Format::Whole)
            .column("population", "population", Format::Whole)
            .rows(self.units.iter().map(|unit| {
                row([
                    Cell::from(&unit.unit),
                    Cell::from(unit.label.as_ref()),
                    Cell::from(unit.n_periods),
                    Cell::from(unit.count),
                    Cell::from(unit.population),
                ])
            }))
            .without_empty_columns();
        let left_out = self.left_out.iter().map(|row| format!("left out, without count or population: {row}"));
        Tables::new("Counts of units", [table]).notes(left_out)
    }

    fn sentences(&self) -> Vec<String> {
        let (count, people) = self.units.iter().fold((0.0, 0.0), |(a, b), unit| (a + unit.count, b + unit.population));
        let n = counted(self.units.len(), "unit");
        let (count, people) = (short(Some(count)), short(Some(people)));
        let mut said = vec![format!("{count} were counted of {people} people, in {n}.")];
        if !self.left_out.is_empty() {
            let rows = counted(self.left_out.len(), "row");
            said.push(format!("{rows} without a count or a population {} left out.", is_or_are(self.left_out.len())));
        }
        said
    }
}

impl Answer for Funnel {
    fn kind(&self) -> &'static str {
        "funnel"
    }

    fn tables(&self) -> Tables {
        let mut table = Table::new("units", "")
            .column("unit", "unit", Format::Text)
            .column("label", "name", Format::Text)
            .column("count", "count", Format::Whole)
            .column("expected", "expected", Format::Significant)
            .column("ratio", "ratio", Format::Significant)
            .column("z", "z", Format::Significant);
        let limits = self.units.first().map(|unit| unit.limits.map(|limits| limits.level)).into_iter().flatten();
        for of in limits {
            let at = level(of);
            let tag = at.trim_end_matches('%').replace('.', "_");
            let [poisson, dispersed] =
                ["poisson", "overdispersed"].map(|kind| [format!("{kind}_{tag}_lower"), format!("{kind}_{tag}_upper")]);
            table = table.range([&poisson[0], &poisson[1]], format!("Poisson {at}"), Format::Significant).range(
                [&dispersed[0], &dispersed[1]],
                format!("over-dispersed {at}"),
                Format::Significant,
            );
        }
        let rows = self.units.iter().map(|unit| {
            let head = [Cell::from(&unit.unit), Cell::from(unit.label.as_ref())];
            let numbers = [unit.count, unit.expected, unit.ratio, unit.z].map(Cell::from);
            let limits = unit.limits.iter().flat_map(|limits| {
                [
                    Cell::from([limits.poisson_lower, limits.poisson_upper]),
                    Cell::from([limits.overdispersed_lower, limits.overdispersed_upper]),
                ]
            });
            row(head.into_iter().chain(numbers).chain(limits))
        });
        let [target, phi, tau2] = [self.target, self.phi, self.tau2].map(|x| short(Some(x)));
        let title = format!("Funnel of {} about {target} per person", counted(self.units.len(), "unit"));
        Tables::new(title, [table.rows(rows).without_empty_columns()]).notes([format!("φ {phi}, τ² {tau2}")])
    }

    fn sentences(&self) -> Vec<String> {
        let beyond = |at: usize, is_poisson: bool| {
            let is_out = |unit: &&FunnelUnit| {
                let limits = unit.limits[at];
                let (lower, upper) = match is_poisson {
                    true => (limits.poisson_lower, limits.poisson_upper),
                    false => (limits.overdispersed_lower, limits.overdispersed_upper),
                };
                unit.ratio < lower || unit.ratio > upper
            };
            self.units.iter().filter(is_out).count()
        };
        let Some(first) = self.units.first() else { return vec!["There is no unit.".to_string()] };
        let [inner, outer] = first.limits.map(|limits| level(limits.level));
        let n = self.units.len();
        vec![
            format!(
                "Beyond the {outer} limits, which allow for more spread than chance in counting gives, {} {} of {n} units; \
                 beyond the {inner} limits {}.",
                is_or_are(beyond(1, false)),
                beyond(1, false),
                beyond(0, false)
            ),
            format!(
                "Beyond the {outer} limits of chance in counting alone {} {}: where that is many, rates differ by more, or \
                 counts are not independent.",
                is_or_are(beyond(1, true)),
                beyond(1, true)
            ),
        ]
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        let what = "Counts against what is expected, with the limits of chance.";
        drawn(what, Chart::funnel(self)).into_iter().collect()
    }
}

impl Answer for EmpiricalBayes {
    fn kind(&self) -> &'static str {
        "empirical_bayes"
    }

    fn tables(&self) -> Tables {
        let table = Table::new("units", "")
            .column("unit", "unit", Format::Text)
            .column("label", "name", Format::Text)
            .column("rate", "rate per person", Format::Significant)
            .column("shrunken", "shrunken", Format::Significant)
            .column("reliability", "reliability, %", Format::Percent)
            .rows(self.units.iter().map(|unit| {
                let names = [Cell::from(&unit.unit), Cell::from(unit.label.as_ref())];
                row(names.into_iter().chain([unit.rate, unit.shrunken, unit.reliability].map(Cell::from)))
            }))
            .without_empty_columns();
        let [rate, spread] = [self.rate, self.variance.sqrt()].map(|x| short(Some(x)));
        Tables::new(format!("Empirical Bayes rates of {}", counted(self.units.len(), "unit")), [table])
            .about([format!("{rate} per person overall; standard deviation beyond chance {spread}")])
    }

    fn sentences(&self) -> Vec<String> {
        let [rate, spread] = [self.rate, self.variance.sqrt()].map(|x| short(Some(x)));
        let n = counted(self.units.len(), "unit");
        let least = self.units.iter().map(|unit| unit.reliability).fold(f64::MAX, f64::min).min(1.0);
        vec![
            match self.variance > 0.0 {
                true => format!(
                    "The rates of {n} differ by a standard deviation of {spread} beyond chance, about {rate} per person."
                ),
                false => format!("The rates of {n} differ by no more than chance, about {rate} per person."),
            },
            format!(
                "Shrunken rates keep of each unit's distance from the mean the part that is no chance, {}% for the smallest.",
                percent(least)
            ),
        ]
    }
}
