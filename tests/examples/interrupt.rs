//! What is interrupted ends cleanly, and what takes long says so beforehand.
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use crate::common::Numbers;
use crate::common::example::{Directory, example};

/// So many that one thread is busy for a good while with the intervals, on any machine.
const COMPONENTS: usize = 29;
const UNITS: usize = 200;

fn data() -> String {
    let mut numbers = Numbers::new(3);
    let names: Vec<String> = (0..COMPONENTS).map(|at| format!("x{at}")).collect();
    let mut lines = vec![format!("unit,year,y,{}", names.join(","))];
    for unit in 0..UNITS {
        for year in 2011..2013 {
            let row: Vec<String> = (0..=COMPONENTS).map(|_| format!("{:.4}", numbers.normal())).collect();
            lines.push(format!("{unit},{year},{}", row.join(",")));
        }
    }
    lines.join("\n")
}

#[test]
fn an_interrupt_ends_a_long_computation_with_one_line_and_no_answer() {
    let folder = Directory::new();
    let mut command = example("decompose");
    command.arg("--data").arg(folder.write("many.csv", &data())).args(["--outcome", "y", "--unit", "unit"]);
    command.args(["--period", "year", "--method", "shapley", "--threads", "1", "--json"]);
    for at in 0..COMPONENTS {
        command.args(["--component".to_string(), format!("c{at}=x{at}")]);
    }
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut errors = BufReader::new(process.stderr.take().unwrap());
    let next = |errors: &mut BufReader<_>| {
        let mut line = String::new();
        errors.read_line(&mut line).unwrap();
        line
    };
    // The shares by themselves may be worth a forecast too.
    let mut forecast = next(&mut errors);
    if forecast.starts_with("shares: this will take about ") {
        forecast = next(&mut errors);
    }
    assert!(forecast.starts_with("intervals: this will take about "), "{forecast:?}");
    let sent = Command::new("kill").args(["-INT", &process.id().to_string()]).status().unwrap();
    assert!(sent.success());

    let (mut said, mut printed) = (String::new(), String::new());
    errors.read_to_string(&mut said).unwrap();
    process.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    let code = process.wait().unwrap().code();
    assert_eq!((code, said.as_str(), printed.as_str()), (Some(130), "interrupted: nothing was printed\n", ""));
}
