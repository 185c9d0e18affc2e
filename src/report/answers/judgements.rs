//! Judgements: how they move, and what told of them beforehand.

use super::variation::{trend_cells, trend_in_words, with_trend};
use super::{level_heading, row};
use crate::findings::{EarlyWarning, JudgementsOverTime, Ranking};
use crate::report::answer::Answer;
use crate::report::table::{Cell, Format, Table};
use crate::report::tables::Tables;
use crate::report::text::{counted, level, percent};
use crate::report::words::{per_cent, per_cents};

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
        let told = |of: &crate::findings::JudgementLevel| {
            let ends = of.counts.first().zip(of.counts.last());
            let ends = ends.and_then(|(first, last)| {
                let (a, b) = (per_cent(first.part?), per_cent(last.part?));
                Some(format!(" is {a} in {} and {b} in {}", first.period, last.period))
            })?;
            let trend = of
                .trend
                .as_ref()
                .map(|trend| format!(", and {}", trend_in_words(trend, self.level, " points", percent)));
            Some(format!("The part of units judged {}{ends}{}.", of.level, trend.unwrap_or_default()))
        };
        let said: Vec<String> = self.levels.iter().filter_map(told).collect();
        if said.is_empty() {
            vec![format!("No unit has a {} in the first and the last period.", self.judgement)]
        } else {
            said
        }
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
        let score = &self.score;
        let ends = format!("{} interval {}", level(self.level), per_cents(score.lower, score.upper));
        let mut said = vec![format!(
            "Of two units of which one is then judged {bad}, the score, fitted on earlier years only, ranks that one higher in \
             {} of pairs ({ends}); by chance it would be half.",
            per_cent(score.area)
        )];
        if score.upper < 0.5 {
            said.push("It ranks worse than chance.".to_string());
        } else if score.lower <= 0.5 {
            said.push("This may be chance.".to_string());
        }
        let found = self.named.iter().filter(|named| named.is_bad).count();
        let (judgements, were) = (counted(self.named.len(), "judgement"), if found == 1 { "was" } else { "were" });
        let most = if 2 * found > self.named.len() { "" } else { ": most that would have been named were not" };
        said.push(format!("Of {judgements} in the highest fifth {found} {were} judged {bad}{most}."));
        said
    }
}
