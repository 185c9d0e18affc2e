//! Tables of regressions, to the character.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::regress::{ClusterCorrection, Leverage, SmallSample};
use apportion::report::RegressionTable;
use apportion::{CoefficientTable, Covariance, Estimator, Panel, PanelRegression, Warning};
use proptest::prelude::*;

/// Three firms in three years.
///
/// Its regressions by numpy 2.4.6 and scipy 1.17.1, from the formulas: `b = solve(X.T @ X, X.T @ y)`,
/// `V = inv(X.T @ X) * (e @ e) / 6`, `p = 2 * t.sf(|b / se|, 6)`; within, `b = x @ y / x @ x` of the deviations and
/// `se = sqrt(3/2 * 8/7 * Σ_g s_g²) / x @ x`, s_g the sums of x e over firms, with t of 2 degrees of freedom.
fn panel() -> Panel {
    let year = [2001, 2002, 2003];
    Panel::builder()
        .unit_name("firm")
        .units(["a", "a", "a", "b", "b", "b", "c", "c", "c"])
        .period_name("year")
        .periods([year, year, year].concat())
        .column("y", [1.0, 3.0, 2.0, 5.0, 6.0, 9.0, 4.0, 4.0, 7.0])
        .column("x", [0.0, 1.0, 2.0, 1.0, 3.0, 4.0, 2.0, 1.0, 3.0])
        .column("size", [10.0, 10.0, 10.0, 20.0, 20.0, 20.0, 30.0, 30.0, 30.0])
        .build()
        .expect("a panel")
}

fn pooled() -> CoefficientTable {
    let fit = PanelRegression::new("y", ["x", "size"]).fit(&panel()).expect("fits");
    fit.coefficients(&Covariance::iid()).expect("a covariance")
}

fn within() -> CoefficientTable {
    let fit = PanelRegression::new("y", ["x", "size"]).estimator(Estimator::Within).fit(&panel()).expect("fits");
    fit.coefficients(&Covariance::cluster()).expect("a covariance")
}

fn side_by_side() -> RegressionTable {
    RegressionTable::new([("pooled", &pooled()), ("within", &within())])
}

#[test]
fn one_regression() {
    assert_eq!(
        pooled().to_string(),
        "\
y, pooled: least squares on all rows

             estimate  std. error      t       p     lower   upper
(Intercept)    0.2244       1.256  0.179  0.8641    -2.850   3.299
x               1.498      0.4045  3.702  0.0101    0.5078   2.487
size          0.07512     0.05929  1.267  0.2521  -0.06994  0.2202

9 observations, 3 units, 3 periods, 6 residual degrees of freedom
R² overall 0.7774, within 0.5710, between 0.8799, adjusted 0.7032
standard errors: iid, small-sample factor 1.5000 (fixest), t(6); 95% intervals"
    );
    assert_eq!(
        within().to_string(),
        "\
y, within: unit effects absorbed

   estimate  std. error      t       p   lower  upper
x     1.115      0.2301  4.848  0.0400  0.1254  2.105

9 observations, 3 units, 3 periods, 5 residual degrees of freedom
R² overall 0.8828, within 0.6469, between 0.6338, adjusted 0.8125
standard errors: clustered by firm (3), small-sample factor 1.7143 (fixest),
  t(2); 95% intervals
dropped, as combinations of columns before or of effects: size
warning: 3 clusters are few: intervals are unreliable below 50"
    );
}

