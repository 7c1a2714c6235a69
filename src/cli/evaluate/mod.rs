//! `oidcfed evaluate DOCUMENT`: would this token be accepted, and if not, which condition refused it. Offline.
//!
//! A cloud is a file beside this one and a line in [`JUDGES`]; what documents mean and how they decide lives with the cloud.

mod answer;
mod aws;
mod azure;
mod gcp;
mod token;

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::Value;

use crate::trust::{Claims, Decision, Verdict, document};

use super::exit::{Exit, Failure};
use super::inputs::{self, Inputs};
use super::platforms::{PlatformFiles, said_of};
use super::printer::Printer;
use token::TokenSource;

/// Say whether a cloud would accept a token, and which condition refuses it; nothing is contacted
///
/// DOCUMENT is a role or a trust policy (AWS), a workload identity pool provider (Google Cloud), or the federated identity
/// credentials of an identity (Azure), as the vendors' tools print them. The token is taken to be signed and in time.
///
/// Exits with 0 when it would be accepted, 2 when it would be refused, 1 when that cannot be told.
#[derive(Debug, Args)]
pub struct Evaluate {
    /// The JSON of the trust; `-` is stdin
    document: PathBuf,
    #[command(flatten)]
    token: TokenSource,
    /// Whose document it is; default: what it looks like
    #[arg(long, value_parser = PossibleValuesParser::new(JUDGES.map(|judge| judge.cloud)))]
    cloud: Option<String>,
    #[command(flatten)]
    platforms: PlatformFiles,
    #[command(flatten, next_help_heading = "AWS")]
    aws: aws::AwsOptions,
    #[command(flatten, next_help_heading = "Google Cloud")]
    gcp: gcp::GcpOptions,
}

/// What a cloud makes of a document and a token.
struct Judge {
    /// The value of `--cloud`.
    cloud: &'static str,
    recognises: fn(&Value) -> bool,
    /// The first option that was given and that means something to this cloud alone.
    own_option: fn(&Evaluate) -> Option<&'static str>,
    judge: fn(&Asked<'_>) -> Result<Judged, Failure>,
}

/// The question, with everything read.
struct Asked<'a> {
    /// How the document is called in messages.
    named: String,
    document: &'a Value,
    claims: &'a Claims,
    command: &'a Evaluate,
    inputs: &'a Inputs,
}

/// The answer, and what it takes for granted.
struct Judged {
    decision: Decision,
    notes: Vec<String>,
}

const JUDGES: [Judge; 3] = [aws::JUDGE, gcp::JUDGE, azure::JUDGE];

impl Evaluate {
    pub async fn run(self, printer: &Printer) -> Result<Exit, Failure> {
        let others = self.aws.provider.iter().map(PathBuf::as_path);
        let read = others.chain([self.document.as_path()]).chain(self.token.path());
        let inputs = Inputs::new(read.chain(self.platforms.paths()))?;
        let declared = self.platforms.read(&inputs)?;
        let named = inputs::name(&self.document);
        let document = document::parse(&inputs.read(&self.document)?)
            .map_err(|e| Failure::new(format!("{named}: {e}")))?;
        let judge = self.judge(&named, &document)?;
        let (claims, note) = self.token.claims(&inputs)?;
        let judged = (judge.judge)(&Asked {
            named,
            document: &document,
            claims: &claims,
            command: &self,
            inputs: &inputs,
        })?;
        let mut notes = vec![note.to_owned()];
        notes.extend(judged.notes);
        notes.extend(said_of(&claims, &declared));
        for note in &notes {
            printer.note(&format!("note: {note}"));
        }
        printer.data(&answer::as_json(&judged.decision, &notes), |_| {
            answer::as_text(&judged.decision)
        })?;
        Ok(match judged.decision.verdict {
            Verdict::Allow => Exit::Yes,
            Verdict::Deny => Exit::Denied,
            Verdict::Unknown => Exit::Failed,
        })
    }

    /// The cloud that was named, or the only one that knows such documents.
    fn judge(&self, named: &str, document: &Value) -> Result<&'static Judge, Failure> {
        let judge = match &self.cloud {
            Some(cloud) => JUDGES.iter().find(|judge| judge.cloud == cloud),
            None => {
                let mut able = JUDGES.iter().filter(|judge| (judge.recognises)(document));
                able.next().filter(|_| able.next().is_none())
            }
        };
        let Some(judge) = judge else {
            let clouds = JUDGES.map(|judge| judge.cloud).join(", ");
            let message =
                format!("{named}: expected a document of one of {clouds}, found nothing that tells which");
            return Err(Failure::usage(message).with_hint("say whose document it is with --cloud"));
        };
        let strangers = JUDGES.iter().filter(|other| other.cloud != judge.cloud);
        if let Some(option) = strangers.filter_map(|other| (other.own_option)(self)).next() {
            let message = format!(
                "`{option}` says nothing about a document of {}, which {named} is",
                judge.cloud
            );
            return Err(Failure::usage(message));
        }
        Ok(judge)
    }
}
