//! Sums written and read, and tables that are not what they should be.
#![allow(clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::PathBuf;

use apportion::error::{DataError, SumsProblem};
use apportion::sums::{GroupedSums, SqlDialect, SumsQuestion};
use apportion::{Error, Model};

use crate::of_rows::{Children, question};

/// A folder of its own for a test, with the tables of the children.
fn written(name: &str) -> (PathBuf, SumsQuestion) {
    let folder = std::env::temp_dir().join(format!("apportion_sums_{name}_{}", std::process::id()));
    let children = Children::new(5);
    let (_, question) = question();
    let rows: Vec<usize> = (0..children.len()).collect();
    children.sums(&question, &rows).write_csv(&folder).expect("written");
    (folder, question)
}

/// The tables with one of them changed, and what is said of them.
fn said_of(name: &str, file: &str, change: impl Fn(&str) -> String) -> String {
    let (folder, question) = written(name);
    let path = folder.join(file);
    let text = fs::read_to_string(&path).expect("a table");
    fs::write(&path, change(&text)).expect("written");
    let (model, _) = crate::of_rows::question();
    let result = GroupedSums::read_csv(&question, &folder).and_then(|sums| sums.fit(&model));
    fs::remove_dir_all(&folder).expect("removed");
    match result {
        Err(error @ Error::Data(DataError::Sums { .. })) => error.to_string(),
        Err(error) => panic!("another error: {error}"),
        Ok(_) => panic!("{file} was taken"),
    }
}

#[test]
fn what_is_written_is_read_back() {
    let (folder, question) = written("back");
    let children = Children::new(5);
    let rows: Vec<usize> = (0..children.len()).collect();
    assert_eq!(GroupedSums::read_csv(&question, &folder).expect("read"), children.sums(&question, &rows));
    // Names in capitals, columns in another order, and counts with a decimal point, as some databases write them.
    let path = folder.join("centres.csv");
    let text = fs::read_to_string(&path).expect("a table");
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let n = lines[0].iter().position(|name| *name == "n").expect("a column");
    let changed = |(at, line): (usize, &Vec<&str>)| {
        let cell = |(column, text): (usize, &&str)| match (at, column == n) {
            (0, _) => text.to_uppercase(),
            (_, true) => format!("{text}.0"),
            _ => text.to_string(),
        };
        let mut cells: Vec<String> = line.iter().enumerate().map(cell).collect();
        cells.reverse();
        cells.join(",")
    };
    let changed = lines.iter().enumerate().map(changed).collect::<Vec<_>>().join("\n");
    fs::write(&path, changed).expect("written");
    assert_eq!(GroupedSums::read_csv(&question, &folder).expect("read").n_observations(), children.len());
    fs::remove_dir_all(&folder).expect("removed");
}

