//! A gap between two groups as text and CSV.

use std::fmt;

use super::breakdown::how_made_of;
use super::change::Block;
use super::text::{counted, wrapped};
use super::units::csv;
use crate::decompose::Interval;
use crate::findings::{GapPart, Oaxaca, OaxacaReference, ThreeFold, TwoFold};

type Row<'a> = (&'a str, f64, Option<Interval>);

fn row(part: &GapPart) -> Row<'_> {
    (&part.name, part.points, part.interval)
}

impl TwoFold {
    /// Its parts, each with what it is of: nothing for sums over columns.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&'static str, Row<'_>)> {
        let sums = [&self.explained, &self.unexplained, &self.unexplained_a, &self.unexplained_b];
        let sums = sums.into_iter().map(|part| ("", row(part)));
        let explained = self.explained_by_column.iter().map(|part| ("explained", row(part)));
        sums.chain(explained).chain(self.unexplained_by_column.iter().map(|part| ("unexplained", row(part))))
    }
}

impl ThreeFold {
    /// Likewise.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&'static str, Row<'_>)> {
        let sums = [&self.endowments, &self.coefficients, &self.interaction].into_iter().map(|part| ("", row(part)));
        let endowments = self.endowments_by_column.iter().map(|part| ("endowments", row(part)));
        let coefficients = self.coefficients_by_column.iter().map(|part| ("coefficients", row(part)));
        let interaction = self.interaction_by_column.iter().map(|part| ("interaction", row(part)));
        sums.chain(endowments).chain(coefficients).chain(interaction)
    }
}

impl Oaxaca {
    /// Whose coefficients a reference takes, in words.
    pub(super) fn reference(&self, reference: OaxacaReference) -> String {
        match reference {
            OaxacaReference::A => format!("coefficients of {}", self.a.name),
            OaxacaReference::B => format!("coefficients of {}", self.b.name),
            OaxacaReference::Half => "half of each group's coefficients (Reimers)".to_string(),
            OaxacaReference::BySize => "coefficients by the groups' sizes (Cotton)".to_string(),
            OaxacaReference::Pooled => "coefficients of both together (Neumark)".to_string(),
            OaxacaReference::PooledWithGroup => "coefficients of both beside a dummy (Jann)".to_string(),
        }
    }

    pub(super) fn heading(&self) -> String {
        let group = |name: &str, n: usize, mean: f64| format!("{name} ({mean:.4}, {})", counted(n, "row"));
        format!(
            "{}, gap of {} between {} and {}",
            self.outcome,
            self.by,
            group(&self.a.name, self.a.n_observations, self.a.mean),
            group(&self.b.name, self.b.n_observations, self.b.mean)
        )
    }

    fn blocks(&self) -> Vec<Block<'_>> {
        let columns = self.two_fold.iter().map(|two| Block {
            what: format!("two-fold, {}", self.reference(two.reference)),
            rows: [&two.explained, &two.unexplained].into_iter().map(row).collect(),
        });
        let three = self.three_fold.iter().map(|three| Block {
            what: format!(
                "three-fold, from {}",
                if three.from == OaxacaReference::A { &self.a.name } else { &self.b.name }
            ),
            rows: three.rows().filter(|(of, _)| of.is_empty()).map(|(_, row)| row).collect(),
        });
        let gap = Block { what: "points of the outcome".to_string(), rows: vec![row(&self.gap)] };
        [gap].into_iter().chain(columns).chain(three).collect()
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.interval.iter().map(|interval| how_made_of(interval, "unit")).collect();
        if !self.left_out.is_empty() {
            notes.push(format!("left out, without a coefficient in one of the groups: {}", self.left_out.join(", ")));
        }
        notes.extend(self.warnings.iter().map(|warning| format!("warning: {warning}")));
        notes
    }

    /// Every part with its interval as CSV, numbers in full: `fold` is `two` or `three`, `reference` whose coefficients,
    /// and `of` the sum that a part by column belongs to.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::OaxacaAnalysis;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("poverty", ["low_income_pct"]).fit(&panel)?;
    /// let csv = OaxacaAnalysis::between_periods(2011, 2018).of(&fit)?.to_csv();
    /// assert!(csv.starts_with("fold,reference,of,part,points,std_error,lower,upper\n,,,gap,"));
    /// // Six times two sums in two parts each with a constant and a column; twice three sums.
    /// assert_eq!(csv.lines().count(), 2 + 6 * (4 + 4) + 2 * (3 + 6));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let line = |fold: &str, reference: &str, of: &str, (part, points, interval): Row<'_>| -> Vec<String> {
            let ends = [interval.map(|i| i.std_error), interval.map(|i| i.lower), interval.map(|i| i.upper)];
            let keys = [fold, reference, of, part].map(str::to_string).into_iter().chain([points.to_string()]);
            keys.chain(ends.map(|end| end.map_or(String::new(), |end| end.to_string()))).collect()
        };
        let mut rows = vec![line("", "", "", row(&self.gap))];
        for two in &self.two_fold {
            rows.extend(two.rows().map(|(of, row)| line("two", two.reference.name(), of, row)));
        }
        for three in &self.three_fold {
            rows.extend(three.rows().map(|(of, row)| line("three", three.from.name(), of, row)));
        }
        let head = ["fold", "reference", "of", "part", "points", "std_error", "lower", "upper"];
        csv(head.map(str::to_string).to_vec(), rows.into_iter())
    }
}

impl fmt::Display for Oaxaca {
    /// Within 80 columns: the gap, its two parts by every reference, its three; parts by column are in the value, in
    /// [CSV](Oaxaca::to_csv) and in JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = wrapped(&self.heading());
        lines.extend(self.panel.iter().flat_map(|panel| wrapped(panel)));
        lines.extend(self.blocks().iter().flat_map(|block| block.text("points")));
        lines.push(String::new());
        lines.extend(self.notes().iter().flat_map(|note| wrapped(note)));
        f.write_str(&lines.join("\n"))
    }
}

impl fmt::Display for OaxacaReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
