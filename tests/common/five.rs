//! A model of five components, and their columns for brute force.

use apportion::Model;

use super::{Components, Rows};

pub fn model(weighted: bool) -> Model {
    let model = Model::new("y")
        .component("slow", ["slow"])
        .component("fixed", ["fixed"])
        .component("policy", ["period_effects"])
        .component("practice", ["unit_effects"])
        .component("noisy", ["noisy", "log(positive)"]);
    if weighted { model.weights("weight") } else { model }
}

pub fn components(rows: &Rows) -> Components {
    let log = rows.column("positive").iter().map(|x| x.ln()).collect();
    vec![
        vec![rows.column("slow")],
        vec![rows.column("fixed")],
        rows.period_dummies(),
        rows.unit_dummies(),
        vec![rows.column("noisy"), log],
    ]
}
