use super::quadratic_forms::Setting;
use std::sync::Arc;

use super::*;
use crate::numerics::dot::{dot, norm};
use crate::numerics::rank::Basis;
use crate::numerics::triangular::solve_upper;
use RandomEffect::{Period, Twoway, Unit};
use RandomMethod::{Amemiya, Nerlove, SwamyArora, WallaceHussain};

const EFFECTS: [RandomEffect; 3] = [Unit, Period, Twoway];

type Matrix = Vec<Vec<f64>>;

/// Outcome, columns, units, periods and weights.
struct Rows {
    outcome: Vec<f64>,
    columns: Vec<Vec<f64>>,
    units: Groups,
    periods: Groups,
    weights: Vec<f64>,
}

impl Rows {
    fn setting(&self, effect: RandomEffect, method: RandomMethod) -> Result<Setting<'_>> {
        let periods = Some(&self.periods);
        Setting::new(&self.outcome, &self.columns, &self.units, periods, &self.weights, effect, method)
    }

    fn variances(&self, effect: RandomEffect, method: RandomMethod) -> Result<EffectVariances> {
        let periods = Some(&self.periods);
        effect_variances(&self.outcome, &self.columns, &self.units, periods, &self.weights, effect, method)
    }

    /// √w in the row's group, one column for each group.
    fn effects(&self, groups: &Groups) -> Matrix {
        let column = |group: usize| {
            let cell = |(&code, w): (&u32, &f64)| if code as usize == group { w.sqrt() } else { 0.0 };
            groups.codes.iter().zip(&self.weights).map(cell).collect()
        };
        (0..groups.names.len()).map(column).collect()
    }

    fn sets(&self, effect: RandomEffect) -> Vec<Matrix> {
        let mut sets = Vec::new();
        if effect != Period {
            sets.push(self.effects(&self.units));
        }
        if effect != Unit {
            sets.push(self.effects(&self.periods));
        }
        sets
    }

    /// Multiplied by the roots of the weights.
    fn weighted(&self, values: &[f64]) -> Vec<f64> {
        values.iter().zip(&self.weights).map(|(x, w)| x * w.sqrt()).collect()
    }

    fn constant_and_columns(&self) -> Matrix {
        let ones = vec![1.0; self.outcome.len()];
        [&ones].into_iter().chain(&self.columns).map(|c| self.weighted(c)).collect()
    }
}

fn groups(codes: Vec<u32>) -> Groups {
    let n = codes.iter().max().unwrap() + 1;
    Groups::of(codes.into(), Arc::new((0..n).map(|c| c.to_string()).collect()))
}

/// Ten American firms, 1935 to 1954: `data("Grunfeld", package = "plm")` of plm 2.6.2, from Y. Grunfeld's thesis.
fn grunfeld() -> Rows {
    let lines = include_str!("../../../tests/data/grunfeld.csv").lines().skip(1);
    let cells: Vec<Vec<f64>> = lines.map(|l| l.split(',').map(|c| c.trim().parse().unwrap()).collect()).collect();
    let column = |at: usize| -> Vec<f64> { cells.iter().map(|c| c[at]).collect() };
    let codes = |at: usize, first: f64| groups(column(at).iter().map(|x| (x - first) as u32).collect());
    Rows {
        outcome: column(2),
        columns: vec![column(3), column(4)],
        units: codes(0, 1.0),
        periods: codes(1, 1935.0),
        weights: vec![1.0; cells.len()],
    }
}

