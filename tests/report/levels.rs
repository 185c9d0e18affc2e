//! Levels as tables: names of any length, nesting of any depth, and what is apart from the shares.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::decompose::Levels;
use apportion::{Method, Model, Panel};

const WIDTH: usize = 80;

fn levels(component: &str, columns: [&str; 3], nested: &[&str]) -> Levels {
    let rows: Vec<usize> = (0..48).collect();
    let group = |size: usize| rows.iter().map(move |row| format!("g{}", row / size)).collect::<Vec<_>>();
    let mut panel = Panel::builder()
        .units(rows.iter().map(|row| format!("u{}", row / 4)))
        .periods(rows.iter().map(|row| 2001 + (row % 4) as i32))
        .column("y", rows.iter().map(|row| ((row * row * 7 + 3 * row) % 23) as f64))
        .column("x", rows.iter().map(|row| ((row * row * 5 + row) % 19) as f64));
    for (column, size) in columns.iter().zip([24, 16, 8]) {
        panel = panel.text_column(*column, group(size));
    }
    // Groups of 16 do not nest in those of 24, so that the middle column stands alone.
    let model = Model::new("y").component(component, ["x"]).component("practice", ["unit_effects"]);
    let fit = model.fit(&panel.build().expect("a panel")).expect("it fits");
    let both = [Method::Sequential { order: Vec::new() }, Method::Last];
    let levels = fit.levels_in(nested).and_then(|nesting| nesting.methods(&both)).expect("it splits");
    levels.with_intervals(&fit.jackknife().expect("units")).expect("intervals")
}

#[test]
fn no_line_is_wider_than_eighty_columns_and_no_name_is_lost() {
    let long = "a cause whose name says everything that can be said of it, and then some more of it";
    let columns = ["a region with quite a long name", "middle", "a county with a name that is as long as that"];
    for nested in [&[][..], &[columns[0]], &["middle"], &[columns[0], columns[2]]] {
        let text = levels(long, columns, nested).to_string();
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{} characters: {line}", line.chars().count());
        }
        // Whatever lines it is broken into.
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(long), "{text}");
        assert!(nested.iter().all(|name| words.contains(name)), "{text}");
    }
}

#[test]
fn every_level_adds_up_in_print() {
    let text = levels("cause", ["region", "middle", "county"], &["region", "county"]).to_string();
    assert!(text.starts_with("y, levels: region, county_in_region, unit_in_county, within\n48 observations"), "{text}");
    assert!(text.contains("95% jackknife intervals, 12 clusters left out in turn"), "{text}");
    assert!(text.contains("beside the shares, and no part of them\n  R² between units, slopes of its own: "), "{text}");
    let number = |cell: &str| cell.parse::<f64>().unwrap_or_else(|_| panic!("{cell} is no number"));
    let all: Vec<f64> = text
        .lines()
        .find(|line| line.starts_with("all "))
        .map(|line| line.split_whitespace().skip(1).map(number).collect())
        .expect("a line of sums");
    assert_eq!((all.len(), all[4]), (5, 100.0));
    assert!((all[..4].iter().sum::<f64>() - 100.0).abs() < 0.3, "{all:?}");
    // Shares that do not sum are not summed.
    assert_eq!(text.matches("\nall ").count(), 1, "{text}");
}
