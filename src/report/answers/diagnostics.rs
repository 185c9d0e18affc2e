//! What is asked of a fitted regression beside its coefficients: collinearity, effects, predictions, influence; and noise.

use super::row;
use crate::regress::{Collinearity, Effect, Influence, Noise, NoiseModel, Prediction};
use crate::report::answer::Answer;
#[cfg(feature = "charts")]
use crate::report::answer::drawn;
#[cfg(feature = "charts")]
use crate::report::chart::Chart;
use crate::report::corrected::diagnostics;
use crate::report::estimates::Digits;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::counted;
use crate::report::words::per_cent;

/// Variance inflation from which coefficients are hard to tell apart.
const INFLATED: f64 = 10.0;

fn number(x: f64) -> String {
    Digits::default().text(x)
}

impl Answer for Collinearity {
    fn kind(&self) -> &'static str {
        "collinearity"
    }

    fn tables(&self) -> Tables {
        let table = Table::new("inflation", "")
            .column("name", "variance inflation of", Format::Text)
            .column("overall", "overall", Format::Significant)
            .column("within", "within", Format::Significant)
            .column("between", "between", Format::Significant)
            .rows(self.columns.iter().map(|column| {
                row([Cell::from(&column.name), column.overall.into(), column.within.into(), column.between.into()])
            }));
        Tables::new("Collinearity", [table.without_empty_columns()])
            .notes([format!("condition number {}", number(self.condition_number))])
    }

    fn sentences(&self) -> Vec<String> {
        let known = self.columns.iter().filter_map(|column| Some((column, column.overall?)));
        let Some((column, inflation)) = known.max_by(|a, b| a.1.total_cmp(&b.1)) else {
            return vec!["No column has a variance inflation overall.".to_string()];
        };
        let so = match inflation >= INFLATED {
            true => "so that it is hard to tell from those of the others",
            false => "which leaves the coefficients well apart",
        };
        vec![format!(
            "{} is most like the other columns: they inflate the variance of its coefficient {} times, {so}.",
            column.name,
            number(inflation)
        )]
    }
}

impl Answer for Effect {
    fn kind(&self) -> &'static str {
        "effect"
    }

    fn tables(&self) -> Tables {
        std::slice::from_ref(self).tables()
    }

    fn sentences(&self) -> Vec<String> {
        vec![format!(
            "The effect of {} is {} (std. error {}), from {}.",
            self.name,
            number(self.effect),
            number(self.std_error),
            counted(self.rows, "row")
        )]
    }
}

impl Answer for [Effect] {
    fn kind(&self) -> &'static str {
        "effects"
    }

    fn tables(&self) -> Tables {
        let table = Table::new("effects", "")
            .column("name", "of", Format::Text)
            .column("effect", "effect", Format::Significant)
            .column("level", "level", Format::Significant)
            .column("std_error", "std. error", Format::Significant)
            .column("rows", "rows", Format::Whole)
            .rows(self.iter().map(|of| {
                row([of.name.as_str().into(), of.effect.into(), of.level.into(), of.std_error.into(), of.rows.into()])
            }));
        Tables::new("Effects", [table])
    }

    fn sentences(&self) -> Vec<String> {
        let highest = self.iter().max_by(|a, b| a.effect.total_cmp(&b.effect));
        let lowest = self.iter().min_by(|a, b| a.effect.total_cmp(&b.effect));
        let (Some(highest), Some(lowest)) = (highest, lowest) else { return vec!["There is no effect.".to_string()] };
        vec![format!(
            "Of {} {} is highest ({}, std. error {}) and {} lowest ({}, std. error {}).",
            counted(self.len(), "effect"),
            highest.name,
            number(highest.effect),
            number(highest.std_error),
            lowest.name,
            number(lowest.effect),
            number(lowest.std_error)
        )]
    }
}

impl Answer for Prediction {
    fn kind(&self) -> &'static str {
        "prediction"
    }

    fn tables(&self) -> Tables {
        std::slice::from_ref(self).tables()
    }

    fn sentences(&self) -> Vec<String> {
        let [expected, lower, upper] = [self.expected, self.lower, self.upper].map(number);
        let [outcome_lower, outcome_upper] = [self.outcome_lower, self.outcome_upper].map(number);
        let out_of = self.exposure.map_or(String::new(), |exposure| format!(" out of {}", number(exposure)));
        vec![format!(
            "Of {} an outcome of {expected} is expected{out_of} ({lower} to {upper}); its own may lie between {outcome_lower} and \
             {outcome_upper}.",
            self.name
        )]
    }
}

