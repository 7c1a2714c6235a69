//! Clients that nobody here wrote, against the sandbox: the AWS command line and boto3.

use crate::harness::{Lab, Python, run};
use serde_json::{Value, json};

crate::on_sandbox!(
    the_aws_command_line,
    boto3_walks_pages,
    boto3_meets_the_documented_errors,
    wrong_credentials
);

/// The AWS command line, with more variables.
fn aws(lab: &Lab, session: &[(&str, &str)], arguments: &[&str]) -> crate::harness::Finished {
    let mut environment = lab.environment.clone();
    environment.retain(|(name, _)| !session.iter().any(|(other, _)| other == name));
    environment.extend(
        session
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    run(Python::ready()
        .command("aws", &environment)
        .args(["--output", "json"])
        .args(arguments))
}

fn asked(lab: &Lab, arguments: &[&str]) -> Value {
    let finished = aws(lab, &[], arguments).succeeded(&arguments.join(" "));
    if finished.stdout.trim().is_empty() {
        Value::Null
    } else {
        finished.json()
    }
}

fn the_aws_command_line(lab: &Lab) {
    let sandbox = lab.sandbox();
    let host = sandbox.issuer().trim_start_matches("https://").to_owned();
    assert_eq!(
        asked(lab, &["sts", "get-caller-identity"])["Account"],
        lab.account
    );
    let created = asked(
        lab,
        &[
            "iam",
            "create-open-id-connect-provider",
            "--url",
            sandbox.issuer(),
            "--client-id-list",
            "sts.amazonaws.com",
        ],
    );
    let arn = created["OpenIDConnectProviderArn"]
        .as_str()
        .expect("an ARN")
        .to_owned();
    assert_eq!(arn, lab.provider_arn(sandbox.issuer()));
    asked(
        lab,
        &[
            "iam",
            "add-client-id-to-open-id-connect-provider",
            "--open-id-connect-provider-arn",
            &arn,
            "--client-id",
            "second",
        ],
    );
    asked(
        lab,
        &[
            "iam",
            "tag-open-id-connect-provider",
            "--open-id-connect-provider-arn",
            &arn,
            "--tags",
            "Key=team,Value=api",
        ],
    );
    let provider = asked(
        lab,
        &[
            "iam",
            "get-open-id-connect-provider",
            "--open-id-connect-provider-arn",
            &arn,
        ],
    );
    assert_eq!(provider["ClientIDList"].as_array().map(Vec::len), Some(2));

    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": { "Federated": arn },
        "Condition": { "StringEquals": { format!("{host}:aud"): "sts.amazonaws.com", format!("{host}:sub"): "job:one" } } }] });
    let role = asked(
        lab,
        &[
            "iam",
            "create-role",
            "--role-name",
            "by-hand",
            "--assume-role-policy-document",
            &policy.to_string(),
        ],
    );
    let role_arn = role["Role"]["Arn"].as_str().expect("an ARN").to_owned();
    let listing = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "iam:ListRoles", "Resource": "*" }] });
    asked(
        lab,
        &[
            "iam",
            "put-role-policy",
            "--role-name",
            "by-hand",
            "--policy-name",
            "list",
            "--policy-document",
            &listing.to_string(),
        ],
    );

    let token = lab.mint(json!({ "sub": "job:one", "aud": "sts.amazonaws.com" }));
    let exchange = |token: &str| {
        let words = [
            "sts",
            "assume-role-with-web-identity",
            "--role-arn",
            &role_arn,
            "--role-session-name",
            "ci",
            "--web-identity-token",
            token,
        ];
        aws(
            lab,
            &[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")],
            &words,
        )
    };
    let session = exchange(&token).succeeded("the exchange").json()["Credentials"].clone();
    let as_text = |name: &str| session[name].as_str().expect("a credential").to_owned();
    let (id, secret, session_token) = (
        as_text("AccessKeyId"),
        as_text("SecretAccessKey"),
        as_text("SessionToken"),
    );
    let own = [
        ("AWS_ACCESS_KEY_ID", id.as_str()),
        ("AWS_SECRET_ACCESS_KEY", &secret),
        ("AWS_SESSION_TOKEN", &session_token),
    ];
    let who = aws(lab, &own, &["sts", "get-caller-identity"])
        .succeeded("who")
        .json();
    assert!(
        who["Arn"]
            .as_str()
            .is_some_and(|arn| arn.ends_with("assumed-role/by-hand/ci")),
        "{who}"
    );
    aws(lab, &own, &["iam", "list-roles"]).succeeded("what the role allows");
    let denied = aws(lab, &own, &["iam", "delete-role", "--role-name", "by-hand"]);
    assert!(
        denied.code != 0 && denied.stderr.contains("AccessDenied"),
        "{}",
        denied.all()
    );

    let stranger = exchange(&lab.mint(json!({ "sub": "job:two", "aud": "sts.amazonaws.com" })));
    assert!(
        stranger.code != 0 && stranger.stderr.contains("AccessDenied"),
        "{}",
        stranger.all()
    );
    let audience = exchange(&lab.mint(json!({ "sub": "job:one", "aud": "third" })));
    assert!(
        audience.code != 0 && audience.stderr.contains("InvalidIdentityToken"),
        "{}",
        audience.all()
    );

    asked(
        lab,
        &[
            "iam",
            "delete-role-policy",
            "--role-name",
            "by-hand",
            "--policy-name",
            "list",
        ],
    );
    asked(lab, &["iam", "delete-role", "--role-name", "by-hand"]);
    asked(
        lab,
        &[
            "iam",
            "delete-open-id-connect-provider",
            "--open-id-connect-provider-arn",
            &arn,
        ],
    );
    assert_eq!(
        asked(lab, &["iam", "list-open-id-connect-providers"])["OpenIDConnectProviderList"],
        json!([])
    );
}

