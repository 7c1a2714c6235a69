//! Several accounts through one provider block and one process.

use crate::harness::Lab;
use crate::hcl::{Block, text};

crate::on_both!(three_in_one_run, account_replaces, wrong_account_is_refused);

fn trust(lab: &Lab, account: &str, label: &str) -> Block {
    Block::trust(&lab.issuer, &lab.role)
        .label(label)
        .with("account_id", text(account))
}

fn three_in_one_run(lab: &Lab) {
    let others = lab.other_accounts();
    let all = [lab.account.clone(), others[0].clone(), others[1].clone()];
    let body: String = all
        .iter()
        .enumerate()
        .map(|(n, account)| trust(lab, account, &format!("in_{n}")).to_string())
        .collect();
    let terraform = lab.configuration(&body);
    terraform.write(
        "provider.tf",
        &lab.preface(&format!("aws = {{ {} }}", lab.entry())),
    );
    terraform.settle("after create");
    for (n, account) in all.iter().enumerate() {
        let state = terraform.state(&format!("oidcfed_aws_trust.in_{n}"));
        assert_eq!(
            state["role_arn"],
            format!("arn:aws:iam::{account}:role/{}", lab.role)
        );
        assert_eq!(state["account_id"], *account);
        assert!(
            state["oidc_provider_arn"]
                .as_str()
                .is_some_and(|arn| arn.contains(account))
        );
        assert!(lab.account_has_role(account, &lab.role), "{account} has no role");
    }
    terraform.destroy();
    for account in &all {
        assert!(
            !lab.account_has_role(account, &lab.role),
            "{account} kept the role"
        );
    }
}

fn account_replaces(lab: &Lab) {
    let other = lab.other_accounts()[0].clone();
    let terraform = lab.configuration(&trust(lab, &lab.account, "deploy").to_string());
    terraform.write(
        "provider.tf",
        &lab.preface(&format!("aws = {{ {} }}", lab.entry())),
    );
    terraform.settle("after create");
    terraform.write("main.tf", &trust(lab, &other, "deploy").to_string());
    assert_eq!(
        terraform.plan().actions("oidcfed_aws_trust.deploy"),
        ["delete", "create"]
    );
    terraform.settle("in the other account");
    assert!(lab.get_role(&lab.role).is_none() && lab.account_has_role(&other, &lab.role));
    terraform.destroy();
}

fn wrong_account_is_refused(lab: &Lab) {
    let terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    terraform.write(
        "provider.tf",
        &lab.preface(r#"aws = { allowed_account_ids = ["999999999999"] }"#),
    );
    let refused = terraform.run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(refused.code, 1, "{}", refused.all());
    assert!(
        refused.all().contains(&lab.account) && refused.all().contains("999999999999"),
        "{}",
        refused.all()
    );
    assert!(lab.get_role(&lab.role).is_none());
}