/// Whatever the reason, as many rows are left out of what is read as of what was written.
#[test]
fn rows_left_out_are_written_and_read() {
    let model = Model::new("y").component("x", ["x"]).weights("w");
    let question = SumsQuestion::new(&model, "place", None).expect("a question");
    let mut sums = GroupedSums::new(question.clone());
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let columns: [(&str, &[f64]); 3] = [
        ("y", &[1.0, 2.0, 4.0, nan, 3.0, 5.0, 6.0]),
        ("x", &[0.0, 1.0, 2.0, 1.0, inf, 2.0, 7.0]),
        ("w", &[1.0, 2.0, 1.0, 1.0, 1.0, inf, 0.0]),
    ];
    sums.add_columns(&["A", "A", "B", "B", "B", "C", "C"], None, &columns).expect("sums");
    let folder = std::env::temp_dir().join(format!("apportion_sums_left_out_{}", std::process::id()));
    sums.write_csv(&folder).expect("written");
    let read = GroupedSums::read_csv(&question, &folder).expect("read");
    let left_out = |sums: &GroupedSums| sums.left_out().iter().map(|left_out| left_out.rows).sum::<usize>();
    assert_eq!((left_out(&sums), left_out(&read), read.n_observations(), read.n_units()), (4, 4, 3, 2));
    fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn tables_that_are_cut_short_are_refused() {
    let without_last = |text: &str| {
        let lines: Vec<&str> = text.lines().collect();
        lines[..lines.len() - 1].join("\n")
    };
    let said = said_of("cut_units", "by_unit.csv", without_last);
    assert!(said.contains("it is cut short, or of other rows"), "{said}");
    let said = said_of("cut_centres", "centres.csv", |text| {
        let lines: Vec<&str> = text.lines().collect();
        [&lines[..5], &lines[6..]].concat().join("\n")
    });
    assert!(said.contains("it has 14 rows, and says itself that there are 15: it is cut short"), "{said}");
    let said = said_of("cut_cells", "by_unit_and_period.csv", without_last);
    assert!(said.contains("is not that of its periods in the other table"), "{said}");
    // A unit that the other table does not have.
    let without_unit = |text: &str| {
        text.lines()
            .filter(|line| line.split(',').nth(1).is_none_or(|unit| unit != "205"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let said = said_of("unmatched", "by_unit_and_period.csv", without_unit);
    assert!(said.contains("unit 205 is not in it, and is in by_unit.csv"), "{said}");
    let (folder, question) = written("gone");
    fs::remove_file(folder.join("by_unit_and_period.csv")).expect("removed");
    assert!(matches!(GroupedSums::read_csv(&question, &folder), Err(Error::Data(DataError::Read { .. }))));
    fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn tables_of_no_rows_at_all_are_refused() {
    let cell = |text: &str, row: usize, column: &str, new: &dyn Fn(f64) -> String| {
        let mut lines: Vec<Vec<String>> = text.lines().map(|l| l.split(',').map(str::to_string).collect()).collect();
        let at = lines[0].iter().position(|name| name == column).expect("a column");
        lines[row][at] = new(lines[row][at].parse().unwrap_or(0.0));
        lines.iter().map(|line| line.join(",")).collect::<Vec<_>>().join("\n")
    };
    let said = said_of("negative", "by_unit.csv", |text| cell(text, 2, "p1_1", &|x| (-x).to_string()));
    assert!(said.contains("is less than its mean takes, which no rows give"), "{said}");
    let said = said_of("small", "by_unit.csv", |text| cell(text, 2, "p3_3", &|x| (x / 100.0).to_string()));
    assert!(said.contains("which no rows give") || said.contains("is not that of its periods"), "{said}");
    let said = said_of("weight", "by_unit.csv", |text| cell(text, 1, "w", &|x| (x + 1.0).to_string()));
    assert!(said.contains("a weight of") && said.contains("which no rows without weights give"), "{said}");
    let said = said_of("no_rows", "by_unit_and_period.csv", |text| cell(text, 3, "n", &|_| "0".to_string()));
    assert!(said.contains("has 0 rows and a weight of"), "{said}");
    // Products of two variables, whose squares are as they were: of all units, of one, and beyond any double.
    for (name, factor) in [("products", 5.0), ("opposite", -40.0)] {
        let said =
            said_of(name, "by_unit.csv", |text| cell(text, 2, "p1_2", &|x| (factor * (x.abs() + 10.0)).to_string()));
        assert!(said.contains("are larger than their squares allow, which no rows give"), "{said}");
    }
    let said = said_of("large", "by_unit.csv", |text| cell(text, 2, "p1_1", &|_| "1e300".to_string()));
    assert!(said.contains("leave the range of doubles: put the column in other units"), "{said}");
    let said = said_of("sum", "by_unit_and_period.csv", |text| cell(text, 4, "s2", &|x| (x + 0.5).to_string()));
    assert!(said.contains("the sum of"), "{said}");
    for text in ["", "NaN", "inf", "many"] {
        let said = said_of("number", "by_unit.csv", |table| cell(table, 1, "s1", &|_| text.to_string()));
        assert!(said.contains(&format!("row 1 has \"{text}\" in \"s1\"")), "{said}");
    }
    let said = said_of("unit", "by_unit.csv", |text| cell(text, 1, "unit", &|_| String::new()));
    assert!(said.contains("row 1 has no unit"), "{said}");
    let said = said_of("twice", "by_unit.csv", |text| cell(text, 1, "unit", &|_| "203".to_string()));
    assert!(said.contains("203 stands in two of its rows"), "{said}");
    let said = said_of("unseen", "by_unit.csv", |text| cell(text, 1, "unit", &|_| "203\u{200b}".to_string()));
    assert!(said.contains("203 stands in two of its rows"), "{said}");
    let said = said_of("column", "by_unit.csv", |text| text.replacen("p1_2", "p12", 1));
    assert!(said.contains("it has no column \"p1_2\""), "{said}");
}

#[test]
fn more_rows_than_can_be_counted_are_refused() {
    let (folder, question) = written("many");
    let children = Children::new(5);
    let (model, _) = crate::of_rows::question();
    let most: u64 = (1 << 53) - 1;
    let is_too_many = |error: &Error| {
        let Error::Data(DataError::Sums { why: SumsProblem::TooManyRows { rows, .. }, .. }) = error else {
            return false;
        };
        *rows > most
    };
    let rows: Vec<usize> = (0..children.len()).collect();
    let mut sums = children.sums(&question, &rows);
    let missing = [f64::NAN; 3];
    let columns = [("plan", &missing[..]), ("income", &missing), ("far", &missing)];
    let mut left_out = GroupedSums::new(question.clone());
    left_out.add_columns(&["A"; 3], Some(&[2017; 3]), &columns).expect("sums");
    sums.merge(&left_out).expect("the same question");
    // Doubled until no more can be: what there is then is unchanged, is written and read back, and is fitted.
    let mut doubled = 0;
    let error = loop {
        let again = sums.clone();
        match sums.merge(&again) {
            Ok(()) => doubled += 1,
            Err(error) => {
                assert_eq!(sums, again);
                break error;
            }
        }
    };
    assert!(is_too_many(&error), "{error}");
    let rows_of_both = (children.len() + 3) << (doubled + 1);
    let said =
        format!("the sums: {rows_of_both} rows or more are summed or left out, and at most {most} are counted: ");
    assert!(error.to_string().starts_with(&said), "{error}");
    assert_eq!(sums.n_observations(), children.len() << doubled);
    assert_eq!(sums.left_out()[0].rows, 3 << doubled);
    sums.write_csv(&folder).expect("written");
    assert_eq!(GroupedSums::read_csv(&question, &folder).expect("read").n_observations(), sums.n_observations());
    let (once, often) = (children.sums(&question, &rows), sums.fit(&model).expect("a fit"));
    assert!((often.r2_overall() - once.fit(&model).expect("a fit").r2_overall()).abs() < 1e-9);
    // What is left out is counted, too.
    let error = loop {
        let again = left_out.clone();
        if let Err(error) = left_out.merge(&again) {
            break error;
        }
    };
    assert!(is_too_many(&error), "{error}");
    fs::remove_dir_all(&folder).expect("removed");
    // In tables a count that is too large, or counts that are so together.
    for (file, counts) in [
        ("centres.csv", vec!["9007199254740992"]),
        ("by_unit.csv", vec!["1e300"]),
        ("by_unit.csv", vec!["9e15", "9e15"]),
        ("by_unit_and_period.csv", vec!["18446744073709551615"; 4]),
    ] {
        let change = |text: &str| {
            let mut lines: Vec<Vec<String>> =
                text.lines().map(|line| line.split(',').map(str::to_string).collect()).collect();
            let at = lines[0].iter().position(|name| name == "n").expect("a column");
            lines[1..].iter_mut().zip(&counts).for_each(|(line, count)| line[at] = count.to_string());
            lines.iter().map(|line| line.join(",")).collect::<Vec<_>>().join("\n")
        };
        let said = said_of("count", file, change);
        assert!(said.contains(&format!("{file}: ")) && said.contains("at most 9007199254740991 are counted"), "{said}");
    }
}

#[test]
fn tables_with_a_column_twice_are_refused_where_it_is_read() {
    let with_last = |text: &str, header: &str| {
        let mut lines = text.lines().map(|line| format!("{line},1")).collect::<Vec<_>>();
        lines[0] = format!("{},{header}", text.lines().next().expect("a header"));
        lines.join("\n")
    };
    let of = |name: &str, file: &str, header: &str| {
        let (folder, question) = written(name);
        let path = folder.join(file);
        let text = fs::read_to_string(&path).expect("a table");
        fs::write(&path, with_last(&text, header)).expect("written");
        let sums = GroupedSums::read_csv(&question, &folder);
        fs::remove_dir_all(&folder).expect("removed");
        sums
    };
    // In capitals it is the same name.
    for (file, header) in [("centres.csv", "c1"), ("by_unit.csv", "S1"), ("by_unit_and_period.csv", "n")] {
        let error = of("twice_named", file, header).expect_err("a column twice");
        let Error::Data(DataError::InFile { path, why }) = &error else { panic!("{error}") };
        let column_found =
            matches!(&**why, DataError::DuplicateColumn { column, .. } if *column == header.to_lowercase());
        assert!(path.ends_with(file) && column_found, "{error}");
        assert!(error.to_string().ends_with(": rename one of them"), "{error}");
    }
    // What nobody asks for may be there as often as it likes.
    let (folder, question) = written("twice_unread");
    let path = folder.join("by_unit.csv");
    let text = fs::read_to_string(&path).expect("a table");
    fs::write(&path, with_last(&with_last(&text, "remarks"), "remarks")).expect("written");
    assert!(GroupedSums::read_csv(&question, &folder).is_ok());
    fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn tables_of_another_question_are_refused() {
    let (folder, question) = written("other");
    let other = |terms: [&str; 2], unit: &str, weights: Option<&str>| {
        let model = Model::new("plan").component("one", [terms[0]]).component("other", [terms[1]]);
        let model = weights.into_iter().fold(model, Model::weights);
        SumsQuestion::new(&model, unit, Some("year")).expect("a question")
    };
    let same_columns = other(["log(income)", "far"], "authority", None);
    // Who is credited is no part of the sums.
    assert_eq!(same_columns.fingerprint(), question.fingerprint());
    for question in [
        other(["income", "far"], "authority", None),
        other(["far", "log(income)"], "authority", None),
        other(["log(income)", "far"], "region", None),
        other(["log(income)", "far"], "authority", Some("weight")),
    ] {
        let error = GroupedSums::read_csv(&question, &folder).expect_err("another question");
        assert!(
            matches!(&error, Error::Data(DataError::Sums { why: SumsProblem::OtherQuestion { .. }, .. })),
            "{error}"
        );
    }
    fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn queries_say_what_they_mean_in_every_dialect() {
    let model = Model::new("log(`the \"plan\"`)")
        .component("one", ["asinh(income)", "power(far, 2)", "sqrt(far):log1p(income)"])
        .weights("w");
    let question = SumsQuestion::new(&model, "authority", Some("year")).expect("a question");
    for dialect in SqlDialect::ALL {
        let queries = question.sql(dialect, "children");
        let cells = queries.by_unit_and_period.clone().expect("periods");
        for query in [&queries.centres, &queries.by_unit, &cells] {
            assert_eq!(query.matches('(').count(), query.matches(')').count(), "{dialect}");
            assert!(query.contains(&question.fingerprint()));
            let quoted = if matches!(dialect, SqlDialect::Spark | SqlDialect::BigQuery) {
                "`the \"plan\"`"
            } else {
                "\"the \"\"plan\"\"\""
            };
            assert!(query.contains(quoted), "{dialect}: {query}");
        }
        // Squares are of centred values alone.
        assert!(queries.by_unit.contains("SUM(w * d1 * d1)") && !queries.by_unit.contains("v1 * v1"));
    }
}
