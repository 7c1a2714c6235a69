//! The search for a token, place by place and platform by platform.

use std::borrow::Cow;
use std::path::Path;

use serde_json::{Value, json};

use super::fake_places::token;
use super::{FoundToken, PlatformToken, Surroundings, TokenError, WorkloadToken};
use crate::platforms::{DeclaredBy, Platform, by_id};

mod catalogue;
mod places;
mod secrecy;
mod whose;

const AUDIENCE: &str = "sts.amazonaws.com";

fn platform(id: &str) -> &'static Platform {
    by_id(id).unwrap_or_else(|| panic!("no platform `{id}`"))
}

fn source_of(platform: Cow<'static, Platform>, surroundings: Surroundings) -> WorkloadToken {
    let places = PlatformToken::new(platform, vec![AUDIENCE.to_owned()], surroundings);
    WorkloadToken::OfPlatform(Box::new(places))
}

fn source(id: &str, surroundings: Surroundings) -> WorkloadToken {
    source_of(Cow::Borrowed(platform(id)), surroundings)
}

async fn found(id: &str, surroundings: Surroundings) -> Result<FoundToken, TokenError> {
    source(id, surroundings).get().await
}

async fn refused(id: &str, surroundings: Surroundings) -> (String, String) {
    let error = found(id, surroundings).await.unwrap_err();
    (error.to_string(), error.hint().to_owned())
}

/// A token of GitHub.
fn of_github() -> String {
    token(&github_claims())
}

fn github_claims() -> Value {
    json!({
        "iss": "https://token.actions.githubusercontent.com", "aud": AUDIENCE,
        "sub": "repo:acme/web:ref:refs/heads/main", "exp": 4_000_000_000_u64
    })
}

/// The variables of a job of GitHub whose endpoint is there.
fn github_job(url: &str) -> [(&'static str, String); 3] {
    [
        ("GITHUB_ACTIONS", "true".to_owned()),
        (
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            format!("{url}/token?api-version=2.0"),
        ),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-bearer".to_owned()),
    ]
}

fn machine(root: &Path, variables: &[(&str, String)]) -> Surroundings {
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    Surroundings::below(root, &variables)
}

fn declared(sources: &str) -> Cow<'static, Platform> {
    let text = format!(
        "id = \"acme\"\nissuer = \"https://oidc.acme.example\"\ntenancy = \"shared\"\ntenant = \"team\"\n[variable]\n\
         team = {{ pattern = \"[a-z]+\", chosen_by = \"platform\", mutable = false }}\n[[subject]]\n\
         template = \"team:{{team}}\"\n{sources}"
    );
    Platform::named(&text, DeclaredBy::Configuration).unwrap()
}
