//! Levels by brute force: residuals of every coalition on dummies, split into means of groups row by row.

use std::collections::BTreeMap;

use super::{Components, Rows, project};

/// One level: its part of the total, what every coalition explains there (less what is left, as a part of the total),
/// and what all of them leave.
pub struct Split {
    pub part: f64,
    pub values: Vec<f64>,
    pub unexplained: f64,
}

/// Three columns that nest: units in counties, those in regions, those in nations.
pub fn nested(rows: &mut Rows) {
    let county = |unit: &str, region: &str| {
        let number: usize = unit.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
        format!("{region} {}", number / 3 % 2)
    };
    let regions = rows.text["region"].clone();
    let counties = rows.unit.iter().zip(&regions).map(|(unit, region)| county(unit, region)).collect();
    let nation = |region: &String| if region == "west" { "wales" } else { "england" }.to_string();
    rows.text.insert("county".to_string(), counties);
    rows.text.insert("nation".to_string(), regions.iter().map(nation).collect());
}

/// The weighted mean of its group on every row.
fn means(values: &[f64], groups: &[String], weights: &[f64]) -> Vec<f64> {
    let mut sums: BTreeMap<&String, (f64, f64)> = BTreeMap::new();
    for ((group, w), x) in groups.iter().zip(weights).zip(values) {
        let sum = sums.entry(group).or_default();
        *sum = (sum.0 + w, sum.1 + w * x);
    }
    groups.iter().map(|group| sums[group].1 / sums[group].0).collect()
}

/// By level of groups of these columns, from the outermost, then of units, then within.
pub fn split(rows: &Rows, y: &[f64], components: &Components, always: &[Vec<f64>], columns: &[&str]) -> Vec<Split> {
    let n_levels = columns.len() + 2;
    // Sums of squares at each level of residuals that have a mean of zero.
    let squares = |residuals: &[f64]| -> Vec<f64> {
        let mut left = residuals.to_vec();
        let of_groups = columns.iter().map(|column| &rows.text[*column]).chain([&rows.unit]);
        let mut sums: Vec<f64> = of_groups
            .map(|groups| {
                let means = means(&left, groups, &rows.weight);
                left.iter_mut().zip(&means).for_each(|(x, mean)| *x -= mean);
                means.iter().zip(&rows.weight).map(|(mean, w)| w * mean * mean).sum()
            })
            .collect();
        sums.push(left.iter().zip(&rows.weight).map(|(x, w)| w * x * x).sum());
        sums
    };
    let residuals = |columns: &[&[f64]]| -> Vec<f64> {
        let left = project(y, columns, &rows.weight).left;
        left.iter().zip(&rows.weight).map(|(x, w)| x / w.sqrt()).collect()
    };
    let total = squares(&residuals(&[]));
    let whole: f64 = total.iter().sum();
    let left: Vec<Vec<f64>> = (0..1_usize << components.len())
        .map(|coalition| {
            let mut columns: Vec<&[f64]> = always.iter().map(Vec::as_slice).collect();
            for component in components.iter().enumerate().filter(|(i, _)| coalition >> i & 1 == 1) {
                columns.extend(component.1.iter().map(Vec::as_slice));
            }
            squares(&residuals(&columns))
        })
        .collect();
    (0..n_levels)
        .map(|level| Split {
            part: total[level] / whole,
            values: left.iter().map(|left| -left[level] / whole).collect(),
            unexplained: left[left.len() - 1][level] / whole,
        })
        .collect()
}
