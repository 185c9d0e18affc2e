//! Names as a message lists them.

/// How many names a message lists.
const LISTED: usize = 40;

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

pub(super) fn nearest(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        names => {
            format!(": did you mean {}?", names.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(" or "))
        }
    }
}
