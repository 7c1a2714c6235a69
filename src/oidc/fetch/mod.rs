//! Fetching documents from an issuer: small, bounded in time, from public addresses, over verified TLS.
//!
//! Owns the rules for every request to a URL that a stranger may have written (security rules of OpenID Connect
//! Discovery 1.0, section 7; SSRF). Must not know what the documents mean.

mod address;
mod chain;
mod error;
mod fetcher;
mod roots;
mod transport;

pub use address::{Reach, is_local_issuer};
pub use chain::{certificate_pem, certificates_from_pem, thumbprint};
pub use error::FetchError;
pub use fetcher::{Document, FetchSettings, Fetcher};
pub use roots::{ExtraRoots, RootsError, client_config, root_store};

#[cfg(test)]
pub(super) use transport::{Answer, Body, Transport};
