//! `oidcfed_issuer`: what an issuer publishes, and what each cloud would refuse about it.

use async_trait::async_trait;

use crate::clouds::guardrail::to_model;
use crate::clouds::trust_arguments::FindingModel;
use crate::framework::{Attr, Attribute, Context, DataSource, Diagnostics, Nesting, Path, Schema, Type};
use crate::model;
use crate::oidc::{DiscoveryError, IssuerReport, KeyReport, dangling, inspect};
use crate::platforms::infer;
use crate::provider::settings::Settings;
use crate::trust::IssuerUrl;

/// Fetches the discovery document, the key set and the certificates of both hosts. Fails when the issuer cannot be
/// read, never because of a finding.
pub(in crate::provider) struct IssuerSource {
    settings: Settings,
}

model! {
    /// The data source as configured and answered.
    pub struct IssuerModel {
        pub url: Attr<String>,
        pub jwks_uri: Attr<String>,
        pub signing_algorithms: Attr<Vec<String>>,
        pub discovery_json: Attr<String>,
        pub keys: Attr<Vec<KeyModel>>,
        pub jwks_json: Attr<String>,
        pub certificate_chain: Attr<Vec<String>>,
        pub thumbprint: Attr<String>,
        pub thumbprints: Attr<Vec<String>>,
        pub effective_platform: Attr<String>,
        pub findings: Attr<Vec<FindingModel>>,
    }
}

model! {
    /// One key of the key set.
    pub struct KeyModel {
        pub kid: Attr<String>,
        pub kty: Attr<String>,
        pub alg: Attr<String>,
        pub r#use: Attr<String>,
        pub crv: Attr<String>,
        pub bits: Attr<i64>,
        pub thumbprint: Attr<String>,
        pub fault: Attr<String>,
    }
}

impl IssuerSource {
    pub(in crate::provider) fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

#[async_trait]
impl DataSource for IssuerSource {
    type Model = IssuerModel;

    fn type_name(&self) -> &'static str {
        "oidcfed_issuer"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "What an OpenID Connect issuer publishes: discovery document, keys, certificates, and what each cloud would \
             refuse about it. Reads the network; never fails because of a finding.",
            attributes(),
        )
    }

    async fn read(
        &self,
        context: &Context,
        config: IssuerModel,
        diagnostics: &mut Diagnostics,
    ) -> Option<IssuerModel> {
        let at = || Path::of("url");
        let issuer = IssuerUrl::parse(config.url.text().unwrap_or_default())
            .map_err(|e| diagnostics.error(at(), "Invalid issuer", e.to_string()))
            .ok()?;
        let fetcher = self
            .settings
            .fetcher()
            .map_err(|e| diagnostics.error(Path::root(), "Invalid CA bundle", e))
            .ok()?;
        if issuer.is_loopback() && !fetcher.allows_loopback() {
            let detail = format!(
                "expected a public issuer, found `{issuer}` on this machine; for development, set `allow_loopback_issuers = true` in the provider block"
            );
            diagnostics.error(at(), "Issuer cannot be read", detail);
            return None;
        }
        let report = tokio::select! {
            () = context.stop.requested() => Err("the run was interrupted".to_owned()),
            () = tokio::time::sleep_until(context.deadline) => Err("no time left to read it".to_owned()),
            report = inspect(&fetcher, &issuer) => report.map_err(|e| told(&e, &issuer)),
        };
        report
            .map(|report| answer(config, &issuer, &report))
            .map_err(|reason| {
                let detail = format!("`{issuer}`: {reason}");
                diagnostics.error(at(), "Issuer cannot be read", detail);
            })
            .ok()
    }
}

