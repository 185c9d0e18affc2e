//! The document of a curve of specifications. Of each it has what a chart needs; the rest is in the library's own.

use apportion::findings::{
    AnalystChoice, ChosenAlternatives, LeftOutSpecifications, NearSpecification, NearestSpecifications, PairOfShares,
    ShareMoves, Specification, SpecificationCurve, SpecificationRange,
};
use apportion::{Model, Share};
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Serialize)]
pub struct Document<'a> {
    model: &'a Model,
    #[serde(skip_serializing_if = "Option::is_none")]
    panel: Option<&'a str>,
    choices: &'a [AnalystChoice],
    base: &'a Specification,
    specifications: Vec<Brief<'a>>,
    ranges: &'a [SpecificationRange],
    moved_by: &'a [ShareMoves],
    pairs: &'a [PairOfShares],
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<Nearest<'a>>,
    same_order: Option<f64>,
    failed: usize,
    left_out: &'a [LeftOutSpecifications],
    verdict: &'a str,
    elapsed_ms: f64,
}

/// A specification without its sample and what deserves doubt.
#[derive(Serialize)]
struct Brief<'a> {
    choices: &'a ChosenAlternatives,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shares: Vec<BriefShare<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct BriefShare<'a> {
    name: &'a str,
    share_of_total: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lower: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upper: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrected: Option<apportion::decompose::Corrected>,
}

#[derive(Serialize)]
struct Nearest<'a> {
    figures: Map<String, Value>,
    specification: &'a Specification,
    largest_difference: f64,
    others: &'a [NearSpecification],
    distance: f64,
    all_within: f64,
    within: Map<String, Value>,
}

impl<'a> Document<'a> {
    pub fn of(curve: &'a SpecificationCurve, nearest: Option<&'a NearestSpecifications>, elapsed_ms: f64) -> Self {
        Document {
            model: &curve.model,
            panel: curve.panel.as_deref(),
            choices: &curve.choices,
            base: &curve.base,
            specifications: curve.specifications.iter().map(Brief::of).collect(),
            ranges: &curve.ranges,
            moved_by: &curve.moved_by,
            pairs: &curve.pairs,
            nearest: nearest.and_then(Nearest::of),
            same_order: curve.same_order,
            failed: curve.failed,
            left_out: &curve.left_out,
            verdict: &curve.verdict,
            elapsed_ms,
        }
    }
}

impl<'a> Brief<'a> {
    fn of(of: &'a Specification) -> Self {
        let share = |share: &'a Share| BriefShare {
            name: &share.name,
            share_of_total: share.share_of_total,
            lower: share.interval.map(|ends| ends.lower),
            upper: share.interval.map(|ends| ends.upper),
            corrected: share.corrected,
        };
        Brief { choices: &of.choices, shares: of.shares.iter().map(share).collect(), error: of.error.as_deref() }
    }
}

impl<'a> Nearest<'a> {
    fn of(nearest: &'a NearestSpecifications) -> Option<Self> {
        let map = |pairs: &[(String, f64)]| pairs.iter().map(|(name, part)| (name.clone(), (*part).into())).collect();
        let (first, others) = nearest.specifications.split_first()?;
        Some(Nearest {
            figures: map(&nearest.figures),
            specification: &first.specification,
            largest_difference: first.largest_difference,
            others,
            distance: nearest.distance,
            all_within: nearest.all_within,
            within: map(&nearest.within),
        })
    }
}
