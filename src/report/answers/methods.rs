//! Methods beside one another, and splits of other totals than R².

use super::breakdown::detail_table;
use super::{counts, row, warned};
use crate::decompose::{Attribution, Breakdown, MethodTable, SampledShapley, Share};
#[cfg(feature = "charts")]
use crate::report::answer::drawn;
use crate::report::answer::{Answer, Origin};
use crate::report::breakdown::left_out;
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::deviance::{explained, of_breakdown, split};
use crate::report::document::{called, warnings};
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::words::{listed, per_cent, per_cents};

impl Answer for MethodTable {
    fn kind(&self) -> &'static str {
        "methods"
    }

    fn tables(&self) -> Tables {
        let title = self
            .breakdowns
            .first()
            .map_or("No method".to_string(), |first| format!("{}, share of the total by each method", first.outcome));
        let by_component: Vec<&Breakdown> = self.breakdowns.iter().filter(|b| !b.method.credits_columns()).collect();
        let by_column: Vec<&Breakdown> = self.breakdowns.iter().filter(|b| b.method.credits_columns()).collect();
        let tables =
            [("methods", "", by_component), ("methods_by_column", "methods that credit every column", by_column)]
                .map(|(name, caption, own)| self.crossed(name, caption, &own));
        let about = self.breakdowns.first().map(|first| counts(&first.sample));
        Tables::new(title, tables)
            .about(about)
            .about(self.breakdowns.first().and_then(|first| first.panel.clone()))
            .notes(self.breakdowns.first().map(|first| format!("{} {}", explained(first), per_cent(first.r2_overall))))
            .notes(self.breakdowns.iter().take(1).filter_map(|first| first.deviance.as_ref()).flat_map(of_breakdown))
            .notes(self.breakdowns.first().into_iter().flat_map(|first| left_out(&first.sample)))
            .notes(self.left_out.iter().map(|left| format!("left out: {}", left.reason)))
            .notes(warnings(&self.breakdowns).into_iter().map(|warning| format!("warning: {warning}")))
    }

    fn sentences(&self) -> Vec<String> {
        let one_each = self.one_of_each_method();
        let splits = |b: &&Breakdown| b.method.is_additive() && !b.method.credits_columns();
        let comparable: Vec<&Breakdown> = one_each.iter().filter(splits).collect();
        let Some(first) = comparable.first() else {
            return vec!["No two methods split the same total, so that none can be compared.".to_string()];
        };
        let reach = |name: &str| {
            let shares = comparable.iter().filter_map(|b| b.components.iter().find(|share| share.name == name));
            shares.fold((f64::MAX, f64::MIN), |(a, b), s| (a.min(s.share_of_total), b.max(s.share_of_total)))
        };
        let reaches: Vec<(&str, (f64, f64))> =
            first.components.iter().map(|share| (share.name.as_str(), reach(&share.name))).collect();
        let said: Vec<String> = reaches.iter().map(|(name, ends)| reach_in_words(name, *ends)).collect();
        let largest = |b: &&Breakdown| {
            b.components.iter().max_by(|x, y| x.share_of_total.total_cmp(&y.share_of_total)).map(|s| s.name.clone())
        };
        let top = largest(first);
        let agree = comparable.iter().filter(|b| largest(b) == top).count();
        let n = comparable.len();
        let methods = match n {
            1 => format!("By {}", first.method.name()),
            n if first.deviance.is_some() => format!("Over the {n} methods that split the deviance"),
            n => format!("Over the {n} methods that split R²"),
        };
        let mut sentences = vec![format!("{methods}, of {} go {}.", split(first), listed(&said))];
        if let (Some(top), true) = (top, n > 1 && first.components.len() > 1) {
            sentences.push(match agree == n {
                true => format!("By all of them {top} has the largest share."),
                false => format!("{top} has the largest share by {agree} of them, and not by the others."),
            });
        }
        sentences.push("Methods answer different questions: that they differ is no error of any.".to_string());
        sentences
    }

    fn origin(&self) -> Origin {
        self.breakdowns.first().map_or_else(Origin::default, Answer::origin)
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        drawn("The share of each component by every method.", Chart::methods(&self.with_one_of_each()))
            .into_iter()
            .collect()
    }
}

/// "39.8% to 50.5% with practice", and one figure where methods agree.
fn reach_in_words(name: &str, (least, most): (f64, f64)) -> String {
    match per_cent(least) == per_cent(most) {
        true => format!("{} with {name}", per_cent(least)),
        false => format!("{} with {name}", per_cents(least, most)),
    }
}

impl MethodTable {
    #[cfg(feature = "charts")]
    fn with_one_of_each(&self) -> MethodTable {
        MethodTable { breakdowns: self.one_of_each_method(), ..self.clone() }
    }

