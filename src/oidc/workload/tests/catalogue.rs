//! Every place of every platform of the catalogue, faked as the catalogue describes it, one at a time.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use super::super::fake_places::{Endpoint, program, token};
use super::*;
use crate::platforms::filled::filled;
use crate::platforms::{EnvName, RequestBody, TokenPlace, TokenRequest, TokenResponse, ids};

/// Places that no program finds by itself, and why. A place that is added to the catalogue is found, or stands here.
const NOT_FOUND: [(&str, &str); 18] = [
    ("auth0", "nothing here tells its `tenant_host`"),
    ("azure-devops-entra", "nothing here tells its `connection_id`"),
    ("deno-deploy", "only a library of the platform can ask for it"),
    ("gke", "only the workload's own configuration knows its name"),
    ("google-service-account", "nothing here tells its `email`"),
    ("jenkins", "only the workload's own configuration knows its name"),
    ("keycloak", "nothing here tells its `hostname`"),
    ("kubernetes", "nothing here tells its `service_account`"),
    (
        "kubernetes",
        "only the workload's own configuration knows its name",
    ),
    (
        "octopus-deploy",
        "only the workload's own configuration knows its name",
    ),
    ("okta", "nothing here tells its `okta_domain`"),
    ("rwx", "only the workload's own configuration knows its name"),
    ("vercel", "nothing here tells its `project`"),
    ("vercel", "nothing here tells its `token`"),
    ("vercel", "only a request that the workload serves has it"),
    ("vercel-global", "nothing here tells its `project`"),
    ("vercel-global", "nothing here tells its `token`"),
    ("vercel-global", "only a request that the workload serves has it"),
];

/// A token that the platform may sign.
fn own_token(platform: &Platform) -> String {
    let form = platform.issuers[0].template.as_str();
    let issuer = filled(platform, form, "").unwrap_or_else(|| panic!("no issuer: {}", platform.id));
    // an enterprise there has a name of one label
    let issuer = issuer.replace("own.example.com.ghe.com", "acme.ghe.com");
    let subject = platform.subjects.iter().find_map(|form| form.example.clone());
    token(&json!({ "iss": issuer, "sub": subject, "aud": AUDIENCE, "exp": 4_000_000_000_u64 }))
}

fn answer(response: &TokenResponse, token: &str) -> String {
    match response {
        TokenResponse::Member(name) => json!({ name: token }).to_string(),
        _ => format!("{token}\n"),
    }
}

/// Names of variables in a text of the catalogue.
fn variables_in(text: &str) -> Vec<String> {
    let starts = text.match_indices("${").map(|(at, _)| &text[at + 2..]);
    starts
        .map(|rest| rest[..rest.find('}').unwrap()].to_owned())
        .collect()
}

struct Faked {
    surroundings: Surroundings,
    /// Checked after the search.
    endpoint: Option<Endpoint>,
}

/// A machine that has this place and no other.
async fn fake(root: &Path, place: &TokenPlace, token: &str) -> Faked {
    let mut variables = vec![("PATH".to_owned(), format!("{}/bin", root.display()))];
    let mut endpoint = None;
    let mut detour = None;
    match place {
        TokenPlace::Env(EnvName::Fixed(name)) => variables.push((name.clone(), token.to_owned())),
        TokenPlace::Env(EnvName::OfAudience(behind)) => {
            variables.push((format!("STS_AMAZONAWS_COM{behind}"), token.to_owned()));
        }
        TokenPlace::File { path, path_env } => {
            let file = match (path, path_env) {
                (Some(path), _) => root.join(path.trim_start_matches('/')),
                (None, _) => root.join("elsewhere/token"),
            };
            if let (None, Some(name)) = (path, path_env) {
                variables.push((name.clone(), file.display().to_string()));
            }
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, token).unwrap();
        }
        TokenPlace::Http(request) => {
            let text = answer(&request.response, token);
            let served = move |_: &_, _| (200, Vec::new(), text.clone());
            let found = match &request.socket {
                Some(socket) => Endpoint::behind(&root.join(socket.trim_start_matches('/')), served),
                None if request.url.starts_with('$') => Endpoint::on_loopback(served).await,
                None => {
                    let socket = root.join("network");
                    detour = Some(socket.clone());
                    Endpoint::behind(&socket, served)
                }
            };
            for name in variables_in(&request.url) {
                variables.push((name, format!("{}/asked?given=1", found.url)));
            }
            for name in request.headers.values().flat_map(|value| variables_in(value)) {
                let secret = format!("secret-of-{name}");
                variables.push((name, secret));
            }
            endpoint = Some(found);
        }
        TokenPlace::Cli { argv, response } => {
            let text = answer(response, token);
            program(&root.join("bin"), &argv[0], &format!("echo '{text}'"));
        }
        TokenPlace::Env(EnvName::Chosen) | TokenPlace::Header(_) | TokenPlace::Library(_) => {}
    }
    let pairs: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut surroundings = Surroundings::below(root, &pairs);
    if let Some(socket) = detour {
        surroundings = surroundings.by_detour(&socket);
    }
    Faked {
        surroundings,
        endpoint,
    }
}

