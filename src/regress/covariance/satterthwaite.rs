//! On how many degrees of freedom does a variance from clusters rest, where they are few or uneven?
//!
//! The variance of a function f of the coefficients is V = Σ_g (p_g'ε)², a quadratic form in the errors. Where errors
//! are alike, with B_g = A_g X_g A, A_g the correction of cluster g, and H the hat matrix, absorbed effects counted,
//!
//! ```text
//! p_g'p_h = f'B_g'(I − H)_gh B_g f,   E V = Σ_g p_g'p_g,   Var V = 2 Σ_gh (p_g'p_h)²,   df = 2 (E V)²/Var V
//! ```
//!
//! Of q functions at once V is a matrix, Z that matrix where its expectation is made I, and η = q(q + 1)/Σ_st Var Z_st
//! (Hotelling's T² with Zhang's degrees of freedom, "HTZ"). J. E. Pustejovsky and E. Tipton (2018), Journal of Business
//! & Economic Statistics 36, <https://doi.org/10.1080/07350015.2016.1247004>.

use ndarray::{Array1, Array2, ArrayView1};
use rayon::prelude::*;

use super::adjusted::Power;
use super::clusters::Clusters;
use super::kind::{Covariance, CovarianceKind};
use crate::error::{QuestionError, Result};
use crate::numerics::dot::dot;
use crate::numerics::triangular::Cholesky;
use crate::regress::FittedRegression;

/// Functions of the coefficients are the same when the expectation of their variances has a pivot of no more than this.
const SAME: f64 = 1e-12;

/// What the degrees of freedom of any function of the coefficients of the basis are worked out from.
#[derive(Debug, Clone)]
pub(super) struct Satterthwaite {
    clusters: Vec<OfCluster>,
}

/// H is a sum of products over rows: of the columns and the smaller effect, and of a group of the larger effect with
/// itself alone.
#[derive(Debug, Clone)]
struct OfCluster {
    /// B'B.
    own: Array2<f64>,
    /// Rows of H's dense part times B.
    dense: Array2<f64>,
    /// The same of each group of the larger effect, by its code, ascending.
    groups: Vec<(u32, Array1<f64>)>,
}

/// The same of q functions: a matrix of the products within the cluster, and vectors by function.
struct OfFunctions {
    own: Array2<f64>,
    dense: Vec<Vec<f64>>,
    groups: Vec<(u32, Vec<f64>)>,
}

impl Satterthwaite {
    /// Degrees of freedom of the variance of a function; `None` where errors do not move it.
    pub(super) fn df(&self, function: ArrayView1<f64>) -> Option<f64> {
        self.joint_df(&[function.to_owned()])
    }

    /// η of several functions; `None` where they say the same, or errors do not move them.
    pub(super) fn joint_df(&self, functions: &[Array1<f64>]) -> Option<f64> {
        let q = functions.len();
        let mut rows = Array2::zeros((q, functions.first()?.len()));
        rows.rows_mut().into_iter().zip(functions).for_each(|(mut row, function)| row.assign(function));
        let expected = self.expected(&rows);
        let scale: Vec<f64> = expected.diag().iter().map(|v| v.sqrt()).collect();
        if scale.iter().any(|s| !s.is_finite() || *s <= 0.0) {
            return None;
        }
        let scaled = Array2::from_shape_fn((q, q), |(i, j)| expected[[i, j]] / scale[i] / scale[j]);
        // Any root of the expectation serves: what is summed does not depend on a rotation.
        let root = Cholesky::above(&scaled, SAME)?;
        for mut column in rows.columns_mut() {
            let solved = root.forward(column.iter().zip(&scale).map(|(x, s)| x / s).collect());
            column.iter_mut().zip(solved).for_each(|(x, solved)| *x = solved);
        }
        let df = (q * (q + 1)) as f64 / self.variances(&rows);
        (df.is_finite() && df > 0.0).then_some(df)
    }

