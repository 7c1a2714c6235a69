//! How a fresh session is told to its owner.

use crate::clouds::aws::emulator::store::{Credentials, Session};
use crate::clouds::aws::emulator::wire::{Xml, timestamp};

/// Writes `Credentials`, `AssumedRoleUser` and what else both kinds of session share.
pub fn write(xml: &mut Xml, session: &Session, credentials: &Credentials, packed: Option<usize>) {
    xml.element("AssumedRoleUser", |xml| {
        xml.text("AssumedRoleId", format!("{}:{}", session.role_id, session.name))
            .text("Arn", &session.arn);
    });
    xml.element("Credentials", |xml| {
        xml.text("AccessKeyId", &credentials.access_key_id)
            .text("SecretAccessKey", credentials.secret_access_key.expose())
            .optional(
                "SessionToken",
                credentials.session_token.as_ref().map(|token| token.expose()),
            )
            .text("Expiration", timestamp::iso8601(session.expires));
    });
    xml.optional("PackedPolicySize", packed)
        .optional("SourceIdentity", session.source_identity.as_deref());
}
