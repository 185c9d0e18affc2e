//! Specification tests: against plm and lmtest on public data, and by brute force on unbalanced weighted panels.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use apportion::error::{DataError, EstimateError, QuestionError};
use apportion::regress::{
    CrossSectionLm, HausmanVariance, NullDistribution, RandomEffect, SmallSample, SpecificationTest,
};
use apportion::{Covariance, Error, Estimator, FittedRegression, Panel, PanelRegression, PanelSchema, Term, Warning};
use ndarray::Array2;

use crate::common::panel::panel;
use crate::common::{Rows, unbalanced};

/// Units by periods; R package plm 2.6.2.
const GRUNFELD: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/grunfeld.csv"));
/// A cross-section; R 4.2.2, package datasets.
const SWISS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/swiss.csv"));
/// Statistics round in about the thirteenth digit, and a p-value of 1e-175 amplifies that by the 800 of its statistic.
const AS_REFERENCE: f64 = 1e-10;

fn grunfeld(estimator: Estimator) -> FittedRegression {
    let panel = Panel::read_csv_from(GRUNFELD.as_bytes(), &PanelSchema::new("firm", "year")).expect("a panel");
    PanelRegression::new("inv", ["value", "capital"]).estimator(estimator).fit(&panel).expect("fits")
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    let apart = (found - expected).abs() / expected.abs().max(1e-300);
    assert!(apart <= tolerance, "{found:e} is not {expected:e}: {apart:e} apart");
}

/// The statistic within the tolerance of this file, the p-value within what that makes of it in a far tail.
#[track_caller]
fn same(test: &SpecificationTest, statistic: f64, distribution: NullDistribution, p_value: f64) {
    close(test.statistic, statistic, AS_REFERENCE);
    assert_eq!(test.distribution, distribution);
    close(test.p_value, p_value, 1e-10);
}

fn chi_squared(df: f64) -> NullDistribution {
    NullDistribution::ChiSquared { df }
}

fn f(df: f64, df_denominator: f64) -> NullDistribution {
    NullDistribution::F { df, df_denominator }
}

fn method_error(result: Result<SpecificationTest, Error>) -> String {
    match result {
        Err(Error::Estimate(EstimateError::Method { method, why })) => format!("{method}: {why}"),
        other => panic!("{other:?}"),
    }
}

// ---- Reference values: plm 2.6.2, R 4.2.2, within <- plm(inv ~ value + capital, Grunfeld, model = "within"), etc.

#[test]
fn hausman_is_that_of_plm() {
    // phtest(within_individual, random_individual_swar)
    let test = grunfeld(Estimator::Within).hausman(&grunfeld(Estimator::Random)).expect("a test");
    same(&test, 2.330366893675463, chi_squared(2.0), 0.3118654460548856);
    // phtest(within_twoways, random_twoways_swar)
    let test = grunfeld(Estimator::Twoway).hausman(&grunfeld(Estimator::RandomTwoway)).expect("a test");
    same(&test, 13.46006121345535, chi_squared(2.0), 0.0011944963979557235);
}

#[test]
fn the_auxiliary_hausman_regression_is_that_of_plm() {
    // phtest(f, data, method = "aux")
    let covariance = Covariance::iid().small_sample(SmallSample::Plm);
    let test = grunfeld(Estimator::Random).hausman_regression(&covariance).expect("a test");
    same(&test, 2.1313662254075285, chi_squared(2.0), 0.34449244720438993);
    // The default convention divides by the number of restrictions.
    let by_f = grunfeld(Estimator::Random).hausman_regression(&Covariance::iid()).expect("a test");
    assert_eq!(by_f.distribution, f(2.0, 195.0));
    close(2.0 * by_f.statistic, 2.1313662254075285, AS_REFERENCE);
}

#[test]
fn the_f_test_of_effects_is_that_of_plm() {
    // pFtest(within_individual, pooling)
    let test = grunfeld(Estimator::Within).test_effects().expect("a test");
    same(&test, 49.17662549941851, f(9.0, 188.0), 8.700146699553658e-45);
    // pFtest(within_twoways, pooling)
    let test = grunfeld(Estimator::Twoway).test_effects().expect("a test");
    same(&test, 17.403145644347763, f(28.0, 169.0), 1.7939227452654417e-36);
}

#[test]
fn multiplier_tests_of_effects_are_those_of_plm() {
    use RandomEffect::{Twoway, Unit};
    let fit = grunfeld(Estimator::Pooled);
    // plmtest(pooling, effect = "individual", type = "bp"), then "twoways"
    let test = fit.breusch_pagan(Unit).expect("a test");
    same(&test, 798.1615483690663, chi_squared(1.0), 1.3544849190835104e-175);
    let test = fit.breusch_pagan(Twoway).expect("a test");
    same(&test, 804.6154299496036, chi_squared(2.0), 1.9053701595082883e-175);
    // plmtest(pooling, effect, type = "honda")
    let test = fit.honda(Unit).expect("a test");
    same(&test, 28.251753014088635, NullDistribution::UpperNormal, 6.772424595417574e-176);
    let test = fit.honda(Twoway).expect("a test");
    same(&test, 18.180637357640972, NullDistribution::UpperNormal, 3.673742848986721e-74);
    // plmtest(pooling, effect, type = "kw")
    let test = fit.king_wu(Unit).expect("a test");
    same(&test, 28.251753014088635, NullDistribution::UpperNormal, 6.772424595417574e-176);
    let test = fit.king_wu(Twoway).expect("a test");
    same(&test, 21.83220860784924, NullDistribution::UpperNormal, 5.737029301660893e-106);
}

