//! Platforms that a configuration declares: what is refused, and how it is said.

use crate::platforms::{ClaimKind, DeclaredBy, Platform, Presence, TokenPlace, Values, check_declaration};

const BASE: &str = r#"id = "acme"
issuer = "https://oidc.acme.example"
tenancy = "shared"
tenant = "team"
[variable]
team = { pattern = "[a-z0-9-]+", chosen_by = "tenant", mutable = true }
project = { pattern = "[a-z0-9-]+", chosen_by = "tenant", mutable = true }
user = { pattern = "[a-z0-9-]+", chosen_by = "workload", mutable = true }
[[subject]]
template = "team:{team}:project:{project}"
"#;

fn read(text: &str) -> Result<Platform, String> {
    Platform::read(text, DeclaredBy::Configuration).map_err(|e| e.to_string())
}

#[test]
fn grammars_that_forge_a_tenant_are_refused_with_the_forgery() {
    for (from, to, expected) in [
        (
            "team:{team}:project:{project}\"",
            "project:{project}:team:{team}\"\n#",
            None,
        ),
        (
            "project = { pattern = \"[a-z0-9-]+\"",
            "project = { pattern = \".+\"",
            None,
        ),
        (
            "\"team:{team}:project:{project}\"",
            "\"team:{team}{project}\"",
            Some(
                "platform file, line 10, `subject.0.template`: expected text between `{team}` and `{project}`, found none",
            ),
        ),
        (
            "team = { pattern = \"[a-z0-9-]+\"",
            "team = { pattern = \"[a-z:]+\"",
            Some(
                "platform file, line 10, `subject.0.template`: the pattern `[a-z:]+` of `{team}` can hold the `:project:` that follows it: with `x:project:victim` as its value",
            ),
        ),
        (
            "\"team:{team}:project:{project}\"",
            "\"team:{team}:project:{project}\"\n[[subject]]\ntemplate = \"{user}:{team}:project:{project}\"",
            // whoever is called `team` is still of that team
            None,
        ),
        (
            "\"team:{team}:project:{project}\"",
            "\"{team}:{project}\"\n[[subject]]\ntemplate = \"{user}:{team}\"",
            Some(
                "platform file, line 12, `subject.1.template`: the subject `a:b` is of tenant `b` by this template, and of tenant `a` by `{team}:{project}`",
            ),
        ),
        (
            "\"team:{team}:project:{project}\"",
            "\"team:{team}:project:{project}\"\n[[subject]]\ntemplate = \"team:{team}\"\n[[subject]]\ntemplate = \"user:{user}:of:{team}\"",
            None,
        ),
        (
            "issuer = \"https://oidc.acme.example\"",
            "issuer = \"https://{project}.acme.example\"",
            None,
        ),
        (
            "project = { pattern = \"[a-z0-9-]+\"",
            "project = { pattern = \"[a-z:/]+\"",
            None,
        ),
    ] {
        let text = BASE.replacen(from, to, 1);
        assert_ne!(text, BASE, "{from}");
        match (read(&text), expected) {
            (Ok(_), None) => {}
            (Err(found), Some(expected)) => assert!(found.starts_with(expected), "{found}"),
            (found, expected) => panic!("{to}: {found:?}, not {expected:?}"),
        }
    }
    let forged = BASE
        .replacen(
            "team:{team}:project:{project}",
            "project:{project}:team:{team}",
            1,
        )
        .replacen(
            "project = { pattern = \"[a-z0-9-]+\"",
            "project = { pattern = \".+\"",
            1,
        );
    let found = read(&forged).unwrap_err();
    assert!(
        found.contains(
            "the pattern `.+` of `{project}` can hold the `:team:` that follows it: with `x:team:victim`"
        ),
        "{found}"
    );
}

