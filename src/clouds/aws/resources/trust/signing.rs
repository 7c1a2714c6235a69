//! Who signs the tokens of each branch, and what the linter makes of that.

use std::collections::BTreeSet;

use super::model::TrustModel;
use crate::clouds::aws::dialect::{IssuerFacts, PolicyDocument, lint};
use crate::clouds::trust_arguments::{Signer, path_of};
use crate::framework::Diagnostics;
use crate::platforms::Azp;
use crate::trust::{Finding, IssuerUrl, Trust};

/// The signer of each branch, in the order of the terms; `None` while a platform is unknown.
pub fn signers(
    model: &TrustModel,
    trust: &Trust,
    diagnostics: &mut Diagnostics,
) -> Option<Result<Vec<Signer>, ()>> {
    let mut written = vec![("platform".to_owned(), &model.platform)];
    for (key, branch) in model.also.known().into_iter().flatten() {
        // an `also` of another issuer does not inherit the platform of the top
        let inherits = branch.platform.is_null() && branch.issuer.is_null();
        let platform = if inherits {
            &model.platform
        } else {
            &branch.platform
        };
        written.push((format!("also[\"{key}\"].platform"), platform));
    }
    let mut signers = Vec::new();
    for (terms, (argument, platform)) in trust.terms.iter().zip(written) {
        match Signer::of(platform.settled()?.map(String::as_str), &terms.issuer) {
            Ok(signer) => signers.push(signer),
            Err(reason) => {
                diagnostics.error(path_of(&argument), "Invalid platform", reason);
                return Some(Err(()));
            }
        }
    }
    Some(Ok(signers))
}

/// Issuers whose tokens always carry `azp`.
pub fn azp_always(trust: &Trust, signers: &[Signer]) -> BTreeSet<IssuerUrl> {
    let with_signer = trust.terms.iter().zip(signers);
    with_signer
        .filter(|(_, signer)| signer.azp == Azp::Always)
        .map(|(terms, _)| terms.issuer.clone())
        .collect()
}

/// What the linter says of a policy that trusts these issuers.
pub fn lint_with(policy: &PolicyDocument, signers: &[(IssuerUrl, Signer)]) -> Vec<Finding> {
    let facts = |url: &str| {
        let known = signers.iter().find(|(issuer, _)| issuer.without_scheme() == url);
        known.map_or_else(|| IssuerFacts::of(url), |(_, signer)| facts_of(url, signer))
    };
    lint(policy, &facts)
}

/// A platform that is named says more than what the issuer's URL tells.
fn facts_of(url: &str, signer: &Signer) -> IssuerFacts {
    let facts = match signer.platforms.as_slice() {
        [platform] => IssuerFacts::from(platform),
        _ => IssuerFacts::of(url),
    };
    IssuerFacts {
        tenancy: signer.tenancy,
        ..facts
    }
}
