//! The proof that subjects and issuers of a declared platform can be read in one way only.

use super::compose::{quoted, shortened};
use super::entry::field;
use super::error::PlatformError;
use super::grammar::{Clash, Language, clash};
use super::platform::Platform;
use super::template::{Template, TemplatePart};

impl Platform {
    /// # Errors
    /// A variable that can hold the literal behind it, two variables with nothing between them, two forms of subject that can
    /// make one text for different tenants.
    pub(super) fn prove_unambiguous(&self) -> Result<(), PlatformError> {
        for (way, template) in self.templates() {
            let way: Vec<&str> = way.iter().map(String::as_str).collect();
            self.no_variable_swallows(template, &way)?;
        }
        self.no_subject_of_two_tenants()
    }

    /// SECURITY: a variable that can hold the literal behind it lets one value read as another: a project named
    /// `x:team:victim` must not forge a tenant.
    fn no_variable_swallows(&self, template: &Template, way: &[&str]) -> Result<(), PlatformError> {
        let mut parts = template.parts().iter().peekable();
        while let Some(part) = parts.next() {
            let TemplatePart::Variable(name) = part else {
                continue;
            };
            let behind = match parts.peek() {
                Some(TemplatePart::Literal(literal)) => literal,
                Some(TemplatePart::Variable(next)) => {
                    let reason = format!("expected text between `{{{name}}}` and `{{{next}}}`, found none");
                    return Err(field(way, reason));
                }
                None => continue,
            };
            let Some(variable) = self.variables.get(name) else {
                continue;
            };
            let language = variable
                .language()
                .map_err(|e| field(&["variable", name, "pattern"], e))?;
            if let Some(forged) = language.swallows(behind) {
                let mut shown: Vec<String> = behind.chars().map(String::from).collect();
                shown.dedup();
                let reason = format!(
                    "the pattern `{}` of `{{{name}}}` can hold the `{behind}` that follows it: with `{}` as its value, what stands behind could be forged; expected a pattern that lacks one of {}",
                    variable.pattern,
                    shortened(&forged),
                    quoted(shown.iter().map(String::as_str)),
                );
                return Err(field(way, reason));
            }
        }
        Ok(())
    }

    /// SECURITY: `{user}:{team}` and `{team}:{project}` read one text as two tenants, and whoever may choose a user's name
    /// chooses the team.
    fn no_subject_of_two_tenants(&self) -> Result<(), PlatformError> {
        let Some(tenant) = self.tenant.as_deref() else {
            return Ok(());
        };
        let mut earlier: Vec<(&Template, Language)> = Vec::new();
        for (at, form) in self.subjects.iter().enumerate() {
            let place = at.to_string();
            let way = ["subject", place.as_str(), "template"];
            let language = form
                .template
                .language(&self.variables, Some(tenant))
                .map_err(|e| field(&way, e))?;
            for (template, other) in &earlier {
                match clash(other, &language) {
                    Clash::None => {}
                    Clash::Text(text) => {
                        let reason = format!(
                            "the subject `{}` is {} by this template, and {} by `{}`; expected forms of subject that no text has in common, or that name the same tenant in it",
                            shortened(&text),
                            self.tenant_by(&form.template, &text, tenant),
                            self.tenant_by(template, &text, tenant),
                            template.as_str(),
                        );
                        return Err(field(&way, reason));
                    }
                    Clash::TooLarge => {
                        let reason = format!(
                            "expected patterns small enough to prove that no subject is one of two tenants, found too much to look at together with `{}`; bound their lengths less far, or give the forms different beginnings",
                            template.as_str()
                        );
                        return Err(field(&way, reason));
                    }
                }
            }
            earlier.push((&form.template, language));
        }
        Ok(())
    }

    fn tenant_by(&self, template: &Template, text: &str, tenant: &str) -> String {
        let readings = template.readings(text, &self.variables);
        match readings.first().and_then(|values| values.get(tenant)) {
            Some(value) => format!("of tenant `{value}`"),
            None => "of no tenant".to_owned(),
        }
    }
}
