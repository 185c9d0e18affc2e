//! Regressions: coefficients, alone and side by side, and what is said of the fit.

use super::{level_heading, row};
use crate::regress::{
    CoefficientEstimate, CoefficientTable, CovarianceMatrix, EffectVariances, QuasiDemeaning, RSquared,
};
use crate::report::answer::Answer;
#[cfg(feature = "charts")]
use crate::report::answer::drawn;
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::deviance::explained_by;
use crate::report::estimates::{self, Digits, left_out, meaning, p_value, r_squared, r_squareds};
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::level;
use crate::report::words::sentence;

fn number(x: f64) -> String {
    Digits::default().text(x)
}

fn estimates_table(level: f64, estimates: &[CoefficientEstimate], is_t: bool) -> Table {
    Table::new("coefficients", "")
        .column("component", "component", Format::Text)
        .column("name", "term", Format::Text)
        .column("estimate", "estimate", Format::Significant)
        .column("std_error", "std. error", Format::Significant)
        .column("statistic", if is_t { "t" } else { "z" }, Format::Significant)
        .column("df", "df", Format::Significant)
        .column("p_value", "p", Format::PValue)
        .range(["lower", "upper"], level_heading(level), Format::Significant)
        .rows(estimates.iter().map(|of| {
            row([
                Cell::from(of.component.as_ref()),
                Cell::from(&of.name),
                Cell::from(of.estimate),
                Cell::from(of.std_error),
                Cell::from(of.statistic),
                Cell::from(of.df),
                Cell::from(of.p_value),
                Cell::from([of.lower, of.upper]),
            ])
        }))
}

impl Answer for CoefficientTable {
    fn kind(&self) -> &'static str {
        "coefficients"
    }

    fn tables(&self) -> Tables {
        let mut table = estimates_table(self.level, &self.coefficients, self.covariance.df.is_some());
        if self.coefficients.iter().all(|of| of.component.is_none()) {
            let places: Vec<usize> = (1..table.columns.len()).collect();
            table.keep(&places);
        }
        let dropped = (!self.left_out_columns.is_empty()).then(|| {
            format!("dropped, as combinations of columns before or of effects: {}", self.left_out_columns.join(", "))
        });
        let warnings = self.warnings.iter().chain(&self.covariance.warnings);
        Tables::new(format!("{}, {}: {}", self.outcome, self.estimator, meaning(self)), [table.without_empty_columns()])
            .about([estimates::counts(self)])
            .about(self.panel.clone())
            .notes(explained_by(self))
            .notes([format!("standard errors: {}", estimates::covariance(&self.covariance))])
            .notes(left_out(self))
            .notes(self.factors.iter().map(|factor| factor.to_string()))
            .notes(dropped)
            .notes(warnings.map(|warning| format!("warning: {warning}")))
    }

    fn sentences(&self) -> Vec<String> {
        let is_told = |of: &&CoefficientEstimate| of.lower > 0.0 || of.upper < 0.0;
        let own: Vec<&CoefficientEstimate> = self.coefficients.iter().filter(|of| of.name != "(Intercept)").collect();
        let told = own.iter().filter(|of| is_told(of)).count();
        let several = format!("Of {} coefficients {told} have intervals that do not reach zero.", own.len());
        let mut said = Vec::new();
        match own.first() {
            None => {
                said.push(format!("{} is regressed on effects alone, which have no coefficients here.", self.outcome))
            }
            Some(first) if self.deviance.is_some() => {
                said.push(format!(
                    "One more of {} multiplies the expected {} by {} ({} interval {} to {}), the other terms held fixed.",
                    first.name,
                    self.outcome,
                    number(first.estimate.exp()),
                    level(self.level),
                    number(first.lower.exp()),
                    number(first.upper.exp())
                ));
                if own.len() > 1 {
                    said.push(several);
                }
            }
            Some(first) => {
                let (verb, by) =
                    if first.estimate < 0.0 { ("less", -first.estimate) } else { ("more", first.estimate) };
                said.push(format!(
                    "One more of {} goes with {} {verb} of {} ({} interval of the coefficient {} to {}), the other terms \
                     held fixed.",
                    first.name,
                    number(by),
                    self.outcome,
                    level(self.level),
                    number(first.lower),
                    number(first.upper)
                ));
                if own.len() > 1 {
                    said.push(several);
                }
            }
        }
        said.push(format!("Standard errors: {}.", estimates::covariance(&self.covariance)));
        said
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        let what = "Coefficients with their intervals.";
        drawn(what, Chart::coefficients(&[(self.estimator.name(), self)])).into_iter().collect()
    }
}

