//! Where the APIs are: Google's own hosts, or the addresses that the user named.

use std::fmt;

use url::{Host, Url};

use super::settings::SettingsError;

/// The APIs that are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    Iam,
    Sts,
    IamCredentials,
    ResourceManager,
}

/// Addresses used instead of Google's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    pub iam: Option<Endpoint>,
    pub sts: Option<Endpoint>,
    pub iam_credentials: Option<Endpoint>,
    pub resource_manager: Option<Endpoint>,
}

/// The address of an API up to where its versions begin, with a `/` at its end.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

impl Api {
    /// The host of Google's own, and the name of the service.
    pub fn host(self) -> &'static str {
        match self {
            Self::Iam => "iam.googleapis.com",
            Self::Sts => "sts.googleapis.com",
            Self::IamCredentials => "iamcredentials.googleapis.com",
            Self::ResourceManager => "cloudresourcemanager.googleapis.com",
        }
    }
}

impl Endpoint {
    /// With or without a version at the end, as other providers for Google Cloud write it.
    ///
    /// SECURITY: access tokens go there, so that an address is encrypted or of this machine.
    ///
    /// # Errors
    /// An address that is neither `https` nor a plain one on a loopback host, or has more than a path.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let wrong = || SettingsError::Endpoint(text.to_owned());
        let mut url = Url::parse(text).map_err(|_| wrong())?;
        let plain = url.query().is_none() && url.fragment().is_none();
        let nobody = url.username().is_empty() && url.password().is_none();
        if !is_encrypted_or_local(&url) || !plain || !nobody {
            // what stands before an `@` may be a password
            return Err(if nobody { wrong() } else { SettingsError::Userinfo });
        }
        let path = url.path().trim_end_matches('/');
        let path = match path.rsplit_once('/') {
            Some((before, last)) if is_version(last) => before,
            _ => path,
        };
        let path = format!("{}/", path.trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self(url))
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Whether a URL goes to the same server.
    pub(super) fn is_origin_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    fn of_google(api: Api) -> Option<Self> {
        Url::parse(&format!("https://{}/", api.host())).ok().map(Self)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Endpoints {
    /// The address the user named for an API.
    pub fn named(&self, api: Api) -> Option<&Endpoint> {
        match api {
            Api::Iam => self.iam.as_ref(),
            Api::Sts => self.sts.as_ref(),
            Api::IamCredentials => self.iam_credentials.as_ref(),
            Api::ResourceManager => self.resource_manager.as_ref(),
        }
    }

    /// The address of a method; `path` begins with the version and is percent-encoded.
    ///
    /// SECURITY: a name with a `..` in it does not become another method.
    ///
    /// # Errors
    /// A path that is no such.
    pub(super) fn url(&self, api: Api, path: &str) -> Result<Url, SettingsError> {
        let wrong = || SettingsError::Path(path.to_owned());
        let base = self.named(api).cloned().or_else(|| Endpoint::of_google(api));
        let base = base.ok_or_else(wrong)?.0;
        let bad = |segment: &str| {
            let dots = segment.replace("%2e", ".").replace("%2E", ".");
            segment.is_empty() || dots == "." || dots == ".."
        };
        let forbidden = |c: char| matches!(c, '?' | '#' | '\\') || c.is_whitespace() || c.is_control();
        if path.split('/').any(bad) || path.contains(forbidden) {
            return Err(wrong());
        }
        Url::parse(&format!("{base}{path}")).map_err(|_| wrong())
    }
}

/// `https`, or `http` on this machine.
pub(super) fn is_encrypted_or_local(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(url),
        _ => false,
    }
}

/// Whether an address is one of this machine.
pub(super) fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// `v1`, `v3`, `v1beta`.
fn is_version(segment: &str) -> bool {
    let rest = segment.strip_prefix('v').unwrap_or_default();
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    segment.len() - rest.len() > 1 && rest.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_at_the_end_is_left_out() {
        for (written, base) in [
            ("https://iam.example", "https://iam.example/"),
            ("https://iam.example/", "https://iam.example/"),
            ("https://iam.example/v1/", "https://iam.example/"),
            ("https://iam.example/v1", "https://iam.example/"),
            ("https://iam.example/v1beta", "https://iam.example/"),
            (
                "https://proxy.example/google/v3/",
                "https://proxy.example/google/",
            ),
            ("https://proxy.example/vendor", "https://proxy.example/vendor/"),
            ("https://proxy.example/v", "https://proxy.example/v/"),
            ("http://localhost:8080/v1/", "http://localhost:8080/"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("http://[::1]:8080/", "http://[::1]:8080/"),
        ] {
            assert_eq!(Endpoint::parse(written).unwrap().to_string(), base, "{written}");
        }
    }

    #[test]
    fn addresses_are_encrypted_or_local() {
        for wrong in [
            "http://iam.example/",
            "http://127.0.0.1.example/",
            "http://192.0.2.1/",
            "ftp://localhost/",
            "iam.example",
            "",
            "https://iam.example/?key=1",
            "https://iam.example/#v1",
        ] {
            let error = Endpoint::parse(wrong).unwrap_err().to_string();
            assert!(error.contains(&format!("`{wrong}`")), "{error}");
        }
        let error = Endpoint::parse("https://user:hunter2@iam.example/")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("user name") && !error.contains("hunter2"),
            "{error}"
        );
    }

    #[test]
    fn methods_are_under_the_endpoint_and_nowhere_else() {
        let endpoints = Endpoints {
            resource_manager: Some(Endpoint::parse("https://proxy.example/google/v1/").unwrap()),
            ..Endpoints::default()
        };
        let url = |api, path| endpoints.url(api, path).map(String::from);
        assert_eq!(
            url(Api::Iam, "v1/projects/p/serviceAccounts/a%40b:getIamPolicy").unwrap(),
            "https://iam.googleapis.com/v1/projects/p/serviceAccounts/a%40b:getIamPolicy"
        );
        assert_eq!(
            url(Api::ResourceManager, "v3/projects/p").unwrap(),
            "https://proxy.example/google/v3/projects/p"
        );
        for wrong in [
            "",
            "/v1/projects",
            "//evil.example/",
            "v1/projects/../organizations",
            "v1/projects/%2e%2E/x",
            "v1/projects/.",
            "v1/projects/p?x",
            "v1/projects/p#x",
            "v1/projects/a b",
            "v1\\..\\x",
        ] {
            assert!(url(Api::Iam, wrong).is_err(), "{wrong}");
        }
    }
}
