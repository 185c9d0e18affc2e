//! England's page: the shares, what other specifications say, every authority, levels, and the change over the years.

use std::path::Path;

use apportion::findings::{Analysis, ChangeAnalysis, Funnel, FunnelTarget, Intervals, UnitAnalysis, UnitCounts};
use apportion::report::{Answer, SideBySide};
use apportion::{Method, Panel};

use super::{Column, PUBLISHED};
use crate::cli::face::Result;
use crate::cli::{england, page};

/// Draws of authorities for the intervals beside those of leaving each out.
const DRAWS: usize = 1_000;
/// Specifications drawn of all, of which somewhat less than half have rows enough in every year.
const SPECIFICATIONS: usize = 4_200;
/// What the draws begin from.
const SEED: u64 = 1;

/// Writes the page of England's plain question; beside it stand the other columns, its counts and the published figures.
pub fn write(file: &Path, columns: &[Column<'_>], counts: &Column<'_>) -> Result<()> {
    let panel = Panel::england_2011_2018()?;
    let fit = england::plain().fit(&panel)?;
    let analysis =
        Analysis::new().also_intervals(Intervals::jackknife()).also_intervals(Intervals::bootstrap(DRAWS, SEED));
    let (count, population, per) = england::COUNTS;
    let findings = analysis.order_range().comparisons().counting_noise(count, population, per).of(&fit)?;

    let published = PUBLISHED.map(|(name, per_cent, _)| (name, per_cent / 100.0));
    let own = columns.iter().chain([counts]).filter_map(|column| Some((column.head.join(" "), column.breakdown()?)));
    let beside = own.fold(SideBySide::new(), |beside, (name, breakdown)| beside.breakdown(name.trim(), breakdown));
    let beside = beside.figures("NAO", published);
    let curve =
        england::specifications().all_orders().methods([Method::Sequential { order: Vec::new() }, Method::Shapley]);
    let curve = curve.sample(SPECIFICATIONS, SEED).of(&england::without_the_two()?)?;
    let nearest = curve.nearest(&published, 3, 0.03)?;
    let units = UnitAnalysis::new().of(&fit)?.sorted_by("remainder")?;
    let funnel = Funnel::of(&UnitCounts::of(&panel, count, population, 2011..=2018)?, &FunnelTarget::Crude)?;
    let levels =
        fit.levels()?.methods(&[Method::Sequential { order: Vec::new() }])?.with_intervals(&fit.jackknife()?)?;
    let change = ChangeAnalysis::new().counts(population, per).of(&fit, 2011, 2018)?;
    let parts: [page::Part<'_>; 7] = [
        ("Beside the published figures", &beside as &dyn Answer),
        ("Other specifications", &curve),
        ("Near the published figures", &nearest),
        ("Authorities", &units),
        ("Counts of plans", &funnel),
        ("Levels", &levels),
        ("The change from 2011 to 2018", &change),
    ];
    page::write(file, page::Start::Shares(&fit, &findings), parts)
}
