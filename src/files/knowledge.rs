//! What is known of the issuers that trusts name: the catalogue, declared platforms, and what stands beside the trust itself.

use std::borrow::Cow;
use std::cell::RefCell;

use super::found::Found;
use crate::clouds::trust_arguments::{Doubt, Signer};
use crate::lint::IssuerFacts;
use crate::platforms::{Platform, check_declaration, infer, infer_with};
use crate::trust::IssuerUrl;

/// Who signs, beyond the catalogue.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// They add to what the catalogue says of their own issuers.
    pub declared: Vec<Platform>,
    /// Said to sign with every issuer of the trusts in hand.
    pub named: Option<Cow<'static, Platform>>,
}

/// The facts for one trust. What was asked and could not be answered is remembered.
pub(super) struct Answers<'a> {
    knowledge: &'a Knowledge,
    found: &'a Found,
    refused: RefCell<Option<String>>,
}

impl<'a> Answers<'a> {
    pub fn new(knowledge: &'a Knowledge, found: &'a Found) -> Self {
        Self {
            knowledge,
            found,
            refused: RefCell::new(None),
        }
    }

    pub fn of(&self, url: &str) -> IssuerFacts {
        let Ok(issuer) = IssuerUrl::parse(&format!("https://{url}")) else {
            return IssuerFacts::of(url);
        };
        self.ask(&issuer).unwrap_or_else(|reason| {
            self.refused.borrow_mut().get_or_insert(reason);
            IssuerFacts::unknown()
        })
    }

    /// Why a platform that was named cannot be meant.
    pub fn refused(self) -> Option<String> {
        self.refused.into_inner()
    }

    fn ask(&self, issuer: &IssuerUrl) -> Result<IssuerFacts, String> {
        let beside = self.found.platforms.iter().find(|(of, _)| of == issuer.as_str());
        if let Some((_, platform)) = beside {
            // a plan was accepted by the provider that wrote it, perhaps with an older catalogue
            let (signer, doubt) = Signer::ever_of(Some(platform), issuer);
            if let Some(Doubt::Unreadable(reason)) = doubt {
                return Err(reason);
            }
            return Ok(IssuerFacts {
                tenancy: signer.tenancy,
                platforms: signer.platforms,
            });
        }
        if let Some(named) = &self.knowledge.named {
            return of_named(named, issuer);
        }
        let declared = &self.knowledge.declared;
        if declared.is_empty() {
            return Ok(IssuerFacts::of(issuer.without_scheme()));
        }
        let inference = infer_with(issuer, declared);
        let platforms = inference.platforms.into_iter();
        Ok(IssuerFacts {
            tenancy: inference.tenancy,
            platforms: platforms.map(|platform| Cow::Owned(platform.clone())).collect(),
        })
    }
}

/// As a trust that names its platform: never looser than what the catalogue knows of the issuer.
fn of_named(named: &Platform, issuer: &IssuerUrl) -> Result<IssuerFacts, String> {
    let known = infer(issuer);
    if !known.platforms.iter().any(|platform| platform.id == named.id) {
        check_declaration(named, issuer).map_err(|error| error.to_string())?;
    }
    let tenancy = match known.platforms.is_empty() {
        true => named.tenancy,
        false => known.tenancy.max(named.tenancy),
    };
    Ok(IssuerFacts {
        tenancy,
        platforms: vec![Cow::Owned(named.clone())],
    })
}
