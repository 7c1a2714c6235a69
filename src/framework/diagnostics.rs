//! What is said to the user: errors and warnings that point at an attribute.

use super::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiagnosticSeverity {
    Error,
    Warning,
}

/// One message. `detail` says what was expected, what was found, what to do next; no secret ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: DiagnosticSeverity,
    pub summary: String,
    pub detail: String,
    pub path: Path,
}

/// The messages of one call, in the order they were found.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn error(&mut self, path: Path, summary: impl Into<String>, detail: impl Into<String>) {
        self.push(DiagnosticSeverity::Error, path, summary.into(), detail.into());
    }

    pub fn warning(&mut self, path: Path, summary: impl Into<String>, detail: impl Into<String>) {
        self.push(DiagnosticSeverity::Warning, path, summary.into(), detail.into());
    }

    pub fn add(&mut self, diagnostic: Diagnostic) {
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    pub fn extend(&mut self, other: Diagnostics) {
        for diagnostic in other.0 {
            self.add(diagnostic);
        }
    }

    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == DiagnosticSeverity::Error)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn push(&mut self, severity: DiagnosticSeverity, path: Path, summary: String, detail: String) {
        self.add(Diagnostic {
            severity,
            summary,
            detail,
            path,
        });
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
