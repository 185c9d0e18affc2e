//! The question as the Rust code that asks it.

use super::{Model, Precedence, Term, Weights};

impl Model {
    /// The expression that makes this model, a call a line, indented by four spaces after the first.
    pub(crate) fn rust_code(&self) -> String {
        let outcome = self.outcome.as_ref().map_or(String::new(), Term::to_string);
        let mut calls = vec![format!("Model::new({outcome:?})")];
        for component in &self.components {
            calls.push(format!(".component({:?}, [{}])", component.name, texts(&component.terms)));
        }
        if !self.always.is_empty() {
            calls.push(format!(".always([{}])", texts(&self.always)));
        }
        for Precedence { component, after } in &self.precedence {
            let after: Vec<String> = after.iter().map(|name| format!("{name:?}")).collect();
            calls.push(format!(".after({component:?}, [{}])", after.join(", ")));
        }
        match &self.weights {
            Weights::Panel => {}
            Weights::Column(column) => calls.push(format!(".weights({column:?})")),
            Weights::Equal => calls.push(".unweighted()".to_string()),
        }
        if self.family.is_of_counts() {
            calls.push(format!(".family(Family::{:?})", self.family));
        }
        if let Some(exposure) = &self.exposure {
            calls.push(format!(".exposure({exposure:?})"));
        }
        calls.join("\n    ")
    }
}

fn texts(terms: &[Term]) -> String {
    terms.iter().map(|term| format!("{:?}", term.to_string())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_that_which_made_the_model() {
        // The text is the code above it.
        let model = Model::new("log(y)")
            .component("a \"b\"", ["x", "log(z)"])
            .component("practice", ["unit_effects"])
            .always(["period_effects"])
            .after("practice", ["a \"b\""])
            .weights("n");
        let code = "Model::new(\"log(y)\")\n    .component(\"a \\\"b\\\"\", [\"x\", \"log(z)\"])\n    .component(\"practice\", \
                    [\"unit_effects\"])\n    .always([\"period_effects\"])\n    .after(\"practice\", [\"a \\\"b\\\"\"])\n    \
                    .weights(\"n\")";
        assert_eq!(model.rust_code(), code);
        assert!(model.unweighted().rust_code().ends_with(".unweighted()"));
    }
}
