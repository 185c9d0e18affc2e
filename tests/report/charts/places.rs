//! Numbers lie where they should: bars are as long as shares, points stand in order.

use apportion::findings::{Funnel, FunnelTarget};
use apportion::findings::{UnitAnalysis, UnitCounts};
use apportion::report::SideBySide;
use apportion::report::chart::{Chart, Colour, Theme};
use apportion::{Model, Panel, Term};

use super::every;

/// The rectangles of a colour: left, top, right, bottom, in tenths of a pixel.
fn rects(svg: &str, colour: Colour) -> Vec<[f64; 4]> {
    let document = roxmltree::Document::parse(svg).expect("well formed");
    let of = |node: roxmltree::Node<'_, '_>| {
        let number = |name| node.attribute(name).and_then(|text| text.parse::<f64>().ok()).expect("a number");
        let (x, y) = (number("x"), number("y"));
        [x, y, x + number("width"), y + number("height")]
    };
    let own = |node: &roxmltree::Node<'_, '_>| node.attribute("fill") == Some(colour.to_string().as_str());
    document.descendants().filter(|node| node.tag_name().name() == "rect").filter(own).map(of).collect()
}

/// The centres of the circles of a colour.
fn discs(svg: &str, colour: Colour) -> Vec<(f64, f64)> {
    let document = roxmltree::Document::parse(svg).expect("well formed");
    let number = |node: &roxmltree::Node<'_, '_>, name| {
        node.attribute(name).and_then(|text| text.parse::<f64>().ok()).expect("a number")
    };
    let own = |node: &roxmltree::Node<'_, '_>| {
        node.tag_name().name() == "circle" && node.attribute("fill") == Some(colour.to_string().as_str())
    };
    document.descendants().filter(own).map(|node| (number(&node, "cx"), number(&node, "cy"))).collect()
}

#[test]
fn bars_are_as_long_as_shares_and_follow_each_other() {
    let figures =
        [("deprivation", 0.15), ("spending", 0.06), ("policy", 0.10), ("practice", 0.44), ("unexplained", 0.25)];
    let chart = Chart::breakdowns(&SideBySide::new().figures("NAO", figures)).expect("five parts");
    let svg = chart.to_svg();
    let theme = Theme::default();
    let mut end = None;
    let mut unit = None;
    for (at, (name, share)) in figures.into_iter().enumerate() {
        let colour = if name == "unexplained" { theme.unexplained } else { theme.components[at] };
        // The key comes first, then the bar.
        let [_, [left, _, right, _]] = rects(&svg, colour)[..] else { panic!("{name} is not drawn once: {svg}") };
        let length = (right - left) / share;
        assert!((length / *unit.get_or_insert(length) - 1.0).abs() < 0.01, "{name}: {length}");
        assert!((left - *end.get_or_insert(left)).abs() <= 1.0, "{name} begins at {left}");
        end = Some(right);
    }
}

#[test]
fn a_negative_share_lies_on_the_other_side_of_zero() {
    let beside = SideBySide::new().figures("b", [("up", 0.8), ("down", -0.2), ("unexplained", 0.4)]);
    let chart = Chart::breakdowns(&beside).expect("a bar");
    let theme = Theme::default();
    let svg = chart.to_svg();
    let (up, down) = (rects(&svg, theme.components[0])[1], rects(&svg, theme.components[1])[1]);
    assert!((down[2] - up[0]).abs() <= 1.0, "both begin at zero: {down:?} {up:?}");
    assert!(((up[2] - up[0]) / (down[2] - down[0]) - 4.0).abs() < 0.05);
}

#[test]
fn rows_stand_in_the_order_of_the_model_and_points_at_their_shares() {
    let panel = Panel::england_2011_2018().expect("the panel");
    let breakdown = every::question().fit(&panel).and_then(|fit| fit.sequential()).expect("it fits");
    let chart = Chart::shares(&breakdown).expect("four components");
    let points = discs(&chart.to_svg(), Theme::default().mark);
    let shares: Vec<f64> = breakdown.rows().map(|row| row.share_of_total).collect();
    assert_eq!(points.len(), shares.len());
    assert!(points.windows(2).all(|two| two[0].1 < two[1].1), "rows go down: {points:?}");
    // Along the axis a share is a straight line of its place.
    let slope = (points[3].0 - points[0].0) / (shares[3] - shares[0]);
    for (point, share) in points.iter().zip(&shares) {
        assert!((point.0 - points[0].0 - slope * (share - shares[0])).abs() <= 1.5, "{share} at {point:?}");
    }
    let texts: Vec<String> = chart.bounds().into_iter().filter_map(|(text, _)| text).collect();
    let place =
        |name: &str| texts.iter().position(|text| text == name).unwrap_or_else(|| panic!("{name} in {texts:?}"));
    assert!(place("deprivation") < place("spending") && place("practice") < place("unexplained"));
}

