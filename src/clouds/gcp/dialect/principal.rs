//! Members of a policy that mean identities of a pool ("Principal identifiers").

use std::fmt;

use super::name::{NameError, PoolName};

/// Whom a binding names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Principal {
    pub pool: PoolName,
    pub whom: Whom,
}

/// Which identities of the pool. Values compare exactly; a wildcard is nothing but [`Whom::Everyone`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whom {
    /// One `google.subject`, whichever provider of the pool mapped it.
    Subject(String),
    /// A member of `google.groups`.
    Group(String),
    /// All with this value of `attribute.NAME`.
    Attribute { name: String, value: String },
    /// Every identity of the pool.
    Everyone,
}

/// Why a text names no identities of a pool.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrincipalError {
    #[error(
        "expected `principal://iam.googleapis.com/POOL/subject/…`, or `principalSet://iam.googleapis.com/POOL/` with `group/…`, `attribute.NAME/…` or `*`, found `{0}`"
    )]
    Form(String),
    #[error(transparent)]
    Pool(#[from] NameError),
}

const HOST: &str = "://iam.googleapis.com/";

impl Principal {
    /// # Errors
    /// Another form, or a pool by the id of its project.
    pub fn parse(text: &str) -> Result<Self, PrincipalError> {
        let form = || PrincipalError::Form(text.to_owned());
        let (kind, rest) = text.split_once(HOST).ok_or_else(form)?;
        // The name of a pool has six parts; what follows is the rest, which may hold slashes.
        let at = rest
            .match_indices('/')
            .nth(5)
            .map(|(at, _)| at)
            .ok_or_else(form)?;
        let (pool, rest) = (rest.get(..at).unwrap_or(""), rest.get(at + 1..).unwrap_or(""));
        let pool = PoolName::parse(pool)?;
        let valued = rest.split_once('/').filter(|(_, value)| !value.is_empty());
        let whom = match (kind, rest, valued) {
            ("principalSet", "*", _) => Whom::Everyone,
            ("principal", _, Some(("subject", value))) => Whom::Subject(value.to_owned()),
            ("principalSet", _, Some(("group", value))) => Whom::Group(value.to_owned()),
            ("principalSet", _, Some((what, value))) => match what.strip_prefix("attribute.") {
                Some(name) if !name.is_empty() => Whom::Attribute {
                    name: name.to_owned(),
                    value: value.to_owned(),
                },
                _ => return Err(form()),
            },
            _ => return Err(form()),
        };
        Ok(Self { pool, whom })
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pool = &self.pool;
        match &self.whom {
            Whom::Subject(value) => write!(f, "principal{HOST}{pool}/subject/{value}"),
            Whom::Group(value) => write!(f, "principalSet{HOST}{pool}/group/{value}"),
            Whom::Attribute { name, value } => {
                write!(f, "principalSet{HOST}{pool}/attribute.{name}/{value}")
            }
            Whom::Everyone => write!(f, "principalSet{HOST}{pool}/*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POOL: &str = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool";

    #[test]
    fn forms() {
        for good in [
            format!("principal://{POOL}/subject/repo:acme/api:ref:refs/heads/main"),
            format!("principalSet://{POOL}/group/admins"),
            format!("principalSet://{POOL}/attribute.repository/acme/api"),
            format!("principalSet://{POOL}/*"),
        ] {
            assert_eq!(Principal::parse(&good).unwrap().to_string(), good);
        }
        for bad in [
            format!("principal://{POOL}/*"),
            format!("principalSet://{POOL}/subject/x"),
            format!("principal://{POOL}/subject/"),
            format!("principalSet://{POOL}/attribute./x"),
            format!("principalSet://{POOL}/attribute.x"),
            format!("principalSet://{POOL}"),
            format!("principalSet:{POOL}/*"),
            "serviceAccount:x@y.iam.gserviceaccount.com".to_owned(),
        ] {
            let error = Principal::parse(&bad).unwrap_err().to_string();
            assert!(error.starts_with("expected `principal://"), "{bad}: {error}");
        }
        let by_id = format!("principalSet://{POOL}/*").replace("projects/1", "projects/acme");
        assert!(
            Principal::parse(&by_id)
                .unwrap_err()
                .to_string()
                .starts_with("expected the number of the project, found `acme`")
        );
    }
}
