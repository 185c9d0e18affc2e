//! A curve of specifications as text and CSV.

use std::fmt;

use super::aligned::{Line, aligned};
use super::text::{percent, short, wrapped};
use super::units::csv;
use crate::findings::{
    NearestSpecifications, ShareMoves, Specification, SpecificationCurve, SpecificationRange, specifications,
};

/// Choices named as movers of one share.
const MOVERS: usize = 3;
/// Errors that are shown.
const ERRORS: usize = 3;

/// A share in per cent, with the sign of one below zero.
fn signed(share: f64) -> String {
    let text = percent(share.abs());
    if share < 0.0 && text != "0.0" { format!("-{text}") } else { text }
}

const HEADS: [&str; 8] = ["base", "min", "5%", "25%", "median", "75%", "95%", "max"];

fn cells(curve: &SpecificationCurve, range: &SpecificationRange) -> Vec<String> {
    let base = curve.base.share_of_total(&range.name).map_or_else(|| "–".to_string(), signed);
    let SpecificationRange { min, p05, p25, median, p75, p95, max, .. } = *range;
    [base].into_iter().chain([min, p05, p25, median, p75, p95, max].map(signed)).collect()
}

/// What moves a share, in words.
fn moves(of: &ShareMoves) -> String {
    if of.choices.iter().all(|choice| choice.share_of_variation == 0.0) {
        return format!("{}: the same under all choices", of.name);
    }
    let said: Vec<String> = of
        .choices
        .iter()
        .take(MOVERS)
        .map(|choice| {
            format!(
                "{} {}% ({} to {}: {} to {})",
                choice.choice,
                signed(choice.share_of_variation),
                choice.lowest,
                choice.highest,
                signed(choice.lowest_mean),
                signed(choice.highest_mean)
            )
        })
        .collect();
    format!("{}: {}; all choices {}%", of.name, said.join("; "), signed(of.r2))
}

/// The alternatives of a specification, in words.
pub(super) fn chosen(of: &Specification) -> String {
    let said: Vec<String> =
        of.choices.iter().map(|(choice, alternative)| format!("{choice} = {alternative}")).collect();
    said.join("; ")
}

impl SpecificationCurve {
    /// Lines that say what it is of.
    fn heads(&self) -> Vec<String> {
        let answered = self.specifications.len() - self.failed;
        let mut heads = vec![format!("{} answered", specifications(answered))];
        heads.extend(self.panel.clone());
        let choices = self.choices.iter().map(|choice| format!("{} ({})", choice.name, choice.alternatives.len()));
        heads.push(format!("choices (alternatives): {}", choices.collect::<Vec<_>>().join(", ")));
        heads
    }

    /// Lines that say what there is beside the numbers.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let errors: Vec<(&Specification, &String)> =
            self.specifications.iter().filter_map(|of| Some((of, of.error.as_ref()?))).collect();
        if !errors.is_empty() {
            notes.push(format!("{} could not be answered:", specifications(errors.len())));
            notes.extend(errors.iter().take(ERRORS).map(|(of, error)| format!("{}: {error}", chosen(of))));
            if errors.len() > ERRORS {
                notes.push(format!("and {} more", errors.len() - ERRORS));
            }
        }
        let left_out = self.left_out.iter();
        notes.extend(left_out.map(|of| format!("left out: {}, {}", specifications(of.specifications), of.reason)));
        notes
    }

    fn pairs_in_words(&self) -> String {
        let pairs =
            self.pairs.iter().map(|pair| format!("{} over {} {}%", pair.first, pair.second, signed(pair.proportion)));
        format!("larger share: {}", pairs.collect::<Vec<_>>().join(", "))
    }

    /// Every specification as CSV, a line each, numbers in full: its alternatives, its shares of the total, with
    /// `_lower` and `_upper` the ends of intervals and with `_corrected` corrected shares where there are any, and its error.
    ///
    /// # Examples
    /// See [`SpecificationCurve`].
    pub fn to_csv(&self) -> String {
        let shares: Vec<&str> = self.ranges.iter().map(|range| range.name.as_str()).collect();
        let has_corrected =
            self.specifications.iter().any(|of| of.shares.iter().any(|share| share.corrected.is_some()));
        let has_intervals = self.specifications.iter().any(|of| of.shares.iter().any(|share| share.interval.is_some()));
        let mut head: Vec<String> = self.choices.iter().map(|choice| choice.name.clone()).collect();
        for share in &shares {
            head.push(share.to_string());
            if has_intervals {
                head.extend(["lower", "upper"].map(|end| format!("{share}_{end}")));
            }
            if has_corrected {
                head.push(format!("{share}_corrected"));
            }
        }
        head.push("error".to_string());
        let line = |of: &Specification| -> Vec<String> {
            let text = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
            let alternative = |name: &str| of.choices.get(name).unwrap_or_default().to_string();
            let mut cells: Vec<String> = self.choices.iter().map(|choice| alternative(&choice.name)).collect();
            for name in &shares {
                let share = of.share(name);
                cells.push(text(share.map(|share| share.share_of_total)));
                if has_intervals {
                    let interval = share.and_then(|share| share.interval);
                    cells.extend([interval.map(|i| i.lower), interval.map(|i| i.upper)].map(text));
                }
                if has_corrected {
                    cells.push(text(share.and_then(|share| share.corrected).map(|corrected| corrected.share_of_total)));
                }
            }
            cells.push(of.error.clone().unwrap_or_default());
            cells
        };
        csv(head, self.specifications.iter().map(line))
    }
}

