//! What the emulated accounts hold, in memory.
//!
//! Owns the objects of IAM (providers, roles, policies, instance profiles), the access keys and the sessions, and the
//! rules that make two names the same. Knows neither HTTP nor who may do what.

mod account;
mod catalogue;
mod document;
mod key;
mod managed;
mod policy;
mod profile;
mod provider;
mod role;
mod tags;
mod world;

pub use account::Account;
pub use document::Document;
pub use key::{AccessKey, Credentials, Principal, Session, User};
pub use managed::{AwsPolicy, aws_policies};
pub use policy::{AnyPolicy, Policy};
pub use profile::Profile;
pub use provider::Provider;
pub use role::Role;
pub use tags::{KeyCase, Tags};
pub use world::World;
