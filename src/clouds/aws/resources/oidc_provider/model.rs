//! The typed object of `oidcfed_aws_oidc_provider`.

use crate::framework::{Attr, StringMap, StringSet, TimeoutsModel};
use crate::model;

model! {
    /// All attributes, in the order of the schema.
    pub struct OidcProviderModel {
        pub issuer: Attr<String>,
        pub audiences: StringSet,
        pub thumbprints: StringSet,
        pub ownership: Attr<String>,
        pub account_id: Attr<String>,
        pub accepted_risks: StringMap,
        pub tags: StringMap,
        pub timeouts: Attr<TimeoutsModel>,
        pub id: Attr<String>,
        pub arn: Attr<String>,
        pub accepted_audiences: StringSet,
        pub made: Attr<bool>,
        pub added_audiences: StringSet,
        pub tags_all: StringMap,
    }
}
