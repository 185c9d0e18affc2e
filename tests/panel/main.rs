//! Panels: what is read, described, derived, reorganised and written, and what is refused.

#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod derive;
mod description;
mod england;
mod reorganise;
mod spellings;
mod verbs;
mod write;
