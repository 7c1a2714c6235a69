//! The compact serialisation of a signed token (RFC 7515, section 3.1), taken apart.

use data_encoding::BASE64URL_NOPAD;

use super::json::Duplicates;
use super::refusal::Refusal;
use super::unverified::Header;

/// A token in its parts. Nothing about it is known to be true.
pub(super) struct Jws<'a> {
    pub(super) header: Header,
    pub(super) payload: Vec<u8>,
    pub(super) signature: Vec<u8>,
    /// The text that is signed: the first two parts with their dot.
    pub(super) signing_input: &'a str,
}

impl<'a> Jws<'a> {
    /// SECURITY: the length is checked before anything is decoded.
    pub(super) fn parse(token: &'a str, max_chars: usize, duplicates: Duplicates) -> Result<Self, Refusal> {
        if token.len() > max_chars {
            return Err(Refusal::TooLarge {
                limit: max_chars,
                found: token.len(),
            });
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(Refusal::MalformedToken)?;
        let (header, payload) = signing_input.split_once('.').ok_or(Refusal::MalformedToken)?;
        if header.is_empty() {
            return Err(Refusal::MalformedToken);
        }
        // a further dot is no letter of the alphabet, so that five parts fail here
        let (header, payload, signature) = (decoded(header)?, decoded(payload)?, decoded(signature)?);
        Ok(Self {
            header: Header::parse(&header, duplicates)?,
            payload,
            signature,
            signing_input,
        })
    }
}

/// Canonical base64url only: one text per value, so that a token has one spelling.
fn decoded(part: &str) -> Result<Vec<u8>, Refusal> {
    BASE64URL_NOPAD
        .decode(part.as_bytes())
        .map_err(|_| Refusal::MalformedToken)
}
