//! Projects, what stands above them, and the buckets in them.

use std::collections::BTreeMap;

/// The folder in which all projects are.
pub const FOLDER: &str = "folders/500000000001";
/// The organization in which the folder is.
pub const ORGANIZATION: &str = "organizations/600000000001";

/// A project by its two names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub id: String,
    pub number: String,
}

impl Project {
    /// Its name in answers, and the key of its policy.
    pub fn name(&self) -> String {
        format!("projects/{}", self.number)
    }

    pub fn is_called(&self, id_or_number: &str) -> bool {
        self.id == id_or_number || self.number == id_or_number
    }
}

/// A bucket of Cloud Storage.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// The number of its project.
    pub project: String,
    /// Content by name.
    pub objects: BTreeMap<String, Vec<u8>>,
}
