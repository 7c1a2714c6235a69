//! The Azure clouds that are separate from each other.

/// A cloud environment; both US Government levels are one here, since they take the same audience.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AzureEnvironment {
    #[default]
    Public,
    UsGovernment,
    China,
}

/// A text that names no environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `public`, `usgovernment` or `china`, found `{0}`")]
pub struct UnknownEnvironment(pub String);

impl AzureEnvironment {
    pub const ALL: [Self; 3] = [Self::Public, Self::UsGovernment, Self::China];

    /// # Errors
    /// A text that is none of the names.
    pub fn parse(text: &str) -> Result<Self, UnknownEnvironment> {
        Self::ALL
            .into_iter()
            .find(|environment| environment.as_str() == text)
            .ok_or_else(|| UnknownEnvironment(text.to_owned()))
    }

    /// The name in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::UsGovernment => "usgovernment",
            Self::China => "china",
        }
    }

    /// The audience that the vendor's own tools ask for and write into credentials.
    pub fn default_audience(self) -> &'static str {
        match self {
            Self::Public => "api://AzureADTokenExchange",
            Self::UsGovernment => "api://AzureADTokenExchangeUSGov",
            Self::China => "api://AzureADTokenExchangeChina",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_audiences() {
        for (name, audience) in [
            ("public", "api://AzureADTokenExchange"),
            ("usgovernment", "api://AzureADTokenExchangeUSGov"),
            ("china", "api://AzureADTokenExchangeChina"),
        ] {
            let environment = AzureEnvironment::parse(name).unwrap();
            assert_eq!(environment.as_str(), name);
            assert_eq!(environment.default_audience(), audience);
        }
        assert_eq!(
            AzureEnvironment::parse("german").unwrap_err().to_string(),
            "expected `public`, `usgovernment` or `china`, found `german`"
        );
        assert_eq!(AzureEnvironment::default(), AzureEnvironment::Public);
    }
}
