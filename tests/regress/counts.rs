//! Regressions of counts by brute force: effects as columns, information and gradients as differences of the likelihood.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use apportion::error::{EstimateError, PredictProblem, QuestionError, Refusal};
use apportion::model::Family;
use apportion::regress::{ClusterCorrection, ErrorsRelated, Leverage, SmallSample, WildBootstrap};
use apportion::{Covariance, Error, Estimator, FittedRegression, Model, Panel, PanelRegression, Result, Warning};
use linfa::traits::Predict;
use ndarray::Array2;
use statrs::function::gamma::ln_gamma;

const FAMILIES: [Family; 2] = [Family::Poisson, Family::NegativeBinomial];

/// Counts of twelve units in up to six periods, more spread than chance has it.
fn panel() -> Panel {
    let mut state = 5_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let (mut units, mut periods) = (Vec::new(), Vec::new());
    let mut columns = vec![Vec::new(); 5];
    for unit in 0..12 {
        let own = random() - 0.5;
        for period in 0..6 {
            if random() < 0.15 {
                continue;
            }
            let (x, z, people) = (own + 2.0 * random(), f64::from(random() < 0.4), 200.0 + 800.0 * random());
            let rate = 0.02 * (own + 0.4 * x - 0.5 * z + 0.1 * f64::from(period)).exp();
            let count = (people * rate * (0.1 + 2.5 * random() * random() + 0.2 * f64::from(unit % 3))).round();
            columns.iter_mut().zip([count, x, z, people, 0.5 + random()]).for_each(|(c, v)| c.push(v));
            units.push(format!("u{unit}"));
            periods.push(2000 + period);
        }
    }
    let builder = Panel::builder().units(units).periods(periods);
    let named = ["count", "x", "z", "people", "w"].into_iter().zip(columns);
    named.fold(builder, |builder, (name, values)| builder.column(name, values)).build().expect("a panel")
}

fn regression(terms: &[&str], family: Family) -> PanelRegression {
    PanelRegression::new("count", terms.iter().copied()).family(family).exposure("people").weights("w")
}

fn numbers(panel: &Panel, name: &str) -> Vec<f64> {
    panel.column(name).unwrap().numbers().unwrap().to_vec()
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let scale = expected.abs().max(1e-6);
    assert!((found - expected).abs() <= tolerance * scale, "{what}: {found} and {expected}");
}

fn plain(covariance: Covariance) -> Covariance {
    covariance.small_sample(SmallSample::Unadjusted)
}

