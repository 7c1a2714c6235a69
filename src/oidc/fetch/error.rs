//! Why a document could not be fetched.

use super::roots::RootsError;

/// What went wrong on the way. Texts name URLs and addresses, never bodies or proxy credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("expected a URL, found `{url}`: {reason}")]
    InvalidUrl { url: String, reason: String },
    #[error("expected `https`, found `{0}`; `http` is for loopback hosts, and only where that is allowed")]
    NotHttps(String),
    #[error("expected a URL without user name or password, found one in the address of `{0}`")]
    UserInfo(String),
    #[error(
        "expected a public host, found the loopback host `{0}`; allow loopback issuers for development only"
    )]
    LoopbackNotAllowed(String),
    #[error("expected a public host, found `{host}`: {reason}")]
    AddressRefused { host: String, reason: String },
    #[error("expected the host `{host}` to resolve: {reason}")]
    NotResolved { host: String, reason: String },
    #[error("expected an answer from `{url}`: {reason}")]
    Connection { url: String, reason: String },
    #[error("expected an answer from `{url}` within {seconds} s")]
    TimedOut { url: String, seconds: u64 },
    #[error("expected status 200 from `{url}`, found {status}")]
    Status { url: String, status: u16 },
    #[error("expected redirects of `{url}` to stay on its origin, found one to `{location}`")]
    CrossOriginRedirect { url: String, location: String },
    #[error("expected at most {limit} redirects, found more from `{url}`")]
    TooManyRedirects { url: String, limit: usize },
    #[error("expected at most {limit} bytes from `{url}`, found more")]
    TooLarge { url: String, limit: usize },
    #[error(transparent)]
    Roots(#[from] RootsError),
}

impl FetchError {
    /// True for a fault that may pass by itself.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Connection { .. } | Self::TimedOut { .. } | Self::NotResolved { .. } => true,
            Self::Status { status, .. } => *status == 429 || *status >= 500,
            _ => false,
        }
    }
}
