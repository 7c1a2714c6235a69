//! From variables to subjects, issuers and audiences.

use std::collections::{BTreeMap, BTreeSet};

use super::platform::{IssuerForm, Platform, SubjectForm};
use super::template::Template;
use crate::trust::{IssuerError, IssuerUrl};

/// Values of variables by name.
pub type Values = BTreeMap<String, String>;

/// Why nothing can be composed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    #[error("platform `{platform}` has no variable `{variable}`, which was given as `{found}`; {known}")]
    Unknown {
        platform: String,
        variable: String,
        found: String,
        /// The variables that it has, as a sentence.
        known: String,
    },
    #[error("variable `{variable}`: expected a value that matches `{pattern}`, found `{found}`")]
    Value {
        variable: String,
        pattern: String,
        found: String,
    },
    #[error(
        "variable `{variable}`: expected a value that matches `{pattern}`, found none; `{template}` needs it"
    )]
    Missing {
        variable: String,
        pattern: String,
        template: String,
    },
    #[error(
        "platform `{platform}` has no subject with the variables {given} together; it has these: {forms}; leave out what the workload does not have"
    )]
    Apart {
        platform: String,
        given: String,
        forms: String,
    },
    #[error(
        "expected a platform whose subjects are known, found `{platform}`; read the subject from one of its tokens and write it down as it is"
    )]
    NoGrammar { platform: String },
    #[error("the variables make no issuer of platform `{platform}`: {reason}")]
    Issuer { platform: String, reason: IssuerError },
    #[error("the variables make `{issuer}`, whose host is none of platform `{platform}` (`{template}`)")]
    ForeignHost {
        platform: String,
        issuer: String,
        template: String,
    },
}

impl Platform {
    /// The subject of a workload that is described by exactly these variables: the usual form, when several have them.
    /// Variables that only the issuer or the audience has are checked and left aside, so that one map serves all.
    ///
    /// # Errors
    /// A variable that the platform does not have, one that is missing, a value outside its pattern.
    pub fn subject(&self, values: &Values) -> Result<String, ComposeError> {
        let relevant = self.relevant(values)?;
        let fitting = || {
            self.subjects
                .iter()
                .filter(|form| names_of(&form.template) == relevant)
        };
        let usual = fitting().find(|form| form.default);
        let form = usual.or_else(|| fitting().next());
        self.composed(form.ok_or_else(|| self.why_none(&relevant))?, values)
    }

    /// Every form of subject that the platform may use for that workload, in the catalogue's order: GitHub's with names and
    /// the one with names and ids. Forms with a variable that is not given are left out.
    ///
    /// # Errors
    /// As [`Platform::subject`], when no form is left.
    pub fn subjects(&self, values: &Values) -> Result<Vec<String>, ComposeError> {
        let relevant = self.relevant(values)?;
        let mut found: Vec<&SubjectForm> = Vec::new();
        for group in self.groups() {
            let fitting: Vec<_> = group
                .into_iter()
                .filter(|form| names_of(&form.template).is_subset(&relevant))
                .collect();
            let used: BTreeSet<&str> = fitting
                .iter()
                .flat_map(|form| form.template.variables())
                .collect();
            // a variable that none of them has describes another workload
            if !fitting.is_empty() && used == relevant {
                found.extend(fitting);
            }
        }
        if found.is_empty() {
            return Err(self.why_none(&relevant));
        }
        found
            .into_iter()
            .map(|form| self.composed(form, values))
            .collect()
    }

    /// The subject of one form.
    ///
    /// # Errors
    /// As [`Platform::subject`].
    pub fn subject_of_form(&self, form: &SubjectForm, values: &Values) -> Result<String, ComposeError> {
        self.relevant(values)?;
        self.composed(form, values)
    }

    /// The issuer, in its usual form.
    ///
    /// # Errors
    /// As [`Platform::subject`]; a text that is no issuer.
    pub fn issuer(&self, values: &Values) -> Result<IssuerUrl, ComposeError> {
        self.check(values)?;
        let usual = self.issuers.first();
        usual.map_or_else(
            || Err(self.no_grammar()),
            |form| self.issuer_of_form(form, values),
        )
    }

    /// Every form of the issuer for which the variables suffice, the usual one first.
    ///
    /// # Errors
    /// As [`Platform::issuer`], when no form is left.
    pub fn issuers(&self, values: &Values) -> Result<Vec<IssuerUrl>, ComposeError> {
        self.check(values)?;
        let given: BTreeSet<&str> = values.keys().map(String::as_str).collect();
        let possible = self
            .issuers
            .iter()
            .filter(|form| names_of(&form.template).is_subset(&given));
        let found: Vec<_> = possible
            .map(|form| self.issuer_of_form(form, values))
            .collect::<Result<_, _>>()?;
        if found.is_empty() {
            return self.issuer(values).map(|issuer| vec![issuer]);
        }
        Ok(found)
    }

