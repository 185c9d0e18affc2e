//! England's authorities, by other programs.
//!
//! From the file that the panel in the crate is of: NumPy 2.4.6 (`std(ddof=1)`, `percentile`, `linalg.lstsq`) and SciPy
//! 1.17.1 (`stats.pearsonr`, `stats.spearmanr` of values, of unit means, and of deviations from these, rounded to nine
//! decimals so that ties are ties; `stats.mannwhitneyu`, its statistic over the number of pairs; `stats.somersd`).
#![allow(clippy::expect_used)]

use apportion::findings::{
    Association, EarlyWarningAnalysis, JudgementScale, Relation, RelationVariable, VariationAnalysis, VariationMeasure,
};
use apportion::panel::UnitRule;
use apportion::{Model, Panel};

/// Of doubles over some thousand operations.
const TOLERANCE: f64 = 1e-10;

fn england() -> Panel {
    let panel = Panel::england().and_then(|panel| panel.without(&UnitRule::degenerate_authorities()));
    panel.expect("the panel")
}

fn ofsted() -> JudgementScale {
    let words = ["Inadequate", "Requires improvement", "Good", "Outstanding"];
    let scale = JudgementScale::new("ofsted_overall", words).and_then(|scale| scale.beside("Adequate", words[1]));
    scale.expect("four words")
}

#[test]
fn variation() {
    let fit = Model::new("cpp_rate").component("deprivation", ["idaci_2015"]);
    let fit = fit.fit(&Panel::england_2011_2018().expect("the panel")).expect("it fits");
    let asked = VariationAnalysis::new().counts("cpp_count", "population_0_17", 10_000.0);
    let variation = asked.of(&fit).expect("variation");
    let expected = [
        (VariationMeasure::StandardDeviation, [16.941492672632528, 18.944769733219733]),
        (VariationMeasure::CoefficientOfVariation, [0.40812498010975207, 0.3844056281794653]),
        (VariationMeasure::QuartileSpread, [22.979725000000006, 21.079524999999997]),
        (VariationMeasure::SystematicDeviation, [16.693946625539404, 18.696109540713042]),
        (VariationMeasure::SystematicPart, [0.970989864628865, 0.973921214429598]),
    ];
    for (measure, [first, last]) in expected {
        let points = &variation.series(measure).expect("it is measured").points;
        for (point, expected) in [(&points[0], first), (&points[7], last)] {
            assert!((point.value - expected).abs() < 1e-9 * expected, "{measure} {}: {}", point.period, point.value);
        }
    }
}

#[test]
fn early_warning() {
    let measures = ["vacancy_rate", "agency_rate", "turnover_rate", "caseload", "rereferral_pct", "cpp_rate"];
    let asked = EarlyWarningAnalysis::new(ofsted(), ["Inadequate"]).dated_by("ofsted_date").measures(measures);
    let warning = asked.of(&england(), 2021).expect("a warning");
    assert_eq!((warning.fitted.judgements, warning.fitted.bad), (139, 24));
    assert_eq!((warning.evaluated.judgements, warning.evaluated.bad), (153, 18));
    let areas = [
        0.5810699588477366,
        0.6467078189300411,
        0.679835390946502,
        0.7047325102880658,
        0.5417695473251029,
        0.6115226337448559,
    ];
    for (ranking, area) in warning.measures.iter().zip(areas) {
        assert!((ranking.area - area).abs() < TOLERANCE, "{}: {}", ranking.measure, ranking.area);
    }
    assert!((warning.score.area - 0.7144032921810699).abs() < TOLERANCE);
    assert!((warning.measures[3].somers_d - 0.4094650205761317).abs() < TOLERANCE);
}

#[test]
fn relations() {
    let spending = [0.007966752763, 0.010176974479, -0.074874556128, -0.146817018887, 0.109070293528, 0.128184493178];
    let vacancies = [0.000834658271, -2.1062706e-05, -0.050667874998, -0.093291797259, 0.107333336113, 0.092105272931];
    let pairs: [(&str, RelationVariable, [f64; 6]); 2] =
        [("spend_core_per_child", ofsted().into(), spending), ("vacancy_rate", "rereferral_pct".into(), vacancies)];
    for (first, second, expected) in pairs {
        let relation = Relation::of(&england(), first, second, 0.95).expect("a relation");
        let both = |of: &Association| [of.pearson.expect("it varies"), of.spearman.expect("it varies")];
        let found = [&relation.overall, &relation.between, &relation.within].into_iter().flat_map(both);
        for (found, expected) in found.zip(expected) {
            assert!((found.correlation - expected).abs() < TOLERANCE, "{first}: {}, {expected}", found.correlation);
        }
    }
}
