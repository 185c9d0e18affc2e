//! A file imports only from floors below its own, or from its own folder; no two files import each other; none is long.
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, lowest first; files and folders of these names stand on one.
const FLOORS: [&[&str]; 14] = [
    &["choice", "error", "warning"],
    &["numerics"],
    &["panel"],
    &["sources"],
    &["model"],
    &["fit"],
    &["sums"],
    &["counts"],
    &["regress"],
    &["decompose"],
    &["resample"],
    &["findings"],
    &["report"],
    &["guide"],
];

/// Lines that a file may have without its tests.
const MOST_LINES: usize = 400;

/// Names at the root of the crate: those of a first analysis, about two dozen.
const MOST_AT_THE_ROOT: usize = 26;

/// The source of a module.
#[derive(Default)]
struct Module {
    file: String,
    code: String,
    children: BTreeSet<String>,
    /// Names that the module hands on from another: the path there.
    reexports: BTreeMap<String, Vec<String>>,
}

/// Every module of the crate by its path; the root has an empty one.
struct Tree(BTreeMap<Vec<String>, Module>);

/// The code of a file before its tests, without comments.
fn code_of(text: &str) -> String {
    let before = text.split("\n#[cfg(test)]").next().unwrap_or("");
    before.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The paths that a `use` names, one for each leaf of its braces.
fn leaves(path: &str) -> Vec<Vec<String>> {
    let path = path.trim();
    let Some(open) = path.find('{') else {
        let path = path.split(" as ").next().unwrap_or("");
        return vec![path.split("::").map(|name| name.trim().to_string()).collect()];
    };
    let before: Vec<String> =
        path[..open].split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_string).collect();
    let inside = path[open + 1..].trim_end().strip_suffix('}').expect("braces close");
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    let named = parts.into_iter().filter(|part| !part.trim().is_empty()).flat_map(leaves);
    named.map(|leaf| before.iter().cloned().chain(leaf.into_iter().filter(|name| name != "self")).collect()).collect()
}

/// Whether each `use` is handed on, and the paths that it names.
fn uses(code: &str) -> Vec<(bool, Vec<Vec<String>>)> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("use ") {
        let starts = rest[..at].is_empty() || rest[..at].ends_with(['\n', ' ', ')', '{']);
        let line = rest[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let is_public = rest[line..at].trim_start().starts_with("pub");
        let is_statement = rest[line..at].trim().is_empty() || is_public;
        rest = &rest[at + "use ".len()..];
        if starts && is_statement {
            let end = rest.find(';').unwrap_or(rest.len());
            found.push((is_public, leaves(&rest[..end])));
            rest = &rest[end..];
        }
    }
    found
}

/// Paths from `crate` and `super` that stand in the code itself, as far as they are names of modules and items.
fn inline_paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::").chain(code.match_indices("super::")) {
        // `$crate::` and `other_crate::` are something else, and a path is taken from its beginning.
        if !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$' || c == ':') {
            let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let path = code[at..].split(|c| !is_name(c)).next().unwrap_or("");
            found.push(path.trim_end_matches(':').split("::").map(str::to_string).collect());
        }
    }
    found
}

impl Tree {
    fn read(src: &Path) -> Self {
        let mut files = Vec::new();
        source_files(src, &mut files);
        let mut modules = BTreeMap::new();
        for file in files {
            let inside = file.strip_prefix(src).expect("found under src").with_extension("");
            let mut path: Vec<String> =
                inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
            if path.last().is_some_and(|name| name == "tests") {
                continue;
            }
            if path == ["lib"] {
                path.clear();
            }
            let code = code_of(&fs::read_to_string(&file).expect("sources are text"));
            let child = |line: &str| {
                let name = line.trim().split("mod ").nth(1)?.strip_suffix(';')?;
                Some(name.to_string())
            };
            let children = code.lines().filter_map(child).collect();
            let name = file.strip_prefix(src).expect("found under src").display().to_string();
            modules.insert(path, Module { file: name, code, children, reexports: BTreeMap::new() });
        }
        let mut tree = Tree(modules);
        let paths: Vec<Vec<String>> = tree.0.keys().cloned().collect();
        for path in paths {
            let mut reexports = BTreeMap::new();
            for (_, leaves) in uses(&tree.0[&path].code).into_iter().filter(|(is_public, _)| *is_public) {
                for leaf in leaves {
                    if let (Some(name), Some(absolute)) = (leaf.last(), tree.absolute(&path, &leaf)) {
                        reexports.insert(name.clone(), absolute);
                    }
                }
            }
            if let Some(module) = tree.0.get_mut(&path) {
                module.reexports = reexports;
            }
        }
        tree
    }

