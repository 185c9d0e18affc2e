//! A breakdown: its shares, what its method says beyond them, and what that means.

use super::diagnostics::noise_in_words;
use super::{counts, interval_cells, interval_heading, row, with_interval};
use crate::decompose::{Breakdown, Detail, IntervalMethod, Method, Share};
#[cfg(feature = "charts")]
use crate::report::answer::drawn;
use crate::report::answer::{Answer, Origin};
use crate::report::breakdown::in_order;
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::deviance::{explained, split};
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::words::{in_brackets, listed, per_cent, per_cent_within, per_cents};

impl Answer for Breakdown {
    fn kind(&self) -> &'static str {
        "breakdown"
    }

    fn tables(&self) -> Tables {
        let method = match &self.method {
            Method::Sequential { order } => in_order(order),
            method => method.meaning().to_string(),
        };
        let tables = [self.shares(), self.corrected_shares(), detail(self), self.unit_effects()];
        Tables::new(format!("{}, {}: {method}", self.outcome, self.method.name()), tables)
            .about([match &self.weights {
                Some(weights) => format!("{}, weighted by {weights}", counts(&self.sample)),
                None => counts(&self.sample),
            }])
            .about(self.panel.clone())
            .notes(self.notes())
    }

    fn sentences(&self) -> Vec<String> {
        let mut said = vec![self.finding()];
        said.extend(self.negative());
        said.extend(self.chance());
        said.extend(self.unit_effects_in_words());
        said.push(self.caveat());
        said
    }

    fn origin(&self) -> Origin {
        let seed = self.interval.as_ref().and_then(|interval| interval.seed);
        Origin::of_sample(&self.sample).from(&self.lineage).seeded(seed)
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        let is_corrected = self.rows().any(|share| share.corrected.is_some());
        let charts = [
            drawn("Shares of the variation, with intervals where there are any.", Chart::breakdown(self)),
            drawn("Each share, what chance alone would give of it, and the share without that.", Chart::shares(self))
                .filter(|_| is_corrected),
            drawn("What each component adds, by how many others are in before it.", Chart::dominance(self)),
            drawn("What each component explains alone, and what each set has in common.", Chart::commonality(self)),
        ];
        charts.into_iter().flatten().collect()
    }
}

impl Breakdown {
    fn shares(&self) -> Table {
        let table = Table::new("shares", "")
            .column("name", "component", Format::Text)
            .column("share_of_total", "share of total, %", Format::Percent)
            .column("share_of_explained", "share of explained, %", Format::Percent);
        let heading = interval_heading(self.interval.as_ref());
        let table = with_interval(table, &heading, Format::Percent);
        let table = table.column("adjusted", "adjusted, %", Format::Percent);
        let table = table.column("bias", "bias, points", Format::Percent);
        let cells = |share: &Share| {
            let is_component = self.components.iter().any(|own| std::ptr::eq(own, share));
            let explained = Cell::from(is_component.then_some(share.share_of_explained));
            // Chance, which stands beside where it is known, or the adjusted share is the better word on bias.
            let is_told = share.chance.is_some() || share.adjusted.is_some();
            let bias = share.interval.as_ref().filter(|_| !is_told).map(|interval| interval.bias);
            let [error, ends] = interval_cells(share.interval.as_ref());
            let [adjusted, bias] = [share.adjusted, bias].map(Cell::from);
            row([Cell::from(&share.name), Cell::from(share.share_of_total), explained, error, ends, adjusted, bias])
        };
        table.rows(self.rows().map(cells)).closing(1).without_empty_columns()
    }

    fn corrected_shares(&self) -> Table {
        let caption = "chance out: the share in all such units over these periods";
        let table = Table::new("corrected", caption)
            .column("name", "component", Format::Text)
            .column("share_of_total", "share of total, %", Format::Percent)
            .column("chance", "chance, %", Format::Percent)
            .column("chance_p", "p", Format::PValue)
            .column("corrected", "corrected, %", Format::Percent)
            .column("corrected_std_error", "std. error", Format::Percent)
            .range(["corrected_lower", "corrected_upper"], interval_heading(self.interval.as_ref()), Format::Percent);
        if self.rows().all(|share| share.corrected.is_none()) {
            return table;
        }
        let cells = |share: &Share| {
            let corrected = share.corrected;
            row([
                Cell::from(&share.name),
                Cell::from(share.share_of_total),
                Cell::from(share.chance),
                Cell::from(share.chance_p),
                Cell::from(corrected.map(|c| c.share_of_total)),
                Cell::from(corrected.map(|c| c.std_error)),
                Cell::from(corrected.map(|c| [c.lower, c.upper])),
            ])
        };
        table.rows(self.rows().map(cells)).closing(1).without_empty_columns()
    }