    /// A row for each method, a column for each name that it credits.
    fn crossed(&self, name: &str, caption: &str, own: &[&Breakdown]) -> Table {
        let mut names: Vec<&str> = Vec::new();
        for share in own.iter().flat_map(|breakdown| &breakdown.components) {
            if !names.contains(&share.name.as_str()) {
                names.push(&share.name);
            }
        }
        let mut table = Table::new(name, caption).column("method", "method", Format::Text);
        for name in names.iter().copied().chain(["always", "unexplained"]) {
            table = table.column(name, format!("{name}, %"), Format::Percent);
        }
        let mut known: Vec<String> = Vec::new();
        for breakdown in own {
            let label = called(breakdown, &self.breakdowns);
            if known.contains(&label) {
                continue;
            }
            let share = |name: &&str| breakdown.components.iter().find(|share| share.name == **name);
            let cells = names.iter().map(|name| Cell::from(share(name).map(|share| share.share_of_total)));
            let ends = [breakdown.always.as_ref(), Some(&breakdown.unexplained)];
            let ends = ends.map(|share: Option<&Share>| Cell::from(share.map(|share| share.share_of_total)));
            table.rows.push([Cell::from(&label)].into_iter().chain(cells).chain(ends).collect());
            known.push(label);
        }
        table.without_empty_columns()
    }
}

impl Answer for Attribution {
    fn kind(&self) -> &'static str {
        "attribution"
    }

    fn tables(&self) -> Tables {
        let table =
            Table::new("credits", "")
                .column("name", "component", Format::Text)
                .column("value", self.statistic.as_str(), Format::Significant)
                .column("proportion", "part, %", Format::Percent)
                .rows(self.components.iter().map(|credit| {
                    row([Cell::from(&credit.name), Cell::from(credit.value), Cell::from(credit.proportion)])
                }))
                .rows(
                    [("without any", self.empty), ("all together", self.whole)]
                        .map(|(name, value)| row([Cell::from(name), Cell::from(value), Cell::Empty])),
                )
                .closing(2);
        let names: Vec<&str> = self.components.iter().map(|credit| credit.name.as_str()).collect();
        let title = format!("{}, {}: {}", self.statistic, self.method.name(), self.method.meaning());
        Tables::new(title, [table, detail_table(&self.detail, &names, None)])
            .notes(["part: of what all components add together".to_string()])
    }

    fn sentences(&self) -> Vec<String> {
        let mut credits: Vec<_> = self.components.iter().collect();
        credits.sort_by(|a, b| b.value.total_cmp(&a.value));
        let of: Vec<String> = credits.iter().map(|c| format!("{} {}", c.name, per_cent(c.proportion))).collect();
        let number = |x: f64| crate::report::estimates::Digits::default().text(x);
        vec![format!(
            "From {} without any component to {} with all, {} is credited to {}.",
            number(self.empty),
            number(self.whole),
            self.statistic,
            listed(&of)
        )]
    }
}

impl Answer for SampledShapley {
    fn kind(&self) -> &'static str {
        "sampled_shapley"
    }

    fn tables(&self) -> Tables {
        let table = Table::new("shares", "")
            .column("name", "component", Format::Text)
            .column("share_of_total", "share of total, %", Format::Percent)
            .column("share_of_explained", "share of explained, %", Format::Percent)
            .column("std_error", "std. error of drawing orders", Format::Significant)
            .rows(self.always.iter().map(|share| {
                row([Cell::from(&share.name), Cell::from(share.share_of_total), Cell::Empty, Cell::Empty])
            }))
            .rows(self.components.iter().map(|share| {
                let numbers = [share.share_of_total, share.share_of_explained, share.std_error].map(Cell::from);
                row([Cell::from(&share.name)].into_iter().chain(numbers))
            }))
            .rows([row([
                Cell::from(&self.unexplained.name),
                Cell::from(self.unexplained.share_of_total),
                Cell::Empty,
                Cell::Empty,
            ])])
            .closing(1);
        Tables::new(format!("{}, Shapley from {} orders", self.outcome, self.orders), [table])
            .about([counts(&self.sample)])
            .about(self.panel.clone())
            .notes([format!("R² {}", per_cent(self.r2_overall))])
            .notes(left_out(&self.sample))
            .notes(warned(&self.warnings))
    }

    fn sentences(&self) -> Vec<String> {
        let mut shares: Vec<_> = self.components.iter().collect();
        shares.sort_by(|a, b| b.share_of_total.total_cmp(&a.share_of_total));
        let of: Vec<String> =
            shares.iter().map(|share| format!("{} {}", share.name, per_cent(share.share_of_total))).collect();
        let worst = self.components.iter().map(|share| share.std_error).fold(0.0, f64::max);
        let reached = if self.reached { "as asked" } else { "which is more than was asked: draw more orders" };
        vec![
            format!("Of the variation of {}, averaged over orders, {}.", self.outcome, listed(&of)),
            format!(
                "From {} orders drawn at random the shares are known to a standard error of {} points at most, {reached}.",
                self.orders,
                crate::report::estimates::Digits::Significant(2).text(100.0 * worst)
            ),
        ]
    }

    fn origin(&self) -> Origin {
        Origin::of_sample(&self.sample).seeded(Some(self.options.seed))
    }
}
