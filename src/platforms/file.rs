//! The file by which a configuration declares a platform that the catalogue does not have.

use regex::Regex;

use super::alphabet::Alphabet;
use super::entry::{Entry, Origin, PlatformError, field, missing};
use super::platform::Platform;
use super::template::TemplatePart;
use super::tenancy::Tenancy;
use crate::trust::IssuerUrl;

impl Platform {
    /// Reads the text of a platform file (the catalogue's own form).
    ///
    /// # Errors
    /// What is missing or cannot be read, with the name of the member.
    pub fn read(text: &str) -> Result<Self, PlatformError> {
        let entry = Entry::parse(text)?;
        only_known_members(text)?;
        if entry.inherits.is_some() {
            let reason = "expected none: only entries of the catalogue inherit";
            return Err(field("inherits", reason));
        }
        let tenant = entry.tenant.clone();
        let platform = entry.platform(Origin::Declared)?;
        platform.check_id()?;
        platform.check_issuers()?;
        platform.check_variables()?;
        platform.check_tenant(tenant.as_deref())?;
        platform.check_ambiguity()?;
        Ok(platform)
    }

    fn check_id(&self) -> Result<(), PlatformError> {
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || self.id.len() > 64 || !self.id.chars().all(is_part) {
            let reason = format!("expected 1 to 64 characters of `[a-z0-9-]`, found `{}`", self.id);
            return Err(field("id", reason));
        }
        Ok(())
    }

    fn check_issuers(&self) -> Result<(), PlatformError> {
        for form in &self.issuers {
            // With a plain word for every variable it has to be an issuer.
            let example: String = form
                .template
                .parts()
                .iter()
                .map(|part| match part {
                    TemplatePart::Literal(text) => text.as_str(),
                    TemplatePart::Variable(_) => "x",
                })
                .collect();
            IssuerUrl::parse(&example).map_err(|e| field("issuer", e))?;
        }
        Ok(())
    }

    fn check_variables(&self) -> Result<(), PlatformError> {
        for (name, variable) in &self.variables {
            if let Err(e) = Regex::new(&format!("^(?:{})$", variable.pattern)) {
                let reason = format!("expected a regular expression, found `{}`: {e}", variable.pattern);
                return Err(field(
                    format!("variable.{name}.pattern"),
                    reason.replace('\n', " "),
                ));
            }
        }
        let issuers = self.issuers.iter().map(|form| ("issuer", &form.template));
        let subjects = self.subjects.iter().map(|subject| ("subject", &subject.template));
        for (what, template) in issuers.chain(subjects) {
            if let Some(name) = template
                .variables()
                .find(|name| !self.variables.contains_key(*name))
            {
                let reason = format!("`{{{name}}}` is no variable; describe it below `[variable]`");
                return Err(field(what, reason));
            }
        }
        Ok(())
    }

    /// SECURITY: a variable that can hold the literal behind it lets one value read as another: a project named
    /// `x:team:victim` must not forge a tenant.
    fn check_ambiguity(&self) -> Result<(), PlatformError> {
        let issuers = self.issuers.iter().map(|form| ("issuer", &form.template));
        let subjects = self.subjects.iter().map(|subject| ("subject", &subject.template));
        for (what, template) in issuers.chain(subjects) {
            let mut parts = template.parts().iter().peekable();
            while let Some(part) = parts.next() {
                let TemplatePart::Variable(name) = part else {
                    continue;
                };
                let Some(variable) = self.variables.get(name) else {
                    continue;
                };
                let behind = match parts.peek() {
                    Some(TemplatePart::Literal(literal)) => literal,
                    Some(TemplatePart::Variable(next)) => {
                        let reason =
                            format!("expected text between `{{{name}}}` and `{{{next}}}`, found none");
                        return Err(field(what, reason));
                    }
                    None => continue,
                };
                if Alphabet::of(&variable.pattern).can_hold(behind) {
                    let reason = format!(
                        "the pattern `{}` of `{{{name}}}` can hold the `{behind}` that follows it, so that one value could be read as several; expected a pattern without one of its characters",
                        variable.pattern
                    );
                    return Err(field(what, reason));
                }
            }
        }
        Ok(())
    }

    fn check_tenant(&self, tenant: Option<&str>) -> Result<(), PlatformError> {
        let in_issuer = self
            .issuers
            .iter()
            .any(|form| form.template.variables().next().is_some());
        match tenant {
            None if self.tenancy == Tenancy::Shared => Err(missing(
                "tenant",
                " (the variable that names the tenant; a shared issuer needs it)",
            )),
            None if in_issuer => Err(missing(
                "tenant",
                " (the variable that names the tenant; an issuer with variables needs it)",
            )),
            Some(name) if !self.variables.contains_key(name) => {
                let reason = format!("expected the name of a variable, found `{name}`");
                Err(field("tenant", reason))
            }
            _ => Ok(()),
        }
    }
}

