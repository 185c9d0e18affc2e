//! Counts by unit, funnels and shrunken rates: identities, and what cannot be.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use apportion::findings::{EmpiricalBayes, Funnel, FunnelTarget, UnitCounts};
use apportion::{Panel, PanelSchema, Result};
use proptest::prelude::*;

use crate::common::message;

fn counts_of(csv: &str) -> Result<UnitCounts> {
    let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year"))?;
    UnitCounts::of(&panel, "plans", "children", 2017..=2018)
}

/// `spdep::EBest(c(10, 12, 9, 11, 10), c(1000, 1100, 950, 1050, 1000))` of spdep 1.2.7: a is 0.
#[test]
fn rates_that_differ_by_chance_are_all_the_overall_one() {
    let csv = "la,year,plans,children\n1,2018,10,1000\n2,2018,12,1100\n3,2018,9,950\n4,2018,11,1050\n5,2018,10,1000\n";
    let counts = counts_of(csv).expect("counts");
    let rates = EmpiricalBayes::of(&counts).expect("rates");
    assert_eq!(rates.variance, 0.0);
    assert!(rates.units.iter().all(|unit| unit.shrunken == rates.rate && unit.reliability == 0.0));
    assert!((rates.rate - 0.010_196_078_431_372_55).abs() < 1e-17);
    let funnel = Funnel::of(&counts, &FunnelTarget::Crude).expect("a funnel");
    assert_eq!(funnel.tau2, 0.0, "less spread than chance gives");
}

#[test]
fn counts_that_cannot_be() {
    let head = "la,year,plans,children\n";
    let of = |rows: &str| counts_of(&format!("{head}{rows}"));
    message::error(of("1,2018,-3,100\n2,2018,1,100\n"), &["plans", "is negative"]);
    message::error(of("1,2018,3,0\n2,2018,1,100\n"), &["unit \"1\" has no people in column \"children\""]);
    message::error(of("1,2015,3,100\n2,2015,1,100\n"), &["rows with \"plans\" and \"children\" in these periods"]);
    message::error(of("1,2018,x,100\n2,2018,c,100\n"), &["rows with \"plans\" and \"children\""]);
    message::error(of("1,2018,some,100\n2,2018,few,100\n"), &["plans"]);
    let one = of("1,2018,3,100\n").expect("one unit");
    message::error(EmpiricalBayes::of(&one), &["units for empirical Bayes rates"]);
    message::error(Funnel::of(&one, &FunnelTarget::Crude), &["units for a funnel"]);
    let none = of("1,2018,0,100\n2,2018,0,100\n").expect("two units");
    message::error(Funnel::of(&none, &FunnelTarget::Crude), &["a count above zero"]);
    let two = of("1,2018,3,100\n2,2018,1,100\n").expect("two units");
    let target = |rates: &[(&str, f64)]| {
        let rates = rates.iter().map(|(unit, rate)| (unit.to_string(), *rate)).collect();
        Funnel::of(&two, &FunnelTarget::Expected(rates))
    };
    message::error(target(&[("1", 0.02)]), &["none for \"2\""]);
    message::error(target(&[("1", 0.02), ("2", -0.01)]), &["-0.01 for \"2\""]);
    message::error(target(&[("1", 0.02), ("2", f64::NAN)]), &["NaN for \"2\""]);
    assert_eq!(target(&[("2", 0.02), ("1", 0.01)]).expect("each has one").units[1].expected, 2.0);
    let funnel = Funnel::of(&two, &FunnelTarget::Crude).expect("a funnel");
    message::error(funnel.limits_at(0.0, 0.95), &["above zero"]);
    message::error(funnel.limits_at(3.0, 1.0), &["between 0 and 1"]);
    let cross_section = Panel::builder().column("plans", [1.0]).column("children", [9.0]).build().expect("a panel");
    message::error(UnitCounts::of(&cross_section, "plans", "children", 2018..=2018), &["unit"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn shrunken_rates_lie_between_raw_and_overall(
        rows in prop::collection::vec((0_u32..3000, 1_u32..200_000), 2..40)
    ) {
        prop_assume!(rows.iter().any(|(count, _)| *count > 0));
        let lines: String =
            rows.iter().enumerate().map(|(unit, (count, people))| format!("{unit},2018,{count},{people}\n")).collect();
        let counts = counts_of(&format!("la,year,plans,children\n{lines}")).expect("counts");
        let rates = EmpiricalBayes::of(&counts).expect("rates");
        for unit in &rates.units {
            let (low, high) = (unit.rate.min(rates.rate), unit.rate.max(rates.rate));
            prop_assert!((0.0..=1.0).contains(&unit.reliability));
            prop_assert!(unit.shrunken >= low * (1.0 - 1e-12) && unit.shrunken <= high * (1.0 + 1e-12));
        }
        let funnel = Funnel::of(&counts, &FunnelTarget::Crude).expect("a funnel");
        let expected: f64 = funnel.units.iter().map(|unit| unit.expected).sum();
        let counted: f64 = funnel.units.iter().map(|unit| unit.count).sum();
        prop_assert!((expected / counted - 1.0).abs() < 1e-9, "the crude rate expects what was counted");
        prop_assert!(funnel.tau2 >= 0.0 && funnel.phi >= 0.0);
        for unit in &funnel.units {
            let [narrow, wide] = &unit.limits;
            prop_assert!(wide.poisson_lower <= narrow.poisson_lower && narrow.poisson_upper <= wide.poisson_upper);
            prop_assert!(narrow.poisson_lower < 1.0 && narrow.poisson_upper > 1.0);
            prop_assert!(wide.overdispersed_lower <= narrow.overdispersed_lower);
            prop_assert!(narrow.overdispersed_upper <= wide.overdispersed_upper);
            let numbers = [narrow, wide].map(|l| [l.poisson_lower, l.poisson_upper, l.overdispersed_lower]);
            prop_assert!(numbers.iter().flatten().all(|x| x.is_finite()));
        }
        let text = format!("{counts}\n{funnel}\n{rates}");
        prop_assert!(text.lines().all(|line| line.chars().count() <= 80), "{}", text);
    }
}
