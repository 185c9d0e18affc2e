//! Ten analyses from question to answer, in the verbs of the library: none goes through rows by hand, or builds a panel
//! again. What each finds is checked another way.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use apportion::panel::{Missing, SIMULATED_ENGLAND_SEED};
use apportion::regress::{ClusterCorrection, WildBootstrap};
use apportion::report::RegressionTable;
use apportion::{Covariance, Estimator, Model, Panel, PanelRegression, PanelSchema, Report, Result, Term};
use ndarray::Array1;

fn england() -> Result<Panel> {
    Panel::simulated_england(SIMULATED_ENGLAND_SEED)
}

fn model() -> Model {
    Model::new("cpp_rate")
        .component("deprivation", ["low_income_pct"])
        .component("spending", ["log(spend_per_child)", "vacancy_rate"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
}

/// How does the breakdown of two regions differ from that of the country?
#[test]
fn two_regions_beside_the_country() -> Result<()> {
    let panel = england()?;
    let two = panel.filter_by("region", ["London", "South East"])?;
    assert_eq!((two.n_units(), two.n_observations()), (32 + 19, (32 + 19) * 8));
    let here = model().fit(&two)?.sequential()?;
    let there = model().fit(&panel)?.sequential()?;
    // The same rows by a rule in words.
    let ruled =
        panel.filter("London or South East", |row| Ok(matches!(row.text("region")?, Some("London" | "South East"))))?;
    assert_eq!(model().fit(&ruled)?.sequential()?.components, here.components);
    assert_ne!(here.share_of_total("policy")?, there.share_of_total("policy")?);
    Ok(())
}

/// Which authorities stood furthest above what the regression expects of them in 2018?
#[test]
fn residuals_of_2018() -> Result<()> {
    let panel = england()?;
    let fit = PanelRegression::new("cpp_rate", ["low_income_pct", "spend_per_child", "period_effects"]).fit(&panel)?;
    let mut rows = fit.regressed_rows_in(2018)?;
    rows.sort_by(|a, b| b.residual.total_cmp(&a.residual));
    assert_eq!(rows.len(), 150);
    let first = &rows[0];
    let authority = first.unit.as_deref().expect("the panel has units");
    assert_eq!(fit.regressed_row(authority, 2018)?.residual, first.residual);
    let rate = panel.row(authority, 2018)?.number("cpp_rate")?;
    assert_eq!((first.outcome, first.period), (rate, Some(2018)));
    // With the years' own effects the residuals of a year have a mean of zero.
    assert!(rows.iter().map(|row| row.residual).sum::<f64>().abs() < 1e-9);
    Ok(())
}

/// Do residuals go with a column that is not in the regression?
#[test]
fn residuals_beside_another_column() -> Result<()> {
    let panel = england()?;
    let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).estimator(Estimator::Within).fit(&panel)?;
    let panel = panel.with_column("residual", fit.residuals_on(&panel)?)?;
    let after = PanelRegression::new("residual", ["vacancy_rate"]).estimator(Estimator::Within).fit(&panel)?;
    let by_matrix = panel.matrix(["residual"])?.values.column(0).to_vec();
    assert_eq!(by_matrix, fit.residuals());
    assert!(after.estimate("vacancy_rate").expect("it varies").abs() > 0.0);
    Ok(())
}

/// Does a reform that only some authorities had from 2016 on show?
#[test]
fn a_reform_as_a_column() -> Result<()> {
    let panel = england()?;
    let panel = panel.with_column_by("reform", |row| {
        let in_north = row.text("region")?.is_some_and(|region| region.starts_with("North"));
        Ok(f64::from(u8::from(in_north && row.period() >= Some(2016))))
    })?;
    let fit = PanelRegression::new("cpp_rate", ["reform"]).estimator(Estimator::Twoway).fit(&panel)?;
    // Twice the difference: what the North gained from its mean before to that after, less what the others gained.
    let mean = |north: bool, from: i32, to: i32| -> Result<f64> {
        let rows = panel.in_periods(from..=to)?.filter("one of the two groups", |row| {
            Ok(row.text("region")?.is_some_and(|region| region.starts_with("North")) == north)
        })?;
        Ok(rows.matrix(["cpp_rate"])?.values.mean().expect("it has rows"))
    };
    let gained = |north| Ok::<_, apportion::Error>(mean(north, 2016, 2018)? - mean(north, 2011, 2015)?);
    let expected = gained(true)? - gained(false)?;
    assert!((fit.estimate("reform").expect("it varies") / expected - 1.0).abs() < 1e-9);
    Ok(())
}

/// How far are regions from London, instead of from the first by the alphabet?
#[test]
fn regions_against_london() -> Result<()> {
    let panel = england()?;
    let first = PanelRegression::new("cpp_rate", ["low_income_pct", "region"]).fit(&panel)?;
    let london = PanelRegression::new("cpp_rate", ["low_income_pct", "factor(region, ref=London)"]).fit(&panel)?;
    let of = |fit: &apportion::FittedRegression, end: &str| {
        let at = fit.names().iter().position(|name| name.ends_with(end)).expect("a level");
        fit.estimates()[at]
    };
    let moved = of(&first, "[South East]") - of(&first, "[London]");
    assert!((of(&london, "[South East]") - moved).abs() < 1e-9);
    assert!(!london.names().iter().any(|name| name.ends_with("[London]")));
    Ok(())
}

/// Three models beside each other, the dummies of the years in them but not in the way.
#[test]
fn three_models_without_the_year_dummies() -> Result<()> {
    let panel = england()?;
    let clustered = Covariance::cluster();
    let table = |terms: &[&str]| {
        let terms = terms.iter().copied().chain(["period_effects"]);
        PanelRegression::new("cpp_rate", terms).fit(&panel)?.coefficients(&clustered)
    };
    let one = table(&["low_income_pct"])?;
    let two = table(&["low_income_pct", "spend_per_child"])?;
    let three = table(&["low_income_pct", "spend_per_child", "vacancy_rate"])?;
    let side_by_side = RegressionTable::new([("(1)", &one), ("(2)", &two), ("(3)", &three)])
        .omit(["period_effects*", "(Intercept)"])?
        .labels([("low_income_pct", "low income, %")])?
        .intervals(true);
    let text = side_by_side.to_string();
    assert!(text.contains("low income, %") && !text.contains("period_effects[2012]"), "{text}");
    assert!(text.lines().any(|line| line.starts_with("period effects") && line.matches("yes").count() == 3), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert_eq!(side_by_side.to_csv().lines().count(), 1 + 1 + 2 + 3);
    Ok(())
}

/// The same least squares, solved by hand from the panel's own matrix.
#[test]
fn a_matrix_for_ones_own_method() -> Result<()> {
    let panel = england()?;
    let columns = panel.matrix(["low_income_pct", "vacancy_rate", "cpp_rate"])?;
    let fit = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]).fit(&panel)?;
    let design = fit.design_matrix();
    assert_eq!(design.names, ["(Intercept)", "low_income_pct", "vacancy_rate"]);
    let expected = design.values.dot(&Array1::from_vec(fit.estimates().to_vec()));
    let residuals = &columns.values.column(2) - &expected;
    assert!(residuals.iter().zip(fit.residuals()).all(|(a, b)| (a - b).abs() < 1e-9));
    // Residuals are orthogonal to the columns.
    assert!(design.values.t().dot(&residuals).iter().all(|product| product.abs() < 1e-6));
    Ok(())
}

