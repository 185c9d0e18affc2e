//! A panel that is written reads back equal, with all that is known of it.
#![allow(clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::PathBuf;

use apportion::panel::{Column, Derivation, Join, Missing, UnitRule};
use apportion::sources::Measure;
use apportion::{Panel, PanelSchema, Source};
use proptest::prelude::*;

use crate::common::message;

/// A folder of its own for each test, taken away at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("apportion-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        Folder(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("panel.csv")
    }

    fn document(&self) -> PathBuf {
        self.0.join("panel.provenance.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn round_trip(panel: &Panel, folder: &Folder) -> Panel {
    panel.write_csv(folder.file()).expect("it can be written");
    Panel::read_written(folder.file()).expect("it can be read")
}

/// Equal in all that `==` compares and all that it does not.
#[track_caller]
fn assert_same(panel: &Panel, read: &Panel) {
    assert_eq!(read, panel);
    assert_eq!(read.steps(), panel.steps());
    assert_eq!(read.label_columns(), panel.label_columns());
    for (a, b) in panel.columns().iter().zip(read.columns()) {
        assert_eq!(a.provenance(), b.provenance(), "{}", a.name());
        if let (Ok(a), Ok(b)) = (a.numbers(), b.numbers()) {
            let bits =
                |numbers: &[f64]| numbers.iter().filter(|n| !n.is_nan()).map(|n| n.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(a), bits(b));
        }
    }
}

const MARKS: &str = "unit,year,v,t\n1,1,,a\n1,2,NaN,\n1,3,NA,NaN\n1,4,x,[x]\n1,5,c,[c]\n1,6,z,[z]\n1,7,u,[u]\n1,8,k,[k]\n\
                     1,9,:,:\n1,10,..,..\n1,11,-,-\n1,12,~,~\n1,13,[absent],[absent]\n1,14,[reorganised],[reorganised]\n\
                     1,15,[undefined],[undefined]\n1,16,-0.0,x\n1,17,5e-324,NA\n1,18,0.1,\"a,\"\"b\"\"\nc\"\n";

#[test]
fn every_mark_in_numbers_and_in_text() {
    let folder = Folder::new("marks");
    let panel = Panel::read_csv_from(MARKS.as_bytes(), &PanelSchema::new("unit", "year")).expect("it reads");
    assert_eq!(panel.column("v").expect("v").missing_counts().len(), 15);
    let read = round_trip(&panel, &folder);
    assert_same(&panel, &read);
    assert_eq!(read.column("t").expect("t").missing(4), Some(Missing::Confidential));
}

#[test]
fn what_the_file_alone_would_lose() {
    let folder = Folder::new("kinds");
    let panel = Panel::builder()
        .units(["007", "7"])
        .unit_name("area")
        .periods([201_718, -4])
        .column("n", [1.0, f64::NAN])
        .text_column("code", ["201", "202"])
        .text_column("nothing", ["", ""])
        .population("n")
        .weight("n")
        .build()
        .and_then(|panel| panel.with_labels(["code"]))
        .expect("a panel")
        .with_description("Two rows.");
    let read = round_trip(&panel, &folder);
    assert_same(&panel, &read);
    assert_eq!((read.periods(), read.population_column()), (&[-4, 201_718][..], Some("n")));
    assert_eq!(read.column("code").expect("text").levels().map(<[String]>::len), Some(2));
}

/// Units that are numbers only once others are left out are ordered as numbers, as a reader orders them.
#[test]
fn a_part_of_a_panel() {
    let folder = Folder::new("part");
    let panel = Panel::builder()
        .units(["9", "10", "x", "9"])
        .periods([2018, 2018, 2017, 2019])
        .column("v", [1.0, 2.0, 3.0, 4.0])
        .build()
        .and_then(|panel| panel.in_periods(2018..=2019))
        .expect("a panel");
    assert_eq!(
        (panel.units(), panel.column("v").expect("v").numbers().expect("numbers")),
        (&["9".to_owned(), "10".to_owned()][..], &[1.0, 4.0, 2.0][..])
    );
    assert_same(&panel, &round_trip(&panel, &folder));
}

#[test]
fn cross_sections_and_a_single_column() {
    let folder = Folder::new("cross");
    for csv in ["v\n3\n\"\"\n1\n", "v,t\n3,b\n1,a\n2,c\n"] {
        let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::cross_section()).expect("it reads");
        assert_same(&panel, &round_trip(&panel, &folder));
    }
}

