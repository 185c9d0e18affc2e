//! The table in LaTeX.

use super::RegressionTable;
use crate::report::table::escaped_latex as escaped;

impl RegressionTable {
    /// As a LaTeX `tabular` with the rules of the booktabs package (`\usepackage{booktabs}`), the notes in its last
    /// rows.
    ///
    /// Characters with a meaning in LaTeX are escaped; a line break in a name becomes a space, since a cell is one
    /// line.
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::RegressionTable;
    /// # use apportion::{Covariance, Panel, PanelRegression};
    /// # let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("low_x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["low_x"]).fit(&panel)?;
    /// let table = RegressionTable::new([("all", &fit.coefficients(&Covariance::iid())?)]);
    /// assert!(table.to_latex().contains("low\\_x & $1.100$ \\\\\n & ($0.5196$) \\\\\n"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_latex(&self) -> String {
        let columns = self.models.len() + 1;
        let names = self.models.iter().map(|model| escaped(&model.name)).collect();
        let mut lines = vec![
            format!("\\begin{{tabular}}{{l{}}}", "c".repeat(self.models.len())),
            "\\toprule".to_string(),
            line("", names),
            "\\midrule".to_string(),
        ];
        for row in self.rows() {
            let estimates =
                row.cells.iter().map(|cell| cell.map_or(String::new(), |c| self.math(c.estimate, self.stars_of(c))));
            let below = row.cells.iter().map(|cell| {
                let (text, close) = cell.map_or((String::new(), ""), |c| self.below(c, |x| self.math(x, "")));
                format!("{text}{close}")
            });
            lines.push(line(&escaped(&row.name), estimates.collect()));
            lines.push(line("", below.collect()));
        }
        lines.push("\\midrule".to_string());
        for (label, cells) in self.statistics() {
            lines.push(line(&escaped(&label), cells.iter().map(|cell| escaped(cell)).collect()));
        }
        lines.push("\\bottomrule".to_string());
        lines.extend(self.notes().iter().map(|note| {
            format!("\\multicolumn{{{columns}}}{{p{{0.9\\linewidth}}}}{{\\footnotesize {}}} \\\\", escaped(note))
        }));
        lines.push("\\end{tabular}".to_string());
        lines.join("\n") + "\n"
    }

    /// A number in mathematics, for its minus and its power of ten.
    fn math(&self, x: f64, stars: &str) -> String {
        if x.is_nan() {
            return "--".to_string();
        }
        let number = self.number(x);
        let number = match number.split_once('e') {
            Some((digits, exponent)) => format!("{digits} \\times 10^{{{exponent}}}"),
            None if x.is_finite() => number,
            None => format!("\\mathrm{{{number}}}"),
        };
        let stars = if stars.is_empty() { String::new() } else { format!("^{{{stars}}}") };
        format!("${number}{stars}$")
    }
}

fn line(name: &str, cells: Vec<String>) -> String {
    let cells: String = cells.iter().map(|cell| format!(" & {cell}")).collect();
    format!("{name}{cells} \\\\")
}
