//! What enters the design: one [`Term`], and what it is called.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::TermSyntax;
use crate::panel::Function;

/// One entry of a component: a column, a transformation of it, a set of effects, or an interaction.
///
/// A term is written as a Rust value or as text; [`Display`](fmt::Display) and [`FromStr`](std::str::FromStr) are
/// inverse to each other, and serde uses the text.
///
/// | text | design |
/// |---|---|
/// | `low_income_pct` | the column; a text column enters as `factor()` where no cell has a digit in it, or each is a span of years, the unit and period columns as what they are |
/// | `log(x)` | natural logarithm; a row where x is zero or negative is left out and the audit says so |
/// | `sqrt(x)`, `asinh(x)`, `log1p(x)`, `power(x, 2)` | that function of x; a row where it has no value is left out and the audit says so |
/// | `factor(x)` | one dummy for each level but the first |
/// | `factor(x, ref=level)` | likewise, the level named left out: the others are compared with it |
/// | `unit_effects`, `period_effects` | one intercept for each unit, each period |
/// | `a:b` | interaction: numbers multiply, factors cross, a factor with a number gives each level its slope; where the number is a term as well, each but the reference level (the first, or that of `ref=`), whose slope is the number's and from which the others' differ |
/// | `lag(x)`, `lag(x, 2)` | x of the same unit one (two) periods earlier; a gap in the periods is a missing value; in a list read by [`parse_terms`](crate::model::parse_terms), `lag(x, 1:3)` stands for three terms |
/// | `lead(x)`, `lead(x, 2)` | x of the same unit one (two) periods later; a gap in the periods is a missing value |
/// | `within(x)`, `between(x)` | deviation from the unit's mean, and that mean; weighted, over the rows of the sample |
///
/// Names with a colon, comma, bracket or backtick in them stand in backticks: `` `rate (per 10,000)` ``.
///
/// # Examples
/// ```
/// use apportion::Term;
///
/// let term: Term = "lag(log(spend_per_child))".parse()?;
/// assert_eq!(term, Term::column("spend_per_child").log().lag(1));
/// assert_eq!(term.to_string(), "lag(log(spend_per_child))");
///
/// let error = "log(spend".parse::<Term>().unwrap_err();
/// assert_eq!((error.position, error.message.as_str()), (10, "expected `)`"));
/// # Ok::<(), apportion::error::TermSyntax>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Term {
    /// A column of the panel as it stands.
    Column(String),
    /// The natural logarithm.
    Log(Box<Term>),
    /// A function of a number.
    Function(Function, Box<Term>),
    /// Dummies for the levels of a column, the first level left out.
    Factor(String),
    /// Dummies for the levels of a column, the level named left out.
    FactorFrom {
        /// The column.
        column: String,
        /// The level with which the others are compared.
        reference: String,
    },
    /// One intercept for each unit.
    UnitEffects,
    /// One intercept for each period.
    PeriodEffects,
    /// The product of numbers, crossed with the levels of factors.
    Interaction(Vec<Term>),
    /// The value of the same unit this many periods earlier.
    Lag(Box<Term>, u32),
    /// The value of the same unit this many periods later.
    Lead(Box<Term>, u32),
    /// The deviation from the unit's mean over the sample.
    Within(Box<Term>),
    /// The unit's mean over the sample.
    Between(Box<Term>),
}

impl Term {
    /// The column of this name.
    ///
    /// # Examples
    /// Every constructor has its text, and [`columns`](Self::columns) says what it reads.
    /// ```
    /// use apportion::Term;
    ///
    /// let spend = Term::column("spend");
    /// assert_eq!(spend.clone().log().lag(2).to_string(), "lag(log(spend), 2)");
    /// assert_eq!(spend.clone().lead(1).to_string(), "lead(spend)");
    /// assert_eq!((spend.clone().within().to_string(), spend.clone().between().to_string()), (
    ///     "within(spend)".to_string(),
    ///     "between(spend)".to_string(),
    /// ));
    /// let by_region = spend.interact(Term::factor("region"));
    /// assert_eq!(by_region.to_string(), "spend:factor(region)");
    /// assert_eq!(by_region.columns(), ["spend", "region"]);
    /// ```
    pub fn column(name: impl Into<String>) -> Self {
        Term::Column(name.into())
    }

    /// Dummies for the levels of the column of this name.
    pub fn factor(name: impl Into<String>) -> Self {
        Term::Factor(name.into())
    }

