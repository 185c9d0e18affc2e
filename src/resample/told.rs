//! Whether a result is of this fit.

use crate::error::{EstimateError, FitDifference, Result};

/// What fits are told apart by.
pub(super) struct Told<'a> {
    pub(super) outcome: &'a str,
    pub(super) components: Vec<String>,
    pub(super) rows: usize,
    pub(super) r2_overall: f64,
}

impl Told<'_> {
    /// Whether what is found is told of this fit.
    pub(super) fn check(self, found: Told) -> Result<()> {
        let differs = |why| Err(EstimateError::OtherFit { why }.into());
        if self.outcome != found.outcome {
            let [found, expected] = [found.outcome, self.outcome].map(str::to_string);
            return differs(FitDifference::Outcome { found, expected });
        }
        if self.components != found.components {
            return differs(FitDifference::Components { found: found.components, expected: self.components });
        }
        if self.rows != found.rows {
            return differs(FitDifference::Rows { found: found.rows, expected: self.rows });
        }
        // Nine digits are what is promised of a share, in whichever precision it was computed.
        if (self.r2_overall - found.r2_overall).abs() > 1e-9 {
            return differs(FitDifference::R2 { found: found.r2_overall, expected: self.r2_overall });
        }
        Ok(())
    }
}