#[test]
fn members_that_are_refused() {
    for (from, to, expected) in [
        (
            "tenancy = \"shared\"",
            "tenacy = \"shared\"",
            "platform file, line 3, `tenacy`: is no member of a platform file; expected one of `id`",
        ),
        (
            "template = ",
            "templates = ",
            "platform file, line 10, `subject.0.templates`: is no member of a platform file; expected one of `name`, `template`",
        ),
        (
            "tenancy = \"shared\"",
            "tenancy = \"public\"",
            "expected the TOML of a platform file, line 3: unknown variant `public`",
        ),
        (
            "tenancy = \"shared\"",
            "tenancy =",
            "expected the TOML of a platform file, line 3: ",
        ),
        (
            "tenant = \"team\"",
            "tenant = \"user\"",
            "platform file, line 4, `tenant`: expected a variable that a workload cannot choose, found `user`",
        ),
        (
            "team:{team}:project",
            "project",
            "platform file, line 4, `tenant`: expected `{team}` in a subject, in the issuer, or in a claim",
        ),
        (
            "tenant = \"team\"",
            "tenant = \"team\"\nalgs = [\"HS256\"]",
            "platform file, line 5, `algs`: expected one of `RS256`",
        ),
        (
            "tenant = \"team\"",
            "tenant = \"team\"\ntenant_sub_prefix = \"team:\"",
            "platform file, line 5, `tenant_sub_prefix`: expected the start of a subject through the text behind `{team}`, found `team:`",
        ),
        (
            "[[subject]]",
            "[claim]\nsub = {}\n[[subject]]",
            "platform file, line 10, `claim.sub`: expected a further claim",
        ),
        (
            "[[subject]]",
            "[claim]\nt = { value = \"{project}\", pins = \"tenant\" }\n[[subject]]",
            "platform file, line 10, `claim.t.value`: expected a value with the variable that names the tenant",
        ),
        (
            "[[subject]]",
            "[claim]\nt = { value = \"{nobody}\" }\n[[subject]]",
            "platform file, line 10, `claim.t.value`: `{nobody}` is no variable",
        ),
        (
            "[[subject]]",
            "[claim]\nt = { type = \"text\" }\n[[subject]]",
            "expected the TOML of a platform file, line 10: unknown variant `text`",
        ),
        (
            "{ pattern = \"[a-z0-9-]+\", chosen_by = \"workload\"",
            "{ pattern = \"[a-z\", chosen_by = \"workload\"",
            "platform file, line 8, `variable.user.pattern`: expected a regular expression for the whole value, found `[a-z`",
        ),
        (
            "team:{team}:project:{project}",
            "{team}:{team}",
            "platform file, line 10, `subject.0.template`: expected each variable once, found `{team}` twice",
        ),
        (
            "https://oidc.acme.example",
            "https://{project}.example",
            "platform file, line 2, `issuer`: expected a host that is one variable, or ends in a domain of the vendor",
        ),
        (
            "https://oidc.acme.example",
            "https://oidc.fly.io/{team}\"\nname = \"x",
            "",
        ),
        (
            "[[subject]]",
            "[[token_source]]\nkind = \"env\"\n[[subject]]",
            "platform file, line 9, `token_source.0`: expected `name` for the kind `env`, found none",
        ),
    ] {
        let text = BASE.replacen(from, to, 1);
        assert_ne!(text, BASE, "{from}");
        match read(&text) {
            Err(found) => assert!(!expected.is_empty() && found.starts_with(expected), "{found}"),
            Ok(_) => assert_eq!(expected, "", "{to}"),
        }
    }
    let dotted = BASE
        .replacen("https://oidc.acme.example", "https://{project}.acme.example", 1)
        .replacen(
            "project = { pattern = \"[a-z0-9-]+\"",
            "project = { pattern = \"[a-z/.]+\"",
            1,
        );
    let found = read(&dotted).unwrap_err();
    assert!(
        found.starts_with("platform file, line 2, `issuer`: `{project}` stands in the host, and its pattern has the text `x/victim`"),
        "{found}"
    );
}

