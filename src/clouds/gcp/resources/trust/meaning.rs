//! What a configuration means in one project: the provider's settings, whom bindings name, what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use super::checks::{own_expressions, usable};
use super::implied::{Implied, basis};
use super::model::TrustModel;
use super::ownership::{Bind, Ownership};
use super::principals::principals;
use crate::clouds::gcp::dialect::{
    GcpTrust, PoolName, PoolUse, Principal, ProviderName, ProviderSettings, TRUST_ATTRIBUTE, default_mapping,
    render, trust_binding, trust_expression,
};
use crate::clouds::guardrail::to_model;
use crate::clouds::trust_arguments::{FindingModel, Reading, Signer, path_of, platforms, signers};
use crate::framework::{Attr, Diagnostics, Path, StringMap, StringSet};
use crate::lint::IssuerFacts;
use crate::trust::{Audience, ClaimKind, ClaimName, Finding, IssuerUrl, Trust};

/// A configuration understood.
#[derive(Clone, Debug)]
pub struct Meaning {
    pub name: ProviderName,
    pub issuer: IssuerUrl,
    /// What the provider has to be set to; empty audiences are the default ones.
    pub settings: ProviderSettings,
    /// Empty: discovery.
    pub jwks_json: String,
    /// Empty: the usual place.
    pub discovery_uri: String,
    pub platform: String,
    pub audience: String,
    pub accepted_audiences: BTreeSet<String>,
    /// Whom bindings name.
    pub principals: BTreeSet<Principal>,
    /// Sorted, acceptance not yet marked.
    pub findings: Vec<Finding>,
    /// What was decided by what is known of the platform.
    pub implied: Implied,
    /// A platform that is written cannot be told any more.
    pub forgotten: bool,
    pub signer: Signer,
}

/// What can be said of a configuration.
pub enum Understanding {
    /// Something is not known yet.
    Unknown,
    /// Refused, the diagnostics say why.
    Refused,
    Known(Box<Meaning>),
}

/// What a configuration asks for.
pub struct Asked {
    pub trust: Trust,
    pub signer: Signer,
    pub forgotten: bool,
    pub pool_use: PoolUse,
    pub attribute_condition: Option<String>,
    pub own_mapping: Option<BTreeMap<String, String>>,
    pub jwks_json: String,
    pub discovery_uri: String,
    pub bind: Bind,
}

impl Meaning {
    /// Understands a configuration. Everything Google would refuse later is refused here.
    pub fn of(
        model: &TrustModel,
        project_number: &str,
        implied: &Implied,
        allow_loopback: bool,
        diagnostics: &mut Diagnostics,
    ) -> Understanding {
        let Some(name) = name(model, project_number) else {
            return Understanding::Unknown;
        };
        let asked = match ask(model, &name, implied, diagnostics) {
            None => return Understanding::Unknown,
            Some(Err(())) => return Understanding::Refused,
            Some(Ok(asked)) => asked,
        };
        let meaning = complete(model, name, asked, implied, allow_loopback, diagnostics);
        match meaning {
            Some(meaning) if !diagnostics.has_errors() => Understanding::Known(Box::new(meaning)),
            _ => Understanding::Refused,
        }
    }

    /// Puts what the configuration decides alone into the computed attributes, but for the findings.
    pub fn describe(&self, model: &mut TrustModel) {
        model.audience = Attr::from_text(&self.audience);
        model.accepted_audiences = StringSet::of(self.accepted_audiences.iter().cloned());
        model.effective_platform = Attr::from_text(&self.platform);
        model.pool_name = Attr::from_text(self.name.pool().to_string());
        model.provider_name = Attr::from_text(self.name.to_string());
        model.project_number = Attr::from_text(self.name.pool().project());
        model.principal_set = Attr::from_text(trust_binding(&self.name).to_string());
        model.principals = StringSet::of(self.principals.iter().map(ToString::to_string));
        model.effective_attribute_mapping = mapping(&self.settings.attribute_mapping);
        model.effective_attribute_condition = Attr::from_text(&self.settings.attribute_condition);
    }

    /// Whom Google is told to trust: the issuer, and its keys where they are written by hand.
    pub fn trusted(&self) -> (&IssuerUrl, &str) {
        (&self.issuer, &self.jwks_json)
    }

    /// What the linter says of a provider with these settings.
    pub fn lint(&self, settings: &ProviderSettings) -> Vec<Finding> {
        lint(settings, &self.principals, &self.signer)
    }

    /// What is known of the issuer, given without its scheme.
    pub fn facts(&self, url: &str) -> IssuerFacts {
        facts(&self.signer, &self.settings.issuer_uri, url)
    }
}

