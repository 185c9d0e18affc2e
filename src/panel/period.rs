//! In which year does the period that a cell names end?
//!
//! Knows only the text of one cell.

/// Reads a period: a financial or academic year as the year in which it ends, any other integer as it stands.
///
/// A span of years must be one year long. A trailing remark in brackets, as in `2016-17 (OT)`, is ignored, and so is
/// the `.0` that spreadsheets add. Six digits are always a span: `201718` is 2018, and `201712` is no period. `None`
/// for any other text.
pub(crate) fn read_period(text: &str) -> Option<i32> {
    let text = without_remark(text);
    let text = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        _ => text,
    };
    if text.len() == 6 && is_digits(text) {
        let (from, to) = text.split_at(4);
        return span(from, to);
    }
    // Before spans, since a dash in front is a sign.
    if is_digits(text.strip_prefix('-').unwrap_or(text)) {
        return text.parse().ok();
    }
    let (from, to) = text.split_once(['-', '/', '–'])?;
    span(from.trim_end(), to.trim_start())
}

/// How a period is written. In one file `2018` and `2017-18` may be different years, though both read as 2018.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PeriodForm {
    /// 2018.
    Year,
    /// 2017-18 or 2017/18.
    Span,
    /// 201718.
    SixDigits,
}

impl PeriodForm {
    /// The form of a text that is a period.
    pub(crate) fn of(text: &str) -> Self {
        let text = without_remark(text);
        // From the second character on, since a dash in front is a sign.
        if text.get(1..).is_some_and(|rest| rest.contains(['-', '/', '–'])) {
            PeriodForm::Span
        // By digits, not by length, which a `.0` would add to.
        } else if text.bytes().filter(u8::is_ascii_digit).count() >= 6 {
            PeriodForm::SixDigits
        } else {
            PeriodForm::Year
        }
    }
}

/// The text without a remark in brackets at its end.
fn without_remark(text: &str) -> &str {
    let text = text.trim();
    match text.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
        Some((before, _)) => before.trim_end(),
        None => text,
    }
}

/// The end of a span of one year: four digits, then two or four.
fn span(from: &str, to: &str) -> Option<i32> {
    if from.len() != 4 || !is_digits(from) || !is_digits(to) {
        return None;
    }
    let end = from.parse::<i32>().ok()? + 1;
    let written: i32 = to.parse().ok()?;
    match to.len() {
        2 if written == end % 100 => Some(end),
        4 if written == end => Some(end),
        _ => None,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_and_spans_end_in_2018() {
        for text in [
            "2018",
            " 2018 ",
            "2018.0",
            "201718",
            "201718.0",
            "2017-18",
            "2017/18",
            "2017–18",
            "2017-2018",
            "2017/2018",
            "2017 - 18",
            "2017-18 (OT)",
            "2018 (provisional)",
        ] {
            assert_eq!(read_period(text), Some(2018), "{text}");
        }
    }

    #[test]
    fn spans_cross_a_century() {
        assert_eq!(read_period("1999-00"), Some(2000));
        assert_eq!(read_period("199900"), Some(2000));
        assert_eq!(read_period("1999-2000"), Some(2000));
    }

    #[test]
    fn other_integers_stand_as_they_are() {
        for (text, period) in [("1", 1), ("2", 2), ("3.00", 3), ("-4", -4), ("0", 0), ("20180401", 20_180_401)] {
            assert_eq!(read_period(text), Some(period), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_period() {
        for text in [
            "",
            "201712",
            "201817",
            "2017-17",
            "2017-19",
            "2017-2019",
            "2017-8",
            "17-18",
            "2017-18-19",
            "2018.5",
            "2018.",
            "Q1 2018",
            "two",
            "(OT)",
            "99999999999",
            "--4",
            "2017–",
            "–18",
            "+2018",
            "1e3",
            "२०१८",
        ] {
            assert_eq!(read_period(text), None, "{text}");
        }
    }
}
