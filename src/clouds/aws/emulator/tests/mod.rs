//! The emulator under clients that nobody here wrote: the SDKs of AWS, over HTTP on loopback.

mod iam_providers;
mod iam_roles;
mod laboratory;
mod signatures;
