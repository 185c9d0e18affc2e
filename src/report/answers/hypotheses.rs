//! Tests of hypotheses.

use super::coefficients::one_line;
use super::{level_heading, row};
use crate::regress::{JointTest, JointWildTest, NullDistribution, SpecificationTest, WildTest};
use crate::report::answer::Answer;
use crate::report::estimates::Digits;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::{level, percent};

/// At what probability a null hypothesis is said to be in doubt.
const DOUBT: f64 = 0.05;

/// What a p-value says of a hypothesis, and what it does not.
fn judged(p: f64, null: &str) -> String {
    match p < DOUBT {
        true => format!("At the level of 5% this speaks against the hypothesis that {null}."),
        false => format!("This does not speak against the hypothesis that {null}, which is no proof of it."),
    }
}

/// How seldom draws under the null hypothesis go as far.
fn drawn(p: f64, draws: usize, clusters: usize) -> String {
    let of = format!("{draws} draws of {clusters} clusters under the null hypothesis");
    match p > 0.0 {
        true => format!("Of {of} {}% go as far as the estimate.", percent(p)),
        false => format!("None of {of} goes as far as the estimate."),
    }
}

fn statistics(rows: Vec<(&str, Option<f64>)>) -> Table {
    Table::new("test", "")
        .column("name", "statistic", Format::Text)
        .column("value", "value", Format::Significant)
        .rows(rows.into_iter().filter_map(|(name, value)| Some(row([Cell::from(name), Cell::from(value?)]))))
}

impl Answer for JointTest {
    fn kind(&self) -> &'static str {
        "joint_test"
    }

    fn tables(&self) -> Tables {
        let name = if self.df_denominator.is_some() { "F" } else { "χ²" };
        let rows = vec![
            (name, Some(self.statistic)),
            ("df", Some(self.df)),
            ("df of the denominator", self.df_denominator),
            ("p", Some(self.p_value)),
        ];
        Tables::new("Joint test", [statistics(rows)])
    }

    fn sentences(&self) -> Vec<String> {
        vec![one_line(self), judged(self.p_value, "all of these coefficients are zero")]
    }
}

impl Answer for SpecificationTest {
    fn kind(&self) -> &'static str {
        "specification_test"
    }

    fn tables(&self) -> Tables {
        let (name, df, denominator) = match self.distribution {
            NullDistribution::Normal | NullDistribution::UpperNormal => ("z", None, None),
            NullDistribution::ChiSquared { df } => ("χ²", Some(df), None),
            NullDistribution::F { df, df_denominator } => ("F", Some(df), Some(df_denominator)),
        };
        let rows = vec![
            (name, Some(self.statistic)),
            ("df", df),
            ("df of the denominator", denominator),
            ("p", Some(self.p_value)),
        ];
        Tables::new(self.name.as_str(), [statistics(rows)])
            .notes([format!("null hypothesis: {}", self.null)])
            .notes(super::warned(&self.warnings))
    }

    fn sentences(&self) -> Vec<String> {
        let bare = SpecificationTest { warnings: Vec::new(), ..self.clone() };
        let mut said = vec![one_line(&bare), judged(self.p_value, &self.null)];
        said.extend(self.warnings.iter().map(|warning| format!("Doubt it: {warning}.")));
        said
    }
}

impl Answer for WildTest {
    fn kind(&self) -> &'static str {
        "wild_test"
    }

    fn tables(&self) -> Tables {
        let table = Table::new("test", "")
            .column("name", "term", Format::Text)
            .column("estimate", "estimate", Format::Significant)
            .column("null", "null", Format::Significant)
            .column("statistic", "statistic", Format::Significant)
            .column("p_value", "p", Format::PValue)
            .column("lower", format!("{}, from", level_heading(self.level)), Format::Significant)
            .column("upper", "to", Format::Significant)
            .column("draws", "draws", Format::Whole)
            .column("clusters", "clusters", Format::Whole)
            .rows([row([
                Cell::from(&self.name),
                Cell::from(self.estimate),
                Cell::from(self.null),
                Cell::from(self.statistic),
                Cell::from(self.p_value),
                Cell::from(self.lower),
                Cell::from(self.upper),
                Cell::from(self.draws),
                Cell::from(self.clusters),
            ])]);
        Tables::new("Wild cluster bootstrap", [table.without_empty_columns()])
    }

    fn sentences(&self) -> Vec<String> {
        let number = |x: f64| Digits::default().text(x);
        let ends = self.lower.zip(self.upper).map_or(String::new(), |(lower, upper)| {
            format!(" ({} interval {} to {})", level(self.level), number(lower), number(upper))
        });
        let estimate = number(self.estimate);
        vec![
            format!("The coefficient of {} is estimated at {estimate}{ends}.", self.name),
            drawn(self.p_value, self.draws, self.clusters),
            judged(self.p_value, &format!("the coefficient of {} is {}", self.name, self.null)),
        ]
    }
}

impl Answer for JointWildTest {
    fn kind(&self) -> &'static str {
        "joint_wild_test"
    }

    fn tables(&self) -> Tables {
        let table = Table::new("test", "")
            .column("names", "terms", Format::Text)
            .column("null", "null", Format::Significant)
            .column("statistic", "statistic", Format::Significant)
            .column("p_value", "p", Format::PValue)
            .column("draws", "draws", Format::Whole)
            .column("clusters", "clusters", Format::Whole)
            .rows([row([
                Cell::from(self.names.join(", ")),
                Cell::from(self.null),
                Cell::from(self.statistic),
                Cell::from(self.p_value),
                Cell::from(self.draws),
                Cell::from(self.clusters),
            ])]);
        Tables::new("Joint wild cluster bootstrap", [table])
    }

    fn sentences(&self) -> Vec<String> {
        let null = format!("the coefficients of {} are {}", crate::report::words::listed(&self.names), self.null);
        vec![drawn(self.p_value, self.draws, self.clusters), judged(self.p_value, &null)]
    }
}
