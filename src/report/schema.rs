//! What a document holds, told to programs that read it.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::answer::SCHEMA_VERSION;

/// The JSON Schema (draft 2020-12) of what serde writes of this type: of the document of an answer, of an answer on its own,
/// of a [`Report`](super::Report). Its `title` is the type's name, and its `$id` is that and [`SCHEMA_VERSION`]; a document of
/// another version is not valid.
///
/// What may be left out is not required; a number that is none is null. Fields that it does not name may come with a later
/// version of the crate.
///
/// # Examples
/// ```
/// use apportion::report::{AnswerDocument, json_schema};
/// use apportion::{Breakdown, Model, Panel};
///
/// let schema = json_schema::<AnswerDocument<Breakdown>>();
/// assert_eq!(schema["$id"], "urn:apportion:1:AnswerDocument_of_Breakdown");
/// assert_eq!(schema["properties"]["schema_version"]["const"], 1);
/// assert_eq!(schema["properties"]["sentences"]["items"]["type"], "string");
/// let breakdown = &schema["$defs"]["Breakdown"];
/// assert_eq!(breakdown["properties"]["r2_overall"]["type"], "number");
///
/// // What it requires is in every document.
/// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
/// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
/// let document = serde_json::to_value(AnswerDocument::new(fit.shapley()?))?;
/// let required = breakdown["required"].as_array().into_iter().flatten().filter_map(|name| name.as_str());
/// assert!(required.into_iter().all(|name| document["answer"].get(name).is_some()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn json_schema<D: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(RecursiveTransform(without_examples));
    let mut schema = settings.into_generator().into_root_schema_for::<D>();
    schema.insert("$id".to_string(), format!("urn:apportion:{SCHEMA_VERSION}:{}", D::schema_name()).into());
    schema.to_value()
}

/// Descriptions are the documentation; its examples are Rust, and of no use to who reads JSON.
fn without_examples(schema: &mut Schema) {
    if let Some(Value::String(said)) = schema.get_mut("description") {
        // They follow a heading, or stand in a block of no language; a formula's block is of text.
        let at = ["\n# ", "\n\n```\n"].iter().filter_map(|start| said.find(start)).min();
        said.truncate(at.map_or(said.len(), |at| said[..at].trim_end().len()));
    }
}
