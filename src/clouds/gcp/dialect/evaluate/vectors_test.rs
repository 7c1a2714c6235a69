//! The vectors of the whole decision.

use serde_json::Value as Json;

use super::*;
use crate::clouds::gcp::dialect::{Principal, Provider, ProviderSettings};
use crate::shared_files::shared_json;
use crate::trust::{Claims, Verdict};

#[test]
fn every_row() {
    let Some(rows) = shared_json("vectors/gcp_wif_eval.json") else {
        return;
    };
    let (mut tried, mut bindings, mut wrong) = (0, 0, Vec::new());
    for row in rows.as_array().unwrap() {
        let provider =
            Provider::parse(&settings(&row["provider"])).unwrap_or_else(|e| panic!("{}: {e}", row["id"]));
        let claims = Claims::new(row["claims"].as_object().unwrap().clone());
        let found = evaluate(&provider, &claims, None);
        tried += 1;
        let verdict = match row["accepted"].as_bool().unwrap() {
            true => Verdict::Allow,
            false => Verdict::Deny,
        };
        if found.decision.verdict != verdict {
            wrong.push(format!(
                "{} {:?}: {}",
                row["id"],
                found.decision.steps.last(),
                row["note"]
            ));
        }
        assert_eq!(
            found.decision.refused_by().is_none(),
            verdict == Verdict::Allow,
            "{}",
            row["id"]
        );
        assert_eq!(found.error.is_none(), verdict == Verdict::Allow, "{}", row["id"]);
        for (name, value) in row["mapped"].as_object().into_iter().flatten() {
            if mapped(&found.mapped, name).as_deref() != value.as_str() {
                wrong.push(format!("{} {name}: {:?}", row["id"], found.mapped));
            }
        }
        if let Some(binding) = row["binding"].as_str() {
            let found = evaluate(&provider, &claims, Some(&Principal::parse(binding).unwrap()));
            bindings += 1;
            let allowed = found.decision.verdict == Verdict::Allow;
            if allowed != row["binding_matches"].as_bool().unwrap() {
                wrong.push(format!("{} {:?}", row["id"], found.decision.steps.last()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried >= 82 && bindings >= 8, "{tried} {bindings}");
}

fn mapped(mapped: &Mapped, name: &str) -> Option<String> {
    let value = match name.strip_prefix("attribute.") {
        Some(attribute) => mapped.attributes.get(attribute)?,
        None => mapped.subject.as_ref().filter(|_| name == "google.subject")?,
    };
    match value {
        MappedValue::Known(text) => Some(text.clone()),
        MappedValue::Unknown(_) => None,
    }
}

fn settings(provider: &Json) -> ProviderSettings {
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    for name in provider.as_object().unwrap().keys() {
        let known = [
            "name",
            "issuer_uri",
            "allowed_audiences",
            "attribute_mapping",
            "attribute_condition",
        ];
        assert!(known.contains(&name.as_str()), "{name}");
    }
    ProviderSettings {
        name: text(&provider["name"]),
        issuer_uri: text(&provider["issuer_uri"]),
        allowed_audiences: provider["allowed_audiences"]
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .collect(),
        attribute_mapping: provider["attribute_mapping"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(target, expression)| (target.clone(), text(expression)))
            .collect(),
        attribute_condition: text(&provider["attribute_condition"]),
        disabled: None,
    }
}
