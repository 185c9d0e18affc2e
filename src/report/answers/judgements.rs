//! Judgements: how they move, and what told of them beforehand.

use super::variation::{trend_cells, trend_in_words, with_trend};
use super::{level_heading, row};
use crate::findings::{EarlyWarning, JudgementLevel, JudgementsOverTime, LevelCount, Ranking};
use crate::report::answer::Answer;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::{counted, level, percent};
use crate::report::words::{per_cent, per_cents, was_or_were};

impl Answer for JudgementsOverTime {
    fn kind(&self) -> &'static str {
        "judgements_over_time"
    }

    fn tables(&self) -> Tables {
        let levels = Table::new("levels", "units at each level")
            .column("level", "level", Format::Text)
            .column("period", "period", Format::Whole)
            .column("units", "units", Format::Whole)
            .column("part", "part, %", Format::Percent)
            .range(["lower", "upper"], level_heading(self.level), Format::Percent)
            .rows(self.levels.iter().flat_map(|of| {
                of.counts.iter().map(|count| {
                    let ends = count.lower.zip(count.upper).map(|(lower, upper)| [lower, upper]);
                    row([
                        Cell::from(&of.level),
                        count.period.into(),
                        count.units.into(),
                        count.part.into(),
                        ends.into(),
                    ])
                })
            }));
        let trends =
            Table::new("trends", "trends of the parts, in percentage points").column("level", "level", Format::Text);
        let trends = with_trend(trends, self.level, Format::Percent).rows(
            self.levels.iter().map(|of| row([Cell::from(&of.level)].into_iter().chain(trend_cells(of.trend.as_ref())))),
        );
        let names: Vec<&str> = self.levels.iter().map(|of| of.level.as_str()).collect();
        let all = &self.all_moves;
        let caption = format!("moves between successive periods, {} to {}", all.from, all.to);
        let moves = Table::new("moves", caption)
            .column("from_level", "from", Format::Text)
            .column("to_level", "to", Format::Text)
            .column("moves", "units", Format::Whole)
            .rows(names.iter().zip(&all.table).flat_map(|(from, counts)| {
                names.iter().zip(counts).map(|(to, n)| row([Cell::from(*from), Cell::from(*to), Cell::from(*n)]))
            }));
        Tables::new(format!("{} over time", self.judgement), [levels, trends.without_empty_columns(), moves])
            .about(self.panel.clone())
    }

    fn sentences(&self) -> Vec<String> {
        let judged = |count: &LevelCount, of: &str| match count.part {
            Some(part) => format!("{} ({}{of}) in {}", counted(count.units, "unit"), per_cent(part), count.period),
            None => format!("no unit was judged in {}", count.period),
        };
        let told = |of: &JudgementLevel| {
            let (first, last) = of.counts.first().zip(of.counts.last())?;
            let trend = of.trend.as_ref().map(|trend| {
                let trend = trend_in_words(trend, self.level, " points", percent);
                format!("; over all periods the part {trend}")
            });
            let (first, last) = (judged(first, " of those judged"), judged(last, ""));
            Some(format!("{}: {first} and {last}{}.", of.level, trend.unwrap_or_default()))
        };
        let mut said: Vec<String> = self.levels.iter().filter_map(told).collect();
        said.push(match self.all_moves.up_and_down() {
            (0, 0) => "No unit moved from one level to another between successive periods.".to_string(),
            (up, down) => {
                format!("Of all moves from one period to the next {up} {} up and {down} down.", was_or_were(up))
            }
        });
        said
    }
}

