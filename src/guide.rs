//! How is a question put from end to end, and how is the answer read?
//!
//! The pages of the other modules say what each item does. These say which to take, in what order, and what the numbers
//! mean. Every block of code is run by the tests, and every table of England's numbers is made anew and compared by one.
//!
//! | page | its question |
//! |---|---|
//! | [`ten_minutes`] | how a file becomes a finding |
//! | [`choosing_a_method`] | which split answers which question, and when they differ |
//! | [`choosing_standard_errors`] | which standard errors belong to which question, and what the defaults are |
//! | [`intervals`] | how sure a share is, what of it is chance, and what unit effects take up |
//! | [`the_national_audit_office`] | what was published in 2019, and what open data give |
//! | [`coming_from_r_or_stata`] | how a call of relaimpo, domir, fixest, plm or xtsum is written here |
//! | [`how_do_i`] | which call does this small thing |
//! | [`limits`] | what the crate does not do, and what nobody may conclude |

pub mod ten_minutes {
    #![doc = include_str!("guide/ten_minutes.md")]
}

pub mod choosing_a_method {
    #![doc = include_str!("guide/choosing_a_method.md")]
}

pub mod choosing_standard_errors {
    #![doc = include_str!("guide/choosing_standard_errors.md")]
}

pub mod intervals {
    #![doc = include_str!("guide/intervals.md")]
}

pub mod the_national_audit_office {
    #![doc = include_str!("guide/the_national_audit_office.md")]
}

pub mod coming_from_r_or_stata {
    #![doc = include_str!("guide/coming_from_r_or_stata.md")]
}

pub mod how_do_i {
    #![doc = include_str!("guide/how_do_i.md")]
}

pub mod limits {
    #![doc = include_str!("guide/limits.md")]
}
