//! The provider block: whose credentials, which account, what every object gets.

use crate::harness::Lab;
use crate::hcl::{Block, text};
use serde_json::json;

crate::on_both!(
    default_tags,
    a_chain_of_roles,
    a_forbidden_account,
    one_cloud_never_asks_for_another
);
crate::on_sandbox!(
    the_providers_own_web_identity,
    the_providers_own_token_is_found_by_its_platform,
    guardrail_from_the_environment_only_tightens
);

const ADDRESS: &str = "oidcfed_aws_trust.deploy";

fn default_tags(lab: &Lab) {
    let trust = Block::trust(&lab.issuer, &lab.role).with("tags", r#"{ team = "api", stage = "own" }"#);
    let terraform = lab.configuration(&trust.to_string());
    let defaults = |tags: &str| lab.preface(&format!("aws = {{ default_tags = {tags} }}"));
    terraform.write("provider.tf", &defaults(r#"{ stage = "default", cost = "1" }"#));
    terraform.settle("after create");
    let expected = json!({ "team": "api", "stage": "own", "cost": "1" });
    assert_eq!(terraform.state(ADDRESS)["tags_all"], expected);
    let tags = lab.get_role(&lab.role).expect("the role")["Tags"].to_string();
    assert!(
        ["api", "own", "cost"].iter().all(|word| tags.contains(word)) && !tags.contains("default"),
        "{tags}"
    );
    terraform.write("provider.tf", &defaults(r#"{ cost = "2" }"#));
    assert_eq!(terraform.plan().actions(ADDRESS), ["update"]);
    terraform.settle("after the default changed");
    assert_eq!(terraform.state(ADDRESS)["tags_all"]["cost"], "2");
    terraform.destroy();
}

/// The role of another account is assumed, and from there on everything happens there.
fn a_chain_of_roles(lab: &Lab) {
    let other = lab.other_accounts()[0].clone();
    let terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    let chain = format!(
        "aws = {{ assume_role = [{{ role_arn = {}, session_name = \"ci\" }}] }}",
        text(&lab.entry_role(&other))
    );
    terraform.write("provider.tf", &lab.preface(&chain));
    terraform.settle("after create");
    assert_eq!(terraform.state(ADDRESS)["account_id"], other);
    assert!(lab.get_role(&lab.role).is_none() && lab.account_has_role(&other, &lab.role));
    terraform.destroy();
    assert!(!lab.account_has_role(&other, &lab.role));
}

fn a_forbidden_account(lab: &Lab) {
    let terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    terraform.write(
        "provider.tf",
        &lab.preface(&format!(
            r#"aws = {{ forbidden_account_ids = ["{}"] }}"#,
            lab.account
        )),
    );
    let refused = terraform.run(&["apply", "-auto-approve", "-no-color"]);
    assert!(
        refused.code == 1 && refused.all().contains(&lab.account),
        "{}",
        refused.all()
    );
    assert!(lab.get_role(&lab.role).is_none());
}

/// Nothing is asked of a cloud that nothing uses, not even for credentials.
fn one_cloud_never_asks_for_another(lab: &Lab) {
    let mut terraform = lab.configuration("output \"nothing\" {\n  value = 1\n}\n");
    terraform
        .set("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        .set("AWS_ACCESS_KEY_ID", "")
        .set("AWS_SECRET_ACCESS_KEY", "");
    terraform.apply();
}

/// A role of the sandbox that the subject `pipeline` of its issuer may assume, and that may do everything in IAM; its ARN.
pub fn pipeline_role(lab: &Lab) -> String {
    let sandbox = lab.sandbox();
    let host = sandbox.issuer().trim_start_matches("https://").to_owned();
    lab.boto.iam(
        "create_open_id_connect_provider",
        json!({ "Url": sandbox.issuer(), "ClientIDList": ["sts.amazonaws.com"] }),
    );
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": { "Federated": lab.provider_arn(sandbox.issuer()) },
        "Condition": { "StringEquals": { format!("{host}:sub"): "pipeline", format!("{host}:aud"): "sts.amazonaws.com" } } }] });
    let role = lab.boto.iam(
        "create_role",
        json!({ "RoleName": "pipeline", "AssumeRolePolicyDocument": policy.to_string() }),
    );
    let everything = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "iam:*", "Resource": "*" }] });
    lab.boto.iam(
        "put_role_policy",
        json!({ "RoleName": "pipeline", "PolicyName": "iam", "PolicyDocument": everything.to_string() }),
    );
    role["Role"]["Arn"].as_str().expect("an ARN").to_owned()
}

