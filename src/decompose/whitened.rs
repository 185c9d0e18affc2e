//! What the components explain once they have been made uncorrelated with as little change as possible.
//!
//! Each component's columns are first made orthonormal among themselves, so that the answer does not depend on how a
//! factor is coded. With R the correlations of all these columns, r theirs with the outcome, and H = R^{1/2} symmetric,
//!
//! ```text
//! ω = H⁻¹ r                                            correlations with the nearest uncorrelated columns
//! CAR           share_of_total(c) = ‖ω_c‖²
//! Genizi        share_of_total(c) = Σ_l ‖H_cl ω_l‖²     Johnson's relative weights
//! ```
//!
//! Both sum to R² − R²(always); what is always in is taken out first. A. Genizi (1993), "Decomposition of R² in
//! multiple regression with correlated regressors", Statistica Sinica 3, 407–420; J. W. Johnson (2000),
//! <https://doi.org/10.1207/S15327906MBR3501_1>; V. Zuber and K. Strimmer (2011),
//! <https://doi.org/10.2202/1544-6115.1730>.

use pulp::Simd;

use super::breakdown::Breakdown;
use super::coalitions::progress::Part;
use super::coalitions::{Players, Root};
use super::definition::{Definition, Setting};
use super::evaluate::{Evaluate, Needs, Prepared, room};
use super::method::Method;
use crate::error::{Refusal, Result, cannot};
use crate::fit::FittedModel;
use crate::numerics::eigen::symmetric_eigen;
use crate::numerics::eliminate::{eliminate_in_place, packed_index};
use crate::numerics::number::Number;
use crate::numerics::real::{Lanes, Real};

/// The most columns whose correlations are taken apart: a second or so.
const MOST_COLUMNS: usize = 400;

impl FittedModel {
    /// Genizi's measure, which for single columns is Johnson's relative weight: what each component explains through
    /// its correlation with the nearest uncorrelated columns.
    ///
    /// ```text
    /// share_of_total(c) = Σ_l ‖H_cl ω_l‖²,   H = R^{1/2},   ω = H⁻¹ r
    /// ```
    ///
    /// A component's columns are made orthonormal first, so that its share does not depend on their coding;
    /// [`genizi_by_column`](FittedModel::genizi_by_column) takes every column by itself. Sums to R² − R²(always).
    /// Sources: A. Genizi (1993), Statistica Sinica 3, 407–420; J. W. Johnson (2000),
    /// <https://doi.org/10.1207/S15327906MBR3501_1>.
    ///
    /// # Errors
    /// [`EstimateError::Method`](crate::error::EstimateError::Method) where a component has unit effects, whose columns
    /// are absorbed and never formed (in `always` they are allowed), and beyond 400 columns.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// let breakdown = fit.genizi()?;
    /// assert!((breakdown.share_of_total("one")? - breakdown.r2_overall / 2.0).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn genizi(&self) -> Result<Breakdown> {
        self.breakdown(&Method::Genizi)
    }

    /// The same with every column as a component of its own.
    ///
    /// # Errors
    /// Those of [`genizi`](FittedModel::genizi).
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("both", ["x", "z"]).fit(&panel)?;
    /// let by_column = fit.genizi_by_column()?;
    /// assert!((by_column.share_of_total("x")? - 6.25 / 8.75).abs() < 1e-12);
    /// assert!((by_column.share_of_total("z")? - fit.car_by_column()?.share_of_total("z")?).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn genizi_by_column(&self) -> Result<Breakdown> {
        self.breakdown(&Method::GeniziByColumn)
    }

    /// CAR scores: the squared correlation of the outcome with each component's part of the nearest uncorrelated
    /// columns.
    ///
    /// ```text
    /// share_of_total(c) = ‖ω_c‖²,   ω = R^{−1/2} r
    /// ```
    ///
    /// A component's columns are made orthonormal first; [`car_by_column`](FittedModel::car_by_column) takes every
    /// column by itself. Sums to R² − R²(always). Source: V. Zuber and K. Strimmer (2011),
    /// <https://doi.org/10.2202/1544-6115.1730>.
    ///
    /// # Errors
    /// Those of [`genizi`](FittedModel::genizi).
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// // Columns that are uncorrelated already keep their squared correlations.
    /// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
    /// assert!((fit.car()?.share_of_total("first")? - 6.25 / 8.75).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn car(&self) -> Result<Breakdown> {
        self.breakdown(&Method::Car)
    }

    /// The same with every column as a component of its own.
    ///
    /// # Errors
    /// Those of [`genizi`](FittedModel::genizi).
    ///
    /// # Examples
    /// See [`genizi_by_column`](FittedModel::genizi_by_column).
    pub fn car_by_column(&self) -> Result<Breakdown> {
        self.breakdown(&Method::CarByColumn)
    }
}

