//! An argument of a trust that a cloud has no words for.

use std::fmt;

/// Which argument of which branch, and why: every cloud has its own reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsayable<R> {
    /// 0 is the top, then `also` in key order.
    pub branch: usize,
    /// The argument within the branch, for example `claims["x"]`.
    pub argument: String,
    pub reason: R,
}

impl<R> Unsayable<R> {
    /// The argument as one writes it, with the key of its `also`. `also_keys` are all keys in order.
    pub fn path<'a>(&self, also_keys: impl IntoIterator<Item = &'a str>) -> String {
        let key = self
            .branch
            .checked_sub(1)
            .and_then(|at| also_keys.into_iter().nth(at));
        match key {
            Some(key) => format!("also[\"{key}\"].{}", self.argument),
            None => self.argument.clone(),
        }
    }
}

impl<R: fmt::Display> fmt::Display for Unsayable<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.branch > 0 {
            write!(f, "also, {}. in the order of its keys: ", self.branch)?;
        }
        write!(f, "{}: {}", self.argument, self.reason)
    }
}

impl<R: fmt::Debug + fmt::Display> std::error::Error for Unsayable<R> {}