/// Seven units in some of five periods, with a column that is constant within units.
fn unbalanced(weighted: bool, constant_column: bool) -> Rows {
    let present = ["11111", "11010", "01111", "10001", "11100", "00110", "11111"];
    let mut cells = Vec::new();
    for (unit, periods) in present.iter().enumerate() {
        cells.extend(periods.bytes().enumerate().filter(|(_, b)| *b == b'1').map(|(period, _)| (unit, period)));
    }
    let noise = |row: usize, seed: usize| ((row * row * 31 + row * seed * 17 + seed * 7) % 101) as f64 / 25.0;
    let n = cells.len();
    let mut columns: Vec<Vec<f64>> = vec![
        (0..n).map(|row| noise(row, 3) + cells[row].0 as f64).collect(),
        (0..n).map(|row| noise(row, 5) * noise(row, 8) - 1.5 * cells[row].1 as f64).collect(),
    ];
    if constant_column {
        columns.push(cells.iter().map(|(unit, _)| [1.0, 4.0, -2.0, 0.5, 3.0, 8.0, -1.0][*unit]).collect());
    }
    let weight = |row: usize| if weighted { 0.3 + noise(row, 11) } else { 1.0 };
    let mean = (0..n).map(weight).sum::<f64>() / n as f64;
    let effect = |(unit, period): (usize, usize)| 3.0 * noise(unit, 23) + noise(period, 29);
    Rows {
        outcome: (0..n).map(|row| 2.0 + columns[0][row] + noise(row, 13) + effect(cells[row])).collect(),
        columns,
        units: groups(cells.iter().map(|(unit, _)| *unit as u32).collect()),
        periods: groups(cells.iter().map(|(_, period)| *period as u32).collect()),
        weights: (0..n).map(|row| weight(row) / mean).collect(),
    }
}

/// By Gauss–Jordan elimination with row exchanges.
fn inverse(mut matrix: Matrix) -> Matrix {
    let n = matrix.len();
    for (i, row) in matrix.iter_mut().enumerate() {
        row.extend((0..n).map(|j| f64::from(u8::from(i == j))));
    }
    for j in 0..n {
        let pivot = (j..n).max_by(|&a, &b| matrix[a][j].abs().total_cmp(&matrix[b][j].abs())).unwrap();
        matrix.swap(j, pivot);
        let scale = matrix[j][j];
        matrix[j].iter_mut().for_each(|x| *x /= scale);
        let row = matrix[j].clone();
        for (i, other) in matrix.iter_mut().enumerate().filter(|(i, _)| *i != j) {
            assert!(i < n);
            let times = other[j];
            other.iter_mut().zip(&row).for_each(|(x, p)| *x -= times * p);
        }
    }
    matrix.into_iter().map(|row| row[n..].to_vec()).collect()
}

/// What independent columns explain of the values.
fn fitted(columns: &[Vec<f64>], values: &[f64]) -> Vec<f64> {
    let gram = columns.iter().map(|a| columns.iter().map(|b| dot(a, b)).collect()).collect();
    let right: Vec<f64> = columns.iter().map(|c| dot(c, values)).collect();
    let coefficients: Vec<f64> = inverse(gram).iter().map(|row| dot(row, &right)).collect();
    (0..values.len()).map(|row| columns.iter().zip(&coefficients).map(|(c, b)| c[row] * b).sum()).collect()
}

fn minus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let scale = expected.abs().max(f64::MIN_POSITIVE);
    assert!((found - expected).abs() <= tolerance * scale, "{what}: {found} is not {expected}");
}

