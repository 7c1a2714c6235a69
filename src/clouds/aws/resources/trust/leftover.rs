//! The leftover of a crash: a role that an earlier create made and nobody wrote down.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use super::names::MARK;
use super::permissions::same_document;
use super::work::Work;
use crate::clouds::aws::client::{AwsError, NewRole, Role};

/// Older roles are somebody's, whatever they look like.
const YOUNG: Duration = Duration::from_secs(24 * 3600);

/// A role that is exactly what this create would have made so far.
pub struct Found {
    pub role: Role,
    pub managed: BTreeSet<String>,
    pub inline: std::collections::BTreeMap<String, String>,
}

/// What a role of this name is.
pub enum Examined {
    /// Exactly what this create would have made so far.
    Same(Box<Found>),
    /// Somebody's: the first difference.
    Other(String),
    /// Deleted by this very run; IAM still shows it.
    Gone,
}

/// What a search by prefix came upon.
#[derive(Default)]
pub struct Search {
    /// The leftover of a create that was cut off.
    pub leftover: Option<Found>,
    /// Names of roles that a create like this one finished: a state knows them, or the create was cut off just before
    /// anybody wrote them down. IAM cannot tell, so that they are named and left alone.
    pub finished: Vec<String>,
}

/// Looks for a leftover by prefix and mark.
///
/// # Errors
/// As IAM answers; not being allowed to list means that none is found.
pub async fn search(work: &Work<'_>, prefix: &str, new: &NewRole) -> Result<Search, AwsError> {
    let mut search = Search::default();
    let roles = match work.iam.list_roles_with_prefix(&new.path, prefix).await {
        Ok(roles) => roles,
        Err(error) if error.kind == crate::clouds::aws::client::Kind::AccessDenied => return Ok(search),
        Err(error) => return Err(error),
    };
    for listed in roles
        .into_iter()
        .filter(|role| same_document(&role.trust_policy, &new.trust_policy))
    {
        let wanted = NewRole {
            name: listed.name.clone(),
            ..new.clone()
        };
        let marked = |role: &Role| role.tags.contains_key(MARK) && role.tags.get(MARK) == new.tags.get(MARK);
        match examine(work, &wanted).await? {
            Examined::Same(found) if marked(&found.role) && hold(work, &found.role.name) => {
                search.leftover = Some(*found);
                return Ok(search);
            }
            Examined::Same(_) | Examined::Gone => continue,
            Examined::Other(_) => {}
        }
        let finished = is_young(&listed, SystemTime::now()) && is_finished(work, wanted).await?;
        if finished && hold(work, &listed.name) {
            search.finished.push(listed.name);
        }
    }
    Ok(search)
}

/// Whether the role has everything that this create would give it, and its mark was taken off as the last step.
async fn is_finished(work: &Work<'_>, mut new: NewRole) -> Result<bool, AwsError> {
    new.tags.remove(MARK);
    let Examined::Same(found) = examine(work, &new).await? else {
        return Ok(false);
    };
    let wanted = work.permissions();
    let inline = wanted.inline.unwrap_or_default();
    Ok(found.managed == wanted.managed.unwrap_or_default() && found.inline.keys().eq(inline.keys()))
}

/// Whether the role of this name is what this create would have made so far; otherwise the first difference.
///
/// # Errors
/// As IAM answers.
pub async fn examine(work: &Work<'_>, new: &NewRole) -> Result<Examined, AwsError> {
    let role = work.iam.get_role(&new.name).await?;
    if work.aws.sharing.is_deleted(&role.unique_id) {
        return Ok(Examined::Gone);
    }
    if let Some(difference) = difference(&role, new, SystemTime::now()) {
        return Ok(Examined::Other(difference));
    }
    let managed: BTreeSet<String> = work
        .iam
        .list_attached_policies(&new.name)
        .await?
        .into_iter()
        .collect();
    let wanted = work.permissions();
    if let Some(foreign) = managed
        .iter()
        .find(|arn| !wanted.managed.as_ref().is_some_and(|w| w.contains(*arn)))
    {
        return Ok(Examined::Other(format!(
            "the managed policy {foreign} is attached to it"
        )));
    }
    let mut inline = std::collections::BTreeMap::new();
    for name in work.iam.list_inline_policies(&new.name).await? {
        let document = work.iam.get_inline_policy(&new.name, &name).await?;
        let same = wanted
            .inline
            .as_ref()
            .and_then(|w| w.get(&name))
            .is_some_and(|w| same_document(w, &document));
        if !same {
            return Ok(Examined::Other(format!("it has the inline policy {name}")));
        }
        inline.insert(name, document);
    }
    Ok(Examined::Same(Box::new(Found {
        role,
        managed,
        inline,
    })))
}

