//! What a message must say.
#![allow(clippy::panic)]

use apportion::{Error, Result};

/// The error, whose message must be one line and hold every one of these words.
#[track_caller]
pub fn error<T>(result: Result<T>, words: &[&str]) -> Error {
    let Err(error) = result else { panic!("this must fail") };
    let message = error.to_string();
    assert!(!message.contains('\n'), "one line: {message}");
    for word in words {
        assert!(message.contains(word), "{word:?} is not in: {message}");
    }
    error
}
