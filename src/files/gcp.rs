//! Google Cloud: providers of workload identity pools.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::cloud::{BESIDE, Change, Cloud, Draft, Facts};
use super::decide::Asked;
use super::found::{UNKNOWN, Unknown};
use super::terraform::{Belongs, Resource};
use super::tokens::{self, Tried};
use crate::clouds::gcp::dialect::{
    Principal, Provider, ProviderSettings, RULES, Rendered, evaluate, lint, lint_pool, read_back,
};
use crate::trust::document::describe;
use crate::trust::{Audience, Claims, Decision, DocumentError, Finding, IssuerUrl, Trust, Verdict};

pub(super) static CLOUD: Cloud = Cloud {
    id: "gcp",
    documents: "a workload identity pool provider (Google Cloud)",
    member: "provider",
    besides: &["binding"],
    forgives: false,
    recognises: ProviderSettings::recognises,
    concerns: |document| !is_of_another_kind(document),
    name: |document| Some(document.get("name")?.as_str()?.to_owned()),
    group: pool,
    in_one: in_one_pool,
    lint: Some(judge),
    decide,
    change,
    rules: || RULES.iter().collect(),
    terraform,
};

/// Providers for AWS, SAML and X.509 take no OIDC tokens.
fn is_of_another_kind(document: &Value) -> bool {
    ["aws", "saml", "x509"]
        .iter()
        .any(|kind| match document.get(*kind) {
            None | Some(Value::Null) => false,
            Some(Value::Array(items)) => !items.is_empty(),
            Some(_) => true,
        })
}

fn provider(document: &Value) -> Result<(ProviderSettings, Provider), DocumentError> {
    let settings = ProviderSettings::from_value(document)?;
    let provider = Provider::parse(&settings)
        .map_err(|error| DocumentError::new("", "a provider that Google accepts", error.to_string()))?;
    Ok((settings, provider))
}

fn decide(document: &Value, asked: &Asked<'_>) -> Result<Decision, DocumentError> {
    let (_, provider) = provider(document)?;
    let wrong =
        |found: String| DocumentError::new(&format!("{BESIDE}/binding"), "a member of an IAM policy", found);
    let binding = match asked.besides.get("binding") {
        None | Some(Value::Null) => None,
        Some(Value::String(member)) => {
            Some(Principal::parse(member).map_err(|error| wrong(format!("`{member}` ({error})")))?)
        }
        Some(other) => return Err(wrong(describe(other))),
    };
    Ok(evaluate(&provider, asked.claims, binding.as_ref()).decision)
}

const BINDING_KEY_SHARED: &str = "binding-key-shared";

/// A provider; for a list of all providers of a pool, what they do to each other.
fn judge(document: &Value, facts: &Facts<'_>) -> Result<Vec<Finding>, DocumentError> {
    let Value::Array(items) = document else {
        return Ok(lint(&ProviderSettings::from_value(document)?, &[], facts));
    };
    let all: Vec<ProviderSettings> = items
        .iter()
        .map(ProviderSettings::from_value)
        .collect::<Result<_, _>>()?;
    let alone: Vec<Finding> = all.iter().flat_map(|one| lint(one, &[], facts)).collect();
    let mut findings = lint_pool(&all, &[], facts);
    findings.retain(|finding| !alone.contains(finding));
    let meant = items
        .iter()
        .filter_map(|one| one.get(MEANT)?.as_array())
        .flatten();
    let texts: BTreeSet<&str> = meant.filter_map(Value::as_str).collect();
    let bindings: Vec<Principal> = texts
        .into_iter()
        .filter_map(|text| Principal::parse(text).ok())
        .collect();
    // bindings narrow whom a provider is about, and are not all that there are: only what they show themselves counts
    let of_bindings = lint_pool(&all, &bindings, facts).into_iter();
    findings.extend(of_bindings.filter(|finding| finding.rule == BINDING_KEY_SHARED && !bindings.is_empty()));
    Ok(findings)
}

/// The pool of a provider that takes OIDC tokens.
fn pool(document: &Value) -> Option<String> {
    let name = document.get("name")?.as_str()?;
    let (pool, _) = name
        .split_once("/providers/")
        .filter(|_| !is_of_another_kind(document))?;
    Some(pool.to_owned())
}

/// Tokens are made of what the trust arguments could say; an expression beyond that leaves the answer open.
fn change(before: Option<&Value>, after: &Value, facts: &Facts<'_>) -> Result<Change, DocumentError> {
    let findings = judge(after, facts)?;
    if after.is_array() {
        // of a pool each provider is told by itself
        return Ok(Change::Nobody);
    }
    let Ok((settings, after)) = provider(after) else {
        return Ok(Change::CannotTell("its expressions cannot be read".to_owned()));
    };
    let before = before.map(provider).transpose()?;
    if let Some((old, _)) = &before
        && decides_alike(old, &settings)
    {
        return Ok(Change::Nobody);
    }
    let (mut tokens, is_complete) = candidates(&settings, &after);
    tokens.extend(tokens::of_findings(&findings));
    // what the arguments could say has no test that a further claim makes fail
    let is_plain = |(old, provider): &(ProviderSettings, Provider)| read(old, provider).is_some();
    let is_complete = is_complete && before.as_ref().is_none_or(is_plain);
    let decide = |provider: &Provider, token: &Claims| evaluate(provider, token, None).decision.verdict;
    let tried = Tried {
        tokens,
        is_complete,
        before: &|token| {
            before
                .as_ref()
                .map_or(Verdict::Deny, |(_, old)| decide(old, token))
        },
        after: &|token| decide(&after, token),
    };
    Ok(tried.change())
}

