//! The methods, put to a game.

use super::{Attribution, Credit, Game, check_number};
use crate::decompose::detail::Detail;
use crate::decompose::method::Method;
use crate::decompose::{commonality, dominance, owen, pmvd};
use crate::error::{Error, OrderProblem, QuestionError, Refusal, Result, cannot};

impl Game {
    /// What each component adds in this order, which names every component once.
    ///
    /// ```text
    /// value(πⱼ) = v(π₁ … πⱼ) − v(π₁ … πⱼ₋₁)
    /// ```
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] and [`QuestionError::Order`] for an order that is none.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Game};
    ///
    /// // The glove that comes second makes the pair.
    /// let worth = |hands: Coalition| Ok::<_, std::io::Error>(if hands.len() == 2 { 1.0 } else { 0.0 });
    /// let game = Game::new(["left", "right"], worth)?;
    /// let attribution = game.sequential(&["right", "left"])?;
    /// assert_eq!((attribution.value("left")?, attribution.value("right")?), (1.0, 0.0));
    /// // Alone each is worth nothing, beside the other all: neither sums to the pair.
    /// assert_eq!((game.first()?.value("left")?, game.last()?.value("left")?), (0.0, 1.0));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn sequential(&self, order: &[&str]) -> Result<Attribution> {
        let mut values = vec![0.0; self.names.len()];
        let mut before = 0_usize;
        for name in order {
            let player = self.position(name)?;
            let after = before | 1 << player;
            if after == before {
                return Err(OrderProblem::Twice { component: name.to_string() }.into());
            }
            values[player] = self.values.values[after] - self.values.values[before];
            before = after;
        }
        if let Some(left_out) = (0..self.names.len()).find(|p| before >> p & 1 == 0) {
            return Err(OrderProblem::LeftOut { component: self.names[left_out].clone() }.into());
        }
        let order = order.iter().map(|name| name.to_string()).collect();
        Ok(self.attribution(Method::Sequential { order }, values, Detail::Nothing))
    }

    /// What each component adds on average over all orders.
    ///
    /// ```text
    /// φ_c = Σ_{S ∌ c} |S|! (k − |S| − 1)! / k! · [v(S ∪ c) − v(S)]
    /// ```
    ///
    /// L. S. Shapley (1953), "A value for n-person games".
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// See [`Game`].
    pub fn shapley(&self) -> Result<Attribution> {
        Ok(self.attribution(Method::Shapley, self.values.shapley(), Detail::Nothing))
    }

    /// What each component is worth alone.
    ///
    /// ```text
    /// value(c) = v({c}) − v(∅)
    /// ```
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// See [`sequential`](Self::sequential).
    pub fn first(&self) -> Result<Attribution> {
        let alone = (0..self.names.len()).map(|p| self.values.values[1 << p] - self.values.empty()).collect();
        Ok(self.attribution(Method::First, alone, Detail::Nothing))
    }

    /// What each component adds to all others.
    ///
    /// ```text
    /// value(c) = v(N) − v(N ∖ c)
    /// ```
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// See [`sequential`](Self::sequential).
    pub fn last(&self) -> Result<Attribution> {
        let all = self.values.values.len() - 1;
        let last = (0..self.names.len()).map(|p| self.values.whole() - self.values.values[all & !(1 << p)]).collect();
        Ok(self.attribution(Method::Last, last, Detail::Nothing))
    }

    /// Owen's value where components form unions: the mean over the orders in which the members of a union enter
    /// together. `unions` hold every component once; [`Detail::Terms`] names the union of each.
    ///
    /// G. Owen (1977), "Values of games with a priori unions", <https://doi.org/10.1007/978-3-642-45494-3_7>.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] and [`QuestionError::Order`] for unions that do not hold every component
    /// once.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Game};
    ///
    /// // a and b are worth something together only, and c as much by itself.
    /// let worth = |s: Coalition| {
    ///     let pair = if s.contains(0) && s.contains(1) { 1.0 } else { 0.0 };
    ///     Ok::<_, std::io::Error>(pair + if s.contains(2) { 1.0 } else { 0.0 })
    /// };
    /// let game = Game::new(["a", "b", "c"], worth)?;
    /// let owen = game.owen(&[("pair", &["a", "b"]), ("single", &["c"])])?;
    /// assert!((owen.value("a")? - 0.5).abs() < 1e-12 && (owen.value("c")? - 1.0).abs() < 1e-12);
    /// assert!(game.owen(&[("pair", &["a", "b"])]).is_err(), "c is in no union");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn owen(&self, unions: &[(&str, &[&str])]) -> Result<Attribution> {
        let (mut positions, mut of_union) = (Vec::new(), vec![None; self.names.len()]);
        for (union, members) in unions {
            let mut found = Vec::new();
            for name in *members {
                let player = self.position(name)?;
                if of_union[player].replace(union.to_string()).is_some() {
                    return Err(OrderProblem::TwiceInUnions { component: name.to_string() }.into());
                }
                found.push(player);
            }
            if !found.is_empty() {
                positions.push(found);
            }
        }
        if let Some(left_out) = of_union.iter().position(Option::is_none) {
            return Err(OrderProblem::LeftOutOfUnions { component: self.names[left_out].clone() }.into());
        }
        let values = owen::of_table(&self.values, &positions);
        let unions: Vec<String> = of_union.into_iter().flatten().collect();
        let detail = Detail::terms(&unions, self.names.chunks(1), &values);
        Ok(self.attribution(Method::Owen, values, detail))
    }

    /// The proportional value: an average over orders that gives nothing to what adds nothing last.
    ///
    /// ```text
    /// w(S) = v(N) − v(N ∖ S),   P(∅) = 1,   P(S) = w(S) / Σ_{i ∈ S} 1/P(S ∖ i),   value of i = P(N) / P(N ∖ i)
    /// ```
    ///
    /// B. Feldman (2005), "Relative importance and value", <https://doi.org/10.2139/ssrn.2255827>.
    ///
    /// # Errors
    /// [`EstimateError::Method`](crate::error::EstimateError::Method) where a coalition is worth more than all
    /// components together, as with criteria that punish size: its weights would be negative.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Game};
    ///
    /// // b adds nothing to a, though it is worth something alone.
    /// let worth = |s: Coalition| Ok::<_, std::io::Error>([0.0, 3.0, 1.0, 3.0][s.bits() as usize]);
    /// let game = Game::new(["a", "b"], worth)?;
    /// assert_eq!((game.pmvd()?.value("a")?, game.pmvd()?.value("b")?), (3.0, 0.0));
    /// assert_eq!(game.shapley()?.value("b")?, 0.5);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn pmvd(&self) -> Result<Attribution> {
        if pmvd::falls(&self.values) {
            return Err(cannot("pmvd", Refusal::WorthMoreThanAll));
        }
        Ok(self.attribution(Method::Pmvd, pmvd::pmvd(&self.values), Detail::Nothing))
    }

    /// What each component adds on average to coalitions of each size.
    ///
    /// In [`Detail::BySize`]; the components' own values are the means of those, their Shapley values. R. Azen and
    /// D. V. Budescu (2003), <https://doi.org/10.1037/1082-989X.8.2.129>.
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Detail, Game};
    ///
    /// let worth = |hands: Coalition| Ok::<_, std::io::Error>(if hands.len() == 2 { 1.0 } else { 0.0 });
    /// let by_size = Game::new(["left", "right"], worth)?.conditional_dominance()?;
    /// let Detail::BySize(sizes) = &by_size.detail else { unreachable!() };
    /// // The left glove first, and after the right one.
    /// assert_eq!((sizes[0].share_of_total, sizes[1].share_of_total, sizes[1].size), (0.0, 1.0, 1));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn conditional_dominance(&self) -> Result<Attribution> {
        let detail = Detail::by_size(&self.names, &dominance::conditional(&self.values));
        Ok(self.attribution(Method::ConditionalDominance, self.values.shapley(), detail))
    }

    /// In what part of all coalitions each component adds more than each other.
    ///
    /// In [`Detail::Pairs`], a tie counted as a half; the components' own values are their Shapley values. D. V.
    /// Budescu (1993), <https://doi.org/10.1037/0033-2909.114.3.542>.
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Detail, Game};
    ///
    /// let worth = |s: Coalition| Ok::<_, std::io::Error>([0.0, 3.0, 1.0, 3.0][s.bits() as usize]);
    /// let Detail::Pairs(pairs) = Game::new(["a", "b"], worth)?.complete_dominance()?.detail else { unreachable!() };
    /// assert_eq!((pairs[0].first.as_str(), pairs[0].proportion, pairs[0].dominant()), ("a", 1.0, Some(true)));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn complete_dominance(&self) -> Result<Attribution> {
        let detail = Detail::pairs(&self.names, &dominance::complete(&self.values));
        Ok(self.attribution(Method::CompleteDominance, self.values.shapley(), detail))
    }

    /// What each set of components has in common.
    ///
    /// ```text
    /// C(S) = Σ_{T ⊆ S} (−1)^{|T| + 1} v((N ∖ S) ∪ T)
    /// ```
    ///
    /// In [`Detail::Subsets`]; a component's own value is the part that it has alone, and a part may be negative. R. G.
    /// Newton and D. J. Spurrell (1967), <https://doi.org/10.2307/2985237>.
    ///
    /// # Errors
    /// [`EstimateError::TooManyComponents`](crate::error::EstimateError::TooManyComponents) beyond 20 components, which
    /// have a million subsets.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Detail, Game};
    ///
    /// let worth = |s: Coalition| Ok::<_, std::io::Error>([0.0, 3.0, 1.0, 3.0][s.bits() as usize]);
    /// let commonality = Game::new(["a", "b"], worth)?.commonality()?;
    /// assert_eq!((commonality.value("a")?, commonality.value("b")?), (2.0, 0.0));
    /// let Detail::Subsets(parts) = &commonality.detail else { unreachable!() };
    /// assert_eq!((parts[2].coalition.len(), parts[2].share_of_total), (2, 1.0));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn commonality(&self) -> Result<Attribution> {
        check_number("commonality", self.names.len(), commonality::MOST_LISTED)?;
        let parts = commonality::parts(&self.values);
        let alone = (0..self.names.len()).map(|player| parts[(1 << player) - 1]).collect();
        Ok(self.attribution(Method::Commonality, alone, Detail::subsets(&parts)))
    }

    fn attribution(&self, method: Method, values: Vec<f64>, detail: Detail) -> Attribution {
        let (empty, whole) = (self.values.empty(), self.values.whole());
        let to_credit = whole - empty;
        let credit = |(name, value): (&String, f64)| Credit {
            name: name.clone(),
            value,
            proportion: if to_credit == 0.0 { 0.0 } else { value / to_credit },
        };
        let components = self.names.iter().zip(values).map(credit).collect();
        Attribution { statistic: self.statistic.clone(), method, components, empty, whole, detail }
    }

    fn position(&self, name: &str) -> Result<usize> {
        self.names.iter().position(|n| n == name).ok_or_else(|| {
            Error::from(QuestionError::UnknownComponent { component: name.to_string(), available: self.names.clone() })
        })
    }
}
