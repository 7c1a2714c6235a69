//! Importing: a trust by the name of its provider, or by its identity. Read completes what is only named here.

use std::collections::BTreeMap;

use super::mark;
use super::memory::Memory;
use super::model::{PoolModel, PoolProviderModel, TrustModel};
use crate::clouds::gcp::client::{Pool, PoolProvider};
use crate::clouds::gcp::dialect::{PoolUse, default_mapping, limits};
use crate::framework::{Attr, Diagnostics, ImportKey, Imported, Path, Private, Value};

pub fn import(key: &ImportKey, diagnostics: &mut Diagnostics) -> Option<Imported<TrustModel>> {
    let found = match key {
        ImportKey::Id(id) => of_id(id),
        ImportKey::Identity(identity) => of_identity(identity),
    };
    match found {
        Ok(named) => Some(begin(&named)),
        Err(reason) => {
            diagnostics.error(Path::root(), "Invalid import", reason);
            None
        }
    }
}

/// What an import names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Id or number.
    pub project: String,
    pub pool: String,
    pub provider: String,
    /// The service account that the trust acts as; a provider does not tell.
    pub email: Option<String>,
}

/// The state with which Read begins: everything null but what names the provider.
pub fn begin(named: &Named) -> Imported<TrustModel> {
    let mut private = Private::default();
    Memory::of_import().keep_in(&mut private);
    let state = TrustModel {
        project: Attr::from_text(&named.project),
        pool: Attr::Known(PoolModel {
            id: Attr::from_text(&named.pool),
            ..PoolModel::default()
        }),
        pool_provider: Attr::Known(PoolProviderModel {
            id: Attr::from_text(&named.provider),
            ..PoolProviderModel::default()
        }),
        service_account_email: Attr::from_option(named.email.clone()),
        bind: Attr::from_text("trust"),
        ..TrustModel::default()
    };
    Imported {
        state,
        private,
        identity: None,
    }
}

fn of_id(id: &str) -> Result<Named, String> {
    let wrong = || {
        format!(
            "expected `projects/PROJECT/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`, and behind a comma the \
             address of a service account where the trust acts as one, found `{id}`"
        )
    };
    let (name, email) = match id.split_once(',') {
        Some((name, email)) => (name, Some(email.trim().to_owned())),
        None => (id, None),
    };
    let parts: Vec<&str> = name.trim().split('/').collect();
    let [
        "projects",
        project,
        "locations",
        "global",
        "workloadIdentityPools",
        pool,
        "providers",
        provider,
    ] = parts.as_slice()
    else {
        return Err(wrong());
    };
    if project.is_empty() || email.as_ref().is_some_and(|email| !email.contains('@')) {
        return Err(wrong());
    }
    limits::pool_id(pool).map_err(|e| format!("{}: {e}", wrong()))?;
    limits::provider_id(provider).map_err(|e| format!("{}: {e}", wrong()))?;
    Ok(Named {
        project: (*project).to_owned(),
        pool: (*pool).to_owned(),
        provider: (*provider).to_owned(),
        email,
    })
}

fn of_identity(identity: &Value) -> Result<Named, String> {
    let text = |name: &str| {
        let found = identity.member(name).and_then(Value::as_str);
        found
            .map(str::to_owned)
            .ok_or_else(|| format!("expected `{name}` in the identity, found none"))
    };
    let (pool, provider) = (text("pool_id")?, text("provider_id")?);
    limits::pool_id(&pool).map_err(|e| e.to_string())?;
    limits::provider_id(&provider).map_err(|e| e.to_string())?;
    Ok(Named {
        project: text("project_number")?,
        pool,
        provider,
        email: None,
    })
}

/// A provider that maps what we map in pools of several was made for one; whether trusts of ours made the pool, its mark tells.
pub fn whose_pool(
    state: &mut TrustModel,
    memory: &mut Memory,
    pool: Option<&Pool>,
    provider: Option<&PoolProvider>,
) {
    let (Some(pool), Some(provider), Attr::Known(model)) = (pool, provider, &mut state.pool) else {
        return;
    };
    let of_several = default_mapping(provider.name.id(), PoolUse::Shared, &BTreeMap::new());
    if model.ownership.is_null() && provider.attribute_mapping == of_several {
        model.ownership = Attr::from_text("shared");
        memory.pool_made = mark::is_marked(&pool.description);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        let name = "projects/acme-prod/locations/global/workloadIdentityPools/ci-pool/providers/github";
        let named = of_id(name).unwrap();
        assert_eq!(
            (named.project.as_str(), named.pool.as_str(), named.email),
            ("acme-prod", "ci-pool", None)
        );
        let with = of_id(&format!("{name},ci@acme-prod.iam.gserviceaccount.com")).unwrap();
        assert_eq!(
            with.email.as_deref(),
            Some("ci@acme-prod.iam.gserviceaccount.com")
        );
        for wrong in [
            "",
            "ci-pool/github",
            "projects//locations/global/workloadIdentityPools/ci-pool/providers/github",
            "projects/a/locations/europe/workloadIdentityPools/ci-pool/providers/github",
            "projects/a/locations/global/workloadIdentityPools/CI/providers/github",
            &format!("{name}/x"),
            &format!("{name},nobody"),
        ] {
            let error = of_id(wrong).unwrap_err();
            assert!(
                error.starts_with("expected `projects/PROJECT/"),
                "{wrong}: {error}"
            );
        }
    }
}
