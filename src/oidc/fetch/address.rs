//! Which hosts and addresses may be asked (the registries of special-purpose addresses, RFC 6890; names, RFC 6761).
//!
//! SECURITY: this is the guard against a document that points at a metadata service or at somebody's own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::trust::IssuerUrl;

/// What the host of a URL says, before any name is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A name that may be resolved; every address it has is checked again.
    Public,
    /// `localhost`, a name below it, or a loopback address.
    Loopback,
    /// Never asked, with the reason.
    Refused(&'static str),
}

impl Reach {
    /// Judges the host as written. Numbers that stand for an address (`2130706433`) are addresses already in a [`Url`].
    pub fn of(url: &Url) -> Self {
        match url.host() {
            None => Self::Refused("there is no host"),
            Some(Host::Ipv4(address)) => Self::of_address(address.into()),
            Some(Host::Ipv6(address)) => Self::of_address(address.into()),
            Some(Host::Domain(name)) => Self::of_name(name),
        }
    }

    fn of_address(address: IpAddr) -> Self {
        if address.is_loopback() {
            return Self::Loopback;
        }
        match not_public(address) {
            Some(reason) => Self::Refused(reason),
            None => Self::Refused("an address instead of a host name"),
        }
    }

    fn of_name(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let name = name.trim_end_matches('.');
        if name == "localhost" || name.ends_with(".localhost") {
            return Self::Loopback;
        }
        let internal = [".local", ".internal", ".localdomain", ".home.arpa"];
        if internal.iter().any(|end| name.ends_with(end)) || name == "metadata" || name == "instance-data" {
            return Self::Refused("a name for internal use");
        }
        Self::Public
    }
}

/// True for an issuer that no cloud can reach and that anybody on this machine or network may be: on loopback, below
/// `.localhost`, under a name for internal use.
///
/// SECURITY: a real cloud is never told to trust such an issuer.
pub fn is_local_issuer(issuer: &IssuerUrl) -> bool {
    Url::parse(issuer.as_str()).map_or(true, |url| Reach::of(&url) != Reach::Public)
}

/// Why an address is not on the public internet, if so.
pub(super) fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => not_public_v4(address),
        IpAddr::V6(address) => not_public_v6(address),
    }
}

fn not_public_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, d] = address.octets();
    match (a, b, c, d) {
        (0, ..) => Some("an address of this network"),
        (127, ..) => Some("a loopback address"),
        (169, 254, ..) => Some("a link-local address, where metadata services are"),
        (10, ..) | (172, 16..=31, ..) | (192, 168, ..) => Some("a private address"),
        (100, 64..=127, ..) => Some("an address of a shared network"),
        (168, 63, 129, 16) => Some("a metadata service"),
        (192, 0, 0 | 2, _) | (192, 88, 99, _) | (198, 18..=19, ..) | (198, 51, 100, _) | (203, 0, 113, _) => {
            Some("an address reserved for special purposes")
        }
        (224.., ..) => Some("a multicast or reserved address"),
        _ => None,
    }
}

fn not_public_v6(address: Ipv6Addr) -> Option<&'static str> {
    if address.is_loopback() {
        return Some("a loopback address");
    }
    if let Some(inner) = embedded_v4(address) {
        return not_public_v4(inner);
    }
    let [first, second, third, ..] = address.segments();
    match (first, second, third) {
        (0xfe80..=0xfeff, ..) => Some("a link-local address"),
        (0xfc00..=0xfdff, ..) => Some("a private address, where metadata services are"),
        (0xff00.., ..) => Some("a multicast address"),
        // Teredo, benchmarking, ORCHID, documentation, 6to4
        (0x2001, 0..=0x01ff, _) | (0x2001, 0x0db8, _) | (0x2002, ..) | (0x3fff, 0..=0x0fff, _) => {
            Some("an address reserved for special purposes")
        }
        (0x2000..=0x3fff, ..) => None,
        _ => Some("an address outside the public range"),
    }
}

/// The IPv4 address that traffic to this address ends at: mapped (`::ffff:0:0/96`), compatible (`::/96`), translated
/// (`64:ff9b::/96`).
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            Some(Ipv4Addr::new(a, b, c, d))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn special_addresses_are_refused() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.0.1",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "5f00::1",
            "100::1",
            "64:ff9b:1::1",
        ] {
            assert!(not_public(text.parse().unwrap()).is_some(), "{text}");
        }
        for text in [
            "8.8.8.8",
            "172.32.0.1",
            "192.0.1.1",
            "2606:4700::1",
            "2001:4860::8888",
            "64:ff9b::808:808",
        ] {
            assert_eq!(not_public(text.parse().unwrap()), None, "{text}");
        }
    }

    #[test]
    fn hosts_are_judged_as_written() {
        let reach = |url: &str| Reach::of(&Url::parse(url).unwrap());
        for url in [
            "https://localhost",
            "https://LOCALHOST.:1/",
            "https://a.localhost",
            "https://127.0.0.1",
            "https://[::1]",
            "https://2130706433",
            "https://0x7f.1",
            "https://0177.0.0.1",
        ] {
            assert_eq!(reach(url), Reach::Loopback, "{url}");
        }
        for url in [
            "https://metadata.google.internal",
            "https://printer.local",
            "https://metadata",
            "https://8.8.8.8",
            "https://[2606:4700::1]",
            "https://169.254.169.254",
            "https://[::ffff:127.0.0.1]",
        ] {
            assert!(matches!(reach(url), Reach::Refused(_)), "{url}");
        }
        assert_eq!(reach("https://localhost.example"), Reach::Public);
        assert_eq!(reach("https://issuer.example"), Reach::Public);
    }

    #[test]
    fn local_issuers_are_told_apart() {
        let local = |url: &str| is_local_issuer(&IssuerUrl::parse(url).unwrap());
        for url in [
            "https://localhost:1/a",
            "http://127.0.0.1",
            "https://[::1]:2",
            "https://a.localhost",
            "https://ghe.corp.internal",
        ] {
            assert!(local(url), "{url}");
        }
        for url in [
            "https://issuer.example",
            "https://localhost.example/x",
            "https://token.actions.githubusercontent.com",
        ] {
            assert!(!local(url), "{url}");
        }
    }

    proptest! {
        #[test]
        fn an_address_inside_another_is_judged_alike(octets in any::<[u8; 4]>()) {
            let inner = Ipv4Addr::from(octets);
            let mapped = IpAddr::V6(inner.to_ipv6_mapped());
            prop_assert_eq!(not_public(mapped).is_some(), not_public(inner.into()).is_some());
        }
    }
}
