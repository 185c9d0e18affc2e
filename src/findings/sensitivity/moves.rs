//! Which choice moves a share? Its variation over specifications, split among the choices by Shapley on their dummies.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::ranges::TIE;
use super::{AnalystChoice, Specification};
use crate::decompose::{Category, split_among};

/// What an alternative that does not matter is called among the others.
const NONE: &str = "—";

/// What moves a share over the specifications.
///
/// With d the dummies of the choices' alternatives, the share's variation over the specifications that have it is split by
/// Shapley among the choices in the regression share = d'β; each choice is a component of which the alternatives are levels.
/// The parts sum to R² of that regression, and what is missing to 1 is that choices move the share together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ShareMoves {
    /// The component, `always` or `unexplained`.
    pub name: String,
    /// The variance of the share over the specifications.
    pub variance: f64,
    /// R² of the regression on all choices; 0 where the share is the same everywhere.
    pub r2: f64,
    /// The choices, what moves the share most first.
    pub choices: Vec<ChoiceMoves>,
}

/// How much one choice moves a share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ChoiceMoves {
    /// The choice.
    pub choice: String,
    /// Its part of the share's variation over specifications, as a fraction.
    pub share_of_variation: f64,
    /// The alternative under which the share is smallest on average.
    pub lowest: String,
    /// The mean of the share under it.
    pub lowest_mean: f64,
    /// The alternative under which it is largest on average.
    pub highest: String,
    /// The mean under that.
    pub highest_mean: f64,
}

impl ShareMoves {
    /// `None` where no choice differs among the specifications that have the share.
    pub(super) fn of(name: &str, choices: &[AnalystChoice], specifications: &[Specification]) -> Option<Self> {
        let with = specifications.iter().filter_map(|of| Some((of, of.share_of_total(name)?)));
        let (those, shares): (Vec<&Specification>, Vec<f64>) = with.unzip();
        let columns: Vec<Column> = choices
            .iter()
            .map(|choice| Column::of(&choice.name, &those))
            .filter(|column| column.category.n_levels > 1)
            .collect();
        if columns.is_empty() {
            return None;
        }
        let n = shares.len() as f64;
        let mean = shares.iter().sum::<f64>() / n;
        let variance = shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / n;
        let (names, categories): (Vec<(&str, Vec<&str>)>, Vec<Category>) =
            columns.into_iter().map(|column| ((column.choice, column.alternatives), column.category)).unzip();
        let ends = shares.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), x| (x.min(min), x.max(max)));
        // What rounding leaves of a share that is the same everywhere goes with no choice.
        let (parts, r2) = match ends.1 - ends.0 > TIE {
            true => split_among(&categories, &shares),
            false => (vec![0.0; categories.len()], 0.0),
        };
        let of_choice = |(((choice, alternatives), category), part): ((&(&str, Vec<&str>), &Category), f64)| {
            ChoiceMoves::of(choice, alternatives, category, &shares, part)
        };
        let mut choices: Vec<ChoiceMoves> = names.iter().zip(&categories).zip(parts).map(of_choice).collect();
        choices.sort_by(|a, b| b.share_of_variation.total_cmp(&a.share_of_variation));
        Some(ShareMoves { name: name.to_string(), variance, r2, choices })
    }
}

/// A choice, the alternatives that occur, and which each specification has.
struct Column<'a> {
    choice: &'a str,
    alternatives: Vec<&'a str>,
    category: Category,
}

impl<'a> Column<'a> {
    fn of(choice: &'a str, specifications: &[&'a Specification]) -> Self {
        let mut place: HashMap<&str, u32> = HashMap::new();
        let mut alternatives = Vec::new();
        let level = |of: &&'a Specification| {
            let alternative = of.choices.get(choice).unwrap_or(NONE);
            *place.entry(alternative).or_insert_with(|| {
                alternatives.push(alternative);
                alternatives.len() as u32 - 1
            })
        };
        let levels = specifications.iter().map(level).collect();
        Column { choice, category: Category { levels, n_levels: alternatives.len() }, alternatives }
    }
}

impl ChoiceMoves {
    fn of(choice: &str, alternatives: &[&str], category: &Category, shares: &[f64], share_of_variation: f64) -> Self {
        let mut sums = vec![(0.0, 0.0); category.n_levels];
        for (&level, share) in category.levels.iter().zip(shares) {
            let (sum, n) = &mut sums[level as usize];
            (*sum, *n) = (*sum + share, *n + 1.0);
        }
        let mut means: Vec<(f64, &str)> =
            sums.iter().zip(alternatives).map(|((sum, n), name)| (sum / n, *name)).collect();
        means.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
        let end = |at: Option<&(f64, &str)>| at.map_or((0.0, String::new()), |(mean, name)| (*mean, name.to_string()));
        let ((lowest_mean, lowest), (highest_mean, highest)) = (end(means.first()), end(means.last()));
        ChoiceMoves { choice: choice.to_string(), share_of_variation, lowest, lowest_mean, highest, highest_mean }
    }
}
