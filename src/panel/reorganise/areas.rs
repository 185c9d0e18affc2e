//! When did an area exist, and with which others does it make up the same ground?

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::panel::reorganisations::{Reorganisation, ReorganisationKind, Reorganisations};

/// When an area existed: from the first day on, until the day before the last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Life {
    pub(super) begin: Option<String>,
    pub(super) end: Option<String>,
}

impl Life {
    /// Whether the area existed on a day. Dates are compared as text, year first.
    pub(super) fn holds(&self, day: &str) -> bool {
        self.begin.as_deref().is_none_or(|begin| begin <= day) && self.end.as_deref().is_none_or(|end| day < end)
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

/// An event of the table with the areas before and after it.
#[derive(Clone, Copy)]
struct Change<'a> {
    event: &'a Reorganisation,
    from: usize,
    to: usize,
}

impl Change<'_> {
    fn is_recode(&self) -> bool {
        self.event.kind == ReorganisationKind::Recode
    }

    /// Whether the day of the event is one on which an area begins or ends.
    fn is_on(&self, day: Option<&String>) -> bool {
        day == Some(&self.event.effective)
    }
}

/// The areas of a table as far as they concern a panel.
#[derive(Default)]
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
    /// The areas of a table; events that none of the periods, by the days on which they end, stand on both sides of
    /// change nothing within the panel and combine nothing.
    pub(super) fn new(table: &Reorganisations, units: &[String], ends: &[String], unite: bool) -> Self {
        let mut events: Vec<&Reorganisation> = table.events().iter().collect();
        events.sort_by(|a, b| a.effective.cmp(&b.effective));
        let mut areas = Areas::default();
        let changes = areas.identify(&events);
        areas.date(&changes);
        areas.find_in_panel(units);
        let mut moved = Vec::new();
        for change in changes {
            if change.is_recode() {
                areas.note_recode(change, units);
            } else if is_within(change.event, ends) {
                areas.note(change);
                if change.event.kind != ReorganisationKind::BoundaryChange || unite {
                    areas.combine(change);
                } else {
                    moved.push(change);
                }
            }
        }
        // Last, since a flag belongs to the ground as all events together make it.
        for change in moved {
            areas.flag(change);
        }
        areas
    }

    /// Makes the areas of the events known, each once under all its numbers and codes.
    fn identify<'a>(&mut self, events: &[&'a Reorganisation]) -> Vec<Change<'a>> {
        let mut changes = Vec::with_capacity(events.len());
        for &event in events {
            let from = self.node([&event.from.number, &event.from.code], &event.from.name);
            // The same area under another code is the same node.
            let to = match event.kind {
                ReorganisationKind::Recode => self.add_ids(from, [&event.to.number, &event.to.code]),
                _ => self.node([&event.to.number, &event.to.code], &event.to.name),
            };
            if event.kind == ReorganisationKind::Recode {
                self.nodes[from].recoded = Some(event.effective.clone());
            }
            changes.push(Change { event, from, to });
        }
        self.root = (0..self.nodes.len()).collect();
        changes
    }

    /// Says when areas began and ended: by merging and splitting alone.
    fn date(&mut self, changes: &[Change<'_>]) {
        // An area that takes in or gives away another, and goes on, is its own successor.
        let goes_on: HashSet<(usize, &str)> = (changes.iter().filter(|change| change.from == change.to))
            .map(|change| (change.from, change.event.effective.as_str()))
            .collect();
        for Change { event, from, to } in changes {
            if matches!(event.kind, ReorganisationKind::Merge | ReorganisationKind::Split) {
                if !goes_on.contains(&(*from, event.effective.as_str())) {
                    self.nodes[*from].life.end = Some(event.effective.clone());
                }
                if !goes_on.contains(&(*to, event.effective.as_str())) {
                    self.nodes[*to].life.begin = Some(event.effective.clone());
                }
            }
        }
    }

    /// Finds the panel's units among the areas, and whether they are numbers or codes.
    fn find_in_panel(&mut self, units: &[String]) {
        for unit in units {
            if let Some(&node) = self.by_id.get(unit) {
                let node = &mut self.nodes[node];
                node.in_panel = true;
                node.by_code |= *unit != node.number;
            }
        }
    }

    /// Keeps a recode that renames a unit of the panel, whenever it was: units have their latest code throughout.
    fn note_recode(&mut self, Change { event, from, .. }: Change<'_>, units: &[String]) {
        let is_there = |id: &String| !id.is_empty() && units.contains(id);
        let is_old_unit = is_there(&event.from.code) || is_there(&event.from.number);
        if is_old_unit && ![&event.from.number, &event.from.code].contains(&&self.id(from)) {
            self.events.push(event.clone());
        }
    }

    /// Keeps an event that touches areas within the panel's periods.
    fn note(&mut self, Change { event, from, to }: Change<'_>) {
        if self.nodes[from].in_panel || self.nodes[to].in_panel {
            self.events.push(event.clone());
        }
        self.touched.extend([from, to]);
    }

    /// Makes one ground of the areas before and after an event.
    fn combine(&mut self, change: Change<'_>) {
        let Change { from, to, .. } = change;
        self.unite(from, to);
        if change.is_on(self.nodes[from].life.end.as_ref()) {
            self.ended.insert(from);
        }
        if change.is_on(self.nodes[to].life.begin.as_ref()) {
            self.begun.insert(to);
        }
    }

    /// Says why the grounds on both sides of a boundary that moved do not add up exactly.
    fn flag(&mut self, Change { event, from, to }: Change<'_>) {
        let what = match event.note.as_str() {
            "" => format!("a part of {} went to {}", event.from.name, event.to.name),
            note => note.to_owned(),
        };
        let why = format!("{what} ({})", event.effective);
        for node in [from, to] {
            self.boundary.entry(self.root[node]).or_default().insert(why.clone());
        }
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

    /// The name of a constant area, or the names of the successors that make it up; `None` where the table
    /// does not know one.
    pub(super) fn name(&self, area: &str) -> Option<String> {
        let names: Option<Vec<&str>> = area.split('+').map(|unit| self.own_name(unit)).collect();
        names.map(|names| names.join(" + "))
    }

    /// The name of the area of a unit; `None` where the table does not know it.
    pub(super) fn own_name(&self, unit: &str) -> Option<&str> {
        self.by_id.get(unit).map(|&node| self.nodes[node].name.as_str())
    }

    /// Whether a text is the number or code of an area.
    pub(super) fn is_id(&self, text: &str) -> bool {
        self.by_id.contains_key(text)
    }

    /// The day from which the area of a unit has its latest code; `None` where no recode is known.
    pub(super) fn recoded_on(&self, unit: &str) -> Option<&str> {
        self.by_id.get(unit).and_then(|&node| self.nodes[node].recoded.as_deref())
    }

    /// The events that matter to the panel.
    pub(super) fn events(&self) -> &[Reorganisation] {
        &self.events
    }

    /// Why a constant area does not add up exactly; `None` where the table knows
    /// nothing against it.
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

/// Whether an event falls between the ends of two periods, so that the panel has periods on both sides of it.
fn is_within(event: &Reorganisation, ends: &[String]) -> bool {
    ends.first().is_some_and(|first| *first < event.effective)
        && ends.last().is_some_and(|last| event.effective <= *last)
}
