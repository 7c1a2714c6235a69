//! Times in conditions: ISO 8601 as the W3C profile has it, or seconds since 1970.

/// Seconds since 1970, fractions cut; nothing for a text that is no time.
pub(super) fn seconds(text: &str) -> Option<i64> {
    if let Ok(epoch) = text.parse::<i64>() {
        // A bare year is a date of the profile.
        if text.len() != 4 {
            return Some(epoch);
        }
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |part| digits(part, 2))?;
    let day = parts.next().map_or(Some(1), |part| digits(part, 2))?;
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let of_day = time.map_or(Some(0), seconds_of_day)?;
    Some(days_since_1970(year, month, day) * 86_400 + of_day)
}

/// `hh:mm[:ss[.fff]](Z|±hh:mm)`
fn seconds_of_day(time: &str) -> Option<i64> {
    let (clock, offset) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => return None,
    };
    let mut parts = clock.split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let second = match parts.next() {
        None => 0,
        Some(part) => digits(part.split('.').next()?, 2)?,
    };
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let shift = match offset.split_at_checked(1)? {
        ("Z", "") => 0,
        (sign, rest) => {
            let (h, m) = rest.split_once(':')?;
            let shift = digits(h, 2)? * 3600 + digits(m, 2)? * 60;
            if sign == "-" { -shift } else { shift }
        }
    };
    Some(hour * 3600 + minute * 60 + second - shift)
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let fits = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}

/// The proleptic Gregorian calendar, years counted from March so that the leap day is the last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 306 + 5) / 10 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-01-01T00:00:00Z", Some(1_767_225_600)),
            ("2026-01-01T01:00:00+01:00", Some(1_767_225_600)),
            ("2025-12-31T19:00:00.25-05:00", Some(1_767_225_600)),
            ("2026-01-01T00:00Z", Some(1_767_225_600)),
            ("2026-01-01", Some(1_767_225_600)),
            ("2026", Some(1_767_225_600)),
            ("2024-02-29", Some(1_709_164_800)),
            ("1767225600", Some(1_767_225_600)),
            ("2026-13-01", None),
            ("2026-01-01T00:00:00", None),
            ("2026-01-01T25:00:00Z", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
