//! Subjects of issuers whose grammar nobody wrote down: all there is to go by are delimiters.

use super::Analysis;
use super::opening::{Example, Kind, Opening};
use super::subject::{is_bare, literal_head, text_behind};
use crate::platforms::Tenancy;
use crate::trust::{Glob, Severity};

/// What stands in for a run of characters.
const FILLERS: [&str; 7] = ["evil", "-evil", "evil/x", "evil:x", ":x", "0:project:x", ""];

impl Analysis<'_> {
    pub(super) fn by_delimiters(&self, written: &str, glob: &Glob, found: &mut Vec<Opening>) {
        if glob.as_literal().is_some() {
            return;
        }
        let facts = &self.branch.facts;
        if is_bare(glob) && !self.is_tenant_open() {
            return;
        }
        let head = literal_head(glob);
        let parts: Vec<&str> = head.split(is_delimiter).filter(|part| !part.is_empty()).collect();
        let is_closed = head.ends_with(is_delimiter);
        // A word and a name behind it; whether the name has to be closed depends on who may have one like it.
        let has_name = parts.len() >= 2;
        let (kind, severity) = match facts.tenancy {
            _ if self.is_pinned_by_id => (Kind::NamePrefix, Severity::Medium),
            Tenancy::PerTenant | Tenancy::SelfHosted if head.is_empty() && !text_behind(glob) => {
                (Kind::Anybody, facts.severity_of_nothing())
            }
            Tenancy::PerTenant | Tenancy::SelfHosted => (Kind::NamePrefix, Severity::Medium),
            _ if !has_name && text_behind(glob) => (Kind::AnyTenant, facts.severity_of_nothing()),
            _ if !has_name => (Kind::Anybody, facts.severity_of_nothing()),
            Tenancy::Shared if parts.len() == 2 && !is_closed => {
                (Kind::TenantPrefix, facts.severity_of_nothing())
            }
            _ if parts.len() == 2 && is_closed => (Kind::WholeTenant, Severity::Medium),
            _ => (Kind::NamePrefix, Severity::Medium),
        };
        found.push(Opening::new(
            kind,
            written.to_owned(),
            severity,
            FILLERS
                .iter()
                .map(|filler| Example::Text(glob.example(filler)))
                .collect(),
        ));
    }
}

fn is_delimiter(c: char) -> bool {
    matches!(c, ':' | '/' | '|' | ',' | ';' | '=')
}
