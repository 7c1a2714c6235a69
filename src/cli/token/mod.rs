//! `oidcfed token …`: the workload's own token.
//!
//! | file | noun |
//! |---|---|
//! | `get` | the token, found where the platform puts it |
//! | `google` | the answer that Google's libraries expect of a program |
//! | `decode` | what a token says |

mod decode;
mod get;
mod google;

use clap::{Args, Subcommand};

use super::exit::{Exit, Failure};
use super::printer::Printer;

/// Find the workload's own token, or read one
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct Token {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Get(get::Get),
    Decode(decode::Decode),
}

impl Token {
    pub async fn run(self, printer: &Printer) -> Result<Exit, Failure> {
        match self.command {
            Command::Get(command) => command.run(printer).await,
            Command::Decode(command) => command.run(printer),
        }
    }
}
