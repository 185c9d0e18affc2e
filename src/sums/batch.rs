//! Some rows, on their way into sums.

use std::borrow::Cow;

use super::named_place::named_place;
use super::question::{SumsQuestion, THE_SUMS};
use crate::error::{DataError, Result, SumsProblem};
use crate::model::Term;
use crate::panel::{Missing, is_same, nearest_names};

/// Why the values of a column are missing, by row.
pub(super) type WhyMissing<'a> = Box<dyn Fn(usize) -> Option<Missing> + Sync + 'a>;

/// A column of a batch.
pub(super) struct BatchColumn<'a> {
    pub(super) name: Cow<'a, str>,
    /// NaN where a value is missing.
    pub(super) values: Cow<'a, [f64]>,
    pub(super) why_missing: Option<WhyMissing<'a>>,
}

/// Rows with their keys; a unit is known by its position among the names of the batch.
pub(super) struct Batch<'a> {
    pub(super) units: Cow<'a, [String]>,
    /// The unit that is no name but the mark of a missing one.
    pub(super) unnamed: Option<u32>,
    pub(super) codes: Cow<'a, [u32]>,
    pub(super) periods: Option<Cow<'a, [i32]>>,
    pub(super) columns: Vec<BatchColumn<'a>>,
    /// Where the rows begin in their source, as errors count them.
    pub(super) first_row: usize,
}

impl<'a> Batch<'a> {
    pub(super) fn rows(&self) -> usize {
        self.codes.len()
    }

    pub(super) fn column(&self, name: &str) -> Result<&BatchColumn<'a>> {
        let names = || self.columns.iter().map(|column| &*column.name);
        named_place(names(), name)?.map(|at| &self.columns[at]).ok_or_else(|| {
            let why = SumsProblem::NotGiven { column: name.to_string(), nearest: nearest_names(name, names()) };
            DataError::Sums { table: THE_SUMS.to_string(), why }.into()
        })
    }

    /// The values of a variable on every row; NaN where there is none.
    pub(super) fn numbers(&self, question: &SumsQuestion, term: &Term) -> Result<Cow<'_, [f64]>> {
        let of = |inner: &Term, function: &dyn Fn(f64) -> f64| -> Result<Cow<'_, [f64]>> {
            let mut values = self.numbers(question, inner)?.into_owned();
            values.iter_mut().for_each(|x| *x = function(*x));
            Ok(Cow::Owned(values))
        };
        match term {
            Term::Column(name) => match &self.periods {
                Some(periods) if question.period.as_deref().is_some_and(|period| is_same(period, name)) => {
                    Ok(Cow::Owned(periods.iter().map(|&period| f64::from(period)).collect()))
                }
                _ => Ok(Cow::Borrowed(&*self.column(name)?.values)),
            },
            Term::Log(inner) => of(inner, &|x| if x > 0.0 { x.ln() } else { f64::NAN }),
            Term::Function(function, inner) => of(inner, &|x| function.of(x).unwrap_or(f64::NAN)),
            Term::Interaction(parts) => {
                let mut product = vec![1.0; self.rows()];
                for part in parts {
                    product.iter_mut().zip(&*self.numbers(question, part)?).for_each(|(p, x)| *p *= x);
                }
                Ok(Cow::Owned(product))
            }
            // A question has no others.
            _ => Ok(Cow::Owned(vec![f64::NAN; self.rows()])),
        }
    }
}
