//! What can never be valid, found before anything is known of the project.

use super::credential;
use super::implied::Implied;
use super::meaning::Meaning;
use super::model::{GrantModel, TrustModel};
use super::ownership::Ownership;
use crate::framework::{Attr, Diagnostics, Path};

/// Any project serves to see whether Google can express the trust at all.
const SOME_PROJECT: &str = "1";

pub fn validate(config: &TrustModel, diagnostics: &mut Diagnostics) {
    credential::check(config, diagnostics);
    account(config, diagnostics);
    pool(config, diagnostics);
    for (name, grant) in config.grants.known().into_iter().flatten() {
        one_grant(grant, &Path::of("grants").key(name.clone()), diagnostics);
    }
    if diagnostics.has_errors() {
        return;
    }
    // Loopback is the provider block's decision, which is not known here; so is what was accepted before.
    let mut found = Diagnostics::new();
    Meaning::of(config, SOME_PROJECT, &Implied::default(), true, &mut found);
    let lasting = found
        .iter()
        .filter(|one| one.path.to_string() != "platform")
        .cloned();
    lasting.for_each(|diagnostic| diagnostics.add(diagnostic));
}

fn account(config: &TrustModel, diagnostics: &mut Diagnostics) {
    if config.service_account_email.known().is_some() && config.service_account.known().is_some() {
        diagnostics.error(
            Path::of("service_account"),
            "Two service accounts",
            "expected `service_account_email`, an account that exists, or `service_account`, one that is made; found both",
        );
    }
}

fn pool(config: &TrustModel, diagnostics: &mut Diagnostics) {
    let Attr::Known(pool) = &config.pool else { return };
    let at = Path::of("pool");
    let ownership = pool.ownership.text().and_then(|text| Ownership::parse(text).ok());
    if ownership != Some(Ownership::External) {
        return;
    }
    let written = [
        ("display_name", pool.display_name.known().is_some()),
        ("description", pool.description.known().is_some()),
        ("disabled", pool.disabled.known().is_some()),
    ];
    for (name, _) in written.into_iter().filter(|(_, given)| *given) {
        diagnostics.error(
            at.attribute(name),
            "An external pool is never written",
            format!("expected no `{name}` for an `external` pool, which is never written; leave it out"),
        );
    }
}

fn one_grant(grant: &GrantModel, at: &Path, diagnostics: &mut Diagnostics) {
    let places = [&grant.project, &grant.folder, &grant.organization];
    let given = places.iter().filter(|place| !place.is_null()).count();
    if given != 1 {
        diagnostics.error(
            at.clone(),
            "Where a role is granted",
            format!("expected exactly one of `project`, `folder` and `organization`, found {given}"),
        );
    }
    for (name, place) in [("folder", &grant.folder), ("organization", &grant.organization)] {
        let wrong = place
            .text()
            .filter(|text| !text.bytes().all(|b| b.is_ascii_digit()));
        if let Some(found) = wrong {
            diagnostics.error(
                at.attribute(name),
                "Not a number",
                format!("expected the number of the {name}, without `{name}s/`, found `{found}`"),
            );
        }
    }
}