/// R 4.2.2, plm 2.6.2: `plm(inv ~ value + capital, pG, model = "random", effect = …, random.method = …)`, with pG
/// the panel of `Grunfeld` by firm and year; `ercomp(.)$sigma2`, `ercomp(.)$theta`, `coef(.)`. The tolerance leaves
/// room for the rounding of plm's differences of sums of squares.
#[test]
fn grunfeld_as_plm_has_it() {
    #[allow(clippy::excessive_precision, clippy::type_complexity)]
    let expected: [(RandomMethod, RandomEffect, &[f64], &[f64], [f64; 3]); 12] = [
        (
            SwamyArora,
            Unit,
            &[2784.4582307779356, 7089.800099308044],
            &[0.8612236207478785],
            [-57.8344149050329, 0.10978115223248383, 0.30811298283071253],
        ),
        (
            SwamyArora,
            Period,
            &[9623.436757142492, 0.0],
            &[0.0],
            [-42.71436943655936, 0.11556215636055213, 0.2306784887319696],
        ),
        (
            SwamyArora,
            Twoway,
            &[2675.426451946376, 7095.251688249622, 0.0],
            &[0.863967804668483, 0.0, 0.0],
            [-57.86537725843608, 0.10978999930581586, 0.3081904875849996],
        ),
        (
            WallaceHussain,
            Unit,
            &[3089.070696956543, 5690.181723492993],
            &[0.8374375562703721],
            [-57.553863532142046, 0.10971037400850146, 0.3073739276462159],
        ),
        (
            WallaceHussain,
            Period,
            &[9522.69388129194, 0.0],
            &[0.0],
            [-42.71436943655936, 0.11556215636055213, 0.2306784887319696],
        ),
        (
            WallaceHussain,
            Twoway,
            &[3188.057584587038, 5685.232379111469, 0.0],
            &[0.8348535000049546, 0.0, 0.0],
            [-57.52221259418453, 0.10970345340889082, 0.3072863785350183],
        ),
        (
            Amemiya,
            Unit,
            &[2755.148144138168, 6477.298251767439],
            &[0.8556918933409992],
            [-57.77105402179931, 0.10976368767200535, 0.30795187038445976],
        ),
        (
            Amemiya,
            Period,
            &[9516.509682063132, 0.0],
            &[0.0],
            [-42.71436943655936, 0.11556215636055213, 0.2306784887319696],
        ),
        (
            Amemiya,
            Twoway,
            &[2644.1349144967107, 7452.023695824709, 243.781687689795],
            &[0.867970479065888, 0.27868239011441553, 0.27763404584541296],
            [-63.76779127366635, 0.11138572916290324, 0.3233212256138255],
        ),
        (
            Nerlove,
            Unit,
            &[2617.390736931259, 7350.0618433048285],
            &[0.8677360626129155],
            [-57.907362076837835, 0.10980232296549405, 0.3082943019626382],
        ),
        (
            Nerlove,
            Period,
            &[8564.858713856818, 234.37883058276364],
            &[0.11391648465211501],
            [-42.46678897694499, 0.11576866312998588, 0.22897223631565136],
        ),
        (
            Nerlove,
            Twoway,
            &[2260.7353518946875, 8426.922712832851, 534.9422938310001],
            &[0.884951235305693, 0.4549604495510914, 0.45320003430634836],
            [-68.30467426123275, 0.11272912921887338, 0.3344935478310659],
        ),
    ];
    let rows = grunfeld();
    for (method, effect, variances, thetas, coefficients) in expected {
        let what = format!("{method} {effect:?}");
        let found = rows.variances(effect, method).unwrap();
        let estimates: Vec<f64> = [Some(found.idiosyncratic), found.unit, found.period].into_iter().flatten().collect();
        assert_eq!(estimates.len(), variances.len(), "{what}");
        for (found, expected) in estimates.iter().zip(variances) {
            assert_close(*found, *expected, 1e-9, &what);
        }
        let is_zero = |value: Option<f64>| value == Some(0.0);
        assert_eq!(found.negative.contains(&Unit), is_zero(found.unit), "{what}");
        assert_eq!(found.negative.contains(&Period), is_zero(found.period), "{what}");

        let transform = QuasiDemean::new(&found, &rows.units, Some(&rows.periods), &rows.weights).unwrap();
        let first = |theta: &[f64]| theta.first().copied();
        let theta = transform.theta();
        let of_both = [first(&theta.unit), first(&theta.period), theta.total];
        let of_both: Vec<f64> = of_both.into_iter().flatten().collect();
        assert_eq!(of_both.len(), thetas.len(), "{what}");
        for (found, expected) in of_both.iter().zip(thetas) {
            // The total is a sum of three terms that may cancel to nothing.
            assert!((found - expected).abs() <= 1e-9 * expected.abs() + 1e-15, "{what}: {found} is not {expected}");
        }

        let mut basis = Basis::default();
        for column in [&vec![1.0; 200], &rows.columns[0], &rows.columns[1]] {
            let column = transform.apply(column);
            let rest = basis.rest_of(&column, norm(&column), 0.0);
            basis.push(rest, 0.0);
        }
        let outcome = basis.reflect(&transform.apply(&rows.outcome));
        for (b, expected) in solve_upper(basis.factor(), &outcome.column[..3]).iter().zip(coefficients) {
            assert_close(*b, expected, 1e-9, &what);
        }
    }
}

