//! The emulator over its real endpoints.

mod accounts;
mod consistency;
mod control;
mod credentials;
mod exchange;
mod issuer;
mod laboratory;
mod login;
mod operations;
mod permissions;
mod policies;
mod pools;
mod providers;
mod vectors;