impl fmt::Display for SpecificationCurve {
    /// Within 80 columns: how many specifications, of which choices; how far each share reaches; what moves it; which of two
    /// is larger; what failed; and the verdict.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<String> = self.heads().iter().flat_map(|head| wrapped(head)).collect();
        lines.push(String::new());
        let mut table = vec![Line::new("share of total", HEADS.map(str::to_string).to_vec())];
        table.extend(self.ranges.iter().map(|range| Line::new(range.name.as_str(), cells(self, range))));
        lines.extend(aligned(&table));
        if !self.moved_by.is_empty() {
            lines.push(String::new());
            lines.push("what moves it: parts of its variation over specifications".to_string());
            lines.extend(self.moved_by.iter().flat_map(|of| wrapped(&moves(of))));
        }
        if !self.pairs.is_empty() {
            lines.push(String::new());
            lines.extend(wrapped(&self.pairs_in_words()));
        }
        lines.extend(self.notes().iter().flat_map(|note| wrapped(note)));
        lines.push(String::new());
        lines.extend(wrapped(&self.verdict));
        f.write_str(&lines.join("\n"))
    }
}

impl fmt::Display for Specification {
    /// Within 80 columns: its alternatives, its shares in per cent, or why there are none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = wrapped(&chosen(self));
        match &self.error {
            Some(error) => lines.extend(wrapped(error)),
            None => {
                let shares =
                    self.shares.iter().map(|share| format!("{} {}%", share.name, signed(share.share_of_total)));
                lines.extend(wrapped(&shares.collect::<Vec<_>>().join(", ")));
            }
        }
        f.write_str(&lines.join("\n"))
    }
}

impl fmt::Display for NearestSpecifications {
    /// Within 80 columns: the figures beside the shares of the nearest specification, with the part of specifications that
    /// are within the distance of each; then the others that are near.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.specifications.first();
        let within = format!("within {} points", short(Some(100.0 * self.distance)));
        let mut table = vec![Line::new("", ["figure", "nearest", &within].map(str::to_string).to_vec())];
        for ((name, figure), (_, within)) in self.figures.iter().zip(&self.within) {
            let share = first.and_then(|near| near.specification.share_of_total(name));
            let share = share.map_or_else(|| "–".to_string(), signed);
            table.push(Line::new(name.as_str(), vec![signed(*figure), share, format!("{}%", signed(*within))]));
        }
        let mut lines = aligned(&table);
        lines.extend(wrapped(&format!(
            "within {} points of all figures: {}% of the specifications",
            short(Some(100.0 * self.distance)),
            percent_in_full(self.all_within)
        )));
        for near in &self.specifications {
            let off = percent(near.largest_difference);
            lines.extend(wrapped(&format!("{off} points off: {}", chosen(&near.specification))));
        }
        f.write_str(&lines.join("\n"))
    }
}

/// A part in per cent with two digits where it is below a tenth of one.
pub(super) fn percent_in_full(part: f64) -> String {
    match 100.0 * part {
        per_cent if per_cent > 0.0 && per_cent < 0.1 => {
            format!("{per_cent:.*}", (1.0 - per_cent.log10().floor()) as usize)
        }
        _ => percent(part),
    }
}