/// The provider itself is a workload: its own token, exchanged for the role it works with.
fn the_providers_own_web_identity(lab: &Lab) {
    let role = text(&pipeline_role(lab));
    let mut terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    terraform
        .set("AWS_ACCESS_KEY_ID", "")
        .set("AWS_SECRET_ACCESS_KEY", "");
    let block = |source: &str| {
        lab.preface(&format!(
            "aws = {{ assume_role_with_web_identity = {{ role_arn = {role}, {source} }} }}"
        ))
    };
    let token = |subject: &str| lab.mint(json!({ "sub": subject, "aud": "sts.amazonaws.com" }));
    terraform
        .write("token", &token("pipeline"))
        .write("provider.tf", &block(r#"token_file = "token""#));
    terraform.settle("with the token of the pipeline");
    terraform.destroy();
    let stranger = token("stranger");
    terraform.write("token", &stranger);
    let refused = terraform.run(&["plan", "-no-color"]);
    assert!(
        refused.code == 1 && refused.all().contains("AccessDenied"),
        "{}",
        refused.all()
    );
    assert!(!refused.all().contains(&stranger), "the token is shown");
}

/// The same, with nothing but the name of the platform: the token is where that puts it.
fn the_providers_own_token_is_found_by_its_platform(lab: &Lab) {
    let role = text(&pipeline_role(lab));
    let mut terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    terraform
        .set("AWS_ACCESS_KEY_ID", "")
        .set("AWS_SECRET_ACCESS_KEY", "");
    let block = |platform: &str| {
        let identity = format!("{{ role_arn = {role}, platform = \"{platform}\" }}");
        lab.preface(&format!("aws = {{ assume_role_with_web_identity = {identity} }}"))
    };
    terraform.write("provider.tf", &block("gitlab-self-managed"));
    let missing = terraform.run(&["plan", "-no-color"]);
    let told = missing.all().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        missing.code == 1 && told.contains("`STS_AMAZONAWS_COM_ID_TOKEN` is not set"),
        "{told}"
    );
    let token = lab.mint(json!({ "sub": "pipeline", "aud": "sts.amazonaws.com" }));
    terraform.set("STS_AMAZONAWS_COM_ID_TOKEN", &token);
    terraform.settle("with the token of the job");
    terraform.destroy();
    // a token of somebody else's platform is not even sent
    terraform.write("provider.tf", &block("gitlab-saas"));
    lab.forget_calls();
    let other = terraform.run(&["plan", "-no-color"]);
    let (_, signature) = token.rsplit_once('.').expect("a signed token");
    assert!(
        other.code == 1 && !other.all().contains(signature),
        "{}",
        other.all()
    );
    assert!(
        !lab.calls().contains_key("AssumeRoleWithWebIdentity"),
        "{:?}",
        lab.calls()
    );
    let wrong = {
        terraform.write("provider.tf", &block("gitlab"));
        terraform.run(&["validate", "-no-color"])
    };
    assert!(
        wrong.code == 1 && wrong.all().contains("gitlab-saas"),
        "{}",
        wrong.all()
    );
}

fn guardrail_from_the_environment_only_tightens(lab: &Lab) {
    let open = Block::trust("https://token.actions.githubusercontent.com", &lab.role)
        .without("subjects")
        .with("subject_patterns", r#"["repo:acme*"]"#);
    let mut terraform = lab.configuration(&open.to_string());
    terraform.set("OIDCFED_GUARDRAIL", "warn");
    assert_eq!(
        terraform.run(&["plan", "-no-color"]).code,
        1,
        "the environment must not loosen"
    );
    terraform.write("provider.tf", &lab.preface(r#"guardrail = "warn""#));
    terraform.set("OIDCFED_GUARDRAIL", "enforce");
    assert_eq!(
        terraform.run(&["plan", "-no-color"]).code,
        1,
        "the environment may tighten"
    );
}
