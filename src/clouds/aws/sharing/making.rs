//! Making a provider that was not there, and finding out what happened when the answer was lost.

use std::collections::BTreeSet;

use super::join_error::JoinError;
use super::joining::{Joining, Taken, judged};
use super::membership::Membership;
use super::{MADE_BY, widened};
use crate::clouds::aws::client::{AwsError, Kind, NewProvider, Provider, Tags, wait_for};
use crate::trust::Finding;

/// What came of making a provider.
pub(super) enum Made {
    Ours(Taken),
    /// Somebody else was faster.
    Met(Provider),
}

impl Joining<'_> {
    pub(super) async fn make(
        &self,
        judge: &mut (dyn FnMut(Vec<Finding>) -> bool + Send),
    ) -> Result<Made, JoinError> {
        // Without the right to list nobody can say whether an old role comes to life; making a provider of one's own
        // is still right, since nothing of anybody else is changed by it.
        match self.neighbours().await {
            Ok(roles) => judged(widened(&roles, self.provider, self.audiences, true), judge)?,
            Err(error) if error.kind == Kind::AccessDenied => {}
            Err(error) => return Err(error.into()),
        }
        if !self.writes {
            return Ok(Made::Ours(Taken {
                membership: self.membership(),
                wrote: false,
            }));
        }
        let audiences: BTreeSet<String> = self.audiences.iter().map(ToString::to_string).collect();
        let new = NewProvider {
            url: self.issuer.to_string(),
            client_ids: audiences.iter().cloned().collect(),
            thumbprints: self.thumbprints.into_iter().flatten().cloned().collect(),
            tags: Tags::from([(MADE_BY.to_owned(), self.mark())]),
        };
        let made = Membership {
            made: true,
            added: audiences,
            mark: Some(self.mark()),
            ..self.membership()
        };
        match self.iam.create_provider(&new).await {
            Ok(arn) => {
                self.sharing.provider_made(&arn);
                self.be_seen(&arn).await;
                Ok(Made::Ours(Taken {
                    membership: made,
                    wrote: true,
                }))
            }
            Err(error) if error.kind == Kind::Exists || error.outcome_unknown() => {
                self.read_back(error).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until IAM shows what was just made, so that the next look does not take it for gone. Made it is in any case.
    async fn be_seen(&self, arn: &str) {
        let _ = wait_for(self.iam.limits(), AwsError::is_not_found, || {
            self.iam.get_provider(arn)
        })
        .await;
    }

    /// The create met a provider, or its answer was lost: what is there decides. Somebody who was faster, outside of this
    /// process, is joined like anybody else.
    async fn read_back(&self, error: AwsError) -> Result<Made, JoinError> {
        let Ok(provider) = self.iam.get_provider(&self.provider.to_string()).await else {
            return Err(error.into());
        };
        let mut membership = self.joined(&provider);
        // There was none a moment ago, the answer to our own create was lost, and this is just what it would have made.
        let same = provider.client_ids.len() == self.audiences.len() && self.missing(&provider).is_empty();
        if error.outcome_unknown() && same && provider.tags.get(MADE_BY) == Some(&self.mark()) {
            self.sharing.provider_made(&provider.arn);
            membership.made = true;
            membership.mark = Some(self.mark());
            membership.added.clone_from(&membership.audiences);
        }
        if membership.made && self.missing(&provider).is_empty() {
            return Ok(Made::Ours(Taken {
                membership,
                wrote: true,
            }));
        }
        Ok(Made::Met(provider))
    }
}