#[test]
fn the_covariance_is_put_in_words() {
    let fit = PanelRegression::new("y", ["x"]).weights("size").fit(&panel()).expect("fits");
    let says = |covariance: Covariance, words: &str| {
        let text = fit.coefficients(&covariance).expect("a covariance").to_string().replace("\n  ", " ");
        assert!(text.contains(&format!("standard errors: {words}; 95% intervals")), "{words} is not in\n{text}");
        text
    };
    let text = says(
        Covariance::heteroskedastic(Leverage::Hc3),
        "heteroskedasticity-robust (HC3), small-sample factor 1 (fixest), t(7)",
    );
    assert!(
        text.contains("9 observations, 3 units, 3 periods, 7 residual degrees of freedom, weighted by size"),
        "{text}"
    );
    let text = says(Covariance::iid().small_sample(SmallSample::Unadjusted), "iid, no small-sample factor, normal");
    assert!(text.contains("  z  "), "{text}");
    // 3/2 · 8/7
    says(Covariance::twoway_cluster(), "clustered by firm (3) and year (3), small-sample factor 1.7143 (fixest), t(2)");
    says(
        Covariance::driscoll_kraay(Some(2)),
        "Driscoll–Kraay, 2 lags, by year (3), small-sample factor 1.7143 (fixest), t(2)",
    );
    says(
        Covariance::newey_west(None),
        "Newey–West within units, 1 lag, by year (3), small-sample factor 1.7143 (fixest), t(2)",
    );
    says(Covariance::jackknife(), "jackknife over firm (3), small-sample factor 1 (fixest), t(2)");
    // G/(G − 1), whatever the convention.
    let cr1 = Covariance::cluster().correction(ClusterCorrection::Cr1).small_sample(SmallSample::Unadjusted);
    says(cr1, "clustered by firm (3), CR1, small-sample factor 1.5000, normal");
    let cr2 = Covariance::cluster().correction(ClusterCorrection::Cr2);
    says(cr2, "clustered by firm (3), CR2, small-sample factor 1 (fixest), t(1.8 to 2.0, Satterthwaite)");
    let table = fit.coefficients_at(&Covariance::iid(), 0.9).expect("a covariance").to_string();
    assert!(table.contains("t(7); 90% intervals"), "{table}");
}

const NOTES: &str = "\
standard errors in brackets
pooled: iid, small-sample factor 1.5000 (fixest), t(6)
within: clustered by firm (3), small-sample factor 1.7143 (fixest), t(2)
within: dropped size
within: warning: 3 clusters are few: intervals are unreliable below 50";

#[test]
fn two_regressions_as_text() {
    let table = "                 pooled    within
(Intercept)     0.2244
                (1.256)
x                1.498     1.115
               (0.4045)  (0.2301)
size           0.07512
              (0.05929)

outcome               y         y
estimator        pooled    within
unit effects         no       yes
observations          9         9
units                 3         3
periods               3         3
residual df           6         5
R² overall       0.7774    0.8828
R² within        0.5710    0.6469
R² between       0.8799    0.6338
R² adjusted      0.7032    0.8125
";
    assert_eq!(side_by_side().to_string(), format!("{table}\n{NOTES}"));
}

#[test]
fn stars_only_where_they_are_asked_for() {
    let plain = side_by_side();
    for text in [plain.to_string(), plain.to_markdown(), plain.to_latex(), plain.to_csv()] {
        assert!(!text.contains('*'), "{text}");
    }
    assert_eq!(plain.clone().stars(true).stars(false), plain);
    let stars = plain.clone().stars(true).to_string();
    assert!(stars.contains("\nx                1.498*      1.115*\n               (0.4045)    (0.2301)\n"), "{stars}");
    assert!(stars.contains("\n* p < 0.05, ** p < 0.01, *** p < 0.001\n"), "{stars}");
    assert!(plain.clone().stars(true).to_markdown().contains("| x | 1.498\\* | 1.115\\* |\n"));
    assert!(plain.clone().stars(true).to_latex().contains("x & $1.498^{*}$ & $1.115^{*}$ \\\\\n"));
    assert_eq!(plain.clone().stars(true).to_csv(), plain.to_csv());
    let with_p = |p_value: f64| {
        let mut table = within();
        table.coefficients[0].p_value = p_value;
        RegressionTable::new([("m", &table)]).stars(true).to_latex()
    };
    for (p, stars) in [(0.05, "$"), (0.049, "^{*}$"), (0.009, "^{**}$"), (0.000_9, "^{***}$"), (f64::NAN, "$")] {
        assert!(with_p(p).contains(&format!("x & $1.115{stars} \\\\")), "{p}");
    }
}

#[test]
fn digits_are_a_choice() {
    let decimals = side_by_side().decimals(2).to_csv();
    assert_eq!(decimals, side_by_side().to_csv());
    let decimals = side_by_side().decimals(2).to_markdown();
    assert!(decimals.contains("| x | 1.50 | 1.12 |\n|  | (0.40) | (0.23) |\n"), "{decimals}");
    let significant = side_by_side().significant_digits(2).to_markdown();
    assert!(significant.contains("| size | 0.075 |  |\n|  | (0.059) |  |\n"), "{significant}");
}

