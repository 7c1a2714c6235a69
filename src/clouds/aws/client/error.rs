//! What went wrong in a call to AWS, and what to do about it.

use std::error::Error;
use std::fmt::{self, Display};
use std::ops::{Deref, DerefMut};

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// A failed call. The text never holds a secret; the hint says what to do and is shown apart from the text.
#[derive(Clone, Debug)]
pub struct AwsError(Box<Failure>);

/// The parts of an [`AwsError`].
#[derive(Clone, Debug)]
pub struct Failure {
    /// The permission of the call, `iam:GetRole`.
    pub operation: &'static str,
    /// What it was about: a role's name, a provider's ARN. Empty when there is nothing to name.
    pub subject: String,
    pub kind: Kind,
    /// The code of the wire (`NoSuchEntity`), when the service answered with one.
    pub code: Option<String>,
    /// HTTP status, when there was an answer.
    pub status: Option<u16>,
    pub message: String,
    /// What the service calls the request, for its support.
    pub request_id: Option<String>,
    pub hint: Option<String>,
}

/// What a caller can react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    NotFound,
    /// Name or URL taken; maybe by one's own call whose answer was lost: read and compare.
    Exists,
    /// Something is still attached or inside; maybe not for long after a detach.
    DeleteConflict,
    /// Somebody else changes the same object.
    ConcurrentModification,
    TemporarilyUnmodifiable,
    /// A service-linked role.
    Unmodifiable,
    NotAttachable,
    /// A quota. Repeating does not help.
    LimitExceeded,
    /// A policy document IAM refuses.
    MalformedPolicy,
    /// A principal in the policy document is not known (yet).
    InvalidPrincipal,
    /// A parameter IAM refuses.
    Invalid,
    AccessDenied,
    /// The credentials themselves: none found, expired, refused, a role that could not be assumed.
    Credentials,
    /// The signature is refused: a wrong secret key, or a wrong clock.
    Signature,
    Throttled,
    /// IAM could not reach the issuer.
    IssuerUnreachable,
    /// The service failed (5xx).
    Service,
    /// No readable answer.
    Transport {
        may_have_been_sent: bool,
    },
    /// The host asked to stop.
    Stopped,
    /// The time for the whole operation is over.
    Deadline,
    /// The credentials are of another account than the configuration or the state says, or of one that is not allowed.
    WrongAccount,
    /// Settings that cannot work.
    Configuration,
    /// Another error answer.
    Other,
}

impl AwsError {
    pub(super) fn new(kind: Kind, operation: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Failure {
            operation,
            subject: String::new(),
            kind,
            code: None,
            status: None,
            message: message.into(),
            request_id: None,
            hint: None,
        }))
    }

    pub(super) fn configuration(message: impl Display) -> Self {
        Self::new(Kind::Configuration, "aws", message.to_string())
    }

    pub(super) fn unreadable(operation: &'static str, message: impl Into<String>) -> Self {
        Self::new(
            Kind::Transport {
                may_have_been_sent: true,
            },
            operation,
            message,
        )
    }

    /// Names what the call was about, unless something closer to the cause is named already.
    pub(super) fn about(mut self, subject: &str) -> Self {
        if self.subject.is_empty() {
            subject.clone_into(&mut self.subject);
        }
        self
    }

    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn is_not_found(&self) -> bool {
        self.kind == Kind::NotFound
    }

    /// The call may or may not have had its effect: read back before repeating what creates something.
    pub fn outcome_unknown(&self) -> bool {
        matches!(
            self.kind,
            Kind::Service
                | Kind::Transport {
                    may_have_been_sent: true
                }
        )
    }

    /// What a call that failed through the SDK means.
    pub(super) fn of_sdk<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(inner) = inner_of(error) {
            return inner;
        }
        match error {
            SdkError::ServiceError(context) => {
                let raw = context.raw();
                let mut answer = of_answer(operation, context.err(), raw.status().as_u16());
                answer.request_id = raw.headers().get("x-amzn-requestid").map(ToOwned::to_owned);
                answer
            }
            SdkError::ResponseError(context) => {
                let status = context.raw().status().as_u16();
                let kind = if status >= 500 {
                    Kind::Service
                } else {
                    Kind::Transport {
                        may_have_been_sent: true,
                    }
                };
                let mut answer = Self::new(
                    kind,
                    operation,
                    format!("the answer cannot be read: {}", chain(error)),
                );
                answer.status = Some(status);
                answer
            }
            SdkError::TimeoutError(_) => {
                let kind = Kind::Transport {
                    may_have_been_sent: true,
                };
                Self::new(kind, operation, "no answer in time").with_hint(
                    "check the network and `HTTPS_PROXY`, or raise `request_timeout` of the provider",
                )
            }
            SdkError::DispatchFailure(failure) => {
                let connected = !never_connected(error);
                let user = failure.is_user();
                let kind = Kind::Transport {
                    may_have_been_sent: connected && !user,
                };
                Self::new(kind, operation, chain(error)).with_hint(
                    "check the network, `endpoints`, `HTTPS_PROXY`, `NO_PROXY` and, for a private certificate \
                     authority, `ca_bundle_file`",
                )
            }
            other => Self::new(Kind::Configuration, operation, chain(other)),
        }
    }
}

