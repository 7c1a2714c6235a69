//! Why a part of an expression has no value.

/// An error of CEL, or something that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Stop {
    /// Google would stop with an error here.
    Error(Trouble),
    /// It depends on what nobody knows, or on what this program does not evaluate.
    Unknown(Trouble),
}

/// What happened, and at which byte of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Trouble {
    pub at: usize,
    pub text: String,
}

pub(super) type Answer<T> = Result<T, Stop>;

impl Stop {
    pub fn error(at: usize, text: impl Into<String>) -> Self {
        let text = text.into();
        Self::Error(Trouble { at, text })
    }

    pub fn unknown(at: usize, text: impl Into<String>) -> Self {
        let text = text.into();
        Self::Unknown(Trouble { at, text })
    }

    pub fn trouble(&self) -> &Trouble {
        match self {
            Self::Error(trouble) | Self::Unknown(trouble) => trouble,
        }
    }

    /// What is left of two that would both have been needed by `&&` or `||`: an unknown may yet decide, an error cannot.
    pub fn prefer_unknown(self, other: Option<Self>) -> Self {
        match (&self, other) {
            (Self::Error(_), Some(other @ Self::Unknown(_))) => other,
            _ => self,
        }
    }
}
