//! What the admitted identities may do: the service account, who may act as it, and its roles; or their own roles.

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::Instant;

use super::memory::Memory;
use super::model::{GrantModel, TrustModel};
use super::pool::{PROPAGATION, Taken};

use super::work::{Failure, Work, text};
use crate::clouds::gcp::client::{
    GcpError, Google, Grant, IamAccount, PolicyCondition, Target, is_project_number,
};
use crate::framework::{Attr, Path};

/// The role that lets an identity of a pool act as a service account.
const ACT_AS: &str = "roles/iam.workloadIdentityUser";

/// Grants by what has the policy.
pub type Grants = BTreeMap<Target, BTreeSet<Grant>>;

/// Who may act as the service account.
pub fn binding(principals: &BTreeSet<String>, email: Option<&str>) -> Grants {
    let Some(email) = email else {
        return Grants::new();
    };
    let grant = |member: &String| Grant {
        role: ACT_AS.to_owned(),
        member: member.clone(),
        condition: None,
    };
    Grants::from([(
        Target::ServiceAccount(email.to_owned()),
        principals.iter().map(grant).collect(),
    )])
}

/// What one entry of `grants` asks for; `None` where it says no place.
pub fn grant(
    model: &GrantModel,
    principals: &BTreeSet<String>,
    email: Option<&str>,
) -> Option<(Target, BTreeSet<Grant>)> {
    let target = match (
        model.project.text(),
        model.folder.text(),
        model.organization.text(),
    ) {
        (Some(project), _, _) => Target::Project(project.to_owned()),
        (_, Some(folder), _) => Target::Folder(folder.to_owned()),
        (_, _, Some(organization)) => Target::Organization(organization.to_owned()),
        _ => return None,
    };
    let condition = model.condition.known().map(|condition| PolicyCondition {
        title: text(&condition.title),
        expression: text(&condition.expression),
        description: text(&condition.description),
    });
    let members = match email {
        Some(email) => BTreeSet::from([format!("serviceAccount:{email}")]),
        None => principals.clone(),
    };
    let grants = members.into_iter().map(|member| Grant {
        role: text(&model.role),
        member,
        condition: condition.clone(),
    });
    Some((target, grants.collect()))
}

/// Everything that a model grants. Empty while nobody is meant yet.
pub fn all(model: &TrustModel) -> Grants {
    let principals: BTreeSet<String> = model.principals.strings().flatten().unwrap_or_default();
    let email = model.service_account_email.text();
    let mut all = binding(&principals, email);
    if email.is_none() && has_account(model) {
        // an account that is not made yet: its roles wait for it
        return all;
    }
    for entry in model.grants.known().into_iter().flatten().map(|(_, entry)| entry) {
        if let Some((target, grants)) = grant(entry, &principals, email) {
            all.entry(target).or_default().extend(grants);
        }
    }
    all
}

fn has_account(model: &TrustModel) -> bool {
    model.makes_account() || !model.service_account_email.is_null()
}

impl Work<'_> {
    /// Makes the service account.
    pub async fn make_account(&self, state: &mut TrustModel) -> Result<(), Failure> {
        let Some(wanted) = self.planned.service_account.known() else {
            return Ok(());
        };
        let failed = || Failure::google(Path::of("service_account"), "Could not make the service account");
        let project = wanted.project.text().unwrap_or(self.project());
        let id = text(&wanted.account_id);
        let texts = (text(&wanted.display_name), text(&wanted.description));
        let made = self
            .google
            .create_service_account(project, &id, (&texts.0, &texts.1))
            .await;
        match made {
            Ok(account) => {
                show_account(state, &account);
                Ok(())
            }
            Err(error) if error.is_already_exists() => Err(Failure::Refused(
                Path::of("service_account").attribute("account_id"),
                "The service account exists already",
                format!(
                    "expected no service account `{id}` in the project `{project}`, found one. To let the trust act as it, name it: \
                     `service_account_email`. What exists is never taken over."
                ),
            )),
            Err(error) => Err(failed()(error)),
        }
    }

    /// Deletes the accounts that were made for the trust and are not meant any more. Their policies go with them.
    pub async fn leave_accounts(&self, memory: &mut Memory) -> Result<(), Failure> {
        while let Some((project, id)) = memory.leaving.last() {
            delete_account(self.google, project, id).await?;
            memory.leaving.pop();
        }
        Ok(())
    }

    /// Brings policies from what was granted to what shall be. A policy is written once, whatever changes in it; one that does
    /// not change is not touched. What was begun is in the memory until all of it is done.
    pub async fn change_grants(
        &self,
        (had, wanted): (&Grants, &Grants),
        memory: &mut Memory,
        (taken, new_account): (Taken, bool),
    ) -> Result<(), Failure> {
        let begun = grouped(&memory.begun);
        let may_be = united([had, &begun]);
        let names = self.one_name_each([&may_be, wanted]).await?;
        let [had, begun, may_be, wanted] =
            [had, &begun, &may_be, wanted].map(|grants| renamed(grants, &names));
        // what there may be at every moment
        let mut there = may_be.clone();
        memory.begun = flat(&there);
        let nothing = BTreeSet::new();
        let targets: BTreeSet<&Target> = may_be.keys().chain(wanted.keys()).collect();
        let started = Instant::now();
        for target in targets {
            let of = |grants: &'_ Grants| grants.get(target).unwrap_or(&nothing).clone();
            let after = of(&wanted);
            let surely: BTreeSet<Grant> = of(&had).difference(&of(&begun)).cloned().collect();
            let remove: BTreeSet<Grant> = of(&may_be).difference(&after).cloned().collect();
            let add: BTreeSet<Grant> = after.difference(&surely).cloned().collect();
            if add.is_empty() && remove.is_empty() {
                continue;
            }
            let _turn = self.together.turn(&format!("policy of {target}")).await;
            let is_account = matches!(target, Target::ServiceAccount(_));
            let unseen = move |error: &GcpError| {
                let new = new_account
                    && (is_new_member(error, "service account") || is_account && is_unseen(error));
                let new = new || taken.fresh && is_new_member(error, "pool");
                new && started.elapsed() < PROPAGATION
            };
            let changed = self.google.change_policy(target, (&add, &remove), &unseen).await;
            match changed {
                Ok(_) => drop(there.insert(target.clone(), after)),
                // what is gone grants nothing
                Err(error) if error.is_not_found() && add.is_empty() => drop(there.remove(target)),
                Err(error) => {
                    if !says_no(&error) {
                        there.entry(target.clone()).or_default().extend(after);
                    }
                    memory.begun = flat(&there);
                    return Err(Failure::google(argument(target), "Could not change the policy")(
                        error,
                    ));
                }
            }
        }
        memory.begun = Vec::new();
        Ok(())
    }

    /// Other names of projects that are written by id here and by number there: one policy under two names would lose under the
    /// one what it is given under the other.
    async fn one_name_each(&self, all: [&Grants; 2]) -> Result<BTreeMap<Target, Target>, Failure> {
        let targets: BTreeSet<&Target> = all.into_iter().flat_map(BTreeMap::keys).collect();
        let project = |target: &&&Target| matches!(target, Target::Project(_));
        let (numbers, ids): (Vec<&Target>, Vec<&Target>) = targets
            .iter()
            .filter(project)
            .partition(|target| matches!(target, Target::Project(text) if is_project_number(text)));
        let mut names = BTreeMap::new();
        if numbers.is_empty() {
            return Ok(names);
        }
        for target in ids {
            let Target::Project(id) = target else { continue };
            match self.together.number(self.google, id).await {
                Ok(number) => drop(names.insert(target.clone(), Target::Project(number))),
                // a project that nobody may look at keeps its name
                Err(error) if error.is_not_found() || error.is_permission_denied() => {}
                Err(error) => {
                    return Err(Failure::google(
                        Path::of("grants"),
                        "Could not look the project up",
                    )(error));
                }
            }
        }
        Ok(names)
    }
}

