//! Reorganised areas, worked out by hand on small panels.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::panel::{AreaRule, Missing, ReorganisationReport, Reorganisations, Step, UnitRule};
use apportion::{Panel, PanelSchema};

use crate::common::message;

const PLANS: &str = "\
unit,year,name,n,rate,score,pop
202,2019,Camden,1,1,1,10
202,2020,Camden,2,2,1,10
835,2019,Dorset (pre-2019),40,40,4,100
838,2020,Dorset,30,35,,90
836,2019,Poole,6,20,6,30
837,2019,Bournemouth,7,10,7,70
839,2020,BCP,25,50,8,110
";

fn read(csv: &str) -> Panel {
    let schema = PanelSchema::new("unit", "year").population("pop");
    let panel = Panel::read_csv_from(csv.as_bytes(), &schema).expect("it reads");
    if panel.has_column("name") { panel.with_labels(["name"]).expect("a label") } else { panel }
}

fn rule() -> AreaRule {
    AreaRule::constant().counts(["n"]).rates(["rate"]).scores(["score"])
}

fn constant(csv: &str, rule: &AreaRule) -> Panel {
    read(csv).reorganise(&Reorganisations::england(), rule).expect("it can be reorganised")
}

fn report(panel: &Panel) -> ReorganisationReport {
    match panel.steps().last() {
        Some(Step::Reorganised(report)) => report.clone(),
        other => panic!("{other:?}"),
    }
}

/// Unit, period and value of a column.
fn cells(panel: &Panel, column: &str) -> Vec<(String, std::result::Result<f64, Missing>)> {
    let column = panel.column(column).expect("a column");
    let numbers = column.numbers().expect("numbers");
    (0..panel.n_observations())
        .map(|row| (panel.row_label(row), column.missing(row).map_or(Ok(numbers[row]), Err)))
        .collect()
}

#[track_caller]
fn check(panel: &Panel, column: &str, expected: &[(&str, std::result::Result<f64, Missing>)]) {
    let expected: Vec<_> = expected.iter().map(|(label, value)| ((*label).to_owned(), *value)).collect();
    assert_eq!(cells(panel, column), expected);
}

#[test]
fn a_merger_adds_counts_averages_rates_and_flags_what_moved() {
    let panel = constant(PLANS, &rule());
    check(
        &panel,
        "n",
        &[
            ("202 2019", Ok(1.0)),
            ("202 2020", Ok(2.0)),
            ("838 2019", Ok(40.0)),
            ("838 2020", Ok(30.0)),
            ("839 2019", Ok(13.0)),
            ("839 2020", Ok(25.0)),
        ],
    );
    assert_eq!(cells(&panel, "rate")[4].1, Ok((20.0 * 30.0 + 10.0 * 70.0) / 100.0));
    assert_eq!(cells(&panel, "pop")[4].1, Ok(100.0));
    assert_eq!(cells(&panel, "score")[3].1, Err(Missing::Empty));
    assert_eq!(cells(&panel, "score")[4].1, Err(Missing::Reorganised));
    let flags: Vec<_> = cells(&panel, "boundary_changed").into_iter().map(|(_, flag)| flag).collect();
    assert_eq!(flags, [Ok(0.0), Ok(0.0), Ok(1.0), Ok(1.0), Ok(1.0), Ok(1.0)]);
    assert_eq!(panel.column("name").expect("a label").text(4), Some("Bournemouth, Christchurch and Poole"));
    let report = report(&panel);
    assert_eq!(report.areas["839"], ["836", "837", "839"]);
    assert!(report.flagged["838"].contains("Christchurch"), "{report}");
    assert!(report.to_string().contains("839 does not add up exactly"), "{report}");
}

#[test]
fn areas_united_over_a_boundary_change_add_up() {
    let panel = constant(PLANS, &rule().unite_boundary_changes());
    check(
        &panel,
        "n",
        &[("202 2019", Ok(1.0)), ("202 2020", Ok(2.0)), ("838+839 2019", Ok(53.0)), ("838+839 2020", Ok(55.0))],
    );
    assert!(!panel.has_column("boundary_changed"));
    let total = |panel: &Panel| panel.column("n").expect("n").numbers().expect("numbers").iter().sum::<f64>();
    assert_eq!(total(&panel), total(&read(PLANS)));
}

#[test]
fn averages_of_scores_are_asked_for() {
    let panel = constant(PLANS, &rule().average_scores());
    assert_eq!(cells(&panel, "score")[4].1, Ok((6.0 * 30.0 + 7.0 * 70.0) / 100.0));
}

const SPLIT: &str = "\
unit,year,n,rate,score,pop
928,2021,100,10,5,1000
940,2022,50,8,6,400
941,2022,c,12,7,600
";

