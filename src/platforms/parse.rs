//! From subjects and issuers back to variables.

use super::compose::Values;
use super::platform::{IssuerForm, Platform};
use crate::trust::IssuerUrl;

/// One way to read a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The name of the form.
    pub form: String,
    pub variables: Values,
}

impl Platform {
    /// All ways to read a subject: by the forms in the catalogue's order, within a form the shortest first values first, at
    /// most 16 for each. More than one: the platform's grammar is ambiguous, and nothing says which is meant. None: no form of the
    /// platform that is known looks like this.
    pub fn parse_subject(&self, text: &str) -> Vec<Reading> {
        let mut found: Vec<Reading> = Vec::new();
        for form in &self.subjects {
            for values in form.template.readings(text, &self.variables) {
                let reading = Reading {
                    form: form.name.clone(),
                    variables: values
                        .into_iter()
                        .map(|(name, value)| (name, self.unescaped(&value)))
                        .collect(),
                };
                if !found.contains(&reading) {
                    found.push(reading);
                }
            }
        }
        found
    }

    /// The forms that an issuer has, with the variables in it.
    pub fn parse_issuer(&self, issuer: &IssuerUrl) -> Vec<(&IssuerForm, Values)> {
        let possible = self.issuers.iter().filter(|form| form.may_have_host_of(issuer));
        possible
            .flat_map(|form| {
                let readings = form.template.readings(issuer.as_str(), &self.variables);
                readings.into_iter().map(move |values| (form, values))
            })
            .collect()
    }
}
