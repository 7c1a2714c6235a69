//! `oidcfed demo`: the whole story on this machine, in one command.
//!
//! A sandbox, the real Terraform or OpenTofu, the built provider: a trust is applied; the workload's token is accepted
//! and every stranger's refused; the second plan is empty; a destroy leaves nothing. Nothing of it reaches a real cloud.
//!
//! | file | owns |
//! |---|---|
//! | `host` | the program of Terraform or OpenTofu, and its commands |
//! | `workspace` | the folder they run in |
//! | `tale` | what a cloud brings to the story, and the list of those that do |
//! | `aws`, `gcp` | one cloud's trust, and a workload that uses it |
//! | `visitor` | getting tokens of the issuer, calling the emulated clouds |
//! | `story` | what is told, for people and for programs |

mod aws;
mod error;
mod gcp;
mod host;
mod story;
mod tale;
mod visitor;
mod workspace;

use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use tokio::time::timeout;

use crate::sandbox::{Options, Sandbox};

use super::exit::{Exit, Failure};
use super::printer::Printer;
use super::signals;

use self::error::DemoError;
use self::host::{Ending, Host};
use self::story::{Answer, Story};
use self::tale::{Notes, TALES, Tale};
use self::visitor::Visitor;
use self::workspace::Workspace;

/// The workload that every tale's trust admits.
const SUBJECT: &str = "repo:acme/api:ref:refs/heads/main";
/// How long a command may go on after an interrupt; they take about a second.
const PATIENCE: Duration = Duration::from_secs(15);

/// Tells the whole story on this machine: a sandbox, a real apply, a token accepted, strangers refused, destroy.
#[derive(clap::Args, Debug)]
pub struct Demo {
    /// Terraform or OpenTofu; by default the first of `terraform` and `tofu` on the PATH
    #[arg(long, value_name = "PATH")]
    terraform: Option<PathBuf>,
    /// Whose trust it is
    #[arg(long, value_parser = PossibleValuesParser::new(TALES.map(|tale| tale.cloud())), default_value = first())]
    cloud: String,
}

/// The cloud whose story is told when none is named.
fn first() -> &'static str {
    let [first, ..] = TALES;
    first.cloud()
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
        let [first, ..] = TALES;
        let named = TALES.into_iter().find(|tale| tale.cloud() == self.cloud);
        let tale = named.unwrap_or(first);
        let host = Host::find(self.terraform.as_deref(), ending).await?;
        let sandbox = Sandbox::start(Options::default()).await?;
        let workspace = Workspace::make(&sandbox, tale)?;
        story.opens(&host, &sandbox, tale);
        let told = acts(story, &host, &sandbox, &workspace, tale).await;
        sandbox.stop().await;
        told
    }
}

async fn acts(
    story: &mut Story,
    host: &Host<'_>,
    sandbox: &Sandbox,
    workspace: &Workspace,
    tale: &dyn Tale,
) -> Result<(), DemoError> {
    let before = tale.inventory(sandbox);
    story.begins("apply");
    host.run(workspace, &["apply", "-auto-approve"]).await?;
    story.went("applied", true, &tale.makes(sandbox));

    let visitor = Visitor::new(sandbox)?;
    let audience = tale.audience(sandbox);
    let own = (sandbox.issuer().as_str(), SUBJECT, audience.as_str());
    let answer = asks(tale, &visitor, own).await?;
    story.accepted("the workload's token is accepted", &answer);
    let team = format!("{}/blue", own.0);
    for (what, token) in strangers(own, &team) {
        let answer = asks(tale, &visitor, token).await?;
        story.refused(what, &answer);
    }

    story.begins("plan");
    let unchanged = host.run(workspace, &["plan", "-detailed-exitcode"]).await?.code == 0;
    story.went("the second plan is empty", unchanged, &Notes::new());

    story.begins("destroy");
    host.run(workspace, &["destroy", "-auto-approve"]).await?;
    story.went("destroyed", true, &Notes::new());
    let late = asks(tale, &visitor, own).await?;
    story.refused("now the workload's token is refused too", &late);
    nothing_is_left(story, tale, before.as_deref(), tale.inventory(sandbox));
    if let Some(kept) = tale.keeps(&visitor).await? {
        story.went(kept.what, kept.harmless, &kept.notes);
    }
    Ok(())
}

/// Issuer, subject and audience.
type Claims<'a> = (&'a str, &'a str, &'a str);

/// Tokens as good as the workload's own, but for one thing each.
fn strangers<'a>((issuer, subject, audience): Claims<'a>, team: &'a str) -> [(&'static str, Claims<'a>); 4] {
    [
        (
            "another repository is refused",
            (issuer, "repo:stranger/api:ref:refs/heads/main", audience),
        ),
        (
            "another branch is refused",
            (issuer, "repo:acme/api:ref:refs/heads/feature", audience),
        ),
        (
            "a token for another audience is refused",
            (issuer, subject, "https://api.example.com"),
        ),
        (
            "another issuer with the same subject is refused",
            (team, subject, audience),
        ),
    ]
}

/// Gets a token and uses it.
async fn asks(
    tale: &dyn Tale,
    visitor: &Visitor<'_>,
    (issuer, subject, audience): Claims<'_>,
) -> Result<Answer, DemoError> {
    let token = visitor.token(issuer, subject, audience).await?;
    Ok(Answer {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        audience: audience.to_owned(),
        used: tale.uses(visitor, &token).await?,
    })
}

fn nothing_is_left(
    story: &mut Story,
    tale: &dyn Tale,
    before: Option<&[String]>,
    after: Option<Vec<String>>,
) {
    let left: Option<Vec<String>> = before.zip(after).map(|(before, after)| {
        let new = after.into_iter().filter(|name| !before.contains(name));
        new.collect()
    });
    let notes = match &left {
        None => vec![("left", "what is left is not known".to_owned())],
        Some(left) if left.is_empty() => Notes::new(),
        Some(left) => vec![("left", left.join(", "))],
    };
    let what = format!("nothing is left: {}", tale.nothing());
    story.went(&what, notes.is_empty(), &notes);
}
