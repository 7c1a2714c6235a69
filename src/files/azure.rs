//! Azure: federated identity credentials.

use serde_json::{Map, Value, json};

use super::cloud::{self, Change, Cloud, Facts};
use super::found::Unknown;
use super::terraform::{Belongs, Resource};
use super::tokens::{self, Tried};
use crate::clouds::azure::dialect::{Comparand, Credential, Draft, Matching, RULES, evaluate_azure, lint};
use crate::trust::{Claims, DocumentError, Finding, Verdict};

pub(super) static CLOUD: Cloud = Cloud {
    id: "azure",
    documents: "a federated identity credential (Azure)",
    member: "credential",
    besides: &[],
    forgives: false,
    recognises: Credential::recognises,
    concerns: |_| true,
    name: |document| {
        let names = ["name", "display_name"];
        names
            .iter()
            .find_map(|name| Some(document.get(*name)?.as_str()?.to_owned()))
    },
    group: |_| None,
    in_one: |documents, _| Value::Array(documents),
    lint: Some(judge),
    decide: |document, asked| {
        let credentials = Credential::all_from_value(document)?;
        Ok(evaluate_azure(&credentials, asked.claims))
    },
    change,
    rules: || RULES.iter().collect(),
    terraform,
};

fn judge(document: &Value, facts: &Facts<'_>) -> Result<Vec<Finding>, DocumentError> {
    Ok(lint(&Draft::all_from_value(document)?, facts))
}

fn change(before: Option<&Value>, after: &Value, facts: &Facts<'_>) -> Result<Change, DocumentError> {
    let findings = judge(after, facts)?;
    let Ok(after) = Credential::all_from_value(after) else {
        return Ok(Change::CannotTell("what it matches cannot be read".to_owned()));
    };
    let before = before
        .map(Credential::all_from_value)
        .transpose()?
        .unwrap_or_default();
    let same = |one: &Credential, other: &Credential| {
        (&one.issuer, &one.audience, &one.matching) == (&other.issuer, &other.audience, &other.matching)
    };
    let new: Vec<&Credential> = after
        .iter()
        .filter(|own| !before.iter().any(|other| same(own, other)))
        .collect();
    if new.is_empty() {
        return Ok(Change::Nobody);
    }
    let tried = Tried {
        tokens: new
            .iter()
            .flat_map(|credential| candidates(credential))
            .chain(tokens::of_findings(&findings))
            .collect(),
        // a classic credential admits one combination of values and no other
        is_complete: new
            .iter()
            .all(|credential| matches!(credential.matching, Matching::Subject(_))),
        before: &|token| match before.is_empty() {
            true => Verdict::Deny,
            false => evaluate_azure(&before, token).verdict,
        },
        after: &|token| evaluate_azure(&after, token).verdict,
    };
    Ok(tried.change())
}

/// Tokens that a credential is about.
fn candidates(credential: &Credential) -> Vec<Claims> {
    let of = |filler: &str| {
        let mut token = Claims::default();
        token.insert("iss", json!(credential.issuer));
        token.insert("aud", json!(credential.audience));
        match &credential.matching {
            Matching::Subject(subject) => token.insert("sub", json!(subject)),
            Matching::Expression(expression) => {
                for clause in expression.clauses() {
                    let Comparand::Text(text) = &clause.comparand else {
                        continue;
                    };
                    let value = match clause.operator {
                        crate::clouds::azure::dialect::Operator::Eq => text.clone(),
                        crate::clouds::azure::dialect::Operator::Matches => {
                            text.replace('*', filler).replace('?', "x")
                        }
                    };
                    token.insert(clause.claim.clone(), json!(value));
                }
            }
        }
        token
    };
    tokens::FILLERS.iter().map(|filler| of(filler)).collect()
}

/// Types of resources, and the attributes that say who is trusted.
const TYPES: [&str; 3] = [
    "azurerm_federated_identity_credential",
    "azuread_application_federated_identity_credential",
    "azuread_application_flexible_federated_identity_credential",
];
const DECISIVE: [&str; 5] = [
    "issuer",
    "audience",
    "audiences",
    "subject",
    "claims_matching_expression",
];
/// Arguments that say what carries the credential.
const HOLDERS: [&str; 4] = [
    "parent_id",
    "user_assigned_identity_id",
    "application_id",
    "application_object_id",
];
/// Says what kind of identity carries the credential.
const PARENTS: [&str; 2] = ["parent_id", "user_assigned_identity_id"];
const SOME_IDENTITY: &str = "/subscriptions/0/resourceGroups/unknown/providers/Microsoft.ManagedIdentity/userAssignedIdentities/unknown";

fn terraform(resource: &Resource<'_>) -> Option<cloud::Draft> {
    if resource.is_data || !TYPES.contains(&resource.kind) {
        return None;
    }
    let decisive = DECISIVE.map(|name| format!("/{name}"));
    let decisive: Vec<&str> = decisive.iter().map(String::as_str).collect();
    let unknowns = resource.unknown_below(&decisive);
    let unknowns: Vec<Unknown> = unknowns
        .map(|pointer| Unknown {
            pointer,
            reason: "is known after apply".to_owned(),
            is_decisive: true,
        })
        .collect();
    let document = unknowns.is_empty().then(|| {
        let mut document = Map::new();
        for name in DECISIVE.iter().chain(&["name", "display_name"]) {
            if let Some(value) = resource.values.get(*name).filter(|value| !value.is_null()) {
                document.insert((*name).to_owned(), value.clone());
            }
        }
        if resource.kind == TYPES[0] {
            let parent = PARENTS.iter().find_map(|name| resource.known_text(name));
            document.insert(PARENTS[0].to_owned(), json!(parent.unwrap_or(SOME_IDENTITY)));
        }
        Value::Object(document)
    });
    let known = HOLDERS.iter().find_map(|name| resource.known_text(name));
    Some(cloud::Draft {
        document,
        unknowns,
        belongs: Some(Belongs {
            known: known.map(str::to_owned).into_iter().collect(),
            by: &HOLDERS,
        }),
        ..cloud::Draft::default()
    })
}
