//! What components explain alone and in common, as an UpSet: a bar for each set, and below it who is in.

use super::axis::{Scale, range, room_beside, upright};
use super::numbers::{Unit, number, percent};
use super::page::{Page, Sign, source};
use super::scene::{Scene, Stroke, Text};
use super::style::ChartStyle;
use super::text::{cut_apart, width};
use super::words::decimals;
use super::{Chart, Figure, needs};
use crate::decompose::{Breakdown, Detail, SubsetShare};
use crate::error::Result;
use crate::report::deviance::what;

/// Sets that are shown at most.
const MOST_SETS: usize = 40;

impl Chart {
    /// Commonality: what each component explains alone, and what sets of them have in common, largest first; where there
    /// are more sets than have room, the largest in size, and what the others come to is said.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a breakdown by another method.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::chart::Chart;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// assert!(Chart::commonality(&fit.commonality()?)?.description().contains("one and other 71.4%"));
    /// assert!(Chart::commonality(&fit.shapley()?).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn commonality(breakdown: &Breakdown) -> Result<Self> {
        match &breakdown.detail {
            Detail::Subsets(parts) if !parts.is_empty() => {
                Ok(Chart::new(Commonality { breakdown: breakdown.clone(), parts: parts.clone() }))
            }
            _ => needs(
                "method",
                breakdown.method.name(),
                "the chart needs the parts of sets of components, which FittedModel::commonality gives",
            ),
        }
    }
}

#[derive(Debug)]
struct Commonality {
    breakdown: Breakdown,
    parts: Vec<SubsetShare>,
}

impl Commonality {
    /// The parts that are shown, the largest first.
    fn shown(&self, most: usize) -> Vec<&SubsetShare> {
        let mut shown: Vec<&SubsetShare> = self.parts.iter().collect();
        shown.sort_by(|a, b| b.share_of_total.abs().total_cmp(&a.share_of_total.abs()));
        shown.truncate(most);
        shown.sort_by(|a, b| b.share_of_total.total_cmp(&a.share_of_total));
        shown
    }
}

impl Figure for Commonality {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let (size, small, colours) = (style.size(), style.small(), style.colours());
        let of = &self.breakdown;
        let title = format!("What components explain of {}, alone and in common", style.named(&of.outcome));
        let mut page = Page::new(style, &title, &format!("Share of the total {} of every set of components", what(of)));
        let common = colours.plain;
        page.keys(&[
            (Sign::Swatch(colours.mark), "of one component alone".to_owned()),
            (Sign::Swatch(common), "in common".to_owned()),
        ]);
        let names: Vec<String> = of.components.iter().map(|share| style.named(&share.name)).collect();
        let room = 0.34 * (page.right - page.left);
        let labels = cut_apart(&names, room, size);
        let widest = labels.iter().map(|label| width(label, size, false)).fold(0.0, f64::max);
        let left = page.left + (widest + 10.0).max(60.0);
        let most = (((page.right - left) / (1.5 * size)) as usize).clamp(1, MOST_SETS);
        let shown = self.shown(most);
        let step = ((page.right - left) / shown.len() as f64).min(4.0 * size);