#[test]
fn absorbed_effects_are_those_of_dummies() {
    let panel = panel();
    let unit = panel.unit_column().expect("it has units").to_string();
    let dummies = [
        (Estimator::Within, vec![format!("factor({unit})")]),
        (Estimator::WithinPeriod, vec!["period_effects".to_string()]),
        (Estimator::Twoway, vec![format!("factor({unit})"), "period_effects".to_string()]),
    ];
    let covariances = [
        Covariance::iid(),
        Covariance::heteroskedastic(Leverage::Hc0),
        Covariance::heteroskedastic(Leverage::Hc1),
        Covariance::heteroskedastic(Leverage::Hc3),
        plain(Covariance::cluster()),
        plain(Covariance::twoway_cluster()),
        plain(Covariance::newey_west(Some(1))),
        plain(Covariance::driscoll_kraay(Some(1))),
    ];
    for family in FAMILIES {
        for (estimator, effects) in &dummies {
            let absorbed = regression(&["x", "z"], family).estimator(*estimator).fit(&panel).expect("it fits");
            let terms: Vec<&str> = ["x", "z"].into_iter().chain(effects.iter().map(String::as_str)).collect();
            let pooled = regression(&terms, family).fit(&panel).expect("it fits");
            let what = format!("{family} {estimator}");
            assert_eq!(absorbed.df_residual(), pooled.df_residual(), "{what}");
            close(absorbed.log_likelihood().unwrap(), pooled.log_likelihood().unwrap(), 1e-11, &what);
            close(absorbed.bic().unwrap(), pooled.bic().unwrap(), 1e-11, &what);
            close(absorbed.sigma2(), pooled.sigma2(), 1e-9, &what);
            let (one, other) = (absorbed.deviance().unwrap(), pooled.deviance().unwrap());
            for (a, b) in [(one.theta, other.theta), (one.theta_std_error, other.theta_std_error)] {
                assert_eq!(a.is_some(), family == Family::NegativeBinomial);
                close(a.unwrap_or_default(), b.unwrap_or_default(), 1e-8, &what);
            }
            for covariance in &covariances {
                let (a, b) = (absorbed.covariance(covariance).unwrap(), pooled.covariance(covariance).unwrap());
                for (at, name) in absorbed.names().iter().enumerate() {
                    let other = pooled.names().iter().position(|own| own == name).unwrap();
                    close(absorbed.estimates()[at], pooled.estimates()[other], 1e-9, &what);
                    let what = format!("{what} {} {name}", covariance.kind);
                    close(a.std_errors()[at], b.std_errors()[other], 1e-7, &what);
                }
            }
            let predictions = |fit: &FittedRegression| fit.predictions(&panel, &plain(Covariance::iid()), 0.9).unwrap();
            for (a, b) in predictions(&absorbed).iter().zip(predictions(&pooled)) {
                close(a.expected, b.expected, 1e-9, &a.name);
                if family == Family::Poisson {
                    close(a.std_error, b.std_error, 1e-8, &a.name);
                    close(a.upper, b.upper, 1e-8, &a.name);
                }
            }
            let fitted: Vec<f64> = absorbed.predict(&panel).unwrap().to_vec();
            fitted.iter().zip(absorbed.fitted()).for_each(|(a, b)| close(*a, b, 1e-9, &what));
        }
    }
}

/// ℓ of a pooled regression on x and z at these coefficients, and of the negative binomial at this θ.
fn log_likelihood(panel: &Panel, b: &[f64], theta: Option<f64>) -> f64 {
    let [y, x, z, people, w] = ["count", "x", "z", "people", "w"].map(|name| numbers(panel, name));
    let mean_weight = w.iter().sum::<f64>() / w.len() as f64;
    let of_row = |row: usize| {
        let mean = people[row] * (b[0] + b[1] * x[row] + b[2] * z[row]).exp();
        let own = match theta {
            None => y[row] * mean.ln() - mean - ln_gamma(y[row] + 1.0),
            Some(t) => {
                ln_gamma(y[row] + t) - ln_gamma(t) - ln_gamma(y[row] + 1.0)
                    + t * (t / (t + mean)).ln()
                    + y[row] * (mean / (t + mean)).ln()
            }
        };
        own * w[row] / mean_weight
    };
    (0..y.len()).map(of_row).sum()
}

/// The inverse of minus the second differences, by Gauss and Jordan.
fn inverse_information(at: &[f64], of: impl Fn(&[f64]) -> f64) -> Array2<f64> {
    let n = at.len();
    let step: Vec<f64> = at.iter().map(|b| 1e-4 * b.abs().max(0.1)).collect();
    let moved = |i: usize, si: f64, j: usize, sj: f64| {
        let mut there = at.to_vec();
        there[i] += si * step[i];
        there[j] += sj * step[j];
        of(&there)
    };
    let mut a = Array2::from_shape_fn((n, n), |(i, j)| {
        -(moved(i, 1.0, j, 1.0) - moved(i, 1.0, j, -1.0) - moved(i, -1.0, j, 1.0) + moved(i, -1.0, j, -1.0))
            / (4.0 * step[i] * step[j])
    });
    let mut inverse = Array2::eye(n);
    for i in 0..n {
        let pivot = a[[i, i]];
        for k in 0..n {
            a[[i, k]] /= pivot;
            inverse[[i, k]] /= pivot;
        }
        for row in (0..n).filter(|row| *row != i) {
            let part = a[[row, i]];
            for k in 0..n {
                a[[row, k]] -= part * a[[i, k]];
                inverse[[row, k]] -= part * inverse[[i, k]];
            }
        }
    }
    inverse
}

