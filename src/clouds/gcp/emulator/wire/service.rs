//! The APIs, each with a port of its own as each has a host of its own at Google.

/// One API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    Iam,
    Sts,
    IamCredentials,
    ResourceManager,
    Storage,
    /// Tokens for the login of tools, and the metadata server of a virtual machine.
    OAuth2,
}

impl Service {
    pub const ALL: [Self; 6] = [
        Self::Iam,
        Self::Sts,
        Self::IamCredentials,
        Self::ResourceManager,
        Self::Storage,
        Self::OAuth2,
    ];

    /// Its host at Google, which is also its name where an API is enabled.
    pub fn host(self) -> &'static str {
        match self {
            Self::Iam => "iam.googleapis.com",
            Self::Sts => "sts.googleapis.com",
            Self::IamCredentials => "iamcredentials.googleapis.com",
            Self::ResourceManager => "cloudresourcemanager.googleapis.com",
            Self::Storage => "storage.googleapis.com",
            Self::OAuth2 => "oauth2.googleapis.com",
        }
    }

    /// Whether errors have the form of RFC 6749, section 5.2, in place of Google's own.
    pub fn answers_as_oauth(self) -> bool {
        matches!(self, Self::Sts | Self::OAuth2)
    }

    /// Whether names end in a verb after a colon.
    pub fn has_verbs(self) -> bool {
        matches!(self, Self::Iam | Self::IamCredentials | Self::ResourceManager)
    }

    /// The scopes of which a token needs one.
    pub fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Iam | Self::IamCredentials => &[
                "https://www.googleapis.com/auth/cloud-platform",
                "https://www.googleapis.com/auth/iam",
            ],
            Self::ResourceManager => &[
                "https://www.googleapis.com/auth/cloud-platform",
                "https://www.googleapis.com/auth/cloudplatformprojects",
            ],
            Self::Storage => &[
                "https://www.googleapis.com/auth/cloud-platform",
                "https://www.googleapis.com/auth/devstorage.full_control",
                "https://www.googleapis.com/auth/devstorage.read_only",
                "https://www.googleapis.com/auth/devstorage.read_write",
            ],
            Self::Sts | Self::OAuth2 => &[],
        }
    }
}
