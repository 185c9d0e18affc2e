//! Which choice moves a share? Its variation over specifications, split among the choices by Shapley on their dummies.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{AnalystChoice, Specification};
use crate::decompose::Method;
use crate::error::{EstimateError, Result};
use crate::model::{Model, Term};
use crate::panel::Panel;

/// What an alternative that does not matter is called among the others.
const NONE: &str = "—";

/// What moves a share over the specifications.
///
/// With d the dummies of the choices' alternatives, the share's variation over the specifications that have it is split by
/// Shapley among the choices in the regression share = d'β; each choice is a component of which the alternatives are levels.
/// The parts sum to R² of that regression, and what is missing to 1 is that choices move the share together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    ///
    /// # Errors
    /// Those of a fit, for more alternatives than it takes.
    pub(super) fn of(name: &str, choices: &[AnalystChoice], specifications: &[Specification]) -> Result<Option<Self>> {
        let with = specifications.iter().filter_map(|of| Some((of, of.share_of_total(name)?)));
        let (those, shares): (Vec<&Specification>, Vec<f64>) = with.unzip();
        // By each choice, the alternatives of the specifications.
        let of_choice = |choice: &AnalystChoice| -> Vec<&str> {
            those.iter().map(|of| of.choices.get(&choice.name).unwrap_or(NONE)).collect()
        };
        let columns: Vec<(&str, Vec<&str>)> = choices
            .iter()
            .map(|choice| (choice.name.as_str(), of_choice(choice)))
            .filter(|(_, column)| column.iter().any(|alternative| Some(alternative) != column.first()))
            .collect();
        if columns.is_empty() {
            return Ok(None);
        }
        let n = shares.len() as f64;
        let mean = shares.iter().sum::<f64>() / n;
        let variance = shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / n;
        let (parts, r2) = split(&columns, &shares)?;
        let mut moves: Vec<ChoiceMoves> = columns
            .iter()
            .zip(parts)
            .map(|((choice, column), part)| ChoiceMoves::of(choice, column, &shares, part))
            .collect();
        moves.sort_by(|a, b| b.share_of_variation.total_cmp(&a.share_of_variation));
        Ok(Some(ShareMoves { name: name.to_string(), variance, r2, choices: moves }))
    }
}

/// What each choice has of the variation of the shares, and R².
fn split(columns: &[(&str, Vec<&str>)], shares: &[f64]) -> Result<(Vec<f64>, f64)> {
    let name = |at: usize| format!("choice {at}");
    let mut panel = Panel::builder();
    let mut model = Model::new(Term::column("share"));
    for (at, (_, column)) in columns.iter().enumerate() {
        panel = panel.text_column(name(at), column);
        model = model.component(name(at), [Term::factor(name(at))]);
    }
    let fit = match model.fit(&panel.column("share", shares).build()?) {
        // The share is the same everywhere.
        Err(crate::Error::Estimate(EstimateError::NoVariation { .. })) => return Ok((vec![0.0; columns.len()], 0.0)),
        fit => fit?,
    };
    let breakdown = fit.breakdown(&Method::Shapley)?;
    Ok((breakdown.components.iter().map(|part| part.share_of_total).collect(), breakdown.r2_overall))
}

impl ChoiceMoves {
    fn of(choice: &str, column: &[&str], shares: &[f64], share_of_variation: f64) -> Self {
        let mut sums: HashMap<&str, (f64, f64)> = HashMap::new();
        for (alternative, share) in column.iter().zip(shares) {
            let (sum, n) = sums.entry(alternative).or_default();
            (*sum, *n) = (*sum + share, *n + 1.0);
        }
        let mut means: Vec<(f64, &str)> = sums.into_iter().map(|(name, (sum, n))| (sum / n, name)).collect();
        means.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
        let end = |at: Option<&(f64, &str)>| at.map_or((0.0, String::new()), |(mean, name)| (*mean, name.to_string()));
        let ((lowest_mean, lowest), (highest_mean, highest)) = (end(means.first()), end(means.last()));
        ChoiceMoves { choice: choice.to_string(), share_of_variation, lowest, lowest_mean, highest, highest_mean }
    }
}
