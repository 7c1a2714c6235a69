//! Reading: what IAM holds, back into the arguments.

use std::collections::{BTreeMap, BTreeSet};

use super::implied::{Implied, Knowledge};
use super::meaning::{self, Home, Meaning, Understanding};
use super::memory::Memory;
use super::model::TrustModel;
use super::permissions::Permissions;
use super::recovery::{added, holds_too_much, recover};
use super::shown::Shown;
use super::unmade;
use super::unsaid;
use super::written::{shown_by, write_back};
use crate::clouds::aws::client::{AwsError, Iam, Role};
use crate::clouds::aws::configuration::Configured;
use crate::clouds::aws::diagnosis;
use crate::clouds::aws::dialect::{AccountId, Partition, PolicyDocument, RoleArn, means_same};
use crate::clouds::aws::tags;
use crate::framework::{Attr, Context, Diagnostics, Path, Progress, StringSet, Value};
use crate::trust::Audience;

pub async fn read(
    aws: &Configured,
    context: &Context,
    progress: &mut Progress<TrustModel>,
    diagnostics: &mut Diagnostics,
) {
    let Some(mut state) = progress.state.clone() else {
        return;
    };
    let mut memory = Memory::of(&progress.private);
    unsaid::hide(&mut state, &memory);
    let made = memory.imported || !state.role_unique_id.is_null();
    let Some(name) = state.role_name.text().filter(|_| made).map(str::to_owned) else {
        // A create that made no role: what it did make is in the memory, and a role of that name is somebody else's.
        return;
    };
    let iam = match aws.iam(context, account_of(&state).as_ref()).await {
        Ok(iam) => iam,
        Err(error) => {
            return diagnosis::error("Could not enter the account", Path::root(), &error, diagnostics);
        }
    };
    match refresh(aws, &iam, &name, (&mut state, &mut memory), diagnostics).await {
        Ok(false) => {
            another_role(&name, diagnostics);
            gone(&iam, (&name, state, memory), progress, diagnostics).await;
        }
        Ok(true) => {
            memory.keep_in(&mut progress.private);
            progress.identity = Some(identity(&state));
            unsaid::show(&mut state, &memory);
            progress.state = Some(state);
        }
        Err(error) if error.is_not_found() => {
            gone(&iam, (&name, state, memory), progress, diagnostics).await;
        }
        Err(error) => diagnosis::error(
            "Could not read the role",
            Path::of("role_name"),
            &error,
            diagnostics,
        ),
    }
}

/// The role is gone: so is the trust, unless it has something to take away from a provider.
async fn gone(
    iam: &Iam,
    (role, mut state, mut memory): (&str, TrustModel, Memory),
    progress: &mut Progress<TrustModel>,
    diagnostics: &mut Diagnostics,
) {
    match unmade::in_care(iam, &state, &mut memory).await {
        Ok(held) if held.is_empty() => progress.state = None,
        Ok(held) => {
            unmade::say(role, &held, diagnostics);
            unmade::without_role(&mut state, &mut memory);
            memory.keep_in(&mut progress.private);
            progress.state = Some(state);
        }
        Err(error) => diagnosis::error(
            "Could not read the OIDC provider",
            Path::of("oidc_provider"),
            &error,
            diagnostics,
        ),
    }
}

fn another_role(name: &str, diagnostics: &mut Diagnostics) {
    diagnostics.warning(
        Path::of("role_name"),
        "The role was made anew by somebody else",
        format!(
            "the role `{name}` is another one than this resource made (its unique id differs), so it counts as somebody else's \
             and ours as deleted. To manage it, import it (if this resource is still in the state, take it out first); or \
             delete it to have it made again."
        ),
    );
}

/// The identity of a trust that exists.
pub fn identity(state: &TrustModel) -> Value {
    let text = |attr: &Attr<String>| attr.text().map_or(Value::Null, Value::string);
    Value::Object(BTreeMap::from([
        ("account_id".to_owned(), text(&state.account_id)),
        ("role_name".to_owned(), text(&state.role_name)),
    ]))
}

