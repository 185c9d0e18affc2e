//! Examples run as processes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

/// The example of this name, which cargo builds beside the tests.
pub fn example(name: &str) -> Command {
    let tests = std::env::current_exe().unwrap();
    let profile = tests.parent().and_then(Path::parent).unwrap();
    let binary = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.exists(), "{} is missing: run all of `cargo test`, or `cargo build --examples`", binary.display());
    Command::new(binary)
}

/// What an example prints when it succeeds, with nothing on standard error but the forecasts of a slow machine.
pub fn printed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    let is_forecast = |line: &&str| line.contains(": this will take about ");
    let unexpected: Vec<&str> = stderr.lines().filter(|line| !is_forecast(line)).collect();
    assert_eq!((status.code(), unexpected), (Some(0), vec![]), "{command:?}");
    let stdout = String::from_utf8(stdout).unwrap();
    assert!(stdout.ends_with('\n') && !stdout.ends_with("\n\n"), "{stdout:?}");
    stdout
}

/// The one line on standard error of an example that refuses.
pub fn refused(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(2), "{command:?}: {stderr}");
    assert!(stdout.is_empty(), "{command:?} prints {}", String::from_utf8_lossy(&stdout));
    assert!(stderr.ends_with('\n') && stderr.lines().count() == 1, "{command:?}: {stderr:?}");
    assert!(stderr.starts_with("error: ") && !stderr.starts_with("error: error"), "{stderr}");
    stderr
}

pub fn json_of(command: &mut Command) -> Value {
    serde_json::from_str(&printed(command)).unwrap()
}

/// A directory of its own, removed in the end.
pub struct Directory(pub PathBuf);

impl Directory {
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("apportion-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Directory(path)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub fn entries(&self) -> Vec<String> {
        fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
