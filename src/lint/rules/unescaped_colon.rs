//! `unescaped-colon`: a colon in a name, which the issuer writes in another way.

use crate::lint::analysis::Analysis;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::trust::Severity;

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "unescaped-colon",
        title: "A colon is not escaped",
        class: Class::Outage,
        meaning: "The issuer writes a colon inside a name as `%3A`, so that no token has this subject.",
        fix: "write the colon inside the name as `%3A`",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let values = analysis.impossible.iter();
    values
        .filter_map(|value| Some((value, escaped(analysis, value)?)))
        .map(|(value, escaped)| Hit {
            severity: Severity::Medium,
            value: value.clone(),
            message: format!(
                "`{}` writes a colon inside a name as `%3A`: its tokens have `{escaped}`, never `{value}`",
                analysis.branch.issuer
            ),
            witness: None,
        })
        .collect()
}

/// The subject that the issuer signs instead: with its last colons escaped.
pub(super) fn escaped(analysis: &Analysis<'_>, value: &str) -> Option<String> {
    let colons: Vec<usize> = value.match_indices(':').map(|(at, _)| at).collect();
    (1..=colons.len().min(4)).find_map(|count| {
        let first = colons.iter().rev().nth(count - 1)?;
        let (kept, rest) = value.split_at_checked(*first)?;
        let subject = format!("{kept}{}", rest.replace(':', "%3A"));
        let mut forms = analysis.grammar.forms.iter();
        forms.any(|form| form.automaton.has(&subject)).then_some(subject)
    })
}
