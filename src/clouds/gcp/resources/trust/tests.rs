//! What a configuration means, without Google.

use std::collections::BTreeMap;

use super::implied::Implied;
use super::meaning::{Meaning, Understanding};
use super::memory::Memory;
use super::model::{GrantModel, PoolModel, PoolProviderModel, TrustModel};
use super::permissions;
use super::settings::same_settings;
use super::validate::validate;
use super::written::write_back;
use crate::framework::{Attr, Diagnostics, StringMap, StringSet, StringSetMap};

const NUMBER: &str = "123456789012";
const GITHUB: &str = "https://token.actions.githubusercontent.com";

fn model() -> TrustModel {
    TrustModel {
        issuer: Attr::from_text(GITHUB),
        subjects: StringSet::of(["repo:acme/api:ref:refs/heads/main"]),
        pool: Attr::Known(PoolModel {
            id: Attr::from_text("ci-pool"),
            ..PoolModel::default()
        }),
        pool_provider: Attr::Known(PoolProviderModel {
            id: Attr::from_text("github"),
            ..PoolProviderModel::default()
        }),
        bind: Attr::from_text("trust"),
        ..TrustModel::default()
    }
}

fn shared() -> TrustModel {
    TrustModel {
        pool: Attr::Known(PoolModel {
            id: Attr::from_text("ci-pool"),
            ownership: Attr::from_text("shared"),
            ..PoolModel::default()
        }),
        ..model()
    }
}

fn claims(name: &str, values: &[&str]) -> StringSetMap {
    Attr::Known([(name.to_owned(), StringSet::of(values.iter().copied()))].into())
}

fn map(members: &[(&str, &str)]) -> StringMap {
    Attr::Known(
        members
            .iter()
            .map(|(key, text)| ((*key).to_owned(), Attr::from_text(*text)))
            .collect(),
    )
}

fn understand(model: &TrustModel, implied: &Implied) -> Result<Meaning, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    match Meaning::of(model, NUMBER, implied, false, &mut diagnostics) {
        Understanding::Known(meaning) => Ok(*meaning),
        _ => Err(diagnostics),
    }
}

fn meaning(model: &TrustModel) -> Meaning {
    understand(model, &Implied::default()).unwrap_or_else(|said| panic!("{said:?}"))
}

/// The path and text of the only error.
fn refusal(model: &TrustModel) -> (String, String) {
    let said = understand(model, &Implied::default()).err().unwrap_or_default();
    let errors: Vec<_> = said.iter().collect();
    let [error] = errors.as_slice() else {
        panic!("expected one error: {errors:?}")
    };
    (
        error.path.to_string(),
        format!("{}: {}", error.summary, error.detail),
    )
}

fn members(meaning: &Meaning) -> Vec<String> {
    meaning.principals.iter().map(ToString::to_string).collect()
}

#[test]
fn a_pool_of_its_own() {
    let meaning = meaning(&model());
    let pool = format!("projects/{NUMBER}/locations/global/workloadIdentityPools/ci-pool");
    assert_eq!(meaning.settings.name, format!("{pool}/providers/github"));
    assert_eq!(
        meaning.settings.attribute_condition,
        "assertion.sub in ['repo:acme/api:ref:refs/heads/main']"
    );
    let mapping = &meaning.settings.attribute_mapping;
    assert_eq!(mapping["google.subject"], "assertion.sub");
    assert_eq!(mapping["attribute.oidcfed_trust"], "'github'");
    assert_eq!(
        mapping["attribute.repository_owner_id"],
        "'repository_owner_id' in assertion ? assertion.repository_owner_id : ''"
    );
    assert!(
        meaning.settings.allowed_audiences.is_empty(),
        "Google's own audiences"
    );
    assert_eq!(
        meaning.audience,
        format!("https://iam.googleapis.com/{pool}/providers/github")
    );
    assert_eq!(meaning.accepted_audiences.len(), 2);
    assert_eq!(
        members(&meaning),
        [format!(
            "principalSet://iam.googleapis.com/{pool}/attribute.oidcfed_trust/github"
        )]
    );
    assert_eq!(meaning.platform, "github-actions");
    assert!(
        meaning
            .findings
            .iter()
            .all(|finding| finding.severity < crate::trust::Severity::High),
        "{:?}",
        meaning.findings
    );
}

