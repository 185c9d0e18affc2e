//! The rows of coefficients: which, in which order, and what they are called.

use super::choice::is_any;
use super::{RegressionTable, Row};
use crate::error::{QuestionError, Result};
use crate::model::Term;
use crate::panel::nearest_names;
use crate::regress::{CoefficientEstimate, CoefficientTable};

/// What effects are called among terms.
const EFFECTS: [&str; 2] = ["unit_effects", "period_effects"];

impl RegressionTable {
    /// Shows only the coefficients that match one of these patterns, in which `*` stands for any characters or none and
    /// `?` for one; nothing else has a meaning of its own. A pattern matches the whole name of a coefficient, as the
    /// regression has it, or the term whose level it is: `period_effects` matches `period_effects[2012]`, and so does
    /// `period*`. Patterns of a second call come beside those of the first. Default: all are shown, as a table should not
    /// hide what was estimated.
    ///
    /// A note below the table names what each model has that is not shown, a row beside the outcome says which factors are
    /// in all the same, and the CSV has the lines of the others only.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a pattern that no coefficient of any model matches.
    ///
    /// # Examples
    /// ```
    /// use apportion::error::QuestionError;
    /// use apportion::report::RegressionTable;
    /// use apportion::{Covariance, Error, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("low_x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["low_x"]).fit(&panel)?;
    /// let table = RegressionTable::new([("all", &fit.coefficients(&Covariance::iid())?)]);
    /// let kept = table.clone().keep(["low*"])?;
    /// assert_eq!(kept.to_csv().lines().count(), 2);
    /// assert!(kept.to_string().ends_with("\nall: not shown: (Intercept)"));
    /// assert!(matches!(table.keep(["high*"]), Err(Error::Question(QuestionError::Option { .. }))));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn keep<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Result<Self> {
        let patterns = self.matching("keep", patterns)?;
        self.choice.keep.extend(patterns);
        Ok(self)
    }

    /// Shows all coefficients but those that match one of these patterns, which are as in [`keep`](Self::keep); of what is
    /// kept, where that was asked for too. Effects that are absorbed are not shown anyhow, and may be named.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a pattern that no coefficient of any model matches, and no absorbed effects do.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::RegressionTable;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder()
    ///     .units(["A", "A", "A", "B", "B", "B"])
    ///     .periods([1, 2, 3, 1, 2, 3])
    ///     .column("y", [1.0, 3.0, 2.0, 5.0, 4.0, 7.0])
    ///     .column("x", [0.0, 1.0, 1.0, 3.0, 2.0, 3.0])
    ///     .build()?;
    /// let fit = PanelRegression::new("y", ["x", "period_effects"]).fit(&panel)?;
    /// let table = RegressionTable::new([("all", &fit.coefficients(&Covariance::iid())?)]).omit(["period_effects*"])?;
    /// let text = table.to_markdown();
    /// assert!(!text.contains("[2]") && text.contains("\n| period effects | yes |\n"), "{text}");
    /// assert!(text.contains("\n- all: not shown: period\\_effects (2 levels)\n"), "{text}");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn omit<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Result<Self> {
        let patterns = self.matching("omit", patterns)?;
        self.choice.omit.extend(patterns);
        Ok(self)
    }

    /// Puts the coefficients that match the first of these patterns first, then those that match the second, and so on, and
    /// what matches none last; patterns are as in [`keep`](Self::keep), and those of a second call come after. Among those of
    /// one pattern, and by default among all, the order is that of appearance: the first model's, then what the second has
    /// beyond it.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a pattern that no coefficient of any model matches.
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::RegressionTable;
    /// # use apportion::{Covariance, Panel, PanelRegression};
    /// # let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("low_x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["low_x"]).fit(&panel)?;
    /// let table = RegressionTable::new([("all", &fit.coefficients(&Covariance::iid())?)]).order(["low*"])?;
    /// let csv = table.to_csv();
    /// let names: Vec<&str> = csv.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    /// assert_eq!(names, ["low_x", "(Intercept)"]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn order<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Result<Self> {
        let patterns = self.matching("order", patterns)?;
        self.choice.order.extend(patterns);
        Ok(self)
    }

    /// Prints other names, given as pairs of a name and what is printed in its place. The name is a coefficient's, in full;
    /// or a term's, for all of its levels, which then read `label: level`; or that of an outcome; or `unit_effects` or
    /// `period_effects`, for their levels and for the row that says whether they are in. Of two labels of one name the later
    /// one is printed. Default: the names of the regressions.
    ///
    /// Patterns match the names of the regressions, whatever is printed. The CSV keeps these, and has the label in a last
    /// column.
    ///
    /// # Errors
    /// [`QuestionError::UnknownCoefficient`] for a name that no model has, [`QuestionError::Option`] for an empty label.
    ///
    /// # Examples
    /// ```
    /// use apportion::error::QuestionError;
    /// use apportion::report::RegressionTable;
    /// use apportion::{Covariance, Error, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0, 4.0]).column("x", [0.0, 1.0, 2.0, 3.0, 3.0]);
    /// let panel = panel.text_column("region", ["East", "North", "East", "North", "East"]).build()?;
    /// let fit = PanelRegression::new("y", ["x", "region"]).fit(&panel)?;
    /// let table = RegressionTable::new([("all", &fit.coefficients(&Covariance::iid())?)]);
    /// let text = table.clone().labels([("x", "Income, £1,000"), ("region", "Region")])?.to_string();
    /// assert!(text.contains("\nIncome, £1,000 ") && text.contains("\nRegion: North "), "{text}");
    /// let unknown = table.labels([("incme", "Income")]);
    /// assert!(matches!(unknown, Err(Error::Question(QuestionError::UnknownCoefficient { .. }))));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn labels<N: Into<String>, L: Into<String>>(
        mut self,
        labels: impl IntoIterator<Item = (N, L)>,
    ) -> Result<Self> {
        for (name, label) in labels {
            let (name, label) = (name.into(), label.into());
            if label.trim().is_empty() {
                let expected = "a row needs a name: leave the coefficient out by omit()".to_string();
                let found = format!("an empty one for \"{name}\"");
                return Err(QuestionError::Option { option: "label", expected, found }.into());
            }
            let names = self.all_names();
            let outcomes = self.models.iter().map(|model| model.table.outcome.as_str());
            let known: Vec<&str> = names.into_iter().flatten().chain(outcomes).chain(EFFECTS).collect();
            if !known.contains(&name.as_str()) {
                let nearest = nearest_names(&name, distinct(known).into_iter());
                return Err(QuestionError::UnknownCoefficient { name, nearest }.into());
            }
            self.choice.labels.retain(|(known, _)| *known != name);
            self.choice.labels.push((name, label));
        }
        Ok(self)
    }

    /// The patterns, each of which a coefficient matches.
    fn matching<P: Into<String>>(
        &self,
        option: &'static str,
        patterns: impl IntoIterator<Item = P>,
    ) -> Result<Vec<String>> {
        let patterns: Vec<String> = patterns.into_iter().map(Into::into).collect();
        let names = self.all_names();
        // Effects that are absorbed have no coefficients to hide, but a row that says that they are in.
        let is_absorbed = |pattern: &str| option == "omit" && self.effects_in().iter().any(|e| is_any(pattern, &[e]));
        let is_known = |pattern: &str| names.iter().any(|names| is_any(pattern, names)) || is_absorbed(pattern);
        if let Some(unmatched) = patterns.iter().find(|pattern| !is_known(pattern)) {
            if self.models.is_empty() {
                let (expected, found) =
                    ("the table has no models to choose from".to_string(), format!("\"{unmatched}\""));
                return Err(QuestionError::Option { option, expected, found }.into());
            }
            let nearest = nearest_names(unmatched, distinct(names.into_iter().flatten().collect()).into_iter());
            let nearest: Vec<String> = nearest.iter().map(|name| format!("\"{name}\"")).collect();
            let mut expected = "it must match a coefficient, and * stands for any characters, ? for one".to_string();
            if !nearest.is_empty() {
                expected.push_str(&format!("; nearest to it are {}", nearest.join(", ")));
            }
            return Err(QuestionError::Option { option, expected, found: format!("\"{unmatched}\"") }.into());
        }
        Ok(patterns)
    }

    /// What each coefficient can be called by, of every model.
    fn all_names(&self) -> Vec<Vec<&str>> {
        let coefficients = self.models.iter().flat_map(|model| &model.table.coefficients);
        coefficients.map(|coefficient| self.names_of(&coefficient.name)).collect()
    }

    /// A coefficient's name, its term's where it is of a level, and that of the effects which the term stands for.
    fn names_of<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        let term = self.level(name).map(|(term, _)| term);
        [name].into_iter().chain(term).chain(term.and_then(|term| self.stands_for(term))).collect()
    }

    /// The effects that a term is another name of, in any of the models.
    pub(super) fn stands_for(&self, term: &str) -> Option<&str> {
        let mut factors = self.models.iter().flat_map(|model| &model.table.factors);
        factors.find(|factor| factor.name == term)?.same_as.as_deref()
    }

    /// The term that a column is of, and the level: of a factor of any of the models, or of an interaction with effects.
    pub(super) fn level<'a>(&self, name: &'a str) -> Option<(&'a str, &'a str)> {
        let before = name.strip_suffix(']')?;
        let is_factor = |term: &str| {
            let mut factors = self.models.iter().flat_map(|model| &model.table.factors);
            EFFECTS.contains(&term) || factors.any(|factor| factor.name == term) || is_with_effects(term)
        };
        // Levels, and columns too, may have brackets in their names.
        let mut splits = before.match_indices('[').map(|(at, _)| (&before[..at], &before[at + 1..]));
        splits.find(|(term, _)| is_factor(term))
    }

    /// What is printed for a name.
    pub(super) fn printed(&self, name: &str) -> String {
        let of_level = || {
            let (term, level) = self.level(name)?;
            let label = self.choice.label(term).or_else(|| self.choice.label(self.stands_for(term)?))?;
            Some(format!("{label}: {level}"))
        };
        self.choice.label(name).map(str::to_string).or_else(of_level).unwrap_or_else(|| name.to_string())
    }

    /// The coefficients of a model that are shown, in the order asked for; those that are not.
    pub(super) fn shown<'a>(
        &self,
        table: &'a CoefficientTable,
    ) -> (Vec<&'a CoefficientEstimate>, Vec<&'a CoefficientEstimate>) {
        let is_shown = |c: &&CoefficientEstimate| self.choice.shows(&self.names_of(&c.name));
        let (mut shown, hidden): (Vec<_>, Vec<_>) = table.coefficients.iter().partition(is_shown);
        shown.sort_by_key(|coefficient| self.choice.place(&self.names_of(&coefficient.name)));
        (shown, hidden)
    }

    /// The union of the models' coefficients that are shown, in the order in which they appear, or in the one asked for.
    pub(super) fn rows(&self) -> Vec<Row<'_>> {
        let mut rows: Vec<(&str, Row<'_>)> = Vec::new();
        for (at, model) in self.models.iter().enumerate() {
            for coefficient in self.shown(&model.table).0 {
                // A model with two coefficients of one name has two rows.
                let is_free = |(name, row): &(&str, Row<'_>)| *name == coefficient.name && row.cells[at].is_none();
                let row = rows.iter().position(is_free).unwrap_or_else(|| {
                    let row = Row { name: self.printed(&coefficient.name), cells: vec![None; self.models.len()] };
                    rows.push((&coefficient.name, row));
                    rows.len() - 1
                });
                rows[row].1.cells[at] = Some(coefficient);
            }
        }
        // What a later model has beyond the first may match an earlier pattern.
        rows.sort_by_key(|(name, _)| self.choice.place(&self.names_of(name)));
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

/// Whether a term is effects times something.
fn is_with_effects(term: &str) -> bool {
    let is_effects = |part: &Term| matches!(part, Term::UnitEffects | Term::PeriodEffects);
    matches!(term.parse(), Ok(Term::Interaction(parts)) if parts.iter().any(is_effects))
}

/// Each of them once, in order of appearance.
pub(super) fn distinct(names: Vec<&str>) -> Vec<&str> {
    let mut once = Vec::new();
    names.into_iter().for_each(|name| {
        if !once.contains(&name) {
            once.push(name);
        }
    });
    once
}
