//! What was decided about a token, and by which steps.

use serde::Serialize;

/// The three answers to "would this token be accepted".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Allow,
    Deny,
    /// Something needed for the answer is not known. Never to be shown or treated as `Allow`.
    Unknown,
}

impl Verdict {
    /// What has to hold in all of its parts; `Allow` when there is none.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        parts
            .into_iter()
            .fold(Self::Allow, |so_far, part| match (so_far, part) {
                (Self::Deny, _) | (_, Self::Deny) => Self::Deny,
                (Self::Allow, Self::Allow) => Self::Allow,
                _ => Self::Unknown,
            })
    }

    /// What has to hold in any one of its parts; `Deny` when there is none.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        parts
            .into_iter()
            .fold(Self::Deny, |so_far, part| match (so_far, part) {
                (Self::Allow, _) | (_, Self::Allow) => Self::Allow,
                (Self::Deny, Self::Deny) => Self::Deny,
                _ => Self::Unknown,
            })
    }
}

impl From<bool> for Verdict {
    /// Something that holds, or does not.
    fn from(holds: bool) -> Self {
        if holds { Self::Allow } else { Self::Deny }
    }
}

/// One thing that was checked, in the order in which the cloud checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What was looked at, in the cloud's own words (`audience`, `condition StringEquals …:sub`).
    pub name: String,
    pub expected: String,
    pub found: String,
    pub verdict: Verdict,
}

/// The answer with its trace; the last step that is not `Allow` is the one that refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    pub verdict: Verdict,
    pub steps: Vec<Step>,
}

impl Decision {
    /// The step that refused, or that could not be decided.
    pub fn refused_by(&self) -> Option<&Step> {
        if self.verdict == Verdict::Allow {
            return None;
        }
        self.steps
            .iter()
            .rev()
            .find(|step| step.verdict != Verdict::Allow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_known_is_neither() {
        use Verdict::{Allow, Deny, Unknown};
        for (parts, all, any) in [
            (vec![], Allow, Deny),
            (vec![Allow, Allow], Allow, Allow),
            (vec![Allow, Unknown], Unknown, Allow),
            (vec![Unknown, Deny], Deny, Unknown),
            (vec![Allow, Deny], Deny, Allow),
            (vec![Deny, Unknown, Allow], Deny, Allow),
        ] {
            assert_eq!(Verdict::all(parts.clone()), all, "{parts:?}");
            assert_eq!(Verdict::any(parts.clone()), any, "{parts:?}");
        }
    }
}