impl Deref for AwsError {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl DerefMut for AwsError {
    fn deref_mut(&mut self) -> &mut Failure {
        &mut self.0
    }
}

impl Error for AwsError {}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation)?;
        if !self.subject.is_empty() {
            write!(f, " `{}`", self.subject)?;
        }
        if let Some(code) = &self.code {
            write!(f, ": {code}")?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

fn of_answer(operation: &'static str, error: &impl ProvideErrorMetadata, status: u16) -> AwsError {
    if status < 400 {
        let mut answer = AwsError::unreadable(operation, "the answer cannot be read");
        answer.status = Some(status);
        return answer;
    }
    let code = error.code().unwrap_or_default();
    let message = error.message().unwrap_or_default();
    let kind = kind_of(code, status, message);
    let text = if kind == Kind::Signature || code == "SignatureDoesNotMatch" {
        // SECURITY: the service repeats the signed headers here, the session token among them.
        "the signature does not match the request".to_owned()
    } else {
        clean(message)
    };
    let mut answer = AwsError::new(kind, operation, text);
    answer.code = (!code.is_empty()).then(|| code.to_owned());
    answer.status = Some(status);
    answer.hint = hint_of(kind, operation, message);
    answer
}

/// Wire codes first; the status only where there is no code that says more.
fn kind_of(code: &str, status: u16, message: &str) -> Kind {
    match code {
        "NoSuchEntity" => Kind::NotFound,
        "EntityAlreadyExists" => Kind::Exists,
        "DeleteConflict" => Kind::DeleteConflict,
        "ConcurrentModification" => Kind::ConcurrentModification,
        "EntityTemporarilyUnmodifiable" => Kind::TemporarilyUnmodifiable,
        "UnmodifiableEntity" => Kind::Unmodifiable,
        "PolicyNotAttachable" => Kind::NotAttachable,
        "LimitExceeded" => Kind::LimitExceeded,
        "MalformedPolicyDocument" if message.to_ascii_lowercase().contains("invalid principal") => {
            Kind::InvalidPrincipal
        }
        "MalformedPolicyDocument" => Kind::MalformedPolicy,
        "InvalidInput" | "ValidationError" | "InvalidParameterValue" | "MissingParameter" => Kind::Invalid,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => Kind::AccessDenied,
        "OpenIdIdpCommunicationError" | "IDPCommunicationError" => Kind::IssuerUnreachable,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidIdentityToken"
        | "IDPRejectedClaim"
        | "MissingAuthenticationToken"
        | "RegionDisabledException"
        | "OptInRequired" => Kind::Credentials,
        "RequestTimeTooSkewed" | "RequestExpired" | "SignatureDoesNotMatch" | "InvalidSignatureException" => {
            Kind::Signature
        }
        "Throttling"
        | "ThrottlingException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "ThrottledException"
        | "SlowDown" => Kind::Throttled,
        "ServiceFailure" | "InternalFailure" | "ServiceUnavailable" | "InternalError" => Kind::Service,
        _ if status == 429 => Kind::Throttled,
        _ if status >= 500 => Kind::Service,
        _ if status == 403 => Kind::AccessDenied,
        _ => Kind::Other,
    }
}

fn hint_of(kind: Kind, operation: &str, message: &str) -> Option<String> {
    let text = match kind {
        Kind::AccessDenied => format!(
            "the credentials need `{operation}`{}; a permissions boundary, a service control policy or a resource \
             control policy may deny it too",
            also_needed(operation)
        ),
        Kind::LimitExceeded => format!("{}; ask for more in Service Quotas, or need less", quota(operation, message)),
        Kind::Credentials => "renew the credentials, or check `profile`, `assume_role` and \
                              `assume_role_with_web_identity` of the provider"
            .to_owned(),
        Kind::Signature => "check the secret key, and the clock of this machine".to_owned(),
        Kind::Throttled => {
            "IAM limits calls per account: raise `max_retries`, or run with less parallelism (`-parallelism=5`)".to_owned()
        }
        Kind::IssuerUnreachable => {
            "the issuer must serve its discovery document on the public internet over https; set `thumbprints` if \
             AWS cannot fetch its certificate"
                .to_owned()
        }
        Kind::TemporarilyUnmodifiable => "wait some minutes and apply again".to_owned(),
        Kind::ConcurrentModification => "somebody else changes the same object; apply again".to_owned(),
        Kind::Unmodifiable => "this is a service-linked role; only its service changes it".to_owned(),
        Kind::NotAttachable => "this policy is for a service's own role and cannot be attached".to_owned(),
        Kind::DeleteConflict => "detach or delete what is left first".to_owned(),
        _ => return None,
    };
    Some(text)
}

/// Rights a call needs besides its own (facts: tags on create, passing of tags).
fn also_needed(operation: &str) -> &'static str {
    match operation {
        "iam:CreateRole" => " (and `iam:TagRole` for the tags it sets)",
        "iam:CreateOpenIDConnectProvider" => " (and `iam:TagOpenIDConnectProvider` for the tags it sets)",
        _ => "",
    }
}

