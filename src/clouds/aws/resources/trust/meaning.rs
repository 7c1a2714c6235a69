//! What a configuration means in one account: the trust policy, the providers it needs, what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use super::implied::{Basis, Implied, Knowledge};
use super::model::TrustModel;
use super::rights::Rights;
use super::signing::lint_with;
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::dialect::condition_keys::is_built_in;
use crate::clouds::aws::dialect::limits::{self, Loopback, TrustPolicyLength};
use crate::clouds::aws::dialect::{
    AccountId, AwsTrust, Partition, PolicyDocument, ProviderArn, Statement, render, shared_issuer_gate,
};
use crate::clouds::guardrail::to_model;
use crate::clouds::trust_arguments::{FindingModel, Reading, Signed, Signer, path_of, platforms, signers};
use crate::framework::{Attr, Diagnostics, Path, StringSet};
use crate::lint::sorted;
use crate::platforms::Azp;
use crate::trust::{Audience, Finding, IssuerUrl, Terms, Trust};

/// Where the role lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    pub account: AccountId,
    pub partition: Partition,
}

/// One provider that the trust needs.
#[derive(Clone, Debug)]
pub struct Need {
    /// `None`: an issuer that is built into AWS and has no provider.
    pub arn: Option<ProviderArn>,
    pub issuer: IssuerUrl,
    /// What the trust accepts.
    pub audiences: BTreeSet<Audience>,
    /// What the provider has to hold for that: the audiences, or the values of `azp` where tokens always carry it.
    pub client_ids: BTreeSet<Audience>,
    /// The issuer of the top arguments, which `oidc_provider` speaks of.
    pub is_top: bool,
}

/// A configuration understood.
#[derive(Clone, Debug)]
pub struct Meaning {
    pub policy: PolicyDocument,
    /// The policy as it is sent and shown.
    pub json: String,
    pub providers: Vec<Need>,
    pub platform: String,
    pub audience: String,
    pub accepted_audiences: BTreeSet<String>,
    /// Sorted, acceptance not yet marked.
    pub findings: Vec<Finding>,
    /// Whether what is not known yet of the role may add a finding.
    pub findings_are_open: bool,
    /// What was decided by what is known of the issuers.
    pub implied: Implied,
    /// A platform that is written cannot be told any more: its findings are those of an issuer nobody described.
    pub forgotten: bool,
    signers: Vec<(IssuerUrl, Signer)>,
    rights: Rights,
}

/// What can be said of a configuration.
pub enum Understanding {
    /// Something is not known yet.
    Unknown,
    /// Refused, the diagnostics say why.
    Refused,
    Known(Box<Meaning>),
}

/// What a configuration asks for, before AWS has its say.
struct Asked {
    aws: AwsTrust,
    signed: Signed,
    implied: Implied,
}

impl Meaning {
    /// Understands a configuration. Everything IAM would refuse later is refused here.
    pub fn of(
        model: &TrustModel,
        home: &Home,
        knowledge: Knowledge<'_>,
        allow_loopback: bool,
        diagnostics: &mut Diagnostics,
    ) -> Understanding {
        let asked = match ask(model, home, knowledge, diagnostics) {
            None => return Understanding::Unknown,
            Some(Err(())) => return Understanding::Refused,
            Some(Ok(asked)) => asked,
        };
        if !usable(&asked.aws.trust, allow_loopback, diagnostics) {
            return Understanding::Refused;
        }
        let policy = match render(&asked.aws) {
            Ok(policy) => policy,
            Err(error) => {
                let path = argument_path(model, error.branch, &error.argument);
                diagnostics.error(path, "AWS cannot express this trust", error.to_string());
                return Understanding::Refused;
            }
        };
        let json = policy.to_json();
        if !storable(&policy, &json, diagnostics) {
            return Understanding::Refused;
        }
        Understanding::Known(Box::new(Self::complete(
            asked,
            policy,
            json,
            Rights::of(model, home.partition),
        )))
    }

