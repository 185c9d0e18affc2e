//! `--html FILE`: the answers of an example as one page.

use std::path::Path;

use apportion::FittedModel;
use apportion::counts::FittedCounts;
use apportion::findings::Findings;
use apportion::report::Answer;

use super::face::Result;

/// An answer under its heading.
pub type Part<'a> = (&'a str, &'a dyn Answer);

/// What a page begins with.
pub enum Start<'a> {
    /// The shares of a fit.
    Shares(&'a FittedModel, &'a Findings),
    /// The shares of a model of counts.
    SharesOfCounts(&'a FittedCounts, &'a Findings),
    /// A title, where no shares are asked for.
    Title(&'a str),
}

/// Writes the page, and says on standard error which files stand beside it.
#[cfg(feature = "html")]
pub fn write<'a>(file: &Path, start: Start<'_>, parts: impl IntoIterator<Item = Part<'a>>) -> Result<()> {
    use apportion::report::HtmlPage;

    let page = match start {
        Start::Shares(fit, findings) => apportion::Report::html(fit, findings),
        Start::SharesOfCounts(fit, findings) => apportion::Report::html_of_counts(fit, findings),
        Start::Title(title) => HtmlPage::new(title),
    };
    let page = parts.into_iter().fold(page, |page, (heading, answer)| page.add(heading, answer));
    for beside in page.write_to(file)?.iter().skip(1) {
        eprintln!("a long table of the page is in {}", beside.display());
    }
    Ok(())
}

/// Without the feature there is no page.
#[cfg(not(feature = "html"))]
pub fn write<'a>(_: &Path, _: Start<'_>, _: impl IntoIterator<Item = Part<'a>>) -> Result<()> {
    Err("--html needs the feature html, which is on unless --no-default-features switches it off".into())
}
