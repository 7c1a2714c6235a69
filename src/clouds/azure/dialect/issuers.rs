//! For which issuers Microsoft Entra takes expressions, and which claims they may test.
//!
//! From the vendor's page "Flexible federated identity credentials (preview)", August 2026, and what was seen of the service.

/// A claim that an expression may test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimRule {
    pub claim: &'static str,
    /// Whether `matches` is allowed beside `eq`.
    pub wildcards: bool,
}

/// What Entra takes for the tokens of an issuer.
#[derive(Debug, PartialEq, Eq)]
pub struct IssuerRules {
    pub claims: &'static [ClaimRule],
    /// A new expression has to test `sub` and at least one of these; empty: no such rule. Credentials that are older than
    /// the rule keep working, so that it says nothing about a credential that is there.
    pub one_of: &'static [&'static str],
    /// Beginnings of subjects that Entra was seen to refuse in a new expression.
    pub refused_beginnings: &'static [&'static str],
}

impl IssuerRules {
    pub fn claim(&self, name: &str) -> Option<&ClaimRule> {
        self.claims.iter().find(|rule| rule.claim == name)
    }
}

/// The issuers, in the words of an error message.
pub const LISTED: &str = "`https://token.actions.githubusercontent.com`, `https://gitlab.com`, `https://gitlab.NAME.com`, `https://gitlab.NAME.ca`, `https://app.terraform.io` and `https://app.eu.terraform.io`";

const fn with_wildcards(claim: &'static str) -> ClaimRule {
    ClaimRule {
        claim,
        wildcards: true,
    }
}

const fn exact(claim: &'static str) -> ClaimRule {
    ClaimRule {
        claim,
        wildcards: false,
    }
}

static GITHUB: IssuerRules = IssuerRules {
    claims: &[
        with_wildcards("sub"),
        with_wildcards("job_workflow_ref"),
        exact("repository_id"),
        exact("repository_owner_id"),
    ],
    one_of: &["repository_id", "repository_owner_id"],
    refused_beginnings: &[],
};

static GITLAB: IssuerRules = IssuerRules {
    claims: &[with_wildcards("sub")],
    one_of: &[],
    refused_beginnings: &["project_path:"],
};

static TERRAFORM: IssuerRules = IssuerRules {
    claims: &[with_wildcards("sub")],
    one_of: &[],
    refused_beginnings: &[],
};

/// What an expression may test for an issuer; `None`: Entra takes no expression for it.
pub fn rules(issuer: &str) -> Option<&'static IssuerRules> {
    match issuer {
        "https://token.actions.githubusercontent.com" => Some(&GITHUB),
        "https://gitlab.com" => Some(&GITLAB),
        "https://app.terraform.io" | "https://app.eu.terraform.io" => Some(&TERRAFORM),
        other => is_gitlab_of_a_company(other).then_some(&GITLAB),
    }
}

/// `https://gitlab.NAME.com`, `https://gitlab.NAME.ca`, where the name is one part of a host: whether it may be several is not
/// documented.
fn is_gitlab_of_a_company(issuer: &str) -> bool {
    let Some(rest) = issuer.strip_prefix("https://gitlab.") else {
        return false;
    };
    let name = rest.strip_suffix(".com").or_else(|| rest.strip_suffix(".ca"));
    let part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    name.is_some_and(|name| !name.is_empty() && name.chars().all(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_issuers() {
        for (issuer, listed) in [
            ("https://token.actions.githubusercontent.com", true),
            ("https://token.actions.githubusercontent.com/", false),
            ("https://token.actions.githubusercontent.com/acme", false),
            ("https://gitlab.com", true),
            ("https://gitlab.acme.com", true),
            ("https://gitlab.acme.ca", true),
            ("https://gitlab.acme.example", false),
            ("https://gitlab.a.b.com", false),
            ("https://gitlab..com", false),
            ("https://gitlab.acme.com/x.com", false),
            ("https://gitlab.com:8443.com", false),
            ("http://gitlab.com", false),
            ("https://app.terraform.io", true),
            ("https://app.eu.terraform.io", true),
            ("https://tfe.acme.example", false),
        ] {
            assert_eq!(rules(issuer).is_some(), listed, "{issuer}");
        }
        let github = rules("https://token.actions.githubusercontent.com").unwrap();
        assert!(!github.claim("repository_id").unwrap().wildcards);
        assert!(github.claim("job_workflow_ref").unwrap().wildcards);
        assert_eq!(github.claim("actor"), None);
    }
}
