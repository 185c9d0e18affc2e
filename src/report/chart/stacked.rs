//! Shares as bars that are stacked: of one breakdown, or of several below each other.

use super::axis::{range, whisker_on_bar};
use super::numbers::{Unit, percent};
use super::page::{CUT, Page, Sign, intervals, source};
use super::rows::{Row, Rows, bar, rows};
use super::scene::{Scene, Stroke, Text};
use super::style::ChartStyle;
use super::text::width;
use super::theme::Colour;
use super::words::{ALWAYS, Said, UNEXPLAINED, decimals, method_of, said, sentence, share};
use super::{Chart, Figure, needs};
use crate::decompose::{Breakdown, Method, Share};
use crate::error::{QuestionError, Result};
use crate::report::deviance::what;
use crate::report::side_by_side::{Beside, SideBySide};

/// What a percentage needs beside its letters within a bar.
const PADDING: f64 = 6.0;

/// A name, and shares of the total as fractions, of which what is called `unexplained` is grey.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) parts: Vec<(String, f64)>,
    /// By which method, where there are several.
    pub(super) note: String,
    /// What is written at its right.
    pub(super) value: String,
}

impl Bar {
    fn of(column: &Beside) -> Result<Self> {
        column.method.as_ref().map_or(Ok(()), check_additive)?;
        let parts = column.shares.iter().map(|(name, share, _)| (name.clone(), *share));
        Ok(Bar { name: column.name.clone(), parts: parts.collect(), note: String::new(), value: String::new() })
    }

    fn label(&self, style: &ChartStyle) -> String {
        format!("{}{}", style.named(&self.name), self.note)
    }
}

fn check_additive(method: &Method) -> Result<()> {
    if method.is_additive() {
        return Ok(());
    }
    let expected =
        "its shares do not add up to the whole, so that they cannot be stacked: use Chart::shares".to_owned();
    Err(QuestionError::Option { option: "method", expected, found: method.name().to_owned() }.into())
}

impl Chart {
    /// The shares of a breakdown as one bar, and below it each from zero, with its interval where it has one.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a breakdown by a method whose shares do not add up, such as `first`: use
    /// [`shares`](Self::shares).
    ///
    /// # Examples
    /// See the [module](super).
    pub fn breakdown(breakdown: &Breakdown) -> Result<Self> {
        check_additive(&breakdown.method)?;
        Ok(Chart::new(Whole { breakdown: breakdown.clone() }))
    }

    /// Several breakdowns, or figures, one below the other in the order given; components of the same name have the same
    /// colour.
    ///
    /// # Errors
    /// [`QuestionError::Option`] where there is none, one without a share or with a share that is no number, or a breakdown by
    /// a method whose shares do not add up, such as `first`.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::SideBySide;
    /// use apportion::report::chart::Chart;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let breakdown = Model::new("y").component("deprivation", ["x"]).fit(&panel)?.shapley()?;
    /// // Beside figures that somebody published.
    /// let published = [("deprivation", 0.15), ("practice", 0.44), ("unexplained", 0.41)];
    /// let beside = SideBySide::new().breakdown("ours", &breakdown).figures("published", published);
    /// assert!(Chart::breakdowns(&beside)?.to_svg().contains(">published</text>"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn breakdowns(beside: &SideBySide) -> Result<Self> {
        let bars: Vec<Bar> = beside.columns.iter().map(Bar::of).collect::<Result<_>>()?;
        if bars.is_empty() {
            return needs("breakdowns", "none", "give at least one");
        }
        if let Some(bar) =
            bars.iter().find(|bar| bar.parts.is_empty() || bar.parts.iter().any(|part| !part.1.is_finite()))
        {
            return needs("shares", format!("\"{}\"", bar.name), "every source needs shares, and every share a number");
        }
        let mut sources: Vec<&str> = beside.columns.iter().filter_map(|column| column.panel.as_deref()).collect();
        sources.dedup();
        let source = if sources.is_empty() { String::new() } else { source(Some(&sources.join("; ")), "", None) };
        Ok(Chart::new(Several {
            title: vec![Said::words("How the variation is split")],
            subtitle: String::new(),
            bars,
            source,
        }))
    }
}

/// One breakdown.
#[derive(Debug)]
struct Whole {
    breakdown: Breakdown,
}

