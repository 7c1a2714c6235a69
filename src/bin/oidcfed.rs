//! The command line, started: one TLS stack, one runtime, and everything else in the library.

use std::process::ExitCode;

use oidcfed::cli::{self, Exit};

fn main() -> ExitCode {
    // before the first client: nothing here may choose another TLS stack
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        return Exit::Failed.into();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return Exit::Failed.into();
    };
    let exit = runtime.block_on(cli::run(std::env::args_os()));
    // a read that never ends (of stdin) is not waited for
    runtime.shutdown_background();
    exit.into()
}