/// A mapping as an attribute shows it.
pub fn mapping(members: &BTreeMap<String, String>) -> StringMap {
    Attr::Known(
        members
            .iter()
            .map(|(key, text)| (key.clone(), Attr::from_text(text)))
            .collect(),
    )
}

/// Findings as the attribute shows them.
pub fn shown(findings: &[Finding]) -> Attr<Vec<FindingModel>> {
    Attr::Known(findings.iter().map(to_model).collect())
}

/// Risks as written; empty while unknown.
pub fn accepted_risks(model: &TrustModel) -> BTreeMap<String, String> {
    model.accepted_risks.members().flatten().unwrap_or_default()
}

/// The provider that is meant; `None` while an id is unknown.
pub fn name(model: &TrustModel, project_number: &str) -> Option<ProviderName> {
    let (pool, provider) = (model.pool_id()?, model.provider_id()?);
    let pool = PoolName::new(project_number, pool);
    Some(ProviderName::new(pool, provider))
}

/// Whose the pool is; `None` while unknown.
pub fn ownership(model: &TrustModel) -> Option<Ownership> {
    let written = model.pool.known()?.ownership.settled()?;
    Some(
        written
            .and_then(|text| Ownership::parse(text).ok())
            .unwrap_or_default(),
    )
}

/// `None` while something is unknown; an error is in the diagnostics.
fn ask(
    model: &TrustModel,
    name: &ProviderName,
    implied: &Implied,
    diagnostics: &mut Diagnostics,
) -> Option<Result<Asked, ()>> {
    let defaults = default_audiences(name);
    let trust = match model.arguments().read(&defaults, diagnostics) {
        Reading::Unknown => return None,
        Reading::Invalid => return Some(Err(())),
        Reading::Known(trust) => *trust,
    };
    let written = platforms(&model.platform, &model.also)?;
    let pool_use = match ownership(model)? {
        Ownership::Exclusive => PoolUse::Exclusive,
        Ownership::Shared | Ownership::External => PoolUse::Shared,
    };
    let bind = model
        .bind
        .settled()?
        .and_then(|text| Bind::parse(text).ok())
        .unwrap_or_default();
    let own_mapping = model.attribute_mapping.members()?;
    let text = |attr: &Attr<String>| attr.settled().map(|text| text.cloned());
    let (attribute_condition, jwks_json, discovery_uri) = (
        text(&model.attribute_condition)?,
        text(&model.jwks_json)?,
        text(&model.discovery_uri)?,
    );
    let was_accepted = implied.is_of(&basis(model, pool_use, &trust));
    let Some(signed) = signers(&trust, &written, |_| was_accepted, diagnostics) else {
        return Some(Err(()));
    };
    let signer = one_signer(signed.signers)?;
    Some(Ok(Asked {
        trust,
        signer,
        forgotten: signed.forgotten,
        pool_use,
        attribute_condition,
        own_mapping,
        jwks_json: jwks_json.unwrap_or_default(),
        discovery_uri: discovery_uri.unwrap_or_default(),
        bind,
    }))
}

/// A provider has one issuer; the platforms that branches name are united, the strictest tenancy wins.
fn one_signer(signers: Vec<Signer>) -> Option<Signer> {
    let mut all = signers.into_iter();
    let mut first = all.next()?;
    for other in all {
        first.tenancy = first.tenancy.max(other.tenancy);
        for platform in other.platforms {
            if !first.platforms.iter().any(|known| known.id == platform.id) {
                first.platforms.push(platform);
            }
        }
    }
    Some(first)
}

/// What Google takes when a provider names no audience.
pub fn default_audiences(name: &ProviderName) -> BTreeSet<Audience> {
    name.default_audiences()
        .iter()
        .filter_map(|text| Audience::parse(text).ok())
        .collect()
}