#[test]
fn a_pool_of_several() {
    let meaning = meaning(&shared());
    let mapping: Vec<_> = meaning
        .settings
        .attribute_mapping
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(
        mapping,
        [
            ("attribute.oidcfed_trust", "'github'"),
            ("google.subject", "'github:' + assertion.sub")
        ]
    );
    let own = TrustModel {
        attribute_mapping: map(&[("google.subject", "assertion.sub")]),
        ..shared()
    };
    let (path, text) = refusal(&own);
    assert_eq!(path, "attribute_mapping");
    assert!(text.contains("pool.ownership"), "{text}");
}

#[test]
fn whom_bindings_name() {
    let with = |bind: &str, model: TrustModel| TrustModel {
        bind: Attr::from_text(bind),
        ..model
    };
    let by_subject = meaning(&with("subject", model()));
    assert!(members(&by_subject)[0].ends_with("/subject/repo:acme/api:ref:refs/heads/main"));
    let by_subject = meaning(&with("subject", shared()));
    assert!(members(&by_subject)[0].ends_with("/subject/github:repo:acme/api:ref:refs/heads/main"));
    let claimed = TrustModel {
        claims: claims("repository_id", &["1", "2"]),
        ..model()
    };
    let by_claim = members(&meaning(&with("attribute.repository_id", claimed)));
    assert_eq!(by_claim.len(), 2);
    assert!(
        by_claim[0].ends_with("/attribute.repository_id/1"),
        "{by_claim:?}"
    );
    let patterns = TrustModel {
        subjects: Attr::Null,
        subject_patterns: StringSet::of(["repo:acme/api:*"]),
        ..model()
    };
    for (model, says) in [
        (with("subject", patterns), "expected exact `subjects`"),
        (
            with("attribute.nobody_maps_it", model()),
            "expected an attribute that is mapped",
        ),
        (
            with("attribute.repository_id", model()),
            "which every branch tests exactly in `claims`",
        ),
        (
            with("attribute.oidcfed_trust", model()),
            "which every branch tests exactly in `claims`",
        ),
    ] {
        let (path, text) = refusal(&model);
        assert_eq!(path, "bind");
        assert!(text.contains(says), "{text}");
    }
}

#[test]
fn expressions_that_cannot_work() {
    let condition = |text: &str| TrustModel {
        attribute_condition: Attr::from_text(text),
        ..model()
    };
    let mapped = |key: &str, text: &str| TrustModel {
        attribute_mapping: map(&[("google.subject", "assertion.sub"), (key, text)]),
        ..model()
    };
    for (model, path, says) in [
        (
            condition("assertion.repository == "),
            "attribute_condition",
            "line 1, column 24",
        ),
        (
            condition("assertion.repository == 1"),
            "attribute_condition",
            "To mend it: compare with a value of the claim's own type",
        ),
        (
            condition("assertion.no_such_claim == 'x'"),
            "attribute_condition",
            "no_such_claim",
        ),
        (
            condition("lookup(assertion.sub)"),
            "attribute_condition",
            "lookup",
        ),
        (
            condition("assertion.ref == 'x') || (true"),
            "attribute_condition",
            "line 1",
        ),
        (mapped("attribute.x", "assertion.ref +"), "attribute_mapping", ""),
        (
            mapped("attribute.X", "assertion.ref"),
            "attribute_mapping",
            "attribute.X",
        ),
        (
            mapped("attribute.x", "lookup(assertion.ref)"),
            "attribute_mapping[\"attribute.x\"]",
            "lookup",
        ),
        (
            mapped("attribute.oidcfed_trust", "assertion.ref"),
            "attribute_mapping[\"attribute.oidcfed_trust\"]",
            "leave it out",
        ),
    ] {
        let (found, text) = refusal(&model);
        assert_eq!(found, path, "{text}");
        assert!(text.contains(says), "{text}");
    }
    let fine = meaning(&condition(
        "assertion.ref.startsWith('refs/heads/') && assertion.repository_id == '1'",
    ));
    assert!(
        fine.settings
            .attribute_condition
            .ends_with("&& (assertion.ref.startsWith('refs/heads/') && assertion.repository_id == '1')")
    );
    meaning(&mapped("attribute.ref", "assertion.ref"));
}

