//! Names as a message lists them.

/// How many names a message lists.
const LISTED: usize = 40;

/// How many it lists where each has more to it than a name.
const FEW: usize = 8;

pub(super) fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let listed: Vec<String> = names.iter().take(LISTED).map(|name| format!("\"{name}\"")).collect();
    match names.len().saturating_sub(LISTED) {
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}

/// The first of them in one line, and how many more there are.
pub(crate) fn first_few(names: &[String]) -> String {
    let listed = names.iter().take(FEW).map(String::as_str).collect::<Vec<_>>().join("; ");
    match names.len().saturating_sub(FEW) {
        0 => listed,
        more => format!("{listed}; and {more} more"),
    }
}

pub(super) fn nearest(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        names => {
            format!(": did you mean {}?", names.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(" or "))
        }
    }
}
