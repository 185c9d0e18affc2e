//! How far shares move with the order, as a table with a mark from the least to the largest.

use std::fmt;

use super::grid::{self, Column};
use super::text::{cut, percent, wrapped};
use crate::decompose::{OrderRange, ShareRange};

/// Narrower marks go without a scale above them.
const LEAST_SCALE: usize = 20;

impl fmt::Display for OrderRange {
    /// A table within 80 columns: the smallest, mean and largest share of each component in per cent, and a mark
    /// `├─●─┤` between them with the mean in it; then every warning.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = cut(&self.outcome, 24);
        let orders = match self.components.len() {
            1 => "in the only order".to_string(),
            n => format!("over all {n}! orders"),
        };
        let mut lines = wrapped(&format!("{outcome}, share of total {orders}"));
        lines.push(String::new());
        let names: Vec<&str> = self.components.iter().map(|range| range.name.as_str()).collect();
        let column = |heading, value: fn(&ShareRange) -> f64| {
            Column::new(["", heading], self.components.iter().map(|range| format!("{}%", percent(value(range)))))
        };
        let left =
            [column("min", |range| range.min), column("mean", |range| range.mean), column("max", |range| range.max)];
        lines.extend(grid::lines(&names, &left, |width| self.marks(width), &[]).into_iter().skip(1));
        lines.extend(self.warnings.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        f.write_str(&lines.join("\n"))
    }
}

impl OrderRange {
    /// Two lines of heading, the second with the ends of the scale, then a mark for each component.
    fn marks(&self, width: usize) -> Vec<String> {
        let low = self.components.iter().map(|range| range.min).fold(0.0, f64::min);
        let high = self.components.iter().map(|range| range.max).fold(0.0, f64::max);
        let drawable = high > low && (high - low).is_finite();
        let [least, most] = [low, high].map(|end| format!("{}%", percent(end)));
        let scale = match drawable && width >= LEAST_SCALE {
            true => format!("{least}{most:>rest$}", rest = width - least.len()),
            false => String::new(),
        };
        let position = |share: f64| ((share - low) / (high - low) * (width - 1) as f64).round() as usize;
        let mark = |range: &ShareRange| {
            let [min, mean, max] = [range.min, range.mean, range.max].map(position);
            let sign = |at| match at {
                _ if at == mean => '●',
                _ if at == min => '├',
                _ if at == max => '┤',
                _ if min < at && at < max => '─',
                _ => ' ',
            };
            if drawable { (0..width).map(sign).collect() } else { String::new() }
        };
        [String::new(), scale].into_iter().chain(self.components.iter().map(mark)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::text::WIDTH;
    use crate::warning::Warning;

    fn range(name: &str, [min, mean, max]: [f64; 3]) -> ShareRange {
        ShareRange { name: name.to_string(), min, mean, max }
    }

    fn range_of(outcome: String, components: Vec<ShareRange>) -> OrderRange {
        OrderRange { outcome, components, warnings: Vec::new() }
    }

    #[test]
    fn a_table_is_pinned() {
        let components = vec![
            range("deprivation", [0.101, 0.13, 0.152]),
            range("practice", [0.439, 0.512, 0.604]),
            range("policy", [0.1, 0.1, 0.1]),
        ];
        let warnings = vec![Warning::Saturated { observations: 9 }];
        assert_eq!(
            OrderRange { outcome: "cpp_rate".to_string(), components, warnings }.to_string(),
            "\
cpp_rate, share of total over all 3! orders

component      min   mean    max  0.0%                               60.4%
deprivation  10.1%  13.0%  15.2%         ├●─┤
practice     43.9%  51.2%  60.4%                              ├────●─────┤
policy       10.0%  10.0%  10.0%        ●
warning: the model has as many parameters as observations (9): it would fit any
  outcome, and leaves nothing unexplained by construction"
        );
    }

    #[test]
    fn one_component_has_one_order() {
        let text = range_of("y".to_string(), vec![range("x", [0.5; 3])]).to_string();
        assert!(text.starts_with("y, share of total in the only order\n"), "{text}");
    }

    proptest! {
        #[test]
        fn every_line_fits(
            names in prop::collection::vec("\\PC{0,90}", 1..6),
            numbers in prop::collection::vec(prop::array::uniform3(any::<f64>()), 6),
            fractions in prop::collection::vec(prop::array::uniform3(-0.1..1.0), 6),
            extreme: bool,
            outcome in "\\PC{0,120}",
        ) {
            let numbers = if extreme { numbers } else { fractions };
            let components = names.iter().zip(numbers).map(|(name, numbers)| range(name, numbers)).collect();
            for line in range_of(outcome, components).to_string().lines() {
                prop_assert!(line.chars().count() <= WIDTH, "{} characters: {line}", line.chars().count());
            }
        }
    }
}