    /// A path as one from the root of the crate; `None` for another crate's.
    fn absolute(&self, from: &[String], path: &[String]) -> Option<Vec<String>> {
        let mut base = from.to_vec();
        let mut names = path;
        match names.first()?.as_str() {
            "crate" => {
                base.clear();
                names = &names[1..];
            }
            "self" => names = &names[1..],
            "super" => {
                while names.first().is_some_and(|name| name == "super") {
                    base.pop();
                    names = &names[1..];
                }
            }
            child if self.0.get(from).is_some_and(|module| module.children.contains(child)) => {}
            _ => return None,
        }
        base.extend(names.iter().cloned());
        Some(base)
    }

    /// The module in which what a path from the root names is defined.
    fn defining(&self, path: &[String]) -> Vec<String> {
        let mut module: Vec<String> = Vec::new();
        for (at, name) in path.iter().enumerate() {
            let here = &self.0[&module];
            if here.children.contains(name) {
                module.push(name.clone());
            } else if let Some(elsewhere) = here.reexports.get(name).filter(|there| *there != path) {
                return self.defining(&[elsewhere.as_slice(), &path[at + 1..]].concat());
            } else {
                return module;
            }
        }
        module
    }

    /// The modules that a module imports from.
    fn imports(&self, path: &[String]) -> BTreeSet<Vec<String>> {
        let code = &self.0[path].code;
        let named = uses(code).into_iter().flat_map(|(_, leaves)| leaves).chain(inline_paths(code));
        named.filter_map(|leaf| Some(self.defining(&self.absolute(path, &leaf)?))).filter(|to| to != path).collect()
    }
}

fn source_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("src is readable").path();
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

#[test]
fn no_file_imports_from_a_floor_above_its_own() {
    let tree = Tree::read(&src());
    assert!(tree.0.len() > 100, "src was not found whole: {} files", tree.0.len());
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for (path, module) in tree.0.iter().filter(|(path, _)| !path.is_empty()) {
        let own = floor(&path[0]).unwrap_or_else(|| panic!("{} stands on no floor: add it to the plan", path[0]));
        for import in tree.imports(path) {
            checked += 1;
            // Of the root itself nothing is imported but what it hands on.
            match import.first().and_then(|name| floor(name)) {
                Some(other) if other <= own => {}
                _ => wrong.push(format!("{} imports {}", module.file, import.join("::"))),
            }
        }
    }
    assert!(checked > 500, "only {checked} imports were found");
    assert!(wrong.is_empty(), "upward imports:\n{}", wrong.join("\n"));
}

/// A file and those in its own folder, of which it is the face, count as one place.
#[test]
fn no_two_files_import_each_other_however_indirectly() {
    let tree = Tree::read(&src());
    let is_face = |a: &[String], b: &[String]| a.starts_with(b) || b.starts_with(a);
    let edges: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> = tree
        .0
        .keys()
        .map(|path| (path, tree.imports(path).into_iter().filter(|to| !is_face(path, to)).collect()))
        .collect();
    let circles = circles(&edges);
    let named = |circle: &BTreeSet<Vec<String>>| {
        circle.iter().map(|path| tree.0[path].file.as_str()).collect::<Vec<_>>().join(", ")
    };
    assert!(circles.is_empty(), "circles:\n{}", circles.iter().map(named).collect::<Vec<_>>().join("\n"));
}

/// Sets of modules of which each is reached from every other.
fn circles(edges: &BTreeMap<&Vec<String>, BTreeSet<Vec<String>>>) -> BTreeSet<BTreeSet<Vec<String>>> {
    let reached = |from: &Vec<String>| {
        let mut seen = BTreeSet::new();
        let mut next: Vec<Vec<String>> = edges[from].iter().cloned().collect();
        while let Some(path) = next.pop() {
            if seen.insert(path.clone()) {
                next.extend(edges.get(&path).into_iter().flatten().cloned());
            }
        }
        seen
    };
    let reached: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> =
        edges.keys().map(|path| (*path, reached(path))).collect();
    let leads_to = |from: &Vec<String>, to: &Vec<String>| reached.get(from).is_some_and(|seen| seen.contains(to));
    let on_one = edges.keys().filter(|path| leads_to(path, path));
    on_one.map(|path| reached[path].iter().filter(|to| leads_to(to, path)).cloned().collect()).collect()
}

