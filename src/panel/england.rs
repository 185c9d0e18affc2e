//! What do official statistics say of English local authorities, 2010 to 2025?
//!
//! Two files of the crate, of authorities by year and of what is constant for an area, each with the document that says
//! where its columns come from. What follows from them exactly (rates, spending per child) is worked out here.

use super::Panel;
use super::derive::Derivation;
use super::exclude::UnitRule;
use super::join::Join;
use crate::error::Result;

/// What the Open Government Licence asks whoever shows these data to say.
///
/// ```
/// use apportion::Panel;
/// use apportion::panel::ENGLAND_ATTRIBUTION;
/// assert!(Panel::england()?.description().is_some_and(|text| text.ends_with(ENGLAND_ATTRIBUTION)));
/// # Ok::<(), apportion::Error>(())
/// ```
pub const ENGLAND_ATTRIBUTION: &str =
    "Contains public sector information licensed under the Open Government Licence v3.0.";

/// What the panel says of itself, before the attribution.
const DESCRIPTION: &str = "English local authorities, official statistics.";

const AUTHORITIES: [&str; 3] =
    ["authorities.csv", include_str!("england/authorities.csv"), include_str!("england/authorities.provenance.json")];
const AREAS: [&str; 3] =
    ["areas.csv", include_str!("england/areas.csv"), include_str!("england/areas.provenance.json")];

/// The columns that describe an authority rather than measure it.
const LABELS: [&str; 3] = ["la_name", "la_code", "region"];

/// Rates per 10,000 children and the counts that they are of.
const RATES: [(&str, &str, &str); 6] = [
    ("cpp_rate", "cpp_count", "children per 10,000"),
    ("cpp_start_rate", "cpp_starts", "plans per 10,000 children"),
    ("cin_rate", "cin_count", "children per 10,000"),
    ("cla_rate", "cla_count", "children per 10,000"),
    ("referral_rate", "referrals", "referrals per 10,000 children"),
    ("section47_rate", "section47_count", "enquiries per 10,000 children"),
];

/// The spending that is called core.
const CORE: [&str; 3] = ["s251_looked_after", "s251_safeguarding", "s251_family_support"];

/// Spending per child and the spending that it is of.
const PER_CHILD: [(&str, &str); 3] = [
    ("spend_core_per_child", "s251_core"),
    ("spend_safeguarding_per_child", "s251_safeguarding"),
    ("spend_total_cyp_per_child", "s251_total_cyp"),
];

const POPULATION: &str = "population_0_17";

/// Rates and spending per child are published with so many decimals.
const DECIMALS: u32 = 4;

/// All columns, by topic.
const COLUMNS: [&str; 45] = [
    "la_name",
    "la_code",
    "region",
    "stable_2013_2025",
    "cpp_count",
    "cpp_rate",
    "cpp_starts",
    "cpp_start_rate",
    "cpp_repeat_pct",
    "cpp_2yr_plus_pct",
    "cin_count",
    "cin_rate",
    "cla_count",
    "cla_rate",
    "referrals",
    "referral_rate",
    "rereferral_pct",
    "section47_count",
    "section47_rate",
    "population_0_17",
    "imd_2015",
    "imd_2019",
    "idaci_2015",
    "idaci_2019",
    "low_income_pct",
    "low_income_pct_rev2026",
    "hmrc_low_income_pct",
    "s251_looked_after",
    "s251_safeguarding",
    "s251_family_support",
    "s251_core",
    "s251_total_cyp",
    "spend_core_per_child",
    "spend_safeguarding_per_child",
    "spend_total_cyp_per_child",
    "vacancy_rate",
    "agency_rate",
    "turnover_rate",
    "caseload",
    "sw_fte",
    "absence_rate",
    "workforce_joint_return",
    "ofsted_overall",
    "ofsted_help_protection",
    "ofsted_date",
];

/// What an authority must have in every year of [`Panel::england_2011_2018`].
const OF_THE_WINDOW: [&str; 3] = ["cpp_rate", "spend_core_per_child", "idaci_2015"];

