//! Templates of Azure Resource Manager: expressions that are determined are judged, in every way that is left open.

use serde_json::{Value, json};

use crate::documents::GITHUB;
use crate::{lint, rules};

const EXACT: &str = "repo:acme/api:environment:prod";
/// A classic credential knows no wildcards: nobody gets in.
const STAR: &str = "repo:acme/api:*";

fn credential(subject: &str) -> Value {
    json!({"type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials", "apiVersion": "2023-01-31", "name": "ci/main",
        "properties": {"issuer": format!("https://{GITHUB}"), "audiences": ["api://AzureADTokenExchange"], "subject": subject}})
}

fn template(subject: &str, rest: &Value) -> Value {
    let mut template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "resources": [credential(subject)],
    });
    for (name, part) in rest.as_object().unwrap() {
        template[name] = part.clone();
    }
    template
}

/// Names of the trusts, whether something of each is not known, and whether its subject has a wildcard.
fn summary(template: &Value) -> Vec<(String, bool, bool)> {
    let answer = lint(template, &["--output", "json"]);
    assert_eq!(answer.stderr, "");
    let has = |rules: &[String], rule: &str| rules.iter().any(|own| own == rule);
    rules(&answer)
        .into_iter()
        .map(|(name, rules)| {
            (
                name,
                has(&rules, "unknown-value"),
                has(&rules, "literal-wildcard"),
            )
        })
        .collect()
}

fn row(name: &str, unknown: bool, star: bool) -> (String, bool, bool) {
    (name.to_owned(), unknown, star)
}

#[test]
fn expressions_that_are_determined() {
    let rest = json!({"variables": {"repo": "acme/api", "all": {"context": ["x", "environment:prod"]}, "star": "[concat('repo:', variables('repo'), ':*')]"}});
    for (subject, star) in [
        (
            "[concat('repo:', variables('repo'), ':', variables('all').context[1])]",
            false,
        ),
        (
            "[format('repo:{0}:{1}', variables('repo'), variables('all')['context'][1])]",
            false,
        ),
        ("[variables('star')]", true),
        ("[VARIABLES('STAR')]", true),
        (
            "[if(equals(variables('repo'), 'acme/api'), 'repo:acme/api:environment:prod', parameters('x'))]",
            false,
        ),
        (
            "[if(not(equals(variables('repo'), 'acme/api')), 'x', variables('star'))]",
            true,
        ),
        ("[toLower('REPO:ACME/API:*')]", true),
        ("[join(createArray('repo', 'acme/api', '*'), ':')]", true),
        ("[replace('repo:acme/api:main', 'main', '*')]", true),
        ("[concat('repo:', split('x,acme/api', ',')[1], ':*')]", true),
    ] {
        assert_eq!(
            summary(&template(subject, &rest)),
            [row("ci/main", false, star)],
            "{subject}"
        );
    }
    for subject in [
        "[parameters('nothing')]",
        "[uniqueString(resourceGroup().id)]",
        "[variables('nothing')]",
        "[format('{0:N}', 1)]",
        "[concat('a', reference('x').y)]",
        "[concat('a']",
        "[variables('loop')]",
        "[variables('wide0')]",
    ] {
        let mut rest = rest.clone();
        rest["variables"]["loop"] = json!("[variables('loop')]");
        for at in 0..40 {
            let next = at + 1;
            rest["variables"][format!("wide{at}")] = json!(format!(
                "[concat(variables('wide{next}'), variables('wide{next}'))]"
            ));
        }
        assert_eq!(
            summary(&template(subject, &rest)),
            [row("ci/main", true, false)],
            "{subject}"
        );
    }
}

#[test]
fn parameters_and_what_depends_on_them() {
    let with =
        |subject: &str, parameter: Value| template(subject, &json!({"parameters": {"subject": parameter}}));
    let name = |value: &str| format!("ci/main (subject = {value})");
    // A default that is fine does not make the template clean.
    assert_eq!(
        summary(&with(
            "[parameters('subject')]",
            json!({"type": "string", "defaultValue": EXACT})
        )),
        [row(&name(EXACT), false, false), row("ci/main", true, false)]
    );
    assert_eq!(
        summary(&with(
            "[parameters('subject')]",
            json!({"type": "string", "defaultValue": STAR, "allowedValues": [STAR, EXACT]})
        )),
        [row(&name(STAR), false, true), row(&name(EXACT), false, false)]
    );
    assert_eq!(
        summary(&with("[parameters('subject')]", json!({"type": "string"}))),
        [row("ci/main", true, false)]
    );
    let either = format!("[if(equals(parameters('subject'), 'prod'), '{EXACT}', '{STAR}')]");
    assert_eq!(
        summary(&with(&either, json!({"type": "string"}))),
        [
            row("ci/main (a condition holds)", false, false),
            row("ci/main (a condition does not hold)", false, true)
        ]
    );
    assert_eq!(
        summary(&with(
            &either,
            json!({"type": "string", "allowedValues": ["prod"]})
        )),
        [row("ci/main", false, false)]
    );
}

/// A deployment within a template: expressions are about the template around it, or about its own, which gets its values there.
#[test]
fn deployments_within() {
    let within = |scope: &str, given: Value| {
        let inner = json!({"parameters": {"subject": {"type": "string", "defaultValue": STAR}}, "resources": [credential("[parameters('subject')]")]});
        let deployment = json!({"type": "Microsoft.Resources/deployments", "name": "inner", "properties": {
            "mode": "Incremental", "expressionEvaluationOptions": {"scope": scope}, "parameters": given, "template": inner}});
        let mut template = template(
            EXACT,
            &json!({"parameters": {"subject": {"type": "string", "allowedValues": [EXACT]}, "free": {"type": "string"}}}),
        );
        template["resources"] = json!([deployment]);
        summary(&template)
    };
    assert_eq!(within("outer", json!({})), [row("ci/main", false, false)]);
    // Nobody else can give it another value than its default.
    assert_eq!(within("inner", json!({})), [row("ci/main", false, true)]);
    assert_eq!(
        within("Inner", json!({"subject": {"value": "[parameters('subject')]"}})),
        [row("ci/main", false, false)]
    );
    assert_eq!(
        within("inner", json!({"subject": {"value": "[parameters('free')]"}})),
        [row("ci/main", true, false)]
    );
    assert_eq!(
        within("inner", json!({"subject": {"reference": {"secretName": "x"}}})),
        [row("ci/main", true, false)]
    );
}
