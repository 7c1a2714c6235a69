//! Connections to a plugin.

use std::io;
use std::sync::Arc;

use data_encoding::BASE64_NOPAD;
use hyper_util::rt::TokioIo;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

use super::certificate::HostCertificate;
use super::process::Line;

pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for T {}

/// Shows this certificate, or none.
#[derive(Debug)]
struct Shows(Option<Arc<CertifiedKey>>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}

/// A channel to the address of a handshake line, over TLS if the line has a certificate.
pub async fn connect(
    line: &Line,
    shown: Option<&HostCertificate>,
    version: &'static SupportedProtocolVersion,
) -> Result<Channel, tonic::transport::Error> {
    let (line, key) = (line.clone(), shown.map(HostCertificate::certified_key));
    let endpoint = Endpoint::from_static("http://localhost");
    let connector = tower::service_fn(move |_| {
        let (line, key) = (line.clone(), key.clone());
        async move { Ok::<_, io::Error>(TokioIo::new(open(&line, key, version).await?)) }
    });
    endpoint.connect_with_connector(connector).await
}

async fn open(
    line: &Line,
    key: Option<Arc<CertifiedKey>>,
    version: &'static SupportedProtocolVersion,
) -> io::Result<Box<dyn Stream>> {
    let stream: Box<dyn Stream> = match line.network.as_str() {
        "unix" => Box::new(UnixStream::connect(&line.address).await?),
        "tcp" => Box::new(TcpStream::connect(&line.address).await?),
        other => panic!("network {other}"),
    };
    if line.certificate.is_empty() {
        return Ok(stream);
    }
    let certificate = CertificateDer::from(BASE64_NOPAD.decode(line.certificate.as_bytes()).unwrap());
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::new(Shows(key)));
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    // with TLS 1.3 the client has done before the server looks at its certificate
    tokio::io::AsyncWriteExt::flush(&mut stream).await?;
    Ok(Box::new(stream))
}
