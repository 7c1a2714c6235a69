//! Texts of a service, as they may be shown.
//!
//! Owns what of a foreign text is left out. Must not know which service said it.

/// The longest text of a service that is shown.
const LONGEST: usize = 1_000;

// SECURITY: services repeat parts of requests; what looks like a token or a key does not get through.
/// A foreign text as one line of bounded length, with what looks like a secret left out.
pub(super) fn clean(text: &str) -> String {
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

fn secret_like(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let token = word.contains("eyJ") && word.matches('.').count() >= 2;
    // Session tokens of STS are long runs of base64; no ARN, URL or policy word looks like that.
    let base64 = |part: &str| {
        part.len() >= 100
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-'))
    };
    token || lower.contains("x-amz-security-token") || word.split(|c: char| "\"':,()".contains(c)).any(base64)
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
        assert!(clean(&"a ".repeat(5_000)).chars().count() <= LONGEST + 1);
    }
}
