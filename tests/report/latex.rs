//! LaTeX compiles, where there is one on this machine to say so.
#![allow(clippy::expect_used, clippy::panic)]

use std::fs;
use std::process::{Command, Stdio};

use apportion::panel::SIMULATED_ENGLAND_SEED;
use apportion::report::{Answer, RegressionTable};
use apportion::{Covariance, Model, Panel, PanelRegression, Term};

use crate::common::example::Directory;

/// Names that LaTeX has signs of its own in; letters beyond Latin ones need fonts that not every machine has.
const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "R&D, \"100%\" #1_{x}$",
    "a|b*c~d^e\\f`g",
    "Łódź, Ynys Môn – £5 · 3°",
    "line\nbreak",
    "[1] x",
    "* y",
    "\\end{tabular}\\input{x}",
    "%",
];

/// The programs that make a document of LaTeX, and what makes each of them stop at an error.
const PROGRAMS: [(&str, &[&str]); 3] = [
    ("pdflatex", &["-interaction=nonstopmode", "-halt-on-error", "document.tex"]),
    ("xelatex", &["-interaction=nonstopmode", "-halt-on-error", "document.tex"]),
    ("tectonic", &["document.tex"]),
];

/// A document that holds these is made without an error; where no LaTeX is on the path, that is said.
#[track_caller]
pub fn compile<'a>(blocks: impl IntoIterator<Item = &'a str>) {
    let is_there = |(program, _): &&(&str, &[&str])| {
        let asked = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    let Some((program, arguments)) = PROGRAMS.iter().find(is_there) else {
        println!("no LaTeX on the path: nothing was compiled");
        return;
    };
    let body = blocks.into_iter().collect::<Vec<_>>().join("\n\\clearpage\n");
    let document = format!(
        "\\documentclass{{article}}\n\\usepackage[T1]{{fontenc}}\n\\usepackage{{booktabs}}\n\\usepackage{{longtable}}\n\
         \\begin{{document}}\n{body}\n\\end{{document}}\n"
    );
    let folder = Directory::new();
    folder.write("document.tex", &document);
    let made = Command::new(program).args(*arguments).current_dir(&folder.0).output().expect("it runs");
    let said = String::from_utf8_lossy(&made.stdout);
    let wrong: Vec<&str> = said.lines().skip_while(|line| !line.starts_with('!')).take(12).collect();
    assert!(made.status.success() && wrong.is_empty(), "{program}:\n{}\nof\n{document}", wrong.join("\n"));
    assert!(fs::metadata(folder.0.join("document.pdf")).is_ok_and(|pdf| pdf.len() > 1_000), "{program}: {said}");
}

#[test]
fn tables_of_hostile_names_compile() {
    let england = Panel::simulated_england(SIMULATED_ENGLAND_SEED).expect("the simulated panel");
    let mut random = crate::common::Numbers::new(7);
    let mut builder = Panel::builder().column("y_1%", (0..60).map(|_| random.normal()).collect::<Vec<_>>());
    let mut model = Model::new("y_1%");
    let columns: Vec<String> = (0..HOSTILE.len()).map(|at| format!("x_{at}&")).collect();
    for (name, column) in HOSTILE.iter().zip(&columns) {
        builder = builder.column(column, (0..60).map(|_| random.normal()).collect::<Vec<_>>());
        model = model.component(*name, [Term::column(column.as_str())]);
    }
    // Rows of these names too, more than a page holds.
    let units: Vec<String> = (0..60).map(|at| format!("{} {at}", HOSTILE[at % HOSTILE.len()])).collect();
    let panel = builder.units(units).build().expect("a panel");
    let fit = model.fit(&panel).expect("it fits");
    let breakdown = fit.jackknife().and_then(|units| fit.shapley()?.with_intervals(&units)).expect("intervals");
    let rows = fit.contributions().map(|rows| rows.by_row()).expect("contributions");
    let terms: Vec<Term> = columns.iter().map(|column| Term::column(column.as_str())).collect();
    let regression = PanelRegression::new("y_1%", terms).fit(&panel).expect("it fits");
    let table = regression.coefficients(&Covariance::iid()).expect("a table");
    let side_by_side = RegressionTable::new(HOSTILE.map(|name| (name, &table))).stars(true);
    let noise = Model::new("cpp_rate").component("unit_effects", [Term::UnitEffects]).fit(&england);
    let noise = noise.and_then(|fit| fit.noise(Default::default())).expect("noise");

    let long = rows.tables().to_latex();
    assert!(long.contains("\\begin{longtable}") && breakdown.tables().to_latex().contains("\\begin{tabular}"));
    let few = rows.tables().columns(["unit", "actual"]).expect("they are there").to_latex();
    compile([
        breakdown.tables().to_latex().as_str(),
        &long,
        &few,
        &side_by_side.to_latex(),
        &noise.tables().labels([("lag", HOSTILE[1])]).to_latex(),
    ]);
}
