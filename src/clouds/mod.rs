//! Who trusts: one folder per cloud, the same names in each.

pub mod aws;
pub mod guardrail;
pub mod trust_arguments;
