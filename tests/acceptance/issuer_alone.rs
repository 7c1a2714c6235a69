//! `oidcfed_aws_oidc_provider` and the data sources beside it.

use crate::harness::Lab;
use crate::hcl::{Block, text};
use serde_json::{Value, json};

crate::on_both!(
    provider_of_its_own,
    provider_imported,
    tags_of_others_are_left_alone,
    policy_as_data,
    provider_as_data
);
crate::on_sandbox!(provider_changed);

const ADDRESS: &str = "oidcfed_aws_oidc_provider.this";

fn block(lab: &Lab) -> Block {
    Block::resource("oidcfed_aws_oidc_provider", "this")
        .with("issuer", text(&lab.issuer))
        .with("audiences", r#"["sts.amazonaws.com"]"#)
        .with("tags", r#"{ team = "platform" }"#)
}

fn provider_of_its_own(lab: &Lab) {
    let terraform = lab.configuration(&block(lab).to_string());
    assert_eq!(terraform.plan().actions(ADDRESS), ["create"]);
    terraform.settle("after create");
    assert_eq!(terraform.state(ADDRESS)["arn"], lab.provider_arn(&lab.issuer));
    assert_eq!(lab.audiences(&lab.issuer), ["sts.amazonaws.com"]);
    let tags = lab.oidc_provider(&lab.issuer).expect("the provider")["Tags"].to_string();
    assert!(tags.contains("platform"), "{tags}");
    terraform.write(
        "main.tf",
        &block(lab)
            .with("issuer", text(&format!("{}-new", lab.issuer)))
            .to_string(),
    );
    assert_eq!(
        terraform.plan().actions(ADDRESS),
        ["delete", "create"],
        "the issuer replaces"
    );
    terraform.write("main.tf", &block(lab).to_string());
    lab.boto.iam(
        "delete_open_id_connect_provider",
        json!({ "OpenIDConnectProviderArn": lab.provider_arn(&lab.issuer) }),
    );
    assert_eq!(
        terraform.plan().actions(ADDRESS),
        ["create"],
        "somebody deleted it"
    );
    terraform.settle("after it came back");
    terraform.destroy();
    assert!(lab.oidc_provider(&lab.issuer).is_none());
}

fn provider_imported(lab: &Lab) {
    let terraform = lab.configuration(&block(lab).to_string());
    terraform.settle("after create");
    for id in [
        lab.provider_arn(&lab.issuer),
        format!("{}/{}", lab.account, lab.issuer),
    ] {
        terraform.run(&["state", "rm", ADDRESS]).succeeded("state rm");
        terraform
            .run(&["import", "-no-color", ADDRESS, &id])
            .succeeded(&format!("import of {id}"));
        terraform.assert_empty_plan(&format!("after the import of {id}"));
    }
    terraform.destroy();
    lab.boto.iam(
        "delete_open_id_connect_provider",
        json!({ "OpenIDConnectProviderArn": lab.provider_arn(&lab.issuer) }),
    );
    lab.boto.iam(
        "create_open_id_connect_provider",
        json!({ "Url": lab.issuer, "ClientIDList": ["sts.amazonaws.com", "own.example"], "ThumbprintList": ["c".repeat(40)],
            "Tags": [{ "Key": "team", "Value": "platform" }] }),
    );
    let print = |digit: &str| format!(r#"["{}"]"#, digit.repeat(40));
    let alone = Block::resource("oidcfed_aws_oidc_provider", "this").with("issuer", text(&lab.issuer));
    let all = block(lab)
        .with("audiences", r#"["sts.amazonaws.com", "own.example"]"#)
        .with("thumbprints", print("C"))
        .with("ownership", text("shared"))
        .with("account_id", text(&lab.account));
    let written = [
        alone.clone(),
        alone.clone().with("thumbprints", print("c")),
        alone.clone().with("ownership", text("shared")),
        all.clone(),
    ];
    let import = || {
        terraform.write("main.tf", &alone.to_string());
        terraform
            .run(&["import", "-no-color", ADDRESS, &lab.provider_arn(&lab.issuer)])
            .succeeded("import");
    };
    import();
    for body in &written {
        terraform.write("main.tf", &body.to_string());
        terraform.assert_empty_plan(&format!("after the import, with\n{body}"));
    }
    // What says something else is a change: it takes the provider over.
    let taken = all.clone().with("ownership", text("exclusive"));
    terraform.write(
        "main.tf",
        &taken.clone().with("thumbprints", print("d")).to_string(),
    );
    assert_eq!(terraform.plan().actions(ADDRESS), ["update"]);
    terraform.write("main.tf", &taken.to_string());
    terraform.settle("after it was taken over");
    let state = terraform.state(ADDRESS);
    assert_eq!(state["ownership"], "exclusive");
    terraform.destroy();
    assert!(lab.oidc_provider(&lab.issuer).is_none());
}

/// Two configurations with other tags for one provider: the maker's stand, the other's say so, and both plans are empty.
fn tags_of_others_are_left_alone(lab: &Lab) {
    let defaults = |team: &str| lab.preface(&format!("aws = {{ default_tags = {{ team = \"{team}\" }} }}"));
    let alone = block(lab).without("tags");
    let maker = lab.configuration(&alone.to_string());
    maker.write("provider.tf", &defaults("one"));
    maker.settle("the maker");
    let before = lab.oidc_provider(&lab.issuer);
    let guest = lab.configuration(&alone.to_string());
    guest.write("provider.tf", &defaults("two"));
    let plan = guest.plan();
    let warning = "Tags are not written to a provider of somebody else";
    assert!(!plan.text.contains(warning), "default tags alone: {}", plan.text);
    guest.settle("the guest");
    assert_eq!(guest.state(ADDRESS)["tags_all"], json!({}));
    maker.assert_empty_plan("the maker, after the guest came");
    guest.write("main.tf", &block(lab).to_string());
    let plan = guest.plan();
    assert!(plan.text.contains(warning), "{}", plan.text);
    guest.settle("the guest, with tags of its own");
    maker.assert_empty_plan("the maker, after the guest wished for tags");
    assert_eq!(lab.oidc_provider(&lab.issuer), before, "not even a tag");
    guest.destroy();
    assert_eq!(
        lab.oidc_provider(&lab.issuer),
        before,
        "the guest left it as it was"
    );
    maker.destroy();
    assert!(lab.oidc_provider(&lab.issuer).is_none());
}

fn provider_changed(lab: &Lab) {
    let print = |c: &str| c.repeat(40);
    let terraform = lab.configuration(
        &block(lab)
            .with("thumbprints", format!(r#"["{}"]"#, print("a")))
            .to_string(),
    );
    terraform.settle("after create");
    let changed = block(lab)
        .with("thumbprints", format!(r#"["{}"]"#, print("b")))
        .with("audiences", r#"["a.example", "b.example"]"#)
        .with("tags", r#"{ team = "other" }"#);
    terraform.write("main.tf", &changed.to_string());
    let plan = terraform.plan();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{}", plan.text);
    terraform.apply_plan();
    terraform.assert_empty_plan("after the change");
    let provider = lab.oidc_provider(&lab.issuer).expect("the provider");
    assert_eq!(provider["ThumbprintList"], json!([print("b")]));
    assert_eq!(lab.audiences(&lab.issuer), ["a.example", "b.example"]);
    terraform.write("main.tf", &changed.without("thumbprints").to_string());
    terraform.settle("unset thumbprints are left alone");
    assert_eq!(
        lab.oidc_provider(&lab.issuer).expect("the provider")["ThumbprintList"],
        json!([print("b")])
    );
    terraform.destroy();
}

fn policy_as_data(lab: &Lab) {
    let policy = Block::data("oidcfed_aws_trust_policy", "this")
        .with("issuer", text(&lab.issuer))
        .with("subjects", r#"["repo:acme/api:ref:refs/heads/main"]"#)
        .to_string();
    let terraform = lab.configuration(&format!("{policy}\n{}", Block::trust(&lab.issuer, &lab.role)));
    terraform.settle("after create");
    let parse =
        |value: &Value| serde_json::from_str::<Value>(value.as_str().expect("a policy")).expect("JSON");
    let data = parse(&terraform.state("data.oidcfed_aws_trust_policy.this")["json"]);
    let resource = parse(&terraform.state("oidcfed_aws_trust.deploy")["trust_policy"]);
    assert_eq!(data, resource, "one function renders both");
    assert_eq!(
        data,
        lab.get_role(&lab.role).expect("the role")["AssumeRolePolicyDocument"]
    );
    terraform.destroy();
}

fn provider_as_data(lab: &Lab) {
    let data = Block::data("oidcfed_aws_oidc_provider", "this").with("issuer", text(&lab.issuer));
    let outputs = "output \"provider\" {\n  value = data.oidcfed_aws_oidc_provider.this\n}\n";
    let terraform = lab.configuration(&format!("{data}{outputs}"));
    let read = || {
        terraform.apply();
        terraform
            .run(&["output", "-json", "provider"])
            .succeeded("output")
            .json()
    };
    assert_eq!(read()["exists"], false);
    let other = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    other.apply();
    let found = read();
    assert_eq!(found["exists"], true);
    assert_eq!(found["arn"], lab.provider_arn(&lab.issuer));
    assert_eq!(found["audiences"], json!(["sts.amazonaws.com"]));
    assert!(found["trusted_by"].to_string().contains(&lab.role), "{found}");
    other.destroy();
}