/// Members of the catalogue's form. A misspelt member must not silently mean its default.
const MEMBERS: [&str; 24] = [
    "id",
    "name",
    "kind",
    "inherits",
    "issuer",
    "issuer_variants",
    "shared_host",
    "tenancy",
    "tenant",
    "tenant_claims",
    "tenant_sub_prefix",
    "audience_set_by",
    "audience_selectable",
    "default_audience",
    "token_lifetime_s",
    "azp",
    "aws_roles_claim",
    "algs",
    "claims",
    "variable",
    "subject",
    "claim",
    "token_source",
    "doc",
];

fn only_known_members(text: &str) -> Result<(), PlatformError> {
    let table: toml::Table = text
        .parse()
        .map_err(|e: toml::de::Error| PlatformError::Toml(e.to_string()))?;
    match table.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        Some(name) => {
            let reason = format!(
                "is no member of a platform file; expected one of `{}`",
                MEMBERS.join("`, `")
            );
            Err(field(name.as_str(), reason))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms::{Chooser, Presence};

    const ACME: &str = r#"
id = "acme-hosting"
issuer = "https://oidc.acme.example"
tenancy = "shared"
tenant  = "team_id"
audience_set_by = "workload"
azp = "never"
aws_roles_claim = "never"
algs = ["RS256"]
[variable]
team_id     = { pattern = "[a-z0-9]{12}",    chosen_by = "platform", mutable = false }
project     = { pattern = "[a-z0-9-]{1,63}", chosen_by = "tenant",   mutable = true }
environment = { pattern = "[a-z0-9-]{1,32}", chosen_by = "tenant",   mutable = true }
[[subject]]
template = "team:{team_id}:project:{project}:environment:{environment}"
[claim]
team_id = { type = "string", presence = "always", value = "{team_id}", pins = "tenant" }
[[token_source]]
kind = "env"
name = "ACME_OIDC_TOKEN"
"#;

    #[test]
    fn the_example_of_the_contract() {
        let platform = Platform::read(ACME).unwrap();
        assert_eq!(platform.id, "acme-hosting");
        assert_eq!(platform.tenancy, Tenancy::Shared);
        assert_eq!(
            (platform.azp, platform.aws_roles_claim),
            (Presence::Never, Presence::Never)
        );
        assert_eq!(platform.audience_set_by, Some(Chooser::Workload));
        assert_eq!(platform.tenant_claims, ["team_id"]);
        assert_eq!(platform.tenant_sub_prefixes, ["team:{team_id}:"]);
    }

    #[test]
    fn one_change_at_a_time() {
        for (from, to, expected) in [
            (
                "id = \"acme-hosting\"",
                "",
                "platform file: expected `id`, found none",
            ),
            (
                "acme-hosting",
                "Acme",
                "platform file, `id`: expected 1 to 64 characters of `[a-z0-9-]`, found `Acme`",
            ),
            (
                "issuer = \"https://oidc.acme.example\"",
                "",
                "platform file: expected `issuer`",
            ),
            (
                "https://oidc",
                "http://oidc",
                "platform file, `issuer`: expected an issuer URL that starts with `https://`",
            ),
            (
                "acme.example",
                "acme.example/{team",
                "platform file, `issuer`: expected the name of a variable",
            ),
            (
                "acme.example",
                "acme.example/{team}",
                "platform file, `issuer`: `{team}` is no variable",
            ),
            (
                "\"shared\"",
                "\"public\"",
                "expected the TOML of a platform file: ",
            ),
            ("tenancy = \"shared\"", "", "platform file: expected `tenancy`"),
            ("tenant  = \"team_id\"", "", "platform file: expected `tenant`"),
            (
                "tenant  = \"team_id\"",
                "tenant = \"team\"",
                "platform file, `tenant`: expected the name of a variable",
            ),
            (
                "[a-z0-9]{12}",
                "[a-z",
                "platform file, `variable.team_id.pattern`: expected a regular expression",
            ),
            (
                ":{environment}",
                ":{env}",
                "platform file, `subject`: `{env}` is no variable",
            ),
            (
                "azp = \"never\"",
                "azp = \"perhaps\"",
                "expected the TOML of a platform file: ",
            ),
            (
                "algs",
                "inherits = \"gitlab-saas\"\nalgs",
                "platform file, `inherits`: expected none",
            ),
        ] {
            let text = ACME.replacen(from, to, 1);
            assert_ne!(text, ACME, "{from}");
            let found = Platform::read(&text).unwrap_err().to_string();
            assert!(found.starts_with(expected), "{found}");
        }
    }
}
