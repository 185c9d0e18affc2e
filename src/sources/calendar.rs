//! Which period does a text of a published file name?
//!
//! Knows one text, and whether the source says that it is a date.

use super::Source;
use crate::panel::read_period;

/// The period that a text names, as the source says that they are written; `None` where it names none.
pub(super) fn period_of(source: &Source, text: &str) -> Option<i32> {
    if source.dates { financial_year(text) } else { read_period(text) }
}

/// The financial year, 1 April to 31 March, in which a date falls, by the year in which it ends; `None` where the text
/// is no date.
fn financial_year(text: &str) -> Option<i32> {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (year, month, day) = if a.len() == 4 { (a, b, c) } else { (c, b, a) };
    // A time may stand after the day.
    let (year, month, day): (i32, u32, u32) = (year.parse().ok()?, month.parse().ok()?, day.get(..2)?.parse().ok()?);
    if year < 1000 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if month >= 4 { year.checked_add(1) } else { Some(year) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_fall_into_financial_years() {
        for (date, year) in [
            ("2019-03-31", Some(2019)),
            ("2019-04-01", Some(2020)),
            ("31/03/2019", Some(2019)),
            ("01/04/2019", Some(2020)),
            ("01/04/2147483647", None),
            ("2019-13-01", None),
            ("2019", None),
            ("soon", None),
        ] {
            assert_eq!(financial_year(date), year, "{date}");
        }
    }
}