impl Panel {
    /// English local authorities in the financial years ending 2010 to 2025, from official statistics of the Department
    /// for Education, of the departments responsible for local government, pensions and revenue, of the Office for
    /// National Statistics and of Ofsted. Contains public sector information licensed under the [Open Government Licence
    /// v3.0](https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/); the panel says so wherever it is
    /// shown ([`ENGLAND_ATTRIBUTION`]), and whoever shows results from it has to say so too.
    ///
    /// 2,432 rows of 158 authorities: row t is the year from April t − 1 to March t. The unit is `la_number`, the number by
    /// the Department for Education, the period `year`, the population `population_0_17`; names, codes and regions are
    /// labels. Nothing is imputed. Every missing value says why as far as its source does: `cpp_2yr_plus_pct` has 705 that
    /// are suppressed (`c`); an empty one stands where the source has no figure, or no such figures in that year.
    ///
    /// | columns | what, and when |
    /// |---|---|
    /// | `la_name`, `la_code`, `region`, `stable_2013_2025` | name, code of the year, ten regions; 1 for the same area from 2013 to 2025 |
    /// | `cpp_count`, `cpp_rate` | children on a child protection plan at 31 March t |
    /// | `cpp_starts`, `cpp_start_rate`, `cpp_repeat_pct` | plans that started in the year; % of them second or subsequent (from 2013) |
    /// | `cpp_2yr_plus_pct` | % of children on a plan for two years or more (from 2013) |
    /// | `cin_count`, `cin_rate`, `cla_count`, `cla_rate` | children in need, and looked after (from 2011), at 31 March t |
    /// | `referrals`, `referral_rate`, `rereferral_pct` | in the year; % within 12 months of an earlier one (from 2013) |
    /// | `section47_count`, `section47_rate` | enquiries that started in the year, 2013 to 2022 |
    /// | `population_0_17` | children in the middle of year t − 1 |
    /// | `imd_2015`, `imd_2019`, `idaci_2015`, `idaci_2019` | average scores of deprivation, of all and of children, by edition: constant over the years |
    /// | `low_income_pct` | % of children under 16 in relative low income before housing costs, year ending in t, 2015 to 2024 |
    /// | `low_income_pct_rev2026` | the same as revised in 2026, 2022 to 2025 |
    /// | `hmrc_low_income_pct` | the older measure, 2012 to 2017, another definition |
    /// | `s251_looked_after`, `s251_safeguarding`, `s251_family_support`, `s251_core` | gross spending in the year, £, cash, and the sum of the three |
    /// | `s251_total_cyp` | on all services for children and young people |
    /// | `spend_core_per_child`, `spend_safeguarding_per_child`, `spend_total_cyp_per_child` | £ per child, cash |
    /// | `vacancy_rate`, `agency_rate`, `turnover_rate`, `caseload`, `sw_fte`, `absence_rate` | social workers at 30 September t − 1, from 2016 (`caseload` from 2017) |
    /// | `workforce_joint_return` | 1 where these are one return of two authorities |
    /// | `ofsted_overall`, `ofsted_help_protection`, `ofsted_date` | judgements of the last inspection by 31 March t, and its day |
    ///
    /// [`Panel::provenance`] gives for each the file, measure, unit, timing and traps. Rates are per 10,000 children and,
    /// like spending per child, rounded to four decimals, as the panel behind this one publishes them.
    ///
    /// # Traps
    ///
    /// - City of London and Isles of Scilly are degenerate: leave them out by
    ///   [`UnitRule::degenerate_authorities`](super::UnitRule::degenerate_authorities).
    /// - Norfolk 2013, Hackney 2021 and 2022 and Hampshire 2024 are missing at source; 2010, the first census, lacks 14
    ///   authorities.
    /// - Authorities that merged or were split end (Bournemouth, Poole and Dorset 2019, Northamptonshire 2021, Cumbria 2023)
    ///   and their successors begin under new numbers; [`Panel::reorganise`] makes areas that compare.
    /// - `low_income_pct` does not continue `hmrc_low_income_pct`, nor `low_income_pct_rev2026` either of them.
    /// - Kingston and Richmond file one workforce return, and so do the two Northamptonshires: each has the joint figures.
    /// - Odd single years are as returned (Salford 2020, Bexley 2012, Southwark 2013 spending).
    ///
    /// # Errors
    ///
    /// None: fallible because it is read like any other panel.
    ///
    /// ```
    /// use apportion::Panel;
    /// use apportion::panel::Missing;
    ///
    /// let panel = Panel::england()?;
    /// assert_eq!((panel.n_observations(), panel.n_units(), panel.periods().len()), (2_432, 158, 16));
    /// assert_eq!(panel.unit_name(202)?, Some("Camden"));
    /// assert_eq!(panel.value(202, 2018, "cpp_rate")?.number(), Some(78.5651));
    /// // Norfolk's plans of 2013 are marked x at source.
    /// assert_eq!(panel.value(926, 2013, "cpp_count")?.missing(), Some(Missing::Suppressed));
    /// assert_eq!(panel.provenance("cpp_rate")?.measured_in.as_deref(), Some("children per 10,000"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn england() -> Result<Panel> {
        let [authorities, areas] =
            [AUTHORITIES, AREAS].map(|[name, csv, document]| Panel::read_embedded(name, csv, document));
        let mut panel = authorities?.join(&areas?, &Join::left().on_unit())?;
        for (rate, count, measured_in) in RATES {
            panel = panel.derive(rate, &Derivation::rate(count).rounded(DECIMALS).measured_in(measured_in))?;
        }
        panel = panel.derive("s251_core", &Derivation::sum(CORE))?;
        for (per_child, spending) in PER_CHILD {
            let ratio = Derivation::ratio(spending, POPULATION).rounded(DECIMALS);
            panel = panel.derive(per_child, &ratio.measured_in("£ per child, cash"))?;
        }
        let mut panel = panel.select(COLUMNS)?.with_labels(LABELS)?;
        // That the panel is kept in two files is no step of whoever uses it.
        panel.steps.clear();
        Ok(panel.with_description(format!("{DESCRIPTION} {ENGLAND_ATTRIBUTION}")))
    }

    /// The window of the National Audit Office's analysis of 2019: the years 2011 to 2018 of [`Panel::england`], and the
    /// 146 authorities that have the rate of plans, core spending per child and IDACI 2015 in all eight. [`Panel::steps`]
    /// says which authorities are left out, and what they lack.
    ///
    /// # Errors
    ///
    /// None, as for [`Panel::england`].
    ///
    /// ```
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::england_2011_2018()?;
    /// assert_eq!((panel.n_units(), panel.n_observations(), panel.is_balanced()), (146, 1_168, true));
    /// let fit = Model::new("cpp_rate")
    ///     .component("deprivation", ["idaci_2015"])
    ///     .component("spending", ["log(spend_core_per_child)"])
    ///     .component("policy", [Term::PeriodEffects])
    ///     .component("practice", [Term::UnitEffects])
    ///     .fit(&panel)?;
    /// assert_eq!(fit.sample().n_observations, 1_168);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn england_2011_2018() -> Result<Panel> {
        let panel = Panel::england()?.in_periods(2011..=2018)?;
        panel.without(&UnitRule::incomplete(&panel, OF_THE_WINDOW)?)
    }
}
