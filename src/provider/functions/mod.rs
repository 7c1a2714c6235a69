//! The functions of the provider that belong to no cloud: pure, without configuration, network or credentials.

mod arguments;
mod claims;
mod compose;
mod parse_subject;
mod platform;
mod thumbprint;

pub(super) use claims::ClaimsFunction;
pub(super) use compose::{IssuerFunction, SubjectFunction, SubjectsFunction};
pub(super) use parse_subject::ParseSubjectFunction;
pub(super) use platform::PlatformFunction;
pub(super) use thumbprint::ThumbprintFunction;

#[cfg(test)]
mod tests;
