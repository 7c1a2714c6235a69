//! Everything that exists: projects, pools and providers, service accounts, policies, tokens, operations, objects.

mod account;
mod operation;
mod policy;
mod pool;
mod project;
mod token;
mod world;

pub use account::Account;
pub use operation::{Change, PendingOperation};
pub use policy::{Binding, Condition, Member, Policy, PolicyStore};
pub use pool::{DAYS_KEPT, Pool, Provider};
pub use project::{Bucket, FOLDER, ORGANIZATION, Project};
pub use token::{Federated, Identity, Token};
pub use world::World;
