//! Whose a token is, and tokens of somebody else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::claim::ClaimKind;
use super::compose::Values;
use super::platform::{Chooser, Platform, SubjectForm};
use super::template::{Template, TemplatePart};
use super::tenancy::Tenancy;
use super::variable::Variable;
use crate::trust::{Claims, IssuerUrl};

/// What names the tenant of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantSource {
    /// The URL of the issuer.
    Issuer,
    /// Claims that only the platform sets.
    Claims,
    /// Claims with a name, which may become somebody else's.
    Names,
    /// The subject.
    Subject,
}

/// The tenant of a token: values of claims, or of variables of the issuer or subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub source: TenantSource,
    pub values: BTreeMap<String, String>,
}

/// A token of somebody whom no trust means.
#[derive(Clone, Debug, PartialEq)]
pub struct ForeignToken {
    /// The form of its subject.
    pub form: String,
    pub variables: Values,
    /// `sub`, and what else is made of the same variables. `iss` where the platform's issuer can be composed.
    pub claims: Claims,
}

impl Platform {
    /// The variables of a form that name the tenant. Empty: the subject does not tell.
    pub fn tenant_variables<'a>(&'a self, form: &'a SubjectForm) -> BTreeSet<&'a str> {
        let in_form: BTreeSet<&str> = form.template.variables().collect();
        if let Some(tenant) = self.tenant.as_deref().filter(|tenant| in_form.contains(tenant)) {
            return BTreeSet::from([tenant]);
        }
        let mut found = BTreeSet::new();
        for prefix in &self.tenant_sub_prefixes {
            let Ok(prefix) = Template::parse(prefix) else {
                continue;
            };
            if form.template.as_str().starts_with(prefix.as_str()) {
                found.extend(
                    in_form
                        .iter()
                        .filter(|name| prefix.variables().any(|own| own == **name)),
                );
            } else if prefix.head() == form.template.head() {
                // the start of this variable's value is the tenant: the first group of a path of groups
                let first = form.template.variables().next();
                let is_longer = |name: &&str| !prefix.variables().any(|own| own == *name);
                found.extend(first.filter(is_longer));
            }
        }
        if found.is_empty() && self.tenant_claims.iter().any(|claim| claim == "sub") {
            // the whole subject, or the id that it begins with
            let first = form.template.variables().next();
            let assigned = first.filter(|name| self.is_assigned_id(name));
            return assigned.map_or(in_form, |first| BTreeSet::from([first]));
        }
        if self.tenancy == Tenancy::PerTenant
            && let Some(issuer) = self.issuers.first()
        {
            found.extend(issuer.template.variables().filter(|name| in_form.contains(name)));
        }
        found
    }

    /// Who decides each variable of a form.
    pub fn choosers<'a>(&'a self, form: &'a SubjectForm) -> BTreeMap<&'a str, Chooser> {
        let names = form.template.variables();
        names
            .filter_map(|name| Some((name, self.variables.get(name)?.chosen_by)))
            .collect()
    }

    /// Whose a token is. None: nothing in it tells, or what tells can be read in two ways.
    pub fn tenant_of(&self, claims: &Claims) -> Option<Tenant> {
        self.tenant_in_issuer(claims)
            .or_else(|| self.tenant_in_claims(&self.tenant_claims, TenantSource::Claims, claims))
            .or_else(|| self.tenant_in_claims(&self.tenant_claims_by_name, TenantSource::Names, claims))
            .or_else(|| {
                let values = self.tenant_in_subject(claims.text("sub")?)?;
                Some(Tenant {
                    source: TenantSource::Subject,
                    values,
                })
            })
    }

    /// The tenant that a subject names, as values of variables; `sub` itself where no form of it is known, but all of it is a
    /// tenant's name.
    pub fn tenant_in_subject(&self, subject: &str) -> Option<Values> {
        if let Some(tenant) = &self.tenant {
            let readings = self.parse_subject(subject);
            let mut named = readings.iter().map(|reading| reading.variables.get(tenant));
            let first = named.next()??;
            let agreed = named.all(|other| other == Some(first));
            return agreed.then(|| BTreeMap::from([(tenant.clone(), first.clone())]));
        }
        let by_prefix = self.tenant_sub_prefixes.iter().find_map(|prefix| {
            let prefix = Template::parse(prefix).ok()?;
            match prefix.readings_at_start(subject, &self.variables).as_slice() {
                [values] => Some(values.clone()),
                _ => None,
            }
        });
        by_prefix.or_else(|| {
            let readings = self.parse_subject(subject);
            let [reading] = readings.as_slice() else {
                let is_tenant =
                    self.subjects.is_empty() && self.tenant_claims.iter().any(|claim| claim == "sub");
                return is_tenant.then(|| BTreeMap::from([("sub".to_owned(), subject.to_owned())]));
            };
            let form = self.subjects.iter().find(|form| form.name == reading.form)?;
            let names = self.tenant_variables(form);
            let named = reading
                .variables
                .iter()
                .filter(|(name, _)| names.contains(name.as_str()));
            let values: Values = named.map(|(name, value)| (name.clone(), value.clone())).collect();
            (!values.is_empty()).then_some(values)
        })
    }

    /// Values for all variables of a form that nobody means. None when a pattern has no text.
    pub fn invented(&self, form: &SubjectForm) -> Option<Values> {
        let names = form.template.variables();
        names
            .map(|name| {
                let value = self.variables.get(name)?.invented()?;
                Some((name.to_owned(), self.unescaped(&value)))
            })
            .collect()
    }

