//! What the host says in the environment, and the one line that answers it.

use std::ops::RangeInclusive;
use std::path::PathBuf;

/// The version of go-plugin's own protocol.
const CORE_VERSION: u32 = 1;
/// The major version of the provider protocol. Only this one is offered; a host that cannot speak it says so.
const PLUGIN_VERSION: u32 = 6;
const COOKIE_NAME: &str = "TF_PLUGIN_MAGIC_COOKIE";
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// The kind of listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    Unix,
    Tcp,
}

/// What the host wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// PEM of the host's certificate; `None`: no TLS.
    pub client_certificate: Option<String>,
    pub network: Network,
    /// Ports for a TCP listener.
    pub ports: RangeInclusive<u16>,
    /// Folder and group of the socket.
    pub socket_folder: Option<PathBuf>,
    pub socket_group: Option<String>,
    /// Whether the host expects to hear that connections are not multiplexed.
    pub multiplex: bool,
}

/// Why there is nobody to serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    #[error("not started by a host")]
    NoHost,
    #[error("expected a port number in `{name}`, found `{found}`")]
    Port { name: &'static str, found: String },
    #[error("expected `PLUGIN_MIN_PORT` not above `PLUGIN_MAX_PORT`, found {min} and {max}")]
    Ports { min: u16, max: u16 },
    #[error("expected `unix` or `tcp` in `OIDCFED_PLUGIN_NETWORK`, found `{0}`")]
    Network(String),
}

impl Invitation {
    /// Reads the environment of a process that a host has started.
    ///
    /// # Errors
    /// [`HandshakeError::NoHost`] without the host's cookie; else what is wrong with a variable.
    pub fn from_host(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, HandshakeError> {
        if variable(COOKIE_NAME).as_deref() != Some(COOKIE) {
            return Err(HandshakeError::NoHost);
        }
        Ok(Self {
            client_certificate: variable("PLUGIN_CLIENT_CERT").filter(|pem| !pem.is_empty()),
            multiplex: variable("PLUGIN_MULTIPLEX_GRPC").is_some_and(|value| !value.is_empty()),
            ..Self::for_debugging(variable)?
        })
    }

    /// Without a host: no TLS.
    ///
    /// # Errors
    /// What is wrong with a variable.
    pub fn for_debugging(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, HandshakeError> {
        let present = |name| variable(name).filter(|value| !value.is_empty());
        let port = |name: &'static str, default: u16| match present(name) {
            None => Ok(default),
            Some(found) => found.parse().map_err(|_| HandshakeError::Port { name, found }),
        };
        let (min, max) = (port("PLUGIN_MIN_PORT", 10_000)?, port("PLUGIN_MAX_PORT", 25_000)?);
        if min > max {
            return Err(HandshakeError::Ports { min, max });
        }
        let network = match present("OIDCFED_PLUGIN_NETWORK").as_deref() {
            None if cfg!(unix) => Network::Unix,
            None | Some("tcp") => Network::Tcp,
            Some("unix") if cfg!(unix) => Network::Unix,
            Some(other) => return Err(HandshakeError::Network(other.to_owned())),
        };
        Ok(Self {
            client_certificate: None,
            network,
            ports: min..=max,
            socket_folder: present("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            socket_group: present("PLUGIN_UNIX_SOCKET_GROUP"),
            multiplex: false,
        })
    }

    /// The handshake line, without the end of line. `certificate` is the server's, as base64 without padding.
    pub fn answer(&self, address: &str, certificate: Option<&str>) -> String {
        let network = self.network.name();
        let certificate = certificate.unwrap_or_default();
        let line = format!("{CORE_VERSION}|{PLUGIN_VERSION}|{network}|{address}|grpc|{certificate}");
        if self.multiplex { line + "|false" } else { line }
    }
}

impl Network {
    pub fn name(self) -> &'static str {
        match self {
            Self::Unix => "unix",
            Self::Tcp => "tcp",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Invitation, HandshakeError> {
        Invitation::from_host(&|name| {
            let cookie = (name == COOKIE_NAME).then(|| COOKIE.to_owned());
            pairs
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| (*v).to_owned())
                .or(cookie)
        })
    }

    #[test]
    fn the_host_must_show_its_cookie() {
        assert_eq!(read(&[(COOKIE_NAME, "wrong")]), Err(HandshakeError::NoHost));
        assert_eq!(Invitation::from_host(&|_| None), Err(HandshakeError::NoHost));
        assert_eq!(read(&[]).unwrap().ports, 10_000..=25_000);
    }

    #[test]
    fn wrong_ports_are_refused() {
        let wrong = |name, value| read(&[(name, value)]).unwrap_err().to_string();
        assert_eq!(
            wrong("PLUGIN_MIN_PORT", "x"),
            "expected a port number in `PLUGIN_MIN_PORT`, found `x`"
        );
        assert!(wrong("PLUGIN_MIN_PORT", "25001").contains("found 25001 and 25000"));
    }

    #[test]
    fn the_line() {
        let plain = read(&[("OIDCFED_PLUGIN_NETWORK", "tcp")]).unwrap();
        assert_eq!(
            plain.answer("127.0.0.1:10000", None),
            "1|6|tcp|127.0.0.1:10000|grpc|"
        );
        let multiplexed = read(&[("PLUGIN_MULTIPLEX_GRPC", "true")]).unwrap();
        assert!(
            multiplexed
                .answer("/tmp/s", Some("QUJD"))
                .ends_with("|grpc|QUJD|false")
        );
    }
}
