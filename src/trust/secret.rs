//! A value that must not be seen.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

/// A secret: no `Display`, a redacted `Debug`, no serialisation, one way out ([`Secret::expose`]), erased on drop.
#[derive(Clone)]
pub struct Secret<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    // SECURITY: whoever calls this answers for where the value goes; never into a log, an error or a plan.
    /// The value itself.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(
            format!("{secret:?} {:?}", Some(&secret)),
            "<secret> Some(<secret>)"
        );
        assert_eq!(secret.expose(), "hunter2");
    }
}
