//! A file imports only from floors below its own, or from its own folder.
#![allow(clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

/// The floors, lowest first; a file or folder of this name stands on it.
const FLOORS: [&str; 9] = ["error", "panel", "sources", "model", "fit", "regress", "decompose", "resample", "report"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("src is readable").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| *floor == module)
}

/// The top-level modules that a file names by `crate::`, outside its comments.
fn imports(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut found = Vec::new();
    for line in code {
        for (at, _) in line.match_indices("crate::") {
            // `$crate::` and `other_crate::` are something else.
            let stands_alone = !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
            let rest = &line[at + "crate::".len()..];
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(group) => group.split(['}', ';']).next().unwrap_or("").split(',').collect(),
                None => vec![rest],
            };
            for name in names.iter().filter(|_| stands_alone) {
                let end = name.trim().split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
                found.push(end.to_string());
            }
        }
    }
    found
}

#[test]
fn no_file_imports_from_a_floor_above_its_own() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 20, "src was not found whole: {} files", files.len());
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for file in files {
        let inside = file.strip_prefix(&src).expect("found under src");
        let first = inside.components().next().expect("a file has a name").as_os_str().to_string_lossy();
        let own = first.trim_end_matches(".rs");
        if own == "lib" {
            continue;
        }
        let own_floor = floor(own).unwrap_or_else(|| panic!("{own} stands on no floor: add it to the plan"));
        for import in imports(&fs::read_to_string(&file).expect("sources are text")) {
            checked += 1;
            match floor(&import) {
                Some(other) if other <= own_floor => {}
                Some(_) => wrong.push(format!("{} imports {import}", inside.display())),
                None => wrong.push(format!("{} imports crate::{import}, which is no floor", inside.display())),
            }
        }
    }
    assert!(checked > 50, "only {checked} imports were found");
    assert!(wrong.is_empty(), "upward imports:\n{}", wrong.join("\n"));
}

#[test]
fn an_upward_import_would_be_found() {
    assert_eq!(imports("use crate::report::Table;"), ["report"]);
    assert_eq!(imports("use crate::{error::Error, fit};\n// use crate::lost\n"), ["error", "fit"]);
    assert_eq!(imports("let x: crate::model::Term = $crate::y;"), ["model"]);
}