/// Which of the two measures, and of whom.
pub(super) struct Whitening {
    method: Method,
    name: &'static str,
    is_car: bool,
    by_column: bool,
}

/// [`Method::Genizi`].
pub(super) const GENIZI: Whitening =
    Whitening { method: Method::Genizi, name: "genizi", is_car: false, by_column: false };
/// [`Method::GeniziByColumn`].
pub(super) const GENIZI_BY_COLUMN: Whitening =
    Whitening { method: Method::GeniziByColumn, name: "genizi_by_column", is_car: false, by_column: true };
/// [`Method::Car`].
pub(super) const CAR: Whitening = Whitening { method: Method::Car, name: "car", is_car: true, by_column: false };
/// [`Method::CarByColumn`].
pub(super) const CAR_BY_COLUMN: Whitening =
    Whitening { method: Method::CarByColumn, name: "car_by_column", is_car: true, by_column: true };

impl Definition for Whitening {
    fn method(&self) -> Method {
        self.method.clone()
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn meaning(&self) -> &'static str {
        match self.is_car {
            true => "squared correlation with the nearest uncorrelated columns",
            false => "explained through the nearest uncorrelated columns (Johnson)",
        }
    }

    fn credits_columns(&self) -> bool {
        self.by_column
    }

    fn prepare(&self, setting: &Setting) -> Result<Box<dyn Prepared>> {
        // Refused for the components that they are, under their own names, also where columns are credited.
        self.check(&setting.fit.players())?;
        let players = setting.players;
        let root = players.root(Vec::new(), (0..players.len()).collect());
        Ok(Box::new(Whitened { root, is_car: self.is_car }))
    }
}

impl Whitening {
    fn check(&self, components: &Players) -> Result<()> {
        let refuse = |why| Err(cannot(self.name, why));
        if let Some(player) = (0..components.len()).find(|&p| components.has_unit_effects[p]) {
            return refuse(Refusal::NoColumns { component: Some(components.names[player].clone()) });
        }
        let columns: usize = components.variables.iter().map(Vec::len).sum();
        if columns > MOST_COLUMNS {
            return refuse(Refusal::TooManyColumns { limit: MOST_COLUMNS, found: columns });
        }
        Ok(())
    }
}

/// The matrix of all columns, component by component, and which of the two measures is wanted.
struct Whitened {
    root: Root,
    is_car: bool,
}

impl Whitened {
    /// Sums of squares: of the outcome beside what is always in, explained by each component, and left. `matrix` holds
    /// the gathered cross-products of the columns with the outcome, packed.
    fn explained<R: Real>(&self, matrix: &[R]) -> Vec<R> {
        let zero = R::splat(0.0);
        let n = self.root.n_remaining();
        let to_explain = matrix[matrix.len() - 1];
        // Orthonormal columns of every component: x_c = L z_c with L from its own cross-products; rank-deficient ones
        // go.
        let mut basis: Vec<(usize, Vec<(usize, R)>)> = Vec::new();
        let mut start = 0;
        for (component, &block) in self.root.blocks.iter().enumerate() {
            basis.extend(orthonormal(matrix, n, start..start + block).into_iter().map(|column| (component, column)));
            start += block;
        }
        let p = basis.len();
        let product =
            |a: &[(usize, R)], j: usize| a.iter().fold(zero, |sum, (i, x)| sum + *x * matrix[packed_index(n, *i, j)]);
        let mut correlations = vec![zero; p * p];
        for a in 0..p {
            for b in 0..=a {
                let value = match (a == b, basis[a].0 == basis[b].0) {
                    (true, _) => R::splat(1.0),
                    // Orthonormal by construction: computed again, rounding would stand here.
                    (false, true) => zero,
                    _ => basis[b].1.iter().fold(zero, |sum, (j, x)| sum + *x * product(&basis[a].1, *j)),
                };
                correlations[a * p + b] = value;
                correlations[b * p + a] = value;
            }
        }
        let with_outcome: Vec<R> = basis.iter().map(|(_, column)| product(column, n - 1)).collect();
        // H and H⁻¹ have the same eigenvectors, so taking R apart once serves both.
        let (values, vectors) = symmetric_eigen(correlations, p);
        // An eigenvalue is a pivot, and one that is too small to count stands for columns that add nothing.
        let kept: Vec<usize> = (0..p).filter(|&e| values[e].inverse_pivot() != zero).collect();
        let roots: Vec<R> = kept.iter().map(|&e| values[e].sqrt()).collect();
        let vector = |e: usize, a: usize| vectors[e * p + a];
        let along: Vec<R> =
            kept.iter().map(|&e| (0..p).fold(zero, |sum, a| sum + vector(e, a) * with_outcome[a])).collect();
        let omega: Vec<R> = (0..p)
            .map(|a| {
                let terms = kept.iter().zip(&along).zip(&roots);
                terms.fold(zero, |sum, ((&e, x), root)| sum + vector(e, a) * *x * root.inverse())
            })
            .collect();
        let n_components = self.root.blocks.len();
        let mut explained = vec![zero; n_components + 2];
        explained[0] = to_explain;
        if self.is_car {
            for (a, (component, _)) in basis.iter().enumerate() {
                explained[1 + component] = explained[1 + component] + omega[a] * omega[a];
            }
        } else {
            // Σ_l ‖H_cl ω_l‖²: a component's rows of H with one component's ω at a time.
            for (a, (component, _)) in basis.iter().enumerate() {
                let mut by_source = vec![zero; n_components];
                for b in 0..p {
                    let h =
                        kept.iter().zip(&roots).fold(zero, |sum, (&e, root)| sum + vector(e, a) * *root * vector(e, b));
                    by_source[basis[b].0] = by_source[basis[b].0] + h * omega[b];
                }
                let squares = by_source.iter().fold(zero, |sum, x| sum + *x * *x);
                explained[1 + component] = explained[1 + component] + squares;
            }
        }
        let sum = explained[1..=n_components].iter().fold(zero, |sum, x| sum + *x);
        explained[n_components + 1] = to_explain - sum;
        explained
    }
}

