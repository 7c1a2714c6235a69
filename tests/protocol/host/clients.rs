//! The client side of the protocol, as the build script compiles it.
#![allow(clippy::all, dead_code)]

pub mod tfplugin6 {
    include!(concat!(env!("OUT_DIR"), "/client/tfplugin6.rs"));
}

pub mod go_plugin {
    include!(concat!(env!("OUT_DIR"), "/client/plugin.rs"));
}

pub mod health {
    include!(concat!(env!("OUT_DIR"), "/client/grpc.health.v1.rs"));
}
