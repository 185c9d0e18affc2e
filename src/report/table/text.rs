//! A table as text of a stated width.

use super::{Glyphs, Shown, Table};
use crate::report::text::{flush_right, lines_of, padded, width};

/// Space between columns.
const GAP: usize = 2;
/// The most that texts after the first columns take before they are broken into lines.
const MOST_TEXT: usize = 40;

/// The lines of one row: of each cell as many as it needs.
type Lines = Vec<Vec<String>>;

impl Table {
    /// The lines of text, none wider than `room`: texts are broken into lines where they must be, and columns that do not fit
    /// beside one another follow below, under the first columns again.
    pub(in crate::report) fn text_lines(&self, shown: &Shown, glyphs: Glyphs, room: usize) -> Vec<String> {
        let cells: Vec<Vec<String>> = self.cells(shown);
        let cells: Vec<Vec<String>> =
            cells.iter().map(|row| row.iter().map(|cell| glyphs.text(cell)).collect()).collect();
        let headings: Vec<String> = self.columns.iter().map(|column| glyphs.text(&column.heading)).collect();
        let widths = self.widths(&headings, &cells, room);
        let mut lines = Vec::new();
        for block in blocks(&widths, self.n_keys(), room) {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            let row = |cells: &[String]| {
                let own: Lines =
                    block.iter().map(|at| wrapped_in(cells.get(*at).map_or("", |c| c), widths[*at])).collect();
                self.row_lines(&block, &own, &widths)
            };
            let rule: usize = block.iter().map(|at| widths[*at] + GAP).sum();
            let rule = glyphs.rule().repeat(rule.saturating_sub(GAP));
            // Headings stand on the rule.
            let heads: Lines = block.iter().map(|at| wrapped_in(&headings[*at], widths[*at])).collect();
            let tallest = heads.iter().map(Vec::len).max().unwrap_or(0);
            let heads: Lines = heads
                .into_iter()
                .map(|own| std::iter::repeat_n(String::new(), tallest - own.len()).chain(own).collect())
                .collect();
            lines.extend(self.row_lines(&block, &heads, &widths));
            lines.push(rule.clone());
            for (at, cells) in cells.iter().enumerate() {
                if at > 0 && at == self.first_closing() {
                    lines.push(rule.clone());
                }
                lines.extend(row(cells));
            }
        }
        lines
    }

    /// How many columns identify a row: the texts it begins with, two at most.
    fn n_keys(&self) -> usize {
        self.columns.iter().take_while(|column| column.is_text()).count().clamp(1, 2)
    }

    /// The room of each column: numbers what they need, texts less where not all fit beside one another.
    fn widths(&self, headings: &[String], cells: &[Vec<String>], room: usize) -> Vec<usize> {
        let widest = |at: usize| cells.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0);
        let widths_under = |heading_width: fn(&str) -> usize| -> Vec<usize> {
            let width = |at: usize| {
                let most = if at >= self.n_keys() && self.columns[at].is_text() { MOST_TEXT } else { room };
                widest(at).max(heading_width(&headings[at])).min(most).min(room)
            };
            (0..self.columns.len()).map(width).collect()
        };
        let taken = |widths: &[usize]| widths.iter().map(|width| width + GAP).sum::<usize>().saturating_sub(GAP);
        // Headings of two lines read better than narrow ones of four, where there is room.
        let mut widths = widths_under(in_two_lines);
        if taken(&widths) > room {
            widths = widths_under(longest_word);
        }
        // Names that are much longer than others would leave no room for numbers.
        let least = (room / 5).clamp(6, 24);
        while taken(&widths) > room {
            let texts = (0..widths.len()).filter(|at| self.columns[*at].is_text() && widths[*at] > least);
            let Some(longest) = texts.max_by_key(|at| (widths[*at], *at)) else { break };
            widths[longest] -= 1;
        }
        widths
    }

    fn row_lines(&self, block: &[usize], cells: &Lines, widths: &[usize]) -> Vec<String> {
        let tallest = cells.iter().map(Vec::len).max().unwrap_or(0);
        let line = |at: usize| {
            let parts = block.iter().zip(cells).map(|(column, lines)| {
                let text = lines.get(at).map_or("", String::as_str);
                if self.columns[*column].is_text() {
                    padded(text, widths[*column])
                } else {
                    flush_right(text, widths[*column])
                }
            });
            parts.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_string()
        };
        (0..tallest.max(1)).map(line).collect()
    }
}

fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(width).max().unwrap_or(0)
}

/// The least room in which a heading takes two lines.
fn in_two_lines(text: &str) -> usize {
    (longest_word(text)..=width(text)).find(|room| wrapped_in(text, *room).len() <= 2).unwrap_or(0)
}

/// Which columns stand beside one another: all of them, or as many as there is room for, the first ones in every block.
fn blocks(widths: &[usize], n_keys: usize, room: usize) -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..widths.len()).collect();
    let taken = |columns: &[usize]| columns.iter().map(|at| widths[*at] + GAP).sum::<usize>().saturating_sub(GAP);
    if taken(&all) <= room {
        return vec![all];
    }
    let keys: Vec<usize> = (0..n_keys.min(widths.len())).collect();
    let mut blocks = vec![keys.clone()];
    for at in keys.len()..widths.len() {
        let Some(last) = blocks.last_mut() else { break };
        last.push(at);
        if last.len() > keys.len() + 1 && taken(last) > room {
            last.pop();
            blocks.push(keys.iter().copied().chain([at]).collect());
        }
    }
    blocks
}

/// A text in lines of at most so many columns, broken at spaces where there are any; one empty line for none.
pub(in crate::report) fn wrapped_in(text: &str, room: usize) -> Vec<String> {
    lines_of(text, room, "", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::{Cell, Format};

    fn table(names: &[&str], numbers: usize) -> Table {
        let mut table = Table::new("t", "t").column("name", "name", Format::Text);
        for at in 0..numbers {
            table = table.column("n", format!("number {at}"), Format::Percent);
        }
        let cells =
            |name: &&str| [Cell::from(*name)].into_iter().chain((0..numbers).map(|at| Cell::from(at as f64 / 7.0)));
        table.rows = names.iter().map(|name| cells(name).collect()).collect();
        table
    }

    fn lines(table: &Table, glyphs: Glyphs, room: usize) -> Vec<String> {
        let lines = table.text_lines(&Shown::default(), glyphs, room);
        assert!(lines.iter().all(|line| width(line) <= room), "{lines:#?}");
        lines
    }

    #[test]
    fn a_table_is_as_narrow_as_its_cells() {
        let of = table(&["a", "longer"], 2).closing(1);
        let expected = ["        number  number", "name         0       1", "──────────────────────"];
        let text = lines(&of, Glyphs::Unicode, 80);
        assert_eq!(text[..3], expected);
        assert_eq!(text[3..], ["a          0.0    14.3", "──────────────────────", "longer     0.0    14.3"]);
        assert!(lines(&of, Glyphs::Ascii, 80).iter().all(|line| line.is_ascii()));
    }

    #[test]
    fn columns_without_room_follow_below_and_long_names_are_broken() {
        let long = "an authority of a name that is longer than any line of a terminal has room for, and then some more";
        for room in [40, 60, 80, 120] {
            let text = lines(&table(&[long, "東京都東京都東京都東京都東京都東京都東京都"], 13), Glyphs::Unicode, room);
            let numbers = text.iter().flat_map(|line| line.split_whitespace()).filter(|word| word.contains('.'));
            assert_eq!(numbers.count(), 2 * 13, "{text:#?}");
            assert!(text.concat().matches("authority").count() >= 1);
        }
    }

    #[test]
    fn words_are_broken_only_where_they_must_be() {
        assert_eq!(wrapped_in("a  bc\nd", 4), ["a bc", "d"]);
        assert_eq!(wrapped_in("abcdef gh", 4), ["abcd", "ef", "gh"]);
        assert_eq!(wrapped_in("", 4), [""]);
        assert_eq!(wrapped_in("東京", 1), ["東", "京"]);
    }
}
