//! Tests only: does the evaluator accept a token.

use super::*;
use crate::clouds::aws::dialect::{PolicyDocument, ProviderArn};
use crate::trust::{Claims, Verdict};

/// As if the audience of the token were registered with the provider, and the token signed and in time. A token that names
/// roles is used for the first of them.
pub(crate) fn accepts(policy: &PolicyDocument, provider_arn: &str, claims: &Claims) -> bool {
    let url =
        ProviderArn::parse(provider_arn).map_or_else(|_| provider_arn.to_owned(), |arn| arn.url().to_owned());
    let audience = claims.text("azp").or_else(|| claims.text("aud")).unwrap();
    let request = WebIdentityRequest {
        provider: RegisteredProvider {
            url,
            arn: provider_arn.to_owned(),
            client_ids: [audience.to_owned()].into(),
        },
        role_arn: claims
            .text("https://aws.amazon.com/roles")
            .unwrap_or("arn:aws:iam::111122223333:role/deploy")
            .to_owned(),
        session_name: Some("session".to_owned()),
        claims,
        timestamps: Timestamps::Assumed,
        surroundings: Context::partial(),
    };
    evaluate_web_identity(policy, &request).verdict == Verdict::Allow
}
