//! How are estimates, and what their standard errors rest on, put in words?

use serde::{Deserialize, Serialize};

use super::text::{counted, level};
use crate::regress::{
    ClusterCorrection, CoefficientTable, CovarianceKind, CovarianceMatrix, Estimator, Leverage, RSquared, SmallSample,
};

/// How many digits a number is printed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Digits {
    /// From the first that is not zero.
    Significant(usize),
    /// After the point.
    Decimals(usize),
}

/// What stands where there is no number.
pub(super) const UNKNOWN: &str = "–";

/// More digits than a double has say nothing.
const MOST_DIGITS: usize = 17;

impl Default for Digits {
    /// Four significant ones: columns differ in their units, and with a fixed number of decimals the coefficient of a
    /// column with large values would be zero.
    fn default() -> Self {
        Digits::Significant(4)
    }
}

impl Digits {
    pub(super) fn text(self, x: f64) -> String {
        if x.is_nan() {
            return UNKNOWN.to_string();
        }
        if x.is_infinite() {
            return x.to_string();
        }
        match self {
            _ if x == 0.0 => "0".to_string(),
            Digits::Significant(digits) => {
                let digits = digits.clamp(1, MOST_DIGITS);
                // Rounded first, as 9.9996 has one digit more before the point than it seems.
                let scientific = format!("{x:.*e}", digits - 1);
                let exponent = scientific.split_once('e').and_then(|(_, e)| e.parse::<i32>().ok()).unwrap_or(0);
                match usize::try_from(digits as i32 - 1 - exponent) {
                    Ok(decimals) if exponent >= -4 => format!("{x:.decimals$}"),
                    Err(_) if exponent < 6 => format!("{x:.0}"),
                    _ => scientific,
                }
            }
            Digits::Decimals(decimals) => {
                let decimals = decimals.min(MOST_DIGITS);
                if x.abs() >= 1e15 {
                    return format!("{x:.decimals$e}");
                }
                let text = format!("{x:.decimals$}");
                let is_zero = !text.contains(|c: char| ('1'..='9').contains(&c));
                if is_zero { text.trim_start_matches('-').to_string() } else { text }
            }
        }
    }
}

/// A t or z statistic of any size in at most nine characters.
pub(super) fn statistic(x: f64) -> String {
    match x {
        x if x.is_nan() => UNKNOWN.to_string(),
        x if x.is_finite() && x.abs() >= 9_999.0 => format!("{x:.1e}"),
        x => format!("{x:.3}"),
    }
}

/// A p-value in at most seven characters; what is none, in at most eight.
pub(super) fn p_value(p: f64) -> String {
    match p {
        p if p.is_nan() => UNKNOWN.to_string(),
        p if (0.0..1e-4).contains(&p) => "<0.0001".to_string(),
        p if p.is_finite() && p.abs() >= 10.0 => format!("{p:.1e}"),
        p => format!("{p:.4}"),
    }
}

/// R² of any size: a regression that does not minimise it may have a very negative one.
pub(super) fn r_squared(r2: f64) -> String {
    match r2 {
        r2 if r2.is_finite() && r2.abs() >= 1e3 => format!("{r2:.2e}"),
        // Rounding has no sign.
        r2 if r2.abs() < 0.00005 => "0.0000".to_string(),
        r2 => format!("{r2:.4}"),
    }
}

/// Those that there are, by name.
pub(super) fn r_squareds(r2: &RSquared) -> [(&'static str, Option<f64>); 4] {
    [("overall", Some(r2.overall)), ("within", r2.within), ("between", r2.between), ("adjusted", r2.adjusted)]
}

/// A number with four decimals, none where it has none.
pub(super) fn plain(x: f64) -> String {
    if x.fract() == 0.0 { format!("{x}") } else { format!("{x:.4}") }
}

/// What the estimator of a regression does, in a few words.
pub(super) fn meaning(table: &CoefficientTable) -> &'static str {
    match table.estimator {
        Estimator::Pooled if table.deviance.is_some() => "greatest likelihood on all rows",
        Estimator::Pooled => "least squares on all rows",
        Estimator::Within => "unit effects absorbed",
        Estimator::WithinPeriod => "period effects absorbed",
        Estimator::Twoway => "unit and period effects absorbed",
        Estimator::Between => "the means of units",
        Estimator::FirstDifference => "differences of successive periods",
        Estimator::Random => "random unit effects",
        Estimator::RandomPeriod => "random period effects",
        Estimator::RandomTwoway => "random unit and period effects",
        Estimator::Mundlak => "unit means and deviations from them, random unit effects",
    }
}

/// What the rows of the regression are.
pub(super) fn row_noun(estimator: Estimator) -> &'static str {
    match estimator {
        Estimator::Between => "unit mean",
        Estimator::FirstDifference => "difference",
        _ => "observation",
    }
}

/// Rows, units, periods, degrees of freedom and weights, in a sentence.
pub(super) fn counts(table: &CoefficientTable) -> String {
    let mut parts = vec![counted(table.n_observations, row_noun(table.estimator))];
    let groups = [(table.n_units, "unit"), (table.n_periods, "period")];
    parts.extend(groups.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| counted(*n, noun)));
    parts.push(format!("{} of freedom", counted(table.df_residual, "residual degree")));
    parts.extend(table.weights.iter().map(|weights| format!("weighted by {weights}")));
    parts.join(", ")
}

/// The rows left out, a sentence for each reason.
pub(super) fn left_out(table: &CoefficientTable) -> impl Iterator<Item = String> {
    table.left_out.iter().map(|left_out| format!("{} left out: {}", counted(left_out.rows, "row"), left_out.reason))
}