/// Bars below each other.
#[derive(Debug)]
pub(super) struct Several {
    pub(super) title: Vec<Said>,
    pub(super) subtitle: String,
    pub(super) bars: Vec<Bar>,
    pub(super) source: String,
}

/// The colour of every name, in the order in which they first come.
pub(super) fn colours_of<'a>(style: &ChartStyle, names: impl Iterator<Item = &'a str>) -> Vec<(String, Colour)> {
    let mut known: Vec<(String, Colour)> = Vec::new();
    let mut components = 0;
    for name in names {
        if known.iter().any(|(other, _)| other == name) {
            continue;
        }
        let colour = match name {
            ALWAYS => style.colours().always,
            UNEXPLAINED => style.colours().unexplained,
            _ => {
                components += 1;
                style.colours().component(components - 1)
            }
        };
        known.push((name.to_owned(), colour));
    }
    known
}

/// Where each part lies: those above zero one after another, those below to the other side.
fn stacked(parts: &[(String, f64)]) -> Vec<(f64, f64)> {
    let (mut below, mut above) = (0.0, 0.0);
    let mut place = |value: f64| {
        let end = if value < 0.0 { &mut below } else { &mut above };
        let from = *end;
        *end += value;
        (from, *end)
    };
    parts.iter().map(|part| place(part.1)).collect()
}

/// How bars are drawn that are stacked.
struct Stacks<'a> {
    rows: &'a Rows,
    colours: &'a [(String, Colour)],
    thick: f64,
    /// Of the percentages in all of them.
    decimals: usize,
}

/// Decimals of percentages within bars: of all alike, and none where that lets more of them fit.
fn decimals_within<'a>(style: &ChartStyle, rows: &Rows, mut bars: impl Iterator<Item = &'a [(String, f64)]>) -> usize {
    let fits = |from: f64, to: f64, text: &str| {
        width(text, style.small(), false) + PADDING <= (rows.scale.within(to) - rows.scale.within(from)).abs()
    };
    let usual = decimals(style);
    let all_fit = bars.all(|parts| {
        let mut places = parts.iter().zip(stacked(parts));
        places.all(|(part, (from, to))| fits(from, to, &percent(part.1, usual)) || !fits(from, to, &percent(part.1, 0)))
    });
    if all_fit || style.stated_decimals().is_some() { usual } else { 0 }
}

impl Stacks<'_> {
    /// Draws the parts of a bar, each with its percentage where that fits.
    fn draw(&self, page: &mut Page<'_>, at: usize, parts: &[(String, f64)]) {
        let (style, small, scale) = (page.style, page.style.small(), &self.rows.scale);
        let middle = self.rows.places[at].1;
        let (top, bottom) = (middle - self.thick / 2.0, middle + self.thick / 2.0);
        for ((name, value), (from, to)) in parts.iter().zip(stacked(parts)) {
            let own = self.colours.iter().find(|(known, _)| known == name);
            let colour = own.map_or(style.colours().mark, |found| found.1);
            bar(&mut page.scene, scale, (from, to), (top, bottom), colour);
            let (left, right) = (scale.within(from.min(to)), scale.within(from.max(to)));
            let text = percent(*value, self.decimals);
            if width(&text, small, false) + PADDING <= right - left {
                let place = ((left + right) / 2.0, middle + 0.35 * small);
                page.scene.text(Text::new(text, place, small, style.colours().text_on(colour)).middle());
            }
        }
        // White between neighbours, where that leaves something of them.
        for (_, to) in stacked(parts).into_iter().filter(|(_, to)| scale.has(*to)) {
            let x = scale.at(to);
            page.scene.line((x, top), (x, bottom), Stroke::new(style.colours().background, 1.0));
        }
    }
}

impl Figure for Whole {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let of = &self.breakdown;
        let shares: Vec<&Share> = of.rows().collect();
        let parts: Vec<(String, f64)> = shares.iter().map(|row| (row.name.clone(), row.share_of_total)).collect();
        let colours = colours_of(style, parts.iter().map(|part| part.0.as_str()));
        let ends = stacked(&parts).into_iter().flat_map(|(from, to)| [from, to]);
        let reach = shares.iter().filter_map(|row| row.interval).map(|ends| (ends.lower, ends.upper));
        let scale = range(style, ends, reach, true);

