//! What the NAO published beside what open data give: one table, what of it is chance, and what the figures say.

pub mod counts;
pub mod page;

use apportion::findings::Findings;
use apportion::panel::ENGLAND_ATTRIBUTION;
use apportion::regress::NoiseModel;
use apportion::{Breakdown, Method, Share};

use crate::cli::words::{ends, percent, wrapped};

/// Component, published per cent, and what the report calls it.
pub const PUBLISHED: [(&str, f64, &str); 5] = [
    ("deprivation", 15.0, "deprivation"),
    ("spending", 6.0, "spending, social-worker vacancies"),
    ("policy", 10.0, "national policy changes"),
    ("practice", 44.0, "characteristics of authorities (1)"),
    ("unexplained", 25.0, "unexplained"),
];
pub const SOURCE: &str = "\
NAO: National Audit Office (2019), Pressures on children's social care, HC 1868
(1) practice, market conditions, children and families";
/// Specifications that were tried on England's panel, and the part of them that come within three points of all five
/// figures: four outcomes, five measures of deprivation, twelve of spending, windows of five to ten years, all orders.
const TRIED: &str = "115,776";
const WITHIN_THREE: &str = "Three in ten thousand";
/// The years in which the nearest question is nearest.
const NEAREST_IN: &str = "2010 to 2017";

/// A breakdown and what its column is called.
pub struct Column<'a> {
    pub head: [&'static str; 2],
    pub findings: &'a Findings,
}

impl Column<'_> {
    /// The sequential shares, which come first.
    pub fn breakdown(&self) -> Option<&Breakdown> {
        let is_sequential = |b: &&Breakdown| matches!(b.method, Method::Sequential { .. });
        self.findings.methods.breakdowns.iter().find(is_sequential)
    }

    fn share(&self, name: &str) -> Option<&Share> {
        self.breakdown()?.rows().find(|share| share.name == name)
    }
}

/// The simulated panel, England by two questions, and the NAO, side by side.
pub fn side_by_side(columns: &[Column<'_>]) -> String {
    let interval = columns.iter().find_map(|column| column.breakdown()?.interval.as_ref());
    let intervals = interval.map(|i| format!("{}% {} intervals", 100.0 * i.level, i.kind.name()));
    let mut lines = vec!["Plans to protect children: shares in % of the variation".to_string()];
    lines.extend(intervals);
    lines.push(String::new());
    let row = |name: &str, cells: Vec<String>, last: &str| {
        let cells: String = cells.iter().map(|cell| format!("{cell:>20}")).collect();
        format!("{name:<12}{cells}{last:>6}").trim_end().to_string()
    };
    for line in 0..2 {
        let last = if line == 0 { "NAO" } else { "" };
        lines.push(row("", columns.iter().map(|column| column.head[line].to_string()).collect(), last));
    }
    for (name, published, _) in PUBLISHED {
        let cell = |column: &Column<'_>| column.share(name).map_or(String::new(), with_ends);
        lines.push(row(name, columns.iter().map(cell).collect(), &format!("{published:.0}")));
    }
    lines.extend(SOURCE.lines().take(1).map(str::to_string));
    lines.join("\n")
}

fn with_ends(share: &Share) -> String {
    let (value, ends) = (percent(share.share_of_total), ends(share.interval).replace(" to ", "–"));
    if ends.is_empty() { value } else { format!("{value} ({ends})") }
}

/// Raw shares, what chance gives, and what is left, of a column; `None` where nothing is corrected.
pub fn corrected(column: &Column<'_>) -> Option<String> {
    let breakdown = column.breakdown()?;
    breakdown.rows().find(|share| share.corrected.is_some())?;
    let title = column.head.join(" ");
    let mut lines = vec![format!("{:<34}{:>8}{:>8}{:>11}", title.trim(), "raw", "chance", "corrected")];
    for share in breakdown.rows() {
        let (raw, chance) = (percent(share.share_of_total), share.chance.map(percent).unwrap_or_default());
        let corrected = share.corrected.map_or(String::new(), |c| {
            format!("{:>11} ({} to {})", percent(c.share_of_total), percent(c.lower), percent(c.upper))
        });
        lines.push(format!("  {:<32}{raw:>8}{chance:>8}{corrected}", share.name));
    }
    if let Some(noise) = breakdown.unexplained.counting_noise {
        lines.push(format!("  {:<32}{:>8}", "  of which counting noise", percent(noise)));
    }
    Some(lines.join("\n"))
}

/// What England's figures say, from the numbers: how near the nearest question comes, how far the order of entry moves
/// authority effects, and what of them persists.
pub fn in_words(nearest: &Column<'_>, plain: &Column<'_>) -> String {
    let mut said = Vec::new();
    if let Some((name, off)) = furthest(nearest) {
        said.push(format!(
            "Of {TRIED} specifications tried on this panel, the nearest to the NAO's figures asks how plan starts, logged, \
             go with policy first, then safeguarding spending, deprivation and the authorities. It is nearest in \
             {NEAREST_IN}; in the NAO's own years, 2011 to 2018, it is off by {off:.1} points at most ({name}). \
             {WITHIN_THREE} specifications come within three points on all five figures: such figures take a question much \
             like this one, and hang on it. The plain question is off by {}.",
            furthest(plain).map_or("more".to_string(), |(name, off)| format!("{off:.1} points ({name})"))
        ));
    }
    let range = nearest.findings.order_range.as_ref().and_then(|range| range.component("practice").ok());
    if let (Some(range), Some(last)) = (range, nearest.share("practice")) {
        said.push(format!(
            "Order matters: entered last, authority effects get {}%; over all orders, {}% to {}%.",
            percent(last.share_of_total),
            percent(range.min),
            percent(range.max)
        ));
    }
    for (what, column) in [("plan starts, logged,", nearest), ("plans", plain)] {
        let Some((share, corrected)) = column.share("practice").and_then(|share| Some((share, share.corrected?)))
        else {
            continue;
        };
        let noise = column.breakdown().and_then(|breakdown| breakdown.noise.as_ref()).map(|noise| noise.model);
        let (persist, rest) = match noise {
            Some(NoiseModel::Persistent { from_lag: Some(lag) }) if lag > 1 => {
                (format!("persist over {lag} years and more"), "chance, or fades sooner")
            }
            _ => ("persist".to_string(), "chance"),
        };
        said.push(format!(
            "With the authorities themselves go {}% of the variation of {what}. Of these points {} ({} to {}) {persist}; the \
             rest is {rest}.",
            percent(share.share_of_total),
            percent(corrected.share_of_total),
            percent(corrected.lower),
            percent(corrected.upper)
        ));
    }
    said.push(
        "The NAO never published its specification. A share is what goes with a component, not what it causes.".into(),
    );
    said.push(format!("England: {ENGLAND_ATTRIBUTION}"));
    wrapped(&said.join("\n"))
}

/// The component whose share is furthest from the published one, and by how many points.
fn furthest(column: &Column<'_>) -> Option<(&'static str, f64)> {
    let off = |(name, published, _): &(&'static str, f64, &str)| {
        Some((*name, (100.0 * column.share(name)?.share_of_total - published).abs()))
    };
    PUBLISHED.iter().filter_map(off).max_by(|a, b| a.1.total_cmp(&b.1))
}
