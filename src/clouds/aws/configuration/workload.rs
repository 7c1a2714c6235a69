//! The token that a workload logs in with: given, in a file, or where its platform puts it.

use super::reading::{SUMMARY, WEB_IDENTITY, at};
use super::schema::{AwsModel, WebIdentityModel};
use crate::clouds::aws::dialect::{Partition, RoleArn};
use crate::clouds::token_source::Written;
use crate::clouds::{Common, Environment};
use crate::framework::Diagnostics;
use crate::oidc::WorkloadToken;
use crate::platforms::Platform;

/// Under this name the catalogue keeps what platforms have for AWS.
const RECEIVER: &str = "aws";

/// The source of the token; none after an error. Only read, not looked at: a login may never be needed.
pub(super) fn workload_token(
    identity: &WebIdentityModel,
    role: &RoleArn,
    (common, environment): (&Common, &Environment),
    diagnostics: &mut Diagnostics,
) -> Option<WorkloadToken> {
    let written = written(identity);
    if written.is_given() {
        return written.read(
            |platform| audiences(platform, role.partition()),
            (common, environment),
        );
    }
    let file = environment.get("AWS_WEB_IDENTITY_TOKEN_FILE");
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
    written(identity).check(&at(WEB_IDENTITY), SUMMARY, diagnostics);
}

fn written(identity: &WebIdentityModel) -> Written<'_> {
    Written {
        platform: &identity.platform,
        token_file: &identity.token_file,
        token: &identity.token,
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