impl Answer for [Prediction] {
    fn kind(&self) -> &'static str {
        "predictions"
    }

    fn tables(&self) -> Tables {
        let table = Table::new("predictions", "")
            .column("name", "row", Format::Text)
            .column("expected", "expected", Format::Significant)
            .column("std_error", "std. error", Format::Significant)
            .range(["lower", "upper"], "interval of the mean", Format::Significant)
            .range(["outcome_lower", "outcome_upper"], "interval of the outcome", Format::Significant)
            .rows(self.iter().map(|of| {
                row([
                    of.name.as_str().into(),
                    of.expected.into(),
                    of.std_error.into(),
                    [of.lower, of.upper].into(),
                    [of.outcome_lower, of.outcome_upper].into(),
                ])
            }));
        Tables::new("Predictions", [table])
    }

    fn sentences(&self) -> Vec<String> {
        let width = |of: &Prediction| of.outcome_upper - of.outcome_lower;
        let Some(widest) = self.iter().max_by(|a, b| width(a).total_cmp(&width(b))) else {
            return vec!["There is nothing to predict.".to_string()];
        };
        vec![format!(
            "Of {} that of {} is the least sure: {} expected, and an outcome between {} and {}.",
            counted(self.len(), "prediction"),
            widest.name,
            number(widest.expected),
            number(widest.outcome_lower),
            number(widest.outcome_upper)
        )]
    }
}

impl Answer for Influence {
    fn kind(&self) -> &'static str {
        "influence"
    }

    fn tables(&self) -> Tables {
        std::slice::from_ref(self).tables()
    }

    fn sentences(&self) -> Vec<String> {
        let rows = counted(self.rows, "row");
        let distance = self.cooks_distance.map_or("not known".to_string(), number);
        vec![format!("Without {} ({rows}) the estimates move by a Cook's distance that is {distance}.", self.name)]
    }
}

impl Answer for [Influence] {
    fn kind(&self) -> &'static str {
        "influences"
    }

    fn tables(&self) -> Tables {
        let largest =
            |of: &Influence| of.dfbetas.iter().flatten().copied().reduce(|a, b| if b.abs() > a.abs() { b } else { a });
        let table = Table::new("influence", "")
            .column("name", "without", Format::Text)
            .column("rows", "rows", Format::Whole)
            .column("leverage", "leverage", Format::Significant)
            .column("cooks_distance", "Cook's distance", Format::Significant)
            .column("largest_dfbetas", "largest DFBETAS", Format::Significant)
            .rows(self.iter().map(|of| {
                row([
                    of.name.as_str().into(),
                    of.rows.into(),
                    of.leverage.into(),
                    of.cooks_distance.into(),
                    largest(of).into(),
                ])
            }));
        Tables::new("Influence", [table.without_empty_columns()])
    }

    fn sentences(&self) -> Vec<String> {
        let known = self.iter().filter_map(|of| Some((of, of.cooks_distance?)));
        let Some((most, distance)) = known.max_by(|a, b| a.1.total_cmp(&b.1)) else {
            return vec!["No distance is known.".to_string()];
        };
        let name = &most.name;
        vec![format!(
            "Of {} {name} moves the estimates most, by a Cook's distance of {}.",
            self.len(),
            number(distance)
        )]
    }
}

impl Answer for Noise {
    fn kind(&self) -> &'static str {
        "noise"
    }

    fn tables(&self) -> Tables {
        let lags = self.semivariogram.len().max(self.autocovariances.len().saturating_sub(1));
        let table = Table::new("by_lag", "residuals within units, by how many periods they are apart")
            .column("lag", "periods apart", Format::Whole)
            .column("autocovariance", "autocovariance", Format::Significant)
            .column("semivariogram", "semivariogram", Format::Significant)
            .column("pairs", "pairs", Format::Whole)
            .rows((0..=lags).map(|lag| {
                // The semivariogram begins one period apart, autocovariances at none.
                let at_lag = lag.checked_sub(1);
                row([
                    Cell::from(lag),
                    Cell::from(self.autocovariances.get(lag).copied()),
                    Cell::from(at_lag.and_then(|at| self.semivariogram.get(at).copied().flatten())),
                    Cell::from(at_lag.and_then(|at| self.pairs.get(at).copied())),
                ])
            }));
        let rho = self.rho.map(|rho| {
            let error = self.rho_std_error.map_or(String::new(), |error| format!(" (std. error {})", number(error)));
            format!("AR(1): autocorrelation {}{error}", number(rho))
        });
        let part = per_cent(self.share_of_total);
        Tables::new(
            format!("Noise ({}) in the means of units: {part} of the total", self.model),
            [table.without_empty_columns()],
        )
        .notes(rho)
        .notes(diagnostics(self, ""))
    }

    fn sentences(&self) -> Vec<String> {
        let part = per_cent(self.share_of_total);
        let mut said = vec![format!(
            "Of the variation {part} is noise in the means of units, which unit effects take up, if noise {}.",
            noise_in_words(self.model)
        )];
        said.extend(diagnostics(self, "").into_iter().map(|doubt| format!("Doubt it: {doubt}.")));
        said
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        let what = "How far residuals go together, by how many periods they are apart.";
        drawn(what, Chart::noise(self, "the outcome")).into_iter().collect()
    }
}

/// What a model of noise says of it: "if noise …".
pub(super) fn noise_in_words(model: NoiseModel) -> String {
    match model {
        NoiseModel::Independent => "does not go with itself from one period to the next".to_string(),
        NoiseModel::Persistent { from_lag: Some(1) } => "is gone after a period".to_string(),
        NoiseModel::Persistent { from_lag: Some(lag) } => format!("is gone after {lag} periods"),
        NoiseModel::Persistent { from_lag: None } => "is gone after some periods".to_string(),
        NoiseModel::Ar1 => "fades by the same part each period".to_string(),
    }
}
