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
    let shown = shown(&diagnostic.path);
    let detail = match shown.len() == diagnostic.path.steps().len() {
        true => diagnostic.detail,
        false => format!("{}\n\nThis is about `{}`.", diagnostic.detail, diagnostic.path),
    };
    wire::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail,
        attribute: (!shown.is_empty()).then(|| steps(shown)),
    }
}

/// The part of a path whose line the hosts can show. They look for the name of the last step at the top of the block,
/// whatever comes before it: a path into an attribute would show the block, or another argument of that name.
fn shown(path: &Path) -> &[PathStep] {
    let steps = path.steps();
    let into = steps
        .iter()
        .skip(1)
        .position(|step| matches!(step, PathStep::Attribute(_)));
    into.and_then(|at| steps.get(..=at)).unwrap_or(steps)
}

pub fn paths(paths: &[Path]) -> Vec<wire::AttributePath> {
    paths.iter().map(path).collect()
}

fn path(path: &Path) -> wire::AttributePath {
    steps(path.steps())
}

fn steps(steps: &[PathStep]) -> wire::AttributePath {
    let step = |step: &PathStep| match step {
        PathStep::Attribute(name) => Selector::AttributeName(name.clone()),
        PathStep::Key(key) => Selector::ElementKeyString(key.clone()),
        PathStep::Index(index) => Selector::ElementKeyInt(*index),
    };
    let steps = steps.iter().map(|s| Step {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(path: Path) -> (usize, String) {
        let mut diagnostics = Diagnostics::new();
        diagnostics.error(path, "Wrong", "expected something else");
        let sent = to_wire(diagnostics).remove(0);
        (sent.attribute.map_or(0, |path| path.steps.len()), sent.detail)
    }

    #[test]
    fn a_path_into_an_attribute_shows_the_attribute_and_is_named() {
        let plain = sent(Path::root().attribute("claims").key("actor"));
        assert_eq!(plain, (2, "expected something else".to_owned()));
        let (steps, detail) = sent(Path::root().attribute("also").key("blue").attribute("subjects"));
        assert_eq!(steps, 2);
        assert!(
            detail.ends_with("This is about `also[\"blue\"].subjects`."),
            "{detail}"
        );
        assert_eq!(
            sent(Path::root().attribute("oidc_provider").attribute("arn")).0,
            1
        );
    }
}
