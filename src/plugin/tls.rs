//! Mutual TLS between the host and this process: each side knows the other's certificate before they meet.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use data_encoding::BASE64_NOPAD;
use p521::ecdsa::signature::Verifier;
use p521::ecdsa::{Signature, VerifyingKey};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, date_time_ymd};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};

use super::calendar::Date;

/// The name that the host expects in the certificate.
const NAME: &str = "localhost";
/// `secp521r1`, RFC 5480 section 2.1.1.1.
const P521: &str = "1.3.132.0.35";

/// Why no secure listener could be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("expected a PEM certificate in `PLUGIN_CLIENT_CERT`, found something else")]
    ClientCertificate,
    #[error("the server's certificate could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("TLS could not be set up: {0}")]
    Rustls(#[from] rustls::Error),
}

/// The server's side of mutual TLS.
pub struct MutualTls {
    pub config: Arc<ServerConfig>,
    /// The server's certificate for the handshake line.
    pub certificate: String,
}

impl MutualTls {
    /// Makes a key and a certificate for this process, and accepts the one client that `client_pem` names.
    ///
    /// # Errors
    /// When the host's certificate cannot be read.
    pub fn new(client_pem: &str) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = PinnedClient::new(client_pem, &provider)?;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = certificate(&key)?;
        let encoded = BASE64_NOPAD.encode(&certificate);
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_single_cert(vec![certificate], key.into())?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        // SECURITY: every connection proves the client's key afresh
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self {
            config: Arc::new(config),
            certificate: encoded,
        })
    }
}

fn certificate(key: &KeyPair) -> Result<CertificateDer<'static>, rcgen::Error> {
    let mut parameters = CertificateParams::new(vec![NAME.to_owned()])?;
    // a day back, since the clocks of host and provider are one but may be set while they run
    let Date { year, month, day } = Date::of(SystemTime::now() - Duration::from_secs(86_400));
    parameters.not_before = date_time_ymd(year, month, day);
    parameters.not_after = date_time_ymd(year + 30, month, day.min(28));
    Ok(parameters.self_signed(key)?.der().clone())
}

/// Accepts one certificate, byte for byte, from whoever holds its key.
///
/// SECURITY: without this any local process could drive the provider with the credentials it was given. The
/// ready-made verifier does not do: it refuses the host's certificate, which is marked as an authority.
#[derive(Debug)]
struct PinnedClient {
    certificate: CertificateDer<'static>,
    /// The key, when it is on the curve P-521, which *ring* lacks.
    p521: Option<VerifyingKey>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl PinnedClient {
    fn new(pem: &str, provider: &CryptoProvider) -> Result<Self, TlsError> {
        let certificate =
            CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| TlsError::ClientCertificate)?;
        let (_, parsed) =
            x509_parser::parse_x509_certificate(&certificate).map_err(|_| TlsError::ClientCertificate)?;
        let key = parsed.public_key();
        let curve = key
            .algorithm
            .parameters
            .as_ref()
            .and_then(|parameters| parameters.as_oid().ok());
        let p521 = match curve {
            Some(curve) if curve.to_id_string() == P521 => {
                let key = VerifyingKey::from_sec1_bytes(&key.subject_public_key.data);
                Some(key.map_err(|_| TlsError::ClientCertificate)?)
            }
            _ => None,
        };
        Ok(Self {
            certificate,
            p521,
            algorithms: provider.signature_verification_algorithms,
        })
    }

    /// The proof of the key on P-521; `None` for any other scheme.
    fn check_p521(
        &self,
        message: &[u8],
        proof: &DigitallySignedStruct,
    ) -> Option<Result<HandshakeSignatureValid, rustls::Error>> {
        let key = self.p521.as_ref()?;
        let bad = || rustls::Error::InvalidCertificate(CertificateError::BadSignature);
        if proof.scheme != SignatureScheme::ECDSA_NISTP521_SHA512 {
            return Some(Err(bad()));
        }
        let checked = Signature::from_der(proof.signature()).and_then(|proof| key.verify(message, &proof));
        Some(
            checked
                .map(|()| HandshakeSignatureValid::assertion())
                .map_err(|_| bad()),
        )
    }
}

impl ClientCertVerifier for PinnedClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if *end_entity == self.certificate {
            return Ok(ClientCertVerified::assertion());
        }
        Err(rustls::Error::InvalidCertificate(
            CertificateError::ApplicationVerificationFailure,
        ))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.check_p521(message, dss)
            .unwrap_or_else(|| verify_tls12_signature(message, cert, dss, &self.algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.check_p521(message, dss)
            .unwrap_or_else(|| verify_tls13_signature(message, cert, dss, &self.algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        match self.p521 {
            Some(_) => vec![SignatureScheme::ECDSA_NISTP521_SHA512],
            None => self.algorithms.supported_schemes(),
        }
    }
}
