//! What is asked of a fitted regression, or of a breakdown, beside its tables: each answer in a line or a small table.

use std::fmt;

use super::aligned::{Line, aligned};
use super::estimates::{Digits, UNKNOWN, p_value, statistic};
use super::text::{counted, level, percent, wrapped};
use crate::regress::{CoefficientEstimate, Collinearity, Effect, Influence, JointWildTest, Prediction, WildTest};
use crate::resample::ShareInfluence;

/// A number to four significant digits.
fn number(x: f64) -> String {
    Digits::default().text(x)
}

/// A statistic in so many characters that no table breaks, however large it is.
fn ratio(x: Option<f64>) -> String {
    x.map_or_else(|| UNKNOWN.to_string(), statistic)
}

fn in_lines(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str(&wrapped(text).join("\n"))
}

impl fmt::Display for CoefficientEstimate {
    /// Estimate, standard error and interval in a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [estimate, std_error, lower, upper] = [self.estimate, self.std_error, self.lower, self.upper].map(number);
        let p = p_value(self.p_value);
        in_lines(f, &format!("{}: {estimate} (std. error {std_error}, {lower} to {upper}, p {p})", self.name))
    }
}

impl fmt::Display for WildTest {
    /// The null, its p-value and the interval in a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |end: Option<f64>| end.map_or_else(|| "no end".to_string(), number);
        let text = format!(
            "{} = {}: p {} by {} of {} (wild bootstrap); estimate {}, {} interval {} to {}",
            self.name,
            number(self.null),
            p_value(self.p_value),
            counted(self.draws, "draw"),
            counted(self.clusters, "cluster"),
            number(self.estimate),
            level(self.level),
            end(self.lower),
            end(self.upper)
        );
        in_lines(f, &text)
    }
}

impl fmt::Display for JointWildTest {
    /// The null, the statistic and its p-value in a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!(
            "{} = {}: statistic {}, p {} by {} of {} (wild bootstrap)",
            self.names.join(", "),
            number(self.null),
            statistic(self.statistic),
            p_value(self.p_value),
            counted(self.draws, "draw"),
            counted(self.clusters, "cluster")
        );
        in_lines(f, &text)
    }
}

impl fmt::Display for Effect {
    /// The effect and the level in a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [effect, level, std_error] = [self.effect, self.level, self.std_error].map(number);
        let rows = counted(self.rows, "row");
        in_lines(f, &format!("{}: effect {effect}, level {level} (std. error {std_error}), {rows}", self.name))
    }
}

impl fmt::Display for Prediction {
    /// The expectation and both intervals in a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = [self.expected, self.std_error, self.lower, self.upper, self.outcome_lower, self.outcome_upper];
        let [expected, std_error, lower, upper, outcome_lower, outcome_upper] = numbers.map(number);
        let out_of = self.exposure.map_or(String::new(), |exposure| format!(" out of {}", number(exposure)));
        let text = format!(
            "{}: {expected} expected{out_of} (std. error {std_error}, {lower} to {upper}), outcome {outcome_lower} to \
             {outcome_upper}",
            self.name
        );
        in_lines(f, &text)
    }
}

impl fmt::Display for Influence {
    /// Leverage, Cook's distance and the largest DFBETAS in a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let largest = self.dfbetas.iter().flatten().copied().reduce(|a, b| if b.abs() > a.abs() { b } else { a });
        let text = format!(
            "without {} ({}): leverage {}, Cook's distance {}, largest DFBETAS {}",
            self.name,
            counted(self.rows, "row"),
            number(self.leverage),
            ratio(self.cooks_distance),
            ratio(largest)
        );
        in_lines(f, &text)
    }
}

impl fmt::Display for ShareInfluence {
    /// The shares without it, each with its change.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |share: &crate::resample::ShareWithout| {
            let (sign, change) = (if share.change < 0.0 { "−" } else { "+" }, percent(share.change.abs()));
            format!("{} {}% ({sign}{change})", share.name, percent(share.share_of_total))
        };
        let shares: Vec<String> = self.shares.iter().map(share).collect();
        let said = if shares.is_empty() { "the outcome does not vary".to_string() } else { shares.join(", ") };
        in_lines(f, &format!("without {}: {said}", self.without))
    }
}

impl fmt::Display for Collinearity {
    /// A row for each column with its inflation factors, and the condition number. Names are not cut: a long one stands
    /// above its numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = ["overall", "within", "between"].map(str::to_string).to_vec();
        let mut lines = vec![Line::new("variance inflation", heading)];
        lines.extend(self.columns.iter().map(|column| {
            Line::new(column.name.clone(), [column.overall, column.within, column.between].map(ratio).to_vec())
        }));
        let condition = number(self.condition_number);
        let text = aligned(&lines).join("\n");
        write!(f, "{text}\ncondition number {condition}")
    }
}

#[cfg(test)]
mod tests {
    use crate::panel::{Panel, SIMULATED_ENGLAND_SEED};
    use crate::regress::{Covariance, Estimator, PanelRegression, WildBootstrap};

    #[test]
    fn answers_print_themselves_within_80_columns() {
        let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED).unwrap();
        let regression = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]);
        let fit = regression.estimator(Estimator::Within).fit(&panel).unwrap();
        let iid = Covariance::iid();
        let model = crate::model::Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
        let shares = model.fit(&panel).unwrap();
        let influence = shares.influence_of_units(&shares.shapley().unwrap()).unwrap();
        let texts = [
            (fit.collinearity().to_string(), "low_income_pct"),
            (fit.wild_bootstrap("vacancy_rate", &WildBootstrap::new(99, 1)).unwrap().to_string(), "99 draws"),
            (fit.unit_effects(&iid).unwrap()[0].to_string(), "level"),
            (fit.predictions(&panel, &iid, 0.95).unwrap()[0].to_string(), "expected"),
            (fit.influence_of_units().unwrap()[0].to_string(), "8 rows"),
            (fit.coefficients(&iid).unwrap().coefficients[0].to_string(), "low_income_pct"),
            (influence[0].to_string(), "deprivation"),
        ];
        for (text, says) in texts {
            assert!(text.contains(says), "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
            assert!(!text.contains("NaN"), "{text}");
        }
    }
}
