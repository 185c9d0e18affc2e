//! In which colours is a chart drawn?

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, QuestionError, Result};

/// A colour: its red, green and blue, each from 0 to 255. Written as `#RRGGBB`, and read back.
///
/// # Examples
/// ```
/// use apportion::report::chart::Colour;
///
/// assert_eq!(Colour(0, 114, 178).to_string(), "#0072B2");
/// assert_eq!("#0072b2".parse::<Colour>()?, Colour(0, 114, 178));
/// assert!("blue".parse::<Colour>().is_err());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour(pub u8, pub u8, pub u8);

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}

impl FromStr for Colour {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let number = number.ok_or_else(|| QuestionError::Option {
            option: "colour",
            expected: "write it as #RRGGBB, such as #0072B2".to_owned(),
            found: format!("\"{text}\""),
        })?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Colour(red, green, blue))
    }
}

impl TryFrom<String> for Colour {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl Colour {
    /// How light it looks, from 0 (black) to 1 (white): the relative luminance of WCAG 2.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// How well two colours are told apart, from 1 to 21: the contrast ratio of WCAG 2.
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// So much of the way to another colour, from 0 to 1.
    pub(super) fn towards(self, other: Self, part: f64) -> Self {
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part.clamp(0.0, 1.0)).round() as u8;
        Colour(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }
}

/// The colours of a chart. Those of components are P. Tol's twelve for qualitative data, which readers who do not see red,
/// green or blue tell apart, in an order that puts unlike ones beside each other; what is unexplained is grey.
///
/// P. Tol (2021), "Colour schemes", SRON technical note 09-002.
///
/// # Examples
/// ```
/// use apportion::report::chart::{Colour, Theme};
///
/// let theme = Theme::default();
/// assert_eq!((theme.background, theme.components.len()), (Colour(255, 255, 255), 12));
/// assert_ne!(theme, Theme::dark());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Theme {
    /// Behind everything.
    pub background: Colour,
    /// Titles, names and numbers.
    pub text: Colour,
    /// Subtitles, ticks, notes and sources.
    pub quiet: Colour,
    /// Axes, zero, and what marks are compared with.
    pub axis: Colour,
    /// Lines of the grid.
    pub grid: Colour,
    /// Components, in their order; begun again where there are more.
    pub components: Vec<Colour>,
    /// What is always in, credited to nobody.
    pub always: Colour,
    /// What no component explains.
    pub unexplained: Colour,
    /// Marks of which there is one kind.
    pub mark: Colour,
    /// Those that are far above what is expected.
    pub high: Colour,
    /// Those that are far below.
    pub low: Colour,
    /// Those of which nothing more is said than of any other.
    pub plain: Colour,
}

impl Default for Theme {
    fn default() -> Self {
        let components = [
            Colour(0x33, 0x22, 0x88),
            Colour(0x44, 0xAA, 0x99),
            Colour(0xDD, 0xCC, 0x77),
            Colour(0xCC, 0x66, 0x77),
            Colour(0x88, 0xCC, 0xEE),
            Colour(0x11, 0x77, 0x33),
            Colour(0xAA, 0x44, 0x99),
            Colour(0x99, 0x99, 0x33),
            Colour(0x66, 0x99, 0xCC),
            Colour(0x66, 0x11, 0x00),
            Colour(0xAA, 0x44, 0x66),
            Colour(0x88, 0x22, 0x55),
        ];
        Theme {
            background: Colour(0xFF, 0xFF, 0xFF),
            text: Colour(0x1F, 0x1F, 0x1F),
            quiet: Colour(0x59, 0x59, 0x59),
            axis: Colour(0x70, 0x70, 0x70),
            grid: Colour(0xE3, 0xE3, 0xE3),
            components: components.to_vec(),
            always: Colour(0x8C, 0x8C, 0x8C),
            unexplained: Colour(0xC8, 0xC8, 0xC8),
            mark: Colour(0x20, 0x60, 0x95),
            high: Colour(0xB5, 0x4A, 0x00),
            low: Colour(0x00, 0x72, 0xB2),
            plain: Colour(0x9A, 0x9A, 0x9A),
        }
    }
}

impl Theme {
    /// Light on dark, for slides and dark pages.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::chart::{ChartStyle, Colour, Theme};
    ///
    /// let style = ChartStyle::new().theme(Theme::dark());
    /// assert!(serde_json::to_string(&style).unwrap().contains("\"background\":\"#16191D\""));
    /// ```
    pub fn dark() -> Self {
        let light = Theme::default();
        let white = light.background;
        Theme {
            background: Colour(0x16, 0x19, 0x1D),
            text: Colour(0xF2, 0xF2, 0xF2),
            quiet: Colour(0xB8, 0xBC, 0xC2),
            axis: Colour(0x9A, 0x9F, 0xA6),
            grid: Colour(0x34, 0x39, 0x40),
            components: light.components.iter().map(|colour| colour.towards(white, 0.25)).collect(),
            always: Colour(0x7A, 0x80, 0x88),
            unexplained: Colour(0x55, 0x5B, 0x63),
            mark: Colour(0x6F, 0xB3, 0xE0),
            high: Colour(0xF0, 0x9A, 0x5A),
            low: Colour(0x6C, 0xBE, 0xEA),
            plain: Colour(0x83, 0x88, 0x90),
        }
    }

    /// The colour of the component at this place.
    pub(super) fn component(&self, at: usize) -> Colour {
        match self.components.as_slice() {
            [] => self.mark,
            colours => colours[at % colours.len()],
        }
    }

    /// The colour of letters on this one.
    pub(super) fn text_on(&self, colour: Colour) -> Colour {
        let better = |a: Colour, b: Colour| if a.contrast(colour) >= b.contrast(colour) { a } else { b };
        better(self.text, self.background)
    }
}
