//! A scene as SVG: what plotters writes, with a head that says what is shown.

use plotters::backend::SVGBackend;
use plotters::drawing::IntoDrawingArea;

use super::paint::{FAMILY, paint};
use super::scene::Scene;
use super::text::plain;

/// plotters knows whole pixels only: a scene is drawn so many times its size, and the head makes it small again.
const TIMES: f64 = 10.0;

/// The SVG of a scene; `prefix` begins its ids, so that several can stand on one page.
pub(super) fn svg(scene: &Scene, prefix: Option<&str>) -> String {
    let (width, height) = (TIMES * scene.width, TIMES * scene.height);
    let mut drawn = String::new();
    let area = SVGBackend::with_string(&mut drawn, (width as u32, height as u32)).into_drawing_area();
    // A string takes whatever is written to it.
    let _ = paint(scene, &area, TIMES, (0.0, 0.0)).and_then(|()| area.present());
    drop(area);
    let marks = drawn.split_once(">\n").map_or("", |(_, marks)| marks);
    // What is so without being said, or is said in the head.
    let said = format!(" font-family=\"{FAMILY}\"");
    let mut marks = marks.to_owned();
    for (from, to) in [
        (said.as_str(), ""),
        (" opacity=\"1\"", ""),
        (" stroke=\"none\"", ""),
        (" text-anchor=\"start\"", ""),
        (" \"/>\n", "\"/>\n"),
        ("\">\n", "\">"),
        ("\n</text>", "</text>"),
    ] {
        marks = marks.replace(from, to);
    }
    let id = prefix
        .map_or_else(|| format!("chart-{:016x}", fingerprint(&[&scene.title, &scene.description, &marks])), plain);
    let id = escaped(&id.replace(char::is_whitespace, "-"));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"{FAMILY}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n{marks}",
        scene.width,
        scene.height,
        escaped(&plain(&scene.title)),
        escaped(&plain(&scene.description)),
    )
}

/// A number that two charts share only if they are the same: FNV-1a, which does not change with the version of Rust.
fn fingerprint(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            other => escaped.push(other),
        }
    }
    escaped
}
