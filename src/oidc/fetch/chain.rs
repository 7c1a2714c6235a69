//! The certificates that a server presents, kept while they are verified; and the thumbprint AWS makes of them.
//!
//! They are taken from the very connection that carries the documents, so that proxies and pinned addresses hold for
//! both, and no second connection can see another server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::{BASE64, HEXLOWER};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

use super::roots::RootsError;

/// A chain in DER, the server's own certificate first.
pub(super) type Chain = Vec<Vec<u8>>;

/// Hosts whose chain is kept; an inspection needs two.
const MAX_HOSTS: usize = 256;

/// The thumbprint AWS expects for an OIDC provider: SHA-1 over the DER of the last certificate that the server
/// presents, in lower-case hex. Nothing for an empty chain. (AWS IAM User Guide, "Obtain the thumbprint".)
pub fn thumbprint(chain: &[impl AsRef<[u8]>]) -> Option<String> {
    let last = chain.last()?;
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, last.as_ref());
    Some(HEXLOWER.encode(digest.as_ref()))
}

/// One certificate as PEM text (RFC 7468).
pub fn certificate_pem(certificate: &[u8]) -> String {
    let text = BASE64.encode(certificate);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}

/// The certificates of a PEM text in their order, as DER.
///
/// # Errors
/// Broken PEM, or no certificate at all.
pub fn certificates_from_pem(pem: &str) -> Result<Vec<Vec<u8>>, RootsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let found = found.map_err(|e| RootsError::NotPem(e.to_string()))?;
    if found.is_empty() {
        return Err(RootsError::EmptyBundle);
    }
    Ok(found.iter().map(|certificate| certificate.to_vec()).collect())
}

/// Verifies as the verifier inside does, and remembers the chains that passed.
///
/// SECURITY: every answer is the inner verifier's; nothing is accepted here that it refuses.
#[derive(Debug)]
pub(super) struct RecordingVerifier {
    inner: Arc<dyn ServerCertVerifier>,
    chains: Mutex<HashMap<String, Chain>>,
}

impl RecordingVerifier {
    pub(super) fn new(inner: Arc<dyn ServerCertVerifier>) -> Self {
        Self {
            inner,
            chains: Mutex::default(),
        }
    }

    /// The chain that a host presented last.
    pub(super) fn chain_of(&self, host: &str) -> Option<Chain> {
        let chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        chains.get(host).cloned()
    }

    fn record(&self, host: String, chain: Chain) {
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        if chains.len() >= MAX_HOSTS {
            chains.clear();
        }
        chains.insert(host, chain);
    }
}

impl ServerCertVerifier for RecordingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified =
            self.inner
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        let presented = std::iter::once(end_entity).chain(intermediates);
        let chain = presented.map(|certificate| certificate.to_vec()).collect();
        self.record(server_name.to_str().into_owned(), chain);
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_of_the_last_certificate() {
        assert_eq!(thumbprint(&[] as &[Vec<u8>]), None);
        let chain = [b"leaf".to_vec(), b"abc".to_vec()];
        // SHA-1 of "abc", FIPS 180-2, appendix A.1
        assert_eq!(
            thumbprint(&chain).as_deref(),
            Some("a9993e364706816aba3e25717850c26c9cd0d89d")
        );
    }

    #[test]
    fn pem_is_read_as_it_was_written() {
        let chain = [vec![1; 100], vec![2; 48], vec![3]];
        let pem: String = chain.iter().map(|one| certificate_pem(one)).collect();
        assert_eq!(certificates_from_pem(&pem), Ok(chain.to_vec()));
        assert_eq!(certificates_from_pem("text"), Err(RootsError::EmptyBundle));
    }

    #[test]
    fn pem_lines_have_64_characters() {
        let pem = certificate_pem(&[7; 100]);
        assert!(pem.lines().all(|line| line.len() <= 64), "{pem}");
        assert!(
            pem.starts_with("-----BEGIN CERTIFICATE-----\n") && pem.ends_with("-----END CERTIFICATE-----\n")
        );
    }
}
