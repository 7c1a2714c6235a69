//! The managed policies of AWS that the emulator knows, with the ARNs of a partition.

use serde_json::{Value, json};

use super::Document;
use super::catalogue::{CATALOGUE, Entry, Grant};
use crate::clouds::aws::dialect::Partition;
use crate::clouds::aws::emulator::wire::timestamp;

/// A managed policy of AWS.
#[derive(Clone, Debug)]
pub struct AwsPolicy {
    pub name: &'static str,
    pub path: &'static str,
    pub description: &'static str,
    pub id: String,
    pub arn: String,
    pub document: Document,
    /// Seconds since 1970.
    pub created: i64,
}

/// All of them, with the ARNs of a partition.
pub fn aws_policies(partition: Partition) -> Vec<AwsPolicy> {
    CATALOGUE
        .iter()
        .filter_map(|entry| entry.policy(partition))
        .collect()
}

impl Entry {
    fn policy(&self, partition: Partition) -> Option<AwsPolicy> {
        let (effect, element, actions) = match self.grant {
            Grant::Allow(actions) => ("Allow", "Action", list(actions)),
            Grant::AllowAllBut(actions) => ("Allow", "NotAction", list(actions)),
            Grant::DenyAll => ("Deny", "Action", json!("*")),
        };
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","{element}":{actions},"Resource":"*"}}]}}"#
        );
        Some(AwsPolicy {
            name: self.name,
            path: self.path,
            description: self.description,
            id: self.id(),
            arn: format!("arn:{partition}:iam::aws:policy{}{}", self.path, self.name),
            document: Document::parse(&text).ok()?,
            created: timestamp::from_basic("20150206T184000Z")?,
        })
    }

    /// An id that is the same in every run.
    fn id(&self) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA256, self.name.as_bytes());
        let text = data_encoding::BASE32_NOPAD.encode(digest.as_ref());
        format!("ANPA{}", text.get(..17).unwrap_or_default())
    }
}

fn list(actions: &str) -> Value {
    match actions.split_whitespace().collect::<Vec<_>>().as_slice() {
        [single] => json!(single),
        several => json!(several),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_a_policy_with_an_id_of_its_own() {
        let policies = aws_policies(Partition::China);
        assert_eq!(policies.len(), CATALOGUE.len());
        assert!(policies.iter().all(|policy| policy.document.size() <= 6144));
        let mut ids: Vec<_> = policies.iter().map(|policy| &policy.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), CATALOGUE.len());
        assert!(
            policies
                .iter()
                .any(|policy| policy.arn == "arn:aws-cn:iam::aws:policy/job-function/ViewOnlyAccess")
        );
    }
}
