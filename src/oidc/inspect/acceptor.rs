//! What each cloud demands of an issuer and its keys.

use crate::oidc::algorithm::Algorithm;

/// One cloud, as far as issuers are concerned.
pub(super) struct Acceptor {
    pub(super) name: &'static str,
    /// Characters of an issuer URL.
    pub(super) max_url_chars: usize,
    pub(super) accepts_ports: bool,
    pub(super) algorithms: &'static [Algorithm],
    /// Keys of a set that are looked at: of one type, or of all.
    pub(super) max_keys: KeyLimit,
    /// Keys that carry `key_ops` are used.
    pub(super) reads_key_ops: bool,
}

pub(super) enum KeyLimit {
    OfAType(usize),
    InAll(usize),
    Unknown,
}

/// Sources: AWS IAM and STS API models and User Guide; Google Cloud "workload identity federation"; Microsoft Entra
/// "workload identity federation considerations".
pub(super) const ACCEPTORS: [Acceptor; 3] = [
    Acceptor {
        name: "AWS",
        max_url_chars: 255,
        accepts_ports: false,
        algorithms: &Algorithm::ALL,
        max_keys: KeyLimit::OfAType(100),
        reads_key_ops: false,
    },
    Acceptor {
        name: "Google Cloud",
        max_url_chars: 2000,
        accepts_ports: true,
        algorithms: &[Algorithm::Rs256, Algorithm::Es256],
        max_keys: KeyLimit::Unknown,
        reads_key_ops: true,
    },
    Acceptor {
        name: "Azure",
        max_url_chars: 600,
        accepts_ports: true,
        algorithms: &[Algorithm::Rs256],
        max_keys: KeyLimit::InAll(100),
        reads_key_ops: true,
    },
];
