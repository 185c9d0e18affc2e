//! Sums over rows that come as Arrow record batches and Parquet files.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use apportion::error::{ArrowProblem, DataError};
use apportion::sources::arrow_array::*;
use apportion::sums::{GroupedSums, SumsQuestion};
use apportion::{Error, Model, Panel, PanelSchema};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use super::arrow::{Folder, batch, dictionary, numbers, problem, texts, whole};

/// Numbers that look random and are the same everywhere.
struct Drawn(u64);

impl Drawn {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn unit(&mut self) -> f64 {
        self.below(1 << 20) as f64 / f64::from(1 << 20)
    }
}

/// Rows of children: many to an authority and year.
struct Children {
    units: Vec<u64>,
    years: Vec<i32>,
    y: Vec<f64>,
    x: Vec<f64>,
    z: Vec<Option<i32>>,
    weight: Vec<f64>,
}

fn children(rows: usize) -> Children {
    let mut drawn = Drawn(20);
    let units: Vec<u64> = (0..rows).map(|_| drawn.below(12)).collect();
    let years: Vec<i32> = (0..rows).map(|_| 2011 + drawn.below(5) as i32).collect();
    let z: Vec<Option<i32>> = (0..rows).map(|_| Some(drawn.below(9) as i32).filter(|z| *z != 8)).collect();
    let x: Vec<f64> = units.iter().map(|&unit| unit as f64 * 0.3 + drawn.unit()).collect();
    let noise: Vec<f64> = (0..rows).map(|_| drawn.unit()).collect();
    let y = (0..rows).map(|i| x[i] * 0.5 + f64::from(z[i].unwrap_or_default()) * 0.1 + noise[i]).collect();
    let weight = (0..rows).map(|_| drawn.below(4) as f64).collect();
    Children { units, years, y, x, z, weight }
}

fn model() -> Model {
    Model::new("y")
        .component("x", ["x", "between(x)"])
        .component("z", ["z", "x:z"])
        .component("policy", ["period_effects"])
        .component("practice", ["unit_effects"])
        .weights("weight")
}

fn question() -> SumsQuestion {
    SumsQuestion::new(&model(), "la", Some("year")).unwrap()
}

impl Children {
    fn names(&self) -> Vec<String> {
        self.units.iter().map(|unit| format!("{}", 200 + unit)).collect()
    }

    /// The rows as a batch, with units of one of three types.
    fn batch(&self, kind: usize) -> RecordBatch {
        let names = self.names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let units = match kind {
            0 => texts(&names),
            1 => dictionary(&names.iter().copied().map(Some).collect::<Vec<_>>()),
            _ => Arc::new(UInt16Array::from_iter_values(self.units.iter().map(|unit| 200 + *unit as u16))),
        };
        batch([
            ("other", texts(&names)),
            ("la", units),
            ("year", Arc::new(Int32Array::from(self.years.clone()))),
            ("x", numbers(&self.x)),
            ("z", Arc::new(Int32Array::from(self.z.clone()))),
            ("weight", numbers(&self.weight)),
            ("y", numbers(&self.y)),
        ])
    }

    fn sums(&self) -> GroupedSums {
        let z: Vec<f64> = self.z.iter().map(|z| z.map_or(f64::NAN, f64::from)).collect();
        let columns = [("y", &self.y[..]), ("x", &self.x), ("z", &z), ("weight", &self.weight)];
        let mut sums = GroupedSums::new(question());
        sums.add_columns(&self.names(), Some(&self.years), &columns).unwrap();
        sums
    }
}

#[track_caller]
fn assert_same_shares(sums: &GroupedSums, expected: &GroupedSums) {
    assert_eq!((sums.n_observations(), sums.n_units()), (expected.n_observations(), expected.n_units()));
    let rows = |sums: &GroupedSums| sums.left_out().iter().map(|reason| reason.rows).sum::<usize>();
    assert_eq!(rows(sums), rows(expected));
    let (model, expected) = (model(), expected.fit(&model()).unwrap().shapley().unwrap());
    let shares = sums.fit(&model).unwrap().shapley().unwrap();
    for share in &expected.components {
        let found = shares.share_of_total(&share.name).unwrap();
        assert!((found - share.share_of_total).abs() < 1e-12, "{}: {found} {}", share.name, share.share_of_total);
    }
}

