//! The wire: what the host and the provider process say to each other.
pub mod msgpack;
