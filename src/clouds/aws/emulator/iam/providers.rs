//! OIDC providers: create, read, list, delete.

use super::call::Call;
use super::tagging::{self, GivenTags};
use crate::clouds::aws::emulator::permission::Ask;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::store::{KeyCase, Provider};
use crate::clouds::aws::emulator::wire::{ApiError, Reply, timestamp};
use crate::trust::IssuerUrl;

/// The most providers an account may have (quota L-858F3967).
const PROVIDERS: usize = 100;
/// The most client ids a provider may have.
pub const CLIENT_IDS: usize = 100;
/// The most thumbprints a provider may have.
const THUMBPRINTS: usize = 5;

pub fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let url = rule::URL.required(call.query, "Url")?;
    let mut client_ids = rule::CLIENT_ID
        .list(call.query, "ClientIDList")?
        .unwrap_or_default();
    let thumbprints = thumbprints(call)?;
    let tags = GivenTags::read(call.query, KeyCase::Significant)?;
    let issuer = issuer(url, call.allow_loopback_issuers)?;
    let key = issuer.without_scheme().to_owned();
    let arn = call.arn(&format!("oidc-provider/{key}"));
    let ask = tags.ask(Ask::about(&arn));
    if !tags.is_empty() {
        call.permit(Some("iam:TagOpenIDConnectProvider"), &ask)?;
    }
    let (now, fresh) = (call.now, call.freshness);
    let account = call.open(&ask)?.account;
    if account.providers.contains_key(&key) {
        return Err(ApiError::already_exists(format!(
            "Provider with url {url} already exists."
        )));
    }
    if account.providers.len() >= PROVIDERS {
        return Err(ApiError::limit_exceeded(format!(
            "Cannot exceed quota for OpenIdConnectProvidersPerAccount: {PROVIDERS}"
        )));
    }
    deduplicate(&mut client_ids);
    if client_ids.len() > CLIENT_IDS {
        return Err(too_many_client_ids());
    }
    let provider = Provider {
        arn: arn.clone(),
        url: key.clone(),
        client_ids,
        thumbprints: if thumbprints.is_empty() {
            vec![retrieved_thumbprint(issuer.host())]
        } else {
            thumbprints
        },
        created: now,
        tags: tags.fresh(KeyCase::Significant),
        unseen_reads: fresh.provider_reads,
        unseen_exchanges: fresh.provider_exchanges,
    };
    let reply = Reply::result(|xml| {
        xml.text("OpenIDConnectProviderArn", &arn);
        if !provider.tags.is_empty() {
            tagging::write(xml, provider.tags.iter());
        }
    });
    account.providers.insert(key, provider);
    Ok(reply)
}

pub fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let provider = provider(call)?;
    if provider.unseen_reads > 0 {
        provider.unseen_reads -= 1;
        return Err(not_found(&provider.arn));
    }
    Ok(Reply::result(|xml| {
        xml.text("Url", &provider.url);
        xml.texts("ClientIDList", &provider.client_ids);
        xml.texts("ThumbprintList", &provider.thumbprints);
        xml.text("CreateDate", timestamp::iso8601(provider.created));
        if !provider.tags.is_empty() {
            tagging::write(xml, provider.tags.iter());
        }
    }))
}

pub fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let ask = Ask::about(call.arn("oidc-provider/*"));
    let account = call.open(&ask)?.account;
    Ok(Reply::result(|xml| {
        xml.list(
            "OpenIDConnectProviderList",
            account.providers.values(),
            |xml, p| {
                xml.text("Arn", &p.arn);
            },
        );
    }))
}

pub fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let arn = arn(call)?;
    let ask = call.about_provider(&arn);
    let account = call.open(&ask)?.account;
    let key = account.provider_key(&arn).unwrap_or_default().to_owned();
    match account.providers.remove(&key) {
        Some(_) => Ok(Reply::none()),
        None => Err(not_found(&arn)),
    }
}

/// The provider that the request names, once the caller may do this to it.
///
/// # Errors
/// `ValidationError`, `InvalidInput`, `AccessDenied`, `NoSuchEntity`.
pub fn provider<'c>(call: &'c mut Call<'_>) -> Result<&'c mut Provider, ApiError> {
    let arn = arn(call)?;
    let ask = call.about_provider(&arn);
    call.open(&ask)?
        .account
        .provider_mut(&arn)
        .ok_or_else(|| not_found(&arn))
}