    fn complete(asked: Asked, policy: PolicyDocument, json: String, rights: Rights) -> Self {
        let providers = needs(&asked.aws);
        let trust = &asked.aws.trust;
        let accepted_audiences: BTreeSet<String> = trust
            .terms
            .iter()
            .flat_map(|terms| terms.audiences.iter().map(ToString::to_string))
            .collect();
        let platform = asked
            .signed
            .signers
            .first()
            .map(|signer| signer.id.clone())
            .unwrap_or_default();
        let issuers = trust.terms.iter().map(|terms| terms.issuer.clone());
        let signers: Vec<_> = issuers.zip(asked.signed.signers).collect();
        let findings = judged(&policy, &signers, &rights);
        let findings_are_open = rights.are_open(&policy);
        let audience = to_ask_for(trust, asked.aws.partition);
        Self {
            policy,
            json,
            providers,
            platform,
            audience,
            accepted_audiences,
            findings,
            findings_are_open,
            implied: asked.implied,
            forgotten: asked.signed.forgotten,
            signers,
            rights,
        }
    }

    /// The provider that `oidc_provider` speaks of.
    pub fn top_provider(&self) -> Option<&ProviderArn> {
        self.providers
            .iter()
            .find(|need| need.is_top)
            .and_then(|need| need.arn.as_ref())
    }

    /// Puts what the configuration decides alone into the computed attributes. Findings are not among them: whether
    /// one is accepted is the guardrail's word.
    pub fn describe(&self, model: &mut TrustModel) {
        model.audience = Attr::from_text(&self.audience);
        model.accepted_audiences = StringSet::of(self.accepted_audiences.iter().cloned());
        model.effective_platform = Attr::from_text(&self.platform);
        model.trust_policy = Attr::from_text(&self.json);
        model.oidc_provider_arn = Attr::from_option(self.top_provider().map(ToString::to_string));
    }
}

impl Meaning {
    /// What the linter says of a policy that trusts the issuers of this trust. The trust's own was looked at already.
    pub fn lint(&self, policy: &PolicyDocument) -> Vec<Finding> {
        if *policy == self.policy {
            return self.findings.clone();
        }
        judged(policy, &self.signers, &self.rights)
    }
}

fn judged(policy: &PolicyDocument, signers: &[(IssuerUrl, Signer)], rights: &Rights) -> Vec<Finding> {
    let mut findings = lint_with(policy, signers);
    findings.extend(rights.findings(policy));
    sorted(findings)
}

/// Findings as the attribute shows them.
pub fn shown(findings: &[Finding]) -> Attr<Vec<FindingModel>> {
    Attr::Known(findings.iter().map(to_model).collect())
}

/// One provider per issuer, the top's first.
fn needs(asked: &AwsTrust) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    for terms in &asked.trust.terms {
        let client_ids = asked.client_ids(terms);
        match needs.iter_mut().find(|need| need.issuer == terms.issuer) {
            Some(need) => {
                need.audiences.extend(terms.audiences.iter().cloned());
                need.client_ids.extend(client_ids);
            }
            None => needs.push(Need {
                arn: (!is_built_in(terms.issuer.without_scheme()))
                    .then(|| ProviderArn::new(asked.partition, asked.account.clone(), &terms.issuer)),
                issuer: terms.issuer.clone(),
                audiences: terms.audiences.clone(),
                client_ids,
                is_top: needs.is_empty(),
            }),
        }
    }
    needs
}

