//! After an import: words of a configuration that no role keeps, and the one that a generated name gives away.

use crate::harness::Lab;
use crate::hcl::{Block, text};
use crate::imports::{import, imported};

crate::on_sandbox!(
    what_only_the_state_holds,
    what_is_written_in_words_that_no_role_keeps,
    a_generated_name
);

const ADDRESS: &str = "oidcfed_aws_trust.deploy";

/// What neither the role nor its provider holds is a change of the state after an import, and of nothing else.
fn what_only_the_state_holds(lab: &Lab) {
    let body = Block::trust(&lab.issuer, &lab.role)
        .with("force_detach", "true")
        .with("timeouts", r#"{ delete = "20m" }"#)
        .with("accepted_risks", r#"{ "mutable-subject" = "known" }"#);
    let terraform = imported(lab, &body);
    let plan = terraform.plan();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{}", plan.text);
    let change = plan.change(ADDRESS);
    let (before, after) = (&change["before"], &change["after"]);
    let members = after.as_object().expect("an object").iter();
    // what the import showed of arguments that nobody writes goes as well
    let differ: Vec<&String> = members
        .filter(|(name, value)| before[name.as_str()] != **value && !value.is_null())
        .map(|(name, _)| name)
        .collect();
    assert_eq!(differ, ["accepted_risks", "force_detach", "timeouts"]);
    let calls = lab.calls_during(|| {
        terraform.apply_plan();
    });
    let writes: Vec<&String> = calls
        .keys()
        .filter(|action| !action.contains(":Get") && !action.contains(":List"))
        .collect();
    assert_eq!(writes, [""; 0]);
    assert!(calls.contains_key("iam:GetRole"), "{calls:?}");
    terraform.assert_empty_plan("after the apply");
    terraform.destroy();
}

/// Another platform than the inferred one, a prefix that the name merely has, a pattern without a wildcard beside one with: no
/// role keeps these words, and a host lets no plan keep others than the configuration's.
fn what_is_written_in_words_that_no_role_keeps(lab: &Lab) {
    let plain = Block::trust(&lab.issuer, &lab.role);
    let subject = "repo:acme/api:ref:refs/heads/main";
    let prefix = text(&lab.role[..4]);
    for (body, argument) in [
        (plain.clone().with("platform", text("github-actions")), "platform"),
        (
            plain.clone().without("subjects").with(
                "subject_patterns",
                format!(r#"["repo:acme/web:*", {}]"#, text(subject)),
            ),
            "subject_patterns",
        ),
        (
            plain
                .clone()
                .without("role_name")
                .with("role_name_prefix", prefix),
            "role_name_prefix",
        ),
    ] {
        // made by its name, so that none is generated
        let made = match argument {
            "role_name_prefix" => plain.clone(),
            _ => body.clone(),
        };
        let terraform = lab.configuration(&made.to_string());
        terraform.settle("after create");
        import(lab, &terraform);
        terraform.write("main.tf", &body.to_string());
        let plan = terraform.plan();
        assert_eq!(plan.actions(ADDRESS), ["update"], "{argument}: {}", plan.text);
        let change = plan.change(ADDRESS);
        assert_ne!(
            change["before"][argument], change["after"][argument],
            "{argument}"
        );
        assert_eq!(
            change["before"]["role_name"], change["after"]["role_name"],
            "{argument}"
        );
        let calls = lab.calls_during(|| {
            terraform.apply_plan();
        });
        let writes: Vec<&String> = calls
            .keys()
            .filter(|action| !action.contains(":Get") && !action.contains(":List"))
            .collect();
        assert_eq!(writes, [""; 0], "{argument}");
        terraform.assert_empty_plan(&format!("after the apply with {argument}"));
        terraform.destroy();
    }
}

/// The name of a role that was generated tells its prefix.
fn a_generated_name(lab: &Lab) {
    let prefix = &lab.role[..lab.role.len().min(30)];
    let body = Block::trust(&lab.issuer, &lab.role)
        .without("role_name")
        .with("role_name_prefix", text(prefix));
    let terraform = lab.configuration(&body.to_string());
    terraform.settle("after create");
    let name = terraform.state(ADDRESS)["role_name"].clone();
    let name = name.as_str().expect("a name");
    terraform.run(&["state", "rm", ADDRESS]).succeeded("state rm");
    terraform
        .run(&["import", "-no-color", ADDRESS, name])
        .succeeded("import");
    terraform.assert_empty_plan("after the import, with the prefix");
    let by_name = body
        .clone()
        .without("role_name_prefix")
        .with("role_name", text(name));
    terraform.write("main.tf", &by_name.to_string());
    terraform.assert_empty_plan("after the import, with the name");
    terraform.write("main.tf", &body.with("description", text("ours")).to_string());
    let plan = terraform.plan();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{}", plan.text);
    terraform.apply_plan();
    terraform.assert_empty_plan("after a change");
    assert_eq!(terraform.state(ADDRESS)["role_name_prefix"], prefix);
    terraform.destroy();
    assert!(lab.get_role(name).is_none());
}