    /// A token of an invented tenant for each form of subject, its claims consistent with each other.
    pub fn foreign_tokens(&self) -> Vec<ForeignToken> {
        let of_form = |form: &SubjectForm| {
            let mut variables = self.invented(form)?;
            let subject = self.subject_of_form(form, &variables).ok()?;
            // of the issuer too, so that its URL and what is made of the same names agree
            for name in self
                .issuers
                .first()
                .into_iter()
                .flat_map(|form| form.template.variables())
            {
                if let (false, Some(variable)) = (variables.contains_key(name), self.variables.get(name)) {
                    variables.insert(name.to_owned(), variable.invented()?);
                }
            }
            let mut claims = self.claims_of(&variables);
            claims.insert("sub", json!(subject));
            if let Ok(issuer) = self.issuer(&variables) {
                claims.insert("iss", json!(issuer.as_str()));
            }
            let ids = [&self.tenant_claims, &self.immutable_id_claims]
                .into_iter()
                .flatten();
            for id in ids.filter(|name| !matches!(name.as_str(), "aud" | "azp")) {
                if claims.get(id).is_none() {
                    claims.insert(id.clone(), json!("999999999999"));
                }
            }
            Some(ForeignToken {
                form: form.name.clone(),
                variables,
                claims,
            })
        };
        self.subjects.iter().filter_map(of_form).collect()
    }

    /// The claims that a token with this subject has too, as far as they are made of the same variables. Empty when the
    /// subject has no reading or several.
    pub fn claims_beside(&self, subject: &str) -> Claims {
        match self.parse_subject(subject).as_slice() {
            [reading] => self.claims_of(&reading.variables),
            _ => Claims::default(),
        }
    }

    /// The claims that are made of variables. Those with a variable that has no value are left out.
    pub fn claims_of(&self, values: &Values) -> Claims {
        let mut claims = Claims::default();
        for (name, claim) in &self.claim_forms {
            let Some(Ok(text)) = claim
                .value
                .as_ref()
                .map(|template| template.fill(&|name| values.get(name).cloned()))
            else {
                continue;
            };
            let value = match claim.kind {
                ClaimKind::String => json!(text),
                ClaimKind::List => json!([text]),
                ClaimKind::Boolean => text.parse::<bool>().map_or(Value::Null, Value::Bool),
                ClaimKind::Number => serde_json::from_str(&text).unwrap_or(Value::Null),
                ClaimKind::Object => Value::Null,
            };
            match value.is_null() {
                true => {}
                false if claim.is_nested => insert_nested(&mut claims, name, value),
                false => claims.insert(name.clone(), value),
            }
        }
        claims
    }

    fn tenant_in_issuer(&self, claims: &Claims) -> Option<Tenant> {
        let issuer = IssuerUrl::parse(claims.text("iss")?).ok()?;
        match self.parse_issuer(&issuer).as_slice() {
            [(form, values)] if form.tenancy == Tenancy::PerTenant && !values.is_empty() => Some(Tenant {
                source: TenantSource::Issuer,
                values: values.clone(),
            }),
            _ => None,
        }
    }

    fn tenant_in_claims(&self, names: &[String], source: TenantSource, claims: &Claims) -> Option<Tenant> {
        let mut values = BTreeMap::new();
        for name in names.iter().filter(|name| *name != "sub") {
            let value = match claims.get(name) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                // of names one is enough, what only the platform sets has to be complete
                _ if source == TenantSource::Names => continue,
                _ => return None,
            };
            values.insert(name.clone(), value);
        }
        (!values.is_empty()).then_some(Tenant { source, values })
    }

    /// Whether the platform assigns the value, for good.
    fn is_assigned_id(&self, name: &str) -> bool {
        self.variables
            .get(name)
            .is_some_and(|variable| variable.chosen_by == Chooser::Platform && !variable.mutable)
    }
}

/// Puts a value at the end of a way through objects, beside what is there.
fn insert_nested(claims: &mut Claims, way: &str, value: Value) {
    let mut members = way.split('/');
    let Some(first) = members.next() else {
        return;
    };
    let mut outer = claims.get(first).cloned().unwrap_or_else(|| json!({}));
    let mut place = &mut outer;
    for member in members {
        let Some(object) = place.as_object_mut() else {
            return;
        };
        place = object.entry(member).or_insert_with(|| json!({}));
    }
    *place = value;
    claims.insert(first, outer);
}

impl Template {
    /// The readings of the start of a text, whatever follows.
    fn readings_at_start(&self, text: &str, variables: &BTreeMap<String, Variable>) -> Vec<Values> {
        // a name that no variable has
        const REST: &str = "";
        let mut parts = self.parts().to_vec();
        parts.push(TemplatePart::Variable(REST.to_owned()));
        let rest = Variable {
            pattern: r"(?:.|\n)*".to_owned(),
            chosen_by: Chooser::Workload,
            mutable: true,
            usual: Vec::new(),
        };
        let mut variables = variables.clone();
        variables.insert(REST.to_owned(), rest);
        let mut readings = Template::of_parts(parts).readings(text, &variables);
        for reading in &mut readings {
            reading.remove(REST);
        }
        readings.dedup();
        readings
    }
}
