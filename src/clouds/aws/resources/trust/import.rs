//! Importing: a role by its ARN, `ACCOUNT/NAME`, name, or identity. Read completes what is only named here.

use super::memory::Memory;
use super::model::TrustModel;
use super::read::identity;
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::dialect::{AccountId, RoleArn, limits};
use crate::framework::{Attr, Diagnostics, ImportKey, Imported, Path, Private, Value};

pub async fn import(
    aws: &Configured,
    key: ImportKey,
    diagnostics: &mut Diagnostics,
) -> Option<Imported<TrustModel>> {
    let found = match &key {
        ImportKey::Id(id) => of_id(id),
        ImportKey::Identity(identity) => of_identity(identity),
    };
    match found {
        // An identity never changes afterwards, so that it has to be complete from the start.
        Ok((None, name)) if matches!(key, ImportKey::Identity(_)) => {
            in_own_account(aws, &name, diagnostics).await
        }
        Ok((account, name)) => Some(begin(account, &name)),
        Err(reason) => {
            diagnostics.error(Path::root(), "Invalid import", reason);
            None
        }
    }
}

async fn in_own_account(
    aws: &Configured,
    name: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Imported<TrustModel>> {
    let own = match aws.accounts() {
        Ok(accounts) => accounts.own_account().await,
        Err(error) => Err(error),
    };
    match own {
        Ok(own) => {
            let begun = begin(Some(own.account), name);
            let identity = Some(identity(&begun.state));
            Some(Imported { identity, ..begun })
        }
        Err(error) => {
            diagnosis::error(
                "Could not find out the AWS account",
                Path::root(),
                &error,
                diagnostics,
            );
            None
        }
    }
}

/// The state with which Read begins: everything null but what names the role.
pub fn begin(account: Option<AccountId>, name: &str) -> Imported<TrustModel> {
    let mut private = Private::default();
    Memory::of_import().keep_in(&mut private);
    let state = TrustModel {
        account_id: Attr::from_option(account.map(|account| account.as_str().to_owned())),
        role_name: Attr::from_text(name),
        ..TrustModel::default()
    };
    Imported {
        state,
        private,
        identity: None,
    }
}

fn of_id(id: &str) -> Result<(Option<AccountId>, String), String> {
    let wrong = |reason: String| {
        format!(
            "expected a role's ARN, `ACCOUNT/NAME`, or the name of a role in the credentials' own account, found `{id}`: {reason}"
        )
    };
    if id.starts_with("arn:") {
        let arn = RoleArn::parse(id).map_err(|e| wrong(e.to_string()))?;
        return Ok((Some(arn.account().clone()), arn.name().to_owned()));
    }
    let (account, name) = match id.split_once('/') {
        Some((account, name)) => (
            Some(AccountId::parse(account).map_err(|e| wrong(e.to_string()))?),
            name,
        ),
        None => (None, id),
    };
    limits::role_name(name).map_err(|e| wrong(e.to_string()))?;
    Ok((account, name.to_owned()))
}

fn of_identity(identity: &Value) -> Result<(Option<AccountId>, String), String> {
    let text = |name: &str| identity.member(name).and_then(Value::as_str);
    let name = text("role_name").ok_or("expected `role_name` in the identity, found none")?;
    limits::role_name(name).map_err(|e| e.to_string())?;
    let account = text("account_id")
        .map(AccountId::parse)
        .transpose()
        .map_err(|e| e.to_string())?;
    Ok((account, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        let read = |id: &str| of_id(id).map(|(account, name)| (account.map(|a| a.to_string()), name));
        let account = Some("111122223333".to_owned());
        assert_eq!(read("deploy"), Ok((None, "deploy".to_owned())));
        assert_eq!(
            read("111122223333/deploy"),
            Ok((account.clone(), "deploy".to_owned()))
        );
        assert_eq!(
            read("arn:aws:iam::111122223333:role/team/deploy"),
            Ok((account, "deploy".to_owned()))
        );
        for wrong in [
            "",
            "a b",
            "12/deploy",
            "111122223333/",
            "arn:aws:iam::111122223333:user/x",
            "111122223333/a/b",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
