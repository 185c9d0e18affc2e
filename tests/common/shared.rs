//! The shared folder of real panels and other packages' results.
//!
//! It stands beside the project, at `../shared` or where `APPORTION_SHARED` says. Without it the tests that need it say
//! so and pass; with `APPORTION_SHARED` set, its absence is a failure.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The folder, or `None` when it is not there and nobody said that it should be.
pub fn shared() -> Option<PathBuf> {
    let (folder, required) = match std::env::var_os("APPORTION_SHARED") {
        Some(folder) => (PathBuf::from(folder), true),
        None => (PathBuf::from("../shared"), false),
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(!required, "APPORTION_SHARED is set, but {} is not there", folder.display());
    eprintln!("skipped: the shared folder {} is not there", folder.display());
    None
}

/// A document of the folder.
pub fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("the reference is readable")).expect("it is JSON")
}
