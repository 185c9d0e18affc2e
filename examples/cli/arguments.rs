//! What single arguments of the command line say.

use apportion::error::QuestionError;
use apportion::model::parse_terms;
use apportion::{Component, Error, Method, Term};

/// A list of terms given as one argument.
#[derive(Debug, Clone)]
pub struct Terms(pub Vec<Term>);

/// What a component enters after.
#[derive(Debug, Clone)]
pub struct After {
    pub component: String,
    pub others: Vec<String>,
}

/// What `--method` takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// This method; sequential in the order of the command line.
    Method(Method),
    /// How the coefficients of what is always in change.
    Gelbach,
    /// Every method that applies, as one table.
    All,
}

pub fn component(text: &str) -> std::result::Result<Component, String> {
    match text.split_once('=') {
        None => Err("there is no `=`: write NAME=TERM,TERM".to_string()),
        Some((name, _)) if name.trim().is_empty() => Err("there is no name before `=`".to_string()),
        Some((name, list)) => Ok(Component::new(name.trim(), terms(list)?.0)),
    }
}

pub fn terms(list: &str) -> std::result::Result<Terms, String> {
    parse_terms(list).map(Terms).map_err(|error| error.to_string())
}

pub fn after(text: &str) -> std::result::Result<After, String> {
    match text.split_once('=') {
        None => Err("there is no `=`: write NAME=NAME,NAME".to_string()),
        Some((component, others)) => {
            let others = others.split(',').map(|name| name.trim().to_string()).collect();
            Ok(After { component: component.trim().to_string(), others })
        }
    }
}

/// What `--method` takes, as a list: the methods that the library names where it is given no name, and two more.
fn method_names() -> String {
    let names = match "".parse::<Method>() {
        Err(Error::Question(QuestionError::Option { expected, .. })) => expected.replace("it must be one of ", ""),
        _ => String::new(),
    };
    format!("{names}, gelbach or all")
}

pub fn method_help() -> String {
    format!("{}; repeat for several [default: sequential and shapley]", method_names())
}

pub fn method(name: &str) -> std::result::Result<Asked, String> {
    match name {
        "all" => Ok(Asked::All),
        "gelbach" => Ok(Asked::Gelbach),
        _ => match name.parse() {
            Ok(method) => Ok(Asked::Method(method)),
            Err(_) => Err(format!("there is no such method: use {}", method_names())),
        },
    }
}

pub fn level(text: &str) -> std::result::Result<f64, String> {
    match text.parse() {
        Ok(level) if level > 0.0 && level < 1.0 => Ok(level),
        _ => Err("it must be a number above 0 and below 1, such as 0.95".to_string()),
    }
}
