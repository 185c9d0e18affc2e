//! When did an area exist, and with which others does it make up the same ground?

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use crate::panel::reorganisations::{Area, Reorganisation, ReorganisationKind, Reorganisations};

/// When an area existed: from the first day on, until the day before the last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Life {
    begin: Option<String>,
    end: Option<String>,
}

impl Life {
    /// Whether the area existed on a day. Dates are compared as text, year first.
    pub(super) fn holds(&self, day: &str) -> bool {
        self.begin.as_deref().is_none_or(|begin| begin <= day) && self.end.as_deref().is_none_or(|end| day < end)
    }
}

impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.begin, &self.end) {
            (Some(begin), Some(end)) => write!(f, "existed from {begin} until before {end}"),
            (Some(begin), None) => write!(f, "begins on {begin}"),
            (None, Some(end)) => write!(f, "ended before {end}"),
            (None, None) => f.write_str("always existed"),
        }
    }
}

/// One area under all its numbers and codes.
#[derive(Debug, Default)]
struct Node {
    /// The latest code.
    code: String,
    number: String,
    name: String,
    life: Life,
    /// The day of its latest code.
    recoded: Option<String>,
    /// Whether its unit in the panel is a code.
    by_code: bool,
    in_panel: bool,
}

/// The areas of a table as far as they concern a panel.
pub(super) struct Areas {
    nodes: Vec<Node>,
    by_id: HashMap<String, usize>,
    /// The first of the areas that make up the same ground as each.
    root: Vec<usize>,
    /// Why areas do not add up exactly, by root.
    boundary: BTreeMap<usize, BTreeSet<String>>,
    touched: BTreeSet<usize>,
    /// The areas that a combining event ended, and those that one began.
    ended: BTreeSet<usize>,
    begun: BTreeSet<usize>,
    /// The events that matter to the panel, by date.
    events: Vec<Reorganisation>,
}

impl Areas {
    /// The areas of a table; events that none of the periods, by the days on which they end, stand on both sides of change
    /// nothing within the panel and combine nothing.
    pub(super) fn new(table: &Reorganisations, units: &[String], ends: &[String], unite: bool) -> Self {
        let mut events: Vec<&Reorganisation> = table.events().iter().collect();
        events.sort_by(|a, b| a.effective.cmp(&b.effective));
        let mut areas = Areas {
            nodes: Vec::new(),
            by_id: HashMap::new(),
            root: Vec::new(),
            boundary: BTreeMap::new(),
            touched: BTreeSet::new(),
            ended: BTreeSet::new(),
            begun: BTreeSet::new(),
            events: Vec::new(),
        };
        let mut changes: Vec<(&Reorganisation, usize, usize)> = Vec::with_capacity(events.len());
        for event in &events {
            let from = areas.node([&event.from.number, &event.from.code], &event.from.name);
            // The same area under another code is the same node.
            let to = match event.kind {
                ReorganisationKind::Recode => areas.add_ids(from, [&event.to.number, &event.to.code]),
                _ => areas.node([&event.to.number, &event.to.code], &event.to.name),
            };
            if event.kind == ReorganisationKind::Recode {
                areas.nodes[from].recoded = Some(event.effective.clone());
            }
            changes.push((event, from, to));
        }
        // An area that takes in or gives away another, and goes on, is its own successor.
        let goes_on: HashSet<(usize, &str)> = changes
            .iter()
            .filter(|(_, from, to)| from == to)
            .map(|(e, node, _)| (*node, e.effective.as_str()))
            .collect();
        for (event, from, to) in &changes {
            if matches!(event.kind, ReorganisationKind::Merge | ReorganisationKind::Split) {
                if !goes_on.contains(&(*from, event.effective.as_str())) {
                    areas.nodes[*from].life.end = Some(event.effective.clone());
                }
                if !goes_on.contains(&(*to, event.effective.as_str())) {
                    areas.nodes[*to].life.begin = Some(event.effective.clone());
                }
            }
        }
        for unit in units {
            if let Some(&node) = areas.by_id.get(unit) {
                let node = &mut areas.nodes[node];
                node.in_panel = true;
                node.by_code |= *unit != node.number;
            }
        }
        areas.root = (0..areas.nodes.len()).collect();
        let is_old_unit = |area: &Area| {
            let is_there = |id: &String| !id.is_empty() && units.contains(id);
            is_there(&area.code) || is_there(&area.number)
        };
        let mut moved = Vec::new();
        for (event, from, to) in changes {
            if event.kind == ReorganisationKind::Recode {
                let latest = areas.id(from);
                if is_old_unit(&event.from) && ![&event.from.number, &event.from.code].contains(&&latest) {
                    areas.events.push(event.clone());
                }
                continue;
            }
            let within = ends.first().is_some_and(|first| *first < event.effective)
                && ends.last().is_some_and(|last| event.effective <= *last);
            if !within {
                continue;
            }
            if areas.nodes[from].in_panel || areas.nodes[to].in_panel {
                areas.events.push(event.clone());
            }
            areas.touched.extend([from, to]);
            if event.kind != ReorganisationKind::BoundaryChange || unite {
                areas.unite(from, to);
                let is_day = |date: &Option<String>| date.as_ref() == Some(&event.effective);
                if is_day(&areas.nodes[from].life.end) {
                    areas.ended.insert(from);
                }
                if is_day(&areas.nodes[to].life.begin) {
                    areas.begun.insert(to);
                }
            } else {
                moved.push((event, from, to));
            }
        }
        for (event, from, to) in moved {
            let what = match event.note.as_str() {
                "" => format!("a part of {} went to {}", event.from.name, event.to.name),
                note => note.to_owned(),
            };
            for node in [from, to] {
                let why = format!("{what} ({})", event.effective);
                areas.boundary.entry(areas.root[node]).or_default().insert(why);
            }
        }
        areas
    }

