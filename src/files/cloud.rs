//! What reading files has to know of a cloud: one line each in the list of clouds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::decide::Asked;
use super::found::Unknown;
use super::terraform::{Belongs, Resource};
use super::{aws, azure, gcp};
use crate::lint::{IssuerFacts, Rule};
use crate::trust::{Claims, Decision, DocumentError, Finding};

/// What is known of an issuer, given without its scheme.
pub type Facts<'a> = dyn Fn(&str) -> IssuerFacts + 'a;

/// The beginning of a pointer to what stands beside a document.
pub const BESIDE: &str = "..";

/// Judges a document.
pub type Linter = fn(&Value, &Facts<'_>) -> Result<Vec<Finding>, DocumentError>;

/// A cloud, as far as its documents go.
#[derive(Debug)]
pub struct Cloud {
    pub id: &'static str,
    /// What its documents are called.
    pub documents: &'static str,
    /// The member of a test case that has a document of it.
    pub member: &'static str,
    /// Members of a test case that say what the document does not.
    pub besides: &'static [&'static str],
    /// Whether it is known to forgive clocks that are off by five minutes.
    pub forgives: bool,
    /// Whether a document looks like one of its own.
    pub recognises: fn(&Value) -> bool,
    /// Whether a document is about tokens at all: of all roles of an account most are not.
    pub concerns: fn(&Value) -> bool,
    /// What a document is called in itself.
    pub name: fn(&Value) -> Option<String>,
    /// What a document is judged together with, where several are of one thing: the name of that.
    pub group: fn(&Value) -> Option<String>,
    /// Several documents of one thing as one, which its linter reads; with those whom policies beside them mean, as they are
    /// written there.
    pub in_one: fn(Vec<Value>, &BTreeSet<String>) -> Value,
    /// What its linter finds; `None`: it has none yet.
    pub lint: Option<Linter>,
    /// Whether it would accept a token, which is taken to be signed and in time. Pointers of errors are those of
    /// the document, or begin with [`BESIDE`] and go on with a member of the case.
    pub decide: fn(&Value, &Asked<'_>) -> Result<Decision, DocumentError>,
    /// Whom a change of a document lets in; without a first one, whom the second does.
    pub change: fn(Option<&Value>, &Value, &Facts<'_>) -> Result<Change, DocumentError>,
    /// Rules of its own.
    pub rules: fn() -> Vec<&'static Rule>,
    /// The trust in a resource of Terraform, if it is of a type that has one.
    pub terraform: fn(&Resource<'_>) -> Option<Draft>,
}

/// Every cloud. A new one is a file beside this one and a line here.
pub static CLOUDS: [&Cloud; 3] = [&aws::CLOUD, &gcp::CLOUD, &azure::CLOUD];

/// What a change of a trust does.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Certainly, or as far as tokens were tried, nobody is newly admitted.
    Nobody,
    /// This token was refused before and is accepted now.
    Admits(Claims),
    /// Why it cannot be told.
    CannotTell(String),
}

/// A trust on its way out of a larger document.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Where the document of the trust stands below what it was taken from.
    pub pointer: String,
    /// See [`super::Found::wrapping`].
    pub wrapping: Option<&'static str>,
    pub document: Option<Value>,
    pub unknowns: Vec<Unknown>,
    pub notes: Vec<String>,
    pub accepted_risks: BTreeMap<String, String>,
    pub platforms: Vec<(String, String)>,
    /// What the resource hangs on together with others, where it does.
    pub belongs: Option<Belongs>,
}
