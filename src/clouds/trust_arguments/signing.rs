//! Who signs the tokens of each branch of a trust.

use std::collections::BTreeMap;

use super::reading::{AlsoModel, path_of};
use super::signer::{Doubt, Signer};
use crate::framework::{Attr, Diagnostics, Path};
use crate::trust::{Terms, Trust};

/// Where a platform is written, and what stands there.
pub type WrittenPlatform<'a> = (String, Option<&'a str>);

/// The platform of each branch, in the order of the terms; `None` while one is unknown.
pub fn platforms<'a>(
    top: &'a Attr<String>,
    also: &'a Attr<BTreeMap<String, AlsoModel>>,
) -> Option<Vec<WrittenPlatform<'a>>> {
    let mut written = vec![("platform".to_owned(), top)];
    for (key, branch) in also.known().into_iter().flatten() {
        // an `also` of another issuer does not inherit the platform of the top
        let inherits = branch.platform.is_null() && branch.issuer.is_null();
        let platform = if inherits { top } else { &branch.platform };
        written.push((format!("also[\"{key}\"].platform"), platform));
    }
    let mut platforms = Vec::new();
    for (argument, platform) in written {
        platforms.push((argument, platform.settled()?.map(String::as_str)));
    }
    Some(platforms)
}

/// Who signs each branch.
#[derive(Default)]
pub struct Signed {
    /// In the order of the terms.
    pub signers: Vec<Signer>,
    /// A platform that is written cannot be told any more: what it said of its issuer is not known.
    pub forgotten: bool,
}

/// The signer of each branch. `accepted` tells a branch that was accepted before: what is said against its platform now is a
/// warning.
/// `None`: a platform that cannot be used; the diagnostics say why.
pub fn signers(
    trust: &Trust,
    platforms: &[WrittenPlatform<'_>],
    accepted: impl Fn(&Terms) -> bool,
    diagnostics: &mut Diagnostics,
) -> Option<Signed> {
    let mut signed = Signed::default();
    for (terms, (argument, platform)) in trust.terms.iter().zip(platforms) {
        let (signer, doubt) = Signer::ever_of(*platform, &terms.issuer);
        signed.signers.push(signer);
        let Some(doubt) = doubt else { continue };
        if !accepted(terms) {
            diagnostics.error(path_of(argument), "Invalid platform", doubt.into_text());
            return None;
        }
        signed.forgotten |= matches!(doubt, Doubt::NotKnown(_) | Doubt::Unreadable(_));
        say(doubt, path_of(argument), diagnostics);
    }
    Some(signed)
}

fn say(doubt: Doubt, path: Path, diagnostics: &mut Diagnostics) {
    match doubt {
        Doubt::Looser(reason) => {
            diagnostics.warning(path, "The platform is declared too loosely", reason);
        }
        Doubt::NotKnown(reason) => forgotten(
            path,
            "The platform is not known",
            &reason,
            "name a platform of this release, declare it yourself in a platform file (`file(\"….toml\")`)",
            diagnostics,
        ),
        Doubt::Unreadable(reason) => forgotten(
            path,
            "The platform file cannot be read",
            &reason,
            "mend the file, name a platform of this release",
            diagnostics,
        ),
    }
}

fn forgotten(path: Path, summary: &str, reason: &str, instead: &str, diagnostics: &mut Diagnostics) {
    diagnostics.warning(
        path,
        summary,
        format!(
            "{reason}\n\nA trust that was made with it stays as it is, and is judged by what its issuer tells; a new one is \
             refused, and one whose issuer, platform, audiences or claims change. What to do: {instead}, or leave `platform` \
             out to have it inferred from the issuer."
        ),
    );
}
