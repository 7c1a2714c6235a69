use super::*;

fn found(pattern: &str, text: &str) -> bool {
    Regular::new(pattern)
        .unwrap_or_else(|e| panic!("{pattern}: {e:?}"))
        .is_found_in(text)
}

#[test]
fn as_re2_reads_it() {
    for (pattern, yes, no) in [
        ("bc", "abcd", "abd"),
        ("^repo:acme/api:", "repo:acme/api:x", "xrepo:acme/api:"),
        ("^a$", "a", "a\n"),
        ("^(?s:a.*)$", "a\nb", "b"),
        ("^a.c$", "aüc", "a\nc"),
        ("(?m)^b$", "a\nb\nc", "abc"),
        (r"^\d+$", "123", "٣"),
        (r"^\w+$", "aB_9", "é"),
        (r"^\W$", "é", "a"),
        (r"^\s$", "\t", "\x0b"),
        (r"^[\s]$", "\n", "\x0b"),
        (r"^[[:space:]]$", "\x0b", "x"),
        (r"^[^[:digit:]x-z\d]$", "w", "y"),
        (r"^[[:^alpha:]]$", "é", "e"),
        (r"^[]a]$", "]", "b"),
        (r"^[^]a]$", "b", "]"),
        (r"^[a-]$", "-", "b"),
        (r"^[\]\-\x41\n]$", "A", "x"),
        (r"\bfoo\b", "a foo b", "foobar"),
        (r"^\Qa.b*\E+$", "a.b**", "aXb*"),
        (r"^\x{1F431}\x41\101$", "🐱AA", "x"),
        ("^a{2,3}$", "aaa", "aaaa"),
        ("^a{,3}$", "a{,3}", "aaa"),
        ("^a{x}$", "a{x}", "a"),
        ("^(a|b)+?c$", "abac", "c"),
        ("(?i)^refs/HEADS/k$", "REFS/heads/\u{212a}", "refs/heads/x"),
        ("^(?i:a)b$", "Ab", "AB"),
        ("^(?i)a(?-i)b$", "Ab", "AB"),
        ("^(?P<x>a)(?<y>b)$", "ab", "a"),
        (r"^\.\*\_\/$", ".*_/", "a"),
    ] {
        assert!(found(pattern, yes), "{pattern} in {yes:?}");
        assert!(!found(pattern, no), "{pattern} not in {no:?}");
    }
    assert!(found("", ""));
}

#[test]
fn what_re2_refuses() {
    for pattern in [
        "[",
        "(",
        ")",
        "a)",
        "*",
        "a**",
        "a+*",
        "|*",
        "(*a)",
        "(?i)*",
        "a{1001}",
        "a{3,2}",
        "[b-a]",
        "[[:foo:]]",
        r"\1",
        r"(a)\1",
        r"\",
        r"\k",
        r"[\b]",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?<!a)",
        "(?P<>a)",
        "(?x)a",
        r"\x{110000}",
        r"\xg1",
    ] {
        let error = Regular::new(pattern).unwrap_err();
        assert!(matches!(error, RegularError::Wrong(_)), "{pattern}: {error:?}");
    }
}

#[test]
fn what_is_not_evaluated() {
    let large = "(((a{50}){50}){50}){50}";
    let deep = "(".repeat(200) + &")".repeat(200);
    for pattern in [
        r"\pN",
        r"\p{Greek}",
        r"[\p{L}]",
        r"\B",
        r"\C",
        "(?i)é",
        r"(?i)\w",
        large,
        &deep,
    ] {
        let error = Regular::new(pattern).unwrap_err();
        assert!(
            matches!(error, RegularError::NotEvaluated(_)),
            "{pattern}: {error:?}"
        );
    }
}
