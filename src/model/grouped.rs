//! What do rows stand for that are made of the sums of others?

/// Rows that are made of the sums of others.
#[derive(Debug, Clone)]
pub(crate) struct Grouped {
    /// How many others each stands for; of several rows that stand for the same, the first counts them all.
    pub(crate) counts: Vec<usize>,
    /// Whether one of them stands for several.
    pub(crate) are_several: bool,
}

impl Grouped {
    /// The same of some of the rows.
    pub(super) fn on(&self, rows: &[usize]) -> Self {
        let counts = rows.iter().map(|&row| self.counts[row]).collect();
        Grouped { counts, are_several: self.are_several }
    }
}