/// The quota that a call can meet, with its code in Service Quotas.
fn quota(operation: &str, message: &str) -> String {
    let text = message.to_ascii_lowercase();
    let name = match operation {
        "iam:CreateRole" | "iam:UpdateAssumeRolePolicy"
            if text.contains("policy") || text.contains("acl") =>
        {
            "the quota of characters in a trust policy (L-C07B4B0D)"
        }
        "iam:CreateRole" => "the quota of roles per account (L-FE177D64)",
        "iam:UpdateAssumeRolePolicy" => "the quota of characters in a trust policy (L-C07B4B0D)",
        "iam:AttachRolePolicy" => "the quota of managed policies per role (L-0DA4ABF3)",
        "iam:PutRolePolicy" => "the fixed limit of 10,240 characters of inline policies per role",
        "iam:CreateOpenIDConnectProvider" if text.contains("client") => {
            "the fixed limit of 100 audiences per provider"
        }
        "iam:CreateOpenIDConnectProvider" => "the quota of OIDC providers per account (L-858F3967)",
        "iam:AddClientIDToOpenIDConnectProvider" => "the fixed limit of 100 audiences per provider",
        "iam:TagRole" | "iam:TagOpenIDConnectProvider" => "the fixed limit of 50 tags",
        _ => "a quota of the account",
    };
    format!("{name} is used up")
}

