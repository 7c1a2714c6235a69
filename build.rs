//! Makes code from data: the services from `proto/`, the list of platforms from their files.
//!
//! `proto/` is compiled without `protoc`: the server side for the library, the client side for the tests, and the
//! descriptors for the test that compares them with the protocol's tables.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost::Message;
use tonic_prost_build::FileDescriptorSet;

const FILES: [&str; 3] = [
    "proto/tfplugin6.proto",
    "proto/go_plugin.proto",
    "proto/grpc_health.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    services(&out)?;
    catalogue(&out)
}

fn services(out: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let descriptors = protox::compile(FILES, ["proto"])?;
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    for side in ["server", "client"] {
        let folder = out.join(side);
        fs::create_dir_all(&folder)?;
        generate(side, &folder, descriptors.clone())?;
    }
    Ok(())
}

fn generate(side: &str, folder: &Path, descriptors: FileDescriptorSet) -> Result<(), Box<dyn Error>> {
    tonic_prost_build::configure()
        .build_server(side == "server")
        .build_client(side == "client")
        .build_transport(false)
        .btree_map(".")
        .out_dir(folder)
        .compile_fds(descriptors)?;
    Ok(())
}

/// Lists the files of the catalogue of platforms, with the issuers in them, so that adding a platform is adding a file.
fn catalogue(out: &Path) -> Result<(), Box<dyn Error>> {
    let dir = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("src/platforms/catalogue");
    println!("cargo::rerun-if-changed={}", dir.display());
    let mut ids = Vec::new();
    for file in fs::read_dir(&dir)? {
        ids.extend(
            file?
                .file_name()
                .to_str()
                .and_then(|name| name.strip_suffix(".toml"))
                .map(str::to_owned),
        );
    }
    ids.sort();
    let mut code = format!("static CATALOGUE: [Listed; {}] = [\n", ids.len());
    for id in &ids {
        let path = dir.join(format!("{id}.toml"));
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path)?;
        writeln!(
            code,
            "Listed::new({id:?}, include_str!({path:?}), &{:?}),",
            issuers(&text)
        )?;
    }
    code.push_str("];\n");
    fs::write(out.join("catalogue.rs"), code)?;
    Ok(())
}

/// Every `issuer = "…"` that has no white space in it: variants may also be described in words.
fn issuers(text: &str) -> Vec<&str> {
    text.split("issuer = \"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(issuer, _)| issuer)
        .filter(|issuer| !issuer.contains(char::is_whitespace))
        .collect()
}
