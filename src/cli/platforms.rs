//! `--platform FILE`: platforms that the catalogue does not have, and what they say about a token.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::platforms::{DeclaredBy, Platform, infer_with};
use crate::trust::{Claims, IssuerUrl};

use super::exit::Failure;
use super::inputs::{Inputs, name};

/// Platform files, each with one platform.
#[derive(Debug, Args)]
pub struct PlatformFiles {
    /// A platform that the catalogue does not have, as a platform file (TOML); may be given several times
    #[arg(long = "platform", value_name = "FILE")]
    paths: Vec<PathBuf>,
}

impl PlatformFiles {
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.paths.iter().map(PathBuf::as_path)
    }

    /// # Errors
    /// A file that cannot be read, or that declares no platform.
    pub fn read(&self, inputs: &Inputs) -> Result<Vec<Platform>, Failure> {
        self.paths().map(|path| read(path, inputs)).collect()
    }
}

fn read(path: &Path, inputs: &Inputs) -> Result<Platform, Failure> {
    let text = inputs.read(path)?;
    Platform::read(&text, DeclaredBy::CommandLine)
        .map_err(|error| Failure::new(format!("{}: {error}", name(path))))
}

/// What declared platforms say about a token: whose issuer it is, and how its subject reads.
pub fn said_of(claims: &Claims, declared: &[Platform]) -> Vec<String> {
    if declared.is_empty() {
        return Vec::new();
    }
    let Some(issuer) = claims.text("iss").and_then(|text| IssuerUrl::parse(text).ok()) else {
        return vec!["no platform is asked about, because `iss` is not the URL of an issuer".to_owned()];
    };
    let inference = infer_with(&issuer, declared);
    let mut said = vec![match inference.platforms.is_empty() {
        true => format!("`{issuer}` is the issuer of no platform that is declared or in the catalogue"),
        false => format!(
            "`{issuer}` is the issuer of `{}` ({})",
            inference.id(),
            inference.tenancy
        ),
    }];
    let ours = inference
        .platforms
        .iter()
        .filter(|platform| declared.iter().any(|own| std::ptr::eq(own, **platform)));
    if let Some(subject) = claims.text("sub") {
        said.extend(ours.map(|platform| reading(platform, subject)));
    }
    said
}

fn reading(platform: &Platform, subject: &str) -> String {
    let readings = platform.parse_subject(subject);
    let Some(first) = readings.first() else {
        return format!("`{}` signs no subject of the form `{subject}`", platform.id);
    };
    let values: Vec<String> = first
        .variables
        .iter()
        .map(|(name, value)| format!("{name} `{value}`"))
        .collect();
    format!("the subject reads as {}", values.join(", "))
}
