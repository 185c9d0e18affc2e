//! The tables of the guide are what the library says.
//!
//! In a page of `src/guide` a table stands between `<!-- name: begin -->` and `<!-- name: end -->`. It is made anew here
//! and compared; with `APPORTION_RECORD=1` set it is written into the page first, so that `git diff` shows what a change
//! does to it.
#![allow(clippy::expect_used, reason = "a test stops where something is not as it should be")]

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use apportion::findings::{Sensitivity, SpecificationCurve};
use apportion::panel::{SIMULATED_ENGLAND_SEED, UnitRule};
use apportion::regress::{ClusterCorrection, ErrorsRelated, Leverage};
use apportion::{
    Breakdown, Covariance, Estimator, FittedModel, Interval, IntervalKind, Method, Model, Panel, PanelRegression,
    Result, Share, Term,
};

/// Component, and what the NAO published, in per cent.
const PUBLISHED: [(&str, f64); 5] =
    [("deprivation", 15.0), ("spending", 6.0), ("policy", 10.0), ("practice", 44.0), ("unexplained", 25.0)];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Tests run side by side, and a page has several tables.
static WRITING: Mutex<()> = Mutex::new(());

/// Compares what stands between the markers of a page with what should, or writes it.
#[track_caller]
fn check(page: &str, name: &str, made: Result<String>) {
    check_in(root().join("src/guide").join(page).with_extension("md"), name, made);
}

/// The same of any file of Markdown.
#[track_caller]
fn check_in(file: PathBuf, name: &str, made: Result<String>) {
    let made = made.expect("it can be made");
    let records = std::env::var_os("APPORTION_RECORD").is_some_and(|value| value == "1");
    let _alone = records.then(|| WRITING.lock());
    let text = fs::read_to_string(&file).expect("a page").replace("\r\n", "\n");
    let begin = format!("<!-- {name}: begin -->\n");
    let from = text.find(&begin).expect("the marker of its beginning") + begin.len();
    let to = text.find(&format!("<!-- {name}: end -->")).expect("the marker of its end");
    if records {
        fs::write(&file, [&text[..from], &made, &text[to..]].concat()).expect("the page is writable");
    } else {
        assert_eq!(
            &text[from..to],
            made,
            "{}, {name}: if it should be so, run with APPORTION_RECORD=1",
            file.display()
        );
    }
}

/// A table of Markdown: the first column to the left, all others to the right.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|cell| cell.to_string()).collect();
    let rule = format!("|---|{}\n", "---:|".repeat(head.len() - 1));
    let rows: String = rows.into_iter().map(|row| line(&row)).collect();
    line(&head).replace("|  |", "| |") + &rule + &rows
}

fn percent(part: f64) -> String {
    let rounded = (1_000.0 * part).round() / 10.0;
    // Rounding leaves a zero with a sign.
    format!("{:.1}", rounded + 0.0)
}

fn ends(lower: f64, upper: f64) -> String {
    format!("{} to {}", percent(lower), percent(upper))
}

fn of_interval(interval: Option<Interval>) -> String {
    interval.map_or(String::new(), |of| ends(of.lower, of.upper))
}

fn p_value(p: f64) -> String {
    if p < 0.0005 { "<0.001".to_string() } else { format!("{p:.3}") }
}

