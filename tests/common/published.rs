//! A folder of published files, made up.
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use std::fmt::Write;

use super::example::Directory;

const YEARS: std::ops::RangeInclusive<i32> = 2016..=2020;

/// Something that varies by authority and year, without a pattern that a regression could exhaust.
fn noise(authority: i32, year: i32, of: i32) -> i32 {
    (authority * 7919 + (year - 2000) * 104_729 + of * 1_299_709).rem_euclid(1009) % 97
}

/// Files in the layouts of the real ones, of thirty authorities that do not exist.
pub fn publish(folder: &Directory) {
    let codes = "geographic_level,country_code,country_name,region_code,region_name,old_la_code,new_la_code,la_name";
    let mut plans = format!("time_period,{codes},category,CPP_At31,2_years_or_more_percent\n");
    let mut children = format!("time_period,{codes},age_group,population_estimate\n");
    let mut spending = "Short Desc,Data item,Years,LA and Regions,Values,LA Number,Region\n".to_owned();
    let mut poverty = spending.clone();
    for year in YEARS {
        for authority in 201..=230 {
            let place = format!(
                "Local authority,E92000001,England,R1,North,{authority},E{:08},Place {authority}",
                9_000_000 + authority
            );
            let plan = if authority == 230 { "c".to_owned() } else { (100 + noise(authority, year, 1)).to_string() };
            writeln!(plans, "{year},{place},Child Protection Plans by length of time,{plan},2.5").unwrap();
            writeln!(children, "{},{place},All,{}", year - 1, 20_000 + 100 * noise(authority, 0, 2)).unwrap();
            for measure in ["TotalLACFinance", "SafeguardingFinance", "FamilySupportFinance"] {
                let pounds = 1_000_000 + 10_000 * noise(authority, year, 3);
                writeln!(
                    spending,
                    "{measure},,{}-{} (OT),Place {authority},{pounds},{authority},North",
                    year - 1,
                    year % 100
                )
                .unwrap();
            }
            writeln!(
                poverty,
                "ChildPov,,{year},Place {authority},{},{authority},North",
                10 + noise(authority, year, 4) % 20
            )
            .unwrap();
        }
    }
    folder.write("d5_cpps_at31march_by_duration_2013_to_2025.csv", &plans);
    folder.write("ons_mid-year_population_estimates_2012_to_2024.csv", &children);
    folder.write("lait_2026-04-08_extract.csv", &spending);
    folder.write("lait_2025-05-28_extract.csv", &poverty);
}