#[test]
fn two_regressions_as_markdown() {
    let notes: String = NOTES.lines().map(|note| format!("- {note}\n")).collect();
    let table = "\
|  | pooled | within |
|:--|--:|--:|
| (Intercept) | 0.2244 |  |
|  | (1.256) |  |
| x | 1.498 | 1.115 |
|  | (0.4045) | (0.2301) |
| size | 0.07512 |  |
|  | (0.05929) |  |
| outcome | y | y |
| estimator | pooled | within |
| unit effects | no | yes |
| observations | 9 | 9 |
| units | 3 | 3 |
| periods | 3 | 3 |
| residual df | 6 | 5 |
| R² overall | 0.7774 | 0.8828 |
| R² within | 0.5710 | 0.6469 |
| R² between | 0.8799 | 0.6338 |
| R² adjusted | 0.7032 | 0.8125 |
";
    assert_eq!(side_by_side().to_markdown(), format!("{table}\n{notes}"));
}

#[test]
fn two_regressions_as_latex() {
    let note = |note: &str| format!("\\multicolumn{{3}}{{p{{0.9\\linewidth}}}}{{\\footnotesize {note}}} \\\\\n");
    let notes: String = NOTES.lines().map(note).collect();
    let table = r"\begin{tabular}{lcc}
\toprule
 & pooled & within \\
\midrule
(Intercept) & $0.2244$ &  \\
 & ($1.256$) &  \\
x & $1.498$ & $1.115$ \\
 & ($0.4045$) & ($0.2301$) \\
size & $0.07512$ &  \\
 & ($0.05929$) &  \\
\midrule
outcome & y & y \\
estimator & pooled & within \\
unit effects & no & yes \\
observations & 9 & 9 \\
units & 3 & 3 \\
periods & 3 & 3 \\
residual df & 6 & 5 \\
R$^2$ overall & 0.7774 & 0.8828 \\
R$^2$ within & 0.5710 & 0.6469 \\
R$^2$ between & 0.8799 & 0.6338 \\
R$^2$ adjusted & 0.7032 & 0.8125 \\
\bottomrule
";
    assert_eq!(side_by_side().to_latex(), format!("{table}{notes}\\end{{tabular}}\n"));
    let mut table = within();
    (table.coefficients[0].estimate, table.coefficients[0].std_error) = (-2.5e-9, f64::INFINITY);
    let latex = RegressionTable::new([("m", &table)]).to_latex();
    assert!(latex.contains("x & $-2.500 \\times 10^{-9}$ \\\\\n & ($\\mathrm{inf}$) \\\\\n"), "{latex}");
}

#[test]
fn csv_reads_back_to_the_last_digit() {
    let csv = side_by_side().to_csv();
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("model,name,estimate,std_error,statistic,p_value,lower,upper"));
    let tables = [("pooled", pooled()), ("within", within())];
    for (model, table) in &tables {
        for c in &table.coefficients {
            let cells: Vec<&str> = lines.next().expect("a line for each").split(',').collect();
            assert_eq!(cells[..2], [*model, c.name.as_str()]);
            let numbers: Vec<f64> = cells[2..].iter().map(|cell| cell.parse().expect("a number")).collect();
            assert_eq!(numbers, [c.estimate, c.std_error, c.statistic, c.p_value, c.lower, c.upper]);
        }
    }
    assert_eq!(lines.next(), None);
    let mut table = within();
    (table.coefficients[0].estimate, table.coefficients[0].p_value) = (1e300, 5e-324);
    let csv = RegressionTable::new([("m", &table)]).to_csv();
    assert!(csv.contains("\nm,x,1e300,") && csv.contains(",5e-324,"), "{csv}");
}

/// A name with everything that a format has for itself.
const ODD: &str = "a|b & c, \"d\"\n*e_f* [g] <h>\\i #50% $j ^k~`l`";

