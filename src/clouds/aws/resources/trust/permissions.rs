//! What the role may do: managed and inline policies, from what is there to what is wanted.

use std::collections::{BTreeMap, BTreeSet};

use super::model::TrustModel;
use crate::clouds::aws::client::{AwsError, Iam, Kind, Limits, wait_for};
use crate::clouds::aws::dialect::{ManagedPolicyArn, Partition, PolicyDocument, Statement, means_same};
use crate::framework::{Attr, StringMap, StringSet};

/// Policies of a role: managed ones by ARN, inline ones by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// `None`: not managed.
    pub managed: Option<BTreeSet<String>>,
    /// `None`: not managed.
    pub inline: Option<BTreeMap<String, String>>,
}

impl Permissions {
    /// What a model says; unknown counts as not managed and comes only before apply.
    pub fn of(model: &TrustModel, partition: Partition) -> Self {
        let arn = |text: &String| {
            ManagedPolicyArn::parse(text, partition).map_or_else(|_| text.clone(), |arn| arn.to_string())
        };
        let managed = model.managed_policy_arns.strings().flatten();
        Self {
            managed: managed.map(|texts| texts.iter().map(arn).collect()),
            inline: model.inline_policies.members().flatten(),
        }
    }

    /// The written set while it means what is attached; what really is attached otherwise, in its written form where it
    /// has one.
    pub fn managed_as_written(
        written: &StringSet,
        attached: &BTreeSet<String>,
        partition: Partition,
    ) -> StringSet {
        let texts = written.strings().flatten().unwrap_or_default();
        let form = |arn: &String| {
            let of =
                |text: &&String| ManagedPolicyArn::parse(text, partition).is_ok_and(|a| a.as_str() == arn);
            texts.iter().find(of).unwrap_or(arn).clone()
        };
        StringSet::of(attached.iter().map(form))
    }

    /// The written documents while they mean what is there.
    pub fn inline_as_written(written: &StringMap, found: &BTreeMap<String, String>) -> StringMap {
        let texts = written.members().flatten().unwrap_or_default();
        let form = |(name, document): (&String, &String)| {
            let kept = texts.get(name).filter(|text| same_document(text, document));
            (name.clone(), Attr::Known(kept.unwrap_or(document).clone()))
        };
        Attr::Known(found.iter().map(form).collect())
    }
}

/// Whether two lists of statements are the same in other words, their labels included.
pub fn same_statements(a: &str, b: &str) -> bool {
    match (Statement::parse_list(a), Statement::parse_list(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

/// Whether two policy documents mean the same; a text that is no policy equals only itself.
pub fn same_document(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    match (PolicyDocument::parse(a), PolicyDocument::parse(b)) {
        (Ok(a), Ok(b)) => means_same(&a, &b),
        _ => false,
    }
}

/// What was not managed so far and is now has to be looked at first: the state does not show it.
pub async fn complete(
    iam: &Iam,
    role: &str,
    mut had: Permissions,
    wanted: &Permissions,
) -> Result<Permissions, AwsError> {
    if had.managed.is_none() && wanted.managed.is_some() {
        had.managed = Some(iam.list_attached_policies(role).await?.into_iter().collect());
    }
    if had.inline.is_none() && wanted.inline.is_some() {
        let mut inline = BTreeMap::new();
        for name in iam.list_inline_policies(role).await? {
            let document = iam.get_inline_policy(role, &name).await?;
            inline.insert(name, document);
        }
        had.inline = Some(inline);
    }
    Ok(had)
}

/// Takes away what is no longer wanted. `had` follows what was really done.
pub async fn withdraw(
    iam: &Iam,
    role: &str,
    had: &mut Permissions,
    wanted: &Permissions,
) -> Result<(), AwsError> {
    if let (Some(managed), Some(keep)) = (&mut had.managed, &wanted.managed) {
        for arn in managed.difference(keep).cloned().collect::<Vec<_>>() {
            gone(iam.detach_policy(role, &arn).await)?;
            managed.remove(&arn);
        }
    }
    if let (Some(inline), Some(keep)) = (&mut had.inline, &wanted.inline) {
        for name in inline
            .keys()
            .filter(|name| !keep.contains_key(*name))
            .cloned()
            .collect::<Vec<_>>()
        {
            gone(iam.delete_inline_policy(role, &name).await)?;
            inline.remove(&name);
        }
    }
    Ok(())
}

/// Adds what is missing. `fresh`: the role was made by this run, so its absence is only a matter of time.
pub async fn grant(
    iam: &Iam,
    limits: &Limits,
    role: &str,
    had: &mut Permissions,
    wanted: &Permissions,
    fresh: bool,
) -> Result<(), AwsError> {
    let again =
        |error: &AwsError| fresh && error.is_not_found() || error.kind == Kind::ConcurrentModification;
    if let Some(documents) = &wanted.inline {
        let inline = had.inline.get_or_insert_default();
        for (name, document) in documents {
            if inline
                .get(name)
                .is_some_and(|there| same_document(there, document))
            {
                continue;
            }
            wait_for(limits, again, || iam.put_inline_policy(role, name, document)).await?;
            inline.insert(name.clone(), document.clone());
        }
    }
    if let Some(arns) = &wanted.managed {
        let managed = had.managed.get_or_insert_default();
        for arn in arns {
            if managed.contains(arn) {
                continue;
            }
            // A missing policy looks like a missing role: only the role was made by this run, and only it is waited for.
            let again = |error: &AwsError| again(error) && !error.message.contains(arn.as_str());
            wait_for(limits, again, || iam.attach_policy(role, arn)).await?;
            managed.insert(arn.clone());
        }
    }
    Ok(())
}

/// What is gone already counts as taken away.
pub fn gone(answer: Result<(), AwsError>) -> Result<(), AwsError> {
    match answer {
        Err(error) if error.is_not_found() => Ok(()),
        other => other,
    }
}
