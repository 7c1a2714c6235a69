//! The development issuer: discovery, key set, and an endpoint that mints tokens for whoever has the secret of the run.

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use ring::digest;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::oidc::{Algorithm, Clock};
use crate::trust::{IssuerUrl, Secret};

use super::keyring::{Keyring, KeyringError};
use super::mint::{self, TokenRequest};
use super::signing_key::SigningError;
use super::team::Team;

/// The header that carries the secret of the run.
pub const SECRET_HEADER: &str = "x-oidcfed-secret";

const MAX_BODY: usize = 64 * 1024;

/// Everything the development issuer is made of.
pub struct DevelopmentIssuer {
    /// The global issuer; a team's issuer is one path segment below.
    pub url: IssuerUrl,
    /// Issuers whose tokens are minted as well, because the person who started the sandbox said so.
    pub imitated: Vec<IssuerUrl>,
    pub keyring: Arc<Keyring>,
    pub secret: Secret<String>,
    pub clock: Arc<dyn Clock>,
}

type Shared = Arc<DevelopmentIssuer>;

impl DevelopmentIssuer {
    /// The paths of the issuer. Everything under `POST` takes the secret of the run.
    pub fn router(self: Arc<Self>) -> Router {
        let guarded = Router::new()
            .route("/token", post(token))
            .route("/{team}/token", post(team_token))
            .route("/api/rotate", post(rotate))
            .route("/api/withdraw", post(withdraw))
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .layer(middleware::from_fn_with_state(Arc::clone(&self), with_secret));
        Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/{team}/.well-known/openid-configuration", get(team_discovery))
            .route("/.well-known/jwks.json", get(jwks))
            .merge(guarded)
            .with_state(self)
    }

    /// The issuer of a team; nothing when the text is no name of a team.
    pub fn of_team(&self, team: &str) -> Option<IssuerUrl> {
        Team::parse(team).and_then(|team| team.issuer(&self.url).ok())
    }

    fn document(&self, issuer: &IssuerUrl) -> Value {
        json!({
            "issuer": issuer.as_str(),
            "jwks_uri": format!("{}/.well-known/jwks.json", self.url),
            "token_endpoint": format!("{issuer}/token"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "claims_supported": ["iss", "sub", "aud", "iat", "nbf", "exp", "jti"],
        })
    }

    async fn minted(&self, issuer: &IssuerUrl, others: &[IssuerUrl], request: &TokenRequest) -> Response {
        let key = match (&request.kid, request.alg.as_deref().unwrap_or("RS256")) {
            (Some(kid), alg) => self.keyring.named(kid).and_then(|key| {
                let fits = request.alg.is_none() || key.algorithm().name() == alg;
                fits.then_some(key)
                    .ok_or_else(|| KeyringError::UnknownKey(kid.clone()))
            }),
            (None, alg) => match Algorithm::from_name(alg) {
                Some(algorithm) => self.keyring.current(algorithm).await,
                None => return refused(StatusCode::BAD_REQUEST, "expected `alg` to be `RS256` or `ES256`"),
            },
        };
        let key = match key {
            Ok(key) => key,
            Err(error) => return error.into_response(),
        };
        let claims = match mint::claims(request, issuer, others, self.clock.now()) {
            Ok(claims) => claims,
            Err(error) => return refused(StatusCode::FORBIDDEN, error),
        };
        match key.sign(&claims) {
            Ok(token) => Json(json!({ "token": token, "kid": key.kid(), "claims": claims })).into_response(),
            Err(error) => KeyringError::from(error).into_response(),
        }
    }
}

async fn discovery(State(issuer): State<Shared>) -> Response {
    Json(issuer.document(&issuer.url)).into_response()
}

async fn team_discovery(State(issuer): State<Shared>, Path(team): Path<String>) -> Response {
    match issuer.of_team(&team) {
        Some(url) => Json(issuer.document(&url)).into_response(),
        None => no_team(),
    }
}

/// The RS256 key is made now at the latest: who reads a key set keeps it for a while.
async fn jwks(State(issuer): State<Shared>) -> Response {
    match issuer.keyring.current(Algorithm::Rs256).await {
        Ok(_) => Json(issuer.keyring.jwks()).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn token(State(issuer): State<Shared>, body: Result<Json<TokenRequest>, JsonRejection>) -> Response {
    match body {
        Ok(Json(request)) => issuer.minted(&issuer.url, &issuer.imitated, &request).await,
        Err(rejection) => refused(rejection.status(), rejection.body_text()),
    }
}

async fn team_token(
    State(issuer): State<Shared>,
    Path(team): Path<String>,
    body: Result<Json<TokenRequest>, JsonRejection>,
) -> Response {
    match (issuer.of_team(&team), body) {
        (None, _) => no_team(),
        (Some(_), Err(rejection)) => refused(rejection.status(), rejection.body_text()),
        (Some(url), Ok(Json(request))) => issuer.minted(&url, &[], &request).await,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    /// `RS256` or `ES256`.
    alg: String,
}

async fn rotate(State(issuer): State<Shared>, body: Result<Json<Rotation>, JsonRejection>) -> Response {
    let rotation = match body {
        Ok(Json(rotation)) => rotation,
        Err(rejection) => return refused(rejection.status(), rejection.body_text()),
    };
    let Some(algorithm) = Algorithm::from_name(&rotation.alg) else {
        return refused(StatusCode::BAD_REQUEST, "expected `alg` to be `RS256` or `ES256`");
    };
    match issuer.keyring.rotate(algorithm).await {
        Ok(key) => Json(json!({ "kid": key.kid() })).into_response(),
        Err(error) => error.into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Withdrawal {
    kid: String,
}

async fn withdraw(State(issuer): State<Shared>, body: Result<Json<Withdrawal>, JsonRejection>) -> Response {
    let withdrawal = match body {
        Ok(Json(withdrawal)) => withdrawal,
        Err(rejection) => return refused(rejection.status(), rejection.body_text()),
    };
    match issuer.keyring.withdraw(&withdrawal.kid) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => error.into_response(),
    }
}

/// SECURITY: asked before the body is read. Compared by digest, so that time says nothing about the secret.
async fn with_secret(State(issuer): State<Shared>, request: Request, next: Next) -> Response {
    if !has_secret(&issuer.secret, request.headers()) {
        let text = format!("expected the secret of this run in the header `{SECRET_HEADER}`");
        return refused(StatusCode::UNAUTHORIZED, text);
    }
    next.run(request).await
}

fn has_secret(secret: &Secret<String>, headers: &HeaderMap) -> bool {
    let hashed = |text: &[u8]| digest::digest(&digest::SHA256, text);
    let expected = hashed(secret.expose().as_bytes());
    let given = headers.get(SECRET_HEADER);
    given.is_some_and(|given| hashed(given.as_bytes()).as_ref() == expected.as_ref())
}

fn no_team() -> Response {
    let text = "expected the name of a team: a letter or digit, then letters, digits and hyphens, lower case";
    refused(StatusCode::NOT_FOUND, text)
}

fn refused(status: StatusCode, text: impl ToString) -> Response {
    (status, Json(json!({ "error": text.to_string() }))).into_response()
}

impl IntoResponse for KeyringError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Signing(SigningError::Algorithm(_)) => StatusCode::BAD_REQUEST,
            Self::Signing(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::UnknownKey(_) => StatusCode::NOT_FOUND,
            Self::CurrentKey(_) | Self::TooMany => StatusCode::CONFLICT,
        };
        refused(status, self)
    }
}