/// An error of ours that came through the SDK: from a credentials provider, for instance.
fn inner_of(error: &(dyn Error + 'static)) -> Option<AwsError> {
    let mut next = error.source();
    let mut no_credentials = false;
    while let Some(current) = next {
        if let Some(ours) = current.downcast_ref::<AwsError>() {
            return Some(ours.clone());
        }
        no_credentials |= current.is::<CredentialsError>();
        next = current.source();
    }
    no_credentials.then(|| {
        AwsError::new(Kind::Credentials, "aws", format!("no usable AWS credentials: {}", chain(error))).with_hint(
            "set `profile`, `access_key` and `secret_key`, or `assume_role_with_web_identity` of the provider, or the \
             environment of the AWS tools (`AWS_PROFILE`, `AWS_ACCESS_KEY_ID`)",
        )
    })
}

/// Whether the failure is one of finding an address, connecting or TLS, so that no request was sent.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let mut next = error.source();
    while let Some(current) = next {
        if let Some(io) = current.downcast_ref::<std::io::Error>()
            && io.kind() == std::io::ErrorKind::ConnectionRefused
        {
            return true;
        }
        let text = current.to_string();
        let phases = [
            "tcp connect error",
            "dns error",
            "TLS handshake failed",
            "connect timeout",
            "tunnel error",
        ];
        if phases.iter().any(|phase| text.contains(phase)) {
            return true;
        }
        next = current.source();
    }
    false
}

/// The texts of an error and its causes, each once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(current) = next {
        let text = clean(&current.to_string());
        if !text.is_empty() && !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        next = current.source();
    }
    parts.join(": ")
}

/// The longest text of a service that is shown.
const LONGEST: usize = 1_000;

// SECURITY: services repeat parts of requests; what looks like a token or a key does not get through.
/// A foreign text as one line of bounded length, with what looks like a secret left out.
pub(super) fn clean(text: &str) -> String {
    let one_line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words: Vec<&str> = one_line
        .split(' ')
        .filter(|w| !w.is_empty())
        .map(|w| if secret_like(w) { "<left out>" } else { w })
        .collect();
    let joined = words.join(" ");
    match joined.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", joined.get(..at).unwrap_or_default()),
        None => joined,
    }
}

fn secret_like(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let token = word.contains("eyJ") && word.matches('.').count() >= 2;
    // Session tokens of STS are long runs of base64; no ARN, URL or policy word looks like that.
    let base64 = |part: &str| {
        part.len() >= 100
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-'))
    };
    token || lower.contains("x-amz-security-token") || word.split(|c: char| "\"':,()".contains(c)).any(base64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_wire() {
        for (code, status, kind) in [
            ("NoSuchEntity", 404, Kind::NotFound),
            ("EntityAlreadyExists", 409, Kind::Exists),
            ("LimitExceeded", 409, Kind::LimitExceeded),
            ("Throttling", 400, Kind::Throttled),
            ("", 429, Kind::Throttled),
            ("ServiceFailure", 500, Kind::Service),
            ("", 503, Kind::Service),
            ("AccessDenied", 403, Kind::AccessDenied),
            ("ExpiredTokenException", 400, Kind::Credentials),
            ("SomethingNew", 400, Kind::Other),
        ] {
            assert_eq!(kind_of(code, status, ""), kind, "{code} {status}");
        }
        let text = "Invalid principal in policy: \"AWS\":\"arn:aws:iam::1:role/x\"";
        assert_eq!(
            kind_of("MalformedPolicyDocument", 400, text),
            Kind::InvalidPrincipal
        );
        assert_eq!(
            kind_of("MalformedPolicyDocument", 400, "Syntax errors"),
            Kind::MalformedPolicy
        );
    }

    #[test]
    fn hints_name_permission_and_quota() {
        let hint = hint_of(Kind::AccessDenied, "iam:CreateRole", "").unwrap();
        assert!(
            hint.contains("`iam:CreateRole`") && hint.contains("iam:TagRole"),
            "{hint}"
        );
        let hint = hint_of(Kind::LimitExceeded, "iam:AttachRolePolicy", "").unwrap();
        assert!(hint.contains("L-0DA4ABF3"), "{hint}");
    }

    #[test]
    fn what_looks_like_a_secret_is_left_out() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
        let session = "FwoGZXIvYXdzEA".repeat(10);
        let text = clean(&format!(
            "bad {token} and x-amz-security-token:{session}\nand \"{session}\" end"
        ));
        assert_eq!(text, "bad <left out> and <left out> and <left out> end");
        assert_eq!(
            clean("arn:aws:iam::111122223333:role/a is fine"),
            "arn:aws:iam::111122223333:role/a is fine"
        );
        assert!(clean(&"a ".repeat(5_000)).chars().count() <= LONGEST + 1);
    }
}
