//! The arguments of the provider block that hold for all clouds: schema, model, reading.

use std::sync::Arc;
use std::time::Duration;

use crate::clouds::guardrail::{Guardrail, Mode, SEVERITIES, rules};
use crate::clouds::{Common, Environment};
use crate::framework::{Attr, Attribute, Convert, Diagnostics, Path, StringSet, Value, parse_duration};
use crate::oidc::ExtraRoots;
use crate::trust::Severity;

/// Environment variables, with the argument each stands for.
pub(super) const GUARDRAIL: &str = "OIDCFED_GUARDRAIL";
const ALLOW_LOOPBACK_ISSUERS: &str = "OIDCFED_ALLOW_LOOPBACK_ISSUERS";
const CA_BUNDLE_FILE: &str = "OIDCFED_CA_BUNDLE_FILE";
const REQUEST_TIMEOUT: &str = "OIDCFED_REQUEST_TIMEOUT";

const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// A bundle of every public authority is a quarter of that.
const LARGEST_BUNDLE: u64 = 4 * 1024 * 1024;
const SUMMARY: &str = "Invalid provider configuration";

/// The arguments as read from the block; the clouds' own are not among them.
#[derive(Debug)]
struct Written {
    guardrail: Attr<String>,
    unacceptable: StringSet,
    allow_loopback_issuers: Attr<bool>,
    ca_bundle_file: Attr<String>,
    request_timeout: Attr<String>,
}

/// The attributes.
pub(super) fn attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("guardrail")
            .optional()
            .describe(format!(
                "What happens on findings of severity high and critical that are not accepted: `enforce` (default) is an \
                 error when a plan creates the trust, changes what it admits or the finding is new; `strict` an error \
                 always; `warn` a warning. Environment: `{GUARDRAIL}`, which may tighten but never loosen."
            ))
            .validate_text("Invalid guardrail", |text| mode(text).map(drop)),
        Attribute::string_set("unacceptable")
            .optional()
            .describe("Severities or rules that no resource may accept, for example `[\"critical\"]`; none by default.")
            .validate_each_text("Invalid severity or rule", severity_or_rule),
        Attribute::bool("allow_loopback_issuers").optional().describe(format!(
            "Allow issuers with `http` and ports on loopback hosts, for development. Environment: \
             `{ALLOW_LOOPBACK_ISSUERS}`."
        )),
        Attribute::string("ca_bundle_file").optional().describe(format!(
            "PEM file of certificate authorities to trust besides those of the system. Environment: `{CA_BUNDLE_FILE}`; \
             `SSL_CERT_FILE` replaces those of the system."
        )),
        Attribute::string("request_timeout")
            .optional()
            .describe(format!(
                "How long one attempt of a call may take, as a duration; default `30s`. Environment: `{REQUEST_TIMEOUT}`."
            ))
            .validate_text("Invalid duration", |text| parse_duration(text).map(drop)),
    ]
}

