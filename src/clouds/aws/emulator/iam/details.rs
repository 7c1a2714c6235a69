//! `GetAccountAuthorizationDetails`: the whole account in one call.

use super::call::Call;
use super::page::Page;
use super::{policies, profiles, roles, tagging, users};
use crate::clouds::aws::emulator::permission::Ask;
use crate::clouds::aws::emulator::store::{Account, AnyPolicy, AwsPolicy, Role, User};
use crate::clouds::aws::emulator::wire::{ApiError, Reply, Xml, timestamp};

const KINDS: [&str; 5] = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"];

/// One object of the account, of any kind.
enum Detail<'a> {
    User(&'a User),
    Role(&'a Role),
    Policy(AnyPolicy<'a>),
}

pub fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = call.query;
    let filter = query.list("Filter").unwrap_or_default();
    if let Some(other) = filter.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
        return Err(ApiError::validation(format!(
            "1 validation error detected: Value '[{other}]' at 'filter' failed to satisfy constraint: Member must \
             satisfy constraint: [Member must satisfy enum value set: [{}]]",
            KINDS.join(", ")
        )));
    }
    let opened = call.open(&Ask::about("*"))?;
    let (account, of_aws) = (&*opened.account, opened.of_aws);
    let wanted = |kind: &str| filter.is_empty() || filter.iter().any(|one| one == kind);
    let page = Page::cut(query, details(account, of_aws, wanted))?;
    Ok(Reply::result(|xml| {
        xml.list(
            "UserDetailList",
            page.items.iter().filter_map(Detail::user),
            |xml, user| {
                users::write(xml, user);
                xml.element("GroupList", |_| {});
            },
        );
        xml.element("GroupDetailList", |_| {});
        xml.list(
            "RoleDetailList",
            page.items.iter().filter_map(Detail::role),
            |xml, role| {
                write_role(xml, account, of_aws, role);
            },
        );
        xml.list(
            "Policies",
            page.items.iter().filter_map(Detail::policy),
            |xml, policy| {
                write_policy(xml, account, policy);
            },
        );
        page.write_end(xml);
    }))
}

/// The objects in one order, so that one marker serves all kinds.
fn details<'a>(
    account: &'a Account,
    of_aws: &'a [AwsPolicy],
    wanted: impl Fn(&str) -> bool,
) -> Vec<(String, Detail<'a>)> {
    let mut all = Vec::new();
    if wanted("User") {
        let user = &account.administrator;
        all.push((format!("0/{}", user.name), Detail::User(user)));
    }
    if wanted("Role") {
        let roles = account.roles.iter();
        all.extend(roles.map(|(key, role)| (format!("1/{key}"), Detail::Role(role))));
    }
    if wanted("LocalManagedPolicy") {
        let local = account.policies.iter();
        all.extend(local.map(|(key, policy)| (format!("2/{key}"), Detail::Policy(AnyPolicy::Local(policy)))));
    }
    if wanted("AWSManagedPolicy") {
        // IAM shows those of its own policies that the account uses.
        let used = of_aws
            .iter()
            .map(AnyPolicy::Aws)
            .filter(|policy| policies::uses(account, *policy) != (0, 0));
        all.extend(used.map(|policy| (format!("3/{}", policy.name()), Detail::Policy(policy))));
    }
    all
}

impl<'a> Detail<'a> {
    fn user(&self) -> Option<&'a User> {
        match self {
            Self::User(user) => Some(user),
            _ => None,
        }
    }

    fn role(&self) -> Option<&'a Role> {
        match self {
            Self::Role(role) => Some(role),
            _ => None,
        }
    }

    fn policy(&self) -> Option<AnyPolicy<'a>> {
        match self {
            Self::Policy(policy) => Some(*policy),
            _ => None,
        }
    }
}

fn write_role(xml: &mut Xml, account: &Account, of_aws: &[AwsPolicy], role: &Role) {
    xml.text("Path", &role.path)
        .text("RoleName", &role.name)
        .text("RoleId", &role.id)
        .text("Arn", &role.arn)
        .text("CreateDate", timestamp::iso8601(role.created))
        .text("AssumeRolePolicyDocument", role.trust.encoded());
    xml.list(
        "InstanceProfileList",
        account.profiles_of(&role.name),
        |xml, profile| {
            profiles::write(xml, account, profile);
        },
    );
    xml.list("RolePolicyList", &role.inline, |xml, (name, document)| {
        xml.text("PolicyName", name)
            .text("PolicyDocument", document.encoded());
    });
    let attached = role.attached.iter().filter_map(|arn| account.policy(arn, of_aws));
    xml.list("AttachedManagedPolicies", attached, |xml, policy| {
        xml.text("PolicyName", policy.name())
            .text("PolicyArn", policy.arn());
    });
    roles::write_boundary(xml, role);
    tagging::write(xml, role.tags.iter());
    roles::write_last_used(xml, role);
}

fn write_policy(xml: &mut Xml, account: &Account, policy: AnyPolicy<'_>) {
    policies::write(xml, policy, policies::uses(account, policy));
    xml.list("PolicyVersionList", [policy], |xml, policy| {
        xml.text("Document", policy.document().encoded());
        policies::write_version(xml, policy);
    });
}