/// Grunfeld's rows without those whose position i has (i² + 3i) mod 7 = 0. Not a run of plm: its forms and traces
/// for unbalanced panels (those of `dfcor = 3`) on dense projections in numpy 2.4.6, before negative variances are
/// set to zero. The tolerance is for the rounding of those pseudo-inverses.
#[test]
fn unbalanced_grunfeld_by_the_formulas_of_plm() {
    let expected: [(RandomMethod, RandomEffect, &[f64]); 9] = [
        (SwamyArora, Unit, &[3042.6615375694846, 7334.200112078464]),
        (SwamyArora, Period, &[10639.182693605033, -1060.7710401117943]),
        (SwamyArora, Twoway, &[3218.8486210719316, 7328.798254987677, -289.56569317689724]),
        (WallaceHussain, Unit, &[3197.150879867423, 8059.4558801643625]),
        (WallaceHussain, Period, &[10636.094235615017, -1087.4436800338538]),
        (WallaceHussain, Twoway, &[3596.644950345957, 8045.821359037334, -495.36852062384185]),
        (Amemiya, Unit, &[3042.661537569484, 7289.483525544176]),
        (Amemiya, Period, &[10639.182693605033, -1094.3774535760795]),
        (Amemiya, Twoway, &[3218.848621071934, 7843.43120023048, -166.95603810877247]),
    ];
    let all = grunfeld();
    let kept: Vec<usize> = (0..200).filter(|i| (i * i + 3 * i) % 7 != 0).collect();
    let of = |values: &[f64]| kept.iter().map(|&row| values[row]).collect::<Vec<f64>>();
    let groups_of = |all: &Groups| groups(kept.iter().map(|&row| all.codes[row]).collect());
    let rows = Rows {
        outcome: of(&all.outcome),
        columns: all.columns.iter().map(|c| of(c)).collect(),
        units: groups_of(&all.units),
        periods: groups_of(&all.periods),
        weights: of(&all.weights),
    };
    for (method, effect, expected) in expected {
        let found = rows.setting(effect, method).unwrap().estimates().unwrap();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert_close(*found, *expected, 1e-12, &format!("{method} {effect:?}"));
        }
    }
}

/// The forms are those of regressions on dummies, whatever the panel.
#[test]
fn forms_are_those_of_dummy_regressions() {
    for (weighted, effect) in [false, true].into_iter().flat_map(|w| EFFECTS.map(|e| (w, e))) {
        let rows = unbalanced(weighted, false);
        let sets = rows.sets(effect);
        // The last group of the second set is a combination of all others.
        let mut all = sets.concat();
        all.truncate(all.len() - (sets.len() - 1));
        let outcome = rows.weighted(&rows.outcome);
        let columns = rows.constant_and_columns();
        let within = |values: &[f64]| minus(values, &fitted(&all, values));
        let square = |values: &[f64]| dot(values, values);

        let left: Vec<Vec<f64>> = columns[1..].iter().map(|c| within(c)).collect();
        let between = |set: &Matrix| {
            let means: Matrix = columns.iter().map(|c| fitted(set, c)).collect();
            let outcome = fitted(set, &outcome);
            square(&minus(&outcome, &fitted(&means, &outcome)))
        };
        let mut swar = vec![square(&minus(&within(&outcome), &fitted(&left, &outcome)))];
        swar.extend(sets.iter().map(between));

        let of_residuals = |residuals: &[f64]| {
            let mut forms = vec![square(&within(residuals))];
            forms.extend(sets.iter().map(|set| square(&fitted(set, residuals))));
            forms
        };
        let walhus = of_residuals(&minus(&outcome, &fitted(&columns, &outcome)));

        let gram = left.iter().map(|a| left.iter().map(|b| dot(a, b)).collect()).collect();
        let right: Vec<f64> = left.iter().map(|c| dot(c, &outcome)).collect();
        let mut residuals = outcome.clone();
        for (column, row) in columns[1..].iter().zip(inverse(gram)) {
            residuals = minus(&residuals, &column.iter().map(|x| x * dot(&row, &right)).collect::<Vec<_>>());
        }
        let amemiya = of_residuals(&minus(&residuals, &fitted(&columns[..1], &residuals)));

        for (method, expected) in [(SwamyArora, swar), (WallaceHussain, walhus), (Amemiya, amemiya)] {
            let found = rows.setting(effect, method).unwrap().equations().unwrap().forms;
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                assert_close(*found, *expected, 1e-11, &format!("{method} {effect:?}"));
            }
        }
    }
}

