//! The emulated Google Cloud as the sandbox offers it: some projects, an account that may do everything, and where its APIs are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use crate::clouds::gcp::emulator::{Emulator, EmulatorError, ProjectSettings, Service, Settings};
use crate::oidc::{Clock, KeySource};
use crate::trust::Secret;

use super::environment::Variables;

/// Names of the files with what the deployer logs in with.
pub const KEY_FILE: &str = "gcp-deployer-key.json";
pub const TOKEN_FILE: &str = "gcp-deployer-token";

/// One emulated project, by its two names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GcpProject {
    pub id: String,
    pub number: String,
}

impl GcpProject {
    /// `ID=NUMBER`
    pub fn parse(text: &str) -> Option<Self> {
        let (id, number) = text.split_once('=')?;
        Some(Self {
            id: id.to_owned(),
            number: number.to_owned(),
        })
    }

    /// What there is when nobody says otherwise.
    pub fn usual() -> Vec<Self> {
        ["sandbox-one=100000000001", "sandbox-two=100000000002"]
            .into_iter()
            .filter_map(Self::parse)
            .collect()
    }
}

/// Where each API listens.
#[derive(Clone, Debug, Serialize)]
pub struct GcpEndpoints {
    pub iam: String,
    pub sts: String,
    pub iam_credentials: String,
    pub resource_manager: String,
    pub storage: String,
    /// Tokens for whoever logs in, and the metadata server.
    pub oauth2: String,
}

impl GcpEndpoints {
    /// On these ports, in the order of [`Service::ALL`].
    pub fn on(ports: &[u16]) -> Self {
        let url = |service: Service| {
            let at = Service::ALL.iter().position(|one| *one == service);
            let port = at.and_then(|at| ports.get(at)).copied().unwrap_or_default();
            format!("https://localhost:{port}")
        };
        Self {
            iam: url(Service::Iam),
            sts: url(Service::Sts),
            iam_credentials: url(Service::IamCredentials),
            resource_manager: url(Service::ResourceManager),
            storage: url(Service::Storage),
            oauth2: url(Service::OAuth2),
        }
    }
}

/// The emulated Google Cloud, as whoever uses it sees it.
#[derive(Debug)]
pub struct Gcp {
    pub endpoints: GcpEndpoints,
    pub projects: Vec<GcpProject>,
    pub deployer: String,
    token: Secret<String>,
    key_file: PathBuf,
    token_file: PathBuf,
}

/// What it is made of.
pub struct Ingredients {
    pub endpoints: GcpEndpoints,
    pub projects: Vec<GcpProject>,
    pub keys: Arc<dyn KeySource>,
    pub clock: Arc<dyn Clock>,
    pub consistency_delay: i64,
    pub secret: Secret<String>,
    /// The private directory of this run.
    pub directory: PathBuf,
}

/// A file of the deployer: its name and what is in it.
pub type PrivateFile = (&'static str, Secret<String>);

/// Makes the projects, and what the deployer logs in with.
///
/// # Errors
/// Projects that are none, or no randomness.
pub async fn projects(made_of: Ingredients) -> Result<(Arc<Emulator>, Gcp, Vec<PrivateFile>), EmulatorError> {
    let settings = made_of.projects.iter().map(|project| ProjectSettings {
        id: project.id.clone(),
        number: project.number.clone(),
    });
    let emulator = Emulator::new(Settings {
        projects: settings.collect(),
        keys: made_of.keys,
        clock: made_of.clock,
        allow_loopback_issuers: true,
        oauth2_url: made_of.endpoints.oauth2.clone(),
        consistency_delay: made_of.consistency_delay,
        run_secret: Some(made_of.secret),
    })?;
    let files = vec![
        (KEY_FILE, emulator.deployer_key_file().await?),
        (TOKEN_FILE, emulator.deployer_token()),
    ];
    let gcp = Gcp {
        endpoints: made_of.endpoints,
        projects: made_of.projects,
        deployer: emulator.deployer_email(),
        token: emulator.deployer_token(),
        key_file: made_of.directory.join(KEY_FILE),
        token_file: made_of.directory.join(TOKEN_FILE),
    };
    Ok((emulator, gcp, files))
}

impl Gcp {
    /// SECURITY: holds a token that opens the emulated projects until the sandbox ends, and nothing else.
    pub fn description(&self) -> Value {
        json!({
            "endpoints": self.endpoints,
            "projects": self.projects,
            "deployer": {
                "email": self.deployer,
                "access_token": self.token.expose(),
                "access_token_file": self.token_file.display().to_string(),
                "key_file": self.key_file.display().to_string(),
            },
        })
    }

    /// What Terraform, the Cloud CLI and Google's libraries need to be the deployer of the first project.
    ///
    /// SECURITY: files of the person's own configuration are put out of reach, so that no real account takes part.
    pub fn environment(&self, bundle: &Path) -> Variables {
        let GcpEndpoints {
            iam,
            sts,
            iam_credentials,
            resource_manager,
            storage,
            ..
        } = &self.endpoints;
        let project = self
            .projects
            .first()
            .map(|project| project.id.clone())
            .unwrap_or_default();
        let directory = bundle.parent().unwrap_or(bundle);
        let file = |path: &Path| path.display().to_string();
        vec![
            // as other providers for Google Cloud read them
            ("GOOGLE_IAM_CUSTOM_ENDPOINT", format!("{iam}/v1/")),
            ("GOOGLE_IAM_BETA_CUSTOM_ENDPOINT", format!("{iam}/v1/")),
            ("GOOGLE_STS_CUSTOM_ENDPOINT", format!("{sts}/v1/")),
            (
                "GOOGLE_IAM_CREDENTIALS_CUSTOM_ENDPOINT",
                format!("{iam_credentials}/v1/"),
            ),
            (
                "GOOGLE_RESOURCE_MANAGER_CUSTOM_ENDPOINT",
                format!("{resource_manager}/v1/"),
            ),
            (
                "GOOGLE_RESOURCE_MANAGER_V3_CUSTOM_ENDPOINT",
                format!("{resource_manager}/v3/"),
            ),
            (
                "GOOGLE_CLOUD_RESOURCE_MANAGER_CUSTOM_ENDPOINT",
                format!("{resource_manager}/v1/"),
            ),
            ("GOOGLE_STORAGE_CUSTOM_ENDPOINT", format!("{storage}/storage/v1/")),
            ("GOOGLE_APPLICATION_CREDENTIALS", file(&self.key_file)),
            ("GOOGLE_CLOUD_PROJECT", project.clone()),
            ("GOOGLE_PROJECT", project.clone()),
            // the Cloud CLI
            ("CLOUDSDK_API_ENDPOINT_OVERRIDES_IAM", format!("{iam}/")),
            ("CLOUDSDK_API_ENDPOINT_OVERRIDES_STS", format!("{sts}/")),
            (
                "CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS",
                format!("{iam_credentials}/"),
            ),
            (
                "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER",
                format!("{resource_manager}/"),
            ),
            (
                "CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE",
                format!("{storage}/storage/v1/"),
            ),
            ("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", file(&self.token_file)),
            ("CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", file(bundle)),
            ("CLOUDSDK_CORE_PROJECT", project),
            ("CLOUDSDK_CORE_DISABLE_PROMPTS", "1".to_owned()),
            ("CLOUDSDK_CONFIG", file(&directory.join("no-gcloud"))),
        ]
    }
}
