//! What the examples printed when it was recorded: their command lines and documents stay as they are.
//!
//! The command lines stand in `tests/data/recorded/cases.txt`, what each printed in a file of its name beside it; those
//! in `tests/data/recorded/england/` run where the shared folder is. With `APPORTION_RECORD=1` set the files are written
//! anew before they are compared, so that `git diff` shows what a change does to them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use apportion::Panel;
use apportion::panel::SIMULATED_ENGLAND_SEED;

use crate::common::example::{Directory, example, printed, refused};
use crate::common::published::publish;
use crate::common::shared::shared;

/// Numbers of a document agree to this part of the larger. Another machine may differ in the last digits: logarithms
/// and quantiles are those of its mathematical library, and sums are added in as many lanes as its processor has.
const RELATIVE: f64 = 1e-12;
/// What rounding may leave of a number that is exactly zero, such as the bias of a share that nothing moves: here up to
/// 1e-14. Of a smaller p-value, the statistic is what is compared.
const ROUNDING: f64 = 1e-13;

/// One place, with what a model cannot take.
const SMALL: &str = "place,year,y,x,same,gap,none,huge\nA,2011,1,2,7,,0,1\nA,2012,3,5,7,,1,1e999\n";

/// A command line with the name of what it printed.
struct Case {
    name: String,
    words: Vec<String>,
}

impl Case {
    /// The file that holds what it printed; one file holds every line with which something is refused.
    fn file(&self) -> String {
        match (self.is_refused(), self.words.iter().any(|word| word == "--json")) {
            (true, _) => "refused.txt".to_owned(),
            (_, true) => format!("{}.json", self.name),
            (_, false) => format!("{}.txt", self.name),
        }
    }

    fn is_refused(&self) -> bool {
        self.name.starts_with("refused_")
    }

    fn run(&self, folder: &Directory) -> String {
        let mut command = example(&self.words[0]);
        command.current_dir(&folder.0).args(&self.words[1..]);
        match self.is_refused() {
            true => format!("{}: {}", self.name, refused(&mut command)),
            false => without_times(&printed(&mut command)),
        }
    }
}

/// Reads lines of `name: example arguments`; a word that begins with `$` stands for those after its own line's colon.
fn cases(table: &str) -> Vec<Case> {
    let mut short: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut cases = Vec::new();
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, words) = line.split_once(": ").unwrap_or_else(|| panic!("no colon in {line}"));
        let long = |word: &str| short.get(word).cloned().unwrap_or_else(|| vec![word.to_owned()]);
        let words: Vec<String> = words.split_whitespace().flat_map(long).collect();
        if name.starts_with('$') {
            short.insert(name, words);
        } else {
            cases.push(Case { name: name.to_owned(), words });
        }
    }
    cases
}

/// A document as its numbers, marked, and what stands between them.
fn parts(text: &str) -> Vec<(bool, &str)> {
    let bytes = text.as_bytes();
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                while bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'-' | b'0'..=b'9' => {
                let length = bytes[at..].iter().take_while(|b| matches!(b, b'-' | b'+' | b'.' | b'e' | b'0'..=b'9'));
                let end = at + length.count();
                parts.extend([(false, &text[start..at]), (true, &text[at..end])]);
                (start, at) = (end, end);
            }
            _ => at += 1,
        }
    }
    parts.push((false, &text[start..]));
    parts
}

/// The text with zeros for what its steps took, in each of the documents that it holds.
fn without_times(text: &str) -> String {
    let mut documents = text.split("\"elapsed_ms\"");
    let mut without = documents.next().unwrap_or_default().to_owned();
    for rest in documents {
        let (times, after) = rest.split_once('}').unwrap();
        let times = parts(times).into_iter().map(|(is_number, part)| if is_number { "0" } else { part });
        without.push_str(&format!("\"elapsed_ms\"{}}}{after}", times.collect::<String>()));
    }
    without
}

/// Whether two numbers of a document say the same; whole ones must be the same.
fn agree(recorded: &str, found: &str) -> bool {
    let is_whole = |number: &str| !number.contains(['.', 'e']);
    if is_whole(recorded) || is_whole(found) {
        return recorded == found;
    }
    let [recorded, found]: [f64; 2] = [recorded, found].map(|number| number.parse().unwrap());
    (recorded - found).abs() <= (RELATIVE * recorded.abs().max(found.abs())).max(ROUNDING)
}

