//! Which platform an issuer belongs to.

use regex::Regex;

use super::catalogue::all;
use super::entry::PlatformError;
use super::platform::{Azp, IssuerForm, Platform, Presence};
use super::template::TemplatePart;
use super::tenancy::Tenancy;
use crate::trust::IssuerUrl;

/// What the catalogue says about an issuer: all platforms that use it, united.
#[derive(Clone, Debug)]
pub struct Inference {
    /// In the order of their ids; none: a generic issuer.
    pub platforms: Vec<&'static Platform>,
    /// The strictest of all; unknown when there is none.
    pub tenancy: Tenancy,
}

/// Looks an issuer up. Only entries whose host is literal or ends in a vendor's domain are considered: `https://{hostname}`
/// would be everybody.
pub fn infer(issuer: &IssuerUrl) -> Inference {
    let mut inference = Inference {
        platforms: Vec::new(),
        tenancy: Tenancy::Unknown,
    };
    let mut strictest: Option<Tenancy> = None;
    for listed in all() {
        if !listed.issuers.iter().any(|form| host_may_be(form, issuer)) {
            continue;
        }
        let Some(platform) = listed.platform() else {
            continue;
        };
        let fitting = platform
            .issuers
            .iter()
            .filter(|form| fits(platform, form, issuer));
        if let Some(tenancy) = fitting.map(|form| form.tenancy).max() {
            inference.platforms.push(platform);
            strictest = strictest.max(Some(tenancy));
        }
    }
    if let Some(tenancy) = strictest {
        inference.tenancy = tenancy;
    }
    inference
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
    match known {
        Some(known) if declared.tenancy < known => Err(PlatformError::Looser {
            id: declared.id.clone(),
            host: issuer.host().to_owned(),
            declared: declared.tenancy,
            known,
        }),
        _ => Ok(()),
    }
}

impl Inference {
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
        .filter(|listed| listed.issuers.iter().any(|form| host_may_be(form, issuer)))
        .filter_map(|listed| listed.platform());
    of_host.map(|platform| platform.tenancy).max()
}

fn fits(platform: &Platform, form: &IssuerForm, issuer: &IssuerUrl) -> bool {
    if !host_may_be(form.template.as_str(), issuer) {
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
    Regex::new(&form.template.expression(&platform.variables))
        .is_ok_and(|expression| expression.is_match(issuer.as_str()))
}

/// Whether an issuer's host may be that of a form: the literal end of the form's host, two labels at least, is the end of
/// the issuer's. Letter case of a host means nothing to DNS, and an issuer that differs in it is somebody's mistake, not
/// somebody else.
fn host_may_be(form: &str, issuer: &IssuerUrl) -> bool {
    let Some(rest) = form.strip_prefix("https://") else {
        return false;
    };
    let host = rest.split('/').next().unwrap_or(rest);
    let found = issuer.host().to_ascii_lowercase();
    match host.rsplit_once('}') {
        None => host == found,
        Some((_, end)) => {
            let end = end.trim_start_matches(|c: char| c != '.');
            let labels = end
                .trim_start_matches('.')
                .split('.')
                .filter(|label| !label.is_empty());
            labels.count() >= 2 && found.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("https://evil.example/https://gitlab.com", "generic", Unknown),
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
            let platform = Platform::read(&text(tenancy, issuer)).unwrap();
            let issuer = IssuerUrl::parse(issuer).unwrap();
            assert_eq!(
                check_declaration(&platform, &issuer).is_ok(),
                fine,
                "{tenancy} {issuer}"
            );
        }
    }
}
