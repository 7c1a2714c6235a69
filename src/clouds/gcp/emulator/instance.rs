//! The emulator as its owner sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};

use super::calls::{Calls, RecordedCall};
use super::credentials::RsaKey;
use super::events::Event;
use super::faults::{FaultPlan, Faults, Injected};
use super::store::{Account, Bucket, Identity, Project, Token, World};
use super::wire::random;
use crate::oidc::{Clock, KeySource};
use crate::trust::Secret;

/// How many events a slow subscriber may be behind before it loses the oldest.
const EVENTS: usize = 1024;
const DEPLOYER: &str = "deployer";
const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// A project by its two names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectSettings {
    pub id: String,
    pub number: String,
}

/// What an emulator is made of.
pub struct Settings {
    /// At least one; the deployer's account is in the first.
    pub projects: Vec<ProjectSettings>,
    /// Where the Security Token Service gets the keys of issuers.
    pub keys: Arc<dyn KeySource>,
    pub clock: Arc<dyn Clock>,
    /// Whether providers on this machine are accepted: `localhost` with port, and http.
    pub allow_loopback_issuers: bool,
    /// Where [`super::Service::OAuth2`] listens: the issuer of ID tokens, and the audience of what signs in there.
    pub oauth2_url: String,
    /// Seconds after which new service accounts are seen, and changed policies decide.
    pub consistency_delay: i64,
    /// What a request that sets faults or forgets calls has to bring in the header `x-oidcfed-secret`; without it nobody can.
    pub run_secret: Option<Secret<String>>,
}

/// Why there is no emulator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmulatorError {
    #[error("expected at least one project")]
    NoProject,
    #[error("expected a project's id of 6 to 30 of `[a-z0-9-]`, and its number, each once, found `{0}`")]
    Project(String),
    #[error("the system gives no randomness for tokens and keys")]
    Randomness,
}

/// What holds for all calls.
pub struct Rules {
    pub allow_loopback_issuers: bool,
    pub oauth2_url: String,
    /// Seconds.
    pub delay: i64,
    pub key: Arc<OnceLock<RsaKey>>,
    pub deployer_key: Arc<OnceLock<RsaKey>>,
    pub user: AuthorizedUser,
    /// The deployer's token.
    pub deployer_token: Secret<String>,
}

/// What a person who signed in has.
pub struct AuthorizedUser {
    pub client_id: String,
    pub client_secret: Secret<String>,
    pub refresh_token: Secret<String>,
}

/// All APIs, over the same projects.
pub struct Emulator {
    pub(super) keys: Arc<dyn KeySource>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) run_secret: Option<Secret<String>>,
    pub(super) rules: Rules,
    world: Mutex<World>,
    calls: Mutex<Calls>,
    faults: Mutex<FaultPlan>,
    /// Wakes the answers that are kept back when other faults are set.
    faults_set: watch::Sender<()>,
    events: broadcast::Sender<Event>,
}

impl Emulator {
    /// Projects with a bucket each, and one account that may do everything.
    ///
    /// # Errors
    /// See [`EmulatorError`].
    pub fn new(settings: Settings) -> Result<Arc<Self>, EmulatorError> {
        let first = settings.projects.first().ok_or(EmulatorError::NoProject)?;
        let mut world = World::default();
        for project in &settings.projects {
            add_project(&mut world, project)?;
        }
        let deployer = deployer(first).map_err(|_| EmulatorError::Randomness)?;
        world.deployer.clone_from(&deployer.unique_id);
        let secret = || {
            random::secret()
                .map(Secret::new)
                .map_err(|_| EmulatorError::Randomness)
        };
        let token = random::access_token().map_err(|_| EmulatorError::Randomness)?;
        let identity = Identity::Account {
            email: deployer.email.clone(),
            unique_id: deployer.unique_id.clone(),
        };
        world.accounts.push(deployer);
        let spoken = Token {
            identity,
            scopes: BTreeSet::from([CLOUD_PLATFORM.to_owned()]),
            expires: i64::MAX,
        };
        world.tokens.insert(token.clone(), spoken);
        Ok(Arc::new(Self {
            keys: settings.keys,
            clock: settings.clock,
            run_secret: settings.run_secret,
            rules: Rules {
                allow_loopback_issuers: settings.allow_loopback_issuers,
                oauth2_url: settings.oauth2_url,
                delay: settings.consistency_delay,
                key: Arc::default(),
                deployer_key: Arc::default(),
                user: AuthorizedUser {
                    client_id: "sandbox.apps.googleusercontent.com".to_owned(),
                    client_secret: secret()?,
                    refresh_token: secret()?,
                },
                deployer_token: Secret::new(token),
            },
            world: Mutex::new(world),
            calls: Mutex::default(),
            faults: Mutex::default(),
            faults_set: watch::Sender::new(()),
            events: broadcast::Sender::new(EVENTS),
        }))
    }

    /// An access token of the deployer, who may do everything; good until the emulator ends.
    pub fn deployer_token(&self) -> Secret<String> {
        self.rules.deployer_token.clone()
    }

    /// The deployer's account.
    pub fn deployer_email(&self) -> String {
        let world = self.world();
        let account = world.live_account(&world.deployer);
        account.map(|account| account.email.clone()).unwrap_or_default()
    }

