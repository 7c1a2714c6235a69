//! The token in an answer or an output.

use serde_json::Value;

use super::miss::Miss;
use super::{MAX_TOKEN, judged};
use crate::platforms::TokenResponse;
use crate::trust::Secret;

/// The token of an answer.
pub(super) fn of_answer(bytes: &[u8], response: &TokenResponse) -> Result<Secret<String>, Miss> {
    let text = std::str::from_utf8(bytes).map_err(|_| Miss::NoToken("bytes that are no text"))?;
    let token = match response {
        TokenResponse::Bare => text.trim().to_owned(),
        TokenResponse::Member(name) => {
            let parsed: Value =
                serde_json::from_str(text).map_err(|_| Miss::NoToken("an answer that is no JSON"))?;
            let member = parsed.get(name).and_then(Value::as_str);
            member
                .ok_or(Miss::NoToken("an answer without the member that holds it"))?
                .to_owned()
        }
        TokenResponse::Unknown => return Err(Miss::Undocumented),
    };
    if token.is_empty() {
        return Err(Miss::NoToken("an empty answer"));
    }
    if token.len() > MAX_TOKEN {
        return Err(Miss::TooLarge {
            limit: MAX_TOKEN,
            unit: "characters",
        });
    }
    Ok(token.into())
}

/// The token of what a command printed: where that is no document, the one word that is a token, because some tools print
/// a line or two around it.
pub(super) fn of_output(bytes: &[u8], response: &TokenResponse) -> Result<Secret<String>, Miss> {
    if *response != TokenResponse::Bare {
        return of_answer(bytes, response);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Miss::NoToken("bytes that are no text"))?;
    let mut tokens = text.split_whitespace().filter(|word| judged::is_token(word));
    match (tokens.next(), tokens.next()) {
        (Some(token), None) => Ok(token.to_owned().into()),
        (Some(_), Some(_)) => Err(Miss::NoToken("several tokens")),
        (None, _) => Err(Miss::NoToken("an output without one")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";

    #[test]
    fn an_answer_is_the_token_or_has_it_as_a_member() {
        let member = TokenResponse::Member("value".to_owned());
        let of = |text: &str, response: &TokenResponse| {
            of_answer(text.as_bytes(), response).map(|token| token.expose().clone())
        };
        assert_eq!(of(" a.b.c\n", &TokenResponse::Bare).as_deref(), Ok("a.b.c"));
        assert_eq!(of(r#"{"value": "a.b.c"}"#, &member).as_deref(), Ok("a.b.c"));
        for wrong in [
            "",
            "[]",
            r#"{"other": "a.b.c"}"#,
            r#"{"value": 1}"#,
            "a.b.c",
            r#"{"value": ""}"#,
        ] {
            assert!(matches!(of(wrong, &member), Err(Miss::NoToken(_))), "{wrong}");
        }
        assert_eq!(of("a.b.c", &TokenResponse::Unknown), Err(Miss::Undocumented));
    }

    #[test]
    fn an_output_may_say_something_around_the_token() {
        let of =
            |text: &str| of_output(text.as_bytes(), &TokenResponse::Bare).map(|token| token.expose().clone());
        for fine in [
            TOKEN.to_owned(),
            format!("token(spiffe://a.example/b):\n\t{TOKEN}\nbundle(x):\n\t{{}}\n"),
        ] {
            assert_eq!(of(&fine).as_deref(), Ok(TOKEN));
        }
        assert_eq!(
            of(&format!("{TOKEN} {TOKEN}")),
            Err(Miss::NoToken("several tokens"))
        );
        assert_eq!(of("no permission"), Err(Miss::NoToken("an output without one")));
    }
}
