//! That there is no token, with every place that was looked at.

use std::path::PathBuf;

use super::miss::Miss;
use super::surroundings::Surroundings;
use crate::platforms::{Platform, TokenSource, by_id, ids};

/// Why a workload's token is not to be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("`{}`: {miss}", path.display())]
    File { path: PathBuf, miss: Miss },
    #[error(
        "expected a token of the platform `{platform}` in one of the places where it puts them, found none: {}",
        told(tried)
    )]
    NoneFound {
        platform: String,
        tried: Vec<Tried>,
        hint: String,
    },
}

/// A place that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The place in words.
    pub place: String,
    pub miss: Miss,
}

impl TokenError {
    /// What to do about it.
    pub fn hint(&self) -> &str {
        match self {
            Self::File { .. } => "name the file in which the platform puts the workload's token",
            Self::NoneFound { hint, .. } => hint,
        }
    }
}

fn told(tried: &[Tried]) -> String {
    let each = tried.iter().map(|one| format!("{}: {}", one.place, one.miss));
    each.collect::<Vec<_>>().join("; ")
}

/// What somebody may do who expected a token of the platform.
pub(super) fn hint(
    platform: &Platform,
    looked_at: &[(TokenSource, Miss)],
    surroundings: &Surroundings,
) -> String {
    let absent = looked_at.iter().filter(|(_, miss)| miss.is_absence());
    let needs: Vec<&str> = absent
        .filter_map(|(source, _)| source.requires.as_deref())
        .collect();
    if !needs.is_empty() {
        return format!("`{}` needs: {}", platform.id, needs.join("; "));
    }
    let is_set = |name: &&String| surroundings.variable(name).is_some();
    if platform.detect_env.iter().any(|name| is_set(&name)) {
        return format!(
            "this runs on `{}`, but without a token: ask for one in the job's configuration",
            platform.id
        );
    }
    let mut others = ids().filter_map(by_id);
    let other = others.find_map(|other| Some((other, other.detect_env.iter().find(is_set)?)));
    match other {
        Some((other, name)) => format!("`{name}` is set, as on `{}`: is this that platform?", other.id),
        None => format!("does this run on `{}`?", platform.id),
    }
}
