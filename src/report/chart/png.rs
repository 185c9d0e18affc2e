//! A chart as PNG, with letters of our own: a part of Liberation Sans, under another name as its licence asks.

use std::sync::Arc;

use resvg::{tiny_skia, usvg};

use super::Chart;
use crate::error::{Error, QuestionError, Result};

/// Latin, Greek and Cyrillic letters and usual signs, under the SIL Open Font License; see OFL.txt beside them.
const LETTERS: [&[u8]; 2] =
    [include_bytes!("font/apportion-sans-regular.ttf"), include_bytes!("font/apportion-sans-bold.ttf")];
/// Pixels that a picture may have.
const MOST_PIXELS: f64 = 2e8;

impl Chart {
    /// The chart as PNG, so many times its size: 2 for a screen of many pixels, 3 for print.
    ///
    /// Its letters are in the crate: Latin, Greek and Cyrillic ones. Others are drawn as empty boxes; the SVG has them.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a scale that is not above zero, or so large that the picture has more than 200
    /// million pixels.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::SideBySide;
    /// use apportion::report::chart::Chart;
    ///
    /// let published = SideBySide::new().figures("published", [("practice", 0.44), ("unexplained", 0.56)]);
    /// let chart = Chart::breakdowns(&published)?;
    /// assert!(chart.to_png(2.0)?.starts_with(b"\x89PNG"));
    /// assert!(chart.to_png(0.0).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_png(&self, scale: f64) -> Result<Vec<u8>> {
        let (width, height) = self.size();
        let (wide, high) = ((width * scale).ceil(), (height * scale).ceil());
        if !(scale > 0.0 && wide * high <= MOST_PIXELS) {
            let expected = "it must be above zero, and the picture no larger than 200 million pixels".to_owned();
            return Err(QuestionError::Option { option: "scale", expected, found: scale.to_string() }.into());
        }
        let mut options = usvg::Options { font_family: "Apportion Sans".to_owned(), ..usvg::Options::default() };
        let fonts = options.fontdb_mut();
        for letters in LETTERS {
            fonts.load_font_source(usvg::fontdb::Source::Binary(Arc::new(letters)));
        }
        fonts.set_sans_serif_family("Apportion Sans");
        let tree = usvg::Tree::from_str(&self.to_svg(), &options).map_err(Error::other)?;
        let picture = tiny_skia::Pixmap::new(wide as u32, high as u32);
        let mut picture = picture.ok_or_else(|| Error::other("the picture has no pixel"))?;
        let scale = scale as f32;
        resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut picture.as_mut());
        picture.encode_png().map_err(Error::other)
    }
}
