//! The examples, run as a user runs them: exit codes, standard output and standard error.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use apportion::Report;
use serde_json::{Value, json};

use crate::common::example::{Directory, example, json_of, printed, refused};
use crate::common::schema::check_valid;

const UNITS: usize = 12;
const YEARS: usize = 5;

/// A panel of 12 units and 5 financial years with one suppressed cell, an infinite value where no model looks, and no
/// line end in the end.
fn panel() -> String {
    let mut lines = vec!["area,year,rate,low_income,spend,children,odd".to_string()];
    for unit in 0..UNITS {
        for year in 0..YEARS {
            let at = unit * YEARS + year;
            let [a, b, c] = [7, 11, 13].map(|prime| ((at * at * prime + at * 5) % 17) as f64);
            let low_income = if at == 8 { "x".to_string() } else { format!("{:.1}", 10.0 + a + unit as f64) };
            let rate = 30.0 + 1.5 * (a + unit as f64) + 0.2 * b + 2.0 * year as f64 + 0.6 * c;
            let period = format!("{}-{}", 2010 + year, 11 + year);
            let children = 1_000 + 100 * unit;
            lines.push(format!("A{unit:02},{period},{rate:.2},{low_income},{},{children},1e999", 500.0 + b));
        }
    }
    lines.join("\n")
}

/// `decompose` on that panel, with its question.
fn decompose(data: &Path) -> Command {
    let mut command = example("decompose");
    command.arg("--data").arg(data).args(["--outcome", "rate", "--unit", "area", "--period", "year"]);
    command.args(["--component", "deprivation=low_income", "--component", "spending=log(spend)"]);
    command.args(["--component", "policy=period_effects", "--component", "practice=unit_effects"]);
    command
}

