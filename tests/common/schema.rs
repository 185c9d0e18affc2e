//! JSON against the schema of what it should be.
#![allow(clippy::expect_used, clippy::panic)]

/// A type that has a schema, where the feature is on.
#[cfg(feature = "schema")]
pub trait HasSchema: schemars::JsonSchema {}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> HasSchema for T {}

/// Without the feature no type has one.
#[cfg(not(feature = "schema"))]
pub trait HasSchema {}

#[cfg(not(feature = "schema"))]
impl<T> HasSchema for T {}

/// Tells whether JSON is of this type.
#[cfg(feature = "schema")]
pub fn validator<D: HasSchema>() -> jsonschema::Validator {
    let schema = apportion::report::json_schema::<D>();
    if let Err(error) = jsonschema::meta::validate(&schema) {
        panic!("{} has no valid schema: {error}", std::any::type_name::<D>());
    }
    jsonschema::validator_for(&schema).expect("a valid schema")
}

/// The JSON is of this type.
#[cfg(feature = "schema")]
#[track_caller]
pub fn check_valid<D: HasSchema>(json: &serde_json::Value) {
    let errors: Vec<String> =
        validator::<D>().iter_errors(json).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}: {}", std::any::type_name::<D>(), errors.join("\n"));
}

/// Without the feature there is no schema.
#[cfg(not(feature = "schema"))]
pub fn check_valid<D: HasSchema>(_: &serde_json::Value) {}
