//! One issuer has one provider per account, and many teams: nobody's destroy hurts another.

use crate::harness::Lab;
use crate::hcl::Block;
use serde_json::json;

crate::on_both!(
    two_configurations_one_audience,
    a_foreign_provider_is_left_behind,
    roles_that_name_the_provider_keep_it
);
crate::on_sandbox!(
    two_configurations_two_audiences,
    a_foreign_audience_stays,
    revived_roles_are_named,
    a_role_that_appears_meanwhile_brings_the_provider_back,
    a_provider_that_cannot_be_brought_back_is_told_of
);

fn trust(lab: &Lab, who: &str) -> Block {
    Block::trust(&lab.issuer, &format!("{}-{who}", lab.role))
        .with("subjects", format!(r#"["repo:acme/{who}:ref:refs/heads/main"]"#))
}

fn two_configurations_one_audience(lab: &Lab) {
    for first_leaves_first in [true, false] {
        let one = lab.configuration(&trust(lab, "one").to_string());
        let two = lab.configuration(&trust(lab, "two").to_string());
        one.settle("the first, alone");
        two.settle("the second, beside it");
        one.assert_empty_plan("the first, after the second came");
        let (leaves, stays) = if first_leaves_first {
            (&one, &two)
        } else {
            (&two, &one)
        };
        leaves.destroy();
        assert_eq!(
            lab.audiences(&lab.issuer),
            ["sts.amazonaws.com"],
            "the other still needs it"
        );
        stays.assert_empty_plan("the one that stays");
        stays.destroy();
        // Also when its maker left before.
        assert!(
            lab.oidc_provider(&lab.issuer).is_none(),
            "the last to leave left it behind; the maker left first: {first_leaves_first}"
        );
    }
}

fn a_foreign_provider_is_left_behind(lab: &Lab) {
    let made = json!({ "Url": lab.issuer, "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": ["a".repeat(40)],
        "Tags": [{ "Key": "owner", "Value": "platform team" }] });
    lab.boto.iam("create_open_id_connect_provider", made);
    let before = lab.oidc_provider(&lab.issuer);
    let terraform = lab.configuration(&trust(lab, "guest").to_string());
    terraform.settle("on a foreign provider");
    assert_eq!(
        lab.oidc_provider(&lab.issuer),
        before,
        "nothing was written, not even a tag"
    );
    terraform.destroy();
    assert_eq!(lab.oidc_provider(&lab.issuer), before, "it stays as it was");
    assert!(lab.get_role(&format!("{}-guest", lab.role)).is_none());
}

fn roles_that_name_the_provider_keep_it(lab: &Lab) {
    let terraform = lab.configuration(&trust(lab, "one").to_string());
    terraform.settle("after create");
    let policy =
        lab.get_role(&format!("{}-one", lab.role)).expect("the role")["AssumeRolePolicyDocument"].to_string();
    let other = format!("{}-by-hand", lab.role);
    lab.boto.iam(
        "create_role",
        json!({ "RoleName": other, "AssumeRolePolicyDocument": policy }),
    );
    terraform.destroy();
    assert_eq!(
        lab.audiences(&lab.issuer),
        ["sts.amazonaws.com"],
        "a role made by hand still needs the provider"
    );
    lab.boto.iam("delete_role", json!({ "RoleName": other }));
}

fn two_configurations_two_audiences(lab: &Lab) {
    let one = lab.configuration(
        &trust(lab, "one")
            .with("audiences", r#"["one.example"]"#)
            .to_string(),
    );
    let two = lab.configuration(
        &trust(lab, "two")
            .with("audiences", r#"["two.example"]"#)
            .to_string(),
    );
    one.settle("the first");
    two.settle("the second");
    assert_eq!(lab.audiences(&lab.issuer), ["one.example", "two.example"]);
    one.assert_empty_plan("the first, after the second came");
    two.destroy();
    assert_eq!(
        lab.audiences(&lab.issuer),
        ["one.example"],
        "an audience goes with the trust that added it"
    );
    one.destroy();
    assert!(lab.oidc_provider(&lab.issuer).is_none());
}

fn a_foreign_audience_stays(lab: &Lab) {
    lab.boto.iam(
        "create_open_id_connect_provider",
        json!({ "Url": lab.issuer, "ClientIDList": ["theirs.example"] }),
    );
    let terraform = lab.configuration(&trust(lab, "guest").to_string());
    terraform.settle("beside a foreign audience");
    assert_eq!(
        lab.audiences(&lab.issuer),
        ["sts.amazonaws.com", "theirs.example"]
    );
    terraform.destroy();
    assert_eq!(lab.audiences(&lab.issuer), ["theirs.example"]);
}

/// A role that outlived its provider would admit tokens again: the create says so, with the role's name.
fn revived_roles_are_named(lab: &Lab) {
    let open = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": { "Federated": lab.provider_arn(&lab.issuer) },
        "Condition": { "StringLike": { format!("{}:sub", lab.issuer.trim_start_matches("https://")): "repo:old/*" } } }] });
    lab.boto.iam(
        "create_role",
        json!({ "RoleName": "forgotten", "AssumeRolePolicyDocument": open.to_string() }),
    );
    let terraform = lab.configuration(&trust(lab, "new").to_string());
    let plan = terraform.run(&["apply", "-auto-approve", "-no-color"]);
    assert!(
        plan.all().contains("forgotten"),
        "the role that would admit tokens again is not named:\n{}",
        plan.all()
    );
    assert!(plan.all().contains("revives-roles"), "{}", plan.all());
    lab.boto.iam("delete_role", json!({ "RoleName": "forgotten" }));
}