/// `nao_breakdown` on such a panel, without components.
fn nao_breakdown(data: &Path, outcome: &str) -> Command {
    let mut command = example("nao_breakdown");
    command.arg("--data").arg(data).args(["--outcome", outcome, "--unit", "area", "--period", "year"]);
    command
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn names(method: &Value) -> Vec<&str> {
    method["components"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect()
}

/// The components' and the unexplained share of the total.
fn total(method: &Value) -> f64 {
    let credited: f64 = method["components"].as_array().unwrap().iter().map(|c| number(&c["share_of_total"])).sum();
    let always = method.get("always").map_or(0.0, |always| number(&always["share_of_total"]));
    credited + always + number(&method["unexplained"]["share_of_total"])
}

fn assert_fits(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{} characters: {line}", line.chars().count());
    }
}

#[test]
fn quickstart_prints_three_tables() {
    let text = printed(&mut example("quickstart"));
    assert_fits(&text);
    for part in
        ["cpp_rate, sequential: ", "cpp_rate, shapley: ", "over all 4! orders", "simulated England", "corrected"]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

/// The figures of the simulated panel round to what was published; those of England are the ones that the documents of the
/// project name.
#[test]
fn nao_breakdown_sets_open_data_beside_the_published_figures() {
    let directory = Directory::new();
    let text = printed(example("nao_breakdown").current_dir(&directory.0));
    assert!(directory.entries().is_empty(), "{:?}", directory.entries());
    assert_fits(&text);
    for (name, published, nearest, plain) in [
        ("deprivation", 15.0, "13.7", "22.7"),
        ("spending", 6.0, "6.2", "8.7"),
        ("policy", 10.0, "8.1", "0.8"),
        ("practice", 44.0, "46.2", "39.8"),
        ("unexplained", 25.0, "25.9", "27.9"),
    ] {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in\n{text}"));
        let [_, simulated, _, first, _, second, _, nao] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        assert_eq!(simulated.parse::<f64>().unwrap().round(), published, "{line}");
        assert_eq!((first, second, nao.parse::<f64>().unwrap()), (nearest, plain, published), "{line}");
    }
    for part in [
        "HC 1868",
        "95% root intervals",
        "38.2 (27.2 to 50.8)",
        "34.9 (",
        "32.3 (22.6 to 43.4)",
        "115,776 specifications",
        "over 3 years and more",
        "never published its specification",
        "not what it causes",
        "Open Government Licence",
    ] {
        let on_one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(on_one_line.contains(part), "{part} is not in\n{text}");
    }
    // Without intervals nothing is left out, and there are no corrected shares.
    let bare = printed(example("nao_breakdown").args(["--interval", "none"]));
    assert!(bare.contains("46.2") && !bare.contains("corrected") && !bare.contains("(27.2"), "{bare}");
}

#[test]
fn nao_breakdown_prints_the_methods_that_are_asked_for_of_each_panel() {
    let text = printed(example("nao_breakdown").args(["--method", "sequential", "--method", "shapley"]));
    assert_fits(&text);
    let lines: Vec<&str> = text.lines().collect();
    for (head, panel) in [
        ("cpp_rate, sequential", "simulated"),
        ("Beside the NAO", "simulated"),
        ("cpp_rate, share of total over all", "simulated"),
        ("How to read", "simulated"),
        ("cpp_rate, shapley", "simulated"),
        ("log(cpp_start_rate), sequential", "English local authorities"),
    ] {
        let at = lines.iter().position(|line| line.starts_with(head)).unwrap_or_else(|| panic!("no {head} in\n{text}"));
        let block = &lines[at.saturating_sub(2)..(at + 3).min(lines.len())];
        assert!(block.iter().any(|line| line.starts_with(panel)), "{head} does not say {panel}\n{text}");
    }
}

#[test]
fn nao_breakdown_writes_json_where_it_is_told_to() {
    let directory = Directory::new();
    let out = directory.0.join("deep").join("er");
    let printed_json = json_of(example("nao_breakdown").arg("--json").arg("--out").arg(&out));
    let written: Value = serde_json::from_slice(&fs::read(out.join("nao_breakdown.json")).unwrap()).unwrap();
    assert_eq!(printed_json, written);
    check_valid::<Report>(&written);
    assert_eq!(names(&written["methods"][0]), ["deprivation", "spending", "policy", "practice"]);
    let (range, shapley) = (&written["order_range"], &written["methods"][1]["components"]);
    assert_eq!(range.as_array().unwrap().len(), 4);
    for (i, name) in ["deprivation", "spending", "policy", "practice"].into_iter().enumerate() {
        assert_eq!(range[i]["name"], name);
        let [min, mean, max] = ["min", "mean", "max"].map(|key| number(&range[i][key]));
        assert!(min < mean && mean < max, "{name}");
        assert!((mean - number(&shapley[i]["share_of_total"])).abs() < 1e-12, "{name}");
    }
    assert!(written["panel"].as_str().unwrap().starts_with("simulated"));
    for (question, practice, rows) in
        [("nearest", 0.461_716_381_311_300_05, 1_197), ("plain", 0.398_355_431_721_794_05, 1_168)]
    {
        let england = &written["england"][question];
        assert_eq!(england["n_observations"], rows, "{question}");
        let components = england["methods"][0]["components"].as_array().unwrap();
        let found = components.iter().find(|component| component["name"] == "practice").unwrap();
        assert!((number(&found["share_of_total"]) - practice).abs() < 1e-9, "{question}");
    }
    // R 4.2.2, `glm(…, family = poisson)` of the counts out of the population; see tests/shared/deviance.rs.
    let counts = &written["england"]["counts"];
    let practice = &counts["methods"][0]["components"][3];
    assert_eq!((&practice["name"], &counts["n_observations"]), (&json!("practice"), &json!(1_168)));
    assert!((number(&practice["share_of_total"]) - 0.382_130_262_212_12).abs() < 1e-9);
    assert!((number(&counts["deviance"]["chance"]) - 0.020_396_591_624_372_417).abs() < 1e-9);

    let file = directory.write("file", "");
    let error = refused(example("nao_breakdown").arg("--out").arg(&file));
    assert!(error.contains("cannot write"), "{error}");
}

/// Units and periods whose counts are 1, 2 and 4 in a hundred, by what is poor alone.
const COUNTED: &str = "area,year,poor,people,plans\nA,2017,0,300,3\nA,2018,1,500,10\nB,2017,1,100,2\nB,2018,2,200,8\n\
                       C,2017,0,100,1\nC,2018,2,400,16\nD,2017,1,200,4\nD,2018,0,800,8\n";

#[test]
fn counts_are_split_out_of_their_exposure() {
    let directory = Directory::new();
    let data = directory.write("counted.csv", COUNTED);
    let command = |name: &str, arguments: &[&str]| {
        let mut command = example(name);
        command.arg("--data").arg(&data).args(["--outcome", "plans", "--unit", "area", "--period", "year"]);
        command.args(["--component", "poverty=poor", "--component", "place=unit_effects"]).args(arguments);
        command
    };
    let poisson = ["--family", "poisson", "--exposure", "people"];
    for name in ["decompose", "nao_breakdown"] {
        let answer = json_of(command(name, &poisson).args(["--json", "--method", "sequential"]));
        check_valid::<Report>(&answer);
        let poverty = &answer["methods"][0]["components"][0];
        assert!((number(&poverty["share_of_total"]) - 1.0).abs() < 1e-9, "{name}: {poverty}");
        assert_eq!(
            (&answer["deviance"]["family"], &answer["deviance"]["exposure"]),
            (&json!("poisson"), &json!("people"))
        );
    }
    let text = printed(&mut command("decompose", &poisson));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("deviance explained 100.0%") && !text.contains("R²"), "{text}");
    assert!(text.contains("Poisson counts out of people, whose logarithm has a coefficient of one"), "{text}");
    let cases: [(&[&str], &str); 5] = [
        (&["--noise", "ar1"], "noise is ar1"),
        (&["--cluster", "year"], "cluster is year"),
        (&["--compare"], "set the family to gaussian"),
        (&["--method", "genizi"], "splits sums of squares"),
        (&["--method", "gelbach"], "set the family to gaussian"),
    ];
    for (arguments, expected) in cases {
        let line = refused(command("decompose", &poisson).args(arguments));
        assert!(line.contains(expected), "{arguments:?}: {line}");
    }
    let line = refused(&mut command("decompose", &["--exposure", "people"]));
    assert!(line.contains("set the family to poisson"), "{line}");
}

#[test]
fn nao_breakdown_takes_another_panel() {
    let directory = Directory::new();
    let data = directory.write("panel.csv", &panel());
    let components = ["--component", "deprivation=low_income", "--component", "place=unit_effects"];
    let text = printed(nao_breakdown(&data, "rate").args(components));
    assert!(text.contains("rate, sequential: deprivation → place") && text.contains("over all 2! orders"), "{text}");
    assert!(!text.contains("simulated"), "{text}");
    assert!(!text.contains("NAO") && !text.contains("HC 1868"), "{text}");
    assert!(text.contains("not what it causes. It depends on the order:\n"), "{text}");

    let of_nao = directory.write("nao.csv", &panel().replacen(",rate,", ",cpp_rate,", 1));
    let text = printed(nao_breakdown(&of_nao, "cpp_rate").args(components));
    assert!(text.contains("HC 1868"), "{text}");
    let beside: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("Beside")).collect();
    assert!(beside[2].ends_with("15  deprivation"), "{}", beside[2]);
    assert!(beside[3].starts_with("place ") && !beside[3].contains("44"), "{}", beside[3]);
    assert!(!text.contains("25  unexplained"), "{text}");

    let error = refused(example("nao_breakdown").args(["--outcome", "rate"]));
    assert!(error.contains("--data"), "{error}");
    let error = refused(example("nao_breakdown").arg("--data").arg(&data));
    assert!(error.contains("--outcome") && error.contains("--component"), "{error}");
}