/// False: the role of this name is another one than the state's.
async fn refresh(
    aws: &Configured,
    iam: &Iam,
    name: &str,
    (state, memory): (&mut TrustModel, &mut Memory),
    diagnostics: &mut Diagnostics,
) -> Result<bool, AwsError> {
    // One after another would cost the way to IAM four times.
    let (role, permissions, ()) = tokio::join!(
        iam.get_role(name),
        permissions(iam, name, state, &memory.shown),
        ask_for_providers(iam, state, &memory.implied)
    );
    let role = role?;
    if state.role_unique_id.text().is_some_and(|id| id != role.unique_id) {
        return Ok(false);
    }
    let Ok(arn) = RoleArn::parse(&role.arn) else {
        diagnostics.error(
            Path::root(),
            "Unreadable role",
            format!("expected the ARN of a role, found `{}`", role.arn),
        );
        return Ok(true);
    };
    let home = Home {
        account: arn.account().clone(),
        partition: arn.partition(),
    };
    let imports = memory.imported && state.role_arn.is_null();
    if memory.lost {
        recover(iam, state, &home, memory).await?;
    }
    read_role(state, &role, &home);
    read_tags(aws, state, &role, memory);
    read_policy(state, &role, (&home, &mut memory.implied), imports, diagnostics);
    read_permissions(state, permissions?, home.partition);
    if memory.lost {
        recover(iam, state, &home, memory).await?;
    }
    memory.incomplete =
        read_providers(iam, state, (&home, &memory.implied)).await? || holds_too_much(state, &home, memory);
    describe(aws, state, (&home, &memory.implied));
    state.added_audiences = added(memory);
    if imports {
        memory.judge(state);
    }
    Ok(true)
}

/// What follows from the arguments alone, where the arguments are understood. A mistake in them is the plan's to say.
fn describe(aws: &Configured, state: &mut TrustModel, (home, implied): (&Home, &Implied)) {
    let knowledge = Knowledge::Kept(implied);
    let understood = Meaning::of(state, home, knowledge, true, &mut Diagnostics::new());
    let Understanding::Known(meaning) = understood else {
        return;
    };
    state.audience = Attr::from_text(&meaning.audience);
    if state.effective_platform.is_null() {
        state.effective_platform = Attr::from_text(&meaning.platform);
    }
    let remote = state
        .trust_policy
        .text()
        .and_then(|text| PolicyDocument::parse(text).ok());
    let findings = remote.map_or_else(|| meaning.findings.clone(), |policy| meaning.lint(&policy));
    let accepted = aws
        .guardrail
        .accept(findings, &meaning::accepted_risks(state), &mut Diagnostics::new());
    state.findings = meaning::shown(&accepted);
}

fn read_role(state: &mut TrustModel, role: &Role, home: &Home) {
    state.id = Attr::from_text(&role.arn);
    state.role_arn = Attr::from_text(&role.arn);
    state.role_name = Attr::from_text(&role.name);
    state.role_unique_id = Attr::from_text(&role.unique_id);
    state.role_path = Attr::from_text(&role.path);
    state.account_id = Attr::from_text(home.account.as_str());
    state.partition = Attr::from_text(home.partition.id());
    // "" and no description are the same to IAM: the written form stays
    let written = state.description.text().unwrap_or_default();
    if written != role.description {
        state.description =
            Attr::from_option((!role.description.is_empty()).then(|| role.description.clone()));
    }
    state.max_session_duration = Attr::Known(i64::from(role.max_session_duration));
    state.permissions_boundary = Attr::from_option(role.permissions_boundary.clone());
}

fn read_tags(aws: &Configured, state: &mut TrustModel, role: &Role, memory: &mut Memory) {
    let shown = &memory.shown;
    if shown.tags.shows_all() {
        shown.show_tags(state, &tags::known(&aws.default_tags), &role.tags);
    } else {
        let managed = state.tags_all.members().flatten().unwrap_or_default();
        let own = state.tags.members().flatten();
        state.tags_all = tags::map(&tags::managed(&managed, &role.tags));
        if let Some(own) = own {
            state.tags = tags::map(&tags::managed(&own, &role.tags));
        }
    }
    let shown = tags::known(&state.tags_all);
    let there = role.tags.keys();
    memory.foreign_tags = there.filter(|key| !shown.contains_key(*key)).cloned().collect();
}

fn read_policy(
    state: &mut TrustModel,
    role: &Role,
    (home, implied): (&Home, &mut Implied),
    imports: bool,
    diagnostics: &mut Diagnostics,
) {
    let found = match PolicyDocument::parse(&role.trust_policy) {
        Ok(found) => found,
        Err(error) => {
            diagnostics.warning(
                Path::of("trust_policy"),
                "Trust policy cannot be read",
                format!(
                    "the trust policy of the role `{}` is none this provider can read: {error}",
                    role.name
                ),
            );
            state.trust_policy = Attr::from_text(&role.trust_policy);
            return;
        }
    };
    let known = state
        .trust_policy
        .text()
        .and_then(|text| PolicyDocument::parse(text).ok());
    if known.is_some_and(|known| means_same(&known, &found)) {
        if *implied == Implied::default() {
            *implied = shown_by(state, &found, home).unwrap_or_default();
        }
        return;
    }
    state.trust_policy = Attr::from_text(found.to_json());
    let understood = write_back(state, &found, home, implied);
    if imports && !understood {
        diagnostics.warning(
            Path::root(),
            "Not everything could be imported",
            format!(
                "the trust policy of the role `{}` says something that the arguments cannot express; it stands in \
                 `trust_policy`, and the next plan shows what would change:\n{}",
                role.name,
                found.to_json()
            ),
        );
    }
}

