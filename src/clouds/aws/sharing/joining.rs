//! A trust takes its place at a provider: makes it, adopts it, adds what is missing.

use std::collections::BTreeSet;

use super::join_error::{JoinError, MOST};
use super::making::Made;
use super::membership::{Membership, mark_of_trust};
use super::neighbours::Neighbour;
use super::{Holder, MADE_BY, Ownership, Sharing, widened};
use crate::clouds::aws::client::{AwsError, Iam, Kind, Provider, wait_for};
use crate::clouds::aws::dialect::ProviderArn;
use crate::trust::{Audience, Finding, IssuerUrl};

/// What a trust asks of a provider.
#[derive(Clone, Copy)]
pub struct Joining<'a> {
    pub sharing: &'a Sharing,
    pub iam: &'a Iam,
    pub provider: &'a ProviderArn,
    pub issuer: &'a IssuerUrl,
    pub audiences: &'a BTreeSet<Audience>,
    pub ownership: Ownership,
    /// `None`: left alone.
    pub thumbprints: Option<&'a BTreeSet<String>>,
    pub holder: Holder<'a>,
    /// What recognises the trust after a crash: the role's name, or its prefix. `None`: a resource that holds the provider
    /// alone, which nothing recognises, since every configuration's would look the same.
    pub made_for: Option<&'a str>,
    /// What this trust remembers, when it is there already.
    pub before: Option<&'a Membership>,
    /// False: only looks whether it could be done, and who else would be let in; writes nothing.
    pub writes: bool,
}

/// The outcome: what to remember, and whether anything was written.
#[derive(Clone, Debug)]
pub struct Taken {
    pub membership: Membership,
    pub wrote: bool,
}

/// The mark of a provider that is held without a role. It recognises nobody: trusts leave such a provider alone.
pub const STANDALONE: &str = "provider";

