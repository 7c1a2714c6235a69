//! The policy language of IAM as data: everything that may stand in a policy document, read, written and compared by
//! meaning. What a policy does with a request is the business of `evaluate`.

mod condition;
mod document;
mod error;
mod json;
mod meaning;
mod operator;
mod parse;
mod principal;
mod quota;
mod statement;
mod write;

#[cfg(test)]
mod property_test;

pub use condition::{Condition, ConditionKey};
pub use document::{PolicyDocument, Version};
pub use error::PolicyError;
pub use meaning::means_same;
pub use operator::{Operator, Qualifier, Test};
pub use principal::{PrincipalKind, PrincipalSet};
pub use quota::length_without_white_space;
pub use statement::{Actions, Effect, Principals, Resources, Statement};
