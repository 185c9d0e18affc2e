//! Everything that an analysis found.

use crate::findings::Findings;
use crate::report::answer::{Answer, Origin};
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::document::called;
use crate::report::table::Table;
use crate::report::tables::Tables;

impl Answer for Findings {
    fn kind(&self) -> &'static str {
        "findings"
    }

    fn tables(&self) -> Tables {
        let mut all = Tables::new(format!("{}, what an analysis found", self.outcome), []);
        let breakdowns = &self.methods.breakdowns;
        let parts = match self.is_table {
            true => vec![("".to_string(), self.methods.tables())],
            false => breakdowns.iter().map(|breakdown| (called(breakdown, breakdowns), breakdown.tables())).collect(),
        };
        for (at, (name, tables)) in parts.into_iter().enumerate() {
            if at == 0 {
                all = all.about(tables.about.clone());
            }
            all.notes.extend(
                tables.notes.iter().map(|note| if name.is_empty() { note.clone() } else { format!("{name}: {note}") }),
            );
            all.tables.extend(tables.tables.into_iter().map(|table| named(&name, table)));
        }
        let others = [
            self.order_range.as_ref().map(|range| ("order_range", range.tables())),
            self.gelbach.as_ref().map(|gelbach| ("gelbach", gelbach.tables())),
            (!self.comparisons.is_empty()).then(|| ("comparisons", self.comparisons.tables())),
        ];
        for (name, tables) in others.into_iter().flatten() {
            all.notes.extend(tables.notes.iter().map(|note| format!("{name}: {note}")));
            all.tables.extend(tables.tables.into_iter().map(|table| match table.name == name {
                true => table,
                false => named(name, table),
            }));
        }
        let left_out: Vec<String> = self.left_out.iter().map(|left| format!("left out: {}", left.reason)).collect();
        all.notes(left_out)
    }

    fn sentences(&self) -> Vec<String> {
        let breakdowns = &self.methods.breakdowns;
        let mut said: Vec<String> = match self.is_table {
            true => self.methods.sentences(),
            false => breakdowns
                .iter()
                .flat_map(|breakdown| {
                    let name = called(breakdown, breakdowns);
                    let several = breakdowns.len() > 1;
                    let told = breakdown.sentences().into_iter().enumerate();
                    told.map(move |(at, sentence)| match several && at == 0 {
                        true => format!("By {name}, {}", sentence.replacen("Of the ", "of the ", 1)),
                        false => sentence,
                    })
                })
                .collect(),
        };
        said.extend(self.order_range.iter().flat_map(Answer::sentences));
        said.extend(self.gelbach.iter().flat_map(Answer::sentences));
        said.extend(self.comparisons.sentences());
        let mut once: Vec<String> = Vec::new();
        for sentence in said {
            if !once.contains(&sentence) {
                once.push(sentence);
            }
        }
        once
    }

    fn origin(&self) -> Origin {
        let seed = self.methods.breakdowns.iter().find_map(|b| b.interval.as_ref()?.seed);
        Origin::of_sample(&self.sample).from(&self.lineage).seeded(seed)
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        let breakdowns = if self.is_table { &self.methods.breakdowns[..0] } else { &self.methods.breakdowns };
        let methods = self.methods.breakdowns.len() > 1;
        let mut charts: Vec<(&'static str, Chart)> = breakdowns.iter().flat_map(Answer::charts).collect();
        charts.extend(methods.then(|| self.methods.charts()).into_iter().flatten());
        charts.extend(self.order_range.iter().flat_map(Answer::charts));
        charts
    }
}

/// A table under the name of what it is of, which tells it apart from those of others.
fn named(of: &str, mut table: Table) -> Table {
    if of.is_empty() {
        return table;
    }
    table.name = format!("{of}: {}", table.name);
    table.caption = if table.caption.is_empty() { of.to_string() } else { format!("{of}: {}", table.caption) };
    table
}
