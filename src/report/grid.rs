//! How do names, numbers and bars share a line?
//!
//! Numbers get the room they need, names what they need of the rest, bars what is left; a name that needs more stands
//! above its row. It knows nothing of shares.

use super::text::{WIDTH, beside, flush_right, padded, width};

/// Space between columns.
const GAP: usize = 2;
const LEAST_NAME: usize = "component".len();
/// Names beyond this length do not keep columns from standing beside them.
const LONG_NAME: usize = 24;
/// The least and the most that a bar is given; below [`NO_BAR`] it says nothing.
const LEAST_BAR: usize = 12;
const MOST_BAR: usize = 40;
const NO_BAR: usize = 4;

/// A column of numbers under a heading of two lines, aligned to the right.
pub(super) struct Column {
    pub(super) heading: [String; 2],
    pub(super) cells: Vec<String>,
}

impl Column {
    pub(super) fn new(heading: [&str; 2], cells: impl Iterator<Item = String>) -> Self {
        Column { heading: heading.map(str::to_string), cells: cells.collect() }
    }

    fn lines(&self) -> impl Iterator<Item = &String> {
        self.heading.iter().chain(&self.cells)
    }

    fn width(&self) -> usize {
        self.lines().map(|line| width(line)).max().unwrap_or(0)
    }
}

/// Whether these columns leave room for names of reasonable length and a bar.
pub(super) fn have_room(names: &[&str], columns: &[&Column]) -> bool {
    let longest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    taken(columns) + longest.clamp(LEAST_NAME, LONG_NAME) + GAP + LEAST_BAR <= WIDTH
}

/// The lines of a table. `bars` draws the headings' and the rows' bars for a width.
pub(super) fn lines(
    names: &[&str],
    left: &[Column],
    bars: impl Fn(usize) -> Vec<String>,
    right: &[Column],
) -> Vec<String> {
    let taken = taken(&left.iter().chain(right).collect::<Vec<_>>());
    // Where no bar is drawn, names have its room.
    let least_bar = if bars(LEAST_BAR).is_empty() { 0 } else { GAP + LEAST_BAR };
    let most = WIDTH.saturating_sub(taken + least_bar).max(LEAST_NAME);
    let beside_cells = names.iter().map(|name| width(name)).filter(|width| *width <= most);
    let name_width = beside_cells.max().unwrap_or(0).max(LEAST_NAME);
    let bar_width = WIDTH.saturating_sub(taken + name_width + GAP).min(MOST_BAR);
    let bars = if bar_width < NO_BAR { Vec::new() } else { bars(bar_width) };

    let headed = ["", "component"].iter().chain(names);
    let (above, mut lines): (Vec<_>, Vec<_>) = headed.map(|name| beside(name, name_width)).unzip();
    append(&mut lines, left);
    if !bars.is_empty() {
        let bars = bars.iter().map(|bar| padded(bar, bar_width));
        lines.iter_mut().zip(bars).for_each(|(line, bar)| line.push_str(&format!("{:GAP$}{bar}", "")));
    }
    append(&mut lines, right);
    let rows = above.into_iter().zip(lines);
    rows.flat_map(|(above, line)| above.into_iter().chain([line.trim_end().to_string()])).collect()
}

/// The lines of a table without bars, under a heading of one line that leaves the names without one.
pub(super) fn list(names: &[&str], columns: &[Column]) -> Vec<String> {
    let mut lines = lines(names, columns, |_| Vec::new(), &[]).split_off(1);
    if let Some(heading) = lines.first_mut() {
        *heading = heading.replacen("component", "         ", 1);
    }
    lines
}

fn append(lines: &mut [String], columns: &[Column]) {
    for column in columns {
        let room = GAP + column.width();
        lines.iter_mut().zip(column.lines()).for_each(|(line, cell)| line.push_str(&flush_right(cell, room)));
    }
}

fn taken(columns: &[&Column]) -> usize {
    columns.iter().map(|column| GAP + column.width()).sum()
}
