//! A trust from its first plan to its last: created, found unchanged, destroyed, nothing left.

use crate::harness::Lab;
use crate::hcl::Block;
use serde_json::json;

crate::on_both!(
    made_as_written,
    twenty_at_once,
    replaced_by_another_before_it_goes,
    nothing_is_lost_when_one_of_many_fails
);

const ADDRESS: &str = "oidcfed_aws_trust.deploy";

fn made_as_written(lab: &Lab) {
    let trust = Block::trust(&lab.issuer, &lab.role)
        .with("description", r#""deploys the api""#)
        .with("role_path", r#""/ci/""#)
        .with("max_session_duration", "7200")
        .with(
            "permissions_boundary",
            r#""arn:aws:iam::aws:policy/PowerUserAccess""#,
        )
        .with(
            "managed_policy_arns",
            r#"["arn:aws:iam::aws:policy/ReadOnlyAccess", "AmazonS3ReadOnlyAccess"]"#,
        )
        .with("inline_policies", INLINE)
        .with("tags", r#"{ team = "api" }"#);
    let terraform = lab.configuration(&trust.to_string());
    assert_eq!(terraform.plan().actions(ADDRESS), ["create"]);
    terraform.settle("after create");

    let role = lab.get_role(&lab.role).expect("the role");
    assert_eq!(role["Path"], "/ci/");
    assert_eq!(role["Description"], "deploys the api");
    assert_eq!(role["MaxSessionDuration"], 7200);
    assert_eq!(
        role["PermissionsBoundary"]["PermissionsBoundaryArn"],
        "arn:aws:iam::aws:policy/PowerUserAccess"
    );
    let statement = &role["AssumeRolePolicyDocument"]["Statement"][0];
    let host = lab.issuer.trim_start_matches("https://");
    assert_eq!(
        statement["Principal"],
        json!({ "Federated": lab.provider_arn(&lab.issuer) })
    );
    let conditions = statement["Condition"].to_string();
    assert!(
        conditions.contains(&format!("{host}:sub")) && conditions.contains(&format!("{host}:aud")),
        "{conditions}"
    );
    let (inline, attached) = lab.policies(&lab.role);
    assert_eq!(inline, ["read"]);
    assert_eq!(attached.len(), 2, "{attached:?}");
    assert_eq!(lab.audiences(&lab.issuer), ["sts.amazonaws.com"]);

    let state = terraform.state(ADDRESS);
    assert_eq!(
        state["role_arn"],
        format!("arn:aws:iam::{}:role/ci/{}", lab.account, lab.role)
    );
    assert_eq!(state["oidc_provider_arn"], lab.provider_arn(&lab.issuer));
    assert_eq!(state["account_id"], lab.account);
    assert_eq!(state["partition"], "aws");
    assert_eq!(state["audience"], "sts.amazonaws.com");
    assert_eq!(state["role_unique_id"], role["RoleId"]);

    terraform.destroy();
    assert!(lab.get_role(&lab.role).is_none(), "the role stayed");
    assert!(lab.oidc_provider(&lab.issuer).is_none(), "the provider stayed");
}

fn twenty_at_once(lab: &Lab) {
    let trust = Block::trust(&lab.issuer, "")
        .with("for_each", "toset([for n in range(20) : tostring(n)])")
        .with("role_name", format!(r#""{}-${{each.key}}""#, lab.role))
        .with("subjects", r#"["repo:acme/${each.key}:ref:refs/heads/main"]"#);
    let terraform = lab.configuration(&trust.to_string());
    terraform.settle("after twenty creates");
    assert!(lab.oidc_provider(&lab.issuer).is_some());
    let last = terraform.state(r#"oidcfed_aws_trust.deploy["19"]"#);
    assert_eq!(last["oidc_provider_arn"], lab.provider_arn(&lab.issuer));

    terraform.write("main.tf", &trust.with("for_each", r#"toset(["0"])"#).to_string());
    terraform.settle("after nineteen left");
    assert!(
        lab.oidc_provider(&lab.issuer).is_some(),
        "the provider was deleted while a role still uses it"
    );
    assert!(lab.get_role(&format!("{}-0", lab.role)).is_some());

    terraform.destroy();
    assert!(lab.oidc_provider(&lab.issuer).is_none(), "the provider stayed");
    assert!(
        (0..20).all(|n| lab.get_role(&format!("{}-{n}", lab.role)).is_none()),
        "a role stayed"
    );
}

fn replaced_by_another_before_it_goes(lab: &Lab) {
    let trust = Block::trust(&lab.issuer, "")
        .without("role_name")
        .with("role_name_prefix", format!(r#""{}""#, &lab.role[..20]))
        .with("role_path", r#""/one/""#)
        .to_string();
    let body = |path: &str| {
        let block = trust.replace("/one/", path);
        let end = block.rfind('}').unwrap();
        format!(
            "{}  lifecycle {{ create_before_destroy = true }}\n}}\n",
            &block[..end]
        )
    };
    let terraform = lab.configuration(&body("/one/"));
    terraform.settle("after create");
    let first = terraform.state(ADDRESS)["role_arn"].clone();

    terraform.write("main.tf", &body("/two/"));
    assert_eq!(terraform.plan().actions(ADDRESS), ["create", "delete"]);
    terraform.settle("after the replacement");
    let second = terraform.state(ADDRESS)["role_arn"].clone();
    assert_ne!(first, second);
    let name = |arn: &serde_json::Value| arn.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert!(lab.get_role(&name(&first)).is_none(), "the first role stayed");
    assert!(lab.get_role(&name(&second)).is_some());
    assert!(
        lab.oidc_provider(&lab.issuer).is_some(),
        "the provider went with the first role"
    );

    terraform.destroy();
    assert!(lab.get_role(&name(&second)).is_none());
    assert!(lab.oidc_provider(&lab.issuer).is_none());
}

/// A failure in the middle: what exists is in the state, and the next run goes on from there.
fn nothing_is_lost_when_one_of_many_fails(lab: &Lab) {
    let missing = format!("arn:aws:iam::{}:policy/not-there", lab.account);
    let trust = Block::trust(&lab.issuer, &lab.role);
    let broken = trust
        .clone()
        .with("managed_policy_arns", format!(r#"["{missing}"]"#));
    let terraform = lab.configuration(&broken.to_string());
    let failed = terraform.run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(failed.code, 1, "{}", failed.all());
    assert!(
        failed.all().contains("not-there"),
        "the error does not name the policy:\n{}",
        failed.all()
    );
    assert!(
        lab.get_role(&lab.role).is_some(),
        "the role was made before the policy was attached"
    );
    let known = terraform.run(&["state", "list"]).succeeded("state list").stdout;
    assert_eq!(known.trim(), ADDRESS, "the state lost the role");

    terraform.write("main.tf", &trust.to_string());
    terraform.settle("after the repair");
    terraform.destroy();
    assert!(lab.get_role(&lab.role).is_none());
    assert!(lab.oidc_provider(&lab.issuer).is_none());
}

const INLINE: &str = r#"{
    read = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }] })
  }"#;
