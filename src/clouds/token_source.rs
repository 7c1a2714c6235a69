//! The token source of a login: exactly one of `platform`, `token_file` and `token`.
//!
//! Owns how the three are read, for every cloud. Must not know which cloud takes the token; each says which audiences it
//! accepts.

use super::{Common, Environment};
use crate::framework::{Attr, Diagnostics, Path};
use crate::oidc::{PlatformToken, Surroundings, WorkloadToken};
use crate::platforms::{DeclaredBy, Platform};

/// The three as written.
#[derive(Clone, Copy)]
pub(in crate::clouds) struct Written<'a> {
    pub platform: &'a Attr<String>,
    pub token_file: &'a Attr<String>,
    pub token: &'a Attr<String>,
}

impl Written<'_> {
    /// Several sources, or a platform that is none.
    pub fn check(self, path: &Path, summary: &str, diagnostics: &mut Diagnostics) {
        let given = [
            ("platform", self.platform),
            ("token_file", self.token_file),
            ("token", self.token),
        ];
        let given = given.iter().filter(|(_, attr)| attr.known().is_some());
        let names: Vec<&str> = given.map(|(name, _)| *name).collect();
        if names.len() > 1 {
            let detail = format!(
                "expected one source of the token, found `{}`",
                names.join("` and `")
            );
            diagnostics.error(path.clone(), summary, detail);
        }
        if let Some(platform) = self.platform.known()
            && let Err(error) = Platform::named(platform, DeclaredBy::Configuration)
        {
            diagnostics.error(path.attribute("platform"), "Invalid platform", error.to_string());
        }
    }

    /// Whether one is given.
    pub fn is_given(self) -> bool {
        [self.platform, self.token_file, self.token]
            .iter()
            .any(|attr| attr.known().is_some())
    }

    /// The source; none when none is given, or after a mistake that [`Written::check`] says. Only read, not looked at: a
    /// login may never be needed.
    pub fn read(
        self,
        audiences: impl FnOnce(&Platform) -> Vec<String>,
        (common, environment): (&Common, &Environment),
    ) -> Option<WorkloadToken> {
        if let Some(token) = self.token.known() {
            return Some(WorkloadToken::Given(token.trim().to_owned().into()));
        }
        if let Some(platform) = self.platform.known() {
            let platform = Platform::named(platform, DeclaredBy::Configuration).ok()?;
            let audiences = audiences(&platform);
            let environment = environment.clone();
            let surroundings =
                Surroundings::new(move |name| environment.get(name)).believing(common.ca_bundle.clone());
            let places = PlatformToken::new(platform, audiences, surroundings);
            return Some(WorkloadToken::OfPlatform(Box::new(places)));
        }
        let file = self.token_file.known().cloned();
        file.map(|file| WorkloadToken::File(file.into()))
    }
}
