//! Could a role with this trust policy let in some token of a provider, and an example of one.

use super::arn::ProviderArn;
use super::condition_keys::{claim_keys, is_built_in};
use super::evaluate::{Context, federated_verdict};
use super::policy::{ConditionKey, PolicyDocument};
use super::witness::{Witness, witness};
use crate::trust::{Audience, Claims, Verdict};

/// An example of a token that the role could let in under this audience (the value STS compares with the client ids).
/// `None` only when it is certain that there is none.
///
/// INVARIANT: errs on the side of a token. What cannot be decided counts as admitted, and its example is then a guess.
pub fn would_admit(policy: &PolicyDocument, provider: &ProviderArn, audience: &Audience) -> Option<Claims> {
    if never_admits(policy, &provider.to_string(), provider.url(), Some(audience)) {
        return None;
    }
    let wanted = Witness {
        provider_url: provider.url(),
        provider_arn: &provider.to_string(),
        audience: Some(audience.as_str()),
    };
    witness(policy, &wanted).or_else(|| {
        let mut guess = Claims::default();
        guess.insert("iss", format!("https://{}", provider.url()).into());
        guess.insert("aud", audience.as_str().into());
        guess.insert("sub", "any".into());
        Some(guess)
    })
}

/// Whether the policy lets in no token of a provider, whatever the token says. With an audience: no token under it.
pub(super) fn never_admits(
    policy: &PolicyDocument,
    arn: &str,
    url: &str,
    audience: Option<&Audience>,
) -> bool {
    let mut context = Context::partial();
    let key = |claim: &str| ConditionKey::of_claim(url, claim);
    match audience {
        Some(audience) => context.set(key("aud").as_str(), audience.as_str()),
        None => context.mark_unknown(key("aud").as_str()),
    };
    for claim in ["sub", "oaud"]
        .into_iter()
        .chain(claim_keys(url).map(|key| key.claim))
    {
        context.mark_unknown(key(claim).as_str());
    }
    for name in [
        "sts:RoleSessionName",
        "sts:SourceIdentity",
        "sts:TransitiveTagKeys",
        "sts:RoleAuthorizedByIdp",
        "sts:DurationSeconds",
    ] {
        context.mark_unknown(name);
    }
    let federated = if is_built_in(url) { url } else { arn };
    context
        .set("aws:FederatedProvider", federated)
        .set("aws:userid", federated);
    federated_verdict(policy, arn, url, &context) == Verdict::Deny
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clouds::aws::dialect::evaluate::tests_support::accepts;

    const GITHUB: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";

    fn admits(statements: &str) -> Option<Claims> {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
            .replace("PROVIDER", GITHUB)
            .replace("GH:", "token.actions.githubusercontent.com:");
        let policy = PolicyDocument::parse(&text).unwrap();
        let provider = ProviderArn::parse(GITHUB).unwrap();
        let found = would_admit(&policy, &provider, &Audience::parse("sts.amazonaws.com").unwrap());
        if let Some(claims) = &found
            && claims.text("sub") != Some("any")
        {
            assert!(accepts(&policy, GITHUB, claims), "{claims:?}");
        }
        found
    }

    fn allow(condition: &str) -> String {
        format!(
            r#"{{"Effect":"Allow","Principal":{{"Federated":"PROVIDER"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{condition}}}"#
        )
    }

    #[test]
    fn some_token_is_admitted() {
        for condition in [
            r#"{}"#,
            r#"{"StringEquals":{"GH:sub":"repo:acme/api:ref:refs/heads/main"}}"#,
            r#"{"StringEquals":{"GH:aud":"sts.amazonaws.com"}}"#,
            r#"{"StringEquals":{"GH:aud":["x","sts.amazonaws.com"]},"StringLike":{"GH:sub":"repo:acme/*"}}"#,
            r#"{"StringLike":{"GH:aud":"sts.*"}}"#,
            r#"{"StringEquals":{"GH:ref":"refs/heads/main","GH:environment":"prod"}}"#,
            r#"{"StringLike":{"GH:sub":"repo:acme/*"},"StringNotLike":{"GH:sub":"*:pull_request"}}"#,
            r#"{"StringEquals":{"GH:oaud":"other"}}"#,
            r#"{"ForAnyValue:StringEquals":{"GH:amr":"authenticated"}}"#,
            r#"{"Bool":{"sts:RoleAuthorizedByIdp":"true"}}"#,
            r#"{"StringEquals":{"sts:RoleSessionName":"deploy"}}"#,
            r#"{"StringEqualsIfExists":{"GH:event_name":"push"}}"#,
        ] {
            let found = admits(&allow(condition)).unwrap_or_else(|| panic!("{condition}"));
            let compared = found.text("azp").or_else(|| found.text("aud"));
            assert_eq!(compared, Some("sts.amazonaws.com"), "{condition}");
            if !condition.contains("RoleSessionName") {
                assert_ne!(
                    found.text("sub"),
                    Some("any"),
                    "no proven example for {condition}"
                );
            }
        }
        // Beyond what is decided: counts as admitted.
        assert!(admits(&allow(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#)).is_some());
        assert!(
            admits(&allow(
                r#"{"StringEquals":{"GH:sub":"a"},"StringLike":{"GH:sub":"b"}}"#
            ))
            .is_some()
        );
    }

    #[test]
    fn certainly_none() {
        for statements in [
            String::new(),
            allow(r#"{"StringEquals":{"GH:aud":"other"}}"#),
            allow(r#"{"StringLike":{"GH:aud":"oth*"}}"#),
            allow(r#"{"StringNotEquals":{"GH:aud":"sts.amazonaws.com"}}"#),
            allow(r#"{"StringEquals":{"GH:event_name":"push"}}"#),
            allow(r#"{"StringEquals":{"gitlab.com:sub":"x"}}"#),
            allow("{}").replace("PROVIDER", "arn:aws:iam::111122223333:oidc-provider/gitlab.com"),
            allow("{}").replace("WithWebIdentity", ""),
            format!("{},{}", allow("{}"), allow("{}").replace("Allow", "Deny")),
            format!(
                "{},{}",
                allow("{}"),
                allow(r#"{"StringEquals":{"GH:aud":"sts.amazonaws.com"}}"#).replace("Allow", "Deny")
            ),
        ] {
            assert_eq!(admits(&statements), None, "{statements}");
        }
    }
}
