//! A backend that counts what is drawn onto it.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use apportion::report::chart::Chart;
use apportion::report::chart::plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};

#[derive(Debug, Default, Clone)]
pub struct Drawn {
    pub texts: usize,
    /// Points beyond the area.
    pub outside: usize,
}

struct Counting {
    size: (u32, u32),
    drawn: Rc<RefCell<Drawn>>,
}

type Outcome = Result<(), DrawingErrorKind<Infallible>>;

impl Counting {
    fn point(&self, (x, y): BackendCoord) {
        let is_inside = (-1..=self.size.0 as i32 + 1).contains(&x) && (-1..=self.size.1 as i32 + 1).contains(&y);
        self.drawn.borrow_mut().outside += usize::from(!is_inside);
    }
}

impl DrawingBackend for Counting {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Outcome {
        Ok(())
    }

    fn present(&mut self) -> Outcome {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, _: BackendColor) -> Outcome {
        self.point(point);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, _: &S) -> Outcome {
        path.into_iter().for_each(|point| self.point(point));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, _: &str, _: &S, at: BackendCoord) -> Outcome {
        self.point(at);
        self.drawn.borrow_mut().texts += 1;
        Ok(())
    }
}

/// Draws a chart onto an area of this size.
pub fn draw(chart: &Chart, size: (u32, u32)) -> Result<Drawn, DrawingAreaErrorKind<Infallible>> {
    let drawn = Rc::new(RefCell::new(Drawn::default()));
    let area = DrawingArea::from(Counting { size, drawn: Rc::clone(&drawn) });
    chart.draw(&area)?;
    let counted = drawn.borrow().clone();
    Ok(counted)
}
