//! An entry read back. What is not said, or said of something else, is refused in words: nothing is passed over that would
//! be missing once it is written again.

use super::{BySize, Component, Entry, Shares, Subset, turned};
use crate::decompose::{
    Coalition, Detail, GELBACH, GelbachColumn, GelbachCovariance, Interval, IntervalMethod, Method, PairDominance,
    SizeShare, SubsetShare, TermShare,
};
use crate::resample::{Difference, Rank};

/// Numbers that say the same differ by no more than this part of them.
const ROUNDING: f64 = 1e-9;

type Compared = (Vec<Rank>, Vec<Difference>);

/// The keys that an entry has beside its shares.
fn keys_of(method: &Method) -> &'static [&'static str] {
    match method {
        Method::Sequential { .. } => &["order"],
        Method::Owen => &["terms"],
        Method::ConditionalDominance => &["by_size"],
        Method::CompleteDominance => &["pairs"],
        Method::Commonality => &["common", "subsets"],
        Method::VarianceComponents => &["covariances"],
        _ => &[],
    }
}

impl Entry {
    /// The ranks and differences in it, which are taken out.
    pub(in crate::report::document) fn take_comparison(&mut self) -> Result<Option<Compared>, String> {
        let method = &self.method;
        let (ranks, differences) = match (self.ranks.take(), self.differences.take()) {
            (Some(ranks), Some(differences)) => (ranks, differences),
            (None, None) => return Ok(None),
            (Some(_), None) => return Err(format!("{method} has ranks without differences")),
            (None, Some(_)) => return Err(format!("{method} has differences without ranks")),
        };
        let names = self.names();
        if !ranks.iter().map(|rank| &rank.name).eq(&names) {
            return Err(format!("ranks of {method} are not those of its components"));
        }
        check_every_two("differences", differences.iter().map(|d| (&d.first, &d.second)), &names)?;
        Ok(Some((ranks, differences)))
    }

    /// How its intervals were made, where it says so itself, which is taken out.
    pub(in crate::report::document) fn take_interval(&mut self) -> Option<IntervalMethod> {
        self.interval.take()
    }

    /// Changing coefficients, in an entry of them.
    pub(in crate::report::document) fn changes(self) -> Result<(Vec<GelbachColumn>, GelbachCovariance), String> {
        self.check_keys(&["coefficients", "covariance"])?;
        if !self.components.is_empty() || self.always.is_some() {
            return Err(format!("{GELBACH} has shares: it has coefficients"));
        }
        let missing = || format!("{GELBACH} without its coefficients");
        self.coefficients.zip(self.covariance).ok_or_else(missing)
    }

    /// The shares of a method, and what it says beyond them.
    pub(in crate::report::document) fn shares(self) -> Result<Shares, String> {
        let unknown = |_| format!("there is no method \"{}\"", self.method);
        let mut method: Method = self.method.parse().map_err(unknown)?;
        self.check_keys(keys_of(&method))?;
        let names = self.names();
        if let (Method::Sequential { order }, Some(stated)) = (&mut method, self.order) {
            *order = permutation(stated, &names)?;
        }
        let detail = if let Some(rows) = self.by_size {
            sizes(rows, &names)?
        } else if let Some(both) = self.pairs {
            pairs(both, &names)?
        } else if let Some(parts) = self.subsets {
            subsets(parts, &names)?
        } else if let Some(covariances) = self.covariances {
            check_every_two("covariances", covariances.iter().map(|pair| (&pair.first, &pair.second)), &names)?;
            Detail::Covariances(covariances)
        } else if method == Method::Owen {
            terms(&self.components)?
        } else {
            Detail::Nothing
        };
        Ok(Shares {
            method,
            components: self.components.into_iter().map(|component| component.share).collect(),
            always: self.always.map(|share| share.named("always")),
            unexplained: self.unexplained.named("unexplained"),
            detail,
            unit_effects_by_model: self.unit_effects_by_model,
        })
    }

    fn names(&self) -> Vec<String> {
        self.components.iter().map(|component| component.share.name.clone()).collect()
    }

    /// It has all of these keys, and no others beside its shares.
    fn check_keys(&self, own: &[&str]) -> Result<(), String> {
        let said = [
            ("order", self.order.is_some()),
            ("interval", self.interval.is_some()),
            ("by_size", self.by_size.is_some()),
            ("pairs", self.pairs.is_some()),
            ("subsets", self.subsets.is_some()),
            ("covariances", self.covariances.is_some()),
            ("terms", self.components.iter().any(|component| component.terms.is_some())),
            ("common", self.components.iter().any(|component| component.common.is_some())),
            ("coefficients", self.coefficients.is_some()),
            ("covariance", self.covariance.is_some()),
            ("ranks", self.ranks.is_some()),
            ("differences", self.differences.is_some()),
        ];
        let method = &self.method;
        for (key, is_said) in said {
            match (is_said, own.contains(&key)) {
                (true, false) => return Err(format!("{method} with {key}, which is nothing that it says")),
                (false, true) => return Err(format!("{method} without its {key}")),
                _ => {}
            }
        }
        Ok(())
    }
}

