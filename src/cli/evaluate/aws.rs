//! AWS: a role or its trust policy.

use std::path::PathBuf;

use clap::Args;

use crate::clouds::aws::dialect::{
    OfflineError, OfflineExchange, ProviderDocument, RoleArn, RoleDocument, evaluate_offline,
};

use super::super::exit::Failure;
use super::super::inputs;
use super::{Asked, Evaluate, Judge, Judged};

/// What the trust policy does not say.
#[derive(Debug, Args)]
pub(super) struct AwsOptions {
    /// The IAM OIDC provider, as `aws iam get-open-id-connect-provider` prints it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["client_ids", "provider_url"])]
    pub(super) provider: Option<PathBuf>,
    /// A client id (audience) of the provider; may be given several times
    #[arg(long = "client-id", value_name = "ID")]
    client_ids: Vec<String>,
    /// The URL of the provider; default: the issuer of the token
    #[arg(long, value_name = "URL")]
    provider_url: Option<String>,
    /// The role, when the document is a trust policy alone
    #[arg(long, value_name = "ARN")]
    role_arn: Option<String>,
    /// The session name that would be asked for
    #[arg(long, value_name = "NAME")]
    session_name: Option<String>,
    /// The duration that would be asked for, in seconds
    #[arg(long, value_name = "SECONDS")]
    duration: Option<u64>,
}

pub(super) const JUDGE: Judge = Judge {
    cloud: "aws",
    recognises: RoleDocument::recognises,
    own_option,
    judge,
};

fn own_option(command: &Evaluate) -> Option<&'static str> {
    let options = &command.aws;
    let given = [
        ("--provider", options.provider.is_some()),
        ("--client-id", !options.client_ids.is_empty()),
        ("--provider-url", options.provider_url.is_some()),
        ("--role-arn", options.role_arn.is_some()),
        ("--session-name", options.session_name.is_some()),
        ("--duration", options.duration.is_some()),
    ];
    given.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
}

fn judge(asked: &Asked<'_>) -> Result<Judged, Failure> {
    let options = &asked.command.aws;
    let mut role = RoleDocument::from_value(asked.document)
        .map_err(|e| Failure::new(format!("{}: {e}", asked.named)))?;
    if let Some(text) = &options.role_arn {
        let arn = RoleArn::parse(text).map_err(|e| Failure::usage(format!("--role-arn: {e}")))?;
        if role.arn.as_ref().is_some_and(|own| *own != arn) {
            let message = format!("--role-arn: expected the role of {}, found `{arn}`", asked.named);
            return Err(Failure::usage(message));
        }
        role.arn = Some(arn);
    }
    let exchange = OfflineExchange {
        role: &role,
        provider: &provider(options, asked)?,
        session_name: options.session_name.clone(),
        duration: options.duration,
        claims: asked.claims,
    };
    let decision = evaluate_offline(&exchange).map_err(|error| {
        let failure = Failure::new(format!("{}: {error}", asked.named));
        match error {
            OfflineError::NoAccount | OfflineError::NoRole => {
                failure.with_hint("name the role with --role-arn")
            }
        }
    })?;
    let assumed = "the role is taken to be in the account of the provider that its trust policy names";
    Ok(Judged {
        decision,
        notes: role
            .arn
            .is_none()
            .then(|| assumed.to_owned())
            .into_iter()
            .collect(),
    })
}

fn provider(options: &AwsOptions, asked: &Asked<'_>) -> Result<ProviderDocument, Failure> {
    if let Some(path) = &options.provider {
        let text = asked.inputs.read(path)?;
        return ProviderDocument::parse(&text)
            .map_err(|e| Failure::new(format!("{}: {e}", inputs::name(path))));
    }
    let client_ids = options.client_ids.iter().cloned().collect();
    Ok(ProviderDocument {
        url: options.provider_url.as_deref().map(ProviderDocument::url_of),
        client_ids: (!options.client_ids.is_empty()).then_some(client_ids),
        arn: None,
    })
}
