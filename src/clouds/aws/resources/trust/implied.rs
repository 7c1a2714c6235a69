//! What the catalogue implied when the trust was made. It stays until the user changes what it follows from, so that a
//! newer catalogue changes no trust that nobody touched; only findings are judged by newest knowledge.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::model::TrustModel;
use crate::clouds::aws::dialect::Partition;
use crate::clouds::aws::sharing::fingerprint;
use crate::framework::Attr;
use crate::trust::{Audience, ClaimName, IssuerUrl, Terms, Trust};

/// The record, in the private state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Implied {
    /// What `audiences` stood for while they were not written. Follows from issuer and platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<Decision<String>>,
    /// By issuer: whether its tokens always carry `azp`. Follows from platform, audiences and claims.
    azp_always: BTreeMap<String, Decision<bool>>,
}

/// A decision, and a fingerprint of what it follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Decision<T> {
    of: String,
    is: T,
}

/// What decides where the arguments say nothing.
#[derive(Clone, Copy, Debug)]
pub enum Knowledge<'a> {
    /// The record where it fits the arguments, else the catalogue.
    Kept(&'a Implied),
    /// The catalogue alone.
    Catalogue,
    /// The issuers whose tokens always carry `azp`, as a trust policy shows that was made with other knowledge.
    Shown(&'a BTreeSet<IssuerUrl>),
    /// Whatever makes the arguments valid: before the record can be looked at.
    Any,
}

/// The arguments from which decisions about issuers follow, as fingerprints.
pub struct Basis(BTreeMap<IssuerUrl, String>);

impl Basis {
    /// `platforms`: as written for each branch, in the order of the terms.
    pub fn of<'a>(trust: &Trust, platforms: impl Iterator<Item = Option<&'a str>>) -> Self {
        let mut branches: BTreeMap<IssuerUrl, BTreeSet<String>> = BTreeMap::new();
        for (terms, platform) in trust.terms.iter().zip(platforms) {
            let of_issuer = branches.entry(terms.issuer.clone()).or_default();
            of_issuer.insert(branch(terms, platform));
        }
        let together = |texts: BTreeSet<String>| {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            fingerprint(&texts)
        };
        Self(
            branches
                .into_iter()
                .map(|(issuer, texts)| (issuer, together(texts)))
                .collect(),
        )
    }
}

impl Knowledge<'_> {
    /// What `audiences` stand for while they are not written.
    pub fn audiences(self, model: &TrustModel, partition: Partition) -> BTreeSet<Audience> {
        let kept = match self {
            Self::Kept(implied) => implied.audience.as_ref(),
            Self::Catalogue | Self::Shown(_) | Self::Any => None,
        };
        let kept = kept.filter(|decision| decision.of == top(model));
        let text = kept.map_or(partition.default_audience(), |decision| decision.is.as_str());
        Audience::parse(text).into_iter().collect()
    }

    /// Whether the tokens of a branch's issuer always carry `azp`. `None`: ask the catalogue.
    pub fn azp_always(self, basis: &Basis, terms: &Terms) -> Option<bool> {
        match self {
            Self::Kept(implied) => implied.decided(basis, &terms.issuer),
            Self::Catalogue => None,
            Self::Shown(always) => Some(always.contains(&terms.issuer)),
            Self::Any => Some(terms.claim_names().into_iter().any(is_azp)),
        }
    }

    /// Whether a branch was accepted before, so that what the catalogue says now is no reason to refuse it.
    pub fn accepts(self, basis: &Basis, terms: &Terms) -> bool {
        match self {
            Self::Kept(implied) => implied.decided(basis, &terms.issuer).is_some(),
            Self::Catalogue => false,
            Self::Shown(_) | Self::Any => true,
        }
    }
}

impl Implied {
    /// Writes down what was decided for these arguments.
    pub fn settled(
        model: &TrustModel,
        trust: &Trust,
        basis: &Basis,
        azp_always: &BTreeSet<IssuerUrl>,
    ) -> Self {
        let audience = trust
            .terms
            .first()
            .filter(|_| model.audiences.is_null())
            .and_then(|terms| terms.audiences.first())
            .map(|audience| Decision {
                of: top(model),
                is: audience.to_string(),
            });
        let of_issuer = |(issuer, of): (&IssuerUrl, &String)| {
            let decision = Decision {
                of: of.clone(),
                is: azp_always.contains(issuer),
            };
            (issuer.to_string(), decision)
        };
        Self {
            audience,
            azp_always: basis.0.iter().map(of_issuer).collect(),
        }
    }

    fn decided(&self, basis: &Basis, issuer: &IssuerUrl) -> Option<bool> {
        let decision = self.azp_always.get(issuer.as_str())?;
        (basis.0.get(issuer) == Some(&decision.of)).then_some(decision.is)
    }
}

/// Every part begins with what it is, so that no two lists of parts read the same.
fn branch(terms: &Terms, platform: Option<&str>) -> String {
    let mut parts = Vec::new();
    if let Some(platform) = platform {
        parts.extend(["platform", platform]);
    }
    for audience in &terms.audiences {
        parts.extend(["audience", audience.as_str()]);
    }
    for (name, values) in &terms.claims {
        for value in values {
            parts.extend(["claim", name.as_str(), value]);
        }
    }
    for (name, patterns) in &terms.claim_patterns {
        for pattern in patterns {
            parts.extend(["claim pattern", name.as_str(), pattern.as_str()]);
        }
    }
    fingerprint(&parts)
}

