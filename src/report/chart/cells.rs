//! A heat map of rows by periods, in columns of the page where rows are many.

use super::Figure;
use super::numbers::percent;
use super::page::{Page, Sign};
use super::scene::{Scene, Text};
use super::style::ChartStyle;
use super::text::{cut_apart, width};

/// What cells say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cells {
    /// A part of the units, from 0 to 1.
    Parts,
    /// A value (1), none (0), or no row at all.
    Marks,
}

#[derive(Debug)]
pub(super) struct Heat {
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) periods: Vec<i32>,
    /// Each with its cells by period.
    pub(super) rows: Vec<(String, Vec<Option<f64>>)>,
    pub(super) cells: Cells,
    pub(super) source: String,
}

/// Rows that one column of the page holds.
const IN_ONE: usize = 60;
/// How narrow a column may be, in letters.
const NARROWEST: f64 = 26.0;

impl Figure for Heat {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let (size, colours) = (style.size(), style.colours());
        let mut page = Page::new(style, &self.title, &self.subtitle);
        let none = colours.grid;
        if self.cells == Cells::Marks {
            page.keys(&[
                (Sign::Swatch(colours.mark), "a value".to_owned()),
                (Sign::Swatch(colours.high.towards(colours.background, 0.45)), "missing".to_owned()),
                (Sign::Swatch(none), "no row".to_owned()),
            ]);
        } else {
            let shade = |part: f64| Sign::Swatch(colours.background.towards(colours.mark, part));
            page.keys(&[
                (Sign::Swatch(none), "none".to_owned()),
                (shade(0.5), "half".to_owned()),
                (shade(1.0), "all".to_owned()),
            ]);
        }
        let letters = if self.rows.len() > IN_ONE { 0.82 * size } else { 0.92 * size };
        let step = if self.cells == Cells::Parts { 1.6 * letters } else { 1.3 * letters };
        let room = page.right - page.left;
        let most = if self.rows.len() > IN_ONE && self.cells == Cells::Marks {
            ((room / (NARROWEST * size)) as usize).clamp(1, 4)
        } else {
            1
        };
        let gap = 22.0;
        let wide = (room - gap * (most as f64 - 1.0)) / most as f64;
        let top = page.y + 1.5 * letters;
        let mut end = top;
        for (at, rows) in self.rows.chunks(self.rows.len().div_ceil(most).max(1)).enumerate() {
            let left = page.left + at as f64 * (wide + gap);
            let names: Vec<String> = rows.iter().map(|row| style.named(&row.0)).collect();
            let labels = cut_apart(&names, 0.4 * wide, letters);
            let beside = labels.iter().map(|label| width(label, letters, false)).fold(0.0, f64::max) + 8.0;
            let cell = (wide - beside) / self.periods.len() as f64;
            let bottom = top + step * rows.len() as f64;
            self.years(&mut page.scene, style, (left + beside, cell), letters, (top, bottom));
            for (at, ((_, cells), label)) in rows.iter().zip(&labels).enumerate() {
                let y = top + at as f64 * step;
                let place = (left + beside - 8.0, y + step / 2.0 + 0.35 * letters);
                page.scene.text(Text::new(label, place, letters, colours.text).end());
                self.row(&mut page.scene, style, cells, (left + beside, cell), (y, step), letters);
            }
            end = end.max(bottom + 1.6 * letters);
        }
        page.y = end;
        page.finish(&self.source, self.described(style))
    }
}

impl Heat {
    /// The periods above and below, as many as have room.
    fn years(
        &self,
        scene: &mut Scene,
        style: &ChartStyle,
        (left, cell): (f64, f64),
        letters: f64,
        (top, bottom): (f64, f64),
    ) {
        let texts: Vec<String> = self.periods.iter().map(ToString::to_string).collect();
        let widest = texts.iter().map(|text| width(text, letters, false)).fold(0.0, f64::max);
        let every = (((widest + 6.0) / cell).ceil() as usize).max(1);
        for (at, text) in texts.iter().enumerate().step_by(every) {
            let x = left + (at as f64 + 0.5) * cell;
            for y in [top - 0.5 * letters, bottom + 1.1 * letters] {
                scene.text(Text::new(text, (x, y), letters, style.colours().quiet).middle());
            }
        }
    }

    fn row(
        &self,
        scene: &mut Scene,
        style: &ChartStyle,
        cells: &[Option<f64>],
        (left, cell): (f64, f64),
        (y, step): (f64, f64),
        letters: f64,
    ) {
        let colours = style.colours();
        let colour = |value: Option<f64>| match (self.cells, value) {
            (Cells::Parts, Some(part)) if part > 0.0 => colours.background.towards(colours.mark, 0.08 + 0.92 * part),
            (Cells::Marks, Some(1.0)) => colours.mark,
            (Cells::Marks, Some(_)) => colours.high.towards(colours.background, 0.45),
            _ => colours.grid,
        };
        let mut at = 0;
        while at < cells.len() {
            // Cells that are alike are one mark.
            let end = (at..cells.len()).find(|&next| cells[next] != cells[at]).unwrap_or(cells.len());
            let (from, to) = (left + at as f64 * cell, left + end as f64 * cell);
            scene.rect((from + 0.5, y + 0.5), (to - 0.5, y + step - 0.5), colour(cells[at]));
            if let (Cells::Parts, Some(part)) = (self.cells, cells[at]) {
                let text = percent(part, 0);
                if width(&text, 0.85 * letters, false) + 2.0 <= to - from {
                    let place = ((from + to) / 2.0, y + step / 2.0 + 0.3 * letters);
                    scene.text(Text::new(text, place, 0.85 * letters, colours.text_on(colour(cells[at]))).middle());
                }
            }
            at = end;
        }
    }

    fn described(&self, style: &ChartStyle) -> String {
        let cells = || self.rows.iter().flat_map(|row| &row.1);
        if self.cells == Cells::Marks {
            let count = |wanted: Option<f64>| cells().filter(|cell| **cell == wanted).count();
            return format!(
                "A heat map of {} units by {} periods: {} values, {} missing, {} without a row.",
                self.rows.len(),
                self.periods.len(),
                count(Some(1.0)),
                count(Some(0.0)),
                count(None)
            );
        }
        let rows = self.rows.iter().map(|(name, cells)| {
            let parts = self
                .periods
                .iter()
                .zip(cells)
                .map(|(period, cell)| format!("{period} {}", percent(cell.unwrap_or(0.0), 0)));
            format!("{} {}", style.named(name), parts.collect::<Vec<_>>().join(", "))
        });
        format!("A heat map of the part of units that have a value: {}.", rows.collect::<Vec<_>>().join("; "))
    }
}
