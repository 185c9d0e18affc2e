//! What other specifications say: how far each share reaches, and what moves it.

use super::row;
use crate::findings::{NearestSpecifications, Specification, SpecificationCurve};
#[cfg(feature = "charts")]
use crate::report::answer::drawn;
use crate::report::answer::{Answer, Origin};
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::{counted, percent};
use crate::report::words::{listed, per_cent};

impl Answer for SpecificationCurve {
    fn kind(&self) -> &'static str {
        "specification_curve"
    }

    fn tables(&self) -> Tables {
        let ranges = Table::new("ranges", "how far each share reaches over specifications")
            .column("name", "component", Format::Text)
            .column("base", "base, %", Format::Percent)
            .column("min", "min, %", Format::Percent)
            .column("p05", "5th, %", Format::Percent)
            .column("p25", "25th, %", Format::Percent)
            .column("median", "median, %", Format::Percent)
            .column("p75", "75th, %", Format::Percent)
            .column("p95", "95th, %", Format::Percent)
            .column("max", "max, %", Format::Percent)
            .column("specifications", "specifications", Format::Whole)
            .rows(self.ranges.iter().map(|of| {
                let numbers = [of.min, of.p05, of.p25, of.median, of.p75, of.p95, of.max].map(Cell::from);
                let base = Cell::from(self.base.share_of_total(&of.name));
                let numbers = [base].into_iter().chain(numbers).chain([Cell::from(of.specifications)]);
                row([Cell::from(&of.name)].into_iter().chain(numbers))
            }));
        let moves = Table::new("moved_by", "what moves each share: parts of its variation over specifications")
            .column("name", "component", Format::Text)
            .column("choice", "choice", Format::Text)
            .column("share_of_variation", "of variation, %", Format::Percent)
            .column("lowest", "lowest under", Format::Text)
            .column("lowest_mean", "mean, %", Format::Percent)
            .column("highest", "highest under", Format::Text)
            .column("highest_mean", "mean, %", Format::Percent)
            .rows(self.moved_by.iter().flat_map(|of| {
                of.choices.iter().map(|by| {
                    row([
                        Cell::from(&of.name),
                        Cell::from(&by.choice),
                        Cell::from(by.share_of_variation),
                        Cell::from(&by.lowest),
                        Cell::from(by.lowest_mean),
                        Cell::from(&by.highest),
                        Cell::from(by.highest_mean),
                    ])
                })
            }));
        let pairs = Table::new("pairs", "in what part of the specifications the first is larger")
            .column("first", "first", Format::Text)
            .column("second", "second", Format::Text)
            .column("proportion", "part, %", Format::Percent)
            .column("specifications", "specifications", Format::Whole)
            .rows(self.pairs.iter().map(|pair| {
                row([
                    Cell::from(&pair.first),
                    Cell::from(&pair.second),
                    Cell::from(pair.proportion),
                    Cell::from(pair.specifications),
                ])
            }));
        let choices = Table::new("choices", "what was varied")
            .column("choice", "choice", Format::Text)
            .column("base", "base", Format::Text)
            .column("alternatives", "alternatives", Format::Text)
            .rows(self.choices.iter().map(|choice| {
                row([Cell::from(&choice.name), Cell::from(&choice.base), Cell::from(choice.alternatives.join("; "))])
            }));
        let n = counted(self.specifications.len(), "specification");
        Tables::new(format!("Shares over {n}"), [ranges, moves, pairs, choices])
            .about(self.panel.clone())
            .notes((self.failed > 0).then(|| format!("{} failed", counted(self.failed, "specification"))))
            .notes(
                self.left_out
                    .iter()
                    .map(|left| format!("left out: {} {}", counted(left.specifications, "specification"), left.reason)),
            )
            .notes([self.verdict.clone()])
    }

    fn sentences(&self) -> Vec<String> {
        vec![
            self.verdict.clone(),
            "Specifications that agree are no independent witnesses: they share the panel and most of their choices."
                .to_string(),
        ]
    }

    fn origin(&self) -> Origin {
        Origin { model: Some(self.model.clone()), ..Origin::default() }
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        let what = "The share of the largest component under every specification, and what these chose.";
        let share = |name: &String| self.base.share_of_total(name).unwrap_or(f64::MIN);
        let largest = self.components.iter().max_by(|a, b| share(a).total_cmp(&share(b)));
        largest.and_then(|name| drawn(what, Chart::specification_curve(self, name))).into_iter().collect()
    }
}

impl Answer for Specification {
    fn kind(&self) -> &'static str {
        "specification"
    }

    fn tables(&self) -> Tables {
        let shares = Table::new("shares", "")
            .column("name", "component", Format::Text)
            .column("share_of_total", "share of total, %", Format::Percent)
            .range(["lower", "upper"], "interval", Format::Percent)
            .rows(self.shares.iter().map(|share| {
                row([Cell::from(&share.name), Cell::from(share.share_of_total), Cell::from(share.interval)])
            }));
        Tables::new(crate::report::sensitivity::chosen(self), [shares.without_empty_columns()])
            .notes(self.error.clone())
            .notes(super::warned(&self.warnings))
    }

    fn sentences(&self) -> Vec<String> {
        let chosen = crate::report::sensitivity::chosen(self);
        match &self.error {
            Some(error) => vec![format!("{chosen}: {error}.")],
            None => {
                let shares: Vec<String> = self
                    .shares
                    .iter()
                    .map(|share| format!("{} {}", share.name, per_cent(share.share_of_total)))
                    .collect();
                vec![format!("{chosen}: {}.", listed(&shares))]
            }
        }
    }
}

impl Answer for NearestSpecifications {
    fn kind(&self) -> &'static str {
        "nearest_specifications"
    }

    fn tables(&self) -> Tables {
        let first = self.specifications.first();
        let figures = Table::new("figures", "")
            .column("name", "component", Format::Text)
            .column("figure", "figure, %", Format::Percent)
            .column("nearest", "nearest, %", Format::Percent)
            .column("within", format!("within {} points, %", percent(self.distance)), Format::Percent)
            .rows(self.figures.iter().zip(&self.within).map(|((name, figure), (_, within))| {
                let share = first.and_then(|near| near.specification.share_of_total(name));
                row([Cell::from(name), Cell::from(*figure), Cell::from(share), Cell::from(*within)])
            }));
        let nearest = Table::new("nearest", "the nearest specifications")
            .column("choices", "choices", Format::Text)
            .column("largest_difference", "off by, points", Format::Percent)
            .rows(self.specifications.iter().map(|near| {
                let chosen = crate::report::sensitivity::chosen(&near.specification);
                row([Cell::from(chosen), Cell::from(near.largest_difference)])
            }));
        Tables::new("The specifications that come nearest to the figures", [figures, nearest])
    }

    fn sentences(&self) -> Vec<String> {
        let (distance, all) = (percent(self.distance), crate::report::sensitivity::percent_in_full(self.all_within));
        let mut said = Vec::new();
        if let Some(first) = self.specifications.first() {
            said.push(format!(
                "The nearest specification is off by {} points at most: {}.",
                percent(first.largest_difference),
                crate::report::sensitivity::chosen(&first.specification)
            ));
        }
        said.push(format!("Within {distance} points of all figures come {all}% of the specifications."));
        said
    }
}
