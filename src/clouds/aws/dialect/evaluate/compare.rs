//! One value of a request against one value of a policy.

use std::cmp::Ordering;
use std::net::IpAddr;

use super::super::policy::Test;
use super::context::Context;
use super::date::seconds;
use super::truth::Truth;
use super::variables::{Expanded, Wildcards, expand};

/// Whether the positive form of a test matches. `Unknown` for values that are not of the test's type.
pub(super) fn matches(test: Test, wanted: &str, found: &str, context: Option<&Context>) -> Truth {
    match test {
        Test::StringEquals | Test::StringNotEquals => text(wanted, context, |wanted| wanted == found),
        Test::StringEqualsIgnoreCase | Test::StringNotEqualsIgnoreCase => text(wanted, context, |wanted| {
            wanted.to_lowercase() == found.to_lowercase()
        }),
        Test::StringLike | Test::StringNotLike => match expand(wanted, Wildcards::Yes, context) {
            Expanded::Text(glob) => glob.matches(found).into(),
            Expanded::Unresolved => Truth::False,
            Expanded::Unknown => Truth::Unknown,
        },
        Test::ArnEquals | Test::ArnLike | Test::ArnNotEquals | Test::ArnNotLike => {
            arn_like(wanted, found, context)
        }
        Test::NumericEquals | Test::NumericNotEquals => numeric(wanted, found, Ordering::is_eq),
        Test::NumericLessThan => numeric(wanted, found, Ordering::is_lt),
        Test::NumericLessThanEquals => numeric(wanted, found, Ordering::is_le),
        Test::NumericGreaterThan => numeric(wanted, found, Ordering::is_gt),
        Test::NumericGreaterThanEquals => numeric(wanted, found, Ordering::is_ge),
        Test::DateEquals | Test::DateNotEquals => date(wanted, found, Ordering::is_eq),
        Test::DateLessThan => date(wanted, found, Ordering::is_lt),
        Test::DateLessThanEquals => date(wanted, found, Ordering::is_le),
        Test::DateGreaterThan => date(wanted, found, Ordering::is_gt),
        Test::DateGreaterThanEquals => date(wanted, found, Ordering::is_ge),
        Test::Bool => text(wanted, context, |wanted| wanted.eq_ignore_ascii_case(found)),
        Test::BinaryEquals => (wanted == found).into(),
        Test::IpAddress | Test::NotIpAddress => address(wanted, found).map_or(Truth::Unknown, Truth::from),
        // `Null` asks about the key, not about its value.
        Test::Null => Truth::Unknown,
    }
}

fn text(wanted: &str, context: Option<&Context>, same: impl Fn(&str) -> bool) -> Truth {
    if !wanted.contains("${") {
        return same(wanted).into();
    }
    match expand(wanted, Wildcards::No, context) {
        Expanded::Text(glob) => glob.as_literal().is_some_and(|wanted| same(&wanted)).into(),
        Expanded::Unresolved => Truth::False,
        Expanded::Unknown => Truth::Unknown,
    }
}

/// The six parts of an ARN are compared each for itself; a bare `*` is any ARN.
fn arn_like(wanted: &str, found: &str, context: Option<&Context>) -> Truth {
    if wanted == "*" {
        return Truth::True;
    }
    let (wanted, found) = (arn_parts(wanted), arn_parts(found));
    if wanted.len() != found.len() {
        return Truth::False;
    }
    Truth::all(wanted.iter().zip(&found).map(|(wanted, found)| {
        match expand(wanted, Wildcards::Yes, context) {
            Expanded::Text(glob) => glob.matches(found).into(),
            Expanded::Unresolved => Truth::False,
            Expanded::Unknown => Truth::Unknown,
        }
    }))
}

/// Splits at the first five colons that do not stand in a variable.
fn arn_parts(arn: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut in_variable) = (0, false);
    for (at, c) in arn.char_indices() {
        match c {
            '{' if arn.get(..at).is_some_and(|before| before.ends_with('$')) => in_variable = true,
            '}' => in_variable = false,
            ':' if !in_variable && parts.len() < 5 => {
                parts.extend(arn.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(arn.get(start..));
    parts
}

fn numeric(wanted: &str, found: &str, holds: impl Fn(Ordering) -> bool) -> Truth {
    let order = match (found.parse::<i128>(), wanted.parse::<i128>()) {
        (Ok(found), Ok(wanted)) => Some(found.cmp(&wanted)),
        _ => match (found.parse::<f64>(), wanted.parse::<f64>()) {
            (Ok(found), Ok(wanted)) => found.partial_cmp(&wanted),
            _ => None,
        },
    };
    order.map_or(Truth::Unknown, |order| holds(order).into())
}

fn date(wanted: &str, found: &str, holds: impl Fn(Ordering) -> bool) -> Truth {
    match (seconds(found), seconds(wanted)) {
        (Some(found), Some(wanted)) => holds(found.cmp(&wanted)).into(),
        _ => Truth::Unknown,
    }
}

/// An address in a network in CIDR notation; a bare address is a network of one.
fn address(wanted: &str, found: &str) -> Option<bool> {
    let (network, length) = match wanted.split_once('/') {
        Some((network, length)) => (network, Some(length.parse::<u32>().ok()?)),
        None => (wanted, None),
    };
    let (network, bits) = bits(network.parse().ok()?);
    let (found, found_bits) = self::bits(found.parse().ok()?);
    let length = length.unwrap_or(bits);
    if length > bits {
        return None;
    }
    let ignored = bits - length;
    let prefix = |address: u128| address.checked_shr(ignored).unwrap_or(0);
    Some(bits == found_bits && prefix(network) == prefix(found))
}

fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (network, found, expected) in [
            ("203.0.113.0/24", "203.0.113.255", Some(true)),
            ("0.0.0.0/0", "1.2.3.4", Some(true)),
            ("::/0", "2001:db8::1", Some(true)),
            ("::/0", "1.2.3.4", Some(false)),
            ("2001:db8::/32", "2001:db9::1", Some(false)),
            ("10.0.0.0/33", "10.0.0.1", None),
            ("x", "10.0.0.1", None),
        ] {
            assert_eq!(address(network, found), expected, "{network} {found}");
        }
    }

    #[test]
    fn arns_split_outside_of_variables() {
        assert_eq!(
            arn_parts("arn:aws:s3:::b/${aws:username}:x"),
            ["arn", "aws", "s3", "", "", "b/${aws:username}:x"]
        );
        assert_eq!(
            arn_parts("arn:aws:iam::${aws:PrincipalAccount}:role/x"),
            ["arn", "aws", "iam", "", "${aws:PrincipalAccount}", "role/x"]
        );
    }
}