fn told(error: &DiscoveryError, issuer: &IssuerUrl) -> String {
    match dangling(error, issuer) {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}

fn answer(config: IssuerModel, issuer: &IssuerUrl, report: &IssuerReport) -> IssuerModel {
    let texts = |texts: Vec<&str>| Attr::Known(texts.into_iter().map(ToOwned::to_owned).collect());
    let document = serde_json::Value::Object(report.metadata.members().clone());
    IssuerModel {
        url: config.url,
        jwks_uri: Attr::from_text(report.metadata.jwks_uri().as_str()),
        signing_algorithms: report.metadata.algorithms().map_or(Attr::Null, texts),
        discovery_json: Attr::from_text(document.to_string()),
        keys: Attr::Known(report.keys.iter().map(key).collect()),
        jwks_json: Attr::from_text(&report.jwks_json),
        certificate_chain: Attr::Known(report.certificate_chain().to_vec()),
        thumbprint: Attr::from_option(report.thumbprint().map(ToOwned::to_owned)),
        thumbprints: texts(report.thumbprints()),
        effective_platform: Attr::from_text(infer(issuer).id()),
        findings: Attr::Known(report.findings.iter().map(to_model).collect()),
    }
}

fn key(key: &KeyReport) -> KeyModel {
    let text = |text: &Option<String>| Attr::from_option(text.clone());
    KeyModel {
        kid: text(&key.kid),
        kty: text(&key.kty),
        alg: text(&key.alg),
        r#use: text(&key.usage),
        crv: Attr::from_option(key.crv.map(ToOwned::to_owned)),
        bits: Attr::from_option(key.bits.and_then(|bits| i64::try_from(bits).ok())),
        thumbprint: text(&key.thumbprint),
        fault: text(&key.fault),
    }
}

fn attributes() -> Vec<Attribute> {
    let text = |name: &str, description: &str| Attribute::string(name).computed().describe(description);
    let texts = |name: &str, description: &str| {
        Attribute::new(name, Type::list(Type::String))
            .computed()
            .describe(description)
    };
    let nested = |name: &str, members: Vec<Attribute>, description: &str| {
        Attribute::nested(name, Nesting::List, members)
            .computed()
            .describe(description)
    };
    vec![
        Attribute::string("url")
            .required()
            .describe("Issuer URL, exactly as tokens carry it in `iss`. `http` and ports on loopback hosts need the provider's `allow_loopback_issuers`.")
            .validate_text("Invalid issuer", |text| IssuerUrl::parse(text).map(drop)),
        text("jwks_uri", "Where the key set is."),
        texts("signing_algorithms", "`id_token_signing_alg_values_supported` of the discovery document; null when it says nothing."),
        text("discovery_json", "The whole discovery document."),
        nested("keys", key_attributes(), "The keys, as published."),
        text("jwks_json", "The key set with the members that Google Cloud accepts."),
        texts("certificate_chain", "The certificates that the host of the key set presents, PEM, its own first."),
        text("thumbprint", "What AWS calls the thumbprint: SHA-1 of the last of these certificates, in lower-case hex; null without TLS."),
        texts("thumbprints", "The thumbprints of the hosts of the key set and of the discovery document, each once."),
        text("effective_platform", "The platform that the catalogue knows by this issuer; `generic` when it knows none."),
        nested("findings", finding_attributes(), "What each cloud would refuse, and what is unwise; worst first."),
    ]
}

fn key_attributes() -> Vec<Attribute> {
    let text = |name: &str, description: &str| Attribute::string(name).computed().describe(description);
    vec![
        text("kid", "Key id."),
        text("kty", "Key type: `RSA`, `EC`, or whatever is published."),
        text("alg", "The algorithm the issuer means it for."),
        text("use", "`sig`, `enc`, or null."),
        text("crv", "Curve of an EC key."),
        Attribute::number("bits")
            .computed()
            .describe("Size of an RSA key."),
        text("thumbprint", "SHA-256 thumbprint (RFC 7638)."),
        text(
            "fault",
            "Why a verifier does not use this key; null when it does.",
        ),
    ]
}

fn finding_attributes() -> Vec<Attribute> {
    let text = |name: &str, description: &str| Attribute::string(name).computed().describe(description);
    vec![
        text("rule", "Rule id."),
        text("severity", "`critical`, `high`, `medium`, `low` or `info`."),
        text("message", "What is wrong."),
        text("fix", "How to mend it."),
        text(
            "witness",
            "Claims (JSON) of somebody else's token that would be accepted; null here.",
        ),
        text("accepted", "Null here: a data source accepts nothing."),
    ]
}
