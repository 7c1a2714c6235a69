//! Where workloads find their tokens.

use super::{file, platform};
use crate::platforms::{EnvName, RequestBody, TokenPlace, TokenResponse, generic_token_sources, ids};
use crate::shared_files::shared_text;

#[test]
fn every_source_of_the_catalogue_is_read_and_described() {
    for id in ids() {
        let own = file(id)
            .get("token_source")
            .and_then(|list| Some(list.as_array()?.len()));
        let sources = &platform(id).token_sources;
        if let Some(count) = own {
            assert_eq!(sources.len(), count, "{id}");
        }
        for source in sources {
            let told = source.to_string();
            assert!(told.starts_with("the ") || told.starts_with("a"), "{id} {told}");
            assert!(!told.contains("None") && !told.ends_with(' '), "{id} {told}");
        }
    }
    assert_eq!(
        platform("github-actions-enterprise").token_sources,
        platform("github-actions").token_sources
    );
}

#[test]
fn a_source_of_each_kind() {
    let first = |id: &str| &platform(id).token_sources[0];
    assert_eq!(
        first("github-actions").to_string(),
        "the answer to GET `${ACTIONS_ID_TOKEN_REQUEST_URL}`, its member `value`; needs: permission id-token: write on the job"
    );
    let TokenPlace::Http(request) = &first("fly").place else {
        panic!()
    };
    assert_eq!(
        (request.socket.as_deref(), &request.response),
        (Some("/.fly/api"), &TokenResponse::Bare)
    );
    assert!(matches!(&request.body, Some(RequestBody::Json(members)) if members["aud"] == "{audience}"));
    assert_eq!(
        platform("fly").token_sources[1].to_string(),
        "the file that the environment variable `AWS_WEB_IDENTITY_TOKEN_FILE` names, or `/.fly/oidc_token`, always for the audience `sts.amazonaws.com`; needs: AWS_ROLE_ARN set on the app"
    );
    let TokenPlace::Env(name) = &first("gitlab-saas").place else {
        panic!()
    };
    assert_eq!(
        name.for_audience("sts.amazonaws.com").as_deref(),
        Some("STS_AMAZONAWS_COM_ID_TOKEN")
    );
    assert_eq!(first("jenkins").place, TokenPlace::Env(EnvName::Chosen));
    assert_eq!(EnvName::Chosen.for_audience("a"), None);
    assert_eq!(
        first("buildkite").to_string(),
        "the output of `buildkite-agent oidc request-token --audience {audience}`"
    );
    assert_eq!(
        platform("vercel").token_sources[1].place,
        TokenPlace::Header("x-vercel-oidc-token".to_owned())
    );
    assert_eq!(
        first("kubernetes").to_string(),
        "a file at a path that the workload's configuration names"
    );
    assert!(
        first("deno-deploy")
            .to_string()
            .starts_with("a call of the platform's library: getIdToken")
    );
    let TokenPlace::Http(request) = &platform("google-service-account").token_sources[1].place else {
        panic!()
    };
    assert!(matches!(&request.body, Some(RequestBody::Json(members)) if members["includeEmail"] == true));
}

#[test]
fn the_generic_sources_are_those_of_the_facts() {
    let found = generic_token_sources();
    assert_eq!(found.len(), 5);
    let TokenPlace::Http(request) = &found[4].place else {
        panic!()
    };
    assert_eq!(request.url, "${ARM_OIDC_REQUEST_URL}");
    assert_eq!(
        request.headers["Authorization"],
        "Bearer ${ARM_OIDC_REQUEST_TOKEN}"
    );
    assert_eq!(request.response, TokenResponse::Unknown);
    let Some(facts) = shared_text("facts/platforms.toml") else {
        return;
    };
    let facts: toml::Table = facts.parse().unwrap();
    let own: toml::Table = include_str!("../generic_token_sources.toml").parse().unwrap();
    assert_eq!(own.get("generic_token_source"), facts.get("generic_token_source"));
}
