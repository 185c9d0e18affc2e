//! From one number to another in steps: what a waterfall of any result is drawn by.

use super::Figure;
use super::axis::{range, whisker_on_bar};
use super::numbers::{Unit, decimals_for, number, signed};
use super::page::{CUT, Page};
use super::rows::{Row, bar, rows};
use super::scene::{Scene, Stroke};
use super::style::ChartStyle;
use super::words::{ALWAYS, Said, UNEXPLAINED, said};

/// A row of a waterfall.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A number that is stood on: where it begins, and where it ends.
    Stand { name: String, value: f64, interval: Option<(f64, f64)> },
    /// By how much a cause moves it.
    Move { name: String, by: f64, interval: Option<(f64, f64)> },
}

#[derive(Debug)]
pub(super) struct Waterfall {
    pub(super) title: Vec<Said>,
    pub(super) subtitle: Vec<Said>,
    /// What the numbers are.
    pub(super) axis: Vec<Said>,
    pub(super) steps: Vec<Step>,
    /// Whether bars of numbers that are stood on begin at zero; elsewhere they are upright strokes.
    pub(super) from_zero: bool,
    pub(super) notes: Vec<String>,
    pub(super) source: String,
}

/// From where to where a step goes, and its interval.
type Reach = (f64, f64, Option<(f64, f64)>);

impl Step {
    fn name(&self) -> &str {
        match self {
            Step::Stand { name, .. } | Step::Move { name, .. } => name,
        }
    }

    /// Where it begins and ends, after steps that led to `before`, and the ends of its interval.
    fn reach(&self, before: f64) -> Reach {
        match self {
            Step::Stand { value, interval, .. } => (*value, *value, *interval),
            Step::Move { by, interval, .. } => {
                (before, before + by, interval.map(|(lower, upper)| (before + lower, before + upper)))
            }
        }
    }

    fn written(&self, decimals: usize) -> String {
        let (value, interval) = match self {
            Step::Stand { value, interval, .. } => (number(*value, decimals), interval),
            Step::Move { by, interval, .. } => (signed(*by, decimals), interval),
        };
        let ends =
            interval.map(|(lower, upper)| format!(" ({} to {})", number(lower, decimals), number(upper, decimals)));
        format!("{value}{}", ends.unwrap_or_default())
    }
}

impl Figure for Waterfall {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let (size, colours) = (style.size(), style.colours());
        let mut before = 0.0;
        let reaches: Vec<Reach> = self
            .steps
            .iter()
            .map(|step| {
                let reach = step.reach(before);
                before = reach.1;
                reach
            })
            .collect();
        let ends = reaches.iter().filter_map(|reach| reach.2);
        let scale = range(style, reaches.iter().flat_map(|reach| [reach.0, reach.1]), ends, self.from_zero);
        // As exact as the largest step needs: numbers that are stood on may be far larger.
        let sizes = self.steps.iter().map(|step| match step {
            Step::Stand { .. } => 0.0,
            Step::Move { by, .. } => *by,
        });
        let decimals = style.stated_decimals().unwrap_or_else(|| decimals_for(sizes));

        let mut page = Page::new(style, &said(&self.title, style), &said(&self.subtitle, style));
        let lines: Vec<Row> = self
            .steps
            .iter()
            .map(|step| {
                let row = Row::new(style.named(step.name()), step.written(decimals), 2.2 * size);
                if matches!(step, Step::Stand { .. }) { row.bold() } else { row }
            })
            .collect();
        let rows = rows(&page, &lines, scale);
        let axis = said(&self.axis, style);
        rows.axis(&mut page, Unit::Plain, &axis);
        let mut is_cut = false;
        for (at, (step, (from, to, interval))) in self.steps.iter().zip(&reaches).enumerate() {
            let (_, middle, _) = rows.places[at];
            let half = 0.65 * size;
            let scene = &mut page.scene;
            if let Some((_, next, _)) = rows.places.get(at + 1) {
                let x = rows.scale.within(*to);
                scene.line((x, middle), (x, *next), Stroke::new(colours.axis, 0.75));
            }
            match step {
                Step::Stand { .. } if self.from_zero => {
                    bar(scene, &rows.scale, (0.0, *to), (middle - half, middle + half), colours.mark);
                }
                Step::Stand { .. } => {
                    let x = rows.scale.within(*to);
                    scene.line((x, middle - 1.2 * half), (x, middle + 1.2 * half), Stroke::new(colours.text, 3.0));
                }
                Step::Move { name, by, .. } => {
                    let colour = match name.as_str() {
                        UNEXPLAINED => colours.unexplained,
                        ALWAYS => colours.always,
                        _ if *by < 0.0 => colours.low,
                        _ => colours.high,
                    };
                    bar(scene, &rows.scale, (*from, *to), (middle - half, middle + half), colour);
                }
            }
            if let Some(ends) = interval {
                is_cut |= whisker_on_bar(scene, &rows.scale, middle, *ends, Stroke::new(colours.text, 1.25), 3.0);
            }
        }
        rows.words(&mut page, &lines);
        self.notes.iter().for_each(|note| page.note(note));
        if is_cut {
            page.note(CUT);
        }
        let told: Vec<String> =
            self.steps.iter().map(|step| format!("{} {}", style.named(step.name()), step.written(decimals))).collect();
        page.finish(&self.source, format!("{axis}, in steps: {}.", told.join("; ")))
    }
}
