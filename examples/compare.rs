//! Do the shares differ between two periods, or between two kinds of places?
//!
//! Of England's authorities without arguments, 2011 to 2014 against 2015 to 2018 and London against elsewhere, or with
//! `--data` and the options of `decompose` of your own, and `--first` and `--second`.

#[allow(dead_code, reason = "some of it serves other examples")]
mod cli;

use std::process::ExitCode;

use apportion::report::Answer;
use apportion::resample::SampleDifferences;
use apportion::{Method, Model, Panel};
use clap::{CommandFactory, Parser};
use cli::Asked;
use cli::face::{self, Result};
use cli::parts::{Part, part};
use cli::words::said;
use serde_json::json;

/// Do the shares of an outcome's variation differ between two periods, or between two kinds of places?
#[derive(Parser)]
#[command(name = "compare")]
struct Arguments {
    #[command(flatten)]
    options: cli::Options,
    /// The first sample: periods, as 2011-2014, or groups of units, as region=London or "region=London|South East"
    #[arg(long, value_name = "SAMPLE", value_parser = part, requires = "second")]
    first: Option<Part>,
    /// The second, likewise; region!=London is all that are elsewhere
    #[arg(long, value_name = "SAMPLE", value_parser = part, requires = "first")]
    second: Option<Part>,
}

fn main() -> ExitCode {
    let with_parts = |data: clap::Arg| data.requires("unit").requires("first");
    face::run(cli::with_a_panel_of_its_own(Arguments::command()).mut_arg("data", with_parts), answer)
}

fn answer(Arguments { options, first, second }: Arguments) -> Result<String> {
    let given = [(options.compare, "--compare"), (options.bootstrap.is_some(), "--bootstrap")];
    if let Some((_, option)) = given.iter().find(|(is_given, _)| *is_given) {
        return Err(format!("samples are compared by leaving units out: leave out {option}").into());
    }
    let asked = options.methods.iter().map(|asked| match asked {
        Asked::Method(method) => Ok(method.clone()),
        _ => Err("samples are compared by methods of shares, such as --method sequential or shapley"),
    });
    let mut methods = asked.collect::<std::result::Result<Vec<Method>, &str>>()?;
    if methods.is_empty() {
        methods = vec![Method::Sequential { order: Vec::new() }, Method::Shapley];
    }
    let pairs = match first.zip(second) {
        Some((first, second)) => vec![[first, second]],
        None => {
            let known = |text: &str| part(text).map_err(face::Error::from);
            let of_places = [known("region=Inner London|Outer London")?, known("region!=Inner London|Outer London")?];
            vec![[known("2011-2014")?, known("2015-2018")?], of_places]
        }
    };
    let columns: Vec<String> = pairs.iter().flatten().filter_map(Part::column).collect();
    let (model, panel) = options.panel_or_england(&columns)?;
    let mut found = Vec::new();
    for parts in &pairs {
        found.extend(compared(&options, &model, &panel, parts, &methods)?);
    }
    if let Some(file) = &options.html {
        let headings: Vec<String> =
            found.iter().map(|of| format!("{} and {}", of.first.name, of.second.name)).collect();
        let parts = headings.iter().zip(&found).map(|(heading, of)| (heading.as_str(), of as &dyn Answer));
        cli::page::write(file, cli::page::Start::Title("Do shares differ between samples?"), parts)?;
    }
    if options.json {
        return Ok(serde_json::to_string_pretty(&json!({ "comparisons": found }))?);
    }
    let mut blocks: Vec<String> = found.iter().map(SampleDifferences::to_string).collect();
    blocks.push(found.iter().map(said).collect::<Vec<_>>().join("\n"));
    Ok(blocks.join("\n\n"))
}

fn compared(
    options: &cli::Options,
    model: &Model,
    panel: &Panel,
    parts: &[Part; 2],
    methods: &[Method],
) -> Result<Vec<SampleDifferences>> {
    let fit = |part: &Part| {
        let (fit, _) = options.fit(model, || part.of(panel))?;
        Ok::<_, face::Error>(fit)
    };
    let (first, second) = (fit(&parts[0])?, fit(&parts[1])?);
    let left_out = |fit| {
        let found = options.resampling(fit)?.ok_or("differences come with intervals: leave out --interval none")?;
        Ok::<_, face::Error>(options.noise.into_iter().fold(found, apportion::Resampling::noise))
    };
    let (of_first, of_second) = (left_out(&first)?, left_out(&second)?);
    let [one, two] = [&parts[0], &parts[1]].map(Part::name);
    let each = methods.iter().map(|method| {
        let (a, b) = (first.breakdown(method)?, second.breakdown(method)?);
        Ok(SampleDifferences::between((&one, &a, &of_first), (&two, &b, &of_second))?)
    });
    each.collect()
}
