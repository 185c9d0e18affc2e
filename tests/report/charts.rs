//! Charts: well formed, nothing over anything else or beyond the canvas, numbers where they should be, the same bytes.
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops where something is not as it should be")]

mod backend;
mod every;
mod hostile;
mod places;

use std::sync::LazyLock;

use apportion::report::SideBySide;
use apportion::report::chart::plotters::backend::SVGBackend;
use apportion::report::chart::plotters::drawing::IntoDrawingArea;
use apportion::report::chart::{Chart, ChartStyle, Theme};

/// Every chart of England and of a hostile panel, by name.
static CHARTS: LazyLock<Vec<(String, Chart)>> =
    LazyLock::new(|| every::england().into_iter().chain(every::hostile()).collect());

const WIDTHS: [f64; 3] = [600.0, 800.0, 1_200.0];

fn each_in_every_width() -> impl Iterator<Item = (String, Chart)> {
    CHARTS.iter().flat_map(|(name, chart)| {
        WIDTHS.iter().map(move |&width| (format!("{name} at {width}"), chart.styled(&ChartStyle::new().width(width))))
    })
}

#[test]
fn every_chart_is_well_formed_and_says_what_it_shows() {
    assert!(CHARTS.len() > 45, "{} charts", CHARTS.len());
    for (name, chart) in each_in_every_width() {
        let svg = chart.to_svg();
        let document = roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{name}: {error}"));
        let root = document.root_element();
        assert_eq!((root.tag_name().name(), root.attribute("role")), ("svg", Some("img")), "{name}");
        let text_of = |tag: &str| {
            let found = root.children().find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", tag)));
            found.and_then(|node| node.text()).unwrap_or_default().to_owned()
        };
        assert!(!text_of("title").is_empty() && text_of("desc").len() > 40, "{name}: {}", text_of("desc"));
        assert!(chart.description().contains(char::is_numeric), "{name}: {}", chart.description());
        let labelled: Vec<&str> = root.attribute("aria-labelledby").unwrap_or_default().split(' ').collect();
        let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
        assert_eq!(labelled, ids, "{name}");
        for node in document.descendants().filter(|node| node.is_element()) {
            for attribute in node.attributes() {
                let value = attribute.value();
                assert!(!value.contains("NaN") && !value.contains("inf"), "{name}: {} is {value}", attribute.name());
            }
            let script = ["script", "style", "image", "foreignObject", "a"].contains(&node.tag_name().name());
            assert!(!script && !node.attributes().any(|a| a.name().starts_with("on") || a.name() == "href"), "{name}");
        }
        let (width, height) = chart.size();
        assert_eq!(
            root.attribute("viewBox"),
            Some(format!("0 0 {} {}", 10.0 * width, 10.0 * height).as_str()),
            "{name}"
        );
        assert!(svg.len() < 250_000, "{name}: {} bytes", svg.len());
    }
}

