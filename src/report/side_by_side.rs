//! Several breakdowns, and figures that others published, side by side.

use serde::{Deserialize, Serialize};

use crate::decompose::{Breakdown, Method, Share};

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
    pub(super) columns: Vec<Beside>,
}

/// Shares under the name of their source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Beside {
    pub(super) name: String,
    pub(super) shares: Vec<(String, f64, Option<[f64; 2]>)>,
    pub(super) level: Option<f64>,
    pub(super) note: Option<String>,
    /// By which method the shares of a breakdown are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) method: Option<Method>,
    /// What the panel of a breakdown says of where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) panel: Option<String>,
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
        let ends = |share: &Share| share.interval.map(|interval| [interval.lower, interval.upper]);
        let shares = breakdown.rows().map(|share| (share.name.clone(), share.share_of_total, ends(share)));
        let rows = breakdown.sample.to_string().lines().next().unwrap_or_default().to_string();
        self.columns.push(Beside {
            name: name.into(),
            shares: shares.collect(),
            level: breakdown.interval.as_ref().map(|interval| interval.level),
            note: Some(format!("{}, {}, {}", breakdown.outcome, breakdown.method.name(), rows)),
            method: Some(breakdown.method.clone()),
            panel: breakdown.panel.clone(),
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
        self.columns.push(Beside { name: name.into(), shares, level: None, note: None, method: None, panel: None });
        self
    }

    /// The names of all causes, what is unexplained last.
    pub(super) fn names(&self) -> Vec<&str> {
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
    pub(super) fn share(&self, name: &str) -> Option<(f64, Option<[f64; 2]>)> {
        self.shares.iter().find(|(own, ..)| own == name).map(|(_, share, ends)| (*share, *ends))
    }
}
