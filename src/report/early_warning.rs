//! An early warning as text and CSV: how well each measure ranks, and whom the score would have named.

use std::fmt;

use super::aligned::{Line, aligned};
use super::text::{counted, cut, level, percent, wrapped};
use super::units::csv;
use crate::findings::{EarlyWarning, JudgedPeriods, NamedUnit, Ranking};

/// Units that are printed.
const MOST_SHOWN: usize = 20;
const NAME: usize = 24;

fn decimals(value: f64) -> String {
    format!("{value:.3}").replace("-0.000", "0.000")
}

/// Which judgements, in a line.
fn judged(of: &JudgedPeriods, bad: &str) -> String {
    let years = if of.from == of.to { of.from.to_string() } else { format!("{} to {}", of.from, of.to) };
    let judgements = counted(of.judgements, "judgement");
    format!("{years}: {judgements} of {}, {} of them {bad}", counted(of.units, "unit"), of.bad)
}

impl fmt::Display for EarlyWarning {
    /// Within 80 columns: what the score was fitted and evaluated on, areas and Somers' D with intervals, calibration by
    /// fifths, and the twenty units with the highest scores.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(MOST_SHOWN))
    }
}

impl EarlyWarning {
    /// The same with as many named units; `usize::MAX` for all of them.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::{EarlyWarningAnalysis, JudgementScale};
    /// use apportion::Panel;
    ///
    /// let words = ["Inadequate", "Requires improvement", "Good", "Outstanding"];
    /// let scale = JudgementScale::new("ofsted_overall", words)?.beside("Adequate", "Requires improvement")?;
    /// let asked = EarlyWarningAnalysis::new(scale, ["Inadequate"]).dated_by("ofsted_date");
    /// let warning = asked.measures(["vacancy_rate", "agency_rate"]).of(&Panel::england()?, 2020)?;
    /// assert!(warning.to_text(3).contains("more)") && !warning.to_text(usize::MAX).contains("more)"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_text(&self, most: usize) -> String {
        let (bad, periods) = (self.bad.join(" or "), counted(self.lag as usize, "period"));
        let mut lines = wrapped(&format!("{} {bad}, by what was measured {periods} before", self.judgement));
        lines.extend(self.panel.iter().flat_map(|panel| wrapped(panel)));
        lines.extend(wrapped(&format!("score fitted on {}", judged(&self.fitted, &bad))));
        lines.extend(wrapped(&format!("evaluated on {}, none of them seen before", judged(&self.evaluated, &bad))));
        lines.push(String::new());
        let at = level(self.level);
        let heads = ["area", &at, "Somers' D", &at, "weight"].map(str::to_string).to_vec();
        let mut table = vec![Line::new("", heads)];
        table.extend([&self.score].into_iter().chain(&self.measures).map(|ranking| {
            let ends = |lower, upper| format!("{} to {}", decimals(lower), decimals(upper));
            let Ranking { area, lower, upper, somers_d, somers_d_lower, somers_d_upper, weight, .. } = ranking;
            let cells = vec![
                decimals(*area),
                ends(*lower, *upper),
                decimals(*somers_d),
                ends(*somers_d_lower, *somers_d_upper),
                weight.map_or_else(String::new, decimals),
            ];
            Line::new(cut(&ranking.measure, NAME), cells)
        }));
        lines.extend(aligned(&table));
        let [lower, upper] = [self.area_as_fitted.lower, self.area_as_fitted.upper].map(decimals);
        let given = "The interval of the score holds the chance in its weights; of the score as it is fitted";
        lines.extend(wrapped(&format!("{given} it is {lower} to {upper}.")));
        lines.push(String::new());
        let heads = ["judgements", &bad, "%", &at, "forecast, %"].map(|head| cut(head, NAME)).to_vec();
        let mut table = vec![Line::new("fifths of the score", heads)];
        table.extend(self.score.fifths.iter().map(|fifth| {
            let name = match fifth.fifth {
                1 => "lowest".to_string(),
                5 => "highest".to_string(),
                other => other.to_string(),
            };
            let cells = vec![
                fifth.judgements.to_string(),
                fifth.bad.to_string(),
                percent(fifth.part),
                format!("{} to {}", percent(fifth.lower), percent(fifth.upper)),
                fifth.forecast.map_or_else(String::new, percent),
            ];
            Line::new(name, cells)
        }));
        lines.extend(aligned(&table));
        lines.push(String::new());
        let heads = ["measured", "judged", "score, %", "judgement"].map(str::to_string).to_vec();
        let mut table = vec![Line::new("named: the highest fifth", heads)];
        table.extend(self.named.iter().take(most).map(|named| {
            let NamedUnit { unit, label, measured, judged, score, judgement, is_bad } = named;
            let name = label.as_ref().map_or_else(|| unit.clone(), |label| format!("{unit} {label}"));
            let star = if *is_bad { "*" } else { " " };
            let judgement = format!("{}{star}", cut(judgement, NAME));
            Line::new(cut(&name, NAME), vec![measured.to_string(), judged.to_string(), percent(*score), judgement])
        }));
        let more = self.named.len().saturating_sub(most);
        if more > 0 {
            table.push(Line::new(format!("({more} more)"), Vec::new()));
        }
        lines.extend(aligned(&table));
        for left in &self.left_out {
            lines.extend(wrapped(&format!("left out: {} {}", counted(left.judgements, "judgement"), left.reason)));
        }
        lines.extend(self.warnings.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        lines.join("\n")
    }

    /// The score and every measure by fifths as CSV, a line for each fifth, with the area it is part of; numbers in full.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::{EarlyWarningAnalysis, JudgementScale};
    /// use apportion::Panel;
    ///
    /// let words = ["Inadequate", "Requires improvement", "Good", "Outstanding"];
    /// let scale = JudgementScale::new("ofsted_overall", words)?.beside("Adequate", "Requires improvement")?;
    /// let asked = EarlyWarningAnalysis::new(scale, ["Inadequate"]).dated_by("ofsted_date");
    /// let warning = asked.measures(["vacancy_rate"]).of(&Panel::england()?, 2020)?;
    /// let csv = warning.to_csv();
    /// assert!(csv.starts_with("measure,area,std_error,lower,upper,somers_d,weight,fifth,least,greatest,"));
    /// assert_eq!(csv.lines().count(), 1 + 2 * 5);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let head = [
            "measure",
            "area",
            "std_error",
            "lower",
            "upper",
            "somers_d",
            "weight",
            "fifth",
            "least",
            "greatest",
            "judgements",
            "bad",
            "part",
            "part_lower",
            "part_upper",
            "forecast",
        ];
        let of = |ranking: &Ranking| {
            let or_empty = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
            let mut own = vec![ranking.measure.clone()];
            let Ranking { area, std_error, lower, upper, somers_d, weight, .. } = *ranking;
            own.extend([area, std_error, lower, upper, somers_d].map(|number| number.to_string()));
            own.push(or_empty(weight));
            let line = |fifth: &crate::findings::Fifth| {
                let mut cells = own.clone();
                cells.extend([fifth.fifth.to_string(), fifth.least.to_string(), fifth.greatest.to_string()]);
                cells.extend([fifth.judgements.to_string(), fifth.bad.to_string()]);
                cells.extend([fifth.part, fifth.lower, fifth.upper].map(|number| number.to_string()));
                cells.push(or_empty(fifth.forecast));
                cells
            };
            ranking.fifths.iter().map(line).collect::<Vec<_>>()
        };
        csv(head.map(str::to_string).to_vec(), [&self.score].into_iter().chain(&self.measures).flat_map(of))
    }
}
