use proptest::prelude::*;

use super::*;
use crate::decompose::{Corrected, Detail};
use crate::panel::Lineage;
use crate::panel::{LeftOutRows, Missing, Reason};
use crate::report::text::WIDTH;
use crate::warning::Warning;

fn share(name: &str, share_of_total: f64, ends: Option<[f64; 4]>) -> Share {
    let interval = ends.map(|[bias, std_error, lower, upper]| Interval { bias, std_error, lower, upper });
    let share_of_explained = if name == "always" || name == "unexplained" { 0.0 } else { share_of_total / 0.65 };
    Share { interval, ..Share::new(name, share_of_total, share_of_explained) }
}

fn small() -> Breakdown {
    let reason = Reason::Missing { column: "low_income_pct".to_string(), kind: Missing::Suppressed };
    Breakdown {
        outcome: "cpp_rate".to_string(),
        method: Method::Sequential { order: vec!["practice".to_string(), "spending".to_string()] },
        components: vec![
            share("spending", -0.0123, Some([-0.0002, 0.004, -0.021, -0.004])),
            share("practice", 0.6623, Some([0.021, 0.05, 0.541, 0.744])),
        ],
        always: Some(share("always", 0.1, Some([0.0, 0.02, 0.061, 0.139]))),
        unexplained: share("unexplained", 0.25, Some([-0.021, 0.031, 0.2, 0.321])),
        detail: Detail::Nothing,
        r2_overall: 0.75,
        sample: Sample {
            n_observations: 1188,
            n_units: 150,
            n_periods: 8,
            left_out: vec![LeftOutRows { reason, rows: 12, concerned: vec![(Some("S001".to_string()), Some(2011))] }],
        },
        weights: Some("population_0_17".to_string()),
        panel: Some("simulated England, seed 744: no real authority".to_string()),
        lineage: Lineage::default(),
        factors: Vec::new(),
        deviance: None,
        interval: Some(IntervalMethod {
            kind: IntervalKind::Jackknife,
            level: 0.95,
            clusters: 150,
            cluster_column: None,
            replicates: 150,
            seed: None,
            degenerate: 0,
        }),
        noise: None,
        unit_effects_by_model: Vec::new(),
        warnings: vec![Warning::Biased { component: "practice".to_string(), bias: 0.021, std_error: 0.05 }],
    }
}

#[test]
fn a_full_table_is_pinned() {
    assert_eq!(
        small().to_string(),
        "\
cpp_rate, sequential: practice → spending
1188 observations, 150 units, 8 periods, weighted by population_0_17
simulated England, seed 744: no real authority

             share of                        share of           95%         std.
component       total                       explained      interval  bias  error
always          10.0%  ██▉                              6.1 to 13.9   0.0    2.0
spending        -1.2%                           -1.9%  -2.1 to -0.4   0.0    0.4
practice        66.2%  ███████████████████     101.9%  54.1 to 74.4  +2.1    5.0
unexplained     25.0%  ███████▏                        20.0 to 32.1  -2.1    3.1

R² 75.0%
95% jackknife intervals: 150 units left out in turn, for the expected share in
  such samples
12 rows left out: low_income_pct missing: suppressed or not available (x)
warning: practice: the estimated bias (+2.1 points) exceeds a quarter of the
  standard error (5.0 points)"
    );
}

#[test]
fn draws_and_their_seed_are_named() {
    let mut breakdown = small();
    let kind = IntervalKind::Percentile;
    breakdown.interval = Some(IntervalMethod {
        kind,
        level: 0.9,
        clusters: 150,
        cluster_column: None,
        replicates: 999,
        seed: Some(7),
        degenerate: 0,
    });
    assert!(
        breakdown
            .to_string()
            .contains("\n90% percentile intervals: 999 draws of 150 units, seed 7, for the expected share")
    );
    breakdown.sample.n_units = 0;
    assert!(breakdown.to_string().contains("999 draws of 150 rows"));
}

