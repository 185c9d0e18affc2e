//! Are several coefficients zero at once, where there are few clusters?

use ndarray::{Array1, Array2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::draws::Draws;
use super::{Expanded, WildBootstrap};
use crate::error::{QuestionError, Refusal, Result, cannot};
use crate::numerics::triangular::Cholesky;
use crate::regress::FittedRegression;
use crate::regress::covariance::Covariance;
use crate::regress::joint::quadratic_form;

const TEST: &str = "the joint wild bootstrap";

/// Several coefficients tested at once by the wild cluster bootstrap.
///
/// # Examples
/// See [`wild_bootstrap_joint`](FittedRegression::wild_bootstrap_joint).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct JointWildTest {
    /// The coefficients.
    pub names: Vec<String>,
    /// The value under test, of every one.
    pub null: f64,
    /// Wald's statistic b'V⁻¹b, V the cluster covariance without a small-sample factor (which cancels).
    pub statistic: f64,
    /// The part of draws whose statistic is at least as large.
    pub p_value: f64,
    /// Draws; 2^G where all were taken.
    pub draws: usize,
    /// Clusters.
    pub clusters: usize,
}

/// A cluster's part in the statistic, of columns as they are in the basis.
struct OfCluster {
    /// S_g where the null is imposed.
    score: Array1<f64>,
    /// F'A S_g likewise.
    own: Array1<f64>,
    /// F'A P_g A.
    passed: Array2<f64>,
}

