//! The same variation by every method, a panel for each component.

use super::axis::{Scale, across, range, whisker};
use super::numbers::{Unit, percent};
use super::page::{CUT, Page, Sign, intervals, source};
use super::scene::{Scene, Stroke, Text};
use super::style::ChartStyle;
use super::text::{cut, width, wrap};
use super::words::{decimals, spoken};
use super::{Chart, Figure, needs};
use crate::decompose::{Breakdown, MethodTable, Share};
use crate::error::Result;
use crate::report::deviance::what;

/// How narrow a panel may be, in letters.
const NARROWEST: f64 = 11.0;

impl Chart {
    /// The shares by several methods side by side: a panel for each component, in which every method has a row.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a table without a breakdown.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::chart::Chart;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]);
    /// let panel = panel.column("z", [0.0, 1.0, 0.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
    /// assert!(Chart::methods(&fit.all_methods()?)?.to_svg().contains(">Shapley</text>"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn methods(table: &MethodTable) -> Result<Self> {
        match table.breakdowns.first() {
            Some(first) if !first.components.is_empty() => Ok(Chart::new(Methods { table: table.clone() })),
            _ => needs(
                "table",
                "without breakdowns",
                "ask FittedModel::methods for methods that this model can be split by",
            ),
        }
    }
}

#[derive(Debug)]
struct Methods {
    table: MethodTable,
}

impl Methods {
    fn shares<'a>(&'a self, component: &'a str) -> impl Iterator<Item = (&'a Breakdown, Option<&'a Share>)> {
        self.table.breakdowns.iter().map(move |of| (of, of.components.iter().find(|share| share.name == component)))
    }
}

impl Figure for Methods {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let (size, colours) = (style.size(), style.colours());
        let all = &self.table.breakdowns;
        let Some(first) = all.first() else { return Page::new(style, "", "").finish("", String::new()) };
        let components: Vec<&str> = first.components.iter().map(|share| share.name.as_str()).collect();
        let every = || all.iter().flat_map(|of| &of.components);
        let ends = every().filter_map(|share| share.interval).map(|ends| (ends.lower, ends.upper));
        let scale = range(style, every().map(|share| share.share_of_total), ends, true);

        let title = format!("The {} in {} by every method", what(first), style.named(&first.outcome));
        let mut page = Page::new(
            style,
            &title,
            &format!("Share of the total {}; each panel is a component, each row a method", what(first)),
        );
        if all.iter().any(|of| !of.method.is_additive()) {
            let adds = "shares add up to what is explained".to_owned();
            page.keys(&[
                (Sign::Dot(colours.mark), adds),
                (Sign::Ring(colours.mark), "shares do not add up".to_owned()),
            ]);
        }
        let names: Vec<String> = all.iter().map(|of| spoken(of.method.name())).collect();
        let beside = names.iter().map(|name| width(name, style.small(), false)).fold(0.0, f64::max) + 12.0;
        let room = page.right - page.left - beside;
        let columns = ((room / (NARROWEST * size)) as usize).clamp(1, components.len());
        // As many in every line as the last has, where that needs no further line.
        let columns = components.len().div_ceil(components.len().div_ceil(columns));
        let gap = 26.0;
        let wide = (room - gap * (columns as f64 - 1.0)) / columns as f64;
        let step = 1.55 * size;
        let mut is_cut = false;
        for line in components.chunks(columns) {
            let headings: Vec<Vec<String>> =
                line.iter().map(|name| wrap(&style.named(name), wide, size, true, 3)).collect();
            let most = headings.iter().map(Vec::len).max().unwrap_or(1) as f64;
            let top = page.y + most * 1.2 * size + 0.4 * size;
            let bottom = top + step * all.len() as f64;
            for (at, (component, heading)) in line.iter().zip(&headings).enumerate() {
                let left = page.left + beside + at as f64 * (wide + gap);
                for (of_line, text) in heading.iter().enumerate() {
                    let y = top - 0.5 * size - (heading.len() - 1 - of_line) as f64 * 1.2 * size;
                    page.scene.text(Text::new(text, (left, y), size, colours.text).bold());
                }
                let scale = scale.between(left, left + wide);
                is_cut |= self.panel(&mut page, style, component, &scale, (top, bottom), step);
            }
            for (at, name) in names.iter().enumerate() {
                let place = (page.left + beside - 10.0, top + (at as f64 + 0.5) * step + 0.35 * style.small());
                page.scene
                    .text(Text::new(cut(name, beside, style.small(), false), place, style.small(), colours.text).end());
            }
            page.y = bottom + 2.0 * size;
        }
        if let Some(interval) = all.iter().find_map(|of| of.interval.as_ref()) {
            page.note(&intervals(interval));
        }
        if is_cut {
            page.note(CUT);
        }
        if !self.table.left_out.is_empty() {
            let names: Vec<String> = self.table.left_out.iter().map(|left| spoken(&left.method)).collect();
            page.note(&format!("This model cannot be split by: {}.", names.join(", ")));
        }
        let told = components.iter().map(|component| {
            let values = self.shares(component).filter_map(|(of, share)| {
                Some(format!("{} {}", spoken(of.method.name()), percent(share?.share_of_total, decimals(style))))
            });
            format!("{}: {}", style.named(component), values.collect::<Vec<_>>().join(", "))
        });
        let told = told.collect::<Vec<_>>().join("; ");
        let description =
            format!("Points of the share of the total {} of each component by method. {told}.", what(first));
        page.finish(&source(first.panel.as_deref(), &first.outcome, Some(&first.sample)), description)
    }
}

impl Methods {
    /// The panel of one component; says whether an interval was cut.
    fn panel(
        &self,
        page: &mut Page<'_>,
        style: &ChartStyle,
        component: &str,
        scale: &Scale,
        (top, bottom): (f64, f64),
        step: f64,
    ) -> bool {
        let colours = style.colours();
        across(&mut page.scene, style, scale, Unit::Percent, (top, bottom), "", false);
        let mut is_cut = false;
        for (at, (of, share)) in self.shares(component).enumerate() {
            let Some(share) = share else { continue };
            let y = top + (at as f64 + 0.5) * step;
            if let Some(ends) = share.interval {
                let line = Stroke::new(colours.mark, 1.25);
                is_cut |= whisker(&mut page.scene, scale, y, (ends.lower, ends.upper), line, 0.0);
            }
            if !scale.has(share.share_of_total) {
                continue;
            }
            let place = (scale.at(share.share_of_total), y);
            if of.method.is_additive() {
                page.scene.disc(place, 3.5, colours.mark);
            } else {
                page.scene.disc(place, 3.5, colours.background);
                page.scene.ring(place, 3.2, Stroke::new(colours.mark, 1.5));
            }
        }
        is_cut
    }
}
