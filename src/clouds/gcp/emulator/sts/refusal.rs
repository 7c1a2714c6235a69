//! The errors of the exchange (RFC 8693, section 2.2.2; RFC 6749, section 5.2).

use crate::clouds::gcp::emulator::wire::ApiError;

pub fn invalid_request(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "invalid_request", message)
}

pub fn invalid_target() -> ApiError {
    let message = "The target service indicated by the \"audience\" parameters is invalid. This might either be because the \
                   pool or provider is disabled or deleted or because it doesn't exist.";
    ApiError::new(400, "invalid_target", message)
}

pub fn invalid_grant(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "invalid_grant", message)
}

pub fn unauthorized_client(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "unauthorized_client", message)
}
