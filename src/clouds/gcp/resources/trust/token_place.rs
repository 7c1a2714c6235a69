//! What `credential_source` is where nobody wrote one: where Google's libraries get the token of the platform that signs.
//!
//! A file that every job of the platform has, else an address that answers everybody on the machine, else this project's
//! own command line, which finds the token like the workload itself would.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use url::Url;

use super::meaning::Meaning;
use crate::oidc::is_searchable;
use crate::platforms::{HttpMethod, Platform, TokenPlace, TokenRequest, TokenResponse, TokenSource};

/// Milliseconds: longer than `oidcfed token get` waits for any one place, so that its own error is seen.
const TIMEOUT_MILLIS: u64 = 60_000;

/// Why there is no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    #[error("nothing is known of the platform that signs")]
    Unknown,
    #[error("tokens of this issuer are signed for several platforms, `{0}`, each with places of its own")]
    Several(String),
    #[error("only the workload's own configuration knows where a token of `{0}` is")]
    Configured(String),
    #[error(
        "tokens of `{platform}` that are there without being asked for have the audience `{audience}`, which this trust does \
         not accept (`audiences`)"
    )]
    OtherAudience { platform: String, audience: String },
    #[error("the audience `{0}` cannot stand in a command")]
    Unspeakable(String),
}

/// Where the tokens of the trust's platform are, for Google's libraries.
///
/// # Errors
/// Why nobody can say.
pub fn of_platform(meaning: &Meaning) -> Result<Value, NoPlace> {
    of(
        &meaning.signer.platforms,
        &meaning.audience,
        &meaning.accepted_audiences,
    )
}

