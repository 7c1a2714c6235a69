//! How many there may be of what is counted together: tags of two places with our own marks, policies against a quota that
//! AWS raises on request.

use crate::bad_input::{list, missed, refused, report};
use crate::harness::Lab;
use crate::hcl::Block;
use serde_json::{Value, json};
use std::collections::BTreeSet;

crate::on_sandbox!(
    tags_together,
    tags_that_fill_it,
    raisable_quota,
    tags_unknown_until_apply,
    tags_exchanged_where_it_is_full,
    tags_of_others_count
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

/// The role that the named trust made.
fn role_tags(lab: &Lab) -> BTreeSet<String> {
    keys(&lab.get_role(&lab.role).expect("the role"))
}

fn provider_tags(lab: &Lab) -> BTreeSet<String> {
    keys(&lab.oidc_provider(&lab.issuer).expect("the provider"))
}

fn keys(tagged: &Value) -> BTreeSet<String> {
    let tags = tagged["Tags"].as_array().into_iter().flatten();
    tags.filter_map(|tag| tag["Key"].as_str().map(str::to_owned))
        .collect()
}

/// A role and a provider, whose tags are counted and exchanged alike.
struct Object {
    block: Block,
    /// Tags that the configuration may have.
    most: usize,
    keys: fn(&Lab) -> BTreeSet<String>,
    set: &'static str,
    unset: &'static str,
    /// Tags it as somebody else would.
    tag: fn(&Lab, usize),
}

fn foreign(count: usize) -> Vec<Value> {
    (0..count)
        .map(|n| json!({ "Key": format!("f{n}"), "Value": "v" }))
        .collect()
}

fn objects(lab: &Lab) -> [Object; 2] {
    let [named, _, alone] = tagged(lab);
    [
        Object {
            block: named.0,
            most: named.1,
            keys: role_tags,
            set: "TagRole",
            unset: "UntagRole",
            tag: |lab, count| {
                let tags = foreign(count);
                lab.boto
                    .iam("tag_role", json!({ "RoleName": lab.role, "Tags": tags }));
            },
        },
        Object {
            block: alone.0,
            most: alone.1,
            keys: provider_tags,
            set: "TagOpenIDConnectProvider",
            unset: "UntagOpenIDConnectProvider",
            tag: |lab, count| {
                let arn = lab.provider_arn(&lab.issuer);
                let tags = foreign(count);
                lab.boto.iam(
                    "tag_open_id_connect_provider",
                    json!({ "OpenIDConnectProviderArn": arn, "Tags": tags }),
                );
            },
        },
    ]
}

const APPLY: &[&str] = &["apply", "-auto-approve", "-no-color"];

/// A key goes and another comes: where both together are too many, the old one goes first; else the new one comes first.
fn tags_exchanged_where_it_is_full(lab: &Lab) {
    for object in objects(lab) {
        let exchanged = |count: usize| {
            let one = "{ another = \"v\" }";
            object
                .block
                .clone()
                .with("tags", format!("merge({}, {one})", tags('t', count - 1)))
                .to_string()
        };
        let full = object.block.clone().with("tags", tags('t', object.most));
        let terraform = lab.configuration(&full.to_string());
        terraform.settle("full");
        assert_eq!((object.keys)(lab).len(), 50, "marks and all");
        let marks: Vec<String> = (object.keys)(lab)
            .into_iter()
            .filter(|key| key.starts_with("oidcfed:"))
            .collect();
        terraform.write("main.tf", &exchanged(object.most));
        terraform.settle("after the exchange");
        let now = (object.keys)(lab);
        assert_eq!(now.len(), 50);
        assert!(
            now.contains("another") && marks.iter().all(|mark| now.contains(mark)),
            "{now:?}"
        );
        // with room for both, nothing goes before the new one is there
        terraform.write(
            "main.tf",
            &object.block.clone().with("tags", tags('t', 10)).to_string(),
        );
        terraform.settle("with room");
        terraform.write("main.tf", &exchanged(10));
        let before = (object.keys)(lab);
        lab.set_faults(
            json!({ "fail": [{ "operation": object.set, "code": "AccessDenied", "status": 403 }] }),
        );
        let calls = lab.calls_during(|| assert_eq!(terraform.run(APPLY).code, 1));
        lab.set_faults(json!({}));
        assert_eq!(calls.get(&format!("iam:{}", object.unset)), None, "{calls:?}");
        assert_eq!((object.keys)(lab), before);
        terraform.settle("after the right came back");
        terraform.destroy();
    }
}

/// Tags that somebody else wrote take their places: an error of the plan where the refresh saw them, else of the apply, before
/// anything is written.
fn tags_of_others_count(lab: &Lab) {
    for object in objects(lab) {
        let with = |count: usize| object.block.clone().with("tags", tags('t', count)).to_string();
        let terraform = lab.configuration(&with(5));
        terraform.settle("after create");
        (object.tag)(lab, 10);
        terraform.write("main.tf", &with(object.most - 9));
        let errors = terraform.errors(&["plan", "-json"]);
        let said = errors
            .iter()
            .filter_map(|one| one["detail"].as_str())
            .collect::<String>();
        assert!(
            said.contains("10 that are there and were not written from here"),
            "{errors:#?}"
        );
        terraform.write("main.tf", &with(object.most - 10));
        terraform.settle("with exactly as many as there is room for");
        assert_eq!((object.keys)(lab).len(), 50);
        terraform.destroy();

        let terraform = lab.configuration(&with(5));
        terraform.settle("after create");
        (object.tag)(lab, 10);
        terraform.write("main.tf", &with(object.most - 9));
        let before = (object.keys)(lab);
        let mut failed = None;
        let calls = lab.calls_during(|| {
            failed = Some(terraform.run(&["apply", "-auto-approve", "-no-color", "-refresh=false"]));
        });
        let failed = failed.expect("the apply ran");
        assert_eq!(failed.code, 1, "{}", failed.all());
        assert!(failed.all().contains("Too many tags"), "{}", failed.all());
        assert!(
            calls
                .keys()
                .all(|action| action.contains(":Get") || action.contains(":List")),
            "{calls:?}"
        );
        assert_eq!((object.keys)(lab), before);
        // a destroy plans the configuration too
        terraform.write("main.tf", &with(5));
        terraform.destroy();
    }
}
