//! Grouped sums of rows that are many to a unit and period, in pieces as they are read, and the decomposition after them:
//! 150 units, 15 periods, six variables, one of which lies a million from zero.
#![allow(clippy::expect_used)]

mod common;

use apportion::sums::{GroupedSums, SumsQuestion};
use apportion::{Model, Term};
use common::Numbers;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const UNITS: usize = 150;
const PERIODS: usize = 15;
/// Rows of a piece.
const AT_ONCE: usize = 100_000;

/// Rows in no order of units, as columns in memory.
struct Children {
    units: Vec<String>,
    periods: Vec<i32>,
    columns: Vec<(&'static str, Vec<f64>)>,
}

impl Children {
    fn new(rows: usize) -> Self {
        let mut random = Numbers::new(7);
        let [income, need, visits, staff, noise] = [(); 5].map(|()| random.normals(rows));
        let far = random.normals(rows).iter().map(|x| 1e6 + 0.3 * x).collect();
        let plan = (0..rows).map(|row| (row % 13) as f64 + income[row] + 0.3 * need[row] + noise[row]).collect();
        Children {
            units: (0..rows).map(|row| format!("E{:08}", row % UNITS)).collect(),
            periods: (0..rows).map(|row| 2010 + (row / UNITS % PERIODS) as i32).collect(),
            columns: vec![
                ("plan", plan),
                ("income", income),
                ("need", need),
                ("far", far),
                ("visits", visits),
                ("staff", staff),
            ],
        }
    }

    fn sums(&self, model: &Model) -> GroupedSums {
        let question = SumsQuestion::new(model, "authority", Some("year")).expect("a question");
        let mut sums = GroupedSums::new(question);
        for from in (0..self.units.len()).step_by(AT_ONCE) {
            let rows = from..self.units.len().min(from + AT_ONCE);
            let columns: Vec<(&str, &[f64])> =
                self.columns.iter().map(|(name, values)| (*name, &values[rows.clone()])).collect();
            let periods = Some(&self.periods[rows.clone()]);
            sums.add_columns(&self.units[rows], periods, &columns).expect("rows that can be added");
        }
        sums
    }
}

fn sums(c: &mut Criterion) {
    let model = Model::new("plan")
        .component("families", ["income", "need", "far"])
        .component("spending", ["visits", "staff"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects]);
    let mut group = c.benchmark_group("grouped sums");
    group.sample_size(10);
    for rows in [100_000, 1_000_000] {
        let children = Children::new(rows);
        let found = children.sums(&model);
        assert_eq!((found.n_observations(), found.n_units(), found.n_periods()), (rows, UNITS, PERIODS));
        // What the rows were made with: of one more of income one more, of one more of need 0.3.
        let fit = found.fit(&model).expect("a fit");
        let shares = fit.shapley().expect("shares");
        let families = shares.share_of_total("families").expect("a component");
        // Variances of 1 and 0.09 of those, 14 of places in thirteen steps, and 1.
        assert!((families - 1.09 / 16.09).abs() < 0.01, "{families}");
        group.throughput(Throughput::Elements(rows as u64));
        group.bench_function(BenchmarkId::new("of columns", rows), |b| b.iter(|| children.sums(&model)));
        group.bench_function(BenchmarkId::new("fit and Shapley shares after", rows), |b| {
            b.iter(|| found.fit(&model).and_then(|fit| fit.shapley()).expect("shares"));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = sums
}
criterion_main!(benches);
