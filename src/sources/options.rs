//! What to take from a published file, and what to make of what it holds.

use std::ops::RangeInclusive;

use super::{JointReturns, Lookup, Measure, Source};
use crate::panel::Missing;

impl Source {
    /// The publisher's title, for the provenance.
    ///
    /// ```
    /// use apportion::Source;
    /// let source = Source::table("plans.csv", "la", None);
    /// let source = source.title("Children in need").publisher("Department for Education");
    /// assert_eq!(source.publication(), ("Children in need", "Department for Education"));
    /// ```
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// The publisher, for the provenance.
    pub fn publisher(mut self, publisher: impl Into<String>) -> Self {
        self.publisher = Some(publisher.into());
        self
    }

    /// The sheet of a workbook (xlsx, xlsm, xlsb, xls, ods), trimmed. Default: the only one there is. The header is the
    /// first row that holds the names asked for. A number is read as its cell shows it where the format says what it
    /// means: 7.5%, not 0.075, and the code 007, not 7. The formats of an xlsb file are not known, so save it as xlsx where
    /// it has percentages. Needs the feature `excel`.
    ///
    /// ```no_run
    /// use apportion::Source;
    /// let published = Source::table("plans.xlsx", "LA code", None).sheet("Table 1").measure("Plans").read()?;
    /// assert!(published.authorities().has_column("Plans"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn sheet(mut self, sheet: impl Into<String>) -> Self {
        self.sheet = Some(sheet.into());
        self
    }

    /// Takes only the rows that hold this text in this column, both trimmed. Several filters must all hold.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let file = "la,category,plans\n202,All,143\n202,Neglect,70\n203,All,210\n";
    /// let source = Source::table("plans.csv", "la", None).measure("plans");
    /// let all = source.clone().filter("category", "All").read_from(Cursor::new(file))?;
    /// assert_eq!(all.authorities().column("plans")?.numbers()?, [143.0, 210.0]);
    /// // Without, two rows have one key: the message says what tells them apart.
    /// assert!(source.read_from(Cursor::new(file)).unwrap_err().to_string().contains("category"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn filter(mut self, column: impl Into<String>, value: impl Into<String>) -> Self {
        self.filters.push((column.into(), value.into()));
        self
    }

    /// Takes a measure; repeat for several.
    ///
    /// ```
    /// use apportion::sources::Measure;
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// // By its own name, by another, and with what is known of it.
    /// let source = Source::table("t.csv", "la", None).measure("a").measure(("b", "second"));
    /// let file = Cursor::new("la,a,b,c,d\n202,1,2,3,4\n");
    /// let panel = source.measure(Measure::rate("c")).read_from(file)?.into_authorities();
    /// let names: Vec<&str> = panel.columns().iter().map(|column| column.name()).collect();
    /// assert_eq!(names, ["a", "second", "c"]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn measure(mut self, measure: impl Into<Measure>) -> Self {
        self.measures.push(measure.into());
        self
    }

    /// Takes a column that describes the unit, such as its name. Default: codes, names and regions where the layout has
    /// them, none in a table, long or wide layout.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let source = Source::table("plans.csv", "la", None).measure("plans").label("la_name");
    /// let panel = source.read_from(Cursor::new("la,la_name,plans\n202,Camden,143\n"))?.into_authorities();
    /// assert_eq!(panel.label_columns(), ["la_name"]);
    /// assert_eq!(panel.column("la_name")?.text(0), Some("Camden"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn label(mut self, column: impl Into<String>) -> Self {
        self.labels.push(column.into());
        self
    }

    /// Takes only these periods, both ends included. Default: all.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let file = "la,year,plans\n202,2016,1\n202,2017,2\n202,2018,3\n";
    /// let source = Source::table("plans.csv", "la", Some("year")).measure("plans").periods(2017..=2018);
    /// assert_eq!(source.read_from(Cursor::new(file))?.authorities().periods(), [2017, 2018]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn periods(mut self, periods: RangeInclusive<i32>) -> Self {
        self.periods = Some(periods);
        self
    }

    /// Says what a mark means in this release. Default: as in [`Missing`], so `x` is "suppressed or not available":
    /// before 2018 releases suppressed small numbers with `x`, since then `c` does that and `x` says not available.
    ///
    /// ```
    /// use apportion::panel::Missing;
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let source = Source::table("plans.csv", "la", None).measure("plans").mark("x", Missing::Confidential);
    /// let published = source.read_from(Cursor::new("la,plans\n202,143\n203,x\n"))?;
    /// assert_eq!(published.authorities().column("plans")?.missing(1), Some(Missing::Confidential));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn mark(mut self, mark: impl Into<String>, meaning: Missing) -> Self {
        self.marks.insert(mark.into(), meaning);
        self
    }

    /// Gives a return filed together (`314 / 318`) to each authority it names, with 1 in a column of this name where
    /// that was done and 0 elsewhere. Right for rates; a count then stands once for each authority. Default: such a
    /// return is an error.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let file = "la,rate\n202,43\n314 / 318,30\n";
    /// let source = Source::table("rates.csv", "la", None).measure("rate");
    /// let each = source.clone().joint_returns_to_each("joint").read_from(Cursor::new(file))?.into_authorities();
    /// assert_eq!(each.units(), ["202", "314", "318"]);
    /// assert_eq!(each.column("joint")?.numbers()?, [0.0, 1.0, 1.0]);
    /// let without = source.leave_out_joint_returns().read_from(Cursor::new(file))?;
    /// assert_eq!(without.authorities().units(), ["202"]);
    /// assert_eq!(without.left_out().len(), 1);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn joint_returns_to_each(mut self, flag: impl Into<String>) -> Self {
        self.joint = JointReturns::ToEach { flag: flag.into() };
        self
    }

    /// Leaves returns filed together out; [`Published::left_out`](super::Published::left_out) lists them.
    ///
    /// See the example of [`joint_returns_to_each`](Self::joint_returns_to_each).
    pub fn leave_out_joint_returns(mut self) -> Self {
        self.joint = JointReturns::LeaveOut;
        self
    }

    /// Turns the codes of the file into units by a table of codes. Default: units are the codes as they stand.
    ///
    /// See the example of [`Lookup`].
    pub fn lookup(mut self, lookup: Lookup) -> Self {
        self.lookup = Some(lookup);
        self
    }

    /// Takes the nine-character codes of explore-education-statistics as units. Default: the three-digit numbers, which
    /// survive a recoding of the same area.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let file = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,\
    ///             old_la_code,new_la_code,la_name,plans\n\
    ///             2018,Reporting year,Local authority,E92000001,England,E13000001,Inner London,\
    ///             202,E09000007,Camden,143\n";
    /// let source = Source::explore_education("plans.csv").measure("plans");
    /// assert_eq!(source.read_from(Cursor::new(file))?.authorities().units(), ["202"]);
    /// assert_eq!(source.by_new_codes().read_from(Cursor::new(file))?.authorities().units(), ["E09000007"]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn by_new_codes(mut self) -> Self {
        self.new_codes = true;
        self
    }

    /// Accepts years and spans of years side by side. Default: an error, since 2018 and 2017-18 may be different years.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let file = "la,year,rate\n202,2017,43\n202,2017-18,48.5\n";
    /// let source = Source::table("rates.csv", "la", Some("year")).measure("rate");
    /// assert!(source.read_from(Cursor::new(file)).is_err());
    /// let published = source.accept_mixed_periods().read_from(Cursor::new(file))?;
    /// assert_eq!(published.authorities().periods(), [2017, 2018]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn accept_mixed_periods(mut self) -> Self {
        self.mixed_periods = true;
        self
    }

    /// The period column holds dates (2019-02-18 or 18/02/2019), taken as the financial year, 1 April to 31 March, in
    /// which they fall.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let source = Source::table("ratings.csv", "la", Some("inspected")).measure("grade").periods_from_dates();
    /// let published = source.read_from(Cursor::new("la,inspected,grade\n202,18/02/2019,2\n202,2019-04-01,1\n"))?;
    /// assert_eq!(published.authorities().periods(), [2019, 2020]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn periods_from_dates(mut self) -> Self {
        self.dates = true;
        self
    }

    /// Leaves a heading of a wide table out that speaks of a period and is none of a measure's, such as "2018 rank".
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let file = "la,2017,2018,2018 rank\n202,43,48.5,1\n";
    /// let source = Source::wide("rates.csv", "la").measure(("{period}", "rate"));
    /// let error = source.read_from(Cursor::new(file)).unwrap_err();
    /// assert!(error.to_string().contains("2018 rank"), "{error}");
    /// let panel = source.pass_over("2018 rank").read_from(Cursor::new(file))?.into_authorities();
    /// assert_eq!(panel.column("rate")?.numbers()?, [43.0, 48.5]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn pass_over(mut self, heading: impl Into<String>) -> Self {
        self.passed_over.push(heading.into());
        self
    }

    /// Numbers have decimal commas: `14,1` is 14.1, and `1.234,5` is 1234.5. Default: decimal points.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let file = "la,rate,spend\n202,\"14,1\",\"€ 1.234,50\"\n";
    /// let source = Source::table("rates.csv", "la", None).measure("rate").measure("spend");
    /// assert!(source.read_from(Cursor::new(file)).is_err());
    /// let panel = source.decimal_commas().currency_signs().read_from(Cursor::new(file))?.into_authorities();
    /// assert_eq!((panel.column("rate")?.numbers()?[0], panel.column("spend")?.numbers()?[0]), (14.1, 1234.5));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn decimal_commas(mut self) -> Self {
        self.style.decimal_comma = true;
        self
    }

    /// A sign of currency (£ $ € ¥ ₹) before or after a number is passed over. Default: such a cell is an error.
    ///
    /// See the example of [`decimal_commas`](Self::decimal_commas).
    pub fn currency_signs(mut self) -> Self {
        self.style.currency = true;
        self
    }

    /// Spaces of any kind and apostrophes may separate thousands: `1 234` is 1234. Default: only commas may.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let source = Source::table("children.csv", "la", None).measure("children").spaced_thousands();
    /// let panel = source.read_from(Cursor::new("la,children\n202,12\u{a0}345\n"))?.into_authorities();
    /// assert_eq!(panel.column("children")?.numbers()?, [12_345.0]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn spaced_thousands(mut self) -> Self {
        self.style.spaced_thousands = true;
        self
    }
}