/// E y′Qy = tr(QLL′) = Σ l′Ql over the columns l of a root L of the covariance. So the estimates, added over the
/// columns that one variance multiplies, have to give one for it and nothing for the others; and a combination of
/// the regression's columns added to the outcome changes nothing.
#[test]
fn unbiased_on_unbalanced_and_weighted_panels() {
    for (weighted, effect) in [false, true].into_iter().flat_map(|w| EFFECTS.map(|e| (w, e))) {
        for (method, constant_column) in
            [(SwamyArora, false), (SwamyArora, true), (WallaceHussain, false), (WallaceHussain, true), (Amemiya, false)]
        {
            let rows = unbalanced(weighted, constant_column);
            let n = rows.outcome.len();
            let unit_vector = |row: usize| (0..n).map(|other| f64::from(u8::from(other == row))).collect();
            let mut roots: Vec<Matrix> = vec![(0..n).map(unit_vector).collect()];
            roots.extend(rows.sets(effect));
            for (of, root) in roots.iter().enumerate() {
                let mut expected_estimates = vec![0.0; roots.len()];
                for column in root {
                    let shift = |(row, w): (usize, &f64)| column[row] / w.sqrt() + 3.0 - 2.0 * rows.columns[1][row];
                    let outcome = rows.weights.iter().enumerate().map(shift).collect();
                    let drawn = Rows { outcome, ..unbalanced(weighted, constant_column) };
                    let estimates = drawn.setting(effect, method).unwrap().estimates().unwrap();
                    expected_estimates.iter_mut().zip(estimates).for_each(|(sum, e)| *sum += e);
                }
                for (at, found) in expected_estimates.iter().enumerate() {
                    let expected = f64::from(u8::from(at == of));
                    assert!((found - expected).abs() < 1e-10, "{method} {effect:?}: {expected_estimates:?} for {of}");
                }
            }
        }
    }
}

/// On a balanced panel the denominators of Swamy and Arora are the traces.
#[test]
fn swamy_arora_on_a_balanced_panel() {
    let rows = grunfeld();
    let expectations = rows.setting(Twoway, SwamyArora).unwrap().equations().unwrap().expectations;
    let expected = [[169.0, 0.0, 0.0], [7.0, 7.0 * 20.0, 0.0], [17.0, 0.0, 17.0 * 10.0]];
    for (found, expected) in expectations.iter().flatten().zip(expected.iter().flatten()) {
        assert!((found - expected).abs() < 1e-11, "{expectations:?}");
    }
}

/// X′V⁻¹X, by columns, from the dense covariance.
#[test]
fn quasi_demeaned_products_are_those_of_the_inverse_covariance() {
    let mut tall = unbalanced(true, true);
    // More periods than units.
    std::mem::swap(&mut tall.units, &mut tall.periods);
    for (rows, name) in [(unbalanced(false, true), "plain"), (unbalanced(true, true), "weighted"), (tall, "tall")] {
        for (unit, period) in [
            (Some(2.5), None),
            (None, Some(0.4)),
            (Some(2.5), Some(0.4)),
            (Some(0.0), Some(1e4)),
            (Some(1e4), Some(0.0)),
        ] {
            let found = EffectVariances { idiosyncratic: 0.7, unit, period, negative: Vec::new() };
            let transform = QuasiDemean::new(&found, &rows.units, Some(&rows.periods), &rows.weights).unwrap();
            let n = rows.outcome.len();
            let mut covariance = vec![vec![0.0; n]; n];
            for (variance, groups) in [(unit, &rows.units), (period, &rows.periods)] {
                for column in rows.effects(groups) {
                    for (r, s) in (0..n).flat_map(|r| (0..n).map(move |s| (r, s))) {
                        covariance[r][s] += variance.unwrap_or(0.0) / 0.7 * column[r] * column[s];
                    }
                }
            }
            (0..n).for_each(|r| covariance[r][r] += 1.0);
            let inverse = inverse(covariance);
            let ones = vec![1.0; n];
            let all: Vec<&Vec<f64>> = [&ones, &rows.outcome].into_iter().chain(&rows.columns).collect();
            for (a, b) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
                let product = dot(&rows.weighted(&transform.apply(a)), &rows.weighted(&transform.apply(b)));
                let right = rows.weighted(b);
                let solved: Vec<f64> = inverse.iter().map(|row| dot(row, &right)).collect();
                let expected = dot(&rows.weighted(a), &solved);
                let scale = dot(&rows.weighted(a), &rows.weighted(a)).sqrt() * dot(&right, &right).sqrt();
                assert!((product - expected).abs() < 1e-11 * scale, "{name}: {product} is not {expected}");
            }
        }
    }
}

