//! How does an answer look?
//!
//! Every chart is a [`Chart`]: made from a result, given a [`ChartStyle`] where its own sizes, words and colours do not
//! serve, and written as SVG, drawn onto any area of plotters, or with the feature `png` written as that. It needs no font
//! and no library of the system, and has the same bytes every time.
//!
//! | what is shown | chart |
//! |---|---|
//! | the shares of one breakdown, stacked, and each with its interval | [`Chart::breakdown`] |
//! | several breakdowns, and figures that others published, one below the other | [`Chart::breakdowns`], of a [`SideBySide`](super::SideBySide) |
//! | shares with intervals, what chance gives, and shares without it | [`Chart::shares`] |
//! | the methods side by side | [`Chart::methods`] |
//! | how far shares move with the order | [`Chart::order_range`] |
//! | what a component adds by how many are in before it | [`Chart::dominance`] |
//! | what is explained alone and in common | [`Chart::commonality`] |
//! | the variation between units and within | [`Chart::levels`] |
//! | what remains of every unit, with its interval | [`Chart::units`] |
//! | what is expected of every unit, and what it is | [`Chart::expected_and_actual`] |
//! | counts against limits of chance | [`Chart::funnel`] |
//! | what moves one unit from the mean | [`Chart::contributions`] |
//! | what goes with a change of the mean, and of a count | [`Chart::change`], [`Chart::counts`] |
//! | a share under every specification, and its choices | [`Chart::specification_curve`] |
//! | the coefficients of several regressions | [`Chart::coefficients`] |
//! | how noise within units fades | [`Chart::noise`] |
//! | what a panel has, by column or by unit | [`Chart::coverage`], [`Chart::coverage_of`] |
//! | every unit over time, and the mean | [`Chart::over_time`] |
//!
//! Names, sizes, colours: [`ChartStyle`], [`Theme`], [`Colour`]. [`plotters`] is the version that [`Chart::draw`] draws
//! with.
//!
//! # Examples
//! ```
//! use apportion::panel::SIMULATED_ENGLAND_SEED;
//! use apportion::report::chart::{Chart, ChartStyle};
//! use apportion::{Model, Panel, Term};
//!
//! let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
//! let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
//! let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
//! let breakdown = fit.sequential()?.with_intervals(&fit.jackknife()?)?;
//! let chart = Chart::breakdown(&breakdown)?.styled(&ChartStyle::new().width(600.0).label("practice", "local practice"));
//! let svg = chart.to_svg();
//! assert!(svg.starts_with("<svg ") && svg.contains("role=\"img\"") && svg.contains("local practice"));
//! # Ok::<(), apportion::Error>(())
//! ```

mod axis;
mod caterpillar;
mod cells;
mod change;
mod choices;
mod coefficients;
mod commonality;
mod contributions;
mod coverage;
mod dominance;
mod expected;
mod forest;
mod funnel;
mod levels;
mod methods;
mod noise;
mod numbers;
mod order_range;
mod over_time;
mod page;
mod paint;
#[cfg(feature = "png")]
mod png;
mod rows;
mod scene;
mod specification_curve;
mod spread;
mod stacked;
mod style;
mod svg;
mod text;
mod theme;
mod waterfall;
mod widths;
mod words;

use std::fmt;
use std::sync::Arc;

pub use plotters;
use plotters::backend::DrawingBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};

use crate::error::{QuestionError, Result};
use scene::{Mark, Scene};
pub use style::ChartStyle;
pub use theme::{Colour, Theme};

/// What lays out a chart: one for each kind.
trait Figure: fmt::Debug + Send + Sync {
    /// The marks in their places, in this style.
    fn lay_out(&self, style: &ChartStyle) -> Scene;
}

/// A chart of a result. Which there are, the [module](self) says.
///
/// # Examples
/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Chart {
    figure: Arc<dyn Figure>,
    scene: Scene,
    prefix: Option<String>,
}

impl Chart {
    fn new(figure: impl Figure + 'static) -> Self {
        let scene = figure.lay_out(&ChartStyle::default());
        Chart { figure: Arc::new(figure), scene, prefix: None }
    }