impl FittedRegression {
    /// Tests that the coefficients of these names are all zero, or what the options say, by the wild cluster bootstrap
    /// with the null imposed: Wald's statistic of every draw is compared with that of the sample. With F the functions
    /// under test, A = (X'WX)⁻¹, and S_g = X_g'W e_g and P_g = X_g'W X_g of a cluster, e the residuals under the null,
    ///
    /// ```text
    /// t* = F'A Σ v_g S_g,   V* = Σ_g u_g u_g',   u_g = v_g F'A S_g − F'A P_g A Σ_h v_h S_h,   W* = t*'V*⁻¹t*
    /// ```
    ///
    /// Of one coefficient it is [`wild_bootstrap`](Self::wild_bootstrap), draw by draw. The level of the options is not
    /// looked at: there is no interval.
    ///
    /// # Errors
    /// Those of [`wild_bootstrap`](Self::wild_bootstrap) but for the level; [`QuestionError::Option`] without a name;
    /// [`EstimateError::Method`](crate::error::EstimateError::Method) where there are fewer clusters than coefficients.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::WildBootstrap;
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]).fit(&panel)?;
    /// let options = WildBootstrap::new(999, 1).cluster_by("region");
    /// let both = fit.wild_bootstrap_joint(&["low_income_pct", "vacancy_rate"], &options)?;
    /// assert_eq!((both.names.len(), both.draws, both.clusters), (2, 999, 9));
    /// let one = fit.wild_bootstrap("vacancy_rate", &options)?;
    /// let alone = fit.wild_bootstrap_joint(&["vacancy_rate"], &options)?;
    /// assert!((alone.statistic - one.statistic.powi(2)).abs() < 1e-9 && alone.p_value == one.p_value);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    ///
    /// A. C. Cameron, J. B. Gelbach and D. L. Miller (2008), <https://doi.org/10.1162/rest.90.3.414>.
    pub fn wild_bootstrap_joint(&self, names: &[&str], options: &WildBootstrap) -> Result<JointWildTest> {
        self.by_least_squares(TEST)?;
        options.check()?;
        let at = names.iter().map(|name| self.position(name)).collect::<Result<Vec<_>>>()?;
        if at.is_empty() {
            let expected = "name at least one coefficient".to_string();
            return Err(QuestionError::Option { option: "names", expected, found: "none".to_string() }.into());
        }
        let clusters = self.clusters(options.by.as_deref())?;
        let by = options.by.as_ref().map_or_else(Covariance::cluster, Covariance::cluster_by);
        let estimated = self.estimated(&by)?;
        if let Some(why) = at.iter().find_map(|&at| estimated.unknown(self, at)) {
            return Err(cannot(TEST, why));
        }
        let Expanded { basis, residuals, positions } = self.with_effects_as_columns(&clusters, &at)?;
        let (k, q) = (basis.columns.len(), at.len());
        let mut functions = Array2::zeros((q, k));
        functions.rows_mut().into_iter().zip(&positions).for_each(|(mut row, &at)| row.assign(&basis.coefficient(at)));
        let moved = functions.dot(&basis.inverse);
        let excess = Array1::from_iter(at.iter().map(|&at| self.estimates[at] - options.null));
        let singular = || cannot(TEST, Refusal::SingularCovariance { are_added: false });
        // What residuals gain along the columns where the null is imposed: A F (F'AF)⁻¹ (b − null).
        let among = moved.dot(&functions.t());
        let scale = among.diag().mapv(f64::sqrt);
        let scaled = Array2::from_shape_fn((q, q), |(i, j)| among[[i, j]] / scale[i] / scale[j]);
        let solved = Cholesky::above(&scaled, 1e-12).ok_or_else(singular)?.solve((&excess / &scale).to_vec());
        let gain = moved.t().dot(&(Array1::from(solved) / &scale));
        let (columns, weights) = (basis.columns.all(), &self.data.weights);
        let of_cluster = |rows: &Vec<usize>| {
            let x = Array2::from_shape_fn((rows.len(), k), |(i, c)| columns[c][rows[i]]);
            let weighted = Array2::from_shape_fn((rows.len(), k), |(i, c)| weights[rows[i]] * x[[i, c]]);
            let unrestricted = weighted.t().dot(&Array1::from_iter(rows.iter().map(|&row| residuals[row])));
            let products = weighted.t().dot(&x);
            let score = &unrestricted + &products.dot(&gain);
            let part = OfCluster { own: moved.dot(&score), passed: moved.dot(&products).dot(&basis.inverse), score };
            (moved.dot(&unrestricted), part)
        };
        let (unrestricted, parts): (Vec<Array1<f64>>, Vec<OfCluster>) =
            clusters.rows().par_iter().map(of_cluster).unzip();
        let statistic = quadratic_form(&excess.to_vec(), &products(unrestricted.iter(), q)).ok_or_else(singular)?;
        let draws = Draws::new(options, clusters.len());
        // A hair below, so that a draw that is the sample itself counts as one.
        let least = statistic * (1.0 - 2e-10);
        let exceeds = |draw: usize| {
            let v = draws.draw(draw);
            let mut sum = Array1::zeros(k);
            v.iter().zip(&parts).for_each(|(v, part)| sum.scaled_add(*v, &part.score));
            let moves: Vec<Array1<f64>> =
                v.iter().zip(&parts).map(|(v, part)| &part.own * *v - part.passed.dot(&sum)).collect();
            // A draw may have no variance in some direction: it is as far out as can be.
            quadratic_form(&moved.dot(&sum).to_vec(), &products(moves.iter(), q)).is_none_or(|drawn| drawn >= least)
        };
        let count = (0..draws.len()).into_par_iter().filter(|&draw| exceeds(draw)).count();
        Ok(JointWildTest {
            names: names.iter().map(|name| (*name).to_string()).collect(),
            null: options.null,
            statistic,
            p_value: count as f64 / draws.len() as f64,
            draws: draws.len(),
            clusters: clusters.len(),
        })
    }
}

/// Σ u u'.
fn products<'a>(vectors: impl Iterator<Item = &'a Array1<f64>>, q: usize) -> Array2<f64> {
    let mut sum = Array2::zeros((q, q));
    for u in vectors {
        sum.indexed_iter_mut().for_each(|((i, j), sum)| *sum += u[i] * u[j]);
    }
    sum
}