/// `audience`: the one to ask for.
fn of(
    platforms: &[Cow<'static, Platform>],
    audience: &str,
    accepted: &BTreeSet<String>,
) -> Result<Value, NoPlace> {
    let platform = match platforms {
        [] => return Err(NoPlace::Unknown),
        [platform] => platform,
        several => {
            let ids: Vec<&str> = several.iter().map(|platform| platform.id.as_str()).collect();
            return Err(NoPlace::Several(ids.join("`, `")));
        }
    };
    let accepts = |source: &&TokenSource| match source.audience.as_deref() {
        // a token that Google refuses is none
        Some(fixed) if !fixed.contains('{') => accepted.contains(fixed),
        _ => true,
    };
    let sources: Vec<&TokenSource> = platform.token_sources.iter().filter(accepts).collect();
    let file = sources.iter().find_map(|source| file(source));
    let found = file.or_else(|| sources.iter().find_map(|source| url(source, audience)));
    if let Some(found) = found {
        return Ok(found);
    }
    // a platform file is nothing that the workload's machine has
    let is_of_catalogue = matches!(platform, Cow::Borrowed(_));
    if is_of_catalogue && sources.iter().any(|source| is_searchable(source)) {
        return command(platform, audience);
    }
    let mut others = platform.token_sources.iter().filter(|source| !accepts(source));
    Err(match others.find_map(|source| source.audience.clone()) {
        Some(audience) => NoPlace::OtherAudience {
            platform: platform.id.clone(),
            audience,
        },
        None => NoPlace::Configured(platform.id.clone()),
    })
}

fn file(source: &TokenSource) -> Option<Value> {
    match &source.place {
        TokenPlace::File { path: Some(path), .. } => {
            Some(json!({ "file": path, "format": { "type": "text" } }))
        }
        _ => None,
    }
}

/// A plain GET with an address and headers that everybody may know, on every machine of the platform.
fn url(source: &TokenSource, audience: &str) -> Option<Value> {
    let (TokenPlace::Http(request), None) = (&source.place, &source.when) else {
        return None;
    };
    let TokenRequest {
        method: HttpMethod::Get,
        socket: None,
        socket_env: None,
        body: None,
        ..
    } = &**request
    else {
        return None;
    };
    let fixed = |template: &str| {
        let has_others = template.replace("{audience}", "").contains('{');
        (!has_others).then(|| template.replace("{audience}", audience))
    };
    if request.url.contains('{') {
        return None;
    }
    let mut url = Url::parse(&request.url).ok()?;
    for (name, value) in &request.query {
        url.query_pairs_mut().append_pair(name, &fixed(value)?);
    }
    let headers: Option<Map<String, Value>> = request
        .headers
        .iter()
        .map(|(name, value)| Some((name.clone(), json!(fixed(value)?))))
        .collect();
    let format = match &request.response {
        TokenResponse::Bare => json!({ "type": "text" }),
        TokenResponse::Member(name) => json!({ "type": "json", "subject_token_field_name": name }),
        TokenResponse::Unknown => return None,
    };
    let mut source = Map::new();
    source.insert("url".to_owned(), json!(url.as_str()));
    let headers = headers?;
    if !headers.is_empty() {
        source.insert("headers".to_owned(), Value::Object(headers));
    }
    source.insert("format".to_owned(), format);
    Some(Value::Object(source))
}

/// Libraries split a command at white space, and some of them know quotation marks: there is no way to write either.
fn command(platform: &Platform, audience: &str) -> Result<Value, NoPlace> {
    let splits = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\');
    if audience.contains(splits) {
        return Err(NoPlace::Unspeakable(audience.to_owned()));
    }
    let command = format!(
        "oidcfed token get --platform {} --audience {audience} --format google-executable",
        platform.id
    );
    Ok(json!({ "executable": { "command": command, "timeout_millis": TIMEOUT_MILLIS } }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms::{by_id, ids};

    const AUDIENCE: &str =
        "https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/main";

    fn with(id: &str, audience: &str) -> Result<Value, NoPlace> {
        let platform = Cow::Borrowed(by_id(id).unwrap());
        of(&[platform], audience, &[audience.to_owned()].into())
    }

    fn place(id: &str) -> Result<Value, NoPlace> {
        with(id, AUDIENCE)
    }

    #[test]
    fn a_file_that_every_job_has_comes_first() {
        let file = |path: &str| json!({ "file": path, "format": { "type": "text" } });
        // behind a variable in the catalogue, which only this project's command line reads
        assert_eq!(place("spacelift"), Ok(file("/mnt/workspace/spacelift.oidc")));
        let of_eks = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token";
        assert_eq!(with("eks", "sts.amazonaws.com"), Ok(file(of_eks)));
    }

    #[test]
    fn a_file_whose_tokens_google_refuses_is_none() {
        let refused = |platform: &str, audience: &str| {
            let (platform, audience) = (platform.to_owned(), audience.to_owned());
            Err(NoPlace::OtherAudience { platform, audience })
        };
        assert_eq!(place("eks"), refused("eks", "sts.amazonaws.com"));
        assert_eq!(place("aks"), refused("aks", "api://AzureADTokenExchange"));
        assert_eq!(place("modal"), refused("modal", "oidc.modal.com"));
        // beside its file, Fly has a socket that gives tokens of any audience
        assert!(place("fly").unwrap()["executable"].is_object());
    }

    #[test]
    fn an_address_that_everybody_may_know() {
        assert_eq!(
            with("entra-managed-identity", "api://acme & co"),
            Ok(json!({
                "url": "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2Facme+%26+co",
                "headers": { "Metadata": "true" },
                "format": { "type": "json", "subject_token_field_name": "access_token" },
            }))
        );
        let google = with("google-service-account", "x").unwrap();
        assert_eq!(google["headers"], json!({ "Metadata-Flavor": "Google" }));
        assert_eq!(google["format"], json!({ "type": "text" }));
    }

    #[test]
    fn a_command_finds_what_libraries_cannot() {
        for id in [
            "github-actions",
            "gitlab-saas",
            "bitbucket-pipelines",
            "buildkite",
            "cursor-cloud",
            "jenkins",
        ] {
            let command =
                format!("oidcfed token get --platform {id} --audience {AUDIENCE} --format google-executable");
            assert_eq!(
                place(id),
                Ok(json!({ "executable": { "command": command, "timeout_millis": 60_000 } }))
            );
        }
        for audience in ["two words", "a\"b", "it's", "a\\b"] {
            assert_eq!(
                with("github-actions", audience),
                Err(NoPlace::Unspeakable(audience.to_owned()))
            );
        }
    }

    #[test]
    fn nobody_can_say() {
        for id in ["kubernetes", "gke", "rwx", "deno-deploy", "scalr"] {
            assert_eq!(place(id), Err(NoPlace::Configured(id.to_owned())));
        }
        let accepted = BTreeSet::from([AUDIENCE.to_owned()]);
        assert_eq!(of(&[], AUDIENCE, &accepted), Err(NoPlace::Unknown));
        let two = ["circleci", "circleci-server"].map(|id| Cow::Borrowed(by_id(id).unwrap()));
        assert_eq!(
            of(&two, AUDIENCE, &accepted),
            Err(NoPlace::Several("circleci`, `circleci-server".to_owned()))
        );
        // the workload's machine does not have the platform file
        let mut declared = by_id("github-actions").unwrap().clone();
        declared.id = "acme-ci".to_owned();
        let own = [Cow::Owned(declared)];
        assert_eq!(
            of(&own, AUDIENCE, &accepted),
            Err(NoPlace::Configured("acme-ci".to_owned()))
        );
    }

    /// What the plan promises for a platform of the catalogue holds no secret and nothing that is still to be filled in.
    #[test]
    fn every_platform_is_said_or_has_a_reason() {
        for source in ids().filter_map(|id| place(id).ok()) {
            let text = source.to_string();
            assert!(!text.contains("${") && !text.contains("{audience}"), "{text}");
            let kinds = ["file", "url", "executable"]
                .iter()
                .filter(|kind| !source[**kind].is_null());
            assert_eq!(kinds.count(), 1, "{text}");
        }
    }
}
