//! Which units lie beyond the limits of chance, by their size.

use super::axis::{Scale, below, range, room_beside, upright};
use super::numbers::{Unit, number};
use super::page::{Page, Sign};
use super::scene::{Point, Scene, Stroke};
use super::spread::{extremes, name_points};
use super::style::ChartStyle;
use super::words::unit_word;
use super::{Chart, Figure, needs};
use crate::error::Result;
use crate::findings::{Funnel, FunnelLimits, FunnelUnit};

/// Points of a limit's curve.
const STEPS: usize = 120;
/// The levels of limits.
const LEVELS: [f64; 2] = [0.95, 0.998];
/// Units whose names are tried at most.
const MOST_NAMES: usize = 14;

impl Chart {
    /// A funnel: the counted over the expected of every unit against what is expected of it, with the limits of a Poisson
    /// variable, and those that allow for the spread of units; what lies outside of the outermost is named.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a funnel without units.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::{Funnel, FunnelTarget, UnitCounts};
    /// use apportion::report::chart::Chart;
    /// use apportion::{Panel, PanelSchema};
    ///
    /// let csv = "la,year,plans,children\nA,2018,90,9000\nB,2018,20,5000\nC,2018,3,300\nD,2018,55,8000\n";
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year"))?;
    /// let funnel = Funnel::of(&UnitCounts::of(&panel, "plans", "children", 2018..=2018)?, &FunnelTarget::Crude)?;
    /// assert!(Chart::funnel(&funnel)?.description().contains("4 units"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn funnel(funnel: &Funnel) -> Result<Self> {
        if funnel.units.is_empty() {
            return needs("funnel", "without units", "make it of counts that have some");
        }
        Ok(Chart::new(Funnelled { funnel: funnel.clone() }))
    }
}

#[derive(Debug)]
struct Funnelled {
    funnel: Funnel,
}

/// Above the outermost limits, below them, or neither.
fn side(unit: &FunnelUnit) -> i8 {
    let [_, outer] = &unit.limits;
    i8::from(unit.ratio > outer.overdispersed_upper) - i8::from(unit.ratio < outer.overdispersed_lower)
}

impl Figure for Funnelled {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let (colours, of) = (style.colours(), &self.funnel);
        let mut page = Page::new(
            style,
            "Counts against what is expected",
            &format!("Counted over expected; the target is a rate of {} a thousand", number(1_000.0 * of.target, 2)),
        );
        let limits = colours.mark;
        page.keys(&[
            (Sign::Line(colours.axis), "Poisson limits, 95 and 99.8%".to_owned()),
            (Sign::Dashes(limits), format!("with the spread of units (φ = {}), 95 and 99.8%", number(of.phi, 1))),
            (Sign::Dot(colours.high), "above all limits".to_owned()),
            (Sign::Dot(colours.low), "below them".to_owned()),
        ]);
        page.heading("counted over expected");
        let top = page.y;
        let bottom = top + style.plot_height();
        let ratios = of.units.iter().map(|unit| unit.ratio);
        // Limits widen without end as less is expected: the units and the limits of a middling one set the height.
        let mut by_size: Vec<&FunnelUnit> = of.units.iter().collect();
        by_size.sort_by(|a, b| a.expected.total_cmp(&b.expected));
        let middling = by_size[by_size.len() / 2].limits[1];
        let y = range(style, ratios.chain([1.0, middling.overdispersed_upper, middling.poisson_upper]), [], true);
        let y = y.between(bottom, top);
        let left = page.left + room_beside(style, &y, Unit::Plain);
        let right = page.right - 8.0;
        let most = by_size.last().map_or(1.0, |unit| unit.expected);
        let x = Scale { low: 0.0, high: 1.04 * most, from: left, to: right };
        upright(&mut page.scene, style, &y, Unit::Plain, (left, right));
        page.y = below(&mut page.scene, style, &x, Unit::Plain, bottom, "expected count");
        page.scene.line((left, y.within(1.0)), (right, y.within(1.0)), Stroke::new(colours.axis, 1.0));
        self.curves(&mut page.scene, style, &x, &y);

        let mut named = Vec::new();
        for unit in of.units.iter().filter(|unit| x.has(unit.expected) && y.has(unit.ratio)) {
            let at = (x.at(unit.expected), y.at(unit.ratio));
            let colour = [colours.low, colours.plain, colours.high][(side(unit) + 1) as usize];
            page.scene.disc(at, 3.5, colour);
            if side(unit) != 0 {
                named.push((at, unit.z.abs(), unit_word(style, &unit.unit, unit.label.as_deref())));
            }
        }
        name_points(&mut page.scene, style, extremes(named, MOST_NAMES), [left, top, page.right, bottom]);
        let (above, under) = (
            of.units.iter().filter(|unit| side(unit) > 0).count(),
            of.units.iter().filter(|unit| side(unit) < 0).count(),
        );
        let outside = |level: usize| {
            let beyond = |unit: &&FunnelUnit| {
                !(unit.limits[level].poisson_lower..=unit.limits[level].poisson_upper).contains(&unit.ratio)
            };
            of.units.iter().filter(beyond).count()
        };
        let n = of.units.len();
        page.note(&format!(
            "Of {n} units {above} lie above and {under} below the 99.8% limits that allow for the spread of units; outside of \
             the Poisson limits lie {} at 95% and {} at 99.8%.",
            outside(0),
            outside(1)
        ));
        let furthest = of.units.iter().max_by(|a, b| a.z.abs().total_cmp(&b.z.abs()));
        let furthest = furthest.map_or_else(String::new, |unit| {
            format!(
                "{} with {} times what is expected",
                unit_word(style, &unit.unit, unit.label.as_deref()),
                number(unit.ratio, 2)
            )
        });
        let description = format!(
            "A funnel of {n} units: the counted over the expected, with limits of 95 and 99.8%. {above} lie above and {under} below \
             the limits that allow for the spread of units. Furthest out: {furthest}."
        );
        page.finish("", description)
    }
}

impl Funnelled {
    /// The four pairs of limits, each as far as the axis goes.
    fn curves(&self, scene: &mut Scene, style: &ChartStyle, x: &Scale, y: &Scale) {
        let colours = style.colours();
        type End = fn(&FunnelLimits) -> f64;
        let ends: [(End, bool); 4] = [
            (|limits| limits.poisson_lower, false),
            (|limits| limits.poisson_upper, false),
            (|limits| limits.overdispersed_lower, true),
            (|limits| limits.overdispersed_upper, true),
        ];
        for level in LEVELS {
            // Closer together where little is expected, and limits bend.
            let at = |step: usize| x.high * (step as f64 / STEPS as f64).powi(2);
            let limits = (1..=STEPS).filter_map(|step| Some((at(step), self.funnel.limits_at(at(step), level).ok()?)));
            let limits: Vec<(f64, FunnelLimits)> = limits.collect();
            for (end, is_dashed) in ends {
                let seen = limits.iter().filter(|(_, limits)| y.has(end(limits)));
                let points: Vec<Point> = seen.map(|(expected, limits)| (x.at(*expected), y.at(end(limits)))).collect();
                let width = if level > 0.99 { 1.5 } else { 1.0 };
                if is_dashed {
                    scene.dashed_path(&points, Stroke::new(colours.mark, width));
                } else {
                    scene.path(points, Stroke::new(colours.axis, width));
                }
            }
        }
    }
}
