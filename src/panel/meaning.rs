//! What does a column mean: what is it measured in, and what has whoever uses it to know?

use std::sync::Arc;

use super::Panel;
use super::provenance::Provenance;
use crate::error::Result;

impl Panel {
    /// Says what a column is measured in.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn).
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("spend", [900.0]).build()?.measured_in("spend", "£")?;
    /// assert_eq!(panel.provenance("spend")?.measured_in.as_deref(), Some("£"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn measured_in(mut self, column: &str, unit: impl Into<String>) -> Result<Panel> {
        self.explain(column, |provenance| provenance.measured_in = Some(unit.into()))?;
        Ok(self)
    }

    /// Says what else whoever uses a column has to know: its timing, definition and traps. It takes the place of what was
    /// said before, and stands in summaries and reports.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn).
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("vacancies", [12.0]).build()?;
    /// let panel = panel.noted("vacancies", "on 30 September of the year before")?;
    /// assert_eq!(panel.provenance("vacancies")?.note.as_deref(), Some("on 30 September of the year before"));
    /// assert!(panel.noted("posts", "none").is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn noted(mut self, column: &str, note: impl Into<String>) -> Result<Panel> {
        self.explain(column, |provenance| provenance.note = Some(note.into()))?;
        Ok(self)
    }

    fn explain(&mut self, column: &str, say: impl FnOnce(&mut Provenance)) -> Result<()> {
        let mut provenance = self.provenance(column)?.clone();
        say(&mut provenance);
        let provenance = Arc::new(provenance);
        for named in Arc::make_mut(&mut self.columns).iter_mut().filter(|there| there.name() == column) {
            *named = named.clone().with_provenance(provenance.clone());
        }
        Ok(())
    }
}