#[test]
fn no_file_is_long() {
    let mut files = Vec::new();
    source_files(&src(), &mut files);
    let lines = |file: &PathBuf| {
        let text = fs::read_to_string(file).expect("sources are text");
        text.split("\n#[cfg(test)]").next().unwrap_or("").lines().count()
    };
    let is_table = |file: &PathBuf| file.components().any(|part| part.as_os_str() == "error");
    let is_tests = |file: &PathBuf| file.file_stem().is_some_and(|name| name == "tests");
    let long = files.iter().filter(|file| !is_table(file) && !is_tests(file) && lines(file) > MOST_LINES);
    let long: Vec<String> = long.map(|file| format!("{} ({})", file.display(), lines(file))).collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines without their tests: {}", long.join(", "));
}

#[test]
fn the_root_is_for_a_first_analysis_and_every_public_module_has_a_table() {
    let root = fs::read_to_string(src().join("lib.rs")).expect("sources are text");
    let code = code_of(&root);
    let names: usize = uses(&code).iter().filter(|(is_public, _)| *is_public).map(|(_, leaves)| leaves.len()).sum();
    assert!((20..=MOST_AT_THE_ROOT).contains(&names), "{names} names at the root");
    let modules: Vec<&str> = code.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(modules.len() > 7, "{modules:?}");
    for module in modules {
        assert!(root.contains(&format!("//! | [`{module}`] |")), "the root's table has no {module}");
        let page = fs::read_to_string(src().join(format!("{module}.rs"))).expect("a module has a face");
        let head: String = page.lines().take_while(|line| line.starts_with("//!")).collect::<Vec<_>>().join("\n");
        assert!(head.contains("\n//! |---|"), "{module}'s page has no table of what is there");
        // What is for the crate alone is not on the page.
        let handed_on =
            uses(&code_of(&page).replace("pub(crate) use", "use")).into_iter().filter(|(is_public, _)| *is_public);
        for name in handed_on.flat_map(|(_, leaves)| leaves).filter_map(|leaf| leaf.last().cloned()) {
            let is_named = head.contains(&format!("[`{name}`]")) || head.contains(&format!("[`{name}::"));
            assert!(is_named, "{module}'s page does not say what {name} is for");
        }
    }
}

#[test]
fn an_import_is_found_however_it_is_written() {
    let paths = |code: &str| -> Vec<String> {
        let named = uses(code).into_iter().flat_map(|(_, leaves)| leaves).chain(inline_paths(code));
        named.map(|path| path.join("::")).collect()
    };
    assert_eq!(paths("use crate::report::Table;"), ["crate::report::Table", "crate::report::Table"]);
    assert_eq!(paths("let x = super::super::a::B;"), ["super::super::a::B"]);
    assert_eq!(paths("pub(crate) use x::{\n    y::{self, Z as W},\n    V,\n};"), ["x::y", "x::y::Z", "x::V"]);
    assert_eq!(paths("let x: crate::model::Term = $crate::y;"), ["crate::model::Term"]);
    assert_eq!(code_of("use a::b;\n// use crate::lost;\n#[cfg(test)]\nuse crate::lost;"), "use a::b;");
}

#[test]
fn a_circle_would_be_found() {
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| vec![name.to_string()]);
    let to = |paths: &[&Vec<String>]| paths.iter().map(|path| (*path).clone()).collect::<BTreeSet<_>>();
    let edges = BTreeMap::from([(&a, to(&[&b])), (&b, to(&[&c])), (&c, to(&[&a])), (&d, to(&[&a]))]);
    assert_eq!(circles(&edges), BTreeSet::from([to(&[&a, &b, &c])]));
    assert!(circles(&BTreeMap::from([(&a, to(&[&b])), (&b, to(&[]))])).is_empty());
}