    /// Dummies for the levels of the column of this name, but the reference level, with which the others are compared;
    /// [`factor`](Self::factor) takes the first. A reference that no row of the sample has is an error.
    ///
    /// ```
    /// use apportion::{Panel, PanelRegression, Term};
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 3.0])
    ///     .text_column("region", ["East", "North", "South", "South"])
    ///     .build()?;
    /// let term = Term::factor_from("region", "North");
    /// assert_eq!(term.to_string(), "factor(region, ref=North)");
    /// let fit = PanelRegression::new("y", [term]).fit(&panel)?;
    /// let east = fit.estimate("factor(region, ref=North)[East]").unwrap_or(f64::NAN);
    /// assert!((east - (1.0 - 2.0)).abs() < 1e-14);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn factor_from(name: impl Into<String>, reference: impl ToString) -> Self {
        Term::FactorFrom { column: name.into(), reference: reference.to_string() }
    }

    /// The square root of this term.
    ///
    /// ```
    /// use apportion::Term;
    /// let x = Term::column("x");
    /// assert_eq!(x.clone().sqrt().to_string(), "sqrt(x)");
    /// assert_eq!(x.clone().asinh().lag(1), "lag(asinh(x))".parse()?);
    /// assert_eq!((x.clone().log1p().to_string(), x.power(2).to_string()), ("log1p(x)".into(), "power(x, 2)".into()));
    /// # Ok::<(), apportion::error::TermSyntax>(())
    /// ```
    pub fn sqrt(self) -> Self {
        Term::Function(Function::Sqrt, Box::new(self))
    }

    /// The inverse hyperbolic sine of this term, log(x + √(x² + 1)): like a logarithm, of numbers of either sign and of
    /// zero.
    ///
    /// ```
    /// use apportion::{Panel, PanelRegression, Term};
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 5.0]).column("x", [-3.0, 0.0, 40.0]).build()?;
    /// let fit = PanelRegression::new("y", [Term::column("x").asinh()]).fit(&panel)?;
    /// assert_eq!((fit.names()[1].as_str(), fit.n_observations()), ("asinh(x)", 3));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn asinh(self) -> Self {
        Term::Function(Function::Asinh, Box::new(self))
    }

    /// log(1 + x) of this term, of numbers above −1.
    ///
    /// ```
    /// use apportion::{Panel, PanelRegression, Term};
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 5.0, 4.0]).column("x", [0.0, 3.0, 9.0, -1.0]).build()?;
    /// let fit = PanelRegression::new("y", [Term::column("x").log1p()]).fit(&panel)?;
    /// // log(1 + 0) is 0, and −1 has no value.
    /// assert_eq!(fit.sample().audit(), "1 (log1p(x) has no value there)");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn log1p(self) -> Self {
        Term::Function(Function::Log1p, Box::new(self))
    }

    /// A power of this term, from 2 to 16.
    ///
    /// ```
    /// use apportion::{Panel, PanelRegression, Term};
    /// let panel = Panel::builder().column("y", [2.0, 5.0, 10.0]).column("x", [1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", [Term::column("x").power(2)]).fit(&panel)?;
    /// assert_eq!(fit.names()[1], "power(x, 2)");
    /// assert!((fit.estimates()[1] - 1.0).abs() < 1e-12, "y is 1 + x²");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn power(self, power: u32) -> Self {
        Term::Function(Function::Power(power), Box::new(self))
    }

    /// This term at several distances earlier, one term each.
    ///
    /// ```
    /// use apportion::{Model, Term};
    /// let model = Model::new("y").component("before", Term::column("x").lags(1..=3));
    /// assert_eq!(Term::column("x").lags(1..=2), [Term::column("x").lag(1), Term::column("x").lag(2)]);
    /// # let _ = model;
    /// ```
    pub fn lags(self, periods: impl IntoIterator<Item = u32>) -> Vec<Self> {
        periods.into_iter().map(|periods| self.clone().lag(periods)).collect()
    }

    /// This term at several distances later, one term each.
    ///
    /// ```
    /// use apportion::Term;
    /// assert_eq!(Term::column("x").leads([1, 3]), [Term::column("x").lead(1), Term::column("x").lead(3)]);
    /// ```
    pub fn leads(self, periods: impl IntoIterator<Item = u32>) -> Vec<Self> {
        periods.into_iter().map(|periods| self.clone().lead(periods)).collect()
    }

    /// The natural logarithm of this term.
    pub fn log(self) -> Self {
        Term::Log(Box::new(self))
    }

    /// This term, so many periods earlier.
    pub fn lag(self, periods: u32) -> Self {
        Term::Lag(Box::new(self), periods)
    }

    /// This term, so many periods later: beside a measure, what would tell of it before it came.
    pub fn lead(self, periods: u32) -> Self {
        Term::Lead(Box::new(self), periods)
    }

    /// The deviation of this term from its unit's mean.
    pub fn within(self) -> Self {
        Term::Within(Box::new(self))
    }

    /// The unit's mean of this term.
    pub fn between(self) -> Self {
        Term::Between(Box::new(self))
    }

    /// The interaction of this term with another.
    pub fn interact(self, other: Term) -> Self {
        let mut parts = match self {
            Term::Interaction(parts) => parts,
            term => vec![term],
        };
        match other {
            Term::Interaction(more) => parts.extend(more),
            term => parts.push(term),
        }
        Term::Interaction(parts)
    }

    /// The columns that this term reads, in order; effects read none.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Term::Column(name) | Term::Factor(name) | Term::FactorFrom { column: name, .. } => vec![name],
            Term::Log(inner) | Term::Function(_, inner) | Term::Within(inner) | Term::Between(inner) => inner.columns(),
            Term::Lag(inner, _) | Term::Lead(inner, _) => inner.columns(),
            Term::Interaction(parts) => parts.iter().flat_map(Term::columns).collect(),
            Term::UnitEffects | Term::PeriodEffects => Vec::new(),
        }
    }

    /// The columns that this term reads in the row's own period: those under a lag or a lead are not among them, unless
    /// one takes back the other.
    pub(crate) fn current_columns(&self) -> Vec<&str> {
        self.columns_read_at(0)
    }

    /// The columns read in the row's own period where this term itself is read so many periods later.
    fn columns_read_at(&self, later: i64) -> Vec<&str> {
        match self {
            Term::Column(name) | Term::Factor(name) | Term::FactorFrom { column: name, .. } => {
                (later == 0).then_some(name.as_str()).into_iter().collect()
            }
            Term::Lag(inner, periods) => inner.columns_read_at(later - i64::from(*periods)),
            Term::Lead(inner, periods) => inner.columns_read_at(later + i64::from(*periods)),
            Term::Log(inner) | Term::Function(_, inner) | Term::Within(inner) | Term::Between(inner) => {
                inner.columns_read_at(later)
            }
            Term::Interaction(parts) => parts.iter().flat_map(|part| part.columns_read_at(later)).collect(),
            Term::UnitEffects | Term::PeriodEffects => Vec::new(),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Column(name) => write!(f, "{}", Quoted(name)),
            Term::Log(inner) => write!(f, "log({inner})"),
            Term::Function(function, inner) => f.write_str(&function.written(inner)),
            Term::Factor(name) => write!(f, "factor({})", Quoted(name)),
            Term::FactorFrom { column, reference } => {
                write!(f, "factor({}, ref={})", Quoted(column), Quoted(reference))
            }
            Term::UnitEffects => write!(f, "unit_effects"),
            Term::PeriodEffects => write!(f, "period_effects"),
            Term::Interaction(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    write!(f, "{}{part}", if i > 0 { ":" } else { "" })?;
                }
                Ok(())
            }
            Term::Lag(inner, 1) => write!(f, "lag({inner})"),
            Term::Lag(inner, periods) => write!(f, "lag({inner}, {periods})"),
            Term::Lead(inner, 1) => write!(f, "lead({inner})"),
            Term::Lead(inner, periods) => write!(f, "lead({inner}, {periods})"),
            Term::Within(inner) => write!(f, "within({inner})"),
            Term::Between(inner) => write!(f, "between({inner})"),
        }
    }
}

/// A column name, in backticks where its plain form would be read as something else.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0;
        let plain = !name.is_empty()
            && !name.contains(['(', ')', ',', ':', '`'])
            && name.trim() == name
            && name != "unit_effects"
            && name != "period_effects";
        if plain { write!(f, "{name}") } else { write!(f, "`{}`", name.replace('`', "``")) }
    }
}

impl From<Term> for String {
    fn from(term: Term) -> Self {
        term.to_string()
    }
}

impl TryFrom<&str> for Term {
    type Error = TermSyntax;

    fn try_from(text: &str) -> Result<Self, TermSyntax> {
        text.parse()
    }
}

impl TryFrom<String> for Term {
    type Error = TermSyntax;

    fn try_from(text: String) -> Result<Self, TermSyntax> {
        text.parse()
    }
}

impl TryFrom<&String> for Term {
    type Error = TermSyntax;

    fn try_from(text: &String) -> Result<Self, TermSyntax> {
        text.parse()
    }
}
