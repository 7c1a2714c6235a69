//! The one connection pool of a process, and the roots it trusts.

use std::collections::HashSet;
use std::time::Duration;

use aws_smithy_http_client::pool::{Client, ConnectionPool};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use data_encoding::BASE64;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::error::AwsError;

/// To find an address, connect and finish TLS.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Builds the pool; it serves every client, account and region. Proxies come from `HTTPS_PROXY`, `HTTP_PROXY`,
/// `ALL_PROXY`, `NO_PROXY`. Must run inside the runtime.
///
/// # Errors
/// A bundle that holds no usable certificate, or no root at all.
pub(super) fn client(ca_bundle: Option<&[u8]>) -> Result<Client, AwsError> {
    let store = TrustStore::empty().with_pem_certificate(roots(ca_bundle)?);
    let tls = TlsContext::builder()
        .with_trust_store(store)
        .build()
        .map_err(AwsError::configuration)?;
    let pool = ConnectionPool::builder()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .proxy_config(ProxyConfig::from_env())
        .tcp_nodelay(true)
        .build_https()
        .map_err(AwsError::configuration)?;
    Client::new(&pool).map_err(AwsError::configuration)
}

// INVARIANT: the SDK panics on a certificate it cannot take, so that only those that a store has taken get there.
/// The system's roots and those of the bundle, as PEM.
fn roots(ca_bundle: Option<&[u8]>) -> Result<String, AwsError> {
    let mut store = RootCertStore::empty();
    let mut pem = String::new();
    let mut taken = HashSet::new();
    for root in rustls_native_certs::load_native_certs().certs {
        if store.add(root.clone()).is_ok() {
            push_pem(&mut pem, &root);
            taken.insert(root);
        }
    }
    for root in ca_bundle.map(bundle).transpose()?.unwrap_or_default() {
        // `AWS_CA_BUNDLE` is often the system's own bundle, and the SDK parses what it is given several times
        if taken.contains(&root) {
            continue;
        }
        store.add(root.clone()).map_err(|e| {
            AwsError::configuration(format!(
                "expected certificates of authorities in the CA bundle, found one that is none: {e}"
            ))
        })?;
        push_pem(&mut pem, &root);
    }
    if store.is_empty() {
        return Err(AwsError::configuration(
            "no trusted certificate authority was found on this system; install its CA certificates, or set \
             `ca_bundle_file` or `SSL_CERT_FILE`",
        ));
    }
    Ok(pem)
}

fn bundle(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, AwsError> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|e| AwsError::configuration(format!("expected PEM in the CA bundle: {e}")))?;
    if certificates.is_empty() {
        return Err(AwsError::configuration(
            "expected at least one PEM certificate in the CA bundle, found none",
        ));
    }
    Ok(certificates)
}

fn push_pem(text: &mut String, certificate: &CertificateDer<'_>) {
    text.push_str("-----BEGIN CERTIFICATE-----\n");
    text.push_str(&BASE64.encode(certificate));
    text.push_str("\n-----END CERTIFICATE-----\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority() -> String {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().pem()
    }

    #[test]
    fn a_bundle_adds_to_the_system() {
        let system = roots(None).map(|pem| pem.matches("BEGIN").count()).unwrap_or(0);
        let more = roots(Some(authority().as_bytes())).unwrap();
        assert_eq!(more.matches("BEGIN").count(), system + 1);
    }

    #[test]
    fn what_the_system_trusts_already_is_not_given_twice() {
        let both = roots(Some(authority().as_bytes())).unwrap();
        assert_eq!(roots(Some(both.as_bytes())).unwrap(), both);
    }

    #[tokio::test]
    async fn a_bad_bundle_is_an_error_and_no_panic() {
        let broken = "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n";
        let no_certificate = "-----BEGIN CERTIFICATE-----\nMTIz\n-----END CERTIFICATE-----\n";
        for wrong in ["", "no pem at all", broken, no_certificate] {
            let error = client(Some(wrong.as_bytes())).unwrap_err();
            assert!(error.message.contains("CA bundle"), "{wrong}: {error}");
        }
        assert!(client(Some(authority().as_bytes())).is_ok());
    }
}