impl Answer for CoefficientEstimate {
    fn kind(&self) -> &'static str {
        "coefficient"
    }

    fn tables(&self) -> Tables {
        let mut table = estimates_table(0.95, std::slice::from_ref(self), true);
        table.columns[7].heading = "interval".to_string();
        table.columns[4].heading = "statistic".to_string();
        table.keep(&[1, 2, 3, 4, 5, 6, 7]);
        Tables::new(self.name.as_str(), [table.without_empty_columns()])
    }

    fn sentences(&self) -> Vec<String> {
        vec![format!(
            "The coefficient of {} is {} (interval {} to {}, p {}).",
            self.name,
            number(self.estimate),
            number(self.lower),
            number(self.upper),
            p_value(self.p_value)
        )]
    }
}

impl Answer for RSquared {
    fn kind(&self) -> &'static str {
        "r_squared"
    }

    fn tables(&self) -> Tables {
        let table =
            Table::new("r_squared", "").column("name", "R²", Format::Text).column("r2", "value", Format::Significant);
        let rows = r_squareds(self).into_iter().filter_map(|(name, r2)| Some(row([Cell::from(name), Cell::from(r2?)])));
        Tables::new("R²", [table.rows(rows)])
    }

    fn sentences(&self) -> Vec<String> {
        let parts: Vec<String> =
            r_squareds(self).into_iter().filter_map(|(name, r2)| Some(format!("{name} {}", r_squared(r2?)))).collect();
        vec![format!("R² is {}.", crate::report::words::listed(&parts))]
    }
}

impl Answer for CovarianceMatrix {
    fn kind(&self) -> &'static str {
        "covariance"
    }

    fn tables(&self) -> Tables {
        let errors = Table::new("std_errors", "")
            .column("name", "term", Format::Text)
            .column("std_error", "std. error", Format::Significant)
            .rows(
                self.names
                    .iter()
                    .zip(self.std_errors())
                    .map(|(name, error)| row([Cell::from(name), Cell::from(error)])),
            );
        let pairs = self.names.iter().zip(self.matrix.rows()).enumerate().flat_map(|(at, (first, of))| {
            let until = self.names.iter().zip(of.to_vec()).take(at + 1);
            until.map(move |(second, value)| row([Cell::from(first), Cell::from(second), Cell::from(value)]))
        });
        let matrix = Table::new("covariances", "variances and covariances")
            .column("first", "first", Format::Text)
            .column("second", "second", Format::Text)
            .column("covariance", "covariance", Format::Significant)
            .rows(pairs);
        Tables::new(estimates::covariance(self), [errors, matrix])
            .notes(self.warnings.iter().map(|warning| format!("warning: {warning}")))
    }

    fn sentences(&self) -> Vec<String> {
        vec![format!("Standard errors: {}.", estimates::covariance(self))]
    }
}

impl Answer for EffectVariances {
    fn kind(&self) -> &'static str {
        "effect_variances"
    }

    fn tables(&self) -> Tables {
        let variances = [("idiosyncratic", Some(self.idiosyncratic)), ("unit", self.unit), ("period", self.period)];
        let table = Table::new("variances", "")
            .column("name", "effect", Format::Text)
            .column("variance", "variance", Format::Significant)
            .rows(variances.into_iter().filter_map(|(name, own)| Some(row([Cell::from(name), Cell::from(own?)]))));
        Tables::new("Variances of random effects", [table])
    }

    fn sentences(&self) -> Vec<String> {
        vec![one_line(self)]
    }
}

impl Answer for QuasiDemeaning {
    fn kind(&self) -> &'static str {
        "quasi_demeaning"
    }

    fn tables(&self) -> Tables {
        let of = |effect: &'static str, thetas: &'_ [f64]| {
            let rows = thetas.iter().enumerate();
            rows.map(|(at, theta)| row([Cell::from(effect), Cell::from(at + 1), Cell::from(*theta)]))
                .collect::<Vec<_>>()
        };
        let total = self.total.map(|total| row([Cell::from("total"), Cell::Empty, Cell::from(total)]));
        let table = Table::new("thetas", "")
            .column("effect", "effect", Format::Text)
            .column("number", "number", Format::Whole)
            .column("theta", "part of the mean", Format::Significant)
            .rows(of("unit", &self.unit))
            .rows(of("period", &self.period))
            .rows(total);
        Tables::new("Quasi-demeaning", [table])
    }

    fn sentences(&self) -> Vec<String> {
        vec![one_line(self)]
    }
}

/// What prints itself in a few words, as a sentence.
pub(super) fn one_line(answer: &impl std::fmt::Display) -> String {
    let text = answer.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    sentence(&text) + "."
}