#[test]
fn nao_breakdown_leaves_out_what_too_many_components_forbid() {
    let directory = Directory::new();
    let data = directory.write("panel.csv", &panel());
    let with = |n: usize| {
        let mut command = nao_breakdown(&data, "rate");
        command.args((0..n).flat_map(|i| ["--component".to_string(), format!("cause {i}=low_income,log(spend)")]));
        command
    };
    let no_range = "over 25 components needs 2^25 coalitions, at most 24 components";
    let text = printed(with(25).args(["--method", "sequential"]));
    assert_fits(&text);
    let one_line = text.replace('\n', " ");
    assert!(one_line.contains(no_range) && one_line.contains("How to read"), "{text}");
    assert_eq!(text.matches("Left out: ").count(), 1);
    assert!(!text.contains("orders\n"), "{text}");

    let json = json_of(with(25).args(["--method", "sequential", "--json"]));
    assert_eq!(json.get("order_range"), None);
    let warnings: Vec<&str> = json["warnings"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
    assert!(warnings.iter().any(|warning| warning.contains(no_range)), "{warnings:?}");

    // Shapley shares, which nobody asked for, are left out as well.
    let text = printed(&mut with(37));
    let one_line = text.replace('\n', " ");
    assert!(one_line.contains("Left out: shapley over 37 components"), "{text}");
    assert!(text.contains("rate, sequential") && !text.contains("rate, shapley"), "{text}");
    let error = refused(with(37).args(["--method", "shapley"]));
    assert!(error.contains("shapley over 37 components"), "{error}");
}

#[test]
fn nao_breakdown_says_so_where_no_order_moves_a_share() {
    let directory = Directory::new();
    // Balanced, and x varies within units in the same way: no order matters.
    let rows: String = (0..UNITS * YEARS)
        .map(|at| (at / YEARS, at % YEARS))
        .map(|(unit, year)| format!("A{unit:02},{},{},{year}\n", 2010 + year, unit * unit % 7 + year * year))
        .collect();
    let data = directory.write("panel.csv", &format!("area,year,rate,x\n{rows}"));
    let stays = "here no order moves a share";
    for components in [&["--component", "x=x", "--component", "place=unit_effects"][..], &["--component", "x=x"]] {
        let text = printed(nao_breakdown(&data, "rate").args(components));
        assert_fits(&text);
        assert!(text.replace('\n', " ").contains(stays) && !text.contains("in another"), "{text}");
        assert_eq!(text.contains("over all 2! orders"), components.len() == 4, "{text}");
    }
    let twice = ["--component", "x=x", "--component", "again=x"];
    let text = printed(nao_breakdown(&data, "rate").args(twice));
    assert!(!text.contains(stays) && text.contains(" gets 0.0% in one order and "), "{text}");
}

#[test]
fn the_command_of_the_readme_runs_as_it_stands() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, command) = readme.split_once("--example decompose -- ").unwrap();
    let (command, _) = command.split_once("```").unwrap();
    let arguments = command.replace("\\\n", " ");
    let arguments = arguments.split_whitespace().map(|argument| argument.trim_matches('\''));
    let directory = Directory::new();
    let header = "cpp_rate,la_number,year,idaci_2015,spend_core_per_child";
    let rows: String = panel().lines().skip(1).fold(header.to_string(), |rows, line| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{rows}\n{},{},{},{},{}", cells[2], cells[0], cells[1], cells[3], cells[4])
    });
    directory.write("england.csv", &rows);
    let text = printed(example("decompose").current_dir(&directory.0).args(arguments));
    assert!(text.starts_with("cpp_rate, sequential: deprivation → spending → policy → practice\n"), "{text}");
    for column in header.split(',') {
        assert!(readme.contains(&format!("`{column}`")), "{column}");
    }
}

