//! Google Cloud: a provider of a workload identity pool, and what is bound to its identities.

use clap::Args;

use crate::clouds::gcp::dialect::{Principal, Provider, ProviderSettings, evaluate};

use super::super::exit::Failure;
use super::{Asked, Evaluate, Judge, Judged};

/// What the provider does not say.
#[derive(Debug, Args)]
pub(super) struct GcpOptions {
    /// A member of an IAM policy, `principal://…` or `principalSet://…`, that should mean the identity
    #[arg(long, value_name = "MEMBER")]
    binding: Option<String>,
}

pub(super) const JUDGE: Judge = Judge {
    cloud: "gcp",
    recognises: ProviderSettings::recognises,
    own_option: |command: &Evaluate| command.gcp.binding.as_ref().map(|_| "--binding"),
    judge,
};

fn judge(asked: &Asked<'_>) -> Result<Judged, Failure> {
    let named = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", asked.named));
    let settings = ProviderSettings::from_value(asked.document).map_err(|e| named(&e))?;
    let provider = Provider::parse(&settings).map_err(|e| named(&e))?;
    let binding = asked
        .command
        .gcp
        .binding
        .as_deref()
        .map(Principal::parse)
        .transpose();
    let binding = binding.map_err(|e| Failure::usage(format!("--binding: {e}")))?;
    Ok(Judged {
        decision: evaluate(&provider, asked.claims, binding.as_ref()).decision,
        notes: Vec::new(),
    })
}