#[test]
fn odd_names_survive_every_format() {
    let mut table = within();
    (table.coefficients[0].name, table.outcome, table.left_out_columns) = (ODD.into(), ODD.into(), vec![ODD.into()]);
    let table = RegressionTable::new([(ODD, &table)]);
    let markdown = table.to_markdown();
    let escaped = r##"a\|b \& c, "d"<br>\*e\_f\* \[g\] \<h\>\\i #50% \$j ^k\~\`l\`"##;
    assert!(markdown.contains(&format!("| {escaped} | 1.115 |\n")), "{markdown}");
    assert!(markdown.starts_with(&format!("|  | {escaped} |\n|:--|--:|\n")), "{markdown}");
    let cells = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
    let rows: Vec<&str> = markdown.lines().take_while(|line| !line.is_empty()).collect();
    assert!(rows.iter().all(|line| cells(line) == 3), "{markdown}");

    let latex = table.to_latex();
    let escaped = "a\\textbar{}b \\& c, \\symbol{34}d\\symbol{34} {*}e\\_f{*} {[}g{]} \\textless{}h\\textgreater{}\
                   \\textbackslash{}i \\#50\\% \\$j \\textasciicircum{}k\\textasciitilde{}\\textasciigrave{}l\
                   \\textasciigrave{}";
    assert!(latex.contains(&format!("\n{escaped} & $1.115$ \\\\\n")), "{latex}");
    let unescaped = |line: &str| line.replace("\\\\", "").replace("\\&", "").matches('&').count();
    assert!(latex.lines().filter(|line| !line.starts_with('\\')).all(|line| unescaped(line) == 1), "{latex}");

    let csv = table.to_csv();
    let quoted = format!("\"{}\"", ODD.replace('"', "\"\""));
    assert!(csv.contains(&format!("\n{quoted},{quoted},1.115")), "{csv}");

    // Text has lines, so a line break becomes a space; nothing else is lost.
    let text = table.to_string();
    assert!(text.contains(&format!("\n{} ", ODD.replace('\n', " "))), "{text}");
}

#[test]
fn lines_of_text_fit_whatever_the_names_and_the_number_of_models() {
    let mut wide = within();
    wide.coefficients[0].name = "log(spend_core_per_child):factor(region)[Yorkshire and The Humber]".repeat(2);
    wide.outcome = "outcome ".repeat(20);
    wide.left_out_columns = vec!["dropped".repeat(20)];
    wide.covariance.clustered_by = vec!["cluster ".repeat(20)];
    let c = &mut wide.coefficients[0];
    (c.estimate, c.std_error, c.statistic) = (-1.234_567_89e-300, 1.234_567_89e300, f64::MIN);
    (c.lower, c.upper) = (f64::MIN, f64::MAX);
    wide.r_squared.overall = -1e300;
    let pooled = pooled();
    let names: Vec<String> = (0..9).map(|i| format!("a model with a long name, {i}")).collect();
    let nine = names.iter().map(|name| (name.as_str(), if name.ends_with('4') { &wide } else { &pooled }));
    let nine = RegressionTable::new(nine);
    let one = wide.to_string();
    for text in [one.clone(), nine.to_string(), nine.clone().stars(true).significant_digits(17).to_string()] {
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        let unbroken: String = text.split_whitespace().collect();
        let name: String = wide.coefficients[0].name.split_whitespace().collect();
        assert!(unbroken.contains(&name), "names are not cut: {text}");
    }
    let text = nine.to_string();
    assert!((1..10).all(|i| text.contains(&format!("({i}) a model wit…"))), "{text}");
    assert!((1..10).all(|i| text.contains(&format!("\n({i}) a model with a long name, {}\n", i - 1))), "{text}");
    assert!(names.iter().all(|name| text.contains(&format!("{name}: "))), "{text}");
    assert!(text.matches("R² overall").count() > 1, "several blocks: {text}");
}

#[test]
fn rows_are_the_union_in_the_order_of_appearance() {
    let [mut first, mut second] = [within(), pooled()];
    second.coefficients.reverse();
    first.coefficients[0].name = "own".into();
    let csv_names = |table: &RegressionTable| -> Vec<String> {
        let markdown = table.to_markdown();
        let rows = markdown.lines().skip(2).take_while(|line| !line.starts_with("| outcome"));
        let names = rows.map(|line| line.split('|').nth(1).expect("a cell").trim().to_string());
        names.filter(|name| !name.is_empty()).collect()
    };
    let table = RegressionTable::new([("first", &first), ("second", &second)]);
    assert_eq!(csv_names(&table), ["own", "size", "x", "(Intercept)"]);
    // Two coefficients of one name are two rows.
    second.coefficients[1].name = "size".into();
    let table = RegressionTable::new([("second", &second), ("again", &second)]);
    assert_eq!(csv_names(&table), ["size", "size", "(Intercept)"]);
}

#[test]
fn a_table_of_no_model_is_its_notes() {
    let table = RegressionTable::new(Vec::<(&str, &CoefficientTable)>::new());
    assert_eq!(table.to_string(), "standard errors in brackets");
    assert_eq!(table.to_csv().lines().count(), 1);
    assert!(table.to_latex().contains("\\begin{tabular}{l}") && table.to_markdown().starts_with("|  |\n|:--|\n"));
}

