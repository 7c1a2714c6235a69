//! The decision of STS from what one has at hand: a role or its trust policy, perhaps the provider, the claims.

use super::arn::{ProviderArn, RoleArn};
use super::condition_keys::is_built_in;
use super::documents::{ProviderDocument, RoleDocument};
use super::evaluate::{
    Context, RegisteredProvider, Timestamps, WebIdentityRequest, evaluate_unregistered, evaluate_web_identity,
};
use super::policy::{PrincipalKind, Principals};
use crate::trust::{Claims, Decision, Step, Verdict};

/// An exchange that nobody makes. The token is taken to be signed and in time.
#[derive(Clone, Debug)]
pub struct OfflineExchange<'a> {
    pub role: &'a RoleDocument,
    /// Its URL: that of the token's issuer, when nothing is said.
    pub provider: &'a ProviderDocument,
    pub session_name: Option<String>,
    /// Asked for, in seconds.
    pub duration: Option<u64>,
    pub claims: &'a Claims,
}

/// What the decision cannot do without.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfflineError {
    #[error(
        "expected the ARN of the role, found neither that nor a provider's ARN in the trust policy: the account decides"
    )]
    NoAccount,
    #[error("expected the ARN of the role, because the token names in `{ROLES}` the roles that it is for")]
    NoRole,
}

const ROLES: &str = "https://aws.amazon.com/roles";

/// Would STS give credentials for the token. What nobody said is not known, and never admits.
///
/// # Errors
/// Something that the decision cannot do without.
pub fn evaluate_offline(exchange: &OfflineExchange<'_>) -> Result<Decision, OfflineError> {
    let Some(issuer) = exchange.claims.text("iss") else {
        return Ok(no_issuer(exchange.claims));
    };
    let given = exchange.provider;
    let url = given
        .url
        .clone()
        .unwrap_or_else(|| ProviderDocument::url_of(issuer));
    if exchange.role.arn.is_none() && exchange.claims.get(ROLES).is_some() {
        return Err(OfflineError::NoRole);
    }
    let (role_arn, arn) = match (&exchange.role.arn, is_built_in(&url)) {
        (Some(role), _) => (role.to_string(), arn_beside(role, &url)),
        (None, true) => (String::new(), String::new()),
        (None, false) => {
            let named = provider_of(exchange.role, &url).ok_or(OfflineError::NoAccount)?;
            let (partition, account) = (named.partition(), named.account().clone());
            let role = RoleArn::new(partition, account, "/", "this-role");
            (role.to_string(), arn_beside(&role, &url))
        }
    };
    let mut surroundings = Context::partial();
    if let Some(seconds) = exchange.duration {
        surroundings.set("sts:DurationSeconds", seconds.to_string());
    }
    let request = WebIdentityRequest {
        provider: RegisteredProvider {
            url,
            arn: given.arn.clone().unwrap_or(arn),
            client_ids: given.client_ids.clone().unwrap_or_default(),
        },
        role_arn,
        session_name: exchange.session_name.clone(),
        claims: exchange.claims,
        timestamps: Timestamps::Assumed,
        surroundings,
    };
    let policy = &exchange.role.trust_policy;
    let decision = match &given.client_ids {
        Some(_) => evaluate_web_identity(policy, &request),
        None => evaluate_unregistered(policy, &request),
    };
    Ok(with_duration(decision, exchange))
}

fn no_issuer(claims: &Claims) -> Decision {
    let found = claims
        .get("iss")
        .map_or_else(|| "absent".to_owned(), ToString::to_string);
    Decision {
        verdict: Verdict::Deny,
        steps: vec![Step {
            name: "issuer".to_owned(),
            expected: "a text".to_owned(),
            found,
            verdict: Verdict::Deny,
        }],
    }
}

/// The provider of this URL in the account of the role.
fn arn_beside(role: &RoleArn, url: &str) -> String {
    format!(
        "arn:{}:iam::{}:oidc-provider/{url}",
        role.partition().id(),
        role.account()
    )
}

/// A provider that the policy names: the one of this URL, or else any.
fn provider_of(role: &RoleDocument, url: &str) -> Option<ProviderArn> {
    let sets = role
        .trust_policy
        .statements
        .iter()
        .filter_map(|statement| match &statement.principals {
            Some(Principals::Principal(set) | Principals::NotPrincipal(set)) => Some(set),
            None => None,
        });
    let named: Vec<ProviderArn> = sets
        .flat_map(|set| set.of(PrincipalKind::Federated))
        .filter_map(|name| ProviderArn::parse(name).ok())
        .collect();
    let of_url = named.iter().find(|arn| arn.url() == url);
    of_url.or(named.first()).cloned()
}

/// STS takes 900 seconds up to what the role allows, 12 hours at most.
fn with_duration(mut decision: Decision, exchange: &OfflineExchange<'_>) -> Decision {
    let Some(seconds) = exchange.duration else {
        return decision;
    };
    if decision.verdict == Verdict::Deny {
        return decision;
    }
    let longest = exchange.role.max_session_duration;
    let verdict = match longest {
        Some(longest) => Verdict::from((900..=longest).contains(&seconds)),
        None if (900..=3_600).contains(&seconds) => Verdict::Allow,
        None if (900..=43_200).contains(&seconds) => Verdict::Unknown,
        None => Verdict::Deny,
    };
    let expected = match longest {
        Some(longest) => format!("900 to {longest} seconds"),
        None => "900 seconds to what the role allows, which is not known".to_owned(),
    };
    decision.steps.push(Step {
        name: "duration".to_owned(),
        expected,
        found: format!("{seconds} seconds"),
        verdict,
    });
    decision.verdict = Verdict::all([decision.verdict, verdict]);
    decision
}

#[cfg(test)]
mod tests;
