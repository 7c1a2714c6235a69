//! Managed policies. A policy has one version.

use super::attachments;
use super::call::{Call, Opened};
use super::identity_policy;
use super::page::Page;
use super::tagging::{self, GivenTags};
use crate::clouds::aws::emulator::permission::Ask;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::store::{Account, AnyPolicy, AwsPolicy, KeyCase, Policy};
use crate::clouds::aws::emulator::wire::{ApiError, Reply, Xml, random, timestamp};

/// The longest managed policy, in characters without white space.
const SIZE: usize = 6144;
/// The most managed policies an account may have (quota L-E95E4862).
const POLICIES: usize = 1500;

pub fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = call.query;
    let name = rule::POLICY_NAME.required(query, "PolicyName")?;
    let path = rule::POLICY_PATH.optional(query, "Path")?.unwrap_or("/");
    let text = rule::DOCUMENT.required(query, "PolicyDocument")?;
    let description = rule::POLICY_DESCRIPTION.optional(query, "Description")?;
    let tags = GivenTags::read(query, KeyCase::Ignored)?;
    let arn = call.arn(&format!("policy{path}{name}"));
    let ask = tags.ask(Ask::about(&arn));
    if !tags.is_empty() {
        call.permit(Some("iam:TagPolicy"), &ask)?;
    }
    let now = call.now;
    let account = call.open(&ask)?.account;
    let document = identity_policy::checked(text)?;
    if document.size() > SIZE {
        return Err(ApiError::limit_exceeded(format!(
            "Cannot exceed quota for PolicySize: {SIZE}"
        )));
    }
    if account.policies.contains_key(&name.to_lowercase()) {
        return Err(ApiError::already_exists(format!(
            "A policy called {name} already exists. Duplicate names are not allowed."
        )));
    }
    if account.policies.len() >= POLICIES {
        return Err(ApiError::limit_exceeded(format!(
            "Cannot exceed quota for PoliciesPerAccount: {POLICIES}"
        )));
    }
    let policy = Policy {
        path: path.to_owned(),
        name: name.to_owned(),
        id: random::unique_id("ANPA")?,
        arn,
        description: description.map(str::to_owned),
        document,
        created: now,
        tags: tags.fresh(KeyCase::Ignored),
    };
    let reply = Reply::result(|xml| {
        xml.element("Policy", |xml| {
            write(xml, AnyPolicy::Local(&policy), (0, 0));
        });
    });
    account.policies.insert(name.to_lowercase(), policy);
    Ok(reply)
}

pub fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (opened, arn) = open(call)?;
    let (account, of_aws) = (&*opened.account, opened.of_aws);
    let policy = find(account, of_aws, arn)?;
    Ok(Reply::result(|xml| {
        xml.element("Policy", |xml| {
            write(xml, policy, uses(account, policy));
            xml.optional("Description", policy.description());
            if let Some(tags) = policy.tags() {
                tagging::write(xml, tags.iter());
            }
        });
    }))
}

pub fn get_version(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let version = rule::VERSION_ID.required(call.query, "VersionId")?;
    let (opened, arn) = open(call)?;
    let policy = find(opened.account, opened.of_aws, arn)?;
    if version != policy.version() {
        return Err(ApiError::no_such_entity(format!(
            "Policy {arn} version {version} does not exist or is not attachable."
        )));
    }
    Ok(Reply::result(|xml| {
        xml.element("PolicyVersion", |xml| {
            xml.text("Document", policy.document().encoded());
            write_version(xml, policy);
        });
    }))
}

pub fn list_versions(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = call.query;
    let (opened, arn) = open(call)?;
    let policy = find(opened.account, opened.of_aws, arn)?;
    let page = Page::cut(query, [(policy.version().to_owned(), policy)])?;
    Ok(Reply::result(|xml| {
        xml.list("Versions", &page.items, |xml, policy| write_version(xml, *policy));
        page.write_end(xml);
    }))
}

