//! What a cloud brings to the story: a trust in HCL, and a workload that uses it. A cloud is a folder beside this file and a
//! line in [`TALES`].

use std::future::Future;
use std::pin::Pin;

use crate::sandbox::Sandbox;
use crate::trust::{Secret, Step};

use super::error::DemoError;
use super::visitor::Visitor;
use super::{aws, gcp};

/// The tales in the order in which they are offered; the first is told when none is named.
pub const TALES: [&dyn Tale; 2] = [&aws::Aws, &gcp::Gcp];

/// A name and what is said of it.
pub type Notes = Vec<(&'static str, String)>;

/// What calls end with later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, DemoError>> + Send + 'a>>;

/// One cloud's part. Each trust admits [`SUBJECT`](super::SUBJECT) of the sandbox's global issuer, and nobody else.
pub trait Tale: Sync {
    /// The value of `--cloud`.
    fn cloud(&self) -> &'static str;

    /// What people call the cloud.
    fn name(&self) -> &'static str;

    /// Where the emulated cloud is.
    fn url<'a>(&self, sandbox: &'a Sandbox) -> &'a str;

    /// The trust, which is applied and shown.
    fn configuration(&self) -> &'static str;

    /// What stands around it: the provider block, `var.issuer`, outputs.
    fn setting(&self) -> &'static str;

    /// What the trust makes, by its names.
    fn makes(&self, sandbox: &Sandbox) -> Notes;

    /// What a workload asks its token for.
    fn audience(&self, sandbox: &Sandbox) -> String;

    /// Uses a token as the workload does.
    ///
    /// # Errors
    /// No answer; a refusal is an answer.
    fn uses<'a>(&'a self, visitor: &'a Visitor<'a>, token: &'a Secret<String>) -> Later<'a, Used>;

    /// The names of all that could be left behind, nothing where that is not known. What was there before the story is none
    /// of it.
    fn inventory(&self, sandbox: &Sandbox) -> Option<Vec<String>>;

    /// What [`inventory`](Tale::inventory) lists, for people: `no role, no OIDC provider`.
    fn nothing(&self) -> &'static str;

    /// What the cloud itself keeps of what was deleted, and whether it does no harm.
    ///
    /// # Errors
    /// No answer.
    fn keeps<'a>(&'a self, visitor: &'a Visitor<'a>) -> Later<'a, Option<Kept>> {
        let _ = visitor;
        Box::pin(async { Ok(None) })
    }
}

/// What the cloud made of a token.
pub struct Used {
    pub outcome: Outcome,
    /// The step that refused; only the sandbox tells, clouds do not.
    pub because: Option<Step>,
}

pub enum Outcome {
    /// As whom, and what it got.
    Accepted(Notes),
    /// Which service refused, and what it said.
    Refused {
        by: &'static str,
        code: String,
        message: String,
    },
}

/// Something that is deleted and still there.
pub struct Kept {
    /// The sentence that is true where `harmless`.
    pub what: &'static str,
    pub harmless: bool,
    pub notes: Notes,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cloud that the provider offers has a story.
    #[test]
    fn every_cloud_has_a_tale() {
        let clouds: Vec<_> = crate::clouds::all().iter().map(|cloud| cloud.id()).collect();
        assert_eq!(TALES.map(Tale::cloud).to_vec(), clouds);
    }
}
