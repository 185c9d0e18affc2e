//! What holds of every Poisson model, whatever the panel.

use apportion::model::Family;
use apportion::{Method, Model, Panel, Term};
use proptest::prelude::*;

/// Units, periods, two columns, exposures and counts, with gaps and zeros.
#[derive(Debug, Clone)]
pub struct Rows {
    pub units: Vec<u32>,
    pub periods: Vec<i32>,
    pub columns: [Vec<f64>; 2],
    pub exposure: Vec<f64>,
    pub counts: Vec<f64>,
}

impl Rows {
    pub fn panel(&self, scale: f64) -> Panel {
        Panel::builder()
            .units(self.units.iter().copied())
            .periods(self.periods.iter().copied())
            .column("x", &self.columns[0])
            .column("z", &self.columns[1])
            .column("people", self.exposure.iter().map(|x| scale * x))
            .column("count", &self.counts)
            .build()
            .expect("a panel")
    }
}

pub fn rows() -> impl Strategy<Value = Rows> {
    (3_u32..8, 3_i32..6, any::<u64>()).prop_map(|(units, periods, seed)| {
        // A generator of its own, so that a case is a seed.
        let mut state = seed | 1;
        let mut uniform = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut rows = Rows {
            units: Vec::new(),
            periods: Vec::new(),
            columns: [Vec::new(), Vec::new()],
            exposure: Vec::new(),
            counts: Vec::new(),
        };
        for unit in 0..units {
            let own = uniform();
            for period in 0..periods {
                if uniform() < 0.1 {
                    continue;
                }
                let (x, z, people) = (uniform() + own, uniform() - 0.5, 50.0 + 500.0 * uniform());
                let mean = people * (-3.5 + own + 0.5 * x - z).exp();
                rows.units.push(unit);
                rows.periods.push(2000 + period);
                rows.columns[0].push(x);
                rows.columns[1].push(z);
                rows.exposure.push(people);
                rows.counts.push((mean * 2.0 * uniform()).floor());
            }
        }
        rows
    })
}

pub fn model() -> Model {
    Model::new("count")
        .component("slopes", ["x"])
        .component("other", ["z"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
        .family(Family::Poisson)
        .exposure("people")
}

/// 2 Σ [a ln(a/b) − (a − b)].
fn divergence(a: &[f64], b: &[f64]) -> f64 {
    let of = |(a, b): (&f64, &f64)| if *a == 0.0 { *b } else { a * (a / b).ln() - (a - b) };
    2.0 * a.iter().zip(b).map(of).sum::<f64>()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// D(y, S) = D(y, T) + D(T, S) for S within T: every step of every order is a divergence, and none is negative.
    #[test]
    fn deviances_of_nested_models_differ_by_the_divergence_of_their_means(rows in rows()) {
        let panel = rows.panel(1.0);
        let Ok(whole) = model().fit_counts(&panel) else { return Ok(()) };
        // On the same rows, whatever was separated.
        let kept = panel
            .filter("the rows of the whole model", |row| Ok(whole.rows().contains(&row.index())))
            .expect("rows");
        let smaller = Model::new("count").component("slopes", ["x"]).family(Family::Poisson).exposure("people");
        let smaller = smaller.fit_counts(&kept).expect("it fits");
        let between = divergence(whole.expected_counts(), smaller.expected_counts());
        let scale = whole.null_deviance().max(1.0);
        prop_assert!((smaller.deviance() - whole.deviance() - between).abs() < 1e-10 * scale);
        prop_assert!((whole.null_deviance() - smaller.null_deviance()).abs() < 1e-10 * scale);
    }

    #[test]
    fn shares_sum_and_no_step_is_negative(rows in rows()) {
        let Ok(fit) = model().fit_counts(&rows.panel(1.0)) else { return Ok(()) };
        let names: Vec<String> = fit.model().components().iter().map(|c| c.name.clone()).collect();
        for method in [
            Method::Sequential { order: names.clone() },
            Method::Sequential { order: names.iter().rev().cloned().collect() },
            Method::Shapley,
            Method::Owen,
            Method::Pmvd,
            Method::ConditionalDominance,
        ] {
            let breakdown = fit.breakdown(&method).expect("shares");
            let sum: f64 = breakdown.rows().map(|share| share.share_of_total).sum();
            prop_assert!((sum - 1.0).abs() < 1e-10, "{method}: {sum}");
            prop_assert!(breakdown.components.iter().all(|share| share.share_of_total >= -1e-12), "{method}");
            let adjusted: Vec<f64> = breakdown.rows().filter_map(|share| share.adjusted).collect();
            prop_assert!(adjusted.is_empty() || (adjusted.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{method}");
        }
        let range = fit.order_range().expect("a range");
        let shapley = fit.shapley().expect("shares");
        for (range, share) in range.components.iter().zip(&shapley.components) {
            prop_assert!(range.min <= range.mean + 1e-12 && range.mean <= range.max + 1e-12);
            prop_assert!((range.mean - share.share_of_total).abs() < 1e-10);
        }
    }

    #[test]
    fn the_scale_of_the_exposure_changes_nothing(rows in rows()) {
        let Ok(fit) = model().fit_counts(&rows.panel(1.0)) else { return Ok(()) };
        let scaled = model().fit_counts(&rows.panel(1e4)).expect("it fits as well");
        prop_assert!((fit.deviance() - scaled.deviance()).abs() < 1e-9 * fit.null_deviance().max(1.0));
        for (a, b) in fit.expected_counts().iter().zip(scaled.expected_counts()) {
            prop_assert!((a - b).abs() < 1e-8 * a.max(1e-3), "{a} {b}");
        }
    }

    #[test]
    fn a_unit_for_every_row_leaves_nothing(rows in rows()) {
        let own: Vec<u32> = (0..rows.units.len() as u32).collect();
        let rows = Rows { units: own, ..rows };
        let model = Model::new("count").component("practice", [Term::UnitEffects]).family(Family::Poisson);
        let Ok(fit) = model.exposure("people").fit_counts(&rows.panel(1.0)) else { return Ok(()) };
        prop_assert!(fit.deviance().abs() < 1e-9 * fit.null_deviance().max(1.0));
        prop_assert_eq!(fit.rows().len(), rows.counts.iter().filter(|y| **y > 0.0).count());
    }
}
