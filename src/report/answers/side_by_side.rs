//! Several breakdowns, and figures that others published, side by side.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::counts;
use crate::decompose::Breakdown;
use crate::report::answer::Answer;
#[cfg(feature = "charts")]
use crate::report::answer::drawn;
#[cfg(feature = "charts")]
use crate::report::chart::{Chart, StackedBar};
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::level;
use crate::report::words::{listed, per_cent};

/// Shares of the same causes from several sources: breakdowns of different panels or questions, and figures that were
/// published.
///
/// # Examples
/// ```
/// use apportion::report::{Answer, SideBySide};
/// use apportion::{Model, Panel};
///
/// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
/// let own = Model::new("y").component("cause", ["x"]).fit(&panel)?.shapley()?;
/// let beside = SideBySide::new().breakdown("ours", &own).figures("theirs", [("cause", 0.6), ("unexplained", 0.4)]);
/// assert!(beside.tables().to_markdown().contains("| cause | 71.4 | 60.0 |"));
/// assert_eq!(
///     beside.sentences()[0],
///     "The share of cause is 71.4% in ours and 60.0% in theirs, 11.4 points apart, which is the largest difference."
/// );
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SideBySide {
    columns: Vec<Beside>,
}

/// Shares under the name of their source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Beside {
    name: String,
    shares: Vec<(String, f64, Option<[f64; 2]>)>,
    level: Option<f64>,
    note: Option<String>,
}

impl SideBySide {
    /// Nothing yet.
    ///
    /// # Examples
    /// See [`SideBySide`].
    pub fn new() -> Self {
        SideBySide::default()
    }

    /// With a breakdown under this name, with its intervals where it has any.
    ///
    /// # Examples
    /// See [`SideBySide`].
    pub fn breakdown(mut self, name: impl Into<String>, breakdown: &Breakdown) -> Self {
        let ends = |share: &crate::decompose::Share| share.interval.map(|interval| [interval.lower, interval.upper]);
        let shares = breakdown.rows().map(|share| (share.name.clone(), share.share_of_total, ends(share)));
        self.columns.push(Beside {
            name: name.into(),
            shares: shares.collect(),
            level: breakdown.interval.as_ref().map(|interval| interval.level),
            note: Some(format!("{}, {}, {}", breakdown.outcome, breakdown.method.name(), counts(&breakdown.sample))),
        });
        self
    }

    /// With figures under this name, each the share of a cause as a fraction of the total.
    ///
    /// # Examples
    /// See [`SideBySide`].
    pub fn figures(
        mut self,
        name: impl Into<String>,
        figures: impl IntoIterator<Item = (impl Into<String>, f64)>,
    ) -> Self {
        let shares = figures.into_iter().map(|(name, share)| (name.into(), share, None)).collect();
        self.columns.push(Beside { name: name.into(), shares, level: None, note: None });
        self
    }

    /// The names of all causes, what is unexplained last.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, ..) in self.columns.iter().flat_map(|column| &column.shares) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names.sort_by_key(|name| *name == "unexplained");
        names
    }
}

impl Beside {
    fn share(&self, name: &str) -> Option<(f64, Option<[f64; 2]>)> {
        self.shares.iter().find(|(own, ..)| own == name).map(|(_, share, ends)| (*share, *ends))
    }
}

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
        let parts = |of: &Beside| of.shares.iter().map(|(name, share, _)| (name.clone(), *share)).collect::<Vec<_>>();
        let bars: Vec<StackedBar> =
            self.columns.iter().map(|of| StackedBar::new(of.name.as_str(), parts(of))).collect();
        drawn("The shares of every source, one below the other.", Chart::breakdowns(&bars)).into_iter().collect()
    }
}
