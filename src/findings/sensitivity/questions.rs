//! Which questions are put: all, a part of them, or one alternative at a time; each once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::asked::Part;
use super::space::Space;
use crate::decompose::Method;
use crate::error::{QuestionError, Result};
use crate::model::Model;
use crate::numerics::streams::{below, stream};

/// Everything about a specification but how its variation is split, and the ways in which it is.
pub(super) struct Question {
    pub(super) model: Model,
    /// What the axes have, by their positions; nothing where that does not matter.
    pub(super) chosen: Vec<Option<usize>>,
    pub(super) splits: Vec<Arc<Split>>,
    /// Whether these are of the base, which is answered first.
    pub(super) is_base: bool,
}

/// A method of the components that a question has, and what the alternative is called.
pub(super) struct Split {
    pub(super) method: Method,
    pub(super) label: Arc<str>,
}

/// The questions, that of the base first, then in the order of the choices; each with the methods it is split by.
///
/// # Errors
/// [`QuestionError::Option`] for more specifications than `most`, and for a sample of none.
pub(super) fn questions(space: &Space, part: Part, most: usize) -> Result<Vec<Question>> {
    let base: Vec<usize> = space.axes.iter().map(|axis| axis.base).collect();
    let mut gathered = Gathered::new(space);
    gathered.add(&base, &[0], true);
    let sizes = space.axes.iter().map(|axis| axis.labels.len()).chain([space.methods.len()]);
    let all = sizes.clone().try_fold(1_usize, usize::checked_mul);
    let refused = |found: String| {
        let expected =
            format!("at most {most} are answered: take sample() of them or one_at_a_time(), or raise at_most()");
        Err(QuestionError::Option { option: "specifications", expected, found }.into())
    };
    let sizes: Vec<usize> = sizes.collect();
    match part {
        Part::OneAtATime => {
            let others: Vec<usize> = (1..space.methods.len()).collect();
            gathered.add(&base, &[0], false);
            for (at, axis) in space.axes.iter().enumerate() {
                for alternative in (0..axis.labels.len()).filter(|&alternative| alternative != axis.base) {
                    let mut chosen = base.clone();
                    chosen[at] = alternative;
                    gathered.add(&chosen, &[0], false);
                }
            }
            gathered.add(&base, &others, false);
        }
        Part::Sample { specifications: 0, .. } => {
            let expected = "a sample has at least one".to_string();
            return Err(QuestionError::Option { option: "sample", expected, found: "0".to_string() }.into());
        }
        Part::Sample { specifications, .. } if specifications > most => return refused(specifications.to_string()),
        Part::Sample { specifications, seed } if all.is_none_or(|all| all > specifications) => {
            for place in drawn(&sizes, specifications, seed) {
                let (chosen, method) = place.split_at(space.axes.len());
                gathered.add(chosen, method, false);
            }
        }
        Part::All | Part::Sample { .. } => {
            match all {
                Some(all) if all <= most => {}
                Some(all) => return refused(all.to_string()),
                None => return refused("beyond counting".to_string()),
            }
            let methods: Vec<usize> = (0..space.methods.len()).collect();
            let mut chosen = vec![0; space.axes.len()];
            loop {
                gathered.add(&chosen, &methods, false);
                // Counts up, the last choice fastest.
                let Some(at) = (0..chosen.len()).rev().find(|&at| chosen[at] + 1 < sizes[at]) else { break };
                chosen[at] += 1;
                chosen[at + 1..].fill(0);
            }
        }
    }
    Ok(gathered.questions)
}

/// Questions that have been gathered, each once.
struct Gathered<'a> {
    space: &'a Space,
    questions: Vec<Question>,
    /// Where the question of these alternatives stands.
    place: HashMap<Vec<Option<usize>>, usize>,
    /// The methods of the components that are there; those that are the same of them are one.
    splits: HashMap<Vec<bool>, Vec<Arc<Split>>>,
}

impl<'a> Gathered<'a> {
    fn new(space: &'a Space) -> Self {
        Gathered { space, questions: Vec::new(), place: HashMap::new(), splits: HashMap::new() }
    }

    /// Adds what is not there yet of these alternatives by these methods. The base is answered apart from all others.
    fn add(&mut self, chosen: &[usize], methods: &[usize], is_base: bool) {
        let (model, chosen) = self.space.model(chosen);
        let of_base = self.space.base.components().iter();
        let present = of_base.map(|own| model.components().iter().any(|there| there.name == own.name)).collect();
        let all = self.splits.entry(present).or_insert_with_key(|present| splits(self.space, present));
        if is_base {
            let splits = methods.iter().map(|&method| all[method].clone()).collect();
            return self.questions.push(Question { model, chosen, splits, is_base });
        }
        let at = *self.place.entry(chosen.clone()).or_insert_with(|| {
            self.questions.push(Question { model, chosen, splits: Vec::new(), is_base });
            self.questions.len() - 1
        });
        let own = &mut self.questions[at].splits;
        for split in methods.iter().map(|&method| &all[method]) {
            if !own.iter().any(|there| Arc::ptr_eq(there, split)) {
                own.push(split.clone());
            }
        }
    }
}

/// Every method of the components that are there, those that are the same of them as one.
fn splits(space: &Space, present: &[bool]) -> Vec<Arc<Split>> {
    let absent = space.base.components().iter().zip(present).filter(|(_, is_there)| !**is_there);
    let absent: HashSet<&str> = absent.map(|(component, _)| component.name.as_str()).collect();
    let mut by_label: HashMap<Arc<str>, Arc<Split>> = HashMap::new();
    let split = |method: &Method| {
        let method = match method {
            Method::Sequential { order } => Method::Sequential {
                order: order.iter().filter(|name| !absent.contains(name.as_str())).cloned().collect(),
            },
            method => method.clone(),
        };
        let label = space.label(&method);
        by_label.entry(label.clone()).or_insert_with(|| Arc::new(Split { method, label })).clone()
    };
    space.methods.iter().map(split).collect()
}

/// So many different places, each a position along every axis, in the order of the places.
fn drawn(sizes: &[usize], many: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut random = stream(seed, 0);
    let mut places: HashSet<Vec<usize>> = HashSet::new();
    // Fewer than there are, so that another is always found.
    while places.len() < many {
        places.insert(sizes.iter().map(|&size| below(size, &mut random)).collect());
    }
    let mut places: Vec<Vec<usize>> = places.into_iter().collect();
    places.sort_unstable();
    places
}
