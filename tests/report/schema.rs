//! Real documents are valid by their schemas, and what is not as they say is not.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::findings::{Analysis, Intervals};
use apportion::report::{AnswerDocument, RegressionReport, json_schema};
use apportion::{Breakdown, CoefficientTable, Covariance, Estimator, Method, Model, PanelRegression, Report};
use serde_json::{Map, Value, json};

use crate::common::panel::panel;
use crate::common::schema::{HasSchema, check_valid, validator};
use crate::common::unbalanced;

/// The place of every field, in arrays of their first element.
fn fields(json: &Value, at: &str, found: &mut Vec<String>) {
    match json {
        Value::Object(fields_of) => {
            for (name, value) in fields_of {
                let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                fields(value, &at, found);
                found.push(at);
            }
        }
        Value::Array(elements) => {
            if let Some(first) = elements.first() {
                let at = format!("{at}/0");
                fields(first, &at, found);
                found.push(at);
            }
        }
        _ => {}
    }
}

/// What no field that holds this may hold.
fn of_another_type(value: &Value) -> Value {
    match value {
        Value::Object(_) => json!("of another type"),
        _ => json!({ "of another type": true }),
    }
}

/// The object that a schema says something is, by its reference.
fn resolved<'a>(schema: &'a Value, part: &'a Value) -> &'a Value {
    let path = part["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
    path.and_then(|path| schema.pointer(path)).unwrap_or(part)
}

fn required(schema: &Value) -> Vec<&str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn fields_mut<'a>(json: &'a mut Value, at: &str) -> &'a mut Map<String, Value> {
    json.pointer_mut(at).and_then(Value::as_object_mut).expect("an object")
}

/// The document is valid, and is not with any field of another type, or without a field that it must have.
#[track_caller]
pub fn check_document<A: HasSchema>(name: &str, json: &Value) {
    check_valid::<AnswerDocument<A>>(json);
    let schema = json_schema::<AnswerDocument<A>>();
    let validator = validator::<AnswerDocument<A>>();
    let mut at_fields = Vec::new();
    fields(json, "", &mut at_fields);
    let mut changed = json.clone();
    for at in at_fields {
        let field = changed.pointer_mut(&at).expect("a field");
        let other = of_another_type(field);
        let kept = std::mem::replace(field, other);
        assert!(!validator.is_valid(&changed), "{name}: {at} may be other than {kept}");
        *changed.pointer_mut(&at).expect("a field") = kept;
    }
    let answer = resolved(&schema, &schema["properties"]["answer"]);
    let of_answer = required(answer);
    assert!(!of_answer.is_empty() || !json["answer"].is_object(), "{name} must have nothing: {answer}");
    for (at, names) in [("", required(&schema)), ("/answer", of_answer)] {
        for field in names {
            let kept = fields_mut(&mut changed, at).remove(field).expect("what must be there");
            assert!(!validator.is_valid(&changed), "{name} without {at}/{field}");
            fields_mut(&mut changed, at).insert(field.to_string(), kept);
        }
    }
    assert_eq!(&changed, json);
}

#[test]
fn a_schema_says_what_it_is_of() {
    let schema = json_schema::<AnswerDocument<Breakdown>>();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["$id"], "urn:apportion:1:AnswerDocument_of_Breakdown");
    assert_eq!(schema["title"], "AnswerDocument_of_Breakdown");
    let text = schema.to_string();
    assert!(text.contains("\"description\":") && !text.contains("# Examples") && !text.contains("assert"), "{text}");
    // No two types of one name.
    let names: Vec<&String> = schema["$defs"].as_object().expect("definitions").keys().collect();
    assert!(names.iter().all(|name| !name.ends_with(|c: char| c.is_ascii_digit())), "{names:?}");
}

#[test]
fn a_document_of_another_version_is_not_valid() {
    let rows = panel(&unbalanced(61, 20, 6, 0.1));
    let fit = Model::new("y").component("slow", ["slow"]).fit(&rows).expect("it fits");
    let document = AnswerDocument::new(fit.shapley().expect("shapley")).of_fit(&fit);
    let mut json = serde_json::to_value(document).expect("it can be written");
    check_document::<Breakdown>("a breakdown", &json);
    json["schema_version"] = json!(2);
    assert!(!validator::<AnswerDocument<Breakdown>>().is_valid(&json));
}

/// JSON has no number that is not finite.
#[test]
fn a_number_that_is_none_is_null() {
    let rows = panel(&unbalanced(61, 20, 6, 0.1));
    let fit = PanelRegression::new("y", ["slow", "noisy"]).fit(&rows).expect("it fits");
    let mut table = fit.coefficients(&Covariance::cluster()).expect("a table");
    table.coefficients[0].std_error = f64::NAN;
    table.covariance.matrix[[0, 1]] = f64::NAN;
    let json = serde_json::to_value(AnswerDocument::new(table)).expect("it can be written");
    assert_eq!(
        [&json["answer"]["coefficients"][0]["std_error"], &json["answer"]["vcov"]["matrix"]["data"][1]],
        [&Value::Null, &Value::Null]
    );
    check_valid::<AnswerDocument<CoefficientTable>>(&json);
}

#[test]
fn reports_are_valid() {
    let rows = panel(&unbalanced(61, 20, 6, 0.1));
    let model = Model::new("y").always(["noisy"]).component("slow", ["slow"]).component("fixed", ["fixed"]);
    let fit = model.fit(&rows).expect("it fits");
    let drawn = Intervals::bootstrap(40, u64::MAX).level(0.9);
    for analysis in [
        Analysis::new(),
        Analysis::new().all_methods().gelbach().order_range().intervals(drawn).comparisons(),
        Analysis::new().method(Method::Owen).without_intervals(),
    ] {
        let report = Report::of(&analysis.of(&fit).expect("findings")).expect("one fit");
        let mut json = serde_json::to_value(report).expect("it can be written");
        check_valid::<Report>(&json);
        json["methods"][0]["components"][0]["share_of_total"] = json!("much");
        assert!(!validator::<Report>().is_valid(&json));
    }
}

#[test]
fn reports_of_regressions_are_valid() {
    let rows = panel(&unbalanced(61, 20, 6, 0.1));
    for estimator in [Estimator::Pooled, Estimator::Within, Estimator::RandomTwoway] {
        let fit = PanelRegression::new("y", ["slow", "noisy"]).estimator(estimator).fit(&rows).expect("it fits");
        for covariance in [Covariance::iid(), Covariance::twoway_cluster(), Covariance::jackknife()] {
            let report = RegressionReport::new(&fit, &fit.coefficients(&covariance).expect("coefficients"));
            let mut json = serde_json::to_value(report).expect("it can be written");
            check_valid::<RegressionReport>(&json);
            fields_mut(&mut json, "").remove("df_residual");
            assert!(!validator::<RegressionReport>().is_valid(&json));
        }
    }
}
