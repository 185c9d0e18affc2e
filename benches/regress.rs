//! The within estimator on a million rows, by number of effects and of columns, with cluster-robust standard errors: of a
//! panel, and from columns in memory to the table, whose rows stand in order or do not.
#![allow(clippy::expect_used, clippy::panic)]

mod common;

use apportion::{CoefficientTable, Covariance, Estimator, Panel, PanelRegression};
use common::Numbers;
use criterion::{BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};

const UNITS: usize = 50_000;
const PERIODS: usize = 20;
const ROWS: usize = UNITS * PERIODS;

/// A balanced panel of a million rows as columns in memory, the slopes of its ten columns being 0.1, 0.2, …
struct Columns {
    units: Vec<u32>,
    periods: Vec<i32>,
    outcome: Vec<f64>,
    columns: Vec<Vec<f64>>,
}

impl Columns {
    fn new() -> Self {
        let mut random = Numbers::new(4);
        let own = random.normals(UNITS);
        let mut outcome: Vec<f64> = (0..ROWS).map(|row| own[row / PERIODS] + random.normal()).collect();
        let mut columns = Vec::new();
        for column in 1..=10 {
            let values: Vec<f64> = (0..ROWS).map(|row| 0.5 * own[row / PERIODS] + random.normal()).collect();
            outcome.iter_mut().zip(&values).for_each(|(y, x)| *y += 0.1 * f64::from(column) * x);
            columns.push(values);
        }
        let units = (0..ROWS).map(|row| (row / PERIODS) as u32).collect();
        let periods = (0..ROWS).map(|row| 2000 + (row % PERIODS) as i32).collect();
        Columns { units, periods, outcome, columns }
    }

    /// The same rows in no order.
    fn shuffled(&self) -> Self {
        let mut random = Numbers::new(5);
        let keys = random.normals(ROWS);
        let mut order: Vec<usize> = (0..ROWS).collect();
        order.sort_by(|&a, &b| keys[a].total_cmp(&keys[b]));
        let of = |column: &Vec<f64>| order.iter().map(|&row| column[row]).collect();
        Columns {
            units: order.iter().map(|&row| self.units[row]).collect(),
            periods: order.iter().map(|&row| self.periods[row]).collect(),
            outcome: of(&self.outcome),
            columns: self.columns.iter().map(of).collect(),
        }
    }

    /// A panel of so many of the columns.
    fn panel(&self, columns: usize) -> Panel {
        let builder = Panel::builder().units(&self.units).periods(self.periods.iter().copied());
        let builder = builder.column("y", &self.outcome);
        let named = (1..).zip(&self.columns).take(columns);
        named.fold(builder, |b, (at, values)| b.column(format!("x{at}"), values)).build().expect("a panel")
    }

    /// So many of the columns, to be given away.
    fn first(&self, columns: usize) -> Self {
        let Columns { units, periods, outcome, columns: all } = self;
        let columns = all[..columns].to_vec();
        Columns { units: units.clone(), periods: periods.clone(), outcome: outcome.clone(), columns }
    }

    /// A panel of all of them, which it takes.
    fn into_panel(self) -> Panel {
        let builder = Panel::builder().units(self.units).periods(self.periods).column("y", self.outcome);
        let named = (1..).zip(self.columns);
        named.fold(builder, |b, (at, values)| b.column(format!("x{at}"), values)).build().expect("a panel")
    }
}

fn table(panel: &Panel, estimator: Estimator, columns: usize) -> CoefficientTable {
    let question = PanelRegression::new("y", (1..=columns).map(|column| format!("x{column}"))).estimator(estimator);
    question.fit(panel).and_then(|fit| fit.coefficients(&Covariance::cluster())).expect("a table")
}

fn regress(c: &mut Criterion) {
    let columns = Columns::new();
    let shuffled = columns.shuffled();
    let all = columns.panel(10);
    let mut group = c.benchmark_group("within, 1000000 rows, clustered by unit");
    group.sample_size(10);
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(ROWS as u64));
    for (effects, estimator) in [("one effect", Estimator::Within), ("two effects", Estimator::Twoway)] {
        for k in [1, 10] {
            let found = table(&all, estimator, k);
            if k == 10 {
                for (at, coefficient) in found.coefficients.iter().enumerate() {
                    let expected = 0.1 * (at + 1) as f64;
                    // Six standard errors of 1/√(950,000).
                    assert!((coefficient.estimate - expected).abs() < 0.006, "{effects}: {}", coefficient.estimate);
                    assert!((coefficient.std_error - 0.001).abs() < 1e-4, "{effects}: {}", coefficient.std_error);
                }
            }
            assert_eq!(table(&shuffled.panel(k), estimator, k).coefficients, found.coefficients);
            let id = |what: &str| BenchmarkId::new(format!("{effects}, {what}"), format!("{k} columns"));
            group.bench_function(id("of a panel"), |b| b.iter(|| table(&all, estimator, k)));
            group.bench_function(id("from columns"), |b| b.iter(|| table(&columns.panel(k), estimator, k)));
            let given = |columns: Columns| table(&columns.into_panel(), estimator, k);
            group.bench_function(id("from columns given away"), |b| {
                b.iter_batched(|| columns.first(k), given, BatchSize::PerIteration);
            });
            if estimator == Estimator::Within {
                let unsorted = id("from columns in no order");
                group.bench_function(unsorted, |b| b.iter(|| table(&shuffled.panel(k), estimator, k)));
            }
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = regress
}
criterion_main!(benches);