fn write(path: &Path, batch: &RecordBatch, rows_a_group: usize) {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows_a_group)).build();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn batches_cut_anywhere_give_the_same_sums() {
    let children = children(3000);
    let expected = children.sums();
    assert_eq!(expected.left_out().len(), 2, "a missing z, and a weight of zero");
    let mut drawn = Drawn(7);
    for kind in 0..3 {
        let all = children.batch(kind);
        let mut sums = GroupedSums::new(question());
        let mut parts = GroupedSums::new(question());
        let mut from = 0;
        while from < all.num_rows() {
            let rows = (drawn.below(400) as usize).min(all.num_rows() - from);
            sums.add_batch(&all.slice(from, rows)).unwrap();
            let mut part = GroupedSums::new(question());
            part.add_batch(&all.slice(from, rows)).unwrap();
            parts.merge(&part).unwrap();
            from += rows;
        }
        assert_same_shares(&sums, &expected);
        assert_same_shares(&parts, &expected);
    }
    assert!(expected.left_out().iter().any(|left| left.reason.to_string() == "z missing: not a number (NaN)"));
    let mut sums = GroupedSums::new(question());
    sums.add_batch(&children.batch(0)).unwrap();
    assert!(sums.left_out().iter().any(|left| left.reason.to_string() == "z missing: empty"));
}

#[test]
fn files_give_the_same_to_the_last_bit_on_any_number_of_threads() {
    let folder = Folder::new("sums-parquet");
    let children = children(3000);
    let all = children.batch(0);
    let paths: Vec<PathBuf> = ["a.parquet", "b.parquet", "c.parquet"].iter().map(|name| folder.file(name)).collect();
    for (path, (from, rows)) in paths.iter().zip([(0, 1000), (1000, 1), (1001, 1999)]) {
        write(path, &all.slice(from, rows), 170);
    }
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| GroupedSums::of_parquet(question(), &paths)).unwrap()
    };
    let one = on(1);
    assert_same_shares(&one, &children.sums());
    for threads in [2, 3, 8] {
        assert_eq!(on(threads), one, "{threads} threads");
    }
    let none: [&Path; 0] = [];
    assert_eq!(GroupedSums::of_parquet(question(), none).unwrap(), GroupedSums::new(question()));
}

#[test]
fn units_and_periods_are_read_as_panels_read_them() {
    let model = Model::new("y").component("practice", ["unit_effects"]).component("policy", ["period_effects"]);
    let question = SumsQuestion::new(&model, "la", Some("year")).unwrap();
    let values = numbers(&[1.0, 2.0, 4.0, 8.0]);
    let of = |la: ArrayRef, year: ArrayRef| {
        let mut sums = GroupedSums::new(question.clone());
        sums.add_batch(&batch([("la", la), ("year", year), ("y", values.clone())])).map(|()| sums)
    };
    let expected = of(texts(&["1", "1", "2", "2"]), whole(&[2017, 2018, 2017, 2018])).unwrap();
    let floats = numbers(&[1.0, 1.0, 2.0, 2.0]);
    for la in [whole(&[1, 1, 2, 2]), floats, dictionary(&[Some("1"), Some(" 1"), Some("2"), Some("2")])] {
        for year in [
            texts(&["2017", "2017-18", "2016/17", "2018"]),
            whole(&[201_617, 201_718, 2017, 2018]),
            dictionary(&[Some("201617"), Some("2018"), Some("2017"), Some("2018")]),
        ] {
            assert_eq!(of(la.clone(), year).unwrap(), expected);
        }
    }
    let year = whole(&[2017, 2018, 2017, 2018]);
    let spellings = [Some("1"), Some("1\u{200b}"), Some("\u{feff}2"), Some("2")];
    for la in [texts(&spellings.map(Option::unwrap_or_default)), dictionary(&spellings)] {
        let spelt = batch([("la", la.clone()), ("year", year.clone()), ("y", values.clone())]);
        let panel = Panel::from_record_batches([&spelt], &PanelSchema::new("la", "year")).unwrap();
        assert_eq!((panel.units().len(), of(la, year.clone()).unwrap()), (2, expected.clone()));
    }
    for la in [dictionary(&[Some("A"), None, Some("B"), None]), texts(&["A", " ", "B", "C"])] {
        let error = of(la, year.clone()).unwrap_err();
        assert_eq!(error.to_string(), "column \"la\", row 1: every row needs a unit and a period, this one is empty");
    }
    let la = texts(&["A", "A", "B", "B"]);
    let missing: ArrayRef = Arc::new(Int64Array::from(vec![Some(2017), None, Some(2017), Some(2018)]));
    assert!(matches!(of(la.clone(), missing), Err(Error::Data(DataError::MissingKey { .. }))));
    let error = of(la.clone(), texts(&["2017", "2018", "soon", "later"])).unwrap_err();
    assert!(matches!(&error, Error::Data(DataError::NotAPeriod { text, .. }) if text == "soon"), "{error}");
    let error = of(la.clone(), whole(&[2017, 43_555, 2017, 2018])).unwrap_err();
    assert!(matches!(&error, Error::Data(DataError::NotAPeriod { .. })), "{error}");
    let (origin, why) = problem(of(la, Arc::new(Date32Array::from(vec![0; 4]))));
    assert_eq!(origin, "the record batch");
    assert!(matches!(&why, ArrowProblem::Type { column, .. } if column == "year"), "{why}");
    let (_, why) = problem(of(numbers(&[1.0, 1.5, 2.0, 2.0]), year));
    assert!(matches!(&why, ArrowProblem::Type { column, .. } if column == "la"), "{why}");
}

