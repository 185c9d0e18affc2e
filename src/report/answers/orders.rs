//! How far shares move with the order of entry.

use super::{row, warned};
use crate::decompose::{OrderRange, ShareRange};
use crate::report::answer::Answer;
#[cfg(feature = "charts")]
use crate::report::answer::drawn;
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::words::{listed, per_cent, per_cents};

/// Shares that differ by less are the same to a reader.
const SAME: f64 = 0.0005;

impl Answer for OrderRange {
    fn kind(&self) -> &'static str {
        "order_range"
    }

    fn tables(&self) -> Tables {
        let table = Table::new("order_range", "")
            .column("name", "component", Format::Text)
            .column("min", "min, %", Format::Percent)
            .column("mean", "mean, %", Format::Percent)
            .column("max", "max, %", Format::Percent)
            .rows(self.components.iter().map(|range| {
                row([Cell::from(&range.name)].into_iter().chain([range.min, range.mean, range.max].map(Cell::from)))
            }));
        let orders = match self.components.len() {
            1 => "in the only order".to_string(),
            n => format!("over all {n}! orders"),
        };
        Tables::new(format!("{}, share of total {orders}", self.outcome), [table]).notes(warned(&self.warnings))
    }

    fn sentences(&self) -> Vec<String> {
        let range = |range: &ShareRange| match range.max - range.min < SAME {
            true => format!("{} {}", range.name, per_cent(range.mean)),
            false => format!("{} {}", range.name, per_cents(range.min, range.max)),
        };
        if let [only] = self.components.as_slice() {
            let share = per_cent(only.mean);
            return vec![format!("{} alone can enter in one order only, and gets {share}.", only.name)];
        }
        let mut ranges: Vec<&ShareRange> = self.components.iter().collect();
        ranges.sort_by(|a, b| b.mean.total_cmp(&a.mean));
        let is_fixed = ranges.iter().all(|range| range.max - range.min < SAME);
        let said: Vec<String> = ranges.iter().map(|of| range(of)).collect();
        let said = match said.split_first() {
            Some((first, rest)) => {
                // "practice gets 20.1% to 44.0% of the variation of y, policy …"
                let at = ranges.first().map_or(0, |first| first.name.len());
                let first = format!("{} gets{} of the variation of {}", &first[..at], &first[at..], self.outcome);
                listed(&[vec![first], rest.to_vec()].concat())
            }
            None => return vec!["There is no component.".to_string()],
        };
        let tail = if is_fixed { ", whatever the order" } else { "" };
        let mut sentences = vec![format!("Over all orders in which the components may enter, {said}{tail}.")];
        let first = self.components.iter().max_by(|a, b| a.mean.total_cmp(&b.mean));
        if let (Some(first), false) = (first, is_fixed) {
            let others = self.components.iter().filter(|other| other.name != first.name);
            let most = others.map(|other| other.max).fold(f64::MIN, f64::max);
            sentences.push(match first.min > most {
                true => format!("In every order {} has the largest share.", first.name),
                false => "Which component has the largest share depends on the order.".to_string(),
            });
        }
        sentences
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        let what = "From the least to the largest share over all orders, and the mean.";
        drawn(what, Chart::order_range(self)).into_iter().collect()
    }
}