#[test]
fn a_split_puts_successors_together() {
    let panel = constant(SPLIT, &rule());
    check(&panel, "n", &[("928 2021", Ok(100.0)), ("928 2022", Err(Missing::Confidential))]);
    check(&panel, "rate", &[("928 2021", Ok(10.0)), ("928 2022", Ok((8.0 * 400.0 + 12.0 * 600.0) / 1000.0))]);
    check(&panel, "score", &[("928 2021", Ok(5.0)), ("928 2022", Err(Missing::Reorganised))]);
}

#[test]
fn a_part_without_a_row_is_named() {
    let panel = constant(&SPLIT.replace("941,2022,c,12,7,600\n", ""), &rule());
    check(&panel, "n", &[("928 2021", Ok(100.0)), ("928 2022", Err(Missing::Absent))]);
    assert_eq!(report(&panel).absent, ["941 2022"]);
}

#[test]
fn events_outside_the_periods_change_nothing() {
    let csv = "unit,year,n,rate,score,pop\n895,2022,1,1,1,1\n896,2022,2,2,2,2\n940,2022,3,3,3,3\n";
    let panel = constant(csv, &rule());
    assert_eq!(panel.column("n").expect("n"), read(csv).column("n").expect("n"));
    assert_eq!(panel.units(), ["895", "896", "940"]);
}

#[test]
fn codes_are_the_latest_throughout() {
    let csv = "unit,year,n\nE10000002,2020,1\nE06000060,2021,2\nE09000007,2020,3\n";
    for rule in [AreaRule::end_and_begin(), AreaRule::constant(), AreaRule::leave_out()] {
        let panel = constant_plain(csv, &rule);
        check(&panel, "n", &[("E06000060 2020", Ok(1.0)), ("E06000060 2021", Ok(2.0)), ("E09000007 2020", Ok(3.0))]);
        assert_eq!(report(&panel).recoded["E10000002"], "E06000060");
    }
}

fn constant_plain(csv: &str, rule: &AreaRule) -> Panel {
    let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("unit", "year")).expect("it reads");
    panel.reorganise(&Reorganisations::england(), rule).expect("it can be reorganised")
}

#[test]
fn splits_by_code() {
    let csv = "unit,year,n\nE10000006,2023,300\nE06000063,2024,140\nE06000064,2024,170\n";
    let panel = constant_plain(csv, &AreaRule::constant().counts(["n"]));
    check(&panel, "n", &[("E10000006 2023", Ok(300.0)), ("E10000006 2024", Ok(310.0))]);
}

#[test]
fn two_events_in_a_row() {
    let table = "effective,kind,from_number,from_code,from_name,to_number,to_code,to_name,source,note\n\
                 2019-04-01,merge,1,A1,A,3,C3,C,,\n2019-04-01,merge,2,B2,B,3,C3,C,,\n2021-04-01,recode,3,C3,C,3,D3,C,,\n\
                 2022-04-01,split,3,D3,C,4,E4,E,,\n2022-04-01,split,3,D3,C,5,F5,F,,\n";
    let table = Reorganisations::read_csv_from(table.as_bytes()).expect("it reads");
    let panel = |csv: &str| Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("unit", "year")).expect("it reads");
    let rule = AreaRule::constant().counts(["n"]);
    let all = panel("unit,year,n\nA1,2018,1\nB2,2018,2\nC3,2020,4\nD3,2022,5\nE4,2023,3\nF5,2023,3\n");
    let constant = all.reorganise(&table, &rule).expect("it can");
    let values: Vec<_> = cells(&constant, "n").into_iter().map(|(_, value)| value).collect();
    assert_eq!((constant.n_units(), values), (1, vec![Ok(3.0), Ok(4.0), Ok(5.0), Ok(6.0)]));
    // Over the merger alone the successor gives its name, under its latest code.
    let early = panel("unit,year,n\nA1,2018,1\nB2,2018,2\nC3,2020,4\n").reorganise(&table, &rule).expect("it can");
    check(&early, "n", &[("D3 2018", Ok(3.0)), ("D3 2020", Ok(4.0))]);
}

#[test]
fn areas_end_and_begin_or_are_left_out() {
    let kept = constant(PLANS, &AreaRule::end_and_begin());
    assert_eq!(kept.column("n").expect("n"), read(PLANS).column("n").expect("n"));
    let without = constant(PLANS, &AreaRule::leave_out());
    assert_eq!(without.units(), ["202"]);
    assert_eq!(report(&without).left_out, ["835", "836", "837", "838", "839"]);
}