/// The two forms of the two-way transformation have the same cross-products.
#[test]
fn nearly_equal_weights_change_nearly_nothing() {
    let mut rows = grunfeld();
    let found = rows.variances(Twoway, Amemiya).unwrap();
    let products = |rows: &Rows| -> Vec<f64> {
        let transform = QuasiDemean::new(&found, &rows.units, Some(&rows.periods), &rows.weights).unwrap();
        assert_eq!(transform.theta().total.is_some(), rows.weights[0] == 1.0);
        let columns: Matrix = [&rows.outcome, &rows.columns[0]].map(|c| transform.apply(c)).to_vec();
        columns.iter().flat_map(|a| columns.iter().map(|b| dot(a, b)).collect::<Vec<_>>()).collect()
    };
    let equal = products(&rows);
    rows.weights[0] += 1e-12;
    for (found, expected) in products(&rows).iter().zip(equal) {
        assert_close(*found, expected, 1e-11, "two-way");
    }
}

#[test]
fn a_panel_in_two_parts_loses_one_dimension_more() {
    let units = groups(vec![0, 0, 1, 1, 1, 2, 2, 3, 3, 3]);
    let periods = groups(vec![0, 1, 0, 1, 2, 3, 4, 3, 4, 5]);
    let outcome = vec![1.0, 3.0, 2.0, 5.0, 4.0, 7.0, 6.0, 8.0, 9.5, 3.0];
    let rows = Rows { columns: Vec::new(), weights: vec![1.0; 10], outcome, units, periods };
    // Ten rows less four units and six periods, and one back for each part.
    let expectations = rows.setting(Twoway, SwamyArora).unwrap().equations().unwrap().expectations;
    assert_eq!(expectations[0], [2.0, 0.0, 0.0]);
}

#[test]
fn what_cannot_be_had_says_why() {
    let message = |found: Result<EffectVariances>| found.unwrap_err().to_string();
    let rows = unbalanced(false, true);
    assert!(message(rows.variances(Unit, Nerlove)).contains("every unit in every period"));
    assert!(message(rows.variances(Unit, Amemiya)).contains("1 of them do not"));

    let mut few = unbalanced(false, false);
    for seed in [3.0, 5.0, 7.0] {
        few.columns.push((0..few.outcome.len()).map(|row| (seed * row as f64).sin()).collect());
    }
    assert!(message(few.variances(Period, SwamyArora)).contains("5 group means for 4 columns"));

    let mut exact = grunfeld();
    exact.outcome = exact.columns[0].iter().map(|x| 3.0 * x - 2.0).collect();
    for (method, effect) in
        [SwamyArora, WallaceHussain, Amemiya, Nerlove].into_iter().flat_map(|m| EFFECTS.map(|e| (m, e)))
    {
        assert!(message(exact.variances(effect, method)).contains("exactly"), "{method}");
    }

    let grunfeld = grunfeld();
    let found = effect_variances(
        &grunfeld.outcome,
        &grunfeld.columns,
        &grunfeld.units,
        None,
        &grunfeld.weights,
        Twoway,
        SwamyArora,
    );
    assert!(message(found).contains("needs a period column"));
    assert!("between".parse::<RandomMethod>().unwrap_err().to_string().contains("use swar"));
}

#[test]
fn names_are_those_of_plm() {
    assert_eq!(RandomMethod::default(), SwamyArora);
    assert_eq!(RandomEffect::default(), Unit);
    for method in [SwamyArora, WallaceHussain, Amemiya, Nerlove] {
        assert_eq!(method.to_string().parse::<RandomMethod>().unwrap(), method);
        assert_eq!(serde_json::to_string(&method).unwrap(), format!("\"{method}\""));
    }
}
