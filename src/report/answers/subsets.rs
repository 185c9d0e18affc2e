//! The best subsets of each size, and how often others would have been chosen.

use super::{counts, row, warned};
use crate::decompose::{BestSubset, BestSubsets};
use crate::report::answer::{Answer, Origin};
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::counted;
use crate::report::words::{listed, per_cent};
use crate::resample::Selection;

impl Answer for BestSubsets {
    fn kind(&self) -> &'static str {
        "best_subsets"
    }

    fn tables(&self) -> Tables {
        let line = |by: &str, subset: &BestSubset| {
            row([
                Cell::from(by),
                Cell::from(subset.components.len()),
                Cell::from(subset.components.join(", ")),
                Cell::from(subset.n_columns),
                Cell::from(subset.r2_overall),
                Cell::from(subset.r2_adjusted),
                Cell::from(subset.aic),
                Cell::from(subset.bic),
            ])
        };
        let table = Table::new("subsets", "")
            .column("best_by", "best by", Format::Text)
            .column("size", "size", Format::Whole)
            .column("components", "components", Format::Text)
            .column("n_columns", "columns", Format::Whole)
            .column("r2_overall", "R², %", Format::Percent)
            .column("r2_adjusted", "adjusted, %", Format::Percent)
            .column("aic", "AIC", Format::Significant)
            .column("bic", "BIC", Format::Significant)
            .rows(self.by_size.iter().map(|subset| line("size", subset)))
            .rows([line("adjusted R²", &self.by_adjusted_r2), line("AIC", &self.by_aic), line("BIC", &self.by_bic)])
            .closing(3);
        let candidates = counted(self.candidates.len(), "candidate");
        Tables::new(format!("{}, the best of {candidates} by size", self.outcome), [table])
            .about([counts(&self.sample)])
            .notes(warned(&self.warnings))
    }

    fn sentences(&self) -> Vec<String> {
        let named = |subset: &BestSubset| match subset.components.as_slice() {
            [] => "no component".to_string(),
            names => listed(names),
        };
        let mut said = Vec::new();
        if let Some(first) = self.by_size.get(1) {
            said.push(format!(
                "Alone, {} explains most of {}: R² {}.",
                named(first),
                self.outcome,
                per_cent(first.r2_overall)
            ));
        }
        said.push(format!(
            "By BIC the best are {}, with R² {}; by AIC {}.",
            named(&self.by_bic),
            per_cent(self.by_bic.r2_overall),
            named(&self.by_aic)
        ));
        said.push("Chosen on the data that they explain, they explain less of others.".to_string());
        said
    }

    fn origin(&self) -> Origin {
        Origin::of_sample(&self.sample)
    }
}

impl Answer for Selection {
    fn kind(&self) -> &'static str {
        "selection"
    }

    fn tables(&self) -> Tables {
        let chosen = Table::new("chosen", "how often each is among the best")
            .column("name", "component", Format::Text)
            .column("proportion", "chosen, %", Format::Percent)
            .rows(self.chosen.iter().map(|of| row([Cell::from(&of.component), Cell::from(of.proportion)])));
        let subsets = Table::new("subsets", "how often each set is the best")
            .column("components", "components", Format::Text)
            .column("proportion", "chosen, %", Format::Percent)
            .rows(self.subsets.iter().map(|of| row([Cell::from(of.components.join(", ")), Cell::from(of.proportion)])));
        let (size, replicates) = (counted(self.size, "component"), counted(self.replicates, "replicate"));
        Tables::new(format!("{}, how often among the best {size} in {replicates}", self.outcome), [chosen, subsets])
            .notes([format!("in the sample: {}", self.best.join(", "))])
            .notes(warned(&self.warnings))
    }

    fn sentences(&self) -> Vec<String> {
        let again = self.subsets.iter().find(|of| of.components == self.best).map_or(0.0, |of| of.proportion);
        let (again, replicates) = (per_cent(again), counted(self.replicates, "replicate"));
        let (of, outcome) = (counted(self.chosen.len(), "component"), &self.outcome);
        let own = self.chosen.iter().filter(|of| self.best.contains(&of.component)).enumerate();
        let own = own.map(|(at, own)| {
            let of = if at == 0 { format!(" of {replicates}") } else { String::new() };
            format!("{} (chosen in {}{of})", own.component, per_cent(own.proportion))
        });
        let own: Vec<String> = own.collect();
        let first = match own.as_slice() {
            [only] => format!("Of {of} {only} explains {outcome} best."),
            several => {
                let several = listed(several);
                format!("Of {of} {several} explain {outcome} best; all of them are chosen together in {again}.")
            }
        };
        vec![
            first,
            "What is chosen seldom might as well have been another. That a component goes with the outcome does not say that \
             it makes it."
                .to_string(),
        ]
    }

    fn origin(&self) -> Origin {
        Origin::default().seeded(self.seed)
    }
}