    fn unit_effects(&self) -> Table {
        Table::new("unit_effects_by_model", "unit effects, chance out, by model of noise")
            .column("name", "component", Format::Text)
            .column("model", "noise", Format::Text)
            .column("corrected", "corrected, %", Format::Percent)
            .column("corrected_std_error", "std. error", Format::Percent)
            .range(["corrected_lower", "corrected_upper"], interval_heading(self.interval.as_ref()), Format::Percent)
            .rows(self.unit_effects_by_model.iter().map(|share| {
                let corrected = share.corrected;
                row([
                    Cell::from(&share.name),
                    Cell::from(share.model.to_string()),
                    Cell::from(corrected.share_of_total),
                    Cell::from(corrected.std_error),
                    Cell::from([corrected.lower, corrected.upper]),
                ])
            }))
    }

    /// Who goes with how much, the largest first, and what is left.
    fn finding(&self) -> String {
        let mut shares: Vec<&Share> = self.always.iter().chain(&self.components).collect();
        shares.sort_by(|a, b| b.share_of_total.total_cmp(&a.share_of_total));
        let share = |(at, share): (usize, &&Share)| {
            let goes = if at == 0 { " goes with " } else { " " };
            let name = if self.always.as_ref().is_some_and(|always| std::ptr::eq(always, *share)) {
                "what is always in"
            } else {
                share.name.as_str()
            };
            format!("{name}{goes}{}", per_cent_within(share.share_of_total, share.interval.as_ref()))
        };
        let shares: Vec<String> = shares.iter().enumerate().map(share).collect();
        let rest = &self.unexplained;
        let rest = match rest.share_of_total.abs() < 0.0005 {
            true => "nothing is left unexplained".to_string(),
            false => {
                let ends = rest.interval.as_ref().map(|i| format!(" ({})", per_cents(i.lower, i.upper)));
                format!("{}{} goes with nothing in the model", per_cent(rest.share_of_total), ends.unwrap_or_default())
            }
        };
        let head = format!("Of {}{}", split(self), in_brackets(self.interval.as_ref()));
        format!("{head}, {}; {rest}.", listed(&shares))
    }

    fn negative(&self) -> Option<String> {
        let negative: Vec<&str> = self
            .components
            .iter()
            .filter(|share| share.share_of_total <= -0.0005)
            .map(|share| share.name.as_str())
            .collect();
        let (of, is) = if negative.len() == 1 { ("The share of", "is") } else { ("The shares of", "are") };
        (!negative.is_empty()).then(|| {
            format!(
                "{of} {} {is} below zero, which this method allows; such a number is no part of {}.",
                listed(&negative),
                split(self)
            )
        })
    }

    /// Which shares may be chance, and what is left of the largest.
    fn chance(&self) -> Option<String> {
        let corrected = |share: &&Share| share.corrected.is_some();
        let known: Vec<&Share> = self.components.iter().filter(corrected).collect();
        let largest = known.iter().max_by(|a, b| a.share_of_total.total_cmp(&b.share_of_total))?;
        let own = largest.corrected?;
        let mut said = format!(
            "Without what chance alone would give, {} has {} ({})",
            largest.name,
            per_cent(own.share_of_total),
            per_cents(own.lower, own.upper)
        );
        let reaches_zero = |share: &&&Share| share.corrected.is_some_and(|c| c.lower <= 0.0005);
        let nothing: Vec<&str> = known.iter().filter(reaches_zero).map(|share| share.name.as_str()).collect();
        said += &match nothing.as_slice() {
            [] => ".".to_string(),
            [only] if *only == largest.name => ", which may be nothing.".to_string(),
            names => format!("; of {} nothing may be left, as the interval reaches zero.", listed(names)),
        };
        Some(said)
    }

    fn unit_effects_in_words(&self) -> Option<String> {
        let noise = self.noise.as_ref()?;
        let share = self.unit_effects_by_model.first()?;
        Some(format!(
            "For {} this holds if noise within units {}; other models of noise give other shares.",
            share.name,
            noise_in_words(noise.model)
        ))
    }

