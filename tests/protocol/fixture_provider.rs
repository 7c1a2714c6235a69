//! The program of the fixture provider. Cargo runs it as if it were a test; then there is nothing to do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

#[path = "fixture/mod.rs"]
mod fixture;

use std::process::ExitCode;

use oidcfed::plugin::{About, serve};

const ABOUT: About = About {
    name: "fixture",
    // without a host name it is, to Terraform and to OpenTofu, at their own registry
    address: "oidcfed/fixture",
    version: "0.0.1",
};

fn main() -> ExitCode {
    let asked = std::env::var_os("TF_PLUGIN_MAGIC_COOKIE").is_some();
    let mut arguments = std::env::args().skip(1);
    if !asked && !arguments.any(|argument| argument == "--debug" || argument == "--by-hand") {
        println!("the fixture provider serves the tests of the protocol; nothing to test here");
        return ExitCode::SUCCESS;
    }
    serve(&ABOUT, fixture::Fixture::default())
}
