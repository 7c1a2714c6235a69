//! A trust leaves a provider: takes away what it added and nobody needs, and the provider when it was the last.

use std::collections::BTreeSet;

use super::membership::Membership;
use super::neighbours::Neighbour;
use super::seats::Seated;
use super::{Holder, MADE_BY, Sharing};
use crate::clouds::aws::client::{AwsError, Iam, Kind, NewProvider, Provider};
use crate::clouds::aws::dialect::ProviderArn;
use crate::trust::Audience;

/// What became of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing was ours, or somebody needs it; without the audiences that nobody needs any more.
    Stays { removed: BTreeSet<String> },
    /// The provider is gone.
    Deleted,
    /// It stays because nobody could look whether it is in use; worth a warning.
    Unchecked(String),
}

impl Left {
    fn stays() -> Self {
        Self::Stays {
            removed: BTreeSet::new(),
        }
    }
}

impl Sharing {
    /// Releases the provider for a holder whose role is deleted, or trusts it no longer. `keeps`: audiences that the holder
    /// still needs.
    ///
    /// # Errors
    /// As IAM answers.
    pub async fn leave(
        &self,
        iam: &Iam,
        provider: &ProviderArn,
        membership: &Membership,
        holder: Holder<'_>,
        keeps: &BTreeSet<String>,
    ) -> Result<Left, AwsError> {
        let arn = provider.to_string();
        let _lock = self.lock(&arn).await;
        if keeps.is_empty() {
            self.give_back(&arn, holder);
        } else {
            self.take(&arn, holder, keeps);
        }
        let nothing_ours = membership.mark.is_none() && membership.added.is_empty() && !membership.made;
        if nothing_ours {
            return Ok(Left::stays());
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
            holder,
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
    holder: Holder<'a>,
    keeps: &'a BTreeSet<String>,
    found: &'a Provider,
}

impl Leaving<'_> {
    async fn release(&self) -> Result<Left, AwsError> {
        let held = self.membership.exclusive && self.membership.made;
        if held && self.keeps.is_empty() && !self.holder.names(self.provider) {
            return self.delete().await;
        }
        let roles = match self.neighbours().await {
            Ok(roles) => roles,
            // Not being able to look means: in use.
            Err(error) if error.kind == Kind::AccessDenied => return Ok(Left::Unchecked(error.to_string())),
            Err(error) => return Err(error),
        };
        if self.may_delete(&roles) {
            return self.delete_unless_needed().await;
        }
        let removed = self.superfluous(&roles);
        for audience in &removed {
            self.iam.remove_client_id(&self.found.arn, audience).await?;
        }
        Ok(Left::Stays { removed })
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
        ours && ids_ours && self.keeps.is_empty() && roles.is_empty() && self.seated_beside().is_empty()
    }

    /// Audiences that we added and nobody admits any more.
    fn superfluous(&self, roles: &[Neighbour]) -> BTreeSet<String> {
        let seated = self.seated_beside();
        let added = self
            .membership
            .added
            .iter()
            .filter(|id| self.found.client_ids.contains(id));
        added
            .filter(|id| !self.keeps.contains(*id) && !seated.iter().any(|one| one.audiences.contains(*id)))
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
        let appeared = self.neighbours().await?;
        if appeared.is_empty() && self.seated_beside().is_empty() {
            return Ok(Left::Deleted);
        }
        let same = NewProvider {
            url: format!("https://{}", self.provider.url()),
            client_ids: self.found.client_ids.clone(),
            thumbprints: self.found.thumbprints.clone(),
            tags: self.found.tags.clone(),
        };
        match self.iam.create_provider(&same).await {
            Ok(_) => Ok(Left::stays()),
            Err(error) if error.kind == Kind::Exists => Ok(Left::stays()),
            Err(error) if error.outcome_unknown() && self.is_back().await => Ok(Left::stays()),
            Err(mut error) => {
                error.hint = Some(lost(&same, &appeared));
                Err(error)
            }
        }
    }

    async fn is_back(&self) -> bool {
        self.iam.get_provider(&self.found.arn).await.is_ok()
    }

    async fn neighbours(&self) -> Result<Vec<Neighbour>, AwsError> {
        self.sharing
            .neighbours(self.iam, self.provider, self.holder)
            .await
    }

    fn seated_beside(&self) -> Vec<Seated> {
        self.sharing.seated_beside(&self.found.arn, self.holder)
    }
}

/// What to do about a provider that is gone, and that somebody turned out to need.
fn lost(provider: &NewProvider, roles: &[Neighbour]) -> String {
    let names: Vec<String> = roles.iter().map(|role| format!("`{}`", role.name)).collect();
    let who = if names.is_empty() {
        "another trust of this run".to_owned()
    } else {
        format!("roles that appeared meanwhile ({})", names.join(", "))
    };
    format!(
        "the provider `{}` was deleted, since nobody needed it, and could not be brought back for {who}: make it again, with \
         the client ids {}",
        provider.url,
        provider.client_ids.join(", ")
    )
}
