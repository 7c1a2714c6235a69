//! `oidcfed issuer …`: what has to do with an issuer.

use clap::{Args, Subcommand};

use super::exit::{Exit, Failure};
use super::issuer_inspect::Inspect;
use super::printer::Printer;

/// Look at issuers
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct Issuer {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect(Inspect),
}

impl Issuer {
    pub async fn run(self, printer: &Printer) -> Result<Exit, Failure> {
        match self.command {
            Command::Inspect(command) => command.run(printer).await,
        }
    }
}
