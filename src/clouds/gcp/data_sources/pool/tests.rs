//! What the data source makes of names and of what it finds.

use super::*;
use crate::clouds::gcp::client::Oidc;
use crate::clouds::gcp::dialect::ProviderName;

const POOL: &str = "projects/100000000001/locations/global/workloadIdentityPools/builds";

#[test]
fn a_pool_by_its_id_and_by_its_full_name() {
    let asked = |project: Option<&str>| Asked {
        project: project.map(str::to_owned),
        pool: "builds".to_owned(),
    };
    assert_eq!(Asked::parse("builds"), Ok(asked(None)));
    assert_eq!(Asked::parse(POOL), Ok(asked(Some("100000000001"))));
    let by_id = POOL.replace("100000000001", "acme-prod");
    assert_eq!(Asked::parse(&by_id), Ok(asked(Some("acme-prod"))));
    for wrong in [
        "",
        "x",
        "Builds",
        "acme-prod/builds",
        "projects//locations/global/workloadIdentityPools/builds",
        &format!("{POOL}/providers/main"),
    ] {
        let error = Asked::parse(wrong).unwrap_err();
        assert!(error.starts_with("expected"), "{wrong}: {error}");
    }
}

fn provider_of(id: &str, issuer: Option<&str>, condition: &str) -> PoolProvider {
    let pool = PoolName::parse(POOL).unwrap();
    PoolProvider {
        name: ProviderName::new(pool, id),
        display_name: String::new(),
        description: String::new(),
        life: Life::Active,
        disabled: false,
        oidc: issuer.map(|issuer| Oidc {
            issuer_uri: issuer.to_owned(),
            ..Oidc::default()
        }),
        attribute_mapping: [("google.subject".to_owned(), "assertion.sub".to_owned())].into(),
        attribute_condition: condition.to_owned(),
    }
}

fn answered(life: Life, providers: Vec<PoolProvider>) -> PoolSourceModel {
    let name = PoolName::parse(POOL).unwrap();
    let pool = Pool {
        name: name.clone(),
        display_name: String::new(),
        description: "of acme".to_owned(),
        life,
        disabled: false,
    };
    answer(
        PoolSourceModel::default(),
        Found {
            project: "acme-prod".to_owned(),
            name,
            pool: Some((pool, providers)),
        },
    )
}

fn rules(model: &PoolSourceModel) -> Vec<String> {
    let findings = model.findings.known().cloned().unwrap_or_default();
    findings
        .iter()
        .map(|finding| finding.rule.text().unwrap_or_default().to_owned())
        .collect()
}

/// What is deleted lets nobody in, and what no issuer signs is not judged.
#[test]
fn only_what_lets_somebody_in_is_judged() {
    const GITHUB: &str = "https://token.actions.githubusercontent.com";
    let open = || provider_of("open", Some(GITHUB), "");
    assert!(rules(&answered(Life::Active, vec![open()])).contains(&"missing-subject".to_owned()));
    let mut deleted = open();
    deleted.life = Life::Deleted;
    let cloud = provider_of("elsewhere", None, "");
    let harmless = answered(Life::Active, vec![deleted, cloud]);
    assert_eq!(rules(&harmless), Vec::<String>::new());
    assert_eq!(
        rules(&answered(Life::Deleted, vec![open()])),
        Vec::<String>::new()
    );
    let shown = harmless.providers.known().cloned().unwrap_or_default();
    let ids: Vec<_> = shown
        .iter()
        .map(|one| one.id.text().unwrap_or_default())
        .collect();
    assert_eq!(ids, ["elsewhere", "open"]);
    assert!(shown[0].issuer_uri.is_null() && shown[0].allowed_audiences.is_null());
    assert_eq!(shown[1].state, Attr::from_text("DELETED"));
    assert!(shown[1].attribute_condition.is_null());
}

/// Providers of one pool are judged together.
#[test]
fn providers_that_give_one_identity() {
    let of = |id: &str, issuer: &str| provider_of(id, Some(issuer), "assertion.sub == 'deploy'");
    let both = answered(
        Life::Active,
        vec![
            of("one-provider", "https://one.example"),
            of("other-provider", "https://other.example"),
        ],
    );
    assert!(
        rules(&both).contains(&"providers-collide".to_owned()),
        "{:?}",
        rules(&both)
    );
}

#[test]
fn what_is_not_there_is_an_answer() {
    let name = PoolName::parse(POOL).unwrap();
    let found = Found {
        project: "acme-prod".to_owned(),
        name,
        pool: None,
    };
    let model = answer(PoolSourceModel::default(), found);
    assert_eq!(model.exists, Attr::Known(false));
    assert_eq!(model.name, Attr::from_text(POOL));
    assert!(model.state.is_null() && model.providers.is_null() && model.findings.is_null());
}