pub fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = call.query;
    let scope = rule::word(query, "Scope", &["All", "AWS", "Local"])?.unwrap_or("All");
    let attached = rule::word(query, "OnlyAttached", &["true", "false"])? == Some("true");
    let prefix = rule::POLICY_PATH.optional(query, "PathPrefix")?.unwrap_or("/");
    let usage = rule::word(
        query,
        "PolicyUsageFilter",
        &["PermissionsPolicy", "PermissionsBoundary"],
    )?;
    let ask = Ask::about(call.arn("policy/*"));
    let opened = call.open(&ask)?;
    let account = &*opened.account;
    let local = account.policies.values().map(AnyPolicy::Local);
    let of_aws = opened.of_aws.iter().map(AnyPolicy::Aws);
    let policies = local
        .filter(|_| scope != "AWS")
        .chain(of_aws.filter(|_| scope != "Local"))
        .filter(|policy| policy.path().starts_with(prefix))
        .filter(|policy| {
            let (attachments, boundaries) = uses(account, *policy);
            match usage {
                Some("PermissionsPolicy") => attachments > 0,
                Some(_) => boundaries > 0,
                None => !attached || attachments + boundaries > 0,
            }
        })
        .map(|policy| (policy.name().to_owned(), policy));
    let page = Page::cut(query, policies)?;
    Ok(Reply::result(|xml| {
        xml.list("Policies", &page.items, |xml, policy| {
            write(xml, *policy, uses(account, *policy));
        });
        page.write_end(xml);
    }))
}

pub fn list_entities(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = call.query;
    let filter = rule::word(
        query,
        "EntityFilter",
        &["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"],
    )?;
    let usage = rule::word(
        query,
        "PolicyUsageFilter",
        &["PermissionsPolicy", "PermissionsBoundary"],
    )?;
    let (opened, arn) = open(call)?;
    find(opened.account, opened.of_aws, arn)?;
    let roles = opened.account.roles.iter().filter(|(_, role)| {
        let attached = role.attached.iter().any(|one| one == arn);
        let bounded = role.boundary.as_deref() == Some(arn);
        filter.is_none_or(|kind| kind == "Role")
            && match usage {
                Some("PermissionsBoundary") => bounded,
                Some(_) => attached,
                None => attached || bounded,
            }
    });
    let page = Page::cut(query, roles.map(|(key, role)| (key.clone(), role)))?;
    Ok(Reply::result(|xml| {
        xml.element("PolicyGroups", |_| {}).element("PolicyUsers", |_| {});
        xml.list("PolicyRoles", &page.items, |xml, role| {
            xml.text("RoleName", &role.name).text("RoleId", &role.id);
        });
        page.write_end(xml);
    }))
}

pub fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (opened, arn) = open(call)?;
    let policy = find(opened.account, opened.of_aws, arn)?;
    let AnyPolicy::Local(local) = policy else {
        return Err(ApiError::access_denied(format!(
            "Policy {arn} is managed by AWS and cannot be deleted."
        )));
    };
    if uses(opened.account, policy) != (0, 0) {
        return Err(ApiError::delete_conflict(
            "Cannot delete a policy attached to entities.",
        ));
    }
    let key = local.name.to_lowercase();
    opened.account.policies.remove(&key);
    Ok(Reply::none())
}

fn open<'c, 'a>(call: &'c mut Call<'a>) -> Result<(Opened<'c>, &'a str), ApiError> {
    let arn = rule::ARN.required(call.query, "PolicyArn")?;
    let opened = call.open(&Ask::about(arn))?;
    attachments::well_formed(arn)?;
    Ok((opened, arn))
}

fn find<'a>(account: &'a Account, of_aws: &'a [AwsPolicy], arn: &str) -> Result<AnyPolicy<'a>, ApiError> {
    account
        .policy(arn, of_aws)
        .ok_or_else(|| ApiError::no_such_entity(format!("Policy {arn} was not found.")))
}

/// How many roles have the policy attached, and how many are bounded by it.
pub fn uses(account: &Account, policy: AnyPolicy<'_>) -> (usize, usize) {
    (
        account.attachments(policy.arn()),
        account.boundary_uses(policy.arn()),
    )
}

/// What every reply about a policy shows.
pub fn write(xml: &mut Xml, policy: AnyPolicy<'_>, (attachments, boundaries): (usize, usize)) {
    xml.text("PolicyName", policy.name())
        .text("PolicyId", policy.id())
        .text("Arn", policy.arn())
        .text("Path", policy.path())
        .text("DefaultVersionId", policy.version())
        .text("AttachmentCount", attachments)
        .text("PermissionsBoundaryUsageCount", boundaries)
        .text("IsAttachable", true)
        .text("CreateDate", timestamp::iso8601(policy.created()))
        .text("UpdateDate", timestamp::iso8601(policy.created()));
}

pub fn write_version(xml: &mut Xml, policy: AnyPolicy<'_>) {
    xml.text("VersionId", policy.version())
        .text("IsDefaultVersion", true)
        .text("CreateDate", timestamp::iso8601(policy.created()));
}