#[test]
fn serial_correlation_is_that_of_plm() {
    // pwartest(within)
    let test = grunfeld(Estimator::Within).serial_correlation(SmallSample::Plm).expect("a test");
    same(&test, 76.92856212136743, f(1.0, 188.0), 1.057104076434158e-15);
    assert!(test.warnings.contains(&Warning::FewClusters { clusters: 10, wanted: 50 }));
}

#[test]
fn cross_sectional_dependence_is_that_of_plm() {
    let fit = grunfeld(Estimator::Within);
    // pcdtest(within_individual, test = "cd"), then "lm", "sclm", "bcsclm"
    let test = fit.pesaran_cd().expect("a test");
    same(&test, 4.661192485241966, NullDistribution::Normal, 3.1438252819026678e-6);
    let lm = |statistic| fit.cross_section_lm(statistic).expect("a test");
    same(&lm(CrossSectionLm::BreuschPagan), 246.32878013968593, chi_squared(45.0), 1.4493143672950838e-29);
    same(&lm(CrossSectionLm::Scaled), 21.221916792822668, NullDistribution::Normal, 5.99304183497653e-100);
    same(&lm(CrossSectionLm::BiasCorrected), 20.958758898085826, NullDistribution::Normal, 1.561044354866028e-97);
}

fn swiss() -> FittedRegression {
    let panel = Panel::read_csv_from(SWISS.as_bytes(), &PanelSchema::cross_section()).expect("a panel");
    let terms = ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"].map(Term::column);
    PanelRegression::new("Fertility", terms).fit(&panel).expect("fits")
}

#[test]
fn the_reset_is_that_of_lmtest() {
    // lmtest 0.9-40: resettest(lm(Fertility ~ ., swiss)), powers 2 and 3 of the fitted values
    let test = swiss().reset(&[2, 3], &Covariance::iid()).expect("a test");
    same(&test, 0.4986043545836713, f(2.0, 39.0), 0.6111966917041054);
}

// ---- Brute force.

type Matrix = Vec<Vec<f64>>;

