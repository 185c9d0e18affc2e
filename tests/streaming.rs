//! A file much larger than what is kept of it: memory is bounded by what is kept.
//!
//! A binary of its own, because it measures the memory of its process, to which other tests would add.
#![allow(clippy::expect_used, clippy::panic)]

use std::io::{self, Read, Seek, SeekFrom};

use apportion::Source;

const HEADER: &str = "time_period,geographic_level,old_la_code,new_la_code,la_name,category,v,w\n";
const AUTHORITIES: u64 = 150;
const CATEGORIES: u64 = 100;
/// 200 MB of lines of 75 bytes.
const LINES: u64 = 2_700_000;

/// A file that is written while it is read.
struct Written {
    next: u64,
    pending: Vec<u8>,
    bytes: u64,
}

impl Written {
    fn new() -> Self {
        Written { next: 0, pending: HEADER.as_bytes().to_vec(), bytes: 0 }
    }
}

impl Read for Written {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.pending.len() < buffer.len() && self.next < LINES {
            let (category, rest) = (self.next % CATEGORIES, self.next / CATEGORIES);
            let (authority, year) = (rest % AUTHORITIES, rest / AUTHORITIES);
            let line = format!(
                "{},Local authority,{},E{:08},Authority {authority:03},Category {category:03},{:.1},{:.3}\n",
                1800 + year,
                201 + authority,
                9_000_001 + authority,
                self.next as f64 / 10.0,
                self.next as f64 / 7.0
            );
            self.pending.extend_from_slice(line.as_bytes());
            self.next += 1;
        }
        let taken = buffer.len().min(self.pending.len());
        buffer[..taken].copy_from_slice(&self.pending[..taken]);
        self.pending.drain(..taken);
        self.bytes += taken as u64;
        Ok(taken)
    }
}

impl Seek for Written {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        assert_eq!(to, SeekFrom::Start(0), "nothing but a new beginning is asked for");
        *self = Written::new();
        Ok(0)
    }
}

/// The most memory that this process has held, in kB; `None` where the system does not say.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn two_hundred_megabytes_are_read_in_a_few() {
    let before = peak();
    let mut file = Written::new();
    let source = Source::explore_education("large.csv").filter("category", "Category 007").measure("v");
    let panel = source.read_from(&mut file).expect("it reads").into_authorities();
    assert!(file.bytes > 200_000_000, "{} bytes", file.bytes);
    assert_eq!((panel.n_observations() as u64, panel.n_units() as u64), (LINES / CATEGORIES, AUTHORITIES));
    assert_eq!(panel.column("v").expect("read").numbers().expect("numbers")[0], 0.7);
    if let (Some(before), Some(after)) = (before, peak()) {
        println!("{} bytes read, {} rows kept, {} kB more memory", file.bytes, panel.n_observations(), after - before);
        // 27,000 rows with their labels take some megabytes; the whole file would take 200.
        assert!(after - before < 40_000, "{} kB", after - before);
    }
}
