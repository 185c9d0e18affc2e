//! A table as LaTeX.

use super::{Shown, Table};

/// Rows from which on a table may break over pages.
const LONG: usize = 50;

impl Table {
    /// The lines of a `tabular` with the rules of booktabs; of a `longtable` where it is longer than a page.
    pub(in crate::report) fn latex_lines(&self, shown: &Shown) -> Vec<String> {
        let alignment: String = self.columns.iter().map(|column| if column.is_text() { 'l' } else { 'r' }).collect();
        let is_long = self.rows.len() > LONG;
        let environment = if is_long { "longtable" } else { "tabular" };
        let row = |cells: Vec<String>| format!("{} \\\\", cells.join(" & "));
        let heading = row(self.columns.iter().map(|column| escaped(&column.heading)).collect());
        let mut lines = vec![
            format!("\\begin{{{environment}}}{{{alignment}}}"),
            "\\toprule".to_string(),
            heading,
            "\\midrule".into(),
        ];
        lines.extend(is_long.then(|| "\\endhead".to_string()));
        for (at, (cells, own)) in self.cells(shown).into_iter().zip(&self.rows).enumerate() {
            if at > 0 && at == self.first_closing() {
                lines.push("\\midrule".to_string());
            }
            let written = cells.iter().zip(own).map(|(text, cell)| match cell.number() {
                Some(_) => number(text),
                None => escaped(text),
            });
            lines.push(row(written.collect()));
        }
        lines.extend(["\\bottomrule".to_string(), format!("\\end{{{environment}}}")]);
        lines
    }
}

/// A number, or two with "to" between, in mathematics, for their minus and powers of ten.
fn number(text: &str) -> String {
    let one = |number: &str| match number.strip_prefix('<') {
        Some(rest) => format!("$<{rest}$"),
        None => match number.split_once('e') {
            Some((digits, exponent)) => format!("${digits} \\times 10^{{{exponent}}}$"),
            None => format!("${number}$"),
        },
    };
    text.split(" to ").map(one).collect::<Vec<_>>().join(" to ")
}

/// A text for LaTeX: characters that it would read as its own are escaped.
pub(in crate::report) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', c]),
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '<' => escaped.push_str("\\textless{}"),
            '>' => escaped.push_str("\\textgreater{}"),
            '|' => escaped.push_str("\\textbar{}"),
            // As it stands it would be another sign, or a command of a language.
            '"' => escaped.push_str("\\symbol{34}"),
            '`' => escaped.push_str("\\textasciigrave{}"),
            // After the end of a line these would be its options.
            '[' | ']' | '*' => escaped.extend(['{', c, '}']),
            '²' => escaped.push_str("$^2$"),
            '–' => escaped.push_str("--"),
            '→' => escaped.push_str("$\\rightarrow$"),
            '≤' => escaped.push_str("$\\leq$"),
            '≥' => escaped.push_str("$\\geq$"),
            '×' => escaped.push_str("$\\times$"),
            '−' => escaped.push_str("$-$"),
            'χ' => escaped.push_str("$\\chi$"),
            'φ' => escaped.push_str("$\\phi$"),
            'τ' => escaped.push_str("$\\tau$"),
            '…' => escaped.push_str("\\ldots{}"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_mathematics() {
        assert_eq!(number("-1.5"), "$-1.5$");
        assert_eq!(number("-1.2e-5 to 3.0"), "$-1.2 \\times 10^{-5}$ to $3.0$");
        assert_eq!(number("<0.0001"), "$<0.0001$");
    }
}
