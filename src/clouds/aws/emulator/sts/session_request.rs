//! What all requests for a session have in common: the role, the name, the duration, the policies that narrow it.

use std::collections::{BTreeMap, BTreeSet};

use crate::clouds::aws::dialect::RoleArn;
use crate::clouds::aws::emulator::iam;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::store::{Document, Role, Session, World};
use crate::clouds::aws::emulator::wire::{ApiError, Query};

/// Bounds and default of `DurationSeconds`.
const DURATION: (u32, u32) = (900, 43_200);
const DEFAULT_DURATION: u32 = 3600;
/// The most session policies by ARN.
const POLICY_ARNS: usize = 10;
/// Characters of the inline policy and the ARNs together.
const POLICIES: usize = 2048;
/// Policies and tags are packed into one thing of limited size. How AWS packs is not published; this counts characters
/// and has room for the longest policies and some tags.
const PACKED: usize = 4096;

/// The checked parameters.
#[derive(Debug)]
pub struct SessionRequest<'q> {
    pub role_arn: RoleArn,
    /// The same as text, as it was sent.
    pub role_arn_text: &'q str,
    pub name: &'q str,
    /// Seconds, when the request says.
    pub duration: Option<u32>,
    pub policies: Vec<Document>,
    pub policy_arns: Vec<String>,
}

impl<'q> SessionRequest<'q> {
    /// # Errors
    /// `ValidationError`, `MalformedPolicyDocument`, `PackedPolicyTooLarge`.
    pub fn read(query: &'q Query) -> Result<Self, ApiError> {
        let role_arn_text = rule::ARN.required(query, "RoleArn")?;
        let name = rule::SESSION_NAME.required(query, "RoleSessionName")?;
        let duration = rule::number(query, "DurationSeconds", DURATION.0, DURATION.1)?;
        let role_arn = RoleArn::parse(role_arn_text)
            .map_err(|_| ApiError::validation(format!("{role_arn_text} is invalid")))?;
        let (policies, policy_arns) = policies(query)?;
        Ok(Self {
            role_arn,
            role_arn_text,
            name,
            duration,
            policies,
            policy_arns,
        })
    }

    /// The role that the request names, exactly as it is written.
    pub fn role<'w>(&self, world: &'w World) -> Option<&'w Role> {
        let account = world.account(self.role_arn.account())?;
        account
            .role(self.role_arn.name())
            .filter(|role| role.arn == self.role_arn_text)
    }

    /// How long the session lasts, in seconds.
    ///
    /// # Errors
    /// `ValidationError` for more than the role allows, or than a chain does.
    pub fn duration_for(&self, role: &Role, chained: bool) -> Result<u32, ApiError> {
        let duration = self.duration.unwrap_or(DEFAULT_DURATION);
        if chained && duration > 3600 {
            return Err(ApiError::validation(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
            ));
        }
        if duration > role.max_session {
            return Err(ApiError::validation(
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            ));
        }
        Ok(duration)
    }

    /// A session of the role that begins now, with nothing in it that this request does not say.
    pub fn session(&self, role: &Role, now: i64, duration: u32) -> Session {
        let (partition, account) = (self.role_arn.partition(), self.role_arn.account());
        Session {
            account: account.clone(),
            role_name: role.name.clone(),
            role_id: role.id.clone(),
            role_arn: role.arn.clone(),
            name: self.name.to_owned(),
            arn: format!(
                "arn:{partition}:sts::{account}:assumed-role/{}/{}",
                role.name, self.name
            ),
            issued: now,
            expires: now.saturating_add(i64::from(duration)),
            policies: self.policies.clone(),
            policy_arns: self.policy_arns.clone(),
            tags: BTreeMap::new(),
            transitive_tag_keys: BTreeSet::new(),
            source_identity: None,
            provider: None,
            claims: BTreeMap::new(),
        }
    }

    /// Managed session policies have to exist: in the role's account or at AWS.
    ///
    /// # Errors
    /// `ValidationError`.
    pub fn check_policy_arns(&self, world: &World) -> Result<(), ApiError> {
        let account = world.account(self.role_arn.account());
        let known = |arn: &&String| {
            account
                .and_then(|account| account.policy(arn, &world.of_aws))
                .is_some()
        };
        match self.policy_arns.iter().find(|arn| !known(arn)) {
            Some(arn) => Err(ApiError::validation(format!(
                "The managed policy {arn} does not exist or is not in the account of the role"
            ))),
            None => Ok(()),
        }
    }

    /// Policies and tags together, in percent of what a session may carry.
    ///
    /// # Errors
    /// `PackedPolicyTooLarge`.
    pub fn packed<'t>(
        &self,
        tags: impl IntoIterator<Item = (&'t String, &'t String)>,
    ) -> Result<Option<usize>, ApiError> {
        let policies: usize = self.policies.iter().map(Document::size).sum();
        let arns: usize = self.policy_arns.iter().map(String::len).sum();
        let tags: usize = tags.into_iter().map(|(key, value)| key.len() + value.len()).sum();
        let percent = ((policies + arns + tags) * 100).div_ceil(PACKED);
        if percent > 100 {
            return Err(too_large(percent));
        }
        Ok((percent > 0).then_some(percent))
    }
}

fn policies(query: &Query) -> Result<(Vec<Document>, Vec<String>), ApiError> {
    let text = rule::SESSION_POLICY.optional(query, "Policy")?;
    let mut arns = Vec::new();
    for fields in query.structures("PolicyArns").unwrap_or_default() {
        let arn = fields.get("arn").cloned().unwrap_or_default();
        rule::ARN.check("policyArns.member.arn", &arn)?;
        arns.push(arn);
    }
    if arns.len() > POLICY_ARNS {
        return Err(ApiError::validation(format!(
            "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length \
             less than or equal to {POLICY_ARNS}"
        )));
    }
    let length = text.map_or(0, |text| text.chars().count()) + arns.iter().map(String::len).sum::<usize>();
    if length > POLICIES {
        return Err(too_large((length * 100).div_ceil(POLICIES)));
    }
    let documents = text.map(iam::checked_identity_policy).transpose()?;
    Ok((documents.into_iter().collect(), arns))
}

fn too_large(percent: usize) -> ApiError {
    ApiError::new(
        400,
        "PackedPolicyTooLarge",
        format!("Serialized token too large for session: {percent}% of the allowed size"),
    )
}