#[test]
fn errors_alike_are_those_of_the_likelihoods_curvature() {
    let panel = panel();
    for family in FAMILIES {
        let fit = regression(&["x", "z"], family).fit(&panel).expect("it fits");
        let deviance = fit.deviance().unwrap();
        let at: Vec<f64> = fit.estimates().iter().copied().chain(deviance.theta).collect();
        let of = |b: &[f64]| log_likelihood(&panel, &b[..3], b.get(3).copied());
        close(fit.log_likelihood().unwrap(), of(&at), 1e-12, "the likelihood");
        // It is at its largest.
        for i in 0..at.len() {
            for step in [1e-3, -1e-3] {
                let mut there = at.clone();
                there[i] += step * at[i];
                assert!(of(&there) < of(&at), "{family}, {i}");
            }
        }
        let expected = inverse_information(&at, of);
        let found = fit.covariance(&plain(Covariance::iid())).unwrap();
        for ((i, j), v) in found.matrix.indexed_iter() {
            let scale = (expected[[i, i]] * expected[[j, j]]).sqrt();
            assert!((v - expected[[i, j]]).abs() < 1e-5 * scale, "{family} {i} {j}: {v} and {}", expected[[i, j]]);
        }
        if let Some(error) = deviance.theta_std_error {
            close(error, expected[[3, 3]].sqrt(), 1e-5, "the error of θ");
        }
    }
}

#[test]
fn average_marginal_effects_are_means_of_differences_in_what_is_expected() {
    let panel = panel();
    let [x, z, people, w] = ["x", "z", "people", "w"].map(|name| numbers(&panel, name));
    let total: f64 = people.iter().zip(&w).map(|(p, w)| p * w).sum();
    for family in FAMILIES {
        let fit = regression(&["x", "z"], family).fit(&panel).expect("it fits");
        let mean = |b: &[f64], of: &dyn Fn(usize, f64) -> f64| -> f64 {
            let rate = |row: usize| people[row] * (b[0] + b[1] * x[row]).exp();
            (0..x.len()).map(|row| w[row] * of(row, rate(row))).sum::<f64>() / total
        };
        let of_x = |b: &[f64]| mean(b, &|row, rate| b[1] * rate * (b[2] * z[row]).exp());
        let of_z = |b: &[f64]| mean(b, &|_, rate| rate * (b[2].exp() - 1.0));
        for covariance in [Covariance::iid(), Covariance::cluster(), Covariance::heteroskedastic(Leverage::Hc1)] {
            let effects = fit.average_marginal_effects_at(&covariance, 0.9).unwrap();
            for (effect, by) in effects.iter().zip([&of_x as &dyn Fn(&[f64]) -> f64, &of_z]) {
                let expected = fit.delta_method_at("effect", by, &covariance, 0.9).unwrap();
                close(effect.estimate, expected.estimate, 1e-12, &effect.name);
                close(effect.std_error, expected.std_error, 1e-6, &effect.name);
                close(effect.lower, expected.lower, 1e-6, &effect.name);
            }
        }
        // Beside unit effects a cluster's own score is zero, so that what its total varies by is nothing.
        let within = fit.question().clone().estimator(Estimator::Within).fit(&panel).unwrap();
        let effects = within.average_marginal_effects(&Covariance::cluster()).unwrap();
        let table = within.coefficients(&Covariance::cluster()).unwrap();
        if family == Family::Poisson {
            let rate = numbers(&panel, "count").iter().zip(&w).map(|(y, w)| y * w).sum::<f64>() / total;
            close(effects[0].estimate, rate * table.coefficients[0].estimate, 1e-10, "x beside effects");
            close(effects[0].std_error, rate * table.coefficients[0].std_error, 1e-8, "x beside effects");
        }
    }
}

