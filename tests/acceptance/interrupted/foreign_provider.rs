//! A process that dies while it works on somebody else's provider: what it had added is taken away again as far as it was
//! written down, and stays where it was not.

use super::{ADDRESS, APPLY, assert_nothing_left, full, kill_at};
use crate::harness::Lab;
use crate::hcl::Block;
use serde_json::json;

crate::on_sandbox!(
    killed_after_audiences_were_added,
    killed_while_it_adds_to_a_foreign_provider,
);

/// Somebody else's provider: what was added to it before a change that was cut off is taken away again.
fn killed_after_audiences_were_added(lab: &Lab) {
    let theirs = || {
        let made = json!({ "Url": lab.issuer, "ClientIDList": ["theirs.example"], "ThumbprintList": ["a".repeat(40)] });
        lab.boto.iam("create_open_id_connect_provider", made)["OpenIDConnectProviderArn"].clone()
    };
    let arn = theirs();
    let trust = |description: &str| {
        Block::trust(&lab.issuer, &lab.role)
            .with("description", format!("\"{description}\""))
            .to_string()
    };
    let alone = |second: &str| {
        format!(
            "resource \"oidcfed_aws_oidc_provider\" \"alone\" {{\n  issuer = \"{}\"\n  audiences = [\"a.example\"{second}]\n}}\n",
            lab.issuer
        )
    };
    for (before, after, operation) in [
        (trust("one"), trust("two"), "UpdateRole"),
        (
            alone(", \"theirs.example\", \"b.example\""),
            alone(", \"theirs.example\""),
            "RemoveClientIDFromOpenIDConnectProvider",
        ),
    ] {
        let terraform = lab.configuration(&before);
        terraform.settle("after create");
        terraform.write("main.tf", &after);
        kill_at(lab, &terraform, APPLY, operation);
        terraform.settle(&format!("after a death at {operation}"));
        let count = |lab: &Lab| {
            lab.oidc_provider(&lab.issuer).expect("the provider")["ClientIDList"]
                .as_array()
                .map(Vec::len)
        };
        assert_eq!(count(lab), Some(2));
        terraform.destroy();
        let left = &lab.oidc_provider(&lab.issuer).expect("the provider")["ClientIDList"];
        assert_eq!(*left, json!(["theirs.example"]), "{operation}");
    }
    lab.boto.iam(
        "delete_open_id_connect_provider",
        json!({ "OpenIDConnectProviderArn": arn }),
    );
    assert_nothing_left(lab, "added audiences");
}

/// The limit: what the killed create itself added to somebody else's provider is written down nowhere. It stays, like
/// everything that may be somebody else's, and is named where the role shows that a create was cut off.
fn killed_while_it_adds_to_a_foreign_provider(lab: &Lab) {
    const WARNED: &str = "Audiences of an interrupted create may stay";
    let arn = lab.provider_arn(&lab.issuer);
    let made =
        json!({ "Url": lab.issuer, "ClientIDList": ["theirs.example"], "ThumbprintList": ["a".repeat(40)] });
    lab.boto.iam("create_open_id_connect_provider", made);
    for (operation, warned) in [
        ("AddClientIDToOpenIDConnectProvider", false),
        ("CreateRole", true),
    ] {
        let terraform = lab.configuration(&full(lab).to_string());
        kill_at(lab, &terraform, APPLY, operation);
        assert_eq!(
            lab.audiences(&lab.issuer),
            ["sts.amazonaws.com", "theirs.example"]
        );
        let said = terraform.settle(&format!("after a death at {operation}"));
        assert_eq!(said.all().contains(WARNED), warned, "{operation}: {}", said.all());
        assert_eq!(
            terraform.state(ADDRESS)["added_audiences"],
            json!({}),
            "{operation}"
        );
        terraform.destroy();
        assert_eq!(lab.roles(&lab.role), [""; 0]);
        assert_eq!(
            lab.audiences(&lab.issuer),
            ["sts.amazonaws.com", "theirs.example"],
            "{operation}: nobody knows whose it is"
        );
        lab.boto.iam(
            "remove_client_id_from_open_id_connect_provider",
            json!({ "OpenIDConnectProviderArn": arn, "ClientID": "sts.amazonaws.com" }),
        );
    }
    // what is external is never written, killed or not
    let external = full(lab)
        .with("audiences", r#"["theirs.example"]"#)
        .with("oidc_provider", r#"{ ownership = "external" }"#);
    let terraform = lab.configuration(&external.to_string());
    kill_at(lab, &terraform, APPLY, "CreateRole");
    assert!(!terraform.settle("external, after a death").all().contains(WARNED));
    terraform.destroy();
    // a create that fails and is not killed has its answer heard: what it added goes
    let terraform = lab.configuration(&full(lab).to_string());
    lab.set_faults(json!({ "fail": [{ "operation": "CreateRole", "code": "AccessDenied", "status": 403 }] }));
    assert_eq!(terraform.run(APPLY).code, 1);
    lab.set_faults(json!({}));
    terraform.destroy();
    assert_eq!(lab.audiences(&lab.issuer), ["theirs.example"]);
}
