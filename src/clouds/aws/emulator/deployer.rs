//! A role that one account may assume in another, as organisations set it up before anybody writes a trust.

use std::collections::BTreeMap;

use serde_json::json;

use super::instance::Emulator;
use super::store::{Document, KeyCase, Role, Tags};
use super::wire::random;
use crate::clouds::aws::dialect::AccountId;

const NAME: &str = "deployer";

impl Emulator {
    /// Puts the role `deployer` into `account`: the account `trusted` may assume it, and it may do everything there.
    /// Gives its ARN; nothing when there is no such account.
    pub fn add_deployer(&self, account: &str, trusted: &str) -> Option<String> {
        let (id, trusted) = (AccountId::parse(account).ok()?, AccountId::parse(trusted).ok()?);
        let now = self.clock.now();
        let mut world = self.world();
        let root = format!("arn:{}:iam::{trusted}:root", world.partition());
        let account = world.account_mut(&id)?;
        let arn = account.arn(&format!("role/{NAME}"));
        let trust = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Principal": { "AWS": root }, "Action": "sts:AssumeRole" }
        ] });
        let everything = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "*", "Resource": "*" }
        ] });
        let role = Role {
            path: "/".to_owned(),
            name: NAME.to_owned(),
            id: random::unique_id("AROA").ok()?,
            arn: arn.clone(),
            created: now,
            trust: Document::parse(&trust.to_string()).ok()?,
            description: Some("What the first account of the sandbox assumes here".to_owned()),
            max_session: 3600,
            boundary: None,
            tags: Tags::new(KeyCase::Ignored),
            inline: BTreeMap::from([(
                "everything".to_owned(),
                Document::parse(&everything.to_string()).ok()?,
            )]),
            attached: Vec::new(),
            last_used: None,
            unseen_reads: 0,
            unseen_lists: 0,
        };
        account.roles.insert(NAME.to_owned(), role);
        Some(arn)
    }
}