/// How many years back do vacancies matter? Models on the same rows, by what they cost in parameters.
#[test]
fn how_many_lags() -> Result<()> {
    let panel = england()?;
    let regression = |lags: std::ops::RangeInclusive<u32>| {
        let terms = [Term::column("vacancy_rate")].into_iter().chain(Term::column("vacancy_rate").lags(lags));
        PanelRegression::new("cpp_rate", terms).estimator(Estimator::Within)
    };
    // Rows that have all three lags, so that likelihoods are of the same rows.
    let panel = panel.in_periods(2014..=2018)?;
    let two = regression(1..=2).fit(&panel)?;
    let kept = panel.filter("rows with two years before", |row| Ok(row.period() >= Some(2016)))?;
    assert_eq!((two.rows().len(), kept.n_observations()), (150 * 3, 150 * 3));
    let none = PanelRegression::new("cpp_rate", ["vacancy_rate"]).estimator(Estimator::Within).fit(&kept)?;
    assert_eq!(two.n_observations(), none.n_observations());
    assert!(two.log_likelihood()? >= none.log_likelihood()?, "it has all columns of the other");
    // Two parameters more cost four in AIC, and log n each in BIC.
    let gain = 2.0 * (two.log_likelihood()? - none.log_likelihood()?);
    assert!((none.aic()? - two.aic()? - (gain - 4.0)).abs() < 1e-8);
    assert!((none.bic()? - two.bic()? - (gain - 2.0 * 450_f64.ln())).abs() < 1e-8);
    Ok(())
}

