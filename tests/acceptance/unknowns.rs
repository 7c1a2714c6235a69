//! Values that are not known at plan: decided at apply, before anything is written.

use crate::harness::{Lab, Terraform, left_out};
use crate::hcl::{Block, text};
use serde_json::json;

crate::on_both!(a_provider_of_the_same_apply);
crate::on_sandbox!(a_provider_without_the_audience, risks_accepted_at_apply);

const ADDRESS: &str = "oidcfed_aws_trust.deploy";
const APPLY: &[&str] = &["apply", "-auto-approve", "-no-color"];

fn has_terraform_data() -> bool {
    let there = Terraform::version().at_least(1, 4);
    if !there {
        left_out("`terraform_data` needs 1.4");
    }
    there
}

fn provider(lab: &Lab) -> Block {
    Block::resource("oidcfed_aws_oidc_provider", "this").with("issuer", text(&lab.issuer))
}

fn with_arn(lab: &Lab, arn: &str) -> Block {
    Block::trust(&lab.issuer, &lab.role).with("oidc_provider", format!("{{ arn = {arn} }}"))
}

/// What hides a value from the plan.
fn hidden(expression: &str) -> String {
    Block::resource("terraform_data", "hidden")
        .with("input", expression)
        .to_string()
}

fn a_provider_of_the_same_apply(lab: &Lab) {
    const ARN: &str = "oidcfed_aws_oidc_provider.this.arn";
    let known = format!("{}{}", provider(lab), with_arn(lab, ARN));
    let unknown = format!(
        "{}{}{}",
        provider(lab),
        hidden(ARN),
        with_arn(lab, "terraform_data.hidden.output")
    );
    for body in [known, unknown] {
        if body.contains("terraform_data") && !has_terraform_data() {
            continue;
        }
        let terraform = lab.configuration(&body);
        let plan = terraform.plan();
        assert_eq!(plan.actions(ADDRESS), ["create"], "{}", plan.text);
        terraform.apply_plan();
        terraform.assert_empty_plan("after both were made");
        assert_eq!(
            terraform.state(ADDRESS)["oidc_provider_arn"],
            lab.provider_arn(&lab.issuer)
        );
        terraform.destroy();
        assert!(lab.get_role(&lab.role).is_none());
        assert!(lab.oidc_provider(&lab.issuer).is_none());
    }
}

/// The trust is refused with the audience and the provider named; once the provider has it, both are as written.
fn a_provider_without_the_audience(lab: &Lab) {
    const ARN: &str = "oidcfed_aws_oidc_provider.this.arn";
    for hide in [false, true] {
        if hide && !has_terraform_data() {
            continue;
        }
        let body = |audiences: &str| {
            let provider = provider(lab).with("audiences", audiences);
            let rest = if hide { hidden(ARN) } else { String::new() };
            let trust = with_arn(lab, if hide { "terraform_data.hidden.output" } else { ARN });
            format!("{provider}{rest}{trust}")
        };
        let terraform = lab.configuration(&body(r#"["another.example"]"#));
        let refused = terraform.run(APPLY);
        assert_eq!(refused.code, 1, "{}", refused.all());
        let said = refused
            .all()
            .replace("\n│", "")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        for part in [
            "expected the audience `sts.amazonaws.com`",
            &lab.provider_arn(&lab.issuer),
            "found another.example",
        ] {
            assert!(said.contains(part), "`{part}` is not said:\n{said}");
        }
        assert!(
            lab.get_role(&lab.role).is_none(),
            "no role that nobody can assume"
        );
        assert_eq!(
            lab.audiences(&lab.issuer),
            ["another.example"],
            "a given provider is not written"
        );
        terraform.write("main.tf", &body(r#"["another.example", "sts.amazonaws.com"]"#));
        terraform.settle("after the provider got the audience");
        terraform.destroy();
        assert!(lab.oidc_provider(&lab.issuer).is_none());
    }
}

/// Which risks are accepted is not known at plan: the apply judges, before it writes.
fn risks_accepted_at_apply(lab: &Lab) {
    if !has_terraform_data() {
        return;
    }
    // a repository of that name in anybody's organization: refused unless it is accepted
    const SHARED: &str = "https://token.actions.githubusercontent.com";
    let trust = Block::trust(SHARED, &lab.role)
        .without("subjects")
        .with("subject_patterns", r#"["repo:*/api:ref:refs/heads/main"]"#);
    let refused = lab.configuration(&trust.to_string()).run(&["plan", "-no-color"]);
    assert_eq!(refused.code, 1, "{}", refused.all());
    let keys = keys(lab, &trust);
    let accepting = |expression: &str, hides: &str| {
        let trust = trust.clone().with("accepted_risks", expression);
        format!("{}{trust}", hidden(hides))
    };
    let reasons: String = keys
        .iter()
        .map(|key| format!("{} = \"because\", ", text(key)))
        .collect();
    let nothing_accepted = accepting("terraform_data.hidden.output", r#"{ "other-rule" = "because" }"#);
    let all = accepting("terraform_data.hidden.output", &format!("{{ {reasons} }}"));
    let each: String = keys
        .iter()
        .map(|key| format!("{} = terraform_data.hidden.output, ", text(key)))
        .collect();
    let reason = accepting(&format!("{{ {each} }}"), r#""because""#);

    let terraform = lab.configuration(&nothing_accepted);
    let plan = terraform.plan();
    assert_eq!(
        plan.actions(ADDRESS),
        ["create"],
        "it is not known yet\n{}",
        plan.text
    );
    assert_eq!(plan.change(ADDRESS)["after_unknown"]["findings"], true);
    let calls = lab.calls_during(|| {
        let refused = terraform.run(APPLY);
        assert_eq!(refused.code, 1, "{}", refused.all());
        let rule = keys[0].split('@').next().unwrap_or_default().to_owned();
        assert!(
            refused.all().contains(&rule),
            "`{rule}` is not named\n{}",
            refused.all()
        );
    });
    let writes: Vec<_> = calls
        .keys()
        .filter(|action| action.contains(":Create") || action.contains(":Add"))
        .collect();
    assert!(writes.is_empty(), "written before it was judged: {writes:?}");
    assert!(lab.get_role(&lab.role).is_none() && lab.oidc_provider(SHARED).is_none());

    for body in [all, reason] {
        let terraform = lab.configuration(&body);
        terraform.settle("after what is accepted was known");
        let findings = terraform.state(ADDRESS)["findings"].clone();
        assert!(
            findings.to_string().contains(r#""accepted":"because""#),
            "{findings}"
        );
        terraform.destroy();
    }
    assert_eq!(json!(lab.roles(&lab.role)), json!([]));
}

/// `RULE@VALUE` of everything that the guardrail refuses, as its message tells the user.
fn keys(lab: &Lab, trust: &Block) -> Vec<String> {
    let errors = lab.configuration(&trust.to_string()).errors(&["plan", "-json"]);
    let texts = errors.iter().filter_map(|error| error["detail"].as_str());
    let keys: Vec<String> = texts
        .flat_map(|text| text.split(['`', '"', ' ']))
        .filter(|word| word.contains('@') && word.contains('-'))
        .map(str::to_owned)
        .collect();
    assert!(!keys.is_empty(), "no key of a risk in {errors:?}");
    keys
}
