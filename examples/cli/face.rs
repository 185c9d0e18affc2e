//! The face that the examples show: an answer on standard output and exit code 0, or one line on standard error and 2;
//! after an interrupt 130.

use std::io::{self, ErrorKind, Write};
use std::process::{ExitCode, exit};
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Command, FromArgMatches};

/// Whatever goes wrong becomes one line.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// An answer, or what went wrong.
pub type Result<T> = std::result::Result<T, Error>;

/// Whether the user asked for an end; whatever goes wrong then is that end.
pub static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// Whether something looks at that. Until then an interrupt ends the process at once.
pub static IS_WATCHED: AtomicBool = AtomicBool::new(false);

/// What a shell says of a process that an interrupt ended: 128 and the number of the signal.
const INTERRUPTED: u8 = 130;

/// Reads the arguments, works out the answer, and prints all of it or none.
pub fn run<T: FromArgMatches>(command: Command, answer: impl FnOnce(T) -> Result<String>) -> ExitCode {
    // Without a handler an interrupt ends the process as it ends any other.
    let _ = ctrlc::set_handler(interrupt);
    let arguments = command.try_get_matches().and_then(|matches| T::from_arg_matches(&matches));
    let answer = match arguments {
        Ok(arguments) => answer(arguments),
        Err(help) if !help.use_stderr() => Ok(help.to_string()),
        Err(wrong) => Err(first_paragraph(&wrong).into()),
    };
    match answer.and_then(|text| print(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if IS_INTERRUPTED.load(Ordering::SeqCst) => {
            say_interrupted();
            ExitCode::from(INTERRUPTED)
        }
        Err(error) => {
            let line: String =
                in_words(&error.to_string()).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            // Without a standard error the exit code alone has to say it.
            let _ = writeln!(io::stderr(), "error: {line}");
            ExitCode::from(2)
        }
    }
}

/// On a thread of its own: what is watched or printed ends by itself, unless the user asks a second time.
fn interrupt() {
    if IS_INTERRUPTED.swap(true, Ordering::SeqCst) {
        exit(INTERRUPTED.into());
    }
    if !IS_WATCHED.load(Ordering::SeqCst) {
        // Held, so that nothing is printed in part.
        let _out = io::stdout().lock();
        say_interrupted();
        exit(INTERRUPTED.into());
    }
}

fn say_interrupted() {
    let _ = writeln!(io::stderr(), "interrupted: nothing was printed");
}

/// A reader that has seen enough, such as `head`, is no error.
fn print(text: &str) -> Result<()> {
    IS_WATCHED.store(true, Ordering::SeqCst);
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(format!("cannot print: {error}").into()),
        _ => Ok(()),
    }
}

/// What errors of the library advise its callers to do, and what that is on a command line.
const ADVICE: [(&str, &str); 6] = [
    ("Row::text(), column", "column"),
    (": use Row::text(), or correct that where numbers are meant", ": name a column of numbers, or correct it"),
    (": use Row::number(), or name it in PanelSchema::texts()", ": name a column of words"),
    (
        ": name the column in PanelSchema::numbers() if it counts something",
        ": write it with a decimal point if it is a number",
    ),
    (", which Row::period() and Panel::periods() give", ": name another"),
    // Of a file, what is read is what was asked for.
    (", or leave it out with PanelSchema::only()", ""),
];

/// An error as it is said to somebody who calls no function.
fn in_words(error: &str) -> String {
    ADVICE.iter().fold(error.to_string(), |said, (of_library, here)| said.replace(of_library, here))
}

/// Reads a period.
#[allow(dead_code, reason = "not every example asks for one")]
pub fn period(text: &str) -> std::result::Result<i32, String> {
    text.trim().parse().map_err(|_| "write a period as a whole number, such as 2011".to_string())
}

/// Reads a number of things, or a seed.
#[allow(dead_code, reason = "not every example asks for one")]
pub fn whole<T: std::str::FromStr>(text: &str) -> std::result::Result<T, String> {
    text.trim().parse().map_err(|_| "write a whole number from zero up".to_string())
}

/// What clap found wrong, without its tips and usage.
fn first_paragraph(error: &clap::Error) -> String {
    let text = error.to_string();
    let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
    let joined = lines.collect::<Vec<_>>().join(" ");
    joined.strip_prefix("error: ").unwrap_or(&joined).to_string()
}
