//! What each component adds, by how many are in before it.

use super::axis::{below, range, room_beside, upright};
use super::numbers::{Unit, percent};
use super::page::{Page, source};
use super::scene::{Scene, Stroke, Text};
use super::spread::apart;
use super::style::ChartStyle;
use super::text::{cut_apart, width};
use super::words::decimals;
use super::{Chart, Figure, needs};
use crate::decompose::{Breakdown, Detail, SizeShare};
use crate::error::Result;
use crate::report::deviance::{explained, what};

impl Chart {
    /// Conditional dominance: the mean of what each component adds, by the number of components that are in before it. A
    /// line that lies above another at every size dominates it.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a breakdown by another method.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::chart::Chart;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]);
    /// let panel = panel.column("z", [0.0, 1.0, 0.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
    /// assert!(Chart::dominance(&fit.conditional_dominance()?)?.to_svg().contains(">second</text>"));
    /// let error = Chart::dominance(&fit.shapley()?).unwrap_err().to_string();
    /// assert!(error.contains("FittedModel::conditional_dominance"), "{error}");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn dominance(breakdown: &Breakdown) -> Result<Self> {
        match &breakdown.detail {
            Detail::BySize(sizes) if !sizes.is_empty() => {
                Ok(Chart::new(Dominance { breakdown: breakdown.clone(), sizes: sizes.clone() }))
            }
            _ => needs(
                "method",
                breakdown.method.name(),
                "the chart needs increments by size, which FittedModel::conditional_dominance gives",
            ),
        }
    }
}

#[derive(Debug)]
struct Dominance {
    breakdown: Breakdown,
    sizes: Vec<SizeShare>,
}

impl Figure for Dominance {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let (size, small, colours) = (style.size(), style.small(), style.colours());
        let names: Vec<&str> = self.breakdown.components.iter().map(|share| share.name.as_str()).collect();
        let title = format!(
            "What each component adds to the explained {} in {}",
            what(&self.breakdown),
            style.named(&self.breakdown.outcome)
        );
        let mut page = Page::new(
            style,
            &title,
            &format!("Mean increment of {}, by how many components are in before", explained(&self.breakdown)),
        );
        let y = range(style, self.sizes.iter().map(|at| at.share_of_total), [], true);
        let words: Vec<String> = names.iter().map(|name| style.named(name)).collect();
        let labels = cut_apart(&words, 0.3 * (page.right - page.left), small);
        let beside = labels.iter().map(|label| width(label, small, false)).fold(0.0, f64::max) + 26.0;
        let height = style.plot_height().max(1.35 * small * names.len() as f64);
        let (top, bottom) = (page.y + 0.5 * size, page.y + 0.5 * size + height);
        let y = y.between(bottom, top);
        let left = page.left + room_beside(style, &y, Unit::Percent);
        let right = page.right - beside;
        upright(&mut page.scene, style, &y, Unit::Percent, (left, right));
        let last = names.len().saturating_sub(1).max(1) as f64;
        let x = super::axis::Scale { low: 0.0, high: last, from: left + 10.0, to: right - 10.0 };
        page.y = below(&mut page.scene, style, &x, Unit::Whole, bottom, "components in before");

        let line_of = |name: &str| {
            let own = self.sizes.iter().filter(|at| at.component == name);
            own.map(|at| (x.at(at.size as f64), y.within(at.share_of_total))).collect::<Vec<_>>()
        };
        let lines: Vec<Vec<(f64, f64)>> = names.iter().map(|name| line_of(name)).collect();
        let wanted: Vec<f64> = lines.iter().map(|line| line.last().map_or(bottom, |point| point.1)).collect();
        let placed = apart(&wanted, 1.25 * small, (top, bottom));
        for (at, line) in lines.iter().enumerate() {
            let colour = colours.component(at);
            page.scene.path(line.clone(), Stroke::new(colour, 2.0));
            for &point in line {
                page.scene.disc(point, 3.0, colour);
            }
            let from = line.last().copied().unwrap_or((right, bottom));
            page.scene.line((from.0 + 4.0, from.1), (right + 10.0, placed[at]), Stroke::faint(colour, 1.0, 0.6));
            page.scene.disc((right + 14.0, placed[at]), 3.5, colour);
            page.scene.text(Text::new(&labels[at], (right + 22.0, placed[at] + 0.35 * small), small, colours.text));
        }
        let told = names.iter().map(|name| {
            let own = self.sizes.iter().filter(|at| at.component == *name);
            let values: Vec<String> = own.map(|at| percent(at.share_of_total, decimals(style))).collect();
            format!("{} {}", style.named(name), values.join(", "))
        });
        let told = told.collect::<Vec<_>>().join("; ");
        let description = format!(
            "Lines of the mean increment of each component, with none, one and more of the others in before: {told}."
        );
        let of = &self.breakdown;
        page.finish(&source(of.panel.as_deref(), &of.outcome, Some(&of.sample)), description)
    }
}
