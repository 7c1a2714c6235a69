//! The emulator under clients that nobody here wrote: the SDKs of AWS, over HTTP on loopback.

mod assume_role;
mod control;
mod exchange;
mod iam_providers;
mod iam_roles;
mod issuer;
mod laboratory;
mod sessions;
mod signatures;
mod trust_vectors;
mod web_identity;
