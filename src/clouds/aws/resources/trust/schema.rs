//! The schema of `oidcfed_aws_trust`.

use std::collections::{BTreeMap, BTreeSet};

use super::unsaid;
use crate::clouds::aws::dialect::limits::ManagedPolicyCount;
use crate::clouds::aws::dialect::{AccountId, ManagedPolicyArn, Partition, ProviderArn, Statement, limits};
use crate::clouds::aws::tags;
use crate::clouds::trust_arguments;
use crate::framework::{
    Attribute, Diagnostics, IdentityAttribute, IdentitySchema, Nesting, Number, Path, Schema, Timeouts, Type,
    Value,
};

/// Seconds; what IAM itself takes when nothing is said.
pub const DEFAULT_SESSION_DURATION: i64 = 3600;

/// All attributes, in the order of the model.
pub fn schema() -> Schema {
    let mut attributes = trust_arguments::attributes();
    attributes.extend(role());
    attributes.extend(permissions());
    attributes.extend(statement());
    attributes.extend(account());
    let mut attributes: Vec<Attribute> = attributes.into_iter().map(shown_by_an_import).collect();
    let [tags, tags_all] = tags::attributes(limits::TaggedObject::Role);
    attributes.extend([tags.computed(), tags_all]);
    attributes.push(Timeouts::attribute());
    attributes.extend(trust_arguments::computed_attributes());
    attributes.extend(computed());
    Schema::new(
        "An issuer as an IAM OIDC provider, and a role that the issuer's tokens may assume: exactly those of the named \
         audiences and subjects.",
        attributes,
    )
}

fn shown_by_an_import(attribute: Attribute) -> Attribute {
    if unsaid::ARGUMENTS.contains(&attribute.name.as_str()) {
        attribute.computed()
    } else {
        attribute
    }
}

/// What names one trust for ever.
pub fn identity() -> IdentitySchema {
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
                "Account of the role; default: the credentials' own.",
                false,
            ),
            attribute("role_name", "Name of the role, without path.", true),
        ],
    }
}

fn role() -> Vec<Attribute> {
    vec![
        Attribute::string("role_name")
            .optional()
            .computed()
            .use_state()
            .describe("Name of the role, 1 to 64 characters. This or `role_name_prefix`; a change replaces the role.")
            .validate_text("Invalid role name", limits::role_name),
        Attribute::string("role_name_prefix")
            .optional()
            .describe("Start of a generated role name, up to 38 characters. Fits `create_before_destroy`, but for an exclusive provider.")
            .validate_text("Invalid role name prefix", limits::role_name_prefix),
        Attribute::string("role_path")
            .default(Value::string("/"))
            .requires_replace()
            .describe("IAM path of the role, with both slashes. A change replaces the role.")
            .validate_text("Invalid role path", limits::role_path),
        Attribute::string("description")
            .optional()
            .describe("Description of the role, up to 1000 characters.")
            .validate_text("Invalid description", limits::description),
        Attribute::number("max_session_duration")
            .default(Value::Number(Number::Int(DEFAULT_SESSION_DURATION)))
            .describe("Longest session in seconds, 3600 to 43200.")
            .validate(|value, path, diagnostics| {
                let found = match value {
                    Value::Number(number) => number.as_i64().ok_or_else(|| number.to_string()),
                    _ => return,
                };
                let error = match found {
                    Ok(seconds) => limits::max_session_duration(seconds).err().map(|e| e.to_string()),
                    Err(text) => Some(format!("expected a whole number of seconds, found `{text}`")),
                };
                if let Some(error) = error {
                    diagnostics.error(path.clone(), "Invalid session duration", error);
                }
            }),
        Attribute::string("permissions_boundary")
            .optional()
            .describe("ARN of the managed policy that bounds the role; part of the very call that creates it.")
            .validate_text("Invalid permissions boundary", limits::permissions_boundary),
    ]
}

fn permissions() -> Vec<Attribute> {
    vec![
        Attribute::string_set("managed_policy_arns")
            .optional()
            .computed()
            .describe(
                "Managed policies of the role: ARNs, or names of policies that AWS manages. Null: not managed; `[]`: none.",
            )
            .validate(|value, path, diagnostics| {
                if let Value::Set(items) = value {
                    managed_policies(items.len(), path, diagnostics);
                }
            })
            .validate_each_text("Invalid managed policy", |text| ManagedPolicyArn::parse(text, Partition::Aws).map(drop)),
        Attribute::string_map("inline_policies")
            .optional()
            .computed()
            .describe("Inline policies by name, JSON, compared by meaning. Null: not managed; `{}`: none.")
            .validate(inline_policies),
        Attribute::bool("force_detach").optional().describe(
            "On destroy, also remove policies that were attached outside of this configuration. Default false: destroy \
             fails and names them.",
        ),
    ]
}

fn managed_policies(count: usize, path: &Path, diagnostics: &mut Diagnostics) {
    match limits::managed_policies(count) {
        Ok(ManagedPolicyCount::Fits) => {}
        Ok(ManagedPolicyCount::NeedsRaisedQuota(default)) => diagnostics.warning(
            path.clone(),
            "Many managed policies",
            format!(
                "the role has {count} managed policies; IAM takes {default} unless the quota L-0DA4ABF3 of the account \
                 was raised"
            ),
        ),
        Err(error) => diagnostics.error(path.clone(), "Too many managed policies", error.to_string()),
    }
}

