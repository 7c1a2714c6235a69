//! `oidcfed demo`: the whole story on this machine, in one command.
//!
//! A sandbox, the real Terraform or OpenTofu, the built provider: a trust is applied; the workload's token is accepted
//! and every stranger's refused; the second plan is empty; a destroy leaves nothing. Nothing of it reaches a real cloud.
//!
//! | file | owns |
//! |---|---|
//! | `host` | the program of Terraform or OpenTofu, and its commands |
//! | `workspace` | the folder they run in |
//! | `workload` | getting a token and exchanging it |
//! | `story` | what is told, for people and for programs |

mod error;
mod host;
mod story;
mod workload;
mod workspace;

use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

use crate::clouds::aws::dialect::AccountId;
use crate::sandbox::{Options, Sandbox};

use super::exit::{Exit, Failure};
use super::printer::Printer;
use super::signals;

use self::error::DemoError;
use self::host::{Ending, Host};
use self::story::Story;
use self::workload::Workload;
use self::workspace::Workspace;

const ROLE: &str = "deploy";
const SUBJECT: &str = "repo:acme/api:ref:refs/heads/main";
const AUDIENCE: &str = "sts.amazonaws.com";
/// How long a command may go on after an interrupt; they take about a second.
const PATIENCE: Duration = Duration::from_secs(15);

/// Tells the whole story on this machine: a sandbox, a real apply, a token accepted, strangers refused, destroy.
#[derive(clap::Args, Debug)]
pub struct Demo {
    /// Terraform or OpenTofu; by default the first of `terraform` and `tofu` on the PATH
    #[arg(long, value_name = "PATH")]
    terraform: Option<PathBuf>,
}

impl Demo {
    /// Runs to the end, or until interrupted; in both cases nothing is left.
    pub async fn run(self, printer: &Printer) -> Result<Exit, Failure> {
        let asked_to_end = signals::asked_to_end().map_err(Failure::new)?;
        let mut story = Story::new(printer.output());
        let ending = Ending::default();
        let told = {
            let mut told = pin!(self.tell(&mut story, &ending));
            tokio::select! {
                told = &mut told => told,
                () = asked_to_end => {
                    // The command under way is let finish, so that it leaves no process of its own behind.
                    ending.begin();
                    let _ = timeout(PATIENCE, told).await;
                    Err(DemoError::Interrupted)
                }
            }
        };
        story.end(told.as_ref().err());
        told.map_err(|error| {
            if error.is_usage() {
                Failure::usage(error)
            } else {
                Failure::new(error)
            }
        })?;
        Ok(if story.is_as_expected() {
            Exit::Yes
        } else {
            Exit::Failed
        })
    }

    async fn tell(&self, story: &mut Story, ending: &Ending) -> Result<(), DemoError> {
        let host = Host::find(self.terraform.as_deref(), ending).await?;
        let sandbox = Sandbox::start(Options::default()).await?;
        let workspace = Workspace::make(&sandbox)?;
        story.opens(&host, &sandbox, workspace::CONFIGURATION);
        let told = acts(story, &host, &sandbox, &workspace).await;
        sandbox.stop().await;
        told
    }
}

async fn acts(
    story: &mut Story,
    host: &Host<'_>,
    sandbox: &Sandbox,
    workspace: &Workspace,
) -> Result<(), DemoError> {
    story.begins("apply");
    host.run(workspace, &["apply", "-auto-approve"]).await?;
    let role = format!("arn:aws:iam::{}:role/{ROLE}", workspace.account());
    story.went("applied", true, &[("role", &role)]);

    let workload = Workload::new(sandbox, &role)?;
    let own = workload
        .exchange(sandbox.issuer().as_str(), SUBJECT, AUDIENCE)
        .await?;
    story.accepted("the workload's token is accepted", &own);
    strangers(story, sandbox, &workload).await?;

    story.begins("plan");
    let unchanged = host.run(workspace, &["plan", "-detailed-exitcode"]).await?.code == 0;
    story.went("the second plan is empty", unchanged, &[]);

    story.begins("destroy");
    host.run(workspace, &["destroy", "-auto-approve"]).await?;
    story.went("destroyed", true, &[]);
    let late = workload
        .exchange(sandbox.issuer().as_str(), SUBJECT, AUDIENCE)
        .await?;
    story.refused("now the workload's token is refused too", &late);
    nothing_is_left(story, sandbox);
    Ok(())
}

/// Tokens as good as the workload's own, but for one thing each.
async fn strangers(story: &mut Story, sandbox: &Sandbox, workload: &Workload<'_>) -> Result<(), DemoError> {
    let own = sandbox.issuer().as_str();
    let team = format!("{own}/blue");
    let cases = [
        (
            "another repository is refused",
            own,
            "repo:stranger/api:ref:refs/heads/main",
            AUDIENCE,
        ),
        (
            "another branch is refused",
            own,
            "repo:acme/api:ref:refs/heads/feature",
            AUDIENCE,
        ),
        (
            "a token for another audience is refused",
            own,
            SUBJECT,
            "https://api.example.com",
        ),
        (
            "another issuer with the same subject is refused",
            &team,
            SUBJECT,
            AUDIENCE,
        ),
    ];
    for (what, issuer, subject, audience) in cases {
        let answer = workload.exchange(issuer, subject, audience).await?;
        story.refused(what, &answer);
    }
    Ok(())
}

fn nothing_is_left(story: &mut Story, sandbox: &Sandbox) {
    let account = sandbox
        .accounts()
        .first()
        .and_then(|first| AccountId::parse(&first.id).ok());
    let left = account.and_then(|account| sandbox.aws().inventory(&account));
    let listed = left
        .as_ref()
        .map_or("what is left is not known".to_owned(), |left| left.join(", "));
    let none = left.is_some_and(|left| left.is_empty());
    let notes: &[(&str, &str)] = if none { &[] } else { &[("left", &listed)] };
    story.went("nothing is left: no role, no OIDC provider", none, notes);
}