#[test]
fn files_that_do_not_fit_are_refused_by_name() {
    let folder = Folder::new("sums-hostile");
    let [first, second] = ["first.parquet", "second.parquet"].map(|name| folder.file(name));
    let children = children(600);
    write(&first, &children.batch(0), 100);
    let of = || GroupedSums::of_parquet(question(), [&first, &second]);
    let with = |name: &str, array: ArrayRef| {
        let columns = children.batch(0);
        let kept = columns.schema_ref().fields().iter().zip(columns.columns()).map(|(field, column)| {
            let column = if field.name() == name { array.clone() } else { column.clone() };
            (field.name().clone(), column, true)
        });
        write(&second, &RecordBatch::try_from_iter_with_nullable(kept.collect::<Vec<_>>()).unwrap(), 100);
    };
    let second_name = second.display().to_string();

    with("la", Arc::new(UInt16Array::from(vec![7; 600])));
    let (origin, why) = problem(of());
    assert_eq!(origin, second_name);
    let expected = ArrowProblem::OtherType { column: "la".into(), found: "UInt16".into(), before: "Utf8".into() };
    assert_eq!(why, expected);
    with("x", texts(&["1"; 600]));
    let (origin, why) = problem(of());
    assert_eq!(origin, second_name);
    assert!(why.to_string().starts_with("column \"x\" is of type Utf8: numbers are needed"), "{why}");
    // Numbers of another type are numbers, and what nobody asks for may be anything.
    with("x", Arc::new(Float32Array::from(vec![1.5; 600])));
    assert_eq!(of().unwrap().n_units(), 12);
    with("other", Arc::new(Date32Array::from(vec![0; 600])));
    assert_eq!(of().unwrap().n_units(), 12);

    let mut weights = children.weight.clone();
    weights[350] = -1.0;
    with("weight", numbers(&weights));
    let error = of().unwrap_err();
    assert!(error.to_string().starts_with(&format!("{second_name}: column \"weight\", row 350: ")), "{error}");
    let Error::Data(DataError::InFile { why, .. }) = error else { panic!("another error") };
    assert!(matches!(*why, DataError::Negative { .. }));

    let batch = children.batch(0).project(&[1, 2, 3, 5, 6]).unwrap();
    write(&second, &batch, 100);
    let (origin, why) = problem(of());
    assert_eq!(origin, second_name);
    assert!(matches!(&why, ArrowProblem::NoColumn { column, .. } if column == "z"), "{why}");

    write(&second, &children.batch(0), 100);
    let bytes = std::fs::read(&second).unwrap();
    for length in [0, 5, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&second, &bytes[..length]).unwrap();
        let (origin, why) = problem(of());
        assert_eq!(origin, second_name);
        assert!(matches!(why, ArrowProblem::Unreadable { .. }), "{why}");
    }
}