    fn caveat(&self) -> String {
        let of_method = match &self.method {
            Method::Sequential { order } if order.len() > 1 => {
                "The components entered in this order, and in another order the shares would be others. ".to_string()
            }
            Method::Shapley => "A share is an average over all orders in which the components may enter. ".to_string(),
            method if !method.is_additive() => {
                format!("By this method the shares are not made to sum to {}. ", explained(self))
            }
            _ => String::new(),
        };
        let intervals = if self.interval.is_none() { "How sure the shares are is not said here. " } else { "" };
        format!("{of_method}{intervals}A share is what goes with a component, not what it causes.")
    }
}

/// What the method says beyond one share for each component.
fn detail(breakdown: &Breakdown) -> Table {
    let names: Vec<&str> = breakdown.components.iter().map(|share| share.name.as_str()).collect();
    detail_table(&breakdown.detail, &names, breakdown.interval.as_ref())
}

/// The same of any split of a total.
pub(super) fn detail_table(detail: &Detail, names: &[&str], interval: Option<&IntervalMethod>) -> Table {
    let heading = interval_heading(interval);
    let share = "share of total, %";
    let table = match detail {
        Detail::Nothing => Table::new("detail", ""),
        Detail::Terms(terms) => {
            let table = Table::new("terms", "terms within their components")
                .column("name", "component", Format::Text)
                .column("term", "term", Format::Text)
                .column("share_of_total", share, Format::Percent);
            with_interval(table, &heading, Format::Percent).rows(terms.iter().map(|term| {
                let [error, ends] = interval_cells(term.interval.as_ref());
                row([Cell::from(&term.component), Cell::from(&term.term), Cell::from(term.share_of_total), error, ends])
            }))
        }
        Detail::BySize(sizes) => {
            let table = Table::new("by_size", "mean increment by the number of components in before")
                .column("name", "component", Format::Text)
                .column("size", "components before", Format::Whole)
                .column("share_of_total", share, Format::Percent);
            with_interval(table, &heading, Format::Percent).rows(sizes.iter().map(|size| {
                let [error, ends] = interval_cells(size.interval.as_ref());
                row([Cell::from(&size.component), Cell::from(size.size), Cell::from(size.share_of_total), error, ends])
            }))
        }
        Detail::Pairs(pairs) => {
            let table = Table::new("pairs", "part of all coalitions in which the first adds more than the second")
                .column("first", "first", Format::Text)
                .column("second", "second", Format::Text)
                .column("proportion", "part, %", Format::Percent)
                .column("reproduced", "so in replicates, %", Format::Percent);
            with_interval(table, &heading, Format::Percent).rows(pairs.iter().map(|pair| {
                let [error, ends] = interval_cells(pair.interval.as_ref());
                let [proportion, reproduced] = [Cell::from(pair.proportion), Cell::from(pair.reproduced)];
                row([Cell::from(&pair.first), Cell::from(&pair.second), proportion, reproduced, error, ends])
            }))
        }
        Detail::Subsets(subsets) => {
            let named = |at: usize| names.get(at).copied().unwrap_or_default();
            let table = Table::new("subsets", "what each set of components has in common")
                .column("components", "components", Format::Text)
                .column("share_of_total", share, Format::Percent);
            with_interval(table, &heading, Format::Percent).rows(subsets.iter().map(|subset| {
                let members: Vec<&str> = subset.coalition.members().map(named).collect();
                let [error, ends] = interval_cells(subset.interval.as_ref());
                row([Cell::from(members.join(" + ")), Cell::from(subset.share_of_total), error, ends])
            }))
        }
        Detail::Covariances(pairs) => {
            let table = Table::new("covariances", "covariances of two parts, which count twice")
                .column("first", "first", Format::Text)
                .column("second", "second", Format::Text)
                .column("share_of_total", share, Format::Percent);
            with_interval(table, &heading, Format::Percent).rows(pairs.iter().map(|pair| {
                let [error, ends] = interval_cells(pair.interval.as_ref());
                row([Cell::from(&pair.first), Cell::from(&pair.second), Cell::from(pair.share_of_total), error, ends])
            }))
        }
    };
    table.without_empty_columns()
}