#[test]
fn a_fit_without_units_says_nothing_of_them() {
    let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]);
    let fit = PanelRegression::new("y", ["x"]).fit(&panel.build().expect("a panel")).expect("fits");
    let table = fit.coefficients(&Covariance::iid()).expect("a covariance");
    let text = table.to_string();
    assert!(
        text.contains("\n4 observations, 2 residual degrees of freedom\nR² overall 0.6914, adjusted 0.5371\n"),
        "{text}"
    );
    let text = RegressionTable::new([("only", &table)]).to_string();
    assert!(!text.contains("units") && !text.contains("periods") && !text.contains("R² within"), "{text}");
}

#[test]
fn rows_of_a_regression_are_called_what_they_are() {
    for (estimator, words) in [
        (
            Estimator::Between,
            "y, between: the means of units\n|3 unit means, 3 units, 3 periods, 1 residual degree of freedom\n",
        ),
        (Estimator::FirstDifference, "y, first_difference: differences of successive periods\n|6 differences, 3 units"),
    ] {
        let fit = PanelRegression::new("y", ["x"]).estimator(estimator).fit(&panel()).expect("fits");
        let text = fit.coefficients(&Covariance::iid()).expect("a covariance").to_string();
        assert!(words.split('|').all(|part| text.contains(part)), "{text}");
    }
}

#[test]
fn tables_survive_json() {
    let mut table = within();
    table.warnings = vec![Warning::Saturated { observations: 3 }];
    let json = serde_json::to_string(&table).expect("it can be written");
    assert_eq!(serde_json::from_str::<CoefficientTable>(&json).expect("it can be read"), table);
    let side_by_side = side_by_side().stars(true).decimals(3);
    let json = serde_json::to_string(&side_by_side).expect("it can be written");
    let again: RegressionTable = serde_json::from_str(&json).expect("it can be read");
    assert_eq!(again, side_by_side);
    assert_eq!(again.to_string(), side_by_side.to_string());
}

proptest! {
    #[test]
    fn any_name_and_number_survives_csv_and_fits_80_columns(
        names in prop::collection::vec("\\PC{0,90}|[a-z\\n\\r\t\"|,&$ ]{0,90}", 3),
        numbers in prop::collection::vec(prop::num::f64::ANY, 6),
        digits in 0_usize..30,
    ) {
        let mut table = pooled();
        for (c, name) in table.coefficients.iter_mut().zip(&names) {
            c.name = name.clone();
            (c.estimate, c.std_error, c.statistic) = (numbers[0], numbers[1], numbers[2]);
            (c.p_value, c.lower, c.upper) = (numbers[3], numbers[4], numbers[5]);
        }
        table.outcome = names[0].clone();
        let side_by_side = RegressionTable::new([(names[1].as_str(), &table), ("pooled", &pooled())]);
        let stars = side_by_side.clone().stars(true).significant_digits(digits).to_string();
        for text in [table.to_string(), side_by_side.to_string(), side_by_side.clone().decimals(digits).to_string(), stars] {
            for line in text.lines() {
                prop_assert!(line.chars().count() <= 80, "{} characters: {line}", line.chars().count());
            }
        }
        let csv = side_by_side.to_csv();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        for (record, c) in reader.records().zip(&table.coefficients) {
            let record = record.expect("a record of eight cells");
            prop_assert_eq!(&record[0], names[1].as_str());
            prop_assert_eq!(&record[1], c.name.as_str());
            let bits = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
            for (cell, x) in record.iter().skip(2).zip([c.estimate, c.std_error, c.statistic, c.p_value, c.lower, c.upper]) {
                let read = if cell.is_empty() { f64::NAN } else { cell.parse().expect("a number") };
                prop_assert_eq!(bits(read), bits(x));
            }
        }
        let rows = side_by_side.to_markdown();
        let rows = rows.lines().take_while(|line| !line.is_empty());
        for row in rows {
            let bars = row.replace("\\\\", "").replace("\\|", "").matches('|').count();
            prop_assert_eq!(bars, 4, "{}", row);
        }
    }
}

