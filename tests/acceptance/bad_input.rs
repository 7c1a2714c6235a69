//! Bad input gets a clear error on the right argument before anything is written: what IAM would refuse later, and what
//! could never mean what was meant.

use crate::harness::{Lab, Terraform};
use crate::hcl::Block;
use serde_json::Value;

crate::on_sandbox!(
    arguments_of_a_trust,
    arguments_of_a_provider,
    conflicts,
    provider_block,
    unknown_until_apply
);

/// An argument, a bad value of it, and a word that the error must carry.
pub(crate) type Bad = (&'static str, String, &'static str);

pub(crate) fn list(entries: impl Iterator<Item = String>) -> String {
    format!(
        "[{}]",
        entries
            .map(|entry| format!("\"{entry}\""))
            .collect::<Vec<_>>()
            .join(", ")
    )
}

fn quoted(length: usize) -> String {
    format!("\"{}\"", "a".repeat(length))
}

fn policy(statement: &str) -> String {
    format!(r#"jsonencode({{ Version = "2012-10-17", Statement = [{{ {statement} }}] }})"#)
}

fn of_a_trust() -> Vec<Bad> {
    let s = str::to_owned;
    let long = |n: usize| "x".repeat(n);
    let mut rows = of_an_issuer();
    rows.extend([
        ("subjects", s("[]"), "empty"),
        ("subjects", s(r#"[""]"#), "empty"),
        ("subjects", s("[null]"), "null"),
        ("subject_patterns", s("[]"), "empty"),
        ("subject_patterns", s(r#"["repo:a\\x"]"#), "\\"),
        ("claims", s(r#"{ iss = ["x"] }"#), "iss"),
        ("claims", s(r#"{ aud = ["x"] }"#), "audiences"),
        ("claims", s(r#"{ sub = ["x"] }"#), "subjects"),
        ("claims", s(r#"{ actor = [] }"#), "empty"),
        ("claims", s("{}"), "empty"),
        ("claims", s(r#"{ event_name = ["push"] }"#), "event_name"),
        ("claim_patterns", s(r#"{ event_name = ["pu*"] }"#), "event_name"),
        ("also", s("{}"), "empty"),
        ("also", s(r#"{ other = { subjects = [] } }"#), "at least one"),
        ("role_name", s(r#""""#), "role"),
        ("role_name", quoted(65), "64"),
        ("role_name", s(r#""two words""#), "two words"),
        ("role_name", s(r#""rôle""#), "rôle"),
        ("role_path", s(r#""ci""#), "/"),
        ("role_path", s(r#""/ci""#), "/"),
        ("role_path", s(r#""/c i/""#), "/"),
        ("role_path", format!("\"/{}/\"", long(511)), "512"),
        ("description", quoted(1001), "1000"),
        ("description", s(r#""snow ☃""#), "☃"),
        ("max_session_duration", s("3599"), "3600"),
        ("max_session_duration", s("43201"), "43200"),
        ("max_session_duration", s("3600.5"), "whole"),
        ("permissions_boundary", s(r#""PowerUserAccess and more""#), "arn"),
        ("permissions_boundary", s(r#""arn:aws:s3:::bucket""#), "arn"),
        ("managed_policy_arns", s(r#"["arn:aws:s3:::bucket"]"#), "policy"),
        ("managed_policy_arns", s(r#"[""]"#), "ARN"),
        (
            "managed_policy_arns",
            s(r#"["arn:aws-cn:iam::aws:policy/ReadOnlyAccess"]"#),
            "partition (`arn:aws:iam::…`)",
        ),
        (
            "permissions_boundary",
            s(r#""arn:aws-cn:iam::aws:policy/ReadOnlyAccess""#),
            "partition (`arn:aws:iam::…`)",
        ),
        (
            "managed_policy_arns",
            list((0..26).map(|n| format!("arn:aws:iam::aws:policy/P{n}"))),
            "25",
        ),
        ("inline_policies", s(r#"{ x = "no json" }"#), "JSON"),
        ("inline_policies", s(r#"{ x = "[]" }"#), "policy"),
        ("inline_policies", s(r#"{ x = "{}" }"#), "Statement"),
        (
            "inline_policies",
            format!(
                r#"{{ "two words" = {} }}"#,
                policy(r#"Effect = "Allow", Action = "*", Resource = "*""#)
            ),
            "two words",
        ),
        (
            "inline_policies",
            format!(
                "{{ {} = {} }}",
                long(129),
                policy(r#"Effect = "Allow", Action = "*", Resource = "*""#)
            ),
            "128",
        ),
        (
            "inline_policies",
            format!(
                "{{ x = {} }}",
                policy(&format!(
                    r#"Effect = "Allow", Action = "*", Resource = "arn:aws:s3:::{}""#,
                    long(10300)
                ))
            ),
            "10240",
        ),
        ("oidc_provider", s(r#"{ ownership = "mine" }"#), "exclusive"),
        (
            "oidc_provider",
            s(r#"{ arn = "arn:aws:iam::123456789012:role/x" }"#),
            "OIDC provider ARN",
        ),
        ("oidc_provider", s(r#"{ thumbprints = ["zz"] }"#), "40"),
        ("oidc_provider", s("{ thumbprints = [] }"), "at least one"),
        (
            "oidc_provider",
            format!(
                "{{ thumbprints = {} }}",
                list((0..6).map(|n| n.to_string().repeat(40)))
            ),
            "5",
        ),
        ("session_tag_keys", s("[]"), "1 to 50"),
        ("session_tag_keys", s(r#"[""]"#), "empty"),
        ("additional_statements", s(r#""{""#), "JSON"),
        ("additional_statements", s(r#""[1]""#), "statement"),
        (
            "additional_statements",
            s(
                r#"jsonencode([for action in ["sts:AssumeRole", "sts:TagSession"] : {
    Sid = "Mine", Effect = "Deny", Principal = { AWS = "*" }, Action = action
  }])"#,
            ),
            "`Mine` twice",
        ),
        ("tags", s(r#"{ "aws:owner" = "x" }"#), "aws:"),
        ("tags", s(r#"{ "oidcfed:issuer" = "x" }"#), "oidcfed:"),
        ("tags", format!("{{ {} = \"x\" }}", long(129)), "128"),
        ("tags", format!("{{ x = \"{}\" }}", long(257)), "256"),
        ("tags", s(r#"{ "a#b" = "x" }"#), "a#b"),
        ("tags", s(r#"{ for n in range(51) : "k${n}" => "v" }"#), "50"),
        ("account_id", s(r#""12""#), "12"),
        ("timeouts", s(r#"{ create = "soon" }"#), "soon"),
        (
            "subjects",
            list((0..200).map(|n| format!("repo:acme/{n:030}:ref:refs/heads/main"))),
            "8192",
        ),
    ]);
    rows
}

fn of_an_issuer() -> Vec<Bad> {
    let s = str::to_owned;
    vec![
        ("issuer", s(r#""""#), "empty"),
        ("issuer", s(r#""issuer""#), "https://"),
        ("issuer", s(r#""http://issuer.example.com""#), "https://"),
        ("issuer", s(r#""https://issuer.example.com:8443""#), "port"),
        ("issuer", s(r#""https://issuer.example.com?a=b""#), "query"),
        ("issuer", s(r##""https://issuer.example.com#a""##), "fragment"),
        ("issuer", s(r#""https://me:secret@issuer.example.com""#), "user"),
        ("issuer", s(r#""https://10.0.0.1""#), "address"),
        ("issuer", s(r#""https://issuer.example.com/a/../b""#), ".."),
        (
            "issuer",
            s(r#""https://issuer.example.com/.well-known/openid-configuration""#),
            "discovery",
        ),
        (
            "issuer",
            format!("\"https://issuer.example.com/{}\"", "a".repeat(230)),
            "255",
        ),
        ("audiences", s("[]"), "empty"),
        ("audiences", s(r#"[""]"#), "empty"),
        ("audiences", s("[null]"), "null"),
        ("audiences", format!("[{}]", quoted(256)), "255"),
        ("audiences", list((0..101).map(|n| format!("aud-{n}"))), "100"),
    ]
}

fn arguments_of_a_trust(lab: &Lab) {
    let base = Block::trust(&lab.issuer, &lab.role);
    let terraform = lab.configuration(&base.to_string());
    assert!(
        refused(&terraform, &base).is_empty(),
        "the case to start from is valid"
    );
    report(
        of_a_trust()
            .iter()
            .filter_map(|row| missed(&terraform, &base, row)),
    );
    assert!(
        lab.get_role(&lab.role).is_none() && lab.oidc_provider(&lab.issuer).is_none(),
        "something was written"
    );
}

fn arguments_of_a_provider(lab: &Lab) {
    let base =
        Block::resource("oidcfed_aws_oidc_provider", "this").with("issuer", format!("\"{}\"", lab.issuer));
    let terraform = lab.configuration(&base.to_string());
    assert!(
        refused(&terraform, &base).is_empty(),
        "the case to start from is valid"
    );
    let mut rows = of_an_issuer();
    rows.push(("thumbprints", r#"["zz"]"#.to_owned(), "40"));
    rows.push(("thumbprints", list((0..6).map(|n| n.to_string().repeat(40))), "5"));
    rows.push(("tags", r#"{ "aws:owner" = "x" }"#.to_owned(), "aws:"));
    rows.push(("ownership", r#""mine""#.to_owned(), "exclusive"));
    report(rows.iter().filter_map(|row| missed(&terraform, &base, row)));
}

/// What is wrong only together.
fn conflicts(lab: &Lab) {
    let base = Block::trust(&lab.issuer, &lab.role);
    let terraform = lab.configuration("");
    let cases = [
        ("no name", base.clone().without("role_name"), "role_name"),
        (
            "two names",
            base.clone().with("role_name_prefix", r#""ci-""#),
            "role_name",
        ),
        (
            "a long prefix",
            base.clone()
                .without("role_name")
                .with("role_name_prefix", quoted(39)),
            "38",
        ),
        ("nothing tested", base.clone().without("subjects"), "subject"),
        ("no issuer", base.without("issuer"), "issuer"),
    ];
    for (what, block, word) in cases {
        let errors = refused(&terraform, &block);
        assert!(!errors.is_empty(), "{what} is accepted");
        assert!(
            errors.iter().any(|error| error.to_string().contains(word)),
            "{what}: `{word}` is not in {errors:#?}"
        );
    }
}

fn provider_block(lab: &Lab) {
    let terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    let cases = [
        (r#"guardrail = "maybe""#, "strict"),
        (r#"request_timeout = "soon""#, "soon"),
        (r#"ca_bundle_file = "/no/such/file.pem""#, "/no/such/file.pem"),
        (r#"unacceptable = ["terrible"]"#, "terrible"),
        (
            r#"aws = { allowed_account_ids = ["999999999999"] }"#,
            "999999999999",
        ),
        (r#"aws = { forbidden_account_ids = ["ACCOUNT"] }"#, "ACCOUNT"),
        (r#"aws = { allowed_account_ids = [] }"#, "empty"),
        (
            r#"aws = { endpoints = { iam = "http://iam.example.com" } }"#,
            "iam.example.com",
        ),
    ];
    for (argument, word) in cases {
        let fill = |text: &str| text.replace("ACCOUNT", &lab.account);
        terraform.write("provider.tf", &lab.preface(&fill(argument)));
        let errors = terraform.errors(&["plan", "-json"]);
        assert!(!errors.is_empty(), "{argument} is accepted");
        assert!(
            errors.iter().any(|error| error.to_string().contains(&fill(word))),
            "{argument}: {errors:#?}"
        );
    }
}

/// A value that is bad, but not known before the apply, is refused then, before anything is written.
fn unknown_until_apply(lab: &Lab) {
    let body = |input: &str| {
        let trust = Block::trust(&lab.issuer, &lab.role).with("subjects", "terraform_data.subjects.output");
        format!("resource \"terraform_data\" \"subjects\" {{\n  input = toset({input})\n}}\n{trust}")
    };
    let terraform = lab.configuration(&body("[]"));
    assert!(!terraform.plan().empty, "an unknown set is planned");
    let failed = terraform.run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(failed.code, 1, "{}", failed.all());
    assert!(
        failed.all().contains("at least one value in `subjects`"),
        "{}",
        failed.all()
    );
    assert!(
        lab.get_role(&lab.role).is_none() && lab.oidc_provider(&lab.issuer).is_none(),
        "something was written"
    );
    terraform.write("main.tf", &body(r#"["repo:acme/api:ref:refs/heads/main"]"#));
    terraform.settle("with a subject");
    terraform.destroy();
}

/// The errors of a configuration: of its validation, else of its plan.
pub(crate) fn refused(terraform: &Terraform, block: &Block) -> Vec<Value> {
    terraform.write("main.tf", &block.to_string());
    let invalid = terraform.errors(&["validate", "-json"]);
    if invalid.is_empty() {
        terraform.errors(&["plan", "-json"])
    } else {
        invalid
    }
}

/// What is wrong with the answer to a bad value, if something is.
pub(crate) fn missed(terraform: &Terraform, base: &Block, (argument, value, word): &Bad) -> Option<String> {
    let block = base.clone().with(argument, value.clone());
    let errors = refused(terraform, &block);
    let short = value.chars().take(60).collect::<String>();
    if errors.is_empty() {
        return Some(format!("{argument} = {short}: accepted"));
    }
    let text = block.to_string();
    let lines: Vec<_> = text.lines().collect();
    let stands_at = |error: &Value| {
        let line = error["range"]["start"]["line"].as_u64().unwrap_or(0) as usize;
        lines
            .get(line.wrapping_sub(1))
            .and_then(|line| line.split_whitespace().next().map(str::to_owned))
    };
    let says = |error: &Value| {
        let text = format!(
            "{} {}",
            error["summary"].as_str().unwrap_or_default(),
            error["detail"].as_str().unwrap_or_default()
        );
        text.to_lowercase().contains(&word.to_lowercase())
    };
    let right = errors
        .iter()
        .any(|error| stands_at(error).as_deref() == Some(*argument) && says(error));
    let told = |error: &Value| {
        format!(
            "    at {:?}: {} | {}",
            stands_at(error),
            error["summary"],
            error["detail"]
        )
    };
    (!right).then(|| {
        format!(
            "{argument} = {short}: no error on it that says `{word}`\n{}",
            errors.iter().map(told).collect::<Vec<_>>().join("\n")
        )
    })
}

pub(crate) fn report(missed: impl Iterator<Item = String>) {
    let missed: Vec<_> = missed.collect();
    assert!(missed.is_empty(), "{} rows\n{}", missed.len(), missed.join("\n"));
}
