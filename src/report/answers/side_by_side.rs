//! What several breakdowns and figures say side by side.

use std::fmt;

use crate::report::answer::Answer;
#[cfg(feature = "charts")]
use crate::report::answer::drawn;
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::side_by_side::SideBySide;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::level;
use crate::report::words::{listed, per_cent};

impl fmt::Display for SideBySide {
    /// Its table within 80 columns.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tables().to_text())
    }
}

impl Answer for SideBySide {
    fn kind(&self) -> &'static str {
        "side_by_side"
    }

    fn tables(&self) -> Tables {
        let mut table = Table::new("shares", "").column("name", "component", Format::Text);
        for column in &self.columns {
            let name = &column.name;
            table = table.column(name, format!("{name}, %"), Format::Percent);
            if let Some(of) = column.level {
                let ends = [format!("{name}_lower"), format!("{name}_upper")];
                table = table.range([&ends[0], &ends[1]], format!("{} interval", level(of)), Format::Percent);
            }
        }
        let cells = |name: &&str| {
            let own = self.columns.iter().flat_map(|column| {
                let share = column.share(name);
                let ends = column.level.map(|_| Cell::from(share.and_then(|(_, ends)| ends)));
                [Cell::from(share.map(|(share, _)| share))].into_iter().chain(ends)
            });
            [Cell::from(*name)].into_iter().chain(own).collect()
        };
        let notes =
            self.columns.iter().filter_map(|column| Some(format!("{}: {}", column.name, column.note.as_ref()?)));
        Tables::new("Shares side by side", [table.rows(self.names().iter().map(cells))]).notes(notes)
    }

    fn sentences(&self) -> Vec<String> {
        let shares_of = |name: &str| -> Vec<(&str, f64)> {
            self.columns.iter().filter_map(|column| Some((column.name.as_str(), column.share(name)?.0))).collect()
        };
        let reach = |name: &str| {
            let shares = shares_of(name);
            let ends = shares.iter().fold((f64::MAX, f64::MIN), |(a, b), (_, share)| (a.min(*share), b.max(*share)));
            (shares.len() > 1).then_some(ends.1 - ends.0)
        };
        let names = self.names();
        // What is unexplained differs because causes do.
        let causes = names.iter().filter(|name| **name != "unexplained");
        let apart = causes.filter_map(|name| Some((*name, reach(name)?)));
        let Some((name, apart)) = apart.max_by(|a, b| a.1.total_cmp(&b.1)) else {
            return vec!["No cause has shares in two of these.".to_string()];
        };
        let shares: Vec<String> =
            shares_of(name).iter().map(|(column, share)| format!("{} in {column}", per_cent(*share))).collect();
        let apart = crate::report::text::percent(apart);
        vec![format!(
            "The share of {name} is {}, {apart} points apart, which is the largest difference.",
            listed(&shares)
        )]
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        drawn("The shares of every source, one below the other.", Chart::breakdowns(self)).into_iter().collect()
    }
}
