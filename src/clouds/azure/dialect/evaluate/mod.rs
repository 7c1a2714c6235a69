//! What Microsoft Entra does with a token: which credential of an identity admits it, or which comparison refused it.
//!
//! Signature, time and the identity itself are not looked at. Documented are the comparisons, not their order: where several
//! fail, Entra reports one of them, perhaps another than the one named here.

mod claim;
mod one;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors_test;

use super::credential::Credential;
use crate::trust::{Claims, Decision, Step, Verdict};
use one::{Place, Trail};

/// Would Entra accept this token for an identity with these credentials. Any one of them admits; with several, the trace tells
/// each, and a last step sums them up.
pub fn evaluate_azure(credentials: &[Credential], claims: &Claims) -> Decision {
    if let [single] = credentials {
        let mut trail = Trail::new(String::new());
        let (verdict, _) = trail.credential(single, claims);
        return Decision {
            verdict,
            steps: trail.steps,
        };
    }
    let (mut steps, mut outcomes) = (Vec::new(), Vec::new());
    for (at, credential) in credentials.iter().enumerate() {
        let mut trail = Trail::new(format!("{}: ", title(credential, at)));
        outcomes.push(trail.credential(credential, claims));
        steps.extend(trail.steps);
    }
    let verdict = Verdict::any(outcomes.iter().map(|(verdict, _)| *verdict));
    steps.push(Step {
        name: "credentials of the identity".to_owned(),
        expected: "one that admits the token".to_owned(),
        found: summary(verdict, credentials, &outcomes),
        verdict,
    });
    Decision { verdict, steps }
}

fn title(credential: &Credential, at: usize) -> String {
    match &credential.name {
        Some(name) => format!("credential `{name}`"),
        None => format!("credential {}", at + 1),
    }
}

fn summary(verdict: Verdict, credentials: &[Credential], outcomes: &[(Verdict, Place)]) -> String {
    let numbered = credentials.iter().zip(outcomes).enumerate();
    let mut decisive = numbered.filter(|(_, (_, outcome))| outcome.0 == verdict);
    let named = decisive.next().map(|(at, (credential, _))| title(credential, at));
    match (verdict, named) {
        (Verdict::Allow, Some(named)) => named,
        (Verdict::Unknown, Some(named)) => format!("none that certainly does; {named} may"),
        (_, None) => "no credential at all (AADSTS70025)".to_owned(),
        (_, Some(_)) => {
            // The one that came furthest says what Entra has no credential for.
            let furthest = outcomes.iter().map(|(_, place)| *place).max();
            let code = furthest.map_or("", Place::code);
            format!("none of {}{code}", credentials.len())
        }
    }
}