    /// What workloads ask for, or get, as audience of a receiver: the name of a cloud, or `token` for a token that nobody
    /// asked anything of. None: nothing is known, or the receiver names it.
    ///
    /// # Errors
    /// As [`Platform::subject`].
    pub fn audience(&self, receiver: &str, values: &Values) -> Result<Option<String>, ComposeError> {
        self.check(values)?;
        let template = self
            .default_audience
            .get(receiver)
            .map(|text| Template::parse(text));
        match template {
            Some(Ok(template)) if template.variables().all(|name| self.variables.contains_key(name)) => {
                self.fill(&template, values, &|value| value.to_owned()).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The names of the variables that something of the platform is made of.
    pub fn variable_names(&self) -> BTreeSet<&str> {
        let issuers = self.issuers.iter().flat_map(|form| form.template.variables());
        let subjects = self.subjects.iter().flat_map(|form| form.template.variables());
        let in_audiences = self.variables.keys().filter(|name| {
            let braced = format!("{{{name}}}");
            self.default_audience.values().any(|text| text.contains(&braced))
        });
        issuers
            .chain(subjects)
            .chain(in_audiences.map(String::as_str))
            .collect()
    }

    /// A value as it stands in a subject.
    pub(super) fn escaped(&self, value: &str) -> String {
        let mut text = value.to_owned();
        for (from, to) in &self.escape {
            text = text.replace(from, to);
        }
        text
    }

    /// A value as people know it. A name that holds `%3A` literally has the same subject as one with a colon, and is read as
    /// that one.
    pub(super) fn unescaped(&self, value: &str) -> String {
        let mut text = value.to_owned();
        for (from, to) in &self.escape {
            text = text.replace(to, from);
        }
        text
    }

    /// The given variables that subjects have, all values checked.
    fn relevant<'a>(&'a self, values: &'a Values) -> Result<BTreeSet<&'a str>, ComposeError> {
        if self.subjects.is_empty() {
            return Err(self.no_grammar());
        }
        self.check(values)?;
        let in_subjects: BTreeSet<&str> = self
            .subjects
            .iter()
            .flat_map(|form| form.template.variables())
            .collect();
        Ok(values
            .keys()
            .map(String::as_str)
            .filter(|name| in_subjects.contains(name))
            .collect())
    }

    fn check(&self, values: &Values) -> Result<(), ComposeError> {
        let known = self.variable_names();
        for (name, value) in values {
            let variable = self.variables.get(name).filter(|_| known.contains(name.as_str()));
            let Some(variable) = variable else {
                return Err(ComposeError::Unknown {
                    platform: self.id.clone(),
                    variable: name.clone(),
                    found: shortened(value),
                    known: match known.is_empty() {
                        true => "it has no variables".to_owned(),
                        false => format!("its variables are {}", quoted(known)),
                    },
                });
            };
            if !variable.allows(&self.escaped(value)) {
                return Err(ComposeError::Value {
                    variable: name.clone(),
                    pattern: variable.pattern.clone(),
                    found: shortened(value),
                });
            }
        }
        Ok(())
    }

    fn composed(&self, form: &SubjectForm, values: &Values) -> Result<String, ComposeError> {
        self.fill(&form.template, values, &|value| self.escaped(value))
    }

    fn issuer_of_form(&self, form: &IssuerForm, values: &Values) -> Result<IssuerUrl, ComposeError> {
        let text = self.fill(&form.template, values, &|value| value.to_owned())?;
        let issuer = IssuerUrl::parse(&text).map_err(|reason| ComposeError::Issuer {
            platform: self.id.clone(),
            reason,
        })?;
        // SECURITY: a value such as `evil.example/` must not become the host in front of a vendor's name.
        if !form.may_have_host_of(&issuer) {
            return Err(ComposeError::ForeignHost {
                platform: self.id.clone(),
                issuer: text,
                template: form.template.as_str().to_owned(),
            });
        }
        Ok(issuer)
    }

    fn fill(
        &self,
        template: &Template,
        values: &Values,
        written: &dyn Fn(&str) -> String,
    ) -> Result<String, ComposeError> {
        template
            .fill(&|name| values.get(name).map(|value| written(value)))
            .map_err(|name| self.missing(name, template))
    }

    fn missing(&self, name: &str, template: &Template) -> ComposeError {
        ComposeError::Missing {
            variable: name.to_owned(),
            pattern: self
                .variables
                .get(name)
                .map_or_else(|| "[^/]+".to_owned(), |variable| variable.pattern.clone()),
            template: template.as_str().to_owned(),
        }
    }

    /// Why no form has exactly these variables: the one that lacks the fewest says what is missing.
    fn why_none(&self, given: &BTreeSet<&str>) -> ComposeError {
        let wider = self.subjects.iter().filter_map(|form| {
            let names = names_of(&form.template);
            let missing: Vec<&str> = form
                .template
                .variables()
                .filter(|name| !given.contains(name))
                .collect();
            (names.is_superset(given) && !missing.is_empty()).then_some((form, missing))
        });
        match wider.min_by_key(|(form, missing)| (missing.len(), !form.default)) {
            Some((form, missing)) => {
                self.missing(missing.first().copied().unwrap_or_default(), &form.template)
            }
            None => ComposeError::Apart {
                platform: self.id.clone(),
                given: quoted(given.iter().copied()),
                forms: quoted(self.subjects.iter().map(|form| form.template.as_str())),
            },
        }
    }

    /// Forms that one workload may have; every other form is alone.
    fn groups(&self) -> Vec<Vec<&SubjectForm>> {
        let by_name = |name: &String| self.subjects.iter().find(|form| form.name == *name);
        let mut groups: Vec<Vec<&SubjectForm>> = Vec::new();
        for form in &self.subjects {
            if groups.iter().flatten().any(|earlier| earlier.name == form.name) {
                continue;
            }
            let together = self.alternatives.iter().find(|names| names.contains(&form.name));
            groups.push(match together {
                Some(names) => names.iter().filter_map(by_name).collect(),
                None => vec![form],
            });
        }
        groups
    }

    fn no_grammar(&self) -> ComposeError {
        ComposeError::NoGrammar {
            platform: self.id.clone(),
        }
    }
}

fn names_of(template: &Template) -> BTreeSet<&str> {
    template.variables().collect()
}

/// Names in backticks, separated by commas.
pub(super) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Enough of a value to recognise it.
pub(super) fn shortened(value: &str) -> String {
    const MOST: usize = 100;
    if value.chars().count() <= MOST {
        return value.to_owned();
    }
    value.chars().take(MOST).chain(['…']).collect()
}