#[test]
fn provenance_and_steps() {
    let folder = Folder::new("provenance");
    let plans = "geog_l,geog_c,geog_n,plans\nLA,201,City of London,0\nLA,202,Camden,143\nLA,203,Greenwich,x\n";
    let children = "code,year,children\n202,2011,40000\n203,2011,60000\n";
    let read = |source: Source, text: &str| {
        source.read_from(std::io::Cursor::new(text.as_bytes().to_vec())).expect("it reads").into_authorities()
    };
    let plans = read(
        Source::one_year("plans.csv", 2012)
            .measure(Measure::count("plans").measured_in("children"))
            .mark("x", Missing::NotAvailable),
        plans,
    );
    let children = read(
        Source::table("children.csv", "code", Some("year")).title("Estimates").publisher("ONS").measure("children"),
        children,
    );
    let panel = plans
        .without(&UnitRule::degenerate_authorities())
        .and_then(|panel| panel.join(&children, &Join::left().period_offset(-1)))
        .and_then(|panel| panel.with_population("children"))
        .and_then(|panel| panel.derive("rate", &Derivation::rate("plans")))
        .expect("they fit together");
    let read = round_trip(&panel, &folder);
    assert_same(&panel, &read);
    assert_eq!((read.steps().len(), read.joins().len()), (2, 1));
    let line = "children in children.csv (Estimates; ONS), period t − 1";
    assert_eq!(read.provenance("children").expect("joined").to_string(), line);
}

#[test]
fn what_would_not_read_back_is_refused() {
    let text =
        |text: &str| Panel::builder().units([1]).periods([2018]).text_column("t", [text]).build().expect("a panel");
    message::error(text("a\rb").to_csv(), &["\"t\"", "1 2018", "carriage return"]);
    message::error(text("a\0b").to_csv(), &["zero byte"]);
    for name in ["", " t", "a\rb"] {
        let panel = Panel::builder().column(name, [1.0]).build().expect("a panel");
        assert!(panel.to_csv().is_err(), "{name:?}");
    }
    assert!(text("a\nb").to_csv().is_ok());
}

#[test]
fn a_document_that_does_not_fit() {
    let folder = Folder::new("fit");
    let panel = Panel::builder().units([1, 2]).periods([2018, 2018]).column("v", [1.0, 2.0]).build().expect("a panel");
    let fresh = || panel.write_csv(folder.file()).expect("it can be written");
    let read = || Panel::read_written(folder.file()).map(|_| ());
    fresh();
    fs::write(folder.file(), "unit,period,v\n1,2018,1\n").expect("it can be changed");
    message::error(read(), &["panel.provenance.json", "2 rows", "has 1"]);
    fs::write(folder.file(), "unit,period,w\n1,2018,1\n2,2018,2\n").expect("it can be changed");
    message::error(read(), &["unit, period, v", "write the panel again"]);
    fresh();
    fs::write(folder.file(), "unit,period,v\n1,2018,1\n2,2018,many\n").expect("it can be changed");
    message::error(read(), &["\"v\"", "line 3", "\"many\""]);
    let document = fs::read_to_string(folder.document()).expect("it is there");
    fs::write(folder.document(), document.replace("\"version\": 1", "\"version\": 9")).expect("it can be changed");
    message::error(read(), &["version 9"]);
    fs::write(folder.document(), "{}").expect("it can be changed");
    message::error(read(), &["is not the document"]);
    fs::remove_file(folder.document()).expect("it is there");
    message::error(read(), &["panel.provenance.json", "cannot read"]);
    message::error(panel.write_csv(folder.0.join("none/panel.csv")), &["cannot write", "panel.provenance.json"]);
}

fn cell() -> impl Strategy<Value = String> {
    let marks = ["", "NA", "NaN", "x", "c", "z", "u", "k", ":", "..", "-", "~", "[absent]", "[x]"];
    prop_oneof![
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(|number| number.to_string()),
        prop::sample::select(marks.to_vec()).prop_map(str::to_owned),
        "[a-cé\"', \n%]{0,6}",
        "[0-9]{1,6}",
    ]
}

proptest! {
    #[test]
    fn any_panel_reads_back(rows in prop::collection::vec((cell(), cell(), any::<f32>()), 1..30), case in 0..u32::MAX) {
        let folder = Folder::new(&format!("any-{case}"));
        let panel = Panel::builder()
            .units(0..rows.len())
            .periods((0..rows.len() as i32).map(|row| row - 3))
            .text_column("a", rows.iter().map(|row| &row.0))
            .text_column("b", rows.iter().map(|row| &row.1))
            .column("n", rows.iter().map(|row| if row.2.is_infinite() { f64::NAN } else { f64::from(row.2) }))
            .build()
            .expect("a panel");
        assert_same(&panel, &round_trip(&panel, &folder));
        prop_assert_eq!(panel.columns().len(), 3);
        prop_assert_eq!(panel.columns().iter().map(Column::name).collect::<Vec<_>>(), ["a", "b", "n"]);
    }
}
