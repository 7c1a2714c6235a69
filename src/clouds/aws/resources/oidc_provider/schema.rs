//! The schema of `oidcfed_aws_oidc_provider`.

use std::collections::BTreeSet;

use crate::clouds::aws::dialect::AccountId;
use crate::clouds::aws::dialect::limits::{self, Loopback, TaggedObject, Thumbprint};
use crate::clouds::aws::sharing::Ownership;
use crate::clouds::aws::tags;
use crate::framework::{
    Attribute, Diagnostics, IdentityAttribute, IdentitySchema, Path, Schema, Timeouts, Type, Value,
};
use crate::trust::{Audience, IssuerUrl};

pub(super) fn schema() -> Schema {
    let mut attributes = arguments();
    attributes.extend(account());
    attributes.push(Timeouts::attribute());
    attributes.extend(computed());
    Schema::new(
        "An issuer as an IAM OIDC provider, for roles that are managed elsewhere. An account has one per issuer, which \
         many configurations may share.",
        attributes,
    )
}

/// What names one provider for ever.
pub(super) fn identity() -> IdentitySchema {
    let attribute = |name: &str, description: &str, required: bool| IdentityAttribute {
        name: name.to_owned(),
        ty: Type::String,
        description: description.to_owned(),
        required_for_import: required,
        optional_for_import: !required,
    };
    IdentitySchema {
        version: 0,
        attributes: vec![
            attribute(
                "account_id",
                "Account of the provider; default: the credentials' own.",
                false,
            ),
            attribute("url", "The issuer, with `https://`.", true),
        ],
    }
}

fn arguments() -> Vec<Attribute> {
    vec![
        Attribute::string("issuer")
            .required()
            .requires_replace()
            .describe("Issuer URL, exactly as tokens carry it in `iss`. A change replaces the provider.")
            .validate_text("Invalid issuer", |text| {
                let issuer = IssuerUrl::parse(text).map_err(|e| e.to_string())?;
                // Loopback is the provider block's decision, which is not known here.
                limits::issuer(&issuer, Loopback::Allowed).map(drop).map_err(|e| e.to_string())
            }),
        Attribute::string_set("audiences")
            .optional()
            .computed()
            .describe("Client ids that tokens may name in `aud`; default: `sts.amazonaws.com`, in China `sts.amazonaws.com.cn`.")
            .validate(non_empty)
            .validate(audiences)
            .validate_each_text("Invalid audience", |text| Audience::parse(text).map(drop)),
        Attribute::string_set("thumbprints")
            .optional()
            .computed()
            .describe("SHA-1 thumbprints, 40 hexadecimal digits each, up to five. Null: left alone, AWS looks after the certificate.")
            .validate(non_empty)
            .validate(thumbprints)
            .validate_each_text("Invalid thumbprint", |text| Thumbprint::parse(text).map(drop)),
        Attribute::string("ownership")
            .optional()
            .computed()
            .describe(
                "`shared` (default): made or adopted, and taken away only what this resource added and nobody needs. \
                 `exclusive`: must not exist, deleted on destroy. `external`: must exist, never written.",
            )
            .validate_text("Invalid ownership", |text| Ownership::parse(text).map(drop)),
    ]
}

fn account() -> Vec<Attribute> {
    let [tags, _] = tags::attributes(TaggedObject::OidcProvider);
    vec![
        Attribute::string("account_id")
            .optional()
            .computed()
            .use_state()
            .requires_replace()
            .describe(
                "Account of the provider; another one than the credentials' own is entered as the provider block says. A \
                 change replaces the provider.",
            )
            .validate_text("Invalid account id", |text| AccountId::parse(text).map(drop)),
        Attribute::string_map("accepted_risks").optional().describe(
            "Written reasons for accepting that roles of the account newly admit tokens: `audience-widens@ROLE`, \
             `revives-roles@ROLE`.",
        ),
        tags.describe(
            "Tags by key, besides the provider's `default_tags`, which they override. Tags with other keys are left alone. A \
             shared provider that this resource did not make is not tagged at all; to have it tagged, hold it exclusively.",
        ),
    ]
}

fn computed() -> Vec<Attribute> {
    let [_, tags_all] = tags::attributes(TaggedObject::OidcProvider);
    vec![
        Attribute::string("id")
            .computed()
            .use_state()
            .describe("The ARN, for other tools."),
        Attribute::string("arn")
            .computed()
            .use_state()
            .describe("ARN of the provider."),
        Attribute::string_set("accepted_audiences").computed().describe(
            "The audiences this resource stands for, the default included, as far as the provider has them.",
        ),
        Attribute::bool("made").computed().describe(
            "Whether this resource made the provider, or holds it exclusively: then a destroy deletes it, unless others need it.",
        ),
        Attribute::string_set("added_audiences").computed().describe(
            "The audiences that this resource added to the provider: what it takes away again when nobody else needs it.",
        ),
        tags_all.describe(
            "`tags` and the provider's `default_tags` together; of an IAM provider that this resource did not make, those of \
             them that it has.",
        ),
    ]
}

fn non_empty(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    if let Value::Set(items) = value
        && (items.is_empty() || items.iter().any(Value::is_null))
    {
        let detail = format!(
            "expected at least one value and no null in `{path}`, found an empty set or null; leave the argument out"
        );
        diagnostics.error(path.clone(), "Empty or null value", detail);
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Set(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn audiences(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let read: BTreeSet<Audience> = texts(value)
        .into_iter()
        .filter_map(|text| Audience::parse(text).ok())
        .collect();
    if let Err(error) = limits::client_ids(&read) {
        diagnostics.error(path.clone(), "Invalid audiences", error.to_string());
    }
}

fn thumbprints(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let all = texts(value);
    if all.iter().all(|text| Thumbprint::parse(text).is_ok())
        && !all.is_empty()
        && let Err(error) = limits::thumbprints(all)
    {
        diagnostics.error(path.clone(), "Too many thumbprints", error.to_string());
    }
}