/// A text whose words are one space apart.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Firms in regions, with dummies of years and of regions, three ways.
fn with_dummies() -> [CoefficientTable; 3] {
    let regions = ["north", "north", "north", "south", "south", "south", "west", "west", "west"];
    let panel = panel().with_column("region", regions).expect("a column of texts");
    let fit = |terms: &[&str], estimator| {
        let fit = PanelRegression::new("y", terms.iter().copied()).estimator(estimator).fit(&panel).expect("fits");
        fit.coefficients(&Covariance::iid()).expect("a covariance")
    };
    [
        fit(&["x", "region", "period_effects"], Estimator::Pooled),
        fit(&["x", "region"], Estimator::WithinPeriod),
        fit(&["x", "factor(year, ref=2002)"], Estimator::Random),
    ]
}

#[test]
fn dummies_that_are_not_shown_are_said_to_be_in() {
    let [dummies, absorbed, random] = with_dummies();
    let table = RegressionTable::new([("dummies", &dummies), ("absorbed", &absorbed), ("random", &random)]);
    let few = table.clone().omit(["region*", "period_effects", "factor(year*"]).expect("they match");
    let text = few.to_string();
    assert!(!text.contains("region[") && !text.contains("2003"), "{text}");
    for row in [
        "unit effects         no         no    random",
        "period effects      yes        yes       yes",
        "region              yes        yes        no",
    ] {
        assert!(squeezed(&text).contains(&squeezed(row)), "{row} is not in\n{text}");
    }
    for note in [
        "dummies: not shown: region (2 levels), period_effects (2 levels)",
        "absorbed: not shown: region (2 levels)",
        "random: not shown: factor(year, ref=2002) (2 levels)",
    ] {
        assert!(text.lines().any(|line| line == note), "{note} is not in\n{text}");
        assert!(few.to_markdown().contains(&format!("\n- {}\n", note.replace('_', "\\_"))), "{}", few.to_markdown());
        assert!(few.to_latex().contains(&note.replace('_', "\\_")), "{}", few.to_latex());
    }
    assert!(few.to_markdown().contains("| region | yes | yes | no |\n"), "{}", few.to_markdown());
    assert!(few.to_latex().contains("period effects & yes & yes & yes \\\\\n"), "{}", few.to_latex());
    // As many lines as coefficients that are left: x in all, and two intercepts.
    assert_eq!(few.to_csv().lines().count(), 1 + 5, "{}", few.to_csv());
    // What is shown needs no row; that of the effects tells how it is in.
    let all = table.to_string();
    assert!(!all.contains("\nregion  ") && !all.contains("not shown") && all.contains("\nperiod effects"), "{all}");
}

#[test]
fn rows_are_chosen_by_patterns() {
    let names = |table: &RegressionTable| -> Vec<String> {
        let markdown = table.to_markdown();
        let rows = markdown.lines().skip(2).take_while(|line| !line.starts_with("| outcome"));
        let names = rows.map(|line| line.split('|').nth(1).expect("a cell").trim().replace('\\', ""));
        names.filter(|name| !name.is_empty()).collect()
    };
    let [dummies, absorbed, _] = with_dummies();
    let table = RegressionTable::new([("absorbed", &absorbed), ("dummies", &dummies)]);
    assert_eq!(
        names(&table),
        ["x", "region[south]", "region[west]", "(Intercept)", "period_effects[2002]", "period_effects[2003]"]
    );
    let kept = table.clone().keep(["region", "?"]).expect("they match");
    assert_eq!(names(&kept), ["x", "region[south]", "region[west]"]);
    let fewer = kept.clone().omit(["*[w*"]).expect("it matches");
    assert_eq!(names(&fewer), ["x", "region[south]"]);
    let both = table.clone().keep(["x"]).and_then(|table| table.keep(["(*"])).expect("they match");
    assert_eq!(names(&both), ["x", "(Intercept)"]);
    let ordered = table.clone().order(["(Intercept)", "*3]", "region"]).expect("they match");
    assert_eq!(
        names(&ordered),
        ["(Intercept)", "period_effects[2003]", "region[south]", "region[west]", "x", "period_effects[2002]"]
    );
    let csv = ordered.to_csv();
    let of_dummies: Vec<&str> =
        csv.lines().filter_map(|line| line.strip_prefix("dummies,")?.split(',').next()).collect();
    assert_eq!(of_dummies, names(&ordered));
    // Nothing is left, and the table says so.
    let none = table.clone().omit(["*"]).expect("it matches").to_string();
    assert!(none.contains("absorbed: not shown: x, region (2 levels)\n") && none.contains("R² overall"), "{none}");
    let refused = table.omit(["year*"]).expect_err("nothing is called so").to_string();
    assert_eq!(
        refused,
        "omit is \"year*\": it must match a coefficient, and * stands for any characters, ? for one; nearest to it are \
         \"x\", \"region\", \"(Intercept)\""
    );
}

