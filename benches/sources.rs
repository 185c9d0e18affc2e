//! From a published CSV file to selected columns, on one thread: megabytes a second.
#![allow(clippy::expect_used, clippy::panic)]

mod common;

use std::fmt::Write;
use std::io::Cursor;

use apportion::{Panel, PanelSchema, Source};
use common::Numbers;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const AUTHORITIES: usize = 152;
const CATEGORIES: usize = 8;

/// A file of explore-education-statistics: a category in each row, twenty measures of which two are asked for.
fn explore_education(periods: usize) -> String {
    let mut random = Numbers::new(5);
    let mut text = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,\
                    old_la_code,new_la_code,la_name,category"
        .to_owned();
    for measure in 0..20 {
        write!(text, ",measure_{measure}").expect("a string can be written to");
    }
    text.push('\n');
    for period in 0..periods {
        for authority in 0..AUTHORITIES {
            for category in 0..CATEGORIES {
                let (number, code) = (201 + authority, 9_000_001 + authority);
                write!(
                    text,
                    "{},Reporting year,Local authority,E92000001,England,E13000001,Inner London,{number},E{code:08},\
                     Authority {authority},Category {category}",
                    2000 + period
                )
                .expect("a string can be written to");
                for measure in 0..20 {
                    match (measure + category + authority + period) % 13 {
                        0 => text.push_str(",c"),
                        _ => write!(text, ",{:.1}", (200.0 + 50.0 * random.normal()).abs()).expect("as above"),
                    }
                }
                text.push('\n');
            }
        }
    }
    text
}

/// The long layout: a row a measure.
fn lait(periods: usize) -> String {
    let mut random = Numbers::new(6);
    let mut text = "Short Desc,Data item,Years,LA and Regions,Values,LA Number,Region\n".to_owned();
    for measure in 0..40 {
        for period in 0..periods {
            for authority in 0..AUTHORITIES {
                let value = (200.0 + 50.0 * random.normal()).abs();
                writeln!(
                    text,
                    "Measure_{measure},Rate of something measured in places,{},Authority {authority},{value:.1},{},Inner London",
                    2000 + period,
                    201 + authority
                )
                .expect("a string can be written to");
            }
        }
    }
    text
}

fn reading(c: &mut Criterion) {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    let mut group = c.benchmark_group("reading on one thread");
    group.sample_size(10);

    let text = explore_education(60);
    group.throughput(Throughput::Bytes(text.len() as u64));
    let filtered = Source::explore_education("file.csv").filter("category", "Category 3");
    let filtered = filtered.measure("measure_4").measure("measure_9");
    let published = filtered.read_from(Cursor::new(&text)).expect("the file reads");
    assert_eq!(published.authorities().n_observations(), 60 * AUTHORITIES);
    group.bench_function(BenchmarkId::new("explore education, one category in eight", text.len()), |b| {
        b.iter(|| filtered.read_from(Cursor::new(&text)).expect("as before"));
    });
    let schema = PanelSchema::cross_section().only(["time_period", "old_la_code", "measure_4", "measure_9"]);
    assert_eq!(
        Panel::read_csv_from(text.as_bytes(), &schema).expect("it reads").n_observations(),
        60 * AUTHORITIES * CATEGORIES
    );
    group.bench_function(BenchmarkId::new("plain CSV, four columns of 31", text.len()), |b| {
        b.iter(|| one.install(|| Panel::read_csv_from(text.as_bytes(), &schema).expect("as before")));
    });

    let text = lait(60);
    group.throughput(Throughput::Bytes(text.len() as u64));
    let two = Source::lait("file.csv").measure("Measure_3").measure("Measure_30");
    assert_eq!(two.read_from(Cursor::new(&text)).expect("it reads").authorities().n_observations(), 60 * AUTHORITIES);
    group.bench_function(BenchmarkId::new("long layout, two measures of 40", text.len()), |b| {
        b.iter(|| two.read_from(Cursor::new(&text)).expect("as before"));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = reading
}
criterion_main!(benches);
