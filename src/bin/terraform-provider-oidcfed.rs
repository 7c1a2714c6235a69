//! The plugin that Terraform and OpenTofu start.

use std::process::ExitCode;

use oidcfed::plugin::{About, serve};
use oidcfed::provider::Oidcfed;

const ABOUT: About = About {
    name: "oidcfed",
    // without a host, so that each host takes its own registry
    address: "oidcfed/oidcfed",
    version: env!("CARGO_PKG_VERSION"),
};

fn main() -> ExitCode {
    // the other crates that make TLS connections take the process's default
    let _ = rustls::crypto::ring::default_provider().install_default();
    serve(&ABOUT, Oidcfed::default())
}
