//! A share under every specification, and below it which choices lie where.

use super::axis::{Scale, range, room_beside, upright};
use super::choices::{ChoiceRow, rows_of};
use super::numbers::{Unit, number, percent};
use super::page::{Page, Sign, source};
use super::scene::{Point, Scene, Stroke, Text};
use super::style::ChartStyle;
use super::text::{width, wrap};
use super::words::{decimals, sentence};
use super::{Chart, Figure, needs};
use crate::error::Result;
use crate::findings::{Specification, SpecificationCurve};

/// Columns that specifications are put into at most: beyond, one is a tick too narrow to see, and a chart of thousands
/// too large to send.
const MOST_COLUMNS: usize = 90;

impl Chart {
    /// The share of one component under every specification, from the smallest to the largest, and below which
    /// alternative of each choice lies where; where there are thousands, specifications beside each other are put
    /// together, and the shade says how many of them have the alternative.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) where no specification has a share of this name.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::Sensitivity;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::report::chart::Chart;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let base = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
    /// let base = base.component("practice", [Term::UnitEffects]);
    /// let curve = Sensitivity::new(base).outcomes(["log(cpp_rate)"]).all_orders().of(&panel)?;
    /// assert!(Chart::specification_curve(&curve, "practice")?.description().contains("4 specifications"));
    /// assert!(Chart::specification_curve(&curve, "luck").is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn specification_curve(curve: &SpecificationCurve, component: &str) -> Result<Self> {
        let share = |of: &&Specification| of.share_of_total(component).filter(|share| share.is_finite());
        let mut specifications: Vec<&Specification> =
            curve.specifications.iter().filter(|of| share(of).is_some()).collect();
        specifications.sort_by(|a, b| share(a).unwrap_or(0.0).total_cmp(&share(b).unwrap_or(0.0)));
        if specifications.is_empty() {
            let expected = format!("name one of {}, or unexplained", curve.components.join(", "));
            return needs("component", format!("\"{component}\""), &expected);
        }
        let points = specifications.iter().map(|of| {
            let share = of.share(component);
            let ends = share.and_then(|share| share.interval).map(|ends| (ends.lower, ends.upper));
            (share.map_or(0.0, |share| share.share_of_total), ends)
        });
        Ok(Chart::new(Curve {
            component: component.to_owned(),
            outcome: curve.model.outcome().map_or_else(String::new, ToString::to_string),
            points: points.collect(),
            base: curve.base.share_of_total(component),
            choices: rows_of(curve, component, &specifications),
            failed: curve.specifications.len() - specifications.len(),
            panel: curve.panel.clone(),
        }))
    }
}

#[derive(Debug)]
struct Curve {
    component: String,
    outcome: String,
    /// Every share with its interval, the smallest first.
    points: Vec<(f64, Option<(f64, f64)>)>,
    base: Option<f64>,
    choices: Vec<(String, Vec<ChoiceRow>)>,
    failed: usize,
    panel: Option<String>,
}

impl Figure for Curve {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let (size, small, colours) = (style.size(), style.small(), style.colours());
        let name = style.named(&self.component);
        let n = self.points.len();
        let count = number(n as f64, 0);
        let title =
            format!("The share of {name} under {count} {}", if n == 1 { "specification" } else { "specifications" });
        let mut page = Page::new(
            style,
            &title,
            "From the smallest share of the total variation to the largest; below, which choices lie where",
        );
        let has_ends = self.points.iter().any(|point| point.1.is_some());
        let is_thin = n > MOST_COLUMNS;
        let mut keys = vec![(
            if is_thin { Sign::Line(colours.mark) } else { Sign::Dot(colours.mark) },
            format!("share of {name}"),
        )];
        if has_ends {
            keys.push((Sign::Swatch(colours.mark.towards(colours.background, 0.75)), "its interval".to_owned()));
        }
        keys.extend(
            self.base.map(|base| (Sign::Dashes(colours.high), format!("the base: {}", percent(base, decimals(style))))),
        );
        page.keys(&keys);

        let values = self.points.iter().map(|point| point.0).chain(self.base);
        let ends = self.points.iter().filter_map(|point| point.1);
        let y = range(style, values, ends, true);
        let (top, bottom) = (page.y + 0.6 * small, page.y + 0.6 * small + 0.5 * style.plot_height());
        let y = y.between(bottom, top);
        let letters = 0.88 * size;
        let labels = self.choices.iter().flat_map(|(_, rows)| rows).map(|row| width(&row.label, letters, row.is_base));
        let beside = labels.fold(0.0, f64::max).min(0.34 * (page.right - page.left)) + 10.0;
        let left = page.left + beside.max(room_beside(style, &y, Unit::Percent));
        upright(&mut page.scene, style, &y, Unit::Percent, (left, page.right));
        let x = Scale { low: 0.0, high: n as f64, from: left, to: page.right };
        self.curve(&mut page.scene, style, &x, &y);
        page.y = bottom + 0.8 * size;
        self.panel(&mut page, style, &x, letters);
        if self.failed > 0 {
            page.note(&format!("{} specifications have no such share.", number(self.failed as f64, 0)));
        }
        if is_thin {
            page.note(&format!(
                "Each column holds about {} specifications: the darker, the more of them have the alternative.",
                n.div_ceil(MOST_COLUMNS)
            ));
        }
        let quantile = |part: f64| self.points[((n - 1) as f64 * part).round() as usize].0;
        let written = |value: f64| percent(value, decimals(style));
        let description = format!(
            "The share of {name} under {count} specifications: from {} to {}, the middle one {}, nine in ten from {} to {}.{}",
            written(quantile(0.0)),
            written(quantile(1.0)),
            written(quantile(0.5)),
            written(quantile(0.05)),
            written(quantile(0.95)),
            self.base.map_or_else(String::new, |base| format!(" The base has {}.", written(base)))
        );
        page.finish(&source(self.panel.as_deref(), &self.outcome, None), description)
    }
}