#[test]
fn decompose_prints_a_table_for_each_method() {
    let directory = Directory::new();
    let data = directory.write("panel.csv", &panel());
    let text = printed(&mut decompose(&data));
    assert_fits(&text);
    assert!(text.starts_with("rate, sequential: deprivation → spending → policy → practice\n"), "{text}");
    assert!(text.contains("59 observations, 12 units, 5 periods"), "{text}");
    assert!(text.contains("\n1 row left out: low_income missing: suppressed or not available (x)\n"), "{text}");
    assert!(text.contains("warning: 12 clusters are few"), "{text}");
    assert_eq!(text.matches("95% root intervals: 12 units left out in turn").count(), 2);

    let text = printed(decompose(&data).args(["--method", "shapley", "--method", "shapley", "--interval", "none"]));
    assert!(
        text.starts_with("rate, shapley: ") && !text.contains("sequential") && !text.contains("interval"),
        "{text}"
    );
    assert_eq!(text.matches("rate, shapley").count(), 1);
}

#[test]
fn decompose_prints_one_json_document() {
    let directory = Directory::new();
    let data = directory.write("panel.csv", &panel());
    let json = json_of(decompose(&data).arg("--json"));
    check_valid::<Report>(&json);
    assert_eq!(
        [&json["outcome"], &json["n_observations"], &json["n_units"], &json["n_periods"]],
        [&json!("rate"), &json!(UNITS * YEARS - 1), &json!(UNITS), &json!(YEARS)]
    );
    let reason = "low_income missing: suppressed or not available (x)";
    assert_eq!(json["dropped"], json!([{"reason": reason, "rows": 1}]));
    assert_eq!(json["interval"], json!({"kind": "root", "level": 0.95, "clusters": UNITS, "degenerate": 0}));
    let order = ["deprivation", "spending", "policy", "practice"];
    assert_eq!(json["methods"][0]["order"], json!(order));
    assert_eq!(json["methods"][1].get("order"), None);
    for (method, name) in json["methods"].as_array().unwrap().iter().zip(["sequential", "shapley"]) {
        assert_eq!(method["method"], name);
        assert_eq!(names(method), order);
        assert!((total(method) - 1.0).abs() < 1e-12, "{}", total(method));
        let explained: f64 =
            method["components"].as_array().unwrap().iter().map(|c| number(&c["share_of_explained"])).sum();
        assert!((explained - 1.0).abs() < 1e-12, "{explained}");
        let unexplained = number(&method["unexplained"]["share_of_total"]);
        assert!((unexplained + number(&json["r2_overall"]) - 1.0).abs() < 1e-12);
        for part in method["components"].as_array().unwrap().iter().chain([&method["unexplained"]]) {
            let [lower, upper, error] = ["lower", "upper", "std_error"].map(|key| number(&part[key]));
            assert!(error > 0.0 && upper > lower && lower >= 0.0 && part["bias"].is_number(), "{part}");
            // Even about the share on the scale of the root, unless cut off at zero.
            let middle = (lower.sqrt() + upper.sqrt()) / 2.0;
            assert!(lower == 0.0 || (middle - number(&part["share_of_total"]).sqrt()).abs() < 1e-12, "{part}");
            let corrected = number(&part["corrected"]["share_of_total"]);
            assert!((number(&part["share_of_total"]) - number(&part["chance"]) - corrected).abs() < 1e-12, "{part}");
        }
        let corrected = |part: &Value| number(&part["corrected"]["share_of_total"]);
        let sum: f64 = method["components"].as_array().unwrap().iter().map(corrected).sum();
        assert!((sum + corrected(&method["unexplained"]) - 1.0).abs() < 1e-12, "{sum}");
        let models: Vec<&Value> =
            method["unit_effects_by_model"].as_array().unwrap().iter().map(|m| &m["model"]).collect();
        assert_eq!(models, ["independent", "persistent", "ar1"]);
    }
    assert_ne!(json["methods"][0]["components"], json["methods"][1]["components"]);
    assert!(json["methods"][0]["components"].as_array().unwrap().iter().all(|c| number(&c["chance_p"]) <= 1.0));
    assert_eq!([&json["noise"]["model"], &json["noise"]["from_lag"]], [&json!("persistent"), &json!(3)]);
    assert_eq!(json["noise"]["semivariogram"].as_array().unwrap().len(), YEARS - 1);
    assert_eq!(json["noise"]["autocovariances"].as_array().unwrap().len(), YEARS);
    for (key, target) in [("share_of_total", "in-sample"), ("corrected", "superpopulation")] {
        assert!(json["targets"][key].as_str().unwrap().starts_with(target), "{}", json["targets"]);
    }
    for step in ["read", "fit", "decompose", "bootstrap"] {
        assert!(number(&json["elapsed_ms"][step]) >= 0.0);
    }
    assert!(json["warnings"].as_array().unwrap().iter().any(|w| w.as_str().unwrap().starts_with("12 clusters")));
}