fn complete(
    model: &TrustModel,
    name: ProviderName,
    asked: Asked,
    implied: &Implied,
    allow_loopback: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Meaning> {
    let issuer = asked.trust.terms.first()?.issuer.clone();
    let basis = basis(model, asked.pool_use, &asked.trust);
    let tested: BTreeSet<ClaimName> = asked
        .trust
        .terms
        .iter()
        .flat_map(|terms| terms.claim_names().into_iter().cloned())
        .collect();
    let decided = match implied.is_of(&basis) {
        true => implied.clone(),
        false => Implied::new(basis, &asked.signer.platforms, &tested),
    };
    let trust = GcpTrust {
        kinds: kinds(&tested, &decided),
        trust: asked.trust.clone(),
        attribute_condition: asked.attribute_condition.clone(),
    };
    let rendered = match render(&trust) {
        Ok(rendered) => rendered,
        Err(error) => {
            let path = argument_path(model, error.branch, &error.argument);
            diagnostics.error(path, "Google Cloud cannot express this trust", error.to_string());
            return None;
        }
    };
    let attribute_mapping = effective_mapping(&name, &asked, &decided, diagnostics)?;
    let accepted_audiences: BTreeSet<String> = rendered
        .allowed_audiences
        .iter()
        .map(ToString::to_string)
        .collect();
    let is_default = rendered.allowed_audiences == default_audiences(&name);
    let settings = ProviderSettings {
        name: name.to_string(),
        issuer_uri: issuer.to_string(),
        allowed_audiences: if is_default {
            BTreeSet::new()
        } else {
            accepted_audiences.clone()
        },
        attribute_mapping,
        attribute_condition: rendered.attribute_condition,
        // an open trust is one too while it is switched off
        disabled: None,
    };
    usable(&asked, &issuer, &settings, allow_loopback, diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    let principals = principals(&name, &asked, &settings, diagnostics)?;
    let findings = lint(&settings, &principals, &asked.signer);
    own_expressions(&asked, (&name, &settings, &principals), &findings, diagnostics);
    Some(Meaning {
        audience: to_ask_for(&asked.trust, &name),
        name,
        issuer,
        settings,
        jwks_json: asked.jwks_json,
        discovery_uri: asked.discovery_uri,
        platform: asked.signer.id.clone(),
        accepted_audiences,
        principals,
        findings,
        implied: decided,
        forgotten: asked.forgotten,
        signer: asked.signer,
    })
}

fn kinds(tested: &BTreeSet<ClaimName>, implied: &Implied) -> BTreeMap<ClaimName, ClaimKind> {
    tested
        .iter()
        .filter_map(|name| Some((name.clone(), implied.kind(name)?)))
        .collect()
}

/// The mapping that is written, or the platform's; always with the constant that bindings name.
fn effective_mapping(
    name: &ProviderName,
    asked: &Asked,
    implied: &Implied,
    diagnostics: &mut Diagnostics,
) -> Option<BTreeMap<String, String>> {
    let Some(own) = &asked.own_mapping else {
        return Some(default_mapping(name.id(), asked.pool_use, &implied.claims()));
    };
    let at = Path::of("attribute_mapping");
    if asked.pool_use == PoolUse::Shared {
        diagnostics.error(
            at,
            "Mapping in a pool of several",
            "expected no `attribute_mapping` in a pool that is not this trust's alone: what it maps would be mixed up with what \
             other providers map. Leave it out, or give the trust a pool of its own (`pool.ownership = \"exclusive\"`).",
        );
        return None;
    }
    let key = format!("attribute.{TRUST_ATTRIBUTE}");
    let constant = trust_expression(name.id());
    if own.get(&key).is_some_and(|written| *written != constant) {
        diagnostics.error(
            at.key(key.clone()),
            "Attribute is reserved",
            format!("expected `{constant}` or nothing as `{key}`, by which bindings know the tokens of this trust; leave it out"),
        );
        return None;
    }
    let mut mapping = own.clone();
    mapping.insert(key, constant);
    Some(mapping)
}

/// The argument of a branch: the top's own, or one of `also`.
fn argument_path(model: &TrustModel, branch: usize, argument: &str) -> Path {
    let key = branch
        .checked_sub(1)
        .and_then(|at| model.also.known()?.keys().nth(at));
    match key {
        Some(key) => path_of(&format!("also[\"{key}\"].{argument}")),
        None => path_of(argument),
    }
}

/// Google's own audience when it is accepted, else the first.
fn to_ask_for(trust: &Trust, name: &ProviderName) -> String {
    let [own, _] = name.default_audiences();
    let Some(top) = trust.terms.first() else {
        return own;
    };
    if top.audiences.iter().any(|audience| audience.as_str() == own) {
        return own;
    }
    top.audiences.first().map(ToString::to_string).unwrap_or(own)
}

pub fn lint(settings: &ProviderSettings, principals: &BTreeSet<Principal>, signer: &Signer) -> Vec<Finding> {
    let bindings: Vec<Principal> = principals.iter().cloned().collect();
    let issuer = settings.issuer_uri.clone();
    let facts = |url: &str| facts(signer, &issuer, url);
    crate::clouds::gcp::dialect::lint(settings, &bindings, &facts)
}

fn facts(signer: &Signer, issuer: &str, url: &str) -> IssuerFacts {
    match issuer.strip_prefix("https://").unwrap_or(issuer) == url {
        true => signer.facts(url),
        false => IssuerFacts::of(url),
    }
}
