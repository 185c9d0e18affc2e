//! How a [`Term`] is read from text, and which combinations make sense.
//!
//! ```text
//! term   = part (":" part)*
//! part   = "unit_effects" | "period_effects" | call | name
//! call   = ("log" | "sqrt" | "asinh" | "log1p" | "power" | "lag" | "lead" | "within" | "between") "(" term ["," number] ")"
//!        | ("lag" | "lead") "(" term "," number ":" number ")"     in a list: several terms
//!        | "factor" "(" name ["," "ref" "=" name] ")"
//! name   = any characters but ( ) , : `     or     "`" any characters, a backtick doubled "`"
//! ```

use std::str::FromStr;

use super::term::Term;
use crate::error::TermSyntax;
use crate::panel::Function;

/// Functions inside functions, at most: more would be a slip, and a text of any length must not exhaust the stack.
const DEEPEST: usize = 16;

/// Terms that one text stands for, at most: more would be a slip of a digit.
const MOST_LAGS: u32 = 100;

const FUNCTIONS: [&str; 10] = ["log", "sqrt", "asinh", "log1p", "power", "factor", "lag", "lead", "within", "between"];

impl FromStr for Term {
    type Err = TermSyntax;

    fn from_str(text: &str) -> Result<Self, TermSyntax> {
        Parser::new(text, None).whole()
    }
}

/// The terms of one text: one, unless it names several lags.
fn read_each(text: &str) -> Result<Vec<Term>, TermSyntax> {
    let mut parser = Parser::new(text, Some(0));
    let mut terms = vec![parser.whole()?];
    for nth in 1..parser.n_lags.unwrap_or(1) {
        terms.push(Parser::new(text, Some(nth)).whole()?);
    }
    Ok(terms)
}

/// Splits a list such as `a,lag(b, 2),c` at the commas that stand outside brackets and backticks, and reads each term.
/// In a list `lag(b, 1:3)` stands for `lag(b),lag(b, 2),lag(b, 3)`, and `lead` likewise.
///
/// # Errors
/// [`TermSyntax`] for the first term that cannot be read.
///
/// # Examples
/// ```
/// use apportion::model::parse_terms;
/// use apportion::Term;
/// assert_eq!(parse_terms("a,lag(b, 2)")?, [Term::column("a"), Term::column("b").lag(2)]);
/// assert_eq!(parse_terms("lag(log(b), 1:3)")?, Term::column("b").log().lags(1..=3));
/// # Ok::<(), apportion::error::TermSyntax>(())
/// ```
pub fn parse_terms(list: &str) -> Result<Vec<Term>, TermSyntax> {
    let (mut depth, mut quoted, mut start) = (0_i32, false, 0);
    let mut terms = Vec::new();
    for (at, c) in list.char_indices() {
        match c {
            '`' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                terms.extend(read_each(&list[start..at])?);
                start = at + 1;
            }
            _ => {}
        }
    }
    terms.extend(read_each(&list[start..])?);
    Ok(terms)
}

/// What a term stands inside of: effects and unit means have a meaning only outside of other functions.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Outside,
    Inside(&'static str),
}

