//! England's plans as counts beside their rate: what changes where chance counts as chance.

use apportion::Share;

use super::Column;
use crate::cli::words::{ends, percent, wrapped};

/// The shares of a rate's variation by least squares beside those of the deviance of its counts; `None` where either has no
/// sequential shares.
pub fn beside(rate: &Column<'_>, counts: &Column<'_>) -> Option<String> {
    let (linear, poisson) = (rate.breakdown()?, counts.breakdown()?);
    let deviance = poisson.deviance.as_ref()?;
    let mut lines = vec![
        "England's plans: the variation of the rate, and the deviance of the counts, in %".to_string(),
        format!("{:<16}{:>24}{:>24}", "", "rate, least squares", "counts, Poisson"),
    ];
    let cell = |share: &Share| match ends(share.interval) {
        none if none.is_empty() => percent(share.share_of_total),
        ends => format!("{} ({ends})", percent(share.share_of_total)),
    };
    for share in linear.rows() {
        let of_counts = poisson.rows().find(|own| own.name == share.name).map(cell);
        lines.push(format!("{:<16}{:>24}{:>24}", share.name, cell(share), of_counts.unwrap_or_default()));
    }
    let exposure = deviance.exposure.as_deref().unwrap_or("all alike");
    let (chance, beyond) = (deviance.chance?, deviance.beyond_chance?);
    lines.push(wrapped(&format!(
        "Counts are out of {exposure}, so that large authorities count for more. Of the {}% of their deviance that is \
         unexplained, chance alone, as it is expected of counts with these means, is {} points; {} are beyond chance \
         (Pearson's dispersion {:.1}).",
        percent(poisson.unexplained.share_of_total),
        percent(chance),
        percent(beyond),
        deviance.pearson_dispersion?
    )));
    Some(lines.join("\n"))
}
