//! `platform`: what is known about a platform, by its id, its issuer or its file.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::arguments::{error, object, optional, parameter, platform, strings, text};
use crate::framework::{Function, FunctionError, Signature, Type, Value};
use crate::platforms::{Chooser, Platform, Presence, SubjectForm, Tenancy, Variable, infer};
use crate::trust::IssuerUrl;

/// `platform(id_or_issuer)`
pub(in crate::provider) struct PlatformFunction;

impl Function for PlatformFunction {
    fn name(&self) -> &'static str {
        "platform"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "What is known about a platform".to_owned(),
            description: "Looks a platform up by its id in the catalogue, by an issuer, or reads the text of a platform file. \
                          Several platforms of one issuer are united, with the strictest tenancy; an issuer that nobody knows \
                          is `generic`, its tenancy `unknown`."
                .to_owned(),
            parameters: vec![parameter(
                "id_or_issuer",
                Type::String,
                "Id of a platform, an issuer URL, or the text of a platform file.",
            )],
            variadic: None,
            returns: returns(),
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let given = text(arguments, 0)?;
        if given.starts_with("https://") || given.starts_with("http://") {
            let issuer = IssuerUrl::parse(given).map_err(|e| error(0, e))?;
            let inference = infer(&issuer);
            return Ok(described(
                &inference.id(),
                inference.tenancy,
                &inference.platforms,
            ));
        }
        let platform: Cow<'static, Platform> = platform(arguments, 0)?;
        Ok(described(&platform.id, platform.tenancy, &[&platform]))
    }
}

fn returns() -> Type {
    let texts = || Type::list(Type::String);
    Type::object([
        ("id", Type::String),
        ("name", Type::String),
        ("kind", Type::String),
        ("tenancy", Type::String),
        ("issuers", texts()),
        ("audience_set_by", Type::String),
        ("default_audience", Type::map(Type::String)),
        ("azp", Type::String),
        ("algs", texts()),
        ("claims", texts()),
        ("tenant_claims", texts()),
        ("immutable_claims", texts()),
        (
            "variables",
            Type::map(Type::object([
                ("pattern", Type::String),
                ("chosen_by", Type::String),
                ("mutable", Type::Bool),
            ])),
        ),
        (
            "subjects",
            Type::list(Type::object([
                ("name", Type::String),
                ("template", Type::String),
                ("variables", texts()),
                ("default", Type::Bool),
                ("stable", Type::Bool),
                ("example", Type::String),
            ])),
        ),
        ("token_sources", texts()),
    ])
}

fn described(id: &str, tenancy: Tenancy, platforms: &[&Platform]) -> Value {
    let all = |of: fn(&Platform) -> &[String]| {
        let mut texts: Vec<&str> = Vec::new();
        for text in platforms.iter().flat_map(|platform| of(platform)) {
            if !texts.contains(&text.as_str()) {
                texts.push(text);
            }
        }
        strings(texts)
    };
    let same = |of: fn(&Platform) -> &str| {
        let mut texts: Vec<&str> = platforms.iter().map(|platform| of(platform)).collect();
        texts.dedup();
        texts.join(", ")
    };
    let is_known = !platforms.is_empty();
    let issuers = platforms.iter().flat_map(|platform| &platform.issuers);
    let mut issuers: Vec<&str> = issuers.map(|form| form.template.as_str()).collect();
    issuers.dedup();
    let mut variables: BTreeMap<String, Value> = BTreeMap::new();
    let mut audiences: BTreeMap<String, Value> = BTreeMap::new();
    for platform in platforms {
        let used = platform.variable_names();
        let own = platform
            .variables
            .iter()
            .filter(|(name, _)| used.contains(name.as_str()));
        variables.extend(own.map(|(name, variable)| (name.clone(), of_variable(variable))));
        let own = platform.default_audience.iter();
        audiences.extend(own.map(|(receiver, audience)| (receiver.clone(), Value::string(audience))));
    }
    let choosers: Vec<Option<Chooser>> = platforms
        .iter()
        .map(|platform| platform.audience_set_by)
        .collect();
    let chooser = match choosers.as_slice() {
        [first, rest @ ..] if rest.iter().all(|other| other == first) => *first,
        _ => None,
    };
    let azp = match platforms {
        [first, rest @ ..] if rest.iter().all(|other| other.azp == first.azp) => first.azp,
        _ => Presence::Sometimes,
    };
    object([
        ("id", Value::string(id)),
        (
            "name",
            optional(is_known.then(|| same(|platform| &platform.name)).as_deref()),
        ),
        (
            "kind",
            optional(is_known.then(|| same(|platform| &platform.kind)).as_deref()),
        ),
        ("tenancy", Value::string(tenancy.as_str())),
        ("issuers", strings(issuers)),
        ("audience_set_by", optional(chooser.map(of_chooser))),
        ("default_audience", Value::Map(audiences)),
        ("azp", Value::string(of_presence(azp))),
        ("algs", all(|platform| &platform.algs)),
        ("claims", all(|platform| &platform.claims)),
        ("tenant_claims", all(|platform| &platform.tenant_claims)),
        ("immutable_claims", all(|platform| &platform.immutable_id_claims)),
        ("variables", Value::Map(variables)),
        (
            "subjects",
            Value::List(
                platforms
                    .iter()
                    .flat_map(|platform| &platform.subjects)
                    .map(of_form)
                    .collect(),
            ),
        ),
        (
            "token_sources",
            Value::List(
                platforms
                    .iter()
                    .flat_map(|platform| &platform.token_sources)
                    .map(|source| Value::string(source.to_string()))
                    .collect(),
            ),
        ),
    ])
}

fn of_variable(variable: &Variable) -> Value {
    object([
        ("pattern", Value::string(&variable.pattern)),
        ("chosen_by", Value::string(of_chooser(variable.chosen_by))),
        ("mutable", Value::Bool(variable.mutable)),
    ])
}

fn of_form(form: &SubjectForm) -> Value {
    object([
        ("name", Value::string(&form.name)),
        ("template", Value::string(form.template.as_str())),
        ("variables", strings(form.template.variables())),
        ("default", Value::Bool(form.default)),
        ("stable", Value::Bool(form.stable)),
        ("example", optional(form.example.as_deref())),
    ])
}

fn of_chooser(chooser: Chooser) -> &'static str {
    match chooser {
        Chooser::Platform => "platform",
        Chooser::Tenant => "tenant",
        Chooser::Workload => "workload",
    }
}

fn of_presence(presence: Presence) -> &'static str {
    match presence {
        Presence::Never => "never",
        Presence::Sometimes => "sometimes",
        Presence::Always => "always",
    }
}
