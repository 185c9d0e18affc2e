//! Arrow record batches and Parquet files: what each type becomes, what is refused, and England there and back.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use apportion::error::{ArrowProblem, DataError, SourceError};
use apportion::panel::{ColumnKind, Missing, Values};
use apportion::sources::arrow_array::builder::{ListBuilder, StringDictionaryBuilder};
use apportion::sources::arrow_array::types::{Int8Type, Int32Type};
use apportion::sources::arrow_array::*;
use apportion::{Error, Panel, PanelSchema, Result};
use parquet::arrow::ArrowWriter;

/// A folder of a test's own, gone at its end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("apportion-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

pub(crate) fn numbers(values: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

pub(crate) fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

pub(crate) fn whole(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

pub(crate) fn dictionary(values: &[Option<&str>]) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    values.iter().for_each(|value| builder.append_option(*value));
    Arc::new(builder.finish())
}

fn cross(batch: &RecordBatch) -> Result<Panel> {
    Panel::from_record_batches([batch], &PanelSchema::cross_section())
}

/// The problem of Arrow's in an error, with where it is.
#[track_caller]
pub(crate) fn problem<T>(result: Result<T>) -> (String, ArrowProblem) {
    match result {
        Err(Error::Source(SourceError::Arrow { origin, why })) => (origin, why),
        Err(error) => panic!("another error: {error}"),
        Ok(_) => panic!("it must be refused"),
    }
}

/// A panel with nothing but the plain kind of missing, and without what a batch does not hold.
#[track_caller]
fn assert_same_values(back: &Panel, panel: &Panel) {
    assert_eq!((back.units(), back.periods()), (panel.units(), panel.periods()));
    assert_eq!((back.unit_indices(), back.period_indices()), (panel.unit_indices(), panel.period_indices()));
    let names = |panel: &Panel| panel.columns().iter().map(|column| column.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(back), names(panel));
    for (back, column) in back.columns().iter().zip(panel.columns()) {
        assert_eq!(back.values(), column.values(), "{}", column.name());
        for row in 0..panel.n_observations() {
            assert_eq!(back.missing(row), column.missing(row).map(|_| Missing::Empty), "{} {row}", column.name());
        }
    }
}

#[test]
fn england_through_parquet_and_back() {
    let folder = Folder::new("england-parquet");
    let england = Panel::england().unwrap();
    let path = folder.file("england.parquet");
    england.write_parquet(&path).unwrap();
    let schema = PanelSchema::new(england.unit_column().unwrap(), england.period_column().unwrap());
    let back = Panel::read_parquet(&path, &schema).unwrap();
    assert!(england.columns().iter().any(|column| column.kind() == ColumnKind::Text));
    assert!(england.columns().iter().any(|column| column.n_missing() > 0));
    assert_same_values(&back, &england);
    // Once nothing but what a batch holds is left, the panels are equal.
    let path = folder.file("again.parquet");
    back.write_parquet(&path).unwrap();
    assert_eq!(Panel::read_parquet(&path, &schema).unwrap(), back);
    assert!(!path.with_extension("parquet.unfinished").exists());
}

#[test]
fn every_type_of_numbers() {
    let some: [Option<i8>; 3] = [Some(3), None, Some(-1)];
    let mut of_numbers = PrimitiveArray::<Int8Type>::builder(3);
    some.iter().for_each(|key| of_numbers.append_option(key.map(|_| 0)));
    let keys = of_numbers.finish();
    let of_numbers = DictionaryArray::new(keys, Arc::new(Float32Array::from(vec![0.5])));
    macro_rules! array {
        ($array:ident, $number:ty) => {
            Arc::new($array::from(vec![Some(3 as $number), None, Some(1 as $number)])) as ArrayRef
        };
    }
    let decimal = |values: Vec<Option<i128>>| Decimal128Array::from(values).with_precision_and_scale(20, 2).unwrap();
    let wide = Decimal256Array::from(vec![Some(arrow_value("300")), None, Some(arrow_value("-25"))]);
    let batch = batch([
        ("i8", array!(Int8Array, i8)),
        ("i16", array!(Int16Array, i16)),
        ("i32", array!(Int32Array, i32)),
        ("i64", array!(Int64Array, i64)),
        ("u8", array!(UInt8Array, u8)),
        ("u16", array!(UInt16Array, u16)),
        ("u32", array!(UInt32Array, u32)),
        ("u64", array!(UInt64Array, u64)),
        ("f32", array!(Float32Array, f32)),
        ("f64", array!(Float64Array, f64)),
        ("bool", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
        ("decimal", Arc::new(decimal(vec![Some(1050), None, Some(-10)]))),
        ("wide", Arc::new(wide.with_precision_and_scale(40, 1).unwrap())),
        ("dictionary", Arc::new(of_numbers)),
        ("nothing", Arc::new(NullArray::new(3))),
    ]);
    let panel = cross(&batch).unwrap();
    let of = |name: &str| {
        let column = panel.column(name).unwrap();
        assert_eq!(column.missing(1), Some(Missing::Empty), "{name}");
        let numbers = column.numbers().unwrap();
        [numbers[0], numbers[2]]
    };
    for name in ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64"] {
        assert_eq!(of(name), [3.0, 1.0], "{name}");
    }
    assert_eq!((of("bool"), of("decimal"), of("wide")), ([1.0, 0.0], [10.5, -0.1], [30.0, -2.5]));
    assert_eq!(of("dictionary"), [0.5, 0.5]);
    assert_eq!(panel.column("nothing").unwrap().n_missing(), 3);
}

/// A number of 256 bits.
fn arrow_value(digits: &str) -> <types::Decimal256Type as ArrowPrimitiveType>::Native {
    digits.parse().unwrap()
}

#[test]
fn a_number_with_more_digits_than_a_double_is_refused_by_name() {
    let largest = 1 << 53;
    assert_eq!(
        cross(&batch([("n", whole(&[1, -largest]))])).unwrap().column("n").unwrap().numbers().unwrap()[1],
        -9007199254740992.0
    );
    let unsigned: ArrayRef = Arc::new(UInt64Array::from(vec![u64::MAX]));
    let decimal = |value: i128, scale| -> ArrayRef {
        Arc::new(Decimal128Array::from(vec![0, value]).with_precision_and_scale(38, scale).unwrap())
    };
    let most = Decimal256Array::from(vec![arrow_value(&"9".repeat(60))]).with_precision_and_scale(70, 3).unwrap();
    for (array, row, digits) in [
        (whole(&[1, largest + 1]), 1, "9007199254740993"),
        (whole(&[i64::MIN]), 0, "-9223372036854775808"),
        (unsigned, 0, "18446744073709551615"),
        (decimal(12_345_678_901_234_567_890_123, 5), 1, "123456789012345678.90123"),
        (Arc::new(most), 0, &format!("{}.999", "9".repeat(57))),
    ] {
        let error = cross(&batch([("n", array)])).unwrap_err();
        assert!(error.to_string().contains(&format!("column \"n\", row {row}: {digits} has more digits")), "{error}");
    }
    // Zeros at the end are digits of the type alone, and a large scale is none of the number's.
    for (value, scale, number) in
        [(10_i128.pow(30), 5, 1e25), (10_i128.pow(30), 30, 1.0), (5, 38, 5e-38), (5, -3, 5000.0)]
    {
        let panel = cross(&batch([("n", decimal(value, scale))])).unwrap();
        assert_eq!(panel.column("n").unwrap().numbers().unwrap()[1], number, "{value} {scale}");
    }
}

#[test]
fn texts_and_their_marks() {
    let values = ["North", "[c]", "x", "10.10"];
    let large: ArrayRef = Arc::new(LargeStringArray::from(values.to_vec()));
    let view: ArrayRef = Arc::new(StringViewArray::from(values.to_vec()));
    for array in [texts(&values), large, view, dictionary(&values.map(Some))] {
        let name = array.data_type().to_string();
        let column = cross(&batch([("t", array)])).unwrap().column("t").unwrap().clone();
        assert_eq!(
            (column.text(0), column.missing(1), column.text(2)),
            (Some("North"), Some(Missing::Confidential), Some("x")),
            "{name}"
        );
        assert_eq!(column.text(3), Some("10.10"), "{name}");
    }
    let empty: ArrayRef = Arc::new(DictionaryArray::<Int32Type>::new(Int32Array::from(vec![None, None]), texts(&[])));
    assert_eq!(cross(&batch([("t", empty)])).unwrap().column("t").unwrap().n_missing(), 2);

    // Texts of digits stay texts, unless they are said to be numbers: then marks are those of numbers.
    let digits = batch([("n", texts(&["1,234", "c", "-9"])), ("y", numbers(&[1.5, -9.0, f64::NAN]))]);
    assert_eq!(cross(&digits).unwrap().column("n").unwrap().kind(), ColumnKind::Text);
    let schema = PanelSchema::cross_section().numbers(["n"]).missing_marks([("-9", Missing::NotApplicable)]);
    let panel = Panel::from_record_batches([&digits], &schema).unwrap();
    let n = panel.column("n").unwrap();
    assert_eq!(
        (n.numbers().unwrap()[0], n.missing(1), n.missing(2)),
        (1234.0, Some(Missing::Confidential), Some(Missing::NotApplicable))
    );
    let y = panel.column("y").unwrap();
    assert_eq!(
        (y.missing(0), y.missing(1), y.missing(2)),
        (None, Some(Missing::NotApplicable), Some(Missing::NotANumber))
    );
    // And numbers are text where that is asked for.
    let panel = Panel::from_record_batches([&digits], &PanelSchema::cross_section().texts(["y"])).unwrap();
    assert_eq!(panel.column("y").unwrap().levels().unwrap(), ["-9", "1.5"]);
}

#[test]
fn units_and_periods_of_every_kind() {
    let expected =
        Panel::builder().units(["202", "203"]).periods([2018, 2018]).column("y", [1.0, 2.0]).build().unwrap();
    let floats = numbers(&[202.0, 203.0]);
    for unit in [texts(&["202", " 203.0 "]), whole(&[202, 203]), floats, dictionary(&[Some("202"), Some("203")])] {
        for period in [texts(&["2017-18", "2018"]), whole(&[201_718, 2018]), numbers(&[2018.0, 201_718.0])] {
            let batch = batch([("unit", unit.clone()), ("period", period), ("y", numbers(&[1.0, 2.0]))]);
            let panel = Panel::from_record_batches([&batch], &PanelSchema::new("unit", "period")).unwrap();
            assert_eq!(panel, expected);
        }
    }
    let schema = PanelSchema::new("unit", "period").weight("y");
    let of = |unit: ArrayRef, period: ArrayRef, y: &[f64]| {
        Panel::from_record_batches([batch([("unit", unit), ("period", period), ("y", numbers(y))])], &schema)
    };
    let error = of(dictionary(&[Some("202"), None]), whole(&[2018, 2018]), &[1.0, 2.0]).unwrap_err();
    assert!(matches!(&error, Error::Data(DataError::MissingKey { column, .. }) if column == "unit"), "{error}");
    let error = of(whole(&[1, 2]), whole(&[2018, 2018]), &[1.0, -2.0]).unwrap_err();
    assert!(matches!(&error, Error::Data(DataError::Negative { .. })), "{error}");
    let error = of(whole(&[1, 1]), whole(&[2018, 2018]), &[1.0, 2.0]).unwrap_err();
    assert!(matches!(&error, Error::Data(DataError::DuplicateRow { .. })), "{error}");
    let days: ArrayRef = Arc::new(Date32Array::from(vec![17_000, 18_000]));
    let (_, why) = problem(of(whole(&[1, 2]), days, &[1.0, 2.0]));
    assert_eq!(
        why.to_string(),
        "column \"period\" is of type Date32: make a column of whole numbers of it, such as the year in which the period ends"
    );
}

#[test]
fn a_type_that_is_not_read_is_refused_unless_nobody_asks_for_it() {
    let mut lists = ListBuilder::new(Int32Array::builder(1));
    lists.append_value([Some(1)]);
    for (array, advice) in [
        (Arc::new(lists.finish()) as ArrayRef, "take what is needed of it out"),
        (Arc::new(TimestampSecondArray::from(vec![0])), "such as the year"),
        (Arc::new(Time32SecondArray::from(vec![0])), "such as hours or days"),
        (Arc::new(BinaryArray::from(vec![&b"a"[..]])), "cast it to text"),
    ] {
        let batch = batch([("la", texts(&["A"])), ("odd", array), ("y", numbers(&[1.0]))]);
        let (origin, why) = problem(Panel::from_record_batches([&batch], &PanelSchema::default().unit("la")));
        assert_eq!(origin, "record batch 1");
        assert!(matches!(&why, ArrowProblem::Type { column, .. } if column == "odd"), "{why}");
        assert!(why.to_string().contains(advice), "{why}");
        let schema = PanelSchema::default().unit("la").only(["y"]);
        assert_eq!(Panel::from_record_batches([&batch], &schema).unwrap().n_observations(), 1);
    }
}

#[test]
fn batches_of_other_columns_are_refused_by_name() {
    let schema = PanelSchema::default().unit("la");
    let first = batch([("la", texts(&["A"])), ("y", numbers(&[1.0]))]);
    let read = |second: RecordBatch| Panel::from_record_batches([&first, &second], &schema);
    // In another order, as another type of number, and with what nobody asked for.
    let panel = read(batch([("y", whole(&[2])), ("z", whole(&[2])), ("la", dictionary(&[Some("B")]))])).unwrap();
    assert_eq!((panel.units().len(), panel.column("y").unwrap().numbers().unwrap()), (2, &[1.0, 2.0][..]));
    let (origin, why) = problem(read(batch([("la", texts(&["B"])), ("y", texts(&["2"]))])));
    assert_eq!(
        format!("{origin}: {why}"),
        "record batch 2: column \"y\" is of type Utf8, and of Float64 in what came before: cast it to one type throughout"
    );
    let (_, why) = problem(read(batch([("la", whole(&[1])), ("y", numbers(&[2.0]))])));
    assert!(matches!(&why, ArrowProblem::OtherType { column, .. } if column == "la"), "{why}");
    let (_, why) = problem(read(batch([("la", texts(&["B"])), ("yy", numbers(&[2.0]))])));
    assert_eq!(why, ArrowProblem::NoColumn { column: "y".to_owned(), nearest: vec!["yy".to_owned(), "la".to_owned()] });
    assert!(matches!(
        Panel::from_record_batches(Vec::<RecordBatch>::new(), &schema),
        Err(Error::Data(DataError::NoRows { .. }))
    ));
    // A column of nothing goes with either.
    let nothing = batch([("la", texts(&["C"])), ("y", Arc::new(NullArray::new(1)))]);
    let text = batch([("la", texts(&["B"])), ("y", texts(&["high"]))]);
    let panel = Panel::from_record_batches([&nothing, &text, &nothing.slice(0, 0)], &schema).unwrap();
    let Values::Text { codes, .. } = panel.column("y").unwrap().values() else { panic!("text") };
    assert_eq!(codes, &[0, Values::NO_LEVEL]);
}

fn small_file() -> Vec<u8> {
    let batch = batch([
        ("la", dictionary(&[Some("A"), Some("B"), Some("A"), Some("B")])),
        ("year", whole(&[2017, 2017, 2018, 2018])),
        ("y", numbers(&[1.0, 2.5, -3.0, 4.0])),
        ("t", texts(&["low", "high", "low", "high"])),
    ]);
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn files_that_are_cut_short_or_are_none_are_refused_by_name() {
    let folder = Folder::new("hostile-parquet");
    let path = folder.file("plans.parquet");
    let schema = PanelSchema::new("la", "year");
    let whole = small_file();
    let read = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        Panel::read_parquet(&path, &schema)
    };
    assert_eq!(read(&whole).unwrap().n_observations(), 4);
    let mut lengths: Vec<usize> = (0..whole.len()).step_by(7).collect();
    lengths.extend([1, 3, 4, 8, 12, whole.len() - 1, whole.len() - 4, whole.len() - 8]);
    for length in lengths {
        let (origin, why) = problem(read(&whole[..length]));
        assert_eq!(origin, path.display().to_string());
        assert!(matches!(why, ArrowProblem::Unreadable { .. }), "{length}: {why}");
    }
    for garbage in [
        &b"la,year,y\nA,2018,1\n"[..],
        &[0; 4096],
        b"PAR1PAR1PAR1",
        b"PAR1\xff\xff\xff\x7fPAR1",
        b"PK\x03\x04 a workbook",
    ] {
        let (_, why) = problem(read(garbage));
        assert!(why.to_string().contains("is it a Parquet file, and whole?"), "{why}");
    }
    // The description is whole, the rows are not.
    let mut damaged = whole.clone();
    damaged[4..200].fill(0xff);
    let (_, why) = problem(read(&damaged));
    assert!(matches!(why, ArrowProblem::RowGroup { group: 0, .. }), "{why}");
    assert!(matches!(
        Panel::read_parquet(folder.file("none.parquet"), &schema),
        Err(Error::Data(DataError::Read { .. }))
    ));
}

#[test]
fn no_file_with_a_changed_byte_makes_it_panic() {
    let folder = Folder::new("changed-parquet");
    let path = folder.file("plans.parquet");
    let whole = small_file();
    for at in 0..whole.len() {
        for changed in [0xff, whole[at] ^ 0x01] {
            let mut bytes = whole.clone();
            bytes[at] = changed;
            fs::write(&path, &bytes).unwrap();
            let _ = Panel::read_parquet(&path, &PanelSchema::new("la", "year"));
        }
    }
}
