//! What was observed: a panel at a glance, its description, and sums against the nation's.

use super::row;
use crate::panel::{ColumnKind, ColumnStatistics, ColumnSummary, Description, PanelSummary, Provenance};
use crate::report::answer::{Answer, Origin};
use crate::report::estimates::Digits;
use crate::report::summary::rows_line;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::{counted, percent};
use crate::sources::NationCheck;

impl Answer for PanelSummary {
    fn kind(&self) -> &'static str {
        "panel_summary"
    }

    fn tables(&self) -> Tables {
        let columns = Table::new("columns", "")
            .column("name", "column", Format::Text)
            .column("kind", "kind", Format::Text)
            .column("n", "n", Format::Whole)
            .column("missing", "missing", Format::Whole)
            .column("mean", "mean", Format::Significant)
            .column("sd", "sd", Format::Significant)
            .column("min", "min", Format::Significant)
            .column("max", "max", Format::Significant)
            .column("levels", "levels", Format::Whole)
            .rows(self.columns.iter().map(|column: &ColumnSummary| {
                row([
                    Cell::from(&column.name),
                    Cell::from(if column.kind == ColumnKind::Number { "number" } else { "text" }),
                    column.n.into(),
                    column.missing.values().sum::<usize>().into(),
                    column.mean.into(),
                    column.sd.into(),
                    column.min.into(),
                    column.max.into(),
                    column.levels.as_ref().map(Vec::len).into(),
                ])
            }))
            .without_empty_columns();
        let missing = Table::new("missing", "why values are missing")
            .column("name", "column", Format::Text)
            .column("reason", "reason", Format::Text)
            .column("rows", "rows", Format::Whole)
            .rows(self.columns.iter().flat_map(|column| {
                let own = column.missing.iter();
                own.map(|(reason, n)| row([Cell::from(&column.name), Cell::from(reason.to_string()), Cell::from(*n)]))
            }));
        let lineage = Table::new("lineage", "where the columns come from")
            .column("name", "column", Format::Text)
            .column("provenance", "from", Format::Text)
            .rows(
                self.lineage
                    .columns
                    .iter()
                    .filter(|column| column.provenance != Provenance::default())
                    .map(|column| row([Cell::from(&column.column), Cell::from(column.provenance.to_string())])),
            );
        let title = rows_line(self.n_observations, self.units.as_ref(), self.periods.as_ref(), self.balanced);
        Tables::new(title, [columns, missing, lineage])
            .about(self.description.clone())
            .notes(self.lineage.steps.iter().map(|step| step.to_string()))
    }

    fn sentences(&self) -> Vec<String> {
        let rows = rows_line(self.n_observations, self.units.as_ref(), self.periods.as_ref(), self.balanced);
        let mut said = vec![format!("The panel has {rows}.")];
        let missing = |column: &ColumnSummary| column.missing.values().sum::<usize>();
        let lacking = self.columns.iter().filter(|column| missing(column) > 0).count();
        if let Some(worst) = self.columns.iter().max_by_key(|column| missing(column)).filter(|_| lacking > 0) {
            said.push(format!(
                "Values are missing in {}, most in {} ({} of {}).",
                counted(lacking, "column"),
                worst.name,
                missing(worst),
                counted(self.n_observations, "row")
            ));
        }
        said
    }

    fn origin(&self) -> Origin {
        Origin::default().from(&self.lineage)
    }
}