/// Nine regions are few clusters: what is left of the stars?
#[test]
fn few_clusters() -> Result<()> {
    let panel = england()?;
    let terms = ["low_income_pct", "vacancy_rate"];
    let fit = PanelRegression::new("cpp_rate", terms).estimator(Estimator::Within).fit(&panel)?;
    let by_region = Covariance::cluster_by("region");
    let usual = fit.coefficients(&by_region)?;
    let careful = fit.coefficients(&by_region.clone().correction(ClusterCorrection::Cr2))?;
    let width = |table: &apportion::CoefficientTable| table.coefficients[0].upper - table.coefficients[0].lower;
    assert!(careful.coefficients[0].df.is_some_and(|df| df > 1.0 && df < 8.0));
    assert!(width(&careful) > width(&usual), "fewer degrees of freedom, wider intervals");
    let joint = fit.wild_bootstrap_joint(&terms, &WildBootstrap::new(511, 1).cluster_by("region"))?;
    assert!(joint.p_value < 0.05, "low income matters in every region");
    // A combination at a level of one's own lies within that at a higher one.
    let sum = [("low_income_pct", 1.0), ("vacancy_rate", 1.0)];
    let [narrow, wide] = [0.9, 0.99].map(|level| fit.combination_at(&sum, &by_region, level));
    let (narrow, wide) = (narrow?, wide?);
    assert!(wide.lower < narrow.lower && narrow.upper < wide.upper && wide.estimate == narrow.estimate);
    Ok(())
}

/// A file of other habits, tidied, analysed, reported with two kinds of intervals, and written for others.
#[test]
fn from_a_file_of_other_habits_to_a_report() -> Result<()> {
    let mut csv = "Kreis;Jahr;Quote;Armut;Bemerkung\n".to_string();
    for unit in 1..=12_i32 {
        for year in 2014..=2018_i32 {
            let poverty = f64::from(unit % 5) + 0.3 * f64::from((unit * year) % 7);
            let rate = 20.0 + 2.0 * poverty + f64::from(unit % 4) + 0.5 * f64::from((unit + year) % 3);
            let rate =
                if (unit, year) == (3, 2015) { "-9".to_string() } else { format!("{rate:.2}").replace('.', ",") };
            csv += &format!("{unit};{year};{rate};{};x\n", format!("{poverty:.2}").replace('.', ","));
        }
    }
    let schema = PanelSchema::new("Kreis", "Jahr").delimiter(';').decimal_commas();
    let schema = schema.missing_marks([("-9", Missing::Suppressed)]);
    let panel = Panel::read_csv_from(csv.as_bytes(), &schema)?
        .renamed("Quote", "rate")?
        .renamed("Armut", "poverty")?
        .without_columns(["Bemerkung"])?;
    assert_eq!(panel.row(3, 2015)?.missing("rate")?, Some(Missing::Suppressed));
    let fit = Model::new("rate")
        .component("poverty", ["poverty"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
        .fit(&panel)?;
    let shares = fit.sequential()?;
    let root = shares.with_intervals(&fit.jackknife()?)?;
    let percentile = shares.with_intervals(&fit.bootstrap(199, 1)?)?;
    let report = Report::new(&[root.clone(), percentile])?;
    assert_eq!(report.methods.len(), 2);
    assert_eq!(report.methods[0].components, root.components);
    let again = Panel::read_csv_from(panel.to_csv()?.as_bytes(), &PanelSchema::new("Kreis", "Jahr"))?;
    assert_eq!(Model::new("rate").component("poverty", ["poverty"]).fit(&again)?.sample().n_observations, 59);
    Ok(())
}
