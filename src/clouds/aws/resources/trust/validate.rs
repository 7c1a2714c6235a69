//! What can never be valid, found before anything is known of the account.

use super::implied::Knowledge;
use super::meaning::{Home, Meaning};
use super::model::{ProviderModel, TrustModel};
use crate::clouds::aws::dialect::{AccountId, Partition};
use crate::clouds::aws::sharing::Ownership;
use crate::framework::{Attr, Diagnostics, Path};

/// Any account serves to see whether AWS can express the trust at all.
const SOME_ACCOUNT: &str = "000000000000";

pub fn validate(config: &TrustModel, diagnostics: &mut Diagnostics) {
    role_name(config, diagnostics);
    if let Attr::Known(provider) = &config.oidc_provider {
        provider_block(provider, diagnostics);
    }
    if diagnostics.has_errors() {
        return;
    }
    if let Ok(account) = AccountId::parse(SOME_ACCOUNT) {
        // Loopback is the provider block's decision, which is not known here.
        let home = Home {
            account,
            partition: Partition::Aws,
        };
        Meaning::of(config, &home, Knowledge::Any, true, diagnostics);
    }
}

fn role_name(config: &TrustModel, diagnostics: &mut Diagnostics) {
    if config.role_name.is_null() && config.role_name_prefix.is_null() {
        diagnostics.error(
            Path::of("role_name"),
            "Missing role name",
            "expected `role_name` or `role_name_prefix`, found neither",
        );
    }
    if config.role_name.known().is_some() && config.role_name_prefix.known().is_some() {
        diagnostics.error(
            Path::of("role_name_prefix"),
            "Two role names",
            "expected `role_name` or `role_name_prefix`, found both; leave one out",
        );
    }
}

fn provider_block(provider: &ProviderModel, diagnostics: &mut Diagnostics) {
    let at = Path::of("oidc_provider");
    let ownership = provider
        .ownership
        .text()
        .and_then(|text| Ownership::parse(text).ok());
    if provider.arn.known().is_some() && ownership.is_some_and(|o| o != Ownership::External) {
        diagnostics.error(
            at.attribute("ownership"),
            "Ownership of a given provider",
            "expected no `ownership` or `external` beside `arn`: a provider that is given is never written",
        );
    }
    let external = ownership == Some(Ownership::External) || provider.arn.known().is_some();
    if external && provider.thumbprints.known().is_some() {
        diagnostics.error(
            at.attribute("thumbprints"),
            "Thumbprints of an external provider",
            "expected no `thumbprints` for an `external` provider, which is never written; leave them out",
        );
    }
}