/// The first difference: of text the first other line, of a document the first other number or what stands between.
fn difference(file: &str, recorded: &str, found: &str) -> Option<String> {
    let split = |text| match file.ends_with(".json") {
        true => parts(text),
        false => text.split('\n').map(|line| (false, line)).collect(),
    };
    let (recorded, found) = (split(recorded), split(found));
    let differ = |(recorded, found): &(&(bool, &str), &(bool, &str))| match (recorded, found) {
        ((true, recorded), (true, found)) => !agree(recorded, found),
        (recorded, found) => recorded != found,
    };
    match recorded.iter().zip(&found).find(differ) {
        Some((recorded, found)) => Some(format!("{:?} instead of {:?}", found.1, recorded.1)),
        None if recorded.len() != found.len() => Some("one ends before the other".to_owned()),
        None => None,
    }
}

/// Runs the cases of a folder under `tests/data/recorded` and compares what they print with its files, or records them.
fn hold(recorded: &str, folder: &Directory) {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recorded").join(recorded);
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for case in cases(&fs::read_to_string(recorded.join("cases.txt")).unwrap()) {
        let text = found.entry(case.file()).or_default();
        assert!(text.is_empty() || case.is_refused(), "{} is printed twice", case.file());
        *text += &case.run(folder);
    }
    if std::env::var_os("APPORTION_RECORD").is_some_and(|value| value == "1") {
        found.iter().for_each(|(file, found)| fs::write(recorded.join(file), found).unwrap());
    }
    let differing: Vec<String> = found
        .iter()
        .filter_map(|(file, found)| {
            let difference = match fs::read_to_string(recorded.join(file)) {
                Ok(recorded) => difference(file, &recorded, found),
                Err(error) => Some(error.to_string()),
            };
            difference.map(|what| format!("{file}: {what}"))
        })
        .collect();
    assert!(differing.is_empty(), "{} of {} files differ:\n{}", differing.len(), found.len(), differing.join("\n"));

    let files = fs::read_dir(&recorded).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let stray: Vec<String> = files.map(|path| name(&path)).filter(|file| !found.contains_key(file)).collect();
    assert_eq!(stray, ["cases.txt"], "what no case prints in {}", recorded.display());
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// A folder that holds these files, so that command lines and messages name them without the way to them.
fn with_files(files: impl IntoIterator<Item = PathBuf>) -> Directory {
    let folder = Directory::new();
    for file in files {
        fs::copy(&file, folder.0.join(name(&file))).unwrap();
    }
    folder
}

#[test]
fn command_lines_print_what_was_recorded() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let folder = with_files(["grunfeld.csv", "swiss.csv"].map(|file| data.join(file)));
    Panel::simulated_england(SIMULATED_ENGLAND_SEED).unwrap().write_csv(folder.0.join("simulated.csv")).unwrap();
    publish(&folder);
    folder.write("small.csv", SMALL);
    folder.write("semicolons.csv", &SMALL.replace(',', ";"));
    folder.write("ragged.csv", "y,x\n1,2\n3\n");
    hold("", &folder);
}

#[test]
fn command_lines_on_the_shared_panel_print_what_was_recorded() {
    let Some(shared) = shared() else { return };
    hold("england", &with_files([shared.join("data/england_2011_2018.csv")]));
}

#[test]
fn another_key_string_whole_number_or_twelfth_digit_is_a_difference() {
    let recorded = r#"{"a": "x-1", "b": [1.5e3, 2], "elapsed_ms": {"read": 1.25}}"#;
    let twice = format!("[{recorded}, {recorded}]");
    assert_eq!(without_times(&twice).matches("\"read\": 0").count(), 2);
    let same = |found: &str| difference("a.json", &without_times(recorded), &without_times(found)).is_none();
    assert!(
        same(recorded) && same(&recorded.replace("1.25", "3e-7")) && same(&recorded.replace("e3", "00000000000001e3"))
    );
    for (part, other) in [
        ("\"b\"", "\"c\""),
        ("x-1", "x-2"),
        ("1.5e3", "1.50000000001e3"),
        ("1.5e3", "1"),
        ("2]", "3]"),
        ("2]", "2.0]"),
        ("2]", "2, 2]"),
        ("1.5e3, ", ""),
        ("\"read\"", "\"fit\""),
    ] {
        assert!(!same(&recorded.replace(part, other)), "{part} and {other}");
    }
}