/// The inverse by elimination with row pivoting.
fn inverse(a: &Matrix) -> Matrix {
    let n = a.len();
    let mut m: Matrix = a.clone();
    for (i, row) in m.iter_mut().enumerate() {
        row.extend((0..n).map(|j| f64::from(u8::from(i == j))));
    }
    for c in 0..n {
        let pivot = (c..n).max_by(|&i, &j| m[i][c].abs().total_cmp(&m[j][c].abs())).expect("rows are left");
        m.swap(c, pivot);
        let lead = m[c][c];
        m[c].iter_mut().for_each(|x| *x /= lead);
        let row = m[c].clone();
        for (i, other) in m.iter_mut().enumerate().filter(|(i, _)| *i != c) {
            let factor = other[c];
            assert!(i != c && factor.is_finite(), "singular");
            other.iter_mut().zip(&row).for_each(|(x, p)| *x -= factor * p);
        }
    }
    m.iter().map(|row| row[n..].to_vec()).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn times(a: &Matrix, b: &[f64]) -> Vec<f64> {
    a.iter().map(|row| dot(row, b)).collect()
}

fn form(b: &[f64], v: &Matrix) -> f64 {
    dot(b, &times(&inverse(v), b))
}

fn part(a: &Matrix, rows: impl Iterator<Item = usize> + Clone) -> Matrix {
    rows.clone().map(|i| rows.clone().map(|j| a[i][j]).collect()).collect()
}

/// A regression of rows multiplied by the roots of their weights.
struct Least {
    /// Such rows.
    columns: Matrix,
    b: Vec<f64>,
    residuals: Vec<f64>,
    inverse: Matrix,
}

impl Least {
    fn new(columns: &[Vec<f64>], y: &[f64], w: &[f64]) -> Self {
        let scaled = |x: &Vec<f64>| x.iter().zip(w).map(|(x, w)| x * w.sqrt()).collect::<Vec<f64>>();
        let columns: Matrix = columns.iter().map(scaled).collect();
        let y = scaled(&y.to_vec());
        let inverse = inverse(&columns.iter().map(|a| columns.iter().map(|b| dot(a, b)).collect()).collect());
        let b = times(&inverse, &columns.iter().map(|c| dot(c, &y)).collect::<Vec<_>>());
        let residuals = (0..y.len()).map(|r| y[r] - (0..b.len()).map(|k| columns[k][r] * b[k]).sum::<f64>()).collect();
        Least { columns, b, residuals, inverse }
    }

    fn rss(&self) -> f64 {
        dot(&self.residuals, &self.residuals)
    }

    fn df(&self) -> f64 {
        (self.residuals.len() - self.b.len()) as f64
    }

    fn iid(&self) -> Matrix {
        let s2 = self.rss() / self.df();
        self.inverse.iter().map(|row| row.iter().map(|x| x * s2).collect()).collect()
    }

    /// The sandwich of sums over groups, without a factor.
    fn clustered<G: Ord + Clone>(&self, groups: &[G]) -> Matrix {
        let k = self.b.len();
        let mut sums: BTreeMap<G, Vec<f64>> = BTreeMap::new();
        for (row, group) in groups.iter().enumerate() {
            let sum = sums.entry(group.clone()).or_insert_with(|| vec![0.0; k]);
            (0..k).for_each(|c| sum[c] += self.columns[c][row] * self.residuals[row]);
        }
        let moves: Vec<Vec<f64>> = sums.values().map(|sum| times(&self.inverse, sum)).collect();
        (0..k).map(|i| (0..k).map(|j| moves.iter().map(|m| m[i] * m[j]).sum()).collect()).collect()
    }
}

fn rows() -> Rows {
    unbalanced(11, 9, 7, 0.2)
}

fn fitted(rows: &Rows, estimator: Estimator, weighted: bool) -> FittedRegression {
    let regression = PanelRegression::new("y", ["slow", "noisy"]).estimator(estimator);
    let regression = if weighted { regression.weights("weight") } else { regression };
    regression.fit(&panel(rows)).expect("fits")
}

fn weights(rows: &Rows, weighted: bool) -> Vec<f64> {
    let mean = rows.weight.iter().sum::<f64>() / rows.len() as f64;
    rows.weight.iter().map(|w| if weighted { w / mean } else { 1.0 }).collect()
}

/// An intercept, the two columns, and dummies of the effects, the first of each left out.
fn columns(rows: &Rows, units: bool, periods: bool) -> Vec<Vec<f64>> {
    let mut columns = vec![vec![1.0; rows.len()], rows.column("slow"), rows.column("noisy")];
    if units {
        columns.extend(rows.unit_dummies().into_iter().skip(1));
    }
    if periods {
        columns.extend(rows.period_dummies().into_iter().skip(1));
    }
    columns
}

#[test]
fn the_f_test_of_effects_is_that_of_dummies() {
    let rows = rows();
    for weighted in [false, true] {
        let w = weights(&rows, weighted);
        let kinds = [(Estimator::Within, true, false), (Estimator::WithinPeriod, false, true)];
        for (estimator, units, periods) in kinds.into_iter().chain([(Estimator::Twoway, true, true)]) {
            let pooled = Least::new(&columns(&rows, false, false), &rows.column("y"), &w);
            let full = Least::new(&columns(&rows, units, periods), &rows.column("y"), &w);
            let q = pooled.df() - full.df();
            let expected = (pooled.rss() - full.rss()) / q / (full.rss() / full.df());
            let test = fitted(&rows, estimator, weighted).test_effects().expect("a test");
            close(test.statistic, expected, 1e-9);
            assert_eq!(test.distribution, f(q, full.df()));
        }
    }
}

#[test]
fn effects_named_as_terms_are_not_in_the_pooled_regression() {
    let rows = rows();
    let fit = |terms: &[&str], estimator| {
        let terms: Vec<&str> = ["slow", "noisy", "fixed"].iter().chain(terms).copied().collect();
        PanelRegression::new("y", terms).estimator(estimator).fit(&panel(&rows)).expect("fits")
    };
    let plain = fit(&[], Estimator::Twoway).test_effects().expect("a test");
    // What is constant within units is a column of the pooled regression alone.
    assert_eq!(plain.distribution, f(8.0 + 6.0 - 1.0, fit(&[], Estimator::Twoway).df_residual() as f64));
    let named = fit(&["period_effects"], Estimator::Twoway).test_effects().expect("a test");
    close(named.statistic, plain.statistic, 1e-10);
    assert_eq!(named.distribution, plain.distribution);
    let units = fit(&["unit_effects"], Estimator::Pooled).test_effects().expect("a test");
    close(units.statistic, fit(&[], Estimator::Within).test_effects().expect("a test").statistic, 1e-10);
}

/// The scores for the variances of effects at zero and their information, that on the error variance projected out, from
/// the matrices of the likelihood.
fn scores(rows: &Rows, w: &[f64], kinds: &[Vec<Vec<f64>>]) -> (Vec<f64>, Matrix) {
    let pooled = Least::new(&columns(rows, false, false), &rows.column("y"), w);
    let n = rows.len();
    let e = &pooled.residuals;
    let s2 = pooled.rss() / n as f64;
    let derivative = |dummies: &Vec<Vec<f64>>| -> Matrix {
        let entry = |i: usize, j: usize| dummies.iter().map(|d| d[i] * w[i].sqrt() * d[j] * w[j].sqrt()).sum::<f64>();
        (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect()
    };
    let identity: Matrix = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    let derivatives: Vec<Matrix> = kinds.iter().map(derivative).chain([identity]).collect();
    let trace = |a: &Matrix, b: &Matrix| a.iter().zip(b).map(|(a, b)| dot(a, b)).sum::<f64>();
    let last = derivatives.len() - 1;
    let score = |v: &Matrix| 0.5 * (dot(e, &times(v, e)) / s2 / s2 - trace(v, &derivatives[last]) / s2);
    let information: Matrix =
        derivatives.iter().map(|a| derivatives.iter().map(|b| 0.5 * trace(a, b) / s2 / s2).collect()).collect();
    let beside =
        |i: usize, j: usize| information[i][j] - information[i][last] * information[last][j] / information[last][last];
    assert!(score(&derivatives[last]).abs() < 1e-9, "at the maximum over the error variance");
    let scores = derivatives[..last].iter().map(score).collect();
    (scores, (0..last).map(|i| (0..last).map(|j| beside(i, j)).collect()).collect())
}

#[test]
fn multiplier_tests_of_effects_are_those_of_the_likelihood() {
    let rows = rows();
    for weighted in [false, true] {
        let w = weights(&rows, weighted);
        let fit = fitted(&rows, Estimator::Pooled, weighted);
        let (units, periods) = (rows.unit_dummies(), rows.period_dummies());
        let kinds = [
            (RandomEffect::Unit, vec![units.clone()]),
            (RandomEffect::Period, vec![periods.clone()]),
            (RandomEffect::Twoway, vec![units, periods]),
        ];
        for (effect, dummies) in kinds {
            let (s, v) = scores(&rows, &w, &dummies);
            close(fit.breusch_pagan(effect).expect("a test").statistic, form(&s, &v), 1e-9);
            let z: Vec<f64> = (0..s.len()).map(|i| s[i] / v[i][i].sqrt()).collect();
            let r = if s.len() == 2 { v[0][1] / (v[0][0] * v[1][1]).sqrt() } else { 0.0 };
            assert_eq!(s.len() == 2 && weighted, r.abs() > 1e-9);
            let honda = z.iter().sum::<f64>() / (z.len() as f64 * (1.0 + r)).sqrt();
            close(fit.honda(effect).expect("a test").statistic, honda, 1e-9);
            let king_wu = s.iter().sum::<f64>() / v.iter().flatten().sum::<f64>().sqrt();
            close(fit.king_wu(effect).expect("a test").statistic, king_wu, 1e-9);
        }
    }
}

/// Pairs of rows of a unit in successive periods, the earlier first.
fn successive(unit: &[String], period: &[i32]) -> Vec<(usize, usize)> {
    let n = unit.len();
    let pairs = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
    pairs.filter(|&(i, j)| unit[i] == unit[j] && period[j] == period[i] + 1).collect()
}

/// The statistic from residuals, and the slope that the covariance of residuals under the null makes one expect.
fn serial(pairs: &[(usize, usize)], unit: &[String], residuals: &[f64], of: &Matrix) -> (f64, f64) {
    let slope = pairs.iter().map(|&(i, j)| of[i][j]).sum::<f64>() / pairs.iter().map(|&(i, _)| of[i][i]).sum::<f64>();
    let at = |rows: Vec<usize>| rows.iter().map(|&r| residuals[r]).collect::<Vec<f64>>();
    let (earlier, later) = (at(pairs.iter().map(|p| p.0).collect()), at(pairs.iter().map(|p| p.1).collect()));
    let ones = vec![1.0; pairs.len()];
    let fit = Least::new(&[ones.clone(), earlier], &later, &ones);
    let groups: Vec<String> = pairs.iter().map(|p| unit[p.0].clone()).collect();
    let v = fit.clustered(&groups);
    ((fit.b[1] - slope).powi(2) / v[1][1], fit.df())
}

#[test]
fn serial_correlation_compares_with_what_unrelated_errors_leave() {
    let rows = rows();
    for weighted in [false, true] {
        let w = weights(&rows, weighted);
        let n = rows.len();
        // Within: the covariance of deviations from unit means is what dummies do not project on.
        let full = Least::new(&columns(&rows, true, false), &rows.column("y"), &w);
        let dummies = Least::new(&rows.unit_dummies(), &rows.column("y"), &w);
        let hat = |i: usize, j: usize| {
            let k = dummies.b.len();
            (0..k).map(|c| dummies.columns[c][i] * dummies.inverse[c][c] * dummies.columns[c][j]).sum::<f64>()
        };
        let left: Matrix = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j)) - hat(i, j)).collect()).collect();
        let pairs = successive(&rows.unit, &rows.period);
        let (expected, df) = serial(&pairs, &rows.unit, &full.residuals, &left);
        let fit = fitted(&rows, Estimator::Within, weighted);
        let test = fit.serial_correlation(SmallSample::Plm).expect("a test");
        close(test.statistic, expected, 1e-9);
        assert_eq!(test.distribution, f(1.0, df));
        let g = rows.unit_dummies().len() as f64;
        let careful = fit.serial_correlation(SmallSample::Fixest).expect("a test");
        let m = pairs.len() as f64;
        close(careful.statistic, expected / (g / (g - 1.0) * (m - 1.0) / (m - 2.0)), 1e-9);
        assert_eq!(careful.distribution, f(1.0, g - 1.0));

        // First differences: two that share a row share its error.
        let units: Vec<String> = pairs.iter().map(|p| rows.unit[p.1].clone()).collect();
        let periods: Vec<i32> = pairs.iter().map(|p| rows.period[p.1]).collect();
        let difference = |x: Vec<f64>| pairs.iter().map(|&(i, j)| x[j] - x[i]).collect::<Vec<f64>>();
        let v: Vec<f64> = pairs.iter().map(|&(i, j)| 2.0 / (1.0 / w[i] + 1.0 / w[j])).collect();
        let trend = vec![1.0; pairs.len()];
        let x = [trend, difference(rows.column("slow")), difference(rows.column("noisy"))];
        let fit = Least::new(&x, &difference(rows.column("y")), &v);
        let entry = |a: usize, b: usize| {
            let ((i, j), (k, l)) = (pairs[a], pairs[b]);
            let shared = |r: usize, s: usize| if r == s { 1.0 / w[r] } else { 0.0 };
            (shared(j, l) - shared(j, k) - shared(i, l) + shared(i, k)) * (v[a] * v[b]).sqrt()
        };
        let of: Matrix = (0..pairs.len()).map(|a| (0..pairs.len()).map(|b| entry(a, b)).collect()).collect();
        let (expected, df) = serial(&successive(&units, &periods), &units, &fit.residuals, &of);
        let found = fitted(&rows, Estimator::FirstDifference, weighted);
        let test = found.serial_correlation(SmallSample::Plm).expect("a test");
        close(test.statistic, expected, 1e-9);
        assert_eq!(test.distribution, f(1.0, df));
    }
}

