//! Which places the search can get at, whatever the machine: what a plan says of a workload that runs elsewhere.

use super::filled::Filling;
use super::miss::Miss;
use super::surroundings::Surroundings;
use crate::platforms::{
    EnvName, Platform, RequestBody, TokenPlace, TokenRequest, TokenResponse, TokenSource, by_id, ids,
};

/// Whether the search finds a token there where the workload is set up as the platform documents: not in a place that only
/// the workload's own configuration, a library or a request knows.
pub fn is_searchable(source: &TokenSource) -> bool {
    is_reached(&source.place)
}

/// The platforms of the catalogue that this looks like, by the variables that they set.
pub fn detected(surroundings: &Surroundings) -> Vec<&'static Platform> {
    let is_set = |name: &String| surroundings.variable(name).is_some();
    ids()
        .filter_map(by_id)
        .filter(|platform| platform.detect_env.iter().any(is_set))
        .collect()
}

fn is_reached(place: &TokenPlace) -> bool {
    match place {
        TokenPlace::Env(EnvName::Fixed(_) | EnvName::OfAudience(_)) => true,
        TokenPlace::Env(EnvName::Chosen) => false,
        TokenPlace::File { path, path_env } => path.is_some() || path_env.is_some(),
        TokenPlace::Http(request) => request.response != TokenResponse::Unknown && all_told(&texts(request)),
        TokenPlace::Cli { argv, response } => {
            *response != TokenResponse::Unknown
                && all_told(&argv.iter().map(String::as_str).collect::<Vec<_>>())
        }
        TokenPlace::Header(_) | TokenPlace::Library(_) => false,
    }
}

/// What of a request is filled in.
fn texts(request: &TokenRequest) -> Vec<&str> {
    let mut texts = vec![request.url.as_str()];
    texts.extend(request.query.values().map(String::as_str));
    texts.extend(request.headers.values().map(String::as_str));
    match &request.body {
        None => {}
        Some(RequestBody::Json(members)) => texts.extend(members.values().filter_map(|value| value.as_str())),
        Some(RequestBody::Form(members)) => texts.extend(members.values().map(String::as_str)),
    }
    texts
}

/// Whether nothing stands in braces but variables and the audience.
fn all_told(templates: &[&str]) -> bool {
    let anything = Surroundings::new(|_| Some("x".to_owned()));
    let filling = Filling {
        surroundings: &anything,
        audience: Some("x"),
    };
    !templates
        .iter()
        .any(|template| matches!(filling.fill(template), Err(Miss::Untold(_))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_reached_with_variables_and_an_audience_alone() {
        for (id, reached) in [
            ("github-actions", true),
            ("gitlab-saas", true),
            ("bitbucket-pipelines", true),
            ("buildkite", true),
            ("fly", true),
            ("eks", true),
            ("jenkins", true),
            // a path, a name or an account that only the workload's configuration tells
            ("gke", false),
            ("kubernetes", false),
            ("rwx", false),
            ("keycloak", false),
            // a library
            ("deno-deploy", false),
            // nothing is known
            ("scalr", false),
        ] {
            let found = by_id(id).unwrap().token_sources.iter().any(is_searchable);
            assert_eq!(found, reached, "{id}");
        }
    }

    #[test]
    fn a_machine_looks_like_those_whose_variables_are_set() {
        let of = |variables: &[(&str, &str)]| -> Vec<String> {
            let machine = Surroundings::below(std::path::Path::new("/"), variables);
            detected(&machine)
                .iter()
                .map(|platform| platform.id.clone())
                .collect()
        };
        assert!(of(&[("PATH", "/bin")]).is_empty());
        assert_eq!(of(&[("BITBUCKET_PIPELINE_UUID", "1")]), ["bitbucket-pipelines"]);
        assert!(of(&[("GITHUB_ACTIONS", "true")]).contains(&"github-actions".to_owned()));
        assert!(of(&[("GITHUB_ACTIONS", "")]).is_empty());
    }
}