fn top(model: &TrustModel) -> String {
    let text = |attr: &Attr<String>| attr.text().unwrap_or_default().to_owned();
    fingerprint(&[&text(&model.issuer), &text(&model.platform)])
}

fn is_azp(name: &ClaimName) -> bool {
    name.as_str() == "azp"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clouds::aws::dialect::AccountId;
    use crate::clouds::aws::resources::trust::{Home, Meaning, Understanding};
    use crate::framework::{Diagnostics, StringSet, StringSetMap};

    /// Its tokens always carry `azp`, as the catalogue knows today.
    const ISSUER: &str = "https://login.app.env0.com/";

    fn model() -> TrustModel {
        TrustModel {
            issuer: Attr::from_text(ISSUER),
            subjects: StringSet::of(["auth0|1"]),
            ..TrustModel::default()
        }
    }

    fn claims(name: &str) -> StringSetMap {
        Attr::Known([(name.to_owned(), StringSet::of(["client"]))].into())
    }

    fn home() -> Home {
        Home {
            account: AccountId::parse("111122223333").unwrap(),
            partition: Partition::Aws,
        }
    }

    fn meaning(model: &TrustModel, knowledge: Knowledge<'_>) -> Result<Meaning, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        match Meaning::of(model, &home(), knowledge, false, &mut diagnostics) {
            Understanding::Known(meaning) => Ok(*meaning),
            _ => Err(diagnostics),
        }
    }

    /// The record of a release whose catalogue did not know that.
    fn older() -> Implied {
        meaning(&model(), Knowledge::Any).unwrap().implied
    }

    #[test]
    fn a_newer_catalogue_changes_nothing_that_nobody_touched() {
        let refused = meaning(&model(), Knowledge::Catalogue).unwrap_err();
        assert!(
            refused.iter().any(|one| one.path.to_string() == "claims"),
            "{refused:?}"
        );
        let kept = meaning(&model(), Knowledge::Kept(&older())).unwrap();
        assert!(kept.json.contains("login.app.env0.com/:aud"), "{}", kept.json);
        assert!(!kept.json.contains(":oaud"), "{}", kept.json);
        assert_eq!(kept.implied, older(), "and stays written down");
        // what is no reason to decide anew
        let unrelated = [
            TrustModel {
                subjects: StringSet::of(["auth0|2"]),
                ..model()
            },
            TrustModel {
                audiences: StringSet::of(["sts.amazonaws.com"]),
                ..model()
            },
            TrustModel {
                source_identity: Attr::Known(true),
                ..model()
            },
        ];
        for model in unrelated {
            assert!(meaning(&model, Knowledge::Kept(&older())).is_ok(), "{model:?}");
        }
    }

    #[test]
    fn what_it_follows_from_decides_anew() {
        let changed = [
            TrustModel {
                platform: Attr::from_text("env0"),
                ..model()
            },
            TrustModel {
                audiences: StringSet::of(["other.example"]),
                ..model()
            },
        ];
        for model in changed {
            assert!(meaning(&model, Knowledge::Kept(&older())).is_err(), "{model:?}");
        }
        let with_client = TrustModel {
            claims: claims("azp"),
            ..model()
        };
        let anew = meaning(&with_client, Knowledge::Kept(&older())).unwrap();
        assert!(anew.json.contains("login.app.env0.com/:oaud"), "{}", anew.json);
        // Another issuer is another decision, and does not touch the first.
        let other = TrustModel {
            issuer: Attr::from_text("https://issuer.example"),
            ..model()
        };
        let implied = meaning(&other, Knowledge::Kept(&older())).unwrap().implied;
        assert!(meaning(&model(), Knowledge::Kept(&implied)).is_err());
    }

    #[test]
    fn the_audience_that_null_stood_for_stays() {
        let mut implied = older();
        implied.audience.as_mut().unwrap().is = "older.example".to_owned();
        let basis = |model: &TrustModel| {
            let audiences = Knowledge::Kept(&implied).audiences(model, Partition::Aws);
            audiences.first().map(ToString::to_string)
        };
        assert_eq!(basis(&model()).as_deref(), Some("older.example"));
        for model in [
            TrustModel {
                issuer: Attr::from_text("https://issuer.example"),
                ..model()
            },
            TrustModel {
                platform: Attr::from_text("env0"),
                ..model()
            },
        ] {
            assert_eq!(basis(&model).as_deref(), Some("sts.amazonaws.com"));
        }
        let written = TrustModel {
            audiences: StringSet::of(["own.example"]),
            ..model()
        };
        let implied = meaning(&written, Knowledge::Any).unwrap().implied;
        assert_eq!(implied.audience, None, "nothing was implied");
    }

    #[test]
    fn a_platform_that_was_accepted_is_no_error_later() {
        let declared = TrustModel {
            issuer: Attr::from_text("https://gitlab.com/private"),
            platform: Attr::from_text("kubernetes"),
            ..model()
        };
        assert!(meaning(&declared, Knowledge::Catalogue).is_err());
        let before = meaning(&declared, Knowledge::Any).unwrap();
        let mut diagnostics = Diagnostics::new();
        let knowledge = Knowledge::Kept(&before.implied);
        let Understanding::Known(after) = Meaning::of(&declared, &home(), knowledge, false, &mut diagnostics)
        else {
            panic!("{diagnostics:?}")
        };
        assert_eq!(after.json, before.json);
        assert!(
            diagnostics.iter().any(|one| one.path.to_string() == "platform"),
            "{diagnostics:?}"
        );
        assert!(!diagnostics.has_errors());
    }
}
