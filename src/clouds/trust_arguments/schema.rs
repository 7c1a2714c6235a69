//! The schema of the trust arguments.

use crate::framework::{Attr, Attribute, Diagnostics, Nesting, Path, Type, Value};
use crate::model;
use crate::trust::{Audience, ClaimName, IssuerUrl, Pattern};

model! {
    /// One finding as an attribute shows it.
    pub struct FindingModel {
        pub rule: Attr<String>,
        pub severity: Attr<String>,
        pub message: Attr<String>,
        pub fix: Attr<String>,
        pub witness: Attr<String>,
        pub accepted: Attr<String>,
    }
}

/// The arguments of every trust resource, without those of a single cloud.
pub fn attributes() -> Vec<Attribute> {
    let mut attributes = vec![
        issuer("issuer").required().describe(
            "Issuer URL, exactly as tokens carry it in `iss`. Changed in place: the new issuer is made ready, the trust \
             rewritten, the old one released.",
        ),
        Attribute::string("platform")
            .optional()
            .describe("Id of the platform that signs, or the text of a platform file. Inferred from the issuer by default.")
            .validate_text("Empty platform", not_empty),
    ];
    attributes.extend(branch_attributes());
    attributes.push(
        Attribute::nested("also", Nesting::Map, also_attributes())
            .optional()
            .describe("Further trusts of the same thing, or-ed. Members left out inherit from the top.")
            .validate(no_empty_collection),
    );
    attributes.push(
        Attribute::string_map("accepted_risks")
            .optional()
            .describe(
                "Written reasons for findings that are accepted: `RULE` or `RULE@VALUE`; findings of severity high and \
                 critical need `RULE@VALUE`.",
            )
            .validate_each_text("Empty reason", not_empty),
    );
    attributes
}

/// What every trust resource computes.
pub fn computed_attributes() -> Vec<Attribute> {
    let member = |name: &str, text: &str| Attribute::string(name).computed().describe(text);
    vec![
        Attribute::string("id")
            .computed()
            .use_state()
            .describe("Identifies the trust for other tools."),
        Attribute::string("audience")
            .computed()
            .describe("The audience a workload should ask for."),
        Attribute::string_set("accepted_audiences")
            .computed()
            .describe("Every audience that is accepted, the default included."),
        Attribute::string("effective_platform").computed().describe(
            "The platform that was given or inferred; `generic` when nothing is known of the issuer.",
        ),
        Attribute::nested(
            "findings",
            Nesting::List,
            vec![
                member("rule", "Rule id."),
                member("severity", "`critical`, `high`, `medium`, `low` or `info`."),
                member("message", "What is wrong."),
                member("fix", "How to mend it."),
                member(
                    "witness",
                    "Claims (JSON) of somebody else's token that would be accepted.",
                ),
                member("accepted", "The reason why the finding is accepted, or null."),
            ],
        )
        .computed()
        .describe("What is wrong with this trust, sorted by severity, rule and witness."),
    ]
}

fn branch_attributes() -> Vec<Attribute> {
    vec![
        Attribute::string_set("audiences")
            .optional()
            .describe("Accepted `aud`, exact. The cloud's own audience by default.")
            .validate(no_empty_collection)
            .validate_each_text("Invalid audience", |text| Audience::parse(text).map(drop)),
        Attribute::string_set("subjects")
            .optional()
            .describe("Accepted `sub`, exact.")
            .validate(no_empty_collection)
            .validate_each_text("Empty subject", not_empty),
        Attribute::string_set("subject_patterns")
            .optional()
            .describe(
                "Accepted `sub`, where `*` is any run of characters and `?` one character, across delimiters; `\\*`, `\\?`, \
                 `\\\\` are literal.",
            )
            .validate(no_empty_collection)
            .validate_each_text("Invalid subject pattern", |text| Pattern::parse(text).map(drop)),
        claims("claims")
            .describe("Further claims, exact: all names must hold, any value of a name.")
            .validate(claim_values(|text| not_empty(text).map_err(|e| e.to_owned()))),
        claims("claim_patterns")
            .describe("Further claims with wildcards.")
            .validate(claim_values(|text| Pattern::parse(text).map(drop).map_err(|e| e.to_string()))),
    ]
}

fn also_attributes() -> Vec<Attribute> {
    let mut attributes = vec![
        issuer("issuer").optional().describe("Another issuer."),
        Attribute::string("platform")
            .optional()
            .describe("Its platform.")
            .validate_text("Empty platform", not_empty),
    ];
    attributes.extend(branch_attributes());
    attributes
}

fn issuer(name: &str) -> Attribute {
    Attribute::string(name).validate_text("Invalid issuer", |text| IssuerUrl::parse(text).map(drop))
}

fn claims(name: &str) -> Attribute {
    Attribute::new(name, Type::map(Type::set(Type::String)))
        .optional()
        .validate(no_empty_collection)
}

fn not_empty(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        Err("expected a text, found an empty string")
    } else {
        Ok(())
    }
}

/// Empty never means "no condition", and a null element is no value.
fn no_empty_collection(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let (empty, has_null) = match value {
        Value::Set(items) => (items.is_empty(), items.iter().any(Value::is_null)),
        Value::Map(members) => (members.is_empty(), members.values().any(Value::is_null)),
        _ => return,
    };
    if empty {
        diagnostics.error(
            path.clone(),
            "Empty is not \"not tested\"",
            format!(
                "expected at least one value in `{path}`, found none; leave the argument out to not test it"
            ),
        );
    }
    if has_null {
        diagnostics.error(
            path.clone(),
            "Null among the values",
            format!("expected a value in every place of `{path}`, found null; leave the element out"),
        );
    }
}

fn claim_values(
    check: impl Fn(&str) -> Result<(), String> + Send + Sync + 'static,
) -> impl Fn(&Value, &Path, &mut Diagnostics) + Send + Sync + 'static {
    move |value, path, diagnostics| {
        let Value::Map(members) = value else { return };
        for (name, values) in members {
            let at = path.key(name.clone());
            if let Err(error) = ClaimName::parse(name) {
                diagnostics.error(at.clone(), "Invalid claim name", error.to_string());
            }
            no_empty_collection(values, &at, diagnostics);
            let Value::Set(items) = values else { continue };
            for text in items.iter().filter_map(Value::as_str) {
                if let Err(error) = check(text) {
                    diagnostics.error(at.clone(), "Invalid claim value", error);
                }
            }
        }
    }
}