#[test]
fn what_google_would_refuse() {
    let issuer = |url: &str| TrustModel {
        issuer: Attr::from_text(url),
        ..model()
    };
    let long = TrustModel {
        subjects: StringSet::of([format!("repo:acme/{}:ref:refs/heads/main", "x".repeat(120))]),
        ..model()
    };
    let many = TrustModel {
        audiences: StringSet::of((0..11).map(|n| format!("audience-{n}"))),
        ..model()
    };
    let elsewhere = TrustModel {
        discovery_uri: Attr::from_text("https://elsewhere.example/.well-known/openid-configuration"),
        ..model()
    };
    let unknown_claim = TrustModel {
        claims: claims("no_such_claim", &["x"]),
        ..model()
    };
    let another = TrustModel {
        also: Attr::Known(BTreeMap::from([(
            "other".to_owned(),
            crate::clouds::trust_arguments::AlsoModel {
                issuer: Attr::from_text("https://issuer.example"),
                ..Default::default()
            },
        )])),
        ..model()
    };
    for (model, path) in [
        (issuer("http://localhost:8080"), "issuer"),
        (long, "subjects"),
        (many, "audiences"),
        (elsewhere, "discovery_uri"),
        (unknown_claim, "claims[\"no_such_claim\"]"),
        (another, "also[\"other\"].issuer"),
    ] {
        let (found, text) = refusal(&model);
        assert_eq!(found, path, "{text}");
    }
}

#[test]
fn before_anything_is_known_of_the_project() {
    let grant = |project: Option<&str>, folder: Option<&str>| GrantModel {
        project: Attr::from_option(project.map(str::to_owned)),
        folder: Attr::from_option(folder.map(str::to_owned)),
        role: Attr::from_text("roles/viewer"),
        ..GrantModel::default()
    };
    let granting = |grant: GrantModel| TrustModel {
        grants: Attr::Known(BTreeMap::from([("read".to_owned(), grant)])),
        ..model()
    };
    let two = TrustModel {
        service_account_email: Attr::from_text("ci@acme.iam.gserviceaccount.com"),
        service_account: Attr::Known(super::model::ServiceAccountModel::default()),
        ..model()
    };
    let nowhere = TrustModel {
        credential_source: Attr::Known(super::model::CredentialSourceModel::default()),
        ..model()
    };
    for (model, path) in [
        (granting(grant(None, None)), "grants[\"read\"]"),
        (granting(grant(Some("a"), Some("1"))), "grants[\"read\"]"),
        (
            granting(grant(None, Some("folders/1"))),
            "grants[\"read\"].folder",
        ),
        (two, "service_account"),
        (nowhere, "credential_source"),
    ] {
        let mut said = Diagnostics::new();
        validate(&model, &mut said);
        let paths: Vec<String> = said.iter().map(|one| one.path.to_string()).collect();
        assert_eq!(paths, [path]);
    }
    let mut said = Diagnostics::new();
    validate(&model(), &mut said);
    assert!(said.is_empty(), "{said:?}");
}