impl Joining<'_> {
    /// Makes the provider ready for the trust. `judge` decides on the roles of the account that would newly admit
    /// tokens: false refuses, and nothing is written.
    ///
    /// `kept` holds what to remember when the join fails half way.
    ///
    /// # Errors
    /// See [`JoinError`].
    pub async fn join(
        self,
        kept: &mut Option<Membership>,
        judge: &mut (dyn FnMut(Vec<Finding>) -> bool + Send),
    ) -> Result<Taken, JoinError> {
        let arn = self.provider.to_string();
        let _lock = self.sharing.lock(&arn).await;
        let found = self.iam.provider_cached(&arn).await?;
        let taken = match self.ownership {
            Ownership::External => self.use_external(found.as_deref())?,
            Ownership::Shared => self.share(found.as_deref(), kept, judge).await?,
            Ownership::Exclusive => self.hold(found.as_deref(), kept, judge).await?,
        };
        if self.writes {
            self.sharing.take(&arn, self.holder, &taken.membership.audiences);
        }
        Ok(taken)
    }

    fn use_external(&self, found: Option<&Provider>) -> Result<Taken, JoinError> {
        let arn = self.provider.to_string();
        let provider = found.ok_or_else(|| JoinError::Missing(arn.clone()))?;
        if let Some(audience) = self.missing(provider).first() {
            let found = provider.client_ids.join(", ");
            return Err(JoinError::AudienceMissing {
                arn,
                audience: audience.to_string(),
                found,
            });
        }
        Ok(Taken {
            membership: self.nothing_ours(),
            wrote: false,
        })
    }

    async fn share(
        &self,
        found: Option<&Provider>,
        kept: &mut Option<Membership>,
        judge: &mut (dyn FnMut(Vec<Finding>) -> bool + Send),
    ) -> Result<Taken, JoinError> {
        let met;
        let provider = match found {
            Some(provider) => provider,
            None => match self.make(judge).await? {
                Made::Ours(taken) => return Ok(taken),
                Made::Met(provider) => {
                    met = provider;
                    &met
                }
            },
        };
        self.same_thumbprints(provider)?;
        let mut membership = Membership {
            exclusive: false,
            ..self.joined(provider)
        };
        let missing = self.missing(provider);
        if missing.is_empty() {
            return Ok(Taken {
                membership,
                wrote: false,
            });
        }
        self.look_before_adding(provider, &missing, judge).await?;
        if !self.writes {
            return Ok(Taken {
                membership,
                wrote: false,
            });
        }
        self.add(missing, &mut membership, kept).await?;
        Ok(Taken {
            membership,
            wrote: true,
        })
    }

    async fn hold(
        &self,
        found: Option<&Provider>,
        kept: &mut Option<Membership>,
        judge: &mut (dyn FnMut(Vec<Finding>) -> bool + Send),
    ) -> Result<Taken, JoinError> {
        let Some(provider) = found else {
            let Made::Ours(mut taken) = self.make(judge).await? else {
                return Err(JoinError::Taken(self.provider.to_string()));
            };
            taken.membership.exclusive = true;
            return Ok(taken);
        };
        let held = self
            .before
            .is_some_and(|before| before.arn == provider.arn && before.exclusive && !before.left);
        let leftover = self.made_for.is_some() && provider.tags.get(MADE_BY) == Some(&self.mark());
        if !held {
            let joined = |before: &Membership| before.arn == provider.arn && !before.left;
            if !leftover && !self.before.is_some_and(joined) {
                let mark = provider.tags.get(MADE_BY);
                let by_a_trust =
                    self.made_for.is_some() && mark.is_some_and(|mark| mark.starts_with("trust:"));
                let arn = provider.arn.clone();
                return Err(if by_a_trust {
                    JoinError::Held(arn)
                } else {
                    JoinError::Taken(arn)
                });
            }
            match self.refuse_while_trusted(provider).await {
                // a replacement of a trust that looks the same, or one that was never finished
                Err(JoinError::Trusted { arn, .. }) if leftover && self.before.is_none() => {
                    return Err(JoinError::Held(arn));
                }
                other => other?,
            }
        }
        let mut taken = self.make_equal(provider, kept, judge).await?;
        taken.membership.exclusive = true;
        taken.membership.mark = Some(self.mark());
        Ok(taken)
    }

    /// An exclusive provider is what this trust says, entirely. Missing audiences come before superfluous ones go.
    async fn make_equal(
        &self,
        provider: &Provider,
        kept: &mut Option<Membership>,
        judge: &mut (dyn FnMut(Vec<Finding>) -> bool + Send),
    ) -> Result<Taken, JoinError> {
        let mut membership = self.joined(provider);
        let missing = self.missing(provider);
        if !missing.is_empty() {
            self.look_before_adding(provider, &missing, judge).await?;
        }
        if !self.writes {
            return Ok(Taken {
                membership,
                wrote: false,
            });
        }
        let mut wrote = !missing.is_empty();
        self.add(missing, &mut membership, kept).await?;
        for id in &provider.client_ids {
            if !self.audiences.iter().any(|audience| audience.as_str() == id) {
                self.iam.remove_client_id(&provider.arn, id).await?;
                wrote = true;
            }
        }
        if let Some(wanted) = self.thumbprints
            && !same_thumbprints(wanted, &provider.thumbprints)
        {
            let wanted: Vec<String> = wanted.iter().cloned().collect();
            self.iam.update_thumbprints(&provider.arn, &wanted).await?;
            wrote = true;
        }
        membership.made = true;
        Ok(Taken { membership, wrote })
    }

    /// Each audience is written down as soon as it may be there, also when the answer was lost.
    async fn add(
        &self,
        missing: Vec<&Audience>,
        membership: &mut Membership,
        kept: &mut Option<Membership>,
    ) -> Result<(), JoinError> {
        let fresh = self.sharing.was_made(&membership.arn);
        let again = |error: &AwsError| fresh && error.is_not_found();
        for audience in missing {
            let add = || self.iam.add_client_id(&membership.arn, audience.as_str());
            let added = wait_for(self.iam.limits(), again, add).await;
            if added.as_ref().err().is_none_or(AwsError::outcome_unknown) {
                membership.added.insert(audience.to_string());
                *kept = Some(membership.clone());
            }
            added?;
        }
        Ok(())
    }

    async fn look_before_adding(
        &self,
        provider: &Provider,
        missing: &[&Audience],
        judge: &mut (dyn FnMut(Vec<Finding>) -> bool + Send),
    ) -> Result<(), JoinError> {
        Self::have_room(provider, missing)?;
        let roles: Vec<Neighbour> = match self.neighbours().await {
            Ok(roles) => roles,
            Err(error) if error.kind == Kind::AccessDenied && self.joined(provider).made => return Ok(()),
            Err(error) if error.kind == Kind::AccessDenied => {
                return Err(JoinError::Blind {
                    arn: provider.arn.clone(),
                    reason: error.to_string(),
                });
            }
            Err(error) => return Err(error.into()),
        };
        let added = missing.iter().map(|&audience| audience.clone()).collect();
        judged(widened(&roles, self.provider, &added, false), judge)
    }

    /// Additions come before removals, so that both are there for a moment.
    fn have_room(provider: &Provider, missing: &[&Audience]) -> Result<(), JoinError> {
        let (there, missing) = (provider.client_ids.len(), missing.len());
        if there + missing <= MOST {
            return Ok(());
        }
        Err(JoinError::Full {
            arn: provider.arn.clone(),
            there,
            missing,
        })
    }

    async fn refuse_while_trusted(&self, provider: &Provider) -> Result<(), JoinError> {
        let roles = self.neighbours().await?;
        let seated = self.sharing.seated_beside(&provider.arn, self.holder).into_iter();
        let trusting: BTreeSet<String> = roles
            .into_iter()
            .map(|role| role.name)
            .chain(seated.map(|one| one.name))
            .collect();
        if trusting.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = trusting.iter().map(|role| format!("`{role}`")).collect();
        Err(JoinError::Trusted {
            arn: provider.arn.clone(),
            roles: names.join(", "),
        })
    }

    fn same_thumbprints(&self, provider: &Provider) -> Result<(), JoinError> {
        match self.thumbprints {
            Some(wanted) if !same_thumbprints(wanted, &provider.thumbprints) => Err(JoinError::Thumbprints {
                arn: provider.arn.clone(),
                expected: wanted.iter().cloned().collect::<Vec<_>>().join(", "),
                found: provider.thumbprints.join(", "),
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn missing(&self, provider: &Provider) -> Vec<&Audience> {
        self.audiences
            .iter()
            .filter(|audience| !provider.client_ids.iter().any(|id| id == audience.as_str()))
            .collect()
    }

    /// The record of a trust that comes to a provider which is there.
    pub(super) fn joined(&self, provider: &Provider) -> Membership {
        let mut membership = self.membership();
        let mark = provider.tags.get(MADE_BY).filter(|mark| match self.made_for {
            Some(_) => mark.starts_with("trust:"),
            None => membership.made && **mark == self.mark(),
        });
        membership.mark = mark.cloned();
        // A resource's own record is never widened by what a tag says later.
        let unrecorded = self.made_for.is_some() && self.before.is_none();
        if unrecorded && mark == Some(&self.mark()) && !membership.made {
            // the leftover of a crash of this very trust
            membership.made = true;
            membership.added.extend(provider.client_ids.iter().cloned());
            membership.added.retain(|id| membership.audiences.contains(id));
        }
        membership
    }

    /// The record of a trust that may take nothing away.
    fn nothing_ours(&self) -> Membership {
        let Membership { arn, audiences, .. } = self.membership();
        Membership {
            arn,
            audiences,
            ..Membership::default()
        }
    }

    pub(super) fn membership(&self) -> Membership {
        let arn = self.provider.to_string();
        let audiences = self.audiences.iter().map(ToString::to_string).collect();
        match self.before.filter(|before| before.arn == arn) {
            Some(before) => Membership {
                audiences,
                left: false,
                ..before.clone()
            },
            None => Membership {
                arn,
                audiences,
                ..Membership::default()
            },
        }
    }

    pub(super) async fn neighbours(&self) -> Result<Vec<Neighbour>, AwsError> {
        if self.writes {
            self.sharing
                .neighbours(self.iam, self.provider, self.holder)
                .await
        } else {
            self.sharing
                .neighbours_at_plan(self.iam, self.provider, self.holder)
                .await
        }
    }

    pub(super) fn mark(&self) -> String {
        match self.made_for {
            Some(made_for) => mark_of_trust(&self.provider.to_string(), made_for),
            None => STANDALONE.to_owned(),
        }
    }
}

pub(super) fn judged(
    findings: Vec<Finding>,
    judge: &mut (dyn FnMut(Vec<Finding>) -> bool + Send),
) -> Result<(), JoinError> {
    if findings.is_empty() || judge(findings) {
        Ok(())
    } else {
        Err(JoinError::Refused)
    }
}

/// Thumbprints compare without case (hexadecimal digits).
fn same_thumbprints(wanted: &BTreeSet<String>, found: &[String]) -> bool {
    let lower = |texts: &mut dyn Iterator<Item = &String>| -> BTreeSet<String> {
        texts.map(|text| text.to_ascii_lowercase()).collect()
    };
    lower(&mut wanted.iter()) == lower(&mut found.iter())
}
