//! AWS: roles, trust policies, and the resources that have one.

use serde_json::{Map, Value, json};

use super::cloud::{BESIDE, Change, Cloud, Draft, Facts};
use super::decide::Asked;
use super::found::Unknown;
use super::policy_document;
use super::terraform::Resource;
use crate::clouds::aws::dialect::policy::{Actions, Effect, PrincipalKind, PrincipalSet, Principals};
use crate::clouds::aws::dialect::{
    OfflineExchange, PolicyDocument, ProviderDocument, RoleArn, RoleDocument, Statement, difference,
    evaluate_offline, lint, lint_role,
};
use crate::lint::Rule;
use crate::trust::document::{child, describe};
use crate::trust::{Decision, DocumentError, Finding};

pub(super) static CLOUD: Cloud = Cloud {
    id: "aws",
    documents: "a trust policy or IAM role (AWS)",
    member: "trust_policy",
    besides: &["providers", "role_arn"],
    forgives: true,
    recognises: RoleDocument::recognises,
    concerns,
    name,
    group: |_| None,
    in_one: |documents, _| Value::Array(documents),
    lint: Some(judge),
    decide,
    change,
    rules: || lint::rules().collect::<Vec<&'static Rule>>(),
    terraform,
};

fn judge(document: &Value, facts: &Facts<'_>) -> Result<Vec<Finding>, DocumentError> {
    let role = RoleDocument::from_value(document)?;
    Ok(lint_role(&role, facts))
}

fn change(before: Option<&Value>, after: &Value, _: &Facts<'_>) -> Result<Change, DocumentError> {
    let after = RoleDocument::from_value(after)?.trust_policy;
    let before = match before {
        Some(before) => RoleDocument::from_value(before)?.trust_policy,
        None => PolicyDocument::new(Vec::new()),
    };
    let found = difference(&before, &after);
    Ok(match (found.admits, found.may_admit) {
        (Some(token), _) => Change::Admits(token),
        (None, true) => {
            Change::CannotTell("of some tokens it cannot be told whether the policies accept them".to_owned())
        }
        (None, false) => Change::Nobody,
    })
}

fn decide(document: &Value, asked: &Asked<'_>) -> Result<Decision, DocumentError> {
    let mut role = RoleDocument::from_value(document)?;
    let beside = |name: &str| asked.besides.get(name).filter(|value| !value.is_null());
    if let Some(value) = beside("role_arn") {
        let wrong =
            |found: String| DocumentError::new(&format!("{BESIDE}/role_arn"), "the ARN of a role", found);
        let text = value.as_str().ok_or_else(|| wrong(describe(value)))?;
        role.arn = Some(RoleArn::parse(text).map_err(|error| wrong(format!("`{text}` ({error})")))?);
    }
    let provider = match beside("providers") {
        None => ProviderDocument::default(),
        Some(Value::Array(items)) => provider(items, asked)?,
        Some(other) => {
            return Err(DocumentError::new(
                &format!("{BESIDE}/providers"),
                "a list of providers",
                describe(other),
            ));
        }
    };
    let exchange = OfflineExchange {
        role: &role,
        provider: &provider,
        session_name: None,
        duration: None,
        claims: asked.claims,
    };
    evaluate_offline(&exchange).map_err(|error| {
        DocumentError::new(
            &format!("{BESIDE}/role_arn"),
            "the ARN of the role",
            error.to_string(),
        )
    })
}

/// The provider of the token's issuer; where none of them is, any: its issuer then refuses the token.
fn provider(items: &[Value], asked: &Asked<'_>) -> Result<ProviderDocument, DocumentError> {
    let mut all = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let read = ProviderDocument::parse(&item.to_string());
        all.push(read.map_err(|error| {
            let pointer = format!("{BESIDE}/providers/{at}{}", error.pointer);
            DocumentError::new(&pointer, error.expected, error.found)
        })?);
    }
    let issuer = asked.claims.text("iss").map(ProviderDocument::url_of);
    let of_issuer = all.iter().position(|provider| provider.url == issuer);
    let chosen = of_issuer.map_or_else(|| all.first(), |at| all.get(at));
    chosen.cloned().ok_or_else(|| {
        DocumentError::new(
            &format!("{BESIDE}/providers"),
            "at least one provider",
            "an empty list",
        )
    })
}