/// The request is the one that the catalogue describes.
fn check_request(id: &str, request: &TokenRequest, endpoint: &Endpoint) {
    let asked = endpoint.asked();
    assert_eq!(asked.len(), 1, "{id}: {asked:?}");
    let asked = &asked[0];
    assert!(
        asked.line.starts_with(&format!("{} ", request.method)),
        "{id}: {}",
        asked.line
    );
    if request.url.starts_with('$') {
        assert!(asked.line.contains("/asked?given=1"), "{id}: {}", asked.line);
    }
    for (name, value) in &request.query {
        let value = value.replace("{audience}", AUDIENCE);
        assert!(
            asked.line.contains(&format!("{name}={value}")),
            "{id}: {}",
            asked.line
        );
    }
    for (name, value) in &request.headers {
        let mut value = value.clone();
        for name in variables_in(&value) {
            value = value.replace(&format!("${{{name}}}"), &format!("secret-of-{name}"));
        }
        assert_eq!(asked.headers[&name.to_lowercase()], value, "{id}");
    }
    match &request.body {
        Some(RequestBody::Json(members)) => {
            let body: Value = serde_json::from_str(&asked.body).unwrap();
            let wanted = json!(members).to_string().replace("{audience}", AUDIENCE);
            assert_eq!(body.to_string(), wanted, "{id}");
        }
        Some(RequestBody::Form(_)) => panic!("{id}: nobody can fill a form yet"),
        None => assert_eq!(asked.body, "", "{id}"),
    }
}

fn check_arguments(id: &str, root: &Path, argv: &[String]) {
    let kept = std::fs::read_to_string(root.join(format!("bin/{}.arguments", argv[0]))).unwrap();
    let wanted: Vec<String> = argv[1..]
        .iter()
        .map(|one| one.replace("{audience}", AUDIENCE))
        .collect();
    assert_eq!(kept.lines().collect::<Vec<_>>(), wanted, "{id}");
}

#[tokio::test]
async fn every_place_of_the_catalogue_is_found_or_said_to_be_out_of_reach() {
    let mut kinds = BTreeSet::new();
    let mut out_of_reach = BTreeSet::new();
    for id in ids() {
        let platform = platform(id);
        for source in &platform.token_sources {
            let root = tempfile::tempdir().unwrap();
            let token = own_token(platform);
            let faked = fake(root.path(), &source.place, &token).await;
            match found(id, faked.surroundings).await {
                Ok(found) => {
                    assert_eq!(found.token.expose(), &token, "{id}: {source}");
                    match (&source.place, &faked.endpoint) {
                        (TokenPlace::Http(request), Some(endpoint)) => check_request(id, request, endpoint),
                        (TokenPlace::Cli { argv, .. }, _) => check_arguments(id, root.path(), argv),
                        _ => {}
                    }
                    kinds.insert(match source.place {
                        TokenPlace::Env(_) => "env",
                        TokenPlace::File { .. } => "file",
                        TokenPlace::Http(ref request) if request.socket.is_some() => "socket",
                        TokenPlace::Http(_) => "http",
                        TokenPlace::Cli { .. } => "command",
                        TokenPlace::Header(_) | TokenPlace::Library(_) => "never",
                    });
                }
                Err(TokenError::NoneFound { tried, hint, .. }) => {
                    assert!(!hint.is_empty(), "{id}");
                    // by its own place where that was told, else with the first of the same fault
                    let own = tried.iter().find(|one| one.place == source.place.to_string());
                    let miss = own.map(|one| one.miss.to_string());
                    let miss = miss
                        .unwrap_or_else(|| "only the workload's own configuration knows its name".to_owned());
                    out_of_reach.insert((id.to_owned(), miss));
                }
                Err(other) => panic!("{id}: {other}"),
            }
        }
    }
    assert_eq!(
        kinds,
        BTreeSet::from(["command", "env", "file", "http", "socket"])
    );
    let known: BTreeSet<_> = NOT_FOUND
        .map(|(id, miss)| (id.to_owned(), miss.to_owned()))
        .into();
    assert_eq!(out_of_reach, known);
}
