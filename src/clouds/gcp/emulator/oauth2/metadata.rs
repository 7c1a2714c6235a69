//! The metadata server that a virtual machine of the deployer would have ("About VM metadata").
//!
//! SECURITY: the header keeps away what another program of the machine could be made to fetch by accident.

use std::collections::BTreeSet;

use serde_json::json;

use super::login::deployer_token;
use crate::clouds::gcp::emulator::access::Call;
use crate::clouds::gcp::emulator::operation::Answer;
use crate::clouds::gcp::emulator::wire::{ApiError, Reply};

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// # Errors
/// A request without the header; no such value.
pub fn get(call: &mut Call<'_>) -> Answer {
    if call.request.header("metadata-flavor") != Some("Google")
        || call.request.header("x-forwarded-for").is_some()
    {
        let message = "Your client does not have permission to get this URL: the header `Metadata-Flavor: Google` is missing.";
        return Err(ApiError::new(403, "forbidden", message));
    }
    let account = call.world.live_account(&call.world.deployer).cloned();
    let missing = || ApiError::new(404, "not_found", "There is no such value.");
    let account = account.ok_or_else(missing)?;
    let path: Vec<String> = call.request.segments.iter().skip(2).cloned().collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    Ok(match path.as_slice() {
        [] => Reply::Metadata("computeMetadata/\n".to_owned()),
        ["project", "project-id"] => Reply::Metadata(account.project_id),
        ["project", "numeric-project-id"] => Reply::Metadata(account.project_number),
        ["universe", "universe-domain" | "universe_domain"] => Reply::Metadata("googleapis.com".to_owned()),
        ["instance", "service-accounts", name, rest @ ..] if *name == "default" || *name == account.email => {
            match rest {
                [] => Reply::MetadataJson(json!({
                    "aliases": ["default"], "email": account.email, "scopes": [SCOPE],
                })),
                ["email"] => Reply::Metadata(account.email),
                ["scopes"] => Reply::Metadata(format!("{SCOPE}\n")),
                ["token"] => {
                    let token = deployer_token(call, BTreeSet::from([SCOPE.to_owned()]))?;
                    Reply::MetadataJson(json!({
                        "access_token": token, "token_type": "Bearer", "expires_in": 3_600,
                    }))
                }
                _ => return Err(missing()),
            }
        }
        _ => return Err(missing()),
    })
}