fn plain_model() -> Model {
    Model::new("cpp_rate")
        .component("deprivation", ["idaci_2015"])
        .component("spending", ["log(spend_core_per_child)"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
}

fn plain() -> Result<FittedModel> {
    plain_model().fit(&Panel::england_2011_2018()?)
}

fn nearest() -> Result<FittedModel> {
    let panel = Panel::england()?.in_periods(2011..=2018)?.without(&UnitRule::degenerate_authorities())?;
    Model::new("log(cpp_start_rate)")
        .component("policy", [Term::PeriodEffects])
        .component("spending", ["spend_safeguarding_per_child"])
        .component("deprivation", ["idaci_2015"])
        .component("practice", [Term::UnitEffects])
        .fit(&panel)
}

fn simulated() -> Result<FittedModel> {
    Model::new("cpp_rate")
        .component("deprivation", ["low_income_pct"])
        .component("spending", ["spend_per_child", "vacancy_rate"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
        .fit(&Panel::simulated_england(SIMULATED_ENGLAND_SEED)?)
}

fn with_intervals(fit: &FittedModel) -> Result<Breakdown> {
    fit.sequential()?.with_intervals(&fit.jackknife()?)
}

fn row<'a>(breakdown: &'a Breakdown, name: &str) -> &'a Share {
    breakdown.rows().find(|row| row.name == name).expect("a row of this name")
}

fn methods() -> Result<String> {
    let all = plain()?.all_methods()?;
    let shares =
        |breakdown: &Breakdown| -> Vec<f64> { breakdown.components.iter().map(|c| c.share_of_total).collect() };
    let by_method = all.breakdowns.iter().map(|breakdown| {
        let shares = shares(breakdown);
        let sum: f64 = shares.iter().sum();
        let cells = shares.into_iter().chain([sum]).map(percent);
        [format!("`{}`", breakdown.method.name())].into_iter().chain(cells).collect()
    });
    let left_out = all.left_out.iter().map(|left_out| {
        let none = vec!["–".to_string(); 5];
        [format!("`{}`", left_out.method)].into_iter().chain(none).collect()
    });
    Ok(table(&["", "deprivation", "spending", "policy", "practice", "sum"], by_method.chain(left_out)))
}

#[test]
fn methods_of_england() {
    check("choosing_a_method", "england", methods());
}

#[test]
fn every_method_is_told() {
    let page = fs::read_to_string(root().join("src/guide/choosing_a_method.md")).expect("a page");
    let by_column = [Method::GeniziByColumn, Method::CarByColumn];
    for method in Method::all(Vec::new()).into_iter().chain(by_column) {
        let is_told = page.lines().any(|line| {
            let first = line.strip_prefix("| ").and_then(|line| line.split(" |").next());
            first.is_some_and(|cell| cell.split(", ").any(|name| name == format!("`{}`", method.name())))
        });
        assert!(is_told, "the page does not say what {} answers", method.name());
    }
}

fn standard_errors() -> Result<String> {
    let panel = Panel::england_2011_2018()?;
    let spending = "log(spend_core_per_child)";
    let pooled = PanelRegression::new("cpp_rate", ["idaci_2015", spending]).fit(&panel)?;
    let twoway = PanelRegression::new("cpp_rate", [spending]).estimator(Estimator::Twoway).fit(&panel)?;
    let estimates = [&pooled, &twoway].map(|fit| format!("{:.2}", fit.estimate(spending).unwrap_or(f64::NAN)));
    assert_eq!(estimates, ["23.91", "17.46"], "as the page says above the table");
    let by_region = Covariance::cluster_by("region");
    let kinds = [
        ("`iid`", Covariance::iid()),
        ("HC1", Covariance::heteroskedastic(Leverage::Hc1)),
        ("HC3", Covariance::heteroskedastic(Leverage::Hc3)),
        ("clustered by authority", Covariance::cluster()),
        ("the same, CR2", Covariance::cluster().correction(ClusterCorrection::Cr2)),
        ("clustered by region", by_region.clone()),
        ("the same, CR2", by_region.correction(ClusterCorrection::Cr2)),
        ("clustered by authority and year", Covariance::twoway_cluster()),
        ("Newey–West", Covariance::newey_west(None)),
        ("Driscoll–Kraay", Covariance::driscoll_kraay(None)),
        ("Beck–Katz", Covariance::beck_katz(ErrorsRelated::WithinPeriods)),
        ("jackknife over authorities", Covariance::jackknife()),
    ];
    let mut rows = Vec::new();
    for (name, covariance) in kinds {
        let mut cells = vec![name.to_string()];
        for fit in [&pooled, &twoway] {
            let found = fit.coefficients(&covariance)?;
            let of = found.coefficients.iter().find(|of| of.name == spending).expect("its coefficient");
            let df = of.df.or(found.covariance.df).unwrap_or(f64::NAN);
            let df = if df.fract() == 0.0 { format!("{df:.0}") } else { format!("{df:.1}") };
            cells.extend([format!("{:.2}", of.std_error), p_value(of.p_value), df]);
        }
        rows.push(cells);
    }
    Ok(table(&["", "pooled", "p", "df", "two-way", "p", "df"], rows))
}

#[test]
fn standard_errors_of_england() {
    check("choosing_standard_errors", "standard errors", standard_errors());
}

fn chance() -> Result<String> {
    let breakdown = with_intervals(&plain()?)?;
    let rows = breakdown.rows().map(|share| {
        let corrected = share
            .corrected
            .map_or([String::new(), String::new()], |of| [percent(of.share_of_total), ends(of.lower, of.upper)]);
        let [corrected, corrected_ends] = corrected;
        vec![
            share.name.clone(),
            percent(share.share_of_total),
            of_interval(share.interval),
            share.chance.map(percent).unwrap_or_default(),
            share.chance_p.map(p_value).unwrap_or_default(),
            corrected,
            corrected_ends,
        ]
    });
    Ok(table(&["", "raw", "95% interval", "chance", "p", "corrected", "95% interval"], rows))
}

#[test]
fn chance_in_england() {
    check("intervals", "chance", chance());
}

fn kinds() -> Result<String> {
    use IntervalKind::{Basic, Bca, Jackknife, Normal, Percentile, Root};
    let fit = plain()?;
    let shares = fit.sequential()?;
    let mut rows = Vec::new();
    for (kind, name) in [
        (Root, "root"),
        (Jackknife, "plain"),
        (Percentile, "percentile"),
        (Normal, "normal"),
        (Basic, "basic"),
        (Bca, "BCa"),
    ] {
        let resampling = if kind.leaves_out() { fit.jackknife()? } else { fit.bootstrap(1_000, 1)? };
        let found = shares.with_intervals(&resampling.kind(kind)?)?;
        rows.push([name.to_string()].into_iter().chain(found.rows().map(|row| of_interval(row.interval))).collect());
    }
    Ok(table(&["", "deprivation", "spending", "policy", "practice", "unexplained"], rows))
}

#[test]
fn kinds_of_intervals() {
    check("intervals", "kinds", kinds());
}

fn years() -> Result<String> {
    let panel = Panel::england_2011_2018()?;
    let mut rows = Vec::new();
    for first in [2017, 2016, 2015, 2013, 2011] {
        let found = with_intervals(&plain_model().fit(&panel.in_periods(first..=2018)?)?)?;
        let practice = row(&found, "practice");
        let under = |name: &str| {
            let model = found.unit_effects_by_model.iter().find(|under| under.model.name() == name);
            model.map_or("–".to_string(), |under| percent(under.corrected.share_of_total))
        };
        let from_lag = found.noise.as_ref().map(|noise| noise.model.to_string()).unwrap_or_default();
        rows.push(vec![
            format!("{}", 2018 - first + 1),
            percent(practice.share_of_total),
            practice.chance.map(percent).unwrap_or_default(),
            under("independent"),
            format!("{} (`{from_lag}`)", under("persistent")),
            under("ar1"),
            percent(found.unexplained.share_of_total),
        ]);
    }
    let head = ["years", "practice, raw", "chance", "independent", "persistent", "AR(1)", "unexplained, raw"];
    Ok(table(&head, rows))
}

#[test]
fn few_years() {
    check("intervals", "years", years());
}

fn nao() -> Result<String> {
    let columns = [with_intervals(&simulated()?)?, with_intervals(&nearest()?)?, with_intervals(&plain()?)?];
    let mut rows: Vec<Vec<String>> = PUBLISHED
        .iter()
        .map(|(name, published)| {
            let cell = |breakdown: &Breakdown| {
                let share = row(breakdown, name);
                format!("{} ({})", percent(share.share_of_total), of_interval(share.interval))
            };
            let cells = columns.iter().map(cell);
            [name.to_string()].into_iter().chain(cells).chain([format!("{published:.0}")]).collect()
        })
        .collect();
    let persists = columns.iter().map(|breakdown| {
        let corrected = row(breakdown, "practice").corrected.expect("a corrected share");
        format!("{} ({})", percent(corrected.share_of_total), ends(corrected.lower, corrected.upper))
    });
    rows.push(["practice, corrected".to_string()].into_iter().chain(persists).chain([String::new()]).collect());
    Ok(table(&["", "simulated", "England, nearest", "England, plain", "NAO"], rows))
}

#[test]
fn beside_the_nao() {
    check("the_national_audit_office", "nao", nao());
}

/// What the example prints, which a test of its own records.
#[test]
fn what_the_example_says() {
    let recorded = fs::read_to_string(root().join("tests/data/recorded/nao.txt")).expect("what it printed");
    let lines = recorded.lines().skip_while(|line| !line.starts_with("Of 115,776 specifications"));
    let lines: Vec<&str> = lines.take_while(|line| !line.starts_with("With the authorities themselves")).collect();
    assert!(lines.len() > 5, "{recorded}");
    check("the_national_audit_office", "said", Ok(format!("```text\n{}\n```\n", lines.join("\n"))));
}

fn curve() -> Result<SpecificationCurve> {
    let panel = Panel::england()?.without(&UnitRule::degenerate_authorities())?;
    Sensitivity::new(plain_model())
        .outcomes(["cpp_rate", "log(cpp_rate)", "cpp_start_rate", "log(cpp_start_rate)"])
        .terms("deprivation", [["idaci_2015"], ["imd_2015"]])
        .terms("spending", [["log(spend_core_per_child)"], ["spend_safeguarding_per_child"]])
        .periods([2011..=2018, 2010..=2017])
        .all_orders()
        .of(&panel)
}

fn sensitivity() -> Result<String> {
    let curve = curve()?;
    let mut rows = Vec::new();
    for range in &curve.ranges {
        let moves = curve.moves(&range.name)?;
        let most = moves.choices.first().expect("a choice");
        let numbers = [range.min, range.p05, range.median, range.p95, range.max].map(percent);
        let moved = format!("{}, {:.0}%", most.choice, 100.0 * most.share_of_variation);
        rows.push([range.name.clone()].into_iter().chain(numbers).chain([moved]).collect());
    }
    Ok(table(&["", "least", "5%", "median", "95%", "most", "moved most by"], rows))
}

#[test]
fn specifications() {
    check("the_national_audit_office", "sensitivity", sensitivity());
}

/// Every page is there, and every marker has its other end.
#[test]
fn pages() {
    let face = fs::read_to_string(root().join("src/guide.rs")).expect("the guide");
    let pages: Vec<&str> = face.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(" {")).collect();
    let files = fs::read_dir(root().join("src/guide")).expect("pages").count();
    assert_eq!(pages.len(), files);
    for page in pages {
        assert!(face.contains(&format!("//! | [`{page}`] | ")), "the guide's table has no {page}");
        let text = fs::read_to_string(root().join(format!("src/guide/{page}.md"))).expect("a page");
        assert_eq!(text.matches(": begin -->").count(), text.matches(": end -->").count(), "{page}");
        let long = text.lines().find(|line| line.chars().count() > 120 && !line.starts_with('|'));
        assert_eq!(long, None, "{page} has a long line");
    }
}

#[test]
fn the_readme_shows_the_real_table_and_chart() {
    let made = plain().and_then(|fit| with_intervals(&fit));
    let text = made.map(|breakdown| {
        let lines: Vec<String> = breakdown.to_string().lines().map(|line| line.trim_end().to_string()).collect();
        let corrected =
            lines.iter().position(|line| line.starts_with("The share, with its interval")).unwrap_or(lines.len());
        format!("```text\n{}\n```\n", lines[..corrected].join("\n").trim_end())
    });
    check_in(root().join("README.md"), "england", text);
}

#[cfg(feature = "charts")]
#[test]
fn the_chart_of_the_readme_is_the_real_one() {
    use apportion::report::chart::Chart;

    let chart = plain().and_then(|fit| with_intervals(&fit)).and_then(|breakdown| Chart::breakdown(&breakdown));
    let svg = chart.expect("it can be drawn").to_svg();
    let file = root().join("tests/data/england_shares.svg");
    if std::env::var_os("APPORTION_RECORD").is_some_and(|value| value == "1") {
        fs::write(&file, svg).expect("the file is writable");
    } else {
        let recorded = fs::read_to_string(&file).expect("the chart of the README").replace("\r\n", "\n");
        assert!(recorded == svg, "the chart of the README is another: run with APPORTION_RECORD=1 and look at it");
    }
}
