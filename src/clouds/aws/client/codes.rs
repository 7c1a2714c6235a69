//! What the error codes of IAM and STS mean, and what to do about each.
//!
//! Owns the table of codes (IAM and STS service models), and the quotas by their code in Service Quotas. Must not know how calls are made.

use super::error::Kind;

/// Wire codes first; the status only where there is no code that says more.
pub(super) fn kind_of(code: &str, status: u16, message: &str) -> Kind {
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

/// What to do about it.
pub(super) fn hint_of(kind: Kind, operation: &str, message: &str) -> Option<String> {
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
}