    /// Σ_g p_g'p_g of these functions, by pairs.
    fn expected(&self, functions: &Array2<f64>) -> Array2<f64> {
        let q = functions.nrows();
        let (mut sum, mut products) = (Array2::zeros((q, q)), vec![0.0; q * q]);
        for part in &self.of_functions(functions) {
            part.products(part, &mut products);
            for ((s, t), sum) in sum.indexed_iter_mut() {
                *sum += part.own[[s, t]] - products[s * q + t];
            }
        }
        sum
    }

    /// Σ_st Var Z_st of functions whose variances have the expectation I: with M_gh the products of clusters g and h,
    /// Σ_gh (tr M_gh)² + tr M_gh².
    fn variances(&self, functions: &Array2<f64>) -> f64 {
        let q = functions.nrows();
        let parts = self.of_functions(functions);
        let of_cluster = |g: usize| {
            let (mut products, mut sum) = (vec![0.0; q * q], 0.0);
            // M_hg is the transpose of M_gh.
            for h in 0..=g {
                parts[g].products(&parts[h], &mut products);
                if h == g {
                    products.iter_mut().zip(&parts[g].own).for_each(|(m, own)| *m = own - *m);
                }
                let trace: f64 = (0..q).map(|s| products[s * q + s]).sum();
                let of_square: f64 = (0..q * q).map(|at| products[at] * products[at % q * q + at / q]).sum();
                sum += if h == g { 1.0 } else { 2.0 } * (trace * trace + of_square);
            }
            sum
        };
        // Summed in the order of clusters, for any number of threads.
        (0..parts.len()).into_par_iter().map(of_cluster).collect::<Vec<f64>>().into_iter().sum()
    }

    fn of_functions(&self, functions: &Array2<f64>) -> Vec<OfFunctions> {
        let of_cluster = |cluster: &OfCluster| OfFunctions {
            own: functions.dot(&cluster.own).dot(&functions.t()),
            dense: functions.rows().into_iter().map(|f| cluster.dense.dot(&f).to_vec()).collect(),
            groups: cluster.groups.iter().map(|(code, group)| (*code, functions.dot(group).to_vec())).collect(),
        };
        self.clusters.iter().map(of_cluster).collect()
    }
}

impl OfFunctions {
    /// f_s'B_g'H_gh B_h f_t for all s and t.
    fn products(&self, other: &OfFunctions, products: &mut [f64]) {
        let q = self.dense.len();
        for (at, product) in products.iter_mut().enumerate() {
            *product = dot(&self.dense[at / q], &other.dense[at % q]);
        }
        let mut others = other.groups.iter().peekable();
        for (code, group) in &self.groups {
            while others.next_if(|(other, _)| other < code).is_some() {}
            if let Some((_, same)) = others.next_if(|(other, _)| other == code) {
                products.iter_mut().enumerate().for_each(|(at, product)| *product += group[at / q] * same[at % q]);
            }
        }
    }
}

