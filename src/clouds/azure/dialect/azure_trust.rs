//! A trust as it stands on an identity of Microsoft Entra.

use super::credential::Holder;
use crate::trust::Trust;

/// Everything that the credentials of one trust are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AzureTrust {
    pub trust: Trust,
    /// What kind of identity carries the credentials; only an application can have expressions.
    pub holder: Holder,
}