#[test]
fn a_column_that_is_there_twice_is_refused_where_it_is_read() {
    let folder = Folder::new("sums-twice");
    let [first, second] = ["first.parquet", "second.parquet"].map(|name| folder.file(name));
    let children = children(600);
    let all = children.batch(0);
    write(&first, &all, 100);
    let with = |name: &str| {
        let mut fields: Vec<Field> = all.schema_ref().fields().iter().map(|field| field.as_ref().clone()).collect();
        let kept = all.schema_ref().index_of(name).unwrap();
        fields.push(fields[kept].clone());
        let mut columns = all.columns().to_vec();
        columns.push(all.column(kept).clone());
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
    };
    for (name, place) in [("la", 2), ("year", 3), ("x", 4), ("weight", 6), ("y", 7)] {
        let twice = with(name);
        let is_it = |error: &DataError| matches!(error, DataError::DuplicateColumn { column, first, second: 8 } if column == name && *first == place);
        let mut sums = GroupedSums::new(question());
        let error = sums.add_batch(&twice).unwrap_err();
        assert!(matches!(&error, Error::Data(error) if is_it(error)), "{error}");
        assert_eq!(sums, GroupedSums::new(question()));
        let of_panel = Panel::from_record_batches([&twice], &PanelSchema::new("la", "year")).unwrap_err();
        assert_eq!(error.to_string(), of_panel.to_string());
        write(&second, &twice, 100);
        let error = GroupedSums::of_parquet(question(), [&first, &second]).unwrap_err();
        let Error::Data(DataError::InFile { path, why }) = &error else { panic!("{error}") };
        assert!(*path == second.display().to_string() && is_it(why), "{error}");
    }
    let mut sums = GroupedSums::new(question());
    sums.add_batch(&with("other")).unwrap();
    assert_same_shares(&sums, &children.sums());
    write(&second, &with("other"), 100);
    assert_same_shares(&GroupedSums::of_parquet(question(), [&second]).unwrap(), &children.sums());
}

#[test]
fn tables_handed_over_with_a_column_twice_are_refused() {
    let question = SumsQuestion::new(&Model::new("y").component("x", ["x"]), "la", None).unwrap();
    let fingerprint = question.fingerprint();
    let none = || whole(&[0, 0]);
    let centres = batch([
        ("question", texts(&[&fingerprint, &fingerprint])),
        ("unit", texts(&["A", "B"])),
        ("n_units", whole(&[2, 2])),
        ("n", whole(&[2, 2])),
        ("left_out_1", none()),
        ("left_out_2", none()),
        ("left_out_3", none()),
        ("left_out_4", none()),
        ("c1", numbers(&[1.0, 1.0])),
        ("c2", numbers(&[3.0, 3.0])),
    ]);
    let by_unit = |unit: &str, [s1, s2, p1_1, p1_2, p2_2]: [f64; 5], twice: &str| {
        let columns = [
            ("question", texts(&[&fingerprint])),
            ("unit", texts(&[unit])),
            ("n", whole(&[2])),
            ("w", numbers(&[2.0])),
            ("s1", numbers(&[s1])),
            ("s2", numbers(&[s2])),
            ("p1_1", numbers(&[p1_1])),
            ("p1_2", numbers(&[p1_2])),
            ("p2_2", numbers(&[p2_2])),
            (twice, numbers(&[9.0])),
            ("remarks", numbers(&[9.0])),
        ];
        batch(columns)
    };
    let of = |twice: [&str; 2]| {
        let first = by_unit("A", [-1.0, -2.0, 1.0, 2.0, 4.0], twice[0]);
        let second = by_unit("B", [1.0, 2.0, 1.0, 3.0, 10.0], twice[1]);
        GroupedSums::from_record_batches(&question, std::slice::from_ref(&centres), &[first, second], &[])
    };
    for twice in [["w", "remarks"], ["remarks", "w"]] {
        let error = of(twice).unwrap_err();
        assert_eq!(
            error.to_string(),
            "by_unit: column \"w\" appears twice (columns 4 and 10): rename one of them",
            "{twice:?}"
        );
    }
    assert_eq!(of(["remarks", "other"]).unwrap().n_units(), 2);
}

#[test]
fn a_panel_that_was_written_gives_the_sums_of_the_panel() {
    let folder = Folder::new("sums-england");
    let england = Panel::england_2011_2018().unwrap();
    let path = folder.file("england.parquet");
    england.write_parquet(&path).unwrap();
    let model = Model::new("cpp_rate")
        .component("deprivation", ["idaci_2015"])
        .component("spending", ["log(spend_core_per_child)"])
        .component("policy", ["period_effects"])
        .component("practice", ["unit_effects"]);
    let question = SumsQuestion::new(&model, england.unit_column().unwrap(), england.period_column()).unwrap();
    let sums = GroupedSums::of_parquet(question, [&path]).unwrap();
    let (of_sums, of_rows) = (sums.fit(&model).unwrap(), model.fit(&england).unwrap());
    assert_eq!(of_sums.sample().n_observations, of_rows.sample().n_observations);
    let (of_sums, of_rows) = (of_sums.sequential().unwrap(), of_rows.sequential().unwrap());
    for (found, expected) in of_sums.components.iter().zip(&of_rows.components) {
        assert!((found.share_of_total - expected.share_of_total).abs() < 1e-12, "{}", found.name);
    }
}
