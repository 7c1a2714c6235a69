//! The places of a platform, one after another, the best first.

use super::command;
use super::error::{self, TokenError, Tried};
use super::filled::Filling;
use super::miss::Miss;
use super::source::{FoundToken, PlatformToken};
use super::{file, judged, request};
use crate::platforms::{EnvName, TokenPlace, TokenSource, generic_token_sources};
use crate::trust::Secret;

/// The first token of the platform that one of its places has; after them come the variables that tools agree on.
pub(super) async fn walk(places: &PlatformToken) -> Result<FoundToken, TokenError> {
    let mut looked_at: Vec<(TokenSource, Miss)> = Vec::new();
    let own = places.platform.token_sources.iter().cloned();
    let agreed = generic_token_sources().into_iter().filter(is_passive);
    for source in own.chain(agreed) {
        let miss = match places.look(&source).await {
            Ok(found) => return Ok(found),
            Err(miss) => miss,
        };
        let known =
            |(earlier, before): &(TokenSource, Miss)| earlier.place == source.place || *before == miss;
        if !looked_at.iter().any(known) {
            looked_at.push((source, miss));
        }
    }
    let platform = &places.platform;
    let hint = error::hint(platform, &looked_at, &places.surroundings);
    let tried = looked_at.into_iter().map(|(source, miss)| Tried {
        place: source.place.to_string(),
        miss,
    });
    Err(TokenError::NoneFound {
        platform: platform.id.clone(),
        tried: tried.collect(),
        hint,
    })
}

/// SECURITY: what tools agree on is tried for any platform, so that nothing is asked or run for it.
fn is_passive(source: &TokenSource) -> bool {
    matches!(source.place, TokenPlace::Env(_) | TokenPlace::File { .. })
}

impl PlatformToken {
    async fn look(&self, source: &TokenSource) -> Result<FoundToken, Miss> {
        let (token, place) = self.fetch(&source.place).await?;
        let claims = judged::of_platform(token.expose(), &self.platform, self.surroundings.now())?;
        Ok(FoundToken::of_claims(token, place, claims))
    }

    /// What lies in a place, and its name.
    async fn fetch(&self, place: &TokenPlace) -> Result<(Secret<String>, String), Miss> {
        let surroundings = &self.surroundings;
        let filling = Filling {
            surroundings,
            audience: self.audiences.first().map(String::as_str),
        };
        let token = match place {
            TokenPlace::Env(name) => return self.variable(name),
            TokenPlace::File { path, path_env } => {
                let named = path_env.as_ref().and_then(|name| surroundings.variable(name));
                let path = match (named, path, path_env) {
                    (Some(path), ..) => path.into(),
                    (None, Some(path), _) => surroundings.path(path),
                    (None, None, Some(name)) => return Err(Miss::NotSet(name.clone())),
                    (None, None, None) => return Err(Miss::OnlyConfigured),
                };
                let token = file::read(&path).await?;
                return Ok((token, format!("the file `{}`", path.display())));
            }
            TokenPlace::Http(asked) => request::ask(asked, &filling).await?,
            TokenPlace::Cli { argv, response } => command::run(argv, response, &filling).await?,
            TokenPlace::Header(_) => return Err(Miss::OfServedRequest),
            TokenPlace::Library(_) => return Err(Miss::OfLibrary),
        };
        Ok((token, place.to_string()))
    }

    fn variable(&self, name: &EnvName) -> Result<(Secret<String>, String), Miss> {
        let possible: Vec<String> = match name {
            EnvName::Fixed(name) => vec![name.clone()],
            EnvName::Chosen => return Err(Miss::OnlyConfigured),
            EnvName::OfAudience(_) if self.audiences.is_empty() => return Err(Miss::NoAudience),
            EnvName::OfAudience(_) => {
                let audiences = self.audiences.iter();
                audiences
                    .filter_map(|audience| name.for_audience(audience))
                    .collect()
            }
        };
        let mut names: Vec<String> = Vec::new();
        for name in possible {
            if let Some(value) = self.surroundings.variable(&name) {
                let token = Secret::new(value.trim().to_owned());
                return Ok((token, format!("the environment variable `{name}`")));
            }
            if !names.contains(&name) {
                names.push(name);
            }
        }
        match names.as_slice() {
            [] => Err(Miss::OnlyConfigured),
            [name] => Err(Miss::NotSet(name.clone())),
            several => Err(Miss::NoneSet(several.join("`, `"))),
        }
    }
}
