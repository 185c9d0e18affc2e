//! How is a choice among a few called, and which is meant by a name?

use std::fmt;

use crate::error::{Error, QuestionError, Result};

/// One of a few that each have a name. What implements it delegates `FromStr` to [`parse`](Self::parse) and `Display`
/// to [`display`](Self::display), so that all are read, printed and refused alike.
pub(crate) trait Choice: Sized {
    /// What is chosen, as the error for a wrong name calls it.
    const OPTION: &'static str;

    /// All that have a name, in the order in which an error lists them.
    fn all() -> impl Iterator<Item = Self>;

    /// The name, in one word.
    fn name(&self) -> &'static str;

    /// What is said to somebody who gave another name.
    fn expected() -> String {
        let names: Vec<&str> = Self::all().map(|choice| choice.name()).collect();
        format!("it must be one of {}", names.join(", "))
    }

    /// The choice of this name.
    ///
    /// # Errors
    /// [`QuestionError::Option`] where there is none.
    fn parse(text: &str) -> Result<Self> {
        Self::all().find(|choice| choice.name() == text).ok_or_else(|| {
            let found = format!("\"{text}\"");
            Error::from(QuestionError::Option { option: Self::OPTION, expected: Self::expected(), found })
        })
    }

    /// Writes the name, in the width asked for.
    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Choice;
    use crate::decompose::{GelbachCovariance, IntervalKind, Method};
    use crate::regress::{Estimator, RandomMethod, SmallSample};

    /// What is printed is read again, and what serde derives is the name too; all of them are in the list.
    fn are_one<T>()
    where
        T: Choice + PartialEq + std::fmt::Debug + std::fmt::Display + std::str::FromStr<Err = crate::Error>,
        T: serde::Serialize,
    {
        for choice in T::all() {
            let name = choice.name();
            assert_eq!((choice.to_string().as_str(), format!("{choice:>30}")), (name, format!("{name:>30}")));
            assert_eq!(name.parse::<T>().expect("its own name"), choice);
            let written = serde_json::to_value(&choice).expect("a name");
            assert_eq!(written.get("method").unwrap_or(&written), name);
        }
        let error = "none such".parse::<T>().err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(error, format!("{} is \"none such\": {}", T::OPTION, T::expected()));
    }

    #[test]
    fn every_choice_is_read_and_printed_by_its_name() {
        are_one::<Estimator>();
        are_one::<GelbachCovariance>();
        are_one::<IntervalKind>();
        are_one::<Method>();
        are_one::<RandomMethod>();
        are_one::<SmallSample>();
        assert_eq!(RandomMethod::expected(), "use swar, walhus, amemiya or nerlove");
        assert_eq!(SmallSample::expected(), "it must be one of none, fixest, plm, stata");
    }
}