impl Needs for Whitened {
    fn roots(&self) -> Vec<&Root> {
        vec![&self.root]
    }
}

impl Evaluate for Whitened {
    type Scratch<L: Lanes> = Vec<L>;

    fn scratch<L: Lanes>(&self) -> Vec<L> {
        room([&self.root])
    }

    #[inline(always)]
    fn evaluate<L: Lanes, S: Simd>(&self, _: S, entries: &[L], total: L, _: &Part, matrix: &mut Vec<L>, out: &mut [L]) {
        let matrix = self.root.gather(entries, matrix);
        for lane in 0..L::COUNT {
            let own: Vec<L::Scalar> = matrix.iter().map(|x| x.lane(lane)).collect();
            let total = total.lane(lane);
            let per_total = total.inverse_pivot();
            for (at, sum) in self.explained(&own).into_iter().enumerate() {
                // The first is what is left to explain: what is always in explains the rest.
                let sum = if at == 0 { total - sum } else { sum };
                out[at].put(lane, (sum * per_total).value());
            }
        }
    }
}

/// Combinations of these variables that are orthonormal in the packed cross-products of all; fewer where some are
/// combinations of those before them.
fn orthonormal<R: Real>(matrix: &[R], n: usize, variables: std::ops::Range<usize>) -> Vec<Vec<(usize, R)>> {
    let own: Vec<usize> = variables.collect();
    let m = own.len();
    let zero = R::splat(0.0);
    // Elimination of [XᵀX | I]: row i of the right half is the combination that is orthogonal to all before it.
    let mut products: Vec<R> = (0..m)
        .flat_map(|i| (i..m).map(move |j| (i, j)))
        .map(|(i, j)| matrix[packed_index(n, own[i], own[j])])
        .collect();
    let mut combinations: Vec<Vec<R>> =
        (0..m).map(|i| (0..m).map(|j| R::splat(f64::from(u8::from(i == j)))).collect()).collect();
    let mut found = Vec::new();
    let mut rest = products.as_mut_slice();
    for i in 0..m {
        let size = m - i;
        let inverse = rest[0].inverse_pivot();
        if inverse != zero {
            let per_length = inverse.sqrt();
            found.push((0..=i).map(|j| (own[j], combinations[i][j] * per_length)).collect());
            let (done, later) = combinations.split_at_mut(i + 1);
            for (row, factor) in later.iter_mut().zip(&rest[1..size]) {
                let factor = *factor * inverse;
                row.iter_mut().zip(&done[i]).for_each(|(x, d)| *x = *x - factor * *d);
            }
        }
        // Also of a column that adds nothing: its pivot counts for none, so this only moves on.
        eliminate_in_place(rest, size);
        rest = &mut rest[size..];
    }
    found
}
