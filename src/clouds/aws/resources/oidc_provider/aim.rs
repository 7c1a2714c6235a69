//! What a configuration asks of one account, and the way to the provider that holds it.

use std::collections::{BTreeMap, BTreeSet};

use super::memory::Memory;
use super::model::OidcProviderModel;
use crate::clouds::aws::client::{AwsError, Iam};
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::dialect::limits::{self, Loopback, Thumbprint};
use crate::clouds::aws::dialect::{AccountId, Partition, ProviderArn};
use crate::clouds::aws::sharing::{Holder, JoinError, Joining, Membership, Ownership};
use crate::clouds::guardrail::Situation;
use crate::framework::{Attr, Diagnostics, Path, StringSet};
use crate::trust::{Audience, Finding, IssuerUrl};

/// Everything known.
#[derive(Clone, Debug)]
pub(super) struct Aim {
    pub issuer: IssuerUrl,
    pub arn: ProviderArn,
    pub audiences: BTreeSet<Audience>,
    /// In lower case; `None`: left alone.
    pub thumbprints: Option<BTreeSet<String>>,
    pub ownership: Ownership,
    pub accepted_risks: BTreeMap<String, String>,
}

/// What can be said of a configuration.
pub(super) enum Aimed {
    /// Something is not known yet.
    Unknown,
    /// The diagnostics say why.
    Refused,
    Known(Box<Aim>),
}

impl Aim {
    /// Understands a configuration for an account. Everything IAM would refuse later is refused here.
    pub fn of(
        config: &OidcProviderModel,
        kept: &StringSet,
        (account, partition): (AccountId, Partition),
        allow_loopback: bool,
        diagnostics: &mut Diagnostics,
    ) -> Aimed {
        let Some(issuer) = config.issuer.text() else {
            return Aimed::Unknown;
        };
        let Some(issuer) = issuer_of(issuer, allow_loopback, diagnostics) else {
            return Aimed::Refused;
        };
        let (Some(audiences), Some(thumbprints)) = (
            audiences_of(config, kept, partition),
            config.thumbprints.strings(),
        ) else {
            return Aimed::Unknown;
        };
        let (Some(ownership), Some(risks)) = (config.ownership.settled(), config.accepted_risks.members())
        else {
            return Aimed::Unknown;
        };
        let lower = |texts: BTreeSet<String>| -> BTreeSet<String> {
            texts
                .iter()
                .filter_map(|text| Thumbprint::parse(text).ok())
                .map(|one| one.to_string())
                .collect()
        };
        Aimed::Known(Box::new(Self {
            arn: ProviderArn::new(partition, account, &issuer),
            issuer,
            audiences,
            thumbprints: thumbprints.map(lower),
            ownership: ownership
                .and_then(|text| Ownership::parse(text).ok())
                .unwrap_or_default(),
            accepted_risks: risks.unwrap_or_default(),
        }))
    }

    pub fn accepted(&self) -> StringSet {
        StringSet::of(self.audiences.iter().map(Audience::as_str))
    }

