//! In which year does the period that a cell names end?
//!
//! Knows only the text of one cell.

use std::ops::RangeInclusive;

use super::spelling::canonical;

/// Reads a period: a financial or academic year as the year in which it ends, any other integer as it stands.
///
/// A span of years must be one year long. Trailing remarks, as in `2016-17 (OT)` and `2021-22 [r]`, are ignored, and so
/// is the `.0` that spreadsheets add. Six digits are always a span: `201718` is 2018, and `201712` is no period. `None`
/// for any other text, and for five digits, the number that a spreadsheet gives to a day. Whether `1617` is that year or
/// 2016-17 is for the whole column to say; see [`short_span`].
pub(crate) fn read_period(text: &str) -> Option<i32> {
    // A dash that is no hyphen joins two years, and is no sign.
    let is_signed = text.trim_start().starts_with('-');
    let text = canonical(text);
    let (text, _) = without_remarks(&text);
    let text = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        _ => text,
    };
    if text.len() == 6 && is_digits(text) {
        let (from, to) = text.split_at(4);
        return span(from, to);
    }
    // Before spans, since a hyphen in front is a sign.
    if is_digits(text.strip_prefix('-').filter(|_| is_signed).unwrap_or(text)) {
        return text.parse().ok().filter(|_| text.len() != DIGITS_OF_A_DAY);
    }
    let (from, to) = text.split_once(['-', '/'])?;
    span(from.trim_end(), to.trim_start())
}

/// Digits of the number that a spreadsheet gives to a day of our time.
const DIGITS_OF_A_DAY: usize = 5;

/// Among these four digits may be a year, even where the last two follow the first two.
const YEARS_OF_OUR_TIME: RangeInclusive<&str> = "1900"..="2100";

/// Whether four digits are two years in a row, such as 1617 for 2016-17.
fn is_short_span(text: &str) -> bool {
    let (Some(from), Some(to)) = (text.get(..2), text.get(2..)) else { return false };
    let number = |digits: &str| digits.parse::<u32>().ok().filter(|_| digits.len() == 2 && is_digits(digits));
    matches!((number(from), number(to)), (Some(from), Some(to)) if (from + 1) % 100 == to)
}

/// Which of the texts of one column is a financial year in four digits and no year: the first where all could be, and
/// several are not; or one outside our time that no other year of its time stands beside, as 1818 and 1820 beside 1819.
pub(crate) fn short_span<'a>(texts: impl Iterator<Item = &'a str>) -> Option<usize> {
    let plain: Vec<String> = texts.map(|text| without_remarks(&canonical(text)).0.to_owned()).collect();
    let of_other_time = |text: &str| text.len() == 4 && is_digits(text) && !YEARS_OF_OUR_TIME.contains(&text);
    if plain.len() > 1 && plain.iter().all(|text| is_short_span(text)) {
        return Some(0);
    }
    match plain.iter().any(|text| of_other_time(text) && !is_short_span(text)) {
        true => None,
        false => plain.iter().position(|text| of_other_time(text) && is_short_span(text)),
    }
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
        let text = canonical(text);
        let (text, _) = without_remarks(&text);
        // From the second character on, since a dash in front is a sign.
        if text.get(1..).is_some_and(|rest| rest.contains(['-', '/'])) {
            PeriodForm::Span
        // By digits, not by length, which a `.0` would add to.
        } else if text.bytes().filter(u8::is_ascii_digit).count() >= 6 {
            PeriodForm::SixDigits
        } else {
            PeriodForm::Year
        }
    }
}

/// The text without remarks at its end, and the remarks: those in brackets, raised digits, asterisks and daggers.
pub(crate) fn without_remarks(text: &str) -> (&str, &str) {
    let text = text.trim();
    let mut plain = text;
    loop {
        let before = plain.trim_end_matches(is_note_mark).trim_end();
        plain = match before.ends_with([')', ']']) {
            true => before.split(['(', '[']).next().unwrap_or_default().trim_end(),
            false => before,
        };
        if plain == before {
            return (plain, text.get(plain.len()..).unwrap_or_default().trim());
        }
    }
}

/// Signs that refer to a note.
pub(crate) fn is_note_mark(c: char) -> bool {
    matches!(c, '*' | '†' | '‡' | '§' | '¶' | '¹' | '²' | '³' | '⁰' | '⁴'..='⁹')
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Whether a text that is no period speaks of one all the same, so that it must not be passed over: it begins with
/// digits or with a month before digits, or has a year of our time in it.
pub(crate) fn speaks_of_a_period(text: &str) -> bool {
    let text = canonical(text).to_lowercase();
    let word = text.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let is_month = word.len() >= 3 && MONTHS.iter().any(|month| month.starts_with(word));
    let is_year = |run: &str| run.len() == 4 && YEARS_OF_OUR_TIME.contains(&run);
    text.starts_with(|c: char| c.is_ascii_digit())
        || (is_month && text.contains(|c: char| c.is_ascii_digit()))
        || text.split(|c: char| !c.is_ascii_digit()).any(is_year)
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
            "2017‑18",
            "2017−18",
            "２０１７-１８",
            "\u{2009}2017-18\u{a0}",
            "2017-18 [r]",
            "2017-18[p]",
            "2017-18\n[r, p]",
            "2017-18 (revised, see note 2) [r]",
            "2018¹",
            "2017/18 ²³",
            "2018*",
            "2018 [r] (OT)",
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
    fn four_digits_that_may_be_two_years() {
        assert_eq!(
            (read_period("2021"), read_period("1920"), read_period("1851")),
            (Some(2021), Some(1920), Some(1851))
        );
        for (years, found) in
            [(&["1920", "2021 [p]"][..], 0), (&["2018", "1617"], 1), (&["1617 [r]"], 0), (&["2122"], 0)]
        {
            assert_eq!(short_span(years.iter().copied()), Some(found), "{years:?}");
        }
        for years in [&["2021"][..], &["2021", "2022"], &["1818", "1819", "1820"], &["1", "12"], &[]] {
            assert_eq!(short_span(years.iter().copied()), None, "{years:?}");
        }
    }

    #[test]
    fn what_speaks_of_a_period() {
        for text in ["2021-22 r", "21-22", "Mar-22", "31/03/2021", "FY2021-22", "Year ending March 2021", "2021 Q1"] {
            assert!(read_period(text).is_none() && speaks_of_a_period(text), "{text}");
        }
        for text in ["", "of", "name", "imd", "q1", "Market 1", "code 12345", "May"] {
            assert!(!speaks_of_a_period(text), "{text}");
        }
    }

    #[test]
    fn remarks_are_what_stands_after() {
        for (text, plain, remarks) in
            [("2018", "2018", ""), ("2018 [r] ¹", "2018", "[r] ¹"), ("2018(OT)", "2018", "(OT)"), ("[r]", "", "[r]")]
        {
            assert_eq!(without_remarks(text), (plain, remarks), "{text}");
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
            "[r]",
            "*",
            "43555",
            "2021-22 r",
            "2018-03-31",
            "31/03/2018",
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
