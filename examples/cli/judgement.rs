//! A judgement in words, and the order of its words, which the caller states.

use apportion::findings::JudgementScale;
use clap::Args;

use crate::face;

/// Ofsted's words, the lowest first; "Adequate" is what "Requires improvement" was called before 2013.
const OFSTED: [&str; 4] = ["Inadequate", "Requires improvement|Adequate", "Good", "Outstanding"];

/// Which column, and which words are higher than which.
#[derive(Args)]
pub struct Judgement {
    /// Column of a judgement in words; England has Ofsted's
    #[arg(long, value_name = "COL", requires = "data", requires = "scale")]
    pub judgement: Option<String>,
    /// Its words, the lowest first, with `|` between those that stand for the same
    #[arg(long, value_name = "WORD,WORD|WORD", requires = "judgement")]
    pub scale: Option<String>,
}

impl Judgement {
    /// The scale of the options; Ofsted's where they name no data, and none where they name no judgement.
    pub fn scale(&self, has_data: bool) -> face::Result<Option<JudgementScale>> {
        match (&self.judgement, &self.scale) {
            (Some(_), Some(words)) if words.split([',', '|']).any(|word| word.trim().is_empty()) => {
                Err("--scale has an empty word: write its words with commas between them, the lowest first".into())
            }
            (Some(column), Some(words)) => Ok(Some(scale(column, words.split(','))?)),
            _ if has_data => Ok(None),
            _ => Ok(Some(ofsted()?)),
        }
    }
}

/// Ofsted's overall judgement.
pub fn ofsted() -> apportion::Result<JudgementScale> {
    scale("ofsted_overall", OFSTED.into_iter())
}

fn scale<'a>(column: &str, places: impl Iterator<Item = &'a str> + Clone) -> apportion::Result<JudgementScale> {
    let words = |place: &'a str| place.split('|').map(str::trim);
    let first = places.clone().filter_map(|place| words(place).next());
    let scale = JudgementScale::new(column, first)?;
    let pairs = places.flat_map(|place| words(place).skip(1).map(move |word| (word, words(place).next())));
    pairs.into_iter().try_fold(scale, |scale, (word, level)| scale.beside(word, level.unwrap_or_default()))
}