    fn node(&mut self, ids: [&String; 2], name: &str) -> usize {
        let known = ids.iter().find_map(|id| self.by_id.get(*id).copied());
        let node = known.unwrap_or_else(|| {
            self.nodes.push(Node { name: name.to_owned(), ..Node::default() });
            self.nodes.len() - 1
        });
        self.add_ids(node, ids)
    }

    fn add_ids(&mut self, node: usize, [number, code]: [&String; 2]) -> usize {
        for id in [number, code].into_iter().filter(|id| !id.is_empty()) {
            self.by_id.insert(id.clone(), node);
        }
        if !number.is_empty() {
            self.nodes[node].number = number.clone();
        }
        if !code.is_empty() {
            self.nodes[node].code = code.clone();
        }
        node
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root[a], self.root[b]);
        let (first, second) = (a.min(b), a.max(b));
        for root in &mut self.root {
            if *root == second {
                *root = first;
            }
        }
    }

    /// When the area of a unit existed; `None` where the table does not know it.
    pub(super) fn life(&self, unit: &str) -> Option<&Life> {
        self.by_id.get(unit).map(|&node| &self.nodes[node].life)
    }

    /// Whether a merger, split or boundary change within the panel's periods touches the unit.
    pub(super) fn is_touched(&self, unit: &str) -> bool {
        self.by_id.get(unit).is_some_and(|node| self.touched.contains(node))
    }

    /// The unit under its latest code, or as it is.
    pub(super) fn latest(&self, unit: &str) -> String {
        self.by_id.get(unit).map_or_else(|| unit.to_owned(), |&node| self.id(node))
    }

    /// The units that have another code now.
    pub(super) fn recoded(&self, units: &[String]) -> BTreeMap<String, String> {
        let pairs = units.iter().map(|unit| (unit.clone(), self.latest(unit)));
        pairs.filter(|(unit, latest)| unit != latest).collect()
    }

    /// How the panel calls an area: by code if its units are codes.
    fn id(&self, node: usize) -> String {
        let by_code = self.nodes.iter().any(|node| node.in_panel && node.by_code);
        let node = &self.nodes[node];
        if (by_code && !node.code.is_empty()) || node.number.is_empty() {
            node.code.clone()
        } else {
            node.number.clone()
        }
    }

    /// The areas that make up the same ground.
    fn ground(&self, unit: &str) -> Vec<usize> {
        match self.by_id.get(unit) {
            Some(&node) => (0..self.nodes.len()).filter(|&other| self.root[other] == self.root[node]).collect(),
            None => Vec::new(),
        }
    }

    /// The constant area of a unit: its one successor or its one predecessor, or else its successors together.
    pub(super) fn constant(&self, unit: &str) -> String {
        let ground = self.ground(unit);
        if ground.len() < 2 {
            return self.latest(unit);
        }
        let without = |gone: &BTreeSet<usize>| ground.iter().copied().filter(|node| !gone.contains(node)).collect();
        let (successors, predecessors): (Vec<usize>, Vec<usize>) = (without(&self.ended), without(&self.begun));
        match (successors.as_slice(), predecessors.as_slice()) {
            ([one], _) | (_, [one]) => self.id(*one),
            (several, _) => {
                let mut ids: Vec<String> = several.iter().map(|&node| self.id(node)).collect();
                ids.sort();
                ids.join("+")
            }
        }
    }

    /// The name of a constant area, or the names of the successors that make it up.
    pub(super) fn name(&self, area: &str) -> Option<String> {
        let names: Option<Vec<&str>> = area.split('+').map(|unit| self.own_name(unit)).collect();
        names.map(|names| names.join(" + "))
    }

    /// The name of the area of a unit.
    pub(super) fn own_name(&self, unit: &str) -> Option<&str> {
        self.by_id.get(unit).map(|&node| self.nodes[node].name.as_str())
    }

    /// Whether a text is the number or code of an area.
    pub(super) fn is_id(&self, text: &str) -> bool {
        self.by_id.contains_key(text)
    }

    /// The day from which the area of a unit has its latest code.
    pub(super) fn recoded_on(&self, unit: &str) -> Option<&str> {
        self.by_id.get(unit).and_then(|&node| self.nodes[node].recoded.as_deref())
    }

    /// The events that matter to the panel.
    pub(super) fn events(&self) -> &[Reorganisation] {
        &self.events
    }

    /// Why a constant area does not add up exactly.
    pub(super) fn flagged(&self, area: &str) -> Option<String> {
        let first = area.split('+').next().unwrap_or(area);
        let root = self.root[*self.by_id.get(first)?];
        let why = self.boundary.get(&root)?;
        Some(why.iter().cloned().collect::<Vec<_>>().join("; "))
    }

    /// The units that make up a constant area on a day.
    pub(super) fn parts(&self, area: &str, day: &str) -> Vec<String> {
        let first = area.split('+').next().unwrap_or(area);
        let ground = self.ground(first);
        if ground.len() < 2 {
            return Vec::new();
        }
        ground.into_iter().filter(|&node| self.nodes[node].life.holds(day)).map(|node| self.id(node)).collect()
    }
}
