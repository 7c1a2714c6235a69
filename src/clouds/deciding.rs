//! What the clouds' functions share that decide about tokens or judge trusts: documents and claims out of arguments, decisions
//! and findings as values.

use std::cell::RefCell;

use serde_json::{Map, Value as Json};

use super::trust_arguments::Signer;
use crate::framework::{FunctionError, Parameter, Type, Value, to_json};
use crate::lint::IssuerFacts;
use crate::trust::{Claims, Decision, Finding, IssuerUrl, Verdict, document};

/// A parameter that takes a JSON text, or an object as the host has it.
pub fn document_parameter(name: &str, description: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        ty: Type::Dynamic,
        description: format!("{description} A JSON string or an object."),
        allow_null: false,
        allow_unknown: false,
    }
}

/// The claims of a token, the last parameter of every function that decides.
pub fn claims_parameter() -> Parameter {
    document_parameter(
        "claims",
        "The claims of the token, which is taken to be signed and in time.",
    )
}

/// Who signs, the last parameter of every function that judges a trust.
pub fn platform_parameter() -> Parameter {
    Parameter {
        name: "platform".to_owned(),
        ty: Type::String,
        description: "Who signs: id of a platform of the catalogue, or the text of a platform file; null: told by the issuers."
            .to_owned(),
        allow_null: true,
        allow_unknown: false,
    }
}

/// The findings of a linter that asks for facts of issuers, given without their scheme. The second argument says who signs.
///
/// # Errors
/// A platform that cannot be used, or not for one of the issuers.
pub fn judged(
    arguments: &[Value],
    lint: impl FnOnce(&dyn Fn(&str) -> IssuerFacts) -> Vec<Finding>,
) -> Result<Value, FunctionError> {
    const PLATFORM: i64 = 1;
    let platform = arguments.get(1).and_then(Value::as_str);
    let refused = RefCell::new(None);
    let facts = |url: &str| {
        let Ok(issuer) = IssuerUrl::parse(&format!("https://{url}")) else {
            return IssuerFacts::of(url);
        };
        Signer::of(platform, &issuer).map_or_else(
            |reason| {
                refused.borrow_mut().get_or_insert(reason);
                IssuerFacts::unknown()
            },
            |signer| signer.facts(url),
        )
    };
    let findings = lint(&facts);
    match refused.into_inner() {
        Some(reason) => Err(wrong(PLATFORM, reason)),
        None => Ok(found(&findings)),
    }
}

/// A document, from JSON or from the host's own value; in the latter null is the same as absent.
///
/// # Errors
/// A text that is no JSON, or a value that JSON cannot say.
pub fn document(arguments: &[Value], at: i64) -> Result<Json, FunctionError> {
    let argument = usize::try_from(at).ok().and_then(|at| arguments.get(at));
    let value = match argument {
        Some(Value::Dynamic(inner)) => &inner.1,
        Some(other) => other,
        None => return Err(wrong(at, "expected a document, found none")),
    };
    match value {
        Value::String(text) => document::parse(text).map_err(|e| wrong(at, e)),
        other => plain(other).map_err(|reason| wrong(at, reason)),
    }
}

/// The claims in an argument.
///
/// # Errors
/// Anything but an object.
pub fn claims(arguments: &[Value], at: i64) -> Result<Claims, FunctionError> {
    match document(arguments, at)? {
        Json::Object(members) => Ok(Claims::new(members)),
        other => Err(wrong(
            at,
            format!(
                "expected the claims of a token (an object), found {}",
                document::describe(&other)
            ),
        )),
    }
}

fn plain(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Value::Dynamic(inner) => plain(&inner.1)?,
        Value::Object(members) | Value::Map(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            let members = members.map(|(name, value)| Ok((name.clone(), plain(value)?)));
            Json::Object(members.collect::<Result<Map<_, _>, String>>()?)
        }
        Value::List(items) | Value::Set(items) | Value::Tuple(items) => {
            Json::Array(items.iter().map(plain).collect::<Result<_, _>>()?)
        }
        other => to_json(other).map_err(|e| e.to_string())?,
    })
}

/// What is wrong with an argument.
pub fn wrong(at: i64, reason: impl ToString) -> FunctionError {
    FunctionError {
        text: reason.to_string(),
        argument: Some(at),
    }
}

/// The type of a decision.
pub fn decision_type() -> Type {
    let step = [
        ("name", Type::String),
        ("expected", Type::String),
        ("found", Type::String),
        ("verdict", Type::String),
    ];
    Type::object([
        ("decision", Type::String),
        ("steps", Type::list(Type::object(step))),
    ])
}

/// A decision with its steps.
pub fn decided(decision: &Decision) -> Value {
    let steps = decision.steps.iter().map(|step| {
        object([
            ("name", Value::string(&step.name)),
            ("expected", Value::string(&step.expected)),
            ("found", Value::string(&step.found)),
            ("verdict", word(step.verdict)),
        ])
    });
    object([
        ("decision", word(decision.verdict)),
        ("steps", Value::List(steps.collect())),
    ])
}

fn word(verdict: Verdict) -> Value {
    Value::string(match verdict {
        Verdict::Allow => "allow",
        Verdict::Deny => "deny",
        Verdict::Unknown => "unknown",
    })
}

/// What every function that judges a trust says of its answer.
pub const FINDINGS: &str = "Findings, the worst first; `witness` is a JSON string with the claims of somebody else's token that \
                            would be accepted, or null.";

/// The type of findings.
pub fn findings_type() -> Type {
    Type::list(Type::object([
        ("rule", Type::String),
        ("severity", Type::String),
        ("message", Type::String),
        ("fix", Type::String),
        ("witness", Type::String),
    ]))
}

/// Findings, in their order.
fn found(findings: &[Finding]) -> Value {
    let one = |finding: &Finding| {
        object([
            ("rule", Value::string(finding.rule)),
            ("severity", Value::string(finding.severity.as_str())),
            ("message", Value::string(&finding.message)),
            ("fix", Value::string(&finding.fix)),
            (
                "witness",
                finding.witness.as_ref().map_or(Value::Null, Value::string),
            ),
        ])
    };
    Value::List(findings.iter().map(one).collect())
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.map(|(name, value)| (name.to_owned(), value));
    Value::Object(members.into())
}

/// What the description of every function that decides ends with.
pub const AS_IF: &str = "`decision` is `allow`, `deny` or `unknown` (cannot tell, never to be taken for `allow`); `steps` are what \
                         was checked, in the cloud's order, with what was expected and found.";
