//! The point of it all: after an apply the workload's token is exchanged for credentials, and every other token is refused.

use crate::harness::{ApiError, Lab, Terraform};
use crate::hcl::{Block, text};
use serde_json::{Value, json};

crate::on_sandbox!(
    the_workload_and_the_strangers,
    patterns,
    several_trusts_in_one,
    session_tags,
    issuer_as_data
);

fn trust(lab: &Lab) -> Block {
    Block::trust(lab.sandbox().issuer(), &lab.role).with("subjects", r#"["job:one"]"#)
}

fn exchange(lab: &Lab, token: &str) -> Result<Value, ApiError> {
    let arguments = json!({ "RoleArn": format!("arn:aws:iam::{}:role/{}", lab.account, lab.role), "RoleSessionName": "ci", "WebIdentityToken": token });
    lab.boto
        .try_call("sts", "assume_role_with_web_identity", arguments)
        .map(|answer| answer["Credentials"].clone())
}

fn accepted(lab: &Lab, claims: Value) -> Value {
    exchange(lab, &lab.mint(claims.clone())).unwrap_or_else(|error| panic!("{claims}: {error}"))
}

fn refused(lab: &Lab, claims: Value, code: &str) {
    let error = exchange(lab, &lab.mint(claims.clone())).expect_err(&format!("{claims} is accepted"));
    assert_eq!(error.code, code, "{claims}: {error}");
}

fn applied(lab: &Lab, block: &Block) -> Terraform {
    let terraform = lab.configuration(&block.to_string());
    terraform.settle("after create");
    terraform
}

fn the_workload_and_the_strangers(lab: &Lab) {
    let block = trust(lab).with(
        "inline_policies",
        r#"{ list = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "iam:ListRoles", Resource = "*" }] }) }"#,
    );
    let terraform = applied(lab, &block);
    let good = json!({ "sub": "job:one", "aud": "sts.amazonaws.com" });
    let session = accepted(lab, good.clone());
    let who = lab
        .boto
        .try_call_as(&session, "sts", "get_caller_identity", json!({}))
        .expect("who am I");
    assert!(
        who["Arn"]
            .as_str()
            .is_some_and(|arn| arn.contains(&format!("assumed-role/{}/ci", lab.role))),
        "{who}"
    );
    lab.boto
        .try_call_as(&session, "iam", "list_roles", json!({}))
        .expect("what the role allows");
    let denied = lab
        .boto
        .try_call_as(&session, "iam", "delete_role", json!({ "RoleName": lab.role }))
        .expect_err("not allowed");
    assert_eq!(denied.code, "AccessDenied");

    refused(
        lab,
        json!({ "sub": "job:two", "aud": "sts.amazonaws.com" }),
        "AccessDenied",
    );
    refused(
        lab,
        json!({ "sub": "JOB:ONE", "aud": "sts.amazonaws.com" }),
        "AccessDenied",
    );
    refused(
        lab,
        json!({ "sub": "job:one ", "aud": "sts.amazonaws.com" }),
        "AccessDenied",
    );
    refused(
        lab,
        json!({ "sub": "job:one", "aud": "another" }),
        "InvalidIdentityToken",
    );
    refused(
        lab,
        json!({ "sub": "job:one", "aud": "sts.amazonaws.com", "exp": 1_600_000_000, "iat": 1_599_999_000 }),
        "ExpiredTokenException",
    );

    let whole = lab.mint(good);
    let mut parts: Vec<_> = whole.split('.').map(str::to_owned).collect();
    parts[2] = parts[2].chars().rev().collect();
    assert_eq!(
        exchange(lab, &parts.join("."))
            .expect_err("a forged signature")
            .code,
        "InvalidIdentityToken"
    );
    parts[2].clear();
    assert!(exchange(lab, &parts.join(".")).is_err(), "no signature");

    terraform.destroy();
    let gone = exchange(lab, &whole).expect_err("after the destroy");
    assert!(
        ["AccessDenied", "InvalidIdentityToken"].contains(&gone.code.as_str()),
        "{gone:?}"
    );
}

fn patterns(lab: &Lab) {
    let block = trust(lab)
        .without("subjects")
        .with("subject_patterns", r#"["job:*:main", "exact\\*"]"#)
        .with(
            "accepted_risks",
            r#"{ "wildcard-tenant@job:*:main" = "the test's own issuer signs for nobody else" }"#,
        );
    let terraform = applied(lab, &block);
    for subject in ["job:one:main", "job::main", "job:a:b:main", "exact*"] {
        accepted(lab, json!({ "sub": subject, "aud": "sts.amazonaws.com" }));
    }
    for subject in ["job:main", "job:one:main2", "xjob:one:main", "exactly"] {
        refused(
            lab,
            json!({ "sub": subject, "aud": "sts.amazonaws.com" }),
            "AccessDenied",
        );
    }
    terraform.destroy();
}

fn several_trusts_in_one(lab: &Lab) {
    let other = lab.sandbox().team_issuer("blue");
    let block = trust(lab).with(
        "also",
        format!(
            r#"{{ blue = {{ issuer = {}, subjects = ["job:blue"] }} }}"#,
            text(&other)
        ),
    );
    let terraform = applied(lab, &block);
    accepted(lab, json!({ "sub": "job:one", "aud": "sts.amazonaws.com" }));
    let blue = |claims: Value| exchange(lab, &lab.mint_for("blue", claims));
    blue(json!({ "sub": "job:blue", "aud": "sts.amazonaws.com" })).expect("the other team");
    let crossed = blue(json!({ "sub": "job:one", "aud": "sts.amazonaws.com" }))
        .expect_err("one issuer's subject from the other issuer");
    assert_eq!(crossed.code, "AccessDenied");
    refused(
        lab,
        json!({ "sub": "job:blue", "aud": "sts.amazonaws.com" }),
        "AccessDenied",
    );
    terraform.destroy();
    assert!(lab.oidc_provider(&other).is_none() && lab.oidc_provider(lab.sandbox().issuer()).is_none());
}

fn session_tags(lab: &Lab) {
    let terraform = applied(lab, &trust(lab).with("session_tag_keys", r#"["team"]"#));
    let tagged = |key: &str| {
        json!({ "sub": "job:one", "aud": "sts.amazonaws.com",
            "https://aws.amazon.com/tags": { "principal_tags": { key: ["api"] }, "transitive_tag_keys": [] } })
    };
    accepted(lab, tagged("team"));
    refused(lab, tagged("admin"), "AccessDenied");
    terraform.destroy();
}

fn issuer_as_data(lab: &Lab) {
    let data = Block::data("oidcfed_issuer", "this").with("url", text(lab.sandbox().issuer()));
    let terraform = lab.configuration(&format!(
        "{data}output \"issuer\" {{\n  value = data.oidcfed_issuer.this\n}}\n"
    ));
    terraform.apply();
    let issuer = terraform
        .run(&["output", "-json", "issuer"])
        .succeeded("output")
        .json();
    assert!(
        issuer["keys"].as_array().is_some_and(|keys| !keys.is_empty()),
        "{issuer}"
    );
    let thumbprint = issuer["thumbprint"].as_str().expect("a thumbprint");
    assert!(
        thumbprint.len() == 40 && thumbprint.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{thumbprint}"
    );
    terraform.write(
        "provider.tf",
        &lab.preface("")
            .replace("allow_loopback_issuers = true", "allow_loopback_issuers = false"),
    );
    let refused = terraform.run(&["plan", "-no-color"]);
    assert!(
        refused.code == 1 && refused.all().contains("allow_loopback_issuers"),
        "{}",
        refused.all()
    );
}