fn boto3_walks_pages(lab: &Lab) {
    let policy = json!({ "Version": "2012-10-17", "Statement": [] }).to_string();
    let policy = policy.replace(
        "[]",
        &format!(
            r#"[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"AWS":"{}"}}}}]"#,
            lab.account
        ),
    );
    for n in 0..7 {
        lab.boto.iam(
            "create_role",
            json!({ "RoleName": format!("page-{n}"), "AssumeRolePolicyDocument": policy }),
        );
    }
    let (mut names, mut marker) = (Vec::new(), None::<String>);
    loop {
        let mut arguments = json!({ "MaxItems": 3 });
        if let Some(marker) = &marker {
            arguments["Marker"] = json!(marker);
        }
        let page = lab.boto.iam("list_roles", arguments);
        let roles = page["Roles"].as_array().expect("roles");
        assert!(roles.len() <= 3);
        names.extend(
            roles
                .iter()
                .filter_map(|role| role["RoleName"].as_str().map(str::to_owned)),
        );
        marker = page["Marker"].as_str().map(str::to_owned);
        assert_eq!(page["IsTruncated"], marker.is_some());
        if marker.is_none() {
            break;
        }
    }
    let ours: Vec<_> = names.iter().filter(|name| name.starts_with("page-")).collect();
    assert_eq!(ours.len(), 7, "{names:?}");
}

fn boto3_meets_the_documented_errors(lab: &Lab) {
    let trust = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": lab.account } }] });
    let role = |name: &str| json!({ "RoleName": name, "AssumeRolePolicyDocument": trust.to_string() });
    lab.boto.iam("create_role", role("taken"));
    lab.boto.iam(
        "attach_role_policy",
        json!({ "RoleName": "taken", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess" }),
    );
    let provider = json!({ "Url": "https://issuer.example.com", "ClientIDList": ["a"], "ThumbprintList": ["a".repeat(40)] });
    lab.boto.iam("create_open_id_connect_provider", provider.clone());
    let many: Vec<_> = (0..101).map(|n| n.to_string()).collect();
    let cases = [
        ("create_role", role("TAKEN"), "EntityAlreadyExists", 409),
        (
            "create_role",
            json!({ "RoleName": "x", "AssumeRolePolicyDocument": "{" }),
            "MalformedPolicyDocument",
            400,
        ),
        (
            "create_open_id_connect_provider",
            provider,
            "EntityAlreadyExists",
            409,
        ),
        (
            "create_open_id_connect_provider",
            json!({ "Url": "https://b.example.com", "ClientIDList": many }),
            "LimitExceeded",
            409,
        ),
        ("get_role", json!({ "RoleName": "none" }), "NoSuchEntity", 404),
        (
            "delete_role",
            json!({ "RoleName": "taken" }),
            "DeleteConflict",
            409,
        ),
        (
            "attach_role_policy",
            json!({ "RoleName": "taken", "PolicyArn": "arn:aws:iam::aws:policy/NoSuchPolicyEver" }),
            "NoSuchEntity",
            404,
        ),
        (
            "update_role",
            json!({ "RoleName": "taken", "MaxSessionDuration": 43201 }),
            "ValidationError",
            400,
        ),
    ];
    for (method, arguments, code, status) in cases {
        let error = lab
            .boto
            .try_call("iam", method, arguments.clone())
            .expect_err(&format!("{method} {arguments} is accepted"));
        assert_eq!(
            (error.code.as_str(), error.status),
            (code, status),
            "{method} {arguments}: {error}"
        );
    }
}

fn wrong_credentials(lab: &Lab) {
    let forged =
        json!({ "AccessKeyId": "AKIAEXAMPLEEXAMPLE99", "SecretAccessKey": "wrong", "SessionToken": null });
    let error = lab
        .boto
        .try_call_as(&forged, "iam", "list_roles", json!({}))
        .expect_err("unknown key");
    assert_eq!(
        (error.code.as_str(), error.status),
        ("InvalidClientTokenId", 403),
        "{error}"
    );
    let variable = |name: &str| {
        lab.environment
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.clone())
    };
    let id = variable("AWS_ACCESS_KEY_ID").expect("the sandbox gives credentials");
    let stolen = json!({ "AccessKeyId": id, "SecretAccessKey": "wrong", "SessionToken": null });
    let error = lab
        .boto
        .try_call_as(&stolen, "iam", "list_roles", json!({}))
        .expect_err("wrong secret");
    assert_eq!(
        (error.code.as_str(), error.status),
        ("SignatureDoesNotMatch", 403),
        "{error}"
    );
}