#[test]
fn cross_sectional_dependence_is_that_of_pairwise_correlations() {
    let rows = unbalanced(5, 6, 9, 0.35);
    for weighted in [false, true] {
        let w = weights(&rows, weighted);
        let full = Least::new(&columns(&rows, true, false), &rows.column("y"), &w);
        let mut series: BTreeMap<&str, BTreeMap<i32, f64>> = BTreeMap::new();
        for row in 0..rows.len() {
            series.entry(&rows.unit[row]).or_default().insert(rows.period[row], full.residuals[row]);
        }
        let series: Vec<_> = series.into_values().collect();
        let (mut cd, mut lm, mut pairs, mut left_out) = (0.0, 0.0, 0, 0);
        for i in 0..series.len() {
            for j in i + 1..series.len() {
                let common: Vec<i32> = series[i].keys().filter(|t| series[j].contains_key(t)).copied().collect();
                if common.len() < 3 {
                    left_out += 1;
                    continue;
                }
                let centred = |s: &BTreeMap<i32, f64>| {
                    let mean = common.iter().map(|t| s[t]).sum::<f64>() / common.len() as f64;
                    common.iter().map(|t| s[t] - mean).collect::<Vec<f64>>()
                };
                let (a, b) = (centred(&series[i]), centred(&series[j]));
                let rho = dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt();
                let t = common.len() as f64;
                (cd, lm, pairs) = (cd + t.sqrt() * rho, lm + t * rho * rho, pairs + 1);
            }
        }
        let fit = fitted(&rows, Estimator::Within, weighted);
        let test = fit.pesaran_cd().expect("a test");
        let p = f64::from(pairs);
        close(test.statistic, cd / p.sqrt(), 1e-9);
        let warning = Warning::PairsLeftOut { left_out, pairs: left_out + pairs as usize };
        assert!(left_out > 0 && test.warnings == [warning], "{left_out} left out: {:?}", test.warnings);
        let test = fit.cross_section_lm(CrossSectionLm::BreuschPagan).expect("a test");
        close(test.statistic, lm, 1e-9);
        assert_eq!(test.distribution, chi_squared(p));
        let test = fit.cross_section_lm(CrossSectionLm::Scaled).expect("a test");
        close(test.statistic, (lm - p) / (2.0 * p).sqrt(), 1e-9);
        assert!(method_error(fit.cross_section_lm(CrossSectionLm::BiasCorrected)).contains("balanced"));
    }
}

