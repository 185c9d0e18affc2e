//! Which of the columns that are given is the one of a name?

use crate::error::DataError;
use crate::panel::is_same;

/// The position of a column by its name: as it stands, or else as the only one that is another spelling of it; `None`
/// where there is none. Names that nobody asks for may stand there twice.
///
/// # Errors
/// [`DataError::DuplicateColumn`] where several are meant.
pub(super) fn named_place<'a>(
    names: impl Iterator<Item = &'a str> + Clone,
    wanted: &str,
) -> Result<Option<usize>, DataError> {
    let first_two = |is_it: &dyn Fn(&str) -> bool| {
        let mut found = names.clone().enumerate().filter(|(_, name)| is_it(name)).map(|(at, _)| at);
        (found.next(), found.next())
    };
    let found = match first_two(&|name| name == wanted) {
        (None, _) => first_two(&|name| is_same(name, wanted)),
        as_it_stands => as_it_stands,
    };
    match found {
        (Some(first), Some(second)) => {
            Err(DataError::DuplicateColumn { column: wanted.to_owned(), first: first + 1, second: second + 1 })
        }
        (only, _) => Ok(only),
    }
}
