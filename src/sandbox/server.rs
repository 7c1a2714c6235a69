//! Listeners: loopback only, TLS only, a guard in front.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use rustls::ServerConfig;
use tokio::task::JoinHandle;

use super::guard::Guard;

/// Time for running requests once the sandbox ends.
const GRACE: Duration = Duration::from_secs(1);

/// One port of this machine, on `127.0.0.1` and, where there is IPv6, on `::1`.
///
/// INVARIANT: every address of a port is a loopback address; there is no argument for another one.
pub struct Port {
    number: u16,
    listeners: Vec<TcpListener>,
}

impl Port {
    /// Takes a port; 0 means any free one.
    ///
    /// # Errors
    /// The port is taken.
    pub fn bind(number: u16) -> io::Result<Self> {
        let v4 = listen(Ipv4Addr::LOCALHOST.into(), number)?;
        let number = v4.local_addr()?.port();
        let v6 = listen(Ipv6Addr::LOCALHOST.into(), number);
        Ok(Self {
            number,
            listeners: std::iter::once(v4).chain(v6).collect(),
        })
    }

    pub fn number(&self) -> u16 {
        self.number
    }

    /// Serves a router behind the guard of this port until the server is stopped.
    ///
    /// # Errors
    /// A listener that cannot be used.
    pub fn serve(self, router: Router, tls: Arc<ServerConfig>) -> io::Result<Server> {
        let service = Guard::new(self.number).protect(router).into_make_service();
        let mut server = Server { running: Vec::new() };
        for listener in self.listeners {
            let handle = Handle::new();
            let config = RustlsConfig::from_config(Arc::clone(&tls));
            // without TCP_NODELAY a first call may wait 40 ms
            let acceptor = RustlsAcceptor::new(config).acceptor(NoDelayAcceptor::new());
            let serving = axum_server::from_tcp(listener)?
                .handle(handle.clone())
                .acceptor(acceptor);
            let task = tokio::spawn(serving.serve(service.clone()));
            server.running.push((handle, task));
        }
        Ok(server)
    }
}

/// A running server.
pub struct Server {
    running: Vec<(Handle<SocketAddr>, JoinHandle<io::Result<()>>)>,
}

impl Server {
    /// Takes no more connections, lets running requests end for a second, and frees the port.
    pub async fn stop(mut self) {
        for (handle, _) in &self.running {
            handle.graceful_shutdown(Some(GRACE));
        }
        for (_, task) in &mut self.running {
            let _ = tokio::time::timeout(GRACE * 2, task).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for (handle, task) in &self.running {
            handle.shutdown();
            task.abort();
        }
    }
}

fn listen(address: IpAddr, port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((address, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_of_a_port_is_loopback() {
        let port = Port::bind(0).unwrap();
        assert!(!port.listeners.is_empty());
        for listener in &port.listeners {
            let address = listener.local_addr().unwrap();
            assert!(
                address.ip().is_loopback() && address.port() == port.number(),
                "{address}"
            );
        }
    }
}