#[test]
fn hausman_is_the_quadratic_form_of_the_difference() {
    let rows = rows();
    for weighted in [false, true] {
        let w = weights(&rows, weighted);
        let within = Least::new(&columns(&rows, true, false), &rows.column("y"), &w);
        let pooled = Least::new(&columns(&rows, false, false), &rows.column("y"), &w);
        let (v, v_pooled) = (part(&within.iid(), 1..3), part(&pooled.iid(), 1..3));
        let difference: Matrix =
            v.iter().zip(&v_pooled).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - b).collect()).collect();
        let b: Vec<f64> = (1..3).map(|i| within.b[i] - pooled.b[i]).collect();
        let test = fitted(&rows, Estimator::Within, weighted)
            .hausman_with(&fitted(&rows, Estimator::Pooled, weighted), HausmanVariance::Own)
            .expect("a test");
        let determinant = difference[0][0] * difference[1][1] - difference[0][1] * difference[1][0];
        if difference[0][0] > 0.0 && determinant > 0.0 {
            close(test.statistic, form(&b, &difference), 1e-9);
            assert!(test.warnings.is_empty());
        } else {
            assert_eq!(test.warnings, [Warning::DifferenceNotPositive { kept: 1, of: 2 }]);
        }
    }
}

#[test]
fn the_hausman_regression_is_that_of_added_deviations() {
    let rows = rows();
    let random = fitted(&rows, Estimator::Random, false);
    let components = serde_json::to_value(random.effect_variances().expect("random effects")).expect("a value");
    let variance = |name: &str| components[name].as_f64().unwrap_or(0.0);
    let size = |unit: &String| rows.unit.iter().filter(|u| *u == unit).count() as f64;
    let theta = |unit: &String| {
        let error = variance("idiosyncratic");
        1.0 - (error / (error + size(unit) * variance("unit"))).sqrt()
    };
    let quasi = |x: Vec<f64>| {
        let mut plain = rows.clone();
        plain.weight = vec![1.0; rows.len()];
        let means = plain.between(&x);
        (0..x.len()).map(|r| x[r] - theta(&rows.unit[r]) * means[r]).collect::<Vec<f64>>()
    };
    let mut plain = rows.clone();
    plain.weight = vec![1.0; rows.len()];
    let x = [
        quasi(vec![1.0; rows.len()]),
        quasi(rows.column("slow")),
        quasi(rows.column("noisy")),
        plain.within(&rows.column("slow")),
        plain.within(&rows.column("noisy")),
    ];
    let least = Least::new(&x, &quasi(rows.column("y")), &plain.weight);
    let iid = random.hausman_regression(&Covariance::iid()).expect("a test");
    close(iid.statistic, form(&least.b[3..], &part(&least.iid(), 3..5)) / 2.0, 1e-9);
    assert_eq!(iid.distribution, f(2.0, least.df()));
    let robust = Covariance::cluster().small_sample(SmallSample::Unadjusted);
    let robust = random.hausman_regression(&robust).expect("a test");
    close(robust.statistic, form(&least.b[3..], &part(&least.clustered(&rows.unit), 3..5)), 1e-9);
    assert_eq!(robust.distribution, chi_squared(2.0));
}

