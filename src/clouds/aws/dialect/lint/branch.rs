//! One issuer in one statement: what it tests, and tokens that pass.

use serde_json::Value;

use super::super::admission::never_admits;
use super::super::arn::ProviderArn;
use super::super::condition_keys::is_built_in;
use super::super::escape::read_wildcard;
use super::super::policy::{
    Condition, Effect, PolicyDocument, PrincipalKind, Principals, Qualifier, Statement, Test,
};
use super::super::witness::{Subjects, Witness, witness};
use super::foreign;
use super::issuer_facts::IssuerFacts;
use crate::platforms::Tenancy;
use crate::trust::{Finding, Glob, Severity};

/// A statement that could let in tokens of an issuer.
pub(super) struct Branch<'a> {
    pub facts: IssuerFacts,
    /// The issuer without its scheme.
    pub url: String,
    arn: String,
    policy: &'a PolicyDocument,
    statement: &'a Statement,
}

/// How much of the subject is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// Nothing tests it.
    Untested,
    /// Values with no text that names a tenant.
    Open(Vec<String>),
    /// Values that leave the tenant's text open at its end.
    OpenPrefix(Vec<String>),
    Closed,
}

/// All issuers of all statements that allow web identity and can be satisfied at all.
pub(super) fn branches<'a>(
    policy: &'a PolicyDocument,
    facts: &dyn Fn(&str) -> IssuerFacts,
) -> Vec<Branch<'a>> {
    let mut branches = Vec::new();
    for statement in policy.statements.iter().filter(|s| s.effect == Effect::Allow) {
        let Some(Principals::Principal(set)) = &statement.principals else {
            continue;
        };
        for name in set.of(PrincipalKind::Federated) {
            let url = match ProviderArn::parse(name) {
                Ok(arn) => arn.url().to_owned(),
                Err(_) if is_built_in(name) => name.clone(),
                // SAML providers have rules of their own.
                Err(_) => continue,
            };
            let alone = PolicyDocument {
                statements: vec![statement.clone()],
                ..policy.clone()
            };
            if never_admits(&alone, name, &url, None) {
                continue;
            }
            branches.push(Branch {
                facts: facts(&url),
                arn: name.clone(),
                url,
                policy,
                statement,
            });
        }
    }
    branches
}

impl Branch<'_> {
    /// Conditions on a claim that hold for certain values only and fail when the claim is missing.
    pub(super) fn plain_tests<'b>(&'b self, claim: &'b str) -> impl Iterator<Item = &'b Condition> {
        self.statement.conditions.iter().filter(move |condition| {
            let operator = condition.operator;
            let plain = matches!(
                operator.test,
                Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike
            );
            // An empty list of values is true.
            plain
                && !operator.if_exists
                && operator.qualifier != Some(Qualifier::ForAllValues)
                && !condition.values.is_empty()
                && condition
                    .key
                    .claim_of(&self.url)
                    .is_some_and(|found| found.eq_ignore_ascii_case(claim))
        })
    }

    /// Whether a claim is tested against values without wildcards.
    pub(super) fn pins(&self, claim: &str) -> bool {
        self.plain_tests(claim)
            .any(|c| c.values.iter().all(|value| wildcard_at(c, value).is_none()))
    }

    /// Whether a claim other than the subject names the tenant.
    pub(super) fn tenant_is_pinned(&self) -> bool {
        self.facts
            .tenant_claims
            .iter()
            .any(|claim| claim != "sub" && claim != "aud" && self.pins(claim))
    }

    /// All conditions on the subject have to hold, so that the narrowest decides; within one, any value is enough.
    pub(super) fn subject(&self) -> Subject {
        let mut narrowest = Subject::Untested;
        for condition in self.plain_tests("sub") {
            let (mut open, mut prefix) = (Vec::new(), Vec::new());
            for value in &condition.values {
                let Some(head) = wildcard_at(condition, value) else {
                    continue;
                };
                match self.openness(head, value) {
                    Openness::NoTenant => open.push(value.clone()),
                    Openness::OpenEnd => prefix.push(value.clone()),
                    Openness::Closed => {}
                }
            }
            let found = match (open.is_empty(), prefix.is_empty()) {
                (true, true) => return Subject::Closed,
                (false, _) => Subject::Open(open),
                (true, false) => Subject::OpenPrefix(prefix),
            };
            if !matches!((&narrowest, &found), (Subject::OpenPrefix(_), Subject::Open(_))) {
                narrowest = found;
            }
        }
        narrowest
    }

    fn openness(&self, head: &str, value: &str) -> Openness {
        match self.facts.tenancy {
            Tenancy::PerTenant | Tenancy::SelfHosted => {
                let bare = value.chars().all(|c| matches!(c, '*' | '?'));
                if bare {
                    Openness::NoTenant
                } else {
                    Openness::Closed
                }
            }
            Tenancy::Shared if !self.facts.tenant_prefixes.is_empty() => self.of_prefixes(head),
            Tenancy::Shared | Tenancy::Unknown => by_delimiter(head),
        }
    }

    fn of_prefixes(&self, head: &str) -> Openness {
        let prefixes = &self.facts.tenant_prefixes;
        if prefixes.iter().any(|prefix| prefix.is_closed_by(head)) {
            return Openness::Closed;
        }
        if prefixes.iter().any(|prefix| prefix.head().starts_with(head)) {
            return Openness::NoTenant;
        }
        if prefixes.iter().any(|prefix| head.starts_with(prefix.head())) {
            return Openness::OpenEnd;
        }
        // A form of subject that the catalogue does not have.
        by_delimiter(head)
    }

    /// A finding with the first witness whose subject is one of these.
    pub(super) fn finding(
        &self,
        rule: &'static str,
        severity: Severity,
        subjects: Vec<String>,
        words: Words,
    ) -> Finding {
        let wanted = Witness {
            provider_url: &self.url,
            provider_arn: &self.arn,
            audience: None,
            subjects: Subjects::Only(&subjects),
            beside: &|subject| foreign::claims_beside(&self.facts, subject),
        };
        let alone = PolicyDocument {
            statements: self
                .policy
                .statements
                .iter()
                .filter(|s| s.effect == Effect::Deny || *s == self.statement)
                .cloned()
                .collect(),
            ..self.policy.clone()
        };
        let witness =
            witness(&alone, &wanted).map(|claims| Value::Object(claims.members().clone()).to_string());
        Finding {
            rule,
            severity: if witness.is_some() {
                severity
            } else {
                severity.min(self.unproven())
            },
            message: words.message,
            fix: words.fix,
            witness,
            value: Some(words.value),
            accepted: None,
        }
    }

    /// Subjects of somebody else that a pattern lets in.
    pub(super) fn foreign_subjects(&self, value: &str) -> Vec<String> {
        let pattern = pattern(value);
        let mut subjects = foreign::subjects(&self.facts);
        subjects.retain(|subject| pattern.matches(subject));
        subjects.extend(foreign::matching(&self.facts, &pattern));
        subjects
    }

    /// Subjects that the trust means, and any if it means none in particular.
    pub(super) fn own_subjects(&self) -> Vec<String> {
        let named = self
            .plain_tests("sub")
            .flat_map(|condition| condition.values.iter());
        let mut subjects: Vec<String> = named.map(|value| pattern(value).example("x")).collect();
        subjects.extend(foreign::subjects(&self.facts));
        subjects
    }

    /// The worst that something without a witness may be.
    fn unproven(&self) -> Severity {
        match self.facts.tenancy {
            Tenancy::Shared | Tenancy::Unknown => Severity::High,
            Tenancy::PerTenant | Tenancy::SelfHosted => Severity::Medium,
        }
    }

    /// How bad it is that nothing names a tenant.
    pub(super) fn severity_of_nothing(&self) -> Severity {
        match self.facts.tenancy {
            Tenancy::Shared => Severity::Critical,
            Tenancy::Unknown => Severity::High,
            Tenancy::PerTenant | Tenancy::SelfHosted if self.facts.is_kubernetes => Severity::High,
            Tenancy::PerTenant | Tenancy::SelfHosted => Severity::Medium,
        }
    }
}

