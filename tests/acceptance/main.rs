//! What a user sees, tested from outside: real HCL through the real Terraform or OpenTofu and the built provider, real AWS
//! clients, against the sandbox and against moto.
//!
//! A test that cannot run says what to install and fails. `OIDCFED_TESTS_WITHOUT=terraform,python,moto,gcloud` leaves tests out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod accounts;
mod bad_input;
mod changes;
mod clients;
mod commands;
mod demo;
mod drift;
mod exchange;
mod faults;
mod functions;
mod google;
mod google_clients;
mod guardrail;
mod harness;
mod hcl;
mod import_words;
mod imports;
mod interrupted;
mod issuer_alone;
#[path = "../left_out/mod.rs"]
mod left_out;
mod lifecycle;
mod linted;
mod ownership;
mod propagation;
mod provider_block;
mod rules;
mod secrets;
mod sharing;
mod subvectors;
mod tag_count;
mod unknowns;

/// The same test on the sandbox and on moto.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod on_sandbox {
            $(#[test] fn $test() { crate::harness::on(crate::harness::Backend::Sandbox, stringify!($test), super::$test); })+
        }
        mod on_moto {
            $(#[test] fn $test() { crate::harness::on(crate::harness::Backend::Moto, stringify!($test), super::$test); })+
        }
    };
}

/// On the sandbox alone, which does what moto lacks.
macro_rules! on_sandbox {
    ($($test:ident),+ $(,)?) => {
        mod on_sandbox_alone {
            $(#[test] fn $test() { crate::harness::on(crate::harness::Backend::Sandbox, stringify!($test), super::$test); })+
        }
    };
}

pub(crate) use {on_both, on_sandbox};
