//! A token source of a configuration, and the token that is found.

use std::borrow::Cow;
use std::path::PathBuf;

use super::error::TokenError;
use super::surroundings::Surroundings;
use super::{MAX_TOKEN, file, search};
use crate::oidc::excerpt::{excerpt, excerpt_of};
use crate::oidc::json::Duplicates;
use crate::oidc::unverified::Unverified;
use crate::platforms::Platform;
use crate::trust::{Claims, Secret};

/// Where a cloud's login gets the workload's token.
#[derive(Clone, Debug)]
pub enum WorkloadToken {
    /// The token itself.
    Given(Secret<String>),
    /// Read again every time, because platforms rotate it.
    File(PathBuf),
    /// Looked for where a platform puts it.
    OfPlatform(Box<PlatformToken>),
}

/// The places of one platform, and the audiences that the receiver accepts.
#[derive(Clone, Debug)]
pub struct PlatformToken {
    pub(super) platform: Cow<'static, Platform>,
    pub(super) audiences: Vec<String>,
    pub(super) surroundings: Surroundings,
}

/// A token, with what it says of itself. Nobody verified it: that is for whom it is sent to.
#[derive(Clone, Debug)]
pub struct FoundToken {
    pub token: Secret<String>,
    /// Where it was found, in words.
    pub place: String,
    claims: Option<Claims>,
}

impl WorkloadToken {
    /// The token as it is now.
    ///
    /// # Errors
    /// A file that cannot be read or holds nothing; a platform none of whose places has a token of it.
    pub async fn get(&self) -> Result<FoundToken, TokenError> {
        match self {
            Self::Given(token) => Ok(FoundToken::new(token.clone(), "the configuration".to_owned())),
            Self::File(path) => {
                let token = file::read(path).await.map_err(|miss| TokenError::File {
                    path: path.clone(),
                    miss,
                })?;
                Ok(FoundToken::new(token, format!("the file `{}`", path.display())))
            }
            Self::OfPlatform(places) => search::walk(places).await,
        }
    }
}

impl PlatformToken {
    /// `audiences` are those that the receiver accepts; where a token can be asked for one, the first is. None: a token of any
    /// audience that is there without being asked for.
    pub fn new(platform: Cow<'static, Platform>, audiences: Vec<String>, surroundings: Surroundings) -> Self {
        Self {
            platform,
            audiences,
            surroundings,
        }
    }

    /// The platform whose token it is.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// The audiences that the receiver accepts, the one to ask for first.
    pub fn audiences(&self) -> &[String] {
        &self.audiences
    }
}

impl FoundToken {
    /// A token of which nothing is known but where it was.
    pub(super) fn new(token: Secret<String>, place: String) -> Self {
        let decoded = Unverified::decode(token.expose(), MAX_TOKEN, Duplicates::Refuse).ok();
        let claims = decoded.map(|decoded| decoded.unverified().clone());
        Self { token, place, claims }
    }

    pub(super) fn of_claims(token: Secret<String>, place: String, claims: Claims) -> Self {
        let claims = Some(claims);
        Self { token, place, claims }
    }

    /// What it says, where it can be read.
    pub fn claims(&self) -> Option<&Claims> {
        self.claims.as_ref()
    }

    /// When it ends, in seconds since 1970, where it says so.
    pub fn expires_at(&self) -> Option<i64> {
        self.claims.as_ref()?.get("exp")?.as_i64()
    }

    /// Where it was, and who it says it is for whom: what a receiver that refuses it compares, and nothing else of it.
    pub fn told(&self) -> String {
        let mut told = format!("the token from {}", self.place);
        let Some(claims) = &self.claims else {
            return told;
        };
        let text = |name: &str| claims.text(name).map(excerpt).unwrap_or_default();
        told += &format!(
            " (issuer `{}`, subject `{}`, audience `{}`)",
            text("iss"),
            text("sub"),
            claims.get("aud").map(excerpt_of).unwrap_or_default()
        );
        told
    }
}
