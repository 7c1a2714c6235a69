//! Texts of a service, as they may be shown.
//!
//! Owns what of a foreign text is left out. Must not know which service said it.

/// The longest text of a service that is shown.
const LONGEST: usize = 1_000;

// SECURITY: services repeat parts of requests; what looks like a token or a key does not get through.
/// A foreign text as one line of bounded length, with what looks like a secret left out.
pub(in crate::clouds) fn clean(text: &str) -> String {
    let one_line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words: Vec<&str> = one_line
        .split(' ')
        .filter(|w| !w.is_empty())
        .map(|w| if secret_like(w) { "<left out>" } else { w })
        .collect();
    let joined = words.join(" ");
    match joined.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", joined.get(..at).unwrap_or_default()),
        None => joined,
    }
}

/// How access tokens, refresh tokens and client secrets begin, and the headers that carry them; in lower case.
const MARKS: [&str; 5] = [
    "x-amz-security-token",
    "ya29.",
    "1//0",
    "gocspx-",
    "private key-----",
];
/// Names of things that are long and no secret.
const NAMES: [&str; 3] = ["projects/", "folders/", "organizations/"];

fn secret_like(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let token = word.contains("eyJ") && word.matches('.').count() >= 2;
    // Session tokens are long runs of base64; no other name, URL or policy word looks like that.
    let base64 = |part: &str| {
        part.len() >= 100
            && !NAMES.iter().any(|name| part.starts_with(name))
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-'))
    };
    token
        || MARKS.iter().any(|mark| lower.contains(mark))
        || word.split(|c: char| "\"'`:,().".contains(c)).any(base64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_left_out() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
        let session = "FwoGZXIvYXdzEA".repeat(10);
        let text = clean(&format!(
            "bad {token} and x-amz-security-token:{session}\nand \"{session}\" end"
        ));
        assert_eq!(text, "bad <left out> and <left out> and <left out> end");
        assert_eq!(
            clean("arn:aws:iam::111122223333:role/a is fine"),
            "arn:aws:iam::111122223333:role/a is fine"
        );
        let access = format!("token=ya29.{}", "aB3-".repeat(5));
        let refresh = "1//0gFakeRefresh and GOCSPX-fake end";
        assert_eq!(
            clean(&format!("{access} {refresh}")),
            "<left out> <left out> and <left out> end"
        );
        let long = format!("x.{}", "aB3_".repeat(30));
        assert_eq!(clean(&format!("({long})")), "<left out>");
        let name = format!(
            "'projects/123456789012/locations/global/workloadIdentityPools/{}/providers/{}'",
            "p".repeat(32),
            "q".repeat(32)
        );
        assert_eq!(clean(&name), name);
        assert!(clean(&"a ".repeat(5_000)).chars().count() <= LONGEST + 1);
    }
}
