//! Points in time as AWS writes them, from seconds since 1970 and back.

/// `2026-09-21T12:00:00Z` (ISO 8601, the form of both services' replies).
pub fn iso8601(seconds: i64) -> String {
    let (date, time) = split(seconds);
    let (y, m, d) = date;
    let (h, min, s) = time;
    format!("{y:04}-{m:02}-{d:02}T{h:02}:{min:02}:{s:02}Z")
}

/// `20260921T120000Z` (the form of `X-Amz-Date`).
pub fn basic(seconds: i64) -> String {
    iso8601(seconds).replace(['-', ':'], "")
}

/// Reads the form of `X-Amz-Date`.
pub fn from_basic(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes.get(8) != Some(&b'T') || bytes.get(15) != Some(&b'Z') {
        return None;
    }
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok()
    };
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
    if !(1970..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    Some(days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

type Date = (i64, i64, i64);
type Time = (i64, i64, i64);

fn split(seconds: i64) -> (Date, Time) {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    (
        civil_from_days(days),
        (rest / 3_600, rest % 3_600 / 60, rest % 60),
    )
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; years are counted from March, so that the leap day is the
/// last day of a year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> Date {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_points() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_790_000_010, "2026-09-21T14:13:30Z"),
            (4_102_444_799, "2099-12-31T23:59:59Z"),
        ] {
            assert_eq!(iso8601(seconds), text);
            assert_eq!(from_basic(&basic(seconds)), Some(seconds));
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "20260921",
            "20261321T000000Z",
            "2026-09-21T000000Z",
            "2026092 T120000Z",
            "20260921T250000Z",
        ] {
            assert_eq!(from_basic(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_there_and_back() {
        for day in (0..80_000).step_by(13) {
            let (y, m, d) = civil_from_days(day);
            assert_eq!(days_from_civil(y, m, d), day);
        }
    }
}