#[test]
fn a_declaration_of_a_known_host_may_not_be_looser() {
    let text = BASE
        .replacen(
            "https://oidc.acme.example",
            "https://token.actions.githubusercontent.com",
            1,
        )
        .replacen("\"shared\"", "\"self-hosted\"", 1);
    let found = read(&text).unwrap_err();
    assert_eq!(
        found,
        "platform `acme` is declared `self-hosted`, line 3, but the catalogue knows `token.actions.githubusercontent.com` as `shared`; a declaration may be stricter than the catalogue, never looser"
    );
    let team = BASE
        .replacen("https://oidc.acme.example", "https://oidc.fly.io/{team}", 1)
        .replacen("\"shared\"", "\"self-hosted\"", 1);
    assert!(read(&team).unwrap_err().contains("never looser"));
    assert!(read(&team.replacen("\"self-hosted\"", "\"per-tenant\"", 1)).is_ok());
    let named = Platform::named(&text, DeclaredBy::Configuration).map_err(|e| e.to_string());
    assert_eq!(named.unwrap_err(), found);
    // what an older catalogue accepted can still be read, and is asked about where it is used
    let before = Platform::ever_named(&text, DeclaredBy::Configuration).unwrap();
    assert!(check_declaration(&before, &before.issuer(&Values::new()).unwrap()).is_err());
}

#[test]
fn requests_and_commands_only_from_the_command_line() {
    for (source, place) in [
        ("kind = \"cli\"\nargv = [\"acme\", \"token\"]", "cli"),
        (
            "kind = \"http\"\nurl = \"https://acme.example/token\"\nresponse_json = \"token\"",
            "http",
        ),
    ] {
        let text = format!("{BASE}[[token_source]]\n{source}\n");
        let found = read(&text).unwrap_err();
        assert!(
            found.starts_with(&format!(
                "platform file, line 12, `token_source.0.kind`: expected `env` or `file` in a configuration, found `{place}`"
            )),
            "{found}"
        );
        let platform = Platform::read(&text, DeclaredBy::CommandLine).unwrap();
        assert_eq!(platform.token_sources.len(), 1);
    }
    for source in [
        "kind = \"env\"\nname = \"T\"",
        "kind = \"env\"\nvar = \"T\"",
        "kind = \"file\"\npath = \"/t\"",
    ] {
        let platform = read(&format!("{BASE}[[token_source]]\n{source}\n")).unwrap();
        assert!(!matches!(
            platform.token_sources[0].place,
            TokenPlace::Http(_) | TokenPlace::Cli { .. }
        ));
    }
}

#[test]
fn claims_say_type_presence_value_and_what_they_pin() {
    let text = format!(
        "{BASE}[claim]\nteam_slug = {{ type = \"string\", presence = \"always\", value = \"{{team}}\", pins = \"tenant\" }}\ngroups = {{ type = \"list\", value = \"{{project}}\" }}\npaid = {{ type = \"boolean\", presence = \"sometimes\" }}\n"
    );
    let platform = read(&text).unwrap();
    assert_eq!(platform.tenant_claims, ["team_slug"]);
    assert_eq!(platform.claims, ["groups", "paid", "team_slug"]);
    let form = &platform.claim_forms["team_slug"];
    assert_eq!(
        (form.kind, form.presence, form.pins_tenant),
        (ClaimKind::String, Presence::Always, true)
    );
    let tokens = platform.foreign_tokens();
    assert_eq!(tokens[0].claims.text("sub"), Some("team:evil:project:evil"));
    assert_eq!(tokens[0].claims.text("team_slug"), Some("evil"));
    assert_eq!(tokens[0].claims.get("groups"), Some(&serde_json::json!(["evil"])));
    assert_eq!(tokens[0].claims.get("paid"), None);
    let tenant = platform.tenant_in_subject("team:a:project:b").unwrap();
    assert_eq!(tenant["team"], "a");
}

/// A whole proof for texts of any length, where each pattern alone is harmless.
#[test]
fn long_patterns_are_proven_too() {
    let long = BASE.replace("[a-z0-9-]+", "[a-z0-9-]{1,255}").replacen(
        "[[subject]]",
        "[[subject]]\ntemplate = \"team:{team}:user:{user}\"\n[[subject]]",
        1,
    );
    assert!(read(&long).is_ok());
}