struct Parser<'a> {
    text: &'a str,
    chars: Vec<char>,
    at: usize,
    /// Functions that are open.
    depth: usize,
    /// Which of several lags is read, where the text may name several.
    nth_lag: Option<u32>,
    /// How many lags the text named, where it named several.
    n_lags: Option<u32>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, nth_lag: Option<u32>) -> Self {
        Parser { text, chars: text.chars().collect(), at: 0, depth: 0, nth_lag, n_lags: None }
    }

    /// The term that the whole text is.
    fn whole(&mut self) -> Result<Term, TermSyntax> {
        let term = self.term(Place::Outside)?;
        match self.peek() {
            None => Ok(term),
            Some(',') => Err(self.error("a comma separates terms: give each term by itself")),
            Some(other) => Err(self.error(format!("`{other}` is not expected here"))),
        }
    }

    fn peek(&mut self) -> Option<char> {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
        self.chars.get(self.at).copied()
    }

    fn error(&self, message: impl Into<String>) -> TermSyntax {
        TermSyntax { text: self.text.to_string(), position: self.at + 1, message: message.into() }
    }

    fn error_at(&self, at: usize, message: impl Into<String>) -> TermSyntax {
        TermSyntax { position: at + 1, ..self.error(message) }
    }

    fn expect(&mut self, wanted: char) -> Result<(), TermSyntax> {
        if self.peek() == Some(wanted) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.error(format!("expected `{wanted}`")))
        }
    }

    fn term(&mut self, place: Place) -> Result<Term, TermSyntax> {
        let mut term = self.part(place)?;
        while self.peek() == Some(':') {
            if let Place::Inside(function) = place
                && !matches!(function, "factor" | "within" | "between")
            {
                return Err(self.error(format!("an interaction cannot stand inside {function}()")));
            }
            self.at += 1;
            let part = self.part(place)?;
            term = term.interact(part);
        }
        Ok(term)
    }

    fn part(&mut self, place: Place) -> Result<Term, TermSyntax> {
        self.peek();
        let start = self.at;
        let (name, quoted) = self.name()?;
        if quoted {
            return Ok(Term::Column(name));
        }
        if self.peek() == Some('(') {
            let Some(function) = FUNCTIONS.into_iter().find(|f| *f == name) else {
                return Err(self.error_at(
                    start,
                    format!(
                        "no function `{name}`: there are {} (backticks around a column's name)",
                        FUNCTIONS.join(", ")
                    ),
                ));
            };
            if let Place::Inside(outer) = place
                && matches!(function, "factor" | "within" | "between")
            {
                return Err(self.error_at(start, format!("{function}() cannot stand inside {outer}()")));
            }
            self.at += 1;
            return self.call(function);
        }
        let effects = match name.as_str() {
            "unit_effects" => Term::UnitEffects,
            "period_effects" => Term::PeriodEffects,
            _ => return Ok(Term::Column(name)),
        };
        match place {
            Place::Outside => Ok(effects),
            Place::Inside(outer) => Err(self.error_at(start, format!("{name} cannot stand inside {outer}()"))),
        }
    }

    fn call(&mut self, function: &'static str) -> Result<Term, TermSyntax> {
        self.peek();
        let start = self.at;
        if self.depth == DEEPEST {
            return Err(self.error(format!("more than {DEEPEST} functions inside one another")));
        }
        self.depth += 1;
        let inner = self.term(Place::Inside(function))?;
        self.depth -= 1;
        let term = match function {
            "log" => inner.log(),
            "sqrt" => inner.sqrt(),
            "asinh" => inner.asinh(),
            "log1p" => inner.log1p(),
            "power" => {
                self.expect(',')?;
                let (at, power) = self.number();
                match power.filter(|power| Function::POWERS.contains(power)) {
                    Some(power) => inner.power(power),
                    None => return Err(self.error_at(at, "expected a power from 2 to 16")),
                }
            }
            "within" => inner.within(),
            "between" => inner.between(),
            "lag" | "lead" => {
                let periods = if self.peek() == Some(',') {
                    self.at += 1;
                    self.periods()?
                } else {
                    1
                };
                if function == "lag" { inner.lag(periods) } else { inner.lead(periods) }
            }
            _ => match inner {
                Term::Column(name) if self.peek() == Some(',') => {
                    self.at += 1;
                    Term::factor_from(name, self.reference()?)
                }
                Term::Column(name) => Term::Factor(name),
                _ => return Err(self.error_at(start, "factor() takes the name of a column")),
            },
        };
        self.expect(')')?;
        Ok(term)
    }

    /// A number of periods, or of several such as `1:3` the one that is read.
    fn periods(&mut self) -> Result<u32, TermSyntax> {
        let (start, first) = match self.number() {
            (start, Some(periods)) if periods > 0 => (start, periods),
            (at, _) => return Err(self.error_at(at, "expected a number of periods, 1 or more")),
        };
        if self.peek() != Some(':') {
            return Ok(first);
        }
        self.at += 1;
        let (at, last) = self.number();
        let Some(last) = last.filter(|last| *last > first && last - first < MOST_LAGS) else {
            let [least, most] = [1, MOST_LAGS - 1].map(|more| first.saturating_add(more));
            let message = format!("expected the last of several periods, {least} to {most}");
            return Err(self.error_at(at, message));
        };
        let Some(nth) = self.nth_lag else {
            let message = format!(
                "`{first}:{last}` are several terms: write each by itself, take lags() or leads() of the term in code, or read a list with model::parse_terms(\"z, lag(x, {first}:{last})\")"
            );
            return Err(self.error_at(start, message));
        };
        if self.n_lags.replace(last - first + 1).is_some() {
            return Err(self.error_at(start, "several lags may stand in a term once"));
        }
        Ok(first + nth)
    }

    /// Digits, where they begin and what they say.
    fn number(&mut self) -> (usize, Option<u32>) {
        self.peek();
        let start = self.at;
        while self.chars.get(self.at).is_some_and(char::is_ascii_digit) {
            self.at += 1;
        }
        let digits: String = self.chars[start..self.at].iter().collect();
        (start, digits.parse().ok())
    }

    /// The level in `ref=level`.
    fn reference(&mut self) -> Result<String, TermSyntax> {
        self.peek();
        let start = self.at;
        for wanted in ['r', 'e', 'f', '='] {
            // Between the word and the sign there may be spaces, within the word none.
            let next = if wanted == '=' { self.peek() } else { self.chars.get(self.at).copied() };
            if next != Some(wanted) {
                return Err(self.error_at(start, "expected the reference level, as in factor(region, ref=North)"));
            }
            self.at += 1;
        }
        Ok(self.name()?.0)
    }

    /// A name and whether it stood in backticks.
    fn name(&mut self) -> Result<(String, bool), TermSyntax> {
        if self.peek() == Some('`') {
            let start = self.at;
            self.at += 1;
            let mut name = String::new();
            loop {
                match (self.chars.get(self.at), self.chars.get(self.at + 1)) {
                    (Some('`'), Some('`')) => {
                        name.push('`');
                        self.at += 2;
                    }
                    (Some('`'), _) => {
                        self.at += 1;
                        return Ok((name, true));
                    }
                    (Some(c), _) => {
                        name.push(*c);
                        self.at += 1;
                    }
                    (None, _) => return Err(self.error_at(start, "this backtick is not closed")),
                }
            }
        }
        let start = self.at;
        while self.chars.get(self.at).is_some_and(|c| !matches!(c, '(' | ')' | ',' | ':' | '`')) {
            self.at += 1;
        }
        let name: String = self.chars[start..self.at].iter().collect();
        match name.trim() {
            "" => Err(self.error_at(start, "expected a column, a function or effects")),
            name => Ok((name.to_string(), false)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fails(text: &str, position: usize, message: &str) {
        let error = text.parse::<Term>().unwrap_err();
        assert_eq!((error.position, error.message.as_str()), (position, message), "{text}");
    }

    #[test]
    fn reads_every_form() {
        for text in [
            "x",
            "spend per child",
            "log(x)",
            "factor(region)",
            "unit_effects",
            "period_effects",
            "factor(region):period_effects",
            "a:b:c",
            "lag(x)",
            "lag(log(x), 3)",
            "lead(x)",
            "lead(log(x), 3)",
            "lag(lead(x, 2))",
            "within(log(x))",
            "sqrt(x)",
            "asinh(log1p(x))",
            "power(lag(x), 2)",
            "factor(region, ref=North)",
            "factor(region, ref=`a,b`):period_effects",
            "between(a:b)",
            "`odd (name), with: all`",
            "`unit_effects`",
            "log(`a``b`)",
        ] {
            assert_eq!(text.parse::<Term>().unwrap().to_string(), text);
        }
        assert_eq!(" lag( x ,1 ) ".parse::<Term>().unwrap(), Term::column("x").lag(1));
        assert_eq!("lead(x)".parse::<Term>().unwrap(), Term::column("x").lead(1));
    }

    #[test]
    fn points_at_the_character() {
        fails("", 1, "expected a column, a function or effects");
        fails("log(x", 6, "expected `)`");
        fails("a::b", 3, "expected a column, a function or effects");
        fails("log(x))", 7, "`)` is not expected here");
        fails("a,b", 2, "a comma separates terms: give each term by itself");
        fails("lag(x, 0)", 8, "expected a number of periods, 1 or more");
        fails("lag(x, two)", 8, "expected a number of periods, 1 or more");
        fails("lag(x, 2:2)", 10, "expected the last of several periods, 3 to 101");
        fails("lag(x, 1:)", 10, "expected the last of several periods, 2 to 100");
        fails(
            "lag(x, 1:3)",
            8,
            "`1:3` are several terms: write each by itself, take lags() or leads() of the term in code, or read a list with model::parse_terms(\"z, lag(x, 1:3)\")",
        );
        fails("lead(x, 0)", 9, "expected a number of periods, 1 or more");
        fails("lead(between(x))", 6, "between() cannot stand inside lead()");
        fails("lead(a:b)", 7, "an interaction cannot stand inside lead()");
        fails("log(unit_effects)", 5, "unit_effects cannot stand inside log()");
        fails("lag(within(x))", 5, "within() cannot stand inside lag()");
        fails("log(a:b)", 6, "an interaction cannot stand inside log()");
        fails("factor(log(x))", 8, "factor() takes the name of a column");
        fails("power(x)", 8, "expected `,`");
        fails("power(x, 1)", 10, "expected a power from 2 to 16");
        fails("sqrt(a:b)", 7, "an interaction cannot stand inside sqrt()");
        fails("factor(x, North)", 11, "expected the reference level, as in factor(region, ref=North)");
        fails("factor(x, ref=)", 15, "expected a column, a function or effects");
        fails("`x", 1, "this backtick is not closed");
        fails(&"log(".repeat(100_000), 69, "more than 16 functions inside one another");
        fails(
            "cbrt(x)",
            1,
            "no function `cbrt`: there are log, sqrt, asinh, log1p, power, factor, lag, lead, within, between (backticks around a column's name)",
        );
    }

    #[test]
    fn splits_lists_outside_brackets() {
        assert_eq!(parse_terms("lag(x, 2),`a,b`").unwrap(), [Term::column("x").lag(2), Term::column("a,b")]);
        let x = || Term::column("x");
        assert_eq!(parse_terms("lag(x, 2:3),z").unwrap(), [x().lag(2), x().lag(3), Term::column("z")]);
        assert_eq!(parse_terms("z:lead(x, 1:2)").unwrap(), [1, 2].map(|k| Term::column("z").interact(x().lead(k))));
        assert_eq!(parse_terms("lag(lead(x, 1:2), 1:2)").unwrap_err().message, "several lags may stand in a term once");
        assert_eq!(parse_terms("lag(x, 4294967295:4294967296)").unwrap_err().position, 19);
        assert!(parse_terms("a,,b").is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,40}") {
            let _ = text.parse::<Term>();
            let _ = parse_terms(&text);
        }

        #[test]
        fn any_name_survives_its_text_form(name in ".{1,20}") {
            let term = Term::column(name).log();
            prop_assert_eq!(term.to_string().parse::<Term>().unwrap(), term);
        }
    }
}