        let scale = range(style, shown.iter().map(|part| part.share_of_total), [], true);
        // Room for the numbers above the bars, and below those that go down.
        let tall = 0.5 * style.plot_height();
        let (top, bottom) = (page.y + 3.4 * small, page.y + 3.4 * small + tall);
        let scale = scale.between(bottom, top);
        let left = left.max(page.left + room_beside(style, &scale, Unit::Percent));
        let right = left + step * shown.len() as f64;
        upright(&mut page.scene, style, &scale, Unit::Percent, (left, right));
        self.bars(&mut page, style, &shown, &scale, (left, step));
        let lowest = if scale.low < 0.0 { 3.4 * small } else { 0.6 * size };
        page.y = bottom + lowest;
        self.matrix(&mut page, style, &shown, &labels, (left, step));
        if shown.len() < self.parts.len() {
            let others = self.parts.iter().map(|part| part.share_of_total).sum::<f64>()
                - shown.iter().map(|part| part.share_of_total).sum::<f64>();
            page.note(&format!(
                "Shown are the {} largest of {} parts, by size; the others come to {} together.",
                shown.len(),
                number(self.parts.len() as f64, 0),
                percent(others, decimals(style))
            ));
        }
        let told = shown.iter().map(|part| {
            let members: Vec<&str> =
                part.coalition.members().filter_map(|at| names.get(at)).map(String::as_str).collect();
            format!("{} {}", members.join(" and "), percent(part.share_of_total, decimals(style)))
        });
        let told = told.collect::<Vec<_>>().join("; ");
        let description =
            format!("Bars of what sets of components explain of the total variation, alone and in common: {told}.");
        page.finish(&source(of.panel.as_deref(), &of.outcome, Some(&of.sample)), description)
    }
}

impl Commonality {
    fn bars(
        &self,
        page: &mut Page<'_>,
        style: &ChartStyle,
        shown: &[&SubsetShare],
        scale: &Scale,
        (left, step): (f64, f64),
    ) {
        let (small, colours) = (style.small(), style.colours());
        let written: Vec<String> = shown.iter().map(|part| percent(part.share_of_total, decimals(style))).collect();
        let turn = written.iter().any(|text| width(text, small, false) > step - 2.0);
        for (at, (part, text)) in shown.iter().zip(&written).enumerate() {
            let x = left + (at as f64 + 0.5) * step;
            let colour = if part.coalition.len() == 1 { colours.mark } else { colours.plain };
            let half = (0.36 * step).min(14.0);
            page.scene.rect((x - half, scale.within(0.0)), (x + half, scale.within(part.share_of_total)), colour);
            let end = scale.within(part.share_of_total);
            let is_below = part.share_of_total < 0.0;
            if turn {
                let text = Text::new(
                    text,
                    (x + 0.35 * small, if is_below { end + 4.0 } else { end - 4.0 }),
                    small,
                    colours.text,
                )
                .upright();
                page.scene.text(if is_below { text.end() } else { text });
            } else {
                let y = if is_below { end + 1.1 * small } else { end - 0.4 * small };
                page.scene.text(Text::new(text, (x, y), small, colours.text).middle());
            }
        }
    }

    /// Who is in each set: a line of dots for each component.
    fn matrix(
        &self,
        page: &mut Page<'_>,
        style: &ChartStyle,
        shown: &[&SubsetShare],
        labels: &[String],
        (left, step): (f64, f64),
    ) {
        let (size, colours) = (style.size(), style.colours());
        let high = 1.7 * size;
        let (top, right) = (page.y, left + step * shown.len() as f64);
        let radius = (0.28 * step).min(0.35 * size).max(2.0);
        let y_of = |row: usize| top + (row as f64 + 0.5) * high;
        for (row, label) in labels.iter().enumerate() {
            if row % 2 == 0 {
                let band = colours.grid.towards(colours.background, 0.5);
                page.scene.rect((left, y_of(row) - high / 2.0), (right, y_of(row) + high / 2.0), band);
            }
            page.scene.text(Text::new(label, (left - 10.0, y_of(row) + 0.35 * size), size, colours.text).end());
        }
        for (at, part) in shown.iter().enumerate() {
            let x = left + (at as f64 + 0.5) * step;
            let members: Vec<usize> = part.coalition.members().collect();
            if let (Some(&first), Some(&last)) = (members.first(), members.last()) {
                page.scene.line((x, y_of(first)), (x, y_of(last)), Stroke::new(colours.text, 1.5));
            }
            for row in 0..labels.len() {
                let colour = if members.contains(&row) { colours.text } else { colours.grid };
                page.scene.disc((x, y_of(row)), radius, colour);
            }
        }
        page.y = top + high * labels.len() as f64;
    }
}
