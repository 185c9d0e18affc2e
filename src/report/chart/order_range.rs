//! How far shares move with the order of entry.

use super::axis::range;
use super::numbers::{Unit, percent};
use super::page::{Page, Sign, source};
use super::rows::{Row, bar, rows};
use super::scene::Scene;
use super::style::ChartStyle;
use super::words::decimals;
use super::{Chart, Figure, needs};
use crate::decompose::{OrderRange, ShareRange};
use crate::error::Result;

impl Chart {
    /// The smallest, mean and largest sequential share of every component over all orders.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a range without a component.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::chart::Chart;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// assert!(Chart::order_range(&fit.order_range()?)?.description().contains("one 0.0 to 71.4%"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn order_range(range: &OrderRange) -> Result<Self> {
        if range.components.is_empty() {
            return needs("range", "without components", "give one that has some");
        }
        Ok(Chart::new(Orders { range: range.clone() }))
    }
}

#[derive(Debug)]
struct Orders {
    range: OrderRange,
}

impl Figure for Orders {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let (size, colours, components) = (style.size(), style.colours(), &self.range.components);
        let scale = range(style, components.iter().flat_map(|of| [of.min, of.mean, of.max]), [], true);
        let title = format!("How far shares of {} move with the order of entry", style.named(&self.range.outcome));
        let mut page = Page::new(style, &title, "Sequential shares over all orders");
        let band = colours.mark.towards(colours.background, 0.6);
        page.keys(&[
            (Sign::Swatch(band), "from the smallest to the largest".to_owned()),
            (Sign::Dot(colours.mark), "mean over orders: the Shapley value".to_owned()),
        ]);
        let reach = |of: &ShareRange| {
            let least = percent(of.min, decimals(style));
            format!("{} to {}", least.trim_end_matches('%'), percent(of.max, decimals(style)))
        };
        let lines: Vec<Row> =
            components.iter().map(|of| Row::new(style.named(&of.name), reach(of), 2.1 * size)).collect();
        let rows = rows(&page, &lines, scale);
        rows.axis(&mut page, Unit::Percent, "share of the total variation");
        for (of, &(_, middle, _)) in components.iter().zip(&rows.places) {
            bar(&mut page.scene, &rows.scale, (of.min, of.max), (middle - 4.0, middle + 4.0), band);
            if rows.scale.has(of.mean) {
                page.scene.disc((rows.scale.at(of.mean), middle), 4.0, colours.mark);
            }
        }
        rows.words(&mut page, &lines);
        let told = components
            .iter()
            .map(|of| format!("{} {}, mean {}", style.named(&of.name), reach(of), percent(of.mean, decimals(style))));
        let told = told.collect::<Vec<_>>().join("; ");
        let description = format!("Bars from the smallest to the largest sequential share over all orders: {told}.");
        page.finish(&source(None, &self.range.outcome, None), description)
    }
}