#[test]
fn rows_of_areas_that_did_not_exist() {
    let late = PLANS.replace("836,2019", "836,2020");
    let england = Reorganisations::england();
    for rule in [rule(), AreaRule::end_and_begin(), AreaRule::leave_out()] {
        message::error(
            read(&late).reorganise(&england, &rule),
            &["unit 836", "2020", "2020-03-31", "ended before 2019-04-01", "periods_end()"],
        );
    }
    // Mid-year figures of 2019 are of the successors.
    let mid_year = "unit,year,n,pop\n836,2018,1,1\n837,2018,2,1\n839,2019,4,2\n";
    message::error(read(mid_year).reorganise(&england, &rule_of_n()), &["unit 839", "begins on 2019-04-01"]);
    let panel = constant(mid_year, &rule_of_n().periods_end(6, 30));
    check(&panel, "n", &[("839 2018", Ok(3.0)), ("839 2019", Ok(4.0))]);
    // A row without a value says nothing, and is counted.
    let empty = "unit,year,n,pop\n836,2018,1,1\n837,2018,2,1\n836,2020,x,-\n839,2020,4,2\n";
    assert_eq!(report(&constant(empty, &rule_of_n())).empty_rows, 1);
}

fn rule_of_n() -> AreaRule {
    AreaRule::constant().counts(["n"])
}

#[test]
fn what_the_caller_has_to_say() {
    let england = Reorganisations::england();
    let panel = read(PLANS);
    message::error(panel.reorganise(&england, &AreaRule::constant().counts(["n"])), &["rate, score", "counts()"]);
    message::error(panel.reorganise(&england, &rule().rates(["rates"])), &["no column \"rates\"", "\"rate\""]);
    message::error(panel.reorganise(&england, &rule().periods_end(13, 1)), &["month 13"]);
    message::error(panel.reorganise(&england, &rule().flag("n")), &["\"n\"", "flag()"]);
    let without = Panel::read_csv_from(PLANS.as_bytes(), &PanelSchema::new("unit", "year")).expect("it reads");
    message::error(without.reorganise(&england, &rule().counts(["pop"])), &["with_population()"]);
    let early = Panel::builder().units([1]).periods([-1]).column("n", [1.0]).build().expect("a panel");
    message::error(early.reorganise(&england, &rule_of_n()), &["period -1 is no year"]);
    let cross = Panel::builder().column("n", [1.0]).build().expect("a panel");
    message::error(cross.reorganise(&england, &rule_of_n()), &["needs a unit column"]);
}

#[test]
fn units_left_out_by_a_rule() {
    let panel = read(PLANS);
    let rule = UnitRule::new("small").unit(202, "one street").unit("838", "gone");
    let left = panel.without(&rule).expect("both are there");
    assert_eq!(left.units(), ["835", "836", "837", "839"]);
    assert_eq!(
        left.steps()[0].to_string(),
        "left out by the rule \"small\": 202 Camden (2 rows), one street; 838 Dorset (1 row), gone"
    );
    message::error(panel.without(&UnitRule::new("r").unit(203, "why")), &["no unit \"203\"", "\"202\""]);
    let none = panel.without(&UnitRule::degenerate_authorities()).expect("a panel need not have them");
    assert_eq!((none.n_observations(), none.steps().len()), (7, 1));
}

fn table(rows: &str) -> Reorganisations {
    let header = "effective,kind,from_number,from_code,from_name,to_number,to_code,to_name,source,note\n";
    Reorganisations::read_csv_from(format!("{header}{rows}").as_bytes()).expect("it reads")
}

#[test]
fn two_codes_of_one_area_in_one_period_are_not_added_up() {
    let csv = "unit,year,n\nE10000002,2020,1\nE06000060,2020,2\nE06000060,2021,2\n";
    let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("unit", "year")).expect("it reads");
    for rule in [rule_of_n(), AreaRule::end_and_begin(), AreaRule::leave_out()] {
        let result = panel.reorganise(&Reorganisations::england(), &rule);
        message::error(result, &["E10000002", "E06000060", "2020-04-01", "period 2020"]);
    }
}

#[test]
fn labels_that_are_codes_or_numbers_are_not_taken_for_names() {
    let csv = "unit,year,code,name,region,ons,n\n\
               836,2019,E06000029,Poole,South West,1,6\n\
               837,2019,E06000028,Bournemouth,South West,2,7\n\
               839,2020,E06000058,\"Bournemouth, Christchurch and Poole\",South West,3,25\n";
    let schema = PanelSchema::new("unit", "year");
    for labels in [["code", "name", "region", "ons"], ["region", "ons", "code", "name"]] {
        let panel =
            Panel::read_csv_from(csv.as_bytes(), &schema).expect("it reads").with_labels(labels).expect("labels");
        let panel = panel.reorganise(&Reorganisations::england(), &rule_of_n()).expect("it can be reorganised");
        let text = |column: &str, row| panel.column(column).expect("a label").text(row).map(str::to_owned);
        assert_eq!(text("code", 0), None);
        assert_eq!(panel.column("code").expect("a label").missing(0), Some(Missing::Reorganised));
        assert_eq!(text("code", 1).as_deref(), Some("E06000058"));
        assert_eq!(text("name", 0).as_deref(), Some("Bournemouth, Christchurch and Poole"));
        assert_eq!(text("region", 0).as_deref(), Some("South West"));
        check(&panel, "ons", &[("839 2019", Err(Missing::Reorganised)), ("839 2020", Ok(3.0))]);
    }
}