#[test]
fn labels_are_printed_and_the_names_stay_in_the_csv() {
    let [dummies, absorbed, _] = with_dummies();
    let table = RegressionTable::new([("dummies", &dummies), ("absorbed", &absorbed)]);
    let labels = [("x", "Income, £ & more"), ("region", "Region"), ("period_effects", "Year"), ("y", "Rate_1")];
    let table = table.labels(labels.into_iter().chain([("region[west]", "The West")])).expect("they are there");
    let text = table.to_string();
    for row in ["Income, £ & more ", "Region: south ", "The West ", "Year: 2003 ", "outcome ", "Year "] {
        assert!(text.contains(&format!("\n{row}")), "{row} is not in\n{text}");
    }
    assert!(squeezed(&text).contains("outcome Rate_1 Rate_1 estimator"), "{text}");
    assert!(table.to_latex().contains("\nIncome, £ \\& more & "), "{}", table.to_latex());
    assert!(table.to_markdown().contains("| outcome | Rate\\_1 | Rate\\_1 |"), "{}", table.to_markdown());
    let csv = table.to_csv();
    assert!(csv.starts_with("model,name,estimate,std_error,statistic,p_value,lower,upper,label\n"), "{csv}");
    assert!(csv.lines().any(|line| line.starts_with("dummies,x,") && line.ends_with(",\"Income, £ & more\"")), "{csv}");
    assert!(csv.lines().any(|line| line.starts_with("dummies,region[south],") && line.ends_with(",Region: south")));
    let hidden = table.clone().omit(["region"]).expect("it matches").to_string();
    assert!(hidden.contains("\nRegion ") && hidden.contains("not shown: Region (2 levels)\n"), "{hidden}");
    let unknown = table.labels([("regoin", "Region")]).expect_err("a slip").to_string();
    assert!(unknown.starts_with("no column \"regoin\": did you mean \"region\""), "{unknown}");
}

#[test]
fn intervals_take_the_place_of_standard_errors() {
    let table = side_by_side().intervals(true);
    let text = table.to_string();
    let rows = "
(Intercept)             0.2244
               [-2.850, 3.299]
x                        1.498            1.115
               [0.5078, 2.487]  [0.1254, 2.105]
size                   0.07512
             [-0.06994, 0.2202]
";
    assert!(text.contains("\n95% intervals in brackets\npooled: iid,"), "{text}");
    assert!(squeezed(&text).contains(&squeezed(rows)), "{text}");
    assert!(!text.contains("standard errors"), "{text}");
    assert!(
        table.to_markdown().contains("|  | \\[0.5078, 2.487\\] | \\[0.1254, 2.105\\] |"),
        "{}",
        table.to_markdown()
    );
    assert!(table.to_latex().contains(" & [$0.5078$, $2.487$] & [$0.1254$, $2.105$] \\\\"), "{}", table.to_latex());
    let csv = table.to_csv();
    assert!(csv.starts_with("model,name,estimate,std_error,statistic,p_value,lower,upper,level\n"), "{csv}");
    assert!(csv.lines().skip(1).all(|line| line.ends_with(",0.95")), "{csv}");

    let fit = PanelRegression::new("y", ["x"]).fit(&panel()).expect("fits");
    let narrow = fit.coefficients_at(&Covariance::iid(), 0.9).expect("a covariance");
    let text = RegressionTable::new([("a", &pooled()), ("b", &narrow)]).intervals(true).stars(true).to_string();
    assert!(text.contains("\nintervals in brackets, each model's at its own level\n"), "{text}");
    assert!(text.contains("t(6); 95% intervals\n") && text.contains("t(7); 90% intervals"), "{text}");
    // No number is no number.
    let mut unknown = within();
    (unknown.coefficients[0].lower, unknown.coefficients[0].upper) = (f64::NAN, f64::NAN);
    let unknown = RegressionTable::new([("m", &unknown)]).intervals(true);
    assert!(!format!("{unknown}{}{}{}", unknown.to_csv(), unknown.to_latex(), unknown.to_markdown()).contains("NaN"));
}

