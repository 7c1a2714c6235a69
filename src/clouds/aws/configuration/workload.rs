//! The token that a workload logs in with: given, in a file, or where its platform puts it.

use super::reading::{SUMMARY, WEB_IDENTITY, at};
use super::schema::{AwsModel, WebIdentityModel};
use crate::clouds::aws::dialect::{Partition, RoleArn};
use crate::clouds::{Common, Environment};
use crate::framework::Diagnostics;
use crate::oidc::{PlatformToken, Surroundings, WorkloadToken};
use crate::platforms::{DeclaredBy, Platform};
use crate::trust::Secret;

/// Under this name the catalogue keeps what platforms have for AWS.
const RECEIVER: &str = "aws";

/// The source of the token; none after an error. Only read, not looked at: a login may never be needed.
pub(super) fn workload_token(
    identity: &WebIdentityModel,
    role: &RoleArn,
    (common, environment): (&Common, &Environment),
    diagnostics: &mut Diagnostics,
) -> Option<WorkloadToken> {
    if let Some(token) = identity.token.known() {
        return Some(WorkloadToken::Given(Secret::new(token.trim().to_owned())));
    }
    if let Some(platform) = identity.platform.known() {
        // a mistake in it was said when the block was validated
        let platform = Platform::named(platform, DeclaredBy::Configuration).ok()?;
        let audiences = audiences(&platform, role.partition());
        let environment = environment.clone();
        let surroundings =
            Surroundings::new(move |name| environment.get(name)).believing(common.ca_bundle.clone());
        let places = PlatformToken::new(platform, audiences, surroundings);
        return Some(WorkloadToken::OfPlatform(Box::new(places)));
    }
    let file = identity.token_file.known().cloned();
    let file = file.or_else(|| environment.get("AWS_WEB_IDENTITY_TOKEN_FILE"));
    if file.is_none() {
        let detail = "expected one of `platform`, `token_file` and `token`, or `AWS_WEB_IDENTITY_TOKEN_FILE`; found none";
        diagnostics.error(at(WEB_IDENTITY), SUMMARY, detail);
    }
    file.map(|file| WorkloadToken::File(file.into()))
}

/// The audience to ask for first: the one that the platform's tokens for AWS have, where it is another than AWS's own; then the
/// one of the partition, which trusts have unless they say otherwise.
fn audiences(platform: &Platform, partition: Partition) -> Vec<String> {
    let usual = partition.default_audience();
    let of_platform = platform.default_audience.get(RECEIVER);
    let other = of_platform.filter(|audience| {
        let is_fixed = !audience.contains('{');
        is_fixed && **audience != Partition::Aws.default_audience()
    });
    other.into_iter().cloned().chain([usual.to_owned()]).collect()
}

/// Several sources, or a platform that is none.
pub(super) fn check_workload_token(model: &AwsModel, diagnostics: &mut Diagnostics) {
    let Some(identity) = model.assume_role_with_web_identity.known() else {
        return;
    };
    let path = at(WEB_IDENTITY);
    let given = [
        ("platform", &identity.platform),
        ("token_file", &identity.token_file),
        ("token", &identity.token),
    ];
    let given = given.iter().filter(|(_, attr)| attr.known().is_some());
    let names: Vec<&str> = given.map(|(name, _)| *name).collect();
    if names.len() > 1 {
        let detail = format!(
            "expected one source of the token, found `{}`",
            names.join("` and `")
        );
        diagnostics.error(path.clone(), SUMMARY, detail);
    }
    if let Some(platform) = identity.platform.known()
        && let Err(error) = Platform::named(platform, DeclaredBy::Configuration)
    {
        diagnostics.error(path.attribute("platform"), "Invalid platform", error.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms::by_id;

    #[test]
    fn the_audience_is_that_of_the_platform_or_of_the_partition() {
        let of = |id: &str, partition| audiences(by_id(id).unwrap(), partition);
        assert_eq!(of("github-actions", Partition::Aws), ["sts.amazonaws.com"]);
        assert_eq!(of("github-actions", Partition::China), ["sts.amazonaws.com.cn"]);
        assert_eq!(
            of("codefresh", Partition::Aws),
            ["https://g.codefresh.io", "sts.amazonaws.com"]
        );
        assert_eq!(
            of("gitlab-saas", Partition::China),
            ["https://gitlab.com", "sts.amazonaws.com.cn"]
        );
        // what has a variable in it is nothing to ask for
        assert_eq!(of("circleci", Partition::Aws), ["sts.amazonaws.com"]);
    }
}