/// How the standard errors came about: kind, clusters, small-sample factor with its convention, distribution.
pub(super) fn covariance(covariance: &CovarianceMatrix) -> String {
    let by: Vec<String> =
        covariance.clustered_by.iter().zip(&covariance.clusters).map(|(name, n)| format!("{name} ({n})")).collect();
    let by = by.join(" and ");
    let lags = counted(covariance.bandwidth.unwrap_or(0), "lag");
    let kind = match &covariance.covariance.kind {
        CovarianceKind::Iid => "iid".to_string(),
        CovarianceKind::Heteroskedastic(leverage) => {
            let name = match leverage {
                Leverage::Hc0 => "HC0",
                Leverage::Hc1 => "HC1",
                Leverage::Hc2 => "HC2",
                Leverage::Hc3 => "HC3",
                Leverage::Hc4 => "HC4",
            };
            format!("heteroskedasticity-robust ({name})")
        }
        CovarianceKind::Cluster { correction, .. } => match correction {
            ClusterCorrection::SmallSample => format!("clustered by {by}"),
            ClusterCorrection::Cr0 => format!("clustered by {by}, CR0"),
            ClusterCorrection::Cr1 => format!("clustered by {by}, CR1"),
            ClusterCorrection::Cr1s => format!("clustered by {by}, CR1S"),
            ClusterCorrection::Cr2 => format!("clustered by {by}, CR2"),
            ClusterCorrection::Cr3 => format!("clustered by {by}, CR3"),
        },
        CovarianceKind::TwowayCluster | CovarianceKind::TwowayClusterBy { .. } => format!("clustered by {by}"),
        CovarianceKind::NeweyWest { .. } => format!("Newey–West within units, {lags}, by {by}"),
        CovarianceKind::DriscollKraay { .. } => format!("Driscoll–Kraay, {lags}, by {by}"),
        CovarianceKind::BeckKatz { .. } => format!("Beck–Katz, errors related within {by}"),
        CovarianceKind::Jackknife => format!("jackknife over {by}"),
    };
    let factor = plain(covariance.small_sample_factor);
    let convention = covariance.covariance.small_sample;
    let factor = match (convention, covariance.small_sample_factor == 1.0) {
        (SmallSample::Unadjusted, true) => "no small-sample factor".to_string(),
        // A correction of its own, whatever the convention.
        (SmallSample::Unadjusted, false) => format!("small-sample factor {factor}"),
        _ => format!("small-sample factor {factor} ({convention})"),
    };
    let of_coefficients = covariance.df_by_coefficient.iter().filter(|df| !df.is_nan());
    let (least, most) = of_coefficients.fold((f64::MAX, 0.0_f64), |(a, b), df| (a.min(*df), b.max(*df)));
    let distribution = match (covariance.df, least <= most) {
        (None, _) => "normal".to_string(),
        (Some(_), true) => format!("t({least:.1} to {most:.1}, Satterthwaite)"),
        (Some(df), false) => format!("t({})", plain(df)),
    };
    format!("{kind}, {factor}, {distribution}")
}

/// The level of intervals, in words.
pub(super) fn intervals(table: &CoefficientTable) -> String {
    format!("{} intervals", level(table.level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn significant_digits() {
        let four = |x| Digits::Significant(4).text(x);
        let texts = [0.0, 1.0, -0.012_345_6, 9.999_96, 123_456.0, 1_234_567.0, 0.000_123_46, 1.234_56e-5, 1e300];
        assert_eq!(
            texts.map(four),
            ["0", "1.000", "-0.01235", "10.00", "123456", "1.235e6", "0.0001235", "1.235e-5", "1.000e300"]
        );
        assert_eq!(Digits::Significant(0).text(1.26), "1");
        assert_eq!(Digits::Significant(usize::MAX).text(0.1), "0.10000000000000001");
        assert_eq!(four(f64::NAN), "–");
        assert!([f64::MIN, -f64::MIN_POSITIVE, -0.000_999_96].into_iter().all(|x| four(x).len() <= 11));
    }

    #[test]
    fn an_r_squared_of_rounding_has_no_sign() {
        assert_eq!(
            [-1e-17, 0.0, 0.00004, -0.00006, 0.5].map(r_squared),
            ["0.0000", "0.0000", "0.0000", "-0.0001", "0.5000"]
        );
        assert_eq!(r_squared(-2e5), "-2.00e5");
    }

    #[test]
    fn decimals() {
        let two = |x| Digits::Decimals(2).text(x);
        assert_eq!([1.005, -0.001, 1e20, -1234.5].map(two), ["1.00", "0.00", "1.00e20", "-1234.50"]);
        assert_eq!(Digits::Decimals(0).text(2.6), "3");
    }

    #[test]
    fn numbers_of_any_size_keep_their_room() {
        for x in [0.0, -9_998.999_9, 9_999.0, f64::MAX, f64::MIN, f64::NAN, f64::NEG_INFINITY, 1e-300] {
            assert!(statistic(x).len() <= 9, "{}", statistic(x));
            assert!(r_squared(x).len() <= 10, "{}", r_squared(x));
            assert!(p_value(x).len() <= 8, "{}", p_value(x));
        }
        assert_eq!([0.0, 9.9e-5, 1e-4, 0.05, 1.0].map(p_value), ["<0.0001", "<0.0001", "0.0001", "0.0500", "1.0000"]);
    }
}