/// A trust alone at its provider, and another role for it that IAM's lists show a moment too late.
fn appearing_meanwhile(lab: &Lab) -> (crate::harness::Terraform, String) {
    let terraform = lab.configuration(&trust(lab, "one").to_string());
    terraform.settle("after create");
    let role = lab.get_role(&format!("{}-one", lab.role)).expect("the role");
    let other = format!("{}-meanwhile", lab.role);
    lab.set_faults(json!({ "fresh": { "role_lists": 1 } }));
    lab.boto.iam(
        "create_role",
        json!({ "RoleName": other, "AssumeRolePolicyDocument": role["AssumeRolePolicyDocument"].to_string() }),
    );
    (terraform, other)
}

/// What somebody may have put at a provider: everything but when it was made.
fn put_there(lab: &Lab) -> Option<serde_json::Value> {
    let mut provider = lab.oidc_provider(&lab.issuer)?;
    provider.as_object_mut()?.remove("CreateDate");
    Some(provider)
}

fn a_role_that_appears_meanwhile_brings_the_provider_back(lab: &Lab) {
    let (terraform, other) = appearing_meanwhile(lab);
    lab.boto.iam(
        "tag_open_id_connect_provider",
        json!({ "OpenIDConnectProviderArn": lab.provider_arn(&lab.issuer), "Tags": [{ "Key": "owner", "Value": "them" }] }),
    );
    let before = put_there(lab);
    assert!(before.is_some());
    let calls = lab.calls_during(|| {
        terraform.destroy();
    });
    let count = |operation: &str| calls.get(&format!("iam:{operation}")).copied();
    assert_eq!(count("DeleteOpenIDConnectProvider"), Some(1), "{calls:?}");
    assert_eq!(count("CreateOpenIDConnectProvider"), Some(1), "{calls:?}");
    assert_eq!(put_there(lab), before, "brought back unchanged");
    assert_eq!(lab.roles(&lab.role), std::slice::from_ref(&other));
    // once it is gone, whoever leaves last takes the provider away
    lab.boto.iam("delete_role", json!({ "RoleName": other }));
    terraform.settle("after it came again");
    terraform.destroy();
    assert!(lab.oidc_provider(&lab.issuer).is_none());
}

fn a_provider_that_cannot_be_brought_back_is_told_of(lab: &Lab) {
    let back = |more: serde_json::Value| {
        let mut failure =
            json!({ "operation": "CreateOpenIDConnectProvider", "code": "AccessDenied", "status": 403 });
        for (key, value) in more.as_object().expect("members") {
            failure[key] = value.clone();
        }
        json!({ "fail": [failure] })
    };
    let (terraform, other) = appearing_meanwhile(lab);
    lab.set_faults(back(json!({})));
    let failed = terraform.run(&["destroy", "-auto-approve", "-no-color"]);
    assert_eq!(failed.code, 1, "{}", failed.all());
    for word in [&other[..], "could not be brought back", "sts.amazonaws.com"] {
        assert!(
            failed.all().contains(word),
            "{word} is not named:\n{}",
            failed.all()
        );
    }
    assert!(lab.oidc_provider(&lab.issuer).is_none());
    lab.set_faults(json!({}));
    terraform.destroy();
    lab.boto.iam("delete_role", json!({ "RoleName": other }));

    // an answer that is lost is no failure: the provider is there again
    let (terraform, other) = appearing_meanwhile(lab);
    lab.set_faults(back(
        json!({ "code": "ServiceFailure", "status": 503, "applied": true }),
    ));
    terraform.destroy();
    assert_eq!(lab.audiences(&lab.issuer), ["sts.amazonaws.com"]);
    lab.boto.iam("delete_role", json!({ "RoleName": other }));
}
