//! ARNs of the objects behind a trust, each a type that can only be built well formed.

use std::fmt;

use super::partition::Partition;
use crate::trust::IssuerUrl;

/// Twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

/// `arn:<partition>:iam::<account>:role/<path><name>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleArn {
    partition: Partition,
    account: AccountId,
    /// With both slashes; `/` when there is none.
    path: String,
    name: String,
}

/// `arn:<partition>:iam::<account>:oidc-provider/<issuer without https://>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderArn {
    partition: Partition,
    account: AccountId,
    url: String,
}

/// The ARN of a managed policy, of a customer or of AWS itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ManagedPolicyArn(String);

/// Why a text is none of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    #[error("expected an account id of twelve digits, found `{0}`")]
    Account(String),
    #[error("expected {expected}, found `{found}`")]
    Form { expected: &'static str, found: String },
    #[error("expected a partition of AWS (`aws`, `aws-cn`, `aws-us-gov` …) in `{0}`")]
    Partition(String),
}

impl AccountId {
    /// # Errors
    /// Anything but twelve digits.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        Err(ArnError::Account(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RoleArn {
    /// The ARN of a role; `path` with both slashes.
    pub fn new(partition: Partition, account: AccountId, path: &str, name: &str) -> Self {
        Self {
            partition,
            account,
            path: path.to_owned(),
            name: name.to_owned(),
        }
    }

    /// # Errors
    /// A text that is no ARN of a role.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let form = "a role ARN (`arn:aws:iam::111122223333:role/NAME`)";
        let (partition, account, rest) = iam_parts(text, form)?;
        let (path, name) = rest
            .strip_prefix("role")
            .and_then(|rest| rest.rfind('/').map(|at| rest.split_at(at + 1)))
            .filter(|(path, name)| path.starts_with('/') && !name.is_empty())
            .ok_or_else(|| wrong(form, text))?;
        Ok(Self::new(partition, account, path, name))
    }

    pub fn partition(&self) -> Partition {
        self.partition
    }

    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// With both slashes; `/` when there is none.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

impl ProviderArn {
    /// The ARN under which IAM keeps the provider of an issuer.
    pub fn new(partition: Partition, account: AccountId, issuer: &IssuerUrl) -> Self {
        Self {
            partition,
            account,
            url: issuer.without_scheme().to_owned(),
        }
    }

    /// # Errors
    /// A text that is no ARN of an OIDC provider.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let form = "an OIDC provider ARN (`arn:aws:iam::111122223333:oidc-provider/HOST`)";
        let (partition, account, rest) = iam_parts(text, form)?;
        let url = rest
            .strip_prefix("oidc-provider/")
            .filter(|url| !url.is_empty() && !url.starts_with('/') && !url.contains("://"))
            .ok_or_else(|| wrong(form, text))?;
        Ok(Self {
            partition,
            account,
            url: url.to_owned(),
        })
    }

    pub fn partition(&self) -> Partition {
        self.partition
    }

    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The issuer without `https://`: also the prefix of its condition keys.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl ManagedPolicyArn {
    /// Reads the ARN of a managed policy, or the bare name of one that AWS manages (`ReadOnlyAccess`,
    /// `job-function/ViewOnlyAccess`).
    ///
    /// # Errors
    /// Neither of the two.
    pub fn parse(text: &str, partition: Partition) -> Result<Self, ArnError> {
        let form = "the ARN of a managed policy, or the name of one that AWS manages (`ReadOnlyAccess`)";
        if !text.starts_with("arn:") {
            if !text.is_empty() && !text.starts_with('/') && text.chars().all(is_policy_name) {
                return Ok(Self(format!("arn:{partition}:iam::aws:policy/{text}")));
            }
            return Err(wrong(form, text));
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", named, "iam", "", owner, rest] = parts.as_slice() else {
            return Err(wrong(form, text));
        };
        Partition::from_id(named).ok_or_else(|| ArnError::Partition(text.to_owned()))?;
        let fits = |name: &&str| !name.is_empty() && !name.ends_with('/') && text.len() <= 2048;
        let owned = *owner == "aws" || AccountId::parse(owner).is_ok();
        match rest.strip_prefix("policy/").filter(fits) {
            Some(_) if owned => Ok(Self(text.to_owned())),
            _ => Err(wrong(form, text)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_policy_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-/".contains(c)
}

fn wrong(expected: &'static str, found: &str) -> ArnError {
    ArnError::Form {
        expected,
        found: found.to_owned(),
    }
}

/// Partition, account and resource of an ARN of IAM.
fn iam_parts<'a>(text: &'a str, form: &'static str) -> Result<(Partition, AccountId, &'a str), ArnError> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, rest] = parts.as_slice() else {
        return Err(wrong(form, text));
    };
    let partition = Partition::from_id(partition).ok_or_else(|| ArnError::Partition(text.to_owned()))?;
    Ok((partition, AccountId::parse(account)?, rest))
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            account,
            path,
            name,
        } = self;
        write!(f, "arn:{partition}:iam::{account}:role{path}{name}")
    }
}

impl fmt::Display for ProviderArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            account,
            url,
        } = self;
        write!(f, "arn:{partition}:iam::{account}:oidc-provider/{url}")
    }
}

impl fmt::Display for ManagedPolicyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provider_keeps_path_and_trailing_slash() {
        for (issuer, url) in [
            (
                "https://token.actions.githubusercontent.com",
                "token.actions.githubusercontent.com",
            ),
            ("https://oidc.fly.io/acme", "oidc.fly.io/acme"),
            ("https://tenant.auth0.com/", "tenant.auth0.com/"),
        ] {
            let account = AccountId::parse("111122223333").unwrap();
            let issuer = IssuerUrl::parse(issuer).unwrap();
            let arn = ProviderArn::new(Partition::Aws, account, &issuer);
            assert_eq!(
                arn.to_string(),
                format!("arn:aws:iam::111122223333:oidc-provider/{url}")
            );
            assert_eq!(arn.url(), url);
            assert_eq!(ProviderArn::parse(&arn.to_string()).unwrap(), arn);
        }
    }

    #[test]
    fn roles() {
        let arn = RoleArn::parse("arn:aws-cn:iam::111122223333:role/team/ci/deploy").unwrap();
        assert_eq!((arn.path(), arn.name()), ("/team/ci/", "deploy"));
        assert_eq!(arn.partition(), Partition::China);
        assert_eq!(
            arn.to_string(),
            "arn:aws-cn:iam::111122223333:role/team/ci/deploy"
        );
        assert_eq!(
            RoleArn::parse("arn:aws:iam::111122223333:role/x").unwrap().path(),
            "/"
        );
        for bad in [
            "",
            "x",
            "arn:aws:iam::1:role/x",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:rolex/y",
            "arn:aws:iam::111122223333:user/x",
            "arn:aws:iam:us-east-1:111122223333:role/x",
            "arn:nope:iam::111122223333:role/x",
        ] {
            assert!(RoleArn::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn managed_policies() {
        let read = |text| ManagedPolicyArn::parse(text, Partition::GovCloud).map(|arn| arn.to_string());
        assert_eq!(
            read("ReadOnlyAccess").unwrap(),
            "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess"
        );
        assert_eq!(
            read("job-function/ViewOnlyAccess").unwrap(),
            "arn:aws-us-gov:iam::aws:policy/job-function/ViewOnlyAccess"
        );
        let own = "arn:aws:iam::111122223333:policy/team/x";
        assert_eq!(read(own).unwrap(), own);
        for bad in [
            "",
            "a b",
            "arn:aws:iam::111122223333:role/x",
            "arn:aws:iam::aws:policy/",
            "/x",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
