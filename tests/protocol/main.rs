//! The plugin protocol, from outside: its tables, its values, a host written here, and the real host.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod calls;
mod descriptors;
mod driver;
mod fixture;
mod host;
#[path = "../left_out/mod.rs"]
mod left_out;
mod life;
mod offered;
mod plans;
mod programs;
mod shared;
mod terraform;
mod values;
mod values_json;