/// Reads the arguments with their fall-backs; `None` after an error.
pub(super) async fn read(
    config: &Value,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<Common> {
    let written = match Written::of(config) {
        Ok(written) => written,
        Err(reason) => {
            diagnostics.error(Path::root(), SUMMARY, reason);
            return None;
        }
    };
    let bundle = ca_bundle(&written.ca_bundle_file, environment, diagnostics).await;
    let timeout = request_timeout(&written.request_timeout, environment, diagnostics);
    let mode = guardrail(&written.guardrail, environment, diagnostics);
    let loopback = allow_loopback(&written.allow_loopback_issuers, environment, diagnostics);
    Some(Common {
        guardrail: Guardrail {
            mode: mode?,
            unacceptable: written
                .unacceptable
                .strings()
                .flatten()
                .unwrap_or_default()
                .into_iter()
                .collect(),
        },
        allow_loopback_issuers: loopback?,
        ca_bundle: bundle?,
        request_timeout: timeout?,
        unknown: written.ca_bundle_file.is_unknown() || written.request_timeout.is_unknown(),
    })
}

impl Written {
    fn of(config: &Value) -> Result<Self, String> {
        let at = |name: &str| config.member(name).unwrap_or(&Value::Null);
        Ok(Self {
            guardrail: Attr::from_value(at("guardrail"))?,
            unacceptable: StringSet::from_value(at("unacceptable"))?,
            allow_loopback_issuers: Attr::from_value(at("allow_loopback_issuers"))?,
            ca_bundle_file: Attr::from_value(at("ca_bundle_file"))?,
            request_timeout: Attr::from_value(at("request_timeout"))?,
        })
    }
}

// SECURITY: the environment tightens and never loosens; who runs Terraform does not overrule who wrote the configuration.
/// An argument that is not known yet counts as the default: apply knows it and judges again.
fn guardrail(
    written: &Attr<String>,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<Mode> {
    let own = match written.text() {
        Some(text) => mode(text)
            .map_err(|e| diagnostics.error(Path::of("guardrail"), SUMMARY, e))
            .ok()?,
        None => Mode::default(),
    };
    let Some(text) = environment.get(GUARDRAIL) else {
        return Some(own);
    };
    let wrong = |e: String| diagnostics.error(Path::of("guardrail"), SUMMARY, format!("`{GUARDRAIL}`: {e}"));
    let outer = mode(&text).map_err(wrong).ok()?;
    Some(own.max(outer))
}

fn mode(text: &str) -> Result<Mode, String> {
    Mode::parse(text).ok_or_else(|| format!("expected `enforce`, `strict` or `warn`, found `{text}`"))
}

fn allow_loopback(
    written: &Attr<bool>,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<bool> {
    if let Some(known) = written.known() {
        return Some(*known);
    }
    match environment.get(ALLOW_LOOPBACK_ISSUERS).as_deref() {
        None | Some("false" | "0") => Some(false),
        Some("true" | "1") => Some(true),
        Some(other) => {
            let detail = format!("`{ALLOW_LOOPBACK_ISSUERS}`: expected `true` or `false`, found `{other}`");
            diagnostics.error(Path::of("allow_loopback_issuers"), SUMMARY, detail);
            None
        }
    }
}

fn request_timeout(
    written: &Attr<String>,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<Duration> {
    let Some(text) = written
        .known()
        .cloned()
        .or_else(|| environment.get(REQUEST_TIMEOUT))
    else {
        return Some(DEFAULT_REQUEST_TIMEOUT);
    };
    parse_duration(&text)
        .map_err(|e| diagnostics.error(Path::of("request_timeout"), SUMMARY, e.to_string()))
        .ok()
}

/// Outer `None` after an error.
async fn ca_bundle(
    written: &Attr<String>,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<Option<Arc<[u8]>>> {
    let Some(file) = written
        .known()
        .cloned()
        .or_else(|| environment.get(CA_BUNDLE_FILE))
    else {
        return Some(None);
    };
    match read_bundle(&file).await {
        Ok(pem) => Some(Some(pem.into())),
        Err(reason) => {
            diagnostics.error(Path::of("ca_bundle_file"), SUMMARY, format!("`{file}`: {reason}"));
            None
        }
    }
}

async fn read_bundle(file: &str) -> Result<Vec<u8>, String> {
    let size = tokio::fs::metadata(file).await.map_err(|e| e.to_string())?.len();
    if size > LARGEST_BUNDLE {
        return Err(format!("expected at most {LARGEST_BUNDLE} bytes, found {size}"));
    }
    let pem = tokio::fs::read(file).await.map_err(|e| e.to_string())?;
    ExtraRoots::from_pem(&pem).map_err(|e| e.to_string())?;
    Ok(pem)
}

fn severity_or_rule(text: &str) -> Result<(), String> {
    let severities = SEVERITIES.map(Severity::as_str);
    let rules = rules();
    if severities.contains(&text) || rules.contains(&text) {
        return Ok(());
    }
    Err(format!(
        "expected a severity ({}) or a rule ({}), found `{text}`",
        severities.join(", "),
        rules.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(members: &[(&str, Value)]) -> Value {
        Value::Object(
            members
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        )
    }

    async fn read_with<const N: usize>(
        members: &[(&str, Value)],
        environment: [(&str, &str); N],
    ) -> (Option<Common>, Vec<String>) {
        let mut diagnostics = Diagnostics::new();
        let common = read(&config(members), &Environment::of(environment), &mut diagnostics).await;
        (
            common,
            diagnostics
                .iter()
                .map(|d| format!("{}: {}", d.path, d.detail))
                .collect(),
        )
    }

    #[tokio::test]
    async fn the_environment_tightens_and_never_loosens() {
        for (written, outer, effective) in [
            (None, None, Mode::Enforce),
            (None, Some("strict"), Mode::Strict),
            (None, Some("warn"), Mode::Enforce),
            (Some("warn"), None, Mode::Warn),
            (Some("warn"), Some("enforce"), Mode::Enforce),
            (Some("strict"), Some("warn"), Mode::Strict),
        ] {
            let members: Vec<(&str, Value)> = written
                .map(|w| ("guardrail", Value::string(w)))
                .into_iter()
                .collect();
            let (common, _) = match outer {
                Some(outer) => read_with(&members, [(GUARDRAIL, outer)]).await,
                None => read_with(&members, []).await,
            };
            assert_eq!(common.unwrap().guardrail.mode, effective, "{written:?} {outer:?}");
        }
        let (common, said) = read_with(&[], [(GUARDRAIL, "off")]).await;
        assert!(
            common.is_none() && said.first().unwrap().contains("`off`"),
            "{said:?}"
        );
    }

    #[tokio::test]
    async fn arguments_beat_the_environment() {
        let members = [
            ("request_timeout", Value::string("10s")),
            ("allow_loopback_issuers", Value::Bool(false)),
        ];
        let environment = [(REQUEST_TIMEOUT, "20s"), (ALLOW_LOOPBACK_ISSUERS, "true")];
        let common = read_with(&members, environment).await.0.unwrap();
        assert_eq!(
            (common.request_timeout.as_secs(), common.allow_loopback_issuers),
            (10, false)
        );
        let common = read_with(&[], environment).await.0.unwrap();
        assert_eq!(
            (common.request_timeout.as_secs(), common.allow_loopback_issuers),
            (20, true)
        );
        let common = read_with(&[], []).await.0.unwrap();
        assert_eq!(
            (common.request_timeout.as_secs(), common.allow_loopback_issuers),
            (30, false)
        );
    }

    #[tokio::test]
    async fn a_bundle_that_is_none_is_said_at_its_argument() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let name = file.path().to_str().unwrap().to_owned();
        for wrong in ["/does/not/exist", &name] {
            let (common, said) = read_with(&[("ca_bundle_file", Value::string(wrong))], []).await;
            assert!(
                common.is_none() && said.first().unwrap().starts_with("ca_bundle_file: "),
                "{said:?}"
            );
        }
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        std::fs::write(file.path(), params.self_signed(&key).unwrap().pem()).unwrap();
        let (common, said) = read_with(&[("ca_bundle_file", Value::string(&name))], []).await;
        assert!(common.unwrap().ca_bundle.is_some() && said.is_empty(), "{said:?}");
    }

    #[tokio::test]
    async fn unknown_values_are_no_reason_to_fail() {
        let members = [("ca_bundle_file", Value::UNKNOWN), ("guardrail", Value::UNKNOWN)];
        let (common, said) = read_with(&members, []).await;
        assert!(said.is_empty());
        let common = common.unwrap();
        assert!(common.unknown);
        assert_eq!(common.guardrail.mode, Mode::Enforce);
    }
}
