//! Terms evaluated on the rows of a panel, before the sample is known.
//!
//! A value that is missing or undefined is NaN here, and the row's reason for leaving goes to the [`Selection`].

use std::collections::HashMap;

use super::term::Term;
use crate::error::{DataError, Error, QuestionError, Result, TermProblem, no_key};
use crate::panel::{Function, LevelsOf, Missing, Numbers, Panel, Reason, Selection, Values, is_same, nearest_names};

/// A factor's code on a row where it is missing.
pub(super) const NO_LEVEL: u32 = u32::MAX;

/// One part of a term (a term that is no interaction has one), on every row of the panel.
pub(crate) enum Part {
    Numbers(Numbers),
    /// A number whose unit mean is to be taken over the sample: the mean itself, or the deviation from it.
    UnitMean {
        values: Numbers,
        deviation: bool,
    },
    Levels {
        codes: Vec<u32>,
        names: Vec<String>,
        /// The level that was asked for as the reference, which is then the first.
        reference: Option<String>,
    },
}

impl Part {
    /// Whether it has a level of its own for every unit on these rows, by the units' codes.
    pub(super) fn names_units(&self, units: &[u32], rows: &[usize]) -> bool {
        let Part::Levels { codes, .. } = self else { return false };
        let (mut level_of, mut unit_of) = (HashMap::new(), HashMap::new());
        let one_for_one = |&row: &usize| {
            let Some(&unit) = units.get(row) else { return false };
            *level_of.entry(unit).or_insert(codes[row]) == codes[row]
                && *unit_of.entry(codes[row]).or_insert(unit) == unit
        };
        rows.iter().all(one_for_one) && level_of.len() > 1
    }
}

/// Replaces names of the key columns by what they stand for, so that `factor(year)` and `period_effects` are one.
pub(crate) fn resolve(term: &Term, panel: &Panel) -> Term {
    let is_unit = |name: &str| panel.unit_column().is_some_and(|unit| is_same(unit, name));
    let is_period = |name: &str| is_period(name, panel);
    match term {
        Term::Column(name) | Term::Factor(name) if is_unit(name) => Term::UnitEffects,
        Term::Factor(name) if is_period(name) => Term::PeriodEffects,
        Term::Interaction(parts) => Term::Interaction(parts.iter().map(|part| resolve(part, panel)).collect()),
        other => other.clone(),
    }
}

/// Evaluates a resolved term, one part for each factor of the interaction.
pub(crate) fn parts(term: &Term, panel: &Panel, selection: &mut Selection) -> Result<Vec<Part>> {
    match term {
        Term::Interaction(terms) => {
            // Numbers are multiplied before they are checked: a product may overflow where its factors do not.
            let (mut numeric, mut others) = (Vec::new(), Vec::new());
            for term in terms {
                if is_numeric(term, panel)? { numeric.push(term.clone()) } else { others.push(term) }
            }
            let mut found = Vec::new();
            for other in others {
                found.extend(parts(other, panel, selection)?);
            }
            if !numeric.is_empty() {
                found.push(Part::Numbers(checked_numbers(&Term::Interaction(numeric), panel, selection)?));
            }
            Ok(found)
        }
        Term::UnitEffects => {
            let codes = panel.unit_indices().ok_or_else(|| needs(term, "unit"))?;
            Ok(vec![Part::Levels { codes: codes.to_vec(), names: panel.units().to_vec(), reference: None }])
        }
        Term::PeriodEffects => {
            let codes = panel.period_indices().ok_or_else(|| needs(term, "period"))?;
            let names = panel.periods().iter().map(i32::to_string).collect();
            Ok(vec![Part::Levels { codes: codes.to_vec(), names, reference: None }])
        }
        Term::Factor(name) => Ok(vec![levels(name, panel, selection)?]),
        Term::FactorFrom { column, reference } => {
            let (kind, found) = match resolve(&Term::factor(column), panel) {
                Term::UnitEffects => (LevelsOf::Units, parts(&Term::UnitEffects, panel, selection)?),
                Term::PeriodEffects => (LevelsOf::Periods, parts(&Term::PeriodEffects, panel, selection)?),
                _ if is_text(column, panel)? => (LevelsOf::Texts, vec![levels(column, panel, selection)?]),
                _ => (LevelsOf::Numbers, vec![levels(column, panel, selection)?]),
            };
            found.into_iter().map(|part| compared_with(reference, column, kind, part)).collect()
        }
        Term::Column(name) if is_text(name, panel)? => {
            let column = panel.column(name)?;
            if !column.holds_names() {
                // One stray cell among numbers must not make a factor of them, nor numbers written in another way: only
                // factor() says that it is one.
                return Err(column.no_numbers(Some(&Term::factor(name).to_string())));
            }
            Ok(vec![levels(name, panel, selection)?])
        }
        Term::Within(inner) | Term::Between(inner) => {
            panel.unit_indices().ok_or_else(|| needs(term, "unit"))?;
            let values = checked_numbers(inner, panel, selection)?;
            Ok(vec![Part::UnitMean { values, deviation: matches!(term, Term::Within(_)) }])
        }
        other => Ok(vec![Part::Numbers(checked_numbers(other, panel, selection)?)]),
    }
}

