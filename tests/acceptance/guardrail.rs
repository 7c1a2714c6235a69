//! A trust that admits strangers is refused at plan, with the token that would get in; what exists can always be removed.

use crate::harness::Lab;
use crate::hcl::Block;
use serde_json::Value;

crate::on_sandbox!(
    an_open_trust_is_refused,
    an_accepted_risk,
    a_warning_when_told_so,
    what_exists_is_warned_about_and_destroyed
);

const ADDRESS: &str = "oidcfed_aws_trust.deploy";

/// An issuer that signs for everybody.
const SHARED: &str = "https://token.actions.githubusercontent.com";

fn open(lab: &Lab, pattern: &str) -> Block {
    Block::trust(SHARED, &lab.role)
        .without("subjects")
        .with("subject_patterns", format!(r#"["{pattern}"]"#))
}

fn an_open_trust_is_refused(lab: &Lab) {
    for (pattern, rule) in [("repo:*", "open-subject"), ("repo:acme*", "open-owner-prefix")] {
        let terraform = lab.configuration(&open(lab, pattern).to_string());
        let errors = terraform.errors(&["plan", "-json"]);
        let told = errors.iter().map(Value::to_string).collect::<String>();
        assert!(told.contains(rule), "{pattern}: {errors:#?}");
        assert!(
            told.contains("terraform destroy -refresh=false"),
            "{pattern}: the way out is not named: {told}"
        );
        assert!(told.contains("accepted_risks"), "{pattern}: {told}");
        assert!(
            told.contains(r#"\\\"sub\\\":"#) || told.contains(r#"\"sub\":"#),
            "{pattern}: no token is shown: {told}"
        );
    }
    let refused = lab
        .configuration(&open(lab, "*").to_string())
        .errors(&["plan", "-json"]);
    assert!(
        refused
            .iter()
            .any(|error| error["summary"] == "IAM refuses to store this trust"),
        "{refused:#?}"
    );
    assert!(lab.get_role(&lab.role).is_none());
}

fn an_accepted_risk(lab: &Lab) {
    let accepted = open(lab, "repo:acme*").with(
        "accepted_risks",
        r#"{ "open-owner-prefix@repo:acme*" = "a test of ours" }"#,
    );
    let terraform = lab.configuration(&accepted.to_string());
    terraform.settle("with the risk accepted");
    let findings = terraform.state(ADDRESS)["findings"].clone();
    let open = findings
        .as_array()
        .into_iter()
        .flatten()
        .find(|finding| finding["rule"] == "open-owner-prefix");
    assert_eq!(
        open.expect("the finding stays visible")["accepted"],
        "a test of ours"
    );
    terraform.destroy();
    assert!(lab.get_role(&lab.role).is_none());
}

fn a_warning_when_told_so(lab: &Lab) {
    let terraform = lab.configuration(&open(lab, "repo:acme*").to_string());
    terraform.write("provider.tf", &lab.preface(r#"guardrail = "warn""#));
    let applied = terraform.settle("with warnings only");
    assert!(
        applied.all().contains("Warning") && applied.all().contains("open-owner-prefix"),
        "{}",
        applied.all()
    );
    terraform.destroy();
}

fn what_exists_is_warned_about_and_destroyed(lab: &Lab) {
    let terraform = lab.configuration(&open(lab, "repo:acme*").to_string());
    terraform.write("provider.tf", &lab.preface(r#"guardrail = "warn""#));
    terraform.apply();
    terraform.write("provider.tf", &lab.preface(""));
    let plan = terraform.plan();
    assert!(
        plan.empty && plan.text.contains("open-owner-prefix"),
        "what is unchanged is warned about: {}",
        plan.text
    );
    terraform.write("main.tf", &open(lab, "repo:*").to_string());
    let wider = terraform.errors(&["plan", "-json"]);
    assert!(
        wider
            .iter()
            .any(|error| error.to_string().contains("open-subject")),
        "a wider trust is refused: {wider:#?}"
    );
    terraform.write("main.tf", &open(lab, "repo:acme*").to_string());
    terraform.write("provider.tf", &lab.preface(r#"guardrail = "strict""#));
    let strict = terraform.run(&["plan", "-no-color"]);
    assert_eq!(strict.code, 1, "strict refuses what exists: {}", strict.all());
    let destroyed = terraform.run(&["destroy", "-auto-approve", "-refresh=false", "-no-color"]);
    destroyed.succeeded("destroy is never refused because of a finding");
    assert!(lab.get_role(&lab.role).is_none());
}
