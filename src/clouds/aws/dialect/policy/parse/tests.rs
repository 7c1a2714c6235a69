use super::*;

fn statement(body: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{{{body}}}]}}"#)
}

#[test]
fn errors_say_where_and_what() {
    let cases = [
        (
            "",
            "expected a JSON object with the policy, found no JSON (EOF while parsing a value at line 1 column 0)",
        ),
        (
            "[]",
            "expected a JSON object with the policy, found an empty list",
        ),
        ("{}", "expected a member `Statement`, found none"),
        (
            r#"{"Version":"2012-10-18","Statement":[]}"#,
            "at `/Version` of the policy: expected `2012-10-17` (or the old `2008-10-17`), found `2012-10-18`",
        ),
        (
            r#"{"statement":[]}"#,
            "at `/statement` of the policy: expected `Statement` (letter case matters), found `statement`",
        ),
        (
            r#"{"Statement":[1]}"#,
            "at `/Statement/0` of the policy: expected a statement (an object), found the number `1`",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(PolicyDocument::parse(text).unwrap_err().to_string(), expected);
    }
    let cases = [
        (r#""Action":"a:b""#, "/Statement/0/Effect"),
        (r#""Effect":"allow","Action":"a:b""#, "/Statement/0/Effect"),
        (r#""Effect":"Allow""#, "/Statement/0"),
        (r#""Effect":"Allow","Action":[]"#, "/Statement/0/Action"),
        (r#""Effect":"Allow","Action":"nonsense""#, "/Statement/0/Action"),
        (
            r#""Effect":"Allow","Action":"a:b","NotAction":"a:b""#,
            "/Statement/0",
        ),
        (
            r#""Effect":"Allow","Action":"a:b","Principal":"x""#,
            "/Statement/0/Principal",
        ),
        (
            r#""Effect":"Allow","Action":"a:b","Principal":{"Aws":"x"}"#,
            "/Statement/0/Principal/Aws",
        ),
        (
            r#""Effect":"Allow","Action":"a:b","Condition":{"StringIs":{"a":"b"}}"#,
            "/Statement/0/Condition/StringIs",
        ),
        (
            r#""Effect":"Allow","Action":"a:b","Condition":{"Bool":{"a/b":null}}"#,
            "/Statement/0/Condition/Bool/a~1b",
        ),
        (
            r#""Effect":"Allow","Action":"a:b","Condition":{"Bool":{"a":[true,{}]}}"#,
            "/Statement/0/Condition/Bool/a/1",
        ),
        (
            r#""Effect":"Allow","Action":"a:b","Condition":{},"Condition":{}"#,
            "/Statement/0/Condition",
        ),
    ];
    for (body, pointer) in cases {
        assert_eq!(
            PolicyDocument::parse(&statement(body)).unwrap_err().pointer,
            pointer,
            "{body}"
        );
    }
    let twice = r#"{"Statement":[{"Sid":"A","Effect":"Allow","Action":"a:b"},{"Sid":"A","Effect":"Deny","Action":"a:b"}]}"#;
    assert_eq!(
        PolicyDocument::parse(twice).unwrap_err().pointer,
        "/Statement/1/Sid"
    );
}

#[test]
fn single_values_are_lists_of_one() {
    let document = PolicyDocument::parse(
        r#"{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"x"},"NotAction":"*","NotResource":"r",
            "Condition":{"Bool":{"k":true},"NumericEquals":{"n":[1,"2"]},"StringEquals":{"e":[]}}}}"#,
    )
    .unwrap();
    let statement = &document.statements[0];
    assert_eq!(document.version, None);
    assert!(!document.has_variables());
    assert_eq!(statement.actions, Actions::NotAction(vec!["*".to_owned()]));
    let values: Vec<_> = statement.conditions.iter().map(|c| c.values.join("|")).collect();
    assert_eq!(values, ["true", "1|2", ""]);
}