#[test]
fn columns_constant_within_units_are_not_compared() {
    let rows = rows();
    let fit = |terms: &[&str], estimator| {
        PanelRegression::new("y", terms.to_vec()).estimator(estimator).fit(&panel(&rows)).expect("fits")
    };
    let test = fit(&["slow", "fixed"], Estimator::Random).hausman_regression(&Covariance::iid()).expect("a test");
    assert!(matches!(test.distribution, NullDistribution::F { df: 1.0, .. }), "{test}");
    let nothing = fit(&["fixed"], Estimator::Random).hausman_regression(&Covariance::iid());
    assert!(method_error(nothing).contains("no column varies within"));
    let test = fit(&["slow", "fixed"], Estimator::Within).hausman(&fit(&["slow", "fixed"], Estimator::Pooled));
    assert_eq!(test.expect("a test").distribution, chi_squared(1.0));
    let apart = fit(&["slow"], Estimator::Within).hausman(&fit(&["noisy"], Estimator::Pooled));
    assert!(method_error(apart).contains("no slope in common"));
}

#[test]
fn a_difference_that_is_not_positive_is_said_so() {
    // Units hardly differ, and the pooled regression's residual variance happens to exceed what effects cost the within
    // regression: found among seeds, so that one direction is lost.
    let found = (0..200).find_map(|seed| {
        let rows = unbalanced(seed, 6, 5, 0.1);
        let pooled = fitted(&rows, Estimator::Pooled, false);
        let test = fitted(&rows, Estimator::Within, false).hausman_with(&pooled, HausmanVariance::Own).ok()?;
        let lost = test.warnings.contains(&Warning::DifferenceNotPositive { kept: 1, of: 2 });
        lost.then_some(test)
    });
    let test = found.expect("such a panel among 200");
    assert_eq!(test.distribution, chi_squared(1.0));
    assert!(test.statistic > 0.0 && test.to_string().replace("\n  ", " ").contains("1 of its 2 directions"), "{test}");
}

#[test]
fn the_reset_is_that_of_added_powers() {
    let rows = rows();
    for weighted in [false, true] {
        let w = weights(&rows, weighted);
        for (estimator, units, periods) in [(Estimator::Pooled, false, false), (Estimator::Twoway, true, true)] {
            let x = columns(&rows, units, periods);
            let small = Least::new(&x, &rows.column("y"), &w);
            // Any constant will do: with powers 2 and 3, and the column itself, the span is the same.
            let fitted_values: Vec<f64> =
                (0..rows.len()).map(|r| small.b[0] + (1..3).map(|k| small.b[k] * x[k][r]).sum::<f64>()).collect();
            let power = |p: i32| fitted_values.iter().map(|f| f.powi(p)).collect::<Vec<f64>>();
            let mut more = x.clone();
            more.extend([power(2), power(3)]);
            let large = Least::new(&more, &rows.column("y"), &w);
            let fit = fitted(&rows, estimator, weighted);
            let test = fit.reset(&[2, 3], &Covariance::iid()).expect("a test");
            let expected = (small.rss() - large.rss()) / 2.0 / (large.rss() / large.df());
            close(test.statistic, expected, 1e-7);
            assert_eq!(test.distribution, f(2.0, large.df()));
            let robust = Covariance::cluster().small_sample(SmallSample::Unadjusted);
            let test = fit.reset(&[2, 3], &robust).expect("a test");
            let k = more.len();
            let v = part(&large.clustered(&rows.unit), k - 2..k);
            close(test.statistic, form(&large.b[k - 2..], &v), 1e-7);
        }
    }
}

/// Every test that is asked of one regression, on a weighted panel.
fn all_statistics(rows: &Rows) -> Vec<f64> {
    let fit = |estimator| fitted(rows, estimator, true);
    let (pooled, within, cluster) = (fit(Estimator::Pooled), fit(Estimator::Within), Covariance::cluster());
    let tests = [
        within.hausman(&pooled),
        fit(Estimator::Random).hausman_regression(&cluster),
        within.test_effects(),
        fit(Estimator::Twoway).test_effects(),
        pooled.breusch_pagan(RandomEffect::Twoway),
        pooled.honda(RandomEffect::Twoway),
        pooled.king_wu(RandomEffect::Twoway),
        within.serial_correlation(SmallSample::Fixest),
        fit(Estimator::FirstDifference).serial_correlation(SmallSample::Fixest),
        within.pesaran_cd(),
        within.cross_section_lm(CrossSectionLm::BreuschPagan),
        pooled.reset(&[2, 3], &cluster),
        within.reset(&[2, 3], &cluster),
    ];
    tests.into_iter().map(|test| test.expect("a test").statistic).collect()
}

