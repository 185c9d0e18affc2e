//! Counts, what they are regressed on, and what is found of them.

/// Counts, and what they are regressed on.
#[derive(Clone, Copy)]
pub(crate) struct CountRows<'a> {
    pub(crate) counts: &'a [f64],
    /// ln of the exposure; zeros where there is none.
    pub(crate) offset: &'a [f64],
    pub(crate) weights: &'a [f64],
    /// Where the rows of each unit start, and last where those of the last one end, if units have effects.
    pub(crate) units: Option<&'a [usize]>,
    /// Of the periods, say, if these have effects beside those of units or the intercept.
    pub(crate) levels: Option<Levels<'a>>,
    pub(crate) columns: &'a [&'a [f64]],
}

/// A second grouping whose levels have effects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Levels<'a> {
    /// The level of each row.
    pub(crate) codes: &'a [u32],
    /// How many levels there are.
    pub(crate) len: usize,
}

/// Counts as they are expected.
#[derive(Debug, Clone)]
pub(crate) struct CountFit {
    /// Of the columns; zero where one adds nothing to those before it and to all effects.
    pub(crate) slopes: Vec<f64>,
    /// Whether a column has a slope of its own.
    pub(crate) has_slope: Vec<bool>,
    /// The effect of each unit, or the intercept alone.
    pub(crate) effects: Vec<f64>,
    /// The effect of each level; zero of one that the effects before it and those of units take up.
    pub(crate) level_effects: Vec<f64>,
    /// Independent effects, of units (or the intercept) and of levels.
    pub(crate) n_effects: usize,
    /// ln of the means.
    pub(crate) predictor: Vec<f64>,
    pub(crate) means: Vec<f64>,
    pub(crate) deviance: f64,
}

/// What makes a predictor.
#[derive(Debug, Clone)]
pub(crate) struct Coefficients {
    pub(super) slopes: Vec<f64>,
    pub(super) levels: Vec<f64>,
    /// Of units, or the intercept alone.
    pub(super) effects: Vec<f64>,
}

impl CountFit {
    /// Independent columns and effects, the intercept among them.
    pub(crate) fn n_parameters(&self) -> usize {
        self.has_slope.iter().filter(|has| **has).count() + self.n_effects
    }

    pub(crate) fn coefficients(&self) -> Coefficients {
        let (slopes, levels) = (self.slopes.clone(), self.level_effects.clone());
        Coefficients { slopes, levels, effects: self.effects.clone() }
    }
}

impl CountRows<'_> {
    pub(super) fn n_levels(&self) -> usize {
        self.levels.map_or(0, |levels| levels.len)
    }
}
