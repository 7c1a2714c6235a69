//! What is written in a way that Google does not read.

use super::super::super::cel::{CelError, Kind, Node, Value};
use super::super::super::provider::{ProviderError, ProviderSettings, Target};
use super::{Looked, finding, shared};
use crate::lint::{Class, IssuerFacts, Rule};
use crate::trust::{Finding, Severity};

pub(super) const SYNTAX: Rule = Rule {
    id: "expression-syntax",
    title: "An expression cannot be read",
    class: Class::Outage,
    meaning: "Google refuses the expression, or every token, because of something that CEL does not have here.",
    fix: "write the expression with what Google documents for mappings and conditions",
};

/// What is to be said of a provider whose expressions cannot be read.
pub(in super::super) fn unreadable(
    settings: &ProviderSettings,
    error: &ProviderError,
    facts: &IssuerFacts,
) -> Vec<Finding> {
    let own_limit = |error: &CelError| error.mistake.is_own_limit();
    let (value, is_own) = match error {
        ProviderError::Mapping { target, error } => (target.clone(), own_limit(error)),
        ProviderError::Condition(error) => ("attribute_condition".to_owned(), own_limit(error)),
        ProviderError::Target(target) => (target.clone(), false),
        ProviderError::Name(_) => (settings.name.clone(), false),
    };
    match is_own {
        // Google may well take it.
        true => {
            let severity = facts.severity_of_unproven();
            shared(
                "unanalysable-condition",
                severity,
                &value,
                error.to_string(),
                None,
            )
            .into_iter()
            .collect()
        }
        false => vec![finding(
            &SYNTAX,
            Severity::Medium,
            &value,
            error.to_string(),
            None,
        )],
    }
}

impl Looked<'_> {
    pub(super) fn about_syntax(&self, all: &mut Vec<Finding>) {
        let provider = self.setting.provider;
        if !provider
            .mapping
            .iter()
            .any(|(target, _)| *target == Target::Subject)
        {
            let message = "no expression for `google.subject`: Google refuses the provider".to_owned();
            all.push(finding(
                &SYNTAX,
                Severity::Medium,
                "google.subject",
                message,
                None,
            ));
        }
        let mapping = provider
            .mapping
            .iter()
            .map(|(target, program)| (target.key(), program, false));
        let condition = provider
            .condition
            .iter()
            .map(|program| ("attribute_condition".to_owned(), program, true));
        for (place, program, is_condition) in mapping.chain(condition) {
            let mut found = Vec::new();
            strangers(program.root(), &mut Vec::new(), is_condition, &mut found);
            found.sort();
            found.dedup();
            for what in found {
                let message = format!("{place}: {what}");
                all.push(finding(&SYNTAX, Severity::Medium, &place, message, None));
            }
        }
    }
}

/// Functions and names that there are not, and members of `google` and `attribute` that nothing maps.
fn strangers<'n>(node: &'n Node, bound: &mut Vec<&'n str>, is_condition: bool, found: &mut Vec<String>) {
    match &node.kind {
        Kind::Unfit { name, arguments } => {
            found.push(format!(
                "there is no function `{name}` with {} arguments",
                arguments.len()
            ));
        }
        Kind::Name(name) => {
            let is_known =
                name == "assertion" || (is_condition && matches!(name.as_str(), "google" | "attribute"));
            let is_type = matches!(
                name.as_str(),
                "bool"
                    | "int"
                    | "uint"
                    | "double"
                    | "string"
                    | "bytes"
                    | "list"
                    | "map"
                    | "null_type"
                    | "type"
            );
            if !is_known && !is_type && !bound.contains(&name.as_str()) {
                found.push(format!("there is no `{name}` here"));
            }
        }
        Kind::Binary {
            operator,
            left,
            right,
        } if operator.sign() == "==" => {
            // Equality with nothing is a way to ask for a claim in other languages.
            let is_null = |node: &Node| matches!(node.kind, Kind::Literal(Value::Null));
            if is_null(left) || is_null(right) {
                found
                    .push("a claim that is missing is an error and not `null`; ask with `has(…)`".to_owned());
            }
        }
        _ => {}
    }
    let Kind::Each {
        over,
        variable,
        test,
        result,
        ..
    } = &node.kind
    else {
        node.parts()
            .into_iter()
            .for_each(|part| strangers(part, bound, is_condition, found));
        return;
    };
    strangers(over, bound, is_condition, found);
    bound.push(variable);
    for part in test.iter().chain(result) {
        strangers(part, bound, is_condition, found);
    }
    bound.pop();
}