impl FittedRegression {
    /// Satterthwaite's degrees of freedom of each coefficient under a covariance from clusters, whatever its
    /// correction: the t distribution with these has the first two moments of the variance right where errors are
    /// alike. CR2 takes them by itself; here they are for the others too, whose p-values and intervals follow their
    /// [`SmallSample`](crate::regress::SmallSample) convention.
    ///
    /// ```text
    /// df = 2 (E V)²/Var V,   V the variance of the coefficient by its clusters; at most their number
    /// ```
    ///
    /// NaN where the covariance says nothing of a coefficient. Weighted errors are alike times the roots of the
    /// weights. The work grows with the square of the number of clusters, and with the cube of the largest cluster or of
    /// the columns and effects that it has rows of, whichever is less.
    ///
    /// F. E. Satterthwaite (1946), "An approximate distribution of estimates of variance components"; J. E. Pustejovsky
    /// and E. Tipton (2018), <https://doi.org/10.1080/07350015.2016.1247004>.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a covariance that is not from one way of clusters; those of
    /// [`covariance`](Self::covariance).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::ClusterCorrection;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// let by_region = Covariance::cluster_by("region");
    /// let df = fit.satterthwaite_df(&by_region)?;
    /// // Nine regions, of different sizes and incomes: fewer than eight degrees of freedom.
    /// assert!(df[1] > 1.0 && df[1] < 8.0);
    /// // CR2 has its own, which its table shows.
    /// let cr2 = by_region.correction(ClusterCorrection::Cr2);
    /// assert_eq!(fit.coefficients(&cr2)?.coefficients[1].df, Some(fit.satterthwaite_df(&cr2)?[1]));
    /// assert!(fit.satterthwaite_df(&Covariance::iid()).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn satterthwaite_df(&self, covariance: &Covariance) -> Result<Vec<f64>> {
        let CovarianceKind::Cluster { by, correction } = &covariance.kind else {
            let expected = "ask for a covariance that is clustered by one column".to_string();
            let found = covariance.kind.to_string();
            return Err(QuestionError::Option { option: "the covariance", expected, found }.into());
        };
        let estimated = self.estimated(covariance)?;
        let other = match estimated.satterthwaite {
            Some(_) => None,
            None => {
                let (clusters, hat) = (self.clusters(by.as_deref())?, self.hat(true));
                let of_cluster = |rows: &Vec<usize>| Power::new(&hat.among(rows), correction.power());
                let powers = clusters.rows().par_iter().map(of_cluster).collect();
                Some(self.satterthwaite(&clusters, powers))
            }
        };
        let satterthwaite = estimated.satterthwaite.as_ref().or(other.as_ref());
        let of_coefficient = |at: usize| match estimated.unknown(self, at) {
            Some(_) => f64::NAN,
            None => satterthwaite.and_then(|s| s.df(self.basis.coefficient(at).view())).unwrap_or(f64::NAN),
        };
        Ok((0..self.estimates.len()).map(of_coefficient).collect())
    }

    /// Of the clusters' residuals times these powers of M_g.
    pub(super) fn satterthwaite(&self, clusters: &Clusters, powers: Vec<Power>) -> Satterthwaite {
        let hat = self.hat(true);
        let k = self.estimates.len();
        let of_cluster = |(rows, correction): (Vec<usize>, Power)| {
            let roots: Vec<f64> = rows.iter().map(|&row| self.data.weights[row].sqrt()).collect();
            let columns: Vec<Vec<f64>> = self
                .basis
                .columns
                .all()
                .iter()
                .map(|column| {
                    correction.of(&rows.iter().zip(&roots).map(|(&row, w)| w * column[row]).collect::<Vec<_>>())
                })
                .collect();
            let b = Array2::from_shape_fn((rows.len(), k), |(row, c)| columns[c][row]).dot(&self.basis.inverse);
            let width = |row: usize| k + hat.effects.as_ref().map_or(0, |effects| effects.own[row].len());
            let mut dense = Array2::zeros((rows.first().map_or(k, |&row| width(row)), k));
            let mut groups: Vec<(u32, Array1<f64>)> = Vec::new();
            for (&row, b) in rows.iter().zip(b.rows()) {
                let own = hat.effects.iter().flat_map(|effects| &effects.own[row]);
                for (mut sum, part) in dense.rows_mut().into_iter().zip(hat.rows[row].iter().chain(own)) {
                    sum.scaled_add(*part, &b);
                }
                let Some(effects) = &hat.effects else { continue };
                let code = effects.codes[row];
                let at = groups.binary_search_by_key(&code, |(code, _)| *code).unwrap_or_else(|at| {
                    groups.insert(at, (code, Array1::zeros(k)));
                    at
                });
                groups[at].1.scaled_add(effects.shared[row], &b);
            }
            OfCluster { own: b.t().dot(&b), dense, groups }
        };
        Satterthwaite { clusters: clusters.rows().into_par_iter().zip(powers).map(of_cluster).collect() }
    }
}
