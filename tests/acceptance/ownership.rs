//! The other two ways to stand to the IAM provider: to own it alone, and to only use it.

use crate::harness::Lab;
use crate::hcl::{Block, text};
use serde_json::json;

crate::on_both!(
    exclusive,
    exclusive_is_not_handed_over,
    exclusive_is_replaced,
    exclusive_that_was_never_finished,
    external,
    external_that_is_missing,
    by_arn,
    ours_is_never_taken_over_silently
);

fn trust(lab: &Lab, ownership: &str) -> Block {
    Block::trust(&lab.issuer, &lab.role).with("oidc_provider", format!(r#"{{ ownership = "{ownership}" }}"#))
}

fn exclusive(lab: &Lab) {
    let terraform = lab.configuration(&trust(lab, "exclusive").to_string());
    terraform.settle("after create");
    assert_eq!(lab.audiences(&lab.issuer), ["sts.amazonaws.com"]);
    terraform.destroy();
    assert!(lab.oidc_provider(&lab.issuer).is_none());
    assert!(lab.get_role(&lab.role).is_none());
}

crate::on_sandbox!(exclusive_exchanges_no_more_than_fits);

/// An exclusive provider exchanges its audiences, the new ones first: more than fit together are an error of the plan.
fn exclusive_exchanges_no_more_than_fits(lab: &Lab) {
    let list = |letter: char, count: usize| {
        let audiences: Vec<String> = (0..count).map(|n| format!("\"{letter}{n}\"")).collect();
        format!("[{}]", audiences.join(", "))
    };
    let alone = Block::resource("oidcfed_aws_oidc_provider", "deploy")
        .with("issuer", text(&lab.issuer))
        .with("ownership", text("exclusive"));
    for block in [trust(lab, "exclusive"), alone] {
        let with = |letter, count| block.clone().with("audiences", list(letter, count)).to_string();
        let terraform = lab.configuration(&with('a', 60));
        terraform.settle("after create");
        terraform.write("main.tf", &with('b', 41));
        let calls = lab.calls_during(|| {
            let errors = terraform.errors(&["plan", "-json"]);
            let said = |word: &str| {
                errors
                    .iter()
                    .any(|one| one["detail"].as_str().is_some_and(|text| text.contains(word)))
            };
            assert!(
                said("at most 100 client ids") && said("60 there and 41 to add"),
                "{errors:#?}"
            );
        });
        assert!(
            !calls.contains_key("iam:AddClientIDToOpenIDConnectProvider"),
            "{calls:?}"
        );
        // planned without a look, it is the apply that refuses, and adds none
        let refused = terraform.run(&["apply", "-auto-approve", "-no-color", "-refresh=false"]);
        assert_eq!(refused.code, 1, "{}", refused.all());
        assert_eq!(lab.audiences(&lab.issuer).len(), 60);
        terraform.write("main.tf", &with('b', 40));
        terraform.settle("with as many as fit");
        assert_eq!(lab.audiences(&lab.issuer).len(), 40);
        terraform.destroy();
        assert!(lab.oidc_provider(&lab.issuer).is_none());
    }
}

const ADDRESS: &str = "oidcfed_aws_trust.deploy";

fn exclusive_with(lab: &Lab, prefix: &str, path: &str, create_first: bool) -> String {
    let trust = trust(lab, "exclusive")
        .without("role_name")
        .with("role_name_prefix", text(prefix))
        .with("role_path", text(path))
        .to_string();
    let end = trust.rfind('}').expect("a block");
    format!(
        "{}  lifecycle {{ create_before_destroy = {create_first} }}\n}}\n",
        &trust[..end]
    )
}

/// Two roles cannot hold a provider exclusively at once, so a replacement that makes the new one first is refused, and
/// says what to do; the old one works on.
fn exclusive_is_not_handed_over(lab: &Lab) {
    let prefix = &lab.role[..20];
    let terraform = lab.configuration(&exclusive_with(lab, prefix, "/", true));
    terraform.settle("after create");
    let before = (lab.roles(prefix), lab.oidc_provider(&lab.issuer));
    let changes = [(format!("other-{prefix}"), "/"), (prefix.to_owned(), "/other/")];
    for (other, path) in &changes {
        terraform.write("main.tf", &exclusive_with(lab, other, path, true));
        let refused = terraform.run(&["apply", "-auto-approve", "-no-color"]);
        assert_eq!(refused.code, 1, "{}", refused.all());
        let said = refused
            .all()
            .replace('│', " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert!(
            said.contains("`create_before_destroy`"),
            "nothing says what to do:\n{said}"
        );
        assert_eq!(
            (lab.roles(prefix), lab.oidc_provider(&lab.issuer)),
            before,
            "something was lost"
        );
        assert_eq!(
            lab.roles(other).len(),
            usize::from(other.as_str() == prefix),
            "a role more"
        );
    }
    terraform.write("main.tf", &exclusive_with(lab, prefix, "/", true));
    terraform.assert_empty_plan("the old one, after the refusals");
    // What the message says helps.
    terraform.write("main.tf", &exclusive_with(lab, &changes[0].0, "/", false));
    terraform.settle("without create_before_destroy");
    assert_eq!((lab.roles(prefix).len(), lab.roles(&changes[0].0).len()), (0, 1));
    terraform.destroy();
    assert!(lab.oidc_provider(&lab.issuer).is_none());
}

fn exclusive_is_replaced(lab: &Lab) {
    let prefix = &lab.role[..20];
    let other = format!("other-{prefix}");
    let terraform = lab.configuration(&exclusive_with(lab, prefix, "/", false));
    terraform.settle("after create");
    for (prefix, path) in [(&other[..], "/"), (&other[..], "/other/")] {
        terraform.write("main.tf", &exclusive_with(lab, prefix, path, false));
        assert_eq!(terraform.plan().actions(ADDRESS), ["delete", "create"]);
        terraform.settle("after the replacement");
        assert_eq!(lab.roles(prefix).len(), 1);
    }
    assert!(lab.roles(prefix).is_empty());
    terraform.destroy();
    assert!(lab.oidc_provider(&lab.issuer).is_none());
}

/// A create that failed half way leaves a role that is replaced; its provider does not stand in the way.
fn exclusive_that_was_never_finished(lab: &Lab) {
    let prefix = &lab.role[..20];
    let missing = format!("arn:aws:iam::{}:policy/not-there", lab.account);
    let trust = trust(lab, "exclusive")
        .without("role_name")
        .with("role_name_prefix", text(prefix));
    let broken = trust
        .clone()
        .with("managed_policy_arns", format!(r#"["{missing}"]"#));
    let terraform = lab.configuration(&broken.to_string());
    let failed = terraform.run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(failed.code, 1, "{}", failed.all());
    assert_eq!(lab.roles(prefix).len(), 1);
    terraform.write("main.tf", &trust.to_string());
    terraform.settle("after the repair");
    assert_eq!(lab.roles(prefix).len(), 1);
    terraform.destroy();
    assert!(lab.oidc_provider(&lab.issuer).is_none());
    assert!(lab.roles(prefix).is_empty());
}

fn ours_is_never_taken_over_silently(lab: &Lab) {
    lab.boto.iam(
        "create_open_id_connect_provider",
        json!({ "Url": lab.issuer, "ClientIDList": ["sts.amazonaws.com"] }),
    );
    let terraform = lab.configuration(&trust(lab, "exclusive").to_string());
    let refused = terraform.run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(refused.code, 1, "{}", refused.all());
    assert!(
        refused.all().contains(&lab.provider_arn(&lab.issuer)) || refused.all().contains("exclusive"),
        "{}",
        refused.all()
    );
    assert!(lab.oidc_provider(&lab.issuer).is_some());
    terraform.destroy();
    assert!(
        lab.oidc_provider(&lab.issuer).is_some(),
        "a foreign provider was deleted"
    );
}

fn external(lab: &Lab) {
    let made = json!({ "Url": lab.issuer, "ClientIDList": ["sts.amazonaws.com", "theirs.example"] });
    lab.boto.iam("create_open_id_connect_provider", made);
    let before = lab.oidc_provider(&lab.issuer);
    let terraform = lab.configuration(&trust(lab, "external").to_string());
    terraform.settle("after create");
    terraform.destroy();
    assert_eq!(
        lab.oidc_provider(&lab.issuer),
        before,
        "external is never written"
    );
    assert!(lab.get_role(&lab.role).is_none());
}

fn external_that_is_missing(lab: &Lab) {
    let terraform = lab.configuration(&trust(lab, "external").to_string());
    let refused = terraform.run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(refused.code, 1, "{}", refused.all());
    assert!(lab.oidc_provider(&lab.issuer).is_none(), "external is never made");
    assert!(lab.get_role(&lab.role).is_none(), "no role without its issuer");
}

fn by_arn(lab: &Lab) {
    lab.boto.iam(
        "create_open_id_connect_provider",
        json!({ "Url": lab.issuer, "ClientIDList": ["sts.amazonaws.com"] }),
    );
    let before = lab.oidc_provider(&lab.issuer);
    let arn = text(&lab.provider_arn(&lab.issuer));
    let trust = Block::trust(&lab.issuer, &lab.role).with("oidc_provider", format!("{{ arn = {arn} }}"));
    let terraform = lab.configuration(&trust.to_string());
    terraform.settle("after create");
    terraform.destroy();
    assert_eq!(lab.oidc_provider(&lab.issuer), before);
}
