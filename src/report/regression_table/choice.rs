//! Which coefficients are shown, in which order, under which names: a choice that knows no table.

use serde::{Deserialize, Serialize};

/// Patterns and names as they were asked for; all rows, in the order of appearance, under their own names, where nothing
/// was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Choice {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) keep: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) omit: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) order: Vec<String>,
    /// What is named, and its printed name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) labels: Vec<(String, String)>,
}

impl Choice {
    /// Whether the coefficient of these names is shown: its own, and its term's where it is of a level.
    pub(super) fn shows(&self, names: &[&str]) -> bool {
        let is_in = |patterns: &[String]| patterns.iter().any(|pattern| is_any(pattern, names));
        (self.keep.is_empty() || is_in(&self.keep)) && !is_in(&self.omit)
    }

    /// Its place: that of the first pattern of the order that it matches, after all of them where it matches none.
    pub(super) fn place(&self, names: &[&str]) -> usize {
        self.order.iter().position(|pattern| is_any(pattern, names)).unwrap_or(self.order.len())
    }

    /// The printed name of what is called so, where it has one.
    pub(super) fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(known, _)| known == name).map(|(_, label)| label.as_str())
    }
}

/// Whether a pattern is of any of these names.
pub(super) fn is_any(pattern: &str, names: &[&str]) -> bool {
    names.iter().any(|name| is_match(pattern, name))
}

/// Whether a pattern is of the whole of a text, where `*` stands for any characters or none, `?` for one.
fn is_match(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // The last star, and where what it stands for ends: tried one character further whenever the rest does not match.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match &mut star {
                Some((at, end)) => {
                    *end += 1;
                    (p, t) = (*at + 1, *end);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_of_the_whole_name() {
        for (pattern, text) in [
            ("x", "x"),
            ("*", ""),
            ("*", "anything"),
            ("year*", "year[2012]"),
            ("*rate", "cpp_rate"),
            ("*a*b", "xaxbab"),
            ("??", "é²"),
            ("period_effects[*]", "period_effects[2012]"),
            ("**x**", "x"),
        ] {
            assert!(is_match(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("x", "xx"), ("x", ""), ("?", ""), ("*a", "ab"), ("", "a"), ("Year*", "year"), ("a*b", "acbd")]
        {
            assert!(!is_match(pattern, text), "{pattern} {text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_pattern_made_of_a_text_is_of_it(text in "[a-c]{0,12}", stars in proptest::collection::vec(0_usize..3, 12)) {
            // Every character stays, becomes one of any, or any number of any.
            let made = text.chars().zip(&stars).map(|(c, star)| [c, '?', '*'][*star]);
            proptest::prop_assert!(is_match(&made.collect::<String>(), &text));
        }
    }
}