fn inline_policies(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let Value::Map(members) = value else { return };
    let known: BTreeMap<String, String> = members
        .iter()
        .filter_map(|(name, document)| Some((name.clone(), document.as_str()?.to_owned())))
        .collect();
    if let Err((name, error)) = limits::inline_policies(&known) {
        let at = name.map_or_else(|| path.clone(), |name| path.key(name));
        diagnostics.error(at, "Invalid inline policy", error.to_string());
    }
    for (name, _) in members.iter().filter(|(_, document)| document.is_null()) {
        diagnostics.error(
            path.key(name.clone()),
            "Invalid inline policy",
            "expected a policy document, found null",
        );
    }
}

fn statement() -> Vec<Attribute> {
    let provider = vec![
        Attribute::string("arn")
            .optional()
            .describe("ARN of a provider that must exist and is never written; orders the graph.")
            .validate_text("Invalid provider ARN", |text| ProviderArn::parse(text).map(drop)),
        Attribute::string("ownership")
            .optional()
            .describe(
                "`shared` (default), `exclusive` or `external`. An exclusive provider cannot be handed over: a trust that is \
                 replaced goes first, so leave `create_before_destroy` out.",
            )
            .validate_text("Invalid ownership", |text| {
                crate::clouds::aws::sharing::Ownership::parse(text).map(drop)
            }),
        Attribute::string_set("thumbprints")
            .optional()
            .describe("SHA-1 thumbprints, 40 hexadecimal digits each, up to five. Null: left alone.")
            .validate(thumbprints),
    ];
    let held = Attribute::nested("oidc_provider", Nesting::Single, provider)
        .optional()
        .describe("How the issuer's IAM provider is held; many trusts of an account share one.");
    std::iter::once(held).chain(statement_arguments()).collect()
}

/// What AWS can say in a trust policy besides the trust itself.
pub fn statement_arguments() -> Vec<Attribute> {
    vec![
        Attribute::string_set("session_tag_keys")
            .optional()
            .describe("Adds `sts:TagSession`, limited to these tag keys.")
            .validate(session_tag_keys),
        Attribute::bool("source_identity").optional().describe("Adds `sts:SetSourceIdentity`. Default false."),
        Attribute::bool("require_authorized_role").optional().describe(
            "Demands that the token names this role in `https://aws.amazon.com/roles` (`sts:RoleAuthorizedByIdp`). \
             Default false.",
        ),
        Attribute::string("additional_statements")
            .optional()
            .describe("Further statements of the trust policy, a JSON list; linted with the rest.")
            .validate_text("Invalid statements", |text| Statement::parse_list(text).map(drop)),
    ]
}

fn thumbprints(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let Value::Set(items) = value else { return };
    let known: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
    let empty = items.is_empty() || items.iter().any(Value::is_null);
    if empty {
        return diagnostics.error(
            path.clone(),
            "Invalid thumbprint",
            "expected at least one thumbprint and no null",
        );
    }
    if let Err(error) = limits::thumbprints(known) {
        diagnostics.error(path.clone(), "Invalid thumbprint", error.to_string());
    }
}

fn session_tag_keys(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let Value::Set(items) = value else { return };
    if items.iter().any(Value::is_null) {
        return diagnostics.error(
            path.clone(),
            "Invalid session tag key",
            "expected a tag key, found null",
        );
    }
    if items.iter().all(|item| item.as_str().is_some()) {
        let keys: BTreeSet<String> = items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        if let Err(error) = limits::session_tag_keys(&keys) {
            diagnostics.error(path.clone(), "Invalid session tag key", error.to_string());
        }
    }
}

fn account() -> Vec<Attribute> {
    vec![
        Attribute::string("account_id")
            .optional()
            .computed()
            .use_state()
            .requires_replace()
            .describe(
                "Account of the role and provider; another one than the credentials' own is entered as the provider block \
                 says. A change replaces the role.",
            )
            .validate_text("Invalid account id", |text| AccountId::parse(text).map(drop)),
    ]
}

fn computed() -> Vec<Attribute> {
    let kept = |name: &str, text: &str| Attribute::string(name).computed().use_state().describe(text);
    vec![
        kept("role_arn", "ARN of the role; known only after the role exists."),
        kept("role_unique_id", "IAM's id of the role (`AROA…`)."),
        Attribute::string("oidc_provider_arn")
            .computed()
            .describe("ARN of the issuer's IAM provider."),
        Attribute::string("trust_policy")
            .computed()
            .describe("The trust policy, JSON; drift is judged on its meaning."),
        kept("partition", "`aws`, `aws-cn`, `aws-us-gov` …"),
        Attribute::new(
            "added_audiences",
            crate::framework::Type::map(crate::framework::Type::set(crate::framework::Type::String)),
        )
        .computed()
        .describe(
            "Audiences that this trust brought to OIDC providers, by ARN of the provider: what it takes away again when nobody \
             else needs it.",
        ),
    ]
}