#[test]
fn effects_are_said_of_every_estimator() {
    let cells = |estimator| {
        let fit = PanelRegression::new("y", ["x"]).estimator(estimator).fit(&panel()).expect("fits");
        let table = fit.coefficients(&Covariance::iid()).expect("a covariance");
        let markdown = RegressionTable::new([("m", &table)]).to_markdown();
        let cell = |row: &str| {
            let rest = markdown.lines().find_map(|line| line.strip_prefix(&format!("| {row} | "))).map(str::to_string);
            rest.map(|rest| rest.trim_end_matches(" |").to_string())
        };
        [cell("unit effects"), cell("period effects")].map(|cell| cell.unwrap_or_default())
    };
    for (estimator, expected) in [
        (Estimator::Pooled, ["", ""]),
        (Estimator::Within, ["yes", ""]),
        (Estimator::WithinPeriod, ["", "yes"]),
        (Estimator::Twoway, ["yes", "yes"]),
        (Estimator::Between, ["", ""]),
        (Estimator::FirstDifference, ["differenced", ""]),
        (Estimator::Random, ["random", ""]),
        (Estimator::RandomPeriod, ["", "random"]),
        (Estimator::RandomTwoway, ["random", "random"]),
        (Estimator::Mundlak, ["random", ""]),
    ] {
        assert_eq!(cells(estimator), expected, "{estimator}");
    }
}

#[test]
fn a_table_with_everything_asked_for_survives_json_and_fits_its_lines() {
    let tables = with_dummies();
    let named = tables.iter().zip(["a", "b", "c"]).map(|(table, name)| (name.repeat(20), table));
    let table = RegressionTable::new(named).intervals(true).stars(true).significant_digits(17);
    let table = table.keep(["x", "reg*"]).and_then(|t| t.omit(["*west]"])).and_then(|t| t.order(["reg*"]));
    let table = table.and_then(|t| t.labels([("x", "a label ".repeat(15))])).expect("all of it matches");
    let text = table.to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let json = serde_json::to_string(&table).expect("it can be written");
    assert_eq!(serde_json::from_str::<RegressionTable>(&json).expect("it can be read"), table);
    // What was written before there was a choice of rows is read too.
    let mut plain = serde_json::to_value(side_by_side()).expect("it can be written");
    let object = plain.as_object_mut().expect("an object");
    assert!(object.remove("choice").is_some() && object.remove("intervals").is_some());
    assert_eq!(serde_json::from_value::<RegressionTable>(plain).expect("it can be read"), side_by_side());
}

/// The years under another name are years: patterns and labels of effects are theirs too. Where they are absorbed, there is
/// nothing to hide, and the row says that they are in.
#[test]
fn years_with_a_reference_level_are_period_effects() {
    let table = |terms: [&str; 2]| {
        let fit = PanelRegression::new("y", terms).fit(&panel()).expect("fits");
        fit.coefficients(&Covariance::iid()).expect("a covariance")
    };
    let (first, other) = (table(["x", "period_effects"]), table(["x", "factor(year, ref=2002)"]));
    let both = RegressionTable::new([("first", &first), ("other", &other)]);
    let hidden = both.clone().omit(["period_effects*"]).expect("both have years").to_string();
    assert!(!hidden.contains("2001]") && !hidden.contains("2003]"), "{hidden}");
    let yes =
        |text: &str, row: &str| text.lines().any(|line| line.starts_with(row) && line.matches("yes").count() == 2);
    assert!(yes(&hidden, "period effects"), "{hidden}");
    let labelled = both.labels([("period_effects", "Years")]).expect("both have years").to_string();
    assert!(labelled.contains("Years: 2001") && labelled.contains("Years: 2003"), "{labelled}");
    let twoway = PanelRegression::new("y", ["x"]).estimator(Estimator::Twoway).fit(&panel()).expect("fits");
    let twoway = twoway.coefficients(&Covariance::cluster()).expect("a covariance");
    let absorbed = RegressionTable::new([("a", &twoway), ("b", &twoway)]).omit(["period_effects*"]).expect("absorbed");
    assert!(yes(&absorbed.to_string(), "period effects"));
    // Random effects of units only, and a pattern of what is nowhere.
    assert!(RegressionTable::new([("within", &within())]).omit(["period_effects*"]).is_err());
    let none: [(&str, &CoefficientTable); 0] = [];
    let error = RegressionTable::new(none).keep(["*"]).expect_err("no models").to_string();
    assert!(error.contains("no models"), "{error}");
    let error = side_by_side().labels([("x", " ")]).expect_err("no name").to_string();
    assert!(error.contains("an empty one for"), "{error}");
}