fn permutation(order: Vec<String>, names: &[String]) -> Result<Vec<String>, String> {
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort_unstable();
        names
    };
    match sorted(&order) == sorted(names) {
        true => Ok(order),
        false => Err(format!("the order {} is none of the components {}", order.join(", "), names.join(", "))),
    }
}

/// What is said of two components must be said of every two, the earlier first.
fn check_every_two<'a>(
    what: &str,
    found: impl Iterator<Item = (&'a String, &'a String)>,
    names: &'a [String],
) -> Result<(), String> {
    let each = names.iter().enumerate();
    let every_two = each.flat_map(|(at, first)| names[at + 1..].iter().map(move |second| (first, second)));
    match found.eq(every_two) {
        true => Ok(()),
        false => Err(format!("{what} are not those of every two components, the earlier first")),
    }
}

fn terms(components: &[Component]) -> Result<Detail, String> {
    let mut all = Vec::new();
    for component in components {
        let name = &component.share.name;
        let own = component.terms.as_ref().ok_or_else(|| format!("\"{name}\" is without its terms"))?;
        all.extend(own.iter().map(|term| TermShare { component: name.clone(), ..term.clone() }));
    }
    Ok(Detail::Terms(all))
}

fn sizes(rows: Vec<BySize>, names: &[String]) -> Result<Detail, String> {
    if !rows.iter().map(|row| &row.name).eq(names) {
        return Err("shares by size are not those of the components".to_string());
    }
    let mut cells = Vec::new();
    for BySize { name, share_of_total, intervals, chance, corrected } in rows {
        let (sizes, components) = (share_of_total.len(), names.len());
        if !intervals.is_empty() && intervals.len() != sizes {
            return Err(format!("\"{name}\" has {sizes} shares by size, and {} intervals of them", intervals.len()));
        }
        if sizes != components {
            return Err(format!("\"{name}\" has {sizes} shares by size, of {components} components"));
        }
        for (what, found) in [("chances", chance.len()), ("corrected shares", corrected.len())] {
            if found != 0 && found != sizes {
                return Err(format!("\"{name}\" has {sizes} shares by size, and {found} {what}"));
            }
        }
        for (size, share_of_total) in share_of_total.into_iter().enumerate() {
            cells.push(SizeShare {
                component: name.clone(),
                size,
                share_of_total,
                interval: intervals.get(size).copied(),
                chance: chance.get(size).copied(),
                corrected: corrected.get(size).copied(),
            });
        }
    }
    Ok(Detail::BySize(cells))
}

/// Every second pair must be the one before it turned.
fn pairs(both: Vec<PairDominance>, names: &[String]) -> Result<Detail, String> {
    let is_turned = |two: &[PairDominance]| matches!(two, [pair, again] if say_the_same(&turned(pair), again));
    if !both.chunks(2).all(is_turned) {
        return Err("pairs are not each followed by itself turned".to_string());
    }
    let pairs: Vec<PairDominance> = both.into_iter().step_by(2).collect();
    check_every_two("pairs", pairs.iter().map(|pair| (&pair.first, &pair.second)), names)?;
    Ok(Detail::Pairs(pairs))
}

fn say_the_same(one: &PairDominance, other: &PairDominance) -> bool {
    let names = |pair: &PairDominance| (pair.first.clone(), pair.second.clone(), pair.interval.is_some());
    let close = |(x, y): (&f64, &f64)| (x - y).abs() <= ROUNDING * x.abs().max(y.abs()).max(1.0);
    names(one) == names(other)
        && one.reproduced == other.reproduced
        && numbers(one).iter().zip(&numbers(other)).all(close)
}

fn numbers(pair: &PairDominance) -> Vec<f64> {
    let ends = |Interval { bias, std_error, lower, upper }: Interval| [bias, std_error, lower, upper];
    [pair.proportion].into_iter().chain(pair.interval.into_iter().flat_map(ends)).collect()
}

/// Every set of components must be there, in the order of its bits: replicates know it by its place.
fn subsets(parts: Vec<Subset>, names: &[String]) -> Result<Detail, String> {
    let stranger = |name: &&String| !names.contains(name);
    if let Some(name) = parts.iter().flat_map(|part| &part.components).find(stranger) {
        return Err(format!("a subset is of \"{name}\", which is no component"));
    }
    let all = u32::try_from(names.len()).ok().and_then(|components| 1_usize.checked_shl(components));
    if all != Some(parts.len() + 1) {
        return Err(format!("{} subsets are not all those of {} components", parts.len(), names.len()));
    }
    let mut shares = Vec::with_capacity(parts.len());
    for (bits, Subset { components, share_of_total, interval, chance, corrected }) in (1_u64..).zip(parts) {
        let coalition = Coalition::from_bits(bits);
        let members: Vec<String> = coalition.members().map(|at| names[at].clone()).collect();
        if components != members {
            let (found, expected) = (components.join(", "), members.join(", "));
            return Err(format!("subset {bits} is of {found}, where that of {expected} belongs"));
        }
        shares.push(SubsetShare { coalition, share_of_total, interval, chance, corrected });
    }
    Ok(Detail::Subsets(shares))
}
