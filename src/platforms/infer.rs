//! Which platform an issuer belongs to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::catalogue::all;
use super::error::PlatformError;
use super::platform::{Azp, IssuerForm, Platform, Presence, host_may_be};
use super::template::TemplatePart;
use super::tenancy::Tenancy;
use crate::trust::IssuerUrl;

/// What the catalogue says about an issuer: all platforms that use it, united.
#[derive(Clone, Debug)]
pub struct Inference<'a> {
    /// In the order of their ids; none: a generic issuer.
    pub platforms: Vec<&'a Platform>,
    /// The strictest of all; unknown when there is none.
    pub tenancy: Tenancy,
}

/// Looks an issuer up in the catalogue. Only entries whose host is literal or ends in a vendor's domain are considered:
/// `https://{hostname}` would be everybody.
pub fn infer(issuer: &IssuerUrl) -> Inference<'static> {
    infer_with(issuer, &[])
}

/// Looks an issuer up in the catalogue and among declared platforms, by the same rule. All that fit are united: a declaration
/// adds to what the catalogue knows and never takes its place.
pub fn infer_with<'a>(issuer: &IssuerUrl, declared: &'a [Platform]) -> Inference<'a> {
    let declared = declared
        .iter()
        .filter_map(|platform| Some((platform, tenancy_of(platform, issuer)?)));
    let mut inference = Inference {
        platforms: Vec::new(),
        tenancy: Tenancy::Unknown,
    };
    let mut strictest: Option<Tenancy> = None;
    for (platform, tenancy) in of_catalogue(issuer).iter().copied().chain(declared) {
        inference.platforms.push(platform);
        strictest = strictest.max(Some(tenancy));
    }
    inference.platforms.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(tenancy) = strictest {
        inference.tenancy = tenancy;
    }
    inference
}

