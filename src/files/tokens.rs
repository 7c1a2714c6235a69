//! Tokens that are tried on a trust as it was and as it is: who is newly admitted.

use super::cloud::Change;
use crate::trust::{Claims, Finding, Verdict};

pub use crate::trust::sample::FILLERS;

/// Tokens, and how both sides decide about them.
pub struct Tried<'a> {
    pub tokens: Vec<Claims>,
    /// Whether every token that the trust accepts is decided like one of these.
    pub is_complete: bool,
    pub before: &'a dyn Fn(&Claims) -> Verdict,
    pub after: &'a dyn Fn(&Claims) -> Verdict,
}

impl Tried<'_> {
    /// The first token that was refused and is accepted; that there is none is only said when it is certain.
    pub fn change(self) -> Change {
        let mut is_certain = self.is_complete;
        for token in self.tokens {
            match ((self.before)(&token), (self.after)(&token)) {
                (Verdict::Deny, Verdict::Allow) => return Change::Admits(token),
                (Verdict::Allow, _) | (_, Verdict::Deny) => {}
                _ => is_certain = false,
            }
        }
        match is_certain {
            true => Change::Nobody,
            false => Change::CannotTell(
                "no token was found that is newly admitted, and not all that may be could be tried"
                    .to_owned(),
            ),
        }
    }
}

/// Tokens that findings show.
pub fn of_findings(findings: &[Finding]) -> impl Iterator<Item = Claims> + '_ {
    let witnesses = findings.iter().filter_map(|finding| finding.witness.as_deref());
    witnesses.filter_map(|text| serde_json::from_str(text).ok().map(Claims::new))
}
