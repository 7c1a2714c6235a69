//! `/_oidcfed/…`: counters and faults for tests outside this process. No part of Google Cloud.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use ring::hmac;

use super::faults::Faults;
use super::instance::Emulator;

/// The header that carries the secret of the run.
const SECRET_HEADER: &str = "x-oidcfed-secret";

/// `GET|DELETE /_oidcfed/calls`, `GET|PUT /_oidcfed/faults`.
pub fn routes() -> Router<Arc<Emulator>> {
    Router::new()
        .route("/_oidcfed/calls", get(calls).delete(reset_calls))
        .route("/_oidcfed/faults", get(faults).put(set_faults))
}

async fn calls(State(emulator): State<Arc<Emulator>>) -> Response {
    Json(emulator.calls()).into_response()
}

async fn reset_calls(State(emulator): State<Arc<Emulator>>, headers: HeaderMap) -> Response {
    if !permitted(&emulator, &headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    emulator.reset_calls();
    StatusCode::NO_CONTENT.into_response()
}

async fn faults(State(emulator): State<Arc<Emulator>>) -> Response {
    let faults = emulator.fault_plan().faults().clone();
    Json(faults).into_response()
}

async fn set_faults(
    State(emulator): State<Arc<Emulator>>,
    headers: HeaderMap,
    Json(faults): Json<Faults>,
) -> Response {
    if !permitted(&emulator, &headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    emulator.set_faults(faults);
    StatusCode::NO_CONTENT.into_response()
}

/// SECURITY: without a secret in the settings nobody is permitted. Compared in constant time, by way of a keyed digest.
fn permitted(emulator: &Emulator, headers: &HeaderMap) -> bool {
    let (Some(expected), Some(given)) = (&emulator.run_secret, headers.get(SECRET_HEADER)) else {
        return false;
    };
    let tag = |secret: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, secret);
    let given = hmac::sign(&tag(given.as_bytes()), b"");
    hmac::verify(&tag(expected.expose().as_bytes()), b"", given.as_ref()).is_ok()
}
