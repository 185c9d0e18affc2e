//! How large is a chart, what is written on it, and in which words?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::theme::Theme;

/// Widths that a chart can have.
const WIDTHS: (f64, f64) = (360.0, 10_000.0);
/// Sizes of letters.
const FONT_SIZES: (f64, f64) = (6.0, 60.0);
/// Decimals of a number.
const MOST_DECIMALS: usize = 9;

/// Sizes, words and colours of a chart, as one value.
///
/// | what | default | why |
/// |---|---|---|
/// | [`width`](Self::width) | 800 | the column of a report on A4, and readable on a telephone |
/// | [`height`](Self::height) | that of the content, or 0.6 of the width | rows of a chart take the room that they need |
/// | [`font_size`](Self::font_size) | 12 | the size of letters in a report's notes |
/// | [`title`](Self::title), [`subtitle`](Self::subtitle), [`source`](Self::source) | from the result | |
/// | [`label`](Self::label) | names as they are | |
/// | [`decimals`](Self::decimals) | 1 for percentages, three figures of other numbers | intervals are wider than that |
/// | [`axis`](Self::axis) | what is drawn, its intervals unless they are far wider | |
/// | [`theme`](Self::theme) | light | |
///
/// # Examples
/// ```
/// use apportion::report::chart::ChartStyle;
///
/// let style = ChartStyle::new().width(600.0).title("What goes with plans?").label("practice", "Practice of authorities");
/// let written = serde_json::to_string(&style).unwrap();
/// assert_eq!(serde_json::from_str::<ChartStyle>(&written).unwrap(), style);
/// assert_eq!(serde_json::from_str::<ChartStyle>("{}").unwrap(), ChartStyle::new());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChartStyle {
    width: f64,
    height: Option<f64>,
    font_size: f64,
    title: Option<String>,
    subtitle: Option<String>,
    source: Option<String>,
    labels: BTreeMap<String, String>,
    decimals: Option<usize>,
    axis: Option<(f64, f64)>,
    theme: Theme,
}

impl Default for ChartStyle {
    fn default() -> Self {
        ChartStyle {
            width: 800.0,
            height: None,
            font_size: 12.0,
            title: None,
            subtitle: None,
            source: None,
            labels: BTreeMap::new(),
            decimals: None,
            axis: None,
            theme: Theme::default(),
        }
    }
}

impl ChartStyle {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How wide the chart is, in pixels of the screen: 800 by default, 360 at least.
    #[must_use]
    pub fn width(mut self, pixels: f64) -> Self {
        self.width = pixels;
        self
    }

    /// How high the part with marks is, in pixels, where it does not follow from the number of rows: of curves and
    /// scatters. By default 0.6 of the width, and no more than 480.
    #[must_use]
    pub fn height(mut self, pixels: f64) -> Self {
        self.height = Some(pixels);
        self
    }

    /// The size of names and numbers, in pixels: 12 by default. Titles are larger, notes smaller.
    #[must_use]
    pub fn font_size(mut self, pixels: f64) -> Self {
        self.font_size = pixels;
        self
    }

    /// The title, in place of the chart's own; none where it is empty.
    #[must_use]
    pub fn title(mut self, text: impl Into<String>) -> Self {
        self.title = Some(text.into());
        self
    }

    /// The line below the title, in place of the chart's own; none where it is empty.
    #[must_use]
    pub fn subtitle(mut self, text: impl Into<String>) -> Self {
        self.subtitle = Some(text.into());
        self
    }

    /// The line at the bottom that says where the data come from, in place of the chart's own, which is what the panel says
    /// of itself; none where it is empty.
    #[must_use]
    pub fn source(mut self, text: impl Into<String>) -> Self {
        self.source = Some(text.into());
        self
    }

    /// What a component, a column or a unit is called on the chart.
    #[must_use]
    pub fn label(mut self, name: impl Into<String>, label: impl Into<String>) -> Self {
        self.labels.insert(name.into(), label.into());
        self
    }

    /// Decimals of the numbers that are written; by default one of percentages, and so many that three figures of the
    /// largest are seen.
    #[must_use]
    pub fn decimals(mut self, decimals: usize) -> Self {
        self.decimals = Some(decimals);
        self
    }

    /// From where to where the axis of values goes, in units of what is drawn (of shares as fractions). What lies
    /// outside is cut off with an arrow, and said.
    #[must_use]
    pub fn axis(mut self, low: f64, high: f64) -> Self {
        self.axis = Some((low, high));
        self
    }

    /// The colours.
    #[must_use]
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }
}

/// What charts read of it, within what can be drawn.
impl ChartStyle {
    pub(super) fn pixels(&self) -> f64 {
        within(self.width, WIDTHS, ChartStyle::default().width).round()
    }

    /// The height of a chart whose content has none of its own.
    pub(super) fn plot_height(&self) -> f64 {
        let usual = (0.6 * self.pixels()).min(480.0);
        self.height.map_or(usual, |height| within(height, (120.0, WIDTHS.1), usual))
    }

    /// The size of usual letters.
    pub(super) fn size(&self) -> f64 {
        within(self.font_size, FONT_SIZES, ChartStyle::default().font_size)
    }

    /// That of ticks.
    pub(super) fn small(&self) -> f64 {
        self.size() * 11.0 / 12.0
    }

    pub(super) fn colours(&self) -> &Theme {
        &self.theme
    }

    pub(super) fn stated_axis(&self) -> Option<(f64, f64)> {
        self.axis.filter(|(low, high)| low.is_finite() && high.is_finite() && low < high)
    }

    pub(super) fn stated_decimals(&self) -> Option<usize> {
        self.decimals.map(|decimals| decimals.min(MOST_DECIMALS))
    }

    /// The word for a name.
    pub(super) fn named(&self, name: &str) -> String {
        self.labels.get(name).map_or_else(|| name.to_owned(), Clone::clone)
    }

    pub(super) fn title_or(&self, own: &str) -> String {
        self.title.clone().unwrap_or_else(|| own.to_owned())
    }

    pub(super) fn subtitle_or(&self, own: &str) -> String {
        self.subtitle.clone().unwrap_or_else(|| own.to_owned())
    }

    pub(super) fn source_or(&self, own: &str) -> String {
        self.source.clone().unwrap_or_else(|| own.to_owned())
    }
}

fn within(value: f64, (least, most): (f64, f64), otherwise: f64) -> f64 {
    if value.is_finite() { value.clamp(least, most) } else { otherwise }
}
