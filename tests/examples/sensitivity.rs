//! The example `sensitivity`: its document, and what it refuses. `key_factors` beside it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use serde_json::Value;

use crate::common::example::{Directory, example, json_of, printed, refused};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn england_without_arguments_is_the_question_of_the_nao() {
    let document = json_of(example("sensitivity").args(["--json", "--sample=300", "--seed=4"]));
    let specifications = document["specifications"].as_array().unwrap();
    assert!(!specifications.is_empty() && specifications.len() < 300, "rules leave some of 300 out");
    for of in specifications {
        let choices = of["choices"].as_object().unwrap();
        assert!(choices.contains_key("outcome") && choices.contains_key("order") && choices.contains_key("weights"));
        let sum: f64 = of["shares"].as_array().unwrap().iter().map(|share| number(&share["share_of_total"])).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{of}");
    }
    for range in document["ranges"].as_array().unwrap() {
        let [min, p05, median, p95, max] = ["min", "p05", "median", "p95", "max"].map(|of| number(&range[of]));
        assert!(min <= p05 && p05 <= median && median <= p95 && p95 <= max, "{range}");
    }
    for moved in document["moved_by"].as_array().unwrap() {
        let choices = moved["choices"].as_array().unwrap();
        let sum: f64 = choices.iter().map(|choice| number(&choice["share_of_variation"])).sum();
        assert!((sum - number(&moved["r2"])).abs() < 1e-9 && choices[0]["choice"].is_string());
    }
    let nearest = &document["nearest"];
    assert_eq!(number(&nearest["figures"]["practice"]), 0.44);
    let off = |of: &Value| {
        let share = |share: &Value| {
            let figure = &nearest["figures"][share["name"].as_str().unwrap()];
            (number(&share["share_of_total"]) - number(figure)).abs()
        };
        of["shares"].as_array().unwrap().iter().map(share).fold(0.0, f64::max)
    };
    assert_eq!(off(&nearest["specification"]), number(&nearest["largest_difference"]));
    assert!(specifications.iter().all(|of| off(of) >= number(&nearest["largest_difference"])));
    assert!((0.0..=1.0).contains(&number(&document["same_order"])));
    assert!(document["verdict"].as_str().unwrap().starts_with("The components rank as in the base"));
    assert!(number(&document["elapsed_ms"]) > 0.0);
    // The base is the plain question, in the NAO's window.
    let share = |name: &str| {
        let shares = document["base"]["shares"].as_array().unwrap();
        number(&shares.iter().find(|share| share["name"] == name).unwrap()["share_of_total"])
    };
    assert!((share("practice") - 0.400).abs() < 0.01, "{}", share("practice"));
}

#[test]
fn alternatives_are_said_and_refused() {
    let folder = Directory::new();
    let rows = (0..40).map(|row| {
        let (unit, year) = (row / 5, row % 5);
        format!(
            "A{unit},{},{},{},{},r{}",
            2011 + year,
            10 + unit + row * 7 % 5,
            row * 5 % 11,
            1 + row * 3 % 7,
            unit % 2
        )
    });
    let csv = format!("area,year,rate,x,z,region\n{}\n", rows.collect::<Vec<_>>().join("\n"));
    let file = folder.write("panel.csv", &csv);
    let asked = |arguments: &[&str]| {
        let mut command = example("sensitivity");
        command.arg("--data").arg(&file).args(["--outcome=rate", "--unit=area", "--period=year"]);
        command.args(["--component=cause=x", "--component=place=unit_effects"]).args(arguments);
        command
    };
    let csv = printed(&mut asked(&["--csv", "--also=cause=log(z)", "--also=cause=x,log(z)", "--leave-out=region"]));
    // Three sets, all or without one of two regions, two orders and the mean of them.
    assert_eq!(csv.lines().count(), 1 + 3 * 3 * 3);
    assert!(csv.starts_with("outcome,cause,units left out,order,cause,place,unexplained,error\n"), "{csv}");
    let text = printed(&mut asked(&["--also-weights=z", "--one-order", "--interval=root", "--figures=place=0.5"]));
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains("2 points of all figures"), "{text}");
    let refusal = |arguments: &[&str]| refused(&mut asked(arguments));
    assert!(refusal(&["--also=plac=x"]).contains("no component \"plac\""), "{}", refusal(&["--also=plac=x"]));
    assert!(refusal(&["--also=place=x"]).contains("it is a term of cause and of place"));
    assert!(refusal(&["--maybe=cause=nothing"]).contains("nothing"));
    assert!(refusal(&["--window=2018"]).contains("as 2011-2018"));
    assert!(refusal(&["--window=2014-2011"]).contains("2014"));
    assert!(refusal(&["--figures=place"]).contains("practice=0.44"));
    assert!(refusal(&["--figures=plac=0.4"]).contains("plac"));
    assert!(refusal(&["--sample=0"]).contains("sample is 0"));
    assert!(refusal(&["--count=rate", "--population=x"]).contains("leave out --compare and --count"));
    assert!(refusal(&["--method=gelbach"]).contains("--method"));
    assert!(refusal(&["--leave-out=year"]).contains("year"));
}

#[test]
fn key_factors_are_of_spending_and_of_plans() {
    let document = json_of(example("key_factors").args(["--json", "--draws=50", "--size=3"]));
    let found = document["key_factors"].as_array().unwrap();
    let outcomes: Vec<&str> = found.iter().map(|of| of["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["spend_core_per_child", "cpp_rate"]);
    for of in found {
        let factors = of["factors"].as_array().unwrap();
        let chosen = factors.iter().filter(|factor| factor["is_chosen"] == true);
        let sum: f64 = chosen.clone().map(|factor| number(&factor["share"]["share_of_total"])).sum();
        assert_eq!(chosen.count(), 3);
        assert!((sum - number(&of["r2_overall"])).abs() < 1e-9);
        let often: f64 = factors.iter().map(|factor| number(&factor["selected"])).sum();
        assert!((often - 3.0).abs() < 1e-9, "three are chosen in every draw");
    }
    let text = printed(example("key_factors").args(["--draws=50", "--size=3"]));
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(refused(example("key_factors").args(["--size=0"])).contains("size"));
}