#[test]
fn neither_the_unit_of_weights_nor_of_exposure_matters() {
    let panel = panel();
    let scaled = numbers(&panel, "w").iter().map(|w| 7.0 * w).collect::<Vec<f64>>();
    let people = numbers(&panel, "people").iter().map(|p| p / 1000.0).collect::<Vec<f64>>();
    let other = panel.with_column("w7", scaled).unwrap().with_column("thousands", people).unwrap();
    for family in FAMILIES {
        let one = regression(&["x", "z"], family);
        let two = one.clone().weights("w7").exposure("thousands").fit(&other).unwrap();
        let one = one.fit(&panel).unwrap();
        close(two.estimates()[0], one.estimates()[0] + 1000.0_f64.ln(), 1e-10, "the intercept");
        close(two.estimates()[1], one.estimates()[1], 1e-9, "x");
        let errors = |fit: &FittedRegression| fit.covariance(&Covariance::iid()).unwrap().std_errors()[1];
        close(errors(&two), errors(&one), 1e-9, "its error");
        close(two.deviance().unwrap().deviance, one.deviance().unwrap().deviance, 1e-10, "the deviance");
    }
}

#[test]
fn predictions_are_rates_at_any_exposure() {
    let panel = panel();
    let fit = regression(&["x", "z"], Family::NegativeBinomial).estimator(Estimator::Within).fit(&panel).unwrap();
    let own = fit.predictions(&panel, &Covariance::cluster(), 0.95).unwrap();
    let at = fit.predictions_at_exposure(&panel, 10_000.0, &Covariance::cluster(), 0.95).unwrap();
    let theta = fit.deviance().unwrap().theta.unwrap();
    for ((own, at), people) in own.iter().zip(&at).zip(numbers(&panel, "people")) {
        close(own.expected / people, at.expected / 10_000.0, 1e-12, "a rate");
        close(own.rate.unwrap(), at.rate.unwrap(), 1e-15, "a rate");
        assert_eq!((own.exposure, at.exposure), (Some(people), Some(10_000.0)));
        assert!(0.0 < own.lower && own.lower < own.expected && own.expected < own.upper);
        // The interval of the count, by summing the probabilities that it is of.
        let of_mean = (own.std_error / own.expected).powi(2);
        let size = 1.0 / (1.0 / theta + of_mean + of_mean / theta);
        let p = size / (size + own.expected);
        let probability = |y: f64| {
            (ln_gamma(y + size) - ln_gamma(size) - ln_gamma(y + 1.0) + size * p.ln() + y * (1.0 - p).ln()).exp()
        };
        let at_most = |y: f64| (0..=y as u64).map(|k| probability(k as f64)).sum::<f64>();
        for (quantile, p) in [(own.outcome_lower, 0.025), (own.outcome_upper, 0.975)] {
            let below = if quantile == 0.0 { 0.0 } else { at_most(quantile - 1.0) };
            assert!(below < p && p <= at_most(quantile) + 1e-9, "{quantile}: {below} to {}", at_most(quantile));
        }
    }
    let zero =
        panel.without_columns(["people"]).unwrap().with_column("people", vec![0.0; panel.n_observations()]).unwrap();
    let error = fit.predictions(&zero, &Covariance::iid(), 0.95).unwrap_err();
    let why =
        |error| matches!(error, Error::Estimate(EstimateError::Predict { why: PredictProblem::Exposure { .. }, .. }));
    assert!(why(error));
    let far = panel.without_columns(["x"]).unwrap().with_column("x", vec![1e6; panel.n_observations()]).unwrap();
    let error = fit.predictions(&far, &Covariance::iid(), 0.95).unwrap_err();
    assert!(
        matches!(error, Error::Estimate(EstimateError::Predict { why: PredictProblem::BeyondNumbers, .. })),
        "{error}"
    );
    let error = fit.predictions_at_exposure(&panel, 0.0, &Covariance::iid(), 0.95).unwrap_err();
    assert!(matches!(error, Error::Question(QuestionError::Option { option: "exposure", .. })), "{error}");
}

#[track_caller]
fn refused<T: std::fmt::Debug>(found: Result<T>) {
    let error = found.expect_err("it is of least squares");
    let is_refused = matches!(&error, Error::Estimate(EstimateError::Method { why: Refusal::OfCounts { .. }, .. }));
    assert!(is_refused, "{error}");
}

