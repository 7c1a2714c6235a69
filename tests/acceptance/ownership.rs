//! The other two ways to stand to the IAM provider: to own it alone, and to only use it.

use crate::harness::Lab;
use crate::hcl::{Block, text};
use serde_json::json;

crate::on_both!(
    exclusive,
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
