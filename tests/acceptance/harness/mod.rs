//! What the tests stand on: the tools they need, the back-ends they run against, a real Terraform or OpenTofu, a real client.
//!
//! | file | owns |
//! |---|---|
//! | `need` | which tools a test needs, what to say when one is missing |
//! | `process` | child processes with bounded waits |
//! | `python` | the Python environment under `target/` |
//! | `moto`, `sandbox` | the two back-ends |
//! | `lab` | a back-end with its client, ready for configurations |
//! | `terraform` | a configuration in a folder of its own, and the commands run on it |
//! | `boto` | boto3, call by call |

mod boto;
mod lab;
mod moto;
mod need;
mod process;
mod python;
mod sandbox;
mod terraform;

pub use boto::ApiError;
pub use lab::{Backend, Lab, on, on_sandbox_with};
pub use need::{Need, available, left_out};
pub use process::{Finished, run, run_with_input};
pub use python::Python;
pub use sandbox::Sandbox;
pub use terraform::Terraform;
