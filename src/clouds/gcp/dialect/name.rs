//! Names of pools and providers.

use std::fmt;

/// A workload identity pool by its full name. Google's answers, principals and audiences always carry the project's number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolName {
    project: String,
    pool: String,
}

/// A provider of a pool by its full name, `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderName {
    pool: PoolName,
    provider: String,
}

/// Why a text is no such name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error(
        "expected `projects/NUMBER/locations/global/workloadIdentityPools/POOL{}`, found `{found}`",
        if *.provider { "/providers/PROVIDER" } else { "" }
    )]
    Form { provider: bool, found: String },
    #[error(
        "expected the number of the project, found `{found}`: principals and audiences only ever carry the number; see it with `gcloud projects describe {found}`"
    )]
    ProjectId { found: String },
}

impl PoolName {
    /// A pool by its project's number and its id, which the caller has checked.
    pub fn new(project_number: &str, id: &str) -> Self {
        Self {
            project: project_number.to_owned(),
            pool: id.to_owned(),
        }
    }

    /// # Errors
    /// Another form, or the id of a project in place of its number.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let form = || NameError::Form {
            provider: false,
            found: text.to_owned(),
        };
        let parts: Vec<&str> = text.split('/').collect();
        let [
            "projects",
            project,
            "locations",
            "global",
            "workloadIdentityPools",
            pool,
        ] = parts.as_slice()
        else {
            return Err(form());
        };
        if pool.is_empty() || project.is_empty() {
            return Err(form());
        }
        if !project.bytes().all(|b| b.is_ascii_digit()) {
            let found = (*project).to_owned();
            return Err(NameError::ProjectId { found });
        }
        Ok(Self {
            project: (*project).to_owned(),
            pool: (*pool).to_owned(),
        })
    }

    /// The number of the project.
    pub fn project(&self) -> &str {
        &self.project
    }

    pub fn id(&self) -> &str {
        &self.pool
    }
}

impl ProviderName {
    /// A provider by its pool and its id, which the caller has checked.
    pub fn new(pool: PoolName, id: &str) -> Self {
        Self {
            pool,
            provider: id.to_owned(),
        }
    }

    /// # Errors
    /// Another form, or the id of a project in place of its number.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let form = || NameError::Form {
            provider: true,
            found: text.to_owned(),
        };
        let (pool, provider) = text.split_once("/providers/").ok_or_else(form)?;
        if provider.is_empty() || provider.contains('/') {
            return Err(form());
        }
        let pool = PoolName::parse(pool).map_err(|error| match error {
            NameError::Form { .. } => form(),
            other => other,
        })?;
        Ok(Self {
            pool,
            provider: provider.to_owned(),
        })
    }

    pub fn pool(&self) -> &PoolName {
        &self.pool
    }

    pub fn id(&self) -> &str {
        &self.provider
    }

    /// What `aud` has to be while the provider names no audiences: its address, with or without `https:` (Security Token
    /// Service; "Configure Workload Identity Federation", allowed audiences).
    pub fn default_audiences(&self) -> [String; 2] {
        ["https://iam.googleapis.com/", "//iam.googleapis.com/"].map(|prefix| format!("{prefix}{self}"))
    }
}

impl fmt::Display for PoolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "projects/{}/locations/global/workloadIdentityPools/{}",
            self.project, self.pool
        )
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/providers/{}", self.pool, self.provider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "projects/123456789/locations/global/workloadIdentityPools/pool/providers/prov";

    #[test]
    fn forms() {
        let name = ProviderName::parse(NAME).unwrap();
        assert_eq!(name.to_string(), NAME);
        assert_eq!(
            (name.id(), name.pool().id(), name.pool().project()),
            ("prov", "pool", "123456789")
        );
        assert_eq!(
            name.default_audiences()[0],
            format!("https://iam.googleapis.com/{NAME}")
        );
        assert_eq!(
            name.default_audiences()[1],
            format!("//iam.googleapis.com/{NAME}")
        );
        for (wrong, says) in [
            (
                NAME.replace("123456789", "my-project"),
                "expected the number of the project, found `my-project`",
            ),
            (
                NAME.replace("global", "europe"),
                "expected `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`",
            ),
            (NAME.replace("/providers/prov", ""), "expected `projects/NUMBER/"),
            (
                format!("//iam.googleapis.com/{NAME}"),
                "expected `projects/NUMBER/",
            ),
            (format!("{NAME}/x"), "expected `projects/NUMBER/"),
        ] {
            let error = ProviderName::parse(&wrong).unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }
}
