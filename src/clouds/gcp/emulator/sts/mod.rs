//! The Security Token Service: the token of an issuer for an access token of an identity of a pool.

mod exchange;
mod refusal;
mod request;
mod token;

pub use exchange::exchange;