#[test]
fn units_of_measurement_order_and_labels_change_nothing() {
    let rows = rows();
    let plain = all_statistics(&rows);
    let mut scaled = rows.clone();
    scaled.weight.iter_mut().for_each(|w| *w *= 1e4);
    scaled.numbers.entry("y".to_string()).and_modify(|y| y.iter_mut().for_each(|y| *y = 1e5 * *y + 3e5));
    scaled.numbers.entry("slow".to_string()).and_modify(|x| x.iter_mut().for_each(|x| *x = 1e-4 * *x - 2e-4));
    let backwards: Vec<usize> = (0..rows.len()).rev().collect();
    let mut relabelled = rows.at(&backwards);
    relabelled.unit.iter_mut().for_each(|unit| *unit = format!("{} {unit}", &unit[3..]));
    relabelled.period.iter_mut().for_each(|period| *period -= 500);
    for (what, other) in [("scaled", scaled), ("relabelled", relabelled)] {
        for (at, (a, b)) in plain.iter().zip(all_statistics(&other)).enumerate() {
            assert!((a - b).abs() <= 1e-8 * a.abs(), "{what}, test {at}: {a} and {b}");
        }
    }
}

// ---- Where a test does not apply.

#[test]
fn errors_say_what_to_do() {
    let rows = rows();
    let fit = |estimator| fitted(&rows, estimator, false);
    let (pooled, within, between) = (fit(Estimator::Pooled), fit(Estimator::Within), fit(Estimator::Between));
    assert!(method_error(pooled.hausman(&within)).contains("ask it of the within regression"));
    assert!(method_error(within.hausman(&between)).contains("not within with between"));
    let other = fitted(&unbalanced(12, 9, 7, 0.2), Estimator::Pooled, false);
    assert!(method_error(within.hausman(&other)).contains("the samples differ"));
    let weighted = fitted(&rows, Estimator::Pooled, true);
    assert!(method_error(within.hausman(&weighted)).contains("the weights differ"));
    assert!(method_error(within.hausman_regression(&Covariance::iid())).contains("random"));
    assert!(method_error(pooled.test_effects()).contains("within_period"));
    assert!(method_error(within.breusch_pagan(RandomEffect::Unit)).contains("pooled estimator"));
    assert!(method_error(pooled.serial_correlation(SmallSample::Plm)).contains("first_difference"));
    assert!(method_error(between.pesaran_cd()).contains("another estimator"));
    let powers = |powers: &[u32]| pooled.reset(powers, &Covariance::iid());
    for wrong in [&[][..], &[1, 2], &[2, 2]] {
        assert!(
            matches!(powers(wrong), Err(Error::Question(QuestionError::Option { option: "powers", .. }))),
            "{wrong:?}"
        );
    }
    let differences = fit(Estimator::FirstDifference).reset(&[2], &Covariance::iid());
    assert!(method_error(differences).contains("within estimator"));
    let dummies = PanelRegression::new("y", ["factor(region)"]).fit(&panel(&rows)).expect("fits");
    assert!(method_error(dummies.reset(&[2, 3], &Covariance::iid())).contains("combinations of the columns"));
}