/// One resource of this process at most takes a role over.
pub fn hold(work: &Work<'_>, name: &str) -> bool {
    work.aws.sharing.hold_role(work.home.account.as_str(), name)
}

fn is_young(role: &Role, now: SystemTime) -> bool {
    let age = |at| now.duration_since(at).unwrap_or_default();
    role.created.is_some_and(|at| age(at) < YOUNG)
}

fn difference(role: &Role, new: &NewRole, now: SystemTime) -> Option<String> {
    let checks = [
        (is_young(role, now), "it is older than a day"),
        (role.last_used.is_none(), "it has been used"),
        (role.path == new.path, "its path differs"),
        (
            role.description == new.description.clone().unwrap_or_default(),
            "its description differs",
        ),
        (
            new.max_session_duration
                .is_none_or(|seconds| seconds == role.max_session_duration),
            "its session duration differs",
        ),
        (
            role.permissions_boundary == new.permissions_boundary,
            "its permissions boundary differs",
        ),
        (role.tags == new.tags, "its tags differ"),
        (
            same_document(&role.trust_policy, &new.trust_policy),
            "its trust policy differs",
        ),
    ];
    checks
        .into_iter()
        .find(|(holds, _)| !holds)
        .map(|(_, difference)| difference.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

    fn new() -> NewRole {
        NewRole {
            name: "r".to_owned(),
            path: "/".to_owned(),
            trust_policy: POLICY.to_owned(),
            description: None,
            max_session_duration: Some(3600),
            permissions_boundary: None,
            tags: Default::default(),
        }
    }

    fn made(at: SystemTime) -> Role {
        Role {
            name: "r".to_owned(),
            arn: "arn:aws:iam::111122223333:role/r".to_owned(),
            unique_id: "AROA".to_owned(),
            path: "/".to_owned(),
            created: Some(at),
            trust_policy: POLICY.to_owned(),
            description: String::new(),
            max_session_duration: 3600,
            permissions_boundary: None,
            tags: Default::default(),
            last_used: None,
        }
    }

    #[test]
    fn only_what_this_create_would_have_made_is_taken_over() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000);
        let fine = made(now - Duration::from_secs(60));
        assert_eq!(difference(&fine, &new(), now), None);
        let cases: [(&str, Role); 8] = [
            (
                "older",
                Role {
                    created: Some(now - YOUNG),
                    ..fine.clone()
                },
            ),
            (
                "older",
                Role {
                    created: None,
                    ..fine.clone()
                },
            ),
            (
                "used",
                Role {
                    last_used: Some(now),
                    ..fine.clone()
                },
            ),
            (
                "path",
                Role {
                    path: "/x/".to_owned(),
                    ..fine.clone()
                },
            ),
            (
                "description",
                Role {
                    description: "x".to_owned(),
                    ..fine.clone()
                },
            ),
            (
                "boundary",
                Role {
                    permissions_boundary: Some("arn".to_owned()),
                    ..fine.clone()
                },
            ),
            (
                "tags",
                Role {
                    tags: [("a".to_owned(), "b".to_owned())].into(),
                    ..fine.clone()
                },
            ),
            (
                "trust policy",
                Role {
                    trust_policy: "{}".to_owned(),
                    ..fine.clone()
                },
            ),
        ];
        for (word, role) in cases {
            let found = difference(&role, &new(), now);
            assert!(
                found.as_ref().is_some_and(|text| text.contains(word)),
                "{word}: {found:?}"
            );
        }
    }
}