/// The values of a numeric term, with a reason noted for every row where it is not finite.
pub(super) fn checked_numbers(term: &Term, panel: &Panel, selection: &mut Selection) -> Result<Numbers> {
    let values = match term {
        Term::Column(name) if !is_key(name, panel) => {
            let column = panel.column(name)?;
            let values = column.shared_numbers()?;
            if column.is_complete() {
                return Ok(values);
            }
            values
        }
        _ => numbers(term, panel)?.into(),
    };
    for (row, value) in values.iter().enumerate() {
        if !value.is_finite() {
            let reason = reason(term, panel, row).unwrap_or_else(|| Reason::NotFinite { term: term.to_string() });
            selection.leave_out(row, reason);
        }
    }
    Ok(values)
}

fn numbers(term: &Term, panel: &Panel) -> Result<Vec<f64>> {
    match term {
        Term::Column(name) if is_period(name, panel) => {
            Ok((0..panel.n_observations()).map(|row| panel.period_of(row).map_or(f64::NAN, f64::from)).collect())
        }
        Term::Column(name) if panel.unit_column().is_some_and(|unit| is_same(unit, name)) => {
            Err(meaning(term, TermProblem::UnitColumn))
        }
        Term::Column(name) => Ok(panel.column(name)?.numbers()?.to_vec()),
        Term::Log(inner) => {
            let values = numbers(inner, panel)?;
            Ok(values.into_iter().map(|x| if x > 0.0 { x.ln() } else { f64::NAN }).collect())
        }
        Term::Function(function, inner) => {
            let values = numbers(inner, panel)?;
            Ok(values.into_iter().map(|x| function.of(x).unwrap_or(f64::NAN)).collect())
        }
        Term::Lag(inner, periods) => shifted(&numbers(inner, panel)?, -i64::from(*periods), term, panel),
        Term::Lead(inner, periods) => shifted(&numbers(inner, panel)?, i64::from(*periods), term, panel),
        Term::Interaction(factors) => {
            let mut product = vec![1.0; panel.n_observations()];
            for factor in factors {
                for (p, x) in product.iter_mut().zip(numbers(factor, panel)?) {
                    *p *= x;
                }
            }
            Ok(product)
        }
        Term::Within(_) | Term::Between(_) => Err(meaning(term, TermProblem::UnitMeansInside)),
        Term::Factor(_) | Term::FactorFrom { .. } | Term::UnitEffects | Term::PeriodEffects => {
            Err(meaning(term, TermProblem::LevelsForNumber))
        }
    }
}

/// The value of the same unit so many periods later, or where negative, earlier.
fn shifted(values: &[f64], later: i64, term: &Term, panel: &Panel) -> Result<Vec<f64>> {
    panel.unit_indices().ok_or_else(|| needs(term, "unit"))?;
    panel.period_indices().ok_or_else(|| needs(term, "period"))?;
    let value = |row| shifted_row(row, later, panel).map_or(f64::NAN, |other| values[other]);
    Ok((0..values.len()).map(value).collect())
}

/// The row of the same unit so many periods later, or where negative, earlier. Rows of a unit are sorted by period.
fn shifted_row(row: usize, later: i64, panel: &Panel) -> Option<usize> {
    let units = panel.unit_indices()?;
    let period = |r: usize| panel.period_of(r).map(i64::from);
    let wanted = period(row)? + later;
    let is_short_of_it = |r: &usize| period(*r).is_some_and(|p| if later < 0 { p > wanted } else { p < wanted });
    let of_unit = |r: &usize| units[*r] == units[row];
    let found = if later < 0 {
        (0..row).rev().take_while(of_unit).find(|r| !is_short_of_it(r))
    } else {
        (row..panel.n_observations()).take_while(of_unit).find(|r| !is_short_of_it(r))
    };
    found.filter(|&found| period(found) == Some(wanted))
}

