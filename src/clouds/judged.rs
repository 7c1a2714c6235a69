//! The findings that somebody has seen and applied, or imported, as a trust remembers them: what is not among them is new.

use crate::clouds::trust_arguments::FindingModel;
use crate::framework::{Attr, Private};

const KEY: &str = "judged";

/// Rule and witness of each; `None`: never written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged(Option<Vec<(String, Option<String>)>>);

impl Judged {
    /// What is written in private state.
    pub fn of(private: &Private) -> Self {
        Self(private.get(KEY))
    }

    /// Remembers the findings of a state.
    pub fn see(&mut self, findings: &Attr<Vec<FindingModel>>) {
        let seen = |finding: &FindingModel| {
            Some((finding.rule.text()?.to_owned(), finding.witness.known().cloned()))
        };
        self.0 = findings
            .known()
            .map(|findings| findings.iter().filter_map(seen).collect());
    }

    /// The findings that are not new: those remembered, else those that the state shows.
    pub fn known(&self, shown: Option<&Attr<Vec<FindingModel>>>) -> Vec<FindingModel> {
        let Some(judged) = &self.0 else {
            return shown.and_then(|shown| shown.known().cloned()).unwrap_or_default();
        };
        let model = |(rule, witness): &(String, Option<String>)| FindingModel {
            rule: Attr::from_text(rule),
            witness: Attr::from_option(witness.clone()),
            ..FindingModel::default()
        };
        judged.iter().map(model).collect()
    }

    /// Writes it down.
    pub fn keep_in(&self, private: &mut Private) {
        match &self.0 {
            Some(judged) => private.set(KEY, judged),
            None => private.remove(KEY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_that_nobody_applied_is_new() {
        let finding = |rule: &str| FindingModel {
            rule: Attr::from_text(rule),
            ..FindingModel::default()
        };
        let shown = |rules: &[&str]| Attr::Known(rules.iter().map(|rule| finding(rule)).collect());
        let mut judged = Judged::default();
        judged.see(&shown(&["old"]));
        let mut private = Private::default();
        judged.keep_in(&mut private);
        // a refresh by a newer provider shows more in the state
        let refreshed = shown(&["new", "old"]);
        assert_eq!(Judged::of(&private).known(Some(&refreshed)), [finding("old")]);
        assert_eq!(Judged::default().known(Some(&refreshed)).len(), 2);
        Judged::default().keep_in(&mut private);
        assert!(private.is_empty());
    }
}