#[test]
fn units_beyond_chance_are_coloured_and_all_are_there() {
    let panel = Panel::england_2011_2018().expect("the panel");
    let fit =
        Model::new("cpp_rate").component("deprivation", ["idaci_2015"]).component("practice", [Term::UnitEffects]);
    let units = fit.fit(&panel).and_then(|fit| UnitAnalysis::new().of(&fit)?.sorted_by("remainder")).expect("units");
    let svg = Chart::units(&units).expect("units").to_svg();
    let theme = Theme::default();
    let (high, low, plain) = (discs(&svg, theme.high), discs(&svg, theme.low), discs(&svg, theme.plain));
    let beyond =
        |above: bool| units.units.iter().filter(|unit| unit.beyond_chance && (unit.remainder > 0.0) == above).count();
    // One more of each in the keys.
    assert_eq!((high.len() - 1, low.len() - 1), (beyond(true), beyond(false)));
    assert_eq!(high.len() + low.len() + plain.len() - 3, units.units.len());
    // Sorted from the highest: along each column they go to the left.
    assert!(high[1..].windows(2).all(|two| two[0].0 >= two[1].0));
}

#[test]
fn a_funnel_has_its_units_at_their_ratios() {
    let panel = Panel::england_2011_2018().expect("the panel");
    let counts = UnitCounts::of(&panel, "cpp_count", "population_0_17", 2018..=2018).expect("counts");
    let funnel = Funnel::of(&counts, &FunnelTarget::Crude).expect("a funnel");
    let svg = Chart::funnel(&funnel).expect("units").to_svg();
    let theme = Theme::default();
    let mut points: Vec<(f64, f64)> =
        [theme.high, theme.low].into_iter().flat_map(|colour| discs(&svg, colour).into_iter().skip(1)).collect();
    points.extend(discs(&svg, theme.plain));
    assert_eq!(points.len(), funnel.units.len());
    points.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut ratios: Vec<f64> = funnel.units.iter().map(|unit| unit.ratio).collect();
    ratios.sort_by(f64::total_cmp);
    let n = ratios.len() - 1;
    let slope = (points[n].1 - points[0].1) / (ratios[n] - ratios[0]);
    for (point, ratio) in points.iter().zip(&ratios) {
        assert!((point.1 - points[0].1 - slope * (ratio - ratios[0])).abs() <= 2.0, "{ratio} at {point:?}");
    }
}

#[test]
fn steps_of_a_waterfall_lead_from_one_number_to_the_other() {
    let panel = Panel::england_2011_2018().expect("the panel");
    let fit = every::question().fit(&panel).expect("it fits");
    let rows = fit.contributions().and_then(|of| of.by_unit()?.sorted_by("actual")).expect("rows");
    let svg = Chart::contributions(&rows, &rows.rows[0]).expect("parts").to_svg();
    let theme = Theme::default();
    let mut bars = rects(&svg, theme.high);
    bars.extend(rects(&svg, theme.low));
    bars.sort_by(|a, b| a[1].total_cmp(&b[1]));
    let moves: Vec<f64> = rows.rows[0].contributions.iter().map(|part| part.points).collect();
    assert_eq!(bars.len(), moves.len());
    let unit = (bars[0][2] - bars[0][0]) / moves[0].abs();
    let mut at = if moves[0] > 0.0 { bars[0][0] } else { bars[0][2] };
    for (bar, by) in bars.iter().zip(&moves) {
        let (from, to) = if *by > 0.0 { (bar[0], bar[2]) } else { (bar[2], bar[0]) };
        assert!((from - at).abs() <= 2.0 && (to - from - by * unit).abs() <= 3.0, "{by}: {bar:?} after {at}");
        at = to;
    }
}

#[test]
fn charts_say_what_they_miss() {
    let panel =
        Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build().expect("a panel");
    let fit = Model::new("y").component("one", ["x"]).fit(&panel).expect("it fits");
    let shapley = fit.shapley().expect("one component");
    let error = |chart: apportion::Result<Chart>| chart.expect_err("it misses something").to_string();
    for (error, todo) in [
        (error(Chart::dominance(&shapley)), "FittedModel::conditional_dominance"),
        (error(Chart::commonality(&shapley)), "FittedModel::commonality"),
        (error(fit.first().and_then(|first| Chart::breakdown(&first))), "Chart::shares"),
        (error(Chart::breakdowns(&SideBySide::new())), "at least one"),
        (error(Chart::breakdowns(&SideBySide::new().figures("b", [("a", f64::NAN)]))), "\"b\""),
        (error(fit.first().and_then(|of| Chart::breakdowns(&SideBySide::new().breakdown("b", &of)))), "Chart::shares"),
        (error(Chart::coefficients(&[])), "at least one"),
        (error(Chart::coverage(&panel)), "PanelSchema"),
        (error(Chart::over_time(&panel, "y")), "PanelSchema"),
        (error(Chart::over_time(&panel, "z")), "no column"),
    ] {
        assert!(error.contains(todo), "{error}");
    }
}
