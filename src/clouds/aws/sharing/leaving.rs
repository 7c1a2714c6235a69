//! A trust leaves a provider: takes away what it added and nobody needs, and the provider when it was the last.

use std::collections::BTreeSet;

use super::membership::Membership;
use super::neighbours::Neighbour;
use super::{MADE_BY, Sharing};
use crate::clouds::aws::client::{AwsError, Iam, Kind, NewProvider, Provider};
use crate::clouds::aws::dialect::ProviderArn;
use crate::trust::Audience;

/// What became of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing was ours, or somebody needs it.
    Stays,
    /// The provider is gone.
    Deleted,
    /// It stays because nobody could look whether it is in use; worth a warning.
    Unchecked(String),
}

impl Sharing {
    /// Releases the provider for a role that is deleted, or that trusts it no longer. `keeps`: audiences the role
    /// still needs.
    ///
    /// # Errors
    /// As IAM answers.
    pub async fn leave(
        &self,
        iam: &Iam,
        provider: &ProviderArn,
        membership: &Membership,
        role: &str,
        keeps: &BTreeSet<String>,
    ) -> Result<Left, AwsError> {
        let arn = provider.to_string();
        let _lock = self.lock(&arn).await;
        if keeps.is_empty() {
            self.give_back(&arn, role);
        } else {
            self.take(&arn, role, keeps);
        }
        let nothing_ours = membership.mark.is_none() && membership.added.is_empty() && !membership.made;
        if nothing_ours {
            return Ok(Left::Stays);
        }
        let found = match iam.get_provider(&arn).await {
            Ok(found) => found,
            Err(error) if error.is_not_found() => return Ok(Left::Deleted),
            Err(error) => return Err(error),
        };
        let leaving = Leaving {
            sharing: self,
            iam,
            provider,
            membership,
            role,
            keeps,
            found: &found,
        };
        leaving.release().await
    }
}

struct Leaving<'a> {
    sharing: &'a Sharing,
    iam: &'a Iam,
    provider: &'a ProviderArn,
    membership: &'a Membership,
    role: &'a str,
    keeps: &'a BTreeSet<String>,
    found: &'a Provider,
}

impl Leaving<'_> {
    async fn release(&self) -> Result<Left, AwsError> {
        if self.membership.exclusive && self.membership.made && self.keeps.is_empty() {
            return self.delete().await;
        }
        let roles = match self.sharing.neighbours(self.iam, self.provider, self.role).await {
            Ok(roles) => roles,
            // Not being able to look means: in use.
            Err(error) if error.kind == Kind::AccessDenied => return Ok(Left::Unchecked(error.to_string())),
            Err(error) => return Err(error),
        };
        if self.may_delete(&roles) {
            return self.delete_unless_needed().await;
        }
        for audience in self.superfluous(&roles) {
            self.iam.remove_client_id(&self.found.arn, &audience).await?;
        }
        Ok(Left::Stays)
    }

    // SECURITY: a provider goes only if we made it (our record and its mark, the mark alone is never enough), all its
    // client ids are ours, and no role names it, neither in the account nor about to be made by this process.
    fn may_delete(&self, roles: &[Neighbour]) -> bool {
        let ours = self
            .membership
            .mark
            .as_ref()
            .is_some_and(|mark| self.found.tags.get(MADE_BY) == Some(mark));
        let ids_ours =
            self.found.client_ids.iter().all(|id| {
                self.membership.added.contains(id) || (ours && self.membership.audiences.contains(id))
            });
        ours && ids_ours && self.keeps.is_empty() && roles.is_empty() && self.seated_others() == 0
    }

    /// Audiences that we added and nobody admits any more.
    fn superfluous(&self, roles: &[Neighbour]) -> Vec<String> {
        let seated = self.sharing.seated(&self.found.arn);
        let added = self
            .membership
            .added
            .iter()
            .filter(|id| self.found.client_ids.contains(id));
        added
            .filter(|id| !self.keeps.contains(*id) && !seated.values().any(|needs| needs.contains(*id)))
            .filter(|id| {
                let Ok(audience) = Audience::parse(id) else {
                    return false;
                };
                !roles.iter().any(|role| role.may_admit(self.provider, &audience))
            })
            .cloned()
            .collect()
    }

    async fn delete(&self) -> Result<Left, AwsError> {
        match self.iam.delete_provider(&self.found.arn).await {
            Ok(()) => Ok(Left::Deleted),
            Err(error) if error.is_not_found() => Ok(Left::Deleted),
            Err(error) => Err(error),
        }
    }

    /// A role that appeared meanwhile brings the provider back unchanged.
    async fn delete_unless_needed(&self) -> Result<Left, AwsError> {
        self.delete().await?;
        let appeared = self
            .sharing
            .neighbours(self.iam, self.provider, self.role)
            .await?;
        if appeared.is_empty() && self.seated_others() == 0 {
            return Ok(Left::Deleted);
        }
        let same = NewProvider {
            url: format!("https://{}", self.provider.url()),
            client_ids: self.found.client_ids.clone(),
            thumbprints: self.found.thumbprints.clone(),
            tags: self.found.tags.clone(),
        };
        match self.iam.create_provider(&same).await {
            Ok(_) => Ok(Left::Stays),
            Err(error) if error.kind == Kind::Exists => Ok(Left::Stays),
            Err(error) => Err(error),
        }
    }

    fn seated_others(&self) -> usize {
        self.sharing
            .seated(&self.found.arn)
            .keys()
            .filter(|role| *role != self.role)
            .count()
    }
}
