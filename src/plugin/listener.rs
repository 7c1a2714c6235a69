//! Where the host connects: a unix socket that only this user can reach, or a port on the loopback address.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::ops::RangeInclusive;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

use super::handshake::{Invitation, Network};
#[cfg(unix)]
use super::socket::Socket;

/// A connection, before TLS.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for T {}

/// A listener; the socket's file goes with it.
pub enum Listener {
    #[cfg(unix)]
    Unix(Socket),
    Tcp(TcpListener),
}

impl Listener {
    /// # Errors
    /// When no socket can be made, or no port of the range is free.
    pub async fn bind(invitation: &Invitation) -> io::Result<Self> {
        match invitation.network {
            #[cfg(unix)]
            Network::Unix => {
                let group = invitation.socket_group.as_deref();
                Socket::bind(invitation.socket_folder.as_deref(), group).map(Self::Unix)
            }
            #[cfg(not(unix))]
            Network::Unix => Err(io::ErrorKind::Unsupported.into()),
            Network::Tcp => tcp(invitation.ports.clone()).await.map(Self::Tcp),
        }
    }

    /// The address as it stands in the handshake line.
    pub fn address(&self) -> io::Result<String> {
        match self {
            #[cfg(unix)]
            Self::Unix(socket) => socket.address(),
            Self::Tcp(listener) => Ok(listener.local_addr()?.to_string()),
        }
    }

    pub async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            #[cfg(unix)]
            Self::Unix(socket) => Ok(Box::new(socket.accept().await?)),
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // without it every call waits 40 ms for a delayed acknowledgement
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

/// The first free port of the range. The search begins at a place that differs between processes, so that many
/// providers started at once do not all try the same ports.
async fn tcp(ports: RangeInclusive<u16>) -> io::Result<TcpListener> {
    let (first, count) = (*ports.start(), u32::try_from(ports.len()).unwrap_or(1).max(1));
    let start = std::process::id() % count;
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for offset in (start..count).chain(0..start) {
        let port = first.saturating_add(u16::try_from(offset).unwrap_or(u16::MAX));
        match TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}