impl Curve {
    fn curve(&self, scene: &mut Scene, style: &ChartStyle, x: &Scale, y: &Scale) {
        let colours = style.colours();
        let n = self.points.len();
        let middle = |at: usize| x.at(at as f64 + 0.5);
        // Of thousands so many as a screen has pixels for, the first and the last among them.
        let most = 4 * MOST_COLUMNS;
        let shown: Vec<usize> =
            if n > most { (0..most).map(|at| at * (n - 1) / (most - 1)).collect() } else { (0..n).collect() };
        let band = colours.mark.towards(colours.background, 0.75);
        if n > MOST_COLUMNS {
            let ends: Vec<(usize, (f64, f64))> =
                shown.iter().filter_map(|&at| Some((at, self.points[at].1?))).collect();
            let lower = ends.iter().map(|(at, ends)| (middle(*at), y.within(ends.0)));
            let upper = ends.iter().rev().map(|(at, ends)| (middle(*at), y.within(ends.1)));
            scene.area(lower.chain(upper).collect(), band, 1.0);
            let line: Vec<Point> = shown.iter().map(|&at| (middle(at), y.within(self.points[at].0))).collect();
            scene.path(line, Stroke::new(colours.mark, 2.0));
        } else {
            for (at, (value, ends)) in self.points.iter().enumerate() {
                if let Some((lower, upper)) = ends {
                    scene.line((middle(at), y.within(*lower)), (middle(at), y.within(*upper)), Stroke::new(band, 3.0));
                }
                scene.disc(
                    (middle(at), y.within(*value)),
                    ((x.to - x.from) / n as f64 * 0.35).clamp(1.5, 4.0),
                    colours.mark,
                );
            }
        }
        if let Some(base) = self.base.filter(|base| y.has(*base)) {
            scene.dashes((x.from, y.at(base)), (x.to, y.at(base)), Stroke::new(colours.high, 1.25));
        }
    }

    /// The panel of choices: a heading for each, and a row for each alternative.
    fn panel(&self, page: &mut Page<'_>, style: &ChartStyle, x: &Scale, letters: f64) {
        let (colours, n) = (style.colours(), self.points.len());
        let columns = n.min(MOST_COLUMNS);
        let step = 1.35 * letters;
        for (choice, rows) in &self.choices {
            for line in wrap(&sentence(&style.named(choice)), page.right - page.left, letters, true, 2) {
                page.y += step;
                page.scene.text(Text::new(line, (page.left, page.y - 0.3 * letters), letters, colours.text).bold());
            }
            for row in rows {
                let lines = wrap(&style.named(&row.label), x.from - page.left - 8.0, letters, row.is_base, 2);
                let high = step.max(1.15 * letters * lines.len() as f64 + 3.0);
                let (top, bottom) = (page.y + 1.0, page.y + high - 1.0);
                for (at, line) in lines.iter().enumerate() {
                    let y = page.y + high / 2.0 + (at as f64 - (lines.len() as f64 - 1.0) / 2.0) * 1.1 * letters;
                    let text = Text::new(line, (x.from - 8.0, y + 0.35 * letters), letters, colours.text).end();
                    page.scene.text(if row.is_base { text.bold() } else { text });
                }
                page.scene.rect((x.from, top), (x.to, bottom), colours.grid.towards(colours.background, 0.6));
                let has = |column: usize| {
                    let (first, last) = (column * n / columns, (column + 1) * n / columns);
                    let own = row.members[first..last].iter().filter(|member| **member).count();
                    // In four steps, so that neighbours that are alike are one mark.
                    (4.0 * own as f64 / (last - first) as f64).ceil() as u8
                };
                let mut column = 0;
                while column < columns {
                    let shade = has(column);
                    let end = (column..columns).find(|&next| has(next) != shade).unwrap_or(columns);
                    if shade > 0 {
                        let at = |column: usize| x.at((column * n / columns) as f64);
                        let colour = colours.mark.towards(colours.background, 1.0 - f64::from(shade) / 4.0);
                        page.scene.rect((at(column), top), (at(end), bottom), colour);
                    }
                    column = end;
                }
                page.y += high;
            }
            page.y += 0.3 * step;
        }
    }
}
