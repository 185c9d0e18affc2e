//! Which numbers, or which texts, does an Arrow array hold?
//!
//! Knows one array, and neither schemas nor panels: panels and sums over rows both read here.

use std::borrow::Cow;
use std::fmt::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType, Float16Type, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_schema::DataType;

use crate::error::{ArrowProblem, Place};

/// What the values of an array are to this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Numbers,
    Texts,
    /// The type of a column without any value, which goes with every other.
    Nothing,
}

impl Kind {
    /// Whether both may stand in one column.
    pub(crate) fn goes_with(self, other: Kind) -> bool {
        self == other || self == Kind::Nothing || other == Kind::Nothing
    }
}

/// The largest whole number up to which every one is a double.
const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;

/// The largest power of ten that is a double: a quotient of two such numbers is rounded once.
const EXACT_POWER: usize = 22;

/// What a type holds, or what to do about one that is not read.
pub(crate) fn kind_of(data_type: &DataType) -> Result<Kind, &'static str> {
    match data_type {
        DataType::Null => Ok(Kind::Nothing),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Ok(Kind::Texts),
        DataType::Boolean
        | DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => Ok(Kind::Numbers),
        number if number.is_integer() || number.is_floating() => Ok(Kind::Numbers),
        // A dictionary of dictionaries is allowed by the format, and written by nobody.
        DataType::Dictionary(_, values) if !matches!(**values, DataType::Dictionary(..)) => kind_of(values),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            Err("make a column of whole numbers of it, such as the year in which the period ends")
        }
        DataType::Time32(_) | DataType::Time64(_) | DataType::Duration(_) | DataType::Interval(_) => {
            Err("make a column of numbers of it, such as hours or days")
        }
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            Err("cast it to text, or leave it out with PanelSchema::only()")
        }
        _ => Err("take what is needed of it out into columns of their own, or leave it out with PanelSchema::only()"),
    }
}

/// What an array of a column holds.
pub(crate) fn kind(column: &str, array: &dyn Array) -> Result<Kind, ArrowProblem> {
    kind_of(array.data_type()).map_err(|advice| refused(column, array.data_type(), advice))
}

/// The problem of a column of a type.
pub(crate) fn refused(column: &str, found: &DataType, advice: &'static str) -> ArrowProblem {
    ArrowProblem::Type { column: column.to_owned(), found: found.to_string(), advice }
}

/// The numbers of an array, NaN where it is null; those of doubles without nulls as they lie there.
///
/// A row of a place in errors is counted from `first_row`.
pub(crate) fn numbers<'a>(
    column: &str,
    array: &'a dyn Array,
    first_row: usize,
) -> Result<Cow<'a, [f64]>, ArrowProblem> {
    let digits = |row: usize, value: String| ArrowProblem::Digits {
        column: column.to_owned(),
        place: Place::Row(first_row + row),
        value,
    };
    let values = match array.data_type() {
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>();
            match values.nulls().filter(|nulls| nulls.null_count() > 0) {
                None => return Ok(Cow::Borrowed(values.values())),
                Some(_) => values.values().to_vec(),
            }
        }
        DataType::Float32 => converted::<Float32Type>(array, f64::from),
        DataType::Float16 => converted::<Float16Type>(array, |x| x.to_f64()),
        DataType::Int8 => converted::<Int8Type>(array, f64::from),
        DataType::Int16 => converted::<Int16Type>(array, f64::from),
        DataType::Int32 => converted::<Int32Type>(array, f64::from),
        DataType::UInt8 => converted::<UInt8Type>(array, f64::from),
        DataType::UInt16 => converted::<UInt16Type>(array, f64::from),
        DataType::UInt32 => converted::<UInt32Type>(array, f64::from),
        DataType::Int64 => {
            let values = array.as_primitive::<Int64Type>();
            let is_wide = |row: &usize| values.is_valid(*row) && values.value(*row).unsigned_abs() > EXACT;
            // The largest first: a test of every row for itself takes longer than all the rest.
            if values.values().iter().fold(0, |most, value| most.max(value.unsigned_abs())) > EXACT
                && let Some(row) = (0..values.len()).find(is_wide)
            {
                return Err(digits(row, values.value(row).to_string()));
            }
            converted::<Int64Type>(array, |value| value as f64)
        }
        DataType::UInt64 => {
            let values = array.as_primitive::<UInt64Type>();
            if let Some(row) = (0..values.len()).find(|&row| values.is_valid(row) && values.value(row) > EXACT) {
                return Err(digits(row, values.value(row).to_string()));
            }
            converted::<UInt64Type>(array, |value| value as f64)
        }
        DataType::Boolean => array.as_boolean().values().iter().map(|holds| f64::from(u8::from(holds))).collect(),
        DataType::Decimal32(_, scale) => {
            decimals::<Decimal32Type>(array, *scale, |value| Some(i128::from(value)), digits)?
        }
        DataType::Decimal64(_, scale) => {
            decimals::<Decimal64Type>(array, *scale, |value| Some(i128::from(value)), digits)?
        }
        DataType::Decimal128(_, scale) => decimals::<Decimal128Type>(array, *scale, Some, digits)?,
        DataType::Decimal256(_, scale) => decimals::<Decimal256Type>(array, *scale, |value| value.to_i128(), digits)?,
        DataType::Dictionary(..) => match array.as_any_dictionary_opt() {
            Some(dictionary) if !dictionary.values().is_empty() => {
                let values = numbers(column, dictionary.values(), first_row)?;
                dictionary.normalized_keys().into_iter().map(|key| values[key]).collect()
            }
            _ => vec![f64::NAN; array.len()],
        },
        DataType::Null => vec![f64::NAN; array.len()],
        other => {
            let advice = match kind_of(other) {
                Err(advice) => advice,
                Ok(_) => "numbers are needed: cast it to numbers, or use a column of them",
            };
            return Err(refused(column, other, advice));
        }
    };
    let mut values = values;
    if let Some(nulls) = array.logical_nulls().filter(|nulls| nulls.null_count() > 0) {
        values.iter_mut().zip(&nulls).filter(|(_, is_valid)| !is_valid).for_each(|(value, _)| *value = f64::NAN);
    }
    Ok(Cow::Owned(values))
}