    /// A key file of the deployer's account, as `GOOGLE_APPLICATION_CREDENTIALS` names it. Making the key takes a good part of
    /// a second.
    ///
    /// # Errors
    /// No randomness.
    pub async fn deployer_key_file(&self) -> Result<Secret<String>, EmulatorError> {
        let key = prepared(&self.rules.deployer_key).await?;
        let world = self.world();
        let account = world
            .live_account(&world.deployer)
            .ok_or(EmulatorError::NoProject)?;
        let file = json!({
            "type": "service_account",
            "project_id": account.project_id,
            "private_key_id": key.id(),
            "private_key": key.pem().expose(),
            "client_email": account.email,
            "client_id": account.unique_id,
            "auth_uri": format!("{}/auth", self.rules.oauth2_url),
            "token_uri": format!("{}/token", self.rules.oauth2_url),
            "universe_domain": "googleapis.com",
        });
        Ok(Secret::new(file.to_string()))
    }

    /// What `gcloud auth application-default login` leaves behind, for the deployer.
    pub fn authorized_user_file(&self) -> Secret<String> {
        let user = &self.rules.user;
        let file: Value = json!({
            "type": "authorized_user",
            "client_id": user.client_id,
            "client_secret": user.client_secret.expose(),
            "refresh_token": user.refresh_token.expose(),
            "token_uri": format!("{}/token", self.rules.oauth2_url),
            "universe_domain": "googleapis.com",
        });
        Secret::new(file.to_string())
    }

    /// The public half of the key that signs ID tokens, as a key set.
    ///
    /// # Errors
    /// No randomness.
    pub async fn id_token_keys(&self) -> Result<Value, EmulatorError> {
        let key = prepared(&self.rules.key).await?;
        Ok(json!({ "keys": [key.jwk()] }))
    }

    /// Every call from now on, with its outcome and the decision behind it.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Every request, in order.
    pub fn calls(&self) -> Vec<RecordedCall> {
        lock(&self.calls).in_order()
    }

    /// How often each method was called.
    pub fn counted_calls(&self) -> BTreeMap<&'static str, u64> {
        let mut counted = BTreeMap::new();
        for call in self.calls() {
            *counted.entry(call.operation.unwrap_or("")).or_default() += 1;
        }
        counted
    }

    /// Starts recording anew.
    pub fn reset_calls(&self) {
        lock(&self.calls).reset();
    }

    /// Replaces the faults in force.
    pub fn set_faults(&self, faults: Faults) {
        let mut plan = lock(&self.faults);
        plan.set(faults);
        self.faults_set.send_replace(());
    }

    /// Counts a call and says what shall happen to it, with what wakes the call when it is to be kept back.
    pub(super) fn fault(&self, operation: &str) -> (Option<Injected>, watch::Receiver<()>) {
        // subscribed under the lock: faults that are set from here on wake it
        let mut plan = lock(&self.faults);
        (plan.next(operation), self.faults_set.subscribe())
    }

    pub(super) fn fault_plan(&self) -> MutexGuard<'_, FaultPlan> {
        lock(&self.faults)
    }

    pub(super) fn record(&self, call: RecordedCall) {
        lock(&self.calls).record(call);
    }

    pub(super) fn publish(&self, event: Event) {
        // Nobody watching is no error.
        let _ = self.events.send(event);
    }

    /// INVARIANT: taken after the faults, never before; never held across an await; no code under it panics on outside data.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }
}

/// A key, made off the async threads when it is first asked for.
pub(super) async fn prepared(place: &Arc<OnceLock<RsaKey>>) -> Result<RsaKey, EmulatorError> {
    if let Some(key) = place.get() {
        return Ok(key.clone());
    }
    let made = tokio::task::spawn_blocking(RsaKey::generate).await;
    let made = made.ok().flatten().ok_or(EmulatorError::Randomness)?;
    Ok(place.get_or_init(|| made).clone())
}

fn add_project(world: &mut World, project: &ProjectSettings) -> Result<(), EmulatorError> {
    let ProjectSettings { id, number } = project;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_id = (6..=30).contains(&id.len())
        && id.chars().all(fits)
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && !id.ends_with('-');
    let is_number =
        !number.is_empty() && !number.starts_with('0') && number.bytes().all(|b| b.is_ascii_digit());
    let taken = world.project(id).or(world.project(number)).is_some();
    if !is_id || !is_number || taken {
        return Err(EmulatorError::Project(format!("{id}={number}")));
    }
    world.projects.push(Project {
        id: id.clone(),
        number: number.clone(),
    });
    let content = format!("an object of the project {id}\n");
    let bucket = Bucket {
        project: number.clone(),
        objects: BTreeMap::from([("hello.txt".to_owned(), content.into_bytes())]),
    };
    world.buckets.insert(format!("{id}-data"), bucket);
    Ok(())
}

fn deployer(project: &ProjectSettings) -> Result<Account, super::wire::ApiError> {
    Ok(Account {
        project_id: project.id.clone(),
        project_number: project.number.clone(),
        email: format!("{DEPLOYER}@{}.iam.gserviceaccount.com", project.id),
        unique_id: random::unique_id()?,
        display_name: "What the owner of the sandbox acts as".to_owned(),
        description: String::new(),
        disabled: false,
        created: i64::MIN,
        purged_at: None,
        unseen_uses: 0,
        unseen_status: 404,
        unseen_members: 0,
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