#[test]
fn decompose_follows_the_order_of_the_components() {
    let directory = Directory::new();
    let data = directory.write("panel.csv", &panel());
    let sequential = |order: [&str; 2]| {
        let mut command = example("decompose");
        command.arg("--data").arg(&data).args(["--outcome", "rate", "--unit", "area", "--period", "year", "--json"]);
        command.args(["--method", "sequential", "--interval", "none"]);
        json_of(command.args(order.iter().flat_map(|component| ["--component", component])))["methods"][0].clone()
    };
    let first = sequential(["income=low_income", "place=factor(area)"]);
    let last = sequential(["place=factor(area)", "income=low_income"]);
    assert_eq!((names(&first), names(&last)), (vec!["income", "place"], vec!["place", "income"]));
    let income = |method: &Value, at: usize| number(&method["components"][at]["share_of_total"]);
    assert!(income(&first, 0) > income(&last, 1) + 0.1, "{first} {last}");
    assert_eq!(first["components"][0].get("lower"), None);
}

#[test]
fn decompose_takes_weights_what_is_always_in_and_cross_sections() {
    let directory = Directory::new();
    let data = directory.write("panel.csv", &panel());
    let mut command = example("decompose");
    command.arg("--data").arg(&data).args(["--outcome", "log(rate)", "--component", "income=low_income,log(spend)"]);
    command.args(["--always", "year,factor(area)", "--json", "--interval", "none"]);
    let plain = json_of(&mut command);
    assert_eq!((&plain["n_units"], &plain["n_periods"], plain.get("interval")), (&json!(0), &json!(0), None));
    assert!(number(&plain["methods"][0]["always"]["share_of_total"]) > 0.0);
    assert!((total(&plain["methods"][0]) - 1.0).abs() < 1e-12);
    let weighted = json_of(command.args(["--weights", "children"]));
    assert_ne!(plain["r2_overall"], weighted["r2_overall"]);
    assert!((total(&weighted["methods"][0]) - 1.0).abs() < 1e-12);
}