fn converted<T: ArrowPrimitiveType>(array: &dyn Array, number: impl Fn(T::Native) -> f64) -> Vec<f64> {
    array.as_primitive::<T>().values().iter().map(|&value| number(value)).collect()
}

/// The numbers of decimals, as long as a double holds all their digits.
fn decimals<T: DecimalType>(
    array: &dyn Array,
    scale: i8,
    whole: impl Fn(T::Native) -> Option<i128>,
    digits: impl Fn(usize, String) -> ArrowProblem,
) -> Result<Vec<f64>, ArrowProblem> {
    let values = array.as_primitive::<T>();
    let power = 10_f64.powi(i32::from(scale));
    let number = |row: usize| {
        if values.is_null(row) {
            return Ok(f64::NAN);
        }
        let wide = || digits(row, values.value_as_string(row));
        let mut whole = whole(values.value(row)).ok_or_else(wide)?;
        if whole.unsigned_abs() <= u128::from(EXACT) && (0..=EXACT_POWER as i8).contains(&scale) {
            return Ok(whole as f64 / power);
        }
        // Zeros at the end are digits of the type, and not of the number.
        let mut exponent = -i32::from(scale);
        while whole != 0 && whole % 10 == 0 {
            (whole, exponent) = (whole / 10, exponent + 1);
        }
        let number = || format!("{whole}e{exponent}").parse().ok();
        (whole.unsigned_abs() <= u128::from(EXACT)).then(number).flatten().ok_or_else(wide)
    };
    (0..values.len()).map(number).collect()
}

/// Hands on what every row of an array holds, as the text that a file would: nothing where it is null.
pub(crate) fn each_cell(column: &str, array: &dyn Array, mut to: impl FnMut(&str)) -> Result<(), ArrowProblem> {
    cells(column, array, &mut to)
}

fn cells(column: &str, array: &dyn Array, to: &mut dyn FnMut(&str)) -> Result<(), ArrowProblem> {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().for_each(|text| to(text.unwrap_or_default())),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().for_each(|text| to(text.unwrap_or_default())),
        DataType::Utf8View => array.as_string_view().iter().for_each(|text| to(text.unwrap_or_default())),
        DataType::Int64 => whole::<Int64Type>(array, to),
        DataType::UInt64 => whole::<UInt64Type>(array, to),
        DataType::Decimal32(..) => decimal_cells::<Decimal32Type>(array, to),
        DataType::Decimal64(..) => decimal_cells::<Decimal64Type>(array, to),
        DataType::Decimal128(..) => decimal_cells::<Decimal128Type>(array, to),
        DataType::Decimal256(..) => decimal_cells::<Decimal256Type>(array, to),
        DataType::Dictionary(..) => match array.as_any_dictionary_opt() {
            Some(dictionary) if !dictionary.values().is_empty() => {
                let mut texts: Vec<Box<str>> = Vec::with_capacity(dictionary.values().len());
                cells(column, dictionary.values(), &mut |text| texts.push(text.into()))?;
                for (row, key) in dictionary.normalized_keys().into_iter().enumerate() {
                    to(if dictionary.keys().is_null(row) { "" } else { &texts[key] });
                }
            }
            _ => (0..array.len()).for_each(|_| to("")),
        },
        _ => {
            let nulls = array.logical_nulls();
            let mut text = String::new();
            for (row, number) in numbers(column, array, 0)?.iter().enumerate() {
                text.clear();
                if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
                    // Writing into a text does not fail.
                    let _ = write!(text, "{number}");
                }
                to(&text);
            }
        }
    }
    Ok(())
}

fn whole<T: ArrowPrimitiveType<Native: std::fmt::Display>>(array: &dyn Array, to: &mut dyn FnMut(&str)) {
    let mut text = String::new();
    for value in array.as_primitive::<T>() {
        text.clear();
        let _ = value.map(|value| write!(text, "{value}"));
        to(&text);
    }
}

fn decimal_cells<T: DecimalType>(array: &dyn Array, to: &mut dyn FnMut(&str)) {
    let values = array.as_primitive::<T>();
    for row in 0..values.len() {
        match values.is_null(row) {
            true => to(""),
            false => to(&values.value_as_string(row)),
        }
    }
}
