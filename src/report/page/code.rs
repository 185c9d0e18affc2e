//! The code that gives the same numbers again.

use super::section::Section;
use crate::decompose::{IntervalKind, IntervalMethod, Method};
use crate::findings::Findings;
use crate::model::{Design, Model};

/// The section with the code: the model as it was asked, and the methods and intervals that were found.
pub(super) fn section(model: &Model, design: &Design, findings: &Findings) -> Section {
    let data = if design.grouped.is_some() { "sums" } else { "panel" };
    let said = vec![format!("This is the question in Rust; put the {data} in, and the same numbers come out.")];
    Section { said, code: Some(code(model, design, findings)), ..Section::new("To run it again") }
}

fn code(of: &Model, design: &Design, findings: &Findings) -> String {
    let model = of.rust_code().replace('\n', "\n    ");
    let is_of_counts = of.family.is_of_counts();
    let [names, data, fitted] = match design.grouped {
        _ if is_of_counts => ["Breakdown, Model, Panel", "panel: &Panel", "model.fit_counts(panel)?"],
        Some(_) => ["sums::GroupedSums, Breakdown, Model", "sums: &GroupedSums", "sums.fit(&model)?"],
        None => ["Breakdown, Model, Panel", "panel: &Panel", "model.fit(panel)?"],
    };
    let mut lines: Vec<String> =
        is_of_counts.then(|| "use apportion::model::Family;".to_string()).into_iter().collect();
    lines.extend([
        format!("use apportion::{{{names}}};"),
        String::new(),
        format!("fn shares({data}) -> apportion::Result<Vec<Breakdown>> {{"),
        format!("    let model = {model};"),
        format!("    let fit = {fitted};"),
    ]);
    let with = if is_of_counts { "with_count_intervals" } else { "with_intervals" };
    let breakdowns = &findings.methods.breakdowns;
    let mut known: Vec<&IntervalMethod> = Vec::new();
    let mut calls = Vec::new();
    for breakdown in breakdowns {
        let mut call = match &breakdown.method {
            Method::Sequential { .. } => "fit.sequential()?".to_string(),
            method => format!("fit.breakdown(&{:?}.parse()?)?", method.name()),
        };
        if let Some(made) = &breakdown.interval {
            let place = known.iter().position(|own| *own == made).unwrap_or_else(|| {
                known.push(made);
                known.len() - 1
            });
            call += &format!(".{with}(&intervals_{})?", place + 1);
        }
        calls.push(format!("        {call},"));
    }
    let noise = breakdowns.iter().find_map(|breakdown| breakdown.noise.as_ref());
    for (at, made) in known.iter().enumerate() {
        let mut made = resampling(made);
        if let Some(noise) = noise {
            made += &format!(".noise({:?}.parse()?)", noise.model.to_string());
        }
        lines.push(format!("    let intervals_{} = {made};", at + 1));
    }
    lines.push("    Ok(vec![".to_string());
    lines.extend(calls);
    lines.extend(["    ])".to_string(), "}".to_string()]);
    lines.join("\n")
}

/// How the replicates were made.
fn resampling(made: &IntervalMethod) -> String {
    let mut call = match made.kind.leaves_out() {
        true => "fit.jackknife()?".to_string(),
        false => format!("fit.bootstrap({}, {})?", made.replicates, made.seed.unwrap_or_default()),
    };
    if let Some(column) = &made.cluster_column {
        call += &format!(".clusters({column:?})?");
    }
    if !matches!(made.kind, IntervalKind::Root | IntervalKind::Percentile) {
        call += &format!(".kind({:?}.parse()?)?", made.kind.name());
    }
    if made.level != 0.95 {
        call += &format!(".level({})?", made.level);
    }
    call
}
