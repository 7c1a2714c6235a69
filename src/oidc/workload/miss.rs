//! Why one place has no token for us.

/// What was wrong with one place. Texts name variables, paths, hosts and issuers, never a token or what it was asked with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Miss {
    #[error("the environment variable `{0}` is not set")]
    NotSet(String),
    #[error("none of the environment variables `{0}` is set")]
    NoneSet(String),
    #[error("only the workload's own configuration knows its name")]
    OnlyConfigured,
    #[error("expected an audience to ask for, found none")]
    NoAudience,
    #[error("nothing here tells its `{0}`")]
    Untold(String),
    #[error("only a request that the workload serves has it")]
    OfServedRequest,
    #[error("only a library of the platform can ask for it")]
    OfLibrary,
    #[error("where the token is in the answer is not documented")]
    Undocumented,
    #[error("there is no file `{0}`")]
    NoFile(String),
    #[error("there is no socket `{0}`")]
    NoSocket(String),
    #[error("there is no program `{0}` in an absolute folder of `PATH`")]
    NoProgram(String),
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable { path: String, reason: String },
    #[error("expected a token, found {0}")]
    NoToken(&'static str),
    #[error("expected at most {limit} {unit}, found more")]
    TooLarge { limit: usize, unit: &'static str },
    #[error("expected an answer within {seconds} s, found none")]
    TimedOut { seconds: u64 },
    #[error("expected a URL in `{0}`, found none")]
    NoUrl(String),
    #[error(
        "expected `https`, or `http` on this machine or a link-local address, for the request to `{0}`; what asks for a token is a secret"
    )]
    NotProtected(String),
    #[error("expected an answer of `{host}`: {reason}")]
    Connection { host: String, reason: String },
    #[error("expected status 200 of `{host}`, found {status}")]
    Status { host: String, status: u16 },
    #[error("expected a token of `{host}`, found a redirect, which is not followed with a secret")]
    Redirected { host: String },
    #[error("expected an audience of plain letters, digits and `:/._-` for a command, found `{0}`")]
    Audience(String),
    #[error("`{program}` could not be run: {reason}")]
    NotRun { program: String, reason: String },
    #[error("expected `{program}` to succeed, found {ended}; run it in the job to see what it says")]
    Failed { program: String, ended: String },
    #[error("expected a token of the platform, found one of the issuer `{issuer}`{whose}")]
    OtherIssuer { issuer: String, whose: String },
    #[error("expected the issuer's URL in the token's `iss`, found `{0}`")]
    NoIssuer(String),
    #[error("expected a token that is still good, found one that ended {0} s ago")]
    Expired(i64),
    #[error("the certificate authorities cannot be read: {0}")]
    Roots(String),
}

impl Miss {
    /// True when the place is not there at all: the workload runs elsewhere, or something was not set up.
    pub fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::NotSet(_)
                | Self::NoneSet(_)
                | Self::OnlyConfigured
                | Self::Untold(_)
                | Self::OfServedRequest
                | Self::OfLibrary
                | Self::Undocumented
                | Self::NoFile(_)
                | Self::NoSocket(_)
                | Self::NoProgram(_)
        )
    }

    /// True for a fault of a request that may pass by itself.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Connection { .. } | Self::TimedOut { .. } => true,
            Self::Status { status, .. } => *status == 429 || *status >= 500,
            _ => false,
        }
    }
}