/// The permissions that are managed or shown, as IAM holds them.
async fn permissions(
    iam: &Iam,
    name: &str,
    state: &TrustModel,
    shown: &Shown,
) -> Result<Permissions, AwsError> {
    let managed = async {
        if !shown.managed_policies.shows_all() && state.managed_policy_arns.is_null() {
            return Ok(None);
        }
        Ok(Some(
            iam.list_attached_policies(name).await?.into_iter().collect(),
        ))
    };
    let inline = async {
        if !shown.inline_policies.shows_all() && state.inline_policies.is_null() {
            return Ok(None);
        }
        let mut found = BTreeMap::new();
        for policy in iam.list_inline_policies(name).await? {
            match iam.get_inline_policy(name, &policy).await {
                Ok(document) => drop(found.insert(policy, document)),
                // deleted between the list and the read
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(found))
    };
    let (managed, inline) = tokio::try_join!(managed, inline)?;
    Ok(Permissions { managed, inline })
}

/// Nothing found where nothing is written stays nothing.
fn read_permissions(state: &mut TrustModel, found: Permissions, partition: Partition) {
    if let Some(managed) = found.managed
        && !(managed.is_empty() && state.managed_policy_arns.is_null())
    {
        state.managed_policy_arns =
            Permissions::managed_as_written(&state.managed_policy_arns, &managed, partition);
    }
    if let Some(inline) = found.inline
        && !(inline.is_empty() && state.inline_policies.is_null())
    {
        state.inline_policies = Permissions::inline_as_written(&state.inline_policies, &inline);
    }
}

/// Has the providers of the state looked up already, so that nobody waits for them afterwards.
async fn ask_for_providers(iam: &Iam, state: &TrustModel, implied: &Implied) {
    let Some(home) = home_of(state) else { return };
    let needs = meaning::needs_of(state, &home, implied).unwrap_or_default();
    for arn in needs.iter().filter_map(|need| need.arn.as_ref()) {
        // an error is not remembered: whoever needs the answer asks again, and hears it
        let _ = iam.provider_cached(&arn.to_string()).await;
    }
}

/// The issuers' providers: are they there, and do they still take our audiences. True when something is missing.
async fn read_providers(
    iam: &Iam,
    state: &mut TrustModel,
    (home, implied): (&Home, &Implied),
) -> Result<bool, AwsError> {
    let Some(needs) = meaning::needs_of(state, home, implied) else {
        return Ok(false);
    };
    let mut accepted = BTreeSet::new();
    let mut incomplete = false;
    for need in needs {
        let Some(arn) = &need.arn else {
            // built into AWS: every audience is accepted that the policy names
            accepted.extend(need.audiences.iter().map(ToString::to_string));
            continue;
        };
        let found = iam.provider_cached(&arn.to_string()).await?;
        let ids = found
            .iter()
            .flat_map(|provider| &provider.client_ids)
            .collect::<BTreeSet<_>>();
        let holds = |wanted: &Audience| ids.contains(&wanted.as_str().to_owned());
        let complete = need.client_ids.iter().all(holds);
        incomplete |= !complete;
        // Where `azp` takes the audience's place among the client ids, all of them are accepted or none is.
        let by_audience = need.client_ids == need.audiences;
        let takes = |audience: &&Audience| if by_audience { holds(audience) } else { complete };
        accepted.extend(need.audiences.iter().filter(takes).map(ToString::to_string));
        if need.is_top {
            state.oidc_provider_arn = Attr::from_option(found.as_ref().map(|provider| provider.arn.clone()));
            read_thumbprints(state, found.map(|provider| provider.thumbprints.clone()));
        }
    }
    state.accepted_audiences = StringSet::of(accepted);
    Ok(incomplete)
}

/// Only what is written is shown: unset thumbprints are left alone.
fn read_thumbprints(state: &mut TrustModel, found: Option<Vec<String>>) {
    if let (Attr::Known(held), Some(found)) = (&mut state.oidc_provider, found)
        && let Some(written) = held.thumbprints.strings().flatten()
    {
        let form = |a: &String| {
            written
                .iter()
                .find(|w| w.eq_ignore_ascii_case(a))
                .unwrap_or(a)
                .clone()
        };
        held.thumbprints = StringSet::of(found.iter().map(form));
    }
}

/// The account of the state; `None` when the credentials' own is meant.
pub fn account_of(state: &TrustModel) -> Option<AccountId> {
    state
        .account_id
        .text()
        .and_then(|text| AccountId::parse(text).ok())
}

/// Account and partition of a state that was read before.
pub fn home_of(state: &TrustModel) -> Option<Home> {
    let partition = state.partition.text().and_then(Partition::from_id)?;
    account_of(state).map(|account| Home { account, partition })
}
