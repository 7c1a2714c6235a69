//! The command line: one command per file, one variant each in [`Command`].
//!
//! Owns arguments, exit codes and printing, and nothing else: a command reads its arguments, calls one function of
//! another room, and shows the answer. Data goes to stdout, everything else to stderr.

mod demo;
mod evaluate;
mod exit;
mod inputs;
mod issuer;
mod issuer_inspect;
mod lint;
mod platforms;
mod printer;
mod sandbox;
mod signals;
mod token;
mod trust_tests;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

pub use exit::{Exit, Failure};
pub use printer::{Output, Printer};

/// Let cloud accounts trust the tokens of workload platforms, and prove that they trust nobody else.
#[derive(Debug, Parser)]
#[command(name = "oidcfed", version, arg_required_else_help = true)]
struct Arguments {
    /// How to print data on stdout
    #[arg(long, global = true, value_enum, default_value_t = Output::Human)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Sandbox(sandbox::Sandbox),
    Issuer(issuer::Issuer),
    Token(token::Token),
    Evaluate(evaluate::Evaluate),
    Lint(lint::Lint),
    Test(trust_tests::Test),
}

impl Command {
    /// Whether its answer is findings in files.
    fn knows_sarif(&self) -> bool {
        matches!(self, Self::Lint(_))
    }

    async fn run(self, printer: &Printer) -> Result<Exit, Failure> {
        match self {
            Self::Demo(command) => command.run(printer).await,
            Self::Sandbox(command) => command.run(printer).await,
            Self::Issuer(command) => command.run(printer).await,
            Self::Token(command) => command.run(printer).await,
            Self::Evaluate(command) => command.run(printer).await,
            Self::Lint(command) => command.run(printer).await,
            Self::Test(command) => command.run(printer).await,
        }
    }
}

/// Runs the command line with the arguments of a process, the program's name first.
pub async fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // help and version are answers, everything else is a mistake; clap knows where each is printed
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Yes
            };
        }
    };
    let printer = Printer::new(arguments.output);
    if arguments.output == Output::Sarif && !arguments.command.knows_sarif() {
        let failure = Failure::usage("expected `--output human` or `json`: only `lint` knows `sarif`");
        printer.failure(&failure);
        return failure.exit();
    }
    match arguments.command.run(&printer).await {
        Ok(exit) => exit,
        Err(failure) => {
            printer.failure(&failure);
            failure.exit()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    async fn exit(arguments: &[&str]) -> Exit {
        let all = std::iter::once(&"oidcfed").chain(arguments);
        run(all.map(OsString::from)).await
    }

    #[test]
    fn the_definition_of_the_arguments_is_sound() {
        Arguments::command().debug_assert();
    }

    #[tokio::test]
    async fn wrong_usage_is_64_and_help_is_0() {
        for wrong in [
            &[] as &[&str],
            &["nothing"],
            &["issuer"],
            &["issuer", "inspect"],
            &["sandbox", "--output", "xml"],
            &["sandbox", "--output", "sarif"],
        ] {
            assert_eq!(exit(wrong).await, Exit::Usage, "{wrong:?}");
        }
        assert_eq!(exit(&["--help"]).await, Exit::Yes);
        assert_eq!(exit(&["--version"]).await, Exit::Yes);
        assert_eq!(
            exit(&["issuer", "inspect", "http://issuer.example"]).await,
            Exit::Usage
        );
    }

    #[tokio::test]
    async fn what_cannot_be_had_is_1() {
        assert_eq!(
            exit(&["issuer", "inspect", "https://localhost:1"]).await,
            Exit::Failed
        );
        assert_eq!(exit(&["sandbox", "--account", "12"]).await, Exit::Failed);
    }
}