impl Answer for Description {
    fn kind(&self) -> &'static str {
        "description"
    }

    fn tables(&self) -> Tables {
        let head = |table: Table| {
            table
                .column("n", "n", Format::Whole)
                .column("missing", "missing", Format::Whole)
                .column("levels", "levels", Format::Whole)
                .column("mean", "mean", Format::Significant)
                .column("sd", "sd", Format::Significant)
                .column("min", "min", Format::Significant)
                .column("p25", "25th", Format::Significant)
                .column("median", "median", Format::Significant)
                .column("p75", "75th", Format::Significant)
                .column("max", "max", Format::Significant)
        };
        let cells = |of: &ColumnStatistics| -> Vec<Cell> {
            let d = of.distribution.as_ref();
            vec![
                of.n.into(),
                of.missing.values().sum::<usize>().into(),
                of.levels.into(),
                d.map(|d| d.mean).into(),
                d.and_then(|d| d.sd).into(),
                d.map(|d| d.min).into(),
                d.map(|d| d.lower_quartile).into(),
                d.map(|d| d.median).into(),
                d.map(|d| d.upper_quartile).into(),
                d.map(|d| d.max).into(),
            ]
        };
        let overall = head(Table::new("variables", "all periods").column("name", "variable", Format::Text))
            .rows(self.variables.iter().map(|of| row([Cell::from(&of.name)].into_iter().chain(cells(&of.overall)))));
        let by_period = Table::new("by_period", "by period").column("name", "variable", Format::Text).column(
            "period",
            "period",
            Format::Whole,
        );
        let by_period = head(by_period).rows(self.variables.iter().flat_map(|of| {
            of.by_period
                .iter()
                .map(|own| row([Cell::from(&of.name), own.period.into()].into_iter().chain(cells(&own.statistics))))
        }));
        let variation = Table::new("variation", "standard deviations over all rows, between and within units")
            .column("name", "variable", Format::Text)
            .column("overall", "overall", Format::Significant)
            .column("between", "between", Format::Significant)
            .column("within", "within", Format::Significant)
            .rows(self.variables.iter().filter_map(|of| {
                let own = of.variation.as_ref()?;
                Some(row([Cell::from(&of.name), own.overall.into(), own.between.into(), own.within.into()]))
            }));
        let correlations = Table::new("correlations", "correlations")
            .column("first", "first", Format::Text)
            .column("second", "second", Format::Text)
            .column("overall", "overall", Format::Significant)
            .column("between", "between units", Format::Significant)
            .column("within", "within units", Format::Significant)
            .column("n_observations", "rows", Format::Whole)
            .column("n_units", "units", Format::Whole)
            .rows(self.correlations.iter().map(|of| {
                row([
                    Cell::from(&of.first),
                    Cell::from(&of.second),
                    of.overall.into(),
                    of.between.into(),
                    of.within.into(),
                    of.n_observations.into(),
                    of.n_units.into(),
                ])
            }));
        let coverage = Table::new("coverage", "values by period")
            .column("name", "variable", Format::Text)
            .column("period", "period", Format::Whole)
            .column("values", "values", Format::Whole)
            .rows(self.variables.iter().zip(&self.coverage.n_values).flat_map(|(of, counts)| {
                let periods = self.coverage.periods.iter().zip(counts);
                periods.map(|(period, n)| row([Cell::from(&of.name), (*period).into(), (*n).into()]))
            }));
        let tables = [overall, variation, correlations, by_period, coverage].map(Table::without_empty_columns);
        let title = rows_line(self.n_observations, self.units.as_ref(), self.periods.as_ref(), self.balanced);
        Tables::new(title, tables).about(self.panel.clone())
    }

    fn sentences(&self) -> Vec<String> {
        let rows = rows_line(self.n_observations, self.units.as_ref(), self.periods.as_ref(), self.balanced);
        let mut said = vec![format!("The panel has {rows}.")];
        let number = |x: f64| Digits::default().text(x);
        said.extend(self.variables.iter().filter_map(|of| {
            let d = of.overall.distribution.as_ref()?;
            let parts = of.variation.as_ref().and_then(|v| {
                let more =
                    if v.between? > v.within? { "between units than within" } else { "within units than between" };
                Some(format!(", more of it {more}"))
            });
            let spread = d.sd.map_or(String::new(), |sd| {
                format!(" (standard deviation {}{})", number(sd), parts.unwrap_or_default())
            });
            Some(format!(
                "{} is {} on average{spread}, between {} and {}.",
                of.name,
                number(d.mean),
                number(d.min),
                number(d.max)
            ))
        }));
        said
    }
}

impl Answer for NationCheck {
    fn kind(&self) -> &'static str {
        "nation_check"
    }

    fn tables(&self) -> Tables {
        std::slice::from_ref(self).tables()
    }

    fn sentences(&self) -> Vec<String> {
        std::slice::from_ref(self).sentences()
    }
}

impl Answer for [NationCheck] {
    fn kind(&self) -> &'static str {
        "nation_checks"
    }

    fn tables(&self) -> Tables {
        let table = Table::new("sums", "")
            .column("period", "period", Format::Whole)
            .column("authorities", "authorities", Format::Significant)
            .column("missing", "missing", Format::Whole)
            .column("nation", "nation", Format::Significant)
            .column("relative_difference", "difference, %", Format::Percent)
            .rows(self.iter().map(|of| {
                row([
                    of.period.into(),
                    of.authorities.into(),
                    of.missing.into(),
                    of.nation.into(),
                    of.relative_difference().into(),
                ])
            }));
        Tables::new("Sums of authorities beside the nation's figures", [table])
    }

    fn sentences(&self) -> Vec<String> {
        let far = |of: &&NationCheck| of.relative_difference().abs();
        let known = self.iter().filter(|of| of.relative_difference().is_finite());
        let Some(worst) = known.max_by(|a, b| far(a).total_cmp(&far(b))) else {
            return vec!["No sum can be held against a nation's figure.".to_string()];
        };
        let off = percent(worst.relative_difference().abs());
        let side = if worst.relative_difference() < 0.0 { "below" } else { "above" };
        let of = match self.len() {
            1 => "The".to_string(),
            n => format!("Of {n} periods {} is furthest off: the", worst.period),
        };
        let missing = match worst.missing {
            0 => String::new(),
            1 => "; 1 authority has no value".to_string(),
            n => format!("; {n} authorities have no value"),
        };
        vec![format!("{of} sum of authorities is {off}% {side} the nation's figure{missing}.")]
    }
}
