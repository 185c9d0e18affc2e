//! Every share with its interval, and what of it is chance.

use super::axis::{range, whisker};
use super::numbers::{Unit, percent};
use super::page::{CUT, Page, Sign, intervals, level, source};
use super::rows::{Row, rows};
use super::scene::{Scene, Stroke};
use super::style::ChartStyle;
use super::words::{decimals, method_of, sentence, share};
use super::{Chart, Figure, needs};
use crate::decompose::{Breakdown, Share};
use crate::error::Result;
use crate::report::deviance::what;

impl Chart {
    /// Every share of a breakdown as a point, with its interval; where they were computed also the corrected shares, with
    /// theirs, and what chance gives. By any method.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a breakdown without a component.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::report::chart::Chart;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
    /// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
    /// let chart = Chart::shares(&fit.sequential()?.with_intervals(&fit.jackknife()?)?)?;
    /// assert!(chart.to_svg().contains("corrected: chance taken out"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn shares(breakdown: &Breakdown) -> Result<Self> {
        if breakdown.components.is_empty() {
            return needs("breakdown", "without components", "give one that has some");
        }
        Ok(Chart::new(Forest { breakdown: breakdown.clone() }))
    }
}

#[derive(Debug)]
struct Forest {
    breakdown: Breakdown,
}

impl Figure for Forest {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let of = &self.breakdown;
        let (size, colours) = (style.size(), style.colours());
        let shares: Vec<&Share> = of.rows().collect();
        let has_corrected = shares.iter().any(|row| row.corrected.is_some());
        let points = shares.iter().flat_map(|row| {
            let corrected = row.corrected.map(|corrected| corrected.share_of_total);
            [Some(row.share_of_total), row.chance, corrected].into_iter().flatten()
        });
        let ends = shares.iter().flat_map(|row| {
            let of_corrected = row.corrected.map(|corrected| (corrected.lower, corrected.upper));
            row.interval.map(|ends| (ends.lower, ends.upper)).into_iter().chain(of_corrected)
        });
        let scale = range(style, points, ends, true);

        let title = format!("Shares of the {} in {}", what(of), style.named(&of.outcome));
        let mut page = Page::new(style, &title, &sentence(&method_of(of, style)));
        let with =
            of.interval.as_ref().map_or_else(String::new, |method| format!(", {} interval", level(method.level)));
        if has_corrected {
            page.keys(&[
                (Sign::Dot(colours.mark), format!("share{with}")),
                (Sign::Diamond(colours.high), format!("corrected: chance taken out{with}")),
                (Sign::Tick(colours.axis), "what chance gives".to_owned()),
            ]);
        }
        let written = |row: &Share| share(row.share_of_total, row.interval, decimals(style));
        let corrected = |row: &Share| {
            row.corrected.map(|of| {
                let end = |end: f64| percent(end, decimals(style)).trim_end_matches('%').to_owned();
                format!("{} ({} to {})", percent(of.share_of_total, decimals(style)), end(of.lower), end(of.upper))
            })
        };
        let lines: Vec<Row> = shares
            .iter()
            .map(|row| {
                let line = Row::new(style.named(&row.name), written(row), if has_corrected { 2.9 } else { 2.0 } * size);
                corrected(row).into_iter().fold(line, Row::and)
            })
            .collect();
        let rows = rows(&page, &lines, scale);
        rows.axis(&mut page, Unit::Percent, &format!("share of the total {}", what(of)));
        let mut is_cut = false;
        for (at, row) in shares.iter().enumerate() {
            let (_, middle, _) = rows.places[at];
            let apart = if row.corrected.is_some() { 0.6 * style.small() } else { 0.0 };
            let scene = &mut page.scene;
            if let Some(chance) = row.chance.filter(|chance| rows.scale.has(*chance)) {
                let x = rows.scale.at(chance);
                scene.line((x, middle - 0.9 * size), (x, middle + 0.9 * size), Stroke::new(colours.axis, 2.0));
            }
            if let Some(ends) = row.interval {
                let line = Stroke::new(colours.mark, 1.5);
                is_cut |= whisker(scene, &rows.scale, middle - apart, (ends.lower, ends.upper), line, 3.0);
            }
            if rows.scale.has(row.share_of_total) {
                scene.disc((rows.scale.at(row.share_of_total), middle - apart), 4.0, colours.mark);
            }
            if let Some(of) = row.corrected {
                is_cut |= whisker(
                    scene,
                    &rows.scale,
                    middle + apart,
                    (of.lower, of.upper),
                    Stroke::new(colours.high, 1.5),
                    3.0,
                );
                if rows.scale.has(of.share_of_total) {
                    scene.diamond((rows.scale.at(of.share_of_total), middle + apart), 4.5, colours.high);
                }
            }
        }
        rows.words(&mut page, &lines);
        if let Some(interval) = &of.interval {
            page.note(&intervals(interval));
        }
        if is_cut {
            page.note(CUT);
        }
        let told = shares.iter().map(|row| {
            let corrected = corrected(row).map_or_else(String::new, |text| format!(", corrected {text}"));
            format!("{} {}{corrected}", style.named(&row.name), written(row))
        });
        let told = told.collect::<Vec<_>>().join("; ");
        let description =
            format!("Points of the share of the total {} in {}: {told}.", what(of), style.named(&of.outcome));
        page.finish(&source(of.panel.as_deref(), &of.outcome, Some(&of.sample)), description)
    }
}
