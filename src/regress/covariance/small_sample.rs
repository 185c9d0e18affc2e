//! By whose convention is a covariance from few rows or clusters adjusted?

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::choice::Choice;
use crate::error::Error;

/// The small-sample convention, named after the package whose standard errors it gives.
///
/// n rows, K coefficients and independent absorbed effects; K' leaves out effects nested in a cluster, but for one
/// each; G clusters, T periods:
///
/// | covariance | fixest 0.14, Stata | plm 2.6 | unadjusted |
/// |---|---|---|---|
/// | iid | n/(n − K) | n/(n − K) | 1 |
/// | HC1 | n/(n − K) | n/(n − k), k the coefficients | 1 |
/// | HC0, HC2, HC3, HC4 | 1 | 1; leverages of the columns alone | 1 |
/// | cluster | G/(G − 1) · (n − 1)/(n − K') | 1 | 1 |
/// | two-way cluster | the same with the smaller G | 1 | 1 |
/// | Newey–West | T/(T − 1) · (n − 1)/(n − K); Stata n/(n − K) | 1 | 1 |
/// | Driscoll–Kraay | T/(T − 1) · (n − 1)/(n − K) | 1 | 1 |
/// | Beck–Katz | 1 | 1 | 1 |
/// | CR2 | 1, and Satterthwaite's degrees of freedom | 1 | 1 |
/// | counts: iid | (n − 1)/(n − K); Stata 1 | none | 1 |
/// | counts: HC1 | n/(n − K); Stata n/(n − 1) | none | 1 |
/// | counts: Newey–West, Driscoll–Kraay | as above; Stata 1 | none | 1 |
/// | counts: cluster, two-way cluster | as above; Stata G/(G − 1) | none | 1 |
/// | counts: distribution | normal | none | normal |
/// | distribution | t: n − K, with clusters G − 1, with lags T − 1; Stata normal for random effects | t: n − K, normal for random effects | normal |
///
/// # Examples
/// ```
/// use apportion::regress::SmallSample;
/// use apportion::{Covariance, Panel, PanelRegression};
///
/// assert_eq!("plm".parse::<SmallSample>()?, SmallSample::Plm);
/// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
/// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
/// let iid = fit.covariance(&Covariance::iid())?;
/// let unadjusted = fit.covariance(&Covariance::iid().small_sample(SmallSample::Unadjusted))?;
/// // n/(n − K), and t on n − K degrees of freedom; or nothing, and the normal distribution.
/// assert_eq!((iid.small_sample_factor, iid.df), (4.0 / 2.0, Some(2.0)));
/// assert_eq!((unadjusted.small_sample_factor, unadjusted.df), (1.0, None));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SmallSample {
    /// fixest's. The default, as the most careful of them.
    #[default]
    Fixest,
    /// plm's.
    Plm,
    /// Stata's.
    Stata,
    /// No factor, and the normal distribution.
    #[serde(rename = "none")]
    Unadjusted,
}

impl SmallSample {
    /// Its text form.
    pub fn name(self) -> &'static str {
        match self {
            SmallSample::Fixest => "fixest",
            SmallSample::Plm => "plm",
            SmallSample::Stata => "stata",
            SmallSample::Unadjusted => "none",
        }
    }
}

impl Choice for SmallSample {
    const OPTION: &'static str = "small-sample";

    fn all() -> impl Iterator<Item = Self> {
        [SmallSample::Unadjusted, SmallSample::Fixest, SmallSample::Plm, SmallSample::Stata].into_iter()
    }

    fn name(&self) -> &'static str {
        SmallSample::name(*self)
    }
}

impl fmt::Display for SmallSample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display(f)
    }
}

impl FromStr for SmallSample {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Choice::parse(text)
    }
}
