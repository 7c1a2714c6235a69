//! Platform files: the contract's example, and one change at a time.

use super::*;
use crate::platforms::{Chooser, Presence};

const ACME: &str = r#"
id = "acme-hosting"
issuer = "https://oidc.acme.example"
tenancy = "shared"
tenant  = "team_id"
audience_set_by = "workload"
azp = "never"
aws_roles_claim = "never"
algs = ["RS256"]
[variable]
team_id     = { pattern = "[a-z0-9]{12}",    chosen_by = "platform", mutable = false }
project     = { pattern = "[a-z0-9-]{1,63}", chosen_by = "tenant",   mutable = true }
environment = { pattern = "[a-z0-9-]{1,32}", chosen_by = "tenant",   mutable = true }
[[subject]]
template = "team:{team_id}:project:{project}:environment:{environment}"
[claim]
team_id = { type = "string", presence = "always", value = "{team_id}", pins = "tenant" }
[[token_source]]
kind = "env"
name = "ACME_OIDC_TOKEN"
"#;

#[test]
fn the_example_of_the_contract() {
    let platform = Platform::read(ACME, DeclaredBy::Configuration).unwrap();
    assert_eq!(platform.id, "acme-hosting");
    assert_eq!(platform.tenancy, Tenancy::Shared);
    assert_eq!(
        (platform.azp, platform.aws_roles_claim),
        (Presence::Never, Presence::Never)
    );
    assert_eq!(platform.audience_set_by, Some(Chooser::Workload));
    assert_eq!(platform.tenant_claims, ["team_id"]);
    assert_eq!(platform.tenant_sub_prefixes, ["team:{team_id}:"]);
}

#[test]
fn one_change_at_a_time() {
    for (from, to, expected) in [
        (
            "id = \"acme-hosting\"",
            "",
            "platform file: expected `id`, found none",
        ),
        (
            "acme-hosting",
            "Acme",
            "platform file, line 2, `id`: expected 1 to 64 characters of `[a-z0-9-]`, found `Acme`",
        ),
        (
            "issuer = \"https://oidc.acme.example\"",
            "",
            "platform file: expected `issuer`",
        ),
        (
            "https://oidc",
            "http://oidc",
            "platform file, line 3, `issuer`: expected an issuer URL that starts with `https://`",
        ),
        (
            "acme.example",
            "acme.example/{team",
            "platform file, line 3, `issuer`: expected the name of a variable",
        ),
        (
            "acme.example",
            "acme.example/{team}",
            "platform file, line 3, `issuer`: `{team}` is no variable",
        ),
        (
            "\"shared\"",
            "\"public\"",
            "expected the TOML of a platform file, line 4: ",
        ),
        ("tenancy = \"shared\"", "", "platform file: expected `tenancy`"),
        ("tenant  = \"team_id\"", "", "platform file: expected `tenant`"),
        (
            "tenant  = \"team_id\"",
            "tenant = \"team\"",
            "platform file, line 5, `tenant`: expected the name of a variable",
        ),
        (
            "[a-z0-9]{12}",
            "[a-z",
            "platform file, line 11, `variable.team_id.pattern`: expected a regular expression",
        ),
        (
            ":{environment}",
            ":{env}",
            "platform file, line 15, `subject.0.template`: `{env}` is no variable",
        ),
        (
            "azp = \"never\"",
            "azp = \"perhaps\"",
            "expected the TOML of a platform file, line 7: ",
        ),
        (
            "algs",
            "inherits = \"gitlab-saas\"\nalgs",
            "platform file, line 9, `inherits`: is no member of a platform file",
        ),
    ] {
        let text = ACME.replacen(from, to, 1);
        assert_ne!(text, ACME, "{from}");
        let found = Platform::read(&text, DeclaredBy::Configuration)
            .unwrap_err()
            .to_string();
        assert!(found.starts_with(expected), "{found}");
    }
}
