//! Somebody changes or deletes each object behind our back: the plan says so, the apply mends it, the plan after is empty.

use crate::harness::Lab;
use crate::hcl::Block;
use serde_json::json;

crate::on_both!(
    changed_behind_our_back,
    deleted_behind_our_back,
    a_deleted_role_out_of_the_configuration,
    a_deleted_role_with_nothing_in_its_care,
    the_same_policy_in_other_words,
    foreign_attachments,
    foreign_tags
);
crate::on_sandbox!(an_audience_removed);

const ADDRESS: &str = "oidcfed_aws_trust.deploy";
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const POWER: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

type Meddling = (&'static str, fn(&Lab));

const CHANGES: &[Meddling] = &[
    ("the description", |lab| {
        _ = lab.boto.iam(
            "update_role",
            json!({ "RoleName": lab.role, "Description": "theirs", "MaxSessionDuration": 7200 }),
        )
    }),
    ("the duration", |lab| {
        _ = lab.boto.iam(
            "update_role",
            json!({ "RoleName": lab.role, "Description": "ours", "MaxSessionDuration": 3600 }),
        )
    }),
    ("the trust policy", |lab| {
        let other = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": { "Federated": lab.provider_arn(&lab.issuer) },
            "Condition": { "StringLike": { format!("{}:sub", lab.issuer.trim_start_matches("https://")): "repo:evil/*" } } }] });
        lab.boto.iam(
            "update_assume_role_policy",
            json!({ "RoleName": lab.role, "PolicyDocument": other.to_string() }),
        );
    }),
    ("a managed policy detached", |lab| {
        _ = lab.boto.iam(
            "detach_role_policy",
            json!({ "RoleName": lab.role, "PolicyArn": READ_ONLY }),
        )
    }),
    ("a managed policy attached", |lab| {
        _ = lab.boto.iam(
            "attach_role_policy",
            json!({ "RoleName": lab.role, "PolicyArn": POWER }),
        )
    }),
    ("an inline policy deleted", |lab| {
        _ = lab.boto.iam(
            "delete_role_policy",
            json!({ "RoleName": lab.role, "PolicyName": "read" }),
        )
    }),
    ("an inline policy changed", |lab| put_inline(lab, "read", "*")),
    ("an inline policy added", |lab| put_inline(lab, "theirs", "s3:*")),
    ("the boundary removed", |lab| {
        _ = lab.boto.iam(
            "delete_role_permissions_boundary",
            json!({ "RoleName": lab.role }),
        )
    }),
    ("the boundary changed", |lab| {
        lab.boto.iam(
            "put_role_permissions_boundary",
            json!({ "RoleName": lab.role, "PermissionsBoundary": READ_ONLY }),
        );
    }),
    ("our tag changed", |lab| {
        _ = lab.boto.iam(
            "tag_role",
            json!({ "RoleName": lab.role, "Tags": [{ "Key": "team", "Value": "theirs" }] }),
        )
    }),
    ("our tag removed", |lab| {
        _ = lab
            .boto
            .iam("untag_role", json!({ "RoleName": lab.role, "TagKeys": ["team"] }))
    }),
];

fn put_inline(lab: &Lab, name: &str, action: &str) {
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": action, "Resource": "*" }] });
    lab.boto.iam(
        "put_role_policy",
        json!({ "RoleName": lab.role, "PolicyName": name, "PolicyDocument": policy.to_string() }),
    );
}

