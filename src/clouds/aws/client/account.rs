//! Account ids, partitions, role ARNs.

use std::fmt;

/// Twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an AWS account id of twelve digits, found `{0}`")]
pub struct AccountError(pub String);

impl AccountId {
    /// # Errors
    /// Anything but twelve ASCII digits.
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        Err(AccountError(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The part of AWS an ARN belongs to: `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`, `aws-iso…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(String);

/// Prefix of a region's name → partition; every other region is in `aws` (AWS partition metadata).
const REGIONS: [(&str, &str); 8] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-iso-", "aws-iso"),
    ("us-isog-", "aws-iso-g"),
];

impl Partition {
    /// The partition of a region.
    pub fn of_region(region: &str) -> Self {
        let known = REGIONS.iter().find(|(prefix, _)| region.starts_with(prefix));
        Self(known.map_or("aws", |(_, partition)| partition).to_owned())
    }

    /// The partition of an ARN, or of the text of a partition itself; `None` when it is none.
    pub fn of_arn(arn: &str) -> Option<Self> {
        let mut parts = arn.split(':');
        let (prefix, partition) = (parts.next()?, parts.next()?);
        (prefix == "arn" && is_partition(partition)).then(|| Self(partition.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_china(&self) -> bool {
        self.0 == "aws-cn"
    }
}

fn is_partition(text: &str) -> bool {
    text == "aws"
        || text
            .strip_prefix("aws-")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who the own credentials are (`GetCallerIdentity`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub account: AccountId,
    pub arn: String,
    pub partition: Partition,
}

/// `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoleArn {
    text: String,
    account: AccountId,
    partition: Partition,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the ARN of a role, `arn:aws:iam::123456789012:role/NAME`, found `{0}`")]
pub struct RoleArnError(pub String);

impl RoleArn {
    /// # Errors
    /// Anything but the ARN of an IAM role.
    pub fn parse(text: &str) -> Result<Self, RoleArnError> {
        let wrong = || RoleArnError(text.to_owned());
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let &[_, _, service, region, account, resource] = parts.as_slice() else {
            return Err(wrong());
        };
        let partition = Partition::of_arn(text).ok_or_else(wrong)?;
        let account = AccountId::parse(account).map_err(|_| wrong())?;
        let name = resource
            .strip_prefix("role/")
            .and_then(|path| path.rsplit('/').next());
        let named = name.is_some_and(|name| !name.is_empty() && name.len() <= 64);
        let printable = text.bytes().all(|b| b.is_ascii_graphic());
        if service != "iam" || !region.is_empty() || !named || !printable {
            return Err(wrong());
        }
        Ok(Self {
            text: text.to_owned(),
            account,
            partition,
        })
    }

    /// The role of a name (a path before it is allowed) in an account.
    ///
    /// # Errors
    /// When the name makes no role ARN.
    pub fn of(partition: &Partition, account: &AccountId, name: &str) -> Result<Self, RoleArnError> {
        Self::parse(&format!(
            "arn:{partition}:iam::{account}:role/{}",
            name.trim_start_matches('/')
        ))
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn account(&self) -> &AccountId {
        &self.account
    }

    pub fn partition(&self) -> &Partition {
        &self.partition
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_ids_are_twelve_digits() {
        assert!(AccountId::parse("012345678901").is_ok());
        for wrong in ["", "12345678901", "1234567890123", "12345678901a", "１２３４"] {
            assert!(AccountId::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn regions_know_their_partition() {
        for (region, partition) in [
            ("us-east-1", "aws"),
            ("eu-central-2", "aws"),
            ("cn-northwest-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
        ] {
            assert_eq!(Partition::of_region(region).as_str(), partition, "{region}");
        }
        assert_eq!(
            Partition::of_arn("arn:aws-cn:iam::1:x").unwrap().as_str(),
            "aws-cn"
        );
        assert_eq!(Partition::of_arn("arn:gcp:iam::1:x"), None);
    }

    #[test]
    fn role_arns() {
        let role = RoleArn::parse("arn:aws-us-gov:iam::111122223333:role/a/b/deployer").unwrap();
        assert_eq!(role.account().as_str(), "111122223333");
        assert_eq!(role.partition().as_str(), "aws-us-gov");
        for wrong in [
            "arn:aws:iam::111122223333:user/a",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam:us-east-1:111122223333:role/a",
            "arn:aws:sts::111122223333:assumed-role/a/b",
            "arn:aws:iam::1:role/a",
            "arn:aws:iam::111122223333:role/a b",
            "deployer",
        ] {
            assert!(RoleArn::parse(wrong).is_err(), "{wrong}");
        }
    }
}