fn decides_alike(one: &ProviderSettings, other: &ProviderSettings) -> bool {
    let decisive = |settings: &ProviderSettings| {
        let condition = settings.attribute_condition.trim().to_owned();
        (
            settings.issuer_uri.clone(),
            settings.allowed_audiences.clone(),
            settings.attribute_mapping.clone(),
            condition,
            settings.disabled,
        )
    };
    let names_matter = one.allowed_audiences.is_empty();
    decisive(one) == decisive(other) && (!names_matter || one.name == other.name)
}

fn candidates(settings: &ProviderSettings, provider: &Provider) -> (Vec<Claims>, bool) {
    if let Some(trust) = read(settings, provider) {
        return tokens::of_trust(&trust);
    }
    if !settings.attribute_condition.trim().is_empty() {
        return (Vec::new(), false);
    }
    let mut token = Claims::default();
    token.insert("iss", json!(settings.issuer_uri));
    token.insert("aud", json!(provider.accepted_audiences().first()));
    token.insert("sub", json!("any"));
    (vec![token], false)
}

/// The trust that the settings say, if the trust arguments can say it.
fn read(settings: &ProviderSettings, provider: &Provider) -> Option<Trust> {
    let audiences = provider.accepted_audiences();
    let audiences = audiences.iter().map(|text| Audience::parse(text));
    let rendered = Rendered {
        issuer_uri: IssuerUrl::parse(&settings.issuer_uri).ok()?,
        allowed_audiences: audiences.collect::<Result<BTreeSet<_>, _>>().ok()?,
        attribute_condition: settings.attribute_condition.clone(),
    };
    Some(read_back(&rendered).ok()?.trust)
}

const TYPE: &str = "google_iam_workload_identity_pool_provider";
const OURS: &str = "oidcfed_gcp_trust";

fn terraform(resource: &Resource<'_>) -> Option<Draft> {
    if resource.is_data || ![TYPE, OURS].contains(&resource.kind) {
        return None;
    }
    let mut draft = Draft {
        accepted_risks: resource.texts("accepted_risks"),
        platforms: resource.platforms(),
        ..Draft::default()
    };
    let decisive: &[&str] = match resource.kind {
        TYPE => &["/oidc", "/attribute_mapping", "/attribute_condition", "/disabled"],
        _ => &[
            "/issuer",
            "/accepted_audiences",
            "/effective_attribute_mapping",
            "/effective_attribute_condition",
        ],
    };
    draft.unknowns = resource
        .unknown_below(decisive)
        .map(|pointer| Unknown {
            pointer,
            reason: "is known after apply".to_owned(),
            is_decisive: true,
        })
        .collect();
    if resource.kind == TYPE {
        draft.belongs = Some(Belongs {
            known: pool_of(resource),
            by: &POOLS,
        });
    }
    if !draft.unknowns.is_empty() {
        return Some(draft);
    }
    let mut document: Map<String, Value> = match resource.kind {
        TYPE => resource.values.as_object()?.clone(),
        _ => ours(resource)?,
    };
    let named = document.get("name").and_then(Value::as_str);
    if named.is_none_or(|name| name.contains(UNKNOWN)) {
        let part = |name: &str, other: &str| resource.known_text(name).unwrap_or(other).to_owned();
        let pool = part("workload_identity_pool_id", "pool");
        let own = part("workload_identity_pool_provider_id", "provider");
        let name = format!("projects/1/locations/global/workloadIdentityPools/{pool}/providers/{own}");
        draft.notes.push(format!(
            "its name is known after apply; taken for `{name}`, which only its default audiences depend on"
        ));
        document.insert("name".to_owned(), json!(name));
    }
    draft.document = Some(Value::Object(document));
    Some(draft)
}

/// Arguments that say which pool a provider is in.
const POOLS: [&str; 1] = ["workload_identity_pool_id"];

/// The pool of a provider, with its project where that is known.
fn pool_of(resource: &Resource<'_>) -> Option<String> {
    let pool = resource.known_text(POOLS[0])?;
    Some(match resource.known_text("project") {
        Some(project) => format!("{project}/{pool}"),
        None => pool.to_owned(),
    })
}

/// The member of a document that says whom policies mean.
const MEANT: &str = "bindings";

/// Providers of one pool, of which some may not have their names yet: all get that of the first one's pool.
fn in_one_pool(mut documents: Vec<Value>, meant: &BTreeSet<String>) -> Value {
    let pool = documents.first().and_then(pool);
    for document in &mut documents {
        let name = document.get("name").and_then(Value::as_str).unwrap_or_default();
        let own = name.rsplit('/').next().unwrap_or_default();
        let named = pool.as_ref().map(|pool| json!(format!("{pool}/providers/{own}")));
        if let (Some(members), Some(named)) = (document.as_object_mut(), named) {
            members.insert("name".to_owned(), named);
            members.insert(MEANT.to_owned(), json!(meant));
        }
    }
    Value::Array(documents)
}

/// What the provider of a trust is set to, as the resource computes it.
fn ours(resource: &Resource<'_>) -> Option<Map<String, Value>> {
    let names = [
        ("issuer_uri", "issuer"),
        ("allowed_audiences", "accepted_audiences"),
        ("attribute_mapping", "effective_attribute_mapping"),
        ("attribute_condition", "effective_attribute_condition"),
        ("name", "provider_name"),
    ];
    let members = names.into_iter().filter_map(|(name, attribute)| {
        let value = resource.values.get(attribute).filter(|value| !value.is_null())?;
        Some((name.to_owned(), value.clone()))
    });
    Some(members.collect())
}