        let by = method_of(of, style);
        let mut page =
            Page::new(style, &format!("How the {} in {} is split", what(of), style.named(&of.outcome)), &sentence(&by));
        let size = style.size();
        let mut lines = vec![Row::new("all together", "", 3.6 * size)];
        let value = |row: &Share| share(row.share_of_total, row.interval, decimals(style));
        lines.extend(shares.iter().map(|row| Row::new(style.named(&row.name), value(row), 2.1 * size)));
        let rows = rows(&page, &lines, scale);
        rows.axis(&mut page, Unit::Percent, &format!("share of the total {}", what(of)));
        let decimals_of = decimals_within(style, &rows, [parts.as_slice()].into_iter());
        let stacks = Stacks { rows: &rows, colours: &colours, thick: 2.6 * size, decimals: decimals_of };
        stacks.draw(&mut page, 0, &parts);
        let mut is_cut = false;
        for (at, (row, (_, colour))) in shares.iter().zip(&colours).enumerate() {
            let (_, middle, _) = rows.places[at + 1];
            let half = 0.6 * size;
            bar(&mut page.scene, &rows.scale, (0.0, row.share_of_total), (middle - half, middle + half), *colour);
            if let Some(ends) = row.interval {
                let line = Stroke::new(style.colours().text, 1.5);
                is_cut |= whisker_on_bar(&mut page.scene, &rows.scale, middle, (ends.lower, ends.upper), line, 3.5);
            }
        }
        rows.words(&mut page, &lines);
        if let Some(interval) = &of.interval {
            page.note(&intervals(interval));
        }
        if is_cut {
            page.note(CUT);
        }
        let told: Vec<String> = shares.iter().map(|row| format!("{} {}", style.named(&row.name), value(row))).collect();
        let description = format!(
            "Bars of the share of the total {} in {} by {}, from {} to {} on the axis: {}.",
            what(of),
            style.named(&of.outcome),
            by,
            percent(rows.scale.low, 0),
            percent(rows.scale.high, 0),
            told.join(", ")
        );
        page.finish(&source(of.panel.as_deref(), &of.outcome, Some(&of.sample)), description)
    }
}

impl Figure for Several {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let names = self.bars.iter().flat_map(|bar| bar.parts.iter().map(|part| part.0.as_str()));
        // What is unexplained comes last, whatever the first bar has.
        let (named, rest): (Vec<&str>, Vec<&str>) = names.partition(|name| *name != UNEXPLAINED);
        let colours = colours_of(style, named.into_iter().chain(rest));
        let ends = self.bars.iter().flat_map(|bar| stacked(&bar.parts)).flat_map(|(from, to)| [from, to]);
        let scale = range(style, ends, [], true);

        let mut page = Page::new(style, &said(&self.title, style), &self.subtitle);
        let keys: Vec<(Sign, String)> =
            colours.iter().map(|(name, colour)| (Sign::Swatch(*colour), style.named(name))).collect();
        page.keys(&keys);
        let size = style.size();
        let lines: Vec<Row> =
            self.bars.iter().map(|bar| Row::new(bar.label(style), bar.value.as_str(), 3.2 * size)).collect();
        let rows = rows(&page, &lines, scale);
        rows.axis(&mut page, Unit::Percent, "share of the total variation");
        let decimals_of = decimals_within(style, &rows, self.bars.iter().map(|bar| bar.parts.as_slice()));
        let stacks = Stacks { rows: &rows, colours: &colours, thick: 2.2 * size, decimals: decimals_of };
        for (at, bar) in self.bars.iter().enumerate() {
            stacks.draw(&mut page, at, &bar.parts);
        }
        rows.words(&mut page, &lines);
        let told: Vec<String> = self
            .bars
            .iter()
            .map(|bar| {
                let parts = bar
                    .parts
                    .iter()
                    .map(|(name, value)| format!("{} {}", style.named(name), percent(*value, decimals(style))));
                let whole = if bar.value.is_empty() { String::new() } else { format!(" {}", bar.value) };
                format!("{}{whole}: {}", bar.label(style), parts.collect::<Vec<_>>().join(", "))
            })
            .collect();
        page.finish(&self.source, format!("Stacked bars of shares of the total variation. {}.", told.join(". ")))
    }
}
