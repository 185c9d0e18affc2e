//! The coefficients of several regressions, each coefficient on an axis of its own.

use super::axis::{across, range, whisker};
use super::numbers::{Unit, decimals_for, number};
use super::page::{CUT, Page, Sign, level, source};
use super::scene::{Scene, Stroke, Text};
use super::style::ChartStyle;
use super::text::{width, wrap};
use super::{Chart, Figure, needs};
use crate::error::Result;
use crate::regress::{CoefficientEstimate, CoefficientTable};

/// How regressions call what does not go with a column.
const INTERCEPT: &str = "(Intercept)";

impl Chart {
    /// The coefficients of several models with their intervals: for each coefficient, on an axis of its own as each is in
    /// units of its own, a row for each model that has it. Intercepts are left out.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) where there is no coefficient but intercepts.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::report::chart::Chart;
    /// use apportion::{Covariance, Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let model = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]);
    /// let pooled = model.clone().fit(&panel)?.coefficients(&Covariance::cluster())?;
    /// let within = model.estimator(Estimator::Within).fit(&panel)?.coefficients(&Covariance::cluster())?;
    /// let chart = Chart::coefficients(&[("pooled", &pooled), ("within", &within)])?;
    /// assert!(chart.to_svg().contains(">low_income_pct</text>"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn coefficients(models: &[(&str, &CoefficientTable)]) -> Result<Self> {
        let models: Vec<(String, CoefficientTable)> =
            models.iter().map(|(name, table)| ((*name).to_owned(), (*table).clone())).collect();
        let mut names: Vec<String> = Vec::new();
        for of in models.iter().flat_map(|(_, table)| &table.coefficients) {
            if of.name != INTERCEPT && of.estimate.is_finite() && !names.contains(&of.name) {
                names.push(of.name.clone());
            }
        }
        if names.is_empty() {
            return needs("models", "without coefficients", "give at least one that has some beside its intercept");
        }
        Ok(Chart::new(Coefficients { models, names }))
    }
}

#[derive(Debug)]
struct Coefficients {
    models: Vec<(String, CoefficientTable)>,
    names: Vec<String>,
}

impl Coefficients {
    /// The estimates of one coefficient with the place of their model.
    fn estimates<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (usize, &'a CoefficientEstimate)> {
        let of = move |(at, (_, table)): (usize, &'a (String, CoefficientTable))| {
            table.coefficients.iter().find(|of| of.name == name && of.estimate.is_finite()).map(|of| (at, of))
        };
        self.models.iter().enumerate().filter_map(of)
    }

    /// As exact as the largest estimate of this coefficient needs.
    fn decimals(&self, style: &ChartStyle, of: &CoefficientEstimate) -> usize {
        let largest = || decimals_for(self.estimates(&of.name).map(|(_, of)| of.estimate));
        style.stated_decimals().unwrap_or_else(largest)
    }

    fn number(&self, style: &ChartStyle, of: &CoefficientEstimate) -> String {
        number(of.estimate, self.decimals(style, of))
    }

    /// An estimate with its interval.
    fn written(&self, style: &ChartStyle, of: &CoefficientEstimate) -> String {
        let decimals = self.decimals(style, of);
        let ends = if of.lower.is_finite() && of.upper.is_finite() {
            format!(" ({} to {})", number(of.lower, decimals), number(of.upper, decimals))
        } else {
            String::new()
        };
        format!("{}{ends}", number(of.estimate, decimals))
    }
}

