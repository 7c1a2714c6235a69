//! The certificate authorities that are believed: the system's, and those of a bundle.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Certificates believed beside the system's, checked when read.
#[derive(Clone, Debug)]
pub struct ExtraRoots {
    certificates: Vec<CertificateDer<'static>>,
}

/// Why there is nothing to verify a server with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootsError {
    #[error("expected a bundle of PEM certificates: {0}")]
    NotPem(String),
    #[error("expected at least one certificate in the bundle, found none")]
    EmptyBundle,
    #[error("expected certificates that are valid as a root: {0}")]
    BadCertificate(String),
    #[error("expected certificate authorities on this system, found none; install them or name a bundle")]
    NoSystemRoots,
}

impl ExtraRoots {
    /// Reads a bundle of PEM certificates; other sections and comments are skipped.
    ///
    /// # Errors
    /// Broken PEM, a certificate that is none, or not a single certificate.
    pub fn from_pem(bundle: &[u8]) -> Result<Self, RootsError> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(bundle)
            .collect::<Result<_, _>>()
            .map_err(|e| RootsError::NotPem(e.to_string()))?;
        if certificates.is_empty() {
            return Err(RootsError::EmptyBundle);
        }
        let mut store = RootCertStore::empty();
        for certificate in &certificates {
            store
                .add(certificate.clone())
                .map_err(|e| RootsError::BadCertificate(e.to_string()))?;
        }
        Ok(Self { certificates })
    }
}

/// The system's roots and the extra ones; never empty. Reads files, so it is called once.
///
/// # Errors
/// No root at all.
pub fn root_store(extra: Option<&ExtraRoots>) -> Result<RootCertStore, RootsError> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(extra) = extra {
        store.add_parsable_certificates(extra.certificates.iter().cloned());
    }
    if store.is_empty() {
        return Err(RootsError::NoSystemRoots);
    }
    Ok(store)
}

/// TLS to servers that these authorities vouch for. None: no authority at all, for a client that speaks to nobody by TLS.
///
/// # Errors
/// None that is known of.
pub fn client_config(store: Option<RootCertStore>) -> Result<rustls::ClientConfig, RootsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| RootsError::BadCertificate(e.to_string()))?
        .with_root_certificates(store.unwrap_or_else(RootCertStore::empty));
    Ok(config.with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_without_certificates_is_refused() {
        assert_eq!(ExtraRoots::from_pem(b"").unwrap_err(), RootsError::EmptyBundle);
        assert_eq!(
            ExtraRoots::from_pem(b"hello").unwrap_err(),
            RootsError::EmptyBundle
        );
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(
            ExtraRoots::from_pem(broken),
            Err(RootsError::BadCertificate(_))
        ));
        let cut = b"-----BEGIN CERTIFICATE-----\nAAAA\n";
        assert!(matches!(ExtraRoots::from_pem(cut), Err(RootsError::NotPem(_))));
    }
}