#[test]
fn united_areas_have_the_names_of_both() {
    let panel = constant(PLANS, &rule().unite_boundary_changes());
    let name = panel.column("name").expect("a label").text(2);
    assert_eq!(name, Some("Dorset + Bournemouth, Christchurch and Poole"));
}

#[test]
fn a_boundary_change_outside_the_periods_flags_nothing() {
    let table =
        table("2019-04-01,merge,1,,A,3,,C,,\n2019-04-01,merge,2,,B,3,,C,,\n2030-04-01,boundary change,3,,C,4,,D,,\n");
    let panel = read("unit,year,n,pop\n1,2019,1,1\n2,2019,2,1\n3,2020,4,2\n4,2019,1,1\n4,2020,1,1\n");
    let constant = panel.reorganise(&table, &rule_of_n()).expect("it can be reorganised");
    assert!(report(&constant).flagged.is_empty() && !constant.has_column("boundary_changed"));
    let events = report(&constant).events;
    assert_eq!(events.iter().map(|event| event.from.name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
}

#[test]
fn a_boundary_change_alone_is_flagged_or_united() {
    let table = table("2019-04-01,boundary change,1,,A,2,,B,,\n");
    let panel = read("unit,year,n,pop\n1,2019,5,1\n1,2020,4,1\n2,2019,1,1\n2,2020,2,2\n3,2019,9,1\n3,2020,9,1\n");
    let apart = panel.reorganise(&table, &rule_of_n()).expect("it can be reorganised");
    let flags: Vec<_> = cells(&apart, "boundary_changed").into_iter().map(|(_, flag)| flag).collect();
    assert_eq!(flags, [Ok(1.0), Ok(1.0), Ok(1.0), Ok(1.0), Ok(0.0), Ok(0.0)]);
    assert_eq!(report(&apart).flagged["2"], "a part of A went to B (2019-04-01)");
    let united = panel.reorganise(&table, &rule_of_n().unite_boundary_changes()).expect("it can be reorganised");
    check(&united, "n", &[("1+2 2019", Ok(6.0)), ("1+2 2020", Ok(6.0)), ("3 2019", Ok(9.0)), ("3 2020", Ok(9.0))]);
}

#[test]
fn an_area_that_takes_in_another_goes_on() {
    let table = table("2019-04-01,merge,1,,A,2,,B,,\n2019-04-01,merge,2,,B,2,,B,,\n");
    let panel = read("unit,year,n,pop\n1,2019,5,1\n2,2019,1,1\n2,2020,7,2\n");
    let constant = panel.reorganise(&table, &rule_of_n()).expect("it can be reorganised");
    check(&constant, "n", &[("2 2019", Ok(6.0)), ("2 2020", Ok(7.0))]);
    let late = read("unit,year,n,pop\n1,2019,5,1\n2,2019,1,1\n1,2020,7,2\n");
    message::error(late.reorganise(&table, &rule_of_n()), &["unit 1", "ended before 2019-04-01"]);
}

#[test]
fn totals_stay_as_they_were() {
    let table = Reorganisations::england();
    let before_and_after =
        [(2019, &[835, 836, 837][..], &[838, 839][..]), (2021, &[928], &[940, 941]), (2023, &[909], &[942, 943])];
    let (mut units, mut periods, mut plans, mut children) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for year in 2016..=2025 {
        let alive = before_and_after.iter().flat_map(|(last, old, new)| if year <= *last { *old } else { *new });
        for &unit in alive.chain(&[201, 825]) {
            units.push(unit);
            periods.push(year);
            plans.push(f64::from(unit * 7 % 113 + year % 5));
            children.push(f64::from(unit * 31 % 977 + 100));
        }
    }
    let panel = Panel::builder().units(units).periods(periods).column("n", &plans).column("pop", &children);
    let panel = panel.population("pop").build().expect("a panel");
    let total = |panel: &Panel, column: &str| -> f64 {
        panel.column(column).expect("a column").numbers().expect("numbers").iter().sum()
    };
    for rule in [rule_of_n(), rule_of_n().unite_boundary_changes()] {
        let constant = panel.reorganise(&table, &rule).expect("it can be reorganised");
        // Whole numbers add up exactly in any order.
        assert_eq!((total(&constant, "n"), total(&constant, "pop")), (total(&panel, "n"), total(&panel, "pop")));
        assert!(constant.is_balanced() && report(&constant).absent.is_empty());
    }
}
