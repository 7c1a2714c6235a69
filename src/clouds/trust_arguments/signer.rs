//! Who signs: the platform that a trust names, or that its issuer tells.

use std::borrow::Cow;

use crate::lint::IssuerFacts;
use crate::platforms::{
    Azp, DeclaredBy, Inference, Platform, PlatformError, Tenancy, by_id, check_declaration, infer,
};
use crate::trust::IssuerUrl;

/// What is known of the platform behind an issuer.
#[derive(Clone, Debug)]
pub struct Signer {
    /// Id of the platform; `generic` when nothing is known.
    pub id: String,
    pub tenancy: Tenancy,
    pub azp: Azp,
    /// The platforms themselves, for rules that need a grammar.
    pub platforms: Vec<Cow<'static, Platform>>,
}

/// What the catalogue says today against a platform that an older one may have accepted, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Declared looser than what is known of the host: judged as strictly as the catalogue does.
    Looser(String),
    /// No platform has this id any more: judged by what the issuer tells.
    NotKnown(String),
    /// The platform file cannot be read, or not any more: judged by what the issuer tells.
    Unreadable(String),
}

impl Doubt {
    /// What was expected and found.
    pub fn into_text(self) -> String {
        match self {
            Self::Looser(text) | Self::NotKnown(text) | Self::Unreadable(text) => text,
        }
    }
}

impl Signer {
    /// The signer of an issuer. `platform` is a catalogue id, or the text of a platform file.
    ///
    /// # Errors
    /// An unknown id, a file that cannot be read, a declaration looser than what the catalogue knows of the host.
    pub fn of(platform: Option<&str>, issuer: &IssuerUrl) -> Result<Self, String> {
        match Self::ever_of(platform, issuer) {
            (signer, None) => Ok(signer),
            (_, Some(doubt)) => Err(doubt.into_text()),
        }
    }

    /// The same for a platform that may have been accepted by an older release: what is said against it now stands beside the
    /// signer.
    pub fn ever_of(platform: Option<&str>, issuer: &IssuerUrl) -> (Self, Option<Doubt>) {
        let Some(text) = platform else {
            return (Self::inferred(&infer(issuer)), None);
        };
        if let Some(known) = by_id(text.trim()) {
            let inference = infer(issuer);
            if inference.platforms.iter().any(|platform| platform.id == known.id) {
                return (Self::declared(Cow::Borrowed(known), issuer), None);
            }
            // not where the catalogue knows it: as good as a declaration, and no looser than one may be
            return Self::checked(Cow::Borrowed(known), issuer);
        }
        match Platform::ever_named(text, DeclaredBy::Configuration) {
            Ok(declared) => Self::checked(declared, issuer),
            Err(wrong) => {
                let doubt = match &wrong {
                    PlatformError::NoSuchId { .. } => Doubt::NotKnown(wrong.to_string()),
                    _ => Doubt::Unreadable(format!("the platform file cannot be used: {wrong}")),
                };
                (Self::inferred(&infer(issuer)), Some(doubt))
            }
        }
    }

    /// What rules have to know of an issuer, given without its scheme, that this signer signs with. A platform that is named
    /// says more than what the issuer's URL tells.
    pub fn facts(&self, url: &str) -> IssuerFacts {
        let facts = match self.platforms.as_slice() {
            [platform] => IssuerFacts::from(platform.clone()),
            _ => IssuerFacts::of(url),
        };
        IssuerFacts {
            tenancy: self.tenancy,
            ..facts
        }
    }

    fn checked(platform: Cow<'static, Platform>, issuer: &IssuerUrl) -> (Self, Option<Doubt>) {
        let checked = check_declaration(&platform, issuer);
        let mut signer = Self::declared(platform, issuer);
        let Err(looser) = checked else {
            return (signer, None);
        };
        if let PlatformError::Looser { known, .. } = &looser {
            signer.tenancy = signer.tenancy.max(*known);
        }
        (signer, Some(Doubt::Looser(looser.to_string())))
    }

    fn inferred(inference: &Inference<'static>) -> Self {
        Self {
            id: inference.id(),
            tenancy: inference.tenancy,
            azp: inference.azp(),
            platforms: inference.platforms.iter().copied().map(Cow::Borrowed).collect(),
        }
    }

    /// A platform that is named: never looser than what the catalogue knows of this very issuer.
    fn declared(platform: Cow<'static, Platform>, issuer: &IssuerUrl) -> Self {
        let known = infer(issuer);
        let tenancy = if known.platforms.is_empty() {
            platform.tenancy
        } else {
            known.tenancy.max(platform.tenancy)
        };
        Self {
            id: platform.id.clone(),
            tenancy,
            azp: platform.azp,
            platforms: vec![platform],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(text: &str) -> IssuerUrl {
        IssuerUrl::parse(text).unwrap()
    }

    #[test]
    fn platforms_are_inferred_named_or_declared() {
        let github = issuer("https://token.actions.githubusercontent.com");
        assert_eq!(Signer::of(None, &github).unwrap().tenancy, Tenancy::Shared);
        assert_eq!(
            Signer::of(None, &issuer("https://oidc.acme.example")).unwrap().id,
            "generic"
        );
        assert_eq!(
            Signer::of(Some("github-actions"), &github).unwrap().id,
            "github-actions"
        );
        let error = Signer::of(Some("nonsense"), &github).unwrap_err();
        assert!(error.contains("github-actions"), "{error}");
    }

    #[test]
    fn naming_a_platform_never_loosens() {
        let github = issuer("https://token.actions.githubusercontent.com");
        let error = Signer::of(Some("kubernetes"), &github).unwrap_err();
        assert!(error.contains("kubernetes"), "{error}");
        assert!(Signer::of(Some("kubernetes"), &issuer("https://gitlab.com/private")).is_err());
        let named = Signer::of(Some("github-actions"), &github).unwrap();
        assert_eq!(named.tenancy, Tenancy::Shared);
        // Accepted by a catalogue that did not know the host yet: judged by what is known now.
        for issuer in [github, issuer("https://gitlab.com/private")] {
            let (signer, looser) = Signer::ever_of(Some("kubernetes"), &issuer);
            assert_eq!((signer.tenancy, looser.is_some()), (Tenancy::Shared, true));
            let (signer, forgotten) = Signer::ever_of(Some("nonsense"), &issuer);
            let inferred = Signer::of(None, &issuer).unwrap();
            assert_eq!((&signer.id, signer.tenancy), (&inferred.id, inferred.tenancy));
            assert!(matches!(forgotten, Some(Doubt::NotKnown(_))), "{forgotten:?}");
            let (signer, refused) = Signer::ever_of(Some("tenancy = 'self-hosted'"), &issuer);
            assert_eq!((signer.id, signer.tenancy), (inferred.id, inferred.tenancy));
            assert!(matches!(refused, Some(Doubt::Unreadable(_))), "{refused:?}");
        }
    }
}
