//! Everything there is to know about an issuer from outside: metadata, keys, certificates, and what the clouds would
//! not take.
//!
//! Fetching is one function, [`inspect`]; all judgement is pure. What a cloud demands of an issuer is data here, one
//! row per cloud in `acceptor`, because a report about an issuer is neutral between clouds; no rule about trusts or
//! tokens of a cloud belongs here.

mod acceptor;
mod dangling;
mod hosting;
mod key_findings;
mod punycode;
mod report;
mod transport_findings;
mod uploadable_keys;
mod url_findings;

pub(crate) use dangling::DANGLING;
pub use dangling::dangling;
pub use report::{HostChain, IssuerReport, KeyReport, inspect};