/// What a provider is set to, read back, are the arguments; what the arguments cannot say is not guessed.
#[test]
fn there_and_back() {
    let also = |subjects: &[&str]| crate::clouds::trust_arguments::AlsoModel {
        subjects: StringSet::of(subjects.iter().copied()),
        ..Default::default()
    };
    let models = [
        model(),
        shared(),
        TrustModel {
            audiences: StringSet::of(["own.example"]),
            claims: claims("repository_id", &["1"]),
            attribute_condition: Attr::from_text("assertion.ref_type == 'branch'"),
            ..model()
        },
        TrustModel {
            subjects: Attr::Null,
            subject_patterns: StringSet::of(["repo:acme/api:*"]),
            attribute_mapping: map(&[
                ("google.subject", "assertion.sub"),
                ("attribute.actor", "assertion.actor"),
            ]),
            ..model()
        },
        TrustModel {
            also: Attr::Known([("tag".to_owned(), also(&["repo:acme/api:ref:refs/tags/v1"]))].into()),
            ..model()
        },
    ];
    for model in models {
        let meant = meaning(&model);
        let mut empty = TrustModel {
            pool: model.pool.clone(),
            pool_provider: model.pool_provider.clone(),
            bind: model.bind.clone(),
            ..TrustModel::default()
        };
        let memory = Memory::of_import();
        assert!(
            write_back(&mut empty, &meant.name, &meant.settings, &memory),
            "{model:?}"
        );
        assert!(
            same_settings(&meaning(&empty).settings, &meant.settings),
            "{empty:?}"
        );
        assert_eq!(empty.subjects, model.subjects);
        assert_eq!(empty.attribute_condition, model.attribute_condition);
        assert_eq!(empty.audiences, model.audiences);
        assert_eq!(empty.attribute_mapping, model.attribute_mapping);
    }
    let mut odd = meaning(&model());
    odd.settings.attribute_condition = "assertion.sub != 'x'".to_owned();
    let mut untouched = model();
    assert!(!write_back(
        &mut untouched,
        &odd.name,
        &odd.settings,
        &Memory::of_import()
    ));
    assert_eq!(untouched, model(), "nothing was changed");
}

#[test]
fn a_newer_catalogue_changes_nothing_that_nobody_touched() {
    let before = meaning(&model()).implied;
    let mut json = serde_json::to_value(&before).unwrap();
    // an older release knew one claim less, and another to be there always
    let mapped = json["mapped"].as_object_mut().unwrap();
    mapped.remove("repository_owner_id").unwrap();
    let older: Implied = serde_json::from_value(json).unwrap();
    let kept = understand(&model(), &older).unwrap();
    assert!(
        !kept
            .settings
            .attribute_mapping
            .contains_key("attribute.repository_owner_id")
    );
    assert_eq!(kept.implied, older, "and stays written down");
    let other = TrustModel {
        platform: Attr::from_text("github-actions"),
        ..model()
    };
    let anew = understand(&other, &older).unwrap();
    assert!(
        anew.settings
            .attribute_mapping
            .contains_key("attribute.repository_owner_id"),
        "decided anew"
    );
}

#[test]
fn grants_wait_for_their_account() {
    let entry = GrantModel {
        project: Attr::from_text("acme"),
        role: Attr::from_text("roles/viewer"),
        ..GrantModel::default()
    };
    let direct = TrustModel {
        grants: Attr::Known([("read".to_owned(), entry)].into()),
        principals: StringSet::of(["principalSet://x"]),
        ..model()
    };
    let granted = |model: &TrustModel| {
        let all = permissions::all(model);
        all.iter()
            .map(|(target, grants)| {
                format!(
                    "{target}: {}",
                    grants
                        .iter()
                        .map(|one| one.member.as_str())
                        .collect::<Vec<_>>()
                        .join(",")
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(granted(&direct), ["project acme: principalSet://x"]);
    let waiting = TrustModel {
        service_account: Attr::Known(super::model::ServiceAccountModel::default()),
        ..direct.clone()
    };
    assert!(
        granted(&waiting).is_empty(),
        "never to the identities themselves in its place"
    );
    let made = TrustModel {
        service_account_email: Attr::from_text("ci@acme.iam.gserviceaccount.com"),
        ..waiting
    };
    assert_eq!(
        granted(&made),
        [
            "service account ci@acme.iam.gserviceaccount.com: principalSet://x",
            "project acme: serviceAccount:ci@acme.iam.gserviceaccount.com"
        ]
    );
}
