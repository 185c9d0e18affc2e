//! The best subsets of each size, and how often they are chosen, as tables.

use std::fmt;

use super::grid::{self, Column};
use super::text::{counted, cut, percent, wrapped};
use crate::decompose::{BestSubset, BestSubsets};
use crate::resample::Selection;

/// The most subsets that are listed by how often they are the best.
const MOST_SUBSETS: usize = 8;

impl fmt::Display for BestSubsets {
    /// Within 80 columns: for each size R², adjusted R², AIC and BIC of the best subset, marked where a criterion is at
    /// its best; then the components of each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let candidates = counted(self.candidates.len(), "candidate");
        let mut lines = wrapped(&format!("{}, the best of {candidates} by size", cut(&self.outcome, 24)));
        lines.extend(wrapped(self.sample.to_string().lines().next().unwrap_or_default()));
        lines.push(String::new());
        let sizes: Vec<String> = (0..self.by_size.len()).map(|size| size.to_string()).collect();
        let sizes: Vec<&str> = sizes.iter().map(String::as_str).collect();
        let column = |heading, best: &BestSubset, value: fn(&BestSubset) -> Option<String>| {
            let cell = |subset: &BestSubset| {
                let mark = if subset == best { "*" } else { " " };
                value(subset).map_or(String::new(), |value| format!("{value}{mark}"))
            };
            Column::new(["", heading], self.by_size.iter().map(cell))
        };
        let r2 = Column::new(["", "R²"], self.by_size.iter().map(|s| format!("{}%", percent(s.r2_overall))));
        let columns = [
            r2,
            column("adjusted ", &self.by_adjusted_r2, |s| s.r2_adjusted.map(|x| format!("{}%", percent(x)))),
            column("AIC ", &self.by_aic, |s| s.aic.map(|x| format!("{x:.1}"))),
            column("BIC ", &self.by_bic, |s| s.bic.map(|x| format!("{x:.1}"))),
        ];
        lines.extend(grid::list(&sizes, &columns));
        lines.push(String::new());
        for (size, subset) in self.by_size.iter().enumerate().skip(1) {
            lines.extend(wrapped(&format!("{size}: {}", subset.components.join(", "))));
        }
        let criteria =
            [("adjusted R²", &self.by_adjusted_r2), ("AIC", &self.by_aic), ("BIC", &self.by_bic)].into_iter();
        for (name, best) in criteria.filter(|(_, best)| !self.by_size.contains(best)) {
            lines.extend(wrapped(&format!("best by {name}: {}", best.components.join(", "))));
        }
        lines.extend(self.warnings.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        f.write_str(&lines.join("\n"))
    }
}

impl fmt::Display for Selection {
    /// Within 80 columns: in what part of the replicates each component is in the best subset, the most frequent first,
    /// and the subsets that are the best most often.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (outcome, replicates) = (cut(&self.outcome, 24), counted(self.replicates, "replicate"));
        let size = counted(self.size, "component");
        let mut lines = wrapped(&format!("{outcome}, how often among the best {size} in {replicates}"));
        lines.push(String::new());
        let mut chosen: Vec<_> = self.chosen.iter().collect();
        chosen.sort_by(|a, b| b.proportion.total_cmp(&a.proportion));
        let names: Vec<&str> = chosen.iter().map(|c| c.component.as_str()).collect();
        let proportion = Column::new(["", "chosen"], chosen.iter().map(|c| format!("{}%", percent(c.proportion))));
        lines.extend(grid::list(&names, &[proportion]));
        lines.push(String::new());
        lines.extend(wrapped(&format!("in the sample: {}", self.best.join(", "))));
        for subset in self.subsets.iter().take(MOST_SUBSETS) {
            lines.extend(wrapped(&format!("{}%: {}", percent(subset.proportion), subset.components.join(", "))));
        }
        if let Some(others) = self.subsets.len().checked_sub(MOST_SUBSETS).filter(|others| *others > 0) {
            lines.push(format!("and {}, none more often", counted(others, "other subset")));
        }
        lines.extend(self.warnings.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        f.write_str(&lines.join("\n"))
    }
}