/// A value of a wildcard operator as a pattern.
pub(super) fn pattern(value: &str) -> Glob {
    read_wildcard(value).unwrap_or_else(|| Glob::literal(value))
}

/// What a finding says.
pub(super) struct Words {
    pub message: String,
    pub fix: String,
    pub value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Openness {
    NoTenant,
    OpenEnd,
    Closed,
}

/// Without a grammar: closed when a literal part follows a delimiter before the first wildcard.
fn by_delimiter(head: &str) -> Openness {
    let is_delimiter = |c: char| matches!(c, ':' | '/' | '|' | ',' | ';' | '=');
    match head.find(is_delimiter) {
        Some(at)
            if head
                .get(at..)
                .is_some_and(|rest| rest.chars().any(|c| !is_delimiter(c))) =>
        {
            Openness::Closed
        }
        _ => Openness::NoTenant,
    }
}

/// The literal text before the first wildcard or variable of a value, when there is one.
fn wildcard_at<'a>(condition: &Condition, value: &'a str) -> Option<&'a str> {
    let wild = condition.operator.test == Test::StringLike;
    let at = value
        .char_indices()
        .find(|(at, c)| {
            let variable = value.get(*at..).is_some_and(|rest| rest.starts_with("${"));
            let literal = ["${*}", "${?}", "${$}"]
                .iter()
                .any(|literal| value.get(*at..).is_some_and(|rest| rest.starts_with(literal)));
            let escaped = matches!(c, '*' | '?')
                && at.checked_sub(2).and_then(|start| value.get(start..*at)) == Some("${")
                && value.get(at + 1..).is_some_and(|rest| rest.starts_with('}'));
            (variable && !literal) || (wild && matches!(c, '*' | '?') && !escaped)
        })?
        .0;
    value.get(..at)
}

#[cfg(test)]
mod tests {
    use super::super::super::policy::{ConditionKey, Operator};
    use super::*;

    #[test]
    fn literal_heads() {
        let condition = |test| Condition {
            operator: Operator::plain(test),
            key: ConditionKey::new("h:sub"),
            values: vec![],
        };
        let like = condition(Test::StringLike);
        for (value, head) in [
            ("repo:acme/*", Some("repo:acme/")),
            ("?", Some("")),
            ("a", None),
            ("a${*}b*", Some("a${*}b")),
            ("a${*}b", None),
            ("a${aws:x}b", Some("a")),
        ] {
            assert_eq!(wildcard_at(&like, value), head, "{value}");
        }
        assert_eq!(wildcard_at(&condition(Test::StringEquals), "a*"), None);
    }
}