fn full(lab: &Lab) -> Block {
    Block::trust(&lab.issuer, &lab.role)
        .with("description", r#""ours""#)
        .with("max_session_duration", "7200")
        .with("permissions_boundary", format!(r#""{POWER}""#))
        .with("managed_policy_arns", format!(r#"["{READ_ONLY}"]"#))
        .with(
            "inline_policies",
            r#"{ read = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }] }) }"#,
        )
        .with("tags", r#"{ team = "api" }"#)
}

fn changed_behind_our_back(lab: &Lab) {
    let terraform = lab.configuration(&full(lab).to_string());
    terraform.settle("after create");
    for (what, meddle) in CHANGES {
        meddle(lab);
        let plan = terraform.plan();
        assert_eq!(plan.actions(ADDRESS), ["update"], "{what}\n{}", plan.text);
        terraform.apply_plan();
        terraform.assert_empty_plan(what);
    }
    let (inline, attached) = lab.policies(&lab.role);
    assert_eq!(
        (inline, attached),
        (vec!["read".to_owned()], vec![READ_ONLY.to_owned()])
    );
    terraform.destroy();
    assert!(lab.get_role(&lab.role).is_none());
}

fn deleted_behind_our_back(lab: &Lab) {
    let terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    terraform.settle("after create");

    lab.boto.iam(
        "delete_open_id_connect_provider",
        json!({ "OpenIDConnectProviderArn": lab.provider_arn(&lab.issuer) }),
    );
    let plan = terraform.plan();
    assert!(!plan.empty, "the deleted provider is not missed");
    assert_ne!(
        plan.actions(ADDRESS),
        ["delete", "create"],
        "the role is still there"
    );
    terraform.apply_plan();
    terraform.assert_empty_plan("after the provider came back");
    assert_eq!(lab.audiences(&lab.issuer), ["sts.amazonaws.com"]);

    // The provider is in the trust's care: only the role is missing, nothing is to be destroyed.
    lab.boto.iam("delete_role", json!({ "RoleName": lab.role }));
    let plan = terraform.plan();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{}", plan.text);
    assert_eq!(plan.change(ADDRESS)["after_unknown"]["role_arn"], true);
    terraform.settle("after the role came back");
    assert!(lab.get_role(&lab.role).is_some());

    lab.boto.iam("delete_role", json!({ "RoleName": lab.role }));
    lab.boto.iam(
        "delete_open_id_connect_provider",
        json!({ "OpenIDConnectProviderArn": lab.provider_arn(&lab.issuer) }),
    );
    terraform.destroy();
    assert!(lab.oidc_provider(&lab.issuer).is_none());
}

/// The role is deleted and the resource removed: the provider that it made goes all the same.
fn a_deleted_role_out_of_the_configuration(lab: &Lab) {
    let terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    terraform.settle("after create");
    lab.boto.iam("delete_role", json!({ "RoleName": lab.role }));
    let said = terraform
        .plan()
        .text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        said.contains("The role is gone") && said.contains(&lab.provider_arn(&lab.issuer)),
        "nothing says what is in the trust's care:\n{said}"
    );
    terraform.write("main.tf", "");
    terraform.settle("after the resource was removed");
    assert!(lab.oidc_provider(&lab.issuer).is_none(), "the provider stayed");
    assert_eq!(terraform.known(), [""; 0]);
}

/// A trust that brought nothing to a provider is gone with its role, as any object is.
fn a_deleted_role_with_nothing_in_its_care(lab: &Lab) {
    let made = json!({ "Url": lab.issuer, "ClientIDList": ["sts.amazonaws.com"] });
    lab.boto.iam("create_open_id_connect_provider", made);
    for ownership in ["shared", "external"] {
        let held = format!(r#"{{ ownership = "{ownership}" }}"#);
        let trust = Block::trust(&lab.issuer, &lab.role).with("oidc_provider", held);
        let terraform = lab.configuration(&trust.to_string());
        terraform.settle("after create");
        lab.boto.iam("delete_role", json!({ "RoleName": lab.role }));
        assert_eq!(terraform.plan().actions(ADDRESS), ["create"], "{ownership}");
        terraform.settle("after the role came back");
        terraform.destroy();
    }
    let arn = lab.provider_arn(&lab.issuer);
    lab.boto.iam(
        "delete_open_id_connect_provider",
        json!({ "OpenIDConnectProviderArn": arn }),
    );
}

/// A policy is compared by meaning: order, spelling of one-element lists and white space change nothing.
fn the_same_policy_in_other_words(lab: &Lab) {
    let terraform = lab.configuration(&full(lab).to_string());
    terraform.settle("after create");
    let mut policy = lab.get_role(&lab.role).expect("the role")["AssumeRolePolicyDocument"].clone();
    for statement in policy["Statement"].as_array_mut().expect("statements") {
        let action = statement["Action"].clone();
        statement["Action"] = if action.is_array() {
            action[0].clone()
        } else {
            json!([action])
        };
        let federated = statement["Principal"]["Federated"].clone();
        statement["Principal"]["Federated"] = if federated.is_array() {
            federated[0].clone()
        } else {
            json!([federated])
        };
    }
    let spaced = serde_json::to_string_pretty(&policy).expect("JSON");
    lab.boto.iam(
        "update_assume_role_policy",
        json!({ "RoleName": lab.role, "PolicyDocument": spaced }),
    );
    let inline = r#"{"Statement":{"Resource":["*"],"Action":["s3:GetObject"],"Effect":"Allow"},"Version":"2012-10-17"}"#;
    lab.boto.iam(
        "put_role_policy",
        json!({ "RoleName": lab.role, "PolicyName": "read", "PolicyDocument": inline }),
    );
    terraform.assert_empty_plan("the same policies in other words");
    terraform.destroy();
}

/// What is not managed is left alone, and a destroy that would remove it fails with its name, unless told to.
fn foreign_attachments(lab: &Lab) {
    let base = Block::trust(&lab.issuer, &lab.role);
    let terraform = lab.configuration(&base.to_string());
    terraform.settle("after create");
    lab.boto.iam(
        "attach_role_policy",
        json!({ "RoleName": lab.role, "PolicyArn": POWER }),
    );
    put_inline(lab, "theirs", "s3:*");
    terraform.assert_empty_plan("attachments are not managed when null");
    let refused = terraform.run(&["destroy", "-auto-approve", "-no-color"]);
    assert_eq!(refused.code, 1, "{}", refused.all());
    assert!(
        refused.all().contains("PowerUserAccess") || refused.all().contains("theirs"),
        "{}",
        refused.all()
    );
    assert!(lab.get_role(&lab.role).is_some());
    terraform.write("main.tf", &base.with("force_detach", "true").to_string());
    terraform.settle("after force_detach");
    terraform.destroy();
    assert!(lab.get_role(&lab.role).is_none());
    assert!(lab.oidc_provider(&lab.issuer).is_none());
}

fn foreign_tags(lab: &Lab) {
    let terraform = lab.configuration(&full(lab).to_string());
    terraform.settle("after create");
    lab.boto.iam(
        "tag_role",
        json!({ "RoleName": lab.role, "Tags": [{ "Key": "theirs", "Value": "1" }] }),
    );
    terraform.assert_empty_plan("a foreign tag is left alone");
    terraform.write(
        "main.tf",
        &full(lab).with("tags", r#"{ team = "other" }"#).to_string(),
    );
    terraform.settle("after our own tag changed");
    let tags = lab.get_role(&lab.role).expect("the role")["Tags"].to_string();
    assert!(tags.contains("theirs") && tags.contains("other"), "{tags}");
    terraform.destroy();
}

fn an_audience_removed(lab: &Lab) {
    let terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    terraform.settle("after create");
    let arn = lab.provider_arn(&lab.issuer);
    lab.boto.iam(
        "remove_client_id_from_open_id_connect_provider",
        json!({ "OpenIDConnectProviderArn": arn, "ClientID": "sts.amazonaws.com" }),
    );
    lab.boto.iam(
        "add_client_id_to_open_id_connect_provider",
        json!({ "OpenIDConnectProviderArn": arn, "ClientID": "theirs.example" }),
    );
    let plan = terraform.plan();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{}", plan.text);
    terraform.apply_plan();
    terraform.assert_empty_plan("after the audience came back");
    assert_eq!(
        lab.audiences(&lab.issuer),
        ["sts.amazonaws.com", "theirs.example"],
        "a foreign audience is left alone"
    );
    terraform.destroy();
    assert!(
        lab.oidc_provider(&lab.issuer).is_some(),
        "the provider holds a client id of somebody else"
    );
}