impl Figure for Coefficients {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let (size, small, colours) = (style.size(), style.small(), style.colours());
        let (_, first) = &self.models[0];
        let title = format!("Coefficients on {}", style.named(&first.outcome));
        let subtitle = format!(
            "Change of the outcome for one unit of each column, with {} intervals; every column has an axis of its own",
            level(first.level)
        );
        let mut page = Page::new(style, &title, &subtitle);
        if self.models.len() > 1 {
            let keys: Vec<(Sign, String)> = self
                .models
                .iter()
                .enumerate()
                .map(|(at, (name, _))| (Sign::Dot(colours.component(at)), style.named(name)))
                .collect();
            page.keys(&keys);
        }
        let room = 0.3 * (page.right - page.left);
        let labels: Vec<Vec<String>> =
            self.names.iter().map(|name| wrap(&style.named(name), room, size, false, 3)).collect();
        let before = labels.iter().flatten().map(|line| width(line, size, false)).fold(0.0, f64::max) + 12.0;
        let widest = |written: &dyn Fn(&CoefficientEstimate) -> String| {
            let all = self.names.iter().flat_map(|name| self.estimates(name));
            all.map(|(_, of)| width(&written(of), small, false)).fold(0.0, f64::max) + 12.0
        };
        let (whole, short) =
            (|of: &CoefficientEstimate| self.written(style, of), |of: &CoefficientEstimate| self.number(style, of));
        let left = page.left + before;
        // Where marks would have no room beside numbers with their intervals, the numbers are written alone.
        let has_room = page.right - widest(&whole) - left >= 0.25 * (page.right - page.left);
        let right = page.right - if has_room { widest(&whole) } else { widest(&short) };
        let right = right.max(left + 30.0);
        let step = 1.5 * size;
        let mut is_cut = false;
        for (name, lines) in self.names.iter().zip(&labels) {
            let estimates: Vec<_> = self.estimates(name).collect();
            let ends = estimates.iter().map(|(_, of)| (of.lower, of.upper));
            let scale = range(style, estimates.iter().map(|(_, of)| of.estimate), ends, true);
            // Zero within the axis and not at its end, so that a row is seen to be on one side of it.
            let pad = 0.04 * (scale.high - scale.low);
            let (low, high) = if style.stated_axis().is_some() {
                (scale.low, scale.high)
            } else {
                (scale.low.min(-pad), scale.high.max(pad))
            };
            let scale = super::axis::Scale { low, high, from: left, to: right };
            let top = page.y + 0.4 * size;
            let bottom = top + (step * estimates.len() as f64).max(1.2 * size * lines.len() as f64);
            page.y = across(&mut page.scene, style, &scale, Unit::Plain, (top, bottom), "", false) + 0.5 * size;
            let middle = (top + bottom) / 2.0;
            for (at, line) in lines.iter().enumerate() {
                let y = middle + (at as f64 - (lines.len() as f64 - 1.0) / 2.0) * 1.15 * size + 0.35 * size;
                page.scene.text(Text::new(line, (left - 12.0, y), size, colours.text).end());
            }
            for (row, (model, of)) in estimates.iter().enumerate() {
                let y = middle + (row as f64 - (estimates.len() as f64 - 1.0) / 2.0) * step;
                let colour = if self.models.len() > 1 { colours.component(*model) } else { colours.mark };
                is_cut |= whisker(&mut page.scene, &scale, y, (of.lower, of.upper), Stroke::new(colour, 1.5), 3.0);
                if scale.has(of.estimate) {
                    page.scene.disc((scale.at(of.estimate), y), 4.0, colour);
                }
                page.scene.text(Text::new(
                    if has_room { whole(of) } else { short(of) },
                    (right + 12.0, y + 0.35 * small),
                    small,
                    colours.text,
                ));
            }
        }
        if is_cut {
            page.note(CUT);
        }
        let told = self.names.iter().map(|name| {
            let own = self
                .estimates(name)
                .map(|(at, of)| format!("{} in {}", self.written(style, of), style.named(&self.models[at].0)));
            format!("{} {}", style.named(name), own.collect::<Vec<_>>().join(", "))
        });
        let told = told.collect::<Vec<_>>().join("; ");
        let rows = |(name, table): &(String, CoefficientTable)| {
            format!("{}: {} observations", style.named(name), table.n_observations)
        };
        let rows = self.models.iter().map(rows).collect::<Vec<_>>().join(", ");
        let source =
            format!("{} {}.", source(first.panel.as_deref(), &first.outcome, None), super::words::sentence(&rows));
        page.finish(&source, format!("Coefficients with intervals: {told}."))
    }
}
