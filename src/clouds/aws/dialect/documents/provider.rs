//! An IAM OIDC provider.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{one_of, text, wrong};
use crate::trust::DocumentError;
use crate::trust::document::{self, child};

/// What a document says about a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderDocument {
    /// The issuer without `https://`.
    pub url: Option<String>,
    /// `None`: the document does not say.
    pub client_ids: Option<BTreeSet<String>>,
    pub arn: Option<String>,
}

impl ProviderDocument {
    /// Reads what `aws iam get-open-id-connect-provider` prints, the attributes that Terraform shows of a provider, or an object
    /// with `url` and `client_ids`.
    ///
    /// # Errors
    /// What is wrong, with a JSON pointer into the document.
    pub fn parse(source: &str) -> Result<Self, DocumentError> {
        let Value::Object(members) = document::parse(source)? else {
            return Err(DocumentError::new("", "a provider (an object)", "something else"));
        };
        let Some(url) = text(&members, "", &["Url", "url"])? else {
            return Err(wrong("/Url", "the URL of the provider", None));
        };
        let client_ids = match one_of(&members, "", &["ClientIDList", "client_ids", "client_id_list"]) {
            None => None,
            Some((pointer, Value::Array(items))) => {
                let numbered = items.iter().enumerate();
                let each = numbered.map(|(at, item)| {
                    let no_text = || wrong(&child(&pointer, &at.to_string()), "a client id", Some(item));
                    item.as_str().map(str::to_owned).ok_or_else(no_text)
                });
                Some(each.collect::<Result<_, _>>()?)
            }
            Some((pointer, other)) => return Err(wrong(&pointer, "a list of client ids", Some(other))),
        };
        Ok(Self {
            url: Some(Self::url_of(url)),
            client_ids,
            arn: text(&members, "", &["Arn", "arn"])?.map(str::to_owned),
        })
    }

    /// A URL as IAM has it.
    pub fn url_of(issuer: &str) -> String {
        issuer.strip_prefix("https://").unwrap_or(issuer).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_and_errors() {
        let some = |texts: &[&str]| Some(texts.iter().map(|&text| text.to_owned()).collect());
        for (document, client_ids) in [
            (
                r#"{"Url":"issuer.example/x","ClientIDList":["a","b"],"ThumbprintList":[]}"#,
                some(&["a", "b"]),
            ),
            (
                r#"{"url":"https://issuer.example/x","client_ids":["a"]}"#,
                some(&["a"]),
            ),
            (r#"{"url":"issuer.example/x","client_id_list":[]}"#, some(&[])),
            (r#"{"url":"issuer.example/x"}"#, None),
        ] {
            let provider = ProviderDocument::parse(document).unwrap();
            assert_eq!(provider.url.as_deref(), Some("issuer.example/x"));
            assert_eq!(provider.client_ids, client_ids, "{document}");
        }
        for (document, error) in [
            ("[]", "expected a provider (an object), found something else"),
            ("{}", "at `/Url`: expected the URL of the provider, found nothing"),
            (r#"{"Url":1}"#, "at `/Url`: expected a text, found the number `1`"),
            (
                r#"{"Url":"x","ClientIDList":"a"}"#,
                "at `/ClientIDList`: expected a list of client ids, found `a`",
            ),
            (
                r#"{"Url":"x","ClientIDList":["a",1]}"#,
                "at `/ClientIDList/1`: expected a client id, found the number `1`",
            ),
        ] {
            assert_eq!(ProviderDocument::parse(document).unwrap_err().to_string(), error);
        }
    }
}