    /// Joins the provider, or says what joining would meet. `None` after an error; `kept` then holds what was done until
    /// then, if anything was.
    pub async fn join(
        &self,
        aws: &Configured,
        iam: &Iam,
        memory: &Memory,
        writes: bool,
        kept: &mut Option<Membership>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Membership> {
        let joining = Joining {
            sharing: &aws.sharing,
            iam,
            provider: &self.arn,
            issuer: &self.issuer,
            audiences: &self.audiences,
            ownership: self.ownership,
            thumbprints: self
                .thumbprints
                .as_ref()
                .filter(|_| self.ownership != Ownership::External),
            holder: Holder::Alone,
            made_for: None,
            before: memory.membership.as_ref(),
            writes,
        };
        let mut judge = |findings: Vec<Finding>| self.judged(aws, findings, diagnostics);
        let joined = joining.join(kept, &mut judge).await;
        *kept = kept.take().map(without_foreign_mark);
        match joined {
            Ok(taken) => Some(Membership {
                exclusive: self.ownership == Ownership::Exclusive,
                ..without_foreign_mark(taken.membership)
            }),
            Err(error) => {
                refuse(&error, diagnostics);
                None
            }
        }
    }

    fn judged(&self, aws: &Configured, findings: Vec<Finding>, diagnostics: &mut Diagnostics) -> bool {
        let situation = Situation {
            changes_admission: true,
            known_before: &[],
            path: Path::of("audiences"),
        };
        let mut said = Diagnostics::new();
        aws.guardrail
            .judge(findings, &self.accepted_risks, &situation, &mut said);
        let refused = said.has_errors();
        diagnostics.extend(said);
        !refused
    }
}

// SECURITY: the mark of somebody else gives this resource no right to delete: no role of its own keeps the provider
// in use, so that "nobody names it" says nothing about others.
fn without_foreign_mark(membership: Membership) -> Membership {
    Membership {
        mark: membership.mark.filter(|_| membership.made),
        ..membership
    }
}

/// What a membership gives back when nothing is kept.
pub(super) fn nothing_kept() -> BTreeSet<String> {
    BTreeSet::new()
}

/// What this resource takes away from the provider when it keeps only these audiences.
pub(super) fn dropped(membership: &Membership, audiences: &BTreeSet<Audience>) -> bool {
    membership
        .added
        .iter()
        .any(|id| !audiences.iter().any(|audience| audience.as_str() == id))
}

fn issuer_of(text: &str, allow_loopback: bool, diagnostics: &mut Diagnostics) -> Option<IssuerUrl> {
    let loopback = if allow_loopback {
        Loopback::Allowed
    } else {
        Loopback::Refused
    };
    let at = || Path::of("issuer");
    let issuer = IssuerUrl::parse(text)
        .map_err(|e| diagnostics.error(at(), "Invalid issuer", e.to_string()))
        .ok()?;
    match limits::issuer(&issuer, loopback) {
        Ok(warnings) => {
            for warning in warnings {
                diagnostics.warning(at(), "Look at the issuer again", warning.to_string());
            }
            Some(issuer)
        }
        Err(error) => {
            diagnostics.error(at(), "AWS does not take this issuer", error.to_string());
            None
        }
    }
}

/// As written, else as kept from an import, else the cloud's own. `None` while unknown.
fn audiences_of(
    config: &OidcProviderModel,
    kept: &StringSet,
    partition: Partition,
) -> Option<BTreeSet<Audience>> {
    let written = match config.audiences.strings()? {
        Some(written) => Some(written),
        None => kept.strings().flatten(),
    };
    let texts = written.unwrap_or_else(|| [partition.default_audience().to_owned()].into());
    Some(
        texts
            .iter()
            .filter_map(|text| Audience::parse(text).ok())
            .collect(),
    )
}

fn refuse(error: &JoinError, diagnostics: &mut Diagnostics) {
    let path = match error {
        JoinError::Refused => return,
        JoinError::AudienceMissing { .. } | JoinError::Full { .. } => Path::of("audiences"),
        JoinError::Thumbprints { .. } => Path::of("thumbprints"),
        JoinError::Missing(_) | JoinError::Taken(_) | JoinError::Held(_) | JoinError::Trusted { .. } => {
            Path::of("ownership")
        }
        JoinError::Aws(_) | JoinError::Blind { .. } => Path::of("issuer"),
    };
    let text = match error {
        JoinError::Aws(error) => diagnosis::detail(error),
        other => other.to_string(),
    };
    diagnostics.error(path, "Could not make the OIDC provider ready", text);
}

/// The account and partition of a configuration.
///
/// # Errors
/// No usable credentials.
pub(super) async fn home(
    aws: &Configured,
    account: &Attr<String>,
    arn: &Attr<String>,
) -> Result<(AccountId, Partition), AwsError> {
    let given = account.text().and_then(|text| AccountId::parse(text).ok());
    let partition = arn.text().and_then(Partition::of_arn);
    if let (Some(account), Some(partition)) = (given.clone(), partition) {
        return Ok((account, partition));
    }
    let own = aws.accounts()?.own_account().await?;
    Ok((given.unwrap_or(own.account), own.partition))
}
