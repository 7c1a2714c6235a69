//! Messages to the user, and the paths they point at.

use crate::framework::{Diagnostic, DiagnosticSeverity, Diagnostics, FunctionError, Path, PathStep};
use crate::plugin::proto::tfplugin6 as wire;
use wire::attribute_path::Step;
use wire::attribute_path::step::Selector;
use wire::diagnostic::Severity;

pub fn to_wire(diagnostics: Diagnostics) -> Vec<wire::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: Diagnostic) -> wire::Diagnostic {
    let severity = match diagnostic.severity {
        DiagnosticSeverity::Error => Severity::Error,
        DiagnosticSeverity::Warning => Severity::Warning,
    };
    wire::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: (!diagnostic.path.steps().is_empty()).then(|| path(&diagnostic.path)),
    }
}

pub fn paths(paths: &[Path]) -> Vec<wire::AttributePath> {
    paths.iter().map(path).collect()
}

fn path(path: &Path) -> wire::AttributePath {
    let step = |step: &PathStep| match step {
        PathStep::Attribute(name) => Selector::AttributeName(name.clone()),
        PathStep::Key(key) => Selector::ElementKeyString(key.clone()),
        PathStep::Index(index) => Selector::ElementKeyInt(*index),
    };
    let steps = path.steps().iter().map(|s| Step {
        selector: Some(step(s)),
    });
    wire::AttributePath {
        steps: steps.collect(),
    }
}

pub fn function_error(error: FunctionError) -> wire::FunctionError {
    wire::FunctionError {
        text: error.text,
        function_argument: error.argument,
    }
}
