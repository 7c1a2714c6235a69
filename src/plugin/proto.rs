//! The messages and services of `proto/`, as the build script compiles them.
#![allow(clippy::all, clippy::pedantic, missing_docs)]

/// The provider protocol, version 6.
pub mod tfplugin6 {
    include!(concat!(env!("OUT_DIR"), "/server/tfplugin6.rs"));
}

/// What go-plugin expects beside it.
pub mod go_plugin {
    include!(concat!(env!("OUT_DIR"), "/server/plugin.rs"));
}

/// The health check.
pub mod health {
    include!(concat!(env!("OUT_DIR"), "/server/grpc.health.v1.rs"));
}