#[test]
fn one_of_a_thing_is_singular() {
    let mut breakdown = small();
    (breakdown.sample.n_units, breakdown.sample.n_periods, breakdown.sample.left_out[0].rows) = (1, 1, 1);
    breakdown.interval.iter_mut().for_each(|method| method.clusters = 1);
    let text = breakdown.to_string();
    for part in ["observations, 1 unit, 1 period, weighted", "\n1 row left out: ", "intervals: 1 unit left out"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    breakdown.sample.n_observations = 1;
    breakdown.sample.n_units = 0;
    let (kind, seed) = (IntervalKind::Basic, Some(7));
    breakdown.interval = Some(IntervalMethod {
        kind,
        level: 0.9,
        clusters: 1,
        cluster_column: None,
        replicates: 1,
        seed,
        degenerate: 0,
    });
    let text = breakdown.to_string();
    for part in ["\n1 observation, 1 period,", "intervals: 1 draw of 1 row, seed 7"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn shares_of_explained_that_have_no_room_follow_below() {
    let mut breakdown = small();
    breakdown.components[0].name = "spending on children's services".to_string();
    assert_eq!(
        breakdown.to_string().lines().skip(3).take(17).collect::<Vec<_>>().join("\n"),
        "
             share of                                           95%         std.
component       total                                      interval  bias  error
always          10.0%  ████▌                            6.1 to 13.9   0.0    2.0
spending on children's services
                -1.2%                                  -2.1 to -0.4   0.0    0.4
practice        66.2%  ██████████████████████████████  54.1 to 74.4  +2.1    5.0
unexplained     25.0%  ███████████▍                    20.0 to 32.1  -2.1    3.1

                                  share of
component                        explained
always
spending on children's services      -1.9%
practice                            101.9%
unexplained

R² 75.0%"
    );
}

#[test]
fn bars_are_scaled_by_the_largest_share() {
    let drawn: Vec<String> = bars(&[0.4, 0.2, -0.1, 0.05, f64::NAN], 4).collect();
    assert_eq!(drawn, ["████", "██", "", "▌", ""]);
    assert!(bars(&[0.0, -1.0], 4).all(|bar| bar.is_empty()));
}

#[test]
fn a_breakdown_survives_json() {
    let breakdown = small();
    let json = serde_json::to_string(&breakdown).unwrap();
    assert_eq!(serde_json::from_str::<Breakdown>(&json).unwrap(), breakdown);
    let mut shapley = Breakdown { method: Method::Shapley, always: None, interval: None, ..breakdown };
    shapley.cells_mut().for_each(|(_, cell)| *cell.interval = None);
    let json = serde_json::to_string(&shapley).unwrap();
    assert_eq!(serde_json::from_str::<Breakdown>(&json).unwrap(), shapley);
}

proptest! {
    #[test]
    fn every_line_fits(
        names in prop::collection::vec("\\PC{0,90}|[a-z\n\t ]{0,90}", 1..6),
        outcome in "\\PC{0,120}",
        numbers in prop::collection::vec(prop::array::uniform6(any::<f64>()), 6),
        with_always: bool,
        with_intervals: bool,
        with_chance: bool,
        level in 0.0..1.0,
    ) {
        let mut breakdown = small();
        let part = |name: &str, n: &[f64; 6]| Share {
            interval: with_intervals.then_some(Interval { bias: n[2], std_error: n[3], lower: n[4], upper: n[5] }),
            chance: with_chance.then_some(n[2]),
            chance_p: with_chance.then_some(n[3].abs().fract()),
            corrected: with_chance.then_some(Corrected { share_of_total: n[1], std_error: n[3], lower: n[4], upper: n[5] }),
            ..Share::new(name, n[0], n[1])
        };
        breakdown.components = names.iter().zip(&numbers).map(|(name, n)| part(name, n)).collect();
        breakdown.always = with_always.then(|| part("always", &numbers[5]));
        breakdown.unexplained = part("unexplained", &numbers[4]);
        breakdown.method = Method::Sequential { order: names.clone() };
        breakdown.warnings = vec![Warning::NoColumnLeft { component: outcome.clone() }];
        breakdown.interval.iter_mut().for_each(|method| method.level = level);
        breakdown.weights = Some(outcome.clone());
        breakdown.panel = Some(outcome.clone());
        breakdown.outcome = outcome;
        for line in breakdown.to_string().lines() {
            prop_assert!(line.chars().count() <= WIDTH, "{} characters: {line}", line.chars().count());
        }
    }
}
