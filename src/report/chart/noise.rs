//! How noise within units goes with itself over time.

use super::axis::{Scale, below, range, room_beside, upright};
use super::numbers::{Unit, decimals_for, number, percent};
use super::page::{Page, Sign, source};
use super::scene::{Point, Scene, Stroke};
use super::style::ChartStyle;
use super::words::decimals;
use super::{Chart, Figure, needs};
use crate::error::Result;
use crate::regress::{Noise, NoiseModel};

impl Chart {
    /// The semivariogram of the residuals within units by lag, and the autocovariances of noise that a model makes of it.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) where no two rows of a unit were compared.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::NoiseModel;
    /// use apportion::report::chart::Chart;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("practice", [Term::UnitEffects]).fit(&panel)?;
    /// let chart = Chart::noise(&fit.noise(NoiseModel::default())?, "cpp_rate")?;
    /// assert!(chart.to_svg().contains("periods apart"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn noise(noise: &Noise, outcome: &str) -> Result<Self> {
        if noise.semivariogram.iter().all(Option::is_none) {
            return needs("noise", "without a semivariogram", "it takes units with rows in several periods");
        }
        Ok(Chart::new(Lags { noise: noise.clone(), outcome: outcome.to_owned() }))
    }
}

#[derive(Debug)]
struct Lags {
    noise: Noise,
    outcome: String,
}

impl Figure for Lags {
    fn lay_out(&self, style: &ChartStyle) -> Scene {
        let (colours, of) = (style.colours(), &self.noise);
        let outcome = style.named(&self.outcome);
        let model = match of.model {
            NoiseModel::Persistent { from_lag: Some(lag) } => {
                format!("what rows {lag} periods apart and more share persists")
            }
            NoiseModel::Persistent { from_lag: None } => "what rows far apart share persists".to_owned(),
            NoiseModel::Independent => "noise in one period says nothing of another's".to_owned(),
            NoiseModel::Ar1 => "noise fades by the same factor from each period to the next".to_owned(),
        };
        let mut page =
            Page::new(style, &format!("How noise in {outcome} fades within units"), &format!("The model: {model}"));
        let bars = colours.high.towards(colours.background, 0.35);
        page.keys(&[
            (Sign::Dot(colours.mark), "semivariogram: half the mean squared difference of two rows".to_owned()),
            (Sign::Swatch(bars), "autocovariance of noise, by the model".to_owned()),
            (Sign::Dashes(colours.axis), "variance of noise".to_owned()),
        ]);
        page.heading(&format!("squared points of {outcome}"));
        let (top, bottom) = (page.y, page.y + style.plot_height());
        let values = of.semivariogram.iter().flatten().chain(&of.autocovariances).copied();
        let y = range(style, values, [], true).between(bottom, top);
        let left = page.left + room_beside(style, &y, Unit::Plain);
        let right = page.right - 8.0;
        upright(&mut page.scene, style, &y, Unit::Plain, (left, right));
        let lags = of.semivariogram.len().max(of.autocovariances.len().saturating_sub(1));
        let x = Scale { low: -0.5, high: lags as f64 + 0.5, from: left, to: right };
        page.y = below(&mut page.scene, style, &x, Unit::Whole, bottom, "periods apart");

        let half = (0.16 * (x.to - x.from) / (lags as f64 + 1.0)).min(12.0);
        for (lag, &value) in of.autocovariances.iter().enumerate() {
            let middle = x.at(lag as f64);
            page.scene.rect((middle - half, y.within(0.0)), (middle + half, y.within(value)), bars);
        }
        if let Some(variance) = of.autocovariances.first().filter(|variance| y.has(**variance)) {
            page.scene.dashes((left, y.at(*variance)), (right, y.at(*variance)), Stroke::new(colours.axis, 1.25));
        }
        let point = |(at, value): (usize, &Option<f64>)| value.map(|value| (x.at(at as f64 + 1.0), y.within(value)));
        let points: Vec<Option<Point>> = of.semivariogram.iter().enumerate().map(point).collect();
        for run in points.split(Option::is_none) {
            page.scene.path(run.iter().flatten().copied().collect(), Stroke::new(colours.mark, 1.5));
        }
        // A point is as large as the number of pairs behind it.
        let most = of.pairs.iter().max().copied().unwrap_or(1).max(1) as f64;
        for (at, point) in points.iter().enumerate() {
            if let Some(point) = point {
                let pairs = of.pairs.get(at).copied().unwrap_or(0) as f64;
                page.scene.disc(*point, (6.0 * (pairs / most).sqrt()).max(2.5), colours.mark);
            }
        }
        page.note("Points are as large as the number of pairs of rows behind them.");
        let of_total = percent(of.share_of_total, decimals(style));
        page.note(&format!("In the means of units noise is {of_total} of the total variation."));
        let digits = decimals_for(of.semivariogram.iter().flatten().copied());
        let list =
            |values: Vec<f64>| values.into_iter().map(|value| number(value, digits)).collect::<Vec<_>>().join(", ");
        let description = format!(
            "The semivariogram of residuals of {outcome} within units, from one period apart: {}. Autocovariances of noise from none \
             apart: {}. {model}.",
            list(of.semivariogram.iter().flatten().copied().collect()),
            list(of.autocovariances.clone())
        );
        page.finish(&source(None, &self.outcome, None), description)
    }
}
