//! Methods by their own names, and shares adjusted for over-dispersion.

use apportion::counts::FittedCounts;
use apportion::decompose::Detail;
use apportion::model::Family;
use apportion::{Breakdown, Method, Model, Panel, Term};

fn england(family: Family, components: &[(&str, Term)]) -> FittedCounts {
    let panel = Panel::england_2011_2018().unwrap();
    let of = |model: Model, (name, term): &(&str, Term)| model.component(*name, [term.clone()]);
    let model = components.iter().fold(Model::new("cpp_count"), of);
    model.family(family).exposure("population_0_17").fit_counts(&panel).unwrap()
}

/// Deprivation does not vary within authorities: beside practice it adds nothing and has no parameter.
fn components() -> [(&'static str, Term); 4] {
    [
        ("deprivation", "idaci_2015".parse().unwrap()),
        ("spending", "log(spend_core_per_child)".parse().unwrap()),
        ("policy", Term::PeriodEffects),
        ("practice", Term::UnitEffects),
    ]
}

#[test]
fn methods_are_what_their_names_say() {
    let fit = england(Family::Poisson, &components());
    let by_name: [(Method, Breakdown); 9] = [
        (Method::Sequential { order: vec![] }, fit.sequential().unwrap()),
        (Method::Shapley, fit.shapley().unwrap()),
        (Method::Owen, fit.owen().unwrap()),
        (Method::First, fit.first().unwrap()),
        (Method::Last, fit.last().unwrap()),
        (Method::Pmvd, fit.pmvd().unwrap()),
        (Method::ConditionalDominance, fit.conditional_dominance().unwrap()),
        (Method::CompleteDominance, fit.complete_dominance().unwrap()),
        (Method::Commonality, fit.commonality().unwrap()),
    ];
    for (method, found) in &by_name {
        assert_eq!(&fit.breakdown(method).unwrap(), found, "{method}");
        assert_eq!(method.name(), found.method.name());
    }
    let Detail::BySize(sizes) = &by_name[6].1.detail else { panic!("shares by size") };
    assert_eq!(sizes.len(), 16);
}

/// Every parameter beyond the intercept is charged the dispersion of the whole model.
#[test]
fn adjusted_shares_are_of_deviances_with_what_parameters_take_up() {
    for family in [Family::Poisson, Family::NegativeBinomial] {
        let (all, fit) = (components(), england(family, &components()));
        let breakdown = fit.sequential().unwrap();
        let deviance = breakdown.deviance.as_ref().unwrap();
        let dispersion = deviance.pearson_dispersion.unwrap();
        let mut before = (deviance.null_deviance, 1);
        for (at, share) in breakdown.components.iter().enumerate() {
            // Of the negative binomial θ is that of the whole model, so only parameters are those of a model of its own.
            let own = england(Family::Poisson, &all[..=at]);
            let left = before.0 - share.share_of_total * deviance.null_deviance;
            let charged = dispersion * (own.n_parameters() - before.1) as f64;
            let expected = (before.0 - left - charged) / deviance.null_deviance;
            assert!((share.adjusted.unwrap() - expected).abs() < 1e-12, "{}", share.name);
            before = (left, own.n_parameters());
        }
        let charged = dispersion * (fit.n_parameters() - 1) as f64 / deviance.null_deviance;
        let unexplained = &breakdown.unexplained;
        assert!((unexplained.adjusted.unwrap() - unexplained.share_of_total - charged).abs() < 1e-12);
    }
}

#[test]
fn adjusted_shares_sum_to_one_by_every_method_that_is_linear() {
    let fit = england(Family::Poisson, &components());
    let methods = [
        Method::Sequential { order: vec![] },
        Method::Shapley,
        Method::Owen,
        Method::First,
        Method::Last,
        Method::Pmvd,
        Method::ConditionalDominance,
        Method::CompleteDominance,
        Method::Commonality,
    ];
    for method in methods {
        let breakdown = fit.breakdown(&method).unwrap();
        let adjusted: Vec<f64> = breakdown.rows().filter_map(|share| share.adjusted).collect();
        match method {
            Method::Pmvd => assert!(adjusted.is_empty()),
            Method::First | Method::Last | Method::Commonality => assert_eq!(adjusted.len(), 5),
            _ => assert!((adjusted.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{method}: {adjusted:?}"),
        }
    }
    // A row for each parameter leaves none to spare.
    let panel = Panel::builder().column("y", [1.0, 2.0, 4.0]).column("x", [0.0, 1.0, 3.0]).column("z", [1.0, 0.0, 1.0]);
    let model = Model::new("y").component("all", ["x", "z"]).family(Family::Poisson);
    let fit = model.fit_counts(&panel.build().unwrap()).unwrap();
    assert_eq!(fit.sequential().unwrap().components[0].adjusted, None);
}

#[test]
fn a_breakdown_with_adjusted_shares_is_read_back() {
    let breakdown = england(Family::Poisson, &components()).shapley().unwrap();
    let text = serde_json::to_string(&breakdown).unwrap();
    assert!(text.contains("\"adjusted\""));
    assert_eq!(serde_json::from_str::<Breakdown>(&text).unwrap(), breakdown);
    // Of least squares there is none.
    let panel = Panel::england_2011_2018().unwrap();
    let linear = Model::new("cpp_rate").component("practice", [Term::UnitEffects]).fit(&panel).unwrap();
    assert!(!serde_json::to_string(&linear.sequential().unwrap()).unwrap().contains("\"adjusted\""));
}
