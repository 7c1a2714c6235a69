//! The file by which a configuration declares a platform that the catalogue does not have.

use std::borrow::Cow;

use super::catalogue::{by_id, ids};
use super::compose::shortened;
use super::document::Document;
use super::entry::{Entry, Origin, field, missing};
use super::error::PlatformError;
use super::infer::check_declaration;
use super::members::MEMBERS;
use super::platform::{Chooser, Platform};
use super::template::{Template, TemplatePart};
use super::tenancy::Tenancy;
use crate::trust::{ClaimName, IssuerUrl};

/// Who hands the text of a platform file over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclaredBy {
    /// A configuration, which may come from somebody else: it cannot make us run a command or send a request.
    Configuration,
    /// A person at a command line.
    CommandLine,
}

impl Platform {
    /// The platform of the catalogue with this id, or the one that the text of a platform file declares.
    ///
    /// # Errors
    /// An id that the catalogue does not have; as [`Platform::read`].
    pub fn named(text: &str, by: DeclaredBy) -> Result<Cow<'static, Self>, PlatformError> {
        let platform = Self::ever_named(text, by)?;
        if let Cow::Owned(declared) = &platform {
            declared
                .check_against_catalogue()
                .map_err(|error| located(text, error))?;
        }
        Ok(platform)
    }

    /// The same for a text that an older catalogue may have accepted: what it declares is not compared with what the catalogue
    /// knows. Who uses it asks [`check_declaration`] about the issuer in hand.
    ///
    /// # Errors
    /// As [`Platform::named`], but for a declaration that is looser.
    pub fn ever_named(text: &str, by: DeclaredBy) -> Result<Cow<'static, Self>, PlatformError> {
        if let Some(known) = by_id(text.trim()) {
            return Ok(Cow::Borrowed(known));
        }
        if !text.contains('\n') && !text.contains('=') {
            return Err(PlatformError::NoSuchId {
                found: shortened(text),
                known: ids().collect::<Vec<_>>().join(", "),
            });
        }
        Self::declared(text, by).map(Cow::Owned)
    }

    /// Reads the text of a platform file (the catalogue's own form).
    ///
    /// # Errors
    /// What is missing or cannot be read, with the member and its line; a grammar that lets one value read as another; a
    /// declaration looser than what the catalogue knows about the same issuer.
    pub fn read(text: &str, by: DeclaredBy) -> Result<Self, PlatformError> {
        let platform = Self::declared(text, by)?;
        platform
            .check_against_catalogue()
            .map_err(|error| located(text, error))?;
        Ok(platform)
    }

    fn declared(text: &str, by: DeclaredBy) -> Result<Self, PlatformError> {
        let document = Document::parse(text)?;
        let read = || {
            if let Some((way, members)) = document.stranger(&MEMBERS) {
                let way: Vec<&str> = way.iter().map(String::as_str).collect();
                let reason = format!(
                    "is no member of a platform file; expected one of `{}`",
                    members.join("`, `")
                );
                return Err(field(&way, reason));
            }
            let entry = Entry::parse(text)?;
            if by == DeclaredBy::Configuration {
                no_requests(&entry)?;
            }
            let platform = entry.platform(Origin::Declared)?;
            platform.check_id()?;
            platform.check_variables()?;
            platform.check_issuers()?;
            platform.check_tenant()?;
            platform.check_claims()?;
            platform.check_algorithms()?;
            platform.prove_unambiguous()?;
            Ok(platform)
        };
        read().map_err(|error| document.located(error))
    }

    /// Its issuer and subject templates, with the way to each.
    pub(super) fn templates(&self) -> impl Iterator<Item = (Vec<String>, &Template)> {
        let way = |steps: &[&str]| steps.iter().map(|step| (*step).to_owned()).collect();
        let issuers = self.issuers.iter().enumerate().map(move |(at, form)| {
            let place: Vec<String> = match at.checked_sub(1) {
                None => way(&["issuer"]),
                Some(variant) => way(&["issuer_variants", &variant.to_string(), "issuer"]),
            };
            (place, &form.template)
        });
        let subjects = self
            .subjects
            .iter()
            .enumerate()
            .map(move |(at, form)| (way(&["subject", &at.to_string(), "template"]), &form.template));
        issuers.chain(subjects)
    }

    fn check_id(&self) -> Result<(), PlatformError> {
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || self.id.len() > 64 || !self.id.chars().all(is_part) {
            let reason = format!("expected 1 to 64 characters of `[a-z0-9-]`, found `{}`", self.id);
            return Err(field(&["id"], reason));
        }
        Ok(())
    }

    fn check_variables(&self) -> Result<(), PlatformError> {
        for (name, variable) in &self.variables {
            let language = variable
                .language()
                .map_err(|e| field(&["variable", name, "pattern"], e))?;
            if language.invented().is_none() {
                let reason = format!(
                    "expected a pattern that some text matches, found `{}`",
                    variable.pattern
                );
                return Err(field(&["variable", name, "pattern"], reason));
            }
        }
        for (way, template) in self.templates() {
            let way: Vec<&str> = way.iter().map(String::as_str).collect();
            let mut names: Vec<&str> = Vec::new();
            for name in template.variables() {
                if !self.variables.contains_key(name) {
                    let reason = format!("`{{{name}}}` is no variable; describe it below `[variable]`");
                    return Err(field(&way, reason));
                }
                if names.contains(&name) {
                    let reason = format!("expected each variable once, found `{{{name}}}` twice");
                    return Err(field(&way, reason));
                }
                names.push(name);
            }
        }
        Ok(())
    }

    fn check_issuers(&self) -> Result<(), PlatformError> {
        for (at, form) in self.issuers.iter().enumerate() {
            let way = match at.checked_sub(1) {
                None => vec!["issuer".to_owned()],
                Some(at) => vec!["issuer_variants".to_owned(), at.to_string(), "issuer".to_owned()],
            };
            let way: Vec<&str> = way.iter().map(String::as_str).collect();
            // With a plain word for every variable it has to be an issuer.
            let example = form.template.fill(&|_| Some("x".to_owned())).unwrap_or_default();
            IssuerUrl::parse(&example).map_err(|e| field(&way, e))?;
            self.check_host(&form.template, &way)?;
        }
        Ok(())
    }

    /// SECURITY: a value must not end the host: `evil.example/` in `https://{team}.acme.example` would be another host.
    fn check_host(&self, template: &Template, way: &[&str]) -> Result<(), PlatformError> {
        let mut parts = template.parts().iter().peekable();
        let mut in_host = String::new();
        while let Some(part) = parts.next() {
            match part {
                TemplatePart::Literal(text) => {
                    let text = text.strip_prefix("https://").unwrap_or(text);
                    match text.split_once('/') {
                        Some((host, _)) => {
                            in_host.push_str(host);
                            break;
                        }
                        None => in_host.push_str(text),
                    }
                }
                TemplatePart::Variable(name) => {
                    in_host.push_str(&format!("{{{name}}}"));
                    let whole = template.head() == "https://"
                        && matches!(parts.peek(), None | Some(TemplatePart::Literal(_)))
                        && in_host.starts_with('{')
                        && parts.peek().is_none_or(
                            |next| matches!(next, TemplatePart::Literal(text) if text.starts_with('/')),
                        );
                    let ends = if whole { "?#@\\" } else { "/?#@\\:" };
                    let language = self
                        .variables
                        .get(name)
                        .and_then(|variable| variable.language().ok());
                    let found = language.and_then(|language| language.one_with(ends));
                    if let Some(found) = found {
                        let reason = format!(
                            "`{{{name}}}` stands in the host, and its pattern has the text `{found}`, which would end the host; expected a pattern without {}",
                            super::compose::quoted(
                                ends.chars()
                                    .map(String::from)
                                    .collect::<Vec<_>>()
                                    .iter()
                                    .map(String::as_str)
                            )
                        );
                        return Err(field(way, reason));
                    }
                }
            }
        }
        let open_end = in_host.rsplit_once('}').is_some_and(|(start, end)| {
            let whole = end.is_empty() && start.matches('{').count() == 1 && start.starts_with('{');
            let labels = end.split('.').filter(|label| !label.is_empty()).count();
            !whole && (labels < 2 || !end.starts_with('.'))
        });
        if open_end {
            let reason = format!(
                "expected a host that is one variable, or ends in a domain of the vendor (`{{team}}.acme.example`), found `{in_host}`"
            );
            return Err(field(way, reason));
        }
        Ok(())
    }

    fn check_claims(&self) -> Result<(), PlatformError> {
        for (name, claim) in &self.claim_forms {
            ClaimName::parse(name).map_err(|e| field(&["claim", name], e))?;
            let Some(value) = &claim.value else { continue };
            if let Some(unknown) = value.variables().find(|used| !self.variables.contains_key(*used)) {
                let reason = format!("`{{{unknown}}}` is no variable; describe it below `[variable]`");
                return Err(field(&["claim", name, "value"], reason));
            }
            let tenant = self.tenant.as_deref();
            if claim.pins_tenant && !value.variables().any(|used| Some(used) == tenant) {
                let reason = format!(
                    "expected a value with the variable that names the tenant, because the claim pins it, found `{}`",
                    value.as_str()
                );
                return Err(field(&["claim", name, "value"], reason));
            }
        }
        Ok(())
    }

    fn check_algorithms(&self) -> Result<(), PlatformError> {
        match self.algs.iter().find(|name| !ALGORITHMS.contains(&name.as_str())) {
            Some(found) => {
                let reason = format!("expected one of `{}`, found `{found}`", ALGORITHMS.join("`, `"));
                Err(field(&["algs"], reason))
            }
            None => Ok(()),
        }
    }

    fn check_tenant(&self) -> Result<(), PlatformError> {
        let in_issuer: Vec<&str> = self
            .issuers
            .iter()
            .flat_map(|form| form.template.variables())
            .collect();
        let Some(name) = self.tenant.as_deref() else {
            return match (self.tenancy, in_issuer.is_empty()) {
                (Tenancy::Shared, _) => Err(missing(
                    "tenant",
                    " (the variable that names the tenant; a shared issuer needs it)",
                )),
                (_, false) => Err(missing(
                    "tenant",
                    " (the variable that names the tenant; an issuer with variables needs it)",
                )),
                (_, true) => Ok(()),
            };
        };
        let Some(variable) = self.variables.get(name) else {
            let reason = format!("expected the name of a variable, found `{name}`");
            return Err(field(&["tenant"], reason));
        };
        if variable.chosen_by == Chooser::Workload {
            let reason = format!(
                "expected a variable that a workload cannot choose, found `{name}`, which is `chosen_by = \"workload\"`"
            );
            return Err(field(&["tenant"], reason));
        }
        for prefix in &self.tenant_sub_prefixes {
            let names_tenant = Template::parse(prefix).is_ok_and(|prefix| {
                prefix.variables().any(|used| used == name)
                    && self
                        .subjects
                        .iter()
                        .any(|form| form.template.as_str().starts_with(prefix.as_str()))
            });
            if !names_tenant {
                let reason = format!(
                    "expected the start of a subject through the text behind `{{{name}}}`, found `{prefix}`; leave it out, the templates tell it"
                );
                return Err(field(&["tenant_sub_prefix"], reason));
            }
        }
        let in_subjects = self.subjects.iter().flat_map(|form| form.template.variables());
        let pinned = self.claim_forms.values().any(|claim| claim.pins_tenant);
        let named = in_subjects.chain(in_issuer).any(|used| used == name);
        if !named && !pinned {
            let reason = format!(
                "expected `{{{name}}}` in a subject, in the issuer, or in a claim that pins the tenant; as it is nothing in a token tells whose it is"
            );
            return Err(field(&["tenant"], reason));
        }
        Ok(())
    }

    /// The catalogue knows some hosts; a declaration of one may only be stricter.
    fn check_against_catalogue(&self) -> Result<(), PlatformError> {
        for form in &self.issuers {
            let invented = form.template.fill(&|name| self.variables.get(name)?.invented());
            let issuer = invented.ok().and_then(|text| IssuerUrl::parse(&text).ok());
            if let Some(issuer) = issuer {
                check_declaration(self, &issuer)?;
            }
        }
        Ok(())
    }
}

fn located(text: &str, error: PlatformError) -> PlatformError {
    match Document::parse(text) {
        Ok(document) => document.located(error),
        Err(_) => error,
    }
}

/// Asymmetric algorithms (RFC 7518, section 3.1; RFC 8037). With a shared secret every receiver could sign.
const ALGORITHMS: [&str; 10] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
];

/// SECURITY: a module from elsewhere must not make us run a command, or send a request with somebody's credentials.
fn no_requests(entry: &Entry) -> Result<(), PlatformError> {
    use super::token_source::SourceKind::{Env, File};
    for (at, source) in entry.token_source.iter().flatten().enumerate() {
        if !matches!(source.kind, Env | File) {
            let reason = format!(
                "expected `env` or `file` in a configuration, found `{}`; give the file to the command line (`--platform`), or put the token where one of these finds it",
                source.kind.as_str()
            );
            return Err(field(&["token_source", &at.to_string(), "kind"], reason));
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
