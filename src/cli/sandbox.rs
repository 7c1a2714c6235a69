//! `oidcfed sandbox`: a laboratory on this machine, until it is told to end.

use std::fmt::Write;
use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::sandbox::{GcpProject, Options, SECRET_HEADER, Sandbox as Laboratory};
use crate::trust::IssuerUrl;

use super::exit::{Exit, Failure};
use super::printer::Printer;
use super::signals;

const EXAMPLE: &str = r#"{"claims": {"sub": "me", "aud": "sts.amazonaws.com"}}"#;

/// Start a development issuer, an AWS and a Google Cloud that really decide, on this machine, until Ctrl-C
///
/// Prints the environment that points Terraform and the vendors' tools at them.
#[derive(Debug, Args)]
pub struct Sandbox {
    /// Id of an emulated AWS account; the first one may assume the role `deployer` in the others
    #[arg(long = "account", value_name = "ID")]
    accounts: Vec<String>,
    /// An emulated Google Cloud project; the first one has the account that may do everything
    #[arg(long = "project", value_name = "ID=NUMBER")]
    projects: Vec<String>,
    /// Mint tokens of this issuer too, and let the emulated clouds take the development keys for its
    #[arg(long = "as-issuer", value_name = "URL")]
    as_issuers: Vec<String>,
    /// Port of the development issuer; 0 is a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    issuer_port: u16,
    /// Port of the emulated AWS; 0 is a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    aws_port: u16,
    /// First of the ports of the emulated Google Cloud, one for each API; 0 are free ones
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    gcp_port: u16,
    /// Seconds after which new service accounts are seen in the emulated Google Cloud, and changed policies decide
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    consistency_delay: u32,
    /// Where the file with the certificates is put [default: the system's temporary directory]
    #[arg(long, value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
    /// End as well when stdin is closed
    #[arg(long)]
    until_stdin_closes: bool,
}

impl Sandbox {
    pub async fn run(self, printer: &Printer) -> Result<Exit, Failure> {
        // before anything listens, so that no early signal is lost
        let end = end(self.until_stdin_closes)?;
        let laboratory = Laboratory::start(self.options()?).await.map_err(Failure::new)?;
        printer.data(&laboratory.description(), |description| {
            as_text(&laboratory, description)
        })?;
        printer.note("running; Ctrl-C ends it");
        end.await;
        laboratory.stop().await;
        Ok(Exit::Yes)
    }

    fn options(self) -> Result<Options, Failure> {
        let defaults = Options::default();
        let projects = self.projects.iter().map(|text| {
            let wrong = || Failure::usage(format!("expected a project as `ID=NUMBER`, found `{text}`"));
            GcpProject::parse(text).ok_or_else(wrong)
        });
        let projects: Vec<GcpProject> = projects.collect::<Result<_, _>>()?;
        let imitated = self.as_issuers.iter().map(|text| IssuerUrl::parse(text));
        Ok(Options {
            accounts: match self.accounts.is_empty() {
                true => defaults.accounts,
                false => self.accounts,
            },
            imitated: imitated.collect::<Result<_, _>>().map_err(Failure::usage)?,
            issuer_port: self.issuer_port,
            aws_port: self.aws_port,
            projects: match projects.is_empty() {
                true => defaults.projects,
                false => projects,
            },
            gcp_port: self.gcp_port,
            consistency_delay: self.consistency_delay,
            directory: self.directory.unwrap_or(defaults.directory),
            clock: defaults.clock,
        })
    }
}

fn as_text(laboratory: &Laboratory, description: &Value) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "# development issuer  {}", laboratory.issuer());
    let _ = writeln!(text, "# a team's issuer     {}/TEAM", laboratory.issuer());
    let _ = writeln!(text, "# emulated AWS        {}", laboratory.aws_url());
    for account in laboratory.accounts() {
        let role = account
            .deployer_role_arn
            .as_deref()
            .unwrap_or("administrator below");
        let _ = writeln!(text, "# account             {}  {role}", account.id);
    }
    let gcp = laboratory.gcp();
    let _ = writeln!(text, "# emulated Google     {}  IAM", gcp.endpoints.iam);
    for (url, api) in [
        (&gcp.endpoints.sts, "Security Token Service"),
        (&gcp.endpoints.iam_credentials, "IAM Credentials"),
        (&gcp.endpoints.resource_manager, "Resource Manager"),
        (&gcp.endpoints.storage, "Cloud Storage"),
        (&gcp.endpoints.oauth2, "tokens of a login, metadata server"),
    ] {
        let _ = writeln!(text, "#                     {url}  {api}");
    }
    for project in &gcp.projects {
        let _ = writeln!(text, "# project             {}  {}", project.id, project.number);
    }
    let _ = writeln!(text, "# deployer            {}", gcp.deployer);
    let _ = writeln!(
        text,
        "\n# for Terraform, OpenTofu, the vendors' command lines and SDKs"
    );
    if let Some(names) = description.get("unset").and_then(Value::as_array) {
        let names: Vec<_> = names.iter().filter_map(Value::as_str).collect();
        let _ = writeln!(text, "unset {}", names.join(" "));
    }
    for (name, value) in laboratory.environment() {
        // a quotation mark of a directory must not end the word
        let value = value.replace('\'', "'\\''");
        let _ = writeln!(text, "export {name}='{value}'");
    }
    let (issuer, secret) = (laboratory.issuer(), laboratory.secret().expose());
    let _ = writeln!(text, "\n# a token; the secret is good for this run");
    let _ = writeln!(
        text,
        "curl --silent {issuer}/token --header '{SECRET_HEADER}: {secret}' --json '{EXAMPLE}'"
    );
    text
}

/// Completes at Ctrl-C, at a request to terminate, and, when asked for, at the end of stdin.
fn end(until_stdin_closes: bool) -> Result<impl Future<Output = ()>, Failure> {
    let asked = signals::asked_to_end().map_err(Failure::new)?;
    let closed = until_stdin_closes.then(stdin_closed);
    Ok(async move {
        let closed = async {
            match closed {
                Some(closed) => drop(closed.await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = asked => {}
            () = closed => {}
        }
    })
}

/// A thread of its own: a blocked read must not keep the runtime from ending.
fn stdin_closed() -> oneshot::Receiver<()> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let mut ignored = [0; 1024];
        while std::io::stdin()
            .lock()
            .read(&mut ignored)
            .is_ok_and(|read| read > 0)
        {}
        let _ = sender.send(());
    });
    receiver
}
