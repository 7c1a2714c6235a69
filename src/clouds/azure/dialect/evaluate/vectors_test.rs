//! The vectors of federated identity credentials.

use super::*;
use crate::clouds::azure::dialect::Credential;
use crate::shared_files::shared_json;

#[test]
fn fic_eval() {
    let Some(rows) = shared_json("vectors/azure_fic_eval.json") else {
        return;
    };
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 38);
    let mut wrong = Vec::new();
    for row in rows {
        let credential = Credential::parse(&row["fic"].to_string()).unwrap();
        let claims = Claims::new(row["claims"].as_object().unwrap().clone());
        let expected = Verdict::from(row["accepted"].as_bool().unwrap());
        let one = evaluate_azure(std::slice::from_ref(&credential), &claims);
        let twice = evaluate_azure(&[credential.clone(), credential], &claims);
        for decision in [&one, &twice] {
            let refused = decision.refused_by().map(|step| step.verdict);
            let consistent = refused == (expected == Verdict::Deny).then_some(Verdict::Deny);
            if decision.verdict != expected || !consistent {
                wrong.push(format!("{} {decision:?}: {}", row["id"], row["note"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