/// Deletes a service account; one that is gone is as good as deleted.
pub async fn delete_account(google: &Google, project: &str, id: &str) -> Result<(), Failure> {
    match google.delete_service_account(project, id).await {
        Err(error) if !error.is_not_found() => Err(Failure::google(
            Path::of("service_account"),
            "Could not delete the service account",
        )(error)),
        _ => Ok(()),
    }
}

fn renamed(grants: &Grants, names: &BTreeMap<Target, Target>) -> Grants {
    let mut renamed = Grants::new();
    for (target, grants) in grants {
        let name = names.get(target).unwrap_or(target);
        renamed
            .entry(name.clone())
            .or_default()
            .extend(grants.iter().cloned());
    }
    renamed
}

fn united<const N: usize>(all: [&Grants; N]) -> Grants {
    let mut united = Grants::new();
    for (target, grants) in all.into_iter().flatten() {
        united
            .entry(target.clone())
            .or_default()
            .extend(grants.iter().cloned());
    }
    united
}

/// By what has the policy.
pub fn grouped(list: &[(Target, Grant)]) -> Grants {
    let mut grants = Grants::new();
    for (target, grant) in list {
        grants.entry(target.clone()).or_default().insert(grant.clone());
    }
    grants
}

/// One after another.
pub fn flat(grants: &Grants) -> Vec<(Target, Grant)> {
    let each = grants.iter();
    each.flat_map(|(target, grants)| grants.iter().map(|grant| (target.clone(), grant.clone())))
        .collect()
}

/// An answer after which nothing was written.
fn says_no(error: &GcpError) -> bool {
    error.is_not_found()
        || error.is_permission_denied()
        || error.is_invalid_argument()
        || error.is_failed_precondition()
}

/// Google does not know a member yet: "… does not exist".
fn is_new_member(error: &GcpError, what: &str) -> bool {
    error.is_invalid_argument()
        && error.message.to_ascii_lowercase().contains("does not exist")
        && (what != "pool" || error.message.to_ascii_lowercase().contains("pool"))
}

/// An account of a moment ago is missing, or hidden, for a while.
fn is_unseen(error: &GcpError) -> bool {
    error.is_not_found() || error.is_permission_denied()
}

fn argument(target: &Target) -> Path {
    match target {
        Target::ServiceAccount(_) => Path::of("service_account_email"),
        Target::Project(_) | Target::Folder(_) | Target::Organization(_) => Path::of("grants"),
    }
}

/// Puts the account that exists into the state.
pub fn show_account(state: &mut TrustModel, account: &IamAccount) {
    state.service_account_email = Attr::from_text(&account.email);
    state.service_account_id = Attr::from_text(&account.unique_id);
}

/// What of these grants is really there. Only policies that grant something are read.
///
/// # Errors
/// As Google answers; something that does not exist grants nothing.
pub async fn found(google: &Google, wanted: &Grants) -> Result<Grants, GcpError> {
    let mut found = Grants::new();
    for (target, grants) in wanted {
        let there = match google.get_policy(target).await {
            Ok(policy) => policy.grants(),
            Err(error) if error.is_not_found() => BTreeSet::new(),
            Err(error) => return Err(error),
        };
        found.insert(target.clone(), grants.intersection(&there).cloned().collect());
    }
    Ok(found)
}
