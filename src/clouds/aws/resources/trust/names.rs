//! The name of the role: given, or a prefix with something generated behind it.

use super::leftover::{self, Examined, Found, Search};
use super::model::TrustModel;
use super::work::Work;
use crate::clouds::aws::client::{AwsError, NewRole};

/// The tag by which the leftover of a crash is found when its name was generated. Taken off when the create is complete:
/// a role that carries it was never finished.
pub const MARK: &str = "oidcfed:mark";

/// Generated characters; with a prefix of 38 this fills the 64 that IAM allows.
const GENERATED: usize = 26;

/// The name of a role to be made, or of a leftover to be taken over.
pub struct RoleName {
    pub text: String,
    pub leftover: Option<Found>,
    /// Roles that may be leftovers, and may be somebody's.
    pub finished: Vec<String>,
}

/// Why there is no name to go on with.
pub enum NoName {
    Aws(AwsError),
    /// The role exists and is not the leftover of a crash: the difference.
    Foreign(String),
}

impl From<AwsError> for NoName {
    fn from(error: AwsError) -> Self {
        Self::Aws(error)
    }
}

/// Decides on the name, before anything is written. A role of that name, or with that prefix and our mark, may be the
/// leftover of a crash.
///
/// # Errors
/// As IAM answers, and a role that is somebody else's.
pub async fn decide(work: &Work<'_>, planned: &TrustModel, new: &NewRole) -> Result<RoleName, NoName> {
    let Some(name) = planned.role_name.text() else {
        let prefix = planned.role_name_prefix.text().unwrap_or_default();
        let Search { leftover, finished } = leftover::search(work, prefix, new).await?;
        let text = match &leftover {
            Some(found) => found.role.name.clone(),
            None => generate(prefix),
        };
        // held before it exists: a search beside this create must not take it for a leftover
        leftover::hold(work, &text);
        return Ok(RoleName {
            text,
            leftover,
            finished,
        });
    };
    if !leftover::hold(work, name) {
        return Err(NoName::Foreign(
            "another resource of this configuration has it".to_owned(),
        ));
    }
    let named = |leftover| RoleName {
        text: name.to_owned(),
        leftover,
        finished: Vec::new(),
    };
    match leftover::examine(work, new).await {
        Err(error) if error.is_not_found() => Ok(named(None)),
        Err(error) => Err(error.into()),
        Ok(Examined::Same(found)) => Ok(named(Some(*found))),
        Ok(Examined::Gone) => Ok(named(None)),
        Ok(Examined::Other(difference)) => Err(NoName::Foreign(difference)),
    }
}

/// The prefix of a name that has the form of a generated one.
pub fn prefix_of(name: &str) -> Option<&str> {
    let at = name.len().checked_sub(GENERATED).filter(|at| *at > 0)?;
    let (prefix, suffix) = name.split_at_checked(at)?;
    let generated = suffix.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'v'));
    generated.then_some(prefix)
}

/// What a trust is recognised by after a crash: its name, or its prefix.
pub fn made_for(planned: &TrustModel) -> String {
    match planned.role_name_prefix.text() {
        Some(prefix) => format!("{prefix}*"),
        None => planned.role_name.text().unwrap_or_default().to_owned(),
    }
}

fn generate(prefix: &str) -> String {
    let random = ring::rand::generate::<[u8; 16]>(&ring::rand::SystemRandom::new());
    // without randomness the time keeps names apart; IAM refuses a name that is taken
    let bytes = random.map_or_else(
        |_| {
            std::time::UNIX_EPOCH
                .elapsed()
                .unwrap_or_default()
                .as_nanos()
                .to_be_bytes()
        },
        ring::rand::Random::expose,
    );
    let text = data_encoding::BASE32_DNSSEC.encode(&bytes);
    format!("{prefix}{}", text.get(..GENERATED).unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_fit_and_differ() {
        let prefix = "p".repeat(38);
        let (a, b) = (generate(&prefix), generate(&prefix));
        assert_eq!(a.len(), 64);
        assert_ne!(a, b);
        assert!(a.bytes().all(|b| b.is_ascii_alphanumeric()));
    }

    #[test]
    fn a_generated_name_tells_its_prefix() {
        for prefix in ["d", "deploy-", "p.w@x_", &"p".repeat(38)] {
            assert_eq!(prefix_of(&generate(prefix)), Some(prefix));
        }
        let suffix = generate("");
        for other in [
            "",
            "deploy",
            "deploy-of-the-api-to-production",
            suffix.as_str(),
            &format!(
                "d{}",
                suffix.to_uppercase().replace(|c: char| c.is_ascii_digit(), "A")
            ),
            &format!("d{}w", &suffix[..25]),
        ] {
            assert_eq!(prefix_of(other), None, "{other}");
        }
    }
}
