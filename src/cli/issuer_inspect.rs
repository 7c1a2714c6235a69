//! `oidcfed issuer inspect URL`: a report about an issuer.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::oidc::{ExtraRoots, FetchSettings, Fetcher, IssuerReport, KeyReport, dangling, inspect};
use crate::trust::{IssuerUrl, Severity};

use super::exit::{Exit, Failure};
use super::printer::Printer;

/// Show an issuer's metadata, keys and certificates, and what each cloud would not take
///
/// Exits with 3 when there is a finding of severity medium or above.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The issuer, exactly as tokens carry it in `iss`
    url: String,
    /// Also accept an issuer on this machine, over http too
    #[arg(long)]
    allow_loopback: bool,
    /// PEM certificates to believe beside the system's
    #[arg(long, value_name = "FILE")]
    ca_bundle: Option<PathBuf>,
}

impl Inspect {
    pub async fn run(self, printer: &Printer) -> Result<Exit, Failure> {
        let issuer = IssuerUrl::parse(&self.url).map_err(Failure::usage)?;
        let fetcher = Fetcher::new(FetchSettings {
            allow_loopback: self.allow_loopback,
            extra_roots: self.extra_roots()?,
            ..FetchSettings::default()
        });
        let report = inspect(&fetcher, &issuer).await.map_err(|error| {
            let hint = dangling(&error, &issuer);
            let failure = Failure::new(error);
            if let Some(hint) = hint {
                return failure.with_hint(hint);
            }
            match issuer.is_loopback() && !self.allow_loopback {
                true => failure.with_hint("for an issuer of the sandbox: --allow-loopback --ca-bundle FILE"),
                false => failure,
            }
        })?;
        printer.data(&as_json(&report), |_| as_text(&report))?;
        let worst = report.findings.iter().map(|finding| finding.severity).max();
        Ok(match worst {
            Some(worst) if worst >= Severity::Medium => Exit::Findings,
            _ => Exit::Yes,
        })
    }

    fn extra_roots(&self) -> Result<Option<ExtraRoots>, Failure> {
        let Some(path) = &self.ca_bundle else {
            return Ok(None);
        };
        let named = |error: &dyn std::fmt::Display| Failure::new(format!("`{}`: {error}", path.display()));
        let bundle = std::fs::read(path).map_err(|e| named(&e))?;
        ExtraRoots::from_pem(&bundle).map(Some).map_err(|e| named(&e))
    }
}

fn as_json(report: &IssuerReport) -> Value {
    json!({
        "issuer": report.metadata.issuer().as_str(),
        "jwks_uri": report.metadata.jwks_uri().as_str(),
        "metadata": report.metadata.members(),
        "keys": report.keys,
        "jwks_json": report.jwks_json,
        "hosts": report.hosts,
        "certificate_chain": report.certificate_chain(),
        "thumbprint": report.thumbprint(),
        "thumbprints": report.thumbprints(),
        "findings": report.findings,
    })
}

fn as_text(report: &IssuerReport) -> String {
    let mut text = String::new();
    let algorithms = report.metadata.algorithms().unwrap_or_default().join(", ");
    let _ = writeln!(text, "issuer      {}", report.metadata.issuer());
    let _ = writeln!(text, "jwks_uri    {}", report.metadata.jwks_uri());
    let _ = writeln!(text, "algorithms  {algorithms}");
    let _ = writeln!(text, "\nkeys");
    for key in &report.keys {
        let _ = writeln!(text, "  {}", line_of_key(key));
    }
    let _ = writeln!(text, "\ncertificates");
    for host in &report.hosts {
        let thumbprint = host.thumbprint.as_deref().unwrap_or("no TLS");
        let count = host.certificate_chain.len();
        let _ = writeln!(
            text,
            "  {}  {count} presented, thumbprint {thumbprint}",
            host.host
        );
    }
    let _ = writeln!(text, "\nfindings");
    if report.findings.is_empty() {
        let _ = writeln!(text, "  none");
    }
    for finding in &report.findings {
        let (severity, rule) = (finding.severity.as_str(), finding.rule);
        let _ = writeln!(
            text,
            "  {severity:<8}  {rule}: {}\n            {}",
            finding.message, finding.fix
        );
    }
    text
}

fn line_of_key(key: &KeyReport) -> String {
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let size = match (key.bits, key.crv) {
        (Some(bits), _) => format!("{bits} bits"),
        (None, Some(curve)) => curve.to_owned(),
        (None, None) => "-".to_owned(),
    };
    let mut line = format!(
        "{}  {}  {size}  {}",
        word(&key.kid),
        word(&key.kty),
        word(&key.alg)
    );
    if let Some(fault) = &key.fault {
        line += &format!("  not used: {fault}");
    }
    line
}