#[test]
fn what_is_of_least_squares_only_is_refused() {
    let panel = panel();
    let poisson = regression(&["x", "z"], Family::Poisson);
    use Estimator::{Between, FirstDifference, Mundlak, Random, RandomPeriod, RandomTwoway};
    for estimator in [Between, FirstDifference, Random, RandomPeriod, RandomTwoway, Mundlak] {
        refused(poisson.clone().estimator(estimator).fit(&panel));
    }
    refused(poisson.clone().without_intercept().fit(&panel));
    let pooled = poisson.fit(&panel).unwrap();
    let within = poisson.clone().estimator(Estimator::Within).fit(&panel).unwrap();
    refused(pooled.wild_bootstrap("x", &WildBootstrap::new(99, 1)));
    refused(pooled.wild_bootstrap_joint(&["x", "z"], &WildBootstrap::new(99, 1)));
    refused(within.hausman(&pooled));
    refused(within.test_effects());
    refused(within.serial_correlation(SmallSample::Fixest));
    refused(pooled.breusch_godfrey(1, Default::default()));
    refused(pooled.pesaran_cd());
    refused(pooled.reset(&[2], &Covariance::iid()));
    refused(pooled.influence_of_rows());
    refused(pooled.influence_of_units());
    for kind in [
        Covariance::jackknife(),
        Covariance::beck_katz(ErrorsRelated::WithinPeriods),
        Covariance::cluster().correction(ClusterCorrection::Cr2),
        Covariance::cluster().correction(ClusterCorrection::Cr3),
    ] {
        refused(pooled.covariance(&kind));
    }
    let error = pooled.covariance(&Covariance::iid().small_sample(SmallSample::Plm)).unwrap_err();
    assert!(matches!(error, Error::Question(QuestionError::Option { option: "small-sample", .. })), "{error}");

    let linear = PanelRegression::new("count", ["x"]);
    let error = linear.clone().exposure("people").fit(&panel).unwrap_err();
    assert!(matches!(error, Error::Question(QuestionError::ExposureWithoutCounts { .. })), "{error}");
    let fit = linear.fit(&panel).unwrap();
    let error = fit.predictions_at_exposure(&panel, 10.0, &Covariance::iid(), 0.95).unwrap_err();
    assert!(matches!(error, Error::Question(QuestionError::ExposureWithoutCounts { .. })), "{error}");
    assert!(fit.deviance().is_none());
}

#[test]
fn counts_with_fractions_have_a_deviance_and_no_likelihood() {
    let panel = panel();
    let halves: Vec<f64> = numbers(&panel, "count").iter().map(|y| y + 0.5).collect();
    let panel = panel.without_columns(["count"]).unwrap().with_column("count", halves).unwrap();
    let fit = regression(&["x"], Family::Poisson).fit(&panel).unwrap();
    assert!(fit.deviance().is_some_and(|deviance| deviance.deviance > 0.0));
    let quasi = Warning::QuasiPoisson { outcome: "count".to_string(), rows: panel.n_observations() };
    assert_eq!(fit.warnings(), std::slice::from_ref(&quasi));
    let model = Model::new("count").component("cause", ["x"]).family(Family::Poisson);
    assert_eq!(model.fit_counts(&panel).unwrap().shapley().unwrap().warnings, [quasi]);
    for found in [fit.log_likelihood(), fit.aic(), fit.bic()] {
        let error = found.unwrap_err();
        assert!(matches!(error, Error::Estimate(EstimateError::Method { why: Refusal::Fractions, .. })), "{error}");
    }
}

#[test]
fn counts_of_one_rate_leave_nothing_to_explain() {
    let panel = Panel::builder()
        .column("count", [2.0, 4.0, 6.0, 8.0])
        .column("people", [1.0, 2.0, 3.0, 4.0])
        .column("x", [0.0, 1.0, 1.0, 0.0])
        .build()
        .unwrap();
    let error =
        PanelRegression::new("count", ["x"]).family(Family::Poisson).exposure("people").fit(&panel).unwrap_err();
    assert!(matches!(error, Error::Estimate(EstimateError::NoVariation { .. })), "{error}");
}
