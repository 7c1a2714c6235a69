//! How many there may be of what is counted together: tags of two places with our own marks, policies against a quota that
//! AWS raises on request.

use crate::bad_input::{list, missed, refused, report};
use crate::harness::Lab;
use crate::hcl::Block;

crate::on_sandbox!(
    tags_together,
    tags_that_fill_it,
    raisable_quota,
    tags_unknown_until_apply
);

fn tags(letter: char, count: usize) -> String {
    format!("{{ for n in range({count}) : \"{letter}${{n}}\" => \"v\" }}")
}

fn default_tags(count: usize) -> String {
    format!("aws = {{ default_tags = {} }}", tags('d', count))
}

/// A trust with a name, one with a prefix, the issuer alone: how many tags each takes, our own marks counted.
fn tagged(lab: &Lab) -> [(Block, usize, &'static str); 3] {
    let named = Block::trust(&lab.issuer, &lab.role);
    let generated = named.clone().without("role_name").with(
        "role_name_prefix",
        format!("\"{}\"", &lab.role[..lab.role.len().min(30)]),
    );
    let alone =
        Block::resource("oidcfed_aws_oidc_provider", "this").with("issuer", format!("\"{}\"", lab.issuer));
    [
        (named, 50, "at most 50"),
        (generated, 49, "oidcfed:mark"),
        (alone, 49, "oidcfed:made-by"),
    ]
}

/// `tags` and `default_tags` count together, and so do the marks that are written with them.
fn tags_together(lab: &Lab) {
    let terraform = lab.configuration("");
    let mut wrong = Vec::new();
    for (block, most, word) in tagged(lab) {
        for (defaults, own) in [(30, 30), (30, most - 29), (0, most + 1)] {
            if own > 50 {
                continue; // refused of `tags` alone
            }
            terraform.write("provider.tf", &lab.preface(&default_tags(defaults)));
            wrong.extend(missed(&terraform, &block, &("tags", tags('t', own), word)));
        }
        terraform.write("provider.tf", &lab.preface(&default_tags(30)));
        let full = block.with("tags", tags('t', most - 30));
        let errors = refused(&terraform, &full);
        assert!(errors.is_empty(), "{most} tags are refused: {errors:#?}");
    }
    report(wrong.into_iter());
    assert!(
        lab.get_role(&lab.role).is_none() && lab.oidc_provider(&lab.issuer).is_none(),
        "something was written"
    );
}

/// As many tags as the plan lets pass are taken by IAM, and stay.
fn tags_that_fill_it(lab: &Lab) {
    for (block, most, _) in tagged(lab) {
        let terraform = lab.configuration(&block.with("tags", tags('t', most - 30)).to_string());
        terraform.write("provider.tf", &lab.preface(&default_tags(30)));
        terraform.settle("with as many tags as there can be");
        terraform.destroy();
    }
}

/// More than the default of a quota that AWS raises on request is a warning, since the account may have more.
fn raisable_quota(lab: &Lab) {
    let base = Block::trust(&lab.issuer, &lab.role);
    let terraform = lab.configuration("");
    for (count, warned) in [(10, false), (11, true), (25, true)] {
        let arns = list((0..count).map(|n| format!("arn:aws:iam::aws:policy/P{n}")));
        terraform.write(
            "main.tf",
            &base.clone().with("managed_policy_arns", arns).to_string(),
        );
        let said = terraform.diagnostics(&["plan", "-json"]);
        assert!(said.iter().all(|one| one["severity"] == "warning"), "{said:#?}");
        let told = said.iter().any(|one| {
            let detail = one["detail"].as_str().unwrap_or_default();
            detail.contains("L-0DA4ABF3") && detail.contains(&format!("has {count} managed policies"))
        });
        assert_eq!(told, warned, "{count} policies: {said:#?}");
    }
}

/// Tags that are known at apply only are counted then, before the role or the provider is made.
fn tags_unknown_until_apply(lab: &Lab) {
    let input =
        "resource \"terraform_data\" \"tags\" {\n  input = { for n in range(30) : \"t${n}\" => \"v\" }\n}\n";
    for (block, ..) in tagged(lab) {
        let block = block.with("tags", "terraform_data.tags.output");
        let terraform = lab.configuration(&format!("{input}{block}"));
        terraform.write("provider.tf", &lab.preface(&default_tags(30)));
        assert!(!terraform.plan().empty, "unknown tags are planned");
        let failed = terraform.run(&["apply", "-auto-approve", "-no-color"]);
        assert_eq!(failed.code, 1, "{}", failed.all());
        assert!(failed.all().contains("Too many tags"), "{}", failed.all());
        assert!(
            lab.roles(&lab.role).is_empty() && lab.oidc_provider(&lab.issuer).is_none(),
            "something was written"
        );
        assert_eq!(terraform.known(), ["terraform_data.tags"]);
    }
}
