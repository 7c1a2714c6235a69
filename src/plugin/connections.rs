//! Accepts connections and makes them secure, each on a task of its own, so that a slow one delays no other.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::listener::{Listener, Stream};
use crate::framework::log;

/// Longest time that a TLS handshake may take.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// Pause after a failed accept, so that a lack of file descriptors does not make the process spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A connection that may carry calls.
pub struct Connection(Box<dyn Stream>);

/// The connections of a listener, as they come, and the task that accepts them. It ends, and the listener with it,
/// when the stream is dropped.
pub fn connections(
    listener: Listener,
    tls: Option<Arc<ServerConfig>>,
) -> (ReceiverStream<Result<Connection, io::Error>>, JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(16);
    let accepting = tokio::spawn(async move {
        tokio::select! {
            () = accept_all(&listener, tls, &sender) => {}
            () = sender.closed() => {}
        }
    });
    (ReceiverStream::new(receiver), accepting)
}

async fn accept_all(
    listener: &Listener,
    tls: Option<Arc<ServerConfig>>,
    sender: &mpsc::Sender<Result<Connection, io::Error>>,
) {
    loop {
        let stream = match listener.accept().await {
            Ok(stream) => stream,
            Err(error) => {
                log::warn(
                    "a connection could not be accepted",
                    &[("reason", &error.kind().to_string())],
                );
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let (tls, sender) = (tls.clone(), sender.clone());
        tokio::spawn(async move {
            if let Some(connection) = secure(stream, tls).await {
                // nobody takes connections any more: the process ends
                let _ = sender.send(Ok(connection)).await;
            }
        });
    }
}

async fn secure(stream: Box<dyn Stream>, tls: Option<Arc<ServerConfig>>) -> Option<Connection> {
    let Some(config) = tls else {
        return Some(Connection(stream));
    };
    match tokio::time::timeout(HANDSHAKE_LIMIT, TlsAcceptor::from(config).accept(stream)).await {
        Ok(Ok(stream)) => Some(Connection(Box::new(stream))),
        Ok(Err(error)) => {
            log::warn("a connection was refused", &[("reason", &error.to_string())]);
            None
        }
        Err(_) => {
            log::warn(
                "a connection was refused",
                &[("reason", "the TLS handshake took too long")],
            );
            None
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
