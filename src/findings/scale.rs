//! Which of two judgements in words is the higher?

use serde::{Deserialize, Serialize};

use crate::error::{EstimateError, FindingProblem, QuestionError, Result};
use crate::panel::{Panel, position};

/// The words of a judgement in their order, which no file says: lowest first.
///
/// A word that stood for the same under an older framework stands [beside](Self::beside) the one of today.
///
/// # Examples
/// ```
/// use apportion::findings::JudgementScale;
///
/// let words = ["Inadequate", "Requires improvement", "Good", "Outstanding"];
/// let scale = JudgementScale::new("ofsted_overall", words)?.beside("Adequate", "Requires improvement")?;
/// assert_eq!((scale.place("Good"), scale.place("Adequate"), scale.place("Fair")), (Some(2), Some(1), None));
/// assert_eq!(scale.levels(), words);
/// assert!(JudgementScale::new("ofsted_overall", ["Good", "Good"]).is_err());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgementScale {
    column: String,
    levels: Vec<String>,
    /// Words beside a level, and which.
    beside: Vec<(String, String)>,
}

impl JudgementScale {
    /// The scale of a column of text, its words lowest first.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for fewer than two words, and for one that is named twice.
    ///
    /// # Examples
    /// See [`JudgementScale`].
    pub fn new<W: Into<String>>(column: impl Into<String>, words: impl IntoIterator<Item = W>) -> Result<Self> {
        let levels: Vec<String> = words.into_iter().map(Into::into).collect();
        let wrong = |found: String| {
            let expected = "it names at least two words, the lowest first, each once".to_string();
            Err(QuestionError::Option { option: "scale", expected, found }.into())
        };
        if levels.len() < 2 {
            return wrong(format!("\"{}\"", levels.join(", ")));
        }
        if let Some(twice) = levels.iter().enumerate().find(|(at, word)| levels[..*at].contains(word)) {
            return wrong(format!("\"{}\" twice", twice.1));
        }
        Ok(JudgementScale { column: column.into(), levels, beside: Vec::new() })
    }

    /// The same with another word at the place of one that it has.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a word that has a place already, beside one that has none.
    ///
    /// # Examples
    /// See [`JudgementScale`].
    pub fn beside(mut self, word: impl Into<String>, level: &str) -> Result<Self> {
        let word = word.into();
        let wrong = |expected: &str, found| {
            Err(QuestionError::Option { option: "scale", expected: expected.to_string(), found }.into())
        };
        if self.place(&word).is_some() {
            return wrong("a word has one place", format!("\"{word}\" twice"));
        }
        let Some(place) = self.place(level) else {
            return wrong("another word stands beside one of the scale", format!("\"{word}\" beside \"{level}\""));
        };
        self.beside.push((word, self.levels[place].clone()));
        Ok(self)
    }

    /// The column of judgements.
    ///
    /// # Examples
    /// See [`JudgementScale`].
    pub fn column(&self) -> &str {
        &self.column
    }

    /// The words of today, lowest first.
    ///
    /// # Examples
    /// See [`JudgementScale`].
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// The place of a word, from 0 for the lowest; however it is spaced or dashed. `None` where it has none.
    ///
    /// # Examples
    /// See [`JudgementScale`].
    pub fn place(&self, word: &str) -> Option<usize> {
        let levels = || self.levels.iter().map(String::as_str);
        position(levels(), word).or_else(|| {
            let at = position(self.beside.iter().map(|(other, _)| other.as_str()), word)?;
            levels().position(|level| level == self.beside[at].1)
        })
    }

    /// The place of what stands in each row of a panel; `None` where that is missing.
    pub(super) fn places(&self, panel: &Panel, finding: &'static str) -> Result<Vec<Option<usize>>> {
        let place = |row: crate::panel::Row<'_>| {
            let Some(word) = row.text(&self.column)? else { return Ok(None) };
            let no_place = || FindingProblem::NoPlace {
                column: self.column.clone(),
                row: row.label(),
                word: word.to_string(),
                levels: self.levels.clone(),
            };
            match self.place(word) {
                Some(place) => Ok(Some(place)),
                None => Err(EstimateError::Finding { finding, why: no_place() }.into()),
            }
        };
        panel.rows().map(place).collect()
    }
}