#[test]
fn panels_without_what_a_test_is_about_are_refused() {
    let y = [1.0, 2.5, 2.0, 4.0, 3.0, 5.5, 4.0, 7.0];
    let x = [0.0, 1.0, 3.0, 2.0, 5.0, 4.0, 4.5, 8.0];
    let regression = |estimator| PanelRegression::new("y", ["x"]).estimator(estimator);
    let plain = Panel::builder().column("y", y).column("x", x).build().expect("a panel");
    let fit = regression(Estimator::Pooled).fit(&plain).expect("fits");
    let needs = |result: Result<SpecificationTest, Error>| match result {
        Err(Error::Data(DataError::NoKey { needs, .. })) => needs,
        other => panic!("{other:?}"),
    };
    assert_eq!(needs(fit.breusch_pagan(RandomEffect::Unit)), "unit");
    assert_eq!(needs(fit.breusch_pagan(RandomEffect::Period)), "period");
    assert_eq!(needs(fit.pesaran_cd()), "unit");

    let units = [1, 1, 2, 2, 3, 3, 4, 4];
    let without = Panel::builder().units(units).column("y", y).column("x", x).build().expect("a panel");
    let fit = regression(Estimator::Within).fit(&without).expect("fits");
    assert_eq!(needs(fit.serial_correlation(SmallSample::Plm)), "period");
    assert_eq!(needs(fit.pesaran_cd()), "period");

    let few = |result: Result<SpecificationTest, Error>| match result {
        Err(Error::Estimate(EstimateError::TooFew { what, expected, found })) => {
            format!("{what}: {found} of {expected}")
        }
        other => panic!("{other:?}"),
    };
    let of = |units: [i32; 8], periods: [i32; 8]| {
        Panel::builder().units(units).periods(periods).column("y", y).column("x", x).build().expect("a panel")
    };
    // Two periods.
    let two = of(units, [1, 2, 1, 2, 1, 2, 1, 2]);
    let fit = regression(Estimator::Within).fit(&two).expect("fits");
    assert!(few(fit.serial_correlation(SmallSample::Plm)).ends_with("2 of 3"));
    assert!(few(fit.pesaran_cd()).ends_with("2 of 3"));
    // One row a unit, and one unit.
    let single = of([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 1, 2, 2, 2, 2]);
    let fit = regression(Estimator::Pooled).fit(&single).expect("fits");
    assert!(few(fit.breusch_pagan(RandomEffect::Unit)).ends_with("1 of 2"));
    let one = of([1; 8], [1, 2, 3, 4, 5, 6, 7, 8]);
    let fit = regression(Estimator::Pooled).fit(&one).expect("fits");
    assert!(few(fit.honda(RandomEffect::Twoway)).ends_with("1 of 2"));
    assert!(few(fit.pesaran_cd()).ends_with("1 of 2"));
    let within = regression(Estimator::Within).fit(&one).expect("fits");
    assert!(matches!(within.serial_correlation(SmallSample::Plm), Err(Error::Estimate(EstimateError::Cluster { .. }))));
    assert!(method_error(within.test_effects()).contains("no parameter"));
    // Units that were never observed together, and periods with gaps.
    let apart = of([1, 1, 1, 1, 2, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    let fit = regression(Estimator::Within).fit(&apart).expect("fits");
    assert!(method_error(fit.pesaran_cd()).contains("in common"));
    let gaps = of([1, 1, 1, 1, 2, 2, 2, 2], [1, 3, 5, 7, 1, 3, 5, 7]);
    let fit = regression(Estimator::Within).fit(&gaps).expect("fits");
    assert!(few(fit.serial_correlation(SmallSample::Plm)).ends_with("0 of 3"));
    // Nothing is left to test.
    let exact = Panel::builder().units(units).column("y", x.map(|x| 2.0 * x)).column("x", x).build().expect("a panel");
    let fit = regression(Estimator::Pooled).fit(&exact).expect("fits");
    assert!(method_error(fit.breusch_pagan(RandomEffect::Unit)).contains("exactly"));
}

#[test]
fn tests_are_written_and_read_again() {
    let test = grunfeld(Estimator::Within).pesaran_cd().expect("a test");
    let text = serde_json::to_string(&test).expect("written");
    assert_eq!(serde_json::from_str::<SpecificationTest>(&text).expect("read"), test);
    let line =
        "Pesaran's CD test: z = 4.6612, p < 0.0001 (null hypothesis: errors of different\n  units are unrelated)";
    assert_eq!(test.to_string().to_lowercase(), line.to_lowercase());
}

/// Stata's manual of `hausman`, options sigmamore and sigmaless: both covariances with one residual variance, of which
/// the difference has no negative direction.
#[test]
fn hausman_of_an_indefinite_difference_takes_one_variance_for_both() {
    let mut found = 0;
    for seed in 0..40 {
        let mut rows = unbalanced(900 + seed, 14, 4, 0.1);
        rows.weight.fill(1.0);
        let panel = panel(&rows);
        let regression = PanelRegression::new("y", ["slow", "noisy", "positive"]);
        let within = regression.clone().estimator(Estimator::Within).fit(&panel).unwrap();
        let random = regression.estimator(Estimator::Random).fit(&panel).unwrap();
        let by = |variance| within.hausman_with(&random, variance).unwrap();
        // (b − b')'(A − A')⁻¹(b − b')/σ², A the covariances over their residual variances.
        let of = |fit: &FittedRegression, variance: f64| {
            let iid = fit.covariance(&Covariance::iid()).unwrap().matrix / fit.sigma2();
            let at: Vec<usize> =
                fit.names().iter().enumerate().filter(|(_, n)| *n != "(Intercept)").map(|(i, _)| i).collect();
            let matrix = Array2::from_shape_fn((3, 3), |(i, j)| variance * iid[[at[i], at[j]]]);
            (matrix, at.iter().map(|&i| fit.estimates()[i]).collect::<Vec<f64>>())
        };
        for (variance, sigma2) in
            [(HausmanVariance::SigmaMore, random.sigma2()), (HausmanVariance::SigmaLess, within.sigma2())]
        {
            let ((v, b), (v_random, b_random)) = (of(&within, sigma2), of(&random, sigma2));
            let difference: Vec<f64> = b.iter().zip(&b_random).map(|(b, c)| b - c).collect();
            let expected = quadratic(&difference, &(v - v_random));
            let test = by(variance);
            assert!((test.statistic - expected).abs() < 1e-7 * expected, "{seed}: {test} instead of {expected}");
            assert!(test.warnings.is_empty() && test.statistic >= 0.0);
        }
        let own = by(HausmanVariance::Own);
        let test = within.hausman(&random).unwrap();
        if own.warnings.is_empty() {
            assert_eq!(test, own);
        } else {
            found += 1;
            assert_eq!(test.warnings, [Warning::CommonVariance]);
            assert_eq!(test.statistic, by(HausmanVariance::SigmaMore).statistic);
        }
    }
    assert!(found > 0, "of forty panels some are indefinite");
}

/// d'M⁻¹d of three by three, by Cramer's rule.
fn quadratic(d: &[f64], m: &Array2<f64>) -> f64 {
    let det = |m: &Array2<f64>| {
        m[[0, 0]] * (m[[1, 1]] * m[[2, 2]] - m[[1, 2]] * m[[2, 1]])
            - m[[0, 1]] * (m[[1, 0]] * m[[2, 2]] - m[[1, 2]] * m[[2, 0]])
            + m[[0, 2]] * (m[[1, 0]] * m[[2, 1]] - m[[1, 1]] * m[[2, 0]])
    };
    let solved = |column: usize| {
        let mut replaced = m.clone();
        d.iter().enumerate().for_each(|(i, x)| replaced[[i, column]] = *x);
        det(&replaced) / det(m)
    };
    (0..3).map(|i| d[i] * solved(i)).sum()
}
