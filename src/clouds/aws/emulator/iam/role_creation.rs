//! `CreateRole`.

use std::collections::BTreeMap;

use super::call::Call;
use super::tagging::GivenTags;
use super::{boundary, roles, trust_policy};
use crate::clouds::aws::emulator::permission::Ask;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::store::{Account, Document, KeyCase, Role};
use crate::clouds::aws::emulator::wire::{ApiError, Query, Reply, random};

/// The most roles an account may have (quota L-FE177D64).
const ROLES: usize = 1000;

/// The checked parameters.
struct Creation<'q> {
    name: &'q str,
    path: &'q str,
    document: &'q str,
    description: Option<&'q str>,
    max_session: Option<u32>,
    boundary: Option<&'q str>,
    tags: GivenTags,
}

pub fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let creation = Creation::read(call.query)?;
    let arn = call.arn(&format!("role{}{}", creation.path, creation.name));
    let ask = creation.ask(&arn);
    if !creation.tags.is_empty() {
        call.permit(Some("iam:TagRole"), &ask)?;
    }
    call.permit(None, &ask)?;
    let trust = trust_policy::checked(call.world(), creation.document)?;
    let (now, fresh) = (call.now, call.freshness);
    let opened = call.open(&ask)?;
    if let Some(limit) = creation.boundary {
        boundary::checked(opened.account, opened.of_aws, limit)?;
    }
    creation.check_room(opened.account)?;
    let role = Role {
        created: now,
        unseen_reads: fresh.role_reads,
        unseen_lists: fresh.role_lists,
        ..creation.role(arn, trust)?
    };
    let reply = Reply::result(|xml| {
        xml.element("Role", |xml| {
            roles::write(xml, &role);
            roles::write_boundary(xml, &role);
            roles::write_tags(xml, &role);
        });
    });
    opened.account.roles.insert(role.name.to_lowercase(), role);
    Ok(reply)
}

impl<'q> Creation<'q> {
    fn read(query: &'q Query) -> Result<Self, ApiError> {
        Ok(Self {
            name: rule::ROLE_NAME.required(query, "RoleName")?,
            path: rule::ROLE_PATH.optional(query, "Path")?.unwrap_or("/"),
            document: rule::DOCUMENT.required(query, "AssumeRolePolicyDocument")?,
            description: rule::ROLE_DESCRIPTION.optional(query, "Description")?,
            max_session: roles::max_session(query)?,
            boundary: rule::ARN.optional(query, "PermissionsBoundary")?,
            tags: GivenTags::read(query, KeyCase::Ignored)?,
        })
    }

    fn ask(&self, arn: &str) -> Ask {
        let ask = self.tags.ask(Ask::about(arn));
        match self.boundary {
            Some(limit) => ask.with("iam:PermissionsBoundary", vec![limit.to_owned()]),
            None => ask,
        }
    }

    fn check_room(&self, account: &Account) -> Result<(), ApiError> {
        if account.role(self.name).is_some() {
            return Err(ApiError::already_exists(format!(
                "Role with name {} already exists.",
                self.name
            )));
        }
        if account.roles.len() >= ROLES {
            return Err(ApiError::limit_exceeded(format!(
                "Cannot exceed quota for RolesPerAccount: {ROLES}"
            )));
        }
        Ok(())
    }

    fn role(&self, arn: String, trust: Document) -> Result<Role, ApiError> {
        Ok(Role {
            path: self.path.to_owned(),
            name: self.name.to_owned(),
            id: random::unique_id("AROA")?,
            arn,
            created: 0,
            trust,
            description: self.description.map(str::to_owned),
            max_session: self.max_session.unwrap_or(roles::DEFAULT_SESSION),
            boundary: self.boundary.map(str::to_owned),
            tags: self.tags.fresh(KeyCase::Ignored),
            inline: BTreeMap::new(),
            attached: Vec::new(),
            last_used: None,
            unseen_reads: 0,
            unseen_lists: 0,
        })
    }
}