/// Why a numeric term has no value on a row, as far as it lies in the data.
fn reason(term: &Term, panel: &Panel, row: usize) -> Option<Reason> {
    match term {
        Term::Column(name) => {
            let kind: Missing = panel.column(name).ok()?.missing(row)?;
            Some(Reason::Missing { column: name.clone(), kind })
        }
        Term::Log(inner) => {
            Some(reason(inner, panel, row).unwrap_or_else(|| Reason::NotPositive { term: term.to_string() }))
        }
        // What is finite and has a sine or a power has none only where that overflows.
        Term::Function(Function::Asinh | Function::Power(_), inner) => reason(inner, panel, row),
        Term::Function(_, inner) => {
            Some(reason(inner, panel, row).unwrap_or_else(|| Reason::Undefined { term: term.to_string() }))
        }
        Term::Lag(inner, periods) => Some(match shifted_row(row, -i64::from(*periods), panel) {
            Some(earlier) if reason(inner, panel, earlier).is_some() => Reason::LagMissing { term: term.to_string() },
            _ => Reason::NoLag { term: term.to_string() },
        }),
        Term::Lead(inner, periods) => Some(match shifted_row(row, i64::from(*periods), panel) {
            Some(later) if reason(inner, panel, later).is_some() => Reason::LeadMissing { term: term.to_string() },
            _ => Reason::NoLead { term: term.to_string() },
        }),
        Term::Interaction(parts) => parts.iter().find_map(|part| reason(part, panel, row)),
        _ => None,
    }
}

/// Whether a name is that of the unit or the period column, however it is spelt.
fn is_key(name: &str, panel: &Panel) -> bool {
    is_period(name, panel) || panel.unit_column().is_some_and(|unit| is_same(unit, name))
}

/// Whether a name is that of the period column, however it is spelt.
fn is_period(name: &str, panel: &Panel) -> bool {
    panel.period_column().is_some_and(|period| is_same(period, name))
}

fn is_text(name: &str, panel: &Panel) -> Result<bool> {
    if is_period(name, panel) {
        return Ok(false);
    }
    Ok(matches!(panel.column(name)?.values(), Values::Text { .. }))
}

/// Whether a term is one number per row, known before the sample is.
fn is_numeric(term: &Term, panel: &Panel) -> Result<bool> {
    match term {
        Term::Column(name) => Ok(!is_text(name, panel)?),
        Term::Log(_) | Term::Function(..) | Term::Lag(..) | Term::Lead(..) => Ok(true),
        _ => Ok(false),
    }
}

fn levels(name: &str, panel: &Panel, selection: &mut Selection) -> Result<Part> {
    let column = panel.column(name)?;
    let (codes, names) = match column.values() {
        Values::Text { codes, levels } => (codes.clone(), levels.clone()),
        Values::Number(values) => {
            let mut distinct: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
            distinct.sort_by(f64::total_cmp);
            distinct.dedup_by(|a, b| a == b);
            let code = |x: &f64| distinct.binary_search_by(|d| d.partial_cmp(x).unwrap_or(std::cmp::Ordering::Less));
            let codes = values.iter().map(|x| code(x).map_or(NO_LEVEL, |i| i as u32)).collect();
            (codes, distinct.iter().map(f64::to_string).collect())
        }
    };
    for (row, _) in codes.iter().enumerate().filter(|(_, code)| **code == NO_LEVEL) {
        let kind = column.missing(row).unwrap_or(Missing::Empty);
        selection.leave_out(row, Reason::Missing { column: name.to_string(), kind });
    }
    Ok(Part::Levels { codes, names, reference: None })
}

/// Levels with the one that others are compared with in front.
fn compared_with(reference: &str, column: &str, kind: LevelsOf, part: Part) -> Result<Part> {
    let Part::Levels { mut codes, mut names, .. } = part else { return Ok(part) };
    let Some(at) = kind.position(&names, reference) else {
        let nearest = nearest_names(reference, names.iter().map(String::as_str));
        return Err(DataError::NoSuchValue { column: column.to_owned(), value: reference.to_owned(), nearest }.into());
    };
    names[..=at].rotate_right(1);
    for code in codes.iter_mut().filter(|code| **code != NO_LEVEL && **code as usize <= at) {
        *code = if *code as usize == at { 0 } else { *code + 1 };
    }
    Ok(Part::Levels { codes, reference: names.first().cloned(), names })
}

fn needs(term: &Term, needs: &'static str) -> Error {
    no_key(format!("term {term}"), needs)
}

fn meaning(term: &Term, why: TermProblem) -> Error {
    Error::from(QuestionError::TermMeaning { term: term.to_string(), why })
}