    /// The same chart in other sizes, words and colours.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::SideBySide;
    /// use apportion::report::chart::{Chart, ChartStyle};
    ///
    /// let published = SideBySide::new().figures("published", [("practice", 0.44), ("unexplained", 0.56)]);
    /// let chart = Chart::breakdowns(&published)?;
    /// assert_eq!(chart.size().0, 800.0);
    /// assert_eq!(chart.styled(&ChartStyle::new().width(600.0)).size().0, 600.0);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    #[must_use]
    pub fn styled(&self, style: &ChartStyle) -> Self {
        Chart { scene: self.figure.lay_out(style), ..self.clone() }
    }

    /// The same chart, the ids of its SVG begun with this: for a page that refers to them. By default they come from what
    /// is drawn, so that those of two charts on one page differ.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::SideBySide;
    /// use apportion::report::chart::Chart;
    ///
    /// let published = SideBySide::new().figures("published", [("practice", 0.44)]);
    /// let chart = Chart::breakdowns(&published)?.with_ids("first");
    /// assert!(chart.to_svg().contains("<title id=\"first-title\">"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    #[must_use]
    pub fn with_ids(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// How wide and how high it is, in pixels.
    ///
    /// # Examples
    /// See [`styled`](Self::styled).
    pub fn size(&self) -> (f64, f64) {
        (self.scene.width, self.scene.height)
    }

    /// Its title.
    pub fn title(&self) -> &str {
        &self.scene.title
    }

    /// What it shows, in words, with the numbers: what a reader hears who does not see it, and `desc` of the SVG.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::SideBySide;
    /// use apportion::report::chart::Chart;
    ///
    /// let published = SideBySide::new().figures("published", [("practice", 0.44), ("unexplained", 0.56)]);
    /// let chart = Chart::breakdowns(&published)?;
    /// assert!(chart.description().contains("practice 44.0%"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn description(&self) -> &str {
        &self.scene.description
    }

    /// The chart as one SVG: the same bytes every time, no script, no style sheet and nothing to fetch, so that it can
    /// stand in a page as it is.
    ///
    /// # Examples
    /// See the [module](self).
    pub fn to_svg(&self) -> String {
        svg::svg(&self.scene, self.prefix.as_deref())
    }

    /// Draws the chart onto an area of plotters, as large as it fits there: for a figure of your own, or another backend.
    ///
    /// Backends other than SVG measure letters by a font of theirs; names are laid out for a usual sans-serif.
    ///
    /// # Errors
    /// What the backend says.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::chart::plotters::prelude::{IntoDrawingArea, SVGBackend};
    /// use apportion::report::SideBySide;
    /// use apportion::report::chart::Chart;
    ///
    /// let published = SideBySide::new().figures("published", [("practice", 0.44), ("unexplained", 0.56)]);
    /// let chart = Chart::breakdowns(&published)?;
    /// let mut figure = String::new();
    /// {
    ///     let area = SVGBackend::with_string(&mut figure, (1_000, 400)).into_drawing_area();
    ///     let (left, right) = area.split_horizontally(500);
    ///     chart.draw(&left)?;
    ///     chart.draw(&right)?;
    /// }
    /// assert_eq!(figure.matches("practice").count(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
    ) -> std::result::Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
        let (width, height) = area.dim_in_pixel();
        let (width, height) = (f64::from(width), f64::from(height));
        let times = (width / self.scene.width).min(height / self.scene.height);
        paint::paint(&self.scene, area, times, ((width - times * self.scene.width) / 2.0, 0.0))
    }

    /// Every mark of the chart with the rectangle it fills (left, top, right, bottom), and of a text the text: what the
    /// tests of the layout look at.
    #[doc(hidden)]
    pub fn bounds(&self) -> Vec<(Option<String>, [f64; 4])> {
        let text = |mark: &Mark| match mark {
            Mark::Text(text) => Some(text.text.clone()),
            _ => None,
        };
        self.scene.marks.iter().map(|mark| (text(mark), mark.bounds())).collect()
    }
}

/// The error of a chart that needs what a result has not.
fn needs<T>(what: &'static str, found: impl Into<String>, todo: &str) -> Result<T> {
    Err(QuestionError::Option { option: what, expected: todo.to_owned(), found: found.into() }.into())
}
