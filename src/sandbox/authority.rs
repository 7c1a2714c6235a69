//! A certificate authority for one run, good for this machine only.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// Clocks of this machine and of containers on it differ a little.
const BACKDATED: Duration = Duration::from_secs(5 * 60);
const VALID: Duration = Duration::from_secs(24 * 60 * 60);

/// Why there is no authority.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    #[error("a certificate could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("the certificate could not be used: {0}")]
    Tls(#[from] rustls::Error),
}

/// What is left of the authority once it has signed its one certificate.
///
/// SECURITY: the authority's own key is dropped when [`Authority::new`] returns; it was never anywhere but in memory,
/// so that nothing can be signed a second time.
pub struct Authority {
    certificate: CertificateDer<'static>,
    server: Arc<ServerConfig>,
}

impl Authority {
    /// Makes an authority and a server certificate for `localhost`, `127.0.0.1` and `::1`, both valid for one day.
    ///
    /// # Errors
    /// No randomness, or a certificate library that refuses its own work.
    pub fn new() -> Result<Self, AuthorityError> {
        let key = KeyPair::generate()?;
        let params = authority_params();
        let certificate = params.self_signed(&key)?.der().clone();
        let issuer = Issuer::new(params, key);
        let server_key = KeyPair::generate()?;
        let server_certificate = server_params()?.signed_by(&server_key, &issuer)?.der().clone();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        let mut server =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()?
                .with_no_client_auth()
                .with_single_cert(vec![server_certificate, certificate.clone()], private)?;
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            certificate,
            server: Arc::new(server),
        })
    }

    /// The authority's certificate, in DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The TLS side of a listener.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.server)
    }
}

/// SECURITY: whoever believes this authority believes it for this machine alone, for a day; path length 0 means it has
/// no authorities below it. rcgen marks name constraints critical.
fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(
        DnType::CommonName,
        "oidcfed sandbox, this machine and this run only",
    );
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 1], [255; 4])),
            GeneralSubtree::IpAddress(CidrSubnet::V6(std::net::Ipv6Addr::LOCALHOST.octets(), [255; 16])),
        ],
        excluded_subtrees: Vec::new(),
    });
    with_validity(params)
}

fn server_params() -> Result<CertificateParams, rcgen::Error> {
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // strict clients (Python with VERIFY_X509_STRICT) demand it
    params.use_authority_key_identifier_extension = true;
    Ok(with_validity(params))
}

fn with_validity(mut params: CertificateParams) -> CertificateParams {
    let from = SystemTime::now() - BACKDATED;
    params.not_before = from.into();
    params.not_after = (from + VALID).into();
    params
}

#[cfg(test)]
mod tests {
    use x509_parser::extensions::{GeneralName, ParsedExtension};
    use x509_parser::prelude::{FromDer, X509Certificate};

    use super::*;

    #[test]
    fn the_authority_is_bound_to_this_machine_and_a_day() {
        let authority = Authority::new().unwrap();
        let (_, certificate) = X509Certificate::from_der(authority.certificate()).unwrap();
        let validity = certificate.validity();
        let seconds = validity.not_after.timestamp() - validity.not_before.timestamp();
        assert!(seconds <= 24 * 60 * 60, "{seconds}");
        let constraints = certificate.basic_constraints().unwrap().unwrap();
        assert!(constraints.critical && constraints.value.ca);
        assert_eq!(constraints.value.path_len_constraint, Some(0));
        let names = certificate.name_constraints().unwrap().unwrap();
        assert!(
            names.critical,
            "a client that ignores the limits must refuse the certificate"
        );
        assert!(names.value.excluded_subtrees.is_none());
        let permitted: Vec<_> = names.value.permitted_subtrees.as_ref().unwrap().iter().collect();
        assert_eq!(permitted.len(), 3);
        for subtree in permitted {
            match &subtree.base {
                GeneralName::DNSName(name) => assert_eq!(*name, "localhost"),
                GeneralName::IPAddress(bytes) if bytes.len() == 8 => {
                    assert_eq!(*bytes, [127, 0, 0, 1, 255, 255, 255, 255]);
                }
                GeneralName::IPAddress(bytes) => {
                    assert_eq!(bytes[..16], std::net::Ipv6Addr::LOCALHOST.octets());
                    assert_eq!(bytes[16..], [255; 16]);
                }
                other => panic!("{other:?}"),
            }
        }
        let usage = certificate.key_usage().unwrap().unwrap();
        assert!(usage.value.key_cert_sign() && !usage.value.digital_signature());
    }

    #[test]
    fn every_run_has_an_authority_of_its_own() {
        let of = |authority: &Authority| {
            let (_, certificate) = X509Certificate::from_der(authority.certificate()).unwrap();
            certificate.public_key().raw.to_vec()
        };
        assert_ne!(of(&Authority::new().unwrap()), of(&Authority::new().unwrap()));
    }

    #[test]
    fn the_server_certificate_is_for_three_names() {
        let params = server_params().unwrap();
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::new(authority_params(), KeyPair::generate().unwrap());
        let certificate = params.signed_by(&key, &issuer).unwrap();
        let (_, parsed) = X509Certificate::from_der(certificate.der()).unwrap();
        let names = parsed.subject_alternative_name().unwrap().unwrap();
        assert_eq!(names.value.general_names.len(), 3);
        let has_authority_key = parsed
            .extensions()
            .iter()
            .any(|one| matches!(one.parsed_extension(), ParsedExtension::AuthorityKeyIdentifier(_)));
        assert!(has_authority_key);
        let validity = parsed.validity();
        assert!(validity.not_after.timestamp() - validity.not_before.timestamp() <= 24 * 60 * 60);
    }
}