/// Platforms of the catalogue that an issuer fits, each with the strictest tenancy of the forms it has.
type Fitting = Arc<[(&'static Platform, Tenancy)]>;

/// How many issuers are remembered; a configuration names a handful.
const REMEMBERED: usize = 256;

/// Looks an issuer up in the catalogue alone. The catalogue is part of the program, so an answer stays true as long as the
/// process lives, and a plan of many trusts asks for the same few issuers over and over.
fn of_catalogue(issuer: &IssuerUrl) -> Fitting {
    static ANSWERS: Mutex<BTreeMap<String, Fitting>> = Mutex::new(BTreeMap::new());
    let answers = || ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = answers().get(issuer.as_str()) {
        return Arc::clone(known);
    }
    let found: Fitting = all()
        .iter()
        .filter(|listed| listed.issuers.iter().any(|form| may_be(form, issuer)))
        .filter_map(|listed| listed.platform())
        .filter_map(|platform| Some((platform, tenancy_of(platform, issuer)?)))
        .collect();
    let mut answers = answers();
    if answers.len() < REMEMBERED {
        answers.insert(issuer.as_str().to_owned(), Arc::clone(&found));
    }
    found
}

/// The strictest tenancy of the forms that an issuer has; none when it is not the platform's.
fn tenancy_of(platform: &Platform, issuer: &IssuerUrl) -> Option<Tenancy> {
    let fitting = platform
        .issuers
        .iter()
        .filter(|form| fits(platform, form, issuer));
    fitting.map(|form| form.tenancy).max()
}

/// Refuses a declared platform that is looser than what the catalogue knows about the same issuer, or else about any
/// issuer of the same host.
///
/// # Errors
/// [`PlatformError::Looser`].
pub fn check_declaration(declared: &Platform, issuer: &IssuerUrl) -> Result<(), PlatformError> {
    let inference = infer(issuer);
    let known = if inference.platforms.is_empty() {
        strictest_of_host(issuer)
    } else {
        Some(inference.tenancy)
    };
    let said = tenancy_of(declared, issuer).unwrap_or(declared.tenancy);
    match known {
        Some(known) if said < known => Err(PlatformError::Looser {
            id: declared.id.clone(),
            line: None,
            host: issuer.host().to_owned(),
            declared: said,
            known,
        }),
        _ => Ok(()),
    }
}

impl Inference<'_> {
    /// The id of the platform; several are joined by `+`, none is `generic`.
    pub fn id(&self) -> String {
        if self.platforms.is_empty() {
            return "generic".to_owned();
        }
        let ids: Vec<&str> = self
            .platforms
            .iter()
            .map(|platform| platform.id.as_str())
            .collect();
        ids.join("+")
    }

    /// Whether tokens carry `azp`; what differs between platforms, or is not known, is `Sometimes`.
    pub fn azp(&self) -> Azp {
        let mut all = self.platforms.iter().map(|platform| platform.azp);
        match all.next() {
            Some(first) if all.all(|azp| azp == first) => first,
            _ => Presence::Sometimes,
        }
    }
}

fn strictest_of_host(issuer: &IssuerUrl) -> Option<Tenancy> {
    let of_host = all()
        .iter()
        .filter(|listed| listed.issuers.iter().any(|form| may_be(form, issuer)))
        .filter_map(|listed| listed.platform());
    of_host.map(|platform| platform.tenancy).max()
}

fn fits(platform: &Platform, form: &IssuerForm, issuer: &IssuerUrl) -> bool {
    if !may_be(form.template.as_str(), issuer) {
        return false;
    }
    let literal = form
        .template
        .parts()
        .iter()
        .all(|part| matches!(part, TemplatePart::Literal(_)));
    if literal {
        return form.template.as_str() == issuer.as_str();
    }
    form.template.matches(issuer.as_str(), &platform.variables)
}

/// Whether an issuer's host may be that of a form as it stands in a file.
fn may_be(form: &str, issuer: &IssuerUrl) -> bool {
    let Some(rest) = form.strip_prefix("https://") else {
        return false;
    };
    host_may_be(rest.split('/').next().unwrap_or(rest), issuer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms::DeclaredBy;

    fn inferred(issuer: &str) -> (String, Tenancy) {
        let inference = infer(&IssuerUrl::parse(issuer).unwrap());
        (inference.id(), inference.tenancy)
    }

    #[test]
    fn issuers() {
        use Tenancy::{PerTenant, Shared, Unknown};
        for (issuer, id, tenancy) in [
            (
                "https://token.actions.githubusercontent.com",
                "github-actions",
                Shared,
            ),
            (
                "https://token.actions.githubusercontent.com/acme",
                "github-actions-enterprise",
                PerTenant,
            ),
            (
                "https://token.actions.acme.ghe.com",
                "github-actions-ghe-com",
                PerTenant,
            ),
            ("https://gitlab.com", "gitlab-saas", Shared),
            ("https://gitlab.com/private", "generic", Unknown),
            ("https://gitlab.example.com", "generic", Unknown),
            ("https://oidc.fly.io/acme", "fly", PerTenant),
            ("https://oidc.vercel.com", "vercel-global", Shared),
            ("https://oidc.vercel.com/acme", "vercel", PerTenant),
            (
                "https://api.pulumi.com/oidc",
                "pulumi-deployments+pulumi-esc",
                Shared,
            ),
            (
                "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
                "eks",
                PerTenant,
            ),
            ("https://issuer.example", "generic", Unknown),
            ("https://evil.example/gitlab.com", "generic", Unknown),
            ("https://notvercel.com/acme", "generic", Unknown),
            ("https://acme.app.spacelift.io", "spacelift", PerTenant),
            ("https://app.spacelift.io.evil.example", "generic", Unknown),
            ("https://oidc.epycbyte.com", "epycbyte", Shared),
            ("https://accounts.google.com", "google-service-account", Shared),
        ] {
            assert_eq!(inferred(issuer), (id.to_owned(), tenancy), "{issuer}");
        }
    }

    #[test]
    fn answers_stay_right_when_they_are_remembered_and_when_they_are_too_many() {
        for _ in 0..2 {
            for tenant in 0..=REMEMBERED {
                let issuer = format!("https://oidc.vercel.com/acme-{tenant}");
                assert_eq!(inferred(&issuer), ("vercel".to_owned(), Tenancy::PerTenant));
            }
            assert_eq!(inferred("https://oidc.vercel.com").0, "vercel-global");
        }
    }

    #[test]
    fn azp() {
        let azp = |issuer| infer(&IssuerUrl::parse(issuer).unwrap()).azp();
        assert_eq!(azp("https://accounts.google.com"), Presence::Always);
        assert_eq!(
            azp("https://token.actions.githubusercontent.com"),
            Presence::Never
        );
        assert_eq!(azp("https://issuer.example"), Presence::Sometimes);
    }

    #[test]
    fn a_declaration_may_not_be_looser() {
        let text = |tenancy: &str, issuer: &str| {
            format!(
                "id = \"own\"\nissuer = \"{issuer}\"\ntenancy = \"{tenancy}\"\ntenant = \"t\"\n[variable]\nt = {{ pattern = \"[a-z]+\", chosen_by = \"platform\", mutable = false }}\n[[subject]]\ntemplate = \"t:{{t}}:x\"\n"
            )
        };
        for (tenancy, issuer, fine) in [
            (
                "self-hosted",
                "https://token.actions.githubusercontent.com",
                false,
            ),
            ("per-tenant", "https://token.actions.githubusercontent.com", false),
            ("shared", "https://token.actions.githubusercontent.com", true),
            ("self-hosted", "https://gitlab.com/private", false),
            ("self-hosted", "https://issuer.example", true),
            ("self-hosted", "https://oidc.fly.io/acme", false),
        ] {
            let read = Platform::read(&text(tenancy, issuer), DeclaredBy::Configuration);
            match read {
                Ok(_) => assert!(fine, "{tenancy} {issuer}"),
                Err(error) => {
                    let told = error.to_string();
                    assert!(
                        !fine && told.contains("never looser") && told.contains("line 3"),
                        "{told}"
                    );
                }
            }
            // nor where the file names another issuer than the trust does
            let elsewhere = Platform::read(
                &text(tenancy, "https://issuer.example"),
                DeclaredBy::Configuration,
            );
            let issuer = IssuerUrl::parse(issuer).unwrap();
            assert_eq!(
                check_declaration(&elsewhere.unwrap(), &issuer).is_ok(),
                fine,
                "{tenancy} {issuer}"
            );
        }
    }

    #[test]
    fn declared_platforms_are_united_with_the_catalogue() {
        let declared = |id: &str, tenancy: &str, issuer: &str| {
            let text = format!(
                "id = \"{id}\"\nissuer = \"{issuer}\"\ntenancy = \"{tenancy}\"\ntenant = \"t\"\n[variable]\nt = {{ pattern = \"[a-z]+\", chosen_by = \"platform\", mutable = false }}\n[[subject]]\ntemplate = \"t:{{t}}:x\"\n"
            );
            Platform::read(&text, DeclaredBy::CommandLine).unwrap()
        };
        let all = [
            declared("zz-own", "shared", "https://oidc.fly.io/{t}"),
            declared("own", "per-tenant", "https://oidc.acme.example/{t}"),
            declared("everybody", "self-hosted", "https://{t}"),
        ];
        let inferred = |issuer: &str| {
            let inference = infer_with(&IssuerUrl::parse(issuer).unwrap(), &all);
            (inference.id(), inference.tenancy)
        };
        let generic = ("generic".to_owned(), Tenancy::Unknown);
        assert_eq!(
            inferred("https://oidc.acme.example/x"),
            ("own".to_owned(), Tenancy::PerTenant)
        );
        assert_eq!(inferred("https://oidc.acme.example/X"), generic);
        assert_eq!(inferred("https://oidc.acme.example.evil.example/x"), generic);
        assert_eq!(
            inferred("https://oidc.fly.io/acme"),
            ("fly+zz-own".to_owned(), Tenancy::Shared)
        );
        assert_eq!(inferred("https://abc"), generic);
    }
}