/// The ARN of the request, which has to be one of an OIDC provider.
///
/// # Errors
/// `ValidationError`, `InvalidInput`.
pub fn arn(call: &Call<'_>) -> Result<String, ApiError> {
    let arn = rule::ARN.required(call.query, "OpenIDConnectProviderArn")?;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, resource]
            if account.len() == 12 && resource.starts_with("oidc-provider/") =>
        {
            Ok(arn.to_owned())
        }
        _ => Err(ApiError::invalid_input(format!("Invalid ARN: {arn}"))),
    }
}

/// The thumbprints of the request; an empty list and none at all are the same.
///
/// # Errors
/// `InvalidInput` for more than five, `ValidationError` for one that is no SHA-1 in hexadecimal.
pub fn thumbprints(call: &Call<'_>) -> Result<Vec<String>, ApiError> {
    let mut list = rule::THUMBPRINT
        .list(call.query, "ThumbprintList")?
        .unwrap_or_default();
    if list.len() > THUMBPRINTS {
        return Err(ApiError::invalid_input(
            "Thumbprint list must contain fewer than 5 entries.",
        ));
    }
    if list.iter().any(|one| !one.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Err(ApiError::invalid_input(
            "Invalid thumbprint: expected 40 hexadecimal characters.",
        ));
    }
    deduplicate(&mut list);
    Ok(list)
}

pub fn too_many_client_ids() -> ApiError {
    ApiError::limit_exceeded(format!(
        "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {CLIENT_IDS}"
    ))
}

pub fn not_found(arn: &str) -> ApiError {
    ApiError::no_such_entity(format!("OpenIDConnect Provider not found for arn {arn}"))
}

/// What IAM accepts as the URL of a provider. Ports exist only for development issuers on this machine.
fn issuer(url: &str, allow_loopback: bool) -> Result<IssuerUrl, ApiError> {
    let invalid = |why: &str| ApiError::validation(format!("Invalid Open ID Connect Provider URL{why}"));
    let issuer = IssuerUrl::parse(url).map_err(|_| invalid(""))?;
    if !issuer.is_https() {
        return Err(invalid(": it must begin with https://"));
    }
    if issuer.is_loopback() {
        if allow_loopback {
            return Ok(issuer);
        }
        return Err(ApiError::new(
            400,
            "OpenIdIdpCommunicationError",
            format!("Could not reach the issuer {url}: it is not on the public internet."),
        ));
    }
    if issuer.port().is_some() {
        return Err(invalid(": it must not contain a port number"));
    }
    Ok(issuer)
}

/// The thumbprint that IAM itself would fetch from the issuer. The emulated IAM makes no connection here: the value is
/// derived from the host, the same every time, which is all that a client can rely on.
fn retrieved_thumbprint(host: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, host.as_bytes());
    data_encoding::HEXLOWER.encode(digest.as_ref())
}

fn deduplicate(list: &mut Vec<String>) {
    let mut seen = std::collections::BTreeSet::new();
    list.retain(|item| seen.insert(item.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for (url, loopback, code) in [
            ("https://token.actions.githubusercontent.com", false, ""),
            ("https://oidc.example/path/", false, ""),
            ("http://oidc.example", false, "ValidationError"),
            ("https://oidc.example:8443", false, "ValidationError"),
            ("https://oidc.example?x=y", false, "ValidationError"),
            ("oidc.example", false, "ValidationError"),
            ("https://localhost:8443/team", true, ""),
            ("https://127.0.0.1:8080", true, ""),
            ("http://127.0.0.1:8080", true, "ValidationError"),
            (
                "https://localhost:8443/team",
                false,
                "OpenIdIdpCommunicationError",
            ),
            ("http://oidc.example", true, "ValidationError"),
            ("https://oidc.example:8443", true, "ValidationError"),
        ] {
            let outcome = issuer(url, loopback);
            let found = outcome.as_ref().err().map_or("", |error| &error.code);
            assert_eq!(found, code, "{url}");
        }
    }
}
