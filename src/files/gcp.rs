//! Google Cloud: providers of workload identity pools.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::cloud::{BESIDE, Change, Cloud, Draft, Facts};
use super::decide::Asked;
use super::found::{UNKNOWN, Unknown};
use super::terraform::{Belongs, Resource};
use crate::clouds::gcp::dialect::{
    Principal, Provider, ProviderError, ProviderSettings, RULES, difference, evaluate, lint, lint_pool,
};
use crate::trust::document::describe;
use crate::trust::{Decision, DocumentError, Finding};

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
    let provider = Provider::parse(&settings).map_err(|error| not_accepted(&error))?;
    Ok((settings, provider))
}

fn not_accepted(error: &ProviderError) -> DocumentError {
    DocumentError::new("", "a provider that Google accepts", error.to_string())
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

fn change(before: Option<&Value>, after: &Value, facts: &Facts<'_>) -> Result<Change, DocumentError> {
    if after.is_array() {
        // of a pool each provider is told by itself
        return Ok(Change::Nobody);
    }
    let after = ProviderSettings::from_value(after)?;
    if Provider::parse(&after).is_err() {
        return Ok(Change::CannotTell("its expressions cannot be read".to_owned()));
    }
    let before = before.map(provider).transpose()?;
    let before = before.as_ref().map(|(settings, _)| settings);
    let found = difference(before, &after, facts).map_err(|error| not_accepted(&error))?;
    Ok(match (found.admits, found.may_admit) {
        (Some(token), _) => Change::Admits(token),
        (None, true) => Change::CannotTell(
            "no token was found that is newly admitted, and not all that may be could be tried".to_owned(),
        ),
        (None, false) => Change::Nobody,
    })
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
    let is_ours = resource.kind == OURS;
    let decisive: &[&str] = match is_ours {
        false => &["/oidc", "/attribute_mapping", "/attribute_condition", "/disabled"],
        true => &[
            "/issuer",
            "/accepted_audiences",
            "/effective_attribute_mapping",
            "/effective_attribute_condition",
            "/pool/disabled",
            "/pool_provider/disabled",
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
    draft.belongs = Some(Belongs {
        known: pools_of(resource, is_ours),
        by: if is_ours {
            &["pool"]
        } else {
            &["workload_identity_pool_id"]
        },
    });
    if !draft.unknowns.is_empty() {
        return Some(draft);
    }
    let mut document: Map<String, Value> = match is_ours {
        false => resource.values.as_object()?.clone(),
        true => ours(resource),
    };
    let named = document.get("name").and_then(Value::as_str);
    if named.is_none_or(|name| name.contains(UNKNOWN)) {
        let pool = known(resource, pool_id(is_ours)).unwrap_or("pool");
        let own = known(resource, provider_id(is_ours)).unwrap_or("provider");
        let name = format!("projects/1/locations/global/workloadIdentityPools/{pool}/providers/{own}");
        draft.notes.push(format!(
            "its name is known after apply; taken for `{name}`, which only its default audiences depend on"
        ));
        document.insert("name".to_owned(), json!(name));
    }
    draft.document = Some(Value::Object(document));
    Some(draft)
}

/// Where the id of the pool stands.
fn pool_id(is_ours: bool) -> &'static str {
    if is_ours {
        "/pool/id"
    } else {
        "/workload_identity_pool_id"
    }
}

/// Where the id of the provider stands.
fn provider_id(is_ours: bool) -> &'static str {
    if is_ours {
        "/pool_provider/id"
    } else {
        "/workload_identity_pool_provider_id"
    }
}

/// The text at a place, where there is one and it is known.
fn known<'a>(resource: &'a Resource<'_>, pointer: &str) -> Option<&'a str> {
    let text = resource.values.pointer(pointer)?.as_str()?;
    (!text.contains(UNKNOWN) && !text.is_empty()).then_some(text)
}

/// The names of a provider's pool: with its project by id and by number, as far as these are known.
fn pools_of(resource: &Resource<'_>, is_ours: bool) -> BTreeSet<String> {
    let Some(pool) = known(resource, pool_id(is_ours)) else {
        return BTreeSet::new();
    };
    let projects = ["/project", "/project_number"]
        .into_iter()
        .filter_map(|place| known(resource, place));
    let mut names: BTreeSet<String> = projects.map(|project| format!("{project}/{pool}")).collect();
    if names.is_empty() {
        names.insert(pool.to_owned());
    }
    names
}

/// The member of a document that says whom policies mean.
const MEANT: &str = "bindings";

/// Providers of one pool, of which some may not have their names yet: all get that of one pool, where they can the one that
/// members of policies name.
fn in_one_pool(mut documents: Vec<Value>, meant: &BTreeSet<String>) -> Value {
    let named = documents.iter().find(|one| one.get(MEANT).is_some());
    let pool = named.or(documents.first()).and_then(pool);
    for document in &mut documents {
        let name = document.get("name").and_then(Value::as_str).unwrap_or_default();
        let own = name.rsplit('/').next().unwrap_or_default();
        let named = pool.as_ref().map(|pool| json!(format!("{pool}/providers/{own}")));
        if let (Some(members), Some(named)) = (document.as_object_mut(), named) {
            members.insert("name".to_owned(), named);
            let of_its_own = members.get(MEANT).and_then(Value::as_array).into_iter().flatten();
            let of_its_own = of_its_own.filter_map(|member| member.as_str().map(str::to_owned));
            let all: BTreeSet<String> = of_its_own.chain(meant.iter().cloned()).collect();
            members.insert(MEANT.to_owned(), json!(all));
        }
    }
    Value::Array(documents)
}

/// What the provider of a trust is set to, as the resource computes it, and whom its bindings mean.
fn ours(resource: &Resource<'_>) -> Map<String, Value> {
    let names = [
        ("issuer_uri", "/issuer"),
        ("allowed_audiences", "/accepted_audiences"),
        ("attribute_mapping", "/effective_attribute_mapping"),
        ("attribute_condition", "/effective_attribute_condition"),
        ("name", "/provider_name"),
    ];
    let at = |place: &str| resource.values.pointer(place).filter(|value| !value.is_null());
    let members = names
        .into_iter()
        .filter_map(|(name, place)| Some((name.to_owned(), at(place)?.clone())));
    let mut members: Map<String, Value> = members.collect();
    let is_off = ["/pool/disabled", "/pool_provider/disabled"]
        .into_iter()
        .any(|place| at(place) == Some(&Value::Bool(true)));
    members.insert("disabled".to_owned(), json!(is_off));
    if let Some(principals) = at("/principals").filter(|_| !resource.is_unknown("/principals")) {
        members.insert(MEANT.to_owned(), principals.clone());
    }
    members
}