impl Answer for EarlyWarning {
    fn kind(&self) -> &'static str {
        "early_warning"
    }

    fn tables(&self) -> Tables {
        let heading = level_heading(self.level);
        let rankings = Table::new("rankings", "how well each ranks units that are judged so before others")
            .column("measure", "measure", Format::Text)
            .column("area", "area", Format::Significant)
            .column("std_error", "std. error", Format::Significant)
            .range(["lower", "upper"], heading.as_str(), Format::Significant)
            .column("somers_d", "Somers' D", Format::Significant)
            .range(["somers_d_lower", "somers_d_upper"], heading.as_str(), Format::Significant)
            .column("weight", "weight", Format::Significant)
            .rows([&self.score].into_iter().chain(&self.measures).map(|ranking: &Ranking| {
                row([
                    Cell::from(&ranking.measure),
                    ranking.area.into(),
                    ranking.std_error.into(),
                    [ranking.lower, ranking.upper].into(),
                    ranking.somers_d.into(),
                    [ranking.somers_d_lower, ranking.somers_d_upper].into(),
                    ranking.weight.into(),
                ])
            }));
        let fifths = Table::new("fifths", "fifths of the score, 1 the lowest")
            .column("fifth", "fifth", Format::Whole)
            .range(["least", "greatest"], "score", Format::Significant)
            .column("judgements", "judgements", Format::Whole)
            .column("bad", self.bad.join(" or "), Format::Whole)
            .column("part", "part, %", Format::Percent)
            .range(["lower", "upper"], heading, Format::Percent)
            .column("forecast", "forecast, %", Format::Percent)
            .rows(self.score.fifths.iter().map(|fifth| {
                row([
                    fifth.fifth.into(),
                    [fifth.least, fifth.greatest].into(),
                    fifth.judgements.into(),
                    fifth.bad.into(),
                    fifth.part.into(),
                    [fifth.lower, fifth.upper].into(),
                    fifth.forecast.into(),
                ])
            }));
        let named = Table::new("named", "the highest fifth of the score")
            .column("unit", "unit", Format::Text)
            .column("label", "name", Format::Text)
            .column("measured", "measured", Format::Whole)
            .column("judged", "judged", Format::Whole)
            .column("score", "score, %", Format::Percent)
            .column("judgement", "judgement", Format::Text)
            .column("is_bad", self.bad.join(" or "), Format::Text)
            .rows(self.named.iter().map(|of| {
                row([
                    Cell::from(&of.unit),
                    Cell::from(of.label.as_ref()),
                    of.measured.into(),
                    of.judged.into(),
                    of.score.into(),
                    Cell::from(&of.judgement),
                    of.is_bad.into(),
                ])
            }));
        let judged = |what: &str, of: &crate::findings::JudgedPeriods| {
            let judgements = counted(of.judgements, "judgement");
            format!(
                "{what} on {} to {}: {judgements} of {}, {} of them {}",
                of.from,
                of.to,
                counted(of.units, "unit"),
                of.bad,
                self.bad.join(" or ")
            )
        };
        let (bad, periods) = (self.bad.join(" or "), counted(self.lag as usize, "period"));
        let title = format!("{} {bad}, by what was measured {periods} before", self.judgement);
        Tables::new(
            title,
            [rankings.without_empty_columns(), fifths.without_empty_columns(), named.without_empty_columns()],
        )
        .about([judged("score fitted", &self.fitted), judged("evaluated", &self.evaluated)])
        .about(self.panel.clone())
        .notes(
            self.left_out
                .iter()
                .map(|left| format!("left out: {} {}", counted(left.judgements, "judgement"), left.reason)),
        )
        .notes(super::warned(&self.warnings))
    }

    fn sentences(&self) -> Vec<String> {
        let bad = self.bad.join(" or ");
        let pairs = |ranking: &Ranking, of: &str| {
            let ends = per_cents(ranking.lower, ranking.upper);
            format!("{} of pairs ({} interval{of} {ends})", per_cent(ranking.area), level(self.level))
        };
        let mut said = vec![format!(
            "Of two units of which one is then judged {bad}, the score, fitted on judgements until {} and asked of later ones, \
             ranks that one higher in {}; by chance it would be half. {}",
            self.fitted.to,
            pairs(&self.score, " of scores fitted like it"),
            against_chance(&self.score)
        )];
        let away = |ranking: &&Ranking| (ranking.area - 0.5).abs();
        let best = self.measures.iter().max_by(|a, b| away(a).total_cmp(&away(b)));
        // A score of one measure is that measure, or its opposite.
        if let Some(best) = best.filter(|_| self.measures.len() > 1) {
            said.push(format!(
                "Of {} measures by themselves {} tells most, and is picked for that: {}. {}",
                self.measures.len(),
                best.measure,
                pairs(best, ""),
                against_chance(best)
            ));
        }
        let (found, all) = (self.named.iter().filter(|named| named.is_bad).count(), self.evaluated.bad);
        let (judgements, were) = (counted(self.named.len(), "judgement"), was_or_were(found));
        said.push(format!(
            "Of {judgements} in the highest fifth of the score, which it would have named before, {found} {were} {bad}; {}.",
            match all.saturating_sub(found) {
                0 => format!("no other was {bad}"),
                missed => format!("of {all} that were {bad}, {missed} would not have been named"),
            }
        ));
        said.push("What goes before a judgement need not be what it is for.".to_string());
        said
    }
}

/// Whether a ranking tells more than chance.
fn against_chance(ranking: &Ranking) -> &'static str {
    match (ranking.lower > 0.5, ranking.upper < 0.5) {
        _ if ranking.std_error == 0.0 => "Leaving units out says nothing of chance here.",
        (true, _) => "That is more than chance gives.",
        (_, true) => "That is less than chance gives: low values are the warning.",
        _ => "That is no more than chance may give.",
    }
}