/// `None` while something is unknown; an error is in the diagnostics.
fn ask(
    model: &TrustModel,
    home: &Home,
    knowledge: Knowledge<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Result<Asked, ()>> {
    let defaults = knowledge.audiences(model, home.partition);
    let trust = match model.arguments().read(&defaults, diagnostics) {
        Reading::Unknown => return None,
        Reading::Invalid => return Some(Err(())),
        Reading::Known(trust) => *trust,
    };
    let platforms = platforms(&model.platform, &model.also)?;
    let basis = Basis::of(&trust, platforms.iter().map(|(_, platform)| *platform));
    let accepted = |terms: &Terms| knowledge.accepts(&basis, terms);
    let Some(signed) = signers(&trust, &platforms, accepted, diagnostics) else {
        return Some(Err(()));
    };
    let azp_always: BTreeSet<IssuerUrl> = trust
        .terms
        .iter()
        .zip(&signed.signers)
        .filter(|(terms, signer)| {
            let decided = knowledge.azp_always(&basis, terms);
            decided.unwrap_or(signer.azp == Azp::Always)
        })
        .map(|(terms, _)| terms.issuer.clone())
        .collect();
    let implied = Implied::settled(model, &trust, &basis, &azp_always);
    let aws = match aws_trust(model, trust, azp_always, home)? {
        Ok(aws) => aws,
        Err(reason) => {
            diagnostics.error(Path::of("additional_statements"), "Invalid statements", reason);
            return Some(Err(()));
        }
    };
    Some(Ok(Asked { aws, signed, implied }))
}

/// `None` while something is unknown.
fn aws_trust(
    model: &TrustModel,
    trust: Trust,
    azp_always: BTreeSet<IssuerUrl>,
    home: &Home,
) -> Option<Result<AwsTrust, String>> {
    let session_tag_keys = model.session_tag_keys.strings()?;
    let flag = |attr: &Attr<bool>| attr.settled().map(|value| value.copied().unwrap_or_default());
    let (source_identity, require_authorized_role) = (
        flag(&model.source_identity)?,
        flag(&model.require_authorized_role)?,
    );
    let statements = match model.additional_statements.settled()? {
        None => Ok(Vec::new()),
        Some(text) => Statement::parse_list(text).map_err(|e| e.to_string()),
    };
    Some(statements.map(|additional_statements| AwsTrust {
        trust,
        partition: home.partition,
        account: home.account.clone(),
        azp_always,
        session_tag_keys,
        source_identity,
        require_authorized_role,
        additional_statements,
    }))
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

fn usable(trust: &Trust, allow_loopback: bool, diagnostics: &mut Diagnostics) -> bool {
    let mut fine = true;
    for terms in &trust.terms {
        let loopback = if allow_loopback {
            Loopback::Allowed
        } else {
            Loopback::Refused
        };
        match limits::issuer(&terms.issuer, loopback) {
            Ok(warnings) => {
                for warning in warnings {
                    diagnostics.warning(Path::of("issuer"), "Unusual issuer", warning.to_string());
                }
            }
            Err(error) => {
                diagnostics.error(
                    Path::of("issuer"),
                    "AWS does not take this issuer",
                    error.to_string(),
                );
                fine = false;
            }
        }
        if let Err(error) = limits::client_ids(&terms.audiences) {
            diagnostics.error(
                Path::of("audiences"),
                "AWS does not take these audiences",
                error.to_string(),
            );
            fine = false;
        }
    }
    fine
}

fn storable(policy: &PolicyDocument, json: &str, diagnostics: &mut Diagnostics) -> bool {
    if let Err(error) = shared_issuer_gate(policy) {
        diagnostics.error(
            Path::of("subjects"),
            "IAM refuses to store this trust",
            error.to_string(),
        );
        return false;
    }
    match limits::trust_policy(json) {
        Ok((_, TrustPolicyLength::Fits)) => true,
        Ok((_, TrustPolicyLength::NeedsRaisedQuota(length))) => {
            diagnostics.warning(
                Path::of("subjects"),
                "Long trust policy",
                format!(
                    "the trust policy has {length} characters without white space; IAM takes 2048 unless the quota \
                     L-C07B4B0D of the account was raised"
                ),
            );
            true
        }
        Err(error) => {
            diagnostics.error(
                Path::of("subjects"),
                "IAM refuses this trust policy",
                error.to_string(),
            );
            false
        }
    }
}

/// The cloud's own audience when it is accepted, else the first.
fn to_ask_for(trust: &Trust, partition: Partition) -> String {
    let Some(top) = trust.terms.first() else {
        return String::new();
    };
    let own = partition.default_audience();
    if top.audiences.iter().any(|audience| audience.as_str() == own) {
        return own.to_owned();
    }
    top.audiences.first().map(ToString::to_string).unwrap_or_default()
}

/// The providers that the arguments of a state need; `None` when the arguments are not understood.
pub fn needs_of(state: &TrustModel, home: &Home, implied: &Implied) -> Option<Vec<Need>> {
    let asked = ask(state, home, Knowledge::Kept(implied), &mut Diagnostics::new())?;
    Some(needs(&asked.ok()?.aws))
}

/// Risks as written; empty while unknown.
pub fn accepted_risks(model: &TrustModel) -> BTreeMap<String, String> {
    model.accepted_risks.members().flatten().unwrap_or_default()
}

impl Configured {
    /// Marks what the configuration accepts, without a word.
    pub(super) fn accepted(&self, meaning: &Meaning, model: &TrustModel) -> Vec<Finding> {
        self.guardrail.accept(
            meaning.findings.clone(),
            &accepted_risks(model),
            &mut Diagnostics::new(),
        )
    }
}