#[test]
fn decompose_draws_the_same_on_any_number_of_threads() {
    let directory = Directory::new();
    let data = directory.write("panel.csv", &panel());
    let drawn = |threads: &str, seed: &str, kind: &str| {
        let mut command = decompose(&data);
        command.args(["--interval", kind, "--bootstrap", "3000", "--level", "0.9", "--json"]);
        let mut json = json_of(command.args(["--threads", threads, "--seed", seed]));
        json.as_object_mut().unwrap().remove("elapsed_ms").unwrap();
        json
    };
    for kind in ["percentile", "basic", "normal", "bca"] {
        let json = drawn("1", "5", kind);
        assert_eq!(
            json["interval"],
            json!({"kind": kind, "level": 0.9, "clusters": UNITS, "replicates": 3000, "seed": 5, "degenerate": 0})
        );
        assert_eq!(json, drawn("2", "5", kind));
        assert_ne!(json["methods"], drawn("1", "6", kind)["methods"]);
    }
}

#[test]
fn decompose_refuses_bad_input_in_one_line() {
    let directory = Directory::new();
    let data = directory.write("panel.csv", &panel());
    let ragged = directory.write("ragged.csv", "area,year,rate,low_income,spend\nA,2011,1\n");
    let with = |arguments: &[&str]| refused(decompose(&data).args(arguments));
    let cases: [(&[&str], &str); 33] = [
        (&["--component", "more=low_incone"], "no column \"low_incone\": did you mean \"low_income\""),
        (&["--component", "more=log(spend"], "expected `)`"),
        (&["--component", "more="], "term \"\""),
        (&["--component", "more"], "NAME=TERM"),
        (&["--component", "=spend"], "no name before `=`"),
        (&["--component", "policy=spend"], "component \"policy\" is named twice"),
        (&["--component", "more=rate"], "the outcome \"rate\" is also used in component \"more\""),
        (&["--component", "more=odd"], "the value is infinite"),
        (&["--always", "log(spend)),x"], "`)` is not expected here"),
        (&["--weights", "wheight"], "no column \"wheight\""),
        (&["--method", "magic"], "there is no such method: use sequential, shapley, first"),
        (&["--method", "magic"], "variance_components, genizi_by_column, car_by_column, gelbach or all"),
        (&["--method", "genizi"], "\"practice\" has unit effects, which are absorbed"),
        (&["--method", "gelbach"], "error: always is empty: put the terms whose coefficients change into it\n"),
        (&["--after", "policy"], "NAME=NAME,NAME"),
        (&["--after", "policy=nobody"], "no component \"nobody\""),
        (&["--after", "deprivation=policy"], "\"deprivation\" may only enter after \"policy\""),
        (&["--after", "policy=spending", "--method", "pmvd"], "pmvd cannot be had here: the model lets"),
        (&["--compare", "--method", "gelbach", "--always", "children"], "add a --method that does, such as shapley"),
        (&["--compare", "--interval", "none"], "--compare needs intervals"),
        (&["--interval", "bca"], "--interval bca needs --bootstrap N"),
        (&["--interval", "percentile"], "--interval percentile needs --bootstrap N"),
        (&["--bootstrap", "100"], "not with --interval root"),
        (&["--bootstrap", "100", "--interval", "none"], "not with --interval none"),
        (&["--level", "0.9", "--interval", "none"], "--level goes with intervals"),
        (&["--bootstrap", "1", "--interval", "basic"], "'--bootstrap <N>'"),
        (&["--interval", "studentised"], "[possible values: none, root, jackknife, percentile, basic, normal, bca]"),
        (&["--level", "1.0"], "above 0 and below 1"),
        (&["--level", "NaN"], "above 0 and below 1"),
        (&["--seed", "-1"], "invalid value '-1' for '--seed <N>'"),
        (&["--threads", "0"], "1..=1024"),
        (&["--threads", "1025"], "1..=1024"),
        (&["--colour"], "'--colour'"),
    ];
    for (arguments, expected) in cases {
        let error = with(arguments);
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
    let error = refused(&mut decompose(&directory.0.join("nowhere.csv")));
    assert!(error.contains("cannot read") && error.contains("nowhere.csv"), "{error}");
    let error = refused(&mut decompose(&directory.0.join("two\nlines.csv")));
    assert!(error.contains("two lines.csv"), "{error}");
    let error = refused(&mut decompose(&directory.write("semicolons.csv", &panel().replace(',', ";"))));
    let advice = "save it with commas, or read it with PanelSchema::delimiter\n";
    assert!(error.ends_with(&format!("semicolons.csv seem to be separated by semicolons: {advice}")), "{error}");
    let error = refused(&mut decompose(&ragged));
    assert!(error.contains("line 2 has 3 cells"), "{error}");
    let error = refused(example("decompose").arg("--data").arg(&data).args(["--outcome", "rate"]));
    assert!(error.contains("--component"), "{error}");
    let error = refused(example("decompose").args(["--outcome", "rate", "--component", "a=spend"]));
    assert!(error.contains("--data <FILE>"), "{error}");
    refused(&mut example("decompose"));
}

/// Every method that the command line takes, with the keys that it adds to the document.
#[test]
fn decompose_takes_every_method() {
    let directory = Directory::new();
    let data = directory.write("panel.csv", &panel());
    let run = |method: &str| {
        let mut command = example("decompose");
        command.arg("--data").arg(&data).args(["--outcome", "rate", "--unit", "area", "--period", "year", "--json"]);
        command.args(["--component", "deprivation=low_income", "--component", "money=log(spend),spend"]);
        command.args(["--component", "policy=period_effects", "--always", "children"]);
        json_of(command.args(["--method", method]))
    };
    for (method, key) in [
        ("sequential", "order"),
        ("shapley", ""),
        ("first", ""),
        ("last", ""),
        ("owen", ""),
        ("pmvd", ""),
        ("genizi", ""),
        ("genizi_by_column", ""),
        ("car", ""),
        ("car_by_column", ""),
        ("pratt", ""),
        ("conditional_dominance", "by_size"),
        ("complete_dominance", "pairs"),
        ("commonality", "subsets"),
        ("variance_components", "covariances"),
    ] {
        let json = run(method);
        let found = &json["methods"][0];
        assert_eq!((json["methods"].as_array().unwrap().len(), &found["method"]), (1, &json!(method)));
        for extra in ["order", "by_size", "pairs", "subsets", "covariances", "coefficients", "ranks"] {
            assert_eq!(found.get(extra).is_some(), extra == key, "{method}, {extra}");
        }
        if !method.ends_with("by_column") {
            assert_eq!(names(found), ["deprivation", "money", "policy"]);
        }
        for part in found["components"].as_array().unwrap() {
            assert!(number(&part["lower"]) <= number(&part["upper"]), "{method}: {part}");
        }
    }
    let owen = &run("owen")["methods"][0];
    let money = &owen["components"][1];
    let sum: f64 = money["terms"].as_array().unwrap().iter().map(|t| number(&t["share_of_total"])).sum();
    assert!((sum - number(&money["share_of_total"])).abs() < 1e-12);
    assert_eq!(run("commonality")["methods"][0]["subsets"].as_array().unwrap().len(), 7);
    assert_eq!(run("complete_dominance")["methods"][0]["pairs"].as_array().unwrap().len(), 6);
    let by_size = &run("conditional_dominance")["methods"][0]["by_size"][2];
    assert_eq!((&by_size["name"], by_size["share_of_total"].as_array().unwrap().len()), (&json!("policy"), 3));

    let gelbach = &run("gelbach")["methods"][0];
    let column = &gelbach["coefficients"][0];
    assert_eq!((&column["name"], column["changes"].as_array().unwrap().len()), (&json!("children"), 3));
    let change: f64 = column["changes"].as_array().unwrap().iter().map(|c| number(&c["change"]["estimate"])).sum();
    let expected = number(&column["base"]["estimate"]) - number(&column["full"]["estimate"]);
    assert!((change - expected).abs() < 1e-10 && number(&column["changes"][0]["change"]["std_error"]) > 0.0);

    let all = run("all");
    assert_eq!(all["methods"].as_array().unwrap().len(), 14);
    assert_eq!(all["methods"][13]["method"], "gelbach");
}

#[test]
fn decompose_prints_methods_side_by_side_and_says_what_is_left_out() {
    let directory = Directory::new();
    let data = directory.write("panel.csv", &panel());
    let text = printed(decompose(&data).args(["--method", "all", "--compare"]));
    assert_fits(&text);
    for part in [
        "rate, share of the total by each method, in %\n",
        "\nvariance_components ",
        "\nnot made to sum to R²: first, last, commonality,",
        "\nleft out: genizi cannot be had here: \"practice\" has unit effects",
        "\nshapley: ranks and differences, 95% jackknife intervals, 12 clusters left out in
  turn\n",
        "spending − practice",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let json = json_of(decompose(&data).args(["--method", "all", "--compare", "--json"]));
    assert_eq!(json["methods"].as_array().unwrap().len(), 11);
    assert_eq!(json["methods"][1]["ranks"].as_array().unwrap().len(), 4);
    assert_eq!(json["methods"][1]["differences"].as_array().unwrap().len(), 6);
    let left_out =
        json["warnings"].as_array().unwrap().iter().filter(|w| w.as_str().unwrap().starts_with("left out: "));
    assert_eq!(left_out.count(), 3, "genizi, car and gelbach: {}", json["warnings"]);
    // A precedence leaves out what averages over all orders.
    let after = json_of(decompose(&data).args(["--after", "practice=policy", "--method", "all", "--json"]));
    let kept: Vec<&str> = after["methods"].as_array().unwrap().iter().map(|m| m["method"].as_str().unwrap()).collect();
    assert_eq!(kept, ["sequential", "shapley", "first", "last", "commonality", "pratt", "variance_components"]);
}

/// The table of all methods prints no intervals, so that nothing is resampled for it unless somebody asks.
#[test]
fn decompose_resamples_where_intervals_are_shown_or_asked_for() {
    let directory = Directory::new();
    let data = directory.write("panel.csv", &panel());
    let few_clusters = "12 clusters are few";
    let all = printed(decompose(&data).args(["--method", "all"]));
    assert!(!all.contains(few_clusters) && !all.contains("corrected"), "{all}");
    for asked in [&["--interval", "jackknife"][..], &["--level", "0.9"], &["--compare"]] {
        let text = printed(decompose(&data).args(["--method", "all"]).args(asked));
        assert!(text.contains(few_clusters), "{asked:?}: {text}");
    }
    let json = json_of(decompose(&data).args(["--method", "all", "--json"]));
    assert_eq!(json["interval"]["kind"], "root");

    // One unit leaves nothing to leave out.
    let one = directory.write("one.csv", "area,year,rate,low_income\nA,2011,1,2\nA,2012,3,5\n");
    let of_one = || {
        let mut command = example("decompose");
        command.arg("--data").arg(&one).args(["--outcome", "rate", "--unit", "area", "--period", "year"]);
        command.args(["--component", "income=low_income"]);
        command
    };
    assert!(printed(of_one().args(["--method", "all"])).contains("\nshapley "));
    assert!(printed(of_one().args(["--interval", "none"])).contains("rate, shapley"));
    for arguments in [&[][..], &["--method", "all", "--json"]] {
        let error = refused(of_one().args(arguments));
        assert!(error.ends_with("at least 2 needed: use --interval none\n"), "{error}");
    }
}

#[test]
fn help_is_no_error_and_neither_is_a_reader_that_stops() {
    for name in ["decompose", "nao_breakdown", "coverage"] {
        let help = printed(example(name).arg("--help"));
        assert!(help.contains("Usage: "), "{help}");
    }
    let help = |name| {
        let mut command = example(name);
        command.arg("--help");
        command
    };
    for mut command in [help("decompose"), help("nao_breakdown"), example("quickstart"), example("best_measures")] {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let Output { status, stderr, .. } = child.wait_with_output().unwrap();
        assert_eq!((status.code(), stderr.as_slice()), (Some(0), &b""[..]), "{command:?}");
    }
}

#[test]
fn coverage_prints_a_line_for_every_part() {
    let mut command = example("coverage");
    command.args(["--panels", "4", "--draws", "50", "--target-panels", "20", "--seed", "9"]);
    command.args(["--scenario", "null", "--scenario", "ar5"]);
    let text = printed(&mut command);
    assert_fits(&text);
    assert!(text.contains("4 panels") && text.contains("Seeds 9 to 32"), "{text}");
    // Two scenarios, two methods each; regions stand in one of the scenarios only.
    for (part, lines) in
        [("deprivation", 4), ("spending", 4), ("regions", 2), ("policy", 4), ("practice", 4), ("unexplained", 4)]
    {
        let rows: Vec<Vec<f64>> = text
            .lines()
            .filter_map(|line| line.strip_prefix(part))
            .map(|cells| cells.split_whitespace().map(|cell| cell.parse().unwrap()).collect())
            .collect();
        assert_eq!(rows.len(), lines, "{part}");
        // Truth, bias and its error, what corrected and raw intervals cover, and those that are drawn.
        let quarters = [0.0, 25.0, 50.0, 75.0, 100.0];
        let covers =
            |row: &Vec<f64>| [row[3], row[5]].iter().chain(&row[row.len() - 4..]).all(|x| quarters.contains(x));
        assert!(rows.iter().all(|row| row.len() >= 10 && covers(row) && (0.0..60.0).contains(&row[0])), "{rows:?}");
    }
    for model in ["independent", "persistent", "AR(1)"] {
        assert_eq!(text.lines().filter(|line| line.trim_start().starts_with(model)).count(), 4, "{model}");
    }
    assert_eq!(text, printed(&mut command));
    let error = refused(example("coverage").args(["--scenario", "none"]));
    assert!(error.contains("no_practice"), "{error}");
    let error = refused(example("coverage").args(["--panels", "0"]));
    assert!(error.contains("--panels"), "{error}");
}
