use serde_json::json;

use super::*;

fn graph() -> Value {
    json!({
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#applications('x')/federatedIdentityCredentials/$entity",
        "id": "4f2a", "name": "main", "issuer": "https://issuer.example", "subject": "s",
        "audiences": ["api://AzureADTokenExchange"], "description": null, "claimsMatchingExpression": null,
    })
}

fn read(value: &Value) -> Result<Credential, String> {
    Credential::parse(&value.to_string()).map_err(|e| e.to_string())
}

#[test]
fn every_shape_says_the_same() {
    let id = "/subscriptions/s/resourcegroups/g/providers/microsoft.managedidentity/userAssignedIdentities/i/federatedIdentityCredentials/main";
    let properties = json!({"issuer": "https://issuer.example", "subject": "s", "audiences": ["api://AzureADTokenExchange"]});
    let flat = |id: &str| json!({"id": id, "name": "main", "issuer": "https://issuer.example", "subject": "s", "audiences": ["api://AzureADTokenExchange"], "systemData": null});
    let azurerm = json!({"id": id, "name": "main", "resource_group_name": "g", "parent_id": "x", "audience": ["api://AzureADTokenExchange"],
        "issuer": "https://issuer.example", "subject": "s", "timeouts": null});
    let azuread = json!({"application_id": "/applications/x", "id": "x/federatedIdentityCredential/y", "display_name": "main", "description": "",
        "audiences": ["api://AzureADTokenExchange"], "issuer": "https://issuer.example", "subject": "s"});
    for (document, holder) in [
        (graph(), Holder::Application),
        (
            json!({"id": id, "name": "main", "properties": properties}),
            Holder::ManagedIdentity,
        ),
        (flat(id), Holder::ManagedIdentity),
        (azurerm, Holder::ManagedIdentity),
        (azuread, Holder::Application),
    ] {
        let credential = read(&document).unwrap();
        assert_eq!(credential.holder, holder, "{document}");
        assert_eq!(credential.name.as_deref(), Some("main"), "{document}");
        assert_eq!(credential.properties(), properties, "{document}");
    }
}

#[test]
fn expressions() {
    let value = "claims['sub'] matches 'a*'";
    let mut document = graph();
    document["subject"] = Value::Null;
    document["claimsMatchingExpression"] = json!({"value": value, "languageVersion": 1});
    let credential = read(&document).unwrap();
    assert_eq!(
        credential.matching,
        Matching::Expression(Expression::parse(value).unwrap())
    );
    let again = Credential::from_value(&credential.properties(), "").unwrap();
    assert_eq!(again.matching, credential.matching);
    let azuread =
        json!({"display_name": "x", "audience": "a", "issuer": "i", "claims_matching_expression": value});
    assert_eq!(read(&azuread).unwrap().matching, credential.matching);
}

#[test]
fn errors_say_where() {
    let flexible =
        |value: Value| json!({"issuer": "i", "audiences": ["a"], "claimsMatchingExpression": value});
    let changed = |name: &str, value: Value| {
        let mut document = graph();
        document[name] = value;
        document
    };
    for (document, error) in [
        (
            json!([]),
            "expected a JSON object with a federated identity credential, found an empty list",
        ),
        (
            json!({"properties": 1}),
            "at `/properties`: expected an object, found the number `1`",
        ),
        (
            json!({"properties": {}}),
            "at `/properties/issuer`: expected a text, which is not empty, found nothing",
        ),
        (
            changed("issuer", json!("")),
            "at `/issuer`: expected a text, which is not empty, found ``",
        ),
        (
            changed("subject", json!("")),
            "at `/subject`: expected a text, which is not empty, found ``",
        ),
        (
            changed("audiences", json!([])),
            "at `/audiences`: expected a list of exactly one audience, found an empty list",
        ),
        (
            changed("audiences", json!(["a", "b"])),
            "at `/audiences`: expected a list of exactly one audience, found 2 of them",
        ),
        (
            changed("audiences", json!([""])),
            "at `/audiences/0`: expected an audience, which is not empty, found ``",
        ),
        (
            changed("audiences", json!("a")),
            "at `/audiences`: expected a list of exactly one audience, found `a`",
        ),
        (
            changed("audience", json!(["b"])),
            "at `/audience`: expected it once, found `audiences` already, found it again",
        ),
        (
            changed("subject", Value::Null),
            "at `/subject`: expected either `subject` or `claimsMatchingExpression`, found neither",
        ),
        (
            changed(
                "claimsMatchingExpression",
                json!({"value": "x", "languageVersion": 1}),
            ),
            "at `/claimsMatchingExpression`: expected either `subject` or an expression, found both",
        ),
        (
            flexible(json!({"value": "claims['sub'] eq 'a'", "languageVersion": 2})),
            "at `/claimsMatchingExpression/languageVersion`: expected the number `1`, found the number `2`",
        ),
        (
            flexible(json!({"value": "claims['sub'] is 'a'", "languageVersion": 1})),
            "at `/claimsMatchingExpression/value`: expected `eq` or `matches` at column 15 of the expression, found `is 'a'`",
        ),
        (
            flexible(json!("claims['sub'] eq 'a'")),
            "at `/claimsMatchingExpression`: expected an object with `value` and `languageVersion`, found `claims['sub'] eq 'a'`",
        ),
    ] {
        assert_eq!(read(&document).unwrap_err(), error);
    }
    let twice = r#"{"issuer":"i","audiences":["a"],"subject":"a","subject":"b"}"#;
    assert_eq!(
        Credential::parse(twice).unwrap_err().to_string(),
        "at `/subject`: expected every member once, found it twice"
    );
    let broken = Credential::parse("{\n \"issuer\": }").unwrap_err().to_string();
    assert!(broken.contains("line 2 column 12"), "{broken}");
}

#[test]
fn lists() {
    let all = |document: Value| Credential::parse_all(&document.to_string()).map_err(|e| e.to_string());
    assert_eq!(all(graph()).unwrap().len(), 1);
    assert_eq!(all(json!([graph(), graph()])).unwrap().len(), 2);
    assert_eq!(
        all(json!({"value": [graph()], "nextLink": null})).unwrap().len(),
        1
    );
    assert_eq!(all(json!([])).unwrap(), []);
    for (document, error) in [
        (
            json!({"value": [graph()], "nextLink": "https://x.example"}),
            "at `/nextLink`: expected all credentials of the identity in one answer, found a link to more of them",
        ),
        (
            json!({"value": [], "@odata.nextLink": "https://x.example"}),
            "at `/@odata.nextLink`: expected all credentials of the identity in one answer, found a link to more of them",
        ),
        (
            json!({"value": 1}),
            "at `/value`: expected a list of credentials, found the number `1`",
        ),
        (
            json!({"value": [graph(), {}]}),
            "at `/value/1/issuer`: expected a text, which is not empty, found nothing",
        ),
    ] {
        assert_eq!(all(document).unwrap_err(), error);
    }
}

#[test]
fn recognised_from_afar() {
    for (document, recognised) in [
        (graph(), true),
        (json!([graph()]), true),
        (json!({"value": [graph()]}), true),
        (json!({"properties": {"issuer": "i", "audiences": []}}), true),
        (json!({"issuer": "i"}), false),
        (json!([]), false),
        (json!([graph(), {}]), false),
        (json!({"Statement": []}), false),
        (json!("x"), false),
    ] {
        assert_eq!(Credential::recognises(&document), recognised, "{document}");
    }
}
