use super::*;

fn read(text: &str) -> Option<f64> {
    read_number(text.as_bytes())
}

#[test]
fn plain_numbers() {
    for (text, value) in [
        ("0", 0.0),
        ("12", 12.0),
        ("-3.5", -3.5),
        ("+3.5", 3.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("007", 7.0),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        ("2e+2", 200.0),
        ("12.5%", 12.5),
        ("-12.5 %", -12.5),
    ] {
        assert_eq!(read(text), Some(value), "{text}");
    }
}

#[test]
fn thousands_in_well_formed_groups() {
    for (text, value) in [
        ("1,234", 1234.0),
        ("12,345.6", 12_345.6),
        ("-1,234,567", -1_234_567.0),
        ("100,000%", 100_000.0),
        ("1,234.", 1234.0),
    ] {
        assert_eq!(read(text), Some(value), "{text}");
    }
    for text in ["12,34", "1,2345", "1234,567", ",123", "0,123", "1,,234", "1,234,", "1,234.5,6", "1,234e5", "1.234,5"]
    {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn not_numbers() {
    for text in [
        "", "-", "+", ".", "%", "--1", "+-1", "1 2", "1.2.3", "nan", "-nan", "1e", "e5", "0x10", "1_000", "£5", "12abc",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    assert_eq!(read_number(b"\xff1"), None);
}

#[test]
fn infinities() {
    for text in ["inf", "Infinity", "+INF", "1e999"] {
        assert_eq!(read(text), Some(f64::INFINITY), "{text}");
    }
    for text in ["-inf", "-infinity", "-1e999"] {
        assert_eq!(read(text), Some(f64::NEG_INFINITY), "{text}");
    }
}

#[test]
fn same_bits_as_the_standard_library() {
    for text in [
        "0.1",
        "65.5845",
        "0.272",
        "9007199254740992",
        "9007199254740993",
        "9007199254740995",
        "0.3000000000000000166",
        "1234567890123456789",
        "12345678901234567890",
        "123456789012345678901234567890",
        "0.0000000000000000000000001",
        "46045078.2028",
        "1.7976931348623157e308",
        "4.9e-324",
    ] {
        assert_eq!(read(text).unwrap().to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
    }
}

#[test]
fn numbers_written_in_other_ways() {
    let style = |methods: &str| NumberStyle::all().into_iter().find(|(_, named)| *named == methods).unwrap().0;
    for (methods, text, value) in [
        ("decimal_commas()", "14,1", 14.1),
        ("decimal_commas()", "-1.234,5", -1234.5),
        ("decimal_commas()", "12,5 %", 12.5),
        ("decimal_commas()", ",5", 0.5),
        ("currency_signs()", "£14.1", 14.1),
        ("currency_signs()", "-£1,234", -1234.0),
        ("currency_signs()", "$ -5", -5.0),
        ("currency_signs()", "12 €", 12.0),
        ("spaced_thousands()", "1 234 567.5", 1_234_567.5),
        ("spaced_thousands()", "1'234", 1234.0),
        ("decimal_commas() and currency_signs()", "€ 1.234,50", 1234.5),
        ("decimal_commas() and spaced_thousands()", "1 234,5", 1234.5),
    ] {
        assert_eq!(style(methods).read(text), Some(value), "{text}");
        assert!(NumberStyle::default().read(text) != Some(value), "{text}");
    }
    for (methods, text) in [
        ("decimal_commas()", "14.1"),
        ("decimal_commas()", "1,2,3"),
        ("decimal_commas()", "£1"),
        ("currency_signs()", "££1"),
        ("currency_signs()", "£"),
        ("spaced_thousands()", "1 23"),
        ("spaced_thousands()", "1 234'567"),
        ("spaced_thousands()", "1 2"),
    ] {
        assert_eq!(style(methods).read(text), None, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_printed_number_reads_back(value in proptest::num::f64::NORMAL) {
        proptest::prop_assert_eq!(read(&format!("{value}")), Some(value));
        proptest::prop_assert_eq!(read(&format!("{value:e}")), Some(value));
    }

    #[test]
    fn short_decimals_read_as_the_standard_library_does(text in "[0-9]{0,12}\\.?[0-9]{1,9}") {
        proptest::prop_assert_eq!(read(&text), text.parse::<f64>().ok());
    }
}
