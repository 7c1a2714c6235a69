//! `mutable-workflow-ref`: the workflow file is trusted at any version, or at a branch.

use crate::lint::analysis::Analysis;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::trust::Severity;
use crate::trust::{Glob, Piece};

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "mutable-workflow-ref",
        title: "The workflow file may change",
        class: Class::Open,
        meaning: "The workflow file is trusted at a branch or at any version, so that whoever can change it decides what runs.",
        fix: "trust the workflow at a tag that is protected, or at a commit",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let branch = analysis.branch;
    let tests = branch.tests.iter().filter(|test| test.restricts());
    let of_workflow = tests.filter(|test| test.claim.ends_with("workflow_ref"));
    let pairs = of_workflow.flat_map(|test| test.written.iter().zip(&test.values));
    pairs
        .filter(|(_, glob)| is_open(glob))
        .map(|(written, _)| Hit {
            severity: if branch.is_dead {
                Severity::Info
            } else {
                Severity::Medium
            },
            value: written.clone(),
            message: format!(
                "the workflow `{written}` of `{}` is trusted at a version that can change",
                branch.issuer
            ),
            witness: None,
        })
        .collect()
}

/// Whether what stands behind the `@` may be a branch.
fn is_open(glob: &Glob) -> bool {
    let behind: Vec<Piece> = match glob
        .pieces()
        .iter()
        .rposition(|piece| *piece == Piece::Literal('@'))
    {
        Some(at) => glob.pieces().iter().skip(at + 1).copied().collect(),
        None => glob.pieces().to_vec(),
    };
    let version = Glob::new(behind);
    match version.as_literal() {
        Some(text) => text.starts_with("refs/heads/"),
        None => version.matches("refs/heads/main") || version.matches("x@refs/heads/main"),
    }
}
