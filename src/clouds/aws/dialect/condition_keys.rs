//! Which claims of a token AWS turns into condition keys, by issuer (IAM User Guide, "IAM and AWS STS condition context
//! keys", OIDC federation; issuer-specific keys since January 2026). Any other claim never becomes a key: a positive test
//! of it never holds, a negated one always does.

/// What kind of value a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    Text,
    /// Several values: needs `ForAnyValue:`.
    List,
    /// Compared with numeric operators.
    Number,
}

/// A claim that becomes a condition key; the key's name is the claim's, after the issuer and a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimKey {
    pub claim: &'static str,
    pub kind: KeyKind,
}

/// The keys of issuers that AWS knows.
struct IssuerKeys {
    /// Whether it is about this provider URL (an issuer without its scheme).
    is: fn(&str) -> bool,
    claims: &'static [ClaimKey],
}

const fn text(claim: &'static str) -> ClaimKey {
    ClaimKey {
        claim,
        kind: KeyKind::Text,
    }
}

/// Besides `sub`, `aud` and `oaud`, which are not further claims.
const EVERY_ISSUER: &[ClaimKey] = &[
    ClaimKey {
        claim: "amr",
        kind: KeyKind::List,
    },
    text("email"),
];

const GITHUB: &[ClaimKey] = &[
    text("actor"),
    text("actor_id"),
    text("enterprise_id"),
    text("environment"),
    text("job_workflow_ref"),
    text("ref"),
    text("repository"),
    text("repository_id"),
    text("repository_owner_id"),
    text("workflow"),
];

const GITLAB: &[ClaimKey] = &[
    text("namespace_id"),
    text("pipeline_source"),
    text("project_id"),
    text("ref_protected"),
    text("runner_environment"),
    text("user_access_level"),
    text("user_email"),
    text("user_id"),
    text("user_login"),
];

const BUILDKITE: &[ClaimKey] = &[
    text("build_branch"),
    text("cluster_id"),
    text("cluster_name"),
    text("organization_id"),
    text("organization_slug"),
    text("pipeline_id"),
    text("pipeline_slug"),
];

const KNOWN: &[IssuerKeys] = &[
    IssuerKeys {
        is: is_github,
        claims: GITHUB,
    },
    IssuerKeys {
        is: |url| url == "gitlab.com",
        claims: GITLAB,
    },
    IssuerKeys {
        is: |url| {
            url == "agent.buildkite.com"
                || in_domain(url, "agent.", ".buildkite.dev")
                || in_domain(url, "agent.", ".buildkite.site")
        },
        claims: BUILDKITE,
    },
    IssuerKeys {
        is: |url| {
            url.strip_prefix("oidc.circleci.com/org/")
                .is_some_and(is_one_segment)
        },
        // The claim's own name holds the host, so the full key holds it twice.
        claims: &[text("oidc.circleci.com/project-id")],
    },
    IssuerKeys {
        is: |url| url == "accounts.google.com",
        claims: &[ClaimKey {
            claim: "google/organization_number",
            kind: KeyKind::Number,
        }],
    },
    IssuerKeys {
        is: |url| in_domain(url, "idcs-", ".identity.oraclecloud.com"),
        claims: &[text("rpst_id")],
    },
    IssuerKeys {
        is: |url| url == "graph.facebook.com",
        claims: &[text("app_id"), text("id")],
    },
    IssuerKeys {
        is: |url| url == "www.amazon.com",
        claims: &[text("app_id"), text("user_id")],
    },
];

/// The identity providers that IAM has built in: roles name their host as the principal, and no provider is created.
const BUILT_IN: [&str; 4] = [
    "accounts.google.com",
    "cognito-identity.amazonaws.com",
    "graph.facebook.com",
    "www.amazon.com",
];

/// Whether IAM has this provider built in.
pub fn is_built_in(provider_url: &str) -> bool {
    BUILT_IN.contains(&provider_url)
}

/// The further claims of a provider's tokens that become condition keys, besides `sub`, `aud` and `oaud`.
pub fn claim_keys(provider_url: &str) -> impl Iterator<Item = ClaimKey> {
    let own = KNOWN
        .iter()
        .find(|known| (known.is)(provider_url))
        .map_or(&[][..], |known| known.claims);
    EVERY_ISSUER.iter().chain(own).copied()
}

/// The key that a further claim becomes, if any.
pub fn claim_key(provider_url: &str, claim: &str) -> Option<ClaimKey> {
    claim_keys(provider_url).find(|key| key.claim == claim)
}

fn is_github(url: &str) -> bool {
    url == "token.actions.githubusercontent.com"
        || url.starts_with("token.actions.githubusercontent.com/")
        || in_domain(url.split('/').next().unwrap_or(url), "token.actions.", ".ghe.com")
        || url
            .strip_prefix("github.com/enterprises/")
            .is_some_and(is_one_segment)
}

/// One label between prefix and suffix.
fn in_domain(url: &str, prefix: &str, suffix: &str) -> bool {
    url.strip_prefix(prefix)
        .and_then(|rest| rest.strip_suffix(suffix))
        .is_some_and(|label| !label.is_empty() && !label.contains(['.', '/']))
}

fn is_one_segment(text: &str) -> bool {
    !text.is_empty() && !text.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_by_issuer() {
        for (url, claim, is_key) in [
            ("token.actions.githubusercontent.com", "repository_id", true),
            ("token.actions.githubusercontent.com/acme", "repository_id", true),
            ("token.actions.acme.ghe.com", "actor", true),
            ("token.actions.acme.ghe.com/acme", "actor", true),
            ("token.actions.evil.example.ghe.com", "actor", false),
            ("github.com/enterprises/acme", "ref", true),
            ("token.actions.githubusercontent.com", "repository_owner", false),
            ("token.actions.githubusercontent.com", "event_name", false),
            ("ghes.example.com/_services/token", "repository", false),
            ("gitlab.com", "project_id", true),
            ("gitlab.example.com", "project_id", false),
            ("agent.buildkite.com", "organization_id", true),
            ("agent.acme.buildkite.dev", "organization_id", true),
            ("oidc.circleci.com/org/8f1c", "oidc.circleci.com/project-id", true),
            ("oidc.circleci.com/org/8f1c", "project-id", false),
            ("oidc.circleci.com", "oidc.circleci.com/project-id", false),
            ("idcs-1.identity.oraclecloud.com", "rpst_id", true),
            ("issuer.example", "email", true),
            ("issuer.example", "amr", true),
            ("issuer.example", "team", false),
        ] {
            assert_eq!(claim_key(url, claim).is_some(), is_key, "{url} {claim}");
        }
    }
}
