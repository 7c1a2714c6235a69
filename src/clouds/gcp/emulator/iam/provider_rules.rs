//! What Google takes of a provider. The rules themselves are the dialect's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::clouds::gcp::dialect::ProviderName;
use crate::clouds::gcp::dialect::limits::{self, Limit, Loopback};
use crate::clouds::gcp::emulator::access::Call;
use crate::clouds::gcp::emulator::wire::{ApiError, Field, Members, Shape, object};
use crate::trust::{Audience, IssuerUrl};

/// What was set of a provider.
pub type Fields = Members;

const KINDS: [&str; 4] = ["oidc", "aws", "saml", "x509"];
const MOST_ACTORS: usize = 3;
const ISSUERS_CONSTRAINT: &str = "constraints/iam.workloadIdentityPoolProviders";

static OIDC: [Field; 4] = [
    Field::new("issuerUri", Shape::Text),
    Field::new("allowedAudiences", Shape::Texts),
    Field::new("jwksJson", Shape::Text),
    Field::new("discoveryUri", Shape::Text),
];
static AWS: [Field; 2] = [
    Field::new("accountId", Shape::Text),
    Field::new("stsUri", Shape::Texts),
];
static SAML: [Field; 1] = [Field::new("idpMetadataXml", Shape::Text)];
static X509: [Field; 1] = [Field::new("trustStore", Shape::Any)];

/// The fields of a provider.
pub static FIELDS: [Field; 13] = [
    Field::output("name"),
    Field::output("state"),
    Field::output("expireTime"),
    Field::new("displayName", Shape::Text),
    Field::new("description", Shape::Text),
    Field::new("disabled", Shape::Bool),
    Field::new("attributeMapping", Shape::TextMap),
    Field::new("attributeCondition", Shape::Text),
    Field::new("actorProviders", Shape::Texts),
    Field::new("oidc", Shape::Object(&OIDC)),
    Field::new("aws", Shape::Object(&AWS)),
    Field::new("saml", Shape::Object(&SAML)),
    Field::new("x509", Shape::Object(&X509)),
];

/// The kind of a provider; nothing when it has none, or several.
pub fn kind(fields: &Fields) -> Option<&'static str> {
    let mut there = KINDS.into_iter().filter(|kind| fields.contains_key(*kind));
    there.next().filter(|_| there.next().is_none())
}

/// # Errors
/// The first thing that Google would refuse.
pub fn checked(call: &Call<'_>, pool: &str, fields: Fields) -> Result<Fields, ApiError> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    limits::display_name(text("displayName")).map_err(|error| ApiError::limit("display_name", &error))?;
    limits::description(text("description")).map_err(|error| ApiError::limit("description", &error))?;
    actors(pool, &fields)?;
    let mapping: BTreeMap<String, String> = object(&fields, "attributeMapping")
        .into_iter()
        .map(|(key, value)| (key, value.as_str().unwrap_or_default().to_owned()))
        .collect();
    match kind(&fields) {
        None => {
            return Err(ApiError::invalid(
                "Exactly one of oidc, aws, saml and x509 must be set.",
            ));
        }
        Some("oidc") => {
            limits::attribute_mapping(&mapping).map_err(|error| mapping_refused(&error))?;
            oidc(call, pool, &object(&fields, "oidc"), text("attributeCondition"))?;
        }
        Some("aws") => {
            let account = object(&fields, "aws");
            let id = account
                .get("accountId")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if id.len() != 12 || !id.bytes().all(|b| b.is_ascii_digit()) {
                return Err(ApiError::invalid("aws.account_id: expected twelve digits."));
            }
            allowed(call, pool, "https://sts.amazonaws.com")?;
        }
        Some("saml") => allowed(call, pool, "KEY_UPLOAD")?,
        Some(_) => {}
    }
    Ok(fields)
}

fn actors(pool: &str, fields: &Fields) -> Result<(), ApiError> {
    let actors = fields.get("actorProviders").and_then(Value::as_array);
    let actors = actors.map_or(&[][..], Vec::as_slice);
    if actors.len() > MOST_ACTORS {
        return Err(ApiError::invalid(format!(
            "actor_providers: at most {MOST_ACTORS} are allowed."
        )));
    }
    let in_pool = |name: &Value| {
        let name = name.as_str().and_then(|name| ProviderName::parse(name).ok());
        name.is_some_and(|name| name.pool().to_string() == pool)
    };
    match actors.iter().all(in_pool) {
        true => Ok(()),
        false => Err(ApiError::invalid(
            "actor_providers: expected full names of providers of the same pool.",
        )),
    }
}

fn mapping_refused(error: &limits::LimitError) -> ApiError {
    let mut refused = ApiError::limit("attribute_mapping", error);
    if error.limit == Limit::MappingKey {
        refused.message.push_str(
            ". The mapping's keys must be google.subject, google.groups or of the format attribute.{custom_attribute}",
        );
    }
    refused
}

fn oidc(call: &Call<'_>, pool: &str, oidc: &Members, condition: &str) -> Result<(), ApiError> {
    let text = |name: &str| oidc.get(name).and_then(Value::as_str).unwrap_or_default();
    let uri = text("issuerUri");
    let issuer =
        IssuerUrl::parse(uri).map_err(|error| ApiError::invalid(format!("oidc.issuer_uri: {error}")))?;
    let loopback = match call.rules.allow_loopback_issuers {
        true => Loopback::Allowed,
        false => Loopback::Refused,
    };
    limits::issuer(&issuer, loopback).map_err(|error| ApiError::limit("oidc.issuer_uri", &error))?;
    let listed = oidc.get("allowedAudiences").and_then(Value::as_array);
    let audiences = listed.into_iter().flatten().filter_map(Value::as_str);
    let audiences: BTreeSet<Audience> = audiences
        .map(Audience::parse)
        .collect::<Result<_, _>>()
        .map_err(|error| ApiError::invalid(format!("oidc.allowed_audiences: {error}")))?;
    limits::allowed_audiences(&audiences)
        .map_err(|error| ApiError::limit("oidc.allowed_audiences", &error))?;
    if !text("jwksJson").is_empty() {
        limits::jwks_json(text("jwksJson")).map_err(|error| {
            let mut refused = ApiError::limit("oidc.jwks_json", &error);
            refused.message = format!("The JWK is not in a valid JSON format: {}", refused.message);
            refused
        })?;
    }
    if !text("discoveryUri").is_empty() {
        limits::discovery_uri(text("discoveryUri"), &issuer)
            .map_err(|error| ApiError::limit("oidc.discovery_uri", &error))?;
    }
    limits::attribute_condition(condition, &issuer).map_err(|error| {
        let mut refused = ApiError::limit("attribute_condition", &error);
        if error.limit == Limit::ConditionOfSharedIssuer {
            let says = "The attribute condition must reference one of the provider's claims";
            refused.message = format!("{says}: {}", refused.message);
        }
        refused
    })?;
    allowed(call, pool, uri)
}

/// The organisation's policy, looked at when something is written.
fn allowed(call: &Call<'_>, pool: &str, value: &str) -> Result<(), ApiError> {
    let refused = call
        .faults
        .faults()
        .allowed_issuers
        .as_ref()
        .is_some_and(|allowed| !allowed.iter().any(|one| one == value));
    let project = pool.split("/locations/").next().unwrap_or(pool);
    match refused {
        true => Err(ApiError::organisation_policy(ISSUERS_CONSTRAINT, project, value)),
        false => Ok(()),
    }
}
