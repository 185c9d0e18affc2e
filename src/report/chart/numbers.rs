//! How is a number written, and at which numbers does an axis have its ticks?

/// What the numbers of an axis are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Fractions, written as percentages.
    Percent,
    /// Numbers as they are.
    Plain,
    /// Years and lags, which have no thousands.
    Whole,
}

/// A number with a minus that is one, and commas between thousands.
pub(super) fn number(value: f64, decimals: usize) -> String {
    if value.abs() >= 1e12 {
        return format!("{value:.2e}").replace('-', "−");
    }
    let digits = format!("{:.decimals$}", value.abs());
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    // What rounds to zero has no sign.
    let is_zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    format!("{}{grouped}{rest}", if value < 0.0 && !is_zero { "−" } else { "" })
}

/// The same with a plus where it is above zero.
pub(super) fn signed(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    let is_zero = text.chars().all(|c| matches!(c, '0' | '.' | ','));
    if value > 0.0 && !is_zero { format!("+{text}") } else { text }
}

pub(super) fn percent(fraction: f64, decimals: usize) -> String {
    format!("{}%", number(100.0 * fraction, decimals))
}

/// Decimals at which the largest of some values has three figures.
pub(super) fn decimals_for(values: impl IntoIterator<Item = f64>) -> usize {
    let largest =
        values.into_iter().filter(|value| value.is_finite()).fold(0.0_f64, |most, value| most.max(value.abs()));
    if largest == 0.0 {
        return 0;
    }
    (2 - largest.log10().floor() as i64).clamp(0, 9) as usize
}

/// Round numbers from one value to another: multiples of 1, 2 or 5 times a power of ten, at most so many.
pub(super) fn ticks(low: f64, high: f64, most: usize, whole: bool) -> Vec<f64> {
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) {
        return vec![low];
    }
    let rough = span / most.max(1) as f64;
    let power = 10.0_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0].map(|times| times * power);
    let steps = steps.into_iter().filter(|step| !whole || *step >= 0.999);
    let at = |step: f64| {
        let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
        (0..=((last - first).max(0.0) as usize)).map(move |n| (first + n as f64) * step).collect::<Vec<_>>()
    };
    steps.map(at).find(|ticks| ticks.len() <= most.max(2)).unwrap_or_else(|| vec![low, high])
}

/// Ticks as they are written, all with as many decimals as the step between them needs.
pub(super) fn written(ticks: &[f64], unit: Unit) -> Vec<String> {
    let times = if unit == Unit::Percent { 100.0 } else { 1.0 };
    let step = ticks.windows(2).map(|two| times * (two[1] - two[0]).abs()).fold(f64::INFINITY, f64::min);
    let decimals =
        if step.is_finite() && step > 0.0 { (-(step * 1.000_001).log10().floor()).clamp(0.0, 9.0) as usize } else { 0 };
    let write = |&tick: &f64| match unit {
        Unit::Percent => percent(tick, decimals),
        Unit::Plain => number(tick, decimals),
        Unit::Whole => format!("{tick:.0}").replace('-', "−"),
    };
    ticks.iter().map(write).collect()
}

#[cfg(test)]
mod tests {
    use super::{Unit, decimals_for, number, percent, signed, ticks, written};

    #[test]
    fn numbers_are_written_as_a_report_does() {
        assert_eq!(number(-1_234_567.891, 1), "−1,234,567.9");
        assert_eq!((number(-0.04, 1), number(999.0, 0), number(0.5, 2)), ("0.0".into(), "999".into(), "0.50".into()));
        assert_eq!((signed(2.0, 1), signed(-2.0, 1), signed(0.01, 1)), ("+2.0".into(), "−2.0".into(), "0.0".into()));
        assert_eq!(percent(0.4416, 1), "44.2%");
        assert_eq!(
            [decimals_for([123.0]), decimals_for([12.0, -45.0]), decimals_for([0.0123]), decimals_for([0.0])],
            [0, 1, 4, 0]
        );
    }

    #[test]
    fn ticks_stand_at_round_numbers() {
        assert_eq!(ticks(0.0, 1.0, 6, false), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(written(&ticks(0.0, 1.0, 6, false), Unit::Percent), ["0%", "20%", "40%", "60%", "80%", "100%"]);
        assert_eq!(written(&ticks(-0.013, 0.021, 4, false), Unit::Plain), ["−0.01", "0.00", "0.01", "0.02"]);
        assert_eq!(written(&ticks(2011.0, 2018.0, 8, true), Unit::Whole).len(), 8);
        assert_eq!(written(&ticks(2011.0, 2018.0, 4, true), Unit::Whole), ["2012", "2014", "2016", "2018"]);
        assert_eq!(ticks(3.0, 3.0, 4, false), [3.0]);
        for (low, high) in [(1e-9, 2e-9), (-1e7, 3e9), (0.1, 0.1001)] {
            for most in 2..12 {
                assert!((1..=most).contains(&ticks(low, high, most, false).len()), "{low} to {high}, {most}");
            }
        }
    }
}