#[test]
fn no_text_lies_over_another_and_nothing_beyond_the_canvas() {
    let over =
        |a: &[f64; 4], b: &[f64; 4]| a[0] + 0.5 < b[2] && b[0] + 0.5 < a[2] && a[1] + 0.5 < b[3] && b[1] + 0.5 < a[3];
    let mut wrong = Vec::new();
    let narrow = ChartStyle::new().width(420.0);
    let large = ChartStyle::new().width(600.0).font_size(18.0);
    let others = [("narrow", narrow), ("in large letters", large)];
    let others = CHARTS.iter().flat_map(|(name, chart)| {
        others.iter().map(move |(how, style)| (format!("{name} {how}"), chart.styled(style)))
    });
    for (name, chart) in each_in_every_width().chain(others) {
        let (width, height) = chart.size();
        let marks = chart.bounds();
        for (text, bounds) in &marks {
            if bounds[0] < -0.5 || bounds[1] < -0.5 || bounds[2] > width + 0.5 || bounds[3] > height + 0.5 {
                wrong.push(format!(
                    "{name}: {} lies beyond the canvas: {bounds:?}",
                    text.as_deref().unwrap_or("a mark")
                ));
            }
        }
        let texts: Vec<(&str, &[f64; 4])> =
            marks.iter().filter_map(|(text, bounds)| Some((text.as_deref()?, bounds))).collect();
        for (at, (text, bounds)) in texts.iter().enumerate() {
            for (other, others) in &texts[at + 1..] {
                if over(bounds, others) {
                    wrong.push(format!("{name}: \"{text}\" lies over \"{other}\": {bounds:?} {others:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong[..wrong.len().min(30)].join("\n"));
}

#[test]
fn the_same_bytes_every_time_and_ids_that_differ() {
    let mut ids = std::collections::BTreeSet::new();
    for (name, chart) in CHARTS.iter() {
        let svg = chart.to_svg();
        assert_eq!(svg, chart.styled(&ChartStyle::new()).to_svg(), "{name}");
        let id = svg.split("aria-labelledby=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
        assert!(ids.insert(id.to_owned()), "{name}: {id} is another chart's too");
    }
    for ((name, chart), (_, again)) in CHARTS.iter().zip(every::england()) {
        assert_eq!(chart.to_svg(), again.to_svg(), "{name}");
    }
}

#[test]
fn every_chart_is_drawn_onto_other_areas() {
    for (name, chart) in CHARTS.iter() {
        let mut figure = String::new();
        let area = SVGBackend::with_string(&mut figure, (1_700, 900)).into_drawing_area();
        let (left, right) = area.split_horizontally(600);
        for part in [&left, &right] {
            chart.draw(part).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        drop((area, left, right));
        roxmltree::Document::parse(&figure).unwrap_or_else(|error| panic!("{name}: {error}"));
        let texts = chart.bounds().iter().filter(|(text, _)| text.is_some()).count();
        let drawn = backend::draw(chart, (700, 500)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((figure.matches("<text").count(), drawn.texts), (2 * texts, texts), "{name}");
        assert_eq!(drawn.outside, 0, "{name}");
    }
}

#[test]
fn styles_are_one_value_that_is_written_and_read() {
    let style = ChartStyle::new().width(700.0).height(300.0).font_size(14.0).title("T").subtitle("S").source("Q");
    let style = style.label("a", "an <a>").decimals(2).axis(-0.5, 1.5).theme(Theme::dark());
    let written = serde_json::to_string(&style).expect("it is written");
    assert_eq!(serde_json::from_str::<ChartStyle>(&written).expect("it is read"), style);
    assert!(serde_json::from_str::<ChartStyle>("{\"widht\": 3}").is_err());
    let beside = SideBySide::new().figures("b", [("a", 0.4), ("unexplained", 0.6)]);
    let chart = Chart::breakdowns(&beside).expect("two parts");
    let svg = chart.styled(&style).to_svg();
    for part in [">T</text>", ">S</text>", ">Q</text>", ">an &lt;a&gt;</text>", ">40.00%</text>", "#16191D"] {
        assert!(svg.contains(part), "{part} is not in {svg}");
    }
    // What cannot be drawn is brought within what can.
    for odd in [ChartStyle::new().width(f64::NAN), ChartStyle::new().width(-5.0).font_size(f64::INFINITY).decimals(99)]
    {
        for (name, chart) in CHARTS.iter().step_by(5) {
            let svg = chart.styled(&odd.clone().axis(f64::NAN, 1.0)).to_svg();
            roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

#[test]
fn what_lies_beyond_a_stated_axis_is_cut_and_said() {
    let (_, chart) = CHARTS.iter().find(|(name, _)| name == "hostile shares").expect("it is there");
    let whole = chart.styled(&ChartStyle::new());
    let narrow = chart.styled(&ChartStyle::new().axis(0.0, 0.1));
    assert!(!whole.to_svg().contains("beyond the axis"));
    assert!(narrow.to_svg().contains("beyond the axis"));
    let (width, _) = narrow.size();
    assert!(narrow.bounds().iter().all(|(_, bounds)| bounds[0] >= 0.0 && bounds[2] <= width));
}

#[test]
fn characters_that_xml_forbids_are_left_out() {
    let bar =
        SideBySide::new().figures("a\u{0}b\u{1b}c\u{fffe}", [("x\u{8}<&>\"'\u{202e}", 0.4), ("unexplained", 0.6)]);
    let chart =
        Chart::breakdowns(&bar).expect("two parts").styled(&ChartStyle::new().title("\u{1}t\n2").source("\u{2}"));
    let svg = chart.with_ids("my <id>").to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{error}"));
    let texts: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
    assert!(texts.contains(&"a b c") && texts.contains(&"x <&>\"'"), "{texts:?}");
}

#[cfg(feature = "png")]
#[test]
fn every_chart_is_a_picture_of_its_size() {
    for (name, chart) in CHARTS.iter() {
        let png = chart.to_png(0.5).unwrap_or_else(|error| panic!("{name}: {error}"));
        let number = |at: usize| f64::from(u32::from_be_bytes([png[at], png[at + 1], png[at + 2], png[at + 3]]));
        let (width, height) = chart.size();
        assert_eq!((number(16), number(20)), ((0.5 * width).ceil(), (0.5 * height).ceil()), "{name}");
    }
    let (_, chart) = &CHARTS[0];
    assert_eq!(chart.to_png(1.0).expect("a picture"), chart.to_png(1.0).expect("a picture"));
    assert!(chart.to_png(-1.0).is_err() && chart.to_png(f64::NAN).is_err() && chart.to_png(1e6).is_err());
}

/// Every word of a name is the reader's, in titles and axes too.
#[test]
fn names_are_the_readers_words_everywhere() {
    let names = ["cpp_rate", "deprivation", "spending", "policy", "practice"];
    let style = names.iter().fold(ChartStyle::new().source(""), |style, name| style.label(*name, "Wort"));
    let own = ["coverage", "over time", "coefficients", "one model", "specifications"];
    for (name, chart) in CHARTS.iter().filter(|(name, _)| name.starts_with("england")) {
        if own.iter().any(|own| name.contains(own)) {
            continue;
        }
        for (text, _) in chart.styled(&style).bounds() {
            let text = text.unwrap_or_default();
            assert!(names.iter().all(|name| !text.contains(name)), "{name}: {text}");
        }
    }
}
