//! Which members a platform file may have.

use super::document::Allowed;

/// Members of the catalogue's form.
pub(super) const MEMBERS: [Allowed; 5] = [
    Allowed {
        at: &[],
        members: &[
            "id",
            "name",
            "kind",
            "issuer",
            "issuer_variants",
            "shared_host",
            "tenancy",
            "tenant",
            "tenant_claims",
            "tenant_sub_prefix",
            "audience_set_by",
            "audience_selectable",
            "default_audience",
            "token_lifetime_s",
            "azp",
            "aws_roles_claim",
            "algs",
            "claims",
            "variable",
            "subject",
            "claim",
            "token_source",
            "doc",
        ],
    },
    Allowed {
        at: &["issuer_variants"],
        members: &["name", "issuer", "tenancy"],
    },
    Allowed {
        at: &["subject"],
        members: &[
            "name",
            "template",
            "variables",
            "default",
            "stable",
            "example",
            "when",
        ],
    },
    Allowed {
        at: &["claim", "*"],
        members: &["type", "presence", "value", "pins"],
    },
    Allowed {
        at: &["token_source"],
        members: &[
            "kind",
            "name",
            "var",
            "path",
            "path_env",
            "method",
            "url",
            "socket",
            "socket_env",
            "query",
            "headers",
            "json_body",
            "form_body",
            "response",
            "response_json",
            "argv",
            "audience",
            "requires",
            "when",
        ],
    },
];
