//! Which unit and which period does each row of an Arrow array name?

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType};
use arrow_schema::DataType;

use super::Failure;
use crate::error::{DataError, Place, Result};
use crate::panel::{Missing, read_period};
use crate::sources::arrow::{Kind, each_cell, kind, numbers, refused};
use crate::sums::accumulate::KnownPositions;
use crate::sums::unit_codes::UnitCodes;

/// Whole numbers that are years, or count periods, as they stand.
const PLAIN_PERIODS: std::ops::RangeInclusive<i64> = -9999..=9999;

/// Units known from one batch to the next.
#[derive(Default)]
pub(super) struct KnownUnits {
    pub(super) units: UnitCodes,
    /// Where they stand among the sums.
    pub(super) positions: KnownPositions,
    /// The last dictionary: the batches of a row group share one, which may hold more texts than a batch has rows.
    dictionary: Option<KnownDictionary>,
}

struct KnownDictionary {
    values: ArrayRef,
    names: Vec<Box<str>>,
    /// Known only once a row has them: a dictionary may hold units of other batches.
    codes: Vec<Option<u32>>,
}

impl KnownDictionary {
    fn new(column: &str, values: &ArrayRef) -> Result<Self, Failure> {
        let mut names: Vec<Box<str>> = Vec::with_capacity(values.len());
        each_cell(column, values, |name| names.push(name.into()))?;
        Ok(KnownDictionary { values: values.clone(), codes: vec![None; names.len()], names })
    }
}

/// The unit of every row, by its position among the names known so far; a unit that is null has no name.
pub(super) fn unit_codes(
    column: &str,
    array: &dyn Array,
    known: &mut KnownUnits,
    first_row: usize,
) -> Result<Vec<u32>, Failure> {
    let KnownUnits { units: known, dictionary: before, .. } = known;
    if let Some(dictionary) = array.as_any_dictionary_opt().filter(|dictionary| !dictionary.values().is_empty()) {
        let values = dictionary.values();
        let KnownDictionary { names, codes, .. } = match before {
            Some(before) if Arc::ptr_eq(&before.values, values) => before,
            _ => before.insert(KnownDictionary::new(column, values)?),
        };
        let keys = dictionary.normalized_keys();
        let nulls = dictionary.keys().nulls().filter(|nulls| nulls.null_count() > 0);
        let code = |(row, key): (usize, usize)| match nulls {
            Some(nulls) if nulls.is_null(row) => known.of_text(""),
            _ => *codes[key].get_or_insert_with(|| known.of_text(&names[key])),
        };
        return Ok(keys.into_iter().enumerate().map(code).collect());
    }
    if let Some(whole) = whole_numbers(column, array, first_row)? {
        // Rows of a unit often stand together.
        let mut before: Option<(i64, u32)> = None;
        let code = |number: Option<i64>| match (number, before) {
            (None, _) => known.of_text(""),
            (Some(number), Some((last, code))) if last == number => code,
            (Some(number), _) => before.insert((number, known.of_whole(number))).1,
        };
        return Ok(whole.into_iter().map(code).collect());
    }
    let mut codes = Vec::with_capacity(array.len());
    each_cell(column, array, |name| codes.push(known.of_text(name)))?;
    Ok(codes)
}

/// The period of every row.
pub(super) fn periods(column: &str, array: &dyn Array, first_row: usize) -> Result<Vec<i32>, Failure> {
    let missing = |row: usize| {
        Failure::from(DataError::MissingKey { column: column.to_owned(), place: Place::Row(first_row + row) })
    };
    let not_a_period = |row: usize, text: &str| {
        let place = Place::Row(first_row + row);
        Failure::from(DataError::NotAPeriod { column: column.to_owned(), place, text: text.to_owned() })
    };
    if let Some(whole) = whole_numbers(column, array, first_row)? {
        let mut read: HashMap<i64, i32> = HashMap::new();
        let period = |(row, number): (usize, Option<i64>)| {
            let number = number.ok_or_else(|| missing(row))?;
            if PLAIN_PERIODS.contains(&number) {
                return Ok(number as i32);
            }
            if let Some(&period) = read.get(&number) {
                return Ok(period);
            }
            let text = number.to_string();
            let period = read_period(&text).ok_or_else(|| not_a_period(row, &text))?;
            Ok(*read.entry(number).or_insert(period))
        };
        return whole.into_iter().enumerate().map(period).collect();
    }
    let mut read: HashMap<Box<str>, i32> = HashMap::new();
    let (mut periods, mut failed) = (Vec::with_capacity(array.len()), None);
    each_cell(column, array, |text| {
        let row = periods.len();
        let period = match read.get(text) {
            Some(period) => *period,
            None if failed.is_some() => 0,
            None => match read_period(text) {
                Some(period) => *read.entry(text.into()).or_insert(period),
                None => {
                    let is_missing = Missing::in_text(text.trim().as_bytes()).is_some();
                    failed = Some(if is_missing { missing(row) } else { not_a_period(row, text) });
                    0
                }
            },
        };
        periods.push(period);
    })?;
    failed.map_or(Ok(periods), Err)
}

/// The numbers of an array of whole ones; `None` for one of texts.
fn whole_numbers(column: &str, array: &dyn Array, first_row: usize) -> Result<Option<Vec<Option<i64>>>, Failure> {
    let whole = match array.data_type() {
        DataType::Int8 => of_type::<Int8Type>(array),
        DataType::Int16 => of_type::<Int16Type>(array),
        DataType::Int32 => of_type::<Int32Type>(array),
        DataType::Int64 => of_type::<Int64Type>(array),
        DataType::UInt8 => of_type::<UInt8Type>(array),
        DataType::UInt16 => of_type::<UInt16Type>(array),
        DataType::UInt32 => of_type::<UInt32Type>(array),
        // Beyond the largest of 64 bits with a sign they are read as the texts of their digits.
        DataType::UInt64 => match array.as_primitive::<UInt64Type>().values().iter().all(|&n| i64::try_from(n).is_ok())
        {
            true => of_type::<UInt64Type>(array),
            false => return Ok(None),
        },
        other => {
            if kind(column, array)? != Kind::Numbers || matches!(other, DataType::Dictionary(..)) {
                return Ok(None);
            }
            // Programs that have no missing whole numbers make floats of them.
            let is_whole = |x: f64| x.fract() == 0.0 && x.abs() <= (1_u64 << f64::MANTISSA_DIGITS) as f64;
            let numbers = numbers(column, array, first_row)?;
            if !numbers.iter().all(|&x| x.is_nan() || is_whole(x)) {
                return Err(refused(column, other, "units and periods are texts or whole numbers: cast it").into());
            }
            numbers.iter().map(|&x| (!x.is_nan()).then_some(x as i64)).collect()
        }
    };
    Ok(Some(whole))
}

fn of_type<T: ArrowPrimitiveType<Native: TryInto<i64>>>(array: &dyn Array) -> Vec<Option<i64>> {
    array.as_primitive::<T>().iter().map(|number| number.and_then(|number| number.try_into().ok())).collect()
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        Failure::Other(error.into())
    }
}
