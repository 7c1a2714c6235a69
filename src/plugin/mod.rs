//! The wire: what the host and the provider process say to each other.
//!
//! Owns the start (handshake, mutual TLS, listener), the services of go-plugin and of protocol 6, MessagePack, the
//! log on standard error, and the end of the process. Knows nothing of what a plan means: that is
//! [`framework`](crate::framework), whose server every call is handed to.

mod calendar;
mod connections;
mod convert;
mod handshake;
mod listener;
mod log;
pub mod msgpack;
mod process;
pub mod proto;
mod service;
mod side_services;
#[cfg(unix)]
mod socket;
mod tls;

pub use process::{About, serve};