/// Whether a role might let in web identity, or cannot be read.
fn concerns(document: &Value) -> bool {
    RoleDocument::from_value(document).map_or(true, |role| {
        role.trust_policy.statements.iter().any(is_web_identity)
    })
}

fn is_web_identity(statement: &Statement) -> bool {
    let may_act = match &statement.actions {
        Actions::Action(names) => names.iter().any(|name| {
            let name = name.to_ascii_lowercase();
            name.contains('*')
                || name.contains('?')
                || name.contains("$")
                || name == "sts:assumerolewithwebidentity"
        }),
        Actions::NotAction(_) => true,
    };
    let may_be = match &statement.principals {
        Some(Principals::Principal(PrincipalSet::Everyone) | Principals::NotPrincipal(_)) => true,
        Some(Principals::Principal(set)) => {
            let is_saml = |name: &String| name.contains(":saml-provider/");
            let unknown = |name: &String| name.contains("${");
            let federated = set.of(PrincipalKind::Federated).iter();
            federated.clone().any(|name| !is_saml(name)) || set.of(PrincipalKind::Aws).iter().any(unknown)
        }
        None => false,
    };
    statement.effect == Effect::Allow && may_act && may_be
}

fn name(document: &Value) -> Option<String> {
    let role = document.get("Role").unwrap_or(document);
    let texts = ["Arn", "arn", "RoleName", "name"];
    texts
        .iter()
        .find_map(|name| Some(role.get(*name)?.as_str()?.to_owned()))
}

/// How a policy out of a larger document is handed on.
pub(super) const WRAPPING: &str = "/assume_role_policy";

/// What a resource says of how long credentials live and what they are for, as a document of a role has it. Null and unknown
/// values say nothing.
fn rights(values: &Value) -> Map<String, Value> {
    let list = |name: &str| values.get(name).and_then(Value::as_array).into_iter().flatten();
    let duration = values.get("max_session_duration").filter(|value| value.is_u64());
    // ours takes the name of a policy of AWS for its ARN
    let arn = |name: &str| match name.contains(':') {
        true => name.to_owned(),
        false => format!("arn:aws:iam::aws:policy/{name}"),
    };
    let managed: Vec<String> = list("managed_policy_arns")
        .filter_map(Value::as_str)
        .map(arn)
        .collect();
    let ours = values
        .get("inline_policies")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let inline = list("inline_policy").filter_map(|block| block.get("policy"));
    let inline: Vec<Value> = inline
        .chain(ours.map(|(_, policy)| policy))
        .map(|policy| json!({ "policy": policy }))
        .collect();
    let members = [
        ("max_session_duration", json!(duration)),
        ("managed_policy_arns", json!(managed)),
        ("inline_policy", json!(inline)),
    ];
    members
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// Attributes that are the trust policy, by type of resource.
const MANAGED: [(&str, &str); 2] = [
    ("oidcfed_aws_trust", "trust_policy"),
    ("aws_iam_role", "assume_role_policy"),
];
const DATA: [(&str, &str); 2] = [
    ("oidcfed_aws_trust_policy", "json"),
    ("aws_iam_policy_document", "json"),
];

fn terraform(resource: &Resource<'_>) -> Option<Draft> {
    let types = if resource.is_data { DATA } else { MANAGED };
    let (kind, attribute) = types.into_iter().find(|(kind, _)| *kind == resource.kind)?;
    let pointer = child("", attribute);
    let mut draft = Draft {
        pointer: pointer.clone(),
        accepted_risks: resource.texts("accepted_risks"),
        platforms: resource.platforms(),
        ..Draft::default()
    };
    if !resource.is_unknown(&pointer) {
        draft.wrapping = Some(WRAPPING);
        let text = resource.values.get(attribute)?.as_str()?;
        let arn = ["role_arn", "arn"]
            .iter()
            .find_map(|name| resource.known_text(name));
        // a policy alone is a document too; its own mistakes are found when it is judged
        let mut document = rights(&resource.values);
        document.insert("arn".to_owned(), json!(arn));
        document.insert("assume_role_policy".to_owned(), json!(text));
        draft.document = Some(Value::Object(document));
        return Some(draft);
    }
    if kind == "aws_iam_policy_document"
        && let Some(built) = policy_document::built(resource)
    {
        return Some(built);
    }
    draft.unknowns.push(Unknown {
        pointer,
        reason: "is known after apply".to_owned(),
        is_decisive: true,
    });
    Some(draft)
}
